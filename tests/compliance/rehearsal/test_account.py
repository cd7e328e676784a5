"""A deployed stage is looked at by the same command, and nothing there is changed.

The account is the local one, where a profile leads: only the trail tells what was called, as in a
real one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.command import Done, synthgate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.rehearsal.scene import Local

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "tests" / "contract" / "test_operations.py"
NAMES = ("onlooker", "outsider")
READS: Final = (
    "apigateway:GET",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
    "cloudtrail:LookupEvents",
    "cloudwatch:GetDashboard",
    "dynamodb:DescribeTable",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "kms:GetKeyPolicy",
    "lambda:GetFunctionConfiguration",
    "lambda:GetPolicy",
    "logs:FilterLogEvents",
    "s3:GetBucketPolicy",
    "sns:GetTopicAttributes",
    "sqs:GetQueueAttributes",
    "sts:GetCallerIdentity",
)
"""All that who looks on has to be allowed, beside calling the API."""
WAIVERS: Final = """
[[waiver]]
rule = "Rehearsal-Closed"
construct = "ApiStack/ServerlessApi/Default/*"
reason = "The local AWS takes no notice of the service that a signature is for."
owner = "tests"
expires = {expires}
"""


@dataclass(frozen=True)
class Account:
    """An account with a deployed stage.

    Attributes:
        folder: working folder, with an AWS configuration of three profiles, `onlooker`, `outsider`
            and `nowhere`.
        base_url: of the stage.
        local: where it is.
        assembly: that is said to be deployed there.
    """

    folder: Path
    base_url: str
    local: Local
    assembly: Path

    def look(self, *options: str | Path, quiet: bool = False) -> Done:
        """Look at the stage."""
        return synthgate(
            "rehearse",
            self.assembly,
            "--tests",
            TESTS,
            "--out",
            self.folder / "out",
            "--config",
            self.folder / "synthgate.toml",
            *options,
            *(["--quiet"] if quiet else []),
            AWS_CONFIG_FILE=str(self.folder / "config"),
            AWS_SHARED_CREDENTIALS_FILE=os.devnull,
            AWS_EC2_METADATA_DISABLED="true",
        )

    @property
    def report(self) -> dict[str, Any]:
        """The report of the last look."""
        return dict(json.loads((self.folder / "out" / "report.json").read_text()))


@pytest.fixture
def account(scene: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Return the account, with somebody who may look and call, and somebody who may nothing."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    iam = scene.stage.client("iam")
    invoke = iam.get_user_policy(UserName="rehearsal-caller", PolicyName="invoke")
    (invokes,) = invoke["PolicyDocument"]["Statement"]
    looks = {"Effect": "Allow", "Action": READS, "Resource": "*"}
    lines = [f"[profile nowhere]\nregion = {scene.aws.region}\n"]
    for name in NAMES:
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        lines.append(
            f"[profile {name}]\n"
            f"endpoint_url = {scene.aws.endpoint_url}\n"
            f"ca_bundle = {scene.aws.trust.bundle}\n"
            f"region = {scene.aws.region}\n"
            f"aws_access_key_id = {key['AccessKeyId']}\n"
            f"aws_secret_access_key = {key['SecretAccessKey']}\n"
        )
    document = json.dumps({"Version": "2012-10-17", "Statement": [invokes, looks]})
    iam.put_user_policy(UserName=NAMES[0], PolicyName="looks", PolicyDocument=document)
    (tmp_path / "config").write_text("".join(lines))
    (tmp_path / "synthgate.toml").write_text("[tool.synthgate]\n")
    # As it was deployed: without what the local AWS does not know.
    yield Account(tmp_path, scene.stage.base_url, scene, scene.assembly.path)
    iam.delete_user_policy(UserName=NAMES[0], PolicyName="looks")
    for name in NAMES:
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName=name)


def _stacks(scene: Local) -> dict[str, tuple[str, object]]:
    stacks = scene.stage.client("cloudformation").describe_stacks()["Stacks"]
    return {
        stack["StackName"]: (stack["StackStatus"], stack.get("LastUpdatedTime")) for stack in stacks
    }


def test_a_deployed_stage_is_looked_at_and_left_as_it_is(account: Account) -> None:
    """The trail's rows, the probes and the contract tests, by one who may read and call alone."""
    ends = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=90)
    (account.folder / "waivers.toml").write_text(WAIVERS.format(expires=ends))
    before = _stacks(account.local)
    told = account.local.aws.records.stat().st_size

    done = account.look(
        *("--profile", NAMES[0], "--stranger", NAMES[1], "--base-url", f"{account.base_url}/"),
        *("--trail-seconds", "1"),
    )

    assert done.code == 0, done.out + done.err
    found = account.report
    assert found["report"]["verdict"] == "green"
    assert found["target"] == f"{account.local.aws.account}/us-east-1"
    assert found["removals"] == []
    assert found["tests"] == {"passed": 10, "failed": 0, "skipped": 1}
    # Nothing was deployed, and nothing taken away.
    assert _stacks(account.local) == before
    assert {row["effect"] for row in found["rows"]} == {"not tried"}
    assert "synthgate: deploying" not in done.err
    assert "synthgate: waiting 1 seconds for CloudTrail" in done.err
    # All that the onlooker asked for was allowed.
    with account.local.aws.records.open() as stream:
        stream.seek(told)
        records = [json.loads(line) for line in stream]
    asked = {
        record["action"]: record["decision"]
        for record in records
        if record["kind"] == "decision"
        and record["policy"] == "identity"
        and record["principal"].endswith(f":user/{NAMES[0]}")
        and record["action"] != "execute-api:Invoke"
    }
    assert set(asked) <= set(READS)
    assert set(asked.values()) == {"Allow"}
    # What the function did in this time, the trail tells; of what else, it is no source.
    rows = {
        (row["grant"]["sid"], row["grant"]["action"]): row
        for row in found["rows"]
        if row["grant"]["kind"] == "role"
    }
    assert rows["Items", "dynamodb:PutItem"]["evidence"] == "exercised"
    assert rows["LargeData", "s3:GetObject"]["evidence"] == "exercised"
    # At least the smoke tests' three reads by id, however often the probes came by.
    assert rows["Items", "dynamodb:GetItem"]["uses"] >= 3
    deletes = rows["HandledRequests", "dynamodb:DeleteItem"]
    assert (deletes["evidence"], "no data events" in deletes["reason"]) == ("undecided", True)
    revokes = rows["OneGroup", "ec2:RevokeSecurityGroupIngress"]
    assert (revokes["evidence"], "at a deploy" in revokes["reason"]) == ("undecided", True)
    # Undecided grants are told and do not block: a local rehearsal decides them.
    undecided = [each for each in found["report"]["results"] if each["outcome"] == "undecided"]
    assert {(each["rule"], each["severity"]) for each in undecided} == {
        ("Rehearsal-Necessary", "medium")
    }
    waived = {
        each["observed"] for each in found["report"]["results"] if each["outcome"] == "waived"
    }
    assert {each.partition(":")[0] for each in waived} == {"other-service"}
    last = done.out.splitlines()[-2]
    assert last.startswith("REHEARSED GREEN: ")
    assert " grants exercised, 0 never used, " in last
    assert "operation" not in last


def test_what_nobody_is_named_for_is_not_proven(account: Account) -> None:
    """Without a stranger, no call of one is refused: that is red."""
    tests = account.folder / "test_one.py"
    tests.write_text("def test_it(): pass\n")
    done = account.look(
        *("--profile", NAMES[0], "--base-url", account.base_url, "--trail-seconds", "0"),
        *("--tests", tests),
        quiet=True,
    )
    assert done.code == 1, done.out + done.err
    assert done.out.startswith("REHEARSED RED: ")
    assert done.err == ""
    results = account.report["report"]["results"]
    (found,) = [
        each
        for each in results
        if (each["rule"], each["outcome"]) == ("Rehearsal-Closed", "undecided")
    ]
    assert found["message"].startswith("Nobody is named whom nothing allows the API")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--profile", "absent"),
            "the account cannot be read: The config profile (absent) could not be found; next: ",
        ),
        (("--profile", "nowhere"), "the account cannot be read: Unable to locate credentials; "),
        (("--region", "eu-west-1"), "the account cannot be read: Unable to locate credentials; "),
    ],
    ids=["no such profile", "no keys", "region alone"],
)
def test_an_account_that_cannot_be_read_is_told(
    options: tuple[str, ...], said: str, account: Account
) -> None:
    """In one line, with exit code 3; a region alone means the default keys' account."""
    done = account.look(*options)
    assert done.code == 3
    *_, line = done.err.splitlines()
    assert line.startswith(f"synthgate: {said}")
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_stack_that_the_account_does_not_have_is_named(account: Account) -> None:
    """In another region, none is there."""
    done = account.look("--profile", NAMES[0], "--region", "eu-west-3")
    assert done.code == 3
    assert "synthgate: serverless-infrastructure-dev-" in done.err
    assert "cannot be read from CloudFormation" in done.err


def test_a_stage_of_another_assembly_is_no_evidence(account: Account) -> None:
    """Here, of one that has a flow log still."""
    account = dataclasses.replace(account, assembly=account.local.given.path)
    done = account.look("--profile", NAMES[0])
    assert done.code == 3
    assert "network: is not deployed from NetworkStack.template.json, but from another" in done.err


def test_a_stranger_without_keys_is_told(account: Account) -> None:
    """By the name of the profile."""
    done = account.look(
        *("--profile", NAMES[0], "--base-url", account.base_url, "--stranger", "absent")
    )
    assert done.code == 3
    *_, line = done.err.splitlines()
    assert line.startswith("synthgate: no credentials to sign with: The config profile (absent)")


@pytest.mark.parametrize(
    "option", [("--base-url", "https://x"), ("--stranger", "x"), ("--operator",)]
)
def test_options_of_a_deployed_stage_ask_for_its_account(
    option: tuple[str, ...], tmp_path: Path
) -> None:
    """Left aside without a word, a local rehearsal would seem to be one of the account."""
    done = synthgate("rehearse", tmp_path, "--tests", TESTS, *option)
    assert done.code == 2
    assert "--base-url, --stranger and --operator are for a deployed stage" in done.err


def test_what_is_no_assembly_is_told(tmp_path: Path) -> None:
    """A template alone has no manifest to deploy by, and no tests are no proof."""
    template = tmp_path / "template.json"
    template.write_text('{"Resources": {"A": {"Type": "AWS::X::Y"}}}')
    done = synthgate("rehearse", template, "--tests", TESTS)
    assert (done.code, "is no assembly; give the folder that CDK wrote" in done.err) == (3, True)


def test_tests_that_are_not_there_are_told(account: Account) -> None:
    """Before anything is started."""
    shutil.rmtree(account.folder / "out", ignore_errors=True)
    done = account.look("--profile", NAMES[0], "--tests", account.folder / "absent")
    assert done.code == 3
    assert done.err.endswith("absent: no such file or folder of contract tests\n")
    assert not (account.folder / "out").exists()
