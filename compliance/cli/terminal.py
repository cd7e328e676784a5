"""What a user sees: lines on standard error, names of files, the terminal's width and colours."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import typer

_LONGEST_ERROR: Final = 2000


def progress(text: str) -> None:
    """Tell what is being done, or where the result is."""
    typer.echo(f"synthgate: {text}", err=True)


def shown(path: Path) -> str:
    """A path as a user would write it here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def one_line(text: str) -> str:
    """A text without line breaks and control characters: names come from untrusted files."""
    from compliance.reports.sanitize import clean  # noqa: PLC0415 - only a mistake needs it

    # An error quotes what it met, and ends with where the log is and what to do next.
    return clean(text, limit=_LONGEST_ERROR)


def width() -> int | None:
    """Columns of the terminal, `None` where standard output is none."""
    if not sys.stdout.isatty():
        return None
    import shutil  # noqa: PLC0415 - brings compression libraries along

    return shutil.get_terminal_size().columns


def color() -> bool:
    """Whether colours are wanted (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
