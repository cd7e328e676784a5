"""Containers, machines, networks and what stands before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as ecs_patterns
from aws_cdk import aws_elasticloadbalancingv2 as balancing
from aws_cdk import aws_elasticloadbalancingv2_targets as balanced
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

from tests.ordinary.pattern import function_defaults, high, low, medium, ordinary, unlogged_function
from tests.ordinary.patterns.parts import function, network

if TYPE_CHECKING:
    import aws_cdk as cdk

    from tests.ordinary.pattern import Pattern


@ordinary(medium("LOG08", "Vpc", because="after an intrusion nobody can tell what spoke with what"))
def default_vpc(stack: cdk.Stack) -> None:
    """A network without any setting."""
    ec2.Vpc(stack, "Vpc")


@ordinary(
    low("LOG06", "FlowLog"),
    unlogged_function(
        "Custom::VpcRestrictDefaultSGCustomResourceProvider/Handler",
        "Custom::VpcRestrictDefaultSGCustomResourceProvider/Role",
    ),
    context={"@aws-cdk/aws-ec2:restrictDefaultSecurityGroup": True},
)
def vpc_with_flow_log(stack: cdk.Stack) -> None:
    """A network that keeps a flow log, and whose default group CDK's own function closes."""
    vpc = ec2.Vpc(stack, "Vpc", nat_gateways=0)
    group = logs.LogGroup(stack, "FlowLog", retention=logs.RetentionDays.THREE_MONTHS)
    vpc.add_flow_log("Accepted", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group))
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)


@ordinary(low("LOG06", "Vpc/All/LogGroup"))
def vpc_with_default_flow_log(stack: cdk.Stack) -> None:
    """The same with a log group that CDK makes."""
    ec2.Vpc(stack, "Vpc", nat_gateways=0).add_flow_log("All")


@ordinary(
    high("LOG01", "Web/TaskDef/web/LogGroup", because="CDK's own group for it never expires"),
    low("LOG06", "Web/TaskDef/web/LogGroup"),
)
def fargate_service_behind_load_balancer(stack: cdk.Stack) -> None:
    """A container that logs, a load balancer before it, and its images elsewhere."""
    ecs_patterns.ApplicationLoadBalancedFargateService(
        stack,
        "Web",
        vpc=network(stack),
        public_load_balancer=False,
        task_image_options=ecs_patterns.ApplicationLoadBalancedTaskImageOptions(
            image=ecs.ContainerImage.from_registry("public.ecr.aws/nginx/nginx")
        ),
    )


@ordinary(low("LOG06", "Logs"))
def fargate_service_with_exec(stack: cdk.Stack) -> None:
    """A container of an own image that a developer may look into; its logs last a month."""
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container(
        "app",
        image=ecs.ContainerImage.from_ecr_repository(ecr.Repository(stack, "Images")),
        logging=ecs.LogDrivers.aws_logs(
            stream_prefix="app",
            log_group=logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_MONTH),
        ),
    )
    s3.Bucket(stack, "Bucket").grant_read(task.task_role)
    ecs.FargateService(
        stack,
        "Service",
        cluster=ecs.Cluster(stack, "Cluster", vpc=network(stack)),
        task_definition=task,
        enable_execute_command=True,
    )


@ordinary(
    function_defaults("Function"),
    low("IAM09", "AccessLogs/Policy", "AccessLogs/Policy"),
    low("IAM10", "Function/Invoke2UTWxhlfyqbT5FTn--5jvgbLgj+FfJwzswGk55DU1H--Y="),
)
def load_balancer_with_access_logs(stack: cdk.Stack) -> None:
    """A load balancer that logs to a bucket and calls a function."""
    balancer = balancing.ApplicationLoadBalancer(
        stack, "Balancer", vpc=network(stack), internet_facing=False
    )
    balancer.log_access_logs(s3.Bucket(stack, "AccessLogs"))
    balancer.add_listener("Http", port=80, open=False).add_targets(
        "Functions", targets=[balanced.LambdaTarget(function(stack))]
    )


@ordinary(
    high(
        "IAM04",
        "Workers/InstanceRole",
        because="AmazonSSMManagedInstanceCore reads every parameter of the account",
    )
)
def machines_with_session_manager(stack: cdk.Stack) -> None:
    """A group of machines that are reached through Session Manager alone."""
    autoscaling.AutoScalingGroup(
        stack,
        "Workers",
        vpc=network(stack),
        instance_type=ec2.InstanceType("t3.micro"),
        machine_image=ec2.MachineImage.latest_amazon_linux2023(),
        ssm_session_permissions=True,
    )


@ordinary()
def cloudfront_with_bucket(stack: cdk.Stack) -> None:
    """A distribution that alone may read its bucket."""
    bucket = s3.Bucket(stack, "Pages")
    cloudfront.Distribution(
        stack,
        "Distribution",
        default_behavior=cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(bucket)
        ),
    )


PATTERNS: Final[tuple[Pattern, ...]] = (
    default_vpc,
    vpc_with_flow_log,
    vpc_with_default_flow_log,
    fargate_service_behind_load_balancer,
    fargate_service_with_exec,
    load_balancer_with_access_logs,
    machines_with_session_manager,
    cloudfront_with_bucket,
)
