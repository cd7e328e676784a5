"""Looks through the intrinsics of one template."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from compliance.intrinsics.values import ABSENT, Kind, Text, Token, Unknown, Value, concatenate

if TYPE_CHECKING:
    from compliance.assembly.model import Assembly, Json, Template

MAX_ALTERNATIVES: Final = 64
"""A value with more alternatives than this is unknown: nested conditions multiply."""
MAX_STEPS: Final = 64
"""References followed for one value (imports, parameters' defaults); also what ends a cycle."""

_SUB = re.compile(r"\$\{(!?)([^}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:[^}]*\}\}")


def is_intrinsic(node: Json) -> bool:
    """Whether a JSON value is a call of an intrinsic function."""
    if not (isinstance(node, Mapping) and len(node) == 1):
        return False
    name = next(iter(node))
    return name == "Ref" or (isinstance(name, str) and name.startswith("Fn::"))


@dataclass(frozen=True)
class Resolver:
    """Resolves the values of one template.

    Attributes:
        template: where the values stand.
        assembly: where imports and stack outputs are looked up.
    """

    template: Template
    assembly: Assembly

    def values(self, node: Json) -> tuple[Value, ...]:
        """Every alternative of a value, without repetition, in the order of the branches."""
        return _unique(self._values(node, 0))

    def one(self, node: Json) -> Value:
        """The value when it has just one alternative, else `Unknown`."""
        found = self.values(node)
        return found[0] if len(found) == 1 else Unknown("it depends on a condition")

    def get(self, node: Json, *path: str) -> tuple[Value, ...]:
        """Alternatives of what lies at `path` inside an object, intrinsics on the way included."""
        found = self.values(node)
        for key in path:
            found = _unique(
                alternative
                for value in found
                for alternative in (
                    self.values(value.get(key, ABSENT))
                    if isinstance(value, Mapping)
                    else (value if isinstance(value, Unknown) else ABSENT,)
                )
            )
        return found

    def items(self, node: Json, place: str = "") -> Iterator[tuple[str, Value]]:
        """Elements of a value that may be a list or a single element, each with its place.

        Args:
            node: a list, a single element, or an intrinsic that yields either.
            place: property path of `node`.

        Yields:
            Place and value; every alternative of every element; never `ABSENT`. A list known only
            at deploy time is one `Unknown`.
        """
        for value in self.values(node):
            if isinstance(value, list):
                for index, element in enumerate(value):
                    for inner in self.values(element):
                        if isinstance(inner, list):
                            yield from self.items(inner, f"{place}[{index}]")
                        elif inner is not ABSENT:
                            yield f"{place}[{index}]", inner
            elif value is not ABSENT:
                yield place, value

    # -- one function of CloudFormation each ------------------------------------------------------

    def _values(self, node: Json, steps: int) -> tuple[Value, ...]:
        if steps > MAX_STEPS:
            return (Unknown("references run in a circle or too deep"),)
        if node is ABSENT:
            return (ABSENT,)
        if isinstance(node, str):
            return (_dynamic(node),)
        if not is_intrinsic(node):
            return (node,)
        name, argument = next(iter(node.items()))
        function = self._functions.get(name)
        if function is None:
            return (Unknown(f"{name} is decided at deploy time", name),)
        found: tuple[Value, ...] = function(argument, steps + 1)
        return found

    @cached_property
    def _functions(self) -> Mapping[str, Any]:
        return {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Sub": self._sub,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find_in_map,
            "Fn::ImportValue": self._import,
            "Fn::GetStackOutput": self._stack_output,
            "Fn::ToJsonString": self._to_json,
        }

    def _ref(self, argument: Json, steps: int) -> tuple[Value, ...]:
        if not isinstance(argument, str):
            return (Unknown("Ref names no single thing"),)
        if argument.startswith("AWS::"):
            return (self._pseudo(argument),)
        if argument in self.template.parameters:
            return self._parameter(argument, steps)
        resource = self.template.resources.get(argument)
        if resource is None:
            return (Unknown(f"Ref {argument} names nothing in the template", argument),)
        return (Text((Token(argument, Kind.RESOURCE, resource),)),)

    def _pseudo(self, name: str) -> Value:
        match name:
            case "AWS::NoValue":
                return ABSENT
            case "AWS::AccountId" if self.template.account:
                return self.template.account
            case "AWS::Region" if self.template.region:
                return self.template.region
            case _:
                return Text((Token(name, Kind.PSEUDO),))

    def _parameter(self, name: str, steps: int) -> tuple[Value, ...]:
        body = self.template.parameters[name]
        kind = body.get("Type", "String") if isinstance(body, Mapping) else "String"
        if not isinstance(body, Mapping) or "Default" not in body:
            return (Unknown(f"parameter {name} has no default", name),)
        if isinstance(kind, str) and kind.startswith("AWS::SSM::Parameter::"):
            return (Unknown(f"parameter {name} is read from Parameter Store", name),)
        default = body["Default"]
        if isinstance(kind, str) and (kind == "CommaDelimitedList" or kind.startswith("List<")):
            return ([item.strip() for item in str(default).split(",")],)
        return self._values(default, steps)

    def _get_att(self, argument: Json, _steps: int) -> tuple[Value, ...]:
        if isinstance(argument, str):
            argument = argument.split(".", 1)
        match argument:
            case [str(logical_id), str(attribute)]:
                pass
            case _:
                return (Unknown("Fn::GetAtt names no single attribute"),)
        resource = self.template.resources.get(logical_id)
        name = f"{logical_id}.{attribute}"
        if resource is None:
            return (Unknown(f"Fn::GetAtt {name} names nothing in the template", name),)
        return (Text((Token(name, Kind.RESOURCE, resource, attribute),)),)

    def _if(self, argument: Json, steps: int) -> tuple[Value, ...]:
        match argument:
            case [_, yes, no]:
                return (*self._values(yes, steps), *self._values(no, steps))
            case _:
                return (Unknown("Fn::If without two branches"),)

    def _join(self, argument: Json, steps: int) -> tuple[Value, ...]:
        match argument:
            case [str(delimiter), parts]:
                pass
            case _:
                return (Unknown("Fn::Join without a delimiter and a list"),)
        found: list[Value] = []
        for elements in self._values(parts, steps):
            if not isinstance(elements, list):
                found.append(_as_unknown(elements, "Fn::Join"))
                continue
            choices = [self._elements(element, steps) for element in elements]
            for combination in _combinations(choices):
                flat = [part for chosen in combination for part in chosen]
                found.append(concatenate(_between(flat, delimiter)))
        return tuple(found)

    def _elements(self, node: Json, steps: int) -> list[tuple[Value, ...]]:
        """Alternatives of one element of a joined list; `AWS::NoValue` leaves no element."""
        return [
            () if value is ABSENT else tuple(value) if isinstance(value, list) else (value,)
            for value in self._values(node, steps)
        ]

    def _sub(self, argument: Json, steps: int) -> tuple[Value, ...]:
        variables: Mapping[str, Json] = {}
        match argument:
            case str(text):
                pass
            case [str(text), dict(variables)]:
                pass
            case _:
                return (Unknown("Fn::Sub without a string"),)
        choices: list[tuple[Value, ...]] = []
        end = 0
        for found in _SUB.finditer(text):
            choices.append((text[end : found.start()],))
            end = found.end()
            literal, name = found.group(1), found.group(2).strip()
            if literal:
                choices.append((f"${{{name}}}",))
            elif name in variables:
                choices.append(self._values(variables[name], steps))
            elif "." in name:
                choices.append(self._get_att(name, steps))
            else:
                choices.append(self._ref(name, steps))
        choices.append((text[end:],))
        return tuple(concatenate(combination) for combination in _combinations(choices))

    def _select(self, argument: Json, steps: int) -> tuple[Value, ...]:
        match argument:
            case [index, source]:
                pass
            case _:
                return (Unknown("Fn::Select without an index and a list"),)
        found: list[Value] = []
        for number in self._values(index, steps):
            for elements in self._values(source, steps):
                try:
                    position = int(number)
                except (TypeError, ValueError):
                    found.append(Unknown("Fn::Select with an index known at deploy time"))
                    continue
                if isinstance(elements, list) and 0 <= position < len(elements):
                    found.extend(self._values(elements[position], steps))
                else:
                    found.append(_as_unknown(elements, "Fn::Select"))
        return tuple(found)

    def _split(self, argument: Json, steps: int) -> tuple[Value, ...]:
        match argument:
            case [str(delimiter), source] if delimiter:
                pass
            case _:
                return (Unknown("Fn::Split without a delimiter"),)
        return tuple(
            value.split(delimiter) if isinstance(value, str) else _as_unknown(value, "Fn::Split")
            for value in self._values(source, steps)
        )

    def _find_in_map(self, argument: Json, steps: int) -> tuple[Value, ...]:
        match argument:
            case [name, first, second, *_]:
                pass
            case _:
                return (Unknown("Fn::FindInMap without a map and two keys"),)
        found: list[Value] = []
        keys = [self._values(part, steps) for part in (name, first, second)]
        for combination in itertools.islice(itertools.product(*keys), MAX_ALTERNATIVES + 1):
            value: Json = self.template.mappings
            for key in combination:
                inside = isinstance(value, Mapping) and isinstance(key, str | int)
                value = value.get(key, ABSENT) if inside else ABSENT
            if value is ABSENT:
                found.append(Unknown("Fn::FindInMap with keys known at deploy time", "FindInMap"))
            else:
                found.extend(self._values(value, steps))
        return tuple(found)

    def _import(self, argument: Json, steps: int) -> tuple[Value, ...]:
        found: list[Value] = []
        for name in self._values(argument, steps):
            source = self.assembly.exports.get(name) if isinstance(name, str) else None
            if source is None:
                found.append(Text((Token(f"ImportValue:{name}", Kind.IMPORT),)))
            else:
                found.extend(self._elsewhere(*source, steps=steps))
        return tuple(found)

    def _stack_output(self, argument: Json, steps: int) -> tuple[Value, ...]:
        named = argument if isinstance(argument, Mapping) else {}
        stack, output = named.get("StackName"), named.get("OutputName")
        for template in self.assembly.templates:
            if stack and template.stack_name == stack and isinstance(output, str):
                body = template.outputs.get(output)
                if isinstance(body, Mapping):
                    return self._elsewhere(template, body.get("Value"), steps=steps)
        return (Text((Token(f"GetStackOutput:{stack}.{output}", Kind.IMPORT),)),)

    def _elsewhere(self, template: Template, value: Json, *, steps: int) -> tuple[Value, ...]:
        return Resolver(template=template, assembly=self.assembly)._values(value, steps)  # noqa: SLF001

    def _to_json(self, argument: Json, _steps: int) -> tuple[Value, ...]:
        if _holds_intrinsics(argument):
            return (Unknown("Fn::ToJsonString of values known at deploy time", "ToJsonString"),)
        return (json.dumps(argument),)


def _holds_intrinsics(node: Json) -> bool:
    if isinstance(node, Mapping):
        return is_intrinsic(node) or any(_holds_intrinsics(value) for value in node.values())
    return isinstance(node, list) and any(_holds_intrinsics(value) for value in node)


def _dynamic(text: str) -> Value:
    """A literal string, in which dynamic references are unknown."""
    if "{{resolve:" not in text:
        return text
    if _DYNAMIC.fullmatch(text):
        return Unknown("a dynamic reference is resolved at deploy time", text)
    parts: list[Value] = []
    end = 0
    for found in _DYNAMIC.finditer(text):
        parts += [text[end : found.start()], Unknown("dynamic reference", found.group())]
        end = found.end()
    return concatenate([*parts, text[end:]])


def _as_unknown(value: Value, function: str) -> Value:
    if isinstance(value, Unknown):
        return value
    return Unknown(f"{function} of a value known at deploy time", function.removeprefix("Fn::"))


def _between(parts: list[Value], delimiter: str) -> list[Value]:
    found: list[Value] = []
    for index, part in enumerate(parts):
        if index and delimiter:
            found.append(delimiter)
        found.append(part)
    return found


def _combinations(choices: list[Any]) -> Iterator[tuple[Value, ...]]:
    """Every way to choose one alternative each, or one unknown when there are too many."""
    total = 1
    for alternatives in choices:
        total *= max(1, len(alternatives))
    if total > MAX_ALTERNATIVES:
        yield (Unknown("too many alternatives to look at each"),)
    else:
        yield from itertools.product(*choices)


def _unique(values: Any) -> tuple[Value, ...]:  # noqa: ANN401 - any iterable of values
    found: list[Value] = []
    for value in values:
        if not any(
            value is other or (type(value) is type(other) and value == other) for other in found
        ):
            found.append(value)
            if len(found) > MAX_ALTERNATIVES:
                return (Unknown("too many alternatives to look at each"),)
    return tuple(found)
