"""Makes the execution policy of assemblies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.execution_policy import handlers, providing
from compliance.execution_policy.documents import Document, pack
from compliance.execution_policy.model import Found, Need, Omitted, Target, Undecided
from compliance.execution_policy.needing import Handlers
from compliance.execution_policy.scoping import Scoper
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compliance.assembly.model import Assembly, Template


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionPolicy:
    """What CloudFormation's role needs, and what of it is not known.

    Attributes:
        target: where the role works.
        documents: to be attached to it, all of them.
        needs: what they allow, one for each resource and action.
        undecided: what they leave open; empty when they are whole.
        omitted: actions of the schemas that they do not allow, with the reason.
        wide: patterns that take in more than one resource of the assembly, with the reason.
    """

    target: Target
    documents: tuple[Document, ...]
    needs: tuple[Need, ...]
    undecided: tuple[Undecided, ...]
    omitted: tuple[Omitted, ...]
    wide: Mapping[str, str]


def make(
    assemblies: Sequence[Assembly], *, account: str | None = None, region: str | None = None
) -> ExecutionPolicy:
    """The least-privilege policy for the stacks of assemblies in one account and region.

    Args:
        assemblies: that are deployed by one execution role.
        account: where stacks that name no account go; also chooses among several.
        region: likewise.

    Raises:
        SynthgateError: it is not told, or not clear, where the stacks go; or the policy is larger
            than a role can carry.
    """
    templates = [template for assembly in assemblies for template in assembly.templates]
    target = Target(
        account=_one("account", account, {template.account for template in templates}),
        region=_one("region", region, {template.region for template in templates}),
    )
    found = Found()
    for assembly in assemblies:
        _read(assembly, target, found)
    return ExecutionPolicy(
        target=target,
        documents=pack(found.needs),
        needs=tuple(found.needs),
        undecided=tuple(sorted(found.undecided)),
        omitted=tuple(sorted(found.omitted)),
        wide=dict(sorted(found.wide.items())),
    )


def _one(what: str, given: str | None, told: set[str]) -> str:
    named = sorted(told - {""})
    if given is None and len(named) == 1:
        return named[0]
    if given is None or (named and given not in named and "" not in told):
        seen = ", ".join(named) or "none"
        raise SynthgateError(
            f"--{what}: {given or 'not given'}; the stacks name {seen}: an execution role works in "
            f"one account and region; next: name one with --{what}"
        )
    return given


def _read(assembly: Assembly, target: Target, found: Found) -> None:
    scoper = Scoper(assembly, target)
    made = Handlers(scoper, found)
    for template in assembly.templates:
        if not _here(template, target):
            continue
        if template.body.get("Transform"):
            found.undecided.add(
                Undecided(
                    template.name,
                    "Transform",
                    "what a macro makes of the template is known at deploy time",
                )
            )
        providing.parameters(template, scoper, found)
        for resource in template.resources.values():
            providing.references(resource, scoper, found)
            if resource.type in handlers.NOTHING:
                continue
            if providing.is_custom(resource):
                providing.provider(resource, scoper, found)
                continue
            if resource.type == providing.NESTED:
                providing.template_of(resource, scoper, found)
            made.read(resource)
    made.finish()


def _here(template: Template, target: Target) -> bool:
    return template.account in {"", target.account} and template.region in {"", target.region}
