"""What a service does for a trigger or an integration: what those entries ask of a grant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.rehearsal.surroundings import only_trusts, source_arns
from compliance.rehearsal.wiring import Trigger, unqualified

if TYPE_CHECKING:
    from compliance.rehearsal.model import Grant
    from compliance.rehearsal.surroundings import Applies, Surroundings
    from compliance.rehearsal.wiring import Method

_API_GATEWAY: Final = only_trusts("apigateway.amazonaws.com")
_QUEUE: Final = re.compile(r"sqs:path/(\d{12})/([^/]+)")
_ACTION: Final = re.compile(r"([a-z0-9-]+):action/(\w+)")


def polled(service: str) -> Applies:
    """The very queue or stream that Lambda polls for a function of the role."""

    def applies(grant: Grant, around: Surroundings) -> bool:
        return grant.resource in _sources(grant, around, service)

    return applies


def lists(service: str) -> Applies:
    """All of a service's streams, one of which Lambda polls for a function of the role."""

    def applies(grant: Grant, around: Surroundings) -> bool:
        return grant.resource == "*" and bool(_sources(grant, around, service))

    return applies


def _sources(grant: Grant, around: Surroundings, service: str) -> set[str]:
    return {
        source
        for function in around.functions.get(grant.holder, ())
        for source in around.wiring.sources.get(unqualified(function.arn), ())
        if source.split(":")[2] == service
    }


def triggered(grant: Grant, around: Surroundings) -> bool:
    """Whether a grant is to a service on behalf of the rules, topics or buckets that trigger it."""
    service = grant.principal.removeprefix("Service:")
    sources = source_arns(grant)
    return bool(sources) and all(
        Trigger(service=service, source=source, target=grant.holder) in around.wiring.triggers
        for source in sources
    )


def integrated(grant: Grant, around: Surroundings) -> bool:
    """Whether a grant is what API Gateway needs of the role of a method that answered."""
    answered = {call.operation for call in around.calls}
    return _API_GATEWAY(grant, around) and any(
        method.credentials == grant.holder.rpartition("/")[2]
        and method.operation in answered
        and _serves(grant, method)
        for method in around.wiring.methods
    )


def _serves(grant: Grant, method: Method) -> bool:
    """Whether an integration takes this action on this resource.

    API Gateway API Reference, 'Integration', `uri`. What an action is on stands in the request, so
    there any one resource will do.
    """
    if method.function:
        return (grant.action, grant.resource) == ("lambda:InvokeFunction", method.function)
    queue = _QUEUE.fullmatch(method.target)
    if queue:
        mine = grant.resource.endswith(f":{queue[1]}:{queue[2]}")
        return mine and grant.action == "sqs:SendMessage"
    action = _ACTION.fullmatch(method.target)
    named = action is not None and grant.action == f"{action[1]}:{action[2]}"
    return named and not set("*?!") & set(grant.resource)
