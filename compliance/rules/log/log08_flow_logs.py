"""LOG08: a VPC has a flow log, and it goes to a place with retention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    undecided,
    unknown,
)
from compliance.rules.log import flow_logs, groups, lifecycles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource

GROUP_NAME: Final = "LogGroupName"
DESTINATION: Final = "LogDestination"
CLOUDWATCH: Final = "cloud-watch-logs"
"""Where a flow log goes unless it says otherwise (EC2 API Reference, 'CreateFlowLogs')."""
S3: Final = "s3"


class FlowLogs(Rule):
    """LOG08."""

    id = "LOG08"
    family = Family.LOG
    severity = Severity.MEDIUM
    title = "A VPC has a flow log, and it goes to a place with retention"
    rationale = (
        "Without a flow log nobody can say afterwards who talked to whom; without an end it is a "
        "growing record of that for ever."
    )
    remediation = (
        "Add `vpc.add_flow_log(…)` with a destination of one's own: a log group with "
        "`retention=`, or a bucket with a lifecycle rule that expires."
    )
    references = (
        "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
    )
    controls = {
        Standard.NIST: (
            "AC-4(26)",
            "AU-12",
            "AU-2",
            "AU-3",
            "AU-6(3)",
            "AU-6(4)",
            "CA-7",
            "SI-7(8)",
        ),
        Standard.CIS: ("3.7",),
        Standard.FSBP: ("EC2.6",),
    }
    stock = ("AwsSolutions-VPC7", "VPCFlowLogsEnabled")
    resource_types = (flow_logs.VPC, flow_logs.FLOW_LOG)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge that a VPC has a flow log, and where a network's flow log goes."""
        if resource.type == flow_logs.VPC:
            yield from or_passed(self._vpc(resource, context))
        elif flow_logs.is_of_a_network(resource, context):
            yield from or_passed(self._flow_log(resource, context))

    def _vpc(self, vpc: Resource, context: Context) -> Iterator[Judgement]:
        if not flow_logs.has_one(vpc, context):
            yield fail(
                "The VPC has no flow log, and not each of its subnets has one.", observed="absent"
            )

    def _flow_log(self, flow_log: Resource, context: Context) -> Iterator[Judgement]:
        kinds = context.get(flow_log, "LogDestinationType")
        for kind in kinds:
            if kind is ABSENT or kind == CLOUDWATCH:
                yield from self._group(flow_log, context)
            elif kind == S3:
                yield from self._bucket(flow_log, context)
            elif isinstance(kind, Text | Unknown):
                yield unknown(
                    "Where the flow log goes", kind, location="Properties.LogDestinationType"
                )

    def _group(self, flow_log: Resource, context: Context) -> Iterator[Judgement]:
        for place, told, name in self._names(flow_log, context):
            there = groups.named(name, flow_log, context)
            if not there:
                yield from elsewhere("log group", told, place)
            for group in there:
                if ABSENT in context.get(group, "RetentionInDays"):
                    yield fail(
                        f"The flow log goes to the log group {group.logical_id}, which never "
                        "expires.",
                        location=place,
                        observed=told,
                    )

    def _names(self, flow_log: Resource, context: Context) -> Iterator[tuple[str, Value, Value]]:
        """Places that name the log group, with what stands there and the name in it."""
        for value in context.get(flow_log, DESTINATION):
            if value is not ABSENT:
                yield f"Properties.{DESTINATION}", value, groups.of_arn(value)
        for value in context.get(flow_log, GROUP_NAME):
            if value is not ABSENT:
                yield f"Properties.{GROUP_NAME}", value, value

    def _bucket(self, flow_log: Resource, context: Context) -> Iterator[Judgement]:
        location = f"Properties.{DESTINATION}"
        for arn in context.get(flow_log, DESTINATION):
            found = lifecycles.destination(arn, flow_log, context)
            if found is None:
                yield from elsewhere("bucket", arn, location)
                continue
            bucket, folder = found
            ends = lifecycles.expires(bucket, folder, context)
            if isinstance(ends, Unknown):
                yield unknown(
                    f"Whether bucket {bucket.logical_id} expires", ends, location=location
                )
            elif not ends:
                yield fail(
                    f"The flow log goes to the bucket {bucket.logical_id}, in which no lifecycle "
                    f"rule expires {folder}.",
                    location=location,
                    observed=arn,
                )


def elsewhere(kind: str, value: Value, location: str) -> Iterator[Judgement]:
    """What is said of a destination that is not in the template: nothing against one that it names.

    Whose it is sees to its retention: an account for all logs, or another stack.
    """
    if value is ABSENT or isinstance(value, Unknown) or (isinstance(value, Text) and value.unknown):
        yield undecided(
            f"The flow log goes to a {kind} that is known only at deploy time: whether it expires "
            "is not known.",
            location=location,
            observed="absent" if value is ABSENT else value,
        )
