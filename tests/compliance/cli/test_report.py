"""`synthgate report`: what a security reviewer decides from, in every format."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from compliance import security_report
from tests.compliance.guard.assemblies import rewrite

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.cli.command import Command
    from tests.compliance.guard.assemblies import Workshop

pytestmark = pytest.mark.usefixtures("shared_checkov")


def test_every_format_is_written_from_one_run(
    synthgate: Command, workshop: Workshop, folder: Path
) -> None:
    """Red, with the same findings in all; the snapshots are among the engines."""
    rewrite(folder / "cdk.json", {"app": "true", "context": {"environments": {"test": {}}}})
    done = synthgate("report", workshop.assembly("red"), "--quiet")
    assert done.code == 1
    verdict, reports = done.out.splitlines()
    assert verdict.startswith("RED: ")
    assert reports == f"Reports: build/review/ ({', '.join(security_report.FILES)})"
    written = {path.name: path.read_text() for path in (folder / "build" / "review").iterdir()}
    assert sorted(written) == sorted(security_report.FILES)
    document = json.loads(written["report.json"])
    assert document["verdict"] == "red"
    assert [row["name"] for row in document["engines"] if row["status"] == "ran"] == [
        "own",
        "cdk-nag",
        "checkov",
        "cloudformation",
        "snapshots",
    ]
    for name in security_report.FILES:
        assert "LOG01" in written[name], name
        assert "snapshot-missing" in written[name], name
    assert "no snapshots were accepted for it" in written["report.html"]


def test_a_lone_template_has_a_report(synthgate: Command, green: Path, folder: Path) -> None:
    """By the engines that can look at it; nothing was accepted that it could be compared with."""
    done = synthgate("report", green, "--out", folder / "out")
    assert done.code == 0
    assert done.out.splitlines()[-2].startswith("GREEN: no blocking findings in 1 template")
    assert "synthgate: writing the report" in done.err.splitlines()
    page = (folder / "out" / "report.html").read_text()
    assert "GREEN" in page
    assert "no snapshots were accepted for it" in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere",), "nowhere: no such file or folder"),
        (("green.json", "--rehearsal", "nowhere.json"), "nowhere.json: "),
        (("green.json", "--rehearsal", "green.json"), "green.json: no report of a rehearsal"),
        (("green.json", "--against", "main"), "main: no such file or folder"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    synthgate: Command, green: Path, folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    """And no report of an earlier run is left, so that none is taken for this one's."""
    out = folder / "build" / "review"
    out.mkdir(parents=True)
    (out / "report.html").write_text("GREEN")
    (out / "notes.txt").touch()
    assert green.name == "green.json"
    done = synthgate("report", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err.splitlines()[-1]
    assert [path.name for path in out.iterdir()] == ["notes.txt"]


def test_evidence_of_a_rehearsal_is_found_where_it_lies(
    synthgate: Command, green: Path, folder: Path
) -> None:
    """One that cannot be read is no absence of it."""
    (folder / "build" / "rehearsal").mkdir(parents=True)
    shutil.copy(green, folder / "build" / "rehearsal" / "report.json")
    done = synthgate("report", green)
    assert (done.code, done.out) == (2, "")
    assert "build/rehearsal/report.json: no report of a rehearsal" in done.err
