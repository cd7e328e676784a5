"""API03: a named authorizer exists and fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value, referred
from compliance.rules.api import apis
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, unknown
from compliance.rules.branches import branches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource

AUTHORIZERS: Final[Mapping[str, tuple[str, str]]] = {
    apis.METHOD: ("AWS::ApiGateway::Authorizer", "Type"),
    apis.ROUTE: ("AWS::ApiGatewayV2::Authorizer", "AuthorizerType"),
}
"""The authorizer that a method or route takes, and where that says of what kind it is."""
FITTING: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    apis.METHOD: {"CUSTOM": ("TOKEN", "REQUEST"), "COGNITO_USER_POOLS": ("COGNITO_USER_POOLS",)},
    apis.ROUTE: {"CUSTOM": ("REQUEST",), "JWT": ("JWT",)},
}
"""Authorization types that need an authorizer, and the kinds of authorizer that serve each."""
ELSEWHERE: Final = ("AWS::CloudFormation::", "AWS::SSM::Parameter", "Custom::")
"""Types whose attributes hold values that others made, such as an authorizer's id."""
LOCATION: Final = "Properties.AuthorizerId"


class FittingAuthorizers(Rule):
    """API03."""

    id = "API03"
    family = Family.API
    severity = Severity.HIGH
    title = "A named authorizer exists and fits"
    rationale = (
        "Authorization by an authorizer that is missing, is of another API or is of another kind "
        "does not deploy, or leaves the method without the check that its type promises."
    )
    remediation = (
        "Name an authorizer of the same API and of the kind that the authorization type asks for; "
        "`authorizer=` in CDK sets both."
    )
    references = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html",
    )
    resource_types = tuple(FITTING)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the authorizer of a method or route whose authorization type needs one."""
        fitting = FITTING[resource.type]
        found: list[Judgement] = []
        applies = False
        names = ("AuthorizationType", "AuthorizerId", apis.API_OF[resource.type])
        for branch in branches(resource, *names):
            for kind in context.get(branch, "AuthorizationType"):
                if isinstance(kind, str) and kind in fitting:
                    applies = True
                    found += _authorizer(branch, context, kind)
        if applies:
            yield from or_passed(iter(dict.fromkeys(found)))


def _authorizer(part: Resource, context: Context, kind: str) -> Iterator[Judgement]:
    for value in context.get(part, "AuthorizerId"):
        named = referred(value)
        if value is ABSENT or value == "":
            yield fail(
                f"Authorization is {kind}, and no authorizer is named.",
                location=LOCATION,
                observed="absent",
            )
        elif named is not None and named.type == AUTHORIZERS[part.type][0]:
            yield from _named(part, named, context, kind)
        elif named is not None and not named.type.startswith(ELSEWHERE):
            yield fail(
                f"{named.logical_id} is no authorizer that fits: it is of type {named.type}.",
                location=LOCATION,
                observed=value,
            )
        elif isinstance(value, Text | Unknown):
            yield unknown("The authorizer", value, location=LOCATION)


def _named(
    part: Resource, authorizer: Resource, context: Context, kind: str
) -> Iterator[Judgement]:
    """Whether an authorizer of the assembly is of the same API, and of the right kind."""
    own, its = apis.of(part, context), apis.of(authorizer, context)
    if own and its and all(apis.are_told_apart(one, other) for one in own for other in its):
        yield fail(
            f"Authorizer {authorizer.logical_id} belongs to another API.",
            location=LOCATION,
            observed=authorizer.logical_id,
        )
    elif not own & its:
        yield unknown(
            f"Whether authorizer {authorizer.logical_id} is of the same API",
            Unknown("one of their API ids is not told in the template"),
            location=LOCATION,
        )
    wanted = FITTING[part.type][kind]
    for found in context.get(authorizer, AUTHORIZERS[part.type][1]):
        if isinstance(found, Text | Unknown):
            yield unknown(
                f"The kind of authorizer {authorizer.logical_id}", found, location=LOCATION
            )
        elif found not in wanted:
            yield fail(
                f"Authorization is {kind}, and authorizer {authorizer.logical_id} is of kind "
                f"{_shown(found)}: it has to be {' or '.join(wanted)}.",
                location=LOCATION,
                observed=authorizer.logical_id,
            )


def _shown(value: Value) -> str:
    return "absent" if value is ABSENT else str(value)
