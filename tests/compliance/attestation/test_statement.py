"""What is attested, and that the published specifications take it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf import json_format  # type: ignore[import-untyped]
from in_toto_attestation.predicates.vsa.v1 import vsa_pb2  # type: ignore[import-untyped]
from in_toto_attestation.v1 import statement_pb2  # type: ignore[import-untyped]
from in_toto_attestation.v1.statement import (  # type: ignore[import-untyped]
    Statement as Published,
)

from compliance import __version__
from compliance.assembly import digests
from compliance.attestation import attestation_path, sealing, stating
from compliance.attestation.model import GATE, Statement
from compliance.attestation.verifying import read
from compliance.findings import Finding, Outcome, Severity, SynthgateError, Verdict
from compliance.git import Head
from tests.compliance.attestation import stated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def document(statement: Statement) -> dict[str, Any]:
    """A statement as it stands in its file."""
    found: dict[str, Any] = json.loads(sealing.sealed(statement))
    return found


@pytest.mark.parametrize("verdict", [Verdict.GREEN, Verdict.RED])
def test_in_totos_own_library_takes_the_statement(folder: Path, verdict: Verdict) -> None:
    """Every field of it, extensions in the predicate included, and its own validation."""
    found = document(stated.statement(folder, replace(stated.REPORT, verdict=verdict)))
    message = json_format.ParseDict(found, statement_pb2.Statement(), ignore_unknown_fields=False)
    Published.copy_from_pb(message).validate()
    assert {subject.name for subject in message.subject} == stated.FILES.keys()


def test_in_totos_own_library_takes_the_summary(folder: Path) -> None:
    """As the published proto has it: without extensions, and one level for the list of the text.

    That proto is of VSA 1.0: `verifier.version` is of 1.1, and `verifiedLevels`, an array in every
    version of the specification, is a string there.
    """
    summary = document(stated.statement(folder, rehearsal="a" * 64))["predicate"]
    del summary[GATE]
    del summary["verifier"]["version"]
    (summary["verifiedLevels"],) = summary["verifiedLevels"]
    message = json_format.ParseDict(
        summary, vsa_pb2.VerificationSummary(), ignore_unknown_fields=False
    )
    assert message.verification_result == "PASSED"
    assert message.time_verified.ToJsonString() == "2026-06-01T12:00:00Z"
    assert message.input_attestations[0].digest == {"sha256": "a" * 64}


def test_the_whole_statement(folder: Path) -> None:
    """Files, verdict, place, commit, versions, policy, waivers once each, time."""
    found = document(stated.statement(folder))
    summary = found["predicate"]
    gate = summary.pop(GATE)
    files = digests.of(folder)
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert found["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert found["subject"] == [
        {"name": name, "digest": {"sha256": files[name]}} for name in sorted(stated.FILES)
    ]
    policy_digest = summary["policy"].pop("digest")["sha256"]
    versions = {
        "synthgate": __version__,
        "cdk-nag": "3.0.2",
        "checkov": "3.3.30",
        "aws-cdk-lib": "2.275.0",
    }
    assert summary == {
        "verifier": {"id": "urn:synthgate:gate:v1", "version": versions},
        "timeVerified": "2026-06-01T12:00:00Z",
        "resourceUri": "urn:synthgate:assembly:prod",
        "policy": {"uri": "urn:synthgate:policy:prod"},
        "inputAttestations": [],
        "verificationResult": "PASSED",
        "verifiedLevels": ["SYNTHGATE_GREEN"],
        "slsaVersion": "1.1",
    }
    assert len(policy_digest) == len(gate.pop("seal")) == 64
    assert gate.pop("policy").keys() == {"configuration", "waivers", "snapshots"}
    assert gate.pop("engines")[1] == {
        "name": "cdk-nag",
        "status": "ran",
        "version": "3.0.2",
        "rules": 3,
        "resources": 7,
    }
    assert gate == {
        "environment": "prod",
        "accounts": [stated.ACCOUNT],
        "regions": ["eu-central-1"],
        "commit": stated.COMMIT,
        "dirty": [],
        "assembly": digests.whole(files),
        "verdict": "green",
        "counts": {"pass": 0, "fail": 0, "undecided": 0, "waived": 2},
        "waivers": [
            {
                "rule": "IAM01",
                "construct": "Api/Role/Resource",
                "reason": "the service takes no narrower resource today",
                "owner": "platform",
                "expires": "2026-06-30",
            }
        ],
    }


def test_red_is_stated_as_failed(folder: Path) -> None:
    """With the level that VSA keeps for it, and what was found by number."""
    fail = Finding("own", "IAM01", Severity.HIGH, Outcome.FAIL, "too wide")
    red = replace(stated.REPORT, verdict=Verdict.RED, results=(fail,))
    summary = stated.statement(folder, red).predicate
    assert (summary.verification_result, summary.verified_levels) == ("FAILED", ("FAILED",))
    assert summary.gate.counts["fail"] == 1


def test_what_was_not_judged_is_not_stated(folder: Path) -> None:
    """An engine did not run: there is no verdict."""
    with pytest.raises(ValueError, match="an engine did not run"):
        stated.statement(folder, replace(stated.REPORT, verdict=Verdict.ERROR))


def test_a_name_that_is_no_text_cannot_be_attested(folder: Path) -> None:
    """JSON could not hold it."""
    with pytest.raises(SynthgateError, match=r"^'\\\\xff': a file's name that is not UTF-8"):
        stated.statement(folder, files={"\udcff": "0" * 64})


def test_an_unclean_tree_names_its_first_paths(folder: Path) -> None:
    """Not all of a thousand."""
    dirty = tuple(f"{number:03}" for number in range(200))
    gate = stated.statement(folder, commit=Head(stated.COMMIT, dirty)).gate
    assert gate.dirty == dirty[: stating.MAX_DIRTY]


def test_an_environments_name_is_one_part_of_the_uri(folder: Path) -> None:
    """Whatever it holds."""
    summary = stated.statement(folder, environment="a:b/c").predicate
    assert summary.resource_uri == "urn:synthgate:assembly:a%3Ab%2Fc"
    assert summary.policy.uri == "urn:synthgate:policy:a%3Ab%2Fc"


def test_an_attestation_lies_beside_its_assembly(folder: Path, tmp_path: Path) -> None:
    """However the folder is named: by a link, with a slash, from inside."""
    (tmp_path / "link").symlink_to(folder)
    wanted = tmp_path / "prod.intoto.json"
    assert attestation_path(folder) == wanted
    assert attestation_path(tmp_path / "link") == wanted
    assert attestation_path(folder / "asset.1" / "..") == wanted


def _subjects(*names: str) -> Callable[[dict[str, Any]], None]:
    def change(found: dict[str, Any]) -> None:
        found["subject"] = [{"name": name, "digest": {"sha256": "0" * 64}} for name in names]

    return change


def _set(*path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(found: dict[str, Any]) -> None:
        for name in path[:-1]:
            found = found[name]
        found[path[-1]] = value

    return change


def _gate(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    return _set("predicate", GATE, name, value=value)


WAIVER = {"rule": "IAM01", "construct": "A/B", "reason": "r", "owner": "o"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_subjects(), "[statement] subject: Tuple should have at least 1 item"),
        (_subjects("a", "a"), "[statement] table: subject 'a' stands twice, found "),
        (_subjects("../a"), "[statement] subject.0.name: a path inside the assembly is expected"),
        (_subjects("a/../../b"), "[statement] subject.0.name: a path inside the assembly "),
        (_subjects("/etc/passwd"), "[statement] subject.0.name: a path inside the assembly "),
        (_subjects("a//b"), "[statement] subject.0.name: a path inside the assembly "),
        (_subjects("a/./b"), "[statement] subject.0.name: a path inside the assembly "),
        (_subjects("a\0b"), "[statement] subject.0.name: a path inside the assembly "),
        (_subjects(""), "[statement] subject.0.name: a path inside the assembly "),
        (_set("subject", value=[{"name": "a"}]), "[statement] subject.0.digest: is missing"),
        (
            _set("subject", value=[{"name": "a", "digest": {"sha1": "0" * 40}}]),
            "[statement] subject.0.digest.sha256: is missing",
        ),
        (
            _set("subject", value=[{"name": "a", "digest": {"sha256": "0" * 63}}]),
            "[statement] subject.0.digest.sha256: String should match",
        ),
        (_set("_type", value="https://in-toto.io/Statement/v0.1"), "[statement] _type: Input "),
        (
            _set("predicateType", value="https://slsa.dev/provenance/v1"),
            "[statement] predicateType: Input should be 'https://slsa.dev/verification_summary/v1'",
        ),
        (
            _set("predicate", "verifier", value={"id": "urn:other"}),
            "[statement] predicate.verifier.id: Input should be 'urn:synthgate:gate:v1'",
        ),
        (
            _set("predicate", "verificationResult", value="GREAT"),
            "[statement] predicate.verificationResult: Input should be 'PASSED' or 'FAILED'",
        ),
        *(
            (
                _set("predicate", "timeVerified", value=time),
                "[statement] predicate.timeVerified: ",
            )
            for time in (
                "2026-06-01T12:00:00+02:00",
                "2026-06-01 12:00:00Z",
                "2026-13-01T12:00:00Z",
                "2026-06-01T12:00:00Z\n",
                1,
            )
        ),
        (_gate("more", 1), f"[statement] predicate.{GATE}.more: unknown setting"),
        (_gate("environment", 1), f"[statement] predicate.{GATE}.environment: Input should be a"),
        (_gate("accounts", ["12"]), f"[statement] predicate.{GATE}.accounts.0: String should"),
        (_gate("commit", "HEAD"), f"[statement] predicate.{GATE}.commit: String should match"),
        (_gate("verdict", "fine"), f"[statement] predicate.{GATE}.verdict: Input should be"),
        (
            _gate("waivers", [{**WAIVER, "expires": "soon"}]),
            f"[statement] predicate.{GATE}.waivers.0.expires: Invalid isoformat string: 'soon'",
        ),
        (_gate("counts", {"fail": -1}), f"[statement] predicate.{GATE}.counts.fail: Input "),
        (_gate("counts", {"fail": True}), f"[statement] predicate.{GATE}.counts.fail: Input "),
    ],
)
def test_a_statement_of_another_form_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], None], told: str
) -> None:
    """However well it is sealed: one line names the field, the value and the file."""
    path = stated.resealed(stated.sealed(folder), change)
    with pytest.raises(SynthgateError) as raised:
        read(path, public_key=None)
    assert str(raised.value).startswith(f"{path}: no attestation of this gate: {told}")
    assert str(raised.value).endswith("; attest again")


def test_fields_that_a_later_version_adds_are_left_aside(folder: Path) -> None:
    """As in-toto's parsing rules ask, in what is not the gate's own."""

    def change(found: dict[str, Any]) -> None:
        found["later"] = found["predicate"]["later"] = found["subject"][0]["later"] = 1

    path = stated.resealed(stated.sealed(folder), change)
    found = read(path, public_key=None)
    assert isinstance(found, tuple)
    assert found[0] == stated.statement(folder)
