"""The CDK CLI, told to make one change set of one stack, or to execute it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance import cdk_cli, processes
from compliance.deployment.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from compliance.deployment.account import Account
    from compliance.deployment.copying import Copy
    from compliance.deployment.stacks import Stack

PREPARE_SECONDS: Final = 3600
"""How long assets may take to be published, and a change set to be made."""
EXECUTE_SECONDS: Final = 12 * 3600
"""How long CloudFormation may take: longer than a custom resource, or a wait condition, may."""


@dataclass(frozen=True, slots=True)
class Cli:
    """The CDK CLI for one deployment.

    Attributes:
        program: its path.
        copy: what it deploys.
        account: where to.
        given: the environment of this process.
        log: what it prints is added to it.
    """

    program: str
    copy: Copy
    account: Account
    given: Mapping[str, str]
    log: Path

    def prepare(self, stack: Stack, *, change_set: str) -> None:
        """Publish the assets of a stack, and make a change set.

        Assets are published even where a file of the name is there already (`--force`): nobody
        knows whether it is the attested one. Parameters have the attested template's defaults, not
        what somebody has once given the stack.

        Raises:
            DeploymentError: it failed.
        """
        words = ["--method", "prepare-change-set", "--change-set-name", change_set, "--force"]
        words += ["--exclusively", "--no-previous-parameters"]
        self._deploy(stack, words, seconds=PREPARE_SECONDS)

    def execute(self, stack: Stack, *, change_set_id: str) -> None:
        """Execute a change set, and wait for its end.

        Args:
            stack: whose it is.
            change_set_id: its ARN: by a name, another could have taken its place.

        Raises:
            DeploymentError: it failed.
        """
        words = ["--method", "execute-change-set", "--change-set-name", change_set_id]
        self._deploy(stack, words, seconds=EXECUTE_SECONDS)

    def _deploy(self, stack: Stack, words: list[str], *, seconds: float) -> None:
        command = [self.program, "deploy", stack.selector, "--app", str(self.copy.assembly)]
        command += [*words, "--require-approval", "never", "--progress", "events"]
        # The options are said that a user's settings or variables could say otherwise.
        command += ["--ci", "--no-notices", "--rollback", "--no-color", "--no-lookups"]
        if self.account.profile is not None:
            command += ["--profile", self.account.profile]
        region = self.account.region_of(stack)
        start = self.log.stat().st_size if self.log.exists() else 0
        told = f"`cdk deploy {stack.selector} {' '.join(words[:2])}`"
        try:
            code = processes.run(
                command,
                environ=self.account.environ(self.given, home=self.copy.home, region=region),
                log=self.log,
                seconds=seconds,
                folder=self.copy.empty,
            )
        except subprocess.TimeoutExpired:
            raise DeploymentError(
                f"{told} did not end within {seconds:g} seconds; its last words: "
                f"{cdk_cli.reason(self.log, start=start)}; see {self.log}"
            ) from None
        except OSError as error:
            raise DeploymentError(f"{told} cannot be started: {error.strerror}") from error
        if code != 0:
            raise DeploymentError(
                f"{told} failed: {cdk_cli.reason(self.log, start=start)}; see {self.log}"
            )
