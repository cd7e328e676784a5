"""A CDK CLI that fails or hangs is told with its own words, and leaves nothing behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from compliance.deployment import command

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.deployment import shops
    from tests.compliance.deployment.conftest import Aws, Deploy


@pytest.fixture
def script(
    aws: Aws,  # noqa: ARG001 - sets PATH first
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The file that is called in place of the CDK CLI."""
    path = tmp_path / "bin" / "cdk"
    path.parent.mkdir()
    monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "#!/bin/sh\necho 'is this stack bootstrapped?'\nexit 1\n",
            "Shop failed: is this stack bootstrapped?; see ",
        ),
        ("#!/bin/sh\necho waiting\nexec sleep 60\n", "did not end within 0.5 seconds; its last"),
        ("#!/nowhere/sh\n", "cannot be started: No such file or directory"),
    ],
    ids=["fails", "hangs", "cannot start"],
)
def test_what_the_cli_says_when_it_fails(
    text: str,
    told: str,
    script: Path,
    shop: shops.Shop,
    aws: Aws,
    deploy: Deploy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 3, a record of the failure, and no stack."""
    monkeypatch.setattr(command, "PREPARE_SECONDS", 0.5)
    script.write_text(text)
    script.chmod(0o755)
    shop.state("alone")
    done = deploy("alone")
    assert done.code == 3
    # The report is wrapped; where the log lies has no blanks.
    words = " ".join(done.out.split())
    assert told.removeprefix("Shop ") in words
    assert "`cdk deploy Data --method prepare-change-set`" in words
    assert aws.statuses() == {}
    record = json.loads((shop.folder / "build" / "deployments.jsonl").read_text())
    assert record["result"] == "failed"
    assert record["stacks"][0]["result"] == "failed"


def test_how_the_cli_is_called(script: Path, shop: shops.Shop, deploy: Deploy) -> None:
    """For one stack, of the private copy, in an empty folder, without a question of its own."""
    seen = script.parent / "seen"
    script.write_text(f'#!/bin/sh\npwd > {seen}\nls -a >> {seen}\necho "$@" >> {seen}\nexit 1\n')
    script.chmod(0o755)
    shop.state("alone")
    deploy("alone")
    folder, *files, words = seen.read_text().splitlines()
    assert files == [".", ".."]
    top = folder.removesuffix("/empty")
    assert words.startswith(f"deploy Data --app {top}/assembly --method prepare-change-set ")
    for option in (
        *("--exclusively", "--force", "--require-approval never", "--no-lookups"),
        "--no-previous-parameters",
    ):
        assert option in words
