"""Whether a statement that was read from the account is the one that a template wrote.

Services give back what they were sent, in their own spelling: a list of one as its element, a
number as text, an account by its root, condition keys in another case (IAM User Guide, 'Grammar of
the IAM JSON policy language'; API Gateway Developer Guide, 'API Gateway resource policy examples',
for `execute-api:/`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Text, Unknown

if TYPE_CHECKING:
    from compliance.assembly.model import Json
    from compliance.intrinsics import Resolver, Value
    from compliance.rehearsal.physical import Physical

_ACCOUNT: Final = re.compile(r"\d{12}")
_ROOT: Final = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root")
_API: Final = re.compile(r"arn:[a-z-]+:execute-api:[^:/]*:\d*:[^:/]+/(.*)", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """Compares what one template writes.

    Attributes:
        resolver: of the template.
        physical: what its values became.
    """

    resolver: Resolver
    physical: Physical

    def same(self, written: Json, deployed: Json, *, but: tuple[str, ...] = ()) -> bool:
        """Whether a statement of a policy is this deployed one.

        Args:
            written: the statement's body in the template.
            deployed: the statement as the account has it.
            but: elements that are not compared.
        """
        found = {key: value for key, value in deployed.items() if key not in but}
        wanted = {key: value for key, value in written.items() if key not in but}
        return self._same(wanted, found)

    def _same(self, written: Json, deployed: Json) -> bool:
        return any(
            self._alternative(value, deployed)
            for value in self.resolver.values(written)
            if value is not ABSENT
        )

    def _alternative(self, value: Value, deployed: Json) -> bool:
        if isinstance(value, Unknown):
            return True  # It is whatever was deployed, if all else is the same.
        if isinstance(value, Mapping):
            return isinstance(deployed, Mapping) and self._objects(value, deployed)
        if isinstance(value, list):
            entries = [entry for _, entry in self.resolver.items(value)]
            return self._lists(entries, deployed if isinstance(deployed, list) else [deployed])
        if isinstance(deployed, list):
            return self._lists([value], deployed)
        return not isinstance(deployed, Mapping) and self._texts(value, _text(deployed))

    def _objects(self, value: Mapping[str, Json], deployed: Mapping[str, Json]) -> bool:
        wanted = {
            key.lower(): entry
            for key, entry in value.items()
            if self.resolver.values(entry) != (ABSENT,) and entry != ""
        }
        found = {key.lower(): entry for key, entry in deployed.items() if entry != ""}
        return wanted.keys() == found.keys() and all(
            self._same(entry, found[key]) for key, entry in wanted.items()
        )

    def _lists(self, entries: list[Value], deployed: list[Json]) -> bool:
        left = list(deployed)
        for entry in entries:
            match = next((found for found in left if self._alternative(entry, found)), ABSENT)
            if match is ABSENT:
                return False
            left.remove(match)
        return not left

    def _texts(self, value: Value, deployed: str) -> bool:
        told = self.physical.text(value) if isinstance(value, str | Text) else _text(value)
        if told is None:
            holes = (re.escape(part) if isinstance(part, str) else ".+" for part in value.parts)
            return re.fullmatch("".join(holes), deployed, re.DOTALL) is not None
        if told == deployed:
            return True
        if told.startswith("execute-api:/"):
            api = _API.fullmatch(deployed)
            return api is not None and api[1] == told.removeprefix("execute-api:/")
        return _account(told) == _account(deployed) != ""


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _account(principal: str) -> str:
    root = _ROOT.fullmatch(principal)
    if root:
        return root[1]
    return principal if _ACCOUNT.fullmatch(principal) else ""
