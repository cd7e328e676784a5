"""LOG05 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_logs as logs


def failing(stack: cdk.Stack) -> None:
    """Leaves the log group to CodeBuild, which never lets it expire."""
    codebuild.Project(
        stack, "Build", build_spec=codebuild.BuildSpec.from_object({"version": "0.2"})
    )


def mended(stack: cdk.Stack) -> None:
    """Brings the log group along."""
    group = logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_YEAR)
    codebuild.Project(
        stack,
        "Build",
        build_spec=codebuild.BuildSpec.from_object({"version": "0.2"}),
        logging=codebuild.LoggingOptions(
            cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=group)
        ),
    )
