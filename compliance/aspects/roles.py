"""The role that something runs with, and what it has to be allowed when an aspect changes that.

A policy of its own, so that a role of the code's keeps the policies that the code gave it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam

from compliance.aspects.change import shown
from compliance.aspects.tree import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.aspects.tree import Tree

ROLE: Final = "AWS::IAM::Role"
TRACE: Final = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""What sending traces needs; none of it can be scoped (Service Authorization Reference,
'Actions, resources, and condition keys for AWS X-Ray')."""
SAMPLE: Final = ("xray:GetSamplingRules", "xray:GetSamplingTargets")
WRITE: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
_WRITES_EVERYWHERE: Final = ("AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole")
_AT_THE_EDGE: Final = "edgelambda.amazonaws.com"


def role_of(node: Node, tree: Tree) -> Node | None:
    """The role of a function or state machine, when it stands in the tree."""
    properties = node.raw
    return tree.target(properties.get("Role", properties.get("RoleArn")), ROLE)


def is_at_the_edge(role: Node) -> bool:
    """Whether CloudFront runs what has this role: it takes neither tracing nor a log group.

    Amazon CloudFront Developer Guide, 'Restrictions on Lambda@Edge'.
    """
    return _AT_THE_EDGE in shown(role.get("AssumeRolePolicyDocument"))


def writes_everywhere(role: Node) -> bool:
    """Whether a role has a policy of AWS's that lets it write to every log group."""
    policies = shown(role.get("ManagedPolicyArns"))
    return any(name in policies for name in _WRITES_EVERYWHERE)


def allow(user: Node, role: Node, name: str, actions: Sequence[str], resource: str) -> Node:
    """Allow a role what its user needs from now on; the user is made after that.

    Args:
        user: the function or state machine.
        role: of it.
        name: of the policy, behind that of the user.
        actions: what is allowed.
        resource: ARN that it is allowed on.

    Returns:
        The policy.
    """
    policy = iam.CfnPolicy(
        *user.beside(name),
        policy_name=f"{name}{user.construct.node.addr[-8:]}",
        policy_document={
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": list(actions), "Resource": resource},
            ],
        },
        roles=[role.construct.ref],
    )
    user.construct.node.add_dependency(policy)
    return Node(policy, iam.CfnPolicy.CFN_RESOURCE_TYPE_NAME)
