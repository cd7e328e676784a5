"""`synthgate access`: whether policies grant anything that they did not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.compliance.cli.test_check import one_line
from tests.compliance.engines.templates import resource, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.cli.command import Command
    from tests.compliance.guard.assemblies import Workshop


def policy(*actions: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A policy document."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "arn:aws:s3:::b/*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(*actions: str) -> dict[str, Any]:
    """A role with these actions."""
    return resource(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": []},
        Policies=[{"PolicyName": "P", "PolicyDocument": policy(*actions)}],
    )


@pytest.fixture
def files(folder: Path) -> Path:
    """Two documents, two templates, and what is neither."""
    for name, document in {
        "read.json": policy("s3:GetObject"),
        "write.json": policy("s3:GetObject", "s3:PutObject"),
        "here.json": policy("s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.1"}}),
        "neither.json": {"Version": "2012-10-17"},
        "both.json": {"Statement": [], "Resources": {}},
        "list.json": [],
    }.items():
        (folder / name).write_text(json.dumps(document))
    written(folder / "reader.json", {"Role": role("s3:GetObject")})
    written(folder / "writer.json", {"Role": role("s3:GetObject", "s3:PutObject")})
    return folder


@pytest.mark.usefixtures("files")
def test_no_new_access_is_zero(synthgate: Command) -> None:
    """Of documents and of templates."""
    for old, new in (("write.json", "read.json"), ("writer.json", "reader.json")):
        done = synthgate("access", old, new)
        assert (done.code, done.out, done.err) == (
            0,
            "Access: nothing newly granted by policies\n",
            "",
        )


def test_a_renamed_role_is_left_open(synthgate: Command, files: Path) -> None:
    """Nobody is told here that it is made anew: whether it is the same is not taken for granted."""
    written(files / "renamed.json", {"Reader": role("s3:GetObject")})
    done = synthgate("access", "reader.json", "renamed.json")
    assert (done.code, done.out.split("\n")[0]) == (1, "Access undecided: 1 statement")


@pytest.mark.usefixtures("files")
def test_new_access_is_one(synthgate: Command) -> None:
    """With who may do what to which, and where it stands."""
    done = synthgate("access", "read.json", "write.json")
    assert (done.code, done.err) == (1, "")
    first, second = done.out.splitlines()[:2]
    assert first == "NEW ACCESS: 1 grant"
    assert second.startswith(
        "  - whoever the policy is for (*) may s3:PutObject on arn:aws:s3:::b/"
    )
    done = synthgate("access", "reader.json", "writer.json")
    assert done.code == 1
    assert "Role may s3:PutObject on arn:aws:s3:::b/" in done.out


def test_what_is_undecided_is_one(synthgate: Command, files: Path) -> None:
    """With the reason; it is never called no new access."""
    body = role("s3:GetObject")
    body["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    written(files / "managed.json", {"Role": body})
    done = synthgate("access", "reader.json", "managed.json", "--format", "json")
    assert (done.code, done.err) == (1, "")
    document = json.loads(done.out)
    assert (document["result"], document["witnesses"]) == ("undecided", [])
    (undecided,) = document["undecided"]
    assert set(undecided) == {"statement", "reason"}
    assert "ReadOnlyAccess" in undecided["reason"]


@pytest.mark.usefixtures("files")
def test_the_json_has_the_keys_of_its_contract(synthgate: Command) -> None:
    """Exactly these; the condition is an object of lists, or null."""
    document = json.loads(synthgate("access", "-", "read.json", "--format", "json").out)
    assert set(document) == {"result", "witnesses", "undecided"}
    assert (document["result"], document["undecided"]) == ("new-access", [])
    (witness,) = document["witnesses"]
    assert set(witness) == {"principal", "action", "resource", "condition"}
    assert (witness["principal"], witness["action"]) == ("*", "s3:GetObject")
    assert witness["condition"] is None
    document = json.loads(synthgate("access", "-", "here.json", "--format", "json").out)
    (witness,) = document["witnesses"]
    ((key, values),) = witness["condition"].items()
    assert (key.lower(), values) == ("aws:sourceip", ["10.0.0.1"])


@pytest.mark.usefixtures("files")
def test_a_dash_grants_nothing(synthgate: Command) -> None:
    """Beside a document or a template; what is new is then everything."""
    assert synthgate("access", "-", "read.json").code == 1
    assert "may s3:GetObject" in synthgate("access", "-", "reader.json").out


def test_assemblies_are_compared(synthgate: Command, workshop: Workshop) -> None:
    """And folders of templates, as `synthgate diff` compares them."""
    assembly = workshop.assembly("red")
    done = synthgate("access", assembly, assembly)
    assert (done.code, done.out) == (0, "Access: nothing newly granted by policies\n")


def test_a_document_may_be_yaml(synthgate: Command, files: Path) -> None:
    """As a template may."""
    (files / "read.yaml").write_text(
        "Version: '2012-10-17'\nStatement:\n  Effect: Allow\n  Action: s3:GetObject\n"
        "  Resource: arn:aws:s3:::b/*\n"
    )
    assert synthgate("access", "read.json", "read.yaml").code == 0


def test_it_fits_a_narrow_terminal(
    synthgate: Command, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is wider."""
    (files / "long.json").write_text(json.dumps(policy(Resource="arn:aws:s3:::" + "x" * 300)))
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("compliance.cli.terminal.sys.stdout.isatty", lambda: True)
    out = synthgate("access", "-", "here.json").out
    assert max(map(len, out.splitlines())) <= 30


# -- mistakes ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            ["read.json", "reader.json"],
            "read.json is a policy document, and reader.json is a template or an assembly; "
            "give two of one kind",
            id="document and template",
        ),
        pytest.param(
            ["reader.json", "read.json"],
            "read.json is a policy document, and reader.json is a template or an assembly; "
            "give two of one kind",
            id="template and document",
        ),
        pytest.param(
            ["read.json", "-"],
            "NEW: - stands for nothing granted, which OLD alone can be; give a policy document, a "
            "template or a cdk.out folder",
            id="nothing new",
        ),
        pytest.param(
            ["nope.json", "read.json"],
            "nope.json: no such file or folder; give a policy document, a template or a cdk.out "
            "folder",
            id="absent",
        ),
        *(
            pytest.param(
                ["read.json", name],
                f"{name}: neither a policy document (an object with 'Statement') nor a template "
                "(an object with 'Resources')",
                id=name,
            )
            for name in ("neither.json", "list.json")
        ),
        pytest.param(
            ["read.json", "both.json"],
            "both.json: holds 'Statement' and 'Resources'; a policy document has the one, a "
            "template the other",
            id="both",
        ),
        pytest.param(
            ["read.json"], "Missing argument 'NEW'; see `synthgate access --help`", id="no NEW"
        ),
        pytest.param(
            ["read.json", "read.json", "--format", "markdown"],
            "'markdown' is not one of 'text', 'json'; see `synthgate access --help`",
            id="format",
        ),
    ],
)
def test_what_cannot_be_compared(synthgate: Command, arguments: list[str], told: str) -> None:
    """One line, exit code 2."""
    assert one_line(synthgate("access", *arguments)).endswith(told)


@pytest.mark.parametrize(
    "document",
    [
        {"Version": "2012-10-17", "Statement": []},
        {"Version": "2012-10-17", "Statement": [{}]},
        {"Version": "1999-01-01", "Statement": policy("s3:GetObject")["Statement"]},
        {"Version": "2012-10-17", "Statement": "x"},
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": []}]},
    ],
    ids=["none", "empty", "version", "no object", "no action"],
)
def test_a_document_that_is_no_policy(
    synthgate: Command, files: Path, document: dict[str, Any]
) -> None:
    """The file is named; so is the place, by `compliance.iam.access.documents`."""
    (files / "bad.json").write_text(json.dumps(document))
    assert one_line(synthgate("access", "read.json", "bad.json")).startswith("bad.json: ")


def test_a_file_that_is_no_json(synthgate: Command, files: Path) -> None:
    """With line and column."""
    (files / "bad.json").write_text('{"Statement": [}')
    assert one_line(synthgate("access", "bad.json", "read.json")).startswith(
        "bad.json:1:16: not JSON: "
    )


def test_a_folder_without_templates(synthgate: Command, files: Path) -> None:
    """As for `synthgate diff`."""
    (files / "empty").mkdir()
    assert one_line(synthgate("access", "empty", "reader.json")).startswith(
        "empty: neither a cloud assembly (manifest.json is missing) nor a folder of templates "
    )
