"""Environment variables and the settings parameter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from handlers.config import SETTINGS_MAX_AGE, ConfigurationError, Environment, Settings
from handlers.service import service
from tests.handlers.api_events import event
from tests.handlers.local_service import SETTINGS, before

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.local_service import Deployed

VARIABLES = {
    "DYNAMODB_TABLE_NAME": "items",
    "DYNAMODB_STATUS_INDEX": "status-index",
    "IDEMPOTENCY_TABLE_NAME": "idempotency",
    "S3_BUCKET_NAME": "bucket",
    "CONFIG_PARAMETER_NAME": "/serverless/config/api-settings",
    "ALLOWED_ORIGINS": "https://app.example.com,http://localhost:3000",
    "ENVIRONMENT": "dev",
    "POWERTOOLS_SERVICE_NAME": "items",
    "POWERTOOLS_METRICS_NAMESPACE": "ServerlessApp",
}


def test_the_environment_is_read_from_variables() -> None:
    """Every variable has its place."""
    assert Environment.read(VARIABLES) == Environment(
        table_name="items",
        status_index="status-index",
        idempotency_table_name="idempotency",
        bucket_name="bucket",
        settings_parameter="/serverless/config/api-settings",
        allowed_origins=("https://app.example.com", "http://localhost:3000"),
        name="dev",
        service="items",
        metrics_namespace="ServerlessApp",
    )


@pytest.mark.parametrize("name", VARIABLES)
def test_a_missing_variable_is_an_error(name: str) -> None:
    """Each one is named; none has a default, not even the origins, of which there may be none."""
    with pytest.raises(ConfigurationError, match=name):
        Environment.read({key: value for key, value in VARIABLES.items() if key != name})


@pytest.mark.parametrize("name", sorted(set(VARIABLES) - {"ALLOWED_ORIGINS"}))
def test_an_empty_variable_is_an_error(name: str) -> None:
    """An empty name is no name."""
    with pytest.raises(ConfigurationError, match=name):
        Environment.read({**VARIABLES, name: ""})


@pytest.mark.parametrize("origins", ["", " ", ","])
def test_there_may_be_no_origin(origins: str) -> None:
    """Then no script of another origin reads a response."""
    assert Environment.read({**VARIABLES, "ALLOWED_ORIGINS": origins}).allowed_origins == ()


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.example.com",
        "https://app.example.com/",
        "app.example.com",
        "null",
        "file://",
    ],
)
def test_an_origin_is_named_in_full(origin: str) -> None:
    """No wildcards, no paths, no schemes but HTTP's."""
    with pytest.raises(ConfigurationError, match="ALLOWED_ORIGINS"):
        Environment.read({**VARIABLES, "ALLOWED_ORIGINS": f"https://a.example.com,{origin}"})


def test_a_function_without_its_variables_fails(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It raises, which Lambda counts as an error, instead of answering by half."""
    monkeypatch.delenv("S3_BUCKET_NAME")
    service.cache_clear()

    with pytest.raises(ConfigurationError, match="S3_BUCKET_NAME"):
        deployed.invoke(event("GET", "/items"))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"default_limit": 1, "max_limit": 1},
        {"inline_data_bytes": 0},
        {"max_limit": 1000, "inline_data_bytes": 2048},
        {"a_setting_of_tomorrow": True},
    ],
)
def test_valid_settings_are_taken(change: dict[str, int]) -> None:
    """The bounds are allowed, and names that this version does not know."""
    given = {**SETTINGS, **change}
    settings = Settings.parse(json.dumps(given), source="it")

    assert settings == Settings(
        default_limit=given["default_limit"],
        max_limit=given["max_limit"],
        inline_data_bytes=given["inline_data_bytes"],
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON object"),
        ("[]", "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ("{}", "default_limit = None"),
        (json.dumps({**SETTINGS, "default_limit": "2"}), "default_limit = '2'"),
        (json.dumps({**SETTINGS, "default_limit": True}), "default_limit = True"),
        (json.dumps({**SETTINGS, "max_limit": 10.0}), r"max_limit = 10\.0"),
        (json.dumps({**SETTINGS, "default_limit": 0}), "default_limit = 0"),
        (json.dumps({**SETTINGS, "default_limit": 11}), "default_limit = 11"),
        (json.dumps({**SETTINGS, "max_limit": 1001}), "max_limit = 1001"),
        (json.dumps({**SETTINGS, "inline_data_bytes": -1}), "inline_data_bytes = -1"),
        (json.dumps({**SETTINGS, "inline_data_bytes": 400_000}), "inline_data_bytes = 400000"),
        (json.dumps({**SETTINGS, "inline_data_bytes": 300_000}), r"10 \* 300000 bytes"),
    ],
)
def test_wrong_settings_are_an_error(text: str, reason: str) -> None:
    """The error names source, setting and value."""
    with pytest.raises(ConfigurationError, match=f"^The source .*{reason}"):
        Settings.parse(text, source="The source")


def wrong(deployed: Deployed) -> None:
    """Write settings that no list can be served by."""
    deployed.set_parameter('{"default_limit": 0, "max_limit": 10, "inline_data_bytes": 1}')


def missing(deployed: Deployed) -> None:
    """Delete the parameter."""
    deployed.clients.ssm.delete_parameter(Name=deployed.parameter)


@pytest.mark.parametrize(
    ("spoil", "field", "value"),
    [
        (wrong, "reason", "default_limit = 0"),
        (missing, "aws_code", "ParameterNotFound"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_spoiled_parameter_is_our_failure(
    deployed: Deployed, method: str, spoil: Callable[[Deployed], None], field: str, value: str
) -> None:
    """500 without a word of it to the client; the log says what to mend."""
    spoil(deployed)
    answer = deployed.send(method, "/items", body='{"data": {}}' if method == "POST" else None)

    assert (answer.status, answer.problem) == (500, "internal")
    assert deployed.parameter not in answer.body
    assert "default_limit" not in answer.body
    assert deployed.rows() == []
    (line,) = [line for line in deployed.logs() if line["level"] == "ERROR"]
    assert value in str(line[field])


def test_items_are_read_and_deleted_without_the_parameter(deployed: Deployed) -> None:
    """What needs no setting does not fail for want of one."""
    path = f"/items/{deployed.create().item_id}"
    deployed.clients.ssm.delete_parameter(Name=deployed.parameter)
    service.cache_clear()

    assert deployed.send("GET", path).status == 200
    assert deployed.send("DELETE", path).status == 204


def test_the_parameter_is_read_once_a_minute(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the time its old value holds; after it the new one does."""
    reads = []
    with before(deployed.clients.ssm, "GetParameter", lambda: reads.append(1)):
        deployed.create()
        deployed.set_parameter(json.dumps({**SETTINGS, "max_limit": 3}))
        assert deployed.send("GET", "/items", query={"limit": ["10"]}).status == 200
        assert len(reads) == 1

        provider = service().settings._provider
        for value in provider.store.values():
            aged = value._replace(ttl=value.ttl.fromtimestamp(0))
            monkeypatch.setitem(provider.store, next(iter(provider.store)), aged)
        assert deployed.send("GET", "/items", query={"limit": ["10"]}).status == 400

    assert len(reads) == 2
    assert SETTINGS_MAX_AGE == 60
