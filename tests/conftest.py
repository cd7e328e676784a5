"""Assemblies, each synthesized once in a test run, whatever the number of workers."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from filelock import FileLock
from hypothesis import settings

import app
from tests.compliance.properties import patient
from tests.synthesized import Assembly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


settings.register_profile("patient", patient)
settings.load_profile("patient")


class Variant(Protocol):
    """Synthesizes an environment with some settings changed."""

    def __call__(self, environment: str, changes: Mapping[str, Any]) -> Assembly:
        """Return the assembly; ``changes`` are laid over the environment's block, deeply."""


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "assemblies"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def once() -> Callable[[Path, Callable[[Path], object]], Path]:
    """Return what makes a folder once in a run, whichever worker comes first."""
    return _once


@pytest.fixture(scope="session")
def assemblies(shared: Path) -> Callable[[str], Path]:
    """Return what gives the folder of an environment's assembly, as ``cdk synth`` makes it."""

    def folder(environment: str) -> Path:
        return _once(
            shared / environment,
            lambda outdir: app.synthesize(environment=environment, outdir=outdir),
        )

    return folder


@pytest.fixture(scope="session")
def seed(shared: Path) -> Path:
    """Return the seed's assembly, with the findings left for the gate to read."""

    def synthesize(outdir: Path) -> None:
        app._choose_node()
        subprocess.run(
            [sys.executable, "app.py"],
            cwd=app.ROOT / "tests" / "fixtures" / "seed",
            env={
                **os.environ,
                "CDK_OUTDIR": str(outdir),
                "CDK_CONTEXT_JSON": '{"@aws-cdk/core:failSynthOnValidationErrors": false}',
            },
            check=True,
            capture_output=True,
            timeout=300,
        )

    return _once(shared / "seed", synthesize)


@pytest.fixture(scope="session")
def prod(assemblies: Callable[[str], Path]) -> Assembly:
    """Return the assembly of prod."""
    return Assembly(assemblies("prod"))


@pytest.fixture(scope="session")
def dev(assemblies: Callable[[str], Path]) -> Assembly:
    """Return the assembly of dev."""
    return Assembly(assemblies("dev"))


@pytest.fixture(scope="session")
def variant(shared: Path) -> Variant:
    """Return what synthesizes the stacks, without the gate, with some settings changed."""

    def synthesize(environment: str, changes: Mapping[str, Any]) -> Assembly:
        key = hashlib.sha256(json.dumps([environment, changes], sort_keys=True).encode())
        return Assembly(
            _once(
                shared / f"variant-{key.hexdigest()[:16]}",
                lambda outdir: _compose(environment, changes, outdir),
            )
        )

    return synthesize


@pytest.fixture(scope="session")
def nat(variant: Variant) -> Assembly:
    """Return dev with a NAT gateway."""
    return variant("dev", {"network": {"nat_gateways": 1}})


@pytest.fixture(scope="session")
def cognito(variant: Variant) -> Assembly:
    """Return prod with Cognito, a cache, two origins and a known account."""
    return variant(
        "prod",
        {
            "account": "123456789012",
            "api": {
                "authorization": "cognito",
                "cognito": {
                    "domain_prefix": "items-of-tests",
                    "callback_urls": ["https://items.example.com/signed-in"],
                },
                "cache": {"size_gb": "0.5", "ttl_seconds": 60},
                "allowed_origins": ["https://items.example.com", "https://other.example.com"],
            },
        },
    )


def _once(folder: Path, make: Callable[[Path], object]) -> Path:
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            make(folder)
    return folder


def _compose(environment: str, changes: Mapping[str, Any], outdir: Path) -> None:
    import aws_cdk as cdk  # noqa: PLC0415 - starts Node.js, which most tests do without

    from stacks.compose import compose  # noqa: PLC0415 - likewise
    from stacks.settings import load_settings  # noqa: PLC0415 - likewise

    context = app._file_context()
    blocks: Any = context["environments"]
    blocks[environment] = _laid_over(blocks[environment], changes)
    code = outdir.with_name(f"{outdir.name}-code")
    (code / "handlers").mkdir(parents=True)
    (code / "handlers" / "app.py").write_text("def lambda_handler(event, context): ...\n")
    tree = cdk.App(
        analytics_reporting=False, context={**context, **app.FIXED_CONTEXT}, outdir=str(outdir)
    )
    compose(
        tree,
        settings=load_settings(context, environment=environment),
        code=code,
        item_schema=app.ITEM_SCHEMA,
    )
    tree.synth()


def _laid_over(block: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **block,
        **{
            name: _laid_over(block[name], value)
            if isinstance(value, dict) and name in block
            else value
            for name, value in changes.items()
        },
    }
