"""What the Lambda service needs of a function's role: the table, each entry from AWS's page.

It is the list of `exercisable`, read the other way: what leaves no trail on a local AWS, and has to
be allowed all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.rehearsal.allowed import Request
from compliance.rehearsal.rules import SUFFICIENT
from compliance.rehearsal.surroundings import LAMBDA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.rehearsal.functions import Function

On = Callable[["Function"], Iterable[str]]
"""What a function's service does something to: ARNs, or patterns of all that it may be."""

GUIDE: Final = "https://docs.aws.amazon.com/"
SERVICES: Final = frozenset({"sqs", "sns", "lambda", "events"})
"""Whose resources `NEEDS` tells the actions for, when they are destinations."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """One thing that AWS does in the name of a function's role.

    Attributes:
        name: what it is.
        actions: all that it takes.
        on: what it is done to; nothing for a function that does not need it.
        without: what becomes of the function without it.
        source: AWS's page that lists the actions.
        severity: medium where the function works all the same.
        via: the services through which a key is used, by `kms:ViaService`; any of them.
        principal: who does it; the role by default.
        context: what else is known of the request, by condition key in lower case.
    """

    name: str
    actions: tuple[str, ...]
    on: On
    without: str
    source: str
    severity: Severity = SUFFICIENT.severity
    via: tuple[str, ...] = ()
    principal: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def requests(self, function: Function, resource: str) -> Iterator[Request]:
        """What AWS asks of the role."""
        _, partition, _, region, _ = function.arn.split(":", 4)
        suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
        context = dict(self.context)
        if self.via:
            context["kms:viaservice"] = tuple(f"{each}.{region}.{suffix}" for each in self.via)
        for action in self.actions:
            yield Request(
                principal=self.principal or function.role,
                action=action,
                resource=resource,
                context=context,
            )


def _in_vpc(function: Function) -> Iterator[str]:
    """Everything of EC2 in the account.

    Lambda tries the actions on every resource (Lambda Developer Guide, 'Giving Lambda functions
    access to resources in an Amazon VPC', which names this very pattern).
    """
    if function.in_vpc:
        _, partition, _, region, account, _ = function.arn.split(":", 5)
        yield f"arn:{partition}:ec2:{region}:{account}:*/*"


def _views(function: Function) -> Iterator[str]:
    """Actions that know no resource type have to be allowed on `*`."""
    if function.in_vpc:
        yield "*"


def _traced(function: Function) -> Iterator[str]:
    if function.traced:
        yield "*"


def _streams(function: Function) -> Iterator[str]:
    if function.log_group:
        yield f"{function.log_group}:log-stream:*"


def _to(name: str) -> On:
    """The function's destinations of one service."""
    return lambda function: [arn for arn in function.destinations if service(arn) == name]


def service(arn: str) -> str:
    """The service of an ARN; empty for what is none."""
    return arn.split(":")[2] if arn.startswith("arn:") else ""


_VPC: Final = f"{GUIDE}lambda/latest/dg/configuration-vpc.html"
RECORDS: Final = f"{GUIDE}lambda/latest/dg/invocation-async-retain-records.html"
_REFUSED: Final = "Lambda refuses to make the function"
_LOST: Final = "what Lambda should put there is lost"

NEEDS: Final = (
    Need(
        name="trust",
        actions=("sts:AssumeRole",),
        on=lambda function: (function.role,),
        without=_REFUSED,
        source=f"{GUIDE}lambda/latest/dg/lambda-intro-execution-role.html",
        principal=f"Service:{LAMBDA}",
    ),
    Need(
        name="network interfaces",
        actions=("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
        on=_in_vpc,
        without=_REFUSED,
        source=_VPC,
    ),
    Need(
        name="views of network interfaces",
        actions=("ec2:DescribeNetworkInterfaces",),
        on=_views,
        without=_REFUSED,
        source=_VPC,
    ),
    # The page asks for these since 2022 and 2024; Lambda made functions without them before.
    Need(
        name="addresses of network interfaces",
        actions=("ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
        on=_in_vpc,
        without="Lambda does not promise to connect it to its VPC",
        source=_VPC,
        severity=Severity.MEDIUM,
    ),
    Need(
        name="views of subnets",
        actions=("ec2:DescribeSubnets",),
        on=_views,
        without="Lambda does not promise to connect it to its VPC",
        source=_VPC,
        severity=Severity.MEDIUM,
    ),
    Need(
        name="traces",
        actions=("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
        on=_traced,
        without="it works, and has no traces",
        source=f"{GUIDE}lambda/latest/dg/services-xray.html",
        severity=Severity.MEDIUM,
    ),
    Need(
        name="logs of a function",
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        on=_streams,
        without="it works, and has no logs and no metrics of its own",
        source=f"{GUIDE}lambda/latest/dg/monitoring-cloudwatchlogs.html",
        severity=Severity.MEDIUM,
    ),
    Need(
        name="events to a queue",
        actions=("sqs:SendMessage",),
        on=_to("sqs"),
        without=_LOST,
        source=RECORDS,
    ),
    Need(
        name="events to a topic",
        actions=("sns:Publish",),
        on=_to("sns"),
        without=_LOST,
        source=RECORDS,
    ),
    Need(
        name="events to a function",
        actions=("lambda:InvokeFunction",),
        on=_to("lambda"),
        without=_LOST,
        source=RECORDS,
    ),
    Need(
        name="events to a bus",
        actions=("events:PutEvents",),
        on=_to("events"),
        without=_LOST,
        source=RECORDS,
    ),
    Need(
        name="key of the environment",
        actions=("kms:Decrypt",),
        on=lambda function: function.keys,
        without="it does not start",
        source=f"{GUIDE}lambda/latest/dg/configuration-envvars-encryption.html",
        via=("lambda",),
    ),
    Need(
        name="key of dead letters and destinations",
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        on=lambda function: function.destination_keys,
        without=_LOST,
        source=f"{GUIDE}AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
        via=("sqs", "sns"),
    ),
)
"""What the Lambda service needs, for functions of each kind."""
