"""API05: a GraphQL API does not rest on an API key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import Text, Unknown
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
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource

KEY: Final = "API_KEY"
DEFAULT: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::AppSync::GraphQLApi": ("AuthenticationType",),
    "AWS::Serverless::GraphQLApi": ("Auth", "Type"),
}
"""Where each type says how callers are known by default."""
ADDITIONAL: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "AWS::AppSync::GraphQLApi": (("AdditionalAuthenticationProviders",), "AuthenticationType"),
    "AWS::Serverless::GraphQLApi": (("Auth", "Additional"), "Type"),
}
"""Where each type lists how else callers may be known, and how an entry says it."""


class GraphqlCallers(Rule):
    """API05."""

    id = "API05"
    family = Family.API
    severity = Severity.HIGH
    title = "A GraphQL API does not rest on an API key"
    rationale = (
        "An AppSync API key stands in every client, is the same for all of them and says nothing "
        "of who calls; whoever reads it out of one client may call the API."
    )
    remediation = (
        "Use IAM, a user pool, OpenID Connect or a function as authorization type, and take the "
        "API key from the default and the additional providers."
    )
    references = ("https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html",)
    controls = {
        Standard.FSBP: ("AppSync.5",),
        Standard.NIST: ("AC-2(1)", "AC-3", "AC-3(7)", "AC-3(15)", "AC-6"),
    }
    resource_types = tuple(DEFAULT)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the default and the additional authentication types."""
        yield from or_passed(self._providers(resource, context))

    def _providers(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        resolver = context.of(resource)
        path = DEFAULT[resource.type]
        for value in context.get(resource, *path):
            yield from _provider(value, ".".join(("Properties", *path)))
        path, name = ADDITIONAL[resource.type]
        for listed in context.get(resource, *path):
            for place, entry in resolver.items(listed, ".".join(("Properties", *path))):
                for value in resolver.get(entry, name):
                    yield from _provider(value, f"{place}.{name}")


def _provider(value: object, location: str) -> Iterator[Judgement]:
    if isinstance(value, Text | Unknown):
        yield unknown("How callers are known", value, location=location)
    elif value == KEY:
        yield fail("Whoever has the API key may call the API.", location=location, observed=value)
