"""ARNs of the types that actions take, as patterns, and as a reader expects to see them.

Source of the formats: the Service Authorization Reference, by way of `compliance.iam.actions`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compliance.iam import reach
from compliance.iam.access import globs
from compliance.iam.access.globs import MANY, OTHER, Letters, Pattern, Spot, Symbol, Wild
from compliance.iam.references import FORMS
from compliance.iam.references import NAME as NAME_PIECE
from compliance.iam.references import PATH as PATH_PIECE
from compliance.intrinsics import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compliance.iam.actions import Action
    from compliance.intrinsics import Token

NO_RESOURCE: Final[Letters] = (globs.NO_RESOURCE,)
"""What a request has for an action that takes no resource: only wildcards take it in, as they do
the `*` that the reference asks policies to name for such an action."""
MAX_FORMS: Final = 24
"""ARN formats that are tried for the actions of one cell."""
SHORT: Final[Mapping[str, str]] = {
    "arn:${Partition}:execute-api:${Region}:${Account}:${ApiId}/${Stage}/${Method}"
    "/${ApiSpecificResourcePath}": "execute-api:/${Path}",
}
"""What a policy may write in the place of an ARN (API Gateway Developer Guide, 'API Gateway
resource policy examples')."""
NAME_FIELD: Final = 5
_FILLS: Final[tuple[Mapping[int, str], ...]] = (
    {1: "aws", 3: "us-east-1", 4: "111122223333", NAME_FIELD: "example"},
    {1: "aws", 3: "eu-central-1", 4: "444455556666", NAME_FIELD: "sample"},
    {1: "aws-cn", 3: "cn-north-1", 4: "777788889999", NAME_FIELD: "other"},
)
"""What is written in the fields of an ARN where a policy leaves them open."""
_PIECE: Final = re.compile(f"({re.escape(NAME_PIECE)}|{re.escape(PATH_PIECE)})")
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}|\*")
_FIELDS: Final = 6
_NO_SLASH: Final = frozenset({"BucketName", "TableName"})
_ACCOUNT_FIELD: Final = 4
_ACCOUNT_ID: Final = re.compile(r"[0-9]{12}|aws")
_TAILS: Final = ("/example", "-example/example", "-example", "/index/example", ":example")
"""What stands behind the ARN of something in that of a part of it, or of its neighbour."""
_SOME: Final = "some-token"
_PLAIN: Final = "xqzjwkvy0"


def forms(actions: Iterable[Action], resource: Pattern) -> tuple[tuple[Action, str], ...]:
    """ARN formats that some of these actions take, each with the first action that takes it.

    Args:
        actions: in order of preference.
        resource: a pattern; formats of services that it plainly leaves out are left out.
    """
    service = _service(resource)
    found: dict[str, Action] = {}
    for action in actions:
        for arn in action.arns:
            if not service or _field(arn) in {service, ""}:
                found.setdefault(arn, action)
            if arn in SHORT:
                found.setdefault(SHORT[arn], action)
        if len(found) >= MAX_FORMS:
            break
    return tuple((first, form) for form, first in found.items())


def _service(resource: Pattern) -> str:
    """The service that a pattern of ARNs names, empty where it does not."""
    fields = ["", "", ""]
    index = 0
    for symbol in resource:
        if symbol == ":":
            index += 1
            if index == len(fields):
                return fields[-1]
        elif isinstance(symbol, str) and len(symbol) == 1:
            fields[index] += symbol
        elif index != 1:
            return ""
    return ""


@lru_cache(maxsize=4096)
def _field(arn_format: str) -> str:
    name = arn_format.split(":", 3)[2]
    return "" if "$" in name or "*" in name else name


@lru_cache(maxsize=4096)
def glob(arn_format: str) -> Pattern:
    """The pattern of all ARNs of a format; no part that the format leaves open is empty."""
    found: list[Symbol] = []
    for index, part in enumerate(arn_format.split(":", _FIELDS - 1)):
        if index:
            found.append(":")
        end = 0
        for variable in _VARIABLE.finditer(part):
            found += part[end : variable.start()]
            without = ":" if index < _FIELDS - 1 else "/:" if variable[1] in _NO_SLASH else ""
            found += (Spot(Wild.ONE, without, tokens=True), Spot(Wild.MANY, without))
            end = variable.end()
        found += part[end:]
    return tuple(found)


def is_of(text: Letters, arn_format: str, tokens: Mapping[str, Token]) -> bool:
    """Whether a text with tokens in it may be an ARN of a format.

    Args:
        text: letters; a token that is not told may be anything.
        arn_format: of the reference.
        tokens: what its tokens are.
    """
    parts: list[str | Token] = []
    for letter in text:
        if letter in tokens:
            parts.append(tokens[letter])
        elif parts and isinstance(parts[-1], str):
            parts[-1] += letter
        else:
            parts.append(letter)
    return reach.can_match(Text(tuple(parts)), arn_format, guess=True)


def has_tokens(text: Letters) -> bool:
    """Whether a part of a text is a token."""
    return text != NO_RESOURCE and any(len(letter) > 1 for letter in text)


def is_real(text: Letters, found: Letters) -> bool:
    """Whether an ARN has an account id, where one was made up.

    Args:
        text: an ARN to show.
        found: the same as the search found it.
    """
    if OTHER not in _part(found, _ACCOUNT_FIELD):
        return True
    return _ACCOUNT_ID.fullmatch("".join(_part(text, _ACCOUNT_FIELD))) is not None


def _part(text: Letters, number: int) -> Letters:
    """A field of an ARN."""
    colons = [index for index, letter in enumerate(text) if letter == ":"]
    if len(colons) <= number:
        return ()
    return text[colons[number - 1] + 1 : colons[number]]


def readable(text: Letters) -> Iterator[Letters]:
    """Texts of the same kind that read better, the best first.

    Args:
        text: as a search found it: shortest, with `OTHER` for a character that does not matter.
    """
    for fill in _FILLS:
        named = _named(text, fill)
        if named[-1:] == ("/",):
            yield named + tuple(fill[NAME_FIELD])
        yield named
    free = [sign for sign in _PLAIN if sign not in text]
    for sign in free:
        yield tuple(sign if letter == OTHER else letter for letter in text)


def _named(text: Letters, fill: Mapping[int, str]) -> Letters:
    """With partition, region, account and a name in the place of runs of any character."""
    found: list[str] = []
    field = 0
    for index, letter in enumerate(text):
        if letter == ":":
            field += 1
        if letter != OTHER:
            found.append(letter)
        elif index == 0 or text[index - 1] != OTHER:
            found += fill.get(field, fill[NAME_FIELD])
    return tuple(found)


def continued(resource: Pattern) -> Iterator[Letters]:
    """Texts of a pattern that ends in a wildcard behind a token, longer than the shortest."""
    head = resource[:-1]
    if resource[-1:] != (MANY,) or any(isinstance(symbol, Spot) for symbol in head):
        return
    letters = tuple(symbol for symbol in head if isinstance(symbol, str))
    if has_tokens(letters):
        for tail in _TAILS:
            yield letters + tuple(tail)


def written_out(text: Letters) -> Letters:
    """A text with letters in the place of its tokens, one way that they may turn out."""
    return tuple(sign for letter in text for sign in (letter if len(letter) == 1 else _SOME))


def written(text: Letters) -> str:
    """A text as a witness shows it."""
    return "*" if text == NO_RESOURCE else "".join(text)


def spread(text: Letters, tokens: Mapping[str, Token]) -> Pattern:
    """A pattern of all that a text may turn out to be.

    Args:
        text: letters.
        tokens: what its tokens are; one that is not told may be anything.
    """
    found: list[Symbol] = []
    for letter in text:
        if len(letter) == 1:
            found.append(letter)
            continue
        token = tokens.get(letter)
        kind = (token.resource.type, token.attribute) if token and token.resource else None
        form = FORMS.get(kind) if kind else None
        found += _form(form) if form else (MANY,)
    return tuple(found)


@lru_cache(maxsize=256)
def _form(form: str) -> Pattern:
    found: list[Symbol] = []
    for part in _PIECE.split(form):
        if part in {NAME_PIECE, PATH_PIECE}:
            without = ":/" if part == NAME_PIECE else ":"
            found += (Spot(Wild.ONE, without), Spot(Wild.MANY, without))
        else:
            found += part
    return tuple(found)


def in_any_partition(glob: Pattern) -> Pattern:
    """A pattern of ARNs with any partition in the place of `aws`."""
    head = ("a", "r", "n", ":", "a", "w", "s", ":")
    return (*head[:4], MANY, *glob[7:]) if glob[: len(head)] == head else glob
