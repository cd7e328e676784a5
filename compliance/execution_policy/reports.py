"""What a user sees of an execution policy: as text, as JSON, and as files."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from compliance.execution_policy.documents import MAX_CHARACTERS
from compliance.files import files_below, write_whole
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from compliance.execution_policy.making import ExecutionPolicy
    from compliance.execution_policy.model import Omitted

FILE: Final = "execution-policy-{}.json"
NAME: Final = "synthgate-execution-{region}-{number}"


def to_json(policy: ExecutionPolicy) -> str:
    """Everything, for programs.

    Keys: `account`, `region`, `documents` (policy documents), `undecided` (`place`, `type`,
    `reason`), `omitted` (`type`, `action`, `reason`) and `wide` (`pattern`, `reason`).
    """
    return json.dumps(
        {
            "account": policy.target.account,
            "region": policy.target.region,
            "documents": [document.body for document in policy.documents],
            "undecided": [
                {"place": each.place, "type": each.kind, "reason": each.reason}
                for each in policy.undecided
            ],
            "omitted": [
                {"type": each.kind, "action": each.action, "reason": each.reason}
                for each in policy.omitted
            ],
            "wide": [
                {"pattern": pattern, "reason": reason} for pattern, reason in policy.wide.items()
            ],
        },
        indent=2,
    )


def to_text(policy: ExecutionPolicy, files: Sequence[str]) -> str:
    """What it comes to, and the commands that put it to use.

    Args:
        policy: what is told.
        files: of its documents, as a shell may name them; empty when none were written.
    """
    target = policy.target
    sizes = ", ".join(f"{document.size:,}" for document in policy.documents) or "none"
    actions = {need.action for need in policy.needs}
    title = (
        f"Execution policy for {target.account}/{target.region}: {len(actions)} actions in "
        f"{len(policy.documents)} managed policies ({sizes} of {MAX_CHARACTERS:,} characters)"
    )
    lines = [title]
    lines += _section(
        "Undecided: not in the policy, and their deployment needs something",
        (f"{each.place} ({each.kind}): {each.reason}" for each in policy.undecided),
    )
    lines += _section(
        "Wider than one resource",
        (f"{pattern}: {reason}" for pattern, reason in policy.wide.items()),
    )
    lines += _section(
        "Named by the schemas, and not allowed",
        _grouped(policy.omitted),
    )
    names = [
        NAME.format(region=target.region, number=number)
        for number in range(1, len(policy.documents) + 1)
    ]
    commands = [
        f"aws iam create-policy --policy-name {name} --policy-document file://{file}"
        for name, file in zip(names, files, strict=False)
    ]
    if commands:
        arns = ",".join(
            f"arn:{target.partition}:iam::{target.account}:policy/{name}" for name in names
        )
        commands.append(
            f"cdk bootstrap aws://{target.account}/{target.region} "
            f"--cloudformation-execution-policies {arns}"
        )
    lines += _section("Put it to use", commands)
    return "\n".join(lines) + "\n"


def write(policy: ExecutionPolicy, folder: Path) -> tuple[Path, ...]:
    """Write each document to a file; those of an earlier policy are removed.

    Raises:
        SynthgateError: the folder cannot be written.
    """
    written = []
    for number, document in enumerate(policy.documents, start=1):
        path = folder / FILE.format(number)
        write_whole(path, json.dumps(document.body, indent=2) + "\n")
        written.append(path)
    for path in files_below(folder, FILE.format("*")):
        if path.parent == folder and path not in written:
            path.unlink()
    return tuple(written)


def _grouped(omitted: Iterable[Omitted]) -> list[str]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in omitted:
        found[each.kind, each.reason].append(each.action)
    return [f"{kind}: {', '.join(named)}: {reason}" for (kind, reason), named in found.items()]


def _section(title: str, entries: Iterable[str]) -> list[str]:
    found = [f"  {clean(each, limit=1000)}" for each in entries]
    return ["", f"{title}:", *found] if found else []
