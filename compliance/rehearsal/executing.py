"""Deploys as CloudFormation's execution role under the least-privilege policy, and tells what came.

What this proves: each action that the provider schemas name for the handlers of the deployed
resources is allowed by the policy on the very name that the resource got, by an evaluator that is
not this package's own. What it does not prove: that CloudFormation's real handlers call no more
than their schemas say, and what the policy leaves undecided.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from compliance import execution_policy
from compliance.files import write_whole
from compliance.findings import SynthgateError
from compliance.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from compliance.assembly.model import Assembly
    from compliance.execution_policy import ExecutionPolicy
    from compliance.rehearsal.local.aws import LocalAws

_NAME: Final = "synthgate-execution-{}"
_NAMED_OTHERWISE: Final = {"AWS::Kinesis::Stream": "Name", "AWS::Logs::LogGroup": "LogGroupName"}
"""Types that the local AWS gives other names than CloudFormation, with the property that names one:
`/aws/cloudformation/<stack>/<logical id>`, or small letters, where CloudFormation makes
`<stack>-<logical id>-<random>` (see `compliance.execution_policy.names`)."""
_RANDOM: Final = "1A2B3C4D5E6F"


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """How the deployment is authorized.

    Attributes:
        policies: ARNs of the managed policies that the execution role gets; empty for none.
        undecided: how much the policy leaves open.
        without: why there is no policy; empty where there is one.
    """

    policies: tuple[str, ...] = ()
    undecided: int = 0
    without: str = ""


def prepare(aws: LocalAws, assembly: Assembly, iam: Any) -> Execution:
    """Make the policies in the local AWS, and tell it what to ask of them.

    Args:
        aws: where it will be deployed.
        assembly: what the policy is for: as it was given.
        iam: client of that AWS.
    """
    try:
        policy = execution_policy.make([assembly], account=aws.account, region=aws.region)
    except SynthgateError as error:
        return Execution(without=str(error))
    return attach(aws, policy, assembly, iam)


def attach(aws: LocalAws, policy: ExecutionPolicy, assembly: Assembly, iam: Any) -> Execution:
    """Make a policy's documents in the local AWS, and tell it what to ask of them.

    Args:
        aws: where.
        policy: what the execution role is to have.
        assembly: that it is for.
        iam: client of that AWS.
    """
    if not policy.documents:
        return Execution(without="nothing in the assembly needs any permission")
    write_whole(aws.handlers, _as_named_by_aws(json.dumps(asked(policy)), assembly))
    arns = []
    for number, document in enumerate(policy.documents, start=1):
        made = iam.create_policy(PolicyName=_NAME.format(number), PolicyDocument=document.text)
        arns.append(str(made["Policy"]["Arn"]))
    return Execution(policies=tuple(arns), undecided=len(policy.undecided))


def _as_named_by_aws(text: str, assembly: Assembly) -> str:
    for kind, name in _NAMED_OTHERWISE.items():
        for resource in assembly.resources(kind):
            stack, logical_id = resource.template.stack_name, resource.logical_id
            if name not in resource.properties:
                text = text.replace(f"${{{stack}/{logical_id}}}", f"{stack}-{logical_id}-{_RANDOM}")
    return text


def asked(policy: ExecutionPolicy) -> dict[str, dict[str, list[dict[str, object]]]]:
    """What CloudFormation's handlers call, by stack and logical id, as the server reads it."""
    found: dict[str, dict[str, list[dict[str, object]]]] = {}
    for need in policy.needs:
        if need.stack:
            found.setdefault(need.stack, {}).setdefault(need.logical_id, []).extend(
                {"action": each.action, "resource": each.resource, "context": dict(each.context)}
                for each in need.checks
            )
    return found


def notice(execution: Execution, records: Path) -> str:
    """What a reader is told of the deployment that has ended well.

    Raises:
        RehearsalError: there is a policy, and it was never asked.
    """
    if execution.without:
        return f"not deployed under an execution policy: {execution.without}"
    decisions = list(_decisions(records))
    if not decisions:
        raise RehearsalError(
            f"{records}: the execution policy was never asked while the stacks were deployed; "
            "next: see whether this version of MiniStack is one that the rehearsal knows"
        )
    allowed = [each for each in decisions if each["decision"] == "Allow"]
    denied = len(decisions) - len(allowed)
    actions = len({each["action"] for each in allowed})
    resources = len({(each["stack"], each["logical_id"]) for each in allowed})
    said = (
        f"deployed under the execution policy ({len(execution.policies)} managed policies): "
        f"{actions} actions allowed on {resources} resources, {denied} denied"
    )
    if execution.undecided:
        said += f"; {execution.undecided} resources are undecided, see `synthgate execution-policy`"
    return said


def _decisions(records: Path) -> list[Mapping[str, Any]]:
    try:
        lines = records.read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines if line.startswith('{"kind": "handler"')]
    except (OSError, ValueError) as error:
        raise RehearsalError(f"{records}: records cannot be read: {error}") from error
    return found
