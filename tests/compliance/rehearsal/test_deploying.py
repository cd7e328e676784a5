"""The CDK CLI is run as a user runs it, against the local AWS alone, and its reason is told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compliance.rehearsal import deploying
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.local.aws import LocalAws
from compliance.rehearsal.local.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable

ASSEMBLY = Path("cdk.out")
TELLS = """#!/usr/bin/env python3
import json, os, sys
print(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]))
"""


@pytest.fixture
def aws(tmp_path: Path) -> Callable[..., LocalAws]:
    """Return what describes a local AWS whose `cdk` is a script."""

    def make(script: str, *, mode: int = 0o755) -> LocalAws:
        path = tmp_path / "bin" / "cdk"
        path.parent.mkdir()
        path.write_text(script)
        path.chmod(mode)
        return LocalAws(
            port=4566,
            region="eu-west-1",
            account="123456789012",
            trust=Trust(tmp_path, tmp_path, tmp_path, tmp_path),
            records=tmp_path,
            log=tmp_path,
            pid=0,
            version="",
            folder=tmp_path,
            environ={"PATH": f"{path.parent}:{os.environ['PATH']}", "KEPT": "yes"},
            tests_environ={},
        )

    return make


def test_the_command_is_the_first_on_the_path(tmp_path: Path) -> None:
    """And what to install is told where there is none."""
    with pytest.raises(RehearsalError, match="no command 'cdk' on PATH; next: `npm install"):
        deploying.command_line({"PATH": str(tmp_path)})
    (tmp_path / "cdk").touch(0o755)
    assert deploying.command_line({"PATH": str(tmp_path)}) == str(tmp_path / "cdk")


def test_the_cli_is_given_the_assembly_and_the_local_aws(
    aws: Callable[..., LocalAws], tmp_path: Path
) -> None:
    """It is told its keys, its region and its address, runs in its folder, and asks nobody."""
    log = tmp_path / "log"
    local = aws(TELLS)
    deploying.bootstrap(local, ASSEMBLY, log=log)
    deploying.deploy(local, ASSEMBLY, log=log)
    (first, environ, folder), (second, *_) = map(json.loads, log.read_text().splitlines())
    assert first == ["bootstrap", "aws://123456789012/eu-west-1", "--app", "cdk.out"]
    assert second[:4] == ["deploy", "--all", "--require-approval", "never"]
    assert second[-2:] == ["--app", "cdk.out"]
    assert folder == str(tmp_path)
    assert environ["KEPT"] == "yes"
    assert {name: value for name, value in environ.items() if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": "https://localhost:4566",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("one\n\n  last   word \n", "last word"),
        ("A | CREATE_FAILED | Fn | no such role\nB | CREATE_FAILED | later\nend\n", "A | CREATE_"),
        ("rolled back: UPDATE_ROLLBACK_COMPLETE\nend\n", "end"),
        ("", "it said nothing"),
        ("password=hunter2hunter2\n", "password=[masked]"),
        (f"{'x' * 900}\n", "x" * 500),
        ("\x1b[31mred\x1b[0m\n", "\\x1b[31mred"),
    ],
    ids=["last", "failed", "no failure", "silent", "secret", "long", "colours"],
)
def test_the_reason_of_a_failure_is_one_line(
    said: str, reason: str, aws: Callable[..., LocalAws], tmp_path: Path
) -> None:
    """The first resource that failed, else the last word; no secret, no control character."""
    (tmp_path / "said").write_text(said)
    local = aws(f"#!/bin/sh\ncat {tmp_path}/said\nexit 1\n")
    log = tmp_path / "log"
    with pytest.raises(RehearsalError) as caught:
        deploying.deploy(local, ASSEMBLY, log=log)
    text = str(caught.value)
    assert text.startswith(f"`cdk deploy` failed: {reason}")
    assert text.endswith(f"; see {log}")
    assert text.isprintable()
    assert len(text) < 700 + len(str(log))


def test_a_cli_that_hangs_is_ended(
    aws: Callable[..., LocalAws], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its last words."""
    monkeypatch.setattr(deploying, "BOOTSTRAP_SECONDS", 0.5)
    local = aws("#!/bin/sh\necho waiting for a custom resource\nwhile :; do :; done\n")
    with pytest.raises(RehearsalError) as caught:
        deploying.bootstrap(local, ASSEMBLY, log=tmp_path / "log")
    assert str(caught.value) == (
        "`cdk bootstrap` did not end within 0.5 seconds; its last words: waiting for a custom "
        "resource"
    )


def test_a_cli_that_cannot_be_started_is_told(aws: Callable[..., LocalAws], tmp_path: Path) -> None:
    """Such as one whose interpreter is not there."""
    with pytest.raises(RehearsalError, match="`cdk deploy` cannot be started: No such file"):
        deploying.deploy(aws("#!/nowhere\n"), ASSEMBLY, log=tmp_path / "log")
