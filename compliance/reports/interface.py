"""What every reporter is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compliance.findings import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a report is to be shown.

    Attributes:
        show_passes: whether the reader asked for what passed, and for each waiver.
        hidden_passes: number of `pass` rows left out because nobody asked for them.
        width: columns of the terminal; None when the output is no terminal.
        color: whether ANSI colours may be written.
        titles: titles of rules, by id; a rule without one goes by its id.
        equivalents: the stock rules that say the same as an own rule, by its id.
        elsewhere: where a reader finds what a format leaves out.
    """

    show_passes: bool = False
    hidden_passes: int = 0
    width: int | None = None
    color: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)
    equivalents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    elsewhere: str = "--format json or html shows all"


class Renderer(Protocol):
    """One format's `render`, as each module of the table has it."""

    def __call__(self, report: Report, *, options: Options) -> str:
        """The report as text that ends with a newline.

        Args:
            report: as `compliance.masking` left it: no secrets, well-formed text. Strings
                are still the template author's: each format escapes them its own way.
            options: how to show it.
        """
