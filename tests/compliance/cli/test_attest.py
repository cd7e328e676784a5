"""`synthgate attest` and `synthgate verify`, on a clone of this project and its dev assembly."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly import digests
from compliance.attestation import telling
from compliance.attestation.model import GATE
from compliance.attestation.places import Places
from compliance.attestation.verifying import read
from compliance.files import write_whole
from compliance.git import Head
from tests.compliance.attestation import stated

if TYPE_CHECKING:
    from collections.abc import Callable

    from compliance.assembly import Assembly
    from compliance.config import Config
    from compliance.findings import Report
    from tests.compliance.cli.command import Command, Done

ROOT = Path(__file__).parents[3]
ACCOUNT = "111122223333"
ASSEMBLY = "build/cdk.out/dev"
ATTESTATION = f"{ASSEMBLY}.intoto.json"
ASSET = "asset."
SETTINGS = "SYNTHGATE_SIGNING_KEY"


def git(folder: Path, *arguments: str) -> str:
    """What git prints in a repository."""
    settings = ("user.name=a", "user.email=a@example.com", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *(word for pair in settings for word in ("-c", pair)), *arguments],  # noqa: S607
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.fixture(scope="session")
def attested(
    shared: Path,
    once: Callable[[Path, Callable[[Path], object]], Path],
    assemblies: Callable[[str], Path],
) -> Path:
    """A clean clone of the project, its dev assembly, and what `synthgate attest` made of it."""

    def make(folder: Path) -> None:
        folder.mkdir()
        for name in ("pyproject.toml", "cdk.json", "waivers.toml"):
            shutil.copy(ROOT / name, folder / name)
        shutil.copytree(ROOT / "snapshots", folder / "snapshots")
        (folder / ".gitignore").write_text("build/\n*.pem\n")
        git(folder, "init", "--quiet")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message=first")
        shutil.copytree(assemblies("dev"), folder / ASSEMBLY)
        done = subprocess.run(
            [sys.executable, "-m", "compliance", "attest", ASSEMBLY, "--account", ACCOUNT],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        (folder / "build" / "said.json").write_text(
            json.dumps([done.returncode, done.stdout, done.stderr])
        )

    return once(shared / "attested", make)


@pytest.fixture
def project(attested: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, and the working folder."""
    monkeypatch.delenv(SETTINGS, raising=False)
    copied = shutil.copytree(attested, folder / "project", symlinks=True)
    monkeypatch.chdir(copied)
    return copied


def last(done: Done) -> str:
    """The outcome: the last line on standard output."""
    return done.out.splitlines()[-1]


def asset(project: Path) -> str:
    """A file of the function's code, by its name in the assembly."""
    (found,) = (project / ASSEMBLY).glob("asset.*/handlers/app.py")
    return found.relative_to(project / ASSEMBLY).as_posix()


def flip(path: Path, place: int = -2) -> None:
    """Change one byte."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def aged(project: Path, **before: int) -> None:
    """Attest as of some time ago, as whoever can write the file can, where no key is configured."""
    path = project / ATTESTATION
    document = json.loads(path.read_bytes())
    time = dt.datetime.now(tz=dt.UTC) - dt.timedelta(**before)
    document["predicate"]["timeVerified"] = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    path.write_bytes(json.dumps(document).encode())
    stated.resealed(path, lambda _: None)


def keys(project: Path) -> Path:
    """Configure a public key, commit it, and give the private one."""
    public, private = stated.pair(project)
    (project / "private.pem").write_bytes(private)
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(
        f'{text}\n[tool.synthgate.attestation]\npublic-key = "{public.shown}"\n'
    )
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message=key")
    return project / "private.pem"


def test_a_green_assembly_is_attested(attested: Path) -> None:
    """Exit 0: the outcome in one line, progress beside it, and a statement over every file."""
    code, out, err = json.loads((attested / "build" / "said.json").read_text())
    assert (code, err.splitlines()[:1]) == (0, ["synthgate: own: dev"]), err
    commit = git(attested, "rev-parse", "HEAD")
    outcome, where = out.splitlines()
    files = sum(1 for path in (attested / ASSEMBLY).rglob("*") if path.is_file())
    assert outcome.startswith(f"ATTESTED GREEN: {files} files of dev (sha256 ")
    assert f"), commit {commit}, until 20" in outcome
    assert outcome.endswith(" UTC; sealed, not signed")
    assert where == f"Attestation: {ATTESTATION}"
    found = read(attested / ATTESTATION, public_key=None)
    assert isinstance(found, tuple)
    gate = found[0].gate
    assert (gate.environment, gate.accounts, gate.dirty) == ("dev", (ACCOUNT,), ())
    assert [run.name for run in gate.engines] == list(stated.RAN)
    assert gate.waivers


def test_an_attestation_holds(synthgate: Command, project: Path) -> None:
    """Exit 0, for its environment, account and commit; what is not asked is noted."""
    done = synthgate("verify", ASSEMBLY, "--env", "dev", "--account", ACCOUNT)
    assert done.code == 0, done.out
    (outcome,) = done.out.splitlines()
    assert outcome.startswith("HOLDS: ")
    assert f" of dev (sha256 {'' or outcome.partition('sha256 ')[2][:12]}), commit " in outcome
    assert outcome.endswith("; sealed, not signed")
    done = synthgate("verify", project / ASSEMBLY)
    assert done.code == 0
    assert done.out.splitlines()[:2] == [
        "note: environment not compared: attested dev (--env)",
        f"note: account not compared: attested {ACCOUNT} (--account)",
    ]
    assert synthgate("verify", ASSEMBLY, "--quiet").out.startswith("HOLDS: ")


def test_a_verification_as_json(synthgate: Command, project: Path) -> None:
    """What holds, of what, until when; and each mismatch by kind and message."""
    done = synthgate("verify", ASSEMBLY, "--format", "json")
    found = json.loads(done.out)
    assert (done.code, found["holds"], found["mismatches"]) == (0, True, [])
    assert found["environment"] == "dev"
    assert found["accounts"] == [ACCOUNT]
    assert found["commit"] == git(project, "rev-parse", "HEAD")
    assert found["attestation"] == str(project / ATTESTATION)
    flip(project / ATTESTATION, place=-40)
    done = synthgate("verify", ASSEMBLY, "--format", "json")
    found = json.loads(done.out)
    assert (done.code, found["holds"], found["digest"], found["until"]) == (1, False, "", "")
    assert [mismatch["kind"] for mismatch in found["mismatches"]] == ["seal"]


@pytest.mark.parametrize("name", ["ApiStack.template.json", "manifest.json", "synthgate.json", ""])
def test_one_byte_of_a_file_is_refused(synthgate: Command, project: Path, name: str) -> None:
    """A template's, a manifest's, the evidence's, an asset's: exit 1, and the file is named."""
    name = name or asset(project)
    flip(project / ASSEMBLY / name)
    done = synthgate("verify", ASSEMBLY)
    assert done.code == 1
    assert done.out.startswith(f"digest: {name}: attested sha256 ")
    assert last(done) == f"REFUSED: {ATTESTATION} does not hold for {ASSEMBLY}: digest"
    assert synthgate("verify", ASSEMBLY, "--quiet").out.splitlines() == [last(done)]


def test_one_byte_of_the_attestation_is_refused(synthgate: Command, project: Path) -> None:
    """Nothing else is said then: the rest is anybody's word."""
    flip(project / ATTESTATION, place=-40)
    flip(project / ASSEMBLY / "manifest.json")
    done = synthgate("verify", ASSEMBLY)
    assert done.code == 1
    assert [line.partition(":")[0] for line in done.out.splitlines()] == ["seal", "REFUSED"]


def test_another_environment_account_or_commit_is_refused(
    synthgate: Command, project: Path
) -> None:
    """All named at once."""
    done = synthgate(
        *("verify", ASSEMBLY, "--env", "prod", "--account", "4" * 12, "--commit", "0" * 40)
    )
    assert done.code == 1
    commit = git(project, "rev-parse", "HEAD")
    lines = done.out.splitlines()
    assert lines[0].startswith("environment: environment: attested dev, expected prod; ")
    assert lines[1].startswith(f"account: account: attested {ACCOUNT}, expected 444444444444; ")
    assert lines[2].startswith(f"commit: commit: attested {commit}, expected {'0' * 40}; ")
    assert lines[3].endswith(": environment, account, commit")


def test_another_commit_or_an_unclean_tree_is_refused(synthgate: Command, project: Path) -> None:
    """What is checked out now, without being asked."""
    (project / "new").touch()
    done = synthgate("verify", ASSEMBLY)
    assert done.out.startswith(
        "dirty-tree: working tree: differs from the commit now: new; commit or remove them, "
    )
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message=second")
    done = synthgate("verify", ASSEMBLY)
    assert (done.code, done.out.partition(":")[0]) == (1, "commit")
    shutil.rmtree(project / ".git")
    done = synthgate("verify", ASSEMBLY)
    assert done.code == 0
    assert "note: commit not compared: attested " in done.out


def test_an_old_attestation_is_refused(synthgate: Command, project: Path) -> None:
    """Older than the setting, or than what is asked; one from the future is no better."""
    aged(project, hours=23)
    assert synthgate("verify", ASSEMBLY).code == 0
    done = synthgate("verify", ASSEMBLY, "--max-age", "22")
    assert (done.code, done.out.partition(":")[0]) == (1, "age")
    aged(project, hours=25)
    done = synthgate("verify", ASSEMBLY)
    assert (done.code, done.out.partition(":")[0]) == (1, "age")
    assert "25.0 hours ago; at most 24.0 hours are allowed" in done.out
    aged(project, hours=-1)
    done = synthgate("verify", ASSEMBLY)
    assert (done.code, done.out.partition(":")[0]) == (1, "future")


def test_a_waiver_that_ended_or_went_since_is_refused(synthgate: Command, project: Path) -> None:
    """With the part of the policy that it stands in."""

    def ended(document: dict[str, Any]) -> None:
        document["predicate"][GATE]["waivers"][0]["expires"] = "2026-01-01"

    stated.resealed(project / ATTESTATION, ended)
    done = synthgate("verify", ASSEMBLY)
    assert done.code == 1
    assert ": ended on 2026-01-01, today is 20" in done.out
    assert last(done).endswith(": waiver")
    (project / "waivers.toml").write_text("# none\n")
    done = synthgate("verify", ASSEMBLY)
    assert "policy: policy: the waivers file changed: attested sha256 " in done.out
    assert last(done).endswith(": dirty-tree, policy, waiver")


def test_a_signed_attestation(
    synthgate: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a public key is configured, only its private key attests; then nothing else holds."""
    private = keys(project)
    done = synthgate("verify", ASSEMBLY)
    assert (done.code, done.out.partition(":")[0]) == (1, "signature")
    done = synthgate("attest", ASSEMBLY, "--account", ACCOUNT)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "synthgate: key.pub is configured, so an attestation has to be signed; give the private "
        "key with --key FILE or SYNTHGATE_SIGNING_KEY\n"
    )
    assert not (project / ATTESTATION).exists()
    monkeypatch.setenv(SETTINGS, private.read_text())
    done = synthgate("attest", ASSEMBLY, "--env", "dev", "--account", ACCOUNT, "--quiet")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0].partition("; ")[2].startswith("signed by the key ")
    done = synthgate("verify", ASSEMBLY)
    assert (done.code, last(done).rpartition("; ")[2][:18]) == (0, "signed by the key ")
    # With --key, before the environment variable.
    monkeypatch.setenv(SETTINGS, "no key")
    done = synthgate("attest", ASSEMBLY, "--key", project / "none.pem")
    assert done.err.endswith("none.pem: the key cannot be read: No such file or directory\n")
    done = synthgate("attest", ASSEMBLY)
    assert done.err.startswith("synthgate: SYNTHGATE_SIGNING_KEY: no private key; ")


def test_a_red_assembly_is_attested_as_such(synthgate: Command, project: Path) -> None:
    """Exit 1, with what the gate found; and it does not hold, whatever else does."""
    (project / "snapshots" / "dev" / "ApiStack.template.json").unlink()
    done = synthgate("attest", ASSEMBLY)
    assert done.code == 1
    assert "snapshot-missing" in done.out
    # The user's folder is named, not the copy of it that is judged.
    text = " ".join(f"{done.out} {done.err}".split())
    assert f"synthgate diff snapshots/dev {ASSEMBLY}`" in text
    assert "synthgate-attestation-" not in text
    assert done.out.splitlines()[-2].startswith("ATTESTED RED: ")
    notices = [line for line in done.err.splitlines() if "a deployment is refused" in line]
    assert notices == [
        (
            "synthgate: no account is known, so a deployment is refused; name it with --account, "
            "or in [tool.synthgate.deploy] accounts"
        ),
        (
            "synthgate: the working tree differs from the commit "
            "(snapshots/dev/ApiStack.template.json); a deployment is refused"
        ),
    ]
    done = synthgate("verify", ASSEMBLY)
    assert done.code == 1
    assert last(done).endswith(": verdict, dirty-tree")


def test_what_was_not_judged_is_not_attested(synthgate: Command, project: Path) -> None:
    """Exit 3 when an engine did not run; the attestation of an earlier run is gone."""
    (project / ASSEMBLY / "synthgate.json").unlink()
    done = synthgate("attest", ASSEMBLY, "--quiet")
    assert done.code == 3
    verdict, outcome = done.out.splitlines()
    assert verdict.startswith("ERROR: ")
    assert outcome == "NOT ATTESTED: an engine did not run, so nothing was judged"
    assert not (project / ATTESTATION).exists()
    done = synthgate("verify", ASSEMBLY)
    assert (done.code, done.out) == (2, "")
    assert "there is no attestation; make one with `synthgate attest ASSEMBLY`" in done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--env", "prod"],
            (
                "--env prod: the assembly is of the environment dev; give the assembly of the "
                "other one"
            ),
        ),
        (
            ["--output", f"{ASSEMBLY}/attestation.json"],
            (
                f"{ASSEMBLY}/attestation.json: lies in the assembly, whose every file is attested; "
                "write it beside the assembly"
            ),
        ),
        (
            ["--output", "pyproject.toml"],
            "pyproject.toml: is there and is no attestation, so it is not replaced; remove it, or ",
        ),
        (
            ["--env", " "],
            "Invalid value for '--env': a name is expected, such as prod; see `synthgate attest ",
        ),
        (["--output", "snapshots"], "snapshots: a folder; name the attestation's file"),
        (
            ["--key", "private.pem"],
            (
                "--key private.pem: nothing would verify the signature; name the public key: "
                "public-key in [tool.synthgate.attestation]"
            ),
        ),
        (
            ["--rehearsal", "cdk.json"],
            "cdk.json: the rehearsal was of other files: digest none, this assembly's is ",
        ),
        (
            ["--account", "12"],
            (
                "Invalid value for '--account': '12': an account's id is twelve digits; see "
                "`synthgate attest --help`"
            ),
        ),
    ],
)
def test_wrong_usage_is_told_before_anything_is_judged(
    synthgate: Command, project: Path, arguments: list[str], told: str
) -> None:
    """Exit 2, one line."""
    done = synthgate("attest", ASSEMBLY, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"synthgate: {told}")
    assert len(done.err.splitlines()) == 1
    assert (project / "snapshots").is_dir()
    assert (project / "pyproject.toml").read_bytes() == (ROOT / "pyproject.toml").read_bytes()


def test_what_keeps_an_attested_assembly_from_a_deployment_is_told(folder: Path) -> None:
    """Each of it, while it can still be mended."""
    statement = stated.statement(
        stated.assembly(folder / "prod"),
        environment="",
        places=Places((), ()),
        commit=Head(stated.COMMIT, ("a\x1b[2J", "b")),
    )
    assert telling.notices(statement) == [
        "no environment: compliance.guard was told none; a deployment is refused",
        (
            "no account is known, so a deployment is refused; name it with --account, or in "
            "[tool.synthgate.deploy] accounts"
        ),
        "the working tree differs from the commit (a\\x1b[2J and 1 more); a deployment is refused",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--commit", "HEAD"], "'HEAD': a commit's whole name is expected, 40 hex digits"),
        (["--format", "xml"], "'xml': one of text, json"),
        (["--max-age", "0"], "'--max-age': Input should be greater than or equal to 1"),
    ],
)
def test_wrong_options_of_verify_are_told(
    synthgate: Command, project: Path, arguments: list[str], told: str
) -> None:
    """Exit 2, one line."""
    done = synthgate("verify", project / ASSEMBLY, *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_key_in_the_environment_alone_is_refused(
    synthgate: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever set it means to sign."""
    monkeypatch.setenv(SETTINGS, "key")
    done = synthgate("attest", project / ASSEMBLY)
    assert done.code == 2
    assert done.err.startswith("synthgate: SYNTHGATE_SIGNING_KEY: nothing would verify the ")


def test_what_changes_while_it_is_judged_is_not_attested(
    synthgate: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of the assembly, the policy, the commit: each ends it with one line."""
    from compliance import pipeline  # noqa: PLC0415 - for this test's disturbance

    judge = pipeline.judge
    said: list[Report] = []

    def disturbed(change: Callable[[], object]) -> str:
        def judging(assembly: Assembly, *, config: Config, today: dt.date, **_: object) -> Report:
            found = said or [judge(assembly, config=config, today=today)]
            said[:] = found
            change()
            return found[0]

        monkeypatch.setattr(pipeline, "judge", judging)
        done = synthgate("attest", ASSEMBLY, "--quiet")
        assert (done.code, done.out) == (2, "")
        assert not (project / ATTESTATION).exists()
        return done.err

    def committed() -> None:
        git(project, "add", ".")
        git(project, "commit", "--quiet", "--message=meanwhile")

    assert disturbed(lambda: flip(project / ASSEMBLY / asset(project))) == (
        f"synthgate: {ASSEMBLY}: '{asset(project)}' changed while the assembly was judged; attest "
        "again\n"
    )
    assert disturbed(lambda: write_whole(project / "waivers.toml", "")) == (
        "synthgate: .: settings, waivers or snapshots changed while the assembly was judged; "
        "attest again\n"
    )
    assert "was checked out before the assembly was judged" in disturbed(committed)
    assert disturbed(lambda: shutil.rmtree(project / ".git")).endswith(
        "was checked out before the assembly was judged, none afterwards; attest again\n"
    )


def test_what_is_swapped_while_it_is_judged_and_put_back_is_not_attested(
    synthgate: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy is judged, and that copy is what is attested: nobody else can write to it."""
    from compliance import pipeline  # noqa: PLC0415 - for this test's disturbance

    judge = pipeline.judge
    template = project / ASSEMBLY / "ApiStack.template.json"
    good = template.read_bytes()
    bad = json.dumps({**json.loads(good), "Description": "bad"}).encode()
    template.write_bytes(bad)

    def judging(assembly: Assembly, *, config: Config, today: dt.date, **_: object) -> Report:
        template.write_bytes(good)
        assert assembly.path.resolve().parent.stat().st_mode & 0o777 == 0o700
        found = judge(assembly, config=config, today=today)
        template.write_bytes(bad)
        return found

    monkeypatch.setattr(pipeline, "judge", judging)
    done = synthgate("attest", ASSEMBLY, "--account", ACCOUNT)
    assert done.code == 3, done.out
    assert last(done) == "NOT ATTESTED: an engine did not run, so nothing was judged"
    assert "synthgate-attestation-" not in done.out + done.err
    assert not (project / ATTESTATION).exists()


def test_rights_and_places_that_are_not_cdks_own_are_told(
    synthgate: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No engine judges the manifest; so whoever attests reads what it names."""
    from compliance import pipeline  # noqa: PLC0415 - what is judged matters not here

    path = project / ASSEMBLY / "manifest.json"
    document = json.loads(path.read_text())
    role = f"arn:aws:iam::{ACCOUNT}:role/Admin"
    document["artifacts"]["ApiStack"]["properties"]["cloudFormationExecutionRoleArn"] = role
    path.write_text(json.dumps(document))
    report = stated.REPORT
    monkeypatch.setattr(pipeline, "judge", lambda *_, **__: report)
    done = synthgate("attest", ASSEMBLY, "--account", ACCOUNT)
    assert done.code == 0
    assert (
        f"synthgate: ApiStack.template.json: CloudFormation's role {role}: not what `cdk "
        "bootstrap` makes in the account and region of the stack\n"
    ) in done.err


def test_an_assembly_outside_of_a_repository_is_attested_without_a_commit(
    synthgate: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a notice; and with its rehearsal, when it is of these files."""
    shutil.rmtree(project / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    digest = digests.whole(digests.of(project / ASSEMBLY))
    rehearsal = project / "build" / "rehearsal.json"
    rehearsal.write_text(
        json.dumps({"digest": digest, "environment": "dev", "report": {"verdict": "green"}})
    )
    done = synthgate(
        *("attest", ASSEMBLY, "--account", ACCOUNT, "--rehearsal", rehearsal),
        *("--output", "build/other.json"),
    )
    assert done.code == 0
    assert done.err.splitlines()[-1] == (
        "synthgate: no commit is known outside of a repository; a deployment is refused"
    )
    assert ", no commit, until " in done.out
    found = read(project / "build" / "other.json", public_key=None)
    assert isinstance(found, tuple)
    (rested_on,) = found[0].predicate.input_attestations
    assert rested_on.digest.sha256 == hashlib.sha256(rehearsal.read_bytes()).hexdigest()
    # That of an earlier run lies elsewhere, and is none of this one's.
    assert (project / ATTESTATION).exists()
    assert synthgate("verify", ASSEMBLY, "--attestation", "build/other.json").code == 0
