"""API01: every REST method asks who calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Unknown
from compliance.rules.base import PASSED, Context, Family, Judgement, Rule, fail, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource


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
    resource_types = ("AWS::ApiGateway::Method",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the method's AuthorizationType."""
        if is_preflight(resource, context):
            return
        for value in context.get(resource, "AuthorizationType"):
            location = "Properties.AuthorizationType"
            if isinstance(value, Unknown):
                yield undecided(
                    f"The method's authorization is known only at deploy time: {value.reason}.",
                    location=location,
                    observed=value,
                )
            elif value is ABSENT or value == "NONE":
                key = True in context.get(resource, "ApiKeyRequired")
                yield fail(
                    "The method asks nobody who they are"
                    + (": an API key alone is no authorization." if key else "."),
                    location=location,
                    observed="absent" if value is ABSENT else value,
                )
            else:
                yield PASSED


def is_preflight(method: Resource, context: Context) -> bool:
    """Whether a REST method is a CORS preflight that API Gateway answers itself."""
    return context.get(method, "HttpMethod") == ("OPTIONS",) and context.get(
        method, "Integration", "Type"
    ) == ("MOCK",)
