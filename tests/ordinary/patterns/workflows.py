"""State machines, builds and pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as pipeline_actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as stepfunctions
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk import pipelines

from tests.ordinary.pattern import function_defaults, high, low, medium, ordinary
from tests.ordinary.patterns.parts import function, network

if TYPE_CHECKING:
    from tests.ordinary.pattern import Expected, Pattern

CONNECTION: Final = (
    "arn:aws:codeconnections:us-east-1:111122223333:connection/12345678-1234-1234-1234-123456789012"
)
BUILD: Final = {"version": "0.2", "phases": {"build": {"commands": ["make"]}}}


def unnamed_group(*projects: str) -> tuple[Expected, ...]:
    """Builds that name no log group."""
    return medium(
        "LOG05", *projects, because="the first build makes a group for it that never expires"
    )


@ordinary(function_defaults("Function"), low("LOG06", "Logs"))
def state_machine_with_logs(stack: cdk.Stack) -> None:
    """A traced state machine that calls a function, writes an item, tells a topic, and logs."""
    table = dynamodb.TableV2(
        stack,
        "Table",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    )
    call = tasks.LambdaInvoke(stack, "Call", lambda_function=function(stack))
    write = tasks.DynamoPutItem(
        stack,
        "Write",
        table=table,
        item={"id": tasks.DynamoAttributeValue.from_string("1")},
    )
    tell = tasks.SnsPublish(
        stack,
        "Tell",
        topic=sns.Topic(stack, "Topic"),
        message=stepfunctions.TaskInput.from_text("done"),
    )
    stepfunctions.StateMachine(
        stack,
        "Machine",
        definition_body=stepfunctions.DefinitionBody.from_chainable(call.next(write).next(tell)),
        tracing_enabled=True,
        logs=stepfunctions.LogOptions(
            destination=logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_MONTH),
            level=stepfunctions.LogLevel.ALL,
        ),
    )


@ordinary(
    high(
        "IAM01",
        "Machine/Role/DefaultPolicy",
        because="it may stop the tasks of every cluster; a condition on ecs:cluster names the one",
    )
)
def state_machine_runs_container(stack: cdk.Stack) -> None:
    """A state machine that runs a container and waits for its end."""
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container(
        "job", image=ecs.ContainerImage.from_registry("public.ecr.aws/docker/library/python:3.13")
    )
    run = tasks.EcsRunTask(
        stack,
        "Run",
        cluster=ecs.Cluster(stack, "Cluster", vpc=network(stack)),
        task_definition=task,
        launch_target=tasks.EcsFargateLaunchTarget(
            platform_version=ecs.FargatePlatformVersion.LATEST
        ),
        integration_pattern=stepfunctions.IntegrationPattern.RUN_JOB,
    )
    stepfunctions.StateMachine(
        stack, "Machine", definition_body=stepfunctions.DefinitionBody.from_chainable(run)
    )


@ordinary(unnamed_group("Build"))
def default_build(stack: cdk.Stack) -> None:
    """A build without any setting."""
    codebuild.Project(stack, "Build", build_spec=codebuild.BuildSpec.from_object(BUILD))


@ordinary(low("LOG06", "Logs"))
def build_with_log_group(stack: cdk.Stack) -> None:
    """A build that logs to a group of its stack."""
    codebuild.Project(
        stack,
        "Build",
        build_spec=codebuild.BuildSpec.from_object(BUILD),
        logging=codebuild.LoggingOptions(
            cloud_watch=codebuild.CloudWatchLoggingOptions(
                log_group=logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_MONTH)
            )
        ),
    )


@ordinary(low("LOG06", "Logs"))
def pipeline(stack: cdk.Stack) -> None:
    """A pipeline from a bucket through a build to a bucket."""
    source, built = codepipeline.Artifact("Source"), codepipeline.Artifact("Built")
    project = codebuild.PipelineProject(
        stack,
        "Build",
        build_spec=codebuild.BuildSpec.from_object(BUILD),
        logging=codebuild.LoggingOptions(
            cloud_watch=codebuild.CloudWatchLoggingOptions(
                log_group=logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_MONTH)
            )
        ),
    )
    codepipeline.Pipeline(
        stack,
        "Pipeline",
        stages=[
            codepipeline.StageProps(
                stage_name="Source",
                actions=[
                    pipeline_actions.S3SourceAction(
                        action_name="Source",
                        bucket=s3.Bucket(stack, "Code", versioned=True),
                        bucket_key="code.zip",
                        output=source,
                    )
                ],
            ),
            codepipeline.StageProps(
                stage_name="Build",
                actions=[
                    pipeline_actions.CodeBuildAction(
                        action_name="Build", project=project, input=source, outputs=[built]
                    )
                ],
            ),
            codepipeline.StageProps(
                stage_name="Deploy",
                actions=[
                    pipeline_actions.S3DeployAction(
                        action_name="Deploy", bucket=s3.Bucket(stack, "Site"), input=built
                    )
                ],
            ),
        ],
    )


@ordinary(
    unnamed_group(
        "Delivery/Pipeline/Build/Synth/CdkBuildProject", "Delivery/UpdatePipeline/SelfMutation"
    ),
    high(
        "IAM01",
        "Delivery/UpdatePipeline/SelfMutation/Role/DefaultPolicy",
        because="the build may list the objects of every bucket of the account",
    ),
)
def delivery_of_the_app(stack: cdk.Stack) -> None:
    """CDK's own pipeline, which builds and deploys the app from a repository."""
    delivery = pipelines.CodePipeline(
        stack,
        "Delivery",
        synth=pipelines.ShellStep(
            "Synth",
            input=pipelines.CodePipelineSource.connection(
                "example/items", "main", connection_arn=CONNECTION
            ),
            commands=["npx cdk synth"],
        ),
    )
    deployed = cdk.Stage(stack, "Live")
    s3.Bucket(cdk.Stack(deployed, "Storage"), "Bucket")
    delivery.add_stage(deployed)


PATTERNS: Final[tuple[Pattern, ...]] = (
    state_machine_with_logs,
    state_machine_runs_container,
    default_build,
    build_with_log_group,
    pipeline,
    delivery_of_the_app,
)
