"""Runs of the gate to render: those a reader would meet, and one written by an attacker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from compliance.findings import EngineRun, Finding, Outcome, Report, Severity, Status, Verdict
from tests.reports.runs import (
    BUCKET,
    ENGINES,
    HOSTILE,
    WAIVER,
    every_bucket,
    make_finding,
    make_report,
    poisoned_report,
    unauthorized,
)

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture(scope="session")
def red() -> Report:
    """A run with findings of every kind, over two environments."""
    return make_report(
        *every_bucket(),
        unauthorized("dev"),
        unauthorized("prod"),
        make_finding(
            rule="LOG01",
            severity=Severity.HIGH,
            outcome=Outcome.UNDECIDED,
            message="Whether the log group expires is known only at deploy time.",
            observed='{"Ref":"RetentionParameter"}',
            remediation="Give the parameter a default, or set a number.",
        ),
        make_finding(
            rule="LOG06",
            severity=Severity.LOW,
            message="The log group is encrypted with a key of AWS, not with one of your own.",
            location="Properties.KmsKeyId",
            observed="absent",
            remediation="Pass encryption_key to the log group.",
        ),
        make_finding(outcome=Outcome.UNDECIDED, observed='{"Ref":"RetentionParameter"}'),
        Finding(
            **BUCKET,
            engine="checkov",
            rule="CKV_AWS_18",
            severity=Severity.MEDIUM,
            outcome=Outcome.FAIL,
            message="Ensure the S3 bucket has access logging enabled",
        ).waived_by(WAIVER),
        make_finding(outcome=Outcome.PASS, rule="LOG01", location="", environment="dev"),
        make_finding(outcome=Outcome.PASS, rule="LOG02", location="", environment="dev"),
        notices=("The waiver of CKV_AWS_18 on StorageStack/Payloads expires in 12 days.",),
    )


@pytest.fixture(scope="session")
def green() -> Report:
    """A run with nothing to mend; two of the engines were not asked for."""
    return make_report(
        make_finding(outcome=Outcome.PASS),
        verdict=Verdict.GREEN,
        engines=(
            ENGINES[0],
            EngineRun("cdk-nag", Status.NOT_RUN, reason="not asked for", required=False),
            ENGINES[2],
            EngineRun("cloudformation", Status.NOT_RUN, reason="not asked for", required=False),
        ),
        scope=("template.yaml",),
        templates=1,
        resources=12,
    )


@pytest.fixture(scope="session")
def error() -> Report:
    """A run in which one required engine failed, another did not run, and one found something."""
    return make_report(
        unauthorized("prod"),
        verdict=Verdict.ERROR,
        engines=(
            ENGINES[0],
            EngineRun("cdk-nag", Status.NOT_RUN, reason="the assembly has no validation report"),
            EngineRun(
                "checkov",
                Status.FAILED,
                "3.3.30",
                reason="looked at 140 of 143 resources; run it with --engine checkov to see why",
            ),
            EngineRun("cloudformation", Status.NOT_RUN, reason="not asked for", required=False),
        ),
    )


@pytest.fixture(params=sorted(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> str:
    """A string that some format, terminal or renderer would mistake for its own syntax."""
    return HOSTILE[request.param]


@pytest.fixture
def poisoned(hostile: str) -> Report:
    """A report that has a hostile string wherever an outsider has a say."""
    return poisoned_report(hostile)


@pytest.fixture(scope="session")
def harmless() -> Report:
    """The report that a hostile string could poison, with a word in its place."""
    return poisoned_report("word")


class _Golden(SingleFileSnapshotExtension):
    """A golden file that a person can read: the very text, one file an output."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


class _GoldenMarkdown(_Golden):
    file_extension = "md"


class _GoldenXml(_Golden):
    file_extension = "xml"


class _GoldenJson(_Golden):
    file_extension = "json"


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares with a golden `.txt`; `pytest --snapshot-update` accepts a new text."""
    return snapshot.use_extension(_Golden)


@pytest.fixture
def golden_markdown(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares with a golden `.md`."""
    return snapshot.use_extension(_GoldenMarkdown)


@pytest.fixture
def golden_xml(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares with a golden `.xml`."""
    return snapshot.use_extension(_GoldenXml)


@pytest.fixture
def golden_json(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares with a golden `.json`."""
    return snapshot.use_extension(_GoldenJson)
