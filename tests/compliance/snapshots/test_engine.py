"""The gate's own comparison of an assembly with its snapshots."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from compliance.assembly import read
from compliance.config import Config
from compliance.findings import Outcome, Severity, Status
from compliance.rules.base import Context
from compliance.snapshots.engine import SnapshotsEngine

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.engines.base import Answer

TOPIC: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


def test_an_accepted_template_passes_and_leaves_a_row(tmp_path: Path) -> None:
    """So that a comparison that found nothing differs from none at all."""
    _accept(tmp_path, "Stack", TOPIC)
    answer = _examine(tmp_path, TOPIC)
    assert answer.run.status is Status.RAN
    assert answer.run.resources == 1
    assert [(found.rule, found.outcome) for found in answer.findings] == [
        ("snapshot-changed", Outcome.PASS)
    ]


def test_a_changed_template_fails_with_a_review_in_few_words(tmp_path: Path) -> None:
    """High, on the stack, with the file, the gravest facts and the command that accepts."""
    table = _table(KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
    _accept(tmp_path, "Stack", {"Resources": {"Items": table, "Role": _role("s3:GetObject")}})
    table = _table(KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}])
    new = {"Resources": {"Items": table, "Role": _role("s3:GetObject", "s3:PutObject")}}
    (found,) = _examine(tmp_path, new).findings
    assert (found.rule, found.severity, found.outcome) == (
        "snapshot-changed",
        Severity.HIGH,
        Outcome.FAIL,
    )
    assert found.stack == "Stack"
    assert found.location == "snapshots/Stack.template.json"
    assert found.message == (
        "The template is not the one that was accepted: 1 replaced (data lost), 1 changed; "
        "NEW ACCESS."
    )
    assert found.observed == (
        "replaced Items: the table and all its items are deleted | "
        "new access: Role may s3:PutObject on arn:aws:s3:::example/example"
    )
    assert found.remediation == (
        f"Review the change with `synthgate diff snapshots {tmp_path}/cdk.out`, then accept it: "
        "pytest --snapshot-update"
    )


def test_new_access_is_told_of_the_template_that_grants_it(tmp_path: Path) -> None:
    """And only of that one, though it is decided over all of them."""
    for name in ("One", "Two"):
        _accept(tmp_path, name, {"Resources": {"Role": _role("s3:GetObject")}})
    found = {
        finding.stack: finding
        for finding in _examine(
            tmp_path,
            {"Resources": {"Role": _role("s3:GetObject"), "Topic": {"Type": "AWS::SNS::Topic"}}},
            Two={"Resources": {"Role": _role("s3:PutObject")}},
            One={"Resources": {"Role": _role("s3:GetObject")}, "Description": "changed"},
        ).findings
    }
    assert found["One"].message.endswith(": changed outside its resources.")
    assert found["One"].observed == ""
    assert found["Two"].message.endswith(": 1 changed; NEW ACCESS.")
    assert found["Two"].observed.startswith("new access: Two/Role may s3:PutObject on ")
    assert found["Stack"].message == (
        "No snapshot accepts this template yet: new template, 2 added; NEW ACCESS."
    )


def test_a_long_list_of_facts_is_cut(tmp_path: Path) -> None:
    """A report has no room for all; the review has."""
    old, new = ({"Resources": {f"Logs{n}": _logs(days) for n in range(9)}} for days in (400, 7))
    _accept(tmp_path, "Stack", old)
    (found,) = _examine(tmp_path, new).findings
    assert found.message.endswith(": 9 changed; protection: 9.")
    assert found.observed.count("are kept 7 days instead of 400") == 6
    assert found.observed.endswith(" | and 3 more")


def test_what_keeps_access_undecided_is_a_fact_too(tmp_path: Path) -> None:
    """Never left out for want of a witness."""
    _accept(tmp_path, "Stack", {"Resources": {"Role": _role("s3:GetObject")}})
    role = _role("s3:GetObject")
    role["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    (found,) = _examine(tmp_path, {"Resources": {"Role": role}}).findings
    assert found.message.endswith(": 1 changed; access undecided.")
    assert found.observed.startswith("access undecided: ")


def test_a_template_without_snapshot_fails(tmp_path: Path) -> None:
    """Nobody has accepted it."""
    (found,) = _examine(tmp_path, TOPIC).findings
    assert (found.rule, found.outcome) == ("snapshot-missing", Outcome.FAIL)
    assert found.message == "No snapshot accepts this template yet: new template, 1 added."


def test_a_snapshot_in_another_layout_fails(tmp_path: Path) -> None:
    """It says that nothing else differs."""
    _accept(tmp_path, "Stack", TOPIC)
    path = tmp_path / "snapshots" / "Stack.template.json"
    path.write_text(path.read_text() + "\n")
    (found,) = _examine(tmp_path, TOPIC).findings
    assert found.rule == "snapshot-changed"
    assert "but not in canonical form" in found.message


def test_a_snapshot_that_is_no_template_fails(tmp_path: Path) -> None:
    """Without a review; the file and the line are named."""
    _accept(tmp_path, "Stack", TOPIC)
    (tmp_path / "snapshots" / "Stack.template.json").write_text("{,}")
    (found,) = _examine(tmp_path, TOPIC).findings
    assert (found.rule, found.outcome) == ("snapshot-changed", Outcome.FAIL)
    assert "Stack.template.json:1:2: not JSON: " in found.message
    assert found.message.endswith("; no review is possible.")


def test_the_command_that_accepts_is_the_projects(tmp_path: Path) -> None:
    """By its settings."""
    config = Config(snapshots_accept="make accept")
    (found,) = _examine(tmp_path, TOPIC, config=config).findings
    assert found.remediation.endswith(", then accept it: make accept")


def test_a_snapshot_without_template_fails(tmp_path: Path) -> None:
    """A removed stack is a change that somebody accepts, too, knowing what goes with it."""
    _accept(tmp_path, "Stack", TOPIC)
    _accept(tmp_path, "Gone", {"Resources": {"Logs": _logs(400)}})
    (orphan,) = [
        found for found in _examine(tmp_path, TOPIC).findings if found.rule == "snapshot-orphaned"
    ]
    assert orphan.location == "snapshots/Gone.template.json"
    assert "(template gone, 1 removed (data lost)" in orphan.message
    assert orphan.observed.startswith("removed Logs: ")


def test_snapshots_of_an_environment_that_is_no_more_fail_once(tmp_path: Path) -> None:
    """They are told in the first assembly's answer, and not again in the next one's."""
    for name in ("old", "dev"):
        _accept(tmp_path, f"{name}/Stack", TOPIC)
    engine = SnapshotsEngine(tmp_path / "snapshots", environments=("dev",))
    told = [
        [
            found.location
            for found in _examine(tmp_path / str(run), TOPIC, engine).findings
            if found.rule == "snapshot-orphaned"
        ]
        for run in range(2)
    ]
    # The assembly belongs to no environment, so that to it each of them is left over.
    counts = {
        name: [run.count(f"snapshots/{name}/Stack.template.json") for run in told]
        for name in ("old", "dev")
    }
    assert counts == {"old": [2, 1], "dev": [1, 1]}


def _table(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties}


def _logs(days: int) -> dict[str, Any]:
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days}}


def _role(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "P", "PolicyDocument": document}],
        },
    }


def _accept(folder: Path, name: str, template: dict[str, Any]) -> None:
    path = folder / "snapshots" / f"{name}.template.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(template, indent=2, sort_keys=True) + "\n")


def _examine(
    folder: Path,
    template: dict[str, Any],
    engine: SnapshotsEngine | None = None,
    config: Config | None = None,
    **others: dict[str, Any],
) -> Answer:
    assembly = folder / "cdk.out"
    assembly.mkdir(parents=True, exist_ok=True)
    templates = {"Stack": template, **others}
    for name, body in templates.items():
        (assembly / f"{name}.template.json").write_text(json.dumps(body))
    (assembly / "manifest.json").write_text(
        json.dumps(
            {
                "version": "55.0.0",
                "artifacts": {
                    name: {
                        "type": "aws:cloudformation:stack",
                        "properties": {"templateFile": f"{name}.template.json"},
                    }
                    for name in templates
                },
            }
        )
    )
    engine = engine or SnapshotsEngine(folder / "snapshots")
    return engine.examine(Context(read(assembly), config or Config()))
