"""Whole rehearsals, by the command, on a local AWS."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.command import synthgate
from tests.contract import cognito

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command import Done

ROOT = Path(__file__).parents[3]
CONTRACT = ROOT / "tests" / "contract"
POLICY = "DataProcessingPolicy"

pytestmark = pytest.mark.xdist_group("local AWS")


def rehearse(assembly: Path, out: Path, *options: str, tests: Path = CONTRACT) -> Done:
    """Rehearse an assembly."""
    config = ROOT / "pyproject.toml"
    words: list[str | Path] = [
        "rehearse",
        assembly,
        "--tests",
        tests,
        "--out",
        out,
        "--config",
        config,
    ]
    return synthgate(*words, *options)


def report(out: Path) -> dict[str, Any]:
    """Return the report of a rehearsal."""
    return dict(json.loads((out / "report.json").read_text()))


def test_dev_is_green_and_every_grant_is_accounted_for(
    assemblies: Callable[[str], Path], tmp_path: Path
) -> None:
    """Every grant of the items function was used, and each one is missed when it is taken away."""
    done = rehearse(assemblies("dev"), tmp_path)

    assert done.code == 0, done.out + done.err
    found = report(tmp_path)
    assert found["report"]["verdict"] == "green"
    own = {
        (row["grant"]["action"], row["grant"]["sid"]): row
        for row in found["rows"]
        if row["evidence"] == "exercised"
        and row["grant"]["role"]["construct_path"].startswith("ServerlessStack/")
    }
    assert {key: row["effect"] for key, row in own.items()} == {
        ("dynamodb:DeleteItem", "HandledRequests"): "broke",
        ("dynamodb:DeleteItem", "Items"): "broke",
        ("dynamodb:GetItem", "Items"): "broke",
        ("dynamodb:PutItem", "HandledRequests"): "broke",
        ("dynamodb:PutItem", "Items"): "broke",
        ("dynamodb:Query", "ItemsByStatus"): "broke",
        ("dynamodb:UpdateItem", "HandledRequests"): "broke",
        ("s3:DeleteObject", "LargeData"): "tolerated",
        ("s3:GetObject", "LargeData"): "broke",
        ("s3:PutObject", "LargeData"): "broke",
        ("ssm:GetParameter", "Configuration"): "broke",
    }
    assert own["dynamodb:Query", "ItemsByStatus"]["broken"] == ["GET /items"]
    assert {row["evidence"] for row in found["rows"]} == {
        "exercised",
        "not exercisable here",
        "not rehearsed",
    }
    assert [each["place"]["resource_type"] for each in found["removals"]] == ["AWS::EC2::FlowLog"]
    assert done.out.splitlines()[-2].startswith("REHEARSED GREEN: ")


def test_what_is_granted_too_much_and_too_little_is_named(
    assemblies: Callable[[str], Path], tmp_path: Path
) -> None:
    """A permission more is red by its name; one less by the operation and the denied action."""
    changed = tmp_path / "cdk.out"
    shutil.copytree(assemblies("dev"), changed)
    template = changed / "ServerlessStack.template.json"
    body = json.loads(template.read_text())
    (policy,) = [each for name, each in body["Resources"].items() if name.startswith(POLICY)]
    statements = {each["Sid"]: each for each in policy["Properties"]["PolicyDocument"]["Statement"]}
    statements["Items"]["Action"].append("dynamodb:Scan")
    statements["LargeData"]["Action"].remove("s3:GetObject")
    template.write_text(json.dumps(body))

    done = rehearse(changed, tmp_path / "out", "--no-tamper", tests=CONTRACT / "test_operations.py")

    assert done.code == 1, done.out + done.err
    said = {
        (each["rule"], each["location"], each["observed"].partition(" ")[0])
        for each in report(tmp_path / "out")["report"]["results"]
    }
    assert (
        "Rehearsal-Necessary",
        "Properties.PolicyDocument.Statement[0]",
        "dynamodb:Scan",
    ) in said
    assert ("Rehearsal-Sufficient", "GET /items/{id}", "s3:GetObject") in said


def test_cognito_with_scopes_is_rehearsed_too(
    shared: Path, once: Callable[[Path, Callable[[Path], object]], Path], tmp_path: Path
) -> None:
    """The other authorization is deployed, called with tokens, and closed to others."""
    assembly = once(shared / "dev-cognito", cognito.synthesize)

    done = rehearse(assembly, tmp_path, "--no-tamper")

    assert done.code == 0, done.out + done.err
    assert report(tmp_path)["report"]["verdict"] == "green"


def test_a_port_that_is_taken_is_named(tiny: Path, tmp_path: Path) -> None:
    """One line, and exit code 3."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = rehearse(tiny, tmp_path, "--port", str(port))

    assert done.code == 3
    assert f"127.0.0.1:{port}: cannot be taken" in done.err
    assert "leave --port out for a free one" in done.err
    assert "Traceback" not in done.err


def test_a_report_of_an_earlier_run_does_not_outlive_one_that_breaks(tmp_path: Path) -> None:
    """Whoever reads it would take it for the verdict."""
    (tmp_path / "report.json").write_text('{"report": {"verdict": "green"}}')

    done = rehearse(tmp_path / "nowhere", tmp_path)

    assert done.code == 2
    assert not (tmp_path / "report.json").exists()


def test_missing_ministack_is_named(tiny: Path, tmp_path: Path) -> None:
    """One line says what to install and which setting names it; exit code 3."""
    config = tmp_path / "synthgate.toml"
    config.write_text(f'[tool.synthgate]\nministack-python = "{sys.executable}"\n')

    done = synthgate("rehearse", tiny, "--tests", CONTRACT, "--config", config, "--out", tmp_path)

    assert done.code == 3
    (line,) = [line for line in done.err.splitlines() if "missing" in line]
    assert line.startswith("synthgate: MiniStack is missing: ModuleNotFoundError: ")
    assert line.endswith("name that in [tool.synthgate] ministack-python")


def test_a_deploy_that_fails_half_way_names_the_resource(tiny: Path, tmp_path: Path) -> None:
    """CloudFormation's own reason is told, all is stopped, and the server's log is kept."""
    broken = tmp_path / "cdk.out"
    shutil.copytree(tiny, broken)
    template = broken / "Tiny.template.json"
    body = json.loads(template.read_text())
    body["Resources"]["Orphan"] = {
        "Type": "Custom::Orphan",
        "Properties": {
            "ServiceToken": "arn:aws:lambda:us-east-1:000000000000:function:no-such-function"
        },
    }
    template.write_text(json.dumps(body))

    done = rehearse(broken, tmp_path / "out")

    assert done.code == 3, done.out + done.err
    assert "`cdk deploy` failed" in done.err
    assert "Orphan" in done.err
    assert (tmp_path / "out" / "server.log").is_file()
    assert (tmp_path / "out" / "deploy.log").is_file()
    assert not (tmp_path / "out" / "report.json").exists()


def test_contract_tests_that_hang_are_ended(tiny: Path, tmp_path: Path) -> None:
    """After the time they were given; exit code 3, and nothing is left running."""
    tests = tmp_path / "test_hanging.py"
    tests.write_text("import time\n\n\ndef test_hangs():\n    time.sleep(1000)\n")

    done = rehearse(tiny, tmp_path / "out", "--test-seconds", "2", tests=tests)

    assert done.code == 3
    assert "the contract tests did not end within 2 seconds" in done.err
    assert not _left(tests.name)


def test_a_template_that_is_not_the_reviewed_one_is_refused(tiny: Path, tmp_path: Path) -> None:
    """The asset manifest may name another file for what CloudFormation gets; it is compared."""
    swapped = tmp_path / "cdk.out"
    shutil.copytree(tiny, swapped)
    body = (swapped / "Tiny.template.json").read_text().replace("hello", "swapped")
    (swapped / "other.json").write_text(body)
    manifest = swapped / "Tiny.assets.json"
    manifest.write_text(manifest.read_text().replace('"Tiny.template.json"', '"other.json"'))

    done = rehearse(swapped, tmp_path / "out")

    assert done.code == 3, done.out + done.err
    assert "Tiny: is not deployed from Tiny.template.json, but from another template" in done.err


def test_what_the_probes_call_is_no_evidence(tiny: Path, tmp_path: Path) -> None:
    """Contract tests that call nothing leave every operation and every grant unproven."""
    tests = tmp_path / "test_idle.py"
    tests.write_text("def test_passes():\n    pass\n")

    done = rehearse(tiny, tmp_path / "out", tests=tests)

    assert done.code == 1, done.out + done.err
    said = {
        (each["rule"], each["location"]) for each in report(tmp_path / "out")["report"]["results"]
    }
    assert ("Rehearsal-Sufficient", "GET /hello") in said


def test_contract_tests_that_test_nothing_are_no_evidence(tiny: Path, tmp_path: Path) -> None:
    """All skipped is nothing proven: exit code 3."""
    tests = tmp_path / "test_nothing.py"
    tests.write_text("import pytest\n\n\ndef test_skips():\n    pytest.skip('not today')\n")

    done = rehearse(tiny, tmp_path / "out", tests=tests)

    assert done.code == 3
    assert "no contract test ran (1 skipped)" in done.err


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_rehearsal_that_is_cancelled_leaves_nothing(
    sent: signal.Signals, code: int, tiny: Path, tmp_path: Path
) -> None:
    """Ctrl-C and a CI job's end: server, functions and CLI are stopped, files are removed."""
    temporary = tmp_path / "tmp"
    process = _started(tiny, tmp_path, temporary)
    assert process.stderr is not None
    for line in process.stderr:
        if "deploying" in line:
            break
    process.send_signal(sent)
    assert process.wait(30) == code
    process.stderr.close()
    assert list(temporary.iterdir()) == []
    assert not _left(str(temporary))


def test_a_rehearsal_that_is_killed_leaves_no_server(tiny: Path, tmp_path: Path) -> None:
    """Nobody can clean up then; the server ends by itself."""
    temporary = tmp_path / "tmp"
    process = _started(tiny, tmp_path, temporary)
    assert process.stderr is not None
    for line in process.stderr:
        if "bootstrapping" in line:
            break
    assert _left("server.py", str(temporary))
    process.kill()
    process.wait(30)
    process.stderr.close()
    deadline = time.monotonic() + 20
    while (left := _left("server.py", str(temporary))) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


def _started(assembly: Path, folder: Path, temporary: Path) -> subprocess.Popen[str]:
    """Start a rehearsal whose files are below a folder of its own."""
    temporary.mkdir()
    command = [sys.executable, "-m", "compliance", "rehearse", str(assembly)]
    command += ["--tests", str(CONTRACT), "--out", str(folder / "out")]
    command += ["--config", str(ROOT / "pyproject.toml")]
    return subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_as_in_a_terminal,  # noqa: PLW1509 - no thread of the tests holds a lock
    )


def _as_in_a_terminal() -> None:
    """Heed signals that whoever runs the tests may ignore, and would leave ignored to a child."""
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent, signal.SIG_DFL)


def _left(*words: str) -> list[str]:
    """Return command lines of running processes that have all these words."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if all(word in line for word in words):
            found.append(line)
    return found
