"""What a user sees: lines on standard error, names of files, the terminal's width and colours."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST_ERROR: Final = 2000


def progress(text: str) -> None:
    """Tell what is being done, or where the result is."""
    typer.echo(f"synthgate: {text}", err=True)


@contextmanager
def telling(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Tell what is being done, while the block does it.

    Args:
        quiet: whether nobody wants to know.

    Yields:
        What is to be called with a few words. On a terminal they stand in one line, which moves and
        is gone at the end; elsewhere, as in the log of a CI job, each is a line of its own.
    """
    if quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield progress
    else:
        from rich.console import Console  # noqa: PLC0415 - for people who wait, not for scripts
        from rich.progress import (  # noqa: PLC0415 - likewise
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as display:
            task = display.add_task("starting", total=None)
            yield lambda text: display.update(task, description=one_line(text))


def shown(path: Path) -> str:
    """A path as a user would write it here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def one_line(text: str) -> str:
    """A text without line breaks and control characters: names come from untrusted files."""
    from compliance.sanitize import clean  # noqa: PLC0415 - only a mistake needs it

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
