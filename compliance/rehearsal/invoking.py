"""Which functions API Gateway invokes for an API, and what it asks of their policies.

Facts: API Gateway Developer Guide, 'Lambda integrations for REST APIs', 'Use API Gateway Lambda
authorizers' and 'Amazon API Gateway permissions for invoking AWS Lambda functions'; CloudFormation,
`AWS::ApiGateway::Method Integration` and `AWS::ApiGateway::Authorizer`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, referred
from compliance.rehearsal.allowed import Request
from compliance.rehearsal.copying import place
from compliance.rehearsal.physical import Physical, partition
from compliance.rehearsal.routing import ANY, PLACEHOLDER
from compliance.rules.api import apis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compliance.assembly.model import Assembly, Resource
    from compliance.intrinsics import Value
    from compliance.rehearsal.model import Place
    from compliance.rehearsal.routing import Route
    from compliance.rehearsal.stage import Stage

ACTION: Final = "lambda:InvokeFunction"
PRINCIPAL: Final = "apigateway.amazonaws.com"
SOURCE: Final = "https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html"
_ELSEWHERE: Final = frozenset({"HTTP", "HTTP_PROXY", "MOCK"})
"""Types of integrations that call nothing of AWS."""
_URI: Final = re.compile(r"arn:[a-z-]+:apigateway:[a-z0-9-]+:([a-z0-9.-]+):(?:path|action)/(.*)")
_FUNCTION: Final = re.compile(r"[0-9-]+/functions/(arn:[^/$]+)/invocations")


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One thing for which API Gateway invokes a function, without a role of its own.

    Attributes:
        place: the method, or the authorizer.
        what: the API's operation, or the authorizer's name.
        function: ARN, qualified as it is invoked; empty where that cannot be told.
        seen: for whom the function's policy has to allow it, or why it cannot be told.
        request: what AWS asks.
    """

    place: Place
    what: str
    function: str
    seen: str
    request: Request


def calls(stage: Stage, assembly: Assembly, routes: Iterable[Route], *, api: str) -> Iterator[Call]:
    """Every method with a function behind it, and every authorizer that is one.

    Args:
        stage: where the API is deployed.
        assembly: what was deployed.
        routes: of the API.
        api: id and stage of the API, such as `a1b2c3/v1`.
    """
    reading = _Reading(Physical(stage, assembly), api)
    methods = {place(method): method for method in assembly.resources(apis.METHOD)}
    authorizers: dict[Place, Resource] = {}
    for route in routes:
        method = methods[route.place]
        yield from reading.of_method(route, method)
        for value in reading.values(method, "AuthorizerId"):
            authorizer = referred(value)
            if authorizer is not None:
                authorizers[place(authorizer)] = authorizer
    for authorizer in authorizers.values():
        yield from reading.of_authorizer(authorizer)


@dataclass(frozen=True, slots=True)
class _Reading:
    physical: Physical
    api: str

    def values(self, resource: Resource, *path: str) -> tuple[Value, ...]:
        return tuple(self.physical.resolver(resource).get(resource.properties, *path))

    def of_method(self, route: Route, method: Resource) -> Iterator[Call]:
        if all(kind in _ELSEWHERE for kind in self.values(method, "Integration", "Type")):
            return
        if all(value is not ABSENT for value in self.values(method, "Integration", "Credentials")):
            return  # It is invoked in a role's name.
        verb = "*" if route.method == ANY else route.method
        path = PLACEHOLDER.sub("*", route.path)
        for value in self.values(method, "Integration", "Uri"):
            yield from self._call(value, method, route.operation, f"{self.api}/{verb}{path}")

    def of_authorizer(self, authorizer: Resource) -> Iterator[Call]:
        if self.values(authorizer, "Type") == ("COGNITO_USER_POOLS",):
            return
        if all(value is not ABSENT for value in self.values(authorizer, "AuthorizerCredentials")):
            return
        api = self.api.partition("/")[0]
        source = f"{api}/authorizers/{self.physical.id(authorizer)}"
        for value in self.values(authorizer, "AuthorizerUri"):
            yield from self._call(value, authorizer, f"the authorizer {source}", source)

    def _call(self, uri: Value, resource: Resource, what: str, source: str) -> Iterator[Call]:
        stage = self.physical.stage
        where = f"arn:{partition(stage.region)}:execute-api:{stage.region}:{stage.account}:{source}"
        told = _URI.fullmatch(self.physical.text(uri) or "")
        if told and told[1] != "lambda":
            return
        found = _FUNCTION.fullmatch(told[2]) if told else None
        function = found[1] if found else ""
        yield Call(
            place=place(resource),
            what=what,
            function=function,
            seen=f"{where} on {function}" if found else f"the function of {uri}",
            request=Request(
                principal=f"Service:{PRINCIPAL}",
                action=ACTION,
                resource=function,
                context={"aws:sourcearn": (where,), "aws:sourceaccount": (stage.account,)},
            ),
        )
