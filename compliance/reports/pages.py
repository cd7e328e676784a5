"""What every HTML page of ours is made with: templates that clean and escape whatever they show."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from compliance.findings import Severity
from compliance.reports.wording import counted, listed
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compliance.reports.grouping import Block

TEMPLATES: Final = Path(__file__).parent / "templates"
LIMIT: Final = 1000
"""Characters of one text that a page shows."""


def cleaned(text: str) -> str:
    """A text as pages show it, when no secret can be in it any more."""
    return clean(text, limit=LIMIT)


def environment(*folders: Path, fit: Callable[[str], str] = cleaned) -> Environment:
    """Where templates are found, and what becomes of every value that one writes.

    Args:
        folders: where templates lie, besides the shared ones.
        fit: makes a text fit to be read, whatever the template does or forgets; autoescape comes
            after it.
    """

    def finalize(value: object) -> object:
        return fit(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    found = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    found.filters["counted"] = counted
    found.filters["listed"] = listed
    return found


def inlined(*paths: Path) -> Markup:
    """Files of ours as part of a page: the only texts of it that are not escaped."""
    return Markup("".join(path.read_text(encoding="utf-8") for path in paths))  # noqa: S704


def source_hash(text: str) -> str:
    """What a page's policy names a style or script by, so that no other may take effect.

    Content Security Policy Level 3, "hash-source".
    """
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def tallies(blocks: Iterable[Block]) -> list[tuple[Severity, int]]:
    """How many there are of each severity, the worst first."""
    levels = [block.severity for block in blocks]
    worst_first = sorted(Severity, key=lambda level: -level.rank)
    return [(level, levels.count(level)) for level in worst_first]
