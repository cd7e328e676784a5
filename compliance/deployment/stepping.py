"""One stack: its change set is made, shown, agreed to, compared, and executed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.deployment import change_sets, failing, states, templates, to_text
from compliance.deployment.errors import DeploymentError, Refused
from compliance.deployment.model import Result
from compliance.reports.wording import counted
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Template
    from compliance.deployment.account import Account
    from compliance.deployment.change_sets import ChangeSet
    from compliance.deployment.command import Cli
    from compliance.deployment.model import Progress, Request
    from compliance.deployment.states import State
    from compliance.review.model import Change


@dataclass(frozen=True, slots=True)
class Step:
    """The deployment of one stack.

    Attributes:
        request: as the user made it.
        account: where to.
        cli: the CDK CLI.
        progress: is filled in.
        before: the stack as it was.
        reviewed: what the review says of its resources, by logical id.
        nested: attested templates of its nested stacks, by the logical ids that lead to each.
    """

    request: Request
    account: Account
    cli: Cli
    progress: Progress
    before: State
    reviewed: Mapping[str, Change]
    nested: Mapping[tuple[str, ...], Template]

    def run(self) -> None:
        """Deploy the stack.

        Raises:
            Refused: somebody said no, or the change set is not of the attested template. It is
                removed.
            DeploymentError: something broke.
        """
        stack = self.progress.stack
        found = self._prepared()
        # The CDK CLI has taken the protection away by now; whoever declines has it back.
        if found.changes or (self.before.protected and not stack.protected):
            self._agreed(found)
        if found.changes:
            self._executed(found)
            return
        client = self.account.cloudformation(stack)
        change_sets.remove(client, stack_name=stack.name, name=found.id, is_new=self.before.is_new)
        self.progress.result = Result.UNCHANGED
        self.request.tell(f"{clean(stack.name)}: nothing to change.\n")

    def _prepared(self) -> ChangeSet:
        stack = self.progress.stack
        self.request.progress(f"{stack.name}: preparing a change set")
        with self._removed_on_failure():
            self._refuse_changes()
            self.cli.prepare(stack, change_set=self.request.change_set)
            client = self.account.cloudformation(stack)
            found = change_sets.described(
                client, stack_name=stack.name, name=self.request.change_set
            )
            self._refuse_elsewhere(found)
        self.progress.change_set = found.id
        self.progress.changes = len(found.changes)
        return found

    def _agreed(self, found: ChangeSet) -> None:
        """Show the change set, see that it is of the attested template, and ask."""
        with self._removed_on_failure():
            if found.changes:
                self._shown(found)
            # Before the question: what is not attested is not worth one.
            self._refuse_another_template(found)
            self._asked(found)

    @contextlib.contextmanager
    def _removed_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if self.progress.result is Result.NOT_REACHED:
                self.progress.result = (
                    Result.FAILED if isinstance(error, Exception) else Result.INTERRUPTED
                )
            self._remove()
            # Nothing goes on in AWS.
            self.progress.change_set = ""
            raise

    def _shown(self, found: ChangeSet) -> None:
        request = self.request
        request.tell(
            to_text.change_set(
                found.changes,
                self.reviewed,
                stack=self.progress.stack.name,
                width=request.width,
                color=request.color,
            )
        )

    def _refuse_another_template(self, found: ChangeSet) -> None:
        stack = self.progress.stack
        client = self.account.cloudformation(stack)
        reason = templates.differing(client, found, stack, self.nested)
        if reason:
            self.progress.result = Result.FAILED
            raise Refused(reason)

    def _asked(self, found: ChangeSet) -> None:
        stack = self.progress.stack
        place = f"{clean(stack.name)} in {self.account.place_of(stack)}"
        question = f"Deploy {counted(len(found.changes), 'change')} to {place}?"
        if not found.changes:
            question = f"Take the protection from being deleted away from {place}?"
        if self.request.ask is not None and not self.request.ask(question):
            self.progress.result = Result.DECLINED
            raise Refused(f"{stack.name}: declined; its change set is removed")

    def _executed(self, found: ChangeSet) -> None:
        stack = self.progress.stack
        self.request.progress(f"{stack.name}: deploying, see {self.cli.log}")
        # Whatever ends this from outside, CloudFormation goes on.
        self.progress.result = Result.INTERRUPTED
        self.progress.status = "CREATE_IN_PROGRESS" if self.before.is_new else "UPDATE_IN_PROGRESS"
        broke: DeploymentError | None = None
        try:
            self.cli.execute(stack, change_set_id=found.id)
        except DeploymentError as error:
            broke = error
        client = self.account.cloudformation(stack)
        self.progress.result = Result.FAILED
        after = states.state(client, found.stack_id)
        self.progress.status = after.status
        self.progress.outputs = after.outputs
        if broke is None and after.status in states.WHOLE:
            self.progress.result = Result.DEPLOYED
            self.request.tell(f"{clean(stack.name)}: {after.status}.\n")
            return
        cause = failing.first(client, found.stack_id, since=found.created)
        # The CDK CLI's own words are for what CloudFormation tells nothing of.
        told = str(broke) if broke else f"the CDK CLI ended without an error; see {self.cli.log}"
        detail = after.reason or (f"see {self.cli.log}" if cause else told)
        raise DeploymentError(
            f"{stack.name}: {after.status or 'is gone'}: {detail}",
            cause=cause,
            guidance=states.guidance(
                after.status,
                stack_name=stack.name,
                region=self.account.region_of(stack),
                profile=self.account.profile,
            ),
        )

    def _refuse_changes(self) -> None:
        changed = self.cli.copy.changes()
        if changed:
            raise DeploymentError(
                f"the private copy changed while it was deployed: {', '.join(changed)}; nothing "
                "more is deployed; next: find out which program writes to it"
            )

    def _refuse_elsewhere(self, found: ChangeSet) -> None:
        stack = self.progress.stack
        place = ":".join(found.stack_id.split(":")[3:5])
        wanted = f"{self.account.region_of(stack)}:{self.account.id}"
        if place != wanted:
            raise DeploymentError(
                f"{stack.name}: the change set was made in {place}, and {wanted} is attested; it "
                "is removed"
            )

    def _remove(self) -> None:
        """Leave nothing of the change set, and have the stack protected as it was."""
        stack = self.progress.stack
        try:
            client = self.account.cloudformation(stack)
        except DeploymentError:
            return  # What has failed already tells more.
        change_sets.remove(
            client, stack_name=stack.name, name=self.request.change_set, is_new=self.before.is_new
        )
        if not self.before.is_new and self.before.protected != stack.protected:
            # The CDK CLI has set it when it made the change set.
            change_sets.protect(client, stack_name=stack.name, protected=self.before.protected)
