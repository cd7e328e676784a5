"""Statements from needs, and documents that a role can carry from statements.

Quotas: IAM User Guide, 'IAM and AWS STS quotas': a managed policy has at most 6,144 characters,
white space not counted, and a role at most 10 managed policies unless the quota was raised.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compliance.execution_policy.model import Condition, Need

MAX_CHARACTERS: Final = 6144
MAX_DOCUMENTS: Final = 10
_VERSION: Final = "2012-10-17"
_NAMED: Final = 2
"""Purposes that a Sid names before it counts the others."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document that fits into one managed policy."""

    body: Json

    @property
    def text(self) -> str:
        """As it is sent: without white space."""
        return _text(self.body)

    @property
    def size(self) -> int:
        """Characters that count."""
        return len(self.text)


def pack(needs: Iterable[Need]) -> tuple[Document, ...]:
    """Documents that allow all needs, as few as are found, in one order.

    Raises:
        SynthgateError: they are more than a role can carry.
    """
    blocks = _blocks(_statements(needs))
    found = min((_packed(blocks), _packed([[each] for block in blocks for each in block])), key=len)
    if len(found) > MAX_DOCUMENTS:
        raise SynthgateError(
            f"the execution policy has {len(found)} documents of {MAX_CHARACTERS} characters, and "
            f"a role carries {MAX_DOCUMENTS} managed policies; next: deploy the stacks by several "
            "execution roles (`cdk bootstrap --qualifier`), each with a policy of its own"
        )
    return tuple(_named(statements) for statements in found)


def _statements(needs: Iterable[Need]) -> list[tuple[str, Json]]:
    """Statements by service: actions on the same resources under the same conditions are one."""
    resources: dict[tuple[str, tuple[Condition, ...]], set[str]] = defaultdict(set)
    purposes: dict[tuple[str, tuple[Condition, ...]], set[str]] = defaultdict(set)
    for need in needs:
        key = (need.action, need.conditions)
        resources[key] |= set(need.resources)
        purposes[key].add(need.purpose)
    grouped: dict[tuple[str, tuple[str, ...], tuple[Condition, ...]], list[str]] = defaultdict(list)
    reasons: dict[tuple[str, tuple[str, ...], tuple[Condition, ...]], Counter[str]] = {}
    for (action, conditions), patterns in sorted(resources.items()):
        group = (action.partition(":")[0], _least(patterns), conditions)
        grouped[group].append(action)
        reasons.setdefault(group, Counter()).update(purposes[action, conditions])
    return [
        (service, _statement(reasons[group], actions, patterns, conditions))
        for group, actions in sorted(grouped.items())
        for service, patterns, conditions in [group]
    ]


def _least(patterns: set[str]) -> tuple[str, ...]:
    """Patterns without those that another one takes in by its last asterisk."""
    return tuple(
        sorted(
            pattern
            for pattern in patterns
            if not any(
                other != pattern
                and other.endswith("*")
                and pattern.startswith(other[:-1])
                and "*" not in other[:-1]
                for other in patterns
            )
        )
    )


def _statement(
    purposes: Counter[str],
    actions: list[str],
    patterns: tuple[str, ...],
    conditions: tuple[Condition, ...],
) -> Json:
    named = [name for name, _ in sorted(purposes.items(), key=lambda each: (-each[1], each[0]))]
    sid = "And".join(
        name if not index else name.removeprefix("Deploy")
        for index, name in enumerate(named[:_NAMED])
    )
    if len(named) > _NAMED:
        sid += f"And{len(named) - _NAMED}More"
    body: Json = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": list(patterns)}
    for condition in conditions:
        block = body.setdefault("Condition", {}).setdefault(condition.operator, {})
        block[condition.key] = list(condition.values)
    return body


def _blocks(statements: Sequence[tuple[str, Json]]) -> list[list[Json]]:
    """Statements of one service, together where they fit."""
    blocks: dict[str, list[Json]] = defaultdict(list)
    for service, statement in statements:
        blocks[service] += _fitting(statement)
    found = []
    for _, block in sorted(blocks.items()):
        if _size(block) <= MAX_CHARACTERS:
            found.append(block)
        else:
            found += [[statement] for statement in block]
    return found


def _fitting(statement: Json) -> list[Json]:
    """A statement in pieces that fit into a document each."""
    if _size([statement]) <= MAX_CHARACTERS:
        return [statement]
    key = "Resource" if len(statement["Resource"]) > 1 else "Action"
    half = len(statement[key]) // 2
    if not half:
        raise SynthgateError(f"one statement has more than {MAX_CHARACTERS} characters: {key}")
    return [
        part
        for piece in (statement[key][:half], statement[key][half:])
        for part in _fitting({**statement, key: piece})
    ]


def _packed(blocks: Iterable[list[Json]]) -> list[list[Json]]:
    """First fit, the largest first: at most a fifth more documents than the fewest there can be."""
    found: list[list[Json]] = []
    for block in sorted(blocks, key=lambda each: (-_size(each), _text({"": each}))):
        for there in found:
            if _size([*there, *block]) <= MAX_CHARACTERS:
                there.extend(block)
                break
        else:
            found.append(list(block))
    return found


def _named(statements: Iterable[Json]) -> Document:
    """A document in which each Sid is said once."""
    ordered = sorted(statements, key=lambda each: (each["Sid"], _text(each)))
    total = Counter(each["Sid"] for each in ordered)
    seen: Counter[str] = Counter()
    for statement in ordered:
        sid = statement["Sid"]
        seen[sid] += 1
        if total[sid] > 1:
            statement["Sid"] = f"{sid}{seen[sid]}"
    return Document({"Version": _VERSION, "Statement": ordered})


def _size(statements: list[Json]) -> int:
    # A Sid that is said twice gets a number: three characters for each are left.
    return len(_text({"Version": _VERSION, "Statement": statements})) + 3 * len(statements)


def _text(body: Json) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=True)
