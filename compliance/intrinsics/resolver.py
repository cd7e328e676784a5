"""Looks through the intrinsics of one template."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import producers
from compliance.intrinsics.alternatives import TOO_MANY, combinations, unique
from compliance.intrinsics.dynamic import looked_through
from compliance.intrinsics.nodes import holds_intrinsics, is_intrinsic
from compliance.intrinsics.values import (
    ABSENT,
    Kind,
    Text,
    Token,
    Unknown,
    Value,
    concatenate,
    is_pseudo,
    opaque,
    shown,
    whole,
)

if TYPE_CHECKING:
    from compliance.assembly.model import Assembly, Json, Template

MAX_STEPS: Final = 64
"""Functions inside one another, and references followed, for one value."""

_SUB = re.compile(r"\$\{(!?)([^{}]*)\}")
_Values = tuple[Value, ...]
_Function = Callable[["Json", int], _Values]


@dataclass(frozen=True)
class Resolver:
    """Resolves the values of one template.

    Attributes:
        template: where the values stand.
        assembly: where imports, stack outputs and nested stacks are looked up.
    """

    template: Template
    assembly: Assembly
    _followed: dict[tuple[int, int], _Values] = field(
        default_factory=dict, repr=False, compare=False
    )
    """What other stacks' values turned out to be, by identity of the template and the value."""

    def values(self, node: Json) -> _Values:
        """Every alternative of a value, without repetition, in the order of the branches."""
        return self._values(node, 0)

    def one(self, node: Json) -> Value:
        """The value when it has just one alternative, else `Unknown`."""
        found = self.values(node)
        return found[0] if len(found) == 1 else Unknown("it depends on a condition", shown(node))

    def get(self, node: Json, *path: str) -> _Values:
        """Alternatives of what lies at `path` inside an object, intrinsics on the way included."""
        found = self.values(node)
        for key in path:
            found = unique(
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

    def _values(self, node: Json, steps: int) -> _Values:
        if steps > MAX_STEPS:
            return (Unknown("functions stand too deep in one another", shown(node)),)
        if node is None or node is ABSENT:
            return (ABSENT,)  # CloudFormation refuses null: nothing is there
        if isinstance(node, str):
            return (looked_through(node),)
        if not is_intrinsic(node):
            return (node,)
        name, argument = next(iter(node.items()))
        function = self._functions.get(name)
        if function is None:
            return (Unknown(f"{name} is decided at deploy time", shown(node)),)
        return unique(function(argument, steps + 1))

    # -- one function of CloudFormation each ------------------------------------------------------

    @cached_property
    def _functions(self) -> Mapping[str, _Function]:
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

    def _ref(self, argument: Json, steps: int) -> _Values:
        if not isinstance(argument, str):
            return _misused("Ref", argument, "without a name")
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

    def _parameter(self, name: str, steps: int) -> _Values:
        body = self.template.parameters[name]
        body = body if isinstance(body, Mapping) else {}
        kind = str(body.get("Type", "String"))
        if kind.startswith("AWS::SSM::Parameter::"):
            return (Unknown(f"parameter {name} is read from Parameter Store", name),)
        source = producers.of_parameter(name, template=self.template)
        if source is not None:
            found = self._follow(source, steps)
            return tuple(_listed(value, name) for value in found) if _is_list(kind) else found
        if "Default" not in body:
            return (Unknown(f"parameter {name} has no default", name),)
        default = body["Default"]
        if not isinstance(default, str | int | float):
            return (Unknown(f"parameter {name} has a default that is no text", name),)
        if _is_list(kind):
            return (_listed(str(default), name),)
        return (looked_through(default),)

    def _get_att(self, argument: Json, steps: int) -> _Values:
        if isinstance(argument, str):
            argument = argument.split(".", 1)
        match argument:
            case [str(logical_id), str(attribute)]:
                pass
            case _:
                return _misused("Fn::GetAtt", argument, "without a resource and an attribute")
        resource = self.template.resources.get(logical_id)
        name = f"{logical_id}.{attribute}"
        if resource is None:
            return (Unknown(f"Fn::GetAtt {name} names nothing in the template", name),)
        source = producers.of_nested_output(resource, attribute, assembly=self.assembly)
        if source is not None:
            return self._follow(source, steps)
        return (Text((Token(name, Kind.RESOURCE, resource, attribute),)),)

    def _if(self, argument: Json, steps: int) -> _Values:
        match argument:
            case [_, yes, no]:
                return (*self._values(yes, steps), *self._values(no, steps))
            case _:
                return _misused("Fn::If", argument, "without two branches")

    def _join(self, argument: Json, steps: int) -> _Values:
        match argument:
            case [str(delimiter), parts]:
                pass
            case _:
                return _misused("Fn::Join", argument, "without a delimiter and a list")
        found: list[Value] = []
        for elements in self._values(parts, steps):
            if not isinstance(elements, list):
                found.append(opaque("Fn::Join", argument, elements))
                continue
            ways = combinations([self._elements(element, steps) for element in elements])
            if ways is None:
                return (TOO_MANY,)
            for way in ways:
                flat = [part for chosen in way for part in chosen]
                found.append(looked_through(concatenate(_between(flat, delimiter))))
        return tuple(found)

    def _elements(self, node: Json, steps: int) -> list[_Values]:
        """Alternatives of one element of a joined list; `AWS::NoValue` leaves no element."""
        return [
            () if value is ABSENT else tuple(value) if isinstance(value, list) else (value,)
            for value in self._values(node, steps)
        ]

    def _sub(self, argument: Json, steps: int) -> _Values:
        variables: Mapping[str, Json] = {}
        match argument:
            case str(text):
                pass
            case [str(text), dict(variables)]:
                pass
            case _:
                return _misused("Fn::Sub", argument, "without a string")
        choices: list[_Values] = []
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
        ways = combinations(choices)
        if ways is None:
            return (TOO_MANY,)
        return tuple(looked_through(concatenate(way)) for way in ways)

    def _select(self, argument: Json, steps: int) -> _Values:
        match argument:
            case [index, source]:
                pass
            case _:
                return _misused("Fn::Select", argument, "without an index and a list")
        found: list[Value] = []
        for number in self._values(index, steps):
            position = whole(number)
            for elements in self._values(source, steps):
                if position is None or not isinstance(elements, list):
                    told = argument if position is None else [position, source]
                    found.append(opaque("Fn::Select", told, number, elements))
                elif 0 <= position < len(elements):
                    found.extend(self._values(elements[position], steps))
                elif isinstance(elements, _Pieces):
                    found.append(opaque("Fn::Select", [position, source], number, elements.text))
                else:
                    found += _misused(
                        "Fn::Select", argument, f"of element {position} of {len(elements)}"
                    )
        return tuple(found)

    def _split(self, argument: Json, steps: int) -> _Values:
        match argument:
            case [str(delimiter), source] if delimiter:
                pass
            case _:
                return _misused("Fn::Split", argument, "without a delimiter")
        return tuple(
            value.split(delimiter)
            if isinstance(value, str)
            else _Pieces(value, delimiter)
            if isinstance(value, Text) and delimiter in value.literal
            else opaque("Fn::Split", argument, value)
            for value in self._values(source, steps)
        )

    def _find_in_map(self, argument: Json, steps: int) -> _Values:
        match argument:
            case [name, first, second, *options]:
                pass
            case _:
                return _misused("Fn::FindInMap", argument, "without a map and two keys")
        ways = combinations([self._values(part, steps) for part in (name, first, second)])
        if ways is None:
            return (TOO_MANY,)
        found: list[Value] = []
        for keys in ways:
            if not all(isinstance(key, str | int) or is_pseudo(key) for key in keys) or (
                not isinstance(keys[0], str)
            ):
                found += _misused("Fn::FindInMap", argument, "with keys known at deploy time")
                continue
            there: list[Json] = [self.template.mappings]
            for key in keys:
                there = [entry for block in there for entry in _entries(block, key)]
            match options:
                case [{"DefaultValue": default}] if not there:
                    found.extend(self._values(default, steps))
                case _ if not there or any(isinstance(value, Mapping) for value in there):
                    found += _misused("Fn::FindInMap", argument, "finds nothing under these keys")
                case _:
                    found.extend(looked_through(value) for value in there)
        return unique(found)

    def _to_json(self, argument: Json, _steps: int) -> _Values:
        if holds_intrinsics(argument):
            return _misused("Fn::ToJsonString", argument, "of values known at deploy time")
        return (json.dumps(argument),)

    # -- values of other stacks -------------------------------------------------------------------

    def _import(self, argument: Json, steps: int) -> _Values:
        found: list[Value] = []
        for name in self._values(argument, steps):
            sources = producers.of_import(name, template=self.template, assembly=self.assembly)
            for source in sources:
                found.extend(self._follow(source, steps))
            if not sources:
                told = name if isinstance(name, str | Text | Unknown) else shown(name)
                found.append(Text((Token(f"ImportValue:{told}", Kind.IMPORT),)))
        return tuple(found)

    def _stack_output(self, argument: Json, steps: int) -> _Values:
        sources = producers.of_output(argument, template=self.template, assembly=self.assembly)
        found = [value for source in sources for value in self._follow(source, steps)]
        name = f"GetStackOutput:{shown(argument)}"
        return tuple(found) or (Text((Token(name, Kind.IMPORT),)),)

    def _follow(self, source: tuple[Template, Json], steps: int) -> _Values:
        """What a value of another stack is. A circle of stacks ends as unknown."""
        template, node = source
        key = (id(template), id(node))
        known = self._followed.get(key)
        if known is None:
            circle = Unknown("references between stacks run in a circle", shown(node))
            self._followed[key] = (circle,)
            there = self._elsewhere(template)
            found = there._values(node, steps)  # noqa: SLF001 - it is one of this class
            # Inside a list or an object, references would be looked up in the wrong template.
            known = tuple(
                Unknown("a list or object of another stack", shown(node))
                if holds_intrinsics(value)
                else value
                for value in found
            )
            self._followed[key] = known
        return known

    def _elsewhere(self, template: Template) -> Resolver:
        """A resolver of another template, which shares what is known of others."""
        return Resolver(template, self.assembly, self._followed)


def _is_list(kind: str) -> bool:
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def _listed(value: Value, name: str) -> Value:
    """The list that a parameter of a list type is."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    return value if isinstance(value, list | Unknown) else Unknown(f"the items of {name}", name)


class _Pieces(list[Value]):
    """A text with tokens, split where its letters are known; a token counts as one piece.

    It may be several, so that what comes behind the last piece is known only at deploy time.
    """

    def __init__(self, text: Text, delimiter: str) -> None:
        self.text = text
        pieces: list[list[Value]] = [[]]
        for part in text.parts:
            first, *others = part.split(delimiter) if isinstance(part, str) else [Text((part,))]
            pieces[-1].append(first)
            pieces += [[other] for other in others]
        super().__init__(concatenate(piece) for piece in pieces)


def _entries(block: Json, key: Value) -> list[Json]:
    """What a map holds under a key: any of its entries where the key is a region, say, not told."""
    if not isinstance(block, Mapping):
        return []
    if isinstance(key, Text):
        return list(block.values())
    return [block[str(key)]] if str(key) in block else []


def _misused(function: str, argument: Json, how: str) -> _Values:
    return (Unknown(f"{function} {how}", f"{function} {shown(argument)}"),)


def _between(parts: list[Value], delimiter: str) -> list[Value]:
    found: list[Value] = []
    for index, part in enumerate(parts):
        if index and delimiter:
            found.append(delimiter)
        found.append(part)
    return found
