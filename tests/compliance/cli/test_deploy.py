"""How the command for deployments is called; whole ones are in `tests/compliance/deployment`."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from compliance.cli import deploying

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.cli.command import Command


def test_nobody_is_asked_where_there_is_no_terminal(folder: Path, synthgate: Command) -> None:
    """Without `--yes` that is an error before anything else is looked at: nothing is even there."""
    done = synthgate("deploy", "cdk.out", "--env", "prod")
    assert done.code == 2
    assert "standard input is no terminal; next: review" in done.err
    assert list(folder.iterdir()) == []


def test_an_environment_has_to_be_named(synthgate: Command) -> None:
    """There is no default for where something is deployed to."""
    done = synthgate("deploy", "cdk.out", "--yes")
    assert done.code == 2
    assert "--env" in done.err
    done = synthgate("deploy", "cdk.out", "--yes", "--env", "")
    assert (done.code, "'--env': a name is expected, such as prod" in done.err) == (2, True)


def test_a_folder_that_is_no_assembly(
    folder: Path, synthgate: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, and exit code 2."""
    binaries = folder / "bin"
    binaries.mkdir()
    (binaries / "cdk").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(binaries))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    done = synthgate("deploy", "nowhere", "--env", "prod", "--yes", "--quiet")
    assert done.code == 2
    assert done.err == (
        "synthgate: nowhere: no cloud assembly: manifest.json is missing; next: give the folder "
        "that was attested\n"
    )


def test_a_job_that_is_cancelled_ends_like_a_shells() -> None:
    """128 and the signal's number; on the way out, what goes on in AWS is told and recorded."""
    with pytest.raises(SystemExit) as caught:
        deploying._terminated(15, None)
    assert caught.value.code == 143
