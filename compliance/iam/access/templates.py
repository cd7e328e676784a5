"""What access the templates of one assembly grant that those of another did not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.iam.access.assignments import TooManyConditionsError, assignments
from compliance.iam.access.comparison import compare
from compliance.iam.access.granted import Side, may_grant
from compliance.iam.access.model import Comparison, Open
from compliance.iam.access.values import BEFORE, short
from compliance.intrinsics.values import shown

if TYPE_CHECKING:
    from compliance.assembly import Assembly, Resource, Template
    from compliance.assembly.model import Json
    from compliance.iam.access.clauses import Policy

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
    renamed = {
        name: {**_declared_otherwise(before[name], after[name]), **renames.get(name, {})}
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
            found.append(compare(before_it.policies(is_new=False), after_it.policies(is_new=True)))
    except TooManyConditionsError:
        if _texts(old, relevant) != _texts(new, relevant):
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
    return Comparison(
        tuple({_key(witness): witness for each in found for witness in each.witnesses}.values()),
        tuple(dict.fromkeys((*(one for each in found for one in each.undecided), *macros))),
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
    return (resource.template.name, name) not in there and policy.startswith("Retain")


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
        if name in new.resources and new.resources[name].type != resource.type
    }
    mappings = {
        name: BEFORE + name
        for name, body in old.mappings.items()
        if name in new.mappings and new.mappings[name] != body
    }
    return parameters | resources | mappings


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
