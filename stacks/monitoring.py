"""What tells people: alarms, the topic they go to, the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from stacks.environment_stack import EnvironmentStack
from stacks.serverless import METRICS_NAMESPACE, SERVICE
from stacks.storage import STATUS_INDEX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_sqs as sqs
    from constructs import Construct

    from stacks.api import ApiStack
    from stacks.network import NetworkStack
    from stacks.serverless import ServerlessStack
    from stacks.settings import Settings
    from stacks.storage import StorageStack

_PERIOD = cdk.Duration.minutes(5)
_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_MORE_THAN = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD

SLOW_SHARE = 0.8
"""The share of its timeout from which on a function is slow."""

SLOW_ANSWER_MILLISECONDS = 10_000
"""From which on an answer of the API is slow (95th percentile)."""


class MonitoringStack(EnvironmentStack):
    """Alarms, their topic, the dashboard.

    Attributes:
        topic: where alarms go; its subscriber confirms by e-mail.
        dashboard: the dashboard.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        network: NetworkStack,
        storage: StorageStack,
        serverless: ServerlessStack,
        api: ApiStack,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            description="Alarms, alert topic and dashboard",
        )
        self._function = serverless.function
        self._stage = api.stage
        self._storage = storage
        self._undelivered = self.dead_letter_queue("UndeliveredAlerts")
        self.topic = self._make_topic()
        self._watch_function()
        self._watch_api()
        self._watch_tables()
        self._watch_dead_letters(
            Items=serverless.function.dead_letters,
            DefaultSecurityGroup=network.closer.dead_letters,
            Alert=self._undelivered,
        )
        self.dashboard = self._make_dashboard()
        cdk.CfnOutput(
            self, "AlertTopicArn", value=self.topic.topic_arn, description="SNS Alert Topic ARN"
        )
        cdk.CfnOutput(
            self,
            "DashboardUrl",
            value=f"https://console.aws.amazon.com/cloudwatch/home?region={self.region}"
            f"#dashboards:name={self.dashboard.dashboard_name}",
            description="CloudWatch Dashboard URL",
        )

    def _make_topic(self) -> sns.Topic:
        topic = sns.Topic(
            self,
            "AlertTopic",
            display_name="Serverless Application Alerts",
            master_key=self.key,
            enforce_ssl=True,
        )
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
        from_own_alarms = {
            "StringEquals": {"aws:SourceAccount": self.account},
            "ArnLike": {"aws:SourceArn": self.own_arns("cloudwatch", "alarm:*")},
        }
        cloudwatch_service = iam.ServicePrincipal("cloudwatch.amazonaws.com")
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OwnAlarms",
                principals=[cloudwatch_service],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions=from_own_alarms,
            )
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OwnAlarms",
                principals=[cloudwatch_service],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions=from_own_alarms,
            )
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="UndeliveredAlerts",
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                # Not the topic's own ARN: the topic names the key, and cannot be named by it.
                conditions={"ArnLike": {"aws:SourceArn": self.own_arns("sns", "*")}},
            )
        )
        topic.add_subscription(
            subscriptions.EmailSubscription(
                self.config.alarm_email, dead_letter_queue=self._undelivered
            )
        )
        return topic

    def _alarm(
        self,
        construct_id: str,
        description: str,
        metric: cloudwatch.IMetric,
        *,
        threshold: float,
        operator: cloudwatch.ComparisonOperator = _AT_LEAST,
        periods: int = 1,
    ) -> None:
        """Add an alarm that tells the topic when it starts and when it is over."""
        alarm = cloudwatch.Alarm(
            self,
            construct_id,
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            comparison_operator=operator,
            evaluation_periods=periods,
            # No data is no call and no error; a service that is down answers with 5XX.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        action = actions.SnsAction(self.topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)

    def _watch_function(self) -> None:
        timeout = self.config.function.timeout_seconds
        self._alarm(
            "LambdaErrorAlarm",
            "Lambda function error rate is too high",
            self._function.metric_errors(period=_PERIOD, statistic="Sum"),
            threshold=5,
            periods=2,
        )
        self._alarm(
            "LambdaDurationAlarm",
            f"Lambda function duration is over {SLOW_SHARE:.0%} of its timeout of {timeout} s",
            self._function.metric_duration(period=_PERIOD, statistic="p95"),
            threshold=timeout * 1000 * SLOW_SHARE,
            operator=_MORE_THAN,
            periods=3,
        )
        self._alarm(
            "LambdaThrottleAlarm",
            "Lambda function is being throttled",
            self._function.metric_throttles(period=_PERIOD, statistic="Sum"),
            threshold=1,
        )
        self._alarm(
            "FailedRequestsAlarm",
            "Too many failed requests",
            self._own_metric("FailedRequests"),
            threshold=10,
            operator=_MORE_THAN,
            periods=2,
        )

    def _watch_api(self) -> None:
        self._alarm(
            "Api4xxAlarm",
            "API Gateway 4XX error rate is too high",
            self._stage.metric_client_error(period=_PERIOD, statistic="Sum"),
            threshold=10,
            operator=_MORE_THAN,
            periods=2,
        )
        self._alarm(
            "Api5xxAlarm",
            "API Gateway 5XX error rate is too high",
            self._stage.metric_server_error(period=_PERIOD, statistic="Sum"),
            threshold=1,
        )
        self._alarm(
            "ApiLatencyAlarm",
            "API Gateway answers slowly",
            self._stage.metric_latency(period=_PERIOD, statistic="p95"),
            threshold=SLOW_ANSWER_MILLISECONDS,
            operator=_MORE_THAN,
            periods=3,
        )

    def _watch_tables(self) -> None:
        for name, metric in self._throttles().items():
            self._alarm(
                f"DynamoDBThrottleAlarm{name}",
                f"DynamoDB is being throttled: {name}",
                metric,
                threshold=1,
            )

    def _watch_dead_letters(self, **queues: sqs.IQueue) -> None:
        for name, queue in queues.items():
            self._alarm(
                f"{name}DeadLetterAlarm",
                f"Something could not be handled and waits in a dead-letter queue: {name}",
                queue.metric_approximate_number_of_messages_visible(
                    period=_PERIOD, statistic="Maximum"
                ),
                threshold=1,
            )

    def _throttles(self) -> dict[str, cloudwatch.Metric]:
        """Return how often DynamoDB held requests back: reads and writes of tables and index.

        The throttle events have the dimensions TableName and, for an index,
        GlobalSecondaryIndexName; ThrottledRequests would need Operation too. They are sent only
        when they happen, so that a sum of several would mostly have no value.
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
        """
        items = {"TableName": self._storage.table.table_name}
        sources = {
            "Items": items,
            "ItemsByStatus": items | {"GlobalSecondaryIndexName": STATUS_INDEX},
            "Idempotency": {"TableName": self._storage.idempotency_table.table_name},
        }
        return {
            f"{name}{kind}": _dynamodb_metric(f"{kind}ThrottleEvents", dimensions)
            for name, dimensions in sources.items()
            for kind in ("Read", "Write")
        }

    def _own_metric(self, name: str, *, statistic: str = "Sum") -> cloudwatch.Metric:
        """Return a metric that the function itself sends, with the dimensions it sends it by."""
        return cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name=name,
            dimensions_map={"service": SERVICE, "environment": self.config.environment},
            period=_PERIOD,
            statistic=statistic,
        )

    def _make_dashboard(self) -> cloudwatch.Dashboard:
        dashboard = cloudwatch.Dashboard(self, "ServerlessDashboard")
        table = {"TableName": self._storage.table.table_name}
        for row in (
            (
                _widget(
                    "Lambda Function Metrics",
                    self._function.metric_invocations(period=_PERIOD),
                    self._function.metric_errors(period=_PERIOD),
                    right=self._function.metric_duration(period=_PERIOD),
                ),
                _widget(
                    "API Gateway Metrics",
                    self._stage.metric_count(period=_PERIOD, statistic="Sum"),
                    self._stage.metric_client_error(period=_PERIOD, statistic="Sum"),
                    self._stage.metric_server_error(period=_PERIOD, statistic="Sum"),
                ),
            ),
            (
                _widget(
                    "DynamoDB Metrics",
                    _dynamodb_metric("ConsumedReadCapacityUnits", table),
                    _dynamodb_metric("ConsumedWriteCapacityUnits", table),
                    *self._throttles().values(),
                ),
                _widget(
                    "Application Metrics",
                    self._own_metric("SuccessfulRequests"),
                    self._own_metric("FailedRequests"),
                    self._own_metric("ItemsCreated"),
                    right=self._own_metric("ProcessingTime", statistic="Average"),
                ),
            ),
        ):
            dashboard.add_widgets(*row)
        return dashboard


def _dynamodb_metric(name: str, dimensions: Mapping[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/DynamoDB",
        metric_name=name,
        dimensions_map=dict(dimensions),
        period=_PERIOD,
        statistic="Sum",
    )


def _widget(
    title: str, *left: cloudwatch.IMetric, right: cloudwatch.IMetric | None = None
) -> cloudwatch.GraphWidget:
    """Return a widget of counts; ``right`` is what has a unit of its own."""
    return cloudwatch.GraphWidget(
        title=title, left=list(left), right=[right] if right else [], width=12, height=6
    )
