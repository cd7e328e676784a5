"""Policies of small assemblies, and what they allow."""

from __future__ import annotations

import json
import operator
import re
from collections import defaultdict
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from compliance.assembly import read
from compliance.execution_policy import ExecutionPolicy, make

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ACCOUNT: Final = "111122223333"
REGION: Final = "eu-west-1"
STACK: Final = "shop"
TAIL: Final = "-1A2B3C4D5E6F"
Json = dict[str, Any]
Request = tuple[str, str, "Mapping[str, str]"]
"""Action, ARN and condition keys."""


def resource(kind: str, /, **properties: Any) -> Json:  # noqa: ANN401 - any JSON
    """A resource declaration."""
    return {"Type": kind, "Properties": properties}


def role(service: str | Json = "lambda.amazonaws.com", **properties: Any) -> Json:  # noqa: ANN401
    """A role that a service takes on."""
    trust = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        ]
    }
    return resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust, **properties)


def assembly(folder: Path, resources: Mapping[str, Json], **sections: Any) -> Path:  # noqa: ANN401
    """The folder of an assembly of one stack."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Shop.template.json").write_text(json.dumps({**sections, "Resources": resources}))
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{ACCOUNT}/{REGION}",
        "properties": {"templateFile": "Shop.template.json", "stackName": STACK},
    }
    (folder / "manifest.json").write_text(
        json.dumps({"version": "36.0.0", "artifacts": {"Shop": stack}})
    )
    return folder


def policy(folder: Path, resources: Mapping[str, Json], **sections: Any) -> ExecutionPolicy:  # noqa: ANN401
    """The policy of an assembly of one stack."""
    return make([read(assembly(folder / "cdk.out", resources, **sections))])


def resources_of(found: ExecutionPolicy, action: str) -> list[str]:
    """To what an action is allowed."""
    return sorted(
        pattern
        for document in found.documents
        for statement in document.body["Statement"]
        if action in statement["Action"]
        for pattern in statement["Resource"]
    )


def conditions_of(found: ExecutionPolicy, action: str) -> list[Json]:
    """Under which an action is allowed, a statement each."""
    return [
        statement.get("Condition", {})
        for document in found.documents
        for statement in document.body["Statement"]
        if action in statement["Action"]
    ]


def denied(found: ExecutionPolicy, requests: Iterable[Request]) -> list[str]:
    """Those of some requests that a policy does not allow.

    By the few lines of IAM's evaluation that these documents call for: no statement denies, actions
    hold no wildcard, and each condition has one of the operators below.
    """
    by_action: dict[str, list[Json]] = defaultdict(list)
    for document in found.documents:
        for statement in document.body["Statement"]:
            assert statement["Effect"] == "Allow"
            for action in statement["Action"]:
                by_action[action].append(statement)
    return [
        f"{action} on {arn}"
        for action, arn, context in requests
        if not any(_allows(statement, arn, context) for statement in by_action[action])
    ]


def _allows(statement: Json, arn: str, context: Mapping[str, str]) -> bool:
    operators = {"StringEquals": operator.eq, "ArnLike": fnmatchcase}
    return any(fnmatchcase(arn, pattern) for pattern in statement["Resource"]) and all(
        any(key in context and operators[name](context[key], value) for value in values)
        for name, block in statement.get("Condition", {}).items()
        for key, values in block.items()
    )


def made(stack: str, logical_id: str, limit: int) -> str:
    """A name as it was seen in accounts: both parts are cut, the short one leaves its room."""
    room = limit - len(TAIL) - 1
    if len(stack) + len(logical_id) > room:
        half = room // 2
        first = max(room - half, room - len(logical_id))
        stack = stack[:first]
        logical_id = logical_id[: room - len(stack)]
    return f"{stack}-{logical_id}{TAIL}"


def filled(text: str, physical: Mapping[str, str]) -> str:
    """An ARN with physical ids in place of what stands for them."""
    return re.sub(r"\$\{([^{}]+)\}", lambda match: physical[match[1]], text)
