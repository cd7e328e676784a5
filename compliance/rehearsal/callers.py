"""Who calls a route rightly, and who calls it as nobody may.

Facts: API Gateway Developer Guide, 'Gateway response types in API Gateway' (what it answers, and
when), 'Control access to a REST API with IAM permissions', 'Integrate a REST API with an Amazon
Cognito user pool'.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.routing import NONE
from compliance.rehearsal.wire import Signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.rehearsal.routing import Route
    from compliance.rehearsal.stage import Stage

NOBODY: Final = "synthgate-probe"
"""Names what does not exist: an item, a key, a secret, a stage."""
IAM: Final = "AWS_IAM"
COGNITO: Final = "COGNITO_USER_POOLS"
FORBIDDEN: Final = frozenset({403})
REFUSED: Final = frozenset({401, 403})
RIGHT: Final = "right"
"""The kind of call that has to be let in."""
KINDS: Final[Mapping[str, str]] = {
    "unsigned": "without a signature",
    "foreign-authorization": "whose authorization is no signature",
    "wrong-secret": "signed with a wrong secret",
    "stale": "signed years ago",
    "other-region": "signed for another region",
    "other-service": "signed for another service",
    "stranger": "of somebody whom nothing allows it",
    "no-key": "without the API key",
    "wrong-key": "with a wrong API key",
    "no-token": "without a token",
    "no-jwt": "with a token that is none",
    "tampered-token": "with a token whose signature is wrong",
    "unsigned-token": "with a token that says it needs no signature",
    "other-scope": "with a token of another scope",
    "double-slash": "without authorization, to a path with two slashes",
    "dot-segments": "without authorization, to a path with encoded dots",
    "plain-dot-segments": "without authorization, to a path with dots",
    "encoded-slash": "without authorization, to a path with an encoded slash",
    "trailing-slash": "without authorization, to a path with a slash at its end",
    "path-parameter": "without authorization, to a path with a semicolon",
    "unknown-path": "to a path that is not there",
    "unknown-method": "with a method that is not there",
    "other-stage": "to a stage that is not there",
    "other-api": "to an API that is not there",
}
"""What is wrong with a call, by its kind."""

_ALL: Final = "all"
_STRANGER: Final = "stranger"
_REGIONS: Final = ("eu-west-1", "us-east-1")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        kind: of the call: `right`, or one of `KINDS`.
        refusals: statuses that refuse it.
        signature: how it is signed.
        token: for `Authorization`, where it is not signed.
        key: for `x-api-key`.
    """

    kind: str
    refusals: frozenset[int] = frozenset()
    signature: Signature | None = None
    token: str = field(default="", repr=False)
    key: str = field(default="", repr=False)


def right(stage: Stage, route: Route) -> Caller:
    """Who may call a route, as far as the stage knows somebody.

    Raises:
        RehearsalError: it takes tokens, and the stage has none for all its scopes.
    """
    if route.authorization == IAM:
        return Caller(RIGHT, signature=Signature(stage.caller), key=stage.api_key)
    if route.authorization == COGNITO:
        if _ALL not in stage.tokens:
            raise RehearsalError(
                f"{route.operation}: takes a user pool's tokens, and the stage has none; next: "
                f"give it one for every scope, named '{_ALL}'"
            )
        return Caller(RIGHT, token=stage.tokens[_ALL], key=stage.api_key)
    return Caller(RIGHT, key=stage.api_key)


def nobody(stage: Stage, route: Route, kind: str = "") -> Caller:
    """Who calls a route without saying who it is."""
    refusals = FORBIDDEN if route.authorization == IAM else REFUSED
    return Caller(kind, refusals, key=stage.api_key)


def wrong(stage: Stage, route: Route) -> Iterator[Caller]:
    """All who may not call a route."""
    if route.authorization == IAM:
        yield from _wrongly_signed(stage, route)
    elif route.authorization != NONE:
        yield from _wrong_tokens(stage, route)
    if route.api_key_required:
        for kind, key in (("no-key", ""), ("wrong-key", NOBODY * 2)):
            yield replace(right(stage, route), kind=kind, refusals=FORBIDDEN, key=key)


def _wrongly_signed(stage: Stage, route: Route) -> Iterator[Caller]:
    yield nobody(stage, route, "unsigned")
    yield replace(nobody(stage, route, "foreign-authorization"), token=f"Bearer {NOBODY}")
    own = Signature(stage.caller)
    elsewhere = next(region for region in _REGIONS if region != stage.region)
    signatures = {
        "wrong-secret": replace(own, secret=NOBODY),
        "stale": replace(own, stale=True),
        "other-region": replace(own, region=elsewhere),
    }
    if not stage.local:
        # The local AWS takes no notice of the service that a signature is for.
        signatures["other-service"] = replace(own, service="s3")
    if stage.stranger is not None:
        signatures[_STRANGER] = Signature(stage.stranger)
    for kind, signature in signatures.items():
        yield replace(nobody(stage, route, kind), signature=signature)


def _wrong_tokens(stage: Stage, route: Route) -> Iterator[Caller]:
    tokens = [("no-token", ""), ("no-jwt", NOBODY)]
    if route.authorization == COGNITO:
        known = right(stage, route).token
        tokens += [("tampered-token", tampered(known)), ("unsigned-token", unsigned(known))]
    # A method without scopes takes every token of its pool.
    for name, token in stage.tokens.items() if route.scopes else ():
        if name not in (_ALL, *route.scopes):
            tokens.append((_STRANGER if name == _STRANGER else "other-scope", token))
    for kind, token in tokens:
        yield replace(nobody(stage, route, kind), token=token)


def tampered(token: str) -> str:
    """A token with a wrong signature: its first letter is another.

    The last one would not do: some of its bits do not count.
    """
    head, _, signature = token.rpartition(".")
    return f"{head}.{'B' if signature.startswith('A') else 'A'}{signature[1:]}"


def unsigned(token: str) -> str:
    """A token of the same claims that says it is not signed: its `alg` is `none`.

    https://datatracker.ietf.org/doc/html/rfc8725#section-2.1 tells who once took such a token.

    Raises:
        RehearsalError: it is no JSON Web Token.
    """
    try:
        head, claims, _ = token.split(".")
        header = {**json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))}
    except (ValueError, TypeError):
        raise RehearsalError(
            "the stage's token is no JSON Web Token; allowed: an access token of its user pool"
        ) from None
    plain = json.dumps({**header, "alg": "none"}, separators=(",", ":")).encode()
    return f"{base64.urlsafe_b64encode(plain).decode().rstrip('=')}.{claims}."
