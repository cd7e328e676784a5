"""What an attestation states, compared with what is seen and expected, thing by thing.

Every comparison names all that differs. What is not known to the one who asks is a mismatch where
everything is required, and is passed over otherwise; `notes` tells what was.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from compliance import engines
from compliance.assembly import digests
from compliance.attestation import model
from compliance.attestation.mismatches import Kind, Mismatch
from compliance.attestation.policy import OWN, PARTS, SNAPSHOTS, Policy
from compliance.findings import Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from compliance.attestation.model import Statement
    from compliance.attestation.verifying import Expected

REQUIRED: Final = (*engines.NAMES, "snapshots")
"""Engines that a whole gate runs."""
MAX_PATHS: Final = 5
"""Paths of an unclean tree that a message names."""
_AGAIN: Final = "run the gate and attest again"


def _verdict(statement: Statement, _: Expected, __: Mapping[str, str]) -> Iterator[Mismatch]:
    summary, gate = statement.predicate, statement.gate
    stated = (summary.verification_result, summary.verified_levels, gate.verdict)
    if stated != ("PASSED", (model.PASSED_LEVEL,), Verdict.GREEN):
        yield Mismatch(
            Kind.VERDICT,
            f"verdict: attested {gate.verdict.upper()} ({summary.verification_result}, "
            f"{', '.join(summary.verified_levels)}); only GREEN is deployed: mend what "
            f"`synthgate gate` finds, then {_AGAIN}",
        )


def _engines(statement: Statement, _: Expected, __: Mapping[str, str]) -> Iterator[Mismatch]:
    ran = {row.name: row.status for row in statement.gate.engines}
    for name in REQUIRED:
        status = ran.get(name)
        if status is not Status.RAN:
            yield Mismatch(
                Kind.ENGINES,
                f"engine {name}: attested {status or 'no run'}; every engine has to have run; "
                f"{_AGAIN}",
            )


def _files(statement: Statement, _: Expected, seen: Mapping[str, str]) -> Iterator[Mismatch]:
    attested = statement.files
    for name in sorted(attested.keys() | seen.keys()):
        if name not in seen:
            yield Mismatch(
                Kind.MISSING_FILE,
                f"{name}: attested with sha256 {attested[name][:12]}, not in the assembly; "
                f"{_AGAIN}",
            )
        elif name not in attested:
            yield Mismatch(
                Kind.EXTRA_FILE,
                f"{_text(name)}: in the assembly with sha256 {seen[name][:12]}, not attested; "
                f"remove it, or {_AGAIN}",
            )
        elif attested[name] != seen[name]:
            yield Mismatch(
                Kind.DIGEST,
                f"{name}: attested sha256 {attested[name][:12]}, found {seen[name][:12]}; {_AGAIN}",
            )
    whole = digests.whole(attested)
    if statement.gate.assembly != whole:
        yield Mismatch(
            Kind.DIGEST,
            f"assembly: attested sha256 {statement.gate.assembly[:12]}, its files come to "
            f"{whole[:12]}; {_AGAIN}",
        )


def _environment(
    statement: Statement, expected: Expected, _: Mapping[str, str]
) -> Iterator[Mismatch]:
    attested = statement.gate.environment
    if expected.environment is None:
        if expected.everything:
            yield _unknown(Kind.ENVIRONMENT, "environment", attested, "name it with --env")
    elif not attested:
        yield Mismatch(
            Kind.ENVIRONMENT,
            f"environment: attested none, expected {expected.environment}; give it to "
            f"compliance.guard, then {_AGAIN}",
        )
    elif attested != expected.environment:
        yield Mismatch(
            Kind.ENVIRONMENT,
            f"environment: attested {attested}, expected {expected.environment}; "
            f"give that environment's assembly and attestation",
        )
    if statement.predicate.resource_uri != model.resource_uri(attested):
        yield Mismatch(
            Kind.ENVIRONMENT,
            f"environment: attested {attested}, and resourceUri is "
            f"{statement.predicate.resource_uri}; {_AGAIN}",
        )


def _account(statement: Statement, expected: Expected, _: Mapping[str, str]) -> Iterator[Mismatch]:
    attested = statement.gate.accounts
    shown = ", ".join(attested) or "none"
    if expected.account is None:
        if expected.everything:
            yield _unknown(Kind.ACCOUNT, "account", shown, "name it with --account")
    elif expected.account not in attested and (attested or expected.everything):
        yield Mismatch(
            Kind.ACCOUNT,
            f"account: attested {shown}, expected {expected.account}; use the credentials of the "
            "attested account, or attest for this one (--account, or accounts in "
            "[tool.synthgate.deploy])",
        )


def _region(statement: Statement, expected: Expected, _: Mapping[str, str]) -> Iterator[Mismatch]:
    attested = statement.gate.regions
    # Stacks that name no region go wherever the credentials' default is: nothing says otherwise.
    if expected.region is not None and attested and expected.region not in attested:
        yield Mismatch(
            Kind.REGION,
            f"region: attested {', '.join(attested)}, expected {expected.region}; "
            "name the attested region, or synthesize for the other one",
        )


def _commit(statement: Statement, expected: Expected, _: Mapping[str, str]) -> Iterator[Mismatch]:
    attested = statement.gate.commit
    if expected.commit is None:
        if expected.everything:
            yield _unknown(Kind.COMMIT, "commit", attested, "work in the repository's clone")
    elif not attested:
        yield Mismatch(
            Kind.COMMIT,
            f"commit: attested none, expected {expected.commit.commit}; "
            "attest in the repository's clone",
        )
    elif attested != expected.commit.commit:
        yield Mismatch(
            Kind.COMMIT,
            f"commit: attested {attested}, expected {expected.commit.commit}; "
            f"check the attested commit out, or {_AGAIN}",
        )


def _dirty(statement: Statement, expected: Expected, _: Mapping[str, str]) -> Iterator[Mismatch]:
    now = expected.commit.dirty if expected.commit is not None else ()
    for paths, when in ((statement.gate.dirty, "when it was attested"), (now, "now")):
        if paths:
            more = f" and {len(paths) - MAX_PATHS} more" if len(paths) > MAX_PATHS else ""
            named = ", ".join(_text(path) for path in paths[:MAX_PATHS])
            yield Mismatch(
                Kind.DIRTY_TREE,
                f"working tree: differs from the commit {when}: {named}{more}; "
                f"commit or remove them, then {_AGAIN}",
            )


def _time(statement: Statement, expected: Expected, _: Mapping[str, str]) -> Iterator[Mismatch]:
    attested = statement.predicate.time
    age = expected.now - attested
    if age < dt.timedelta():
        yield Mismatch(
            Kind.FUTURE,
            f"time: attested {_moment(attested)}, and now is {_moment(expected.now)}: an "
            f"attestation from the future; set the clock, or {_AGAIN}",
        )
    elif age > expected.maximum_age:
        yield Mismatch(
            Kind.AGE,
            f"age: attested {_moment(attested)}, {_hours(age)} ago; at most "
            f"{_hours(expected.maximum_age)} are allowed; {_AGAIN}",
        )


def _policy(statement: Statement, expected: Expected, _: Mapping[str, str]) -> Iterator[Mismatch]:
    attested = statement.gate.policy
    versions = statement.predicate.verifier.version
    own = Policy(attested).digest(versions)
    stated = statement.predicate.policy.digest.sha256
    if own != stated:
        yield Mismatch(
            Kind.POLICY,
            f"policy: attested sha256 {stated[:12]}, its parts come to {own[:12]}; {_AGAIN}",
        )
    if expected.policy is None:
        if expected.everything:
            yield _unknown(Kind.POLICY, "policy", stated[:12], "give the configuration (--config)")
        return
    # What is expected is of another environment then, whose snapshots are others.
    elsewhere = expected.everything and expected.environment != statement.gate.environment
    for part, called in PARTS.items():
        was, now = attested.get(part, "none"), expected.policy.parts.get(part, "none")
        if was != now and not (elsewhere and part == SNAPSHOTS):
            yield Mismatch(
                Kind.POLICY,
                f"policy: {called} changed: attested sha256 {was[:12]}, found {now[:12]}; {_AGAIN}",
            )


def _versions(statement: Statement, expected: Expected, _: Mapping[str, str]) -> Iterator[Mismatch]:
    attested = statement.predicate.verifier.version
    for name, now in sorted({OWN: "", **expected.versions}.items()):
        was = attested.get(name, "")
        if was == now or not (now or expected.everything):
            continue
        yield Mismatch(
            Kind.VERSION,
            f"version of {name}: attested {was or 'none'}, here is {now or 'none'}; "
            f"install the attested one, or {_AGAIN}",
        )


def _waivers(statement: Statement, expected: Expected, _: Mapping[str, str]) -> Iterator[Mismatch]:
    today = expected.now.astimezone(dt.UTC).date()
    current = {model.Waiver.of(waiver.applied()) for _, waiver in expected.waivers.items}
    for waiver in statement.gate.waivers:
        what = f"waiver of {waiver.rule} on {waiver.place}"
        if waiver.end < today:
            yield Mismatch(
                Kind.WAIVER,
                f"{what}: ended on {waiver.expires}, today is {today}; mend the finding, or have "
                f"{waiver.owner} renew the waiver, then {_AGAIN}",
            )
        if waiver not in current:
            yield Mismatch(
                Kind.WAIVER,
                f"{what}: attested to end on {waiver.expires}, owner {waiver.owner}; "
                f"{expected.waivers.file or 'the waivers file'} does not hold it so any more; "
                f"{_AGAIN}",
            )


COMPARISONS: Final[
    tuple[Callable[[Statement, Expected, Mapping[str, str]], Iterator[Mismatch]], ...]
] = (
    _verdict,
    _engines,
    _files,
    _environment,
    _account,
    _region,
    _commit,
    _dirty,
    _time,
    _policy,
    _versions,
    _waivers,
)
"""Every comparison, in the order in which mismatches are named. Each is given the statement, what
is expected, and the sha256 of each file that is there."""


def notes(statement: Statement, expected: Expected) -> Iterator[str]:
    """What was not compared, for nobody said or knows what it has to be."""
    gate = statement.gate
    if expected.environment is None:
        yield f"environment not compared: attested {gate.environment or 'none'} (--env)"
    if expected.account is None or not gate.accounts:
        yield f"account not compared: attested {', '.join(gate.accounts) or 'none'} (--account)"
    if expected.commit is None:
        yield f"commit not compared: attested {gate.commit or 'none'} (--commit)"
    if expected.policy is None:
        yield "policy not compared"
    for name in sorted(statement.predicate.verifier.version.keys() - expected.versions.keys()):
        yield (
            f"version of {name} not compared: attested "
            f"{statement.predicate.verifier.version[name]}, not installed here"
        )


def _unknown(kind: Kind, what: str, attested: str, how: str) -> Mismatch:
    return Mismatch(
        kind, f"{what}: attested {attested or 'none'}, and what is expected is not known; {how}"
    )


def _text(name: str) -> str:
    """A file's name as text, whatever bytes it is made of."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _moment(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _hours(age: dt.timedelta) -> str:
    return f"{age.total_seconds() / 3600:.1f} hours"
