"""What data goes with a resource that is removed or replaced.

Sources: CloudFormation Template Reference, 'DeletionPolicy attribute' (what it means, its defaults,
which types have snapshots; it counts for what is removed from a template) and 'UpdateReplacePolicy
attribute' (likewise for what is replaced; the default is to delete).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import truth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.assembly.model import Json, Resource

DELETION: Final = "DeletionPolicy"
REPLACEMENT: Final = "UpdateReplacePolicy"
DELETE: Final = "Delete"
SNAPSHOT: Final = "Snapshot"
UNKNOWN: Final = ""
"""A policy that is computed (the transform `AWS::LanguageExtensions` allows it)."""
RETAINING: Final = frozenset({"Retain", "RetainExceptOnCreate"})

SNAPSHOTS: Final = frozenset(
    {
        "AWS::DocDB::DBCluster",
        "AWS::EC2::Volume",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::Neptune::DBCluster",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
    }
)
"""Types of which a snapshot can be kept ('DeletionPolicy attribute', 'Snapshot')."""


@dataclass(frozen=True, slots=True)
class Data:
    """What a resource holds.

    Attributes:
        noun: what it is, such as `table`.
        contents: what goes with it, such as `all its items`.
        new: what one that takes its place lacks, while the old one is kept; empty when the template
            says all of it.
        deleted: what its deletion means, where that is not simply that noun and contents are gone.
        protected: the property that keeps it from being deleted, when it has one.
        emptied_by: tags and properties by which it is emptied first; where CloudFormation cannot
            delete what is not empty.
    """

    noun: str
    contents: str
    new: str = "starts empty"
    deleted: str = ""
    protected: str = ""
    emptied_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of the data.

    Attributes:
        loss: a sentence without a full stop; empty when nothing is lost or left behind.
        kept: where the old one or its data stays, likewise; empty when nothing does.
    """

    loss: str = ""
    kept: str = ""


_OBJECTS: Final = ("aws-cdk:auto-delete-objects",)
_IMAGES: Final = ("EmptyOnDelete", "aws-cdk:auto-delete-images")
_PROTECTION: Final = "DeletionProtection"
_PROTECTED: Final = "DeletionProtectionEnabled"

DATA: Final[Mapping[str, Data]] = {
    "AWS::AmazonMQ::Broker": Data("broker", "its messages"),
    "AWS::ApiGateway::ApiKey": Data(
        "API key",
        "its value, which callers send",
        new="has another value",
    ),
    "AWS::AppSync::ApiKey": Data(
        "API key",
        "its value, which callers send",
        new="has another value",
    ),
    "AWS::Backup::BackupVault": Data(
        "backup vault",
        "its recovery points",
        emptied_by=("",),  # nothing does
    ),
    "AWS::Bedrock::KnowledgeBase": Data("knowledge base", "its index"),
    "AWS::Cassandra::Keyspace": Data("keyspace", "all its tables"),
    "AWS::Cassandra::Table": Data("table", "all its rows"),
    "AWS::CertificateManager::Certificate": Data(
        "certificate",
        "its private key",
        new="has another private key",
    ),
    "AWS::CloudTrail::EventDataStore": Data("event data store", "all its events"),
    "AWS::CodeArtifact::Repository": Data("repository", "all its packages"),
    "AWS::CodeCommit::Repository": Data("repository", "all its commits"),
    "AWS::Cognito::IdentityPool": Data("identity pool", "all its identities"),
    "AWS::Cognito::UserPool": Data("user pool", "all its users", protected=_PROTECTION),
    "AWS::Cognito::UserPoolClient": Data(
        "app client",
        "its id and secret, which apps sign in with",
        new="has another id and secret",
    ),
    "AWS::DAX::Cluster": Data("cache", "its items"),
    "AWS::DSQL::Cluster": Data("cluster", "all its data", protected=_PROTECTED),
    "AWS::DocDB::DBCluster": Data("database cluster", "all its data", protected=_PROTECTION),
    "AWS::DynamoDB::GlobalTable": Data("table", "all its items, in every region"),
    "AWS::DynamoDB::Table": Data("table", "all its items", protected=_PROTECTED),
    "AWS::EC2::Instance": Data(
        "instance",
        "what its own disks hold",
        new="starts from its image",
    ),
    "AWS::EC2::KeyPair": Data(
        "key pair",
        "its private key",
        new="is another one",
    ),
    "AWS::EC2::Volume": Data("volume", "all its data"),
    "AWS::ECR::PublicRepository": Data("image repository", "all its images"),
    "AWS::ECR::Repository": Data("image repository", "all its images", emptied_by=_IMAGES),
    "AWS::EFS::FileSystem": Data("file system", "all its files"),
    "AWS::EKS::Cluster": Data(
        "cluster", "all that runs in it", new="runs nothing yet", protected=_PROTECTION
    ),
    "AWS::ElastiCache::CacheCluster": Data("cache", "all that it holds"),
    "AWS::ElastiCache::ReplicationGroup": Data("cache", "all that it holds"),
    "AWS::ElastiCache::ServerlessCache": Data("cache", "all that it holds"),
    "AWS::Elasticsearch::Domain": Data("search domain", "all its indexes"),
    "AWS::Events::Archive": Data("archive", "all its events"),
    "AWS::FSx::FileSystem": Data("file system", "all its files"),
    "AWS::FSx::Volume": Data("volume", "all its files"),
    "AWS::Glue::Database": Data(
        "database",
        "its tables' definitions, the files aside",
        new="has no tables but those of the template",
    ),
    "AWS::Glue::Table": Data(
        "table",
        "its partitions' definitions, the files aside",
        new="",
    ),
    "AWS::HealthLake::FHIRDatastore": Data("data store", "all its records"),
    "AWS::IAM::AccessKey": Data(
        "access key",
        "its secret",
        new="is another one",
    ),
    "AWS::Timestream::InfluxDBInstance": Data("database", "all its data"),
    "AWS::KMS::Key": Data(
        "key",
        "all that is encrypted with it",
        new="cannot read what the old one encrypted",
        deleted="the key is scheduled for deletion; after its waiting period, nobody can read what "
        "is encrypted with it",
    ),
    "AWS::KMS::ReplicaKey": Data(
        "replica key",
        "what is encrypted with it in this region",
        new="",
        deleted="the replica key is scheduled for deletion; after its waiting period, nobody can "
        "use it in this region",
    ),
    "AWS::Kendra::Index": Data("index", "all its documents"),
    "AWS::Kinesis::Stream": Data("stream", "all its records"),
    "AWS::KinesisVideo::Stream": Data("stream", "all its footage"),
    "AWS::Logs::LogGroup": Data("log group", "all its events", protected=_PROTECTED),
    "AWS::MSK::Cluster": Data("cluster", "all its topics"),
    "AWS::MSK::ServerlessCluster": Data("cluster", "all its topics"),
    "AWS::MemoryDB::Cluster": Data("database cluster", "all its data"),
    "AWS::Neptune::DBCluster": Data("database cluster", "all its data", protected=_PROTECTION),
    "AWS::NeptuneGraph::Graph": Data("graph", "all its data", protected=_PROTECTION),
    "AWS::OpenSearchServerless::Collection": Data("collection", "all its indexes"),
    "AWS::OpenSearchService::Domain": Data("search domain", "all its indexes"),
    "AWS::QLDB::Ledger": Data("ledger", "its whole journal", protected=_PROTECTION),
    "AWS::RDS::DBCluster": Data("database cluster", "all its data", protected=_PROTECTION),
    "AWS::RDS::DBInstance": Data("database", "all its data", protected=_PROTECTION),
    "AWS::RDS::GlobalCluster": Data(
        "global cluster", "its replication", new="", protected=_PROTECTION
    ),
    "AWS::Redshift::Cluster": Data("data warehouse", "all its data"),
    "AWS::RedshiftServerless::Namespace": Data("data warehouse", "all its data"),
    "AWS::Route53::HostedZone": Data(
        "hosted zone",
        "its name servers, which the domain points to",
        new="has other name servers",
    ),
    "AWS::S3::Bucket": Data("bucket", "all its objects", emptied_by=_OBJECTS),
    "AWS::S3Express::DirectoryBucket": Data("bucket", "all its objects", emptied_by=_OBJECTS),
    "AWS::S3Tables::TableBucket": Data("table bucket", "all its tables"),
    "AWS::S3Tables::Table": Data("table", "all its rows"),
    "AWS::S3Vectors::VectorBucket": Data("vector bucket", "all its indexes"),
    "AWS::SDB::Domain": Data("domain", "all its items"),
    "AWS::SNS::Subscription": Data(
        "subscription",
        "its confirmation by the receiver",
        new="may have to be confirmed",
    ),
    "AWS::SNS::Topic": Data(
        "topic",
        "subscriptions made outside of the stack",
        new="has no subscriptions but those of the template",
    ),
    "AWS::SQS::Queue": Data("queue", "all its messages"),
    "AWS::SSM::Parameter": Data(
        "parameter",
        "its value and history",
        new="",
    ),
    "AWS::SageMaker::FeatureGroup": Data("feature group", "its records"),
    "AWS::SecretsManager::Secret": Data(
        "secret",
        "its value",
        new="has another value, unless the template gives it",
    ),
    "AWS::Serverless::SimpleTable": Data("table", "all its items"),
    "AWS::Timestream::Database": Data("database", "all its tables"),
    "AWS::Timestream::Table": Data("table", "all its records"),
    "AWS::WorkSpaces::Workspace": Data("workspace", "its volumes"),
}
"""By type, what is lost with it. Of a type that is not here, nothing that a template cannot make
again."""


def fate(old: Resource, new: Resource | None = None) -> Fate:
    """What becomes of the data of a resource that is deleted.

    Args:
        old: the resource as it was.
        new: what takes its place; `None` when nothing does.

    Returns:
        Of what is replaced under its logical id, `UpdateReplacePolicy` decides, else
        `DeletionPolicy`. AWS does not say whether the policy of the old or of the new template
        counts for what is replaced: the data is taken for kept when both say so.
    """
    replaced = new is not None and new.logical_id == old.logical_id
    attribute = REPLACEMENT if replaced else DELETION
    policies = {_policy(old, attribute)}
    if new is not None and replaced:
        policies.add(_policy(new, attribute))
    data = None if _is_of_a_cluster(old) else DATA.get(old.type)
    if policies <= RETAINING:
        kept = f"{attribute} keeps the old one, outside of the stack"
    elif data is not None and _is_on(old.properties.get(data.protected)):
        kept = f"{data.protected} keeps CloudFormation from deleting it: it is left behind"
    else:
        return _deleted(old, data, attribute, policies) if data else Fate()
    if data is None or new is None or not data.new:
        return Fate(kept=kept)
    return Fate(loss=f"the new {data.noun} {data.new}", kept=kept)


def _deleted(old: Resource, data: Data, attribute: str, policies: set[str]) -> Fate:
    if policies == {SNAPSHOT} and old.type in SNAPSHOTS:
        return Fate(loss=f"the {data.noun} is deleted", kept="a snapshot of it is kept")
    everything = f"the {data.noun} and {data.contents} are deleted"
    if UNKNOWN in policies:
        return Fate(
            loss=f"{everything}, unless {attribute}, which only the deployment knows, keeps them"
        )
    if data.emptied_by and not _is_emptied(old, data.emptied_by):
        return Fate(
            loss=f"the {data.noun} is deleted if it is empty",
            kept="one that is not cannot be deleted and is left behind, outside of the stack",
        )
    return Fate(loss=data.deleted or everything)


def _policy(resource: Resource, attribute: str) -> str:
    found = resource.body.get(attribute)
    if isinstance(found, str):
        return found
    if found is not None:
        return UNKNOWN
    snapshot = resource.type in {"AWS::RDS::DBCluster", "AWS::RDS::DBInstance"}
    return SNAPSHOT if attribute == DELETION and snapshot else DELETE


def _is_of_a_cluster(resource: Resource) -> bool:
    """Whether it is a database instance whose data is its cluster's."""
    return resource.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" in resource.properties


def _is_on(value: Json) -> bool:
    return value == "ACTIVE" or truth(value) is True


def _is_emptied(resource: Resource, emptied_by: Iterable[str]) -> bool:
    tags = resource.properties.get("Tags")
    told = {name: resource.properties.get(name) for name in emptied_by} | {
        tag.get("Key"): tag.get("Value")
        for tag in (tags if isinstance(tags, list) else ())
        if isinstance(tag, Mapping) and isinstance(tag.get("Key"), str)
    }
    return any(truth(told.get(name)) is True for name in emptied_by)
