"""What looks like a secret is masked; what a reviewer needs to see is not."""

from __future__ import annotations

import json

import pytest

from compliance.masking import mask_finding, mask_text, mask_value
from tests.reports.runs import make_finding

SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


@pytest.mark.parametrize(
    ("observed", "shown"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "AKIA[masked access key id]"),
        ('["ASIAIOSFODNN7EXAMPLE"]', '["ASIA[masked access key id]"]'),
        (SECRET_KEY, "[masked secret key]"),
        (f"key {SECRET_KEY}, id", "key [masked secret key], id"),
        (PEM, "[masked private key]"),
        (PEM[:50], "[masked private key]"),
        (json.dumps(PEM), '"[masked private key]"'),
        (JWT, "[masked token]"),
        ("ghp_" + "a1B2" * 9, "ghp_[masked token]"),
        ("postgres://app:s3cr3t@db:5432/items", "postgres://app:[masked]@db:5432/items"),
        ('{"Password":"hunter2"}', '{"Password":"[masked]"}'),
        (
            '{"Variables":{"DB_PASSWORD":"x y","A":"b"}}',
            '{"Variables":{"DB_PASSWORD":"[masked]","A":"b"}}',
        ),
        ('[{"Name":"API_KEY","Value":"k1"}]', '[{"Name":"API_KEY","Value":"[masked]"}]'),
        ('{"clientSecret":{"Fn::Sub":"abc"}}', '{"clientSecret":{"Fn::Sub":"[masked]"}}'),
        ('{"a":"{\\"token\\":\\"abc\\"}"}', '{"a":"{\\"token\\":\\"[masked]\\"}"}'),
        ('{"Password":"hunter2, and cut o', '{"Password":"[masked]'),
        ("password=hunter2;user=app", "password=[masked];user=app"),
        ("secret_access_key: hunter2", "secret_access_key: [masked]"),
    ],
)
def test_a_secret_in_the_observed_value_is_masked(observed: str, shown: str) -> None:
    """Keys by their form, values by the name beside them; the rest of the value stays."""
    assert mask_finding(make_finding(observed=observed)).observed == shown


@pytest.mark.parametrize(
    "observed",
    [
        "*",
        '"NONE"',
        '{"Ref":"DatabasePassword"}',
        '{"Password":{"Ref":"DatabasePassword"}}',
        '{"Password":"{{resolve:secretsmanager:db:SecretString:password}}"}',
        '{"MasterUserSecret":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"}',
        '{"ApiKeyRequired":true,"GenerateSecret":false}',
        '{"Action":"secretsmanager:GetSecretValue","Resource":"*"}',
        '{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:org/app"}}',
        "arn:aws:iam::111122223333:role/ServerlessStack-HandlerRole1",
        "ApiStack/Api2/Default/items/GET/Resource",
        "FargateServiceTaskDefwebLogGroup71FAF541",
        "0123456789abcdef0123456789abcdef01234567",
        "AIDAJQABLZS4A3QDU576Q",
        "https://example.com/a@b",
    ],
)
def test_evidence_is_left_alone(observed: str) -> None:
    """References, switches, ARNs, actions, paths and hashes are what a reviewer has to see."""
    assert mask_finding(make_finding(observed=observed)).observed == observed


@pytest.mark.parametrize("observed", ["hunter2", '"hunter2"', '{"Fn::Sub":"hunter2"}'])
def test_the_property_names_a_secret(observed: str) -> None:
    """A bare value is judged by the property that it was seen at, and found in the message too."""
    masked = mask_finding(
        make_finding(
            location="Properties.Environment.Variables.DB_PASSWORD",
            observed=observed,
            message="The value hunter2 is in plain text.",
        )
    )
    assert "hunter2" not in masked.observed
    assert masked.message == "The value [masked] is in plain text."


@pytest.mark.parametrize("observed", ["absent", "true", '{"Ref":"Password"}'])
def test_a_property_that_names_a_secret_may_point_to_one(observed: str) -> None:
    """That a password is absent, or comes from a parameter, is no secret."""
    finding = make_finding(location="Properties.MasterUserPassword", observed=observed)
    assert mask_finding(finding).observed == observed


@pytest.mark.parametrize(
    "text",
    [
        "Store no password: use a role instead.",
        "The API key that it asks for is no authorization.",
        "Secrets Manager's secret has no resource policy.",
        "Set --token-ttl, see https://docs.aws.amazon.com/IAM/latest/UserGuide/.",
    ],
)
def test_prose_about_secrets_is_left_alone(text: str) -> None:
    """A sentence that speaks of passwords is not one."""
    assert mask_text(text) == text


def test_deep_nesting_does_not_break_masking() -> None:
    """A value nested deeper than Python recurses is masked as text."""
    observed = '{"password":' * 100_000 + '"hunter2"'
    assert "hunter2" not in mask_finding(make_finding(observed=observed)).observed


def test_a_value_is_masked_by_the_name_of_its_property_or_of_its_keys() -> None:
    """What only points to a secret, and what is none, stays."""
    assert mask_value("hunter22", name="MasterUserPassword") == "[masked]"
    assert mask_value("hunter22", name="MasterUsername") == "hunter22"
    assert mask_value({"DB_PASSWORD": "hunter22", "DB": 3}) == {"DB_PASSWORD": "[masked]", "DB": 3}
    reference = {"Ref": "DbPassword"}
    assert mask_value(reference, name="MasterUserPassword") == reference


def test_a_text_full_of_heads_of_tokens_is_read_once() -> None:
    """Each run of letters is looked at once: a megabyte of `eyJ-` is masked as fast as prose."""
    assert mask_text("eyJ-" * 250_000) == "eyJ-" * 250_000
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
    assert mask_text(f"x-{token}, {token}.") == "x-[masked token], [masked token]."
    long = "eyJ" + "a" * 5_000 + token[20:]
    assert mask_text(long) == "[masked token]"
    assert mask_text("abc.eyJhbGciOiJIUzI1NiJ9.x") == "abc.eyJhbGciOiJIUzI1NiJ9.x"
