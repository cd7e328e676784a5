"""A stage's settings by method or route, wherever a kind of stage keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Unknown

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource
    from compliance.rules.base import Context

DEPLOYMENT: Final = "AWS::ApiGateway::Deployment"
REST_STAGES: Final = ("AWS::ApiGateway::Stage", DEPLOYMENT, "AWS::Serverless::Api")
WEB_STAGE: Final = "AWS::ApiGatewayV2::Stage"
"""A stage of an HTTP or WebSocket API."""


def is_stage(resource: Resource, context: Context) -> bool:
    """Whether a resource of a stage's type makes one: a deployment does when it names it."""
    return resource.type != DEPLOYMENT or any(
        value is not ABSENT for value in context.get(resource, "StageName")
    )


def settings(
    stage: Resource, context: Context
) -> Iterator[tuple[str, Mapping[str, Json] | Unknown]]:
    """Blocks that may say `DataTraceEnabled` and `LoggingLevel`, each with its place."""
    if not is_stage(stage, context):
        return
    if stage.type == WEB_STAGE:
        yield from _block(stage, context, "DefaultRouteSettings")
        for routes in context.get(stage, "RouteSettings"):
            if isinstance(routes, Mapping):
                for route in routes:
                    yield from _block(stage, context, "RouteSettings", route)
    elif stage.type == DEPLOYMENT:
        yield from _block(stage, context, "StageDescription")
        yield from _block(stage, context, "StageDescription", "MethodSettings")
    else:
        yield from _block(stage, context, "MethodSettings")


def _block(
    stage: Resource, context: Context, *path: str
) -> Iterator[tuple[str, Mapping[str, Json] | Unknown]]:
    for found in context.get(stage, *path):
        for place, block in context.of(stage).items(found, ".".join(("Properties", *path))):
            if isinstance(block, Mapping | Unknown):
                yield place, block
