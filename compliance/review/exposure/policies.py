"""Whom a resource policy lets in that it did not name, and what it denies no more.

Who may do what exactly is the access comparison's to say; here stands what catches the eye: a
principal that is everyone or of another account, a condition that is gone, a Deny that is gone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam import conditions
from compliance.iam.principals import Principal, Who, Whose, principals
from compliance.iam.statements import (
    DOCUMENTS,
    Opaque,
    PolicyKind,
    Statement,
    of_document,
    statements,
)
from compliance.intrinsics import ABSENT, Text, Unknown, referred
from compliance.review.model import Note, Subject
from compliance.review.weakening import cut
from compliance.review.weakening.wording import listed, shown
from compliance.rules.api import openapi, resource_policies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compliance.assembly.model import Resource
    from compliance.review.weakening import Pair, Side, Sides

MORE_DOCUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::Backup::BackupVault": ("AccessPolicy",),
    "AWS::DynamoDB::Table": ("ResourcePolicy", "PolicyDocument"),
    "AWS::Kinesis::ResourcePolicy": ("ResourcePolicy",),
    "AWS::Lambda::ResourcePolicy": ("Policy",),
    "AWS::Logs::Destination": ("DestinationPolicy",),
    "AWS::Logs::LogGroup": ("ResourcePolicyDocument",),
    "AWS::Logs::ResourcePolicy": ("PolicyDocument",),
}
"""Resource policies beside those of `compliance.iam.statements`."""
PERMISSION: Final = "AWS::Lambda::Permission"
LAYER_PERMISSION: Final = "AWS::Lambda::LayerVersionPermission"
NARROWING: Final[Mapping[str, tuple[str, ...]]] = {
    PERMISSION: ("SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken"),
    LAYER_PERMISSION: ("OrganizationId",),
}
"""Properties by which a grant is narrowed that is no policy document."""
TYPES: Final = (
    *(
        kind
        for kind, places in DOCUMENTS.items()
        if any(policy is not PolicyKind.IDENTITY for _, policy in places)
    ),
    *MORE_DOCUMENTS,
    *NARROWING,
    *(api for api in openapi.REST_APIS if api not in DOCUMENTS),
)
ADMINISTRATION: Final = ("*", "kms:*")
"""What a key's policy has to let its own account do (KMS Developer Guide, 'Default key policy')."""


@dataclass(frozen=True)
class _Grant:
    """A principal that a statement lets in, and the keys of the condition that it has to meet."""

    who: str
    place: str
    keys: frozenset[str]


@dataclass(frozen=True)
class _Denial:
    """What a Deny says, in a form in which those of both sides are compared."""

    sid: str
    who: str
    actions: frozenset[str]
    resources: frozenset[str]
    condition: str
    keys: frozenset[str]
    when: str
    inverted: bool

    def covers(self, other: _Denial) -> bool:
        """Whether it surely denies all that another one does."""
        if self.inverted or other.inverted:
            return (self.who, self.actions, self.resources, self.condition) == (
                *(other.who, other.actions, other.resources, other.condition),
            )
        return (
            self.condition in ("{}", other.condition)
            and self.who in (other.who, _EVERYONE)
            and _includes(self.actions, other.actions)
            and _includes(self.resources, other.resources)
        )

    def __str__(self) -> str:
        return f"{listed(self.actions)}{self.when}"


_WORDS: Final[Mapping[str, str]] = {
    "arnequals": "",
    "arnlike": "like ",
    "bool": "",
    "ipaddress": "in ",
    "numericequals": "",
    "numericgreaterthan": "greater than ",
    "numericgreaterthanequals": "at least ",
    "numericlessthan": "less than ",
    "numericlessthanequals": "at most ",
    "stringequals": "",
    "stringequalsignorecase": "",
    "stringlike": "like ",
}
"""How a key compares with the value of a condition operator."""
_EVERYONE: Final = '"*"'
"""The principal `*` as it is compared."""


def notes(sides: Sides) -> Iterator[Note]:
    """Policies that let in more, or deny less, than they did."""
    for pair in sides.of_types(*TYPES):
        if pair.new is not None:
            for message, place in dict.fromkeys(_messages(pair, pair.new, sides)):
                yield Note(
                    Subject.EXPOSURE, pair.new, f"{cut(pair.new.logical_id)} {message}", place
                )


def denied_by(pair: Pair, sides: Sides, *, stays: Callable[[Resource], bool]) -> Iterator[str]:
    """What a policy denied that is gone, while what it was about is still there.

    Args:
        pair: the policy.
        sides: its templates.
        stays: whether a resource outlives its place in the template.
    """
    if pair.old is None or pair.old.type not in TYPES or not pair.old.type.endswith("Policy"):
        return
    about = [
        resource
        for node in pair.old.properties.values()
        for _, value in sides.old.resolver.items(node)
        if (resource := referred(value)) is not None
    ]
    still = frozenset(sides.came_from.values())
    if not about or any(
        each in still or each.template is not sides.old.template or stays(each) for each in about
    ):
        for denial in _denials(_statements(pair.old, sides.old), sides.old):
            yield str(denial)


# -- what is said ---------------------------------------------------------------------------------


def _messages(pair: Pair, new: Resource, sides: Sides) -> Iterator[tuple[str, str]]:
    old = pair.old if pair.both else None
    before = _statements(old, sides.old) if old else []
    after = _statements(new, sides.new)
    hidden = next((each for each in after if isinstance(each, Opaque)), None)
    # An API that had no policy, and may have one in a document that is elsewhere, opens nothing.
    was_known = old and not any(isinstance(each, Opaque) for each in before)
    if hidden and was_known and (before or new.type not in openapi.REST_APIS):
        yield (
            f"has a policy, a part of which only the deployment knows: {cut(hidden.reason)}",
            hidden.place,
        )
    yield from _let_in(
        list(_grants(old, before, sides.old)) if old else [], _grants(new, after, sides.new)
    )
    if new.type in openapi.REST_APIS and before and not after:
        yield "lost its resource policy: it turns nobody away any more", "Properties.Policy"
        return
    if hidden is None:
        yield from _denied_no_more(
            list(_denials(before, sides.old)), list(_denials(after, sides.new))
        )


def _let_in(before: list[_Grant], after: Iterator[_Grant]) -> Iterator[tuple[str, str]]:
    known: dict[str, list[frozenset[str]]] = defaultdict(list)
    for grant in before:
        known[grant.who].append(grant.keys)
    for grant in after:
        if grant.who not in known:
            if grant.who.startswith(_SERVICE):
                continue
            yield f"lets in {grant.who}{_under(grant.keys)}", grant.place
        elif not any(keys <= grant.keys for keys in known[grant.who]):
            lost = frozenset().union(*known[grant.who]) - grant.keys
            yield (
                (
                    f"lets in {grant.who.removeprefix(_SERVICE)} without the condition on "
                    f"{listed(lost)}"
                ),
                grant.place,
            )


def _denied_no_more(before: list[_Denial], after: list[_Denial]) -> Iterator[tuple[str, str]]:
    for denial in before:
        if any(other.covers(denial) for other in after):
            continue
        if any((other.sid and other.sid == denial.sid) or _alike(other, denial) for other in after):
            yield f"changed its Deny of {denial}: it may deny less than it did", ""
        else:
            yield f"lost its Deny of {denial}", ""


def _alike(one: _Denial, other: _Denial) -> bool:
    return bool(one.keys) and one.keys == other.keys


def _under(keys: frozenset[str]) -> str:
    return f" under a condition on {listed(keys)}" if keys else ""


# -- grants ---------------------------------------------------------------------------------------


_SERVICE: Final = "service "


def _statements(resource: Resource, side: Side) -> list[Statement | Opaque]:
    if resource.type in openapi.REST_APIS:
        found = resource_policies.of(resource, side.context)
        if not isinstance(found, resource_policies.Nowhere):
            return list(found)
        return [Opaque(PolicyKind.RESOURCE, found.place, found.reason)] if found.reason else []
    return [
        each
        for each in (*statements(resource, side.resolver), *_more(resource, side))
        if each.kind is not PolicyKind.IDENTITY
    ]


def _more(resource: Resource, side: Side) -> Iterator[Statement | Opaque]:
    path = MORE_DOCUMENTS.get(resource.type)
    if path is not None:
        place = ".".join(("Properties", *path))
        for document in side.get(resource, *path):
            yield from of_document(document, place, PolicyKind.RESOURCE, side.resolver)


def _grants(resource: Resource, found: list[Statement | Opaque], side: Side) -> Iterator[_Grant]:
    if resource.type in NARROWING:
        yield from _of_permission(resource, side)
    for statement in found:
        if isinstance(statement, Statement) and statement.allows:
            keys = _keys(statement)
            for principal in principals(statement):
                who = _named(principal, statement, resource)
                if who:
                    yield _Grant(who, statement.place, keys)


def _of_permission(resource: Resource, side: Side) -> Iterator[_Grant]:
    keys = frozenset(
        name for name in NARROWING[resource.type] if ABSENT not in side.get(resource, name)
    )
    for value in side.get(resource, "Principal"):
        body = {"Effect": "Allow", "Principal": value}
        statement = Statement(PolicyKind.RESOURCE, "Properties", "Allow", body, side.resolver)
        for principal in principals(statement):
            who = _named(principal, statement, resource)
            if who or ".amazonaws.com" in str(value):
                yield _Grant(who or f"{_SERVICE}{cut(str(value))}", "Properties.Principal", keys)


def _named(principal: Principal, statement: Statement, resource: Resource) -> str:
    """How a principal is called that is worth a note; empty for others."""
    value = cut(str(principal.value))
    match principal.who:
        case Who.EVERYONE:
            return "everyone"
        case Who.FEDERATED:
            return f"users of {value}"
        case Who.UNTOLD:
            return f"whom only the deployment knows ({value})"
        case Who.ACCOUNT | Who.IDENTITY if principal.whose(resource.template) is Whose.OTHER:
            if principal.who is Who.IDENTITY:
                return f"{value} of another account"
            return "" if _keeps(statement) else f"account {principal.literal_account}"
        case _:
            return ""


def _keeps(statement: Statement) -> bool:
    """Whether a statement of a key's policy is the one by which its own account keeps it."""
    return statement.kind is PolicyKind.KEY and any(
        entry.value in ADMINISTRATION for entry in statement.entries("Action")
    )


def _spelled(statement: Statement) -> dict[str, str]:
    """The condition keys of a statement as they are written, by their names in lower case."""
    return {
        key.lower(): key
        for block in statement.conditions
        for pairs in (block.values() if isinstance(block, Mapping) else ())
        for key in (pairs if isinstance(pairs, Mapping) else ())
    }


def _keys(statement: Statement) -> frozenset[str]:
    """The condition keys that a statement asks for, whatever the conditions of the template."""
    spelled = _spelled(statement)
    found = [
        frozenset(
            spelled.get(line.key, line.key)
            if isinstance(line, conditions.Test)
            else "what only the deployment knows"
            for line in block
        )
        for block in conditions.blocks(statement)
    ]
    return frozenset.intersection(*found) if found else frozenset()


# -- denials --------------------------------------------------------------------------------------


def _denials(found: list[Statement | Opaque], side: Side) -> Iterator[_Denial]:
    for statement in found:
        if isinstance(statement, Opaque) or statement.allows:
            continue
        body = statement.body
        keys = _keys(statement)
        yield _Denial(
            sid=str(side.plain(body.get("Sid", ABSENT))),
            who=_principal(statement, side),
            actions=_elements(statement, "Action", side),
            resources=_elements(statement, "Resource", side),
            condition=json.dumps(side.plain(body.get("Condition", {})), sort_keys=True),
            keys=keys,
            when=_when(statement) or _under(keys),
            inverted=any(name in body for name in ("NotAction", "NotResource", "NotPrincipal")),
        )


def _when(statement: Statement) -> str:
    """A condition of one line in words; empty for others."""
    match list(conditions.blocks(statement)):
        case [[conditions.Test(quantifier="", if_exists=False) as line]]:
            pass
        case _:
            return ""
    words = _WORDS.get(line.operator)
    match line.values:
        case [str() | Text() | int() | float() as value] if words is not None:
            key = cut(_spelled(statement).get(line.key, line.key))
            return f" where {key} is {'not ' if line.negated else ''}{words}{shown(value)}"
        case _:
            return ""


def _principal(statement: Statement, side: Side) -> str:
    found = {
        name: side.plain(statement.body[name])
        for name in ("Principal", "NotPrincipal")
        if name in statement.body
    }
    if found == {"Principal": {"AWS": "*"}}:
        return _EVERYONE
    return json.dumps(
        found.get("Principal", ABSENT) if len(found) == 1 and "Principal" in found else found,
        sort_keys=True,
        default=str,
    )


def _elements(statement: Statement, element: str, side: Side) -> frozenset[str]:
    """Elements as text; those that are inverted begin with `all but`."""
    return frozenset(
        f"{word}{side.text(entry.value) if not isinstance(entry.value, Unknown) else entry.value}"
        for name, word in ((element, ""), (f"Not{element}", "all but "))
        for entry in statement.entries(name)
    )


def _includes(these: frozenset[str], those: frozenset[str]) -> bool:
    """Whether a list surely includes another, by the letter or by a star alone."""
    services = {f"{name.partition(':')[0]}:*" for name in those}
    return "*" in these or those <= these or (len(services) == 1 and services <= these)
