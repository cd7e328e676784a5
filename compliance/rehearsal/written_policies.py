"""Every policy that the templates write, and whether anything could be overlooked.

Where policies stand is `compliance.iam.statements.DOCUMENTS`, and the few in `MORE`. What looks
like a policy and stands elsewhere stops the rehearsal: a grant that is not seen is not proven.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.iam.statements import (
    DOCUMENTS,
    Opaque,
    PolicyKind,
    Statement,
    of_document,
    statements,
)
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.physical import name
from compliance.rehearsal.policy_readers import READERS
from compliance.review.references import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Json, Resource
    from compliance.rehearsal.physical import Physical

PERMISSION: Final = "AWS::Lambda::Permission"
ROLE: Final = "AWS::IAM::Role"
MANAGED: Final = "AWS::IAM::ManagedPolicy"
INLINE: Final = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy")
OF_ROLES: Final = (ROLE, MANAGED, *INLINE)
"""Types that say what roles may do."""
MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::DynamoDB::Table": ("ResourcePolicy.PolicyDocument",),
}
"""Property paths of further resource policies."""
LIMITS: Final[frozenset[tuple[str, str]]] = frozenset({("AWS::EC2::VPCEndpoint", "PolicyDocument")})
"""Types and properties whose policy only narrows what other policies grant (AWS PrivateLink Guide,
'Control access to VPC endpoints using endpoint policies')."""

_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_EFFECT: Final = re.compile(r'^\s*\{.*"Effect"\s*:', re.DOTALL | re.IGNORECASE)
_CONDITIONS: Final = (
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)
"""What Lambda makes of a permission's properties (Lambda API Reference, AddPermission)."""


def written(resource: Resource, physical: Physical) -> list[Statement]:
    """The Allow statements that a resource writes.

    Raises:
        RehearsalError: one is known only at deploy time.
    """
    found = [each for each in _all(resource, physical) if isinstance(each, Opaque) or each.allows]
    for each in found:
        if isinstance(each, Opaque):
            raise RehearsalError(
                f"{name(resource)} ({resource.type}): {each.place}: {each.reason}: its grants "
                "cannot be proven; next: write the policy out in the template"
            )
    return [each for each in found if isinstance(each, Statement)]


def refuse_unreadable(resource: Resource, physical: Physical) -> None:
    """Stop where a resource grants something that could not be read back.

    Raises:
        RehearsalError: it does; names the property.
    """
    covered = {
        re.split(r"[.\[{]", path)[0]
        for path in (*(path for path, _ in DOCUMENTS.get(resource.type, ())), *_more(resource))
    }
    for path in _like_policies(resource.properties, ""):
        root = re.split(r"[.\[]", path)[0]
        if root not in covered and (resource.type, root) not in LIMITS:
            _refuse(resource, f"Properties.{path}")
    if resource.type not in (*OF_ROLES, *READERS):
        for each in _all(resource, physical):
            if isinstance(each, Opaque) or each.allows:
                _refuse(resource, each.place)


def _refuse(resource: Resource, where: str) -> None:
    raise RehearsalError(
        f"{name(resource)}: {where}: the policy of an {resource.type} cannot be read back from the "
        f"account, so its grants cannot be proven; can be read: {', '.join(sorted(READERS))}, and "
        "roles' policies"
    )


def _more(resource: Resource) -> tuple[str, ...]:
    return MORE.get(resource.type, ())


def _all(resource: Resource, physical: Physical) -> Iterator[Statement | Opaque]:
    resolver = physical.resolver(resource)
    yield from statements(resource, resolver)
    for path in _more(resource):
        for document in resolver.get(resource.properties, *path.split(".")):
            yield from of_document(document, f"Properties.{path}", PolicyKind.RESOURCE, resolver)
    if resource.type == PERMISSION:
        yield Statement(
            PolicyKind.RESOURCE, "Properties", "Allow", _permission(resource, physical), resolver
        )


def _permission(resource: Resource, physical: Physical) -> dict[str, Json]:
    """The statement that Lambda makes of a permission."""
    properties = resource.properties
    conditions: dict[str, dict[str, Json]] = {}
    for key, operator, condition in _CONDITIONS:
        if key in properties:
            conditions.setdefault(operator, {})[condition] = properties[key]
    principal = physical.one(resource, "Principal")
    return {
        "Effect": "Allow",
        "Principal": principal
        if principal == "*"
        else {"Service" if _SERVICE.fullmatch(principal) else "AWS": principal},
        "Action": properties.get("Action"),
        **({"Condition": conditions} if conditions else {}),
    }


def _like_policies(node: Json, path: str) -> Iterator[str]:
    """Paths of what looks like a statement that allows something, as object or as text."""
    if isinstance(node, Mapping):
        keys = {str(key).lower(): value for key, value in node.items()}
        if "effect" in keys and {"action", "notaction"} & keys.keys():
            if keys["effect"] != "Deny":
                yield path
            return
        if set(node) == {"Fn::Join"} and _EFFECT.match(_joined(node["Fn::Join"])):
            yield path
        for key, value in node.items():
            yield from _like_policies(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _like_policies(value, f"{path}[{index}]")
    elif isinstance(node, str) and _EFFECT.match(node):
        yield path


def _joined(argument: Json) -> str:
    parts = argument[1] if isinstance(argument, list) and len(argument) == 2 else []  # noqa: PLR2004
    if not isinstance(parts, list):
        return ""
    return "".join(part if isinstance(part, str) else text(part) for part in parts)
