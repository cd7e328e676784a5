"""How an access comparison sees the values of a template.

What the deployment decides is a token that equals itself alone: parameters too, whose defaults are
only the deployer's first guess. CloudFormation's conditions are taken as given, one way or the
other.
"""

from __future__ import annotations

import re
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
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Json, Template
    from compliance.iam.access.assignments import Truth

_WORD: Final = re.compile(r"[A-Za-z0-9]+")
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
            return Text((Token(self.renamed_text(value.name), Kind.UNKNOWN),))
        if not isinstance(value, Text):
            return value
        return concatenate(
            Text((self._token(part),)) if isinstance(part, Token) else part for part in value.parts
        )

    def _token(self, token: Token) -> Token:
        resource = token.resource
        if resource is None:
            return Token(self.renamed_text(token.name), token.kind)
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

    def _elsewhere(self, template: Template) -> Resolver:
        return replace(self, template=template)


def short(template: Template) -> str:
    """A template's name without its ending."""
    return template.name.removesuffix(".template.json")
