"""Compares an assembly's templates with the accepted snapshots, for the gate."""

from __future__ import annotations

import shlex
import time
from functools import cached_property
from typing import TYPE_CHECKING, Final

from compliance import __version__
from compliance.engines import evidence
from compliance.engines.base import Answer, Engine
from compliance.files import files_below
from compliance.findings import EngineRun, Finding, Outcome, Severity, Status, SynthgateError
from compliance.iam.access.model import Comparison
from compliance.review import wording
from compliance.review.canonical import serialize
from compliance.review.sources import SUFFIX, of_assembly, template_name
from compliance.snapshots import comparing, folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from compliance.assembly.model import Template
    from compliance.review.model import Review, TemplateReview
    from compliance.rules.base import Context

MAX_FACTS: Final = 6
"""Facts that a finding tells; the review tells all."""


class SnapshotsEngine(Engine):
    """Every template has its snapshot, every snapshot its template, and they are equal.

    Args:
        folder: where the snapshots lie, a folder for each environment.
        environments: every environment that the app knows: a folder of another one is left over.
    """

    name = "snapshots"

    def __init__(self, folder: Path, *, environments: Collection[str] = ()) -> None:
        self._folder = folder
        self._environments = frozenset(environments)

    def examine(self, context: Context) -> Answer:
        """Compare the assembly with the snapshots of its environment."""
        start = time.perf_counter()
        assembly = context.assembly
        record = evidence.read(assembly)
        environment = record.environment if record else ""
        inside = self._folder / environment
        accepted = folder.accepted(inside)
        texts = {
            template.name: serialize(template.body) for template in of_assembly(assembly).templates
        }
        found = []
        told = _Told(
            accepted,
            texts,
            show=f"synthgate diff {shlex.join((self._shown(inside), str(assembly.path)))}",
            accept=context.config.snapshots_accept,
        )
        for template in assembly.templates:
            name = template_name(template.name)
            shown = self._shown(folder.path_of(inside, name))
            if texts[name] == accepted.get(name):
                found.append(_passed(template, shown))
            else:
                found.append(told.finding(template, shown))
        found += [
            told.orphan(template_name(path.relative_to(inside).as_posix()), self._shown(path))
            for path in folder.orphans(inside, texts)
        ]
        found += [told.orphan("", self._shown(path)) for path in self._of_other_environments()]
        return Answer(
            EngineRun(
                self.name,
                Status.RAN,
                __version__,
                rules=1,
                resources=assembly.size,
                seconds=time.perf_counter() - start,
            ),
            tuple(found),
        )

    def _shown(self, path: Path) -> str:
        return path.relative_to(self._folder.parent).as_posix()

    def _of_other_environments(self) -> Iterator[Path]:
        """Snapshots of environments that the app knows no more, told once a run."""
        known, self._environments = self._environments, frozenset()
        for path in files_below(self._folder, f"*{SUFFIX}") if known else ():
            if path.relative_to(self._folder).parts[0] not in known:
                yield path


class _Told:
    """What is said of each template that is not the accepted one.

    Args:
        accepted: texts of the environment's snapshots, by name.
        synthesized: canonical texts of its templates, by name.
        show: the command that shows the whole review.
        accept: the command that accepts the change.
    """

    def __init__(
        self,
        accepted: Mapping[str, str],
        synthesized: Mapping[str, str],
        *,
        show: str,
        accept: str,
    ) -> None:
        self._accepted = accepted
        self._synthesized = synthesized
        self._mend = f"Review the change with `{show}`, then accept it: {accept}"

    def finding(self, template: Template, shown: str) -> Finding:
        """That a template is not the accepted one."""
        name = template_name(template.name)
        is_known = name in self._accepted
        headline, facts = self._said(name)
        return Finding(
            engine=SnapshotsEngine.name,
            rule="snapshot-changed" if is_known else "snapshot-missing",
            severity=Severity.HIGH,
            outcome=Outcome.FAIL,
            message=f"The template is not the one that was accepted: {headline}."
            if is_known
            else f"No snapshot accepts this template yet: {headline}.",
            template=template.name,
            stack=template.stack,
            location=shown,
            observed=facts,
            remediation=self._mend,
        )

    def orphan(self, name: str, shown: str) -> Finding:
        """That a snapshot has no template; of another environment when it has no name."""
        headline, facts = self._said(name) if name else ("", "")
        return Finding(
            engine=SnapshotsEngine.name,
            rule="snapshot-orphaned",
            severity=Severity.HIGH,
            outcome=Outcome.FAIL,
            message="No template belongs to this snapshot any more: a stack was removed or renamed"
            + (f" ({headline})." if headline else "."),
            template=shown,
            location=shown,
            observed=facts,
            remediation=self._mend,
        )

    def _said(self, name: str) -> tuple[str, str]:
        """A template's review in a line, and its gravest facts."""
        if isinstance(self._review, SynthgateError):
            return f"{self._review}; no review is possible", ""
        review = self._review
        template = next((each for each in review.templates if each.name == name), None)
        if template is None:
            return comparing.ONLY_LAYOUT, ""
        access = _part(review, template)
        facts = wording.gravest(template, access)
        more = f" | and {len(facts) - MAX_FACTS:,} more" if len(facts) > MAX_FACTS else ""
        return wording.template_headline(template, access), " | ".join(facts[:MAX_FACTS]) + more

    @cached_property
    def _review(self) -> Review | SynthgateError:
        try:
            return comparing.reviewed(self._accepted, self._synthesized)
        except SynthgateError as error:
            return error


def _part(review: Review, template: TemplateReview) -> Comparison:
    """What of the new access stands in one template; the first has what stands in none by name."""

    def stands_here(statement: str) -> bool:
        owners = [each for each in review.templates if statement.startswith(f"{each.name}/")]
        return template in (owners or review.templates[:1])

    return Comparison(
        witnesses=tuple(each for each in review.access.witnesses if stands_here(each.statement)),
        undecided=tuple(each for each in review.access.undecided if stands_here(each.statement)),
    )


def _passed(template: Template, shown: str) -> Finding:
    return Finding(
        engine=SnapshotsEngine.name,
        rule="snapshot-changed",
        severity=Severity.HIGH,
        outcome=Outcome.PASS,
        message="The template is the accepted one.",
        template=template.name,
        stack=template.stack,
        location=shown,
    )
