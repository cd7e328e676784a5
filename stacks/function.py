"""A Lambda function as this project makes it: nothing implicit, nothing shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.environment_stack import EnvironmentStack
    from stacks.settings import FunctionSettings

RUNTIME = lambda_.Runtime.PYTHON_3_14
"""The newest Python that aws-cdk-lib knows; stacks/bundling.py resolves wheels for it."""

_INTERFACE_ACTIONS = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
]
_DESCRIBE_ACTIONS = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where in a VPC a function's network interfaces stand."""

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    security_group: ec2.ISecurityGroup


class Function(lambda_.Function):
    """A function with its own role, log group and dead-letter queue, traced and encrypted.

    The role holds customer-managed policies only, written out here: CDK's own additions to a
    function's role are AWS-managed or inline policies with wildcards, and are kept out.

    Attributes:
        execution_role: the role; ``allow`` adds to what it may do.
        dead_letters: the queue of failed asynchronous invocations. It gets the event (from the
            dead-letter setting, to be sent again) and the record of why (from the destination).
    """

    def __init__(
        self,
        scope: EnvironmentStack,
        construct_id: str,
        *,
        description: str,
        code: lambda_.Code,
        handler: str,
        limits: FunctionSettings,
        environment: Mapping[str, str] | None = None,
        placement: Placement | None = None,
    ) -> None:
        role = iam.Role(
            scope,
            f"{construct_id}Role",
            description=f"What {construct_id} may do",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        dead_letters = scope.dead_letter_queue(f"{construct_id}DeadLetters")
        log_group = scope.log_group(f"{construct_id}Logs")
        policy = iam.ManagedPolicy(
            scope,
            f"{construct_id}ServicePolicy",
            description="What the Lambda service does in the function's name",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    sid="OwnLogs",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[log_group.log_group_arn],
                ),
                iam.PolicyStatement(
                    sid="OwnDeadLetters",
                    actions=["sqs:SendMessage"],
                    resources=[dead_letters.queue_arn],
                ),
                iam.PolicyStatement(
                    sid="OwnKey",
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[scope.key.key_arn],
                ),
                iam.PolicyStatement(
                    # Neither action knows a resource type.
                    sid="Traces",
                    actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
                    resources=["*"],
                ),
                *([] if placement is None else _interface_statements(scope)),
            ],
        )
        super().__init__(
            scope,
            construct_id,
            description=description,
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            code=code,
            handler=handler,
            memory_size=limits.memory_mb,
            timeout=cdk.Duration.seconds(limits.timeout_seconds),
            reserved_concurrent_executions=limits.reserved_concurrency,
            retry_attempts=limits.retry_attempts,
            dead_letter_queue=dead_letters,
            on_failure=destinations.SqsDestination(dead_letters),
            environment=dict(environment or {}),
            environment_encryption=scope.key,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            role=role.without_policy_updates(),
            vpc=placement.vpc if placement else None,
            vpc_subnets=placement.subnets if placement else None,
            security_groups=[placement.security_group] if placement else None,
        )
        self.node.add_dependency(policy)
        self.execution_role = role
        self.dead_letters = dead_letters
        if placement is not None:
            self._keep_code_from_interfaces()

    def allow(self, construct_id: str, *statements: iam.PolicyStatement) -> None:
        """Let the function's code do what ``statements`` say, before it first runs."""
        policy = iam.ManagedPolicy(
            cdk.Stack.of(self),
            construct_id,
            description="What the function's code does",
            roles=[self.execution_role],
            statements=list(statements),
        )
        self.node.add_dependency(policy)

    def _keep_code_from_interfaces(self) -> None:
        # Lambda needs the network-interface actions, the code inside does not:
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
        iam.ManagedPolicy(
            cdk.Stack.of(self),
            f"{self.node.id}InterfaceDenial",
            description="Keeps network-interface actions from the function's own code",
            roles=[self.execution_role],
            statements=[
                iam.PolicyStatement(
                    sid="NotFromTheCode",
                    effect=iam.Effect.DENY,
                    actions=[*_INTERFACE_ACTIONS, *_DESCRIBE_ACTIONS],
                    resources=["*"],
                    conditions={"ArnEquals": {"lambda:SourceFunctionArn": self.function_arn}},
                )
            ],
        )


def _interface_statements(stack: EnvironmentStack) -> list[iam.PolicyStatement]:
    """Return what Lambda needs to attach a function to a VPC.

    Lambda checks the actions against every resource of the account and refuses the function when
    a named one is missing; Describe actions know no resource types.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """
    return [
        iam.PolicyStatement(
            sid="NetworkInterfaces",
            actions=_INTERFACE_ACTIONS,
            resources=[stack.own_arns("ec2", "*/*")],
        ),
        iam.PolicyStatement(
            sid="NetworkInterfaceViews", actions=_DESCRIBE_ACTIONS, resources=["*"]
        ),
    ]
