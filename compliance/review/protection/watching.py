"""Who watches: alarms, access logs, traces, trails, detectors.

Sources: CloudFormation Template Reference, the page of each type; Amazon CloudWatch User Guide,
'Configuring how CloudWatch alarms treat missing data' (`missing` unless told otherwise); API
Gateway Developer Guide, 'Set up CloudWatch logging for REST APIs'.
"""

from __future__ import annotations

from typing import Final

from compliance.review.weakening import Flag, Members, Number, Ranks, Same, Setting, There

_ALARMS: Final = "AWS::CloudWatch::Alarm AWS::CloudWatch::CompositeAlarm"
_NO_LOGS: Final = "{name} writes no access logs any more"
_NO_TRACES: Final = "calls of {name} are traced no more"
_OTHER_METRIC: Final = "{name} watches another metric than before: "

ROWS: Final = (
    # -- alarms
    Setting(
        _ALARMS,
        "ActionsEnabled",
        Flag(safe=True, default=True),
        "{name} alarms nobody any more: its actions are switched off",
    ),
    Setting(
        _ALARMS,
        "AlarmActions",
        Members(grows=False),
        "{name} alarms fewer than before: {less} is told no more",
    ),
    Setting(
        _ALARMS,
        "InsufficientDataActions",
        Members(grows=False),
        "{name} tells {less} no more when data are missing",
    ),
    Setting(
        "AWS::CloudWatch::CompositeAlarm",
        "AlarmRule",
        Same(),
        "{name} alarms under another rule: {new} instead of {old}",
    ),
    Setting(
        "AWS::CloudWatch::CompositeAlarm",
        "ActionsSuppressor",
        There(safe=False),
        "{name} can be kept silent by {new}",
    ),
    Setting(
        "AWS::CloudWatch::Alarm",
        "TreatMissingData",
        Ranks(("notBreaching ignore", "missing", "breaching"), default="missing", absent="missing"),
        "{name} takes missing data as {new} instead of {old}: it stays silent where it did not",
    ),
    Setting(
        "AWS::CloudWatch::Alarm",
        "Period",
        Number(less_is_weaker=False, default=0),
        "{name} looks every {new} seconds instead of {old}",
    ),
    Setting(
        "AWS::CloudWatch::Alarm", "MetricName", Same(), _OTHER_METRIC + "{new} instead of {old}"
    ),
    Setting(
        "AWS::CloudWatch::Alarm", "Namespace", Same(), _OTHER_METRIC + "of {new} instead of {old}"
    ),
    Setting(
        "AWS::CloudWatch::Alarm",
        "Dimensions",
        Same(),
        _OTHER_METRIC + "its dimensions differ",
    ),
    Setting(
        "AWS::CloudWatch::Alarm", "Metrics", Same(), "{name} watches another expression than before"
    ),
    Setting("AWS::CloudWatch::Alarm", "Statistic", Same(), "{name} watches {new} instead of {old}"),
    Setting(
        "AWS::CloudWatch::Alarm",
        "ExtendedStatistic",
        Same(),
        "{name} watches {new} instead of {old}",
    ),
    Setting(
        "AWS::Logs::MetricFilter",
        "FilterPattern",
        Same(),
        "{name} counts other log events: pattern {new} instead of {old}",
    ),
    Setting(
        "AWS::Logs::SubscriptionFilter",
        "FilterPattern",
        Same(),
        "{name} hands on other log events: pattern {new} instead of {old}",
    ),
    Setting(
        "AWS::Logs::SubscriptionFilter",
        "DestinationArn",
        Same(),
        "{name} hands log events to {new} instead of {old}",
    ),
    Setting(
        "AWS::Events::Rule",
        "State",
        Ranks(
            ("DISABLED", "ENABLED ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
            default="ENABLED",
            absent="ENABLED",
        ),
        "{name} is switched off: its targets are called no more",
    ),
    Setting(
        "AWS::Scheduler::Schedule",
        "State",
        Ranks(("DISABLED", "ENABLED"), default="ENABLED", absent="ENABLED"),
        "{name} is switched off: its target is called no more",
    ),
    Setting(
        "AWS::SNS::Subscription",
        "Endpoint",
        Same(),
        "messages of {name} go to {new} instead of {old}",
    ),
    # -- access logs
    Setting(
        "AWS::ApiGateway::Stage AWS::Serverless::Api",
        "AccessLogSetting.DestinationArn",
        There(),
        _NO_LOGS,
    ),
    Setting(
        "AWS::ApiGatewayV2::Stage AWS::Serverless::HttpApi",
        "AccessLogSettings.DestinationArn",
        There(),
        _NO_LOGS,
    ),
    Setting(
        "AWS::ApiGateway::Deployment",
        "StageDescription.AccessLogSetting.DestinationArn",
        There(),
        _NO_LOGS,
    ),
    Setting("AWS::S3::Bucket", "LoggingConfiguration", There(), _NO_LOGS),
    Setting("AWS::CloudFront::Distribution", "DistributionConfig.Logging", There(), _NO_LOGS),
    Setting(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "LoadBalancerAttributes[Key=access_logs.s3.enabled].Value",
        Flag(safe=True),
        _NO_LOGS,
    ),
    Setting(
        "AWS::ElasticLoadBalancing::LoadBalancer",
        "AccessLoggingPolicy.Enabled",
        Flag(safe=True),
        _NO_LOGS,
    ),
    Setting(
        "AWS::Redshift::Cluster",
        "LoggingProperties",
        There(),
        "{name} writes no audit logs any more",
    ),
    Setting("AWS::AppSync::GraphQLApi", "LogConfig", There(), "{name} writes no logs any more"),
    Setting(
        "AWS::RDS::DBInstance AWS::RDS::DBCluster AWS::Neptune::DBCluster AWS::DocDB::DBCluster",
        "EnableCloudwatchLogsExports",
        Members(grows=False),
        "{name} hands on fewer logs: no {less} any more",
    ),
    Setting(
        "AWS::EKS::Cluster",
        "Logging.ClusterLogging.EnabledTypes",
        Members(grows=False),
        "the control plane of {name} writes fewer logs than before",
    ),
    Setting(
        "AWS::ApiGateway::Stage AWS::Serverless::Api",
        "MethodSettings{ResourcePath,HttpMethod}.LoggingLevel",
        Ranks(("OFF", "ERROR", "INFO"), default="OFF", absent="OFF"),
        "{name} ({which}) logs {new} instead of {old}",
    ),
    Setting(
        "AWS::ApiGateway::Stage AWS::Serverless::Api",
        "MethodSettings{ResourcePath,HttpMethod}.MetricsEnabled",
        Flag(safe=True),
        "{name} ({which}) has no detailed metrics any more: alarms on them stay silent",
    ),
    Setting(
        "AWS::ApiGatewayV2::Stage",
        "DefaultRouteSettings.DetailedMetricsEnabled",
        Flag(safe=True),
        "{name} has no detailed metrics any more: alarms on them stay silent",
    ),
    Setting(
        "AWS::StepFunctions::StateMachine",
        "LoggingConfiguration.Level",
        Ranks(("OFF", "FATAL", "ERROR", "ALL"), default="OFF", absent="OFF"),
        "executions of {name} are logged at {new} instead of {old}",
    ),
    Setting(
        "AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain",
        "LogPublishingOptions",
        There(),
        "{name} publishes no logs any more",
    ),
    Setting(
        "AWS::EC2::FlowLog",
        "TrafficType",
        Ranks(("ACCEPT REJECT", "ALL"), default="ALL", absent="ALL"),
        "{name} records {new} traffic instead of {old}",
    ),
    # -- traces
    Setting(
        "AWS::ApiGateway::Stage AWS::Serverless::Api", "TracingEnabled", Flag(safe=True), _NO_TRACES
    ),
    Setting(
        "AWS::ApiGateway::Deployment",
        "StageDescription.TracingEnabled",
        Flag(safe=True),
        _NO_TRACES,
    ),
    Setting(
        "AWS::Lambda::Function",
        "TracingConfig.Mode",
        Ranks(("PassThrough", "Active"), default="PassThrough"),
        _NO_TRACES,
    ),
    Setting(
        "AWS::Serverless::Function",
        "Tracing",
        Ranks(("Disabled PassThrough", "Active"), default="Disabled"),
        _NO_TRACES,
    ),
    Setting(
        "AWS::StepFunctions::StateMachine",
        "TracingConfiguration.Enabled",
        Flag(safe=True),
        _NO_TRACES,
    ),
    Setting("AWS::AppSync::GraphQLApi", "XrayEnabled", Flag(safe=True), _NO_TRACES),
    # -- trails and detectors
    Setting(
        "AWS::CloudTrail::Trail",
        "IsLogging",
        Flag(safe=True),
        "{name} records nothing any more: logging is off",
    ),
    Setting(
        "AWS::CloudTrail::Trail",
        "EnableLogFileValidation",
        Flag(safe=True),
        "whether log files of {name} were tampered with can be told no more",
    ),
    Setting(
        "AWS::CloudTrail::Trail",
        "IsMultiRegionTrail",
        Flag(safe=True),
        "{name} records one region alone instead of all",
    ),
    Setting(
        "AWS::CloudTrail::Trail",
        "IncludeGlobalServiceEvents",
        Flag(safe=True),
        "{name} records no events of global services, such as IAM, any more",
    ),
    Setting(
        "AWS::CloudTrail::Trail",
        "CloudWatchLogsLogGroupArn",
        There(),
        "{name} sends nothing to CloudWatch Logs any more: metric filters there see nothing",
    ),
    Setting(
        "AWS::CloudTrail::Trail",
        "EventSelectors",
        There(),
        "{name} selects no events of its own any more: data events are recorded no more",
    ),
    Setting(
        "AWS::GuardDuty::Detector",
        "Enable",
        Flag(safe=True),
        "{name} detects nothing any more: GuardDuty is off",
    ),
    Setting(
        "AWS::Macie::Session",
        "Status",
        Ranks(("PAUSED", "ENABLED"), default="ENABLED", absent="ENABLED"),
        "{name} is paused: Macie looks at nothing any more",
    ),
    Setting(
        "AWS::RDS::DBInstance",
        "EnablePerformanceInsights",
        Flag(safe=True),
        "{name} has no Performance Insights any more",
    ),
    Setting(
        "AWS::RDS::DBCluster",
        "PerformanceInsightsEnabled",
        Flag(safe=True),
        "{name} has no Performance Insights any more",
    ),
)
