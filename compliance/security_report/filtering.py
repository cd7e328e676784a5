"""What the page's filter can be asked for, and what each finding answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance import rules
from compliance.findings import Severity, engines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compliance.reports.grouping import Block

_FAMILIES: Final = {"iam": "IAM", "api": "API", "log": "Logging"}
_ENGINES: Final = {"cdk-nag": "cdk-nag's own", "checkov": "Checkov's own"}


@dataclass(frozen=True, slots=True)
class Mark:
    """What one finding is told by: numbers of the choices, so that no text can be mistaken.

    Attributes:
        severity: of its block.
        engines: numbers, with blanks between.
        environments: likewise.
        family: a number.
    """

    severity: str
    engines: str
    environments: str
    family: str


class Choices:
    """The choices, in the order in which they are offered.

    Args:
        blocks: all findings that the page shows.
        environments: in the order in which they are to be offered.
    """

    def __init__(self, blocks: Sequence[Block], *, environments: Sequence[str]) -> None:
        seen = {level for block in blocks for level in (block.severity,)}
        self.severities = [
            level for level in sorted(Severity, key=lambda level: -level.rank) if level in seen
        ]
        self.engines = _distinct(engine for block in blocks for engine in block.engines)
        self.environments = _distinct(
            (*environments, *(name for block in blocks for name in block.environments))
        )
        self.families = sorted({family(block.rule) for block in blocks})

    def mark(self, block: Block) -> Mark:
        """What one finding answers."""
        return Mark(
            severity=block.severity,
            engines=_numbers(self.engines, block.engines),
            environments=_numbers(self.environments, block.environments),
            family=str(self.families.index(family(block.rule))),
        )


def family(rule: str) -> str:
    """What a rule belongs to: `IAM`, `API`, `Logging`, or the engine that brought it."""
    known = rules.by_id().get(rule)
    if known:
        return _FAMILIES[known.family]
    engines = engines_of(rule)
    engine = next(iter(engines)) if len(engines) == 1 else "other"
    return _ENGINES.get(engine, engine)


def _numbers(known: Sequence[str], names: Iterable[str]) -> str:
    return " ".join(str(known.index(name)) for name in names)


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))
