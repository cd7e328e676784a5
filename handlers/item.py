"""What an item is: its fields, its statuses and its id's form."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from handlers.json_codec import JsonObject

SCHEMA: Final = json.loads(Path(__file__).with_name("item.schema.json").read_text("utf-8"))
"""The JSON Schema (draft-04) of what a client sends; API Gateway's model is the same file."""

STATUSES: Final[tuple[str, ...]] = tuple(SCHEMA["properties"]["status"]["enum"])
"""Every status, in the order in which a list without a status filter walks them."""

DEFAULT_STATUS: Final = "active"
"""The status of an item that is sent without one."""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def is_item_id(text: str) -> bool:
    """Tell whether `text` can be an item's id: a version 4 UUID in RFC 9562's canonical form."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An item as its readers see it."""

    id: str
    """Version 4 UUID, made by the server."""
    status: str
    """One of `STATUSES`."""
    created_at: str
    """ISO 8601, UTC, microseconds, fixed width: the order of texts is the order of times."""
    updated_at: str
    """As `created_at`; equal to it until the first replacement."""
    version: int
    """1 on creation, one more with each replacement; the ETag."""
    data: JsonObject | None
    """The client's data; None where it lies in the bucket and was not fetched."""

    def representation(self) -> dict[str, object]:
        """Return the JSON object of this item; data not fetched is marked, not shown as null."""
        fields: dict[str, object] = {
            "id": self.id,
            "status": self.status,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "version": self.version,
        }
        if self.data is None:
            return fields | {"data_omitted": True}
        return fields | {"data": self.data}
