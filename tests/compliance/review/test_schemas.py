"""What is read of CloudFormation's schemas, and what when they are not there."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from compliance.findings import SynthgateError
from compliance.review import schemas
from compliance.review.documented import DOCUMENTED
from compliance.review.losses import DATA
from compliance.review.model import Replaced
from compliance.review.schemas import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def fresh() -> Iterator[None]:
    """Forget what was read, before and after."""
    for cached in (schemas.schema, schemas._index, schemas._folder):
        cached.cache_clear()
    yield
    for cached in (schemas.schema, schemas._index, schemas._folder):
        cached.cache_clear()


def test_places_that_cannot_change_in_place_are_read() -> None:
    """Certain ones, and those where it depends."""
    found = schema("AWS::RDS::DBInstance")
    assert found
    assert found.fixed[("StorageEncrypted",)] is Replaced.YES
    assert found.fixed[("Engine",)] is Replaced.MAYBE
    assert ("DBInstanceClass",) not in found.fixed
    assert found.identifiers == ((("DBInstanceIdentifier",),),)
    assert ("Endpoint", "Address") in found.read_only


def test_places_inside_of_properties_are_read() -> None:
    """With `*` for every element of a list."""
    domain, replicator = schema("AWS::OpenSearchService::Domain"), schema("AWS::MSK::Replicator")
    assert domain
    assert replicator
    assert domain.fixed[("EncryptionAtRestOptions", "Enabled")] is Replaced.MAYBE
    assert ("ReplicationInfoList", "*", "SourceKafkaClusterArn") in replicator.fixed


def test_what_the_documentation_adds_is_added() -> None:
    """The graver of the two counts, and the certain is not weakened."""
    table = schema("AWS::DynamoDB::Table")
    assert table
    assert table.fixed[("KeySchema",)] is Replaced.YES
    assert table.fixed[("TableName",)] is Replaced.YES


def test_the_documentation_adds_nothing_that_a_schema_has() -> None:
    """Each line of the table is about a type that there is, and still needed."""
    for kind, properties in DOCUMENTED.items():
        found = schema(kind)
        assert found, kind
        document = schemas._read(
            schemas._folder() / "resources" / f"{schemas._index('us-east-1')[kind]}.json"
        )
        for name, replaced in properties.items():
            pointer = f"/properties/{name}"
            assert pointer not in document.get("createOnlyProperties", ()), f"{kind}.{name}"
            if replaced is Replaced.MAYBE:
                conditional = document.get("conditionalCreateOnlyProperties", ())
                assert pointer not in conditional, f"{kind}.{name}"


def test_every_type_that_holds_data_has_a_schema() -> None:
    """A misspelled type would lose data without a word; SAM's have none."""
    gone = {"AWS::QLDB::Ledger"}  # the service has ended; its ledgers may still stand
    unknown = {kind for kind in DATA if schema(kind) is None}
    assert unknown - gone == {"AWS::Serverless::SimpleTable"}


def test_custom_resources_have_one_schema() -> None:
    """Whatever their name."""
    found = schema("Custom::Anything")
    assert found
    assert found.fixed == {("ServiceToken",): Replaced.YES}


@pytest.mark.parametrize("kind", ["", "AWS::No::Such", "AWS::Serverless::Api", "A::B::C::MODULE"])
def test_of_other_types_nothing_is_known(kind: str) -> None:
    """Neither guessed nor looked for elsewhere."""
    assert schema(kind) is None


@pytest.mark.parametrize("region", ["eu-central-1", "mars-north-1", "../us-east-1", "a/b"])
def test_a_region_without_the_type_has_that_of_the_first(region: str) -> None:
    """And a region is a name, no path."""
    assert schema("AWS::SQS::Queue", region)


def test_cfn_lint_is_not_imported() -> None:
    """It takes longer to import than all else of a review."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import sys; from compliance.review.schemas import schema; "
                "print(bool(schema('AWS::SQS::Queue')), 'cfnlint' in sys.modules)"
            ),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "False"]


@pytest.mark.usefixtures("fresh")
def test_without_cfn_lint_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said to stay in place because nobody could look."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(
        SynthgateError, match=r"cfn-lint is not installed; .* install cfn-lint 1\.58"
    ):
        schema("AWS::SQS::Queue")


@pytest.mark.usefixtures("fresh")
def test_without_schemas_in_cfn_lint_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version may keep them elsewhere."""
    monkeypatch.setattr(schemas, "PACKAGE", "json")
    with pytest.raises(SynthgateError, match=r"cfn-lint has none; .* install cfn-lint 1\.58"):
        schema("AWS::SQS::Queue")


@pytest.fixture
def damaged(fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the list of types of an installation that is not whole."""
    del fresh
    (tmp_path / "providers").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(schemas, "_folder", lambda: tmp_path)
        yield tmp_path / "providers" / "us-east-1.json"


@pytest.mark.parametrize("text", ["{", '{"AWS::SQS::Queue": "gone"}', "\\xff"])
def test_a_damaged_installation_is_an_error(text: str, damaged: Path) -> None:
    """And is never taken for 'stays in place'."""
    damaged.write_text(text)
    with pytest.raises(SynthgateError, match=r"no CloudFormation schema .* install cfn-lint again"):
        schema("AWS::SQS::Queue")


@pytest.mark.parametrize("text", ["[]", '{"AWS::SQS::Queue": 7}'])
def test_a_list_of_types_in_another_form_knows_no_type(text: str, damaged: Path) -> None:
    """Whatever changes of such a type may replace it."""
    damaged.write_text(text)
    assert schema("AWS::SQS::Queue") is None
