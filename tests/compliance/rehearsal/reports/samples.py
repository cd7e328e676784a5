"""Rehearsals to render: the development stage's real policies, with made-up evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from compliance.findings import (
    AppliedWaiver,
    EngineRun,
    Finding,
    Outcome,
    Report,
    Severity,
    Status,
    decide,
)
from compliance.rehearsal import rules
from compliance.rehearsal.model import (
    Effect,
    Evidence,
    Grant,
    Kind,
    Operation,
    Place,
    Rehearsal,
    Removal,
    Row,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ACCOUNT: Final = "000000000000"
REGION: Final = "us-east-1"
STACK: Final = "serverless-infrastructure-dev"

READS, WRITES = "GET /items/{id}", "PUT /items/{id}"
LISTS, CREATES, DELETES = "GET /items", "POST /items", "DELETE /items/{id}"


def arn(service: str, resource: str) -> str:
    """An ARN in the account and region of the samples."""
    where = "::" if service == "s3" else f":{'' if service == 'iam' else REGION}:{ACCOUNT}"
    return f"arn:aws:{service}{where}:{resource}"


PHYSICAL: Final = {
    f"{STACK}-serverless-DataProces49D7D15D5DD75": "ServerlessStack/DataProcessingFunctionRole",
    f"{STACK}-network-FlowLogRoleCB753D64869A95C": "NetworkStack/FlowLogRole",
    f"{STACK}-api-AccountLoggingRolE50BD1A92776B": "ApiStack/AccountLoggingRole",
    f"{STACK}-storage-ItemsTable5AAC2C46-61F4ED944DEE9": "StorageStack/ItemsTable",
    f"{STACK}-storage-IdempotencyTable22A5A209-169C2D7017256": "StorageStack/IdempotencyTable",
    f"{STACK}-storage-databuckete3d281c50dbfdec": "StorageStack/DataBucket",
    f"{STACK}-storage-accesslogbuc48f8db50c01a3": "StorageStack/AccessLogBucket",
    "/serverless/config/api-settings": "StorageStack/ApiSettings",
    "3d966de3-1216-4b74-b466-2f9eaa587b1c": "StorageStack/Key",
    "9731ea08-6e2d-45fd-9806-ee34fa2eb517": "ServerlessStack/Key",
    "40fef0d2-762a-471d-9790-0713d176e0f0": "ApiStack/Key",
    f"{STACK}-serverless-DataProcesAEC6B92E9AB98": "ServerlessStack/DataProcessingFunction",
    f"{STACK}-serverless-DataProcessingFunctionDeadA0D8436EAFA5C": (
        "ServerlessStack/DataProcessingFunction/DeadLetters"
    ),
    f"/aws/cloudformation/{STACK}-serverless/DataProcessingFunctionLogs58EAA867": (
        "ServerlessStack/DataProcessingFunction/Logs"
    ),
    f"/aws/cloudformation/{STACK}-network/FlowLogs16C1943A": "NetworkStack/FlowLogs",
    f"{STACK}-monitoring-AlertTopic2720D535-9EECDBDF3FBD4": "MonitoringStack/AlertTopic",
    "0905634f": "ApiStack/ServerlessApi",
}
NAMES: Final = {physical: f"{path}/Resource" for physical, path in PHYSICAL.items()}
_BY_PATH: Final = {path: physical for physical, path in PHYSICAL.items()}

TABLE = arn("dynamodb", f"table/{_BY_PATH['StorageStack/ItemsTable']}")
HANDLED = arn("dynamodb", f"table/{_BY_PATH['StorageStack/IdempotencyTable']}")
BUCKET = arn("s3", _BY_PATH["StorageStack/DataBucket"])
SETTINGS = arn("ssm", f"parameter{_BY_PATH['StorageStack/ApiSettings']}")
KEY = arn("kms", f"key/{_BY_PATH['StorageStack/Key']}")
OWN_KEY = arn("kms", f"key/{_BY_PATH['ServerlessStack/Key']}")
API_KEY = arn("kms", f"key/{_BY_PATH['ApiStack/Key']}")
FUNCTION = arn("lambda", f"function:{_BY_PATH['ServerlessStack/DataProcessingFunction']}")
DEAD = arn("sqs", _BY_PATH["ServerlessStack/DataProcessingFunction/DeadLetters"])
LOGS = arn("logs", f"log-group:{_BY_PATH['ServerlessStack/DataProcessingFunction/Logs']}:*")
FLOW_LOGS = arn("logs", f"log-group:{_BY_PATH['NetworkStack/FlowLogs']}:*")
TOPIC = arn("sns", _BY_PATH["MonitoringStack/AlertTopic"])
ROOT = f"AWS:arn:aws:iam::{ACCOUNT}:root"
VIA_S3 = {
    "StringEquals": {
        "kms:EncryptionContext:aws:s3:arn": BUCKET,
        "kms:ViaService": f"s3.{REGION}.amazonaws.com",
    }
}
VIA_DYNAMODB = {"StringEquals": {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}}

NETWORK = (
    "Lambda makes network interfaces itself; the local AWS runs functions without a network "
    "of their own."
)
TRACES = "X-Ray is sent to by the runtime's own agent, which no local function has."
KEYS = "A service uses the key for the caller; the local AWS decides nothing for that."
DELIVERY = "Logs are delivered by the service itself, and locally nothing asks whether it may."
SERVICES = "One AWS service calls another; the local AWS does not ask whether it may."
OWNER = "It lets the account's own policies speak for the key, and is no use by itself."
REFUSED = "The local AWS has no AWS::EC2::FlowLog."

UNTOLD = "CloudTrail's events of the data plane are not recorded here."

_STATES = {
    UNTOLD: Evidence.UNDECIDED,
    NETWORK: Evidence.NOT_EXERCISABLE,
    TRACES: Evidence.NOT_EXERCISABLE,
    KEYS: Evidence.NOT_EXERCISABLE,
    DELIVERY: Evidence.NOT_EXERCISABLE,
    SERVICES: Evidence.NOT_EXERCISABLE,
    OWNER: Evidence.NOT_EXERCISABLE,
    REFUSED: Evidence.NOT_REHEARSED,
}


def place(path: str, kind: str) -> Place:
    """A resource by its construct path."""
    stack, _, rest = path.partition("/")
    return Place(
        template=f"{stack}.template.json",
        stack=stack,
        logical_id=rest.replace("/", "") + "5FFB7DAB",
        resource_type=kind,
        construct_path=f"{path}/Resource",
    )


def of_role(
    role: str, policy: str, sid: str, actions: str, resource: str, **conditions: object
) -> list[Grant]:
    """What a statement of a role's managed policy grants."""
    holder = arn("iam", f"role/{_BY_PATH[role]}")
    return [
        Grant(
            kind=Kind.ROLE,
            holder=holder,
            principal=holder,
            sid=sid,
            action=action,
            resource=resource,
            conditions=conditions,
            place=place(policy, "AWS::IAM::ManagedPolicy"),
            policy=arn("iam", f"policy/{policy.replace('/', '-')}-D9E847338B23C"),
            role=place(role, "AWS::IAM::Role"),
        )
        for action in actions.split()
    ]


def of_trust(role: str, service: str) -> Grant:
    """What the trust policy of a role grants."""
    holder = arn("iam", f"role/{_BY_PATH[role]}")
    return Grant(
        kind=Kind.TRUST,
        holder=holder,
        principal=f"Service:{service}",
        sid="",
        action="sts:AssumeRole",
        resource=holder,
        place=place(role, "AWS::IAM::Role"),
        policy=holder,
        role=place(role, "AWS::IAM::Role"),
    )


def of_resource(
    where: Place, holder: str, principal: str, actions: str, *, resource: str = "", sid: str = ""
) -> list[Grant]:
    """What the policy of a resource grants."""
    return [
        Grant(
            kind=Kind.RESOURCE,
            holder=holder,
            principal=principal,
            sid=sid,
            action=action,
            resource=resource or holder,
            place=where,
            policy=holder,
        )
        for action in actions.split()
    ]


def used(grant: Grant, uses: int, *operations: str, effect: Effect = Effect.BROKE) -> Row:
    """A grant that was exercised."""
    broken = tuple(sorted(operations)) if effect is Effect.BROKE else ()
    spared = ", ".join(sorted(operations)) if effect is Effect.TOLERATED else ""
    return Row(
        grant,
        Evidence.EXERCISED,
        operations=tuple(sorted(operations)),
        uses=uses,
        effect=effect,
        broken=broken,
        reason=f"{spared} answered all the same without it" if spared else "",
    )


def unknown(grants: Iterable[Grant], reason: str) -> list[Row]:
    """Grants that could not be exercised."""
    return [Row(grant, _STATES[reason], reason=reason) for grant in grants]


ROLE = "ServerlessStack/DataProcessingFunctionRole"
POLICY = "ServerlessStack/DataProcessingPolicy"
SERVICE = "ServerlessStack/DataProcessingFunction/ServicePolicy"


def service_rows() -> list[Row]:
    """The role of the function, all of it used by an operation."""
    items = of_role(
        ROLE, POLICY, "Items", "dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem", TABLE
    )
    (query,) = of_role(
        ROLE, POLICY, "ItemsByStatus", "dynamodb:Query", f"{TABLE}/index/status-index"
    )
    handled = of_role(
        ROLE,
        POLICY,
        "HandledRequests",
        "dynamodb:DeleteItem dynamodb:PutItem dynamodb:UpdateItem",
        HANDLED,
    )
    large = of_role(
        ROLE, POLICY, "LargeData", "s3:DeleteObject s3:GetObject s3:PutObject", f"{BUCKET}/items/*"
    )
    (settings,) = of_role(ROLE, POLICY, "Configuration", "ssm:GetParameter", SETTINGS)
    logs = of_role(ROLE, SERVICE, "OwnLogs", "logs:CreateLogStream logs:PutLogEvents", LOGS)
    (letters,) = of_role(ROLE, SERVICE, "OwnDeadLetters", "sqs:SendMessage", DEAD)
    return [
        used(items[0], 14, DELETES),
        used(items[1], 1_204, READS, WRITES, DELETES),
        used(items[2], 96, CREATES, WRITES),
        used(query, 57, LISTS),
        used(handled[0], 3, CREATES),
        used(handled[1], 61, CREATES),
        used(handled[2], 55, CREATES),
        used(large[0], 4, DELETES, WRITES, effect=Effect.TOLERATED),
        used(large[1], 9, READS),
        used(large[2], 8, CREATES, WRITES),
        used(settings, 12, LISTS, CREATES, WRITES),
        *unknown(logs, DELIVERY),
        *unknown([letters], SERVICES),
        *unknown(
            [
                *of_role(
                    ROLE,
                    POLICY,
                    "KeyOfBucket",
                    "kms:Decrypt kms:GenerateDataKey",
                    KEY,
                    **VIA_S3,
                ),
                *of_role(
                    ROLE,
                    POLICY,
                    "KeyOfTables",
                    "kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey "
                    "kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo",
                    KEY,
                    **VIA_DYNAMODB,
                ),
                *of_role(ROLE, SERVICE, "OwnKey", "kms:Decrypt kms:GenerateDataKey", OWN_KEY),
            ],
            KEYS,
        ),
        *unknown(
            of_role(ROLE, SERVICE, "Traces", "xray:PutTelemetryRecords xray:PutTraceSegments", "*"),
            TRACES,
        ),
        *unknown(
            of_role(
                ROLE,
                SERVICE,
                "NetworkInterfaces",
                "ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface "
                "ec2:DeleteNetworkInterface ec2:UnassignPrivateIpAddresses",
                f"arn:aws:ec2:{REGION}:{ACCOUNT}:*/*",
            ),
            NETWORK,
        ),
        *unknown([of_trust(ROLE, "lambda.amazonaws.com")], SERVICES),
    ]


def other_rows() -> list[Row]:
    """What other roles and resources have."""
    methods = [
        replace(grant, sid=f"{STACK}-api-ServerlessApiitems{method}ApiPermission-aa0ac06f")
        for method in ("GET", "POST")
        for grant in of_resource(
            place(
                "ApiStack/ServerlessApi/Default/items/GET/ApiPermission", "AWS::Lambda::Permission"
            ),
            FUNCTION,
            "Service:apigateway.amazonaws.com",
            "lambda:InvokeFunction",
        )
    ]
    topic = of_resource(
        place("MonitoringStack/AlertTopic/Policy", "AWS::SNS::TopicPolicy"),
        TOPIC,
        "Service:cloudwatch.amazonaws.com",
        "sns:Publish",
        sid="OwnAlarms",
    )
    keys = [
        grant
        for key, stack in ((OWN_KEY, "ServerlessStack"), (API_KEY, "ApiStack"))
        for grant in of_resource(
            place(f"{stack}/Key", "AWS::KMS::Key"), key, ROOT, "kms:*", resource="*"
        )
    ]
    flow_logs = of_role(
        "NetworkStack/FlowLogRole",
        "NetworkStack/FlowLogPolicy",
        "",
        "logs:CreateLogStream logs:DescribeLogStreams logs:PutLogEvents",
        FLOW_LOGS,
    )
    return [
        *unknown(methods + topic, SERVICES),
        *unknown(keys, OWNER),
        *unknown(flow_logs, REFUSED),
    ]


REMOVALS = (
    Removal(place("NetworkStack/Vpc/FlowLog", "AWS::EC2::FlowLog"), REFUSED),
    Removal(
        place("ApiStack/FirewallAssociation", "AWS::WAFv2::WebACLAssociation"),
        "The local AWS has no AWS::WAFv2::WebACLAssociation.",
    ),
)
STEPS = (
    Step("start", 1.412),
    Step("bootstrap", 2.2),
    Step("deploy", 9.61),
    Step("contract tests", 21.04),
    Step("tamper", 14.9),
    Step("alarms", 0.31),
    Step("dead letters", 3.5),
    Step("destroy", 2.87),
)
WORKING = (
    Operation(LISTS, 118, 84, 0),
    Operation(CREATES, 141, 97, 2),
    Operation(READS, 96, 61, 0),
    Operation(WRITES, 88, 52, 0),
    Operation(DELETES, 47, 14, 0),
)


def make(
    rows: Sequence[Row],
    *findings: Finding,
    operations: tuple[Operation, ...] = WORKING,
    tests: Mapping[str, int] | None = None,
    engine: EngineRun | None = None,
    **changes: Any,  # noqa: ANN401 - of any field
) -> Rehearsal:
    """A rehearsal whose verdict follows from its findings."""
    engines = (
        engine or EngineRun(rules.ENGINE, Status.RAN, "0.1.0", rules=6, resources=95, seconds=55.8),
    )
    results = tuple(sorted(findings, key=lambda finding: finding.sort_key))
    report = Report(
        verdict=decide(engines=engines, results=results, threshold=Severity.MEDIUM),
        engines=engines,
        results=results,
        scope=("cdk.out",),
        resources=97,
        templates=5,
    )
    rehearsal = Rehearsal(
        report=report,
        assembly="cdk.out",
        digest="5f2b1c0e9d8a7f6e" * 4,
        environment="dev",
        target="local",
        removals=REMOVALS,
        rows=tuple(rows),
        operations=operations,
        tests=tests if tests is not None else {"passed": 31, "failed": 0, "skipped": 0},
        steps=STEPS,
        names=NAMES,
    )
    return replace(rehearsal, **changes)


def green() -> Rehearsal:
    """Every operation works, every grant was used or cannot be used here."""
    return make(
        [*service_rows(), *other_rows()],
        notices=("The trail and the authorizations agree on 1,523 of 1,523 calls.",),
    )


def red() -> Rehearsal:
    """A grant never used, an operation denied, a route that answers anybody, a silent alarm."""
    (scan,) = of_role(ROLE, POLICY, "Items", "dynamodb:Scan", TABLE)
    deletes = service_rows()[0]
    rows = [row for row in service_rows() if row is not deletes and row.grant != deletes.grant]
    return make(
        [*rows, Row(scan, Evidence.NEVER_USED), *other_rows()],
        rules.finding(
            rules.NECESSARY,
            "ServerlessStack/DataProcessingFunctionRole may do dynamodb:Scan on "
            "StorageStack/ItemsTable, and no call of the rehearsal did.",
            place=scan.place,
            location="Properties.PolicyDocument.Statement[0].Action",
            observed='"dynamodb:Scan"',
        ),
        rules.finding(
            rules.SUFFICIENT,
            "DELETE /items/{id} never succeeded: dynamodb:DeleteItem on StorageStack/ItemsTable "
            "was denied to ServerlessStack/DataProcessingFunctionRole, 14 times.",
            place=place(ROLE, "AWS::IAM::Role"),
            location=DELETES,
            observed="dynamodb:DeleteItem",
        ),
        rules.finding(
            rules.CLOSED,
            "GET /items answered 200 to a call without a signature.",
            place=place("ApiStack/ServerlessApi/Default/items/GET", "AWS::ApiGateway::Method"),
            location=LISTS,
            observed="200",
        ),
        rules.finding(
            rules.ALARMS,
            "No request sent ServerlessApp/FailedRequests with the dimensions environment=prod, "
            "service=items.",
            place=place("MonitoringStack/FailedRequestsAlarm", "AWS::CloudWatch::Alarm"),
            location="Properties.Dimensions",
            observed='[{"Name":"environment","Value":"prod"},{"Name":"service","Value":"items"}]',
        ),
        rules.finding(
            rules.EXACT,
            "Without s3:DeleteObject every operation answered as before.",
            outcome=Outcome.UNDECIDED,
        ).waived_by(
            AppliedWaiver(
                rules.EXACT.id,
                POLICY,
                "Large data that is left behind is removed by the bucket's lifecycle.",
                "items-team",
                "2027-03-31",
            )
        ),
        operations=(*WORKING[:-1], Operation(DELETES, 47, 0, 14)),
        tests={"passed": 28, "failed": 3, "skipped": 1},
    )


def poisoned(text: str) -> Rehearsal:
    """A rehearsal that has `text` wherever an outsider has a say."""
    where = Place(text, text, text, text, text)
    grants = [
        Grant(
            kind=kind,
            holder=f"{text}{kind}",
            principal=text,
            sid=text,
            action=text,
            resource=text,
            place=where,
            policy=text,
            conditions={text: {text: [text]}, f"{text}?": text},
            role=where if kind is not Kind.RESOURCE else None,
        )
        for kind in Kind
    ]
    rows = [
        Row(
            grant,
            evidence,
            operations=(text, f"{text}!"),
            uses=3,
            reason="" if evidence in (Evidence.EXERCISED, Evidence.NEVER_USED) else text,
            effect=effect,
            broken=(text,),
        )
        for grant in grants
        for evidence in Evidence
        for effect in Effect
    ]
    found = rules.finding(
        rules.NECESSARY, text, place=where, location=text, observed=text, remediation=text
    )
    return make(
        rows,
        found,
        replace(found, severity=Severity.LOW),
        operations=(Operation(text, 3, 1, 1),),
        tests={text: 1},
        assembly=text,
        digest=text,
        environment=text,
        target=text,
        removals=(Removal(where, text),),
        steps=(Step(text, 1.0),),
        notices=(text,),
        names={text: text},
    )
