"""Whether conditions alone keep an old policy from having allowed what a new one allows.

A condition becomes a formula over atoms such as 'aws:SourceVpc equals vpc-1': a line with several
values is their disjunction, lines stand together, a negated operator is its opposite. What follows
for all truth values of the atoms follows for all requests. What atoms have to do with one another
beyond that (that `a*` takes in `ab`) is not used: there the answer is left to concrete contexts.

Semantics: IAM User Guide, 'IAM JSON policy elements: Condition operators' and 'Single-valued vs.
multivalued context keys'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compliance.iam.access import contexts
from compliance.iam.access.contexts import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Block = frozenset[Line]
"""Lines that have to hold together."""

VARIABLE: Final = re.compile(r"\$\{([a-z0-9-]+:[^:{},][^{},]*)\}", re.IGNORECASE)
"""A policy variable without a default: CloudFormation's own have two colons, or none."""
MAX_STEPS: Final = 1000
"""Truth values that a proof may try."""
MAX_CONTEXTS: Final = 400
"""Contexts that a search for one may try."""


@dataclass(frozen=True, slots=True)
class _Atom:
    """A fact of a request.

    Attributes:
        about: `absent`, `any` (a value of the key satisfies the operator), `all` (every value
            does) or `line` (a line that is not looked into).
        operator: as in `Line`; empty for `absent`.
        key: the condition key.
        values: what it is compared with.
        kind: quantifier of an `any`, and what else keeps two facts apart.
    """

    about: str
    operator: str
    key: str
    values: frozenset[str]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Not:
    of: _Formula


@dataclass(frozen=True, slots=True)
class _All:
    of: tuple[_Formula, ...]


@dataclass(frozen=True, slots=True)
class _Some:
    of: tuple[_Formula, ...]


_Formula = _Atom | _Not | _All | _Some


@lru_cache(maxsize=4096)
def proves(
    *,
    allow: Block,
    new_denies: frozenset[Block],
    old_allows: frozenset[Block],
    old_denies: frozenset[Block],
) -> bool:
    """Whether whatever a new Allow lets through was let through before.

    All statements are about one and the same action, resource and principal.

    Args:
        allow: condition of the new Allow.
        new_denies: conditions of the new Denies.
        old_allows: conditions of the old Allows.
        old_denies: conditions of the old Denies.

    Returns:
        Whether it is proven; `False` says nothing.
    """
    if not old_denies and any(old <= allow for old in old_allows):
        return True
    if not old_allows:
        return False if not new_denies else _refuted(_All((_block(allow), _none(new_denies))))
    new = _All((_block(allow), _none(new_denies)))
    old = _All((_Some(tuple(map(_block, old_allows))), _none(old_denies)))
    return _refuted(_All((new, _Not(old))))


def _none(blocks: Iterable[Block]) -> _Formula:
    return _Not(_Some(tuple(map(_block, blocks))))


@lru_cache(maxsize=4096)
def _block(block: Block) -> _Formula:
    return _All(tuple(map(_line, block)))


@lru_cache(maxsize=4096)
def _line(line: Line) -> _Formula:
    if not line.values or not contexts.known(line):
        return _whole(line)
    absent = _Atom("absent", "", line.key, frozenset())
    if line.operator == "null":
        if line.values == {"true"}:
            return absent
        return _Not(absent) if line.values == {"false"} else _whole(line)
    if line.if_exists and line.quantifier == "foranyvalue":
        return _whole(line)  # what it says of a request without the key is not documented
    found = _quantified(line)
    return _Some((absent, found)) if line.if_exists else found


def _whole(line: Line) -> _Formula:
    kind = f"{line.negated} {line.quantifier} {line.if_exists}"
    return _Atom("line", line.operator, line.key, line.values, kind)


def _quantified(line: Line) -> _Formula:
    if line.quantifier and (line.quantifier == "forallvalues") is not line.negated:
        every: _Formula = _Atom("all", line.operator, line.key, line.values)
        return _Not(every) if line.negated else every
    kind = "foranyvalue" if line.quantifier else ""
    if line.key in contexts.MULTIVALUED and not kind:
        kind = f"bare {line.negated}"
    some: _Formula = _Some(
        tuple(
            _Atom("any", line.operator, line.key, frozenset({value}), kind) for value in line.values
        )
    )
    return _Not(some) if line.negated else some


def _refuted(formula: _Formula) -> bool:
    """Whether no truth values satisfy a formula, and this was found out in time."""
    atoms = tuple(dict.fromkeys(_atoms(formula)))
    numbers = {atom: number for number, atom in enumerate(atoms)}
    whole = _compiled(_All((formula, *_axioms(atoms))), numbers)
    truth: list[bool | None] = [None] * len(atoms)
    try:
        return not _satisfiable(whole, 0, truth, [MAX_STEPS])
    except TimeoutError:
        return False


_Node = tuple[str, int, tuple["_Node", ...]]
"""What it is, the number of an atom, the parts: an evaluator without look-ups."""


def _compiled(formula: _Formula, numbers: Mapping[_Atom, int]) -> _Node:
    match formula:
        case _Atom():
            return ("atom", numbers[formula], ())
        case _Not(of):
            return ("not", 0, (_compiled(of, numbers),))
        case _All(of):
            return ("all", 0, tuple(_compiled(part, numbers) for part in of))
        case _Some(of):
            return ("some", 0, tuple(_compiled(part, numbers) for part in of))


def _satisfiable(node: _Node, atom: int, truth: list[bool | None], steps: list[int]) -> bool:
    steps[0] -= 1
    if steps[0] < 0:
        raise TimeoutError
    value = _value(node, truth)
    if value is not None:
        return value
    for chosen in (True, False):
        truth[atom] = chosen
        if _satisfiable(node, atom + 1, truth, steps):
            return True
    truth[atom] = None
    return False


def _value(node: _Node, truth: list[bool | None]) -> bool | None:
    kind, number, parts = node
    if kind == "atom":
        return truth[number]
    if kind == "not":
        inner = _value(parts[0], truth)
        return None if inner is None else not inner
    ends = kind == "some"
    found: bool | None = not ends
    for part in parts:
        value = _value(part, truth)
        if value is ends:
            return ends
        if value is None:
            found = None
    return found


def _atoms(formula: _Formula) -> Iterator[_Atom]:
    match formula:
        case _Atom():
            yield formula
        case _Not(of):
            yield from _atoms(of)
        case _All(of) | _Some(of):
            for part in of:
                yield from _atoms(part)


def _axioms(atoms: Sequence[_Atom]) -> Iterator[_Formula]:
    """What holds between atoms of one key in every request."""
    for one in atoms:
        for other in atoms:
            if one.key != other.key:
                continue
            if one.about == "absent" and other.about == "any":
                yield _Not(_All((one, other)))
            elif (one.about == "absent" and other.about == "all") or (
                one.about == other.about == "all"
                and one.operator == other.operator
                and one.values < other.values
            ):
                yield _Some((_Not(one), other))


@lru_cache(maxsize=4096)
def distinguishing(
    *,
    allow: Block,
    new_denies: frozenset[Block],
    old_allows: frozenset[Block],
    old_denies: frozenset[Block],
) -> contexts.Context | None:
    """A request's context that the new policy lets through and the old one did not.

    Args:
        allow: condition of the new Allow.
        new_denies: conditions of the new Denies.
        old_allows: conditions of the old Allows.
        old_denies: conditions of the old Denies.

    Returns:
        The plainest one that was found; `None` when none was.
    """
    blocks = (allow, *new_denies, *old_allows, *old_denies)
    lines = sorted({line for block in map(_filled, blocks) for line in block}, key=repr)
    variables = {
        name.lower(): (_value_of(name),)
        for block in blocks
        for line in block
        for value in line.values
        for name in VARIABLE.findall(value)
    }
    for context in contexts.candidates(lines, most=MAX_CONTEXTS):
        if variables.keys() & context.keys():
            continue  # a variable and a condition on its key are not tried together
        whole = {**context, **variables}
        if tells_apart(
            whole,
            allow=allow,
            new_denies=new_denies,
            old_allows=old_allows,
            old_denies=old_denies,
        ):
            return whole
    return None


def _value_of(name: str) -> str:
    """What a policy variable is in the requests that are tried."""
    return f"example-{name.partition(':')[2].replace('/', '-').lower()}"


@lru_cache(maxsize=4096)
def _filled(block: Block) -> Block:
    """A block with values in the place of its policy variables."""
    return frozenset(
        replace(
            line,
            values=frozenset(
                VARIABLE.sub(lambda found: _value_of(found[1]), value) for value in line.values
            ),
        )
        for line in block
    )


def tells_apart(
    context: contexts.Context,
    *,
    allow: Block,
    new_denies: frozenset[Block],
    old_allows: frozenset[Block],
    old_denies: frozenset[Block],
) -> bool:
    """Whether the new policy surely lets a context through that the old one surely did not."""

    def holds(block: Block) -> bool | None:
        return contexts.all_hold(_filled(block), context)

    return (
        holds(allow) is True
        and all(holds(deny) is False for deny in new_denies)
        and (
            all(holds(old) is False for old in old_allows)
            or any(holds(deny) is True for deny in old_denies)
        )
    )
