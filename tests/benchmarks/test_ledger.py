"""The ledger of a load finds every promise that was broken."""

from __future__ import annotations

import pytest

from benchmarks.ledger import Entry, Ledger, State

KEY, ID = "key", "id"


def broken(entry: Entry, found: dict[str, tuple[str, State]]) -> dict[str, int]:
    """What a ledger with this entry says of these items."""
    ledger = Ledger()
    ledger.add(entry)
    ledger.check(found)
    return dict(ledger.broken)


@pytest.mark.parametrize(
    ("states", "found", "expected"),
    [
        ({(1, 0)}, {ID: (KEY, (1, 0))}, {}),
        ({(1, 0), (2, 7)}, {ID: (KEY, (2, 7))}, {}),
        ({(1, 0), None}, {}, {}),
        ({None}, {}, {}),
        ({(1, 0)}, {}, {"acknowledged item lost": 1}),
        ({(2, 7)}, {ID: (KEY, (1, 0))}, {"acknowledged item not as acknowledged": 1}),
        ({None}, {ID: (KEY, (1, 0))}, {"acknowledged item not as acknowledged": 1}),
    ],
)
def test_an_acknowledged_item_is_as_it_was_told(
    states: set[State], found: dict[str, tuple[str, State]], expected: dict[str, int]
) -> None:
    """Or as a request would have it whose answer never came."""
    entry = Entry(KEY, keyed=True, large=False, ids={ID}, states=states)

    assert broken(entry, found) == expected


@pytest.mark.parametrize("told", [set(), {ID}, {ID, "other"}])
def test_two_items_of_one_key_are_found(told: set[str]) -> None:
    """Whether or not anybody was told of them."""
    entry = Entry(KEY, keyed=True, large=False, ids=told, states={(1, 0)})
    found: dict[str, tuple[str, State]] = {ID: (KEY, (1, 0)), "other": (KEY, (1, 0))}

    assert broken(entry, found) == {"created twice under one key": 1}


def test_a_twin_of_a_deleted_item_is_found() -> None:
    """What is left of the two is the one that nobody was told of."""
    entry = Entry(KEY, keyed=True, large=False, ids={ID}, states={None})

    assert broken(entry, {"other": (KEY, (1, 0))}) == {"created twice under one key": 1}


def test_without_a_key_each_creation_is_one_of_its_own() -> None:
    """Two items of the same mark are two that were asked for."""
    entry = Entry(KEY, keyed=False, large=False, ids={ID}, states={(1, 0)})
    found: dict[str, tuple[str, State]] = {ID: (KEY, (1, 0)), "other": (KEY, (1, 0))}

    assert broken(entry, found) == {}


def test_a_key_without_an_outcome_is_unsettled() -> None:
    """Until an answer tells of its item."""
    ledger = Ledger()
    told, open_ = (Entry(key, keyed=True, large=False) for key in ("told", "open"))
    told.ids.add(ID)
    for entry in (told, open_, Entry("bare", keyed=False, large=False)):
        ledger.add(entry)

    assert ledger.unsettled == [open_]
