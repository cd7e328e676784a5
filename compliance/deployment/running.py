"""All stacks, one after another: what is told before, and what is recorded after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compliance.attestation.telling import whose
from compliance.deployment import before, records, states, templates, to_text
from compliance.deployment.errors import DeploymentError, Refused
from compliance.deployment.model import Progress, Result
from compliance.deployment.stepping import Step
from compliance.reports.wording import counted
from compliance.review import to_text as review_text
from compliance.review.sources import template_name
from compliance.sanitize import clean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from compliance.assembly.model import Assembly
    from compliance.attestation.model import Statement
    from compliance.deployment.account import Account
    from compliance.deployment.command import Cli
    from compliance.deployment.model import Request
    from compliance.deployment.stacks import Stack
    from compliance.deployment.states import State
    from compliance.review.model import Change, Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment of files that were verified.

    Attributes:
        request: as the user made it.
        account: where to.
        statement: what is attested.
        key: id of the key that signed it; empty when it is sealed.
        cli: the CDK CLI.
        assembly: the private copy.
        stacks: in the order of deployment.
        others: a line for each role, bucket and target that `cdk bootstrap` has not made.
        progress: how far each of them has come.
    """

    request: Request
    account: Account
    statement: Statement
    key: str
    cli: Cli
    assembly: Assembly
    stacks: tuple[Stack, ...]
    others: tuple[str, ...] = ()
    progress: list[Progress] = field(default_factory=list)

    def run(self, record: Path) -> Result:
        """Deploy all stacks, and record it whatever comes of it.

        Args:
            record: the file that the record is appended to.

        Raises:
            Refused: a stack cannot be updated as it is, or somebody said no.
            DeploymentError: something broke.
        """
        request = self.request
        started = request.clock()
        found = self._states()
        self._told(found)
        reviewed = self._reviewed(found)
        result, reason = Result.FAILED, ""
        try:
            for one in self.progress:
                self._deployed(one, found[one.stack], reviewed)
            self._refuse_changes()
            deployed = any(one.result is Result.DEPLOYED for one in self.progress)
            result = Result.DEPLOYED if deployed else Result.UNCHANGED
        except Refused as refusal:
            declined = any(one.result is Result.DECLINED for one in self.progress)
            result = Result.DECLINED if declined else Result.FAILED
            reason = str(refusal)
            raise Refused(*refusal.reasons, *self._earlier()) from refusal
        except DeploymentError as error:
            reason = str(error)
            raise DeploymentError(
                reason, cause=error.cause, guidance=(*error.guidance, *self._earlier())
            ) from error
        except BaseException as error:
            is_end = not isinstance(error, Exception)
            result = Result.INTERRUPTED if is_end else Result.FAILED
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
            self._interrupted()
            raise
        finally:
            records.append(record, self._record(started, result, reason))
        self._done()
        return result

    def _states(self) -> dict[Stack, State]:
        """Every stack as it is.

        Raises:
            Refused: one of them cannot be updated as it is, or the CDK CLI would delete it.
        """
        found, reasons = {}, []
        for stack in self.stacks:
            state = states.state(self.account.cloudformation(stack), stack.name)
            found[stack] = state
            if state.status not in states.UPDATABLE:
                steps = states.guidance(
                    state.status,
                    stack_name=stack.name,
                    region=self.account.region_of(stack),
                    profile=self.account.profile,
                )
                reasons.append(f"{stack.name}: is {state.status}, and is left as it is. Next:")
                reasons += steps
            elif not stack.template.resources and state.status != states.NONE:
                reasons.append(
                    f"{stack.name}: the attested template holds no resource, and the CDK CLI would "
                    "delete the stack without a change set; next: delete it by hand, or leave a "
                    "resource in it"
                )
        if reasons:
            raise Refused(*reasons)
        self.progress.extend(Progress(stack) for stack in self.stacks)
        return found

    def _told(self, found: Mapping[Stack, State]) -> None:
        request, gate = self.request, self.statement.gate
        places = dict.fromkeys(self.account.place_of(stack) for stack in self.stacks)
        page = to_text.page(width=request.width, color=request.color)
        page.paragraph(
            (f"Deploying {clean(request.environment)} to {', '.join(places)}", "bold"),
            (f" as {clean(self.account.caller)}", ""),
            hanging=2,
        )
        attested = f"attested {self.statement.predicate.time:%Y-%m-%d %H:%M} UTC"
        page.paragraph(
            (f"commit {gate.commit[:12]}, assembly {gate.assembly[:12]}, {attested}, ", ""),
            (whose(self.key), "" if self.key else "yellow"),
            hanging=2,
        )
        for host in self.account.elsewhere:
            page.paragraph(
                ("NOT AWS: ", "bold red"), (f"requests go to {host}, as the settings say", "")
            )
        for line in self.others:
            page.paragraph(("NOT CDK'S OWN: ", "bold red"), (line, ""), hanging=2)
        for stack in self.stacks:
            if found[stack].protected and not stack.protected:
                page.paragraph(
                    (f"{clean(stack.name)}: is no longer protected from being deleted", "bold red"),
                    hanging=2,
                )
        page.gap()
        request.tell(page.text())

    def _reviewed(self, found: Mapping[Stack, State]) -> Review:
        request = self.request
        request.progress("comparing with what is deployed")
        clients = {
            stack.template.name: self.account.cloudformation(stack)
            for stack, state in found.items()
            if not state.is_new
        }
        review = before.changes(self.assembly, clients)
        request.tell(review_text.render(review, width=request.width, color=request.color))
        return review

    def _deployed(self, one: Progress, state: State, review: Review) -> None:
        stack = one.stack
        if not stack.template.resources:
            one.result = Result.EMPTY
            self.request.tell(f"{clean(stack.name)}: holds no resource; there is no stack.\n")
            return
        Step(
            request=self.request,
            account=self.account,
            cli=self.cli,
            progress=one,
            before=state,
            reviewed=_by_logical_id(review, stack),
            nested=templates.nested_in(self.assembly, stack.template),
        ).run()

    def _refuse_changes(self) -> None:
        changed = self.cli.copy.changes()
        if changed:
            raise DeploymentError(
                f"THE DEPLOYED FILES CHANGED WHILE THEY WERE DEPLOYED: {', '.join(changed)}; what "
                "is deployed may not be what was attested",
                guidance=(
                    (
                        "Somebody or something on this machine writes to folders that are this "
                        "process's alone. Find out what."
                    ),
                    (
                        "Compare what is deployed with what was attested, and deploy again from "
                        "another machine."
                    ),
                ),
            )

    def _earlier(self) -> tuple[str, ...]:
        """What was deployed before it broke, and what was not reached."""
        done = [clean(one.stack.name) for one in self.progress if one.result is Result.DEPLOYED]
        left = [clean(one.stack.name) for one in self.progress if one.result is Result.NOT_REACHED]
        lines = [f"Deployed before, and staying so: {', '.join(done)}."] if done else []
        lines += [f"Not reached: {', '.join(left)}."] if left else []
        return tuple(lines)

    def _interrupted(self) -> None:
        """Say what goes on in AWS when this process ends."""
        for one in self.progress:
            # A change set that was not executed is removed by now.
            if one.result is Result.INTERRUPTED and one.change_set:
                steps = states.guidance(
                    one.status,
                    stack_name=one.stack.name,
                    region=self.account.region_of(one.stack),
                    profile=self.account.profile,
                )
                message = (
                    f"{one.stack.name}: this command ends here; CloudFormation goes on with what "
                    "it has begun"
                )
                self.request.tell(
                    to_text.failure(
                        message,
                        None,
                        (*steps, *self._earlier()),
                        width=self.request.width,
                        color=self.request.color,
                    )
                )

    def _record(self, started: dt.datetime, result: Result, reason: str) -> records.Record:
        gate = self.statement.gate
        return records.Record(
            time=started.isoformat(timespec="seconds"),
            ended=self.request.clock().isoformat(timespec="seconds"),
            environment=self.request.environment,
            account=self.account.id,
            commit=gate.commit,
            assembly=gate.assembly,
            attestation=self.cli.copy.attestation_digest,
            caller=self.account.caller,
            result=result,
            reason=clean(reason, limit=1000),
            stacks=tuple(
                records.StackRecord(
                    name=one.stack.name,
                    region=self.account.region_of(one.stack),
                    change_set=one.change_set,
                    changes=one.changes,
                    result=one.result,
                    status=one.status,
                )
                for one in self.progress
            ),
        )

    def _done(self) -> None:
        request = self.request
        found = [(one.stack.name, one.outputs) for one in self.progress]
        request.tell(to_text.outputs(found, width=request.width, color=request.color))
        deployed = sum(one.result is Result.DEPLOYED for one in self.progress)
        request.tell(
            f"Deployed {counted(deployed, 'stack')} of {len(self.progress)} to "
            f"{clean(request.environment)}.\n"
        )
        if request.contract_tests is not None:
            request.tell(f"Now run the contract tests: {clean(request.contract_tests)}\n")


def _by_logical_id(review: Review, stack: Stack) -> dict[str, Change]:
    name = template_name(stack.template.name)
    return {
        change.resource.logical_id: change
        for template in review.templates
        if template.name == name
        for change in template.changes
    }
