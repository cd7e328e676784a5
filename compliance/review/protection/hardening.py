"""What makes keys, images and machines harder to misuse.

Sources: CloudFormation Template Reference, the page of each type; Amazon EC2 User Guide, 'Use the
Instance Metadata Service'; AWS KMS Developer Guide, 'Rotate AWS KMS keys'; Amazon ECR User Guide,
'Preventing image tags from being overwritten'.
"""

from __future__ import annotations

from typing import Final

from compliance.intrinsics import Unknown
from compliance.review.weakening import Flag, Number, Ranks, Setting, There

_BY_IMAGE: Final = Unknown("the image and the account's defaults decide")
_TOKENS: Final = Ranks(("optional", "required"), default=_BY_IMAGE)
_IMDS: Final = (
    "{name} answers metadata requests without a token (IMDSv1): a forged request can take its "
    "credentials"
)

ROWS: Final = (
    Setting(
        "AWS::KMS::Key",
        "EnableKeyRotation",
        Flag(safe=True),
        "{name} is rotated no more",
    ),
    Setting(
        "AWS::KMS::Key",
        "RotationPeriodInDays",
        Number(less_is_weaker=False, default=365, absent="365"),
        "{name} is rotated every {new} days instead of {old}",
    ),
    Setting(
        "AWS::KMS::Key AWS::KMS::ReplicaKey",
        "Enabled",
        Flag(safe=True, default=True),
        "{name} is disabled: nothing encrypted with it can be read",
    ),
    Setting(
        "AWS::SecretsManager::RotationSchedule",
        "RotationRules.AutomaticallyAfterDays",
        Number(less_is_weaker=False, default=float("inf"), absent="never"),
        "{name} rotates its secret after {new} days instead of {old}",
    ),
    Setting("AWS::EC2::Instance", "MetadataOptions.HttpTokens", _TOKENS, _IMDS),
    Setting(
        "AWS::EC2::LaunchTemplate", "LaunchTemplateData.MetadataOptions.HttpTokens", _TOKENS, _IMDS
    ),
    Setting("AWS::AutoScaling::LaunchConfiguration", "MetadataOptions.HttpTokens", _TOKENS, _IMDS),
    Setting(
        "AWS::ECR::Repository",
        "ImageTagMutability",
        Ranks(
            ("MUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION", "IMMUTABLE"),
            default="MUTABLE",
            absent="MUTABLE",
        ),
        "tags of {name} can be moved to another image: {new} instead of {old}",
    ),
    Setting(
        "AWS::ECR::Repository",
        "ImageScanningConfiguration.ScanOnPush",
        Flag(safe=True),
        "images pushed to {name} are scanned no more",
    ),
    Setting(
        "AWS::Lambda::Function AWS::Serverless::Function",
        "CodeSigningConfigArn",
        There(),
        "{name} runs unsigned code: it has no code signing any more",
    ),
    Setting(
        "AWS::RDS::DBInstance AWS::Neptune::DBInstance AWS::DocDB::DBInstance "
        "AWS::ElastiCache::ReplicationGroup AWS::DMS::ReplicationInstance AWS::AmazonMQ::Broker",
        "AutoMinorVersionUpgrade",
        Flag(safe=True, default=Unknown("AWS decides by the engine")),
        "{name} takes no security updates by itself any more",
    ),
    Setting(
        "AWS::RDS::DBInstance AWS::RDS::DBCluster",
        "EnableIAMDatabaseAuthentication",
        Flag(safe=True),
        "{name} takes passwords alone: IAM authentication is off",
    ),
    Setting(
        "AWS::IAM::Role AWS::IAM::User",
        "PermissionsBoundary",
        There(),
        "{name} has no permissions boundary any more: its policies alone bound it",
    ),
    Setting(
        "AWS::IAM::Role",
        "MaxSessionDuration",
        Number(less_is_weaker=False, default=3600, absent="3600"),
        "sessions of {name} last up to {new} seconds instead of {old}",
    ),
    Setting(
        "AWS::ECS::TaskDefinition",
        "ContainerDefinitions[Name].ReadonlyRootFilesystem",
        Flag(safe=True),
        "container {which} of {name} may write to its root file system",
    ),
    Setting(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "LoadBalancerAttributes[Key=routing.http.drop_invalid_header_fields.enabled].Value",
        Flag(safe=True),
        "{name} passes on malformed headers",
    ),
)
