"""What stands between data and their loss: deletion protection, versions, backups, copies.

Sources: CloudFormation Template Reference, the page of each type; DynamoDB Developer Guide,
'Point-in-time recovery' (off unless it is switched on, 35 days); Amazon S3 User Guide, 'Using
versioning in S3 buckets', 'Locking objects with Object Lock'.
"""

from __future__ import annotations

from typing import Final

from compliance.review.weakening import Flag, Number, Ranks, Setting, There

_DELETABLE: Final = "{name} can be deleted: its deletion protection is off"
_POINT_IN_TIME: Final = "PointInTimeRecoverySpecification."

ROWS: Final = (
    # -- deletion protection
    Setting(
        "AWS::DynamoDB::Table AWS::Logs::LogGroup",
        "DeletionProtectionEnabled",
        Flag(safe=True),
        _DELETABLE,
    ),
    Setting(
        "AWS::DynamoDB::GlobalTable",
        "Replicas[Region].DeletionProtectionEnabled",
        Flag(safe=True),
        "the replica of {name} in {which} can be deleted: its deletion protection is off",
    ),
    Setting(
        "AWS::RDS::DBInstance AWS::RDS::DBCluster AWS::RDS::GlobalCluster "
        "AWS::Neptune::DBCluster AWS::DocDB::DBCluster",
        "DeletionProtection",
        Flag(safe=True),
        _DELETABLE,
    ),
    Setting(
        "AWS::Cognito::UserPool",
        "DeletionProtection",
        Ranks(("INACTIVE", "ACTIVE"), default="INACTIVE"),
        _DELETABLE,
    ),
    Setting(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "LoadBalancerAttributes[Key=deletion_protection.enabled].Value",
        Flag(safe=True),
        _DELETABLE,
    ),
    Setting("AWS::NetworkFirewall::Firewall", "DeleteProtection", Flag(safe=True), _DELETABLE),
    Setting("AWS::QLDB::Ledger", "DeletionProtection", Flag(safe=True, default=True), _DELETABLE),
    Setting(
        "AWS::EC2::Instance",
        "DisableApiTermination",
        Flag(safe=True),
        "{name} can be terminated: its termination protection is off",
    ),
    Setting(
        "AWS::EC2::LaunchTemplate",
        "LaunchTemplateData.DisableApiTermination",
        Flag(safe=True),
        "instances of {name} can be terminated: their termination protection is off",
    ),
    # -- recovery
    Setting(
        "AWS::DynamoDB::Table",
        _POINT_IN_TIME + "PointInTimeRecoveryEnabled",
        Flag(safe=True),
        "{name} has no point-in-time recovery any more: it cannot be put back to an earlier second",
    ),
    Setting(
        "AWS::DynamoDB::Table",
        _POINT_IN_TIME + "RecoveryPeriodInDays",
        Number(less_is_weaker=True, default=35, absent="35"),
        "{name} can be put back to any second of {new} days instead of {old}",
    ),
    Setting(
        "AWS::DynamoDB::GlobalTable",
        "Replicas[Region]." + _POINT_IN_TIME + "PointInTimeRecoveryEnabled",
        Flag(safe=True),
        "the replica of {name} in {which} has no point-in-time recovery any more",
    ),
    Setting(
        "AWS::DynamoDB::GlobalTable",
        "Replicas[Region]." + _POINT_IN_TIME + "RecoveryPeriodInDays",
        Number(less_is_weaker=True, default=35, absent="35"),
        "the replica of {name} in {which} can be put back to any second of {new} days instead of "
        "{old}",
    ),
    Setting(
        "AWS::S3::Bucket",
        "VersioningConfiguration.Status",
        Ranks(("Suspended", "Enabled"), default="Suspended"),
        "{name} keeps no versions of objects any more: what is overwritten or deleted is gone",
    ),
    Setting(
        "AWS::S3::Bucket",
        "ObjectLockEnabled",
        Flag(safe=True),
        "{name} locks no objects any more",
    ),
    Setting(
        "AWS::S3::Bucket",
        "ObjectLockConfiguration.Rule.DefaultRetention.Mode",
        Ranks(("", "GOVERNANCE", "COMPLIANCE"), absent="no lock"),
        "objects of {name} are locked less strictly: {new} instead of {old}",
    ),
    Setting(
        "AWS::S3::Bucket",
        "ReplicationConfiguration",
        There(),
        "objects of {name} are copied to no other bucket any more",
    ),
    Setting(
        "AWS::EFS::FileSystem",
        "BackupPolicy.Status",
        Ranks(("DISABLED", "ENABLED"), default="DISABLED"),
        "{name} is backed up no more",
    ),
    Setting(
        "AWS::EFS::FileSystem",
        "FileSystemProtection.ReplicationOverwriteProtection",
        Ranks(("DISABLED", "ENABLED"), default="ENABLED"),
        "{name} can be overwritten by a replication",
    ),
    Setting(
        "AWS::Backup::BackupVault",
        "LockConfiguration",
        There(),
        "{name} is locked no more: whoever may, can delete its backups",
    ),
    Setting(
        "AWS::RDS::DBInstance",
        "DeleteAutomatedBackups",
        Flag(safe=False, default=True),
        "automated backups of {name} go when it goes",
    ),
    Setting(
        "AWS::RDS::DBCluster",
        "BacktrackWindow",
        Number(less_is_weaker=True, default=0, absent="0", floor=0),
        "{name} can be wound back {new} seconds instead of {old}",
    ),
    Setting(
        "AWS::RDS::DBInstance AWS::Redshift::Cluster AWS::DMS::ReplicationInstance",
        "MultiAZ",
        Flag(safe=True),
        "{name} has no standby in a second zone any more",
    ),
    Setting(
        "AWS::ElastiCache::ReplicationGroup",
        "AutomaticFailoverEnabled",
        Flag(safe=True),
        "{name} does not fail over by itself any more",
    ),
    # -- what goes wrong is kept
    Setting(
        "AWS::SQS::Queue",
        "RedrivePolicy",
        There(),
        "{name} has no dead-letter queue any more: what cannot be processed is lost when it "
        "expires",
    ),
    Setting(
        "AWS::Lambda::Function",
        "DeadLetterConfig.TargetArn",
        There(),
        "{name} has no dead-letter queue any more: events that fail are lost",
    ),
    Setting(
        "AWS::Serverless::Function",
        "DeadLetterQueue",
        There(),
        "{name} has no dead-letter queue any more: events that fail are lost",
    ),
    Setting(
        "AWS::Lambda::EventInvokeConfig",
        "DestinationConfig.OnFailure",
        There(),
        "{name} names no destination for failures any more: events that fail are lost",
    ),
    Setting(
        "AWS::Lambda::EventSourceMapping",
        "DestinationConfig.OnFailure",
        There(),
        "{name} names no destination for failures any more: records that fail are lost",
    ),
    Setting(
        "AWS::SNS::Subscription",
        "RedrivePolicy",
        There(),
        "{name} has no dead-letter queue any more: what cannot be delivered is lost",
    ),
    Setting(
        "AWS::Events::Rule",
        "Targets[Id].DeadLetterConfig.Arn",
        There(),
        "target {which} of {name} has no dead-letter queue any more: events that fail are lost",
    ),
    Setting(
        "AWS::Lambda::Function AWS::Serverless::Function",
        "ReservedConcurrentExecutions",
        There(),
        "{name} has no concurrency of its own any more ({old} before): it shares the account's, "
        "and may use all of it",
    ),
)
