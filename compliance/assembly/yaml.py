"""YAML templates: CloudFormation's short forms written out as their long forms.

Short forms: CloudFormation User Guide, 'Intrinsic function reference'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from compliance.assembly.model import Json

# libyaml where the wheel has it: ten times faster, and the same documents.
_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc, valid-type]  # the base is chosen at run time
    """Strings stay strings where CloudFormation keeps them: no dates, no `on` and `off`."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.MarkedYAMLError(
                problem="aliases are not taken by CloudFormation", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)  # type: ignore[no-any-return]


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp"
        and not (tag == "tag:yaml.org,2002:bool" and first not in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        key = key if isinstance(key, str) else str(key_node.value)
        if key in found:
            raise yaml.MarkedYAMLError(
                problem=f"key {key!r} stands twice in one object", problem_mark=key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Json]:
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


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_multi_constructor("!", _short_form)


def parse(text: str, *, shown: str) -> Json:
    """A YAML document with short forms written out.

    Raises:
        SynthgateError: it is no YAML, repeats a key, or holds an alias; names line and column.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with known tags only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise SynthgateError(f"{shown}{place}: not a template: {error.problem}") from error
    except yaml.YAMLError as error:
        raise SynthgateError(f"{shown}: not a template: {error}") from error
