"""Where templates say who is granted what: the resource types and their properties.

Source: the pages of the types in the CloudFormation Template Reference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.iam.statements import EVENT_BUS_POLICY
from compliance.intrinsics import ABSENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.assembly.model import Json

ENTITIES: Final[Mapping[str, str]] = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
}
"""What has identity policies, and the property that names it."""
ATTACHED: Final[Mapping[str, Mapping[str, str]]] = {
    "AWS::IAM::Policy": {"Roles": "Role", "Users": "User", "Groups": "Group"},
    "AWS::IAM::ManagedPolicy": {"Roles": "Role", "Users": "User", "Groups": "Group"},
    "AWS::IAM::RolePolicy": {"RoleName": "Role"},
    "AWS::IAM::UserPolicy": {"UserName": "User"},
    "AWS::IAM::GroupPolicy": {"GroupName": "Group"},
}
"""Policies, and the properties that say what they are attached to."""
MANAGED: Final = "AWS::IAM::ManagedPolicy"
MEMBERSHIP: Final = "AWS::IAM::UserToGroupAddition"
PROTECTED: Final[Mapping[str, str]] = {
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::S3Express::BucketPolicy": "Bucket",
    "AWS::S3Outposts::BucketPolicy": "Bucket",
    "AWS::S3ObjectLambda::AccessPointPolicy": "ObjectLambdaAccessPoint",
    "AWS::S3Tables::TableBucketPolicy": "TableBucketARN",
    "AWS::S3Tables::TablePolicy": "TableARN",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SQS::QueueInlinePolicy": "Queue",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SNS::TopicInlinePolicy": "TopicArn",
    "AWS::SecretsManager::ResourcePolicy": "SecretId",
    EVENT_BUS_POLICY: "EventBusName",
}
"""Resource policies, and the property that says what they protect; of others, it is themselves."""
KEYS: Final = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
PERMISSION: Final = "AWS::Lambda::Permission"
LAYER_PERMISSION: Final = "AWS::Lambda::LayerVersionPermission"
NESTED: Final = "AWS::CloudFormation::Stack"
SAM_PREFIX: Final = "AWS::Serverless::"
SAM_POLICIES: Final = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
PERMISSION_CONDITIONS: Final[Mapping[str, tuple[str, str]]] = {
    "SourceArn": ("ArnLike", "aws:SourceArn"),
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "OrganizationId": ("StringEquals", "aws:PrincipalOrgID"),
}
"""What the statement asks that Lambda writes for a permission (Lambda API Reference,
'AddPermission')."""
DEFAULTS: Final[Mapping[str, tuple[str, Mapping[str, Json]]]] = {
    "AWS::EC2::VPCEndpoint": ("PolicyDocument", {"Principal": "*", "Action": "*", "Resource": "*"}),
    "AWS::KMS::Key": (
        "KeyPolicy",
        {
            "Principal": {"AWS": {"Ref": "AWS::AccountId"}},
            "Action": "kms:*",
            "Resource": "*",
        },
    ),
}
"""What a resource without a policy of its own allows (VPC endpoints: AWS PrivateLink Guide,
'Control access to VPC endpoints using endpoint policies'; keys: KMS Developer Guide, 'Default key
policy')."""
ADMINISTRATOR: Final = "AdministratorAccess"
"""The one AWS-managed policy whose content needs no look: everything."""
DENYING: Final = ("AWSDenyAll", "AWSCompromisedKeyQuarantine")
AWS_MANAGED: Final = re.compile(r"arn:(?:[a-z-]+|\$\{AWS::Partition\}):iam::aws:policy/(.+)")
PERMISSION_SET: Final = "AWS::SSO::PermissionSet"
GRANTS: Final = frozenset(
    {
        "AWS::EC2::VPCEndpointServicePermissions",
        "AWS::EKS::AccessEntry",
        "AWS::IAM::OIDCProvider",
        "AWS::IAM::SAMLProvider",
        "AWS::IoT::PolicyPrincipalAttachment",
        "AWS::LakeFormation::Permissions",
        "AWS::LakeFormation::PrincipalPermissions",
        "AWS::LakeFormation::TagAssociation",
        "AWS::OpenSearchServerless::AccessPolicy",
        "AWS::RAM::ResourceShare",
        "AWS::RolesAnywhere::Profile",
        "AWS::RolesAnywhere::TrustAnchor",
        "AWS::S3::AccessGrant",
        "AWS::SSO::Assignment",
        "AWS::ServiceCatalog::PortfolioPrincipalAssociation",
        "AWS::ServiceCatalog::PortfolioShare",
        "AWS::Signer::ProfilePermission",
        "AWS::VerifiedPermissions::Policy",
    }
)
"""Types that grant access, or say who may be whom, in other words than those of a policy."""
LIMITING: Final = frozenset({"AWS::VerifiedPermissions::Policy"})
"""Those of them that may forbid as well."""
SAM_ATTACHES: Final = ("Tracing", "VpcConfig")
"""Properties for which SAM attaches a policy to the role that it writes."""
SAM_GLOBALS: Final = (
    "AssumeRolePolicyDocument",
    "Auth",
    "DeadLetterQueue",
    "EventInvokeConfig",
    "FunctionUrlConfig",
    "PermissionsBoundary",
    "Policies",
    "Role",
)
"""Properties that grant, as SAM's `Globals` may set them for every resource of a type."""
SAM_WRITES: Final = (
    "Events",
    "Auth",
    "DeadLetterQueue",
    "FunctionUrlConfig",
    "EventInvokeConfig",
    "Connectors",
    "Source",
)
"""Properties and attributes for which SAM writes policies and permissions of its own; a connector
has a `Source` (SAM Developer Guide, 'Generated resources')."""
_BLOCK: Final = "PublicAccessBlockConfiguration"
_BLOCKED: Final = (True,)
SWITCHES: Final[Mapping[str, tuple[tuple[tuple[str, ...], tuple[Json, ...], str], ...]]] = {
    "AWS::Lambda::Url": (
        (("AuthType",), ("AWS_IAM",), "requests need no signature, if a permission lets them in"),
    ),
    "AWS::S3::Bucket": (
        (
            ("AccessControl",),
            (ABSENT, "Private", "BucketOwnerRead", "BucketOwnerFullControl"),
            "what an access control list grants is not compared",
        ),
        *(
            ((_BLOCK, flag), _BLOCKED, "policies and lists that open the bucket are in effect")
            for flag in (
                "BlockPublicAcls",
                "BlockPublicPolicy",
                "IgnorePublicAcls",
                "RestrictPublicBuckets",
            )
        ),
    ),
}
"""What opens a resource besides its policies: a path of properties, the values that keep it closed,
and what any other means."""
GRANTING: Final = (("AccessControl",),)
"""Those of them that grant by themselves, also where the resource is new."""
POLICY_NAMES: Final = (
    "AccessPolicies",
    "AccessPolicy",
    "Policy",
    "PolicyDocument",
    "PolicyText",
    "RepositoryPolicyText",
    "ResourcePolicy",
)
"""Properties by which types call the policies that they hold."""
