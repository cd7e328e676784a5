"""Makes the statement of what the gate judged."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.assembly import digests
from compliance.attestation import model, policy
from compliance.findings import Outcome, SynthgateError, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.attestation.places import Places
    from compliance.findings import Report
    from compliance.git import Head

MAX_DIRTY: Final = 50
"""Paths of an unclean working tree that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is attested besides the gate's report.

    Attributes:
        environment: the assembly's; empty when it has none.
        places: where its stacks go.
        files: sha256 of every file, by its path.
        now: when it was judged, with its zone.
        policy: what it was judged by.
        commit: what is checked out; `None` outside of a repository.
        rehearsal: sha256 of the report of its rehearsal, empty without one.
    """

    environment: str
    places: Places
    files: Mapping[str, str]
    now: dt.datetime
    policy: policy.Policy
    commit: Head | None = None
    rehearsal: str = ""


def state(report: Report, facts: Facts) -> model.Statement:
    """The statement of one run of the gate over one assembly.

    Args:
        report: green or red, of this assembly alone.
        facts: everything else.

    Raises:
        SynthgateError: a file's name cannot be written down.
        ValueError: the report has no verdict.
    """
    if report.verdict is Verdict.ERROR:
        raise ValueError("an engine did not run: nothing was judged")
    is_green = report.verdict is Verdict.GREEN
    versions = policy.used(report)
    return model.Statement(
        subject=tuple(
            model.Subject(name=_name(name), digest=model.Digest(sha256=sha256))
            for name, sha256 in sorted(facts.files.items())
        ),
        predicate=model.Summary(
            verifier=model.Verifier(version=versions),
            time_verified=facts.now.astimezone(dt.UTC).strftime(model.TIME),
            resource_uri=model.resource_uri(facts.environment),
            policy=model.Descriptor(
                uri=model.policy_uri(facts.environment),
                digest=model.Digest(sha256=facts.policy.digest(versions)),
            ),
            input_attestations=_inputs(facts),
            verification_result="PASSED" if is_green else "FAILED",
            verified_levels=(model.PASSED_LEVEL if is_green else model.FAILED_LEVEL,),
            gate=_gate(report, facts),
        ),
    )


def _gate(report: Report, facts: Facts) -> model.Gate:
    counted = Counter(finding.outcome for finding in report.results)
    applied = {finding.waiver: None for finding in report.results if finding.waiver is not None}
    return model.Gate(
        environment=facts.environment,
        accounts=facts.places.accounts,
        regions=facts.places.regions,
        commit=facts.commit.commit if facts.commit else "",
        dirty=tuple(_printed(path) for path in facts.commit.dirty[:MAX_DIRTY])
        if facts.commit
        else (),
        assembly=digests.whole(facts.files),
        verdict=report.verdict,
        engines=tuple(
            model.Engine(
                name=run.name,
                status=run.status,
                version=run.version,
                rules=run.rules,
                resources=run.resources,
            )
            for run in report.engines
        ),
        counts={outcome.value: counted[outcome] for outcome in Outcome},
        waivers=tuple(model.Waiver.of(waiver) for waiver in applied),
        policy=dict(facts.policy.parts),
    )


def _inputs(facts: Facts) -> tuple[model.Descriptor, ...]:
    if not facts.rehearsal:
        return ()
    return (
        model.Descriptor(
            uri=model.rehearsal_uri(facts.environment),
            digest=model.Digest(sha256=facts.rehearsal),
        ),
    )


def _name(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise SynthgateError(
            f"{_printed(name)!r}: a file's name that is not UTF-8 cannot be attested; rename it"
        ) from error
    return name


def _printed(path: str) -> str:
    """A path as text, whatever bytes it is made of."""
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")
