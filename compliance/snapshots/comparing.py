"""What a reviewer is told when templates are not the accepted ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.findings import SynthgateError
from compliance.review.reviewing import review
from compliance.review.sources import SUFFIX, canonical_assembly, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.review.model import Review

LABELS = ("accepted", "synthesized")
ONLY_LAYOUT = (
    "the snapshot holds this template, but not in canonical form; accepting writes it anew"
)


def reviewed(accepted: Mapping[str, str], synthesized: Mapping[str, str]) -> Review:
    """The review of a change.

    Args:
        accepted: texts of snapshots, by name: all of one environment, what is the same included,
            since a value may come from another stack.
        synthesized: canonical texts of its templates, by name.

    Raises:
        SynthgateError: a snapshot is no template.
    """
    old, new = (
        canonical_assembly(
            {
                name: parsed(text, shown=f"{name}{SUFFIX}", may_be_empty=True)
                for name, text in texts.items()
            }
        )
        for texts in (accepted, synthesized)
    )
    return review(old, new, labels=LABELS)


def told(accepted: Mapping[str, str], synthesized: Mapping[str, str], *, accept: str) -> str:
    """The review as a failing test prints it, and the command that accepts the change.

    Args:
        accepted: as for `reviewed`.
        synthesized: likewise.
        accept: the command.
    """
    from compliance.review import to_text  # noqa: PLC0415 - only who is told pays

    try:
        found = reviewed(accepted, synthesized)
    except SynthgateError as error:
        text = f"{error}; no review is possible\n"
    else:
        text = to_text.render(found) if found.templates else f"{_names(accepted, synthesized)}\n"
    return f"{text}\nAccept it, after review, with: {accept}"


def _names(accepted: Mapping[str, str], synthesized: Mapping[str, str]) -> str:
    names = [name for name in synthesized if synthesized[name] != accepted.get(name)]
    return f"{', '.join(names)}: {ONLY_LAYOUT}"
