"""The items service on a local AWS, fresh for each test."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest
from moto import mock_aws

from handlers.service import clients, service
from tests.handlers.local_service import Deployed

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator


@pytest.fixture
def deployed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Deployed]:
    """Return the service with empty tables and bucket, in a cold container."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    # A developer's own endpoints and profiles must not leak into the local AWS.
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "POWERTOOLS_DEV", "POWERTOOLS_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        logs = io.StringIO()
        deployed = Deployed(clients(), logs, lambda: capsys.readouterr().out, uuid4().hex)
        deployed.create_resources()
        for name, value in deployed.variables().items():
            monkeypatch.setenv(name, value)
        service.cache_clear()
        # The logger outlives the container in one process, and with it its stream.
        stream = cast("logging.StreamHandler[io.StringIO]", service().logger.registered_handler)
        stream.setStream(logs)
        yield deployed
        service.cache_clear()
