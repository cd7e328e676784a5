"""How long logs, messages, backups and keys are kept.

Sources: CloudFormation Template Reference, the page of each type, for what may be set and the
default; Amazon CloudWatch Logs API Reference, 'PutRetentionPolicy' (without one, events never
expire); Amazon SQS Developer Guide, 'Amazon SQS message quotas' (4 days); AWS Backup Developer
Guide, 'Creating a backup plan' (without an end, recovery points are kept for ever).
"""

from __future__ import annotations

from typing import Final

from compliance.review.weakening import Flag, Number, Setting

FOREVER: Final = float("inf")
DAYS: Final = 24 * 60 * 60

_FOREVER: Final = Number(less_is_weaker=True, default=FOREVER, absent="forever")
_BACKUPS: Final = "automated backups of {name} are kept {new} days instead of {old}"

ROWS: Final = (
    Setting(
        "AWS::Logs::LogGroup Custom::LogRetention",
        "RetentionInDays",
        _FOREVER,
        "logs of {name} are kept {new} days instead of {old}",
    ),
    Setting(
        "AWS::SQS::Queue",
        "MessageRetentionPeriod",
        Number(less_is_weaker=True, default=4 * DAYS, absent="345600 (4 days)"),
        "messages in {name} are kept {new} seconds instead of {old}",
    ),
    Setting(
        "AWS::Kinesis::Stream",
        "RetentionPeriodHours",
        Number(less_is_weaker=True, default=24, absent="24"),
        "records of {name} are kept {new} hours instead of {old}",
    ),
    Setting(
        "AWS::Events::Archive",
        "RetentionDays",
        Number(less_is_weaker=True, default=FOREVER, absent="forever"),
        "events of {name} are kept {new} days instead of {old}",
    ),
    Setting(
        "AWS::RDS::DBInstance AWS::RDS::DBCluster AWS::Neptune::DBCluster AWS::DocDB::DBCluster",
        "BackupRetentionPeriod",
        Number(less_is_weaker=True, default=1, absent="1", floor=0),
        _BACKUPS,
    ),
    Setting(
        "AWS::Redshift::Cluster",
        "AutomatedSnapshotRetentionPeriod",
        Number(less_is_weaker=True, default=1, absent="1", floor=0),
        _BACKUPS,
    ),
    Setting(
        "AWS::ElastiCache::ReplicationGroup AWS::ElastiCache::CacheCluster "
        "AWS::ElastiCache::ServerlessCache AWS::MemoryDB::Cluster",
        "SnapshotRetentionLimit",
        Number(less_is_weaker=True, default=0, absent="0", floor=0),
        "snapshots of {name} are kept {new} days instead of {old}",
    ),
    Setting(
        "AWS::Backup::BackupPlan",
        "BackupPlan.BackupPlanRule[RuleName].Lifecycle.DeleteAfterDays",
        _FOREVER,
        "backups of {name} ({which}) are kept {new} days instead of {old}",
    ),
    Setting(
        "AWS::Backup::BackupVault",
        "LockConfiguration.MinRetentionDays",
        Number(less_is_weaker=True, default=0, absent="0", floor=0),
        "{name} lets backups be kept {new} days instead of {old}, and no fewer",
    ),
    Setting(
        "AWS::KMS::Key AWS::KMS::ReplicaKey",
        "PendingWindowInDays",
        Number(less_is_weaker=True, default=30, absent="30"),
        "once deleted, {name} can be saved for {new} days instead of {old}",
    ),
    Setting(
        "AWS::DynamoDB::Table AWS::DynamoDB::GlobalTable",
        "TimeToLiveSpecification.Enabled",
        Flag(safe=False),
        "{name} deletes items whose time to live has run out: it kept them all before",
    ),
    Setting(
        "AWS::S3::Bucket",
        "ObjectLockConfiguration.Rule.DefaultRetention.Days",
        Number(less_is_weaker=True, default=0, absent="0", floor=0),
        "objects of {name} are locked {new} days instead of {old}",
    ),
    Setting(
        "AWS::S3::Bucket",
        "ObjectLockConfiguration.Rule.DefaultRetention.Years",
        Number(less_is_weaker=True, default=0, absent="0", floor=0),
        "objects of {name} are locked {new} years instead of {old}",
    ),
    Setting(
        "AWS::RDS::DBInstance AWS::RDS::DBCluster",
        "PerformanceInsightsRetentionPeriod",
        Number(less_is_weaker=True, default=7, absent="7"),
        "performance data of {name} are kept {new} days instead of {old}",
    ),
)
