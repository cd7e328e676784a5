"""What the values of a template refer to, and how they read when what they refer to is renamed.

Forms: CloudFormation Template Reference, 'Intrinsic function reference' and 'DependsOn attribute'.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import is_intrinsic

if TYPE_CHECKING:
    from compliance.assembly.model import Json

DEPENDS_ON: Final = "DependsOn"
_SUB = re.compile(r"\$\{([^!{}][^{}]*)\}")


@dataclass(slots=True)
class Names:
    """What a value refers to by name.

    Attributes:
        attributes: attributes asked of each name, with `""` for `Ref`; names are logical ids and
            parameters, and pseudo parameters are left out.
        conditions: names of conditions.
        mappings: names of mappings.
    """

    attributes: dict[str, set[str]] = field(default_factory=dict)
    conditions: set[str] = field(default_factory=set)
    mappings: set[str] = field(default_factory=set)


def names(node: Json) -> Names:
    """What a value refers to, however deep inside."""
    found = Names()
    _gather(node, found)
    return found


def renamed(node: Json, name: Callable[[str], str]) -> Json:
    """A copy whose references name what `name` gives for their logical id.

    Objects have their keys sorted and `Fn::GetAtt` has its list form, so that what means the same
    is written alike.
    """
    if isinstance(node, Mapping):
        if is_intrinsic(node):
            return _renamed_call(node, name)
        return {key: renamed(node[key], name) for key in sorted(node, key=str)}
    if isinstance(node, list):
        return [renamed(item, name) for item in node]
    return node


def renamed_body(body: Mapping[str, Json], name: Callable[[str], str]) -> dict[str, Json]:
    """The same of a resource's whole declaration, `DependsOn` included, as a sorted list."""
    found = {
        str(key): renamed(body[key], name) for key in sorted(body, key=str) if key != DEPENDS_ON
    }
    if DEPENDS_ON in body:
        found[DEPENDS_ON] = sorted(
            (name(item) if isinstance(item, str) else item for item in depends_on(body)), key=text
        )
    return found


def depends_on(body: Mapping[str, Json]) -> list[Json]:
    """What a resource waits for; `DependsOn` may be one name or a list."""
    found = body.get(DEPENDS_ON, [])
    return found if isinstance(found, list) else [found]


def text(node: Json) -> str:
    """A value as text: two values are the same when their texts are."""
    return json.dumps(node, sort_keys=True, default=str)


def _renamed_call(node: Mapping[str, Json], name: Callable[[str], str]) -> Json:
    function, argument = next(iter(node.items()))
    match function, argument:
        case "Ref", str():
            return {"Ref": name(argument)}
        case "Fn::GetAtt", str() | [str(), *_]:
            parts = argument.split(".", 1) if isinstance(argument, str) else argument
            rest = [renamed(part, name) for part in parts[1:]]
            return {"Fn::GetAtt": [name(parts[0]), *rest]}
        case "Fn::Sub", str():
            return {"Fn::Sub": _renamed_text(argument, name, frozenset())}
        case "Fn::Sub", [str(), {**variables}, *rest]:
            return {
                "Fn::Sub": [
                    _renamed_text(argument[0], name, frozenset(variables)),
                    renamed(variables, name),
                    *rest,
                ]
            }
        case _:
            return {function: renamed(argument, name)}


def _renamed_text(found: str, name: Callable[[str], str], variables: frozenset[object]) -> str:
    def replaced(match: re.Match[str]) -> str:
        inner = match.group(1).strip()
        if inner in variables:
            return match.group()
        logical_id, dot, attribute = inner.partition(".")
        return f"${{{name(logical_id)}{dot}{attribute}}}"

    return _SUB.sub(replaced, found)


def _gather(node: Json, found: Names) -> None:
    if isinstance(node, list):
        for item in node:
            _gather(item, found)
        return
    if not isinstance(node, Mapping):
        return
    if is_intrinsic(node):
        function, argument = next(iter(node.items()))
        match function, argument:
            case "Fn::If", [str(condition), *_]:
                found.conditions.add(condition)
            case "Fn::FindInMap", [str(mapping), *_]:
                found.mappings.add(mapping)
            case _:
                pass
        # One reader of references: what can be renamed is what is referred to.
        _gather_references(node, found)
    for value in node.values():
        _gather(value, found)
    decides = node.get("Condition")
    if isinstance(decides, str):  # of a resource, or inside of another condition
        found.conditions.add(decides)


def _gather_references(node: Mapping[str, Json], found: Names) -> None:
    function, argument = next(iter(node.items()))
    match function, argument:
        case "Ref", str():
            _add(found, argument, "")
        case "Fn::GetAtt", str():
            _add(found, *_split(argument))
        case "Fn::GetAtt", [str(), *rest]:
            _add(found, argument[0], ".".join(part for part in rest if isinstance(part, str)))
        case "Fn::Sub", str() | [str(), *_]:
            written = argument if isinstance(argument, str) else str(argument[0])
            variables = argument[1] if isinstance(argument, list) and len(argument) > 1 else {}
            for match in _SUB.finditer(written):
                inner = match.group(1).strip()
                if not (isinstance(variables, Mapping) and inner in variables):
                    _add(found, *_split(inner))
        case _:
            pass


def _split(found: str) -> tuple[str, str]:
    logical_id, _, attribute = found.partition(".")
    return logical_id, attribute


def _add(found: Names, name: str, attribute: str) -> None:
    if not name.startswith("AWS::"):
        found.attributes.setdefault(name, set()).add(attribute)
