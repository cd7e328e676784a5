"""How the five stacks are joined."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aws_cdk as cdk

from stacks.api import ApiStack
from stacks.monitoring import MonitoringStack
from stacks.network import NetworkStack
from stacks.serverless import ServerlessStack
from stacks.storage import StorageStack

if TYPE_CHECKING:
    from pathlib import Path

    from constructs import Construct

    from stacks.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Stacks:
    """The stacks of one environment, in the order in which they are deployed."""

    network: NetworkStack
    storage: StorageStack
    serverless: ServerlessStack
    api: ApiStack
    monitoring: MonitoringStack


def compose(scope: Construct, *, settings: Settings, code: Path, item_schema: Path) -> Stacks:
    """Build the stacks of one environment in ``scope``, join and tag them.

    Args:
        scope: the app, or a stage of one.
        settings: the environment's settings.
        code: the folder with the function's code and what it imports.
        item_schema: the JSON Schema (draft 4) of what POST and PUT take.
    """
    network = NetworkStack(scope, "NetworkStack", settings=settings)
    storage = StorageStack(scope, "StorageStack", settings=settings)
    serverless = ServerlessStack(
        scope, "ServerlessStack", settings=settings, network=network, storage=storage, code=code
    )
    api = ApiStack(
        scope,
        "ApiStack",
        settings=settings,
        function=serverless.function,
        item_schema=json.loads(item_schema.read_bytes()),
    )
    monitoring = MonitoringStack(
        scope,
        "MonitoringStack",
        settings=settings,
        network=network,
        storage=storage,
        serverless=serverless,
        api=api,
    )
    cdk.Tags.of(scope).add("Environment", settings.environment)
    cdk.Tags.of(scope).add("Project", settings.project)
    return Stacks(
        network=network, storage=storage, serverless=serverless, api=api, monitoring=monitoring
    )
