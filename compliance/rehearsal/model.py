"""What a rehearsal talks about: grants, their uses, operations, and what each comes to.

The modules of this package meet here. Shapes are the JSON's of `report.json` as well; see
`rehearsal.schema.json`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.findings import Report


class Kind(enum.StrEnum):
    """Where a grant stands."""

    ROLE = "role"
    """In a policy of a role: what the role may do."""
    RESOURCE = "resource"
    """In the policy of a resource: who may do something with it."""
    TRUST = "trust"
    """In the trust policy of a role: who may assume it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A resource of the assembly.

    Attributes:
        template: template file, relative to the assembly.
        stack: construct path of the stack.
        logical_id: CloudFormation logical id.
        resource_type: such as `AWS::IAM::ManagedPolicy`.
        construct_path: CDK construct path; empty when the template does not tell it.
    """

    template: str
    stack: str
    logical_id: str
    resource_type: str
    construct_path: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """One action pattern on one resource pattern, allowed by one statement of a deployed policy.

    Attributes:
        kind: where it stands.
        holder: ARN of the role that holds it, or of the resource whose policy it is in.
        principal: who is allowed: the role's ARN again, or the principal as the resource's policy
            writes it (`Service:sns.amazonaws.com`, `AWS:arn:…`, `*`).
        sid: the statement's; empty when it has none.
        action: pattern as deployed, such as `s3:GetObject`. `NotAction: x` is written `!x`.
        resource: pattern as deployed; the holder's own ARN where a trust policy names none.
            `NotResource: x` is written `!x`.
        conditions: the statement's, as deployed.
        place: the resource of the assembly that the policy is, or is part of.
        policy: name or ARN of the deployed policy; the holder's ARN for a resource's own.
        role: the role's place, for kinds `role` and `trust`.
        location: property path of the statement in the template; empty when it is not written
            there, as in one of AWS's own policies.
    """

    kind: Kind
    holder: str
    principal: str
    sid: str
    action: str
    resource: str
    place: Place
    policy: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict, hash=False)
    role: Place | None = None
    location: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that decided, by what of it applied.

    Attributes:
        sid: empty when it has none.
        actions: its action patterns that match.
        resources: its resource patterns that match.
        conditions: all of them.
        kind: `role` for a policy of the caller, `resource` for the resource's own.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Any] = field(default_factory=dict, hash=False)
    kind: Kind = Kind.ROLE


class Origin(enum.StrEnum):
    """Where a use is known from."""

    AUTHORIZATION = "authorization"
    """The local server's own decision, denials included."""
    TRAIL = "trail"
    """CloudTrail's LookupEvents: what was called and not denied."""


@dataclass(frozen=True, slots=True)
class Use:
    """One call of an AWS API by a role or user, as one of the two sources tells it.

    Attributes:
        origin: which source.
        principal: ARN of the role (not of its session) or user; empty when the source does not
            tell.
        action: such as `dynamodb:PutItem`.
        resource: ARN; empty when the source does not tell.
        allowed: the outcome of all policies together.
        time: seconds since 1970.
        operation: the API's operation on whose behalf it was, such as `POST /items`; empty when
            there was none, or the source does not tell.
        call: number of that API call in this rehearsal; 0 when there was none.
        statements: the statements that allowed it, or that denied it explicitly.
    """

    origin: Origin
    principal: str
    action: str
    resource: str
    allowed: bool
    time: float
    operation: str = ""
    call: int = 0
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the rehearsed API, answered.

    Attributes:
        number: counts up in this rehearsal.
        operation: method and path template, such as `GET /items/{id}`; empty for an unknown path.
        method: as sent.
        path: as sent, below the stage.
        status: HTTP status of the answer.
        time: seconds since 1970, when the answer began.
    """

    number: int
    operation: str
    method: str
    path: str
    status: int
    time: float


class Evidence(enum.StrEnum):
    """What is known of a grant after the rehearsal."""

    EXERCISED = "exercised"
    NEVER_USED = "never used"
    NOT_EXERCISABLE = "not exercisable here"
    """It is on the reviewed list of what leaves no trail on a local AWS."""
    NOT_REHEARSED = "not rehearsed"
    """It serves a resource that the local AWS refuses, and that was taken out."""
    UNDECIDED = "undecided"
    """The source of the evidence would not have told. Never a silent pass."""


class Effect(enum.StrEnum):
    """What happened when a grant was taken away."""

    BROKE = "broke"
    """Operations failed, each with the denial of this very action, and no other did."""
    TOLERATED = "tolerated"
    """The action was denied, and the operations answered all the same."""
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of roles, grants, operations and evidence.

    Attributes:
        grant: what is allowed.
        evidence: what is known of it.
        operations: the API's operations that used it, sorted; empty for what serves none.
        uses: how often it was used.
        reason: why it is not exercisable, not rehearsed or undecided; or which operations answered
            without it, or did not come to use it, when it was taken away; else empty.
        effect: what happened when it was taken away.
        broken: the operations that failed then.
    """

    grant: Grant
    evidence: Evidence
    operations: tuple[str, ...] = ()
    uses: int = 0
    reason: str = ""
    effect: Effect = Effect.NOT_TRIED
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the rehearsed API.

    Attributes:
        name: method and path template.
        calls: how often it was called by the contract tests and probes.
        succeeded: how often with a status below 400.
        failed: how often with a status of 500 or more.
    """

    name: str
    calls: int
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True)
class Removal:
    """A resource that the local AWS refuses, taken out of the copy that was deployed.

    Attributes:
        place: the resource.
        reason: why it was taken out.
    """

    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the rehearsal, and how long it took."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal came to.

    Attributes:
        report: findings and verdict, waivers applied, as the gate's own.
        assembly: folder that was rehearsed, as given.
        digest: sha256 over names and contents of all its files.
        environment: of the assembly, empty when it names none.
        target: `local`, or `<account>/<region>` of a deployed stage.
        removals: what was not rehearsed.
        rows: the table.
        operations: of the API, in the order of its description.
        tests: how many contract tests passed, failed and were skipped.
        steps: what was done, in order.
        notices: what a reader should know that is no finding.
        names: construct paths of what was deployed, by physical id; for readers.
    """

    report: Report
    assembly: str
    digest: str
    environment: str
    target: str
    removals: tuple[Removal, ...]
    rows: tuple[Row, ...]
    operations: tuple[Operation, ...]
    tests: Mapping[str, int]
    steps: tuple[Step, ...]
    notices: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
