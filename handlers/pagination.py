"""Where a list stopped, and the opaque token that carries it to the next request.

A token is not secret and not signed: all it can name is a place in an index that its bearer may
list anyway. It is checked to the letter, so that no made-up token reaches DynamoDB.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass

from handlers import json_codec
from handlers.item import STATUSES, is_item_id
from handlers.problems import Problem, ProblemError

_FORMAT = 1
_MAX_LENGTH = 512
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexKey:
    """A place within one status: the item after which to go on."""

    created_at: str
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where the next page starts."""

    status_filter: str | None
    """The status that the list was asked for; None for all of them."""
    status: str
    """The status being walked."""
    after: IndexKey | None
    """The last item already returned; None at the beginning of `status`."""


def start(*, status_filter: str | None) -> Position:
    """Return the position of a list's first page."""
    return Position(status_filter=status_filter, status=status_filter or STATUSES[0], after=None)


def encode(position: Position) -> str:
    """Return the token of a position, in base64url without padding (RFC 4648, section 5)."""
    after = position.after
    fields = [
        _FORMAT,
        position.status_filter,
        position.status,
        after and after.created_at,
        after and after.id,
    ]
    return base64.urlsafe_b64encode(json_codec.encode(fields).encode()).decode().rstrip("=")


def decode(token: str, *, status_filter: str | None) -> Position:
    """Return the position that `token` carries.

    A token that `encode` did not make, or made for another status filter, is a 400 problem.
    """
    position = _decode(token)
    # Only one text encodes a position: this refuses padding, spare bits and spellings of JSON.
    if position is None or encode(position) != token:
        raise ProblemError(
            Problem.INVALID_PARAMETER,
            "The parameter next is not a token of this service; use the one of the last page.",
        )
    if position.status_filter != status_filter:
        raise ProblemError(
            Problem.INVALID_PARAMETER,
            "The parameter next belongs to a list with another status; repeat that status.",
        )
    return position


def _decode(token: str) -> Position | None:
    if len(token) > _MAX_LENGTH:
        return None
    try:
        fields = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    match fields:
        case [1, None | str() as status_filter, str() as status, None, None]:
            after = None
        case [1, None | str() as status_filter, str() as status, str() as created_at, str() as id_]:
            if not _TIMESTAMP.fullmatch(created_at) or not is_item_id(id_):
                return None
            after = IndexKey(created_at=created_at, id=id_)
        case _:
            return None
    if status not in STATUSES or status_filter not in (None, status):
        return None
    return Position(status_filter=status_filter, status=status, after=after)
