"""Where the value that another stack hands over is produced, when that stack is in the assembly.

A source is a template and a JSON value of it, still to be resolved there. Names of exports and of
stacks are unique in one account and region, and an assembly may hold stages for several.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from compliance.assembly.model import Assembly, Json, Resource, Template
    from compliance.intrinsics.values import Value

    Source = tuple[Template, Json]

OUTPUTS: Final = "Outputs."
"""What stands before an output's name in `Fn::GetAtt` of a nested stack."""


def of_import(name: Value, *, template: Template, assembly: Assembly) -> list[Source]:
    """Outputs exported under a name, as `template` would import it."""
    exports = assembly.exports.get(name, ()) if isinstance(name, str) else ()
    return [source for source in exports if _may_be_beside(template, source[0], template.region)]


def of_output(argument: Json, *, template: Template, assembly: Assembly) -> list[Source]:
    """Outputs that `Fn::GetStackOutput` of `template` names."""
    match argument:
        case {"StackName": str(stack), "OutputName": str(output)}:
            pass
        case _:
            return []
    region = argument.get("Region")
    region = region if isinstance(region, str) else template.region
    return [
        (other, body.get("Value"))
        for other in assembly.by_stack_name.get(stack, ())
        if isinstance(body := other.outputs.get(output), Mapping)
        # A role is there to reach another account.
        and _may_be_beside(template, other, region, any_account="RoleArn" in argument)
    ]


def of_nested_output(resource: Resource, attribute: str, *, assembly: Assembly) -> Source | None:
    """The output of a nested stack that an attribute of its resource stands for."""
    nested = assembly.nested.get(resource)
    if nested is None or not attribute.startswith(OUTPUTS):
        return None
    body = nested.outputs.get(attribute.removeprefix(OUTPUTS))
    return (nested, body.get("Value")) if isinstance(body, Mapping) else None


def of_parameter(name: str, *, template: Template) -> Source | None:
    """What the parent of a nested stack gives it for a parameter."""
    parent = template.parent
    given = parent.properties.get("Parameters") if parent is not None else None
    if parent is None or not isinstance(given, Mapping) or name not in given:
        return None
    return parent.template, given[name]


def _may_be_beside(
    template: Template, other: Template, region: str, *, any_account: bool = False
) -> bool:
    """Whether another stack may be in this account and region, as far as both are known."""
    accounts = {template.account, other.account} - {""}
    regions = {region, other.region} - {""}
    return (any_account or len(accounts) <= 1) and len(regions) <= 1
