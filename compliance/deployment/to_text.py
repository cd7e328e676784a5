"""What is told of a deployment, in lines of the terminal's width.

Names, reasons and values come from templates and from AWS: they are cleaned, and secrets masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.masking import mask_text
from compliance.reports.page import Page
from compliance.reports.wording import counted
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from compliance.deployment.change_sets import Planned
    from compliance.deployment.failing import Failure
    from compliance.review.model import Change

_NAME: Final = 200
_VALUE: Final = 500
_ACTIONS: Final = {
    "Add": ("add", "green"),
    "Modify": ("modify", "yellow"),
    "Remove": ("REMOVE", "red"),
    "Import": ("import", "green"),
    "Dynamic": ("decided while it runs", "yellow"),
    "SyncWithActual": ("sync", "yellow"),
}
_FATES: Final = {
    "Delete": "deleted",
    "Retain": "kept, outside of the stack",
    "Snapshot": "a snapshot stays",
    "ReplaceAndDelete": "old one deleted",
    "ReplaceAndRetain": "old one kept, outside of the stack",
    "ReplaceAndSnapshot": "a snapshot of the old one stays",
}
"""CloudFormation API Reference, 'ResourceChange', PolicyAction."""


def page(*, width: int | None, color: bool) -> Page:
    """An empty page."""
    return Page(width=width, color=color)


def change_set(
    changes: Sequence[Planned],
    reviewed: Mapping[str, Change],
    *,
    stack: str,
    width: int | None,
    color: bool,
) -> str:
    """The changes of a change set, as a table.

    Args:
        changes: of one stack, nested ones included.
        reviewed: what the review says of the stack's own resources, by logical id.
        stack: its name.
        width: columns of the terminal, `None` for a log.
        color: whether ANSI colours may be written.
    """
    from rich.table import Table  # noqa: PLC0415 - slow to load
    from rich.text import Text  # noqa: PLC0415 - likewise

    lines = Page(width=width, color=color)
    lines.whole("", "")
    replaced = sum(change.is_replaced for change in changes)
    head = f"Change set of {clean(stack, limit=_NAME)}: {counted(len(changes), 'change')}"
    tail = f", {replaced} of them by replacement" if replaced else ""
    lines.paragraph((head, "bold"), (tail, "bold red"), hanging=2)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=False)
    for name in ("Action", "Resource", "Type", "Replaced", "Data"):
        table.add_column(name, overflow="fold", no_wrap=False)
    for change in changes:
        action, style = _ACTIONS.get(change.action, (change.action, ""))
        name = "/".join((*change.within, change.logical_id))
        is_own = not change.within and change.action != "Add"
        found = reviewed.get(change.logical_id) if is_own else None
        table.add_row(
            Text(clean(action, limit=_NAME), style),
            Text(clean(name, limit=_NAME)),
            Text(clean(change.resource_type, limit=_NAME)),
            Text(*_replaced(change)),
            Text(*_data(change, found)),
        )
    lines.table(table)
    return lines.text()


def _replaced(change: Planned) -> tuple[str, str]:
    if change.is_replaced:
        return "YES", "bold red"
    if change.replacement == "Conditional":
        return "maybe", "red"
    return ("no", "") if change.action == "Modify" else ("", "")


def _data(change: Planned, reviewed: Change | None) -> tuple[str, str]:
    fate = _FATES.get(change.policy, change.policy)
    said = (
        f"LOST: {reviewed.loss}" if reviewed and reviewed.loss and not reviewed.kept else ""
    ) or (reviewed.kept if reviewed else "")
    text = "; ".join(part for part in (said, fate) if part)
    return clean(text, limit=_VALUE), "bold red" if said.startswith("LOST") else ""


def outputs(
    stacks: Iterable[tuple[str, Mapping[str, str]]], *, width: int | None, color: bool
) -> str:
    """Outputs of stacks, by key."""
    lines = Page(width=width, color=color)
    for name, found in stacks:
        if found:
            lines.paragraph((f"Outputs of {clean(name, limit=_NAME)}", "bold"))
        for key, value in sorted(found.items()):
            shown = mask_text(f"{key} = {value}")
            lines.paragraph((clean(shown, limit=_VALUE), ""), indent=2, hanging=2)
    return lines.text()


def failure(
    message: str,
    found: Failure | None,
    guidance: Iterable[str],
    *,
    width: int | None,
    color: bool,
) -> str:
    """What failed, and what to do next."""
    lines = Page(width=width, color=color)
    lines.paragraph((clean(mask_text(message), limit=2 * _VALUE), "bold red"), hanging=2)
    if found is not None:
        what = f"{found.status}: {found.logical_id} ({found.resource_type}): {found.reason}"
        lines.paragraph(("first failure: ", "bold"), (clean(mask_text(what), limit=_VALUE), ""))
    steps = tuple(guidance)
    if steps:
        lines.gap()
        lines.paragraph(("What to do next", "bold"))
    for step in steps:
        if step.startswith("aws "):
            lines.whole(f"    {step}", "")  # to be copied: not wrapped
        else:
            lines.paragraph((clean(step, limit=_VALUE), ""), indent=2)
    return lines.text()
