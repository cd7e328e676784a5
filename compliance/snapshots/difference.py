"""How a template differs from its snapshot, as a reviewer reads it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from compliance.assembly.model import Json

ACCEPT: Final = "python3 -m nox -s snapshots -- --update"
"""The one command that accepts a change."""
MAX_LINES: Final = 400
"""Lines of a diff that a message shows."""


def review(*, old: str, new: str) -> str:
    """A change in words: resources added, removed and changed, then the unified diff.

    Args:
        old: the snapshot, canonical; empty when there is none.
        new: the template, canonical; empty when it is gone.
    """
    lines = [headline(old=old, new=new), *_resources(old, new), ""]
    diff = list(
        difflib.unified_diff(
            old.splitlines(), new.splitlines(), "accepted", "synthesized", lineterm=""
        )
    )
    lines += diff[:MAX_LINES]
    if len(diff) > MAX_LINES:
        lines.append(f"… {len(diff) - MAX_LINES} lines more; see them all with git diff after")
    lines += ["", f"Accept it, after review, with: {ACCEPT}"]
    return "\n".join(lines)


def headline(*, old: str, new: str) -> str:
    """What happened to a template, in a few words."""
    if not old:
        return "no snapshot accepts this template yet"
    if not new:
        return "the snapshot's template is synthesized no more"
    added, removed, changed = _compare(old, new)
    counts = (("added", added), ("removed", removed), ("changed", changed))
    said = ", ".join(f"{len(ids)} {word}" for word, ids in counts if ids)
    return f"resources: {said}" if said else "changed outside its resources"


def _resources(old: str, new: str) -> Iterator[str]:
    before, after = _section(old), _section(new)
    added, removed, changed = _compare(old, new)
    for sign, ids, section in (("+", added, after), ("-", removed, before), ("~", changed, after)):
        for logical_id in ids:
            yield f"  {sign} {section[logical_id].get('Type', '?')} {logical_id}"


def _compare(old: str, new: str) -> tuple[list[str], list[str], list[str]]:
    before, after = _section(old), _section(new)
    return (
        sorted(set(after) - set(before)),
        sorted(set(before) - set(after)),
        sorted(key for key in set(before) & set(after) if before[key] != after[key]),
    )


def _section(text: str) -> Mapping[str, Mapping[str, Json]]:
    if not text:
        return {}
    resources = json.loads(text).get("Resources") or {}
    return {key: body for key, body in resources.items() if isinstance(body, Mapping)}
