"""API09: a stage never logs bodies."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    case,
    either,
    fails,
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "API09"
BODIES: Final = "The stage writes whole requests and answers"
UNKNOWN: Final = "Whether bodies are logged is known only at deploy time"


def stage(*settings: object) -> Json:
    """A stage with settings by method."""
    return resources(UNSET, Stage=resource("AWS::ApiGateway::Stage", MethodSettings=list(settings)))


def traced(name: str, value: object) -> Case:
    """A stage that logs bodies."""
    return case(
        name,
        stage({"HttpMethod": "*", "DataTraceEnabled": value}),
        fails("Stage", "MethodSettings[0].DataTraceEnabled", BODIES),
    )


def fine(name: str, **setting: object) -> Case:
    """A stage that does not."""
    return case(name, stage({"LoggingLevel": "INFO", **setting}), *passes("Stage"))


CASES: Final = (
    traced("on", value=True),
    traced("on, as text", "true"),
    traced("on in one branch", either(False, True)),  # noqa: FBT003 - the branches
    fine("off", DataTraceEnabled=False),
    fine("off, as text", DataTraceEnabled="false"),
    fine("nothing said"),
    fine("no value", DataTraceEnabled=NO_VALUE),
    case("no settings", resources(Stage=resource("AWS::ApiGateway::Stage")), *passes("Stage")),
    case(
        "one method of several",
        stage({"DataTraceEnabled": False}, {"DataTraceEnabled": True}),
        fails("Stage", "MethodSettings[1].DataTraceEnabled", BODIES),
    ),
    case(
        "a setting under a condition",
        stage(either({"DataTraceEnabled": True}, NO_VALUE)),
        fails("Stage", "MethodSettings[0].DataTraceEnabled", BODIES),
    ),
    case(
        "a parameter",
        stage({"DataTraceEnabled": ref("Unset")}),
        undecided("Stage", "MethodSettings[0].DataTraceEnabled", "parameter Unset has no default"),
    ),
    case(
        "an import from outside",
        stage({"DataTraceEnabled": {"Fn::ImportValue": "Trace"}}),
        undecided("Stage", "MethodSettings[0].DataTraceEnabled", UNKNOWN),
    ),
    case(
        "settings that only the deployment knows",
        resources(UNSET, Stage=resource("AWS::ApiGateway::Stage", MethodSettings=ref("Unset"))),
        undecided("Stage", "MethodSettings", UNKNOWN),
    ),
    # -- other kinds of stages
    case(
        "a deployment's own stage",
        resources(
            Deployment=resource(
                "AWS::ApiGateway::Deployment",
                StageName="prod",
                StageDescription={
                    "DataTraceEnabled": True,
                    "MethodSettings": [{"DataTraceEnabled": False}, {"DataTraceEnabled": True}],
                },
            )
        ),
        fails("Deployment", "StageDescription.DataTraceEnabled", BODIES),
        fails("Deployment", "StageDescription.MethodSettings[1].DataTraceEnabled", BODIES),
    ),
    case(
        "a deployment without a stage",
        resources(
            Deployment=resource(
                "AWS::ApiGateway::Deployment", StageDescription={"DataTraceEnabled": True}
            )
        ),
    ),
    case(
        "a WebSocket API's routes",
        resources(
            Stage=resource(
                "AWS::ApiGatewayV2::Stage",
                DefaultRouteSettings={"DataTraceEnabled": True},
                RouteSettings={"one": {"DataTraceEnabled": True}, "two": {}},
            )
        ),
        fails("Stage", "DefaultRouteSettings.DataTraceEnabled", BODIES),
        fails("Stage", "RouteSettings.one.DataTraceEnabled", BODIES),
    ),
    case(
        "an HTTP API's stage",
        resources(Stage=resource("AWS::ApiGatewayV2::Stage", RouteSettings="x")),
        *passes("Stage"),
    ),
    case(
        "an API of SAM's",
        resources(
            Api=resource("AWS::Serverless::Api", MethodSettings=[{"DataTraceEnabled": True}])
        ),
        fails("Api", "MethodSettings[0].DataTraceEnabled", BODIES),
    ),
)
