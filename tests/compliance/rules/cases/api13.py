"""API13: a custom domain asks for TLS 1.2 or newer."""

from __future__ import annotations

import itertools
from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    Row,
    case,
    either,
    fails,
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "API13"
POLICY: Final = "SecurityPolicy"
OLD: Final = "The domain takes a version of TLS older than 1.2."
EDGE: Final = "An edge-optimized domain without a security policy takes TLS 1.0."
MODERN: Final = (
    "TLS_1_2",
    "SecurityPolicy_TLS12_2018_EDGE",
    "SecurityPolicy_TLS12_PFS_2025_EDGE",
    "SecurityPolicy_TLS13_1_2_2021_06",
    "SecurityPolicy_TLS13_1_3_2025_09",
)
OUTDATED: Final = ("TLS_1_0", "TLS_1_1", "SecurityPolicy_TLS10_2018", "TLS_1_2x", "", 12)


def rest(name: str, policy: object, kinds: object, *rows: Row, **more: object) -> Case:
    """A REST API's domain."""
    properties = {POLICY: policy, "EndpointConfiguration": {"Types": kinds}, **more}
    body = resources(
        UNSET,
        Domain=resource("AWS::ApiGateway::DomainName", **properties),
        Other=resource("AWS::SQS::Queue"),
    )
    return case(name, body, *(rows or passes("Domain")))


def web(name: str, *policies: object, rows: tuple[Row, ...] = ()) -> Case:
    """An HTTP or WebSocket API's domain."""
    listed = [{POLICY: policy, "EndpointType": "REGIONAL"} for policy in policies]
    body = resources(
        UNSET, Domain=resource("AWS::ApiGatewayV2::DomainName", DomainNameConfigurations=listed)
    )
    return case(name, body, *(rows or passes("Domain")))


def sam(name: str, domain: object, *rows: Row, shared: Json | None = None) -> Case:
    """An API of SAM's with a domain."""
    more = {**UNSET, **({"Globals": {"Api": {"Domain": shared}}} if shared else {})}
    return case(name, resources(more, Api=resource("AWS::Serverless::Api", Domain=domain)), *rows)


CASES: Final = (
    *(
        rest(f"{policy} on {kind}", policy, [kind])
        for policy, kind in itertools.product(MODERN, ("EDGE", "REGIONAL"))
    ),
    *(
        rest(f"{policy!r} on {kind}", policy, [kind], fails("Domain", POLICY, OLD))
        for policy, kind in itertools.product(OUTDATED, ("EDGE", "REGIONAL"))
    ),
    rest("what was seen", "TLS_1_0", ["EDGE"], fails("Domain", POLICY, OLD, None, "TLS_1_0")),
    rest("nothing on edge", NO_VALUE, ["EDGE"], fails("Domain", POLICY, EDGE, None, "absent")),
    rest("nothing on regional", NO_VALUE, ["REGIONAL"]),
    rest("nothing on private", NO_VALUE, ["PRIVATE"]),
    rest("nothing on both", NO_VALUE, ["REGIONAL", "EDGE"], fails("Domain", POLICY, EDGE)),
    rest("nothing on what is the default", NO_VALUE, NO_VALUE, fails("Domain", POLICY, EDGE)),
    rest("a type that is no list", NO_VALUE, "EDGE", fails("Domain", POLICY, EDGE)),
    rest(
        "an edge certificate",
        NO_VALUE,
        NO_VALUE,
        fails("Domain", POLICY, EDGE),
        CertificateArn="arn:aws:acm:us-east-1:123456789012:certificate/a",
    ),
    rest(
        "a regional certificate",
        NO_VALUE,
        NO_VALUE,
        RegionalCertificateArn="arn:aws:acm:eu-west-1:123456789012:certificate/a",
    ),
    rest(
        "both certificates",
        NO_VALUE,
        NO_VALUE,
        fails("Domain", POLICY, EDGE),
        CertificateArn="arn:aws:acm:us-east-1:123456789012:certificate/a",
        RegionalCertificateArn="arn:aws:acm:eu-west-1:123456789012:certificate/a",
    ),
    rest(
        "edge in one branch",
        NO_VALUE,
        either(["EDGE"], ["REGIONAL"]),
        fails("Domain", POLICY, EDGE),
    ),
    rest(
        "edge in one branch, and a policy in it",
        either("TLS_1_2", NO_VALUE),
        either(["EDGE"], ["REGIONAL"]),
    ),
    rest(
        "a policy in one branch",
        either("TLS_1_2", NO_VALUE),
        ["EDGE"],
        fails("Domain", POLICY, EDGE),
    ),
    rest(
        "an old policy in one branch",
        either("TLS_1_2", "TLS_1_0"),
        ["REGIONAL"],
        fails("Domain", POLICY, OLD),
    ),
    rest(
        "a parameter", ref("Unset"), ["EDGE"], undecided("Domain", POLICY, "Unset has no default")
    ),
    rest(
        "an import",
        {"Fn::ImportValue": "P"},
        ["EDGE"],
        undecided("Domain", POLICY, "at deploy time."),
    ),
    rest(
        "a type not told",
        NO_VALUE,
        [ref("Unset")],
        undecided("Domain", POLICY, "Whether the domain takes TLS 1.0"),
    ),
    rest("a type not told, and a policy", "TLS_1_2", [ref("Unset")]),
    rest(
        "edge besides one not told", NO_VALUE, [ref("Unset"), "EDGE"], fails("Domain", POLICY, EDGE)
    ),
    rest(
        "a type that is a reference",
        NO_VALUE,
        [ref("Other")],
        undecided("Domain", POLICY, "it names another resource"),
    ),
    case(
        "private domains",
        resources(
            Silent=resource("AWS::ApiGateway::DomainNameV2"),
            Old=resource("AWS::ApiGateway::DomainNameV2", SecurityPolicy="TLS_1_0"),
        ),
        *passes("Silent"),
        fails("Old", POLICY, OLD),
    ),
    web("nothing for an HTTP API", NO_VALUE),
    web("new for an HTTP API", "TLS_1_2"),
    web("no configuration"),
    web(
        "old for an HTTP API",
        "TLS_1_2",
        "TLS_1_0",
        rows=(fails("Domain", f"DomainNameConfigurations[1].{POLICY}", OLD),),
    ),
    web(
        "not told for an HTTP API",
        ref("Unset"),
        rows=(
            undecided("Domain", f"DomainNameConfigurations[0].{POLICY}", "Unset has no default"),
        ),
    ),
    sam("no domain", NO_VALUE),
    sam("a domain of SAM's", {"DomainName": "a"}, *passes("Api")),
    sam(
        "an edge domain of SAM's",
        {"EndpointConfiguration": "EDGE"},
        fails("Api", f"Domain.{POLICY}", EDGE),
    ),
    sam(
        "an edge domain with a policy",
        {"EndpointConfiguration": "EDGE", POLICY: "TLS_1_2"},
        *passes("Api"),
    ),
    sam("an old domain of SAM's", {POLICY: "TLS_1_0"}, fails("Api", f"Domain.{POLICY}", OLD)),
    sam(
        "an endpoint not told",
        {"EndpointConfiguration": ref("Unset")},
        undecided("Api", f"Domain.{POLICY}", "Whether the domain takes TLS 1.0"),
    ),
    sam(
        "a domain for all APIs",
        NO_VALUE,
        fails("Api", f"Domain.{POLICY}", OLD),
        shared={POLICY: "TLS_1_0"},
    ),
    sam("a domain in one branch", either({POLICY: "TLS_1_2"}, NO_VALUE), *passes("Api")),
)
