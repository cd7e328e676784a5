"""What these tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compliance import engines
from tests.compliance.cli.command import Command, command
from tests.compliance.engines.templates import resource, written
from tests.compliance.engines.worker import checkov
from tests.compliance.guard import assemblies

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def workshop(shared: Path) -> assemblies.Workshop:
    """The guarded apps, synthesized."""
    return assemblies.workshop(shared)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a call, with no project around it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNTHGATE_DEBUG", raising=False)
    return tmp_path


@pytest.fixture
def synthgate(
    folder: Path,  # noqa: ARG001 - a call is made there
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """What calls the command."""
    return command(monkeypatch, capsys)


@pytest.fixture
def green(folder: Path) -> Path:
    """A template in which the own rules find nothing that blocks."""
    return written(folder / "green.json", {"Topic": resource("AWS::SNS::Topic")})


@pytest.fixture
def red(folder: Path) -> Path:
    """A template with a log group that never expires."""
    return written(folder / "red.json", {"Forever": resource("AWS::Logs::LogGroup")})


@pytest.fixture
def shared_checkov(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls share the real Checkov process of the tests, which is not ended with a call."""
    engine = checkov()
    make = engines.make
    monkeypatch.setattr(
        engines,
        "make",
        lambda name, config: engine if name == "checkov" else make(name, config),
    )
    monkeypatch.setattr(engine, "close", lambda: None)
