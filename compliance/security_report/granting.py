"""What grants access besides the policies that the rules judge: read where it can be, else named.

Sources: the pages of the types in the CloudFormation Template Reference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.iam.access.places import DEFAULTS, GRANTS, LAYER_PERMISSION, PERMISSION, SAM_PREFIX
from compliance.iam.statements import Opaque, PolicyKind, Statement, of_document
from compliance.intrinsics import ABSENT, truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Json, Resource
    from compliance.intrinsics import Value
    from compliance.rules.base import Context

IOT_POLICY: Final = "AWS::IoT::Policy"
BUCKET: Final = "AWS::S3::Bucket"
KEY: Final = "AWS::KMS::Key"
CONNECTORS: Final = "Connectors"
TABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::AIOps::InvestigationGroup": ("InvestigationGroupPolicy",),
    "AWS::APS::ResourcePolicy": ("PolicyDocument",),
    "AWS::ApiGateway::DomainNameV2": ("Policy",),
    "AWS::Backup::LogicallyAirGappedBackupVault": ("AccessPolicy",),
    "AWS::Bedrock::KnowledgeBasePolicy": ("PolicyDocument",),
    "AWS::Bedrock::ResourcePolicy": ("PolicyDocument",),
    "AWS::BedrockAgentCore::ResourcePolicy": ("Policy",),
    "AWS::CloudTrail::ResourcePolicy": ("ResourcePolicy",),
    "AWS::CodeArtifact::Domain": ("PermissionsPolicyDocument",),
    "AWS::CodeArtifact::Repository": ("PermissionsPolicyDocument",),
    "AWS::Comprehend::DocumentClassifier": ("ModelPolicy",),
    "AWS::Comprehend::EntityRecognizer": ("ModelPolicy",),
    "AWS::DSQL::Cluster": ("PolicyDocument",),
    "AWS::DynamoDB::GlobalTable": (
        "Replicas[].ResourcePolicy.PolicyDocument",
        "Replicas[].ReplicaStreamSpecification.ResourcePolicy.PolicyDocument",
    ),
    "AWS::DynamoDB::Table": ("StreamSpecification.ResourcePolicy.PolicyDocument",),
    "AWS::EventSchemas::RegistryPolicy": ("Policy",),
    "AWS::EventsV2::ResourcePolicy": ("PolicyDocument",),
    "AWS::FSx::S3AccessPointAttachment": ("S3AccessPoint.Policy",),
    IOT_POLICY: ("PolicyDocument",),
    "AWS::Lex::ResourcePolicy": ("Policy",),
    "AWS::Logs::DeliveryDestination": (
        "DeliveryDestinationPolicy",
        "DestinationPolicy.DeliveryDestinationPolicy",
    ),
    "AWS::MSK::ClusterPolicy": ("Policy",),
    "AWS::MediaPackageV2::ChannelPolicy": ("Policy",),
    "AWS::MediaPackageV2::OriginEndpointPolicy": ("Policy",),
    "AWS::MediaStore::Container": ("Policy",),
    "AWS::MediaTailor::ChannelPolicy": ("Policy",),
    "AWS::OSIS::Pipeline": ("ResourcePolicy.Policy",),
    "AWS::Oam::Sink": ("Policy",),
    "AWS::Omics::SequenceStore": ("S3AccessPolicy",),
    "AWS::Organizations::ResourcePolicy": ("Content",),
    "AWS::PaymentCryptography::Key": ("Policy",),
    "AWS::RUM::AppMonitor": ("ResourcePolicy.PolicyDocument",),
    "AWS::Redshift::Cluster": ("NamespaceResourcePolicy",),
    "AWS::RedshiftServerless::Namespace": ("NamespaceResourcePolicy",),
    "AWS::S3Files::FileSystemPolicy": ("Policy",),
    "AWS::SMSVOICE::ResourcePolicy": ("PolicyDocument",),
    "AWS::SSM::ResourcePolicy": ("Policy",),
    "AWS::SageMaker::ModelPackageGroup": ("ModelPackageGroupPolicy",),
    "AWS::VpcLattice::AuthPolicy": ("Policy",),
    "AWS::VpcLattice::ResourcePolicy": ("Policy",),
    "AWS::XRay::ResourcePolicy": ("PolicyDocument",),
}
"""Property paths of policy documents beside those of `compliance.iam.statements`; `[]` stands for
each element of a list."""
UNREAD: Final = (
    GRANTS
    # What a provider of identities lets in stands in the trust policies of roles.
    - {"AWS::IAM::OIDCProvider", "AWS::IAM::SAMLProvider"}
) | {
    "AWS::IoTSiteWise::AccessPolicy",
    "AWS::RAM::PrincipalAssociation",
    f"{SAM_PREFIX}Connector",
}
"""Types that grant in words of their own, which are not read."""
_LIKE: Final = re.compile(r"AWS::.+::\w*(ResourcePolicy|Permissions?|Grant)")
"""Names of types that grant, also of those that no table knows yet."""
_NO_GRANT: Final = frozenset(
    {
        PERMISSION,
        LAYER_PERMISSION,
        "AWS::QuickSight::CustomPermissions",
        "AWS::RAM::Permission",
        "AWS::Redshift::SnapshotCopyGrant",
    }
)
"""Types called so that are read elsewhere, or let nobody in by themselves."""
_LISTING: Final = ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")
ACLS: Final[Mapping[str, tuple[str, ...]]] = {
    "PublicRead": _LISTING,
    "PublicReadWrite": (*_LISTING, "s3:PutObject"),
}
"""What lists for everybody allow on the bucket itself (S3 User Guide, 'Access control list (ACL)
overview')."""
CLOSED: Final = (ABSENT, "Private", "BucketOwnerRead", "BucketOwnerFullControl")


def unread(resource: Resource, read: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Where a resource grants something in a form that nothing here reads, and what that is.

    Args:
        resource: any.
        read: types whose policies are read.
    """
    known = resource.type in read or resource.type in _NO_GRANT
    if resource.type in UNREAD or (not known and _LIKE.fullmatch(resource.type)):
        yield "Properties", f"{resource.type} stands here and is not read"
    if resource.type.startswith(SAM_PREFIX) and CONNECTORS in resource.body:
        yield CONNECTORS, "SAM writes a policy for each connector"


def of(resource: Resource, context: Context) -> Iterator[Statement | Opaque]:
    """The statements of the documents at the places of `TABLE`, of lists, and of defaults."""
    for path in TABLE.get(resource.type, ()):
        for place, document in _at(resource, path, context):
            yield from of_document(document, place, PolicyKind.RESOURCE, context.of(resource))
    if resource.type == BUCKET:
        yield from _of_list(resource, context)
    if resource.type == KEY:
        where, statement = DEFAULTS[KEY]
        if ABSENT in context.get(resource, where):
            yield Statement(
                PolicyKind.KEY,
                "Properties",
                "Allow",
                {"Effect": "Allow", **statement},
                context.of(resource),
            )


def _at(resource: Resource, path: str, context: Context) -> Iterator[tuple[str, Value]]:
    resolver = context.of(resource)
    found: list[tuple[str, Value]] = [("Properties", resource.properties)]
    for step in path.split("."):
        name = step.removesuffix("[]")
        found = [
            (f"{place}.{name}", value)
            for place, block in found
            for value in resolver.get(block, name)
        ]
        if name != step:
            found = [each for place, value in found for each in resolver.items(value, place)]
    yield from found


def _of_list(bucket: Resource, context: Context) -> Iterator[Statement | Opaque]:
    place = "Properties.AccessControl"
    ignored = context.get(bucket, "PublicAccessBlockConfiguration", "IgnorePublicAcls")
    for value in context.get(bucket, "AccessControl"):
        if value in CLOSED or all(truth(each) for each in ignored):
            continue
        allowed: Json = ACLS.get(value) if isinstance(value, str) else None
        if allowed is None:
            yield Opaque(PolicyKind.RESOURCE, place, f"the access control list {value} is not read")
            continue
        body = {"Effect": "Allow", "Principal": "*", "Action": list(allowed)}
        yield Statement(PolicyKind.RESOURCE, place, "Allow", body, context.of(bucket))
