"""What data goes with a resource."""

from __future__ import annotations

import pytest

from compliance.review.losses import DATA, SNAPSHOTS
from compliance.review.model import Kind
from tests.compliance.review.templates import Body, of, only

KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


OUTSIDE = "keeps the old one, outside of the stack"


def _replaced(old: Body, new: Body | None = None) -> tuple[str, str]:
    """Return the loss and what is kept, of a log group that gets another name."""
    before = of("AWS::Logs::LogGroup", LogGroupName="a") | old
    after = of("AWS::Logs::LogGroup", LogGroupName="b") | (old if new is None else new)
    found = only({"A": before}, {"A": after})
    return found.loss, found.kept


@pytest.mark.parametrize(
    ("body", "loss"),
    [
        (of("AWS::DynamoDB::Table"), "the table and all its items are deleted"),
        (of("AWS::Logs::LogGroup"), "the log group and all its events are deleted"),
        (of("AWS::Cognito::UserPool"), "the user pool and all its users are deleted"),
        (
            of("AWS::KMS::Key"),
            (
                "the key is scheduled for deletion; after its waiting period, nobody can read "
                "what is encrypted with it"
            ),
        ),
        (
            of(
                "AWS::S3::Bucket",
                Tags=[None, {"Key": "aws-cdk:auto-delete-objects", "Value": "true"}],
            ),
            "the bucket and all its objects are deleted",
        ),
        (
            of("AWS::ECR::Repository", EmptyOnDelete=True, Tags="garbage"),
            "the image repository and all its images are deleted",
        ),
        (
            of("AWS::RDS::DBInstance") | {"DeletionPolicy": "Delete"},
            "the database and all its data are deleted",
        ),
        (of("AWS::RDS::DBInstance", DBClusterIdentifier="c"), ""),
        (
            of("AWS::DynamoDB::Table") | {"DeletionPolicy": "Snapshot"},
            "the table and all its items are deleted",
        ),
        (
            of("AWS::SQS::Queue") | {"DeletionPolicy": {"Ref": "P"}},
            (
                "the queue and all its messages are deleted, unless DeletionPolicy, which only the "
                "deployment knows, keeps them"
            ),
        ),
        (of("AWS::IAM::Role"), ""),
    ],
)
def test_what_is_removed_takes_its_data_along(body: Body, loss: str) -> None:
    """As its deletion policy has it, or the default of its type."""
    found = only({"A": body}, {})
    assert (found.kind, found.loss, found.kept) == (Kind.REMOVED, loss, "")
    assert found.reasons == ()


NOT_EMPTY = "one that is not cannot be deleted and is left behind, outside of the stack"


@pytest.mark.parametrize(
    ("body", "loss", "kept"),
    [
        (of("AWS::S3::Bucket"), "the bucket is deleted if it is empty", NOT_EMPTY),
        (of("AWS::Backup::BackupVault"), "the backup vault is deleted if it is empty", NOT_EMPTY),
        (
            of("AWS::RDS::DBCluster"),
            "the database cluster is deleted",
            "a snapshot of it is kept",
        ),
        (of("AWS::RDS::DBInstance"), "the database is deleted", "a snapshot of it is kept"),
        (
            of("AWS::EC2::Volume") | {"DeletionPolicy": "Snapshot"},
            "the volume is deleted",
            "a snapshot of it is kept",
        ),
    ],
)
def test_what_is_removed_may_leave_its_data_behind(body: Body, loss: str, kept: str) -> None:
    """In what cannot be deleted, or in a snapshot: neither is lost."""
    found = only({"A": body}, {})
    assert (found.kind, found.loss, found.kept) == (Kind.REMOVED, loss, kept)


def test_what_changes_in_place_keeps_all() -> None:
    """Nothing is left behind."""
    table = of("AWS::DynamoDB::Table") | KEPT
    found = only({"A": table}, {"A": {**table, "DeletionPolicy": "Delete"}})
    assert (found.loss, found.kept) == ("", "")


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_what_is_removed_and_kept_loses_nothing(policy: str) -> None:
    """It is left behind, data or not."""
    for kind in ("AWS::S3::Bucket", "AWS::IAM::Role"):
        found = only({"A": of(kind) | {"DeletionPolicy": policy}}, {})
        assert (found.loss, found.kept) == ("", f"DeletionPolicy {OUTSIDE}")
        assert found.reasons == ()


@pytest.mark.parametrize(
    "body",
    [
        of("AWS::DynamoDB::Table", DeletionProtectionEnabled=True),
        of("AWS::Cognito::UserPool", DeletionProtection="ACTIVE"),
        of("AWS::RDS::DBCluster", DeletionProtection="true"),
    ],
)
def test_protection_against_deletion_leaves_it_behind(body: Body) -> None:
    """CloudFormation cannot delete it."""
    found = only({"A": body}, {})
    assert found.loss == ""
    assert found.kept.endswith("keeps CloudFormation from deleting it: it is left behind")


def test_what_is_replaced_is_deleted_unless_both_templates_keep_it() -> None:
    """The policy of replacement counts, not that of deletion; a wrong guess would lose data."""
    lost = "the log group and all its events are deleted"
    keep, drop = ({"UpdateReplacePolicy": policy} for policy in ("Retain", "Delete"))
    assert _replaced({}) == (lost, "")
    assert _replaced({"DeletionPolicy": "Retain"}) == (lost, "")
    assert _replaced(keep, drop) == (lost, "")
    assert _replaced(drop, keep) == (lost, "")
    assert _replaced(keep) == ("the new log group starts empty", f"UpdateReplacePolicy {OUTSIDE}")


def test_what_is_renamed_is_kept_by_the_old_deletion_policy() -> None:
    """It is removed from the template; the new one starts empty."""
    body = of("AWS::DynamoDB::Table") | {"DeletionPolicy": "Retain"}
    found = only({"A": body}, {"B": body})
    assert (found.loss, found.kept) == ("the new table starts empty", f"DeletionPolicy {OUTSIDE}")


def test_a_new_one_that_the_template_fills_lacks_nothing() -> None:
    """A parameter's value is the template's."""
    body = of("AWS::SSM::Parameter", Value="v") | KEPT
    found = only({"A": body}, {"B": body})
    assert (found.loss, found.kept) == ("", f"DeletionPolicy {OUTSIDE}")


def test_a_new_key_cannot_read_what_the_old_one_encrypted() -> None:
    """Although the old one is kept."""
    body = of("AWS::KMS::Key") | KEPT
    found = only({"A": body}, {"B": body})
    assert found.loss == "the new key cannot read what the old one encrypted"


def test_what_may_be_replaced_may_lose_its_data() -> None:
    """The loss has the same condition."""
    found = only(
        {"A": of("AWS::RDS::DBInstance", Engine="mysql")},
        {"A": of("AWS::RDS::DBInstance", Engine="mariadb")},
    )
    assert found.loss == "the database and all its data are deleted, if it is replaced"


def test_the_table_reads_as_sentences() -> None:
    """Types in their order, nouns that follow 'the', contents that follow 'and'."""
    assert set(SNAPSHOTS) <= DATA.keys()
    for kind, data in DATA.items():
        for part in (data.noun, data.contents, data.new, data.deleted):
            assert not part.endswith((".", " ")), kind
            assert part == part.strip(), kind
        assert not data.noun.startswith(("the ", "a ")), kind
