"""LOG04: API Gateway's execution log group is in the template when execution logging is on."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    Case,
    Json,
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

RULE: Final = "LOG04"
LEVEL: Final = "MethodSettings[0].LoggingLevel"
MISSING: Final = "The stage writes an execution log, and its log group is not in the template."
UNKNOWN: Final = "Whether the stage writes an execution log is known only at deploy time"
PARAMETERS: Json = {
    "Parameters": {"Unset": {"Type": "String"}, "Name": {"Type": "String", "Default": "prod"}}
}
BY_REFERENCES: Final = join("API-Gateway-Execution-Logs_", ref("Api"), "/", ref("Stage"))


def stage(level: object = "ERROR", name: object = "prod", **more: object) -> Json:
    """A stage whose methods log at a level."""
    return {
        **resource(
            "AWS::ApiGateway::Stage",
            RestApiId=ref("Api"),
            StageName=name,
            MethodSettings=[{"HttpMethod": "*", "ResourcePath": "/*", "LoggingLevel": level}],
        ),
        **more,
    }


def template(of: Json, group: object = None, **more: Json) -> Json:
    """An API with a stage and perhaps a log group of a name."""
    named = {} if group is None else {"Group": resource("AWS::Logs::LogGroup", LogGroupName=group)}
    return resources(
        PARAMETERS, Api=resource("AWS::ApiGateway::RestApi"), Stage=of, **named, **more
    )


def linked(name: str, of: Json, group: object) -> Case:
    """A stage whose log group is here."""
    return case(name, template(of, group), *passes("Stage"))


def missing(name: str, of: Json, group: object = None) -> Case:
    """A stage whose log group is not."""
    return case(name, template(of, group), fails("Stage", LEVEL, MISSING))


CASES: Final = (
    linked("by references", stage(), BY_REFERENCES),
    linked("by Fn::Sub", stage(), sub("API-Gateway-Execution-Logs_${Api}/${Stage}")),
    linked(
        "by the API's attribute",
        {**stage(), "Properties": {**stage()["Properties"], "RestApiId": get("Api", "RestApiId")}},
        BY_REFERENCES,
    ),
    linked(
        "by the attribute in the name",
        stage(),
        sub("API-Gateway-Execution-Logs_${Api.RestApiId}/prod"),
    ),
    missing(
        "by another attribute",
        stage(),
        sub("API-Gateway-Execution-Logs_${Api.RootResourceId}/prod"),
    ),
    linked("by the stage's literal name", stage(), sub("API-Gateway-Execution-Logs_${Api}/prod")),
    linked(
        "by the same parameter",
        stage(name=ref("Unset")),
        sub("API-Gateway-Execution-Logs_${Api}/${Unset}"),
    ),
    linked(
        "by a parameter's default",
        stage(name=ref("Name")),
        sub("API-Gateway-Execution-Logs_${Api}/prod"),
    ),
    linked("without a name of its own", stage(name=NO_VALUE), BY_REFERENCES),
    linked("every call", stage("INFO"), BY_REFERENCES),
    linked("a level that only the deployment knows", stage(ref("Unset")), BY_REFERENCES),
    linked(
        "a name for each branch",
        stage(name=either("a", "b")),
        either(
            sub("API-Gateway-Execution-Logs_${Api}/a"), sub("API-Gateway-Execution-Logs_${Api}/b")
        ),
    ),
    missing("errors", stage("ERROR")),
    missing("everything", stage("INFO")),
    missing("on in one branch", stage(either("INFO", "OFF"))),
    missing("another stage's", stage(), sub("API-Gateway-Execution-Logs_${Api}/dev")),
    missing("another API's", stage(), "API-Gateway-Execution-Logs_abc/prod"),
    missing("a group of one's own name", stage(), "/items/api"),
    missing("a stage without its API", stage(), sub("API-Gateway-Execution-Logs_/${Stage}")),
    missing(
        "a name in one branch",
        stage(name=either("a", "b")),
        sub("API-Gateway-Execution-Logs_${Api}/a"),
    ),
    case(
        "a group under a condition",
        template(
            stage(),
            Group={
                **resource("AWS::Logs::LogGroup", LogGroupName=BY_REFERENCES),
                "Condition": "IsProd",
            },
        ),
        fails("Stage", LEVEL, MISSING),
    ),
    case(
        "each method that logs is one stage",
        template(
            resource(
                "AWS::ApiGateway::Stage",
                RestApiId=ref("Api"),
                MethodSettings=[
                    {"LoggingLevel": "OFF"},
                    {"LoggingLevel": ref("Unset")},
                    {"LoggingLevel": "ERROR"},
                    {"LoggingLevel": "INFO"},
                ],
            )
        ),
        fails("Stage", "MethodSettings[2].LoggingLevel", MISSING),
    ),
    case(
        "an unknown level",
        template(stage(ref("Unset"))),
        undecided("Stage", LEVEL, "parameter Unset has no default"),
    ),
    case(
        "settings that only the deployment knows",
        template(resource("AWS::ApiGateway::Stage", MethodSettings=ref("Unset"))),
        undecided("Stage", "MethodSettings", UNKNOWN),
    ),
    # -- other kinds of stages
    case(
        "a deployment's own stage",
        template(
            resource(
                "AWS::ApiGateway::Deployment",
                RestApiId=ref("Api"),
                StageName="prod",
                StageDescription={"LoggingLevel": "INFO"},
            )
        ),
        fails("Stage", "StageDescription.LoggingLevel", MISSING),
    ),
    case(
        "a deployment's own stage with its group",
        template(
            resource(
                "AWS::ApiGateway::Deployment",
                RestApiId=ref("Api"),
                StageName="prod",
                StageDescription={"MethodSettings": [{"LoggingLevel": "INFO"}]},
            ),
            sub("API-Gateway-Execution-Logs_${Api}/prod"),
        ),
        *passes("Stage"),
    ),
    case(
        "an API of SAM's",
        resources(
            Api=resource(
                "AWS::Serverless::Api", StageName="prod", MethodSettings=[{"LoggingLevel": "INFO"}]
            ),
            Group=resource(
                "AWS::Logs::LogGroup", LogGroupName=sub("API-Gateway-Execution-Logs_${Api}/prod")
            ),
        ),
        *passes("Api"),
    ),
    # -- what is not judged
    case("logging off", template(stage("OFF"))),
    case("no settings", template(resource("AWS::ApiGateway::Stage", RestApiId=ref("Api")))),
    case("no level", template(stage(NO_VALUE))),
    case(
        "a deployment without a stage",
        template(
            resource("AWS::ApiGateway::Deployment", StageDescription={"LoggingLevel": "INFO"})
        ),
    ),
    # -- over stacks
    assembly(
        "a group in another stack",
        {
            "Api": template(stage()) | {"Outputs": {"Api": exported("Api", ref("Api"))}},
            "Logs": resources(
                Group=resource(
                    "AWS::Logs::LogGroup",
                    LogGroupName=join(
                        "API-Gateway-Execution-Logs_", {"Fn::ImportValue": "Api"}, "/prod"
                    ),
                )
            ),
        },
        *passes("Stage"),
    ),
    assembly(
        "a group in another stack, called by that stack's name",
        {
            "Api": template(stage(name=ref("AWS::StackName")))
            | {"Outputs": {"Api": exported("Api", ref("Api"))}},
            "Logs": resources(
                Group=resource(
                    "AWS::Logs::LogGroup",
                    LogGroupName=join(
                        "API-Gateway-Execution-Logs_",
                        {"Fn::ImportValue": "Api"},
                        "/",
                        ref("AWS::StackName"),
                    ),
                )
            ),
        },
        fails("Stage", LEVEL, MISSING),
    ),
)
