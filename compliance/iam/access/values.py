"""How an access comparison sees the values of a template.

What the deployment decides is a token that equals itself alone: parameters too, whose defaults are
only the deployer's first guess. CloudFormation's conditions are taken as given, one way or the
other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import (
    ABSENT,
    Kind,
    Resolver,
    Text,
    Token,
    Unknown,
    Value,
    concatenate,
    producers,
)
from compliance.intrinsics.values import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Json, Template
    from compliance.iam.access.assignments import Truth

_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_OF_STACK: Final = "AWS::Stack"
"""In the names of the pseudo parameters that each stack has to itself."""
_DEEPEST: Final = 64
BEFORE: Final = "before: "
"""In front of the name of what is declared otherwise since."""


@dataclass(frozen=True)
class GivenResolver(Resolver):
    """Resolves a template for given truth values of its conditions.

    Attributes:
        truth: of conditions, by template and name; one that is not among them is not decided.
        qualified: whether names of resources begin with their template's, as they do where either
            side has several.
        renamed: names, by template, that stand for others: of a renamed resource the new one, of
            what is declared otherwise since, one of its own.
    """

    truth: Truth = field(default_factory=dict)
    qualified: bool = False
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def items(self, node: Json, place: str = "") -> Iterator[tuple[str, Value]]:
        """As in `Resolver`, with what has several alternatives as a token of its own."""
        values = self.values(node)
        if len(values) != 1:
            told = ", ".join(map(str, values))
            values = (Unknown("it has alternatives", f"{shown(node)} of {told}"),)
        value = values[0]
        if isinstance(value, list):
            for index, element in enumerate(value):
                yield from self.items(element, f"{place}[{index}]")
        elif value is not ABSENT:
            yield place, self.named(value)

    def named(self, value: Value) -> Value:
        """A value with tokens whose names mean the same on both sides of a comparison."""
        if isinstance(value, Unknown):
            return Text((Token(self._own(value.name), Kind.UNKNOWN),))
        if not isinstance(value, Text):
            return value
        return concatenate(
            Text((self._token(part),)) if isinstance(part, Token) else part for part in value.parts
        )

    def _token(self, token: Token) -> Token:
        resource = token.resource
        if resource is None:
            is_own = token.kind is Kind.UNKNOWN or _OF_STACK in token.name
            named = self._own if is_own else self.renamed_text
            return Token(named(token.name), token.kind)
        names = self.renamed.get(resource.template.name, {})
        name = names.get(resource.logical_id, resource.logical_id)
        if self.qualified or resource.template is not self.template:
            name = f"{short(resource.template)}/{name}"
        name = f"{name}.{token.attribute}" if token.attribute else name
        # What a function makes of a reference is named by the whole expression.
        own = token.attribute or token.name == resource.logical_id
        return Token(
            name if own else self.renamed_text(token.name), token.kind, resource, token.attribute
        )

    def _own(self, name: str) -> str:
        """The name of what a stack has to itself: another one's of this name is another."""
        if not self.qualified:
            return self.renamed_text(name)
        if any(name.startswith(f"{short(each)}/") for each in self.assembly.templates):
            return name
        return f"{short(self.template)}/{self.renamed_text(name)}"

    def spelled(self, node: Json, depth: int = 0) -> Json:
        """A value with all that its functions make of it, to be compared as plain JSON.

        Args:
            node: what stands in the template, or a value of it.
            depth: objects and lists around it.
        """
        if depth > _DEEPEST:
            return [self.renamed_text(shown(node)), sorted(self.truth.items())]
        found: list[Json] = []
        for value in self.values(node):
            if isinstance(value, Mapping):
                found.append({key: self.spelled(each, depth + 1) for key, each in value.items()})
            elif isinstance(value, list):
                found.append([self.spelled(each, depth + 1) for each in value])
            elif isinstance(value, Text | Unknown):
                found.append({"": str(self.named(value))})
            else:
                found.append(None if value is ABSENT else value)
        return found[0] if len(found) == 1 else {"": found}

    def renamed_text(self, name: str) -> str:
        """A text that names things of the template, by the names of both sides."""
        renamed = self.renamed.get(self.template.name)
        return _WORD.sub(lambda word: renamed.get(word[0], word[0]), name) if renamed else name

    def _pseudo(self, name: str) -> Value:
        return ABSENT if name == "AWS::NoValue" else Text((Token(name, Kind.PSEUDO),))

    def _parameter(self, name: str, steps: int) -> tuple[Value, ...]:
        if producers.of_parameter(name, template=self.template) is not None:
            return super()._parameter(name, steps)
        return (Unknown(f"parameter {name} is the deployer's", name),)

    def _if(self, argument: Json, steps: int) -> tuple[Value, ...]:
        match argument:
            case [str(name), yes, no] if (self.template.name, name) in self.truth:
                return self._values(yes if self.truth[self.template.name, name] else no, steps)
            case _:
                return (Unknown("it depends on a condition", f"Fn::If {shown(argument)}"),)

    def _follow(self, source: tuple[Template, Json], steps: int) -> tuple[Value, ...]:
        # What another stack has to itself is called by that stack's names.
        there = replace(self, template=source[0])
        return tuple(there.handed_on(value) for value in super()._follow(source, steps))

    def handed_on(self, value: Value) -> Value:
        """A value of this template as others see it, where it is no resource of its own."""
        if isinstance(value, Unknown):
            return Unknown(value.reason, self._own(value.name))
        if not isinstance(value, Text):
            return value
        return Text(
            tuple(
                self._token(part) if isinstance(part, Token) and part.resource is None else part
                for part in value.parts
            )
        )

    def _elsewhere(self, template: Template) -> Resolver:
        return replace(self, template=template)


def short(template: Template) -> str:
    """A template's name without its ending."""
    return template.name.removesuffix(".template.json")
