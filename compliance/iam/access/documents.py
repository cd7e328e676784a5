"""Lone policy documents: what IAM would refuse is refused here, by name and place.

Grammar: IAM User Guide, 'Grammar of the IAM JSON policy language'.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.assembly import Assembly, Template
from compliance.findings import SynthgateError
from compliance.iam.access import contexts
from compliance.iam.access.clauses import Clause, Policy, PrincipalKind, Unread
from compliance.iam.access.reading import EFFECTS, WITH_VARIABLES, Reader
from compliance.iam.access.values import GivenResolver
from compliance.iam.statements import PolicyKind
from compliance.intrinsics import is_intrinsic

if TYPE_CHECKING:
    from compliance.assembly.model import Json

VERSIONS: Final = (WITH_VARIABLES, "2008-10-17")
DOCUMENT_ELEMENTS: Final = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_ARN: Final = re.compile(r"arn:|execute-api:|(ar?n?)?[*?]|\$\{")
LONE: Final = "document"


def policy(document: Json, *, shown: str) -> Policy:
    """A policy document as it lies in a file of its own.

    Args:
        document: parsed JSON. CloudFormation intrinsics are tokens, each of which equals itself.
        shown: its name for error texts.

    Raises:
        SynthgateError: it is no policy; the text names the place and what is allowed there.
    """
    if not isinstance(document, Mapping):
        raise _wrong(shown, "", document, "an object with Version and Statement")
    _only(document, DOCUMENT_ELEMENTS, shown, "")
    if "Statement" not in document:
        raise SynthgateError(f"{shown}: no Statement: a policy is expected to have some")
    version = document.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        raise _wrong(shown, "Version", version, " or ".join(VERSIONS))
    statements = document["Statement"]
    several = isinstance(statements, list)
    listed = statements if several else [statements]
    if not listed:
        raise SynthgateError(f"{shown}: Statement: is empty; at least one statement is expected")
    for index, statement in enumerate(listed):
        _check(statement, shown, f"Statement[{index}]" if several else "Statement")
    template = Template(name="", path=Path(shown), body={})
    reader = Reader(GivenResolver(template, Assembly(Path(shown), (template,), is_assembly=False)))
    has_principal = any("Principal" in each or "NotPrincipal" in each for each in listed)
    read = list(
        reader.document(
            {"Version": version, "Statement": listed},
            place="",
            kind=PolicyKind.RESOURCE if has_principal else PolicyKind.IDENTITY,
        )
    )
    return Policy(
        subject=LONE,
        principal="*",
        clauses=tuple(each for each in read if isinstance(each, Clause)),
        unread=tuple(each for each in read if isinstance(each, Unread)),
        tokens=reader.tokens,
    )


def nothing() -> Policy:
    """The policy by which nothing is granted."""
    return Policy(subject=LONE, principal="*", clauses=())


def is_document(value: Json) -> bool:
    """Whether a parsed file is meant to be a policy document, and no template."""
    return isinstance(value, Mapping) and "Statement" in value and "Resources" not in value


def _check(statement: Json, shown: str, place: str) -> None:
    if not isinstance(statement, Mapping):
        raise _wrong(shown, place, statement, "an object")
    if not statement:
        raise SynthgateError(
            f"{shown}: {place}: is empty; Effect, Action and Resource are expected"
        )
    _only(statement, STATEMENT_ELEMENTS, shown, place)
    if "Effect" not in statement:
        raise SynthgateError(f"{shown}: {place}: no Effect; Allow or Deny is expected")
    effect = statement["Effect"]
    if not isinstance(effect, str) or effect not in EFFECTS:
        raise _wrong(shown, f"{place}.Effect", effect, "Allow or Deny")
    has_principal = _one_of(statement, "Principal", shown, place)
    if not _one_of(statement, "Action", shown, place):
        raise SynthgateError(f"{shown}: {place}: no Action or NotAction")
    if not _one_of(statement, "Resource", shown, place) and not has_principal:
        raise SynthgateError(
            f"{shown}: {place}: no Resource or NotResource; only policies that name a Principal "
            "go without"
        )
    for name, check in _CHECKS.items():
        if name in statement:
            check(statement[name], shown, f"{place}.{name}")


def _one_of(statement: Mapping[str, Json], name: str, shown: str, place: str) -> bool:
    if name in statement and f"Not{name}" in statement:
        raise SynthgateError(f"{shown}: {place}: both {name} and Not{name}; one is expected")
    return name in statement or f"Not{name}" in statement


def _principal(value: Json, shown: str, place: str) -> None:
    if value == "*" or is_intrinsic(value):
        return
    if not isinstance(value, Mapping) or not value:
        raise _wrong(shown, place, value, f"'*' or an object with {', '.join(PrincipalKind)}")
    _only(value, tuple(PrincipalKind), shown, place)
    for kind, listed in value.items():
        _texts(listed, shown, f"{place}.{kind}", may_be_all=False)


def _resource(value: Json, shown: str, place: str) -> None:
    _texts(value, shown, place, may_be_all=True)
    for where, resource in _elements(value, place):
        if isinstance(resource, str) and not _ARN.match(resource):
            raise _wrong(shown, where, resource, "'*' or an ARN")


def _action(value: Json, shown: str, place: str) -> None:
    _texts(value, shown, place, may_be_all=True)
    for where, action in _elements(value, place):
        if action != "*" and ":" not in str(action).strip("*"):
            raise _wrong(shown, where, action, "'*' or a service and a name, as in s3:GetObject")


def _condition(value: Json, shown: str, place: str) -> None:
    if is_intrinsic(value):
        return
    if not isinstance(value, Mapping):
        raise _wrong(shown, place, value, "an object")
    for operator, pairs in value.items():
        where = f"{place}.{operator}"
        if not isinstance(pairs, Mapping):
            raise _wrong(shown, where, pairs, "an object of condition keys")
        for key, wanted in pairs.items():
            for at, each in _elements(wanted, f"{where}.{key}"):
                if not isinstance(each, str | int | float) and not is_intrinsic(each):
                    raise _wrong(shown, at, each, "a text, a number or a boolean")
            try:
                line = contexts.line(operator, key, "")
            except ValueError as error:
                raise SynthgateError(f"{shown}: {place}: {error}") from error
            if not contexts.known(line):
                raise _wrong(shown, place, operator, "an operator of IAM, such as StringEquals")


_CHECKS: Final[Mapping[str, Callable[[Json, str, str], None]]] = {
    "Action": _action,
    "NotAction": _action,
    "Resource": _resource,
    "NotResource": _resource,
    "Principal": _principal,
    "NotPrincipal": _principal,
    "Condition": _condition,
}
"""What the elements of a statement have to be."""


def _texts(value: Json, shown: str, place: str, *, may_be_all: bool) -> None:
    elements = list(_elements(value, place))
    if not elements:
        raise SynthgateError(f"{shown}: {place}: is empty; a text or a list of texts is expected")
    for where, each in elements:
        is_account = not may_be_all and isinstance(each, int) and not isinstance(each, bool)
        if (
            not (isinstance(each, str) and each.strip())
            and not is_intrinsic(each)
            and not is_account
        ):
            raise _wrong(shown, where, each, "a text")


def _elements(value: Json, place: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield f"{place}[{index}]", each
    else:
        yield place, value


def _only(value: Mapping[str, Json], allowed: tuple[str, ...], shown: str, place: str) -> None:
    for name in value:
        if name not in allowed:
            raise SynthgateError(
                f"{f'{shown}: {place}' if place else shown}: no element is called {_short(name)}; "
                f"one of {', '.join(allowed)}"
            )


def _wrong(shown: str, place: str, value: Json, allowed: str) -> SynthgateError:
    where = f"{shown}: {place}" if place else shown
    return SynthgateError(f"{where}: {_short(value)} stands where {allowed} is expected")


def _short(value: Json, most: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"
