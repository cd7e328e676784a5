"""`synthgate execution-policy`: what CloudFormation's own role may do."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from compliance.execution_policy import reports
from tests.compliance.cli.test_check import one_line
from tests.compliance.execution_policy.given import ACCOUNT, REGION, assembly, resource

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.cli.command import Command

QUEUE = {"Q": resource("AWS::SQS::Queue", QueueName="orders")}
ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"


def test_the_documents_are_written_with_the_commands_that_use_them(
    synthgate: Command, folder: Path
) -> None:
    """A file each; those of an earlier, larger policy are gone."""
    assembly(folder / "cdk.out", QUEUE)
    (folder / "policy").mkdir()
    for name in ("execution-policy-2.json", "other.json"):
        (folder / "policy" / name).write_text("{}")
    done = synthgate("execution-policy", "cdk.out", "--output", "policy")
    assert (done.code, done.err) == (0, "")
    assert sorted(path.name for path in (folder / "policy").iterdir()) == [
        "execution-policy-1.json",
        "other.json",
    ]
    document = json.loads((folder / "policy" / "execution-policy-1.json").read_text())
    assert document["Statement"][0]["Resource"] == [ARN]
    name = f"synthgate-execution-{REGION}-1"
    assert (
        f"aws iam create-policy --policy-name {name} "
        "--policy-document file://policy/execution-policy-1.json\n"
    ) in done.out
    assert (
        f"cdk bootstrap aws://{ACCOUNT}/{REGION} --cloudformation-execution-policies "
        f"arn:aws:iam::{ACCOUNT}:policy/{name}\n"
    ) in done.out


def test_json_holds_all(synthgate: Command, folder: Path) -> None:
    """Documents, and what is undecided, left out and wide."""
    assembly(folder / "cdk.out", {**QUEUE, "K": resource("AWS::KMS::Key")})
    done = synthgate("execution-policy", "cdk.out", "--format", "json")
    found = json.loads(done.out)
    assert (done.code, found["account"], found["region"]) == (0, ACCOUNT, REGION)
    assert [each["Version"] for each in found["documents"]] == ["2012-10-17"]
    assert found["wide"] == [
        {"pattern": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*", "reason": "its id is random"}
    ]
    assert (found["undecided"], found["omitted"]) == ([], [])


def test_without_a_folder_it_says_how_to_get_the_documents(
    synthgate: Command, folder: Path
) -> None:
    """And names no command that would need them."""
    assembly(folder / "cdk.out", {**QUEUE, "B": resource("AWS::S3::Bucket")})
    done = synthgate("execution-policy", "cdk.out")
    assert done.code == 0
    assert "--output FOLDER writes them, --format json prints them." in done.out
    assert "create-policy" not in done.out
    assert re.search(
        r"AWS::S3::Bucket: iam:PassRole, .*: no resource of the assembly gives", done.out
    )


def test_what_is_undecided_is_named_and_not_green(synthgate: Command, folder: Path) -> None:
    """The documents are written all the same: they allow too little, never too much."""
    assembly(folder / "cdk.out", {**QUEUE, "P": resource("AWS::CodeBuild::Project")})
    done = synthgate("execution-policy", "cdk.out", "--output", "policy")
    assert done.code == 1
    assert (
        "Shop.template.json: P (AWS::CodeBuild::Project): its provider schema names no actions of "
        "its handlers\n"
    ) in done.out
    assert (folder / "policy" / "execution-policy-1.json").is_file()


def test_an_assembly_that_needs_nothing_has_no_document(synthgate: Command, folder: Path) -> None:
    """And nothing to attach."""
    assembly(folder / "cdk.out", {"M": resource("AWS::CDK::Metadata")})
    done = synthgate("execution-policy", "cdk.out", "--output", "policy")
    assert (done.code, "0 actions in 0 managed policies (none of" in done.out) == (0, True)
    assert "cdk bootstrap" not in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing",), "missing"),
        (("cdk.out", "--account", "12"), "--account: '12'; give twelve digits"),
        (("cdk.out", "--region", "*"), "--region: '*'; give a region such as eu-central-1"),
        (("cdk.out", "--account", "9" * 12), "--account: 999999999999; the stacks name 1111222"),
    ],
)
def test_what_a_user_gets_wrong_is_one_line(
    synthgate: Command, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    """With what is allowed, and exit code 2."""
    assembly(folder / "cdk.out", QUEUE)
    done = synthgate("execution-policy", *arguments)
    assert done.code == 2
    assert said in one_line(done)


def test_names_of_the_template_do_no_harm(synthgate: Command, folder: Path) -> None:
    """Control characters are no lines of their own."""
    assembly(folder / "cdk.out", {"P\n\x1b[31m": resource("AWS::CodeBuild::Project\nx")})
    done = synthgate("execution-policy", "cdk.out")
    assert "\x1b" not in done.out
    assert reports.FILE.format(1) == "execution-policy-1.json"
