"""What the clients of a load were told, and whether the service keeps its word.

An answer that never came, or told of a failure, leaves open whether the request was carried out:
then the item may be as before, or as the request would have it.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

State = tuple[int, int] | None
"""Version and value of an item; `None` for a deleted one."""


@dataclass
class Entry:
    """One creation.

    Attributes:
        key: under which it was asked for, and by which its item is marked.
        keyed: whether it was sent as Idempotency-Key too.
        large: whether its data goes to the bucket.
        ids: of all items that a client was told of.
        attempts: how often it was asked for.
        states: what the item may be by now.
    """

    key: str
    keyed: bool
    large: bool
    ids: set[str] = field(default_factory=set)
    attempts: int = 0
    states: set[State] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The item's id."""
        return next(iter(self.ids))


class Ledger:
    """All entries, and what was broken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.entries: dict[str, Entry] = {}
        self.broken: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def add(self, entry: Entry) -> None:
        """Note a creation before it is asked for."""
        with self._lock:
            self.entries[entry.key] = entry

    def complain(self, what: str, example: str) -> None:
        """Note a promise that was broken."""
        with self._lock:
            self.broken[what] += 1
            self.examples.setdefault(what, example)

    @property
    def unsettled(self) -> list[Entry]:
        """Keyed creations that no answer told the outcome of."""
        return [entry for entry in self.entries.values() if entry.keyed and not entry.ids]

    def check(self, found: Mapping[str, tuple[str, State]]) -> None:
        """Compare the ledger with all items that there are.

        Args:
            found: mark and state of each item by its id.
        """
        made: dict[str, set[str]] = {}
        for item_id, (mark, _) in found.items():
            made.setdefault(mark, set()).add(item_id)
        for entry in self.entries.values():
            items = made.get(entry.key, set()) | entry.ids
            if entry.keyed and len(items) > 1:
                self.complain("created twice under one key", f"{entry.key}: {sorted(items)}")
            for item_id in entry.ids:
                state = found[item_id][1] if item_id in found else None
                if state not in entry.states:
                    what = "lost" if state is None else "not as acknowledged"
                    self.complain(
                        f"acknowledged item {what}",
                        f"{item_id}: {state}, and not one of {entry.states}",
                    )


def state_of(item: Mapping[str, Any]) -> tuple[str, State]:
    """Mark and state of an item."""
    return str(item["data"]["load"]), (int(item["version"]), int(item["data"]["n"]))
