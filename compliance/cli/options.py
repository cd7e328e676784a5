"""Options that several commands have, and how a list is read from one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        help="TOML file with [tool.synthgate]; the nearest pyproject.toml by default.",
        show_default=False,
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(help="Write the report here instead of printing it.", show_default=False),
]


def listed(texts: Sequence[str] | None) -> tuple[str, ...]:
    """What an option lists: commas and repetitions alike."""
    return tuple(part.strip() for text in texts or () for part in text.split(",") if part.strip())
