"""API01: every REST method asks who calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, truth
from compliance.rules import sam
from compliance.rules.api import sam_events
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource

ASKING: Final = ("AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
"""Authorization types that ask (API Gateway REST API Reference, `Method.authorizationType`)."""


class AuthorizedMethods(Rule):
    """API01."""

    id = "API01"
    family = Family.API
    severity = Severity.CRITICAL
    title = "Every REST method asks who calls"
    rationale = (
        "A method without authorization answers anybody who finds its address. An API key counts "
        "calls; it does not say who calls, and AWS says not to rest access on it."
    )
    remediation = (
        "Give the method an authorization: `authorization_type=AuthorizationType.IAM`, or an "
        "authorizer."
    )
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html",
    )
    controls = {Standard.NIST: ("AC-3",)}
    stock = ("AwsSolutions-APIG4", "CKV_AWS_59")
    resource_types = ("AWS::ApiGateway::Method", sam.FUNCTION)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the method's AuthorizationType, or the events of a SAM function."""
        if resource.type == sam.FUNCTION:
            events = [event for event in sam.events(resource, context) if event.kind == "Api"]
            if events:
                yield from or_passed(
                    judgement
                    for event in events
                    for judgement in sam_events.judgements(event, context)
                )
        elif not is_preflight(resource, context):
            yield from or_passed(self._method(resource, context))

    def _method(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        location = "Properties.AuthorizationType"
        for value in context.get(resource, "AuthorizationType"):
            if isinstance(value, Unknown | Text):
                yield unknown("The method's authorization", value, location=location)
            elif value not in ASKING:
                key = any(truth(asked) for asked in context.get(resource, "ApiKeyRequired"))
                yield fail(
                    "The method asks nobody who they are"
                    + (": an API key alone is no authorization." if key else "."),
                    location=location,
                    observed="absent" if value is ABSENT else value,
                )


def is_preflight(method: Resource, context: Context) -> bool:
    """Whether a REST method is a CORS preflight that API Gateway answers itself."""
    return context.get(method, "HttpMethod") == ("OPTIONS",) and context.get(
        method, "Integration", "Type"
    ) == ("MOCK",)
