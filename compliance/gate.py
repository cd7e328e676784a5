"""Runs the engines over assemblies, applies the waivers, decides.

The verdict is computed from what each engine saw and found. No engine's exit code is evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from compliance import engines, rules, waivers
from compliance.engines import evidence, synthesis
from compliance.engines.base import Answer, broken, merge
from compliance.engines.sources import Sources
from compliance.findings import (
    CATALOGUE_ENGINES,
    EngineRun,
    Finding,
    Report,
    Status,
    SynthgateError,
    decide,
    engines_of,
)
from compliance.rules.base import Context

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from compliance.assembly.model import Assembly
    from compliance.config import Config
    from compliance.engines.base import Engine
    from compliance.engines.evidence import Evidence

ALWAYS: Final = ("own", "checkov")
"""Engines that every input can be asked of."""


@dataclass(frozen=True)
class Scope:
    """What a run is asked for.

    Attributes:
        engines: required engines; by default all of the table for an assembly with evidence of its
            synthesis, and `ALWAYS` for anything else.
        families: families of own rules to report; all, and stock findings too, when empty.
        rules: ids of the rules to report, own or stock; all when empty.
    """

    engines: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    def admits(self, finding: Finding) -> bool:
        """Whether a finding is asked for. What is wrong with waivers always is."""
        if finding.engine == waivers.ENGINE:
            return True
        if self.rules and self._names(finding).isdisjoint(self.rules):
            return False
        if self.families:
            rule = rules.by_id().get(finding.rule)
            return rule is not None and rule.family in self.families
        return True

    def _names(self, finding: Finding) -> frozenset[str]:
        """Rules that a finding answers for, with and without what stands in brackets."""
        names = {finding.rule}
        if finding.rule == synthesis.IN_CODE:
            # What cdk-nag dropped because of it is among what was asked for.
            names.add(finding.observed.partition("::")[2])
        return frozenset(names | {name.partition("[")[0] for name in names})

    @property
    def rule_ids(self) -> frozenset[str] | None:
        """Ids of the rules that are reported; `None` for all."""
        if self.rules:
            return frozenset(self.rules)
        if self.families:
            return frozenset(rule.id for rule in rules.rules() if rule.family in self.families)
        return None


@dataclass
class Gate:
    """One run: engines are made once and see every assembly.

    Attributes:
        config: the policy data.
        waivers: what is accepted.
        today: the date that waivers' ends are compared with.
        scope: what is asked for.
        extra: engines beyond the table, always required.
        project: folder of the app, from where the command runs; it goes before the paths of the
            app's code, which are told from that folder.
    """

    config: Config
    waivers: waivers.Waivers
    today: dt.date
    scope: Scope = field(default_factory=Scope)
    extra: Sequence[Engine] = ()
    project: str = ""
    _made: dict[str, Engine] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _known(self.scope)

    def prepare(self) -> None:
        """Start the engines that take time, before there is an assembly."""
        for _, engine in self._asked(synthesized=False):
            engine.prepare()

    def close(self) -> None:
        """Stop every engine."""
        for engine in (*self._made.values(), *self.extra):
            engine.close()

    def check(
        self,
        assemblies: Sequence[Assembly],
        *,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Report:
        """Judge assemblies and lone templates together.

        Args:
            assemblies: at least one.
            progress: told in a few words what is being done.

        Raises:
            SynthgateError: there is nothing to judge.
        """
        if not any(assembly.size for assembly in assemblies):
            raise SynthgateError(
                "nothing to check: "
                + (", ".join(str(assembly.path) for assembly in assemblies) or "no path given")
                + " holds no resource; give a cdk.out folder or a template file"
            )
        answers: dict[str, list[tuple[bool, Answer]]] = {}
        findings: list[Finding] = []
        environments: list[str] = []
        mended: list[str] = []
        for assembly in assemblies:
            record, synthesized = _origin(assembly)
            environment = record.environment if record else ""
            environments.append(environment)
            mended += _mended(record)
            context = Context(assembly, self.config, environment)
            sources = Sources(assembly, record, project=self.project)
            for required, engine in self._asked(synthesized=synthesized):
                progress(f"{engine.name}: {environment or assembly.path.name}")
                answer = _examine(engine, context)
                answers.setdefault(engine.name, []).append((required, answer))
                findings += [
                    replace(found, environment=environment, source=sources.of(found))
                    for found in answer.findings
                ]
        runs = tuple(self._runs(answers))
        notices = list(self._unknown(answers))
        applied = waivers.apply(
            self.waivers,
            findings,
            today=self.today,
            places=[
                place
                for assembly in assemblies
                for template in assembly.templates
                for place in (template.stack, template.name)
            ],
            environments=environments,
            in_scope=self.scope.rule_ids,
            engines=frozenset(run.name for run in runs if run.status is Status.RAN),
        )
        results = tuple(
            sorted(
                (found for found in applied.findings if self.scope.admits(found)),
                key=lambda found: found.sort_key,
            )
        )
        threshold = self.config.threshold
        return Report(
            verdict=decide(engines=runs, results=results, threshold=threshold),
            engines=runs,
            results=results,
            threshold=threshold,
            scope=tuple(str(assembly.path) for assembly in assemblies),
            resources=sum(assembly.size for assembly in assemblies),
            templates=sum(len(assembly.templates) for assembly in assemblies),
            notices=(*notices, *applied.notices, *mended),
        )

    def _asked(self, *, synthesized: bool) -> Iterator[tuple[bool, Engine]]:
        """The engines that look at one assembly, and whether the verdict needs each."""
        required = set(self.scope.engines or (engines.NAMES if synthesized else ALWAYS))
        for rule in self.scope.rules:
            # Asked for a rule, the gate needs an engine that can find it.
            able = engines_of(rule)
            if able.isdisjoint(required):
                required |= able
        for name in engines.NAMES:
            if name in required or not (self.scope.engines or name in ALWAYS):
                yield name in required, self._engine(name)
        for engine in self.extra:
            yield True, engine

    def _unknown(self, answers: Mapping[str, list[tuple[bool, Answer]]]) -> Iterator[str]:
        """Look for rules asked for that no engine has: they would look like clean ones.

        Yields:
            A notice for each rule of an engine that does not list its rules.

        Raises:
            SynthgateError: the engine does, and the rule is not among them.
        """
        for rule in self.scope.rules:
            ran = [
                answer.rules
                for name in engines_of(rule)
                for _, answer in answers.get(name, ())
                if answer.run.status is Status.RAN
            ]
            listed = [known for known in ran if known is not None]
            if (
                listed
                and len(listed) == len(ran)
                and rule.partition("[")[0] not in frozenset().union(*listed)
            ):
                raise SynthgateError(
                    f"--rule {rule}: {' and '.join(sorted(engines_of(rule)))} has no such rule"
                )
            if ran and not listed:
                yield (
                    f"{' and '.join(sorted(engines_of(rule)))} does not list its rules: "
                    f"mind the spelling of {rule}"
                )

    def _engine(self, name: str) -> Engine:
        if name not in self._made:
            self._made[name] = engines.make(name, self.config)
        return self._made[name]

    def _runs(self, answers: Mapping[str, list[tuple[bool, Answer]]]) -> list[EngineRun]:
        """One row an engine. Where one was required, what it did elsewhere does not count."""
        runs = []
        for name in (*engines.NAMES, *(engine.name for engine in self.extra)):
            given = answers.get(name)
            if not given:
                runs.append(EngineRun(name, Status.NOT_RUN, reason="not asked for", required=False))
                continue
            needed = any(required for required, _ in given)
            counted = [
                answer
                for required, answer in given
                if required or not needed or answer.run.status is Status.FAILED
            ]
            runs.append(replace(merge(name, counted), required=needed))
        return runs


def _examine(engine: Engine, context: Context) -> Answer:
    """An engine's answer; whatever it raises is one too, and never a green."""
    try:
        return engine.examine(context)
    except Exception as error:  # noqa: BLE001 - an engine that breaks must not take the rest along
        return engine.failed(broken(error))


def _origin(assembly: Assembly) -> tuple[Evidence | None, bool]:
    """The evidence of an assembly, and whether it says what ran while it was synthesized."""
    try:
        record = evidence.read(assembly)
    except SynthgateError:
        # Unreadable evidence is no absence of it: the engines that rest on it will say so.
        return None, True
    return record, record is not None


def _mended(record: Evidence | None) -> Iterator[str]:
    """What aspects set, which stands in no code: a notice for each."""
    for change in record.mended if record else ():
        place = f"{record.environment}: " if record and record.environment else ""
        yield f"{place}set by an aspect: {change}"


def _known(scope: Scope) -> None:
    """Refuse names that nothing has, and questions that nobody asked for can answer.

    Either would look like a clean run.
    """
    for name in scope.engines:
        if name not in engines.NAMES:
            raise SynthgateError(
                f"--engine {name}: no such engine; one of {', '.join(engines.NAMES)}, or all"
            )
    families = list(rules.Family)
    for name in scope.families:
        if name not in families:
            raise SynthgateError(f"--family {name}: no such family; one of {', '.join(families)}")
        _answerable(f"--family {name}", CATALOGUE_ENGINES, scope)
    for name in scope.rules:
        own = rules.by_id().get(name)
        able = engines_of(name)
        if not own and (able == CATALOGUE_ENGINES or not able <= set(engines.NAMES)):
            raise SynthgateError(
                f"--rule {name}: no such rule; see `synthgate rules` for the catalogue"
            )
        if scope.families and (own is None or own.family not in scope.families):
            raise SynthgateError(
                f"--rule {name}: not of the family {', '.join(scope.families)}; leave --family out"
            )
        _answerable(f"--rule {name}", able, scope)


def _answerable(asked: str, able: frozenset[str], scope: Scope) -> None:
    if scope.engines and able.isdisjoint(scope.engines):
        raise SynthgateError(
            f"{asked}: no engine asked for judges it; one of {', '.join(sorted(able))} does"
        )
