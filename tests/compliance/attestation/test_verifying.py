"""An attestation holds for exactly the files, place, commit, policy and time that it states."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import __version__
from compliance.attestation.mismatches import Kind
from compliance.attestation.model import GATE
from compliance.attestation.places import Places
from compliance.attestation.policy import Policy
from compliance.attestation.verifying import verify
from compliance.findings import EngineRun, Status, SynthgateError, Verdict
from compliance.git import Head
from compliance.waivers import Waivers
from tests.compliance.attestation import stated
from tests.compliance.properties import patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.attestation.verifying import Verification


def held(folder: Path, attestation: Path, **changes: Any) -> Verification:  # noqa: ANN401
    """What comes of an attestation, with some expectations changed."""
    return verify(folder, attestation, expected=stated.expected(**changes))


def said(found: Verification) -> list[tuple[str, str]]:
    """Kind and message of each mismatch."""
    return [(mismatch.kind.value, mismatch.message) for mismatch in found.mismatches]


def test_an_untouched_assembly_holds(folder: Path) -> None:
    """Everything required, everything as attested: no mismatch, nothing left uncompared."""
    found = held(folder, stated.sealed(folder))
    assert found.holds
    assert (found.mismatches, found.notes, found.key) == ((), (), "")
    assert found.until == stated.NOW + dt.timedelta(hours=24)
    assert found.statement is not None
    assert found.statement.files.keys() == stated.FILES.keys()


@patient
@given(place=st.integers(min_value=0, max_value=sum(map(len, stated.FILES.values())) - 1))
def test_one_byte_of_any_file_is_named(
    place: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A template's, the manifest's, an asset's: the file, and no other, is what differs."""
    folder = stated.assembly(tmp_path_factory.mktemp("one") / "prod")
    attestation = stated.sealed(folder)
    for name in sorted(stated.FILES):
        content = bytearray(stated.FILES[name])
        if place < len(content):
            content[place] ^= 1
            (folder / name).write_bytes(content)
            found = held(folder, attestation)
            assert [mismatch.kind for mismatch in found.mismatches] == [Kind.DIGEST]
            assert found.mismatches[0].message.startswith(f"{name}: attested sha256 ")
            return
        place -= len(content)


def test_missing_and_extra_files_are_named(folder: Path) -> None:
    """Each of them, hidden ones too; a name that prints nothing is escaped."""
    attestation = stated.sealed(folder)
    (folder / "asset.1/handler.py").rename(folder / "asset.1/.handler.py")
    (folder / "\x1b[2J").touch()
    assert said(held(folder, attestation)) == [
        (
            "extra-file",
            (
                "\\x1b[2J: in the assembly with sha256 e3b0c44298fc, not attested; remove it, or "
                "run the gate and attest again"
            ),
        ),
        (
            "extra-file",
            (
                "asset.1/.handler.py: in the assembly with sha256 cc42155088fc, not attested; "
                "remove it, or run the gate and attest again"
            ),
        ),
        (
            "missing-file",
            (
                "asset.1/handler.py: attested with sha256 cc42155088fc, not in the assembly; run "
                "the gate and attest again"
            ),
        ),
    ]


def test_a_file_whose_name_is_no_text_is_extra(folder: Path) -> None:
    """Its bytes are shown as escapes."""
    attestation = stated.sealed(folder)
    (folder / os.fsdecode(b"\xff")).touch()
    ((kind, message),) = said(held(folder, attestation))
    assert kind == "extra-file"
    assert message.startswith("\\xff: in the assembly ")


AGAIN = "run the gate and attest again"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"environment": "dev"},
            "environment: attested prod, expected dev; give that environment's assembly and "
            "attestation",
            id="environment",
        ),
        pytest.param(
            {"account": stated.OTHER_ACCOUNT},
            "account: attested 111122223333, expected 444455556666; use the credentials of the "
            "attested account, or attest for this one (--account, or accounts in "
            "[tool.synthgate.deploy])",
            id="account",
        ),
        pytest.param(
            {"region": "us-east-1"},
            "region: attested eu-central-1, expected us-east-1; name the attested region, or "
            "synthesize for the other one",
            id="region",
        ),
        pytest.param(
            {"commit": Head(stated.OTHER_COMMIT)},
            f"commit: attested {stated.COMMIT}, expected {stated.OTHER_COMMIT}; check the attested "
            f"commit out, or {AGAIN}",
            id="commit",
        ),
        pytest.param(
            {"commit": Head(stated.COMMIT, tuple("abcdefg"))},
            "dirty-tree: working tree: differs from the commit now: a, b, c, d, e and 2 more; "
            f"commit or remove them, then {AGAIN}",
            id="dirty-tree",
        ),
        pytest.param(
            {"now": stated.NOW + dt.timedelta(hours=24, seconds=1)},
            "age: attested 2026-06-01 12:00:00 UTC, 24.0 hours ago; at most 24.0 hours are "
            f"allowed; {AGAIN}",
            id="age",
        ),
        pytest.param(
            {"now": stated.NOW - dt.timedelta(seconds=1)},
            "future: time: attested 2026-06-01 12:00:00 UTC, and now is 2026-06-01 11:59:59 UTC: "
            f"an attestation from the future; set the clock, or {AGAIN}",
            id="future",
        ),
        pytest.param(
            {"versions": {"synthgate": "9.9.9"}},
            f"version: version of synthgate: attested {__version__}, here is 9.9.9; install "
            f"the attested one, or {AGAIN}",
            id="version",
        ),
        pytest.param(
            {"versions": {}},
            f"version: version of synthgate: attested {__version__}, here is none; install "
            f"the attested one, or {AGAIN}",
            id="version-unknown",
        ),
        pytest.param(
            {"waivers": Waivers("waivers.toml")},
            "waiver: waiver of IAM01 on Api/Role/Resource: attested to end on 2026-06-30, owner "
            f"platform; waivers.toml does not hold it so any more; {AGAIN}",
            id="waiver-withdrawn",
        ),
        pytest.param(
            {
                "waivers": Waivers(
                    "waivers.toml",
                    ((1, stated.WAIVER.model_copy(update={"expires": dt.date(2026, 7, 1)})),),
                )
            },
            "waiver: waiver of IAM01 on Api/Role/Resource: attested to end on 2026-06-30, owner "
            f"platform; waivers.toml does not hold it so any more; {AGAIN}",
            id="waiver-changed",
        ),
        pytest.param(
            {
                "now": dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
                "maximum_age": dt.timedelta(days=60),
            },
            "waiver: waiver of IAM01 on Api/Role/Resource: ended on 2026-06-30, today is "
            "2026-07-01; mend the finding, or have platform renew the waiver, then "
            f"{AGAIN}",
            id="waiver-expired",
        ),
        pytest.param(
            {"environment": None},
            "environment: attested prod, and what is expected is not known; name it with --env",
            id="environment-unknown",
        ),
        pytest.param(
            {"account": None},
            "account: attested 111122223333, and what is expected is not known; name it with "
            "--account",
            id="account-unknown",
        ),
        pytest.param(
            {"commit": None},
            f"commit: attested {stated.COMMIT}, and what is expected is not known; work in the "
            "repository's clone",
            id="commit-unknown",
        ),
    ],
)
def test_what_differs_is_named(folder: Path, changes: dict[str, Any], told: str) -> None:
    """One expectation changed, one mismatch: value attested, value seen, what to do."""
    ((kind, message),) = said(held(folder, stated.sealed(folder), **changes))
    assert told in {message, f"{kind}: {message}"}
    assert told.startswith(kind)


def test_a_waiver_holds_on_its_last_day_wherever_the_clock_is(folder: Path) -> None:
    """Its end is a day in UTC: 23:59 of it, told in another zone's next day, is in time."""
    zone = dt.timezone(dt.timedelta(hours=9))
    now = dt.datetime(2026, 6, 30, 23, 59, tzinfo=dt.UTC).astimezone(zone)
    found = held(folder, stated.sealed(folder), now=now, maximum_age=dt.timedelta(days=60))
    assert found.holds


def test_an_attestation_holds_to_the_end_of_its_age(folder: Path) -> None:
    """24 hours to the second."""
    found = held(folder, stated.sealed(folder), now=stated.NOW + dt.timedelta(hours=24))
    assert found.holds


@pytest.mark.parametrize(
    ("part", "called"),
    [
        ("configuration", "the settings of [tool.synthgate]"),
        ("waivers", "the waivers file"),
        ("snapshots", "the accepted snapshots"),
    ],
)
def test_a_policy_that_changed_since_is_named_by_its_part(
    folder: Path, part: str, called: str
) -> None:
    """Settings, waivers, snapshots: each by itself."""
    now = stated.expected().policy
    assert now is not None
    changed = Policy({**now.parts, part: "0" * 64})
    ((kind, message),) = said(held(folder, stated.sealed(folder), policy=changed))
    assert kind == "policy"
    assert message.startswith(f"policy: {called} changed: attested sha256 ")
    assert message.endswith(f"found 000000000000; {AGAIN}")


def test_a_policy_that_nobody_knows_is_a_mismatch(folder: Path) -> None:
    """Where everything is required."""
    ((kind, message),) = said(held(folder, stated.sealed(folder), policy=None))
    assert kind == "policy"
    assert message.endswith("and what is expected is not known; give the configuration (--config)")


def test_red_is_refused(folder: Path) -> None:
    """A statement that says FAILED is true, and of no use for a deployment."""
    red = replace(stated.REPORT, verdict=Verdict.RED)
    assert said(held(folder, stated.sealed(folder, red))) == [
        (
            "verdict",
            (
                "verdict: attested RED (FAILED, FAILED); only GREEN is deployed: mend what "
                f"`synthgate gate` finds, then {AGAIN}"
            ),
        )
    ]


@pytest.mark.parametrize("engine", list(stated.RAN))
def test_an_engine_that_did_not_run_is_named(folder: Path, engine: str) -> None:
    """Each engine of the gate and the snapshots, left out or not run, whatever the verdict."""
    for rest in (
        [run for run in stated.REPORT.engines if run.name != engine],
        [
            replace(run, status=Status.NOT_RUN) if run.name == engine else run
            for run in stated.REPORT.engines
        ],
    ):
        report = replace(stated.REPORT, engines=tuple(rest))
        found = held(folder, stated.sealed(folder, report), versions={"synthgate": __version__})
        ((kind, message),) = said(found)
        assert kind == "engines"
        assert message.startswith(f"engine {engine}: attested n")


def test_another_engine_takes_no_place(folder: Path) -> None:
    """An engine that the gate does not know changes nothing."""
    more = (*stated.REPORT.engines, EngineRun("more", Status.NOT_RUN))
    assert held(folder, stated.sealed(folder, replace(stated.REPORT, engines=more))).holds


@pytest.mark.parametrize(
    ("changes", "kind", "beginning"),
    [
        ({"environment": ""}, "environment", "environment: attested none, expected prod; give it"),
        ({"commit": None}, "commit", f"commit: attested none, expected {stated.COMMIT}; attest in"),
        (
            {"commit": Head(stated.COMMIT, ("a\nb", "\udcff"))},
            "dirty-tree",
            "working tree: differs from the commit when it was attested: a b, \\xff; commit",
        ),
        (
            {"places": Places((), ())},
            "account",
            "account: attested none, expected 111122223333; use",
        ),
    ],
)
def test_what_was_not_known_when_it_was_attested_is_refused(
    folder: Path, changes: dict[str, Any], kind: str, beginning: str
) -> None:
    """No environment, no commit, no account, or a tree that was not clean."""
    ((seen, message),) = said(held(folder, stated.sealed(folder, **changes)))
    assert seen == kind
    assert message.startswith(beginning)


def test_one_of_several_accounts_and_regions_is_enough(folder: Path) -> None:
    """An assembly whose stacks go to several places."""
    several = Places((stated.ACCOUNT, stated.OTHER_ACCOUNT), ("eu-central-1", "us-east-1"))
    attestation = stated.sealed(folder, places=several)
    assert held(folder, attestation, account=stated.OTHER_ACCOUNT, region="us-east-1").holds


def test_a_region_that_no_stack_names_may_be_any(folder: Path) -> None:
    """They go where the credentials say."""
    attestation = stated.sealed(folder, places=Places((stated.ACCOUNT,), ()))
    assert held(folder, attestation, region="us-east-1").holds


def test_what_is_not_asked_is_noted_and_not_compared(folder: Path) -> None:
    """Without `everything`: the files, the age and the verdict alone; the rest is told."""
    attestation = stated.sealed(folder)
    found = held(
        folder,
        attestation,
        everything=False,
        environment=None,
        account=None,
        region=None,
        commit=None,
        policy=None,
        versions={},
    )
    assert found.holds
    assert found.notes == (
        "environment not compared: attested prod (--env)",
        "account not compared: attested 111122223333 (--account)",
        f"commit not compared: attested {stated.COMMIT} (--commit)",
        "policy not compared",
        "version of aws-cdk-lib not compared: attested 2.275.0, not installed here",
        "version of cdk-nag not compared: attested 3.0.2, not installed here",
        "version of checkov not compared: attested 3.3.30, not installed here",
        f"version of synthgate not compared: attested {__version__}, not installed here",
    )


def test_an_account_is_not_compared_where_none_is_attested(folder: Path) -> None:
    """Unless everything is required."""
    attestation = stated.sealed(folder, places=Places((), ()))
    found = held(folder, attestation, everything=False)
    assert found.holds
    assert found.notes == ("account not compared: attested none (--account)",)


def test_all_mismatches_are_named_at_once(folder: Path) -> None:
    """Not only the first."""
    attestation = stated.sealed(folder)
    (folder / "manifest.json").write_bytes(b"[]")
    found = held(
        folder,
        attestation,
        environment="dev",
        account=stated.OTHER_ACCOUNT,
        region="us-east-1",
        commit=Head(stated.OTHER_COMMIT, ("a",)),
        now=stated.NOW + dt.timedelta(days=60),
        waivers=Waivers("waivers.toml"),
        versions={"synthgate": "9.9.9"},
    )
    assert [mismatch.kind.value for mismatch in found.mismatches] == [
        *("digest", "environment", "account", "region", "commit", "dirty-tree"),
        *("age", "version", "waiver", "waiver"),
    ]
    assert not found.holds


def _gate(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["predicate"][GATE][name] = value

    return change


def _summary(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["predicate"][name] = value

    return change


@pytest.mark.parametrize(
    ("change", "kind", "beginning"),
    [
        (_gate("verdict", "red"), "verdict", "verdict: attested RED (PASSED, SYNTHGATE_GREEN)"),
        (
            _summary("verificationResult", "FAILED"),
            "verdict",
            "verdict: attested GREEN (FAILED, SYNTHGATE_GREEN)",
        ),
        (
            _summary("verifiedLevels", ["SLSA_BUILD_LEVEL_3"]),
            "verdict",
            "verdict: attested GREEN (PASSED, SLSA_BUILD_LEVEL_3)",
        ),
        (_gate("assembly", "0" * 64), "digest", "assembly: attested sha256 000000000000, its"),
        (
            _summary("resourceUri", "urn:synthgate:assembly:dev"),
            "environment",
            "environment: attested prod, and resourceUri is urn:synthgate:assembly:dev",
        ),
        (
            _summary("policy", {"uri": "urn:x", "digest": {"sha256": "0" * 64}}),
            "policy",
            "policy: attested sha256 000000000000, its parts come to ",
        ),
    ],
)
def test_a_statement_that_contradicts_itself_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], None], kind: str, beginning: str
) -> None:
    """Whoever sealed it: its fields have to agree."""
    attestation = stated.resealed(stated.sealed(folder), change)
    ((seen, message),) = said(held(folder, attestation))
    assert seen == kind
    assert message.startswith(beginning)


def test_a_link_out_of_the_assembly_is_refused(folder: Path, tmp_path: Path) -> None:
    """Its content is not the assembly's."""
    attestation = stated.sealed(folder)
    (tmp_path / "elsewhere").write_bytes(stated.FILES["manifest.json"])
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SynthgateError, match="leads out of the assembly"):
        held(folder, attestation)
