"""The service put together: made on the first request, kept for the life of the container."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self

from aws_lambda_powertools.event_handler import CORSConfig

from handlers.clients import Clients
from handlers.config import Environment, SettingsSource
from handlers.idempotency import Idempotency
from handlers.objects import Objects
from handlers.observability import RequestMetrics, make_logger
from handlers.store import ItemStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools import Logger


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """The parts that the routes use."""

    logger: Logger
    metrics: RequestMetrics
    settings: SettingsSource
    store: ItemStore
    idempotency: Idempotency
    cors: CORSConfig | None
    """None where no origin is allowed."""

    @classmethod
    def build(cls, environment: Environment, clients: Clients) -> Self:
        """Put the service together for one environment; calls nothing."""
        logger = make_logger(environment)
        return cls(
            logger=logger,
            metrics=RequestMetrics(environment),
            settings=SettingsSource(clients=clients, parameter=environment.settings_parameter),
            store=ItemStore(
                client=clients.dynamodb,
                table=environment.table_name,
                status_index=environment.status_index,
                objects=Objects(clients=clients, bucket=environment.bucket_name, logger=logger),
            ),
            idempotency=Idempotency(
                client=clients.dynamodb, table=environment.idempotency_table_name
            ),
            cors=_cors(environment),
        )

    def cors_headers(self, request_headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that let the request's origin, if allowed, read the response.

        Vary is there for every origin, lest a cache serves one origin's response to another.
        https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
        """
        allowed = self.cors.to_dict(request_headers.get("origin")) if self.cors else {}
        return {"Vary": "Origin", **allowed}


@cache
def clients() -> Clients:
    """Return the container's AWS clients."""
    return Clients()


@cache
def service() -> Service:
    """Return the container's service; wrong environment variables raise ConfigurationError."""
    return Service.build(Environment.read(os.environ), clients())


def _cors(environment: Environment) -> CORSConfig | None:
    if not environment.allowed_origins:
        return None
    first, *others = environment.allowed_origins
    return CORSConfig(
        allow_origin=first,
        extra_origins=others,
        allow_headers=["Idempotency-Key", "If-Match"],
        expose_headers=["ETag", "Location", "Retry-After"],
    )
