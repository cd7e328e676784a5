"""Runs the engines over assemblies, applies the waivers, decides.

The verdict is computed from what each engine saw and found. No engine's exit code is evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from compliance import engines, rules, waivers
from compliance.engines import evidence
from compliance.engines.base import Answer, merge
from compliance.findings import EngineRun, Finding, Report, Status, SynthgateError, decide
from compliance.rules.base import Context

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from compliance.assembly.model import Assembly
    from compliance.config import Config
    from compliance.engines.base import Engine

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
        if self.rules and finding.rule.partition("[")[0] not in self.rules:
            return False
        if self.families:
            rule = rules.by_id().get(finding.rule)
            return rule is not None and rule.family in self.families
        return True

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
    """

    config: Config
    waivers: waivers.Waivers
    today: dt.date
    scope: Scope = field(default_factory=Scope)
    extra: Sequence[Engine] = ()
    _made: dict[str, Engine] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _known(self.scope)

    def prepare(self) -> None:
        """Start the engines that take time, before there is an assembly."""
        for name in self.scope.engines or ALWAYS:
            self._engine(name).prepare()

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
        if not assemblies:
            raise SynthgateError("nothing to check: give a cdk.out folder or a template file")
        answers: dict[str, list[tuple[bool, Answer]]] = {}
        findings: list[Finding] = []
        environments: list[str] = []
        for assembly in assemblies:
            environment, synthesized = _origin(assembly)
            environments.append(environment)
            context = Context(assembly, self.config)
            required = self.scope.engines or (engines.NAMES if synthesized else ALWAYS)
            for name in engines.NAMES:
                optional = name not in required
                if optional and (self.scope.engines or name in ALWAYS):
                    continue
                progress(f"{name}: {environment or assembly.path.name}")
                answer = self._engine(name).examine(context)
                answers.setdefault(name, []).append((not optional, answer))
                findings += [replace(found, environment=environment) for found in answer.findings]
            for engine in self.extra:
                progress(f"{engine.name}: {environment or assembly.path.name}")
                answer = engine.examine(context)
                answers.setdefault(engine.name, []).append((True, answer))
                findings += [replace(found, environment=environment) for found in answer.findings]
        runs = tuple(self._runs(answers))
        applied = waivers.apply(
            self.waivers,
            findings,
            today=self.today,
            stacks=[stack for assembly in assemblies for stack in assembly.stacks],
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
            notices=tuple(applied.notices),
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
            needed = [answer for required, answer in given if required]
            run = merge(name, needed or [answer for _, answer in given])
            runs.append(replace(run, required=bool(needed)))
        return runs


def _origin(assembly: Assembly) -> tuple[str, bool]:
    """Environment of an assembly, and whether it says what ran while it was synthesized."""
    try:
        record = evidence.read(assembly)
    except SynthgateError:
        # Unreadable evidence is no absence of it: the engines that rest on it will say so.
        return "", True
    return (record.environment, True) if record else ("", False)


def _known(scope: Scope) -> None:
    """Refuse names that nothing has: a misspelled rule must not look like a clean one."""
    for name in scope.engines:
        if name not in engines.NAMES:
            raise SynthgateError(
                f"--engine {name}: no such engine; one of {', '.join(engines.NAMES)}, or all"
            )
    families = list(rules.Family)
    for name in scope.families:
        if name not in families:
            raise SynthgateError(f"--family {name}: no such family; one of {', '.join(families)}")
    for name in scope.rules:
        if name not in rules.by_id() and not name.startswith(
            ("CKV", "AwsSolutions", "Serverless", "NIST", "E", "W", "F", "I")
        ):
            raise SynthgateError(
                f"--rule {name}: no such rule; see `synthgate rules` for the catalogue"
            )
