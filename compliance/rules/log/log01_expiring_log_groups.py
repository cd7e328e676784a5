"""LOG01: every log group expires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.findings import Severity
from compliance.intrinsics import ABSENT
from compliance.rules.base import PASSED, Context, Family, Judgement, Rule, Standard, fail
from compliance.rules.log import groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource


class ExpiringLogGroups(Rule):
    """LOG01."""

    id = "LOG01"
    family = Family.LOG
    severity = Severity.HIGH
    title = "Every log group expires"
    rationale = (
        "Without RetentionInDays a log group keeps everything for ever: it costs more every month, "
        "and holds personal data longer than anybody agreed to."
    )
    remediation = "Set `retention=` to a value in the wanted window."
    references = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html",
    )
    controls = {Standard.NIST: ("AU-11", "SI-12"), Standard.FSBP: ("CloudWatch.16",)}
    stock = ("CloudWatchLogGroupRetentionPeriod", "CKV_AWS_66")
    resource_types = ("AWS::Logs::LogGroup",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge whether RetentionInDays is there in every branch; how long is LOG02's question."""
        values = context.get(resource, "RetentionInDays")
        if ABSENT in values and not groups.is_for_delivery(resource, context):
            branch = " in one branch of a condition" if len(values) > 1 else ""
            yield fail(
                f"The log group never expires{branch}.",
                location="Properties.RetentionInDays",
                observed="absent",
            )
        else:
            yield PASSED
