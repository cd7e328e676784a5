"""Policy documents, read into clauses.

Grammar: IAM User Guide, 'Grammar of the IAM JSON policy language'.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from compliance.iam.access import contexts
from compliance.iam.access.clauses import (
    ANYONE,
    Clause,
    Listed,
    Principal,
    PrincipalKind,
    Unread,
)
from compliance.iam.access.contexts import Line
from compliance.iam.access.formulas import VARIABLE
from compliance.iam.access.globs import EVERYTHING, OTHER, pattern
from compliance.iam.principals import ACCOUNT_ID, OWN_ACCOUNT
from compliance.iam.statements import Opaque, PolicyKind, Statement, of_document
from compliance.intrinsics import ABSENT, Text, Token, Value
from compliance.intrinsics.values import shown

if TYPE_CHECKING:
    from compliance.assembly.model import Json
    from compliance.iam.access.globs import Pattern
    from compliance.iam.access.values import GivenResolver

_Item = TypeVar("_Item", bound=Hashable)
WITH_VARIABLES: Final = "2012-10-17"
"""The version of the language from which on `${…}` is a policy variable."""
_VERSION: Final = re.compile(r'"Version"\s*:\s*"([0-9-]+)"')
_EVERY_ACTION: Final = re.compile(r"\*+(:\*+)?")
MAX_RESOURCE: Final = 2048
"""Characters of a resource: a bound of our own, beyond any ARN that AWS documents."""
EFFECTS: Final = {"Allow": True, "Deny": False}


class UnreadableError(ValueError):
    """An element of a statement that means nothing the comparison could rest on."""


class Reader:
    """Reads policy documents, and notes what their tokens are.

    Args:
        resolver: for what the documents hold.
    """

    def __init__(self, resolver: GivenResolver) -> None:
        self._resolver = resolver
        self.tokens: dict[str, Token] = {}

    def document(
        self,
        document: Value,
        *,
        place: str,
        kind: PolicyKind,
        itself: Pattern | None = None,
        where: str = "",
        is_made: bool = False,
    ) -> Iterator[Clause | Unread]:
        """The statements of a policy.

        Args:
            document: as in `compliance.iam.statements.of_document`.
            place: property path of the document.
            kind: what the policy is attached to.
            itself: what a statement without `Resource` is about; everything by default.
            where: put in front of places.
            is_made: whether the document says in a policy's words what properties say.
        """
        for read in of_document(document, place, kind, self._resolver):
            own = place if is_made else read.place
            shown_place = f"{where} {own.lstrip('.')}".strip()
            if isinstance(read, Opaque):
                yield Unread(self._raw(document), read.reason, shown_place)
                continue
            variables = self._version(document) == WITH_VARIABLES
            try:
                yield self._clause(
                    read, variables=variables, itself=itself or EVERYTHING, place=shown_place
                )
            except UnreadableError as error:
                yield Unread(f"{variables} {self._raw(read.body)}", str(error), shown_place)

    def _raw(self, node: Json) -> str:
        return shown(self._resolver.spelled(node))

    def _version(self, document: Value) -> str:
        if isinstance(document, str | Text):
            found = _VERSION.search(str(document))
            return found[1] if found else ""
        version = document.get("Version") if isinstance(document, Mapping) else None
        return str(self._resolver.one(version))

    def _clause(
        self, statement: Statement, *, variables: bool, itself: Pattern, place: str
    ) -> Clause:
        body = statement.body
        effect = self._resolver.values(body.get("Effect", ABSENT))
        if len(effect) != 1 or not isinstance(effect[0], str) or effect[0] not in EFFECTS:
            raise UnreadableError(f"Effect is {_cut(body.get('Effect'))}, not Allow or Deny")
        actions = self._element(statement, "Action", self._action)
        if actions is None:
            raise UnreadableError("it has neither Action nor NotAction")
        resources = self._element(
            statement, "Resource", lambda value: self._glob(value, variables=variables)
        )
        if resources is None or (
            statement.kind is PolicyKind.KEY and resources == Listed(frozenset({EVERYTHING}))
        ):
            # In a key's policy, everything is the key (KMS Developer Guide, 'Key policies').
            resources = Listed(frozenset({itself}))
        condition = self._condition(body.get("Condition", ABSENT), variables=variables)
        return Clause(
            allows=EFFECTS[effect[0]],
            actions=actions,
            resources=resources,
            principals=self._principals(statement),
            condition=condition,
            needs=_needs(resources, condition),
            place=place,
        )

    def _element(
        self, statement: Statement, name: str, read: Callable[[Value], _Item]
    ) -> Listed[_Item] | None:
        both = [negated for negated in (False, True) if self._has(statement, _named(name, negated))]
        if len(both) > 1:
            raise UnreadableError(f"it has both {name} and Not{name}")
        if not both:
            return None
        node = statement.body[_named(name, both[0])]
        items = frozenset(read(value) for _, value in self._resolver.items(node))
        return Listed(items, negated=both[0])

    def _has(self, statement: Statement, name: str) -> bool:
        return self._resolver.values(statement.body.get(name, ABSENT)) != (ABSENT,)

    def _action(self, value: Value) -> str:
        if not isinstance(value, str):
            raise UnreadableError(f"an action is {_cut(str(value))}, known only at deploy time")
        action = value.lower()
        # Every action has a service.
        return "*" if _EVERY_ACTION.fullmatch(action) else action

    def _glob(self, value: Value, *, variables: bool) -> Pattern:
        if not isinstance(value, str | Text):
            raise UnreadableError(f"a resource is {_cut(value)}, where a text is expected")
        if OTHER in str(value):
            raise UnreadableError("a resource has a character that is kept for private use")
        if len(str(value)) > MAX_RESOURCE:
            raise UnreadableError(f"a resource has more than {MAX_RESOURCE:,} characters")
        self._note(value)
        return pattern(value, variables=variables)

    def _note(self, value: Value) -> None:
        for token in value.tokens if isinstance(value, Text) else ():
            self.tokens[str(token)] = token

    # -- principals -------------------------------------------------------------------------------

    def _principals(self, statement: Statement) -> Listed[Principal] | None:
        found: set[Principal] = set()
        negated = self._has(statement, "NotPrincipal")
        if negated and self._has(statement, "Principal"):
            raise UnreadableError("it has both Principal and NotPrincipal")
        node = statement.body.get(_named("Principal", negated), ABSENT)
        if not negated and not self._has(statement, "Principal"):
            if statement.kind is PolicyKind.IDENTITY:
                return None
            raise UnreadableError("it has neither Principal nor NotPrincipal")
        values = self._resolver.values(node)
        for block in values:
            if not isinstance(block, Mapping):
                found |= {self._principal("AWS", value) for _, value in self._resolver.items(block)}
                continue
            for kind, listed in block.items():
                found |= {self._principal(kind, value) for _, value in self._resolver.items(listed)}
        if len(values) != 1:
            raise UnreadableError("its principals are known only at deploy time")
        return Listed(frozenset(found), negated=negated)

    def _principal(self, kind: str, value: Value) -> Principal:
        if kind not in set(PrincipalKind):
            raise UnreadableError(f"it names a principal of the kind {_cut(kind)}")
        if isinstance(value, int) and not isinstance(value, bool):
            value = f"{value:012d}"
        if not isinstance(value, str | Text):
            raise UnreadableError(f"a principal is {_cut(value)}, where a text is expected")
        self._note(value)
        name = str(value)
        if name == ANYONE and kind == PrincipalKind.AWS:
            return Principal(PrincipalKind.AWS, ANYONE)
        if isinstance(value, str) and ("*" in name or "?" in name):
            raise UnreadableError(f"the principal {_cut(name)} has a wildcard, which IAM refuses")
        if kind == PrincipalKind.AWS and _is_account(value):
            name = f"arn:aws:iam::{name}:root"
        elif name.startswith("arn:${AWS::Partition}:iam::"):
            name = name.replace("${AWS::Partition}", "aws", 1)
        return Principal(PrincipalKind(kind), name.lower() if kind == "Service" else name)

    # -- conditions -------------------------------------------------------------------------------

    def _condition(self, node: Json, *, variables: bool) -> frozenset[Line]:
        values = self._resolver.values(node)
        if values == (ABSENT,):
            return frozenset()
        if len(values) != 1 or not isinstance(values[0], Mapping):
            raise UnreadableError("its condition is known only at deploy time")
        block: dict[str, dict[str, list[str]]] = {}
        for operator, pairs in values[0].items():
            keys = self._resolver.values(pairs)
            if keys == (ABSENT,):
                continue
            if len(keys) != 1 or not isinstance(keys[0], Mapping):
                raise UnreadableError(f"{_cut(operator)} of its condition is no object")
            lines = block.setdefault(operator, {})
            for key, wanted in keys[0].items():
                if self._resolver.values(wanted) != (ABSENT,):
                    lines[key] = [
                        _as_text(value, variables=variables)
                        for _, value in self._resolver.items(wanted)
                    ]
        try:
            return frozenset(contexts.parse(block))
        except ValueError as error:
            raise UnreadableError(str(error)) from error


def _named(name: str, negated: bool) -> str:  # noqa: FBT001 - private
    return f"Not{name}" if negated else name


def _needs(resources: Listed[Pattern], condition: frozenset[Line]) -> frozenset[Line]:
    """The policy variables that a request has to have."""
    texts = [
        *(symbol for glob in resources.items for symbol in glob if isinstance(symbol, str)),
        *(value for line in condition for value in line.values),
    ]
    names = {name for text in texts for name in VARIABLE.findall(text)}
    return frozenset(
        Line("has", negated=False, quantifier="", if_exists=False, key=name, values=frozenset())
        for name in names
    )


def _as_text(value: Value, *, variables: bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and not variables:
        return value.replace("${", "${$}{")  # as the newer version writes what is no variable
    if isinstance(value, str | int | float | Text):
        return str(value)
    raise UnreadableError(f"a value of its condition is {_cut(value)}, where a text is expected")


def _is_account(value: str | Text) -> bool:
    if isinstance(value, str):
        return ACCOUNT_ID.fullmatch(value) is not None
    return len(value.parts) == 1 and value.tokens[0].name == OWN_ACCOUNT


def _cut(value: Json, most: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"
