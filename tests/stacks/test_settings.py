"""Settings: every block is valid, and whatever is wrong is explained in one line."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from stacks.settings import Authorization, Environment, SettingsError, load_settings

CONTEXT: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "cdk.json").read_bytes()
)["context"]
ABSENT = object()


def changed(place: str, value: object, *, environment: str = "prod") -> dict[str, Any]:
    """Return the context with one setting of an environment replaced, added or taken out."""
    context = copy.deepcopy(CONTEXT)
    *parents, name = place.split(".")
    block: Any = context["environments"][environment]
    for parent in parents:
        block = block[parent]
    if value is ABSENT:
        del block[name]
    else:
        block[name] = value
    return context


def complaint(context: dict[str, Any], environment: object = "prod") -> str:
    """Return what is said about a context, which must be wrong."""
    with pytest.raises(SettingsError) as raised:
        load_settings(context, environment=environment)
    return str(raised.value)


@pytest.mark.parametrize("environment", list(Environment))
def test_each_environment_has_a_valid_block(environment: Environment) -> None:
    """cdk.json holds a block for every environment, and its settings are accepted."""
    settings = load_settings(CONTEXT, environment=environment)
    assert settings.environment is environment
    assert settings.log_retention_days == 400
    assert settings.api.authorization is Authorization.IAM
    assert settings.api.cache is None
    assert settings.network.nat_gateways == 0


def test_prod_protects_and_both_upper_environments_have_a_firewall() -> None:
    """Data outlives its stack in prod alone; staging and prod stand behind the firewall."""
    settings = {name: load_settings(CONTEXT, environment=name) for name in Environment}
    assert [name for name in settings if settings[name].protect] == ["prod"]
    assert [name for name in settings if settings[name].api.firewall] == ["staging", "prod"]


P = "cdk.json: context.environments.prod"
CIDR = "a private IPv4 network from /16 to /24, as in '10.20.0.0/16'"
ORIGINS = (
    "at least one https:// origin without path and without '*', the first of which API Gateway's "
    "own error responses name"
)
RETENTION = "30, 60, 90, 120, 150, 180, 365, 400, 545, 731 or 1096 (days)"


@pytest.mark.parametrize(
    ("place", "value", "allowed"),
    [
        ("log_retention_days", 1, RETENTION),
        ("log_retention_days", "400", RETENTION),
        ("log_retention_days", 400.5, RETENTION),
        ("region", "US", "an AWS region, as in 'us-east-1'"),
        ("account", 123456789012, "a string of 12 digits, or left out (the deploying account)"),
        ("alarm_email", "nobody", "one e-mail address"),
        (
            "project",
            "My Project",
            "3 to 40 lower-case letters, digits and hyphens; it prefixes the stack names",
        ),
        (
            "protect",
            "yes",
            "true (the stacks cannot be deleted, and data, keys and logs outlive them) or false",
        ),
        ("network", [], "an object"),
        ("network.cidr", "8.8.0.0/16", CIDR),
        ("network.cidr", "10.0.0.0/8", CIDR),
        ("network.cidr", "10.0.0.1/16", CIDR),
        ("network.zones", 1, "2 or 3 (availability zones)"),
        ("network.nat_gateways", True, "0 (isolated subnets, VPC endpoints only) to 3"),
        (
            "network.prefix_lists.s3",
            "0.0.0.0/0",
            "the id of the region's prefix list com.amazonaws.<region>.s3, as in 'pl-63a5400a'",
        ),
        (
            "network.prefix_lists.dynamodb",
            "*",
            (
                "the id of the region's prefix list com.amazonaws.<region>.dynamodb, as in "
                "'pl-02cd2c6b'"
            ),
        ),
        (
            "function.timeout_seconds",
            29,
            "1 to 28 (seconds), so that the function answers before API Gateway gives up at 29",
        ),
        ("function.memory_mb", 64, "128 to 10240 (MB)"),
        ("function.reserved_concurrency", 0, "1 to 1000 (concurrent executions)"),
        ("function.retry_attempts", 3, "0 to 2 (retries of an asynchronous invocation)"),
        ("function.log_level", "TRACE", "DEBUG, INFO, WARNING or ERROR"),
        ("items.default_limit", 0, "1 to 100 (items a page)"),
        ("items.max_limit", 10, "1 to 100 (items a page), not less than default_limit"),
        (
            "items.inline_data_bytes",
            50000,
            (
                "0 to 358400 (bytes of an item's data kept in the table; larger goes to S3), and "
                "with max_limit items at most 2097152 a page"
            ),
        ),
        ("api.authorization", "none", "'iam' (SigV4) or 'cognito'"),
        (
            "api.cache",
            {"size_gb": "0.5", "ttl_seconds": 60},
            (
                "left out, or an object with size_gb and ttl_seconds when api.authorization is "
                "'cognito' (a SigV4 signature differs with every call, so that a cache keyed by it "
                "never answers and one not keyed by it answers the wrong caller)"
            ),
        ),
        (
            "api.cognito",
            {"domain_prefix": "items", "callback_urls": ["https://items.example.com"]},
            (
                "an object with domain_prefix and callback_urls exactly when api.authorization is "
                "'cognito', else left out"
            ),
        ),
        ("api.allowed_origins", [], ORIGINS),
        ("api.allowed_origins[0]", "*", ORIGINS),
        ("api.allowed_origins[0]", "https://items.example.com/path", ORIGINS),
        ("api.rate_limit", 0, "1 to 10000 (requests a second)"),
        ("api.burst_limit", 10001, "1 to 10000 (requests)"),
        ("api.daily_quota", "many", "1 or more (requests a day and key)"),
        ("api.firewall", 1, "true or false"),
        (
            "api.account_logging",
            None,
            (
                "true where this app sets the account's one CloudWatch role for API Gateway in "
                "this region, false where someone else has set it"
            ),
        ),
    ],
)
def test_a_wrong_setting_is_explained(place: str, value: object, allowed: str) -> None:
    """The message is one line: the place, the value seen, what is allowed, the next step."""
    setting, item, _ = place.partition("[0]")
    assert complaint(changed(setting, [value] if item else value)) == (
        f"{P}.{place}: found {json.dumps(value)}; allowed: {allowed}; next: correct it"
    )


@pytest.mark.parametrize(
    ("place", "allowed"),
    [
        ("region", "an AWS region, as in 'us-east-1'"),
        ("api.daily_quota", "1 or more (requests a day and key)"),
        (
            "network.prefix_lists.dynamodb",
            (
                "the id of the region's prefix list com.amazonaws.<region>.dynamodb, as in "
                "'pl-02cd2c6b'"
            ),
        ),
    ],
)
def test_a_missing_setting_is_explained(place: str, allowed: str) -> None:
    """There are no defaults to fall back on: what is missing is asked for."""
    assert complaint(changed(place, ABSENT)) == (
        f"{P}.{place}: found nothing; allowed: {allowed}; next: add it"
    )


@pytest.mark.parametrize(
    ("place", "allowed"),
    [
        (
            "retention",
            (
                "environment, project, account, region, alarm_email, log_retention_days, protect, "
                "backup_retention_days, network, function, items, api"
            ),
        ),
        (
            "api.waf",
            (
                "authorization, cognito, cache, rate_limit, burst_limit, daily_quota, firewall, "
                "account_logging, allowed_origins"
            ),
        ),
        ("network.prefix_lists.ssm", "s3, dynamodb"),
    ],
)
def test_an_unknown_setting_is_explained(place: str, allowed: str) -> None:
    """A misspelled setting is not ignored; the ones of its block are listed."""
    assert complaint(changed(place, value=True)) == (
        f"{P}.{place}: found true; allowed: only {allowed}; next: remove or rename it"
    )


def test_a_block_does_not_name_its_environment() -> None:
    """The block's own name is the environment, and nothing in it can say otherwise."""
    assert complaint(changed("environment", "dev")) == (
        f'{P}.environment: found "dev"; allowed: nothing, the block\'s own name is the '
        "environment; next: remove it"
    )


def test_cognito_needs_its_settings() -> None:
    """Cognito without a domain and callback addresses is refused, not half built."""
    assert complaint(changed("api.authorization", "cognito")).startswith(
        f"{P}.api.cognito: found null; allowed: an object with domain_prefix and callback_urls"
    )


def test_a_setting_of_a_nested_optional_block_is_named() -> None:
    """A typing error inside the Cognito block lists that block's settings."""
    context = changed("api.authorization", "cognito")
    context["environments"]["prod"]["api"]["cognito"] = {
        "domain_prefix": "items",
        "callback_urls": ["https://items.example.com"],
        "mfa": False,
    }
    assert complaint(context) == (
        f"{P}.api.cognito.mfa: found false; allowed: only domain_prefix, callback_urls; "
        "next: remove or rename it"
    )


def test_backups_need_a_protected_environment() -> None:
    """Where the key goes with the stack, a copy could not be read afterwards."""
    assert complaint(changed("backup_retention_days", 7, environment="dev"), "dev") == (
        "cdk.json: context.environments.dev.backup_retention_days: found 7; allowed: left out, or "
        "1 to 365 (days that AWS Backup keeps the table's daily copies) where protect is true: a "
        "copy must not outlive the key it needs; next: correct it"
    )


def test_several_wrong_settings_are_counted() -> None:
    """The first is explained, the others are counted, still in one line."""
    context = changed("region", "US")
    context["environments"]["prod"]["alarm_email"] = ""
    context["environments"]["prod"]["api"]["burst_limit"] = -1
    message = complaint(context)
    assert message.startswith(f'{P}.region: found "US"')
    assert message.endswith(" (and 2 more)")
    assert "\n" not in message


def test_a_long_value_is_cut() -> None:
    """A pasted document does not flood the terminal."""
    message = complaint(changed("project", "x" * 500))
    assert f'found "{"x" * 79}…; allowed' in message


@pytest.mark.parametrize("name", ["production", "", None, 3, ["dev"]])
def test_an_unknown_environment_is_named_with_those_that_exist(name: object) -> None:
    """Whatever stands in for the environment's name, the error lists the real ones."""
    assert complaint(CONTEXT, name) == (
        f"cdk.json: context.environment: found {json.dumps(name)}; allowed: dev, staging, prod; "
        "next: pass '-c environment=<name>' or correct it"
    )


@pytest.mark.parametrize("block", [None, [], "prod"])
def test_a_block_that_is_no_object_is_refused(block: object) -> None:
    """A malformed or missing block is named, not taken for an empty one."""
    assert complaint({"environments": {"prod": block}}) == (
        f"{P}: found {json.dumps(block)}; allowed: an object with the settings of prod; "
        "next: add it"
    )
    assert complaint({"environments": []}).startswith(f"{P}: found null;")
