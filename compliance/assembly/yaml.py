"""YAML templates: CloudFormation's short forms written out as their long forms.

Short forms: CloudFormation User Guide, 'Intrinsic function reference'. What of YAML 1.1 is taken:
CloudFormation User Guide, 'CloudFormation template formats': all but aliases, merges, and the tags
binary, omap, pairs, set and timestamp. So `on`, `off`, `yes` and `no` are booleans and `0644` is
octal, as YAML 1.1 has it, and a date stays the text that it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.composer import Composer

from compliance.assembly.template import MAX_DEPTH, NUMBER_TOO_LONG
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.assembly.model import Json

# libyaml where the wheel has it: several times faster, and the same documents.
_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG: Final = "tag:yaml.org,2002:"
_NOT_TAKEN: Final = ("timestamp", "merge", "value")
"""What a plain scalar is not taken for, although YAML 1.1 would."""
_TAKEN: Final = ("null", "bool", "int", "float", "str", "seq")


class _Loader(_Base):  # type: ignore[misc, valid-type]  # the base is chosen at run time
    """Plain JSON values only, no aliases, and nothing nested too deeply.

    Nodes are composed here, from libyaml's events: libyaml's own composer calls itself for each
    level and ends the whole process on a small file that is nested deeply enough.
    """

    yaml_implicit_resolvers: Final = {
        first: [(tag, text) for tag, text in found if tag.removeprefix(_TAG) not in _NOT_TAKEN]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    yaml_constructors: Final = {
        _TAG + kind: yaml.SafeLoader.yaml_constructors[_TAG + kind] for kind in _TAKEN
    }

    get_single_node = Composer.get_single_node
    compose_document = Composer.compose_document
    compose_scalar_node = Composer.compose_scalar_node
    compose_sequence_node = Composer.compose_sequence_node
    compose_mapping_node = Composer.compose_mapping_node

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.anchors: dict[str, yaml.Node] = {}
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _refused(
                f"alias *{event.anchor}: CloudFormation takes no aliases; write the value out",
                event,
            )
        if self._depth > MAX_DEPTH:
            raise _refused(f"nested too deeply; at most {MAX_DEPTH} levels are read", event)
        self._depth += 1
        node: yaml.Node | None = Composer.compose_node(self, parent, index)
        self._depth -= 1
        return node


def _refused(problem: str, where: Any) -> yaml.MarkedYAMLError:  # noqa: ANN401 - event or node
    return yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        key = key if isinstance(key, str) else str(key_node.value)
        if key == "<<":
            raise _refused("CloudFormation takes no merges (<<); write the keys out", key_node)
        if key in found:
            raise _refused(f"key {key!r} stands twice in one object; remove one", key_node)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Json:
    value: Json = None
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = _mapping(loader, node)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


def _unknown(_loader: _Loader, node: yaml.Node) -> Json:
    raise yaml.MarkedYAMLError(
        problem=f"CloudFormation takes no tag !!{node.tag.removeprefix(_TAG)}; write a plain value",
        problem_mark=node.start_mark,
    )


_Loader.add_constructor(None, _unknown)
_Loader.add_constructor(f"{_TAG}map", _mapping)
_Loader.add_multi_constructor("!", _short_form)


def parse(text: str, *, shown: str) -> Json:
    """A YAML document with short forms written out.

    Raises:
        SynthgateError: it is no YAML, repeats a key, holds an alias or a tag that CloudFormation
            does not take, or is nested too deeply; names line and column.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with known tags only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise SynthgateError(f"{shown}{place}: not a template: {error.problem}") from error
    except yaml.YAMLError as error:
        raise SynthgateError(f"{shown}: not a template: {error}") from error
    except ValueError as error:  # of Python's own: int() refuses thousands of digits
        raise SynthgateError(f"{shown}: not a template: {NUMBER_TOO_LONG}") from error


def key_lines(text: str, *, section: str) -> Mapping[str, int]:
    """Line of each key in one section of a document, 1-based; empty when it is no YAML.

    Read from the parser's events: no value is made for it.
    """
    found: dict[str, int] = {}
    # What is open: whether a mapping waits for a key; a sequence never does.
    waits: list[bool | None] = []
    is_inside = False
    try:
        for event in yaml.parse(text, Loader=_Base):
            if isinstance(event, yaml.CollectionEndEvent):
                waits.pop()
                if is_inside and len(waits) == 1:
                    break
            if not isinstance(event, yaml.NodeEvent):
                continue
            is_key = bool(waits and waits[-1])
            if waits and waits[-1] is not None:
                waits[-1] = not is_key
            if is_key and isinstance(event, yaml.ScalarEvent):
                if len(waits) == 1:
                    is_inside = event.value == section
                elif len(waits) == 2 and is_inside and event.start_mark:  # noqa: PLR2004 - its keys
                    found[event.value] = event.start_mark.line + 1
            if isinstance(event, yaml.CollectionStartEvent):
                waits.append(True if isinstance(event, yaml.MappingStartEvent) else None)
    except yaml.YAMLError:
        return {}
    return found
