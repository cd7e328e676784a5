"""Which exports of a stack change or go while other stacks import them: their deployment fails.

What another stack imports cannot be modified, nor can the stack that exports it be deleted
(CloudFormation Template Reference, `Fn::ImportValue`). The old side is what is deployed: its
imports are in use until the importing stack is deployed, which CDK does after the exporting one,
so that an import and its export go in two deployments (CDK API Reference, `Stack.exportValue`).
`Fn::GetStackOutput` reads an output and holds nothing fast.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from compliance.assembly.model import Assembly
from compliance.intrinsics import Kind, Resolver, Text, is_intrinsic
from compliance.review.model import Replaced
from compliance.review.references import names, renamed, text
from compliance.review.values import SAME, Shift, graver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from compliance.assembly.model import Json, Template

    Shifts = Callable[[Json, Json], Shift]

IMPORT: Final = "Fn::ImportValue"
IF: Final = "Fn::If"
CONDITION: Final = "Condition"
MAX_STACKS: Final = 4
"""Stacks that a sentence names."""
_OF_A_STACK: Final = frozenset({"AWS::StackId", "AWS::StackName", "AWS::NotificationARNs"})
"""Pseudo parameters that are something else in each stack."""


class Imports:
    """What the stacks of one folder import, as they were and as they are."""

    def __init__(self, old: Assembly, new: Assembly) -> None:
        """Take both sides; they are looked through when the first export asks."""
        self._old = old
        self._new = new

    def users(self, name: str, *, exporter: Template) -> Users:
        """Who imported an export.

        Args:
            name: of the export.
            exporter: the template that has it; its own imports are none.
        """
        before = {
            user: certain
            for user, certain in self._before.get(name, {}).items()
            if user != exporter.name
        }
        after = self._after.get(name, {})
        there = [user for user in sorted(before) if user in self._there]
        return Users(
            staying=tuple(_stack(user) for user in there if user in after),
            leaving=tuple(_stack(user) for user in there if user not in after),
            gone=tuple(_stack(user) for user in sorted(before) if user not in self._there),
            certain=any(before.values()),
        )

    @cached_property
    def _before(self) -> Mapping[str, Mapping[str, bool]]:
        return _importers(self._old)

    @cached_property
    def _after(self) -> Mapping[str, Mapping[str, bool]]:
        return _importers(self._new)

    @cached_property
    def _there(self) -> frozenset[str]:
        return frozenset(template.name for template in self._new.templates)


@dataclass(frozen=True, slots=True)
class Users:
    """The stacks that import an export, without their folder.

    Attributes:
        staying: those that still do.
        leaving: those that do no more.
        gone: those whose template is gone.
        certain: whether one of them does whatever the conditions.
    """

    staying: tuple[str, ...]
    leaving: tuple[str, ...]
    gone: tuple[str, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """An export in use that changes or goes.

    Attributes:
        resources: logical ids, in the old template, of what its value is made of.
        rewritten: whether the output is another one or gone; else what it stands for changes.
        value: as it was exported.
        output: the key of the output.
        export: the export's name.
        level: whether it does for certain.
        users: who imports it.
        removed: whether it goes.
        stack_gone: whether the whole template does.
    """

    resources: tuple[str, ...]
    rewritten: bool
    value: Json
    output: str
    export: str
    level: Replaced
    users: Users
    removed: bool
    stack_gone: bool

    def sentence(self, *, of_it: bool) -> str:
        """What fails and why, without a full stop.

        Args:
            of_it: whether it stands where the exporting resource is named; else this names it.
        """
        users = self.users
        every = (*users.staying, *users.leaving, *users.gone)
        fails = "fails" if self.level is Replaced.YES and users.certain else "may fail"
        failing = "the deletion of the stack" if self.stack_gone else "the deployment"
        return (
            f"{failing} {fails}: {_listed(sorted(every))} {_verb(every, 'imports', 'import')} "
            f"{self._what(of_it=of_it)} (export {self.export}), which cannot "
            f"{'be removed' if self.removed else 'change'} {self._until()}"
        )

    def _what(self, *, of_it: bool) -> str:
        match self.value:
            case {"Ref": str(name)} if name in self.resources:
                attribute = "Ref"
            case {"Fn::GetAtt": [str(name), str(attribute)]} if name in self.resources:
                pass
            case _:
                return f"the output {self.output}"
        return f"its {attribute}" if of_it else f"the {attribute} of {name}"

    def _until(self) -> str:
        users = self.users
        if users.staying:
            return "while it is in use"
        steps = []
        if users.leaving:
            no_longer = _verb(users.leaving, "no longer does, is", "no longer do, are")
            steps.append(f"{_listed(users.leaving)}, which {no_longer} deployed")
        if users.gone:
            is_gone = _verb(users.gone, "template is gone, is", "templates are gone, are")
            steps.append(f"{_listed(users.gone)}, whose {is_gone} deleted")
        own = "that takes a deployment of its own (CDK: exportValue)"
        told = f"until {' and '.join(steps)}"
        return f"{told}: {own}" if users.leaving and self.removed else told


def refusals(
    old: Template,
    new: Template | None,
    *,
    imports: Imports,
    called: Mapping[str, str],
    shift: Shifts,
) -> Iterator[Refusal]:
    """The exports of a template that are in use and change or go, in its order.

    Args:
        old: the template as it was.
        new: the template as it is; `None` when it is gone. Its stack is then deleted by hand, as
            are importing stacks that are gone too: of them nothing is said.
        imports: of the stacks beside it.
        called: what logical ids of the old template are called in the new one, if otherwise.
        shift: tells of a value with those names, and of one of the new template, whether it is
            another one after the deployment.
    """
    after = {name: body for _, name, body in _exports(new)} if new is not None else {}
    for output, name, body in _exports(old):
        users = imports.users(name, exporter=old)
        if not (users.staying or (new is not None and (users.leaving or users.gone))):
            continue
        before = renamed(body, lambda one: called.get(one, one))
        now = after.get(name)
        change = Shift(Replaced.YES) if now is None else _changes(before, now, shift)
        if CONDITION in body and change.level is Replaced.YES:
            change = Shift(Replaced.MAYBE)  # where its condition is false, it was not exported
        if change.level is not Replaced.NO:
            value = renamed(body.get("Value"), str)
            yield Refusal(
                resources=tuple(sorted(names(value).attributes.keys() & old.resources.keys())),
                rewritten=now is None or text(before.get("Value")) != text(_value(now)),
                value=value,
                output=output,
                export=name,
                level=change.level,
                users=users if new is not None else Users(users.staying, (), (), users.certain),
                removed=now is None,
                stack_gone=new is None,
            )


def _changes(before: Mapping[str, Json], after: Mapping[str, Json], shift: Shifts) -> Shift:
    """Whether an export changes, or may be there no more."""
    old, new = ({key: body[key] for key in (CONDITION,) if key in body} for body in (before, after))
    if not new:
        gone = SAME
    elif text(old) == text(new):
        gone = shift(new, new)
    else:
        gone = Shift(Replaced.MAYBE)
    return graver(shift(before.get("Value"), _value(after)), gone)


def _value(body: Mapping[str, Json]) -> Json:
    return renamed(body.get("Value"), str)


def _exports(template: Template) -> Iterator[tuple[str, str, Mapping[str, Json]]]:
    """Key, name and body of the outputs that other stacks can import."""
    for key, body in template.outputs.items():
        export = body.get("Export") if isinstance(body, Mapping) else None
        if isinstance(export, Mapping):
            for name in _names(export.get("Name"), template):
                yield key, name, body


def _importers(assembly: Assembly) -> Mapping[str, Mapping[str, bool]]:
    """By export name, the templates that import it, each with whether it does for certain."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for template in assembly.templates:
        for node, certain in _imported(template):
            for name in _names(node, template):
                users = found[name]
                users[template.name] = certain or users.get(template.name, False)
    return found


def _imported(template: Template) -> Iterator[tuple[Json, bool]]:
    """What names the exports that a template imports, and whether no condition decides that."""
    waiting: list[tuple[Json, bool]] = [(template.body, True)]
    while waiting:
        node, certain = waiting.pop()
        if isinstance(node, list):
            waiting += [(inner, certain) for inner in node]
        elif isinstance(node, Mapping):
            if is_intrinsic(node) and IMPORT in node:
                yield node[IMPORT], certain
            decided = isinstance(node.get(CONDITION), str) or (is_intrinsic(node) and IF in node)
            waiting += [(inner, certain and not decided) for inner in node.values()]


def _names(node: Json, template: Template) -> Iterable[str]:
    """The names that an expression may stand for, as every stack beside it would read them."""
    if isinstance(node, str):
        return (node,)
    alone = Assembly(path=template.path, templates=(template,), is_assembly=False)
    return dict.fromkeys(
        str(value)
        for value in Resolver(template, alone).values(node)
        if isinstance(value, str)
        or (
            isinstance(value, Text)
            and all(
                token.kind is Kind.PSEUDO and token.name not in _OF_A_STACK
                for token in value.tokens
            )
        )
    )


def _stack(name: str) -> str:
    return name.rpartition("/")[2]


def _listed(stacks: Sequence[str]) -> str:
    more = len(stacks) - MAX_STACKS
    if more > 0:
        stacks = (*stacks[:MAX_STACKS], f"{more:,} more")
    return " and ".join(filter(None, (", ".join(stacks[:-1]), stacks[-1])))


def _verb(stacks: Sequence[str], one: str, several: str) -> str:
    return one if len(stacks) == 1 else several
