"""What access the templates of one assembly grant that those of another did not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.iam.access import places
from compliance.iam.access.assignments import TooManyConditionsError, assignments
from compliance.iam.access.comparison import compare
from compliance.iam.access.granted import Side, may_grant, may_open
from compliance.iam.access.model import Comparison, Open
from compliance.iam.access.values import BEFORE, GivenResolver, short
from compliance.intrinsics.values import shown

if TYPE_CHECKING:
    from compliance.assembly import Assembly, Resource, Template
    from compliance.assembly.model import Json
    from compliance.iam.access.clauses import Policy

_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_WORDS: Final = ("Description", "ConstraintDescription", "NoEcho")
"""Of a parameter, what is said of it, and how it is shown."""
_WRITING: Final = ("Fn::Transform", "Fn::ForEach")
"""Functions that put more into a template than stands there."""
_KNOWN_MACROS: Final = frozenset({"AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"})

Renames = Mapping[str, Mapping[str, str]]
"""New logical ids by old ones, by template."""


def compare_assemblies(old: Assembly, new: Assembly, *, renames: Renames = {}) -> Comparison:  # noqa: B006 - it is read alone
    """What access the templates of one assembly grant that those of another did not.

    Args:
        old: as it was; templates are the same when their names are.
        new: as it is.
        renames: logical ids that are the same resource under a new id.
    """
    before = {template.name: template for template in old.templates}
    after = {template.name: template for template in new.templates}
    if {name: each.body for name, each in before.items()} == {
        name: each.body for name, each in after.items()
    }:
        return Comparison()
    renamed = {
        name: {
            **_declared_otherwise(before[name], after[name]),
            **_taken(before[name], renames.get(name, {})),
            **renames.get(name, {}),
        }
        for name in before.keys() & after.keys()
    }
    there = frozenset(_names(old, renamed)) & frozenset(_names(new, {}))
    relevant = [
        resource
        for assembly in (old, new)
        for resource in assembly.resources()
        if may_grant(resource)
    ]
    several = max(len(old.templates), len(new.templates)) > 1
    kept = [each for each in old.resources() if _is_kept(each, there, renamed)]
    found: list[Comparison] = []
    try:
        for was, now in assignments(old, new, relevant):
            before_it = Side(old, was, renamed, there, several)
            after_it = Side(new, now, {}, there, several, kept)
            granted = before_it.policies(is_new=False)
            found.append(compare(granted, after_it.policies(is_new=True, before=granted)))
    except TooManyConditionsError:
        opening = [each for side in (old, new) for each in side.resources() if may_open(each)]
        if _texts(old, opening) != _texts(new, opening):
            doubt = Open("Conditions", "there are more conditions than are tried both ways")
            found.append(Comparison(undecided=(doubt,)))
    macros = tuple(
        Open(short(template), f"the macro {name} may write policies of its own")
        for template in new.templates
        for name in _macros(template)
        if template.name not in before or before[template.name].body != template.body
    ) + tuple(
        Open(short(template), f"{text[:80]} writes parts of the template at deploy time")
        for name in sorted(before.keys() | after.keys())
        for template in (after.get(name) or before[name],)
        for text in sorted(_written(before.get(name)) ^ _written(after.get(name)))
    )
    others = (*_of_globals(before, after), *_handed_on(old, new, renamed))
    return Comparison(
        tuple({_key(witness): witness for each in found for witness in each.witnesses}.values()),
        tuple(
            dict.fromkeys((*(one for each in found for one in each.undecided), *macros, *others))
        ),
    )


def policies(assembly: Assembly) -> list[Policy]:
    """Everything that an assembly grants, all of its conditions taken as true."""
    return Side(assembly, truth={}, renamed={}, there=frozenset()).policies(is_new=True)


def _key(witness: object) -> str:
    return repr(witness)


def _is_kept(resource: Resource, there: Collection[tuple[str, str]], renamed: Renames) -> bool:
    """Whether a resource that is declared no more stays where it is."""
    names = renamed.get(resource.template.name, {})
    name = names.get(resource.logical_id, resource.logical_id)
    policy = str(resource.body.get("DeletionPolicy", ""))
    # What stands in its own properties stays with it.
    stays = policy.startswith("Retain") and not may_grant(resource)
    return stays and (resource.template.name, name) not in there


def _is_another(old: Resource, new: Resource) -> bool:
    """Whether what a reference yields may be another: of custom ones only the provider knows."""
    if old.type != new.type:
        return True
    is_custom = old.type.startswith(("Custom::", "AWS::CloudFormation::CustomResource"))
    return is_custom and old.properties != new.properties


def _declared_otherwise(old: Template, new: Template) -> dict[str, str]:
    """Names that mean something else on the new side."""
    parameters = {
        name: BEFORE + name
        for name, body in old.parameters.items()
        if name in new.parameters and _declared(new.parameters[name]) != _declared(body)
    }
    resources = {
        name: BEFORE + name
        for name, resource in old.resources.items()
        if name in new.resources and _is_another(resource, new.resources[name])
    }
    mappings = {
        name: BEFORE + name
        for name, body in old.mappings.items()
        if name in new.mappings and new.mappings[name] != body
    }
    found = parameters | resources | mappings
    was, now = (_section(template, "Conditions") for template in (old, new))
    while more := {
        name: BEFORE + name
        for name, body in was.items()
        if name not in found
        and name in now
        and (now[name] != body or found.keys() & set(_WORD.findall(shown(body))))
    }:
        found |= more
    return found


def _section(template: Template | None, name: str) -> Mapping[str, Json]:
    return _object(template.body.get(name) if template else None)


def _object(node: Json) -> Mapping[str, Json]:
    return node if isinstance(node, Mapping) else {}


def _taken(old: Template, renames: Mapping[str, str]) -> dict[str, str]:
    """Old resources whose names others have by now: they are not what is called so."""
    return {
        name: BEFORE + name
        for name in renames.values()
        if name in old.resources and name not in renames
    }


def _of_globals(before: Mapping[str, Template], after: Mapping[str, Template]) -> Iterator[Open]:
    """What SAM's `Globals` say otherwise since."""
    for name, template in after.items():
        for kind, body in _section(template, "Globals").items():
            was = _section(before.get(name), "Globals").get(kind)
            for key in places.SAM_GLOBALS:
                now = _object(body).get(key)
                if now is not None and now != _object(was).get(key):
                    yield Open(short(template), f"what Globals.{kind}.{key} grants is not compared")


def _handed_on(old: Assembly, new: Assembly, renamed: Renames) -> Iterator[Open]:
    """Exports that changed, under names by which nobody tells who imports them."""
    before = {template.name: template for template in old.templates}
    if not any("Fn::ImportValue" in shown(each.body) for each in new.templates):
        return
    for template in new.templates:
        was = before.get(template.name)
        for name, output in template.outputs.items() if was else ():
            export = output.get("Export") if isinstance(output, Mapping) else None
            if not isinstance(export, Mapping) or isinstance(export.get("Name"), str):
                continue
            values = [
                GivenResolver(side, assembly, qualified=True, renamed=names).spelled(
                    _object(side.outputs.get(name)).get("Value")
                )
                for side, assembly, names in ((was, old, renamed), (template, new, {}))
                if side is not None
            ]
            if values[0] != values[1]:
                yield Open(f"{short(template)} Outputs.{name}", "what it exports has changed")


def _declared(parameter: Json) -> Json:
    """What of a parameter's declaration decides its value."""
    if not isinstance(parameter, Mapping):
        return parameter
    return {key: value for key, value in parameter.items() if key not in _WORDS}


def _names(assembly: Assembly, renamed: Renames) -> Iterator[tuple[str, str]]:
    for resource in assembly.resources():
        names = renamed.get(resource.template.name, {})
        yield resource.template.name, names.get(resource.logical_id, resource.logical_id)


def _macros(template: Template) -> Iterator[str]:
    listed = template.body.get("Transform", ())
    for each in listed if isinstance(listed, list) else (listed,):
        name = each.get("Name") if isinstance(each, Mapping) else each
        if isinstance(name, str) and name not in _KNOWN_MACROS:
            yield name


def _written(template: Template | None) -> frozenset[str]:
    """Places of a template that the deployment writes."""
    found: set[str] = set()
    todo: list[Json] = [template.body.get("Resources")] if template else []
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, Mapping):
            for key, value in node.items():
                if str(key).startswith(_WRITING):
                    found.add(f"{key} {shown(value)}")
                else:
                    todo.append(value)
    return frozenset(found)


def _texts(assembly: Assembly, relevant: Iterable[Resource]) -> list[object]:
    templates = set(assembly.templates)
    bodies = [
        (each.template.name, each.logical_id, shown(each.body))
        for each in relevant
        if each.template in templates
    ]
    sections = [
        shown({key: value for key, value in template.body.items() if key != "Resources"})
        for template in assembly.templates
    ]
    return [sorted(bodies), sections]
