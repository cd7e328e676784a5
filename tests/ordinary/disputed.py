"""Findings that a careful reviewer would not want: each is a rule's to mend.

They are no expectations. A test shows that each is still found, and fails once it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from compliance.findings import Severity
from tests.ordinary.pattern import Expected


@dataclass(frozen=True)
class Disputed:
    """A finding that should not be there.

    Attributes:
        pattern: where.
        finding: what the rule says.
        reason: why, and what AWS says.
    """

    pattern: str
    finding: Expected
    reason: str


DISPUTED: Final[tuple[Disputed, ...]] = (
    Disputed(
        "delivery-of-the-app",
        Expected(
            "IAM12",
            "Delivery/Pipeline/Source/example_items/CodePipelineActionRole/DefaultPolicy",
            Severity.LOW,
        ),
        "the rule says that codestar-connections:UseConnection on a codeconnections ARN allows "
        "nothing, and AWS's pages disagree: 'Identity and access management' of the Developer "
        "Tools console wants the prefix of the resource, 'Permissions and examples for AWS "
        "CodeConnections' wants codestar-connections for what the console made, whose ARNs have "
        "had codeconnections since July 2024. It is CDK's own grant, whatever the ARN",
    ),
)
