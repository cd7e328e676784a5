"""API11: a stage is throttled."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value, referred
from compliance.rules import sam
from compliance.rules.api import apis, methods
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, unknown
from compliance.rules.branches import branches
from compliance.rules.log.groups import is_made_with
from compliance.rules.stages import (
    DEPLOYMENT,
    REST_STAGES,
    WEB_STAGES,
    is_of_stage,
    is_stage,
    settings,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from compliance.assembly.model import Json, Resource
    from compliance.intrinsics import Resolver

PLAN: Final = "AWS::ApiGateway::UsagePlan"
RATE: Final = "ThrottlingRateLimit"
WHERE: Final[Mapping[str, str]] = {
    DEPLOYMENT: "Properties.StageDescription",
    **dict.fromkeys(WEB_STAGES, "Properties.DefaultRouteSettings"),
}
"""Where each kind of stage keeps a rate for all of it; else in its MethodSettings."""
PROPERTIES: Final = (
    "DefaultRouteSettings",
    "MethodSettings",
    "RouteSettings",
    "StageDescription",
    "StageName",
)


class ThrottledStages(Rule):
    """API11."""

    id = "API11"
    family = Family.API
    severity = Severity.MEDIUM
    title = "A stage is throttled"
    rationale = (
        "Without a rate of its own a stage may use up the account's, which all APIs of the region "
        "share, and one caller's loop becomes everybody's outage and a bill."
    )
    remediation = (
        "Set `throttling_rate_limit=` and `throttling_burst_limit=` for the whole stage, or ask "
        "for an API key on every method and hold the stage in a usage plan with a rate limit."
    )
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html",
    )
    stock = ("APIGWDefaultThrottling",)
    resource_types = (*REST_STAGES, *WEB_STAGES)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the rate limits of a stage, and those of the usage plans that hold it."""
        if is_stage(resource, context):
            found = [
                judgement
                for branch in branches(resource, *PROPERTIES)
                if is_stage(branch, context)
                for judgement in _branch(resource, branch, context)
            ]
            yield from or_passed(iter(dict.fromkeys(found)))


def _branch(stage: Resource, branch: Resource, context: Context) -> Iterator[Judgement]:
    """Judge one way in which a stage's conditions may turn out."""
    rates = [
        (place, value, of_stage)
        for place, block in settings(branch, context)
        for value, of_stage in _rates(branch, block, place, context)
    ]
    lifted = [(place, value) for place, value, _ in rates if _is_lifted(value)]
    for place, value in lifted:
        yield fail(f"A rate of {value} is no limit.", location=f"{place}.{RATE}", observed=value)
    whole = [(place, value) for place, value, of_stage in rates if of_stage]
    if lifted or any(_is_rate(value) for _, value in whole):
        return
    for place, value in whole:
        if isinstance(value, Text | Unknown):
            yield unknown("The stage's rate limit", value, location=place)
            return
    planned = _is_planned(stage, context)
    location = WHERE.get(stage.type, "Properties.MethodSettings")
    if isinstance(planned, Unknown):
        yield unknown("Whether the stage is throttled", planned, location=location)
    elif not planned:
        yield fail(
            "No rate limit holds for the whole stage" + _instead(rates, whole) + ".",
            location=location,
            observed="absent",
        )


def _rates(
    stage: Resource, block: Mapping[str, Json] | Unknown, place: str, context: Context
) -> Iterator[tuple[Value, bool]]:
    """Rates of a block of settings, and whether each is the whole stage's."""
    if isinstance(block, Unknown):
        yield block, True
        return
    resolver = context.of(stage)
    for value in resolver.get(block, RATE):
        yield value, is_of_stage(place, block, resolver)


def _instead(rates: list[tuple[str, Value, bool]], whole: list[tuple[str, Value]]) -> str:
    """What there is in its stead, because it may be taken for one."""
    if whole:
        return ": without a rate, the stage's settings do not throttle"
    some = any(value is not ABSENT for _, value, _ in rates)
    return ": a limit on some paths leaves the others open" if some else ""


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _is_rate(value: Value) -> bool:
    """Whether a value limits: 0 does, and lets nothing through."""
    number = _number(value)
    return number is not None and number >= 0


def _is_lifted(value: Value) -> bool:
    """Whether a value takes a limit away: API Gateway reads a negative rate as none."""
    number = _number(value)
    return number is not None and number < 0


# -- usage plans ----------------------------------------------------------------------------------


def _is_planned(stage: Resource, context: Context) -> bool | Unknown:
    """Whether every call of a stage counts against the rate of a usage plan."""
    ids = apis.of(stage, context) if stage.type in apis.API_OF else frozenset({stage})
    named_so: list[Hashable] = [stage]
    named_so += (name for name in context.get(stage, "StageName") if isinstance(name, str))
    limits = [
        context.get(plan, "Throttle", "RateLimit")
        for api in ids
        for called in named_so
        for plan in context.answer(_plans).get((api, called), ())
        if is_made_with(plan, stage)
    ]
    if stage.type == sam.API:
        limits += _of_sam(stage, context)
    if any(all(_is_rate(value) for value in limit) for limit in limits):
        return _all_ask_for_keys(ids, context)
    unclear = [value for limit in limits for value in limit if isinstance(value, Text | Unknown)]
    return Unknown("a usage plan's rate limit is not told", str(unclear[0])) if unclear else False


def _of_sam(api: Resource, context: Context) -> list[tuple[Value, ...]]:
    """The rate of the usage plan that SAM makes for an API."""
    plans = sam.get(api, context, "Auth", "UsagePlan", "CreateUsagePlan")
    if any(plan not in {"PER_API", "SHARED"} for plan in plans if isinstance(plan, str)) or (
        ABSENT in plans
    ):
        return []
    return [sam.get(api, context, "Auth", "UsagePlan", "Throttle", "RateLimit")]


def _all_ask_for_keys(ids: frozenset[Hashable], context: Context) -> bool | Unknown:
    """Whether each method asks for the key by which a usage plan counts."""
    unclear: Unknown | None = None
    for api in ids:
        for method in methods.of_api(api, context):
            if isinstance(method, Unknown):
                unclear = method
            elif not method.wants_key:
                return False
    return unclear or True


def _plans(context: Context) -> Mapping[tuple[Hashable, Hashable], list[Resource]]:
    """Usage plans by the API's identity and the stage, or its name, in an entry of theirs."""
    found: dict[tuple[Hashable, Hashable], list[Resource]] = defaultdict(list)
    for plan in context.assembly.resources(PLAN):
        resolver = context.of(plan)
        for listed in context.get(plan, "ApiStages"):
            for _, entry in resolver.items(listed):
                ids = {apis.identity(api, plan) for api in _told(entry, "ApiId", resolver)}
                for named in _told(entry, "Stage", resolver):
                    stage = named if isinstance(named, str) else referred(named)
                    for api in ids if stage is not None else ():
                        found[api, stage].append(plan)
    return found


def _told(entry: Value, name: str, resolver: Resolver) -> list[Value]:
    return [value for value in resolver.get(entry, name) if value is not ABSENT]
