"""Function URLs, GraphQL APIs, load balancers and CloudFront distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Text, Unknown, Value, referred
from compliance.rules import sam
from compliance.rules.api.api04_signed_function_urls import CONFIG, SIGNED, URL
from compliance.rules.api.api05_graphql_callers import ADDITIONAL
from compliance.rules.api.api05_graphql_callers import DEFAULT as BY_DEFAULT
from compliance.security_report.entrances import asking, surroundings
from compliance.security_report.model import Endpoint
from compliance.security_report.naming import cut, listed, name, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context
    from compliance.security_report.naming import Places

API_KEY: Final = "API_KEY"
EVENTS: Final = "AWS::AppSync::Api"
LISTENER: Final = "AWS::ElasticLoadBalancingV2::Listener"
BALANCER: Final = "AWS::ElasticLoadBalancingV2::LoadBalancer"
CLASSIC: Final = "AWS::ElasticLoadBalancing::LoadBalancer"
DISTRIBUTION: Final = "AWS::CloudFront::Distribution"
GRAPHQL: Final = {
    API_KEY: asking.KEY,
    "AWS_IAM": asking.SIGNED,
    "AMAZON_COGNITO_USER_POOLS": "Cognito user pool",
    "OPENID_CONNECT": "OpenID Connect",
    "AWS_LAMBDA": "Lambda authorizer",
}
"""Authorization types (AWS AppSync API Reference, `GraphqlApi.authenticationType`)."""
_SIGNS_IN: Final = {
    "authenticate-cognito": "Cognito sign-in",
    "authenticate-oidc": "OpenID Connect sign-in",
    "jwt-validation": "JWT",
}
"""Actions of a listener that ask who calls (Elastic Load Balancing API Reference, `Action`)."""


def endpoints(context: Context, places: Places) -> Iterator[Endpoint]:
    """All of them, kind after kind."""
    yield from _urls(context, places)
    yield from _graphql(context, places)
    yield from _listeners(context, places)
    yield from _distributions(context, places)


# -- function URLs --------------------------------------------------------------------------------


def _urls(context: Context, places: Places) -> Iterator[Endpoint]:
    for url in context.assembly.resources(URL):
        target = context.of(url).one(url.properties.get("TargetFunctionArn"))
        there = referred(target)
        yield _url(
            context.get(url, "AuthType"),
            name(there) if there is not None else short(target),
            url,
            places,
        )
    for function in context.assembly.resources(sam.FUNCTION):
        if any(value is not ABSENT for value in sam.get(function, context, CONFIG)):
            auth = sam.get(function, context, CONFIG, "AuthType")
            yield _url(auth, name(function), function, places)


def _url(auth: tuple[Value, ...], called: str, at: Resource, places: Places) -> Endpoint:
    is_open = _any(None if isinstance(value, Text | Unknown) else value != SIGNED for value in auth)
    return Endpoint(
        kind="function URL",
        api=name(at),
        method="ANY",
        path="/",
        asks=tuple(
            asking.UNTOLD if isinstance(value, Text | Unknown) else asking.SIGNED
            for value in auth
            if value == SIGNED or isinstance(value, Text | Unknown)
        ),
        open=is_open,
        calls=called,
        place=places.of(at),
    )


# -- AppSync --------------------------------------------------------------------------------------


def _graphql(context: Context, places: Places) -> Iterator[Endpoint]:
    for api in context.assembly.resources(*BY_DEFAULT, EVENTS):
        kinds = _kinds(api, context)
        visible = context.get(api, "Visibility")
        yield Endpoint(
            kind="events API" if api.type == EVENTS else "GraphQL",
            api=name(api),
            method="POST",
            path="/event" if api.type == EVENTS else "/graphql",
            asks=tuple(
                dict.fromkeys(
                    asking.UNTOLD
                    if isinstance(kind, Text | Unknown)
                    else GRAPHQL.get(str(kind), short(kind))
                    for kind in kinds
                )
            ),
            # An API key stands in every client (AWS AppSync Developer Guide, 'Authorization').
            open=_any(
                None if isinstance(kind, Text | Unknown) else kind == API_KEY for kind in kinds
            ),
            firewall=surroundings.firewall(api, context),
            private=visible == ("PRIVATE",),
            place=places.of(api),
        )


def _kinds(api: Resource, context: Context) -> list[Value]:
    """Authorization types, each alternative."""
    path, key = ADDITIONAL.get(api.type, (("EventConfig", "AuthProviders"), "AuthType"))
    first = BY_DEFAULT.get(api.type)
    found = list(context.get(api, *first)) if first else []
    resolver = context.of(api)
    for entries in context.get(api, *path):
        for _, entry in resolver.items(entries):
            found += resolver.get(entry, key) if isinstance(entry, dict) else [entry]
    return [kind for kind in found if kind is not ABSENT]


# -- load balancers -------------------------------------------------------------------------------


def _listeners(context: Context, places: Places) -> Iterator[Endpoint]:
    for listener in context.assembly.resources(LISTENER):
        balancer = referred(context.of(listener).one(listener.properties.get("LoadBalancerArn")))
        inside = balancer is not None and _is_inside(balancer, context)
        if inside:
            continue
        port, protocol = (
            short(context.of(listener).one(listener.properties.get(key)))
            for key in ("Port", "Protocol")
        )
        asks = list(dict.fromkeys(_signs_in(listener, context)))
        # A load balancer from outside the templates may be an internal one.
        told = balancer is not None and _is_told(balancer, context)
        yield Endpoint(
            kind="load balancer",
            api=name(balancer)
            if balancer is not None
            else short(context.of(listener).one(listener.properties.get("LoadBalancerArn"))),
            method=protocol,
            path=f":{port}",
            asks=tuple(asks),
            open=not asks if told else None if not asks else False,
            firewall=surroundings.firewall(balancer, context) if balancer is not None else "",
            calls=listed(dict.fromkeys(_targets(listener, context))),
            place=places.of(listener),
        )
    for balancer in context.assembly.resources(CLASSIC):
        if _is_inside(balancer, context):
            continue
        for value in context.get(balancer, "Listeners"):
            for _, entry in context.of(balancer).items(value):
                port, protocol = (
                    listed(short(each) for each in context.of(balancer).get(entry, key))
                    for key in ("LoadBalancerPort", "Protocol")
                )
                yield Endpoint(
                    kind="load balancer",
                    api=name(balancer),
                    method=protocol,
                    path=f":{port}",
                    open=True if _is_told(balancer, context) else None,
                    place=places.of(balancer),
                )


def _is_inside(balancer: Resource, context: Context) -> bool:
    return context.get(balancer, "Scheme") == ("internal",)


def _is_told(balancer: Resource, context: Context) -> bool:
    return all(
        value is ABSENT or value == "internet-facing" for value in context.get(balancer, "Scheme")
    )


def _signs_in(listener: Resource, context: Context) -> Iterator[str]:
    resolver = context.of(listener)
    for value in context.get(listener, "DefaultActions"):
        for _, action in resolver.items(value):
            for kind in resolver.get(action, "Type"):
                if kind in tuple(_SIGNS_IN):
                    yield _SIGNS_IN[str(kind)]
    for mode in context.get(listener, "MutualAuthentication", "Mode"):
        if mode == "verify":
            yield "client certificate"


def _targets(listener: Resource, context: Context) -> Iterator[str]:
    resolver = context.of(listener)
    for value in context.get(listener, "DefaultActions"):
        for _, action in resolver.items(value):
            for group in resolver.get(action, "TargetGroupArn"):
                there = referred(group)
                if there is not None:
                    yield name(there)


# -- CloudFront -----------------------------------------------------------------------------------


def _distributions(context: Context, places: Places) -> Iterator[Endpoint]:
    for distribution in context.assembly.resources(DISTRIBUTION):
        resolver = context.of(distribution)
        base = ("DistributionConfig",)
        origins = [
            short(domain)
            for value in context.get(distribution, *base, "Origins")
            for _, origin in resolver.items(value)
            for domain in resolver.get(origin, "DomainName")
        ]
        acls = [
            short(value)
            for value in context.get(distribution, *base, "WebACLId")
            if value not in (ABSENT, "")
        ]
        behaviours = [
            ("*", each) for each in context.get(distribution, *base, "DefaultCacheBehavior")
        ]
        for value in context.get(distribution, *base, "CacheBehaviors"):
            behaviours += [
                (listed(short(path) for path in resolver.get(each, "PathPattern")), each)
                for _, each in resolver.items(value)
            ]
        for path, behaviour in behaviours:
            signers = [
                entry
                for key in ("TrustedKeyGroups", "TrustedSigners")
                for value in resolver.get(behaviour, key)
                for _, entry in resolver.items(value)
            ]
            yield Endpoint(
                kind="CloudFront",
                api=name(distribution),
                method="",
                path=cut(path),
                asks=("signed URL or cookie",) if signers else (),
                open=not signers,
                firewall=listed(acls),
                calls=listed(dict.fromkeys(origins)),
                place=places.of(distribution),
            )


def _any(answers: Iterator[bool | None]) -> bool | None:
    found = list(answers)
    return True if True in found else None if None in found or not found else False
