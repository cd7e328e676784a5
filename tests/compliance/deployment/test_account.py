"""Whoever is asked who deploys is who the CDK CLI deploys as, and nothing diverts the CLI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from compliance.deployment import account as accounts
from compliance.deployment.account import Account
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from tests.compliance.deployment.conftest import Aws

HOME = Path("/home/of/the/cli")


def account(*, profile: str | None) -> Account:
    """An account that is known already."""
    return Account(
        id="123456789012",
        caller="arn:aws:sts::123456789012:assumed-role/deployer/me",
        region="eu-west-1",
        profile=profile,
        session=boto3.Session(),
    )


GIVEN = {
    "PATH": "/bin",
    "HTTPS_PROXY": "http://proxy:3128",
    "AWS_ACCESS_KEY_ID": "AKIA",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
    "AWS_PROFILE": "other",
    "AWS_DEFAULT_PROFILE": "other",
    "AWS_REGION": "us-west-2",
    "AWS_DEFAULT_REGION": "us-west-2",
    "CDK_APP": "evil",
    "CDK_PLUGIN": "evil",
    "cdk_toolkit_stack_name": "evil",
    "CDK_HOME": "/home/of/the/user",
}


def test_the_cli_is_given_the_keys_that_were_asked_with() -> None:
    """The stack's region, no profile, and none of the variables that are options of the CLI."""
    found = account(profile=None).environ(GIVEN, home=HOME, region="us-east-1")
    assert found == {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://proxy:3128",
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "1",
        "NO_COLOR": "1",
        "CDK_HOME": str(HOME),
    }


def test_no_variable_makes_the_cli_another_program() -> None:
    """What Node.js, its cryptography and the linker load by is dropped; certificates stay."""
    certificates = {"NODE_EXTRA_CA_CERTS": "/ca.pem", "SSL_CERT_FILE": "/ca.pem"}
    loading = ("NODE_OPTIONS", "NODE_PATH", "NODE_REPL_EXTERNAL_MODULE", "node_options")
    others = ("NODE_TLS_REJECT_UNAUTHORIZED", "ELECTRON_RUN_AS_NODE", "OPENSSL_CONF", "LD_PRELOAD")
    given = {**certificates, **dict.fromkeys((*loading, *others), "evil")}
    found = account(profile=None).environ(given, home=HOME, region="us-east-1")
    assert "evil" not in found.values()
    assert certificates.items() <= found.items()


def test_the_keys_of_the_environment_do_not_stand_beside_a_profile() -> None:
    """Which of the two counts is told otherwise by boto3 than by the CLI."""
    found = account(profile="prod").environ(GIVEN, home=HOME, region="us-east-1")
    assert not {name for name in found if "KEY" in name or "TOKEN" in name or "PROFILE" in name}


def test_a_profile_of_the_environment_counts_before_its_keys(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does for the CDK CLI; so both are asked with the same."""
    settings = tmp_path / "config"
    settings.write_text(
        "[profile prod]\nregion = ap-south-1\naws_access_key_id = 999999999999\n"
        "aws_secret_access_key = local\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(settings))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    environ = {"AWS_PROFILE": "prod", "AWS_ACCESS_KEY_ID": aws.local.account}
    found = accounts.ask(profile=None, region=None, environ=environ)
    assert (found.profile, found.id, found.region) == ("prod", "999999999999", "ap-south-1")
    assert accounts.ask(profile="prod", region="us-east-1", environ={}).region == "us-east-1"
    assert accounts.ask(profile=None, region=None, environ={"AWS_REGION": "eu-west-1"}).region == (
        "eu-west-1"
    )
    with pytest.raises(SynthgateError, match="no region is named; next: --region"):
        accounts.ask(profile=None, region=None, environ={})


def test_a_profile_that_is_not_there() -> None:
    """It is named, with the next step."""
    with pytest.raises(SynthgateError, match=r"profile \(nowhere\) could not be found; next: "):
        accounts.ask(profile="nowhere", region=None, environ={})


@pytest.mark.parametrize("program", ["/bin/echo no JSON", "/no/such/program"])
def test_credentials_of_a_program_that_fails(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is told in one line, with the next step."""
    file = tmp_path / "config"
    file.write_text(f"[profile odd]\nregion = eu-west-1\ncredential_process = {program}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    with pytest.raises(SynthgateError, match=r"AWS does not say who deploys: .+; next: sign"):
        accounts.ask(profile="odd", region=None, environ={})


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://sts.us-east-1.amazonaws.com", True),
        ("https://cloudformation.cn-north-1.amazonaws.com.cn", True),
        ("https://s3.dualstack.us-east-1.api.aws", True),
        ("http://sts.us-east-1.amazonaws.com", False),
        ("https://amazonaws.com.example.com", False),
        ("https://localhost:4566", False),
    ],
)
def test_which_hosts_are_aws(url: str, *, known: bool) -> None:
    """Any other is said aloud."""
    assert accounts._is_aws(url) is known


def test_settings_that_change_nothing_are_allowed(tmp_path: Path) -> None:
    """Who has switched telemetry off, and has no file, can deploy."""
    environ = {"HOME": str(tmp_path)}
    accounts.refuse_own_settings(environ)
    (tmp_path / ".cdk.json").write_text('{"notices": false, "context": {"cli-telemetry": false}}')
    accounts.refuse_own_settings(environ)
    for text in ("[]", '{"context": "a"}', '{"roleArn": "x"}'):
        (tmp_path / ".cdk.json").write_text(text)
        with pytest.raises(SynthgateError, match=r"~/\.cdk\.json: sets "):
            accounts.refuse_own_settings(environ)
