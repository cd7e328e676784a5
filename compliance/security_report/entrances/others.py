"""Function URLs, GraphQL APIs and CloudFront distributions."""

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
    from compliance.intrinsics import Resolver
    from compliance.rules.base import Context
    from compliance.security_report.naming import Places

API_KEY: Final = "API_KEY"
EVENTS: Final = "AWS::AppSync::Api"
DISTRIBUTION: Final = "AWS::CloudFront::Distribution"
GRAPHQL: Final = {
    API_KEY: asking.KEY,
    "AWS_IAM": asking.SIGNED,
    "AMAZON_COGNITO_USER_POOLS": "Cognito user pool",
    "OPENID_CONNECT": "OpenID Connect",
    "AWS_LAMBDA": "Lambda authorizer",
}
"""Authorization types (AWS AppSync API Reference, `GraphqlApi.authenticationType`)."""
SIGNING: Final = ("TrustedKeyGroups", "TrustedSigners")
SIGNERS: Final = "signed URL or cookie"


def endpoints(context: Context, places: Places) -> Iterator[Endpoint]:
    """All of them, kind after kind."""
    yield from _urls(context, places)
    yield from _graphql(context, places)
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
            is_signed = _is_signed(behaviour, distribution, context)
            yield Endpoint(
                kind="CloudFront",
                api=name(distribution),
                method="",
                path=cut(path),
                asks={True: (SIGNERS,), None: (asking.UNTOLD,), False: ()}[is_signed],
                open=None if is_signed is None else not is_signed,
                firewall=listed(acls),
                calls=listed(dict.fromkeys(origins)),
                place=places.of(distribution),
            )


def _is_signed(behaviour: Value, distribution: Resource, context: Context) -> bool | None:
    """Whether a behaviour asks for a signature in every branch; `None` where nobody can tell."""
    found = [_all_signed(behaviour, key, context.of(distribution)) for key in SIGNING]
    return True if True in found else None if None in found else False


def _all_signed(behaviour: Value, key: str, resolver: Resolver) -> bool | None:
    """Whether a list of signers has one in every branch."""
    answers: list[bool | None] = []
    for value in resolver.get(behaviour, key):
        if isinstance(value, Text | Unknown):
            answers.append(None)
        else:
            each = value if isinstance(value, list) else [value]
            answers.append(any(ABSENT not in resolver.values(signer) for signer in each))
    return False if False in answers else None if None in answers else True


def _any(answers: Iterator[bool | None]) -> bool | None:
    found = list(answers)
    return True if True in found else None if None in found or not found else False
