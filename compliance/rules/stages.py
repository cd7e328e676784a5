"""A stage's settings by method or route, wherever a kind of stage keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Unknown
from compliance.rules import sam

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource
    from compliance.intrinsics import Resolver, Value
    from compliance.rules.base import Context

DEPLOYMENT: Final = "AWS::ApiGateway::Deployment"
REST_STAGES: Final = ("AWS::ApiGateway::Stage", DEPLOYMENT, sam.API)
WEB_STAGE: Final = "AWS::ApiGatewayV2::Stage"
"""A stage of an HTTP or WebSocket API."""
WEB_STAGES: Final = (WEB_STAGE, sam.HTTP_API)
OF_STAGE: Final = ("Properties.StageDescription", "Properties.DefaultRouteSettings")
"""Blocks that are about the whole stage by where they stand."""


def is_stage(resource: Resource, context: Context) -> bool:
    """Whether a resource of a stage's type makes one: a deployment does when it names it."""
    return resource.type != DEPLOYMENT or any(
        value is not ABSENT for value in context.get(resource, "StageName")
    )


def settings(
    stage: Resource, context: Context
) -> Iterator[tuple[str, Mapping[str, Json] | Unknown]]:
    """Blocks of settings, such as `DataTraceEnabled` and `LoggingLevel`, each with its place."""
    if not is_stage(stage, context):
        return
    if stage.type in WEB_STAGES:
        yield from _block(stage, context, "DefaultRouteSettings")
        for routes in context.get(stage, "RouteSettings"):
            if isinstance(routes, Mapping):
                for route, block in routes.items():
                    place = f"Properties.RouteSettings.{route}"
                    yield from _blocks(context.of(stage), block, place)
    elif stage.type == DEPLOYMENT:
        yield from _block(stage, context, "StageDescription")
        yield from _block(stage, context, "StageDescription", "MethodSettings")
    else:
        yield from _block(stage, context, "MethodSettings")


def is_of_stage(place: str, block: Mapping[str, Json], resolver: Resolver) -> bool:
    """Whether a block of `settings` is about every method or route of the stage."""
    return place in OF_STAGE or (
        resolver.get(block, "ResourcePath") == ("/*",)
        and resolver.get(block, "HttpMethod") == ("*",)
    )


def _block(
    stage: Resource, context: Context, *path: str
) -> Iterator[tuple[str, Mapping[str, Json] | Unknown]]:
    for found in (*context.get(stage, *path), *sam.inherited(stage, context, *path)):
        yield from _blocks(context.of(stage), found, ".".join(("Properties", *path)))


def _blocks(
    resolver: Resolver, found: Value, place: str
) -> Iterator[tuple[str, Mapping[str, Json] | Unknown]]:
    for where, block in resolver.items(found, place):
        if isinstance(block, Mapping | Unknown):
            yield where, block
