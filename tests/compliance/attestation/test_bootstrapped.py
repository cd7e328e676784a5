"""Roles, buckets and targets that `cdk bootstrap` has not made are told."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly import read
from compliance.attestation import bootstrapped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACCOUNT, OTHER, REGION = "123456789012", "999999999999", "eu-west-1"
TAIL = f"{ACCOUNT}-{REGION}"
TOLD = ": not what `cdk bootstrap` makes in the account and region of the stack"


def role(name: str, account: str = ACCOUNT) -> str:
    """An ARN as CDK's default synthesizer writes it."""
    return f"arn:${{AWS::Partition}}:iam::{account}:role/{name}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An assembly of the default synthesizer, with a stage."""
    top = tmp_path / "cdk.out"
    stage = top / "assembly-Prod"
    stage.mkdir(parents=True)
    properties = {
        "templateFile": "A.template.json",
        "assumeRoleArn": role(f"cdk-hnb659fds-deploy-role-{TAIL}"),
        "cloudFormationExecutionRoleArn": role(f"cdk-hnb659fds-cfn-exec-role-{TAIL}"),
        "stackTemplateAssetObjectUrl": f"s3://cdk-hnb659fds-assets-{TAIL}/a.json",
        "lookupRole": {"arn": role(f"cdk-hnb659fds-lookup-role-{TAIL}")},
    }
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{ACCOUNT}/{REGION}",
        "properties": properties,
    }
    assets = {"type": "cdk:asset-manifest", "properties": {"file": "A.assets.json"}}
    inner = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    destination = {
        "bucketName": f"cdk-hnb659fds-assets-{TAIL}",
        "objectKey": "a.json",
        "region": REGION,
        "assumeRoleArn": role(f"cdk-hnb659fds-file-publishing-role-{TAIL}"),
    }
    files = {"a": {"source": {"path": "A.template.json"}, "destinations": {"x": destination}}}
    for place, more in ((top, {"Prod": inner, "Tree": {"type": "cdk:tree"}}), (stage, {})):
        (place / "A.template.json").write_text('{"Resources": {}}')
        write(place / "A.assets.json", {"files": files})
        artifacts = {"A": stack, "A.assets": assets, **more}
        write(place / "manifest.json", {"version": "48.0.0", "artifacts": artifacts})
    return top


def write(path: Path, document: object) -> None:
    """Write a document as JSON."""
    path.write_text(json.dumps(document))


def with_stack(path: Path, **changes: Any) -> None:  # noqa: ANN401 - any JSON
    """Change properties of a manifest's stack."""
    document = json.loads(path.read_text())
    document["artifacts"]["A"]["properties"].update(changes)
    write(path, document)


def with_destination(path: Path, **changes: Any) -> None:  # noqa: ANN401 - likewise
    """Change where an asset is published to."""
    document = json.loads(path.read_text())
    document["files"]["a"]["destinations"]["x"].update(changes)
    write(path, document)


def test_what_cdk_names_by_default_is_not_told(
    folder: Path, assemblies: Callable[[str], Path]
) -> None:
    """The project's own assemblies, too; and each thing once, though two folders name it."""
    assert bootstrapped.others(read(folder)) == ()
    assert len(bootstrapped.named(read(folder))) == 7
    for name in ("dev", "prod"):
        found = read(assemblies(name))
        assert bootstrapped.named(found)
        assert bootstrapped.others(found) == ()


def test_placeholders_and_other_qualifiers_are_cdks_own(folder: Path) -> None:
    """A stack that names no account leaves it to the CLI to fill in."""
    tail = "${AWS::AccountId}-${AWS::Region}"
    for place in (folder / "manifest.json", folder / "assembly-Prod" / "manifest.json"):
        with_stack(place, assumeRoleArn=role(f"cdk-mine-deploy-role-{tail}", "${AWS::AccountId}"))
    assert bootstrapped.others(read(folder)) == ()


@pytest.mark.parametrize(
    ("changes", "told", "account"),
    [
        (
            {"cloudFormationExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/Admin"},
            f"CloudFormation's role arn:aws:iam::{ACCOUNT}:role/Admin",
            ACCOUNT,
        ),
        (
            {"assumeRoleArn": role(f"cdk-hnb659fds-deploy-role-{OTHER}-{REGION}", OTHER)},
            f"deploying role {role(f'cdk-hnb659fds-deploy-role-{OTHER}-{REGION}', OTHER)}",
            OTHER,
        ),
        (
            {"lookupRole": {"arn": role(f"cdk-hnb659fds-lookup-role-{ACCOUNT}-us-west-2")}},
            f"looking-up role {role(f'cdk-hnb659fds-lookup-role-{ACCOUNT}-us-west-2')}",
            ACCOUNT,
        ),
        (
            {"cloudFormationExecutionRoleArn": role(f"cdk-hnb659fds-deploy-role-{TAIL}")},
            f"CloudFormation's role {role(f'cdk-hnb659fds-deploy-role-{TAIL}')}",
            ACCOUNT,
        ),
        (
            {"stackTemplateAssetObjectUrl": f"s3://cdk-hnb659fds-assets-{OTHER}-{REGION}/a.json"},
            f"template in s3://cdk-hnb659fds-assets-{OTHER}-{REGION}/a.json",
            OTHER,
        ),
        (
            {"stackTemplateAssetObjectUrl": f"https://cdk-hnb659fds-assets-{TAIL}/a.json"},
            f"template in https://cdk-hnb659fds-assets-{TAIL}/a.json",
            ACCOUNT,
        ),
        (
            {"notificationArns": ["arn:aws:sns:us-east-1:999999999999:mine\x1b[2J"]},
            "events to arn:aws:sns:us-east-1:999999999999:mine\\x1b[2J",
            "",
        ),
        ({"cloudFormationExecutionRoleArn": 7}, "CloudFormation's role 7", ""),
    ],
)
def test_what_a_stack_names_otherwise_is_told(
    folder: Path, changes: dict[str, Any], told: str, account: str
) -> None:
    """By the template of its stack, and with the account that it belongs to, where it tells."""
    with_stack(folder / "assembly-Prod" / "manifest.json", **changes)
    found = read(folder)
    assert bootstrapped.others(found) == (f"assembly-Prod/A.template.json: {told}{TOLD}",)
    (other,) = [each for each in bootstrapped.named(found) if not each.is_own]
    assert other.account == account


@pytest.mark.parametrize(
    ("changes", "told", "account"),
    [
        ({"bucketName": "mine"}, "bucket of assets mine", ""),
        (
            {"bucketName": f"cdk-hnb659fds-assets-{OTHER}-{REGION}"},
            f"bucket of assets cdk-hnb659fds-assets-{OTHER}-{REGION}",
            OTHER,
        ),
        ({"region": "us-west-2"}, "region of assets us-west-2", ""),
        (
            {"assumeRoleArn": f"arn:aws:iam::{OTHER}:role/publisher"},
            f"publishing role arn:aws:iam::{OTHER}:role/publisher",
            OTHER,
        ),
    ],
)
def test_where_assets_go_otherwise_is_told(
    folder: Path, changes: dict[str, Any], told: str, account: str
) -> None:
    """By their manifest."""
    with_destination(folder / "A.assets.json", **changes)
    found = read(folder)
    assert bootstrapped.others(found) == (f"A.assets.json: {told}{TOLD}",)
    (other,) = [each for each in bootstrapped.named(found) if not each.is_own]
    assert other.account == account


def test_a_stack_without_roles_names_none(folder: Path) -> None:
    """It is deployed by the caller's own rights."""
    shutil.rmtree(folder / "assembly-Prod")
    document = json.loads((folder / "manifest.json").read_text())
    del document["artifacts"]["Prod"], document["artifacts"]["A.assets"]
    document["artifacts"]["A"]["properties"] = {"templateFile": "A.template.json"}
    write(folder / "manifest.json", document)
    assert bootstrapped.named(read(folder)) == ()
