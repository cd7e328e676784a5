"""Data of items."""

from __future__ import annotations

from typing import Final

SMALL: Final = {"text": "small"}
"""It stays in the table, whatever the settings but 0."""
LARGE: Final = {"text": "x" * 360_000}
"""It goes to the bucket, whatever the settings: no row holds as much."""
ABSENT: Final = "8e03978e-40d5-43e8-bc93-6894a57f9324"
"""An id that no item has."""
