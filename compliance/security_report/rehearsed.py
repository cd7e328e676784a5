"""What rehearsals say of the grants of an assembly.

A report is read as a stranger wrote it. Its word on a grant counts only where the grant is the same
one: the same place of the template, statement, action, holder, resource and kind of condition. What
is doubtful says nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from compliance.assembly import digests
from compliance.assembly.template import read_text
from compliance.config import explain
from compliance.findings import SynthgateError
from compliance.iam.access.places import PERMISSION
from compliance.iam.references import FORMS, NAME, PATH
from compliance.iam.statements import Opaque, PolicyKind, Statement
from compliance.intrinsics import Text, Token, Unknown
from compliance.masking import mask_text
from compliance.security_report import grants
from compliance.security_report.model import Proof, Rehearsed
from compliance.security_report.naming import cut, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from compliance.assembly.model import Assembly
    from compliance.iam.principals import Principal as Named
    from compliance.intrinsics import Value
    from compliance.reports.grouping import Place
    from compliance.security_report.model import Grant

MAX_BYTES: Final = 64_000_000
MAX_ROWS: Final = 100_000
MAX_OPERATIONS: Final = 200
FORM: Final = "rehearsal.schema.json"


class _Part(BaseModel):
    """What of a report is read; the rest of it says nothing of grants."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)


class _Place(_Part):
    template: str
    stack: str
    logical_id: str
    construct_path: str


class _Grant(_Part):
    kind: Literal["role", "resource", "trust"]
    principal: str
    sid: str
    action: str
    resource: str
    conditions: dict[str, Any]
    place: _Place
    location: str
    role: _Place | None


class _Row(_Part):
    grant: _Grant
    evidence: Annotated[Proof, Field(strict=False)]
    operations: Annotated[tuple[str, ...], Field(strict=False, max_length=MAX_OPERATIONS)]
    effect: Literal["broke", "tolerated", "not tried"]


class Evidence(_Part):
    """A rehearsal's report, as far as it is about grants.

    Attributes:
        assembly: the folder that was rehearsed, as it was given.
        digest: one sha256 over its files (`compliance.assembly.digests.whole`).
        environment: of the assembly; empty when it has none.
        target: `local`, or account and region.
        rows: one for each grant.
    """

    schema_version: Literal["1"]
    assembly: str
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    environment: str
    target: str
    rows: Annotated[tuple[_Row, ...], Field(strict=False, max_length=MAX_ROWS)]

    @property
    def shown(self) -> str:
        """What was rehearsed, in words."""
        which = f"{self.environment}, " if self.environment else ""
        where = "the local AWS" if self.target == "local" else self.target
        return cut(f"{self.assembly} ({which}on {where}), sha256 {self.digest}")


def read(path: Path) -> Evidence:
    """Read the `report.json` of a rehearsal.

    Raises:
        SynthgateError: it cannot be read, is too large, or is no report of a rehearsal.
    """
    text = read_text(path, shown=str(path), limit=MAX_BYTES)
    try:
        return Evidence.model_validate_json(text)
    except ValidationError as error:
        wrong = mask_text(explain(error, path.name))
        raise SynthgateError(
            f"{path}: no report of a rehearsal ({FORM}): {wrong}; run "
            "`synthgate rehearse` again, or leave the report out"
        ) from error


@dataclass(frozen=True)
class _Known:
    """A row, and whether its rehearsal was of this very assembly."""

    row: _Row
    environment: str
    same_files: bool


@dataclass(frozen=True)
class Index:
    """What reports say, by where the statement stands and what it grants."""

    _rows: Mapping[tuple[str, str, str, str], list[list[_Known]]]
    """By kind, place, location and action: a list for each report, the best report first."""

    @classmethod
    def of(cls, assembly: Assembly, reports: Sequence[Evidence]) -> Index:
        """What reports say of the grants of an assembly, those of its very files first."""
        own = digests.whole(digests.of(assembly.path)) if reports and assembly.is_assembly else ""
        ranked = sorted(reports, key=lambda report: report.digest != own)
        rows: dict[tuple[str, str, str, str], list[list[_Known]]] = defaultdict(list)
        for report in ranked:
            found: dict[tuple[str, str, str, str], list[_Known]] = defaultdict(list)
            for row in report.rows:
                grant = row.grant
                if grant.location:
                    key = (str(grant.kind), _where(grant.place), grant.location, grant.action)
                    found[key].append(
                        _Known(row, report.environment, same_files=report.digest == own)
                    )
            for key, known in found.items():
                rows[key].append(known)
        return cls(rows)

    def of_grant(
        self,
        grant: Grant,
        statement: Statement | Opaque,
        *,
        holder: Place | None = None,
        principal: Named | None = None,
    ) -> Rehearsed | None:
        """What is known of a grant; `None` when that is nothing, or not surely of this grant.

        Args:
            grant: of the assembly.
            statement: that it is of.
            holder: the role that has it, for an identity policy.
            principal: who is let in, for a resource's policy.
        """
        if isinstance(statement, Opaque) or grant.deny:
            return None
        kind = "role" if principal is None else "resource"
        for known in self._rows.get((kind, _where(grant.place), grant.location, grant.action), ()):
            same = [
                each
                for each in known
                if _is_same(each.row.grant, grant, statement, holder=holder, principal=principal)
            ]
            said = {(each.row.evidence, each.row.operations, each.row.effect) for each in same}
            if len(said) == 1:
                first = same[0]
                return Rehearsed(
                    proof=first.row.evidence,
                    operations=tuple(cut(each) for each in first.row.operations),
                    effect=first.row.effect,
                    environment=cut(first.environment),
                    same_files=first.same_files,
                )
        return None


def _where(place: _Place | Place) -> str:
    """A place that is the same in every environment, where a construct path tells it."""
    return place.construct_path or f"{place.template} {place.logical_id}"


def _is_same(
    row: _Grant,
    grant: Grant,
    statement: Statement,
    *,
    holder: Place | None,
    principal: Named | None,
) -> bool:
    if holder is not None and (row.role is None or _where(row.role) != _where(holder)):
        return False
    if principal is not None and not _is_named(row.principal, principal):
        return False
    # Lambda names the statements of permissions by itself.
    named = grant.place.resource_type == PERMISSION or _may_be(
        statement.resolver.one(statement.body.get("Sid")), row.sid
    )
    return (
        named
        and _same_resource(row.resource, grant, statement)
        and _same_conditions(row, statement)
    )


def _is_named(written: str, principal: Named) -> bool:
    """Whether a deployed principal, such as `Service:sns.amazonaws.com`, may be the template's."""
    return _may_be(principal.value, written) or _may_be(principal.value, written.partition(":")[2])


def _same_resource(deployed: str, grant: Grant, statement: Statement) -> bool:
    values = [
        entry.value
        for entry in statement.entries("Resource")
        if short(entry.value) == grant.resource
    ]
    if any(_may_be(value, deployed) for value in values):
        return True
    if not statement.has("Resource") and not statement.has("NotResource"):
        return True  # A rehearsal names what carries the policy, by its ARN.
    if statement.kind is PolicyKind.KEY and deployed == grants.EVERY:
        # The matrix shows the key for it.
        return any(entry.value == grants.EVERY for entry in statement.entries("Resource"))
    return deployed == grant.resource


def _same_conditions(row: _Grant, statement: Statement) -> bool:
    """Whether both ask for the same keys by the same operators."""
    deployed = _keys(row.conditions)
    return any(
        not isinstance(block, Unknown) and _keys(block) == deployed
        for block in statement.conditions
    )


def _keys(block: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (operator.lower(), key.lower())
        for operator, tests in block.items()
        for key in (tests if isinstance(tests, Mapping) else ())
    )


# -- a value of the template against what it became -----------------------------------------------


def _may_be(value: Value, deployed: str) -> bool:
    """Whether a value of a template can have become this text."""
    if isinstance(value, Text):
        pattern = "".join(
            _form(part) if isinstance(part, Token) else re.escape(part) for part in value.parts
        )
        return re.fullmatch(pattern, deployed, re.DOTALL) is not None
    if isinstance(value, str):
        return value == deployed
    # `ABSENT` stands for a name that is not there.
    return not isinstance(value, Unknown) and deployed == ""


def _form(token: Token) -> str:
    """What a token can have become: the form of an ARN where that is known, else no path."""
    there = token.resource
    form = FORMS.get((there.type, token.attribute)) if there is not None else None
    if form is None:
        return r"[^*?]+?" if there is None or token.attribute else r"[^:*?]+?"
    return "".join(_pieces(form))


def _pieces(form: str) -> Iterator[str]:
    for piece in re.split(r"(\{path\}|\{\})", form):
        yield {NAME: r"[^:/*?]*", PATH: r"[^:*?]+"}.get(piece, re.escape(piece))
