"""Whoever reads and writes what a key encrypts needs the key as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compliance.findings import Finding, Outcome
from compliance.rehearsal import unasked
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.ledgers import ACCOUNT, function, grant, trust

if TYPE_CHECKING:
    from compliance.rehearsal.model import Grant

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/key-1"
PLAIN = function(
    in_vpc=False, traced=False, log_group="", keys=(), destinations=(), destination_keys=()
)


def _bucket(key: object, *, bucket_key: object = None) -> dict[str, Any]:
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule: dict[str, Any] = {"ServerSideEncryptionByDefault": by_default}
    if bucket_key is not None:
        rule["BucketKeyEnabled"] = bucket_key
    encryption = {"ServerSideEncryptionConfiguration": [rule]}
    return {"Bucket": accounts.resource("AWS::S3::Bucket", BucketEncryption=encryption)}


def _table(key: object) -> dict[str, Any]:
    properties = {"SSESpecification": {"SSEEnabled": True, "KMSMasterKeyId": key}}
    return {"Table": accounts.resource("AWS::DynamoDB::Table", **properties)}


def _secret(key: object) -> dict[str, Any]:
    return {"Secret": accounts.resource("AWS::SecretsManager::Secret", KmsKeyId=key)}


def _findings(resources: dict[str, Any], *granted: Grant, **physical: str) -> list[Finding]:
    key = {"Key": accounts.resource("AWS::KMS::Key")}
    return unasked.findings(
        [trust("Service:lambda.amazonaws.com"), *granted],
        [PLAIN],
        stage=accounts.stage(None, **physical),
        assembly=accounts.assembly({**key, **resources}),
        routes=(),
        api="api/v1",
    )


def _via(service: str, **context: str) -> dict[str, dict[str, str]]:
    keys = {
        f"kms:EncryptionContext:aws:{name.replace('_', ':')}": context[name] for name in context
    }
    return {"StringEquals": {"kms:ViaService": f"{service}.us-east-1.amazonaws.com", **keys}}


GET, PUT = grant("s3:GetObject", f"{accounts.BUCKET}/*"), grant("s3:Put*", f"{accounts.BUCKET}/a/*")


@pytest.mark.parametrize(
    ("resources", "using", "lacking"),
    [
        (_bucket(accounts.get("Key")), GET, "kms:Decrypt"),
        (_bucket(accounts.get("Key")), PUT, "kms:GenerateDataKey"),
        (_bucket({"Ref": "Key"}), GET, "kms:Decrypt"),
        (_table(accounts.get("Key")), grant("dynamodb:Query", f"{accounts.TABLE}/index/i"), ""),
        (_table(accounts.get("Key")), grant("dynamodb:PutItem", accounts.TABLE), ""),
        (_secret({"Ref": "Key"}), grant("secretsmanager:GetSecretValue", accounts.SECRET), ""),
    ],
    ids=["read", "write", "key by its id", "index", "table", "secret"],
)
def test_the_key_goes_with_the_data(resources: dict[str, Any], using: Grant, lacking: str) -> None:
    """Without it AWS refuses the call; with it, through its service or not, all is there."""
    lacking = lacking or "kms:Decrypt"
    (found,) = _findings(resources, using)
    assert (found.outcome, found.observed) == (Outcome.FAIL, f"{lacking} on {KEY}")
    assert "it cannot use the " in found.message
    assert _findings(resources, using, grant(lacking, KEY)) == []
    service = using.action.partition(":")[0]
    assert _findings(resources, using, grant(lacking, KEY, conditions=_via(service))) == []
    assert len(_findings(resources, using, grant(lacking, KEY, conditions=_via("ec2")))) == 1


@pytest.mark.parametrize(
    ("resources", "using"),
    [
        (_bucket(accounts.get("Key")), grant("s3:DeleteObject", f"{accounts.BUCKET}/*")),
        (_bucket(accounts.get("Key")), grant("s3:GetObject", f"{accounts.BUCKET}-2/*")),
        (_bucket(accounts.get("Key")), grant("s3:GetObject", "*", holder="arn:aws:iam::1:role/x")),
        (_bucket("alias/aws/s3"), GET),
        ({"Bucket": accounts.resource("AWS::S3::Bucket")}, GET),
        (_secret({"Ref": "AWS::NoValue"}), grant("secretsmanager:*", "*")),
    ],
    ids=["deletes", "another bucket", "another role", "key of AWS", "no key", "no value"],
)
def test_who_does_not_use_the_key_needs_it_not(resources: dict[str, Any], using: Grant) -> None:
    """Other data, another role, or a key that AWS lets everybody use."""
    assert _findings(resources, using) == []


def test_a_bucket_key_is_for_the_bucket() -> None:
    """Without one, the condition has to take in the objects."""
    of_bucket = grant("kms:Decrypt", KEY, conditions=_via("s3", s3_arn=accounts.BUCKET))
    key = accounts.get("Key")
    assert _findings(_bucket(key, bucket_key=True), GET, of_bucket) == []
    for without in (False, None):
        (found,) = _findings(_bucket(key, bucket_key=without), GET, of_bucket)
        assert found.outcome is Outcome.UNDECIDED
    objects = {"StringLike": {"kms:EncryptionContext:aws:s3:arn": f"{accounts.BUCKET}/*"}}
    of_objects = grant("kms:Decrypt", KEY, conditions=objects)
    assert _findings(_bucket(key), GET, of_objects) == []
    (found,) = _findings(_bucket(key, bucket_key=True), GET, of_objects)
    assert found.outcome is Outcome.FAIL


def test_a_table_s_key_may_be_for_the_table() -> None:
    """And not for another one."""
    using = grant("dynamodb:GetItem", accounts.TABLE)
    for table, count in {"table-1": 0, "table-2": 1}.items():
        conditions = _via("dynamodb", dynamodb_tableName=table, dynamodb_subscriberId=ACCOUNT)
        granted = grant("kms:Decrypt", KEY, conditions=conditions)
        assert len(_findings(_table(accounts.get("Key")), using, granted)) == count, table


@pytest.mark.parametrize(
    "key", ["alias/mine", {"Fn::ImportValue": "of-another-assembly"}], ids=["alias", "import"]
)
def test_a_key_that_cannot_be_told_is_not_decided(key: object) -> None:
    """Whatever the role may do with other keys."""
    (found,) = _findings(_bucket(key), GET, grant("kms:*", "*"))
    assert found.outcome is Outcome.UNDECIDED


def test_what_was_not_deployed_has_no_key() -> None:
    """Under a condition that is false."""
    resources = _bucket(accounts.get("Key"))
    resources["Bucket"]["Condition"] = "Never"
    assert _findings(resources, grant("s3:*", "*"), Bucket="") == []
