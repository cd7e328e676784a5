"""Policy data of attestations and deployments."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compliance import config
from compliance.findings import SynthgateError

ROOT = Path(__file__).parents[3]


def load(folder: Path, text: str) -> config.Config:
    """The settings of a file."""
    path = folder / "policy.toml"
    path.write_text(f"[tool.synthgate]\n{text}\n", encoding="utf-8")
    return config.load(path)


def test_nothing_is_signed_and_a_day_is_the_limit_by_default(tmp_path: Path) -> None:
    """No account is known, and no contract tests."""
    found = load(tmp_path, "")
    assert (found.attestation.public_key, found.attestation.maximum_age_hours) == (None, 24)
    assert (found.deploy.accounts, found.deploy.contract_tests) == ({}, None)


def test_all_can_be_set(tmp_path: Path) -> None:
    """Accounts by environment."""
    found = load(
        tmp_path,
        "environments = ['dev', 'prod']\n"
        "attestation = {public-key = 'a.pub', maximum-age-hours = 2}\n"
        "deploy = {accounts = {prod = '123456789012'}, contract-tests = 'pytest x'}",
    )
    assert (found.attestation.public_key, found.attestation.maximum_age_hours) == ("a.pub", 2)
    assert found.deploy.accounts == {"prod": "123456789012"}
    assert found.deploy.contract_tests == "pytest x"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("attestation.maximum-age-hours = 0", "attestation.maximum-age-hours: Input should be g"),
        ("attestation.maximum-age-hours = 721", "Input should be less than or equal to 720"),
        ("attestation.key = 'x'", "attestation.key: unknown setting"),
        ("deploy.accounts = {prod = '1234'}", "deploy.accounts.prod: String should match"),
        ("deploy.accounts = {'../x' = '123456789012'}", "deploy.accounts.../x"),
        (
            "environments = ['dev']\ndeploy.accounts = {prod = '123456789012'}",
            "deploy.accounts: no environment 'prod'; one of dev",
        ),
        ('deploy.contract-tests = "a\\nb"', "deploy.contract-tests: String should match"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    """With the setting and what is allowed, in one line."""
    with pytest.raises(SynthgateError, match=re.escape(told)) as error:
        load(tmp_path, text)
    assert "\n" not in str(error.value)


def test_the_settings_that_the_readme_shows_are_settings(tmp_path: Path) -> None:
    """Whoever copies them gets no error."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = [
        block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "threshold" in block
    ]
    path = tmp_path / "policy.toml"
    path.write_text(shown, encoding="utf-8")
    found = config.load(path)
    assert found.attestation.public_key == "keys/attestation.pub"
    assert found.deploy.accounts == {"prod": "123456789012"}
