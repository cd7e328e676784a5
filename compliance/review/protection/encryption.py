"""With which key data are encrypted, and whether they are.

Sources: CloudFormation Template Reference, the page of each type; Amazon S3 User Guide, 'Setting
default server-side encryption behavior' (SSE-S3 for every bucket since January 2023); Amazon SQS
Developer Guide, 'Encryption at rest' (SSE-SQS unless it is switched off); DynamoDB Developer Guide,
'DynamoDB encryption at rest' (a key that AWS owns unless told otherwise).
"""

from __future__ import annotations

from typing import Final

from compliance.review.weakening import Flag, Key, Ranks, Setting, There

_KEY: Final = Key(absent="none of its own")
_LOST_KEY: Final = (
    "{name} is encrypted with a key of AWS instead of a customer key (KMS key {old}, now {new})"
)

ROWS: Final = (
    Setting(
        "AWS::Logs::LogGroup AWS::Redshift::Cluster AWS::EFS::FileSystem",
        "KmsKeyId",
        _KEY,
        _LOST_KEY,
    ),
    Setting(
        "AWS::RDS::DBInstance AWS::RDS::DBCluster AWS::Neptune::DBCluster AWS::DocDB::DBCluster "
        "AWS::SecretsManager::Secret AWS::EC2::Volume AWS::ElastiCache::ReplicationGroup "
        "AWS::MemoryDB::Cluster AWS::DMS::ReplicationInstance",
        "KmsKeyId",
        _KEY,
        _LOST_KEY,
    ),
    Setting("AWS::SNS::Topic AWS::SQS::Queue", "KmsMasterKeyId", _KEY, _LOST_KEY),
    Setting("AWS::Lambda::Function AWS::Serverless::Function", "KmsKeyArn", _KEY, _LOST_KEY),
    Setting("AWS::CloudTrail::Trail", "KMSKeyId", _KEY, _LOST_KEY),
    Setting("AWS::Backup::BackupVault", "EncryptionKeyArn", _KEY, _LOST_KEY),
    Setting("AWS::CodeBuild::Project", "EncryptionKey", _KEY, _LOST_KEY),
    Setting("AWS::Kinesis::Stream", "StreamEncryption.KeyId", _KEY, _LOST_KEY),
    Setting("AWS::ECR::Repository", "EncryptionConfiguration.KmsKey", _KEY, _LOST_KEY),
    Setting(
        "AWS::StepFunctions::StateMachine", "EncryptionConfiguration.KmsKeyId", _KEY, _LOST_KEY
    ),
    Setting("AWS::DynamoDB::Table", "SSESpecification.KMSMasterKeyId", _KEY, _LOST_KEY),
    Setting(
        "AWS::DynamoDB::GlobalTable",
        "Replicas[Region].SSESpecification.KMSMasterKeyId",
        _KEY,
        "the replica of " + _LOST_KEY.replace("{name}", "{name} in {which}"),
    ),
    Setting(
        "AWS::S3::Bucket",
        "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault"
        ".KMSMasterKeyID",
        _KEY,
        _LOST_KEY,
    ),
    Setting(
        "AWS::S3::Bucket",
        "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault"
        ".SSEAlgorithm",
        Ranks(("AES256", "aws:kms", "aws:kms:dsse"), default="AES256", absent="AES256"),
        "{name} encrypts objects with {new} instead of {old}",
    ),
    Setting(
        "AWS::DynamoDB::Table AWS::DynamoDB::GlobalTable",
        "SSESpecification.SSEEnabled",
        Flag(safe=True),
        "{name} is encrypted with a key that AWS owns: encryption with KMS is off",
    ),
    Setting(
        "AWS::DAX::Cluster",
        "SSESpecification.SSEEnabled",
        Flag(safe=True),
        "{name} is encrypted at rest no more",
    ),
    Setting(
        "AWS::SQS::Queue",
        "SqsManagedSseEnabled",
        Flag(safe=True, default=True),
        "{name} is not encrypted by SQS any more",
    ),
    Setting(
        "AWS::Kinesis::Stream", "StreamEncryption", There(), "{name} is encrypted at rest no more"
    ),
    Setting(
        "AWS::RDS::DBInstance AWS::RDS::DBCluster AWS::Neptune::DBCluster AWS::DocDB::DBCluster",
        "StorageEncrypted",
        Flag(safe=True),
        "the storage of {name} is encrypted no more",
    ),
    Setting(
        "AWS::EC2::Volume AWS::EFS::FileSystem AWS::Redshift::Cluster",
        "Encrypted",
        Flag(safe=True),
        "{name} is encrypted at rest no more",
    ),
    Setting(
        "AWS::EC2::LaunchTemplate",
        "LaunchTemplateData.BlockDeviceMappings[DeviceName].Ebs.Encrypted",
        Flag(safe=True),
        "volume {which} of {name} is encrypted no more",
    ),
    Setting(
        "AWS::ElastiCache::ReplicationGroup",
        "AtRestEncryptionEnabled",
        Flag(safe=True),
        "{name} is encrypted at rest no more",
    ),
    Setting(
        "AWS::ElastiCache::ReplicationGroup AWS::ElastiCache::CacheCluster",
        "TransitEncryptionEnabled",
        Flag(safe=True),
        "{name} is encrypted on the way no more",
    ),
    Setting(
        "AWS::MemoryDB::Cluster",
        "TLSEnabled",
        Flag(safe=True, default=True),
        "{name} is encrypted on the way no more",
    ),
    Setting(
        "AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain",
        "EncryptionAtRestOptions.Enabled",
        Flag(safe=True),
        "{name} is encrypted at rest no more",
    ),
    Setting(
        "AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain",
        "NodeToNodeEncryptionOptions.Enabled",
        Flag(safe=True),
        "the nodes of {name} talk to one another unencrypted",
    ),
    Setting(
        "AWS::EKS::Cluster",
        "EncryptionConfig",
        There(),
        "the secrets of {name} are encrypted with no customer key any more",
    ),
    Setting(
        "AWS::MSK::Cluster",
        "EncryptionInfo.EncryptionInTransit.InCluster",
        Flag(safe=True, default=True),
        "the brokers of {name} talk to one another unencrypted",
    ),
    Setting(
        "AWS::ApiGateway::Stage AWS::Serverless::Api",
        "MethodSettings{ResourcePath,HttpMethod}.CacheDataEncrypted",
        Flag(safe=True),
        "cached answers of {name} ({which}) are encrypted no more",
    ),
)
