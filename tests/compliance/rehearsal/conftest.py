"""One local AWS with dev deployed for all tests that need one, and a small app for the others."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_

from compliance import config, waivers
from compliance.assembly import read
from compliance.rehearsal.request import Request
from compliance.rehearsal.scene import Local, local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compliance.rehearsal.stage import Stage

ROOT = Path(__file__).parents[3]
_LIVE = frozenset({"scene", "tiny"})
"""Fixtures of tests that have a local AWS; those tests are for one worker, which has it once."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share a local AWS together, and out of each other's way."""
    for item in items:
        if _LIVE & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("local AWS"))


@pytest.fixture(scope="session")
def request_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Request]:
    """Return what makes a request, as the command line would."""

    def make(folder: Path, tests: Path = ROOT / "tests" / "contract") -> Request:
        policy = config.load(ROOT / "pyproject.toml")
        return Request(
            folder=folder,
            tests=tests,
            config=policy,
            waivers=waivers.Waivers(),
            today=dt.date(2026, 11, 23),
            out=tmp_path_factory.mktemp("rehearsal"),
            environ=dict(os.environ),
            python=str(policy.root / (policy.ministack_python or "")),
        )

    return make


@pytest.fixture(scope="session")
def scene(assemblies: Callable[[str], Path], request_of: Callable[..., Request]) -> Iterator[Local]:
    """Return dev, deployed to a local AWS for as long as this worker runs."""
    folder = assemblies("dev")
    with local(request_of(folder), read(folder)) as found:
        yield found


@pytest.fixture(scope="session")
def stage(scene: Local) -> Stage:
    """Return its stage."""
    return scene.stage


@pytest.fixture(scope="session")
def tiny(shared: Path, once: Callable[[Path, Callable[[Path], object]], Path]) -> Path:
    """Return an assembly of one function behind an API, which is deployed in few seconds."""
    return once(shared / "tiny", _synthesize_tiny)


def _synthesize_tiny(outdir: Path) -> None:
    app = cdk.App(outdir=str(outdir), analytics_reporting=False)
    stack = cdk.Stack(app, "Tiny")
    function = lambda_.Function(
        stack,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(
            "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n"
        ),
    )
    api = apigateway.RestApi(stack, "Api", cloud_watch_role=False)
    api.root.add_resource("hello").add_method(
        "GET",
        apigateway.LambdaIntegration(function),
        authorization_type=apigateway.AuthorizationType.IAM,
    )
    app.synth()
