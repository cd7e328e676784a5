"""API07: a private API has a resource policy that restricts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import conditions
from compliance.iam.denials import lets_in_only
from compliance.iam.principals import Who, principals
from compliance.iam.statements import Opaque
from compliance.intrinsics import ABSENT, Text, Unknown, Value
from compliance.rules import sam
from compliance.rules.api import apis, resource_policies
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
from compliance.rules.branches import branches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.iam.statements import Statement
    from compliance.rules.policies import Policy

PRIVATE: Final = "PRIVATE"
ALL_BUT: Final = "NotPrincipal"
"""Everybody but those whom it names."""
ENDPOINTS: Final = "EndpointConfiguration"
PROPERTIES: Final = (ENDPOINTS, "Parameters", *resource_policies.PROPERTIES)

RESTRICTS: Final = conditions.names(
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
)
"""Keys that say through which network a call may come. `aws:SourceIp` is none of them: a call to a
private API has no public address."""


class RestrictedPrivateApis(Rule):
    """API07."""

    id = "API07"
    family = Family.API
    severity = Severity.HIGH
    title = "A private API has a resource policy that restricts it"
    rationale = (
        "A private API is reached through any VPC endpoint for API Gateway, another customer's "
        "too: only its resource policy says whose calls it takes."
    )
    remediation = (
        "Let in the one VPC endpoint or VPC, for example with "
        "`api.grant_invoke_from_vpc_endpoints_only([endpoint])`."
    )
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html",
    )
    controls = {Standard.NIST: ("AC-3",)}
    resource_types = (apis.REST_API, sam.API)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the policy of an API that is private, however its conditions turn out."""
        judgements: dict[Judgement, None] = {}
        private = False
        for branch in branches(resource, *PROPERTIES):
            types = list(_endpoint_types(branch, context))
            if not any(_may_be_private(value) for _, value in types):
                continue
            private = True
            found = list(_judged(resource_policies.of(branch, context)))
            if all(value != PRIVATE for _, value in types):
                place, value = next(each for each in types if _may_be_private(each[1]))
                found = [unknown("Whether the API is private", value, location=place)][: len(found)]
            judgements.update(dict.fromkeys(found))
        if private:
            yield from or_passed(iter(judgements))


def _endpoint_types(api: Resource, context: Context) -> Iterator[tuple[str, Value]]:
    """Endpoint types of an API, each with its place."""
    resolver = context.of(api)
    place = f"Properties.{ENDPOINTS}"
    for block in sam.get(api, context, ENDPOINTS):
        if isinstance(block, str | Unknown):
            yield place, block
        for name in ("Types", "Type"):
            for value in resolver.get(block, name) if not isinstance(block, Unknown) else ():
                yield from resolver.items(value, f"{place}.{name}")
    imported = "endpointConfigurationTypes"
    for value in context.get(api, "Parameters", imported):
        if value is not ABSENT:
            yield f"Properties.Parameters.{imported}", value


def _may_be_private(value: Value) -> bool:
    return value == PRIVATE or isinstance(value, Unknown | Text)


def _judged(policy: Policy | resource_policies.Nowhere) -> Iterator[Judgement]:
    if isinstance(policy, resource_policies.Nowhere):
        if policy.reason:
            yield undecided(
                f"The resource policy is known only at deploy time: {policy.reason}.",
                location=policy.place,
            )
        else:
            yield fail(
                "The API is private and has no resource policy.",
                location=policy.place,
                observed="absent",
            )
        return
    for statement in policy:
        if isinstance(statement, Opaque):
            yield undecided(
                f"The resource policy is known only at deploy time: {statement.reason}.",
                location=statement.place,
            )
        elif statement.allows:
            yield from _statement(statement, policy)


def _statement(statement: Statement, policy: Policy) -> Iterator[Judgement]:
    everyone: list[tuple[str, Value]] = []
    for principal in principals(statement):
        if principal.who is Who.UNTOLD:
            yield unknown("Who may call the API", principal.value, location=principal.place)
        if principal.who is Who.EVERYONE:
            everyone.append((principal.place, principal.value))
    if statement.has(ALL_BUT):
        everyone.append((f"{statement.place}.{ALL_BUT}", statement.body.get(ALL_BUT)))
    for place, value in everyone:
        tied = lets_in_only(statement, policy, RESTRICTS)
        if isinstance(tied, Unknown):
            yield undecided(
                f"Whether a condition restricts who may call the API is known only at deploy time: "
                f"{tied.reason}.",
                location=place,
                observed=value,
            )
        elif not tied:
            yield fail(
                "The policy lets everybody in, whichever VPC endpoint they come through.",
                location=place,
                observed=value,
            )
