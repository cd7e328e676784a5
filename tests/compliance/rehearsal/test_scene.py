"""A stage is deployed for the length of a block, or is looked at where it is."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from compliance.assembly import read
from compliance.rehearsal import scene as scenes
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.stage import Stage
from compliance.rehearsal.staging import Api
from tests.compliance.rehearsal.folders import made, stack, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.assembly.model import Assembly
    from compliance.rehearsal.request import Request
    from compliance.rehearsal.scene import Local


def test_the_stage_is_known_to_child_processes_and_to_nobody_else(scene: Local) -> None:
    """By a file that only its owner may read; it says all that the stage is."""
    assert Stage.read(scene.stage_file) == scene.stage
    assert scene.stage_file.stat().st_mode & 0o077 == 0
    assert scene.stage_file.is_relative_to(scene.aws.folder)
    assert scene.aws.folder.stat().st_mode & 0o077 == 0


def test_its_environment_leads_to_no_account(scene: Local) -> None:
    """Child processes have no keys; those are in the stage's file."""
    assert not {"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"} & set(scene.environ)
    assert scene.environ["AWS_CONFIG_FILE"] == "/dev/null"


def test_the_description_and_the_difference_lie_beside_the_reports(scene: Local) -> None:
    """The API's, and what was taken out."""
    assert scene.stage.openapi.endswith("/openapi.json")
    with open(scene.stage.openapi, encoding="utf-8") as stream:  # noqa: PTH123 - a path as text
        assert {"/items", "/items/{id}"} <= set(json.load(stream)["paths"])
    assert {route.operation for route in scene.routes if not route.is_preflight} == {
        "GET /items",
        "POST /items",
        "GET /items/{id}",
        "PUT /items/{id}",
        "DELETE /items/{id}",
    }


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "a1.execute-api.eu-west-1.amazonaws.com"),
        ("cn-north-1", "a1.execute-api.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_a_deployed_stage_answers_by_api_gateways_name(region: str, host: str) -> None:
    """In China by another one."""
    assert scenes._invoke_url(Api("a1", "v1", "iam", "", None), region) == f"https://{host}/v1"


def _two(folder: Path, *environments: str) -> Assembly:
    for name in ("One", "Two"):
        write(folder / f"{name}.template.json", {"Resources": {"A": {"Type": "AWS::X::Y"}}})
    artifacts = {
        name: stack(name, environment=environment)
        for name, environment in zip(("One", "Two"), environments, strict=True)
    }
    write(folder / "manifest.json", {"version": "36.0.0", "artifacts": artifacts})
    return read(folder)


def test_an_assembly_goes_to_one_account_and_region(tmp_path: Path) -> None:
    """Stacks that name none go to the local defaults."""
    unknown = "aws://unknown-account/unknown-region"
    assert scenes._target(_two(tmp_path, unknown, unknown)) == ("000000000000", "us-east-1")
    named = "aws://123456789012/eu-west-1"
    assert scenes._target(_two(tmp_path, named, named)) == ("123456789012", "eu-west-1")
    with pytest.raises(RehearsalError, match="its stacks go to 1 accounts and 2 regions"):
        scenes._target(_two(tmp_path, named, "aws://123456789012/us-east-1"))
    with pytest.raises(RehearsalError, match="its stacks go to 2 accounts and 1 regions"):
        scenes._target(_two(tmp_path, named, "aws://210987654321/eu-west-1"))


def test_a_client_that_cognito_does_not_know_gets_no_token(scene: Local) -> None:
    """The scopes are named, and the secret is not."""
    with pytest.raises(RehearsalError) as caught:
        scenes._token(scene.aws, "nobody", "a-secret", "items/read")
    assert str(caught.value).startswith("Cognito gives no token for 'items/read': HTTP 40")
    assert "a-secret" not in str(caught.value)


def test_nothing_is_started_without_the_cdk_cli(
    tmp_path: Path, request_of: Callable[..., Request]
) -> None:
    """It would be found out after everything else."""
    assembly = made(tmp_path, {"A": {"Type": "AWS::X::Y"}})
    request = dataclasses.replace(request_of(tmp_path), environ={}, python="/nowhere")
    with (
        pytest.raises(RehearsalError, match="no command 'cdk' on PATH"),
        scenes.local(request, assembly),
    ):
        pytest.fail("it was deployed")
