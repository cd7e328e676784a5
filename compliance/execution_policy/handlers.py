"""What CloudFormation's handlers of a type call, by its provider schema.

`handlers.{create,read,update,delete}.permissions` (CloudFormation CLI User Guide, 'Resource type
definition schema'). `list` is left out: a stack's deployment lists nothing, it knows its resources.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final

from compliance.execution_policy import reference
from compliance.review import schemas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.assembly.model import Json
    from compliance.execution_policy.reference import Kind

HANDLERS: Final = ("create", "read", "update", "delete")
NOTHING: Final = frozenset(
    {
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
    }
)
"""Types that CloudFormation makes by itself, calling no other service for them."""

_COPIES: Final = (
    "Scan",
    "Query",
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "CreateTableReplica",
    "AssociateTableReplica",
)
ONLY_WITH: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    # 'Adding a replica' needs the table's items (DynamoDB Developer Guide, 'Global tables: IAM');
    # a table of its own has none.
    "AWS::DynamoDB::Table": {
        "GlobalTableSourceArn": frozenset(f"dynamodb:{name}" for name in _COPIES),
        "ImportSourceSpecification": frozenset({"dynamodb:ImportTable", "dynamodb:DescribeImport"}),
    },
    "AWS::DynamoDB::GlobalTable": {
        "Replicas.1": frozenset(f"dynamodb:{name}" for name in _COPIES),
    },
    "AWS::EC2::VPCEndpoint": {
        "ServiceNetworkArn": frozenset({"vpc-lattice:CreateServiceNetworkVpcEndpointAssociation"}),
    },
    "AWS::IAM::Role": {
        "Policies": frozenset({"iam:PutRolePolicy"}),
        "PermissionsBoundary": frozenset(
            {"iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"}
        ),
    },
    "AWS::Lambda::Function": {
        "CodeSigningConfigArn": frozenset({"lambda:PutFunctionCodeSigningConfig"}),
    },
    "AWS::Logs::LogGroup": {
        "ResourcePolicyDocument": frozenset(
            {"logs:PutResourcePolicy", "logs:DeleteResourcePolicy"}
        ),
        "DataProtectionPolicy": frozenset({"logs:CreateLogDelivery"}),
    },
}
"""Actions that a handler calls for one property alone, where they reach items or other resources'
policies. `Replicas.1` is the second replica."""

_KINDS: Final = {
    "AWS::IAM::ManagedPolicy": ("iam", "policy"),
    "AWS::EC2::FlowLog": ("ec2", "vpcflowlog"),
    "AWS::EC2::EIP": ("ec2", "elasticip"),
    "AWS::EC2::Instance": ("ec2", "instance"),
    "AWS::Events::EventBus": ("events", "eventbus"),
    "AWS::Events::Rule": ("events", "ruleondefaulteventbus"),
    "AWS::DynamoDB::GlobalTable": ("dynamodb", "table"),
    "AWS::KMS::ReplicaKey": ("kms", "key"),
    "AWS::Lambda::LayerVersion": ("lambda", "layer"),
    "AWS::RDS::DBInstance": ("rds", "db"),
    "AWS::RDS::DBCluster": ("rds", "cluster"),
}
"""Kinds that the reference calls otherwise than CloudFormation."""


@cache
def actions(kind: str, region: str) -> tuple[str, ...] | None:
    """Actions of the handlers of a type, as its schema writes them; `None` when it names none."""
    document = schemas.document(kind, region) or {}
    handlers = document.get("handlers", {})
    named = {
        action.strip()
        for name in HANDLERS
        for action in handlers.get(name, {}).get("permissions", ())
        if isinstance(action, str) and action.strip()
    }
    return tuple(sorted(named, key=str.lower)) or None


@cache
def service(kind: str, region: str) -> str:
    """Prefix of most actions of a type's handlers: its own service."""
    found = Counter(action.partition(":")[0] for action in actions(kind, region) or ())
    # `AWS::IAM::…` is named after its service in nearly all cases; a tie goes to that name.
    own = kind.split("::")[1].lower()
    return max(sorted(found), key=lambda each: (each == own, found[each]), default="")


@cache
def kind_of(kind: str, region: str) -> Kind | None:
    """What the ARNs of a type's resources name, where the type has any of its own."""
    where, name = _KINDS.get(kind) or (
        service(kind, region),
        reference.normalized(kind.rpartition("::")[2]),
    )
    return reference.kinds(where).get(name)


def needless(kind: str, action: str, properties: Mapping[str, Json]) -> str:
    """The property for which alone a handler calls an action, when it is not there; else empty."""
    for name, named in ONLY_WITH.get(kind, {}).items():
        if action in named:
            key, _, more = name.partition(".")
            value = properties.get(key)
            there = isinstance(value, list) and len(value) > int(more) if more else bool(value)
            # An intrinsic may become anything.
            if not (there or isinstance(value, dict)):
                return key
    return ""
