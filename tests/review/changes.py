"""Changes that developers of this service would make, good and bad ones."""

from __future__ import annotations

from typing import Final

from tests.review.developing import Change, Edit

CHANGES: Final[dict[str, Change]] = {
    # -- who may call
    "authorizer-lost": Change(
        title="Let everyone list items",
        edits=(
            Edit(
                module="api.py",
                old="authorization_type=options.authorization_type,",
                new="""authorization_type=(
                    apigateway.AuthorizationType.NONE
                    if resource is items and verb == "GET"
                    else options.authorization_type
                ),""",
            ),
        ),
    ),
    "cognito-instead-of-iam": Change(
        title="Let users of a pool call, instead of IAM principals",
        settings={
            "api": {
                "authorization": "cognito",
                "cognito": {
                    "domain_prefix": "items-of-tests",
                    "callback_urls": ["https://items.example.com/signed-in"],
                },
            }
        },
    ),
    "no-api-key": Change(
        title="Ask for no API key",
        edits=(
            Edit(
                module="caller.py",
                old="apigateway.AuthorizationType.IAM, api_key_required=True",
                new="apigateway.AuthorizationType.IAM, api_key_required=False",
            ),
        ),
    ),
    "cors-for-every-origin": Change(
        title="Let pages of every origin read answers",
        edits=(
            Edit(
                module="api.py",
                old="allow_origins=self._origins,",
                new="allow_origins=apigateway.Cors.ALL_ORIGINS,",
            ),
            Edit(module="api.py", old="f\"'{self._origins[0]}'\"", new="\"'*'\""),
        ),
    ),
    "method-added": Change(
        title="Add PATCH /items/{id}",
        edits=(
            Edit(
                module="api.py",
                old='(item, "DELETE", by_id, None, ("204", "404", "412")),',
                new='(item, "DELETE", by_id, None, ("204", "404", "412")),\n'
                '            (item, "PATCH", by_id, body, ("200", "400", "404", "412")),',
            ),
        ),
    ),
    "throttle-raised": Change(
        title="Let five times as many requests through",
        settings={"api": {"rate_limit": 5000, "burst_limit": 10000}},
    ),
    "firewall-removed": Change(
        title="Take the firewall away from before the API",
        settings={"api": {"firewall": False}},
    ),
    # -- what the function may do
    "function-may-scan": Change(
        title="Let the function scan the table, in every environment",
        edits=(
            Edit(
                module="serverless.py",
                old='"dynamodb:GetItem", "dynamodb:PutItem"],',
                new='"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"],',
            ),
        ),
        environments=("dev", "staging", "prod"),
    ),
    "every-object": Change(
        title="Let the function use the whole bucket",
        edits=(
            Edit(
                module="serverless.py",
                old='storage.bucket.arn_for_objects(f"{OBJECT_PREFIX}*")',
                new='storage.bucket.arn_for_objects("*")',
            ),
        ),
    ),
    "every-parameter": Change(
        title="Let the function read any parameter",
        edits=(
            Edit(
                module="serverless.py",
                old="resources=[storage.parameter.parameter_arn]",
                new='resources=["*"]',
            ),
        ),
    ),
    "condition-dropped": Change(
        title="Let the function use the key for any bucket",
        edits=(
            Edit(
                module="serverless.py",
                old='"kms:EncryptionContext:aws:s3:arn": storage.bucket.bucket_arn,\n',
                new="",
            ),
        ),
    ),
    "grants-of-cdk": Change(
        title="Let CDK write what the function may do with the table",
        edits=(
            Edit(
                module="serverless.py",
                old='self.function.allow("DataProcessingPolicy", *self._grants(storage))',
                new='self.function.allow("DataProcessingPolicy", *self._grants(storage))\n'
                "        storage.table.grant_read_write_data(self.function.execution_role)",
            ),
        ),
    ),
    "grant-narrowed": Change(
        title="Let the function delete no objects",
        edits=(
            Edit(
                module="serverless.py",
                old='actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],',
                new='actions=["s3:GetObject", "s3:PutObject"],',
            ),
        ),
    ),
    "statements-split": Change(
        title="Split what the function does with items into reading and writing",
        edits=(
            Edit(
                module="serverless.py",
                old="""            iam.PolicyStatement(
                sid="Items",
                actions=["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
                resources=[storage.table.table_arn],
            ),
            iam.PolicyStatement(
                sid="ItemsByStatus",
                actions=["dynamodb:Query"],
                resources=[f"{storage.table.table_arn}/index/{STATUS_INDEX}"],
            ),
""",
                new="""            iam.PolicyStatement(
                sid="ItemsByStatus",
                actions=["dynamodb:Query"],
                resources=[f"{storage.table.table_arn}/index/{STATUS_INDEX}"],
            ),
            iam.PolicyStatement(
                sid="WriteItems",
                actions=["dynamodb:PutItem", "dynamodb:DeleteItem"],
                resources=[storage.table.table_arn],
            ),
            iam.PolicyStatement(
                sid="ReadItems",
                actions=["dynamodb:GetItem"],
                resources=[storage.table.table_arn],
            ),
""",
            ),
        ),
    ),
    "role-assumed-by-account": Change(
        title="Let another account assume the functions' roles",
        edits=(
            Edit(
                module="function.py",
                old='assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),',
                new="""assumed_by=iam.CompositePrincipal(
                iam.ServicePrincipal("lambda.amazonaws.com"),
                iam.AccountPrincipal("123456789012"),
            ),""",
            ),
        ),
    ),
    # -- who may reach the data
    "bucket-without-tls": Change(
        title="Take plain HTTP to the data bucket",
        edits=(
            Edit(
                module="storage.py",
                old="""            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="forget""",
                new="""            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="forget""",
            ),
        ),
    ),
    "bucket-read-by-account": Change(
        title="Let another account read the data bucket",
        edits=(
            Edit(
                module="storage.py",
                old="from aws_cdk import aws_s3 as s3\n",
                new="from aws_cdk import aws_iam as iam\nfrom aws_cdk import aws_s3 as s3\n",
            ),
            Edit(
                module="storage.py",
                old="self.bucket = self._make_bucket()\n",
                new="self.bucket = self._make_bucket()\n"
                '        self.bucket.grant_read(iam.AccountPrincipal("123456789012"))\n',
            ),
        ),
    ),
    "key-open-to-everyone": Change(
        title="Let everyone decrypt with the storage's key",
        edits=(
            Edit(
                module="storage.py",
                old="from aws_cdk import aws_s3 as s3\n",
                new="from aws_cdk import aws_iam as iam\nfrom aws_cdk import aws_s3 as s3\n",
            ),
            Edit(
                module="storage.py",
                old="self.bucket = self._make_bucket()\n",
                new="""self.bucket = self._make_bucket()
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()], actions=["kms:Decrypt"], resources=["*"]
            )
        )
""",
            ),
        ),
    ),
    "security-group-open": Change(
        title="Let the whole internet reach the endpoints",
        edits=(
            Edit(
                module="network.py",
                old="ec2.Peer.ipv4(self.config.network.cidr), ec2.Port.tcp(_HTTPS)",
                new="ec2.Peer.any_ipv4(), ec2.Port.tcp(_HTTPS)",
            ),
        ),
    ),
    # -- what is replaced
    "table-key-changed": Change(
        title="Call the tables' key item_id",
        edits=(
            Edit(
                module="storage.py",
                old='partition_key=_string("id"),',
                new='partition_key=_string("item_id"),',
            ),
        ),
        environments=("dev", "prod"),
    ),
    "table-renamed": Change(
        title="Call the construct of the items' table Items",
        edits=(Edit(module="storage.py", old='"ItemsTable"', new='"Items"'),),
        environments=("dev",),
    ),
    "network-moved": Change(
        title="Give the VPC other addresses",
        settings={"network": {"cidr": "10.99.0.0/16"}},
    ),
    "nat-gateway": Change(
        title="Let the function reach the internet through a NAT gateway",
        settings={"network": {"nat_gateways": 1}},
        environments=("dev",),
    ),
    # -- what is kept
    "table-billing": Change(
        title="Pay for provisioned capacity of the tables",
        edits=(
            Edit(
                module="storage.py",
                old="billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,",
                new="billing_mode=dynamodb.BillingMode.PROVISIONED,",
            ),
        ),
    ),
    "index-added": Change(
        title="Add an index by owner",
        edits=(
            Edit(
                module="storage.py",
                old='        self.idempotency_table = self._make_table("',
                new="""        self.table.add_global_secondary_index(
            index_name="owner-index", partition_key=_string("owner")
        )
        self.idempotency_table = self._make_table(\"""",
            ),
        ),
    ),
    "tables-unprotected": Change(
        title="Switch off recovery and deletion protection of the tables",
        edits=(
            Edit(
                module="storage.py",
                old="point_in_time_recovery_enabled=True",
                new="point_in_time_recovery_enabled=False",
            ),
            Edit(
                module="storage.py",
                old="deletion_protection=self.config.protect,",
                new="deletion_protection=False,",
            ),
        ),
    ),
    "versioning-off": Change(
        title="Keep no versions of large data",
        edits=(
            Edit(
                module="storage.py",
                old="""            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="forget""",
                new="""            lifecycle_rules=[
                s3.LifecycleRule(
                    id="forget""",
            ),
        ),
    ),
    "logs-kept-30-days": Change(title="Keep logs for 30 days", settings={"log_retention_days": 30}),
    "logs-go-with-the-stack": Change(
        title="Delete logs with their stack",
        edits=(
            Edit(
                module="environment_stack.py",
                old="""            encryption_key=self.key,
            removal_policy=self.removal,
""",
                new="""            encryption_key=self.key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
""",
            ),
        ),
    ),
    "production-unprotected": Change(
        title="Treat production as the others",
        settings={"protect": False, "backup_retention_days": None},
    ),
    "staging-protected": Change(
        title="Treat staging as production",
        settings={"protect": True},
        environments=("staging",),
    ),
    # -- who watches
    "alarms-fewer-and-later": Change(
        title="Drop the alarm on 5XX, and wait for more errors of the function",
        edits=(
            Edit(
                module="monitoring.py",
                old="""        self._alarm(
            "Api5xxAlarm",
            "API Gateway 5XX error rate is too high",
            self._stage.metric_server_error(period=_PERIOD, statistic="Sum"),
            threshold=1,
        )
""",
                new="",
            ),
            Edit(module="monitoring.py", old="threshold=5,", new="threshold=50,"),
        ),
    ),
    # -- what is there
    "code-only": Change(
        title="Change the function's code",
        code="def lambda_handler(event, context):\n    return {}\n",
    ),
    "function-larger": Change(
        title="Give the function more memory and time",
        settings={"function": {"memory_mb": 1024, "timeout_seconds": 28}},
    ),
    "function-added": Change(
        title="Add a function that counts items",
        edits=(
            Edit(
                module="serverless.py",
                old='        cdk.CfnOutput(\n            self,\n            "LambdaFunctionName",',
                new="""        counter = Function(
            self,
            "CountingFunction",
            description="Counts items by status",
            code=lambda_.Code.from_asset(str(code)),
            handler="handlers.count.lambda_handler",
            limits=settings.function,
            environment={"DYNAMODB_TABLE_NAME": storage.table.table_name},
            placement=network.placement,
        )
        counter.allow(
            "CountingPolicy",
            iam.PolicyStatement(
                sid="ItemsByStatus",
                actions=["dynamodb:Query"],
                resources=[f"{storage.table.table_arn}/index/{STATUS_INDEX}"],
            ),
        )
        cdk.CfnOutput(
            self,
            "LambdaFunctionName",""",
            ),
        ),
    ),
    "stack-added": Change(
        title="Add a stack that tells of every item",
        edits=(
            Edit(
                module="events.py",
                new='''"""What others are told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns

from stacks.environment_stack import EnvironmentStack

if TYPE_CHECKING:
    from constructs import Construct

    from stacks.settings import Settings


class EventsStack(EnvironmentStack):
    """A topic that another account may subscribe to."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id, settings=settings, description="Topic of items")
        topic = sns.Topic(self, "ItemTopic", master_key=self.key, enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Partner",
                principals=[iam.AccountPrincipal("123456789012")],
                actions=["sns:Subscribe"],
                resources=[topic.topic_arn],
            )
        )
''',
            ),
            Edit(
                module="compose.py",
                old="from stacks.monitoring import",
                new="from stacks.events import EventsStack\nfrom stacks.monitoring import",
            ),
            Edit(
                module="compose.py",
                old="    monitoring = MonitoringStack(",
                new='    EventsStack(scope, "EventsStack", settings=settings)\n'
                "    monitoring = MonitoringStack(",
            ),
        ),
    ),
    "stack-removed": Change(
        title="Drop the alarms",
        edits=(
            Edit(
                module="compose.py",
                old="""    monitoring = MonitoringStack(
        scope,
        "MonitoringStack",
        settings=settings,
        network=network,
        storage=storage,
        serverless=serverless,
        api=api,
    )
""",
                new="    monitoring = None\n",
            ),
        ),
    ),
}
