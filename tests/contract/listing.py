"""Lists, page by page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.client import Client, Json

PATIENCE = 10.0
"""Seconds until a list shows what was created: its index follows the table.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""


def pages(api: Client, **query: str) -> Iterator[list[Json]]:
    """Every page of a list, as long as it is asked for."""
    token: str | None = None
    while True:
        page = api.list(**query, **({} if token is None else {"next": token}))
        assert set(page) == {"items", "next"}
        yield page["items"]
        token = page["next"]
        if token is None:
            return


def listed(api: Client, **query: str) -> list[Json]:
    """Every item of a list."""
    return [item for page in pages(api, **query) for item in page]


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds that the index will show."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "the list does not show it"
        time.sleep(0.5)
