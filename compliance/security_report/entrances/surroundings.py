"""What stands around an API: its resource policy, its stages' limits, its firewall, its network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.iam.principals import are_everyone
from compliance.iam.statements import Statement
from compliance.intrinsics import ABSENT, Text, Value, referred, whole
from compliance.rules import sam
from compliance.rules.api import apis, openapi, resource_policies
from compliance.rules.stages import REST_STAGES, WEB_STAGES, settings
from compliance.security_report.naming import listed, name, short

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from compliance.assembly.model import Json, Resource
    from compliance.intrinsics import Resolver
    from compliance.rules.base import Context

ASSOCIATION: Final = "AWS::WAFv2::WebACLAssociation"
PLAN: Final = "AWS::ApiGateway::UsagePlan"
EVERY: Final = ("*", "/*")
"""Verb and path of settings that are about a whole stage."""
OF_PLANS: Final = ("", "")
"""Stands for what usage plans say."""
_RATE: Final = "ThrottlingRateLimit"
_BURST: Final = "ThrottlingBurstLimit"

Limits = Mapping[tuple[str, str], str]
"""Limits in words by verb and path."""


def is_private(api: Resource, context: Context) -> bool:
    """Whether a REST API is reachable through VPC endpoints alone."""
    path = ("EndpointConfiguration",) if api.type == sam.API else ("EndpointConfiguration", "Types")
    found = [
        value
        for listed_types in sam.get(api, context, *path)
        for _, each in context.of(api).items(listed_types)
        for value in (context.of(api).get(each, "Type") if isinstance(each, Mapping) else (each,))
    ]
    return bool(found) and all(value == "PRIVATE" for value in found)


def policy_opens(api: Resource, context: Context) -> bool | None:
    """What the resource policy of a REST API says of who may call.

    Returns:
        `None` when there is none; whether it lets everybody in, without a condition and without a
        refusal beside it.
    """
    known = context.answer(_policies)
    if api not in known:
        found = resource_policies.of(api, context) if api.type in openapi.REST_APIS else ()
        known[api] = (
            any(
                isinstance(each, Statement)
                and each.allows
                and are_everyone(each)
                and not any(each.conditions)
                for each in found
            )
            and all(isinstance(each, Statement) and each.allows for each in found)
            if isinstance(found, list)
            else None
        )
    return known[api]


def firewall(api: Hashable, context: Context) -> str:
    """Web ACLs of an API or of its stages; empty when there is none."""
    return listed(context.answer(_firewalls).get(api, ()))


def limits(api: Hashable, context: Context) -> Limits:
    """The limits of an API's stages and usage plans, by verb and path."""
    return context.answer(_limits).get(api, {})


def limit_of(verb: str, path: str, found: Limits, *, keyed: bool = False) -> str:
    """The limits of one method or route.

    Args:
        verb: its HTTP method.
        path: its path.
        found: the limits of its API.
        keyed: whether it asks for the API key by which usage plans count.

    Returns:
        Its own limits or else the stage's, and the usage plans'.
    """
    own = found.get((verb, path)) or found.get(("*", path)) or found.get(EVERY, "")
    planned = found.get(OF_PLANS, "") if keyed else ""
    return "; ".join(filter(None, (own, planned)))


def throttle(rate: Value, burst: Value) -> str:
    """A rate and a burst in words: `1,000/s, burst 2,000`."""
    told = []
    if rate is not ABSENT:
        told.append(f"{_number(rate)}/s")
    if burst is not ABSENT:
        told.append(f"burst {_number(burst)}")
    return ", ".join(told)


def _number(value: Value) -> str:
    number = whole(value)
    return short(value) if number is None else f"{number:,}"


def _policies(_context: Context) -> dict[Resource, bool | None]:
    return {}


def _firewalls(context: Context) -> Mapping[Hashable, list[str]]:
    found: dict[Hashable, list[str]] = defaultdict(list)
    for association in context.assembly.resources(ASSOCIATION):
        acls = [
            name(there) if (there := referred(value)) is not None else short(value)
            for value in context.get(association, "WebACLArn")
        ]
        for value in context.get(association, "ResourceArn"):
            for token in value.tokens if isinstance(value, Text) else ():
                there = token.resource
                if there is None:
                    continue
                owners: list[Hashable] = [there]
                if there.type in apis.API_OF:
                    owners += apis.of(there, context)
                for owner in owners:
                    found[owner] += [acl for acl in acls if acl not in found[owner]]
    return found


def _limits(context: Context) -> Mapping[Hashable, dict[tuple[str, str], str]]:
    found: dict[Hashable, dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for stage in context.assembly.resources(*REST_STAGES, *WEB_STAGES):
        owners = _owners(stage, context)
        for place, block in settings(stage, context):
            if not isinstance(block, Mapping):
                continue
            resolver = context.of(stage)
            told = throttle(*(resolver.one(block.get(key, ABSENT)) for key in (_RATE, _BURST)))
            for owner in owners if told else ():
                found[owner][_about(place, block, resolver)].append(told)
    for plan in context.assembly.resources(PLAN):
        told = _planned(plan, context)
        for owner in dict.fromkeys(_of_plan(plan, context)) if told else ():
            found[owner][OF_PLANS].append(told)
    return {
        owner: {about: listed(dict.fromkeys(told)) for about, told in limits.items()}
        for owner, limits in found.items()
    }


def _owners(stage: Resource, context: Context) -> list[Hashable]:
    if stage.type in (sam.API, sam.HTTP_API):
        return [stage]
    if stage.type in apis.API_OF:
        return list(apis.of(stage, context))
    return [apis.identity(value, stage) for value in context.get(stage, "ApiId")]


def _about(place: str, block: Mapping[str, Json], resolver: Resolver) -> tuple[str, str]:
    """The verb and path that settings are about."""
    if ".RouteSettings." in place:
        verb, _, path = place.rpartition(".RouteSettings.")[2].partition(" ")
        return (verb, path) if path else ("", verb)
    verb = resolver.one(block.get("HttpMethod", "*"))
    path = resolver.one(block.get("ResourcePath", "/*"))
    if verb == "*" and path in ("/*", "*"):
        return EVERY
    # A slash in a resource's path is written `~1` (API Gateway REST API Reference, `Stage`).
    return str(verb), str(path).replace("~1", "/").replace("//", "/")


def _planned(plan: Resource, context: Context) -> str:
    rate, burst, quota, period = (
        context.of(plan).one(_first(context.get(plan, *path)))
        for path in (
            ("Throttle", "RateLimit"),
            ("Throttle", "BurstLimit"),
            ("Quota", "Limit"),
            ("Quota", "Period"),
        )
    )
    told = throttle(rate, burst)
    if quota is not ABSENT:
        told = ", ".join(filter(None, (told, f"{_number(quota)} a {short(period).lower()}")))
    return f"with a key {told}" if told else ""


def _first(values: tuple[Value, ...]) -> Value:
    return values[0] if values else ABSENT


def _of_plan(plan: Resource, context: Context) -> Iterator[Hashable]:
    resolver = context.of(plan)
    for value in context.get(plan, "ApiStages"):
        for _, entry in resolver.items(value):
            for api in resolver.get(entry, "ApiId"):
                if api is not ABSENT:
                    yield apis.identity(api, plan)
