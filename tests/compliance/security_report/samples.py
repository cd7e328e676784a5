"""Security reports to render: one of a small service, one poisoned in every field, a large one."""

from __future__ import annotations

import dataclasses
import datetime as dt
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from compliance.assembly.model import Resource, Template
from compliance.findings import (
    AppliedWaiver,
    EngineRun,
    Finding,
    Outcome,
    Report,
    Severity,
    Source,
    Status,
    Verdict,
)
from compliance.iam.access.model import Comparison, Open, Witness
from compliance.intrinsics import ABSENT
from compliance.reports.grouping import Place
from compliance.review.model import (
    Change,
    Difference,
    Kind,
    Note,
    Replaced,
    Review,
    Subject,
    TemplateReview,
)
from compliance.security_report.model import (
    Accepted,
    AccessRow,
    Architecture,
    Arrow,
    Boundary,
    Changed,
    Control,
    Endpoint,
    Grant,
    Level,
    LogGroup,
    Node,
    Of,
    Principal,
    Proof,
    Provenance,
    Rehearsed,
    SecurityReport,
    Tie,
    Zone,
)

Anything = TypeVar("Anything")

WRITTEN = dt.datetime(2027, 2, 3, 9, 30, tzinfo=dt.UTC)
ENGINES = (
    EngineRun("own", Status.RAN, "0.1.0", rules=34, resources=88, seconds=0.0412),
    EngineRun("cdk-nag", Status.RAN, "3.0.2", rules=165, resources=88, seconds=0.6184),
    EngineRun("checkov", Status.RAN, "3.3.30", rules=148, resources=88, seconds=2.1049),
)


def make_place(path: str, kind: str, line: int = 0) -> Place:
    """A resource of a stack, told by its construct path."""
    stack = path.partition("/")[0]
    return Place(
        template=f"{stack}.template.json",
        stack=stack,
        logical_id="".join(part.capitalize() for part in path.split("/")[1:]) + "5FFB7DAB",
        resource_type=kind,
        construct_path=path,
        source=Source(f"stacks/{stack.lower()}.py", line) if line else None,
    )


FUNCTION = make_place("ServerlessStack/Handler/Resource", "AWS::Lambda::Function", 61)
ROLE = make_place("ServerlessStack/HandlerRole/Resource", "AWS::IAM::Role", 44)
POLICY = make_place("ServerlessStack/HandlerPolicy/Resource", "AWS::IAM::ManagedPolicy", 88)
METHOD = make_place("ApiStack/Api/Default/items/GET/Resource", "AWS::ApiGateway::Method", 141)
LOGS = make_place("ServerlessStack/HandlerLogs/Resource", "AWS::Logs::LogGroup", 52)
TABLE = make_place("StorageStack/Items/Resource", "AWS::DynamoDB::Table", 33)
BUCKET = make_place("StorageStack/Payloads/Resource", "AWS::S3::Bucket", 70)


def make_architecture() -> Architecture:
    """An API, a function in a VPC, a table and a bucket, and who is told of failures."""

    def node(
        name: str, label: str, kind: str, boundary: str, place: Place | None = None, count: int = 1
    ) -> Node:
        return Node(id=name, label=label, type=kind, boundary=boundary, place=place, count=count)

    return Architecture(
        boundaries=(
            Boundary(id="outside", zone=Zone.OUTSIDE, label="Internet and people"),
            Boundary(id="account", zone=Zone.ACCOUNT, label="AWS account"),
            Boundary(id="api", zone=Zone.STACK, label="ApiStack", parent="account"),
            Boundary(id="code", zone=Zone.STACK, label="ServerlessStack", parent="account"),
            Boundary(id="vpc", zone=Zone.NETWORK, label="Vpc (no way out)", parent="code"),
            Boundary(id="storage", zone=Zone.STACK, label="StorageStack", parent="account"),
            Boundary(id="watch", zone=Zone.STACK, label="MonitoringStack", parent="account"),
        ),
        nodes=(
            node("caller", "Callers with IAM credentials", "", "outside"),
            node("reader", "ops@example.com", "", "outside"),
            node("rest", "ItemsApi", "AWS::ApiGateway::RestApi", "api", METHOD, 5),
            node("access", "AccessLogs", "AWS::Logs::LogGroup", "api"),
            node("handler", "DataProcessingFunction", "AWS::Lambda::Function", "vpc", FUNCTION),
            node("letters", "DataProcessingFunctionDeadLetters", "AWS::SQS::Queue", "code"),
            node("logs", "HandlerLogs", "AWS::Logs::LogGroup", "code", LOGS),
            node("table", "Items", "AWS::DynamoDB::Table", "storage", TABLE),
            node("bucket", "Payloads", "AWS::S3::Bucket", "storage", BUCKET),
            node("settings", "ApiSettings", "AWS::SSM::Parameter", "storage"),
            node("key", "Key", "AWS::KMS::Key", "storage"),
            node("alarms", "Alarms", "AWS::CloudWatch::Alarm", "watch", None, 16),
            node("topic", "AlertTopic", "AWS::SNS::Topic", "watch"),
        ),
        arrows=(
            Arrow(source="caller", target="rest", tie=Tie.CALLS, label="GET /items", crosses=True),
            Arrow(source="rest", target="handler", tie=Tie.CALLS),
            Arrow(source="rest", target="access", tie=Tie.LOGS),
            Arrow(source="handler", target="table", tie=Tie.READS, label="GetItem, Query"),
            Arrow(source="handler", target="table", tie=Tie.WRITES, label="PutItem, DeleteItem"),
            Arrow(source="handler", target="bucket", tie=Tie.WRITES, label="PutObject"),
            Arrow(source="handler", target="settings", tie=Tie.READS, label="GetParameter"),
            Arrow(source="handler", target="letters", tie=Tie.SENDS),
            Arrow(source="handler", target="logs", tie=Tie.LOGS),
            Arrow(source="table", target="key", tie=Tie.USES),
            Arrow(source="bucket", target="key", tie=Tie.USES),
            Arrow(source="alarms", target="topic", tie=Tie.SENDS),
            Arrow(source="topic", target="reader", tie=Tie.SENDS, label="e-mail"),
        ),
        left_out=(("AWS::IAM::Role", 4), ("AWS::Lambda::Permission", 5)),
    )


def make_access() -> AccessRow:
    """What the function's role may do with the table."""

    def grant(action: str, level: Level, **changes: Any) -> Grant:  # noqa: ANN401 - any field
        return Grant(
            **{
                "action": action,
                "level": level,
                "resource": "${StorageStack/Items.Arn}",
                "sid": "Items",
                "location": "Properties.PolicyDocument.Statement[0]",
                "place": POLICY,
                "rehearsed": Rehearsed(
                    proof=Proof.EXERCISED,
                    operations=(action.partition(":")[2],),
                    effect="broke",
                    environment="dev",
                    same_files=True,
                ),
                **changes,
            }
        )

    return AccessRow(
        principal=Principal(
            name="ServerlessStack/HandlerRole",
            kind="role",
            place=ROLE,
            trusted_by=("Service: lambda.amazonaws.com",),
            used_by=("ServerlessStack/Handler",),
            boundary="arn:aws:iam::111122223333:policy/boundary",
            managed=("arn:aws:iam::aws:policy/ReadOnlyAccess",),
        ),
        service="dynamodb",
        grants=(
            grant("dynamodb:DeleteItem", Level.WRITE),
            grant(
                "dynamodb:PutItem",
                Level.WRITE,
                condition="aws:SourceVpce is vpce-1",
                rehearsed=Rehearsed(proof=Proof.NEVER_USED, environment="dev"),
            ),
            grant("dynamodb:GetItem", Level.READ),
            grant("dynamodb:*", Level.UNKNOWN, deny=True, rehearsed=None),
        ),
    )


def make_endpoints() -> tuple[Endpoint, ...]:
    """A method that asks for something, one that asks for nothing, a preflight, a doubt."""

    def endpoint(**changes: Any) -> Endpoint:  # noqa: ANN401 - any field
        return Endpoint(
            **{
                "kind": "REST",
                "api": "ApiStack/Api",
                "method": "GET",
                "path": "/items",
                "asks": ("IAM (SigV4)", "API key"),
                "open": False,
                "validates": ("parameters",),
                "limits": "100/s, burst 200",
                "firewall": "ApiStack/Acl",
                "calls": "ServerlessStack/Handler",
                "place": METHOD,
                **changes,
            }
        )

    return (
        endpoint(),
        endpoint(method="POST", asks=(), open=True, validates=("body against ItemModel",)),
        endpoint(method="OPTIONS", asks=(), open=True, preflight=True, calls="", limits=""),
        endpoint(path="/items/{id}", open=None, private=True, firewall="", validates=()),
    )


def make_log_groups() -> tuple[LogGroup, ...]:
    """A log group as it should be, one that never expires, one that AWS would make."""
    return (
        LogGroup(
            name="/aws/lambda/${Handler}",
            retention=400,
            key="${ServerlessStack/Key.Arn}",
            kept=True,
            writers=("ServerlessStack/Handler",),
            place=LOGS,
        ),
        LogGroup(name="", retention=None, place=LOGS),
        LogGroup(
            name="/aws/lambda/Closer",
            retention="${Retention}",
            place=FUNCTION,
            implicit=True,
        ),
    )


def _resource(template: Template, name: str, kind: str) -> Resource:
    return Resource(
        template=template,
        logical_id=name,
        type=kind,
        body={"Type": kind, "Properties": {}},
        construct_path=f"{template.stack}/{name}/Resource",
    )


def make_review(text: str = "StorageStack") -> Review:
    """A table that is replaced, a new grant, an exposed method, a shorter retention."""
    template = Template(name=text, path=Path("x.json"), body={}, stack=text)
    table = _resource(template, "Items" if text == "StorageStack" else text, "AWS::DynamoDB::Table")
    method = _resource(template, "Get", "AWS::ApiGateway::Method")
    mine = text if text != "StorageStack" else ""
    change = Change(
        kind=Kind.CHANGED,
        old=table,
        new=table,
        differences=(
            Difference(mine or "Properties.KeySchema[0]", "id", mine or "pk"),
            Difference("Properties.DeletionPolicy", "Retain", ABSENT),
        ),
        replaced=Replaced.YES,
        reasons=(mine or "Properties.KeySchema cannot change in place",),
        loss=mine or "the new table starts empty",
        kept=mine or "DeletionPolicy keeps the old one, outside of the stack",
    )
    return Review(
        templates=(
            TemplateReview(
                name=text,
                old=template,
                new=template,
                changes=(change, Change(kind=Kind.ADDED, old=None, new=method)),
                others=(Difference(mine or "Outputs.Url", ABSENT, mine or "https"),),
                failures=(mine or "the deployment fails: an export is in use",),
                notes=(
                    Note(
                        Subject.EXPOSURE,
                        method,
                        mine or "GET /items lost its authorizer (AWS_IAM): anyone may call it",
                        "Properties.AuthorizationType",
                    ),
                    Note(Subject.PROTECTION, table, mine or "point-in-time recovery is off"),
                ),
                diff=(
                    f"--- {text}",
                    f"+++ {text}",
                    "@@ -1,2 +1,2 @@",
                    ' "KeySchema": [',
                    f'-  "{mine or "id"}"',
                    f'+  "{mine or "pk"}"',
                ),
            ),
        ),
        access=Comparison(
            witnesses=(
                Witness(
                    principal=mine or "ServerlessStack/HandlerRole",
                    action=mine or "dynamodb:Scan",
                    resource=mine or "${Items.Arn}",
                    condition={mine or "aws:SourceVpce": (mine or "vpce-1",)},
                    statement=mine or "ServerlessStack HandlerPolicy Statement[0]",
                ),
            ),
            undecided=(Open(mine or "ApiStack Role", mine or "the parameter is not known"),),
        ),
        compared=5,
    )


def make_findings() -> tuple[Finding, ...]:
    """What blocks, what does not, what is undecided, what is waived, what passed."""

    def finding(place: Place, **changes: Any) -> Finding:  # noqa: ANN401 - any field
        return Finding(
            **{
                "engine": "own",
                "rule": "IAM01",
                "severity": Severity.HIGH,
                "outcome": Outcome.FAIL,
                "message": "s3:GetObject is granted on every bucket.",
                "template": place.template,
                "stack": place.stack,
                "logical_id": place.logical_id,
                "resource_type": place.resource_type,
                "construct_path": place.construct_path,
                "source": place.source,
                "location": "Properties.PolicyDocument.Statement[2].Resource",
                "observed": '"*"',
                "remediation": "Name the objects: the bucket's ARN followed by /items/*.",
                "environment": "prod",
                **changes,
            }
        )

    api = {
        "rule": "API01",
        "severity": Severity.CRITICAL,
        "message": "Anyone on the internet may call this method.",
        "location": "Properties.AuthorizationType",
        "observed": '"NONE"',
        "remediation": "Set authorization_type to AuthorizationType.IAM.",
    }
    logs = {
        "rule": "LOG02",
        "severity": Severity.LOW,
        "message": "Logs are kept for 7 days.",
        "location": "Properties.RetentionInDays",
        "observed": "7",
        "remediation": "Set retention to RetentionDays.ONE_MONTH or longer.",
    }
    return (
        finding(POLICY),
        finding(POLICY, engine="cdk-nag"),
        finding(METHOD, **api),
        finding(METHOD, **api | {"environment": "dev"}),
        finding(LOGS, **logs),
        finding(LOGS, **logs | {"rule": "LOG01", "outcome": Outcome.UNDECIDED}),
        finding(
            BUCKET,
            engine="checkov",
            rule="CKV_AWS_18",
            severity=Severity.MEDIUM,
            message="Ensure the S3 bucket has access logging enabled",
            location="",
            observed="",
            remediation="",
        ).waived_by(
            AppliedWaiver(
                rule="CKV_AWS_18",
                construct="StorageStack/Payloads",
                reason="CloudTrail data events log the access.",
                owner="platform-team",
                expires="2027-02-20",
                ticket="OPS-412",
            )
        ),
        finding(TABLE, rule="IAM02", outcome=Outcome.PASS),
    )


def make_report(**changes: Any) -> SecurityReport:  # noqa: ANN401 - any field of SecurityReport
    """The report of a small service in two environments, with some fields changed."""
    findings = make_findings()
    environments = ("dev", "prod")
    return SecurityReport(
        **{
            "report": Report(
                verdict=Verdict.RED,
                engines=ENGINES,
                results=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
                scope=("build/cdk.out/dev", "build/cdk.out/prod"),
                resources=88,
                templates=10,
                notices=("The waiver of CKV_AWS_18 on StorageStack/Payloads ends in 17 days.",),
            ),
            "environments": environments,
            "changes": (
                Changed(environment="dev", against="snapshots/dev", review=make_review()),
                Changed(environment="prod", against="snapshots/prod", review=make_review()),
                Changed(
                    environment="staging",
                    against="snapshots/staging",
                    review=None,
                    reason="no snapshot was accepted yet",
                ),
            ),
            "architectures": (Of(environments, make_architecture()),),
            "access": (Of(environments, make_access()),),
            "endpoints": tuple(Of(environments, each) for each in make_endpoints()),
            "log_groups": (
                *(Of(environments, each) for each in make_log_groups()[:2]),
                Of(("prod",), make_log_groups()[2]),
            ),
            "waivers": (
                Accepted(
                    rule="CKV_AWS_18",
                    construct="StorageStack/Payloads",
                    reason="CloudTrail data events log the access.",
                    owner="platform-team",
                    since=dt.date(2026, 11, 2),
                    expires=dt.date(2027, 2, 20),
                    ticket="OPS-412",
                    findings=1,
                ),
                Accepted(
                    rule="LOG06",
                    construct="ApiStack/AccessLogs",
                    reason="No personal data is logged there.",
                    owner="api-team",
                    since=None,
                    expires=dt.date(2027, 9, 30),
                    environments=("dev",),
                ),
            ),
            "controls": (
                Control(
                    standard="NIST SP 800-53 Rev. 5",
                    id="AC-6",
                    rules=("IAM01", "IAM02"),
                    failing=1,
                    passing=1,
                ),
                Control(
                    standard="AWS Foundational Security Best Practices",
                    id="APIGateway.1",
                    rules=("API03",),
                    undecided=1,
                    waived=1,
                    passing=3,
                ),
            ),
            "provenance": Provenance(
                versions=(("synthgate", "0.1.0"), ("checkov", "3.3.30")),
                digests=(("build/cdk.out/dev", "ab" * 32), ("waivers.toml", "cd" * 32)),
                commit="5acb9c7d" * 5,
                dirty=2,
                written=WRITTEN,
                rehearsals=("build/rehearsal/dev.json of 2027-02-03",),
            ),
            **changes,
        }
    )


def every_text(value: Anything, text: str) -> Anything:
    """The same object with `text` in the place of every string in it.

    What a report of its own rests on stays: enumerations, paths on disk, dates, numbers, and what
    ties the picture together, whose ids are told apart by a number.
    """
    known: dict[str, str] = {}
    return _poison(value, text, known)  # type: ignore[no-any-return]


def _poison(value: Any, text: str, known: dict[str, str]) -> Any:  # noqa: ANN401, PLR0911
    if isinstance(value, Enum | Path) or value is ABSENT:
        return value
    if isinstance(value, str):
        return text if value else value
    if isinstance(value, Template):
        return dataclasses.replace(value, name=text, stack=text)
    if isinstance(value, Resource):
        return dataclasses.replace(value, logical_id=text, type=text, construct_path=text)
    if isinstance(value, tuple):
        return tuple(_poison(item, text, known) for item in value)
    if isinstance(value, dict):
        return {
            _poison(key, text, known): _poison(item, text, known) for key, item in value.items()
        }
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _poison(getattr(value, field.name), text, known)
            for field in dataclasses.fields(value)
            if field.init
        }
        for name in ("id", "parent", "boundary", "source", "target"):
            held = changes.get(name)
            if isinstance(value, Boundary | Node | Arrow) and held:
                original = getattr(value, name)
                changes[name] = known.setdefault(original, f"{text}{len(known)}")
        return dataclasses.replace(value, **changes)
    return value


def make_large(*, resources: int = 500, findings: int = 2_000) -> SecurityReport:
    """A report of many resources and findings, by three engines, in three environments."""
    environments = ("dev", "staging", "prod")
    places = [
        make_place(f"Stack{number % 20}/Part{number}/Resource", "AWS::IAM::Policy", number + 1)
        for number in range(resources)
    ]
    rules = ("IAM01", "IAM02", "LOG02", "API03", "CKV_AWS_18")
    levels = tuple(Severity)
    results = tuple(
        Finding(
            engine=ENGINES[number % 3].name,
            rule=rules[number // resources % len(rules)],
            severity=levels[number % 4],
            outcome=Outcome.FAIL,
            message=f"Statement {number} grants s3:GetObject on every bucket of the account.",
            template=place.template,
            stack=place.stack,
            logical_id=place.logical_id,
            resource_type=place.resource_type,
            construct_path=place.construct_path,
            source=place.source,
            location=f"Properties.PolicyDocument.Statement[{number}].Resource",
            observed='"*"',
            remediation="Name the objects: the bucket's ARN followed by /items/*.",
            environment=environments[number % 3],
        )
        for number in range(findings)
        for place in [places[number % resources]]
    )
    row = make_access()
    return make_report(
        environments=environments,
        report=Report(
            verdict=Verdict.RED,
            engines=ENGINES,
            results=tuple(sorted(results, key=lambda finding: finding.sort_key)),
            scope=("cdk.out",),
            resources=resources,
            templates=20,
        ),
        architectures=(Of(environments, make_large_architecture(resources)),),
        access=tuple(
            Of(
                environments,
                dataclasses.replace(
                    row,
                    principal=dataclasses.replace(row.principal, name=f"Stack{number}/Role"),
                ),
            )
            for number in range(resources // 5)
        ),
        endpoints=tuple(
            Of(environments, dataclasses.replace(make_endpoints()[0], path=f"/items/{number}"))
            for number in range(resources // 5)
        ),
        log_groups=tuple(
            Of(environments, dataclasses.replace(make_log_groups()[0], name=f"/logs/{number}"))
            for number in range(resources // 5)
        ),
    )


def make_large_architecture(resources: int = 500) -> Architecture:
    """Twenty stacks with functions that read tables and send to queues, and call the next one."""
    boundaries = [Boundary(id="account", zone=Zone.ACCOUNT, label="AWS account")]
    boundaries += [
        Boundary(id=f"s{number}", zone=Zone.STACK, label=f"Stack{number}", parent="account")
        for number in range(20)
    ]
    kinds = ("AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::SQS::Queue")
    nodes = [
        Node(
            id=f"n{number}",
            label=f"{kinds[number // 20 % 3].rpartition('::')[2]}{number}",
            type=kinds[number // 20 % 3],
            boundary=f"s{number % 20}",
        )
        for number in range(resources)
    ]
    arrows = []
    for number in range(resources - 41):
        if number // 20 % 3 == 0:
            arrows.append(Arrow(source=f"n{number}", target=f"n{number + 20}", tie=Tie.READS))
            arrows.append(Arrow(source=f"n{number}", target=f"n{number + 40}", tie=Tie.SENDS))
            if number % 20 < 19:
                arrows.append(Arrow(source=f"n{number}", target=f"n{number + 1}", tie=Tie.CALLS))
    return Architecture(boundaries=tuple(boundaries), nodes=tuple(nodes), arrows=tuple(arrows))
