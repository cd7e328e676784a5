"""What the security report shows, before it is drawn or written.

All strings are the template author's: whoever renders them masks, cleans and escapes them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    import datetime as dt

    from compliance.findings import Report
    from compliance.reports.grouping import Place
    from compliance.review.model import Review

Shown = TypeVar("Shown")
NEVER: Final = "never expires"
OR: Final = " or "
"""Between what several conditions make of one value."""


class Level(enum.StrEnum):
    """Access levels, as the Service Authorization Reference names them."""

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS = "Permissions management"
    UNKNOWN = "Unknown"
    """The action is not in the data, or known only at deploy time."""


class Proof(enum.StrEnum):
    """What a rehearsal says of a grant; words are those of its report."""

    EXERCISED = "exercised"
    NEVER_USED = "never used"
    NOT_EXERCISABLE = "not exercisable here"
    NOT_REHEARSED = "not rehearsed"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal says of one grant.

    Attributes:
        proof: in a word.
        operations: of the API, that used it.
        effect: what happened when it was taken away: `broke`, `tolerated`, `not tried`.
        environment: of the assembly that was rehearsed.
        same_files: whether that was this very assembly, byte for byte; else the same grant of
            another environment's.
    """

    proof: Proof
    operations: tuple[str, ...] = ()
    effect: str = ""
    environment: str = ""
    same_files: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One action pattern on one resource pattern.

    Attributes:
        action: as written, such as `dynamodb:GetItem` or `s3:Get*`; `!x` for NotAction.
        level: the gravest level of the actions that it stands for.
        resource: as written, intrinsics in short form, such as `${StorageStack/Bucket}/items/*`.
        condition: in a few words, empty when there is none.
        sid: the statement's.
        location: property path of the statement.
        place: the resource of the template that the policy is, with its source line.
        rehearsed: what a rehearsal says of it; None when there is none.
        deny: whether it is a refusal.
        unread: why its action or effect cannot be told, such as `parameter X has no default`;
            empty when it can.
    """

    action: str
    level: Level
    resource: str
    condition: str = ""
    sid: str = ""
    location: str = ""
    place: Place
    rehearsed: Rehearsed | None = None
    deny: bool = False
    unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody who may do something: a role of the templates, or who a resource's policy lets in.

    Attributes:
        name: construct path of a role (or user, group), else the principal as written, such as
            `Service: sns.amazonaws.com`.
        kind: `role`, `user`, `group`, `service`, `account`, `federated`, `anyone`; `policy` for a
            policy that is attached to nobody here, `unknown` for who is known only at deploy time.
        place: the role; None for who is only named.
        trusted_by: who may assume the role, as written.
        used_by: construct paths of functions and others that run with the role.
        boundary: permissions boundary as written; empty when it has none.
        managed: policies attached whose content no template tells, such as AWS's own.
        groups: those that a user is in, by construct path or name; what they may do, it may.
        outsiders: who may assume a role though not known to be of its own account, as written.
        anyone: whether one of them is anybody at all, on no condition.
    """

    name: str
    kind: str
    place: Place | None = None
    trusted_by: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()
    boundary: str = ""
    managed: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    outsiders: tuple[str, ...] = ()
    anyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRow:
    """A row of the access matrix: one principal, one service.

    Attributes:
        principal: who.
        service: IAM's prefix, such as `dynamodb`; `*` for every service; empty in the one row of
            a role, user or group to which no template grants anything.
        grants: gravest level first, then by action and resource.
    """

    principal: Principal
    service: str
    grants: tuple[Grant, ...]

    def at(self, level: Level) -> tuple[Grant, ...]:
        """The grants of one level."""
        return tuple(grant for grant in self.grants if grant.level is level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One way in from outside, and what it asks for.

    Attributes:
        kind: `REST`, `HTTP`, `WebSocket`, `function URL`, `GraphQL`, `load balancer` …
        api: construct path of the API.
        method: `GET`, `ANY`, `$connect`; empty where there is none.
        path: such as `/items/{id}`.
        asks: what a caller has to show: `IAM (SigV4)`, `Cognito user pool …`, `JWT …`, `API key`;
            empty when nothing is asked.
        open: whether anybody may call it; None when that is known only at deploy time.
        preflight: whether it is CORS' OPTIONS, which browsers call without credentials.
        validates: what is checked before the code runs: `body against ItemModel`, `parameters`.
        limits: throttling and quotas in words, such as `1,000/s, burst 2,000`.
        firewall: the web ACL, empty when there is none.
        calls: construct path of what answers.
        private: reachable only through VPC endpoints.
        place: the method, route or URL.
    """

    kind: str
    api: str
    method: str = ""
    path: str = ""
    asks: tuple[str, ...] = ()
    open: bool | None = None
    preflight: bool = False
    validates: tuple[str, ...] = ()
    limits: str = ""
    firewall: str = ""
    calls: str = ""
    private: bool = False
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """One log group.

    Attributes:
        name: as written, in short form; empty when CloudFormation names it.
        retention: days; None when it never expires, a text when known only at deploy time.
        key: the KMS key, in short form; empty when it is CloudWatch's own.
        kept: whether it outlives its stack.
        writers: construct paths of what writes there (functions, stages, flow logs …).
        place: the log group, or, where none is in the templates, what makes AWS create one.
        implicit: AWS creates it, outside of any template.
    """

    name: str
    retention: int | str | None
    key: str = ""
    kept: bool = False
    writers: tuple[str, ...] = ()
    place: Place
    implicit: bool = False

    @property
    def may_stay(self) -> bool:
        """Whether nothing of it ever expires, be it under a condition only."""
        if isinstance(self.retention, str):
            return NEVER in self.retention.split(OR)
        return self.retention is None


class Zone(enum.StrEnum):
    """What a boundary of the picture encloses."""

    OUTSIDE = "outside"
    """The internet, other accounts, people."""
    ACCOUNT = "account"
    STACK = "stack"
    NETWORK = "network"
    """A VPC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """A trust boundary, or a stack.

    Attributes:
        id: unique in the picture.
        zone: what it is.
        label: what it is called.
        parent: id of the boundary that encloses it; empty for the outermost.
    """

    id: str
    zone: Zone
    label: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Something that calls or is called.

    Attributes:
        id: unique in the picture.
        label: short name, such as `ItemsApi`.
        type: resource type; empty for who is outside.
        boundary: id of the innermost boundary it stands in.
        place: the resource; None for who is outside, and for several resources together.
        count: how many resources it stands for, such as the methods of an API.
    """

    id: str
    label: str
    type: str = ""
    boundary: str
    place: Place | None = None
    count: int = 1


class Tie(enum.StrEnum):
    """What an arrow of the picture means."""

    CALLS = "calls"
    READS = "reads"
    WRITES = "writes"
    SENDS = "sends"
    """Events, notifications, dead letters."""
    LOGS = "logs"
    USES = "uses"
    """Keys, parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """Who calls whom.

    Attributes:
        source: id of a node.
        target: id of a node.
        tie: what it means.
        label: a few words, such as `GetItem, Query` or `GET /items`.
        crosses: whether it crosses a trust boundary from outside.
    """

    source: str
    target: str
    tie: Tie
    label: str = ""
    crosses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """The picture, before it is drawn.

    Attributes:
        boundaries: parents before children.
        nodes: in a fixed order.
        arrows: in a fixed order.
        left_out: how many resources it does not show, by type: what is wiring, or too many.
    """

    boundaries: tuple[Boundary, ...]
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """What one assembly is, apart from what is wrong with it."""

    architecture: Architecture
    access: tuple[AccessRow, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    log_groups: tuple[LogGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Of(Generic[Shown]):
    """Something that is the same in some of the environments.

    Attributes:
        environments: by name; empty when assemblies have none.
        value: what it is there.
    """

    environments: tuple[str, ...]
    value: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What changes since what was accepted last.

    Attributes:
        environment: empty when the assembly has none.
        against: what it is compared with, such as `snapshots/prod` or `main`.
        review: the change; None when there is nothing to compare with.
        reason: why there is no review, else empty.
    """

    environment: str
    against: str
    review: Review | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A waiver, whether a finding of this run needed it or not.

    Attributes:
        rule: what it accepts.
        construct: where.
        reason: why.
        owner: who answers for it.
        since: the day it was first committed; None when that cannot be told.
        expires: its last day.
        ticket: or empty.
        environments: that it is limited to; empty for all.
        findings: how many findings it accepts in this run, each engine's word counted.
    """

    rule: str
    construct: str
    reason: str
    owner: str
    since: dt.date | None
    expires: dt.date
    ticket: str = ""
    environments: tuple[str, ...] = ()
    findings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A control of a standard, and what this run says of it.

    Attributes:
        standard: such as `NIST 800-53 r5`.
        id: the control's, such as `AC-6`.
        rules: own rules that serve it.
        failing: things to mend under those rules that block or not.
        undecided: things nobody can decide before the deployment.
        waived: things accepted.
        passing: resources that the rules looked at and found good.
    """

    standard: str
    id: str
    rules: tuple[str, ...]
    failing: int = 0
    undecided: int = 0
    waived: int = 0
    passing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What was used, and what was looked at.

    Attributes:
        versions: name and version of each tool, in a fixed order.
        digests: name and sha256 of each assembly and policy file, likewise.
        commit: of the working tree; empty when it is none.
        dirty: number of files that differ from it.
        written: when the report was made, UTC.
        rehearsals: the reports that the evidence of grants comes from, in words.
    """

    versions: tuple[tuple[str, str], ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    commit: str = ""
    dirty: int = 0
    written: dt.datetime
    rehearsals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityReport:
    """One set of results: everything that the report shows.

    Attributes:
        report: verdict, engines, findings.
        environments: names of the environments, in order; empty when assemblies have none.
        changes: one for each assembly.
        architectures: pictures; equal ones once.
        access: rows of the matrix; equal ones once.
        endpoints: likewise.
        log_groups: likewise.
        waivers: in the file's order.
        controls: by standard, then id.
        provenance: what was used.
    """

    report: Report
    environments: tuple[str, ...]
    changes: tuple[Changed, ...]
    architectures: tuple[Of[Architecture], ...]
    access: tuple[Of[AccessRow], ...]
    endpoints: tuple[Of[Endpoint], ...]
    log_groups: tuple[Of[LogGroup], ...]
    waivers: tuple[Accepted, ...]
    controls: tuple[Control, ...]
    provenance: Provenance = field(repr=False)
