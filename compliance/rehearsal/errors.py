"""What stops a rehearsal. It has no verdict then, and exits 3."""

from __future__ import annotations


class RehearsalError(Exception):
    """The rehearsal broke: one line that names what, where its log is, and the next step."""
