"""API10: a stage writes access logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Unknown
from compliance.rules import sam
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    unknown,
)
from compliance.rules.stages import DEPLOYMENT, WEB_STAGE, is_stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource

SETTING: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::ApiGateway::Stage": ("AccessLogSetting",),
    DEPLOYMENT: ("StageDescription", "AccessLogSetting"),
    WEB_STAGE: ("AccessLogSettings",),
    "AWS::Serverless::Api": ("AccessLogSetting",),
    "AWS::Serverless::HttpApi": ("AccessLogSettings",),
}
"""Where each kind of stage keeps the setting."""


class AccessLogs(Rule):
    """API10."""

    id = "API10"
    family = Family.API
    severity = Severity.MEDIUM
    title = "A stage writes access logs"
    rationale = "Without them nobody can say afterwards who called what, and from where."
    remediation = (
        "Set `access_log_destination` to a log group with retention, and a format without bodies."
    )
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html",
    )
    controls = {Standard.NIST: ("AU-2", "AU-3", "AU-12"), Standard.FSBP: ("APIGateway.9",)}
    stock = ("AwsSolutions-APIG1", "APIGWAccessLogging", "CKV_AWS_76", "CKV_AWS_95")
    resource_types = tuple(SETTING)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the stage's access log setting."""
        if is_stage(resource, context):
            yield from or_passed(self._stage(resource, context))

    def _stage(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        path = SETTING[resource.type]
        location = ".".join(("Properties", *path))
        for value in sam.get(resource, context, *path, "DestinationArn"):
            if value is ABSENT:
                yield fail("The stage writes no access log.", location=location, observed="absent")
            elif isinstance(value, Unknown):
                yield unknown("Whether the stage writes an access log", value, location=location)
