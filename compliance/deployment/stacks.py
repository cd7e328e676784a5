"""The stacks of an assembly, in the order in which they can be deployed.

The manifest's form: CDK's cloud-assembly schema (package `aws-cdk-lib/cloud-assembly-schema`,
`AwsCloudFormationStackProperties`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

from compliance.assembly import building
from compliance.assembly.reader import MANIFEST
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from compliance.assembly.model import Assembly, Template

_SELECTABLE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
"""Names that the CDK CLI takes for one stack: any other could be a pattern, or an option."""
_OF_ASSETS: Final = "AssetParameters"
_ACCOUNT: Final = re.compile(r"^arn:(?:\$\{AWS::Partition\}|[^:]*):iam::(\d{12}):")


@dataclass(frozen=True, slots=True)
class Role:
    """A role that the CDK CLI assumes to deploy a stack.

    Attributes:
        arn: with the placeholders `${AWS::Partition}`, `${AWS::AccountId}`, `${AWS::Region}`.
        external_id: empty for none.
        options: of AssumeRole besides.
    """

    arn: str
    external_id: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """One stack that can be deployed.

    Attributes:
        name: CloudFormation's name.
        selector: how the CDK CLI calls it.
        template: attested.
        account: twelve digits; empty when the assembly leaves it open.
        region: empty likewise.
        role: that deploys it; `None` for the caller's own rights.
        protected: whether it is protected from being deleted.
    """

    name: str
    selector: str
    template: Template
    account: str
    region: str
    role: Role | None
    protected: bool


def ordered(assembly: Assembly) -> tuple[Stack, ...]:
    """The stacks, each after those that it depends on; else in the manifest's order.

    Raises:
        SynthgateError: a stack cannot be told from others by its name, stacks depend on one another
            in a circle, context or a parameter's value is missing, or a role belongs to another
            account.
    """
    by_path = {template.path.resolve(): template for template in assembly.templates}
    found: dict[str, Stack] = {}
    needs: dict[str, set[str]] = {}
    for folder in folders(assembly.path):
        manifest = building.json_of(folder / MANIFEST)
        if manifest.get("missing"):
            raise SynthgateError(
                f"{folder / MANIFEST}: missing: the CDK CLI would look up context and synthesize "
                "again; next: commit cdk.context.json, synthesize and attest"
            )
        artifacts = _objects(manifest.get("artifacts"))
        stacks = {
            artifact_id: artifact
            for artifact_id, artifact in artifacts.items()
            if artifact.get("type") == "aws:cloudformation:stack"
        }
        for artifact_id, artifact in stacks.items():
            file = (folder / artifact["properties"]["templateFile"]).resolve()
            _refuse_untold(by_path[file])
            key = f"{folder}\0{artifact_id}"
            found[key] = _stack(artifact_id, artifact, by_path[file])
            needs[key] = {
                f"{folder}\0{needed}"
                for needed in _reached(artifacts, artifact.get("dependencies"))
                if needed in stacks
            }
    _refuse_ambiguous(tuple(found.values()))
    try:
        return tuple(found[key] for key in TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = ", ".join(key.partition("\0")[2] for key in error.args[1])
        raise SynthgateError(
            f"{assembly.path / MANIFEST}: stacks depend on one another in a circle: {circle}; "
            "next: synthesize and attest again"
        ) from error


def folders(folder: Path) -> Iterator[Path]:
    """An assembly's folder, and those of the assemblies within."""
    yield folder
    for artifact in _objects(building.json_of(folder / MANIFEST).get("artifacts")).values():
        if artifact.get("type") == "cdk:cloud-assembly":
            yield from folders(folder / artifact["properties"]["directoryName"])


def _reached(artifacts: Mapping[str, Mapping[str, Any]], first: object) -> set[str]:
    """What an artifact depends on, through others that are no stacks, too."""
    reached: set[str] = set()
    waiting = [name for name in first if isinstance(name, str)] if isinstance(first, list) else []
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            more = artifacts.get(name, {}).get("dependencies")
            waiting += [each for each in more or () if isinstance(each, str)]
    return reached


def _stack(artifact_id: str, artifact: Mapping[str, Any], template: Template) -> Stack:
    properties = artifact["properties"]
    selector = artifact.get("displayName")
    arn = properties.get("assumeRoleArn")
    role = None
    if isinstance(arn, str):
        role = Role(
            arn,
            str(properties.get("assumeRoleExternalId") or ""),
            dict(properties.get("assumeRoleAdditionalOptions") or {}),
        )
    stack = Stack(
        name=template.stack_name,
        selector=selector if isinstance(selector, str) else artifact_id,
        template=template,
        account=template.account,
        region=template.region,
        role=role,
        protected=properties.get("terminationProtection") is True,
    )
    if not _SELECTABLE.fullmatch(stack.selector):
        raise SynthgateError(
            f"{template.name}: the CDK CLI would take the name {stack.selector!r} for a pattern; "
            "next: give the stack an id of letters, digits, '-', '_' and '.'"
        )
    for named in (arn, properties.get("cloudFormationExecutionRoleArn")):
        owner = _ACCOUNT.match(named) if isinstance(named, str) else None
        if owner and stack.account and owner[1] != stack.account:
            raise SynthgateError(
                f"{template.name}: the stack goes to account {stack.account}, and its role "
                f"{named} belongs to {owner[1]}; next: give the stack a synthesizer of its account"
            )
    return stack


def _refuse_untold(template: Template) -> None:
    """Refuse a stack that asks for what no file of the assembly says."""
    for name, parameter in template.parameters.items():
        # CDK's legacy synthesizer has such parameters for assets, and its CLI fills them in.
        is_told = isinstance(parameter, Mapping) and "Default" in parameter
        if not is_told and not name.startswith(_OF_ASSETS):
            raise SynthgateError(
                f"{template.name}: Parameters.{name}: has no default, so that its value would be "
                "one that nobody has judged; next: give it a default, or a type "
                "AWS::SSM::Parameter::Value with one, synthesize and attest"
            )


def _refuse_ambiguous(stacks: tuple[Stack, ...]) -> None:
    seen: dict[str, Stack] = {}
    for stack in stacks:
        other = seen.setdefault(stack.selector, stack)
        if other is not stack:
            raise SynthgateError(
                f"{stack.template.name} and {other.template.name}: both are called "
                f"{stack.selector!r}, so that the CDK CLI could take one for the other; next: "
                "give each stack an id of its own"
            )


def _objects(value: object) -> dict[str, Mapping[str, Any]]:
    items = value.items() if isinstance(value, Mapping) else ()
    return {str(key): item for key, item in items if isinstance(item, Mapping)}
