"""What goes from resource to resource because a template wires the two.

Where each type names its sources and targets is one table, `FLOWS`; facts: the types' pages in the
CloudFormation Template Reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from compliance.intrinsics import ABSENT
from compliance.security_report.log_groups import writers
from compliance.security_report.model import Tie
from compliance.security_report.picture import kinds
from compliance.security_report.referring import references, referring, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context

MAX_STEPS: Final = 4
"""How many parts may stand between a reference and what is shown."""
ITSELF: Final = ""


class Flow(NamedTuple):
    """Something that goes from one resource to another."""

    source: Resource
    target: Resource
    tie: Tie
    label: str = ""


class Wire(NamedTuple):
    """Where a type names what is wired.

    Attributes:
        source: property path of where it comes from; `ITSELF` for the resource.
        target: property path of where it goes.
    """

    source: str
    target: str
    tie: Tie
    label: str = ""


_OF_ALARMS: Final = tuple(
    Wire(ITSELF, element, Tie.SENDS)
    for element in ("AlarmActions", "OKActions", "InsufficientDataActions")
)
_OF_MACHINES: Final = tuple(
    Wire(ITSELF, element, Tie.CALLS)
    for element in ("DefinitionString", "DefinitionSubstitutions", "Definition")
)
FLOWS: Final[Mapping[str, tuple[Wire, ...]]] = {
    "AWS::ApiGateway::Authorizer": (
        Wire("RestApiId", "AuthorizerUri", Tie.CALLS, "authorizer"),
        Wire("RestApiId", "ProviderARNs", Tie.USES, "tokens"),
    ),
    "AWS::ApiGateway::Method": (Wire("RestApiId", "Integration.Uri", Tie.CALLS),),
    "AWS::ApiGatewayV2::Authorizer": (
        Wire("ApiId", "AuthorizerUri", Tie.CALLS, "authorizer"),
        Wire("ApiId", "JwtConfiguration", Tie.USES, "tokens"),
    ),
    "AWS::ApiGatewayV2::Integration": (Wire("ApiId", "IntegrationUri", Tie.CALLS),),
    "AWS::AppSync::DataSource": (
        Wire("ApiId", "LambdaConfig", Tie.CALLS),
        Wire("ApiId", "DynamoDBConfig", Tie.WRITES),
        Wire("ApiId", "RelationalDatabaseConfig", Tie.WRITES),
        Wire("ApiId", "OpenSearchServiceConfig", Tie.WRITES),
        Wire("ApiId", "EventBridgeConfig", Tie.SENDS),
    ),
    "AWS::AutoScaling::AutoScalingGroup": (Wire("TargetGroupARNs", ITSELF, Tie.CALLS),),
    "AWS::CloudFront::Distribution": (Wire(ITSELF, "DistributionConfig.Origins", Tie.CALLS),),
    "AWS::CloudWatch::Alarm": _OF_ALARMS,
    "AWS::CloudWatch::CompositeAlarm": _OF_ALARMS,
    "AWS::CodePipeline::Pipeline": (Wire(ITSELF, "Stages", Tie.CALLS),),
    "AWS::Cognito::UserPool": (Wire(ITSELF, "LambdaConfig", Tie.CALLS, "trigger"),),
    "AWS::ECS::Service": (Wire("LoadBalancers", ITSELF, Tie.CALLS),),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (Wire(ITSELF, "Targets", Tie.CALLS),),
    "AWS::Events::Rule": (
        Wire(ITSELF, "Targets", Tie.SENDS),
        Wire("EventBusName", ITSELF, Tie.SENDS),
    ),
    "AWS::KinesisFirehose::DeliveryStream": (
        Wire("KinesisStreamSourceConfiguration", ITSELF, Tie.SENDS),
        Wire(ITSELF, "ExtendedS3DestinationConfiguration", Tie.WRITES),
        Wire(ITSELF, "S3DestinationConfiguration", Tie.WRITES),
    ),
    "AWS::Lambda::EventInvokeConfig": (
        Wire("FunctionName", "DestinationConfig.OnFailure", Tie.SENDS, "failures"),
        Wire("FunctionName", "DestinationConfig.OnSuccess", Tie.SENDS, "results"),
    ),
    "AWS::Lambda::EventSourceMapping": (
        Wire("EventSourceArn", "FunctionName", Tie.SENDS),
        Wire("FunctionName", "DestinationConfig", Tie.SENDS, "failures"),
    ),
    "AWS::Lambda::Function": (
        Wire(ITSELF, "DeadLetterConfig", Tie.SENDS, "dead letters"),
        Wire(ITSELF, "FileSystemConfigs", Tie.WRITES, "files"),
    ),
    "AWS::Logs::SubscriptionFilter": (Wire("LogGroupName", "DestinationArn", Tie.SENDS),),
    "AWS::Pipes::Pipe": (Wire("Source", "Target", Tie.SENDS),),
    "AWS::S3::Bucket": (
        Wire(ITSELF, "NotificationConfiguration", Tie.SENDS, "events"),
        Wire(ITSELF, "LoggingConfiguration", Tie.LOGS, "access log"),
        Wire(ITSELF, "ReplicationConfiguration.Rules", Tie.WRITES, "replicas"),
    ),
    "AWS::SNS::Subscription": (
        Wire("TopicArn", "Endpoint", Tie.SENDS),
        Wire("TopicArn", "RedrivePolicy", Tie.SENDS, "undelivered"),
    ),
    "AWS::SNS::Topic": (Wire(ITSELF, "Subscription", Tie.SENDS),),
    "AWS::SQS::Queue": (Wire(ITSELF, "RedrivePolicy", Tie.SENDS, "dead letters"),),
    "AWS::Scheduler::Schedule": (Wire(ITSELF, "Target.Arn", Tie.SENDS),),
    "AWS::SecretsManager::RotationSchedule": (
        Wire("SecretId", "RotationLambdaARN", Tie.CALLS, "rotation"),
    ),
    "AWS::Serverless::Function": (
        Wire("Events", ITSELF, Tie.CALLS),
        Wire(ITSELF, "DeadLetterQueue", Tie.SENDS, "dead letters"),
    ),
    "AWS::Serverless::StateMachine": _OF_MACHINES,
    "AWS::StepFunctions::StateMachine": _OF_MACHINES,
    "AWS::WAFv2::WebACLAssociation": (Wire("ResourceArn", "WebACLArn", Tie.USES, "firewall"),),
    "Custom::S3BucketNotifications": (
        Wire("BucketName", "NotificationConfiguration", Tie.SENDS, "events"),
    ),
}
_BODIES: Final = {
    "AWS::ApiGateway::RestApi": "Body",
    "AWS::ApiGatewayV2::Api": "Body",
    "AWS::Serverless::Api": "DefinitionBody",
    "AWS::Serverless::HttpApi": "DefinitionBody",
}
"""Where an API's document names what it calls."""


def flows(context: Context) -> Iterator[Flow]:
    """All of them, between resources as they are named: parts of what is shown among them."""
    for kind, wires in FLOWS.items():
        for resource in context.assembly.resources(kind):
            for wire in wires:
                yield from _wired(resource, wire, context)
    for kind, body in _BODIES.items():
        for api in context.assembly.resources(kind):
            yield from _wired(api, Wire(ITSELF, body, Tie.CALLS), context)
    for group, users in context.answer(writers).items():
        for user in users:
            yield Flow(user, group, Tie.LOGS)
    for resource, named in references(context).items():
        for there in named:
            if there.type in kinds.USED and resource.type in kinds.SHOWN:
                yield Flow(resource, there, Tie.USES)


def _wired(resource: Resource, wire: Wire, context: Context) -> Iterator[Flow]:
    targets = _named(resource, wire.target, context)
    sources = _named(resource, wire.source, context) if targets else []
    for source in sources:
        for target in targets:
            if source is not target:
                yield Flow(source, target, wire.tie, wire.label)


def _named(resource: Resource, path: str, context: Context) -> list[Resource]:
    if path == ITSELF:
        return [resource]
    found = (
        token.resource
        for value in context.get(resource, *path.split("."))
        if value is not ABSENT
        for token in tokens(value, context.of(resource))
    )
    return list(dict.fromkeys(there for there in found if there is not None))


def shown_as(resource: Resource, context: Context) -> Resource:
    """What is shown for a resource: what it is a part of, or itself."""
    for _ in range(MAX_STEPS):
        whole = _whole(resource, context)
        if whole is None:
            break
        resource = whole
    return resource


def _whole(resource: Resource, context: Context) -> Resource | None:
    if resource.type in kinds.PARTS:
        return next(iter(_named(resource, kinds.PARTS[resource.type], context)), None)
    if resource.type == kinds.TARGETS:
        return _balancer(resource, context)
    if resource.type == kinds.TASK:
        users = referring(context).get(resource, ())
        return next((user for user in users if user.type == kinds.SERVICE), None)
    return None


def _balancer(group: Resource, context: Context) -> Resource | None:
    """The load balancer, or its listener, that hands on to a target group."""
    for user in referring(context).get(group, ()):
        if user.type == "AWS::ElasticLoadBalancingV2::Listener":
            return user
        if user.type == "AWS::ElasticLoadBalancingV2::ListenerRule":
            return next(iter(_named(user, "ListenerArn", context)), None)
    return None
