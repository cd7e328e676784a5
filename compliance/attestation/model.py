"""The attestation's form: in-toto Statement v1 with SLSA's verification summary as its predicate.

Sources: in-toto Attestation Framework, 'Statement layer specification' v1; SLSA, 'Verification
Summary Attestation (VSA)' v1. Both ask a consumer to leave unknown fields aside, so they are; what
the gate adds stands in one extension object, under a URI as VSA asks for, and is known whole.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final, Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from compliance.findings import AppliedWaiver, Status, Verdict

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://slsa.dev/verification_summary/v1"
GATE: Final = "urn:synthgate:gate:v1"
"""Key of the extension object, and the verifier's id."""
SLSA_VERSION: Final = "1.1"
PASSED_LEVEL: Final = "SYNTHGATE_GREEN"
"""The level of a summary that passed. Levels that begin with `SLSA_` are SLSA's own (VSA,
'SlsaResult'), and the gate says nothing of how the software was built."""
FAILED_LEVEL: Final = "FAILED"
TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
"""RFC 3339 in UTC, as in-toto's Timestamp is written."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Account = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Commit = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})?$")]
Timestamp = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z$")]
Count = Annotated[int, Field(ge=0)]

_NAME: Final = re.compile(r"[^/\0]+(/[^/\0]+)*")


class _Standard(BaseModel):
    """An object of the published specifications: unknown fields are left aside."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        alias_generator=to_camel,
        populate_by_name=True,
    )


class _Own(_Standard):
    """An object of the gate's own: every field is known."""

    model_config = ConfigDict(extra="forbid")


class Digest(_Standard):
    """A DigestSet, of which sha256 is used."""

    sha256: Sha256


class Subject(_Standard):
    """One file of the assembly.

    Attributes:
        name: its path in the assembly, with `/`.
    """

    name: str
    digest: Digest

    @field_validator("name")
    @classmethod
    def _is_inside(cls, name: str) -> str:
        parts = name.split("/")
        if not _NAME.fullmatch(name) or not {".", ".."}.isdisjoint(parts):
            raise ValueError("a path inside the assembly is expected, relative and without '..'")
        return name


class Verifier(_Standard):
    """Who judged: the gate, and the versions of its parts."""

    id: Literal["urn:synthgate:gate:v1"] = GATE
    version: dict[str, str] = Field(default={})


class Descriptor(_Standard):
    """A ResourceDescriptor that is known by its digest."""

    uri: str = ""
    digest: Digest


class Engine(_Own):
    """What an engine saw; see `compliance.findings.EngineRun`."""

    name: str
    status: Annotated[Status, Field(strict=False)]
    version: str
    rules: Count
    resources: Count


class Waiver(_Own):
    """A waiver that accepted a finding; see `compliance.findings.AppliedWaiver`."""

    rule: str
    place: str = Field(alias="construct")
    reason: str
    owner: str
    expires: str
    ticket: str | None = None

    @field_validator("expires")
    @classmethod
    def _is_a_date(cls, expires: str) -> str:
        dt.date.fromisoformat(expires)
        return expires

    @property
    def end(self) -> dt.date:
        """The last day that it holds."""
        return dt.date.fromisoformat(self.expires)

    @classmethod
    def of(cls, applied: AppliedWaiver) -> Waiver:
        """As it stands beside a finding."""
        return cls(
            rule=applied.rule,
            place=applied.construct,
            reason=applied.reason,
            owner=applied.owner,
            expires=applied.expires,
            ticket=applied.ticket,
        )


class Gate(_Own):
    """What the gate adds to the summary.

    Attributes:
        environment: the assembly's; empty when it has none.
        accounts: where its stacks go; empty when nobody said.
        regions: likewise, of the stacks that name one.
        commit: of the working tree that was attested; empty outside of a repository.
        dirty: paths that differed from the commit, the first of them when there are many.
        assembly: one sha256 over all files and their names.
        verdict: the gate's.
        engines: what each engine saw.
        counts: number of findings, by outcome.
        waivers: those that accepted a finding.
        policy: sha256 of each part of what was judged by, see `compliance.attestation.policy`.
        seal: sha256 over the rest of the statement, of a statement without a signature.
    """

    environment: str
    accounts: Annotated[tuple[Account, ...], Field(strict=False)]
    regions: Annotated[tuple[str, ...], Field(strict=False)]
    commit: Commit
    dirty: Annotated[tuple[str, ...], Field(strict=False)]
    assembly: Sha256
    verdict: Annotated[Verdict, Field(strict=False)]
    engines: Annotated[tuple[Engine, ...], Field(strict=False)]
    counts: dict[str, Count]
    waivers: Annotated[tuple[Waiver, ...], Field(strict=False)]
    policy: dict[str, Sha256]
    seal: Sha256 | None = None


class Summary(_Standard):
    """The predicate: SLSA's verification summary, and the gate's extension."""

    verifier: Verifier
    time_verified: Timestamp
    resource_uri: str
    policy: Descriptor
    input_attestations: Annotated[tuple[Descriptor, ...], Field(strict=False)] = ()
    verification_result: Literal["PASSED", "FAILED"]
    verified_levels: Annotated[tuple[str, ...], Field(strict=False)]
    slsa_version: str = SLSA_VERSION
    gate: Gate = Field(alias=GATE)

    @field_validator("time_verified")
    @classmethod
    def _is_a_time(cls, text: str) -> str:
        dt.datetime.strptime(text, TIME).replace(tzinfo=dt.UTC)
        return text

    @property
    def time(self) -> dt.datetime:
        """When the assembly was judged, in UTC."""
        return dt.datetime.strptime(self.time_verified, TIME).replace(tzinfo=dt.UTC)


class Statement(_Standard):
    """The attestation without seal or signature around it."""

    type: Literal["https://in-toto.io/Statement/v1"] = Field(default=STATEMENT_TYPE, alias="_type")
    subject: Annotated[tuple[Subject, ...], Field(strict=False, min_length=1)]
    predicate_type: Literal["https://slsa.dev/verification_summary/v1"] = PREDICATE_TYPE
    predicate: Summary

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        seen: set[str] = set()
        for subject in self.subject:
            if subject.name in seen:
                raise ValueError(f"subject {subject.name!r} stands twice")
            seen.add(subject.name)
        return self

    @property
    def gate(self) -> Gate:
        """The gate's own part."""
        return self.predicate.gate

    @property
    def files(self) -> dict[str, str]:
        """sha256 of each file, by its path."""
        return {subject.name: subject.digest.sha256 for subject in self.subject}


def resource_uri(environment: str) -> str:
    """The URI of what is judged.

    It names the environment, so that what is meant for one is of no use for another (VSA,
    `resourceUri`).
    """
    return f"urn:synthgate:assembly:{quote(environment, safe='')}"


def policy_uri(environment: str) -> str:
    """The URI of what an environment is judged by."""
    return f"urn:synthgate:policy:{quote(environment, safe='')}"


def rehearsal_uri(environment: str) -> str:
    """The URI of what an environment's rehearsal reported."""
    return f"urn:synthgate:rehearsal:{quote(environment, safe='')}"
