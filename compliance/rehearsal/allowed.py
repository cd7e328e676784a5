"""Whether a request of AWS would be allowed, as far as the deployed grants tell.

Denials are not looked at, nor boundaries, nor whether a key's policy leaves the decision to IAM.

Semantics: IAM User Guide, 'Policy evaluation logic', 'IAM JSON policy elements: Condition
operators', 'Condition with multiple context keys or values'.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compliance.iam.access import globs
from compliance.iam.conditions import EXACT, PATTERNS
from compliance.rehearsal.evidence import takes_in_action, takes_in_resource
from compliance.rehearsal.grants import listed
from compliance.rehearsal.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.rehearsal.model import Grant


class Answer(enum.Enum):
    """What grants say of a request."""

    YES = "yes"
    PERHAPS = "perhaps"
    """A grant's condition asks for what is not known here."""
    NO = "no"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a service asks to do.

    Attributes:
        principal: ARN of the role in whose name, or `Service:` and the service's own name.
        action: such as `sqs:SendMessage`.
        resource: ARN; where it has wildcards, all that they stand for has to be allowed.
        context: what is known of the request, by condition key in lower case. Of several values
            it may have any, and one that is allowed is enough.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def answer(grants: Iterable[Grant], request: Request) -> Answer:
    """What all grants together say of a request: the best that one of them says.

    Args:
        grants: of roles and resources, and of trust; those of others say no.
        request: what is asked.
    """
    said = {_says(grant, request) for grant in grants}
    return next((each for each in (Answer.YES, Answer.PERHAPS) if each in said), Answer.NO)


def _says(grant: Grant, request: Request) -> Answer:
    if not (
        _whose(grant, request)
        and takes_in_action(grant.action, request.action)
        and _takes_in(grant.resource, request.resource)
    ):
        return Answer.NO
    said = {
        _condition(operator.lower(), key.lower(), values, request)
        for operator, tests in grant.conditions.items()
        for key, values in (tests.items() if isinstance(tests, Mapping) else [("", tests)])
    }
    return next((each for each in (Answer.NO, Answer.PERHAPS) if each in said), Answer.YES)


def _whose(grant: Grant, request: Request) -> bool:
    if grant.kind is Kind.ROLE:
        return grant.holder == request.principal
    # What a resource's policy says is of that resource alone, whatever it writes; and naming the
    # account leaves the decision to the role's own policies.
    own = request.resource == grant.holder or request.resource.startswith(f"{grant.holder}/")
    named = {"*", request.principal, f"AWS:{request.principal}"}
    return own and grant.principal in named


def _condition(operator: str, key: str, values: object, request: Request) -> Answer:
    known = request.context.get(key)
    if known is None or operator not in (*EXACT, *PATTERNS):
        return Answer.PERHAPS
    wanted = [str(value) for value in listed(values)]
    if operator in PATTERNS:
        holds = any(_takes_in(value, each) for value in wanted for each in known)
    elif any(set("*?") & set(each) for each in known):
        return Answer.PERHAPS
    else:
        holds = bool(set(wanted) & set(known))
    return Answer.YES if holds else Answer.NO


def _takes_in(pattern: str, wanted: str) -> bool:
    """Whether a pattern takes in all that another one stands for."""
    if pattern.startswith("!"):
        return takes_in_resource(pattern, wanted)
    return globs.includes(globs.pattern(pattern), globs.pattern(wanted))
