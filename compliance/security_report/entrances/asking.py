"""What callers of an API have to show, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Text, Unknown, referred
from compliance.rules.api.api01_authorized_methods import ASKING as METHODS
from compliance.rules.api.api02_authorized_routes import ASKING as ROUTES
from compliance.security_report.naming import cut, listed, name, short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.assembly.model import Resource
    from compliance.intrinsics import Value
    from compliance.rules.base import Context

SIGNED: Final = "IAM (SigV4)"
KEY: Final = "API key"
POLICY: Final = "resource policy"
UNTOLD: Final = "known only at deploy time"
ASKING: Final = (*METHODS, *ROUTES)
_KINDS: Final = {
    "AWS_IAM": SIGNED,
    "CUSTOM": "Lambda authorizer",
    "COGNITO_USER_POOLS": "Cognito user pool",
    "JWT": "JWT",
}
_POOL: Final = "AWS::Cognito::UserPool"


def is_open(kinds: Iterable[Value]) -> bool | None:
    """Whether callers are asked for nothing in some branch; `None` where nobody can tell."""
    answers = [None if isinstance(kind, Text | Unknown) else kind not in ASKING for kind in kinds]
    return True if True in answers else None if None in answers else False


def told(kind: Value) -> str:
    """An authorization type in words."""
    return _KINDS.get(str(kind), UNTOLD)


def authorization(part: Resource, context: Context) -> tuple[str, ...]:
    """What a method or a route asks for by its authorization type, each alternative once."""
    authorizers = [value for value in context.get(part, "AuthorizerId") if value is not ABSENT]
    wanted = scopes(
        short(scope)
        for value in context.get(part, "AuthorizationScopes")
        for _, scope in context.of(part).items(value)
    )
    found = []
    for kind in context.get(part, "AuthorizationType"):
        if isinstance(kind, Text | Unknown):
            found.append(UNTOLD)
        elif kind == "AWS_IAM":
            found.append(SIGNED)
        elif kind in ASKING:
            named = [authorizer(value, str(kind), context) for value in authorizers]
            found += [cut(each + wanted) for each in named or [told(kind)]]
    return tuple(dict.fromkeys(found))


def authorizer(value: Value, kind: str, context: Context) -> str:
    """An authorizer in a few words, such as `Cognito user pool AuthStack/Users`."""
    there = referred(value)
    if there is None:
        return f"{_KINDS[kind]} {short(value)}"
    if kind == "COGNITO_USER_POOLS":
        return f"{_KINDS[kind]} {_pools(there, context) or name(there)}"
    if kind == "JWT":
        issuers = [
            short(value)
            for value in context.get(there, "JwtConfiguration", "Issuer")
            if value is not ABSENT
        ]
        return (
            f"{_KINDS[kind]} of {listed(issuers)}" if issuers else f"{_KINDS[kind]} {name(there)}"
        )
    return f"{_KINDS[kind]} {name(there)}"


def scopes(names: Iterable[str]) -> str:
    """The scopes, of which a token has to have one, as they stand behind an authorizer."""
    found = sorted(set(names))
    return f" with scope {' or '.join(found)}" if found else ""


def _pools(authorizer: Resource, context: Context) -> str:
    pools = [
        there
        for arns in context.get(authorizer, "ProviderARNs")
        for _, arn in context.of(authorizer).items(arns)
        if (there := referred(arn)) is not None and there.type == _POOL
    ]
    return listed(name(pool) for pool in pools)
