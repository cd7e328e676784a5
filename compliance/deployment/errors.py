"""How a deployment ends that does not go through."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compliance.deployment.failing import Failure


class Refused(Exception):  # noqa: N818 - a refusal is an answer, as `typer.Exit` is
    """Something does not hold, or somebody said no: exit code 1.

    Attributes:
        reasons: one line each.
    """

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class DeploymentError(Exception):
    """The deployment broke: exit code 3.

    Attributes:
        cause: the first resource that failed, where CloudFormation told of one.
        guidance: what to do next, line by line.
    """

    def __init__(
        self, message: str, *, cause: Failure | None = None, guidance: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.guidance = guidance
