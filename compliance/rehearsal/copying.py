"""The copy of an assembly that is deployed: byte for byte, save what the local AWS refuses.

A resource is taken out only when it alone can be: nothing that stays may refer to it. What was
taken out is named one by one, and the difference is written beside the report.
"""

from __future__ import annotations

import difflib
import json
import re
import shutil
from typing import TYPE_CHECKING, Any, Final

from compliance.assembly import building, digests, read
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.model import Place, Removal
from compliance.review.references import depends_on, names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from compliance.assembly.model import Assembly, Resource, Template

_NO_COMMANDS: Final = (
    "a rehearsal runs no command of an assembly; next: have the asset built by `cdk synth`"
)
_NO_IMAGES: Final = (
    "a rehearsal builds no container images; next: rehearse an assembly of functions with zip "
    "packages"
)
_REFUSED_PROPERTIES: Final = {("AWS::CloudWatch::Alarm", "Metrics"): "alarms on metric math"}
"""What the local AWS refuses only while it deploys: a type's property, and what it makes of it."""
_UNRECOGNIZED: Final = re.compile(r"Unrecognized resource types: \[([^\]]*)\]")


def place(resource: Resource) -> Place:
    """Where a resource stands."""
    return Place(
        template=resource.template.name,
        stack=resource.template.stack,
        logical_id=resource.logical_id,
        resource_type=resource.type,
        construct_path=resource.construct_path,
    )


def refused(cloudformation: Any, template: Template) -> frozenset[str]:
    """The resource types of a template that this AWS does not know, by its own word.

    Args:
        cloudformation: client of the AWS that is asked (ValidateTemplate).
        template: sent as the few lines that matter: its types.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    kinds = {kind for kind in template.by_type if not kind.startswith("Custom::")}
    skeleton = {"Resources": {f"R{at}": {"Type": kind} for at, kind in enumerate(sorted(kinds))}}
    try:
        cloudformation.validate_template(TemplateBody=json.dumps(skeleton))
    except ClientError as error:
        message = str(error.response.get("Error", {}).get("Message", ""))
        match = _UNRECOGNIZED.search(message)
        if match is None:
            raise RehearsalError(
                f"{template.name}: the local AWS refuses it: {message}; next: see whether it is "
                "valid for CloudFormation"
            ) from error
        return frozenset(part.strip() for part in match[1].split(",")) & kinds
    except BotoCoreError as error:
        raise RehearsalError(
            f"{template.name}: the local AWS cannot say which of its types it knows: {error}; "
            "next: look for control characters in the types of its resources"
        ) from error
    return frozenset()


def removable(template: Template, kinds: Iterable[str]) -> tuple[Removal, ...]:
    """What has to be taken out of a template whose types `kinds` are refused.

    Some resources are refused for a property, whatever their type.

    Raises:
        RehearsalError: something that stays needs one of them.
    """
    types = frozenset(kinds)
    found = {name: _unknown(resource, types) for name, resource in template.resources.items()}
    out = {name: unknown for name, unknown in found.items() if unknown}
    for needing, needed in _needs(template, out):
        raise RehearsalError(
            f"{template.name}: {needing} needs {needed} ({template.resources[needed].type}), and "
            f"the local AWS does not know {out[needed]}; this assembly cannot be rehearsed here; "
            "next: rehearse an environment without it, or a deployed stage (--profile)"
        )
    return tuple(
        Removal(place(template.resources[name]), f"the local AWS does not know {unknown}")
        for name, unknown in out.items()
    )


def _unknown(resource: Resource, types: Collection[str]) -> str:
    """What of a resource the local AWS does not know; empty where it knows all."""
    if resource.type in types:
        return resource.type
    return next(
        (
            told
            for (kind, key), told in _REFUSED_PROPERTIES.items()
            if resource.type == kind and resource.properties.get(key)
        ),
        "",
    )


def _needs(template: Template, out: Collection[str]) -> Iterator[tuple[str, str]]:
    for name, resource in template.resources.items():
        if name in out:
            continue
        wanted = {*names(dict(resource.body)).attributes}
        wanted |= {item for item in depends_on(resource.body) if isinstance(item, str)}
        yield from ((name, needed) for needed in sorted(wanted & set(out)))
    for name, value in template.outputs.items():
        wanted = {*names(value).attributes}
        yield from ((f"the output {name}", needed) for needed in sorted(wanted & set(out)))


def copied(
    assembly: Assembly,
    target: Path,
    *,
    cloudformation: Any,
    before: Mapping[str, str],
) -> tuple[Assembly, tuple[Removal, ...], str]:
    """Copy an assembly, without what the local AWS refuses.

    Args:
        assembly: a folder with a manifest.
        target: the copy's folder; it must not exist.
        cloudformation: client of the local AWS.
        before: digests of the assembly's files (`compliance.assembly.digests`).

    Returns:
        The copy, what was taken out, and the difference as a unified diff.

    Raises:
        SynthgateError: the assembly would run commands while it is deployed.
        RehearsalError: it cannot be copied, a resource cannot be taken out, or the copy differs
            elsewhere.
    """
    try:
        shutil.copytree(assembly.path, target, symlinks=True)
    except OSError as error:
        raise RehearsalError(f"{assembly.path}: cannot be copied: {error}") from error
    # Asked of the copy, which nobody else writes to.
    building.refuse(target, commands=_NO_COMMANDS, images=_NO_IMAGES)
    removals: list[Removal] = []
    diff: list[str] = []
    for template in assembly.templates:
        gone = removable(template, refused(cloudformation, template))
        if not gone:
            continue
        removals += gone
        diff += _without(target / template.name, template.name, gone)
    after = digests.of(target)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    if changed != {removal.place.template for removal in removals}:
        raise RehearsalError(
            f"{assembly.path}: changed while it was copied: {', '.join(sorted(changed))}; next: "
            "rehearse again when nothing writes to it"
        )
    return read(target), tuple(removals), "".join(diff)


def _without(path: Path, name: str, gone: Iterable[Removal]) -> Iterator[str]:
    """Take resources out of a template's file; yields the difference's lines."""
    old = path.read_text(encoding="utf-8")
    body = json.loads(old)
    for removal in gone:
        del body["Resources"][removal.place.logical_id]
    # As CDK writes templates: what stays the same is the same line.
    new = json.dumps(body, indent=1, ensure_ascii=False)
    path.write_text(new, encoding="utf-8")
    yield from difflib.unified_diff(
        old.splitlines(keepends=True),
        new.splitlines(keepends=True),
        f"a/{name}",
        f"b/{name}",
    )
