"""Checkov: always a process of its own, its interpreter may be another environment's."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "CKV_SYNTHGATE_"
"""What stands before an own rule's canonical id in Checkov's."""
