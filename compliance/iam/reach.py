"""Whether a pattern of a policy's `Resource` can match any resource of a type.

`covers_type` of `compliance.iam.arns` asks whether it matches all of them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from compliance.iam import actions, arns
from compliance.iam.references import FORMS, NAME, PATH
from compliance.intrinsics import Kind, Text, Token

_NO_COLON: Final = ":"
_NO_SLASH: Final = ":/"

_WHOLE_PIECES: Final = frozenset({"BucketName", "TableName"})
"""Variables of ARN formats that hold no slash: a bucket's ARN is none of its objects'."""
_WHERE: Final = (1, 3, 4)
"""Fields of an ARN that say where: partition, region and account."""
_FIELDS: Final = 6
_FORMAT_VARIABLE: Final = re.compile(r"\$\{(\w+)\}|\*")
_POLICY_VARIABLE: Final = re.compile(r"\$\{[^{}]*\}")
_FORM_VARIABLE: Final = re.compile(f"({re.escape(NAME)}|{re.escape(PATH)})")


class _Symbol(NamedTuple):
    """A character, or any number of them.

    Attributes:
        char: which; empty for any that is not excluded.
        excluded: characters that it cannot be.
        many: whether it stands for any number of characters, none included.
    """

    char: str = ""
    excluded: str = ""
    many: bool = False

    def agrees(self, other: _Symbol) -> bool:
        """Whether some character is both."""
        if self.char:
            return other.char == self.char if other.char else self.char not in other.excluded
        return other.char not in self.excluded if other.char else True


_Symbols = tuple[_Symbol, ...]
_ANYTHING: Final = _Symbol(many=True)


def can_match(pattern: str | Text, arn_format: str, *, guess: bool = False) -> bool:
    """Whether a resource pattern matches some resource of a type.

    Args:
        pattern: an entry of `Resource`.
        arn_format: of the Service Authorization Reference, such as
            `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
        guess: what a value known only at deploy time counts as: with it, any text, else a name.
    """
    if arns.of_another_service(pattern, arn_format):
        return False
    return _meet(_symbols(pattern, guess=guess), _format(arn_format))


def can_serve(pattern: str | Text, action: str) -> bool:
    """Whether a resource pattern matches some resource that an action takes.

    Args:
        pattern: an entry of `Resource`.
        action: name of an action; one that does not exist takes none.
    """
    return any(can_match(pattern, arn) for found in actions.expand(action) for arn in found.arns)


def _symbols(pattern: str | Text, *, guess: bool) -> _Symbols:
    found: list[_Symbol] = []
    for part in pattern.parts if isinstance(pattern, Text) else (pattern,):
        found += _token(part, guess=guess) if isinstance(part, Token) else _literal(part)
    colons = [place for place, symbol in enumerate(found) if symbol.char == ":"]
    if len(colons) >= _FIELDS - 1:
        # An ARN is compared field by field: there, a wildcard does not reach over a colon.
        for place in range(colons[_FIELDS - 2]):
            if found[place] == _ANYTHING:
                found[place] = _Symbol(excluded=_NO_COLON, many=True)
    return tuple(found)


@lru_cache(maxsize=8192)
def _literal(text: str) -> _Symbols:
    signs = {"*": _ANYTHING, "?": _Symbol()}
    return tuple(signs.get(sign) or _Symbol(sign) for sign in _POLICY_VARIABLE.sub("*", text))


def _token(token: Token, *, guess: bool) -> _Symbols:
    name = _Symbol(excluded=_NO_SLASH, many=True)
    if token.kind is Kind.PSEUDO:
        return (_ANYTHING if token.name == "AWS::StackId" else name,)
    if token.kind is Kind.UNKNOWN:
        return (_ANYTHING if guess else name,)
    form = FORMS.get((token.resource.type, token.attribute)) if token.resource else None
    return (_ANYTHING,) if form is None else _form(form)


@lru_cache(maxsize=256)
def _form(form: str) -> _Symbols:
    pieces = {
        NAME: _Symbol(excluded=_NO_SLASH, many=True),
        PATH: _Symbol(excluded=_NO_COLON, many=True),
    }
    return tuple(
        symbol
        for part in _FORM_VARIABLE.split(form)
        for symbol in ((pieces[part],) if part in pieces else _literal(part))
    )


@lru_cache(maxsize=8192)
def _format(arn_format: str) -> _Symbols:
    found: list[_Symbol] = []
    for index, field in enumerate(arn_format.split(":", _FIELDS - 1)):
        if index:
            found.append(_Symbol(":"))
        end = 0
        for variable in _FORMAT_VARIABLE.finditer(field):
            found += _literal(field[end : variable.start()])
            if index in _WHERE:
                # Where an ARN has a region or an account, it is not empty.
                found += [_Symbol(excluded=_NO_COLON), _Symbol(excluded=_NO_COLON, many=True)]
            elif variable.group(1) in _WHOLE_PIECES:
                found.append(_Symbol(excluded=_NO_SLASH, many=True))
            else:
                found.append(_ANYTHING)
            end = variable.end()
        found += _literal(field[end:])
    return tuple(found)


@lru_cache(maxsize=65536)
def _meet(one: _Symbols, other: _Symbols) -> bool:
    """Whether some text is both: the pairs of positions that it can have reached."""
    reached = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        for step in _steps(one, other, *todo.pop()):
            if step not in reached:
                reached.add(step)
                todo.append(step)
    return (len(one), len(other)) in reached


def _steps(one: _Symbols, other: _Symbols, here: int, there: int) -> list[tuple[int, int]]:
    mine = one[here] if here < len(one) else None
    yours = other[there] if there < len(other) else None
    found = []
    # What stands for any number may stand for no more.
    if mine is not None and mine.many:
        found.append((here + 1, there))
    if yours is not None and yours.many:
        found.append((here, there + 1))
    if mine is not None and yours is not None and mine.agrees(yours):
        found.append((here + (not mine.many), there + (not yours.many)))
    return found
