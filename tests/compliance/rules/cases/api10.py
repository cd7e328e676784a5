"""API10: a stage writes access logs."""

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
    get,
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "API10"
NONE: Final = "The stage writes no access log."
KINDS: Final = {
    "AWS::ApiGateway::Stage": "AccessLogSetting",
    "AWS::ApiGatewayV2::Stage": "AccessLogSettings",
    "AWS::Serverless::Api": "AccessLogSetting",
    "AWS::Serverless::HttpApi": "AccessLogSettings",
}


def stage(kind: str, setting: object) -> Json:
    """A stage with the setting in its place, or at all without one."""
    return resources(
        UNSET,
        Stage=resource(kind, **{KINDS[kind]: setting}),
        Group={"Type": "AWS::Logs::LogGroup"},
    )


def deployment(name: str, **properties: object) -> Case:
    """A deployment that makes a stage of its own, without a log."""
    body = resources(Deployment=resource("AWS::ApiGateway::Deployment", **properties))
    return case(name, body, fails("Deployment", "StageDescription.AccessLogSetting", NONE))


CASES: Final = (
    *(
        made
        for kind, place in KINDS.items()
        for made in (
            case(
                f"a log of {kind}",
                stage(kind, {"DestinationArn": get("Group", "Arn"), "Format": "x"}),
                *passes("Stage"),
            ),
            case(f"no log of {kind}", stage(kind, NO_VALUE), fails("Stage", place, NONE)),
            case(
                f"a log of {kind} in one branch",
                stage(kind, either({"DestinationArn": get("Group", "Arn")}, NO_VALUE)),
                fails("Stage", place, NONE),
            ),
            case(
                f"a log of {kind} that goes nowhere",
                stage(kind, {"Format": "x"}),
                fails("Stage", place, NONE),
            ),
            case(
                f"an unknown log of {kind}",
                stage(kind, {"DestinationArn": ref("Unset")}),
                undecided("Stage", place, "parameter Unset has no default"),
            ),
        )
    ),
    case(
        "a log of one of two groups",
        stage(
            "AWS::ApiGateway::Stage",
            {"DestinationArn": either(get("Group", "Arn"), "arn:aws:firehose:x")},
        ),
        *passes("Stage"),
    ),
    deployment("a deployment's own stage", StageName="prod"),
    deployment("a deployment's stage in one branch", StageName=either("prod", NO_VALUE)),
    deployment("a described stage", StageName="prod", StageDescription={"CachingEnabled": True}),
    case(
        "a described stage with a log",
        resources(
            Deployment=resource(
                "AWS::ApiGateway::Deployment",
                StageName="prod",
                StageDescription={"AccessLogSetting": {"DestinationArn": "arn:aws:logs:x"}},
            )
        ),
        *passes("Deployment"),
    ),
    case(
        "a deployment without a stage",
        resources(Deployment=resource("AWS::ApiGateway::Deployment", RestApiId="x")),
    ),
    case(
        "SAM's Globals",
        resources(
            {
                "Globals": {
                    "Api": {"AccessLogSetting": {"DestinationArn": "arn:aws:logs:::a"}},
                    "HttpApi": {"AccessLogSettings": {"DestinationArn": "arn:aws:logs:::a"}},
                }
            },
            Rest=resource("AWS::Serverless::Api", StageName="prod"),
            Web=resource("AWS::Serverless::HttpApi"),
        ),
        *passes("Rest", "Web"),
    ),
)
