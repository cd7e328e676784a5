"""What an aspect changed: one line of its list."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

ABSENT: Final = "absent"
Json = Any


class Change(BaseModel):
    """One property that an aspect set, or one resource that it added.

    Attributes:
        aspect: name of the aspect.
        construct_path: CDK construct path of the resource.
        location: property path, such as `Properties.RetentionInDays`; `Type` for a new resource,
            `PolicyDocument` for a statement in the policy of a resource, wherever that stands.
        old: what stood there: nothing was.
        new: what stands there now.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    aspect: str
    construct_path: str
    location: str
    old: str
    new: str

    @property
    def sort_key(self) -> tuple[str, ...]:
        """Order of every list: by place, then aspect."""
        return (self.construct_path, self.location, self.aspect, self.new)

    def __str__(self) -> str:
        return f"{self.construct_path}: {self.location}: {self.old} → {self.new} ({self.aspect})"


def shown(value: Json) -> str:
    """A value as a change shows it."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
