"""LOG05: no other implicit log group."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    Row,
    assembly,
    case,
    either,
    exported,
    fails,
    get,
    join,
    passes,
    ref,
    resource,
    resources,
    sub,
    undecided,
)

RULE: Final = "LOG05"
NAME: Final = "LogsConfig.CloudWatchLogs.GroupName"
UNNAMED: Final = "The project writes to CloudWatch and names no log group"
ELSEWHERE: Final = "logs to a group that is not in the template"
CREATE: Final = "ContainerDefinitions[0].LogConfiguration.Options.awslogs-create-group"
MADE: Final = "The container makes its log group itself with awslogs-create-group"
ARN: Final = "LoggingConfiguration.Destinations[0].CloudWatchLogsLogGroup.LogGroupArn"
NO_GROUP: Final = "The state machine keeps a log and names no log group of the template."


def log_group(name: object = NO_VALUE, **more: object) -> Json:
    """A log group that expires."""
    return {**resource("AWS::Logs::LogGroup", LogGroupName=name, RetentionInDays=30), **more}


def project(logs: object = NO_VALUE, name: object = NO_VALUE) -> Json:
    """A build project with such CloudWatch logs."""
    return resource("AWS::CodeBuild::Project", Name=name, LogsConfig={"CloudWatchLogs": logs})


def builds(name: str, of: Json, *rows: Row, **more: Json) -> Case:
    """A build project, and what else there is."""
    return case(name, resources(UNSET, Project=of, **more), *rows)


def unnamed(name: str, of: Json, **more: Json) -> Case:
    """A build project that has a log group made for it."""
    return builds(name, of, fails("Project", NAME, UNNAMED, observed="absent"), **more)


def task(*logging: object) -> Json:
    """A task whose containers log so."""
    return resource(
        "AWS::ECS::TaskDefinition",
        ContainerDefinitions=[{"Name": "web", "LogConfiguration": each} for each in logging],
    )


def awslogs(create: object = NO_VALUE, driver: object = "awslogs") -> Json:
    """A container's logging with the driver."""
    options = {"awslogs-group": ref("Group"), "awslogs-create-group": create}
    return {"LogDriver": driver, "Options": options}


def runs(name: str, of: Json, *rows: Row) -> Case:
    """A task, with a log group for it."""
    return case(name, resources(UNSET, Task=of, Group=log_group()), *rows)


def machine(*arns: object, level: object = "ALL", **more: object) -> Json:
    """A state machine that keeps a log in groups of these ARNs."""
    destinations = [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn}} for arn in arns]
    return resource(
        "AWS::StepFunctions::StateMachine",
        LoggingConfiguration={"Level": level, "Destinations": destinations, **more},
    )


def flows(name: str, of: Json, *rows: Row, group: object = NO_VALUE) -> Case:
    """A state machine, with a log group of a name."""
    return case(
        name,
        resources(
            UNSET,
            Machine=of,
            Group=log_group(group),
            Lookup={"Type": "Custom::Lookup"},
            Queue={"Type": "AWS::SQS::Queue"},
        ),
        *rows,
    )


def ungrouped(name: str, arn: object, **more: object) -> Case:
    """A state machine that keeps a log in no group of the template."""
    return flows(name, machine(arn), fails("Machine", ARN, NO_GROUP), **more)


CASES: Final = (
    # -- CodeBuild
    unnamed("a project without settings", resource("AWS::CodeBuild::Project")),
    unnamed("a project with S3 logs alone", resource("AWS::CodeBuild::Project", LogsConfig={})),
    unnamed("a project with logs on", project({"Status": "ENABLED"})),
    unnamed("a project with logs on and no name", project({"GroupName": NO_VALUE})),
    unnamed(
        "a project with logs on in one branch", project({"Status": either("DISABLED", "ENABLED")})
    ),
    unnamed(
        "a project with settings in one branch", project(either({"Status": "DISABLED"}, NO_VALUE))
    ),
    unnamed(
        "a project with another's group",
        project(name="build"),
        Group=log_group("/aws/codebuild/other"),
    ),
    unnamed(
        "a project whose group is under a condition",
        project(name="build"),
        Group=log_group("/aws/codebuild/build", Condition="IsProd"),
    ),
    builds(
        "a project with a name in one branch",
        project({"GroupName": either(ref("Group"), NO_VALUE)}),
        fails("Project", NAME, UNNAMED),
        Group=log_group(),
    ),
    builds("logs off", project({"Status": "DISABLED"}), *passes("Project")),
    builds(
        "a group by reference",
        project({"Status": "ENABLED", "GroupName": ref("Group")}),
        *passes("Project"),
        Group=log_group(),
    ),
    builds(
        "a group by its name",
        project({"GroupName": "/builds"}),
        *passes("Project"),
        Group=log_group("/builds"),
    ),
    builds(
        "the project's own group by its literal name",
        project(name="build"),
        *passes("Project"),
        Group=log_group("/aws/codebuild/build"),
    ),
    builds(
        "the project's own group by reference",
        project(),
        *passes("Project"),
        Group=log_group(sub("/aws/codebuild/${Project}")),
    ),
    builds(
        "a named project's own group by reference",
        project(name="build"),
        *passes("Project"),
        Group=log_group(join("/aws/codebuild/", ref("Project"))),
    ),
    builds(
        "a group that is none",
        project({"GroupName": ref("Topic")}),
        fails("Project", NAME, "The project logs to Topic, which is no log group."),
        Topic=resource("AWS::SNS::Topic"),
    ),
    builds(
        "a literal name from elsewhere",
        project({"GroupName": "/elsewhere"}),
        undecided("Project", NAME, f"The project {ELSEWHERE}"),
    ),
    builds(
        "a group by parameter",
        project({"GroupName": ref("Unset")}),
        undecided("Project", NAME, f"The project {ELSEWHERE}"),
    ),
    builds(
        "a status by parameter",
        project({"Status": ref("Unset")}),
        undecided(
            "Project",
            "LogsConfig.CloudWatchLogs.Status",
            "Whether the project writes to CloudWatch is known only at deploy time",
        ),
    ),
    builds(
        "a status by parameter or off",
        project({"Status": either("DISABLED", ref("Unset"))}),
        undecided("Project", "LogsConfig.CloudWatchLogs.Status", "parameter Unset has no default"),
    ),
    builds(
        "a status by parameter with a group",
        project({"Status": ref("Unset"), "GroupName": ref("Group")}),
        *passes("Project"),
        Group=log_group(),
    ),
    # -- ECS
    runs("a container that makes it", task(awslogs("true")), fails("Task", CREATE, MADE)),
    runs(
        "a container that makes it, by a boolean",
        task(awslogs(True)),  # noqa: FBT003 - the template's value
        fails("Task", CREATE, MADE, observed="true"),
    ),
    runs(
        "a container that makes it in one branch",
        task(awslogs(either("true", "false"))),
        fails("Task", CREATE, MADE),
    ),
    runs(
        "the second container of three",
        task(awslogs(), awslogs("true"), awslogs("false")),
        fails("Task", CREATE.replace("[0]", "[1]"), MADE),
    ),
    runs(
        "one container, not in a list",
        resource(
            "AWS::ECS::TaskDefinition", ContainerDefinitions={"LogConfiguration": awslogs("true")}
        ),
        fails("Task", CREATE.replace("[0]", ""), MADE),
    ),
    runs("a container that makes none", task(awslogs("false")), *passes("Task")),
    runs("a container that says nothing", task(awslogs()), *passes("Task")),
    runs("a container without options", task({"LogDriver": "awslogs"}), *passes("Task")),
    runs(
        "a container of which only the deployment knows",
        task(awslogs(ref("Unset"))),
        undecided("Task", CREATE, "Whether the container makes its log group is known only"),
    ),
    runs(
        "a driver by parameter",
        task(awslogs("true", driver=ref("Unset"))),
        undecided(
            "Task",
            "ContainerDefinitions[0].LogConfiguration",
            "What the container logs with is known only at deploy time",
        ),
    ),
    runs("another driver", task(awslogs("true", driver="awsfirelens"))),
    runs("no logging", task(NO_VALUE)),
    runs("no containers", resource("AWS::ECS::TaskDefinition")),
    # -- Step Functions
    flows("a group by its ARN", machine(get("Group", "Arn")), *passes("Machine")),
    flows("a group by Fn::Sub", machine(sub("${Group.Arn}")), *passes("Machine")),
    flows(
        "a group by its ARN and streams",
        machine(join(get("Group", "Arn"), ":*")),
        *passes("Machine"),
    ),
    flows(
        "a group by its name in an ARN",
        machine(
            sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}:*")
        ),
        *passes("Machine"),
    ),
    flows(
        "a group by its literal name in an ARN",
        machine(sub("arn:aws:logs:${AWS::Region}:1:log-group:/states:*")),
        *passes("Machine"),
        group="/states",
    ),
    flows(
        "a group by a literal ARN",
        machine("arn:aws:logs:eu-west-1:1:log-group:/states"),
        *passes("Machine"),
        group="/states",
    ),
    flows(
        "a group of the stack's name",
        machine(sub("arn:aws:logs:eu-west-1:1:log-group:/states/${AWS::StackName}:*")),
        *passes("Machine"),
        group=join("/states/", ref("AWS::StackName")),
    ),
    ungrouped("a literal ARN from elsewhere", "arn:aws:logs:eu-west-1:1:log-group:/x:*"),
    ungrouped(
        "an ARN that begins so",
        "arn:aws:logs:eu-west-1:1:log-group:/states/more:*",
        group="/states",
    ),
    ungrouped("no ARN", NO_VALUE),
    ungrouped("a bare name", "/other", group="/states"),
    ungrouped(
        "the stack's name, and no such group",
        sub("arn:aws:logs:eu-west-1:1:log-group:/states/${AWS::StackName}:*"),
    ),
    ungrouped("an ARN in one branch", either(get("Group", "Arn"), NO_VALUE)),
    flows(
        "errors without a destination",
        machine(level="ERROR"),
        fails("Machine", "LoggingConfiguration.Destinations", NO_GROUP, observed="absent"),
    ),
    flows(
        "fatal errors, in one branch, without a destination",
        machine(level=either("FATAL", "OFF")),
        fails("Machine", "LoggingConfiguration.Destinations", NO_GROUP),
    ),
    flows(
        "two levels without a destination are one finding",
        machine(level=either("FATAL", "ALL")),
        fails("Machine", "LoggingConfiguration.Destinations", NO_GROUP),
    ),
    flows(
        "a second destination from elsewhere",
        machine(get("Group", "Arn"), "arn:aws:logs:eu-west-1:1:log-group:/x"),
        fails("Machine", ARN.replace("[0]", "[1]"), NO_GROUP),
    ),
    flows(
        "a group by parameter, as an ARN",
        machine(ref("Unset")),
        undecided("Machine", ARN, f"The state machine {ELSEWHERE}"),
    ),
    flows(
        "an import from outside",
        machine({"Fn::ImportValue": "Group"}),
        undecided("Machine", ARN, ELSEWHERE),
    ),
    flows(
        "what a custom resource says",
        machine(get("Lookup", "Arn")),
        undecided("Machine", ARN, ELSEWHERE),
    ),
    flows(
        "a name by parameter in an ARN",
        machine(sub("arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Unset}:*")),
        undecided("Machine", ARN, f"The state machine {ELSEWHERE}"),
    ),
    flows(
        "something that is no group",
        machine(ref("Queue")),
        fails("Machine", ARN, "The state machine logs to Queue, which is no log group."),
    ),
    flows(
        "a level by parameter",
        machine("arn:aws:logs:eu-west-1:1:log-group:/x", level=ref("Unset")),
        undecided(
            "Machine",
            "LoggingConfiguration.Level",
            "Whether the state machine keeps a log is known only at deploy time",
        ),
    ),
    flows(
        "a level by parameter with a group",
        machine(get("Group", "Arn"), level=ref("Unset")),
        *passes("Machine"),
    ),
    flows(
        "a destination in one branch",
        machine(
            Destinations=either(
                [{"CloudWatchLogsLogGroup": {"LogGroupArn": get("Group", "Arn")}}], NO_VALUE
            )
        ),
        fails("Machine", "LoggingConfiguration.Destinations", NO_GROUP),
    ),
    flows("logging off", machine(level="OFF")),
    flows("no level", machine(level=NO_VALUE)),
    flows("no logging configuration", resource("AWS::StepFunctions::StateMachine")),
    case(
        "a state machine of SAM's",
        resources(
            Bare=resource("AWS::Serverless::StateMachine", Logging={"Level": "ALL"}),
            Quiet=resource("AWS::Serverless::StateMachine"),
        ),
        fails("Bare", "Logging.Destinations", NO_GROUP),
    ),
    # -- CDK's legacy resource
    case(
        "CDK's legacy resource",
        resources(
            Retention=resource(
                "Custom::LogRetention",
                LogGroupName=either("/aws/lambda/a", "/aws/lambda/b"),
                RetentionInDays=30,
            )
        ),
        fails(
            "Retention",
            "LogGroupName",
            "a function of CDK's sets its retention afterwards",
            observed="/aws/lambda/a",
        ),
    ),
    case(
        "CDK's legacy resource without a name",
        resources(Retention={"Type": "Custom::LogRetention"}),
        fails("Retention", "LogGroupName", "made by the service", observed="absent"),
    ),
    case("a log group", resources(Group=log_group("/aws/codebuild/x"))),
    # -- over stacks
    assembly(
        "groups of another stack",
        {
            "App": resources(
                Project=project({"GroupName": {"Fn::ImportValue": "Name"}}),
                Machine=machine({"Fn::ImportValue": "Arn"}),
            ),
            "Logs": resources(
                {
                    "Outputs": {
                        "N": exported("Name", ref("Group")),
                        "A": exported("Arn", get("Group", "Arn")),
                    }
                },
                Group=log_group(),
            ),
        },
        *passes("Project", "Machine"),
    ),
    flows(
        "a name that begins with a group's",
        machine(sub("arn:aws:logs:eu-west-1:1:log-group:${Group}-other:*")),
        fails("Machine", ARN, NO_GROUP),
    ),
    unnamed(
        "a project with an empty name of a group",
        resource("AWS::CodeBuild::Project", LogsConfig={"CloudWatchLogs": {"GroupName": ""}}),
    ),
)
