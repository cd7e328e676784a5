"""Listeners of load balancers, and the rules that stand before what they do by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, is_intrinsic, referred
from compliance.security_report.entrances import surroundings
from compliance.security_report.model import Endpoint
from compliance.security_report.naming import cut, listed, name, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.intrinsics import Value
    from compliance.rules.base import Context
    from compliance.security_report.naming import Places

KIND: Final = "load balancer"
LISTENER: Final = "AWS::ElasticLoadBalancingV2::Listener"
RULE: Final = "AWS::ElasticLoadBalancingV2::ListenerRule"
CLASSIC: Final = "AWS::ElasticLoadBalancing::LoadBalancer"
CERTIFICATE: Final = "client certificate"
VERIFIED: Final = "verify"
_SIGNS_IN: Final = {
    "authenticate-cognito": "Cognito sign-in",
    "authenticate-oidc": "OpenID Connect sign-in",
    "jwt-validation": "JWT",
}
"""Actions of a listener that ask who calls (Elastic Load Balancing API Reference, `Action`)."""
CONFIGS: Final = ("AuthenticateCognitoConfig", "AuthenticateOidcConfig")
TURNED_AWAY: Final = (ABSENT, "authenticate", "deny")
"""What becomes of callers who did not sign in; `allow` hands them on (same reference,
`AuthenticateOidcActionConfig`)."""


def endpoints(context: Context, places: Places) -> Iterator[Endpoint]:
    """Listeners and their rules, then listeners of classic load balancers."""
    for part in context.assembly.resources(LISTENER, RULE):
        listener = part if part.type == LISTENER else _listener(part, context)
        if listener is None:
            yield _of_listener(part, None, context, places)
        else:
            balancer = referred(_only(listener, "LoadBalancerArn", context))
            if balancer is None or not _is_inside(balancer, context):
                yield _of_listener(part, listener, context, places)
    for balancer in context.assembly.resources(CLASSIC):
        if not _is_inside(balancer, context):
            yield from _classic(balancer, context, places)


def _of_listener(
    part: Resource, listener: Resource | None, context: Context, places: Places
) -> Endpoint:
    """What a listener, or a rule of one, lets in."""
    element = "Actions" if part.type == RULE else "DefaultActions"
    asks, surely = _asked(part, listener, element, context)
    balancer, called, protocol, port = None, short(_only(part, "ListenerArn", context)), "", ""
    if listener is not None:
        value = _only(listener, "LoadBalancerArn", context)
        balancer = referred(value)
        called = name(balancer) if balancer is not None else short(value)
        protocol, port = (short(_only(listener, key, context)) for key in ("Protocol", "Port"))
    # A load balancer from outside the templates may be an internal one.
    told = balancer is not None and _is_told(balancer, context)
    rule = f" rule {short(_only(part, 'Priority', context))}" if part.type == RULE else ""
    return Endpoint(
        kind=KIND,
        api=called,
        method=protocol,
        path=cut(f":{port}{rule}"),
        asks=tuple(asks),
        open=False if surely else told or None,
        firewall=surroundings.firewall(balancer, context) if balancer is not None else "",
        calls=listed(dict.fromkeys(_targets(part, element, context))),
        place=places.of(part),
    )


def _classic(balancer: Resource, context: Context, places: Places) -> Iterator[Endpoint]:
    for value in context.get(balancer, "Listeners"):
        for _, entry in context.of(balancer).items(value):
            port, protocol = (
                listed(short(each) for each in context.of(balancer).get(entry, key))
                for key in ("LoadBalancerPort", "Protocol")
            )
            yield Endpoint(
                kind=KIND,
                api=name(balancer),
                method=protocol,
                path=f":{port}",
                open=True if _is_told(balancer, context) else None,
                place=places.of(balancer),
            )


def _only(resource: Resource, element: str, context: Context) -> Value:
    return context.of(resource).one(resource.properties.get(element, ABSENT))


def _listener(rule: Resource, context: Context) -> Resource | None:
    found = referred(_only(rule, "ListenerArn", context))
    return found if found is not None and found.type == LISTENER else None


def _is_inside(balancer: Resource, context: Context) -> bool:
    return context.get(balancer, "Scheme") == ("internal",)


def _is_told(balancer: Resource, context: Context) -> bool:
    return all(
        value is ABSENT or value == "internet-facing" for value in context.get(balancer, "Scheme")
    )


def _asked(
    part: Resource, listener: Resource | None, element: str, context: Context
) -> tuple[list[str], bool]:
    """What callers are asked for, and whether all of them are, in every branch."""
    asks: dict[str, None] = {}
    always = []
    for value in context.get(part, element):
        surely = False
        for entry in value if isinstance(value, list) else [value]:
            for _, action in context.of(part).items(entry):
                kinds = {str(kind) for kind in context.of(part).get(action, "Type")}
                asks |= dict.fromkeys(_SIGNS_IN[kind] for kind in _SIGNS_IN if kind in kinds)
                surely |= (
                    not is_intrinsic(entry)
                    and kinds <= _SIGNS_IN.keys()
                    and _turns_away(action, part, context)
                )
        always.append(surely)
    modes = context.get(listener, "MutualAuthentication", "Mode") if listener is not None else ()
    if VERIFIED in modes:
        asks[CERTIFICATE] = None
    return list(asks), all(always) or modes == (VERIFIED,)


def _turns_away(action: Value, part: Resource, context: Context) -> bool:
    """Whether nobody gets past a sign-in without one."""
    return all(
        answer in TURNED_AWAY
        for config in CONFIGS
        for answer in context.of(part).get(action, config, "OnUnauthenticatedRequest")
    )


def _targets(part: Resource, element: str, context: Context) -> Iterator[str]:
    resolver = context.of(part)
    for value in context.get(part, element):
        for _, action in resolver.items(value):
            for group in resolver.get(action, "TargetGroupArn"):
                there = referred(group)
                if there is not None:
                    yield name(there)
