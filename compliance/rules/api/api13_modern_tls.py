"""API13: a custom domain asks for TLS 1.2 or newer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown
from compliance.rules import sam
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, unknown
from compliance.rules.branches import branches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.intrinsics import Value

REST_DOMAIN: Final = "AWS::ApiGateway::DomainName"
PRIVATE_DOMAIN: Final = "AWS::ApiGateway::DomainNameV2"
WEB_DOMAIN: Final = "AWS::ApiGatewayV2::DomainName"
EDGE: Final = "EDGE"

_MODERN = re.compile(r"TLS_1_[23]|SecurityPolicy_TLS1[23]_\w+")
"""TLS_1_2, and the newer names, which begin with the oldest version they take."""


class ModernTls(Rule):
    """API13."""

    id = "API13"
    family = Family.API
    severity = Severity.MEDIUM
    title = "A custom domain asks for TLS 1.2 or newer"
    rationale = (
        "With TLS 1.0 a caller may be talked down to ciphers that are broken; an edge-optimized "
        "domain takes it unless told otherwise."
    )
    remediation = "Set `security_policy=SecurityPolicy.TLS_1_2`, or one of the newer policies."
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-domainname.html",
    )
    resource_types = (REST_DOMAIN, PRIVATE_DOMAIN, WEB_DOMAIN, sam.API, sam.HTTP_API)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the security policy of a domain, or of an API's domain."""
        if resource.type in sam.GLOBALS:
            domains = [
                block for block in sam.get(resource, context, "Domain") if block is not ABSENT
            ]
            if domains:
                yield from or_passed(
                    judgement
                    for block in domains
                    for judgement in _sam_domain(block, resource, context)
                )
        elif resource.type == WEB_DOMAIN:
            yield from or_passed(_web_domain(resource, context))
        else:
            names = ("SecurityPolicy", "EndpointConfiguration", *CERTIFICATES)
            found = [
                judgement
                for branch in branches(resource, *names)
                for judgement in _rest_domain(branch, context)
            ]
            yield from or_passed(iter(dict.fromkeys(found)))


CERTIFICATES: Final = ("CertificateArn", "RegionalCertificateArn")


def _rest_domain(domain: Resource, context: Context) -> Iterator[Judgement]:
    edge = False if domain.type == PRIVATE_DOMAIN else _is_edge(domain, context)
    for value in context.get(domain, "SecurityPolicy"):
        yield from _policy(value, "Properties.SecurityPolicy", edge=edge)


def _is_edge(domain: Resource, context: Context) -> bool | Unknown:
    """Whether a domain is edge-optimized: it is, unless told otherwise."""
    kinds = [
        kind
        for listed in context.get(domain, "EndpointConfiguration", "Types")
        for _, kind in context.of(domain).items(listed)
    ]
    if EDGE in kinds:
        return True
    for kind in kinds:
        if isinstance(kind, Text | Unknown):
            return kind if isinstance(kind, Unknown) else Unknown("it names another resource")
    if kinds:
        return False
    edge, regional = (
        any(value is not ABSENT for value in context.get(domain, name)) for name in CERTIFICATES
    )
    return edge or not regional


def _web_domain(domain: Resource, context: Context) -> Iterator[Judgement]:
    place = "Properties.DomainNameConfigurations"
    for listed in context.get(domain, "DomainNameConfigurations"):
        for where, block in context.of(domain).items(listed, place):
            for value in context.of(domain).get(block, "SecurityPolicy"):
                yield from _policy(value, f"{where}.SecurityPolicy", edge=False)


def _sam_domain(block: Value, api: Resource, context: Context) -> Iterator[Judgement]:
    """SAM makes a regional domain unless it is told otherwise."""
    for endpoint in context.of(api).get(block, "EndpointConfiguration"):
        edge = endpoint if isinstance(endpoint, Unknown) else endpoint == EDGE
        for value in context.of(api).get(block, "SecurityPolicy"):
            yield from _policy(value, "Properties.Domain.SecurityPolicy", edge=edge)


def _policy(value: Value, location: str, *, edge: bool | Unknown) -> Iterator[Judgement]:
    if isinstance(value, Text | Unknown):
        yield unknown("The domain's security policy", value, location=location)
    elif value is ABSENT:
        if isinstance(edge, Unknown):
            yield unknown("Whether the domain takes TLS 1.0", edge, location=location)
        elif edge:
            yield fail(
                "An edge-optimized domain without a security policy takes TLS 1.0.",
                location=location,
                observed="absent",
            )
    elif not (isinstance(value, str) and _MODERN.fullmatch(value)):
        yield fail(
            "The domain takes a version of TLS older than 1.2.", location=location, observed=value
        )
