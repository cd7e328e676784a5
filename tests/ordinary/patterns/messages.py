"""Queues, topics, streams, events and alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions

from tests.ordinary.pattern import function_defaults, low, ordinary
from tests.ordinary.patterns.parts import function, network

if TYPE_CHECKING:
    from tests.ordinary.pattern import Pattern


@ordinary(function_defaults("Sender", "Receiver"))
def queue_grants_and_consumer(stack: cdk.Stack) -> None:
    """A queue with a dead-letter queue, a sender and a consumer."""
    queue = sqs.Queue(
        stack,
        "Queue",
        enforce_ssl=True,
        dead_letter_queue=sqs.DeadLetterQueue(
            max_receive_count=3, queue=sqs.Queue(stack, "Failed", enforce_ssl=True)
        ),
    )
    queue.grant_send_messages(function(stack, "Sender"))
    function(stack, "Receiver").add_event_source(sources.SqsEventSource(queue))


@ordinary(function_defaults("Publisher", "Function"))
def topic_and_subscriptions(stack: cdk.Stack) -> None:
    """A topic that tells a function, a queue and a person."""
    topic = sns.Topic(stack, "Topic", enforce_ssl=True)
    topic.add_subscription(subscriptions.LambdaSubscription(function(stack)))
    topic.add_subscription(subscriptions.SqsSubscription(sqs.Queue(stack, "Queue")))
    topic.add_subscription(subscriptions.EmailSubscription("operations@example.com"))
    topic.grant_publish(function(stack, "Publisher"))


@ordinary(function_defaults("Function"))
def alarm_with_topic(stack: cdk.Stack) -> None:
    """An alarm about a function's errors that a topic passes on."""
    alarm = (
        function(stack)
        .metric_errors()
        .create_alarm(stack, "Errors", threshold=1, evaluation_periods=1)
    )
    alarm.add_alarm_action(actions.SnsAction(sns.Topic(stack, "Alarms")))
    cloudwatch.Dashboard(stack, "Dashboard").add_widgets(
        cloudwatch.AlarmWidget(title="Errors", alarm=alarm)
    )


@ordinary(function_defaults("Function"))
def event_rule_targets(stack: cdk.Stack) -> None:
    """A rule that calls a function, sends a message and starts a state machine."""
    machine = stepfunctions.StateMachine(
        stack,
        "Machine",
        definition_body=stepfunctions.DefinitionBody.from_chainable(
            stepfunctions.Pass(stack, "Nothing")
        ),
    )
    events.Rule(
        stack,
        "Hourly",
        schedule=events.Schedule.rate(cdk.Duration.hours(1)),
        targets=[
            targets.LambdaFunction(function(stack)),
            targets.SqsQueue(sqs.Queue(stack, "Queue")),
            targets.SfnStateMachine(machine),
        ],
    )


@ordinary()
def event_rule_runs_container(stack: cdk.Stack) -> None:
    """A rule that runs a container every hour."""
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container(
        "job", image=ecs.ContainerImage.from_registry("public.ecr.aws/docker/library/python:3.13")
    )
    cluster = ecs.Cluster(stack, "Cluster", vpc=network(stack))
    events.Rule(
        stack,
        "Hourly",
        schedule=events.Schedule.rate(cdk.Duration.hours(1)),
        targets=[targets.EcsTask(cluster=cluster, task_definition=task)],
    )


@ordinary(low("LOG06", "Events"), function_defaults("AWS679f53fac002430cb0da5b7982bd2287"))
def event_rule_to_log_group(stack: cdk.Stack) -> None:
    """A rule that keeps what happens to buckets in a log group."""
    group = logs.LogGroup(stack, "Events", retention=logs.RetentionDays.ONE_YEAR)
    events.Rule(
        stack,
        "Buckets",
        event_pattern=events.EventPattern(source=["aws.s3"]),
        targets=[targets.CloudWatchLogGroup(group)],
    )


@ordinary(account="111122223333")
def event_bus_with_policy(stack: cdk.Stack) -> None:
    """A bus that takes events from another account of ours, and keeps them for a while."""
    bus = events.EventBus(stack, "Bus")
    bus.archive("Kept", event_pattern=events.EventPattern(account=[stack.account]))
    bus.add_to_resource_policy(
        iam.PolicyStatement(
            sid="Partner",
            actions=["events:PutEvents"],
            principals=[iam.AccountPrincipal("444455556666")],
            resources=[bus.event_bus_arn],
        )
    )


@ordinary(function_defaults("Function"))
def scheduled_function(stack: cdk.Stack) -> None:
    """A function that EventBridge Scheduler calls every morning."""
    scheduler.Schedule(
        stack,
        "Daily",
        schedule=scheduler.ScheduleExpression.cron(minute="0", hour="6"),
        target=scheduler_targets.LambdaInvoke(function(stack)),
    )


@ordinary(function_defaults("Function"))
def stream_consumer(stack: cdk.Stack) -> None:
    """A function that is called with the records of a stream."""
    stream = kinesis.Stream(stack, "Stream")
    function(stack).add_event_source(
        sources.KinesisEventSource(stream, starting_position=lambda_.StartingPosition.LATEST)
    )


@ordinary(low("LOG06", "Errors"))
def firehose_to_bucket(stack: cdk.Stack) -> None:
    """A delivery stream from a Kinesis stream into a bucket, with its errors logged."""
    firehose.DeliveryStream(
        stack,
        "Delivery",
        source=firehose.KinesisStreamSource(kinesis.Stream(stack, "Stream")),
        destination=firehose.S3Bucket(
            s3.Bucket(stack, "Bucket"),
            logging_config=firehose.EnableLogging(
                logs.LogGroup(stack, "Errors", retention=logs.RetentionDays.ONE_MONTH)
            ),
        ),
    )


PATTERNS: Final[tuple[Pattern, ...]] = (
    queue_grants_and_consumer,
    topic_and_subscriptions,
    alarm_with_topic,
    event_rule_targets,
    event_rule_runs_container,
    event_rule_to_log_group,
    event_bus_with_policy,
    scheduled_function,
    stream_consumer,
    firehose_to_bucket,
)
