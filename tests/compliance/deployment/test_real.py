"""What is attested is deployed to a local AWS with the real CDK CLI, reviewed, and recorded."""

from __future__ import annotations

import io
import json
import re
import signal
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import typer

from compliance.cli import attesting
from compliance.deployment import change_sets, command
from tests.compliance.deployment import shops

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.deployment.stacks import Stack
    from tests.compliance.deployment.conftest import Aws, Deploy


def records(shop: shops.Shop) -> list[dict[str, Any]]:
    """The records of a project's deployments."""
    file = shop.folder / "build" / "deployments.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_what_the_gate_attested_is_deployed_and_recorded(
    shop: shops.Shop, aws: Aws, deploy: Deploy
) -> None:
    """Every engine judges it, every stack is deployed in order, and all of it is written down."""
    with pytest.raises(typer.Exit) as ended:
        attesting.attest(shop.assembly(), config=shop.config, quiet=True)
    assert ended.value.exit_code == 0
    done = deploy()
    assert done.code == 0, done.err
    assert aws.decided() >= {"cloudformation:CreateChangeSet", "s3:PutObject"}
    assert aws.statuses() == {"Data": "CREATE_COMPLETE", "Service": "CREATE_COMPLETE"}
    assert aws.parameter("/shop/pointer").endswith(" first")
    assert "2 of 2 templates" in done.out
    assert "SettingsName = /shop/settings" in done.out
    assert "Now run the contract tests: pytest tests/contract" in done.out
    assert f"NOT AWS: requests go to {aws.local.endpoint_url}" in done.out
    (record,) = records(shop)
    assert record["result"] == "deployed"
    assert (record["environment"], record["account"]) == ("prod", shops.ACCOUNT)
    assert record["commit"] == shop.git("rev-parse", "HEAD").strip()
    assert record["caller"] == f"arn:aws:iam::{shops.ACCOUNT}:root"
    assert [
        (stack["name"], stack["changes"], stack["result"], stack["status"])
        for stack in record["stacks"]
    ] == [
        ("Data", 2, "deployed", "CREATE_COMPLETE"),
        ("Service", 1, "deployed", "CREATE_COMPLETE"),
    ]
    assert all(":changeSet/synthgate-" in stack["change_set"] for stack in record["stacks"])
    assert done.out.index("Data: CREATE_COMPLETE") < done.out.index("Change set of Service")


def test_the_asset_that_is_published_is_the_attested_one(
    shop: shops.Shop, aws: Aws, deploy: Deploy
) -> None:
    """What somebody has put into the bucket under its name is written over."""
    shop.state("alone")
    key = next(shop.assembly("alone").glob("asset.*")).name.removeprefix("asset.") + ".zip"
    bucket = f"cdk-hnb659fds-assets-{shops.ACCOUNT}-{shops.REGION}"
    client = aws.client("s3")
    client.put_object(Bucket=bucket, Key=key, Body=b"somebody else's")
    assert deploy("alone").code == 0
    assert client.get_object(Bucket=bucket, Key=key)["Body"].read()[:2] == b"PK"


def test_permissions_change_nothing_of_what_is_published(
    shop: shops.Shop, aws: Aws, deploy: Deploy
) -> None:
    """Contents alone are attested: an archive has one mode for all files, whatever they had."""
    shop.state("alone")
    asset = next(shop.assembly("alone").glob("asset.*"))
    (asset / "a.txt").chmod(0o600)
    (asset / "b.txt").chmod(0o777)
    assert deploy("alone").code == 0
    found = aws.client("s3").get_object(
        Bucket=f"cdk-hnb659fds-assets-{shops.ACCOUNT}-{shops.REGION}",
        Key=asset.name.removeprefix("asset.") + ".zip",
    )["Body"]
    with zipfile.ZipFile(io.BytesIO(found.read())) as archive:
        modes = {each.filename: each.external_attr >> 16 & 0o777 for each in archive.infolist()}
    assert modes == {"a.txt": 0o755, "b.txt": 0o755}


def test_a_parameter_has_the_attested_default(shop: shops.Shop, aws: Aws, deploy: Deploy) -> None:
    """What somebody has given the stack by hand does not stay."""
    path = shop.assembly("alone") / "Data.template.json"
    template = json.loads(path.read_text())
    template["Parameters"]["Who"] = {"Type": "String", "Default": "attested"}
    template["Resources"]["Settings1CCB6159"]["Properties"]["Value"] = {"Ref": "Who"}
    path.write_text(json.dumps(template))
    shop.state("alone")
    assert deploy("alone").code == 0
    client = aws.client("cloudformation")
    client.update_stack(
        StackName="Data",
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "Who", "ParameterValue": "by hand"},
            {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
        ],
    )
    client.get_waiter("stack_update_complete").wait(
        StackName="Data", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    assert aws.parameter("/shop/settings") == "by hand"
    done = deploy("alone")
    assert "Settings1CCB6159" in done.out
    assert aws.parameter("/shop/settings") == "attested"


def test_an_update_shows_what_it_replaces_and_asks(
    shop: shops.Shop, aws: Aws, deploy: Deploy, answer: Callable[[str], None]
) -> None:
    """Each stack is asked for by itself, after its change set was shown; yes executes it."""
    shop.state()
    shop.state("moved")
    assert deploy().code == 0
    answer("y\ny\n")
    done = deploy("moved", yes=False)
    assert done.code == 0, done.err
    row = next(line for line in done.out.splitlines() if line.startswith("modify  Settings"))
    assert row.split()[:4] == ["modify", "Settings1CCB6159", "AWS::SSM::Parameter", "YES"]
    assert "LOST" in row
    assert "REPLACED   Settings1CCB6159 (AWS::SSM::Parameter)" in done.out
    assert f"Deploy 1 change to Data in {shops.ACCOUNT}/{shops.REGION}? [y/N]" in done.out
    assert f"Deploy 1 change to Service in {shops.ACCOUNT}/{shops.REGION}? [y/N]" in done.out
    assert aws.statuses() == {"Data": "UPDATE_COMPLETE", "Service": "UPDATE_COMPLETE"}
    assert aws.parameter("/shop/moved")
    assert not aws.parameter("/shop/settings")
    assert [record["result"] for record in records(shop)] == ["deployed", "deployed"]


def test_what_did_not_change_is_left_alone(shop: shops.Shop, aws: Aws, deploy: Deploy) -> None:
    """Its empty change sets are removed, and the record says that nothing changed."""
    shop.state("alone")
    assert deploy("alone").code == 0
    done = deploy("alone")
    assert done.code == 0
    assert "Data: nothing to change." in done.out
    assert aws.change_sets() == []
    assert records(shop)[-1]["result"] == "unchanged"


def test_a_role_that_is_not_cdks_own_is_told_before_the_question(
    shop: shops.Shop, aws: Aws, deploy: Deploy, answer: Callable[[str], None]
) -> None:
    """CloudFormation would deploy by its rights, and no engine judges the manifest."""
    path = shop.assembly("alone") / "manifest.json"
    document = json.loads(path.read_text())
    role = f"arn:aws:iam::{shops.ACCOUNT}:role/Admin"
    document["artifacts"]["Data"]["properties"]["cloudFormationExecutionRoleArn"] = role
    path.write_text(json.dumps(document))
    shop.state("alone")
    answer("n\n")
    done = deploy("alone", yes=False)
    assert done.code != 0
    told = f"NOT CDK'S OWN: Data.template.json: CloudFormation's role {role}: not what `cdk "
    assert told in " ".join(done.out.split())
    assert aws.statuses() == {}


@pytest.mark.parametrize("said", ["\n", ""], ids=["return", "end of input"])
def test_no_is_the_default(
    said: str, shop: shops.Shop, aws: Aws, deploy: Deploy, answer: Callable[[str], None]
) -> None:
    """Its change set is removed, and with it the stack that was made for it alone."""
    shop.state()
    answer(said)
    done = deploy(yes=False)
    assert done.code == 1
    assert "Data: declined; its change set is removed" in done.err
    assert "Not reached: Service." in done.err
    assert "NOT DEPLOYED: prod" in done.err
    assert aws.statuses() == {}
    (record,) = records(shop)
    assert (record["result"], record["reason"]) == (
        "declined",
        "Data: declined; its change set is removed",
    )
    assert [stack["result"] for stack in record["stacks"]] == ["declined", "not-reached"]


def test_the_protection_of_a_stack_is_asked_for_too(
    shop: shops.Shop, aws: Aws, deploy: Deploy, answer: Callable[[str], None]
) -> None:
    """It is gone once a change set is made: no brings it back, even where nothing else changes."""
    shop.state("alone-protected")
    shop.state("alone")
    client = aws.client("cloudformation")

    def is_protected() -> bool:
        (stack,) = client.describe_stacks(StackName="Data")["Stacks"]
        return bool(stack["EnableTerminationProtection"])

    assert deploy("alone-protected").code == 0
    assert is_protected()
    question = f"Take the protection from being deleted away from Data in {shops.ACCOUNT}/"
    for said, code, protected in (("n\n", 1, True), ("y\n", 0, False)):
        answer(said)
        done = deploy("alone", yes=False)
        assert done.code == code
        assert "Data: is no longer protected from being deleted" in done.out
        assert question in done.out
        assert is_protected() is protected
    assert aws.change_sets() == []


def test_a_failed_update_says_why_and_what_to_do(
    shop: shops.Shop, aws: Aws, deploy: Deploy
) -> None:
    """What failed first, the state that the stack is in, and the stacks that were deployed."""
    shop.state()
    shop.state("moved-failing")
    aws.client("ssm").put_parameter(Name="/shop/taken", Value="x", Type="String")
    assert deploy().code == 0
    done = deploy("moved-failing")
    assert done.code == 3
    assert "Service: UPDATE_ROLLBACK_COMPLETE" in done.out
    assert re.search(r"first failure: (CREATE|UPDATE)_FAILED: Extra", done.out)
    text = " ".join(done.out.split())
    assert "already exists" in text
    assert "The stack is as it was before" in text
    assert "Deployed before, and staying so: Data." in done.out
    assert "FAILED: prod is not deployed as attested" in done.err
    record = records(shop)[-1]
    assert record["result"] == "failed"
    assert [(stack["result"], stack["status"]) for stack in record["stacks"]] == [
        ("deployed", "UPDATE_COMPLETE"),
        ("failed", "UPDATE_ROLLBACK_COMPLETE"),
    ]


def test_a_stack_that_was_never_created_has_to_be_deleted_by_hand(
    shop: shops.Shop, aws: Aws, deploy: Deploy
) -> None:
    """The CDK CLI would delete it before anybody has seen a change set; that is refused."""
    shop.state("failing")
    aws.client("ssm").put_parameter(Name="/shop/taken", Value="x", Type="String")
    first = deploy("failing")
    assert first.code == 3
    delete = f"aws cloudformation delete-stack --stack-name Service --region {shops.REGION}"
    assert "Service: ROLLBACK_COMPLETE" in first.out
    assert delete in first.out
    second = deploy("failing")
    assert second.code == 1
    assert "Service: is ROLLBACK_COMPLETE, and is left as it is." in second.err
    assert delete in second.err
    assert aws.statuses()["Service"] == "ROLLBACK_COMPLETE"


def test_a_change_set_of_another_template_is_not_executed(
    shop: shops.Shop, aws: Aws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody replaces it between its making and its execution: told before any question."""
    shop.state("alone")
    prepare = command.Cli.prepare

    def replaced(self: command.Cli, stack: Stack, *, change_set: str) -> None:
        prepare(self, stack, change_set=change_set)
        client = aws.client("cloudformation")
        client.delete_change_set(StackName=stack.name, ChangeSetName=change_set)
        body = {**stack.template.body, "Description": "another"}
        client.create_change_set(
            StackName=stack.name,
            ChangeSetName=change_set,
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(body),
        )

    monkeypatch.setattr(command.Cli, "prepare", replaced)
    done = deploy("alone")
    assert done.code == 1
    assert "is not the attested Data.template.json; nothing was executed" in done.err
    assert aws.statuses() == {}


def test_files_that_change_meanwhile_stop_the_deployment(
    shop: shops.Shop, aws: Aws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody with this process's rights writes into the private copy: told, and no more done."""
    shop.state()
    execute = command.Cli.execute

    def tampering(self: command.Cli, stack: Stack, *, change_set_id: str) -> None:
        execute(self, stack, change_set_id=change_set_id)
        (self.copy.assembly / "Service.template.json").write_text("{}")

    monkeypatch.setattr(command.Cli, "execute", tampering)
    done = deploy()
    assert done.code == 3
    assert "the private copy changed while it was deployed: Service.template.json" in " ".join(
        done.out.split()
    )
    assert aws.statuses() == {"Data": "CREATE_COMPLETE"}


def test_files_that_change_at_the_end_are_told_loudly(
    shop: shops.Shop, aws: Aws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the last stack they are digested once more."""
    shop.state("alone")
    execute = command.Cli.execute

    def tampering(self: command.Cli, stack: Stack, *, change_set_id: str) -> None:
        execute(self, stack, change_set_id=change_set_id)
        (self.copy.assembly / "tree.json").write_text("{}")

    monkeypatch.setattr(command.Cli, "execute", tampering)
    done = deploy("alone")
    assert done.code == 3
    assert "THE DEPLOYED FILES CHANGED WHILE THEY WERE DEPLOYED: tree.json" in done.out
    assert aws.statuses() == {"Data": "CREATE_COMPLETE"}
    assert records(shop)[-1]["result"] == "failed"


def test_who_interrupts_is_told_what_goes_on(
    shop: shops.Shop, aws: Aws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CDK CLI is ended with this command; CloudFormation is not."""
    shop.state()
    execute = command.Cli.execute

    def interrupted(self: command.Cli, stack: Stack, *, change_set_id: str) -> None:
        execute(self, stack, change_set_id=change_set_id)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(command.Cli, "execute", interrupted)
    done = deploy()
    assert done.code == 128 + signal.SIGTERM
    assert "CloudFormation goes on with what it has begun" in " ".join(done.out.split())
    assert "aws cloudformation describe-stack-events --stack-name Data" in done.out
    assert "Not reached: Service." in done.out
    (record,) = records(shop)
    assert record["result"] == "interrupted"
    assert record["stacks"][0]["result"] == "interrupted"
    assert aws.statuses() == {"Data": "CREATE_COMPLETE"}


def test_what_is_interrupted_while_it_is_prepared_leaves_nothing(
    shop: shops.Shop, aws: Aws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change set is removed, with the stack that was made for it."""
    shop.state("alone")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(change_sets, "described", interrupted)
    done = deploy("alone")
    assert done.code == 130
    assert aws.statuses() == {}
    assert records(shop)[0]["stacks"][0]["result"] == "interrupted"


def test_a_project_in_the_working_folder_has_no_say(
    shop: shops.Shop, aws: Aws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither its cdk.json nor a variable of the CDK CLI synthesizes, builds, or adds a tag."""
    ran = tmp_path / "ran"
    hooks = {"app": f"touch {ran}", "build": f"touch {ran}", "tags": [{"Key": "a", "Value": "b"}]}
    (shop.folder / "cdk.json").write_text(json.dumps(hooks))
    shop.git("add", "cdk.json")
    shop.git("commit", "--quiet", "--message=Hooks")
    shop.state("alone")
    monkeypatch.setenv("CDK_APP", f"touch {ran}")
    monkeypatch.setenv("CDK_TAGS", "a=b")
    done = deploy("alone")
    assert done.code == 0, done.err
    assert not ran.exists()
    (stack,) = aws.client("cloudformation").describe_stacks(StackName="Data")["Stacks"]
    assert stack["Tags"] == []


def test_a_stack_without_resources_is_not_deleted(
    shop: shops.Shop, aws: Aws, deploy: Deploy
) -> None:
    """The CDK CLI would delete it without a change set; where there is none, there is none."""
    shop.state("alone")
    template = shop.assembly("alone") / "Data.template.json"
    whole = template.read_text()
    body = json.loads(whole)
    template.write_text(json.dumps({"Parameters": body["Parameters"]}))
    shop.state("alone")
    done = deploy("alone")
    assert done.code == 0, done.err
    assert "Data: holds no resource; there is no stack." in done.out
    assert aws.statuses() == {}
    empty = template.read_text()
    template.write_text(whole)
    shop.state("alone")
    assert deploy("alone").code == 0
    template.write_text(empty)
    shop.state("alone")
    done = deploy("alone")
    assert done.code == 1
    assert "Data: the attested template holds no resource, and the CDK CLI would" in done.err
    assert aws.statuses() == {"Data": "CREATE_COMPLETE"}
