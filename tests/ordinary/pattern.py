"""What an ordinary pattern is: a few lines of CDK, and every finding that the own rules may leave.

A finding of medium severity or above is expected only where a careful reviewer would want the code
changed, so it has to say what that reviewer would say.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from compliance.findings import Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import aws_cdk as cdk


@dataclass(frozen=True, order=True)
class Expected:
    """A finding that the own rules have to leave.

    Attributes:
        rule: canonical id.
        construct: path of the construct below the pattern's stack, without CDK's `Resource` at its
            end; below the pattern where it has several stacks.
        severity: of this finding.
        outcome: fail or undecided.
        because: why a reviewer would want the code changed; empty for a low one.
    """

    rule: str
    construct: str
    severity: Severity
    outcome: Outcome = Outcome.FAIL
    because: str = field(default="", compare=False)


@dataclass(frozen=True)
class Pattern:
    """One ordinary way of writing CDK.

    Attributes:
        build: makes the constructs in a stack.
        expected: every finding; what is not here has to be silent.
        context: CDK context to lay over the project's.
        account: the stack's account, where the pattern is about accounts.
    """

    build: Callable[[cdk.Stack], None]
    expected: tuple[Expected, ...]
    context: Mapping[str, Any]
    account: str | None

    @property
    def name(self) -> str:
        """The pattern's name, which is also its stage's."""
        return self.build.__name__.replace("_", "-")

    @property
    def group(self) -> str:
        """What the patterns of its file are about."""
        return (sys.modules[self.build.__module__].__doc__ or "").strip().rstrip(".")

    @property
    def summary(self) -> str:
        """What it shows, in a sentence."""
        return (self.build.__doc__ or "").strip()


def ordinary(
    *expected: tuple[Expected, ...],
    context: Mapping[str, Any] | None = None,
    account: str | None = None,
) -> Callable[[Callable[[cdk.Stack], None]], Pattern]:
    """Make a pattern of the function below, with the findings expected of it."""

    def pattern(build: Callable[[cdk.Stack], None]) -> Pattern:
        return Pattern(build, tuple(chain(*expected)), context or {}, account)

    return pattern


def low(rule: str, *constructs: str) -> tuple[Expected, ...]:
    """Failures that are listed and block nothing."""
    return tuple(Expected(rule, construct, Severity.LOW) for construct in constructs)


def medium(rule: str, *constructs: str, because: str) -> tuple[Expected, ...]:
    """Failures that block."""
    return _blocking(Severity.MEDIUM, rule, constructs, because)


def high(rule: str, *constructs: str, because: str) -> tuple[Expected, ...]:
    """Failures that block, and are worse."""
    return _blocking(Severity.HIGH, rule, constructs, because)


def critical(rule: str, *constructs: str, because: str) -> tuple[Expected, ...]:
    """Failures that block, and are the worst."""
    return _blocking(Severity.CRITICAL, rule, constructs, because)


def function_defaults(*constructs: str, vpc: bool = False) -> tuple[Expected, ...]:
    """What CDK's own function brings along: an AWS-managed policy, and a group without a key.

    In a VPC there are two such policies.
    """
    return tuple(
        finding
        for construct in constructs
        for finding in (
            *low("IAM04", *[f"{construct}/ServiceRole"] * (2 if vpc else 1)),
            *low("LOG06", f"{construct}/LogGroup"),
        )
    )


def unlogged_function(handler: str, role: str) -> tuple[Expected, ...]:
    """A function that CDK adds for itself, without a log group."""
    return (
        *high("LOG03", handler, because="what CDK's own function logs is kept for ever"),
        *low("IAM04", role),
    )


def legacy_retention(*constructs: str) -> tuple[Expected, ...]:
    """Groups whose retention CDK's own function sets, and that function."""
    function = "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a"
    return (
        *medium(
            "LOG05",
            *constructs,
            because="the group is nobody's resource: it outlives the stack, and no key or tag "
            "reaches it",
        ),
        *high(
            "IAM01",
            f"{function}/ServiceRole/DefaultPolicy",
            because="CDK's own function may change the retention of every group of the account",
        ),
        *unlogged_function(function, f"{function}/ServiceRole"),
    )


def unlogged_accesses(stage: str) -> tuple[Expected, ...]:
    """A stage without access logs."""
    return medium("API10", stage, because="after a misuse nobody can tell who called what")


def unlimited(stage: str) -> tuple[Expected, ...]:
    """A stage without a limit."""
    return medium(
        "API11",
        stage,
        because="one caller can use up the account's limit, and with it every other API's",
    )


def _blocking(
    severity: Severity, rule: str, constructs: tuple[str, ...], because: str
) -> tuple[Expected, ...]:
    return tuple(Expected(rule, each, severity, because=because) for each in constructs)
