"""API11: a stage is throttled."""

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
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "API11"
RATE: Final = "ThrottlingRateLimit"
BURST: Final = "ThrottlingBurstLimit"
NONE: Final = "No rate limit holds for the whole stage."
PATHS: Final = (
    "No rate limit holds for the whole stage: a limit on some paths leaves the others open."
)
NO_RATE: Final = "whole stage: without a rate, the stage's settings do not throttle."
LIFTED: Final = "is no limit."
OK: Final = passes("Stage")


def whole(**settings: object) -> Json:
    """Settings of every method."""
    return {"ResourcePath": "/*", "HttpMethod": "*", **settings}


def rest(
    name: str, *rows: Row, settings: object = NO_VALUE, more: Json | None = None, **parts: Json
) -> Case:
    """A REST API's stage with these settings, and other parts of the API."""
    body = resources(
        more or UNSET,
        Api=resource("AWS::ApiGateway::RestApi"),
        Stage=resource(
            "AWS::ApiGateway::Stage",
            RestApiId=ref("Api"),
            StageName="prod",
            MethodSettings=settings,
        ),
        **parts,
    )
    return case(name, body, *rows)


def rate(name: str, value: object, *rows: Row) -> Case:
    """A stage with a rate for all of it."""
    return rest(name, *rows, settings=[whole(**{RATE: value})])


def web(name: str, *rows: Row, **properties: object) -> Case:
    """An HTTP or WebSocket API's stage."""
    return case(
        name, resources(UNSET, Stage=resource("AWS::ApiGatewayV2::Stage", **properties)), *rows
    )


def deployment(name: str, *rows: Row, stage: object = "prod", **described: object) -> Case:
    """A deployment that makes a stage."""
    properties = {
        "RestApiId": ref("Api"),
        "StageName": stage,
        "StageDescription": described or NO_VALUE,
    }
    body = resources(
        UNSET,
        Api=resource("AWS::ApiGateway::RestApi"),
        Stage=resource("AWS::ApiGateway::Deployment", **properties),
    )
    return case(name, body, *rows)


def sam(
    name: str, *rows: Row, kind: str = "Api", shared: object = None, **properties: object
) -> Case:
    """An API of SAM's, which makes its stage."""
    sections = {**UNSET, **({"Globals": {kind: shared}} if shared else {})}
    body = resources(sections, Stage=resource(f"AWS::Serverless::{kind}", **properties))
    return case(name, body, *rows)


def plan(
    throttle: object, stage: object = "prod", api: object = ref("Api"), **more: object
) -> Json:
    """A usage plan that holds a stage."""
    stages = [{"ApiId": api, "Stage": stage}]
    return resource("AWS::ApiGateway::UsagePlan", ApiStages=stages, Throttle=throttle, **more)


def method(key: object, api: object = ref("Api"), **more: object) -> Json:
    """A method that asks for a key, or does not."""
    properties = {"RestApiId": api, "HttpMethod": "GET", "ApiKeyRequired": key, **more}
    return resource("AWS::ApiGateway::Method", **properties)


SETTINGS: Final = "MethodSettings"
TEN: Final = {"RateLimit": 10, "BurstLimit": 5}
KEYED: Final = method(key=True)
PREFLIGHT: Final = method(NO_VALUE, HttpMethod="OPTIONS", Integration={"Type": "MOCK"})
OPEN: Final = method(key=False)
UNTHROTTLED: Final = fails("Stage", SETTINGS, NONE)


def document(*security: Json) -> Json:
    """An OpenAPI document whose operation asks for a key, or does not."""
    return {
        "components": {"securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key"}}},
        "paths": {"/items": {"get": {"security": list(security)}}},
    }


def plan_of_sam(create: object, rate_limit: object, *, key: object = True) -> Json:
    """SAM's settings for a usage plan."""
    throttle = {"RateLimit": rate_limit}
    return {"ApiKeyRequired": key, "UsagePlan": {"CreateUsagePlan": create, "Throttle": throttle}}


def function(auth: Json, verb: str = "get") -> Json:
    """A function that the API of SAM's calls."""
    properties = {"RestApiId": ref("Stage"), "Path": "/a", "Method": verb, "Auth": auth}
    return resource(
        "AWS::Serverless::Function", Events={"Get": {"Type": "Api", "Properties": properties}}
    )


CASES: Final = (
    rate("a rate", 100, *OK),
    rate("a rate as text", "100", *OK),
    rate("part of a call a second", 0.5, *OK),
    rate("part of a call a second, as text", "0.5", *OK),
    rate("nothing is let through", 0, *OK),
    rate("a rate in each branch", either(100, 50), *OK),
    rate("a rate in one branch", either(100, NO_VALUE), fails("Stage", SETTINGS, NO_RATE)),
    rate("no rate", NO_VALUE, fails("Stage", SETTINGS, NO_RATE, None, "absent")),
    rate(
        "a rate that is lifted",
        -1,
        fails("Stage", f"{SETTINGS}[0].{RATE}", "A rate of -1 is no limit.", None, "-1"),
    ),
    rate("words", "fast", fails("Stage", SETTINGS, NO_RATE)),
    rate("endless", "inf", fails("Stage", SETTINGS, NO_RATE)),
    rate("a truth", True, fails("Stage", SETTINGS, NO_RATE)),  # noqa: FBT003 - the value
    rate("an object", {"a": 1}, fails("Stage", SETTINGS, NO_RATE)),
    rate("a parameter", ref("Unset"), undecided("Stage", f"{SETTINGS}[0]", "Unset has no default")),
    rate("a reference", ref("Api"), undecided("Stage", f"{SETTINGS}[0]", "The stage's rate limit")),
    rest("no settings", fails("Stage", SETTINGS, NONE, None, "absent")),
    rest("a burst alone", fails("Stage", SETTINGS, NO_RATE), settings=[whole(**{BURST: 10})]),
    rest(
        "one path",
        fails("Stage", SETTINGS, PATHS),
        settings=[{"ResourcePath": "/items", "HttpMethod": "*", RATE: 1}],
    ),
    rest(
        "one method",
        fails("Stage", SETTINGS, PATHS),
        settings=[{"ResourcePath": "/*", "HttpMethod": "GET", RATE: 1}],
    ),
    rest("settings of no place", fails("Stage", SETTINGS, PATHS), settings=[{RATE: 1}]),
    rest(
        "logging alone on one path",
        UNTHROTTLED,
        settings=[{"ResourcePath": "/a", "HttpMethod": "GET", "LoggingLevel": "INFO"}],
    ),
    rest("an object in the list's place", *OK, settings=whole(**{RATE: 1})),
    rest(
        "a rate besides other settings",
        *OK,
        settings=[whole(LoggingLevel="INFO"), whole(**{RATE: 1})],
    ),
    rest(
        "a rate in one branch's settings",
        UNTHROTTLED,
        settings=[either(whole(**{RATE: 1}), NO_VALUE)],
    ),
    rest("settings in one branch", UNTHROTTLED, settings=either([whole(**{RATE: 1})], NO_VALUE)),
    rest(
        "a rate in either branch's settings",
        *OK,
        settings=[either(whole(**{RATE: 1}), NO_VALUE), either(NO_VALUE, whole(**{RATE: 2}))],
    ),
    rest(
        "a rate that is lifted on one path",
        fails("Stage", f"{SETTINGS}[1].{RATE}", LIFTED),
        settings=[whole(**{RATE: 1}), {"ResourcePath": "/a", "HttpMethod": "GET", RATE: -1}],
    ),
    rest(
        "settings in a parameter",
        undecided("Stage", SETTINGS, "Unset has no default"),
        settings=ref("Unset"),
    ),
    rest(
        "a setting in a parameter besides a rate", *OK, settings=[ref("Unset"), whole(**{RATE: 1})]
    ),
    # -- usage plans
    rest("a plan, and keys", *OK, Plan=plan(TEN), Method=KEYED),
    rest(
        "a plan that names the stage by reference", *OK, Plan=plan(TEN, ref("Stage")), Method=KEYED
    ),
    rest("a plan, keys and a preflight", *OK, Plan=plan(TEN), Method=KEYED, Options=PREFLIGHT),
    rest("a plan, and keys as text", *OK, Plan=plan(TEN), Method=method("true")),
    rest("a plan, and no keys", UNTHROTTLED, Plan=plan(TEN), Method=OPEN),
    rest(
        "a plan, and keys in one branch",
        UNTHROTTLED,
        Plan=plan(TEN),
        Method=method(either("true", "false")),
    ),
    rest(
        "a plan, and one method without a key",
        UNTHROTTLED,
        Plan=plan(TEN),
        Method=KEYED,
        Other=OPEN,
    ),
    rest("keys, and no plan", UNTHROTTLED, Method=KEYED),
    rest("a plan without a throttle", UNTHROTTLED, Plan=plan(NO_VALUE), Method=KEYED),
    rest(
        "a quota alone",
        UNTHROTTLED,
        Plan=plan(NO_VALUE, Quota={"Limit": 9, "Period": "DAY"}),
        Method=KEYED,
    ),
    rest("a plan's burst alone", UNTHROTTLED, Plan=plan({"BurstLimit": 5}), Method=KEYED),
    rest("a plan's rate as text", *OK, Plan=plan({"RateLimit": "10"}), Method=KEYED),
    rest(
        "a plan's rate in one branch",
        UNTHROTTLED,
        Plan=plan({"RateLimit": either(10, NO_VALUE)}),
        Method=KEYED,
    ),
    rest(
        "a plan's rate in a parameter",
        undecided("Stage", SETTINGS, "a usage plan's rate limit is not told"),
        Plan=plan({"RateLimit": ref("Unset")}),
        Method=KEYED,
    ),
    rest("two plans", *OK, Plan=plan({"RateLimit": ref("Unset")}), Other=plan(TEN), Method=KEYED),
    rest("a plan of another stage", UNTHROTTLED, Plan=plan(TEN, "dev"), Method=KEYED),
    rest("a plan of another API", UNTHROTTLED, Plan=plan(TEN, api="abc"), Method=KEYED),
    rest("a plan of nothing", UNTHROTTLED, Plan=plan(TEN, NO_VALUE, NO_VALUE), Method=KEYED),
    rest(
        "a plan that is not always there",
        UNTHROTTLED,
        Plan={**plan(TEN), "Condition": "IsProd"},
        Method=KEYED,
    ),
    rest(
        "a plan, and another API's methods",
        *OK,
        Plan=plan(TEN),
        Method=KEYED,
        Other=method(key=False, api="abc"),
    ),
    rest(
        "a plan for one path",
        UNTHROTTLED,
        Plan=resource(
            "AWS::ApiGateway::UsagePlan",
            ApiStages=[{"ApiId": ref("Api"), "Stage": "prod", "Throttle": {"/items/GET": TEN}}],
        ),
        Method=KEYED,
    ),
    rest(
        "the second stage of a plan",
        *OK,
        Plan=resource(
            "AWS::ApiGateway::UsagePlan",
            ApiStages=[
                {"ApiId": ref("Api"), "Stage": "dev"},
                {"ApiId": ref("Api"), "Stage": "prod"},
            ],
            Throttle=TEN,
        ),
        Method=KEYED,
    ),
    case(
        "a plan, and an API from outside",
        resources(
            Stage=resource("AWS::ApiGateway::Stage", RestApiId="abc", StageName="prod"),
            Plan=plan(TEN, api="abc"),
        ),
        undecided("Stage", SETTINGS, "the API is not in the template"),
    ),
    case(
        "a plan, and methods of an API from outside",
        resources(
            Stage=resource("AWS::ApiGateway::Stage", RestApiId="abc", StageName="prod"),
            Plan=plan(TEN, api="abc"),
            Method=method(key=True, api="abc"),
        ),
        *OK,
    ),
    *(
        case(
            f"a plan, and a document {name}",
            resources(
                Api=resource("AWS::ApiGateway::RestApi", Body=document(*security)),
                Stage=resource("AWS::ApiGateway::Stage", RestApiId=ref("Api"), StageName="prod"),
                Plan=plan(TEN),
            ),
            *rows,
        )
        for name, security, rows in (
            ("with keys", ({"key": []},), OK),
            ("without keys", (), (UNTHROTTLED,)),
        )
    ),
    case(
        "a plan, and a document in a bucket",
        resources(
            Api=resource("AWS::ApiGateway::RestApi", BodyS3Location={"Bucket": "b"}),
            Stage=resource("AWS::ApiGateway::Stage", RestApiId=ref("Api"), StageName="prod"),
            Plan=plan(TEN),
        ),
        undecided("Stage", SETTINGS, "the document is not in the template"),
    ),
    assembly(
        "a plan of another stack",
        {
            "Api": resources(
                {
                    "Outputs": {
                        "A": exported("Api", ref("Api")),
                        "S": exported("Stage", ref("Stage")),
                    }
                },
                Api=resource("AWS::ApiGateway::RestApi"),
                Stage=resource("AWS::ApiGateway::Stage", RestApiId=ref("Api"), StageName="prod"),
                Method=KEYED,
            ),
            "Plans": resources(
                Plan=plan(TEN, {"Fn::ImportValue": "Stage"}, {"Fn::ImportValue": "Api"})
            ),
        },
        *OK,
    ),
    # -- other kinds of stages
    web("an HTTP API's rate", *OK, DefaultRouteSettings={RATE: 100}),
    web(
        "an HTTP API's burst alone",
        fails("Stage", "DefaultRouteSettings", NO_RATE),
        DefaultRouteSettings={BURST: 9},
    ),
    web(
        "one route",
        fails("Stage", "DefaultRouteSettings", PATHS),
        RouteSettings={"send": {RATE: 1}},
    ),
    web("nothing for an HTTP API", fails("Stage", "DefaultRouteSettings", NONE)),
    web(
        "an HTTP API's rate in a parameter",
        undecided("Stage", "DefaultRouteSettings", "Unset has no default"),
        DefaultRouteSettings={RATE: ref("Unset")},
    ),
    web(
        "a rate in one branch, HTTP",
        fails("Stage", "DefaultRouteSettings", NONE),
        DefaultRouteSettings=either({RATE: 1}, NO_VALUE),
    ),
    web(
        "a route that is not throttled",
        fails("Stage", f"RouteSettings.send.{RATE}", LIFTED),
        DefaultRouteSettings={RATE: 1},
        RouteSettings={"send": {RATE: -1}},
    ),
    deployment("a deployment's rate", *OK, **{RATE: 100}),
    deployment("a deployment's settings", *OK, MethodSettings=[whole(**{RATE: 1})]),
    deployment("a deployment's burst", fails("Stage", "StageDescription", NO_RATE), **{BURST: 9}),
    deployment("a deployment's stage", fails("Stage", "StageDescription", NONE)),
    deployment("a deployment without a stage", stage=NO_VALUE),
    deployment(
        "a deployment with a stage in one branch",
        fails("Stage", "StageDescription", NONE),
        stage=either("prod", NO_VALUE),
    ),
    deployment(
        "a stage and its rate in the same branch",
        *OK,
        stage=either("prod", NO_VALUE),
        **{RATE: either(10, NO_VALUE), BURST: 5},
    ),
    sam("an API of SAM's", *OK, MethodSettings=[whole(**{RATE: 1})]),
    sam("an API of SAM's without a rate", UNTHROTTLED),
    sam("settings for all APIs", *OK, shared={"MethodSettings": [whole(**{RATE: 1})]}),
    sam(
        "settings for all APIs besides its own",
        *OK,
        shared={"MethodSettings": [whole(**{RATE: 1})]},
        MethodSettings=[{"ResourcePath": "/a", "HttpMethod": "GET", "LoggingLevel": "INFO"}],
    ),
    sam("an HTTP API of SAM's", *OK, kind="HttpApi", DefaultRouteSettings={RATE: 1}),
    sam(
        "an HTTP API of SAM's without a rate",
        fails("Stage", "DefaultRouteSettings", NONE),
        kind="HttpApi",
    ),
    sam(
        "settings for all HTTP APIs",
        *OK,
        kind="HttpApi",
        shared={"DefaultRouteSettings": {RATE: 1}},
    ),
    *(
        case(
            f"a plan of SAM's: {name}",
            resources(Stage=resource("AWS::Serverless::Api", Auth=auth), Function=function(own)),
            *rows,
        )
        for name, auth, own, rows in (
            ("its own", plan_of_sam("PER_API", 10), {}, OK),
            ("shared", plan_of_sam("SHARED", 10), {}, OK),
            ("none", plan_of_sam("NONE", 10), {}, (UNTHROTTLED,)),
            ("not said", plan_of_sam(NO_VALUE, 10), {}, (UNTHROTTLED,)),
            ("in one branch", plan_of_sam(either("PER_API", "NONE"), 10), {}, (UNTHROTTLED,)),
            ("without a rate", plan_of_sam("PER_API", NO_VALUE), {}, (UNTHROTTLED,)),
            ("without keys", plan_of_sam("PER_API", 10, key=NO_VALUE), {}, (UNTHROTTLED,)),
            (
                "an event without a key",
                plan_of_sam("PER_API", 10),
                {"ApiKeyRequired": False},
                (UNTHROTTLED,),
            ),
            (
                "an event with a key",
                plan_of_sam("PER_API", 10, key=False),
                {"ApiKeyRequired": True},
                OK,
            ),
        )
    ),
    case(
        "a plan of SAM's: a preflight without a key",
        resources(
            Stage=resource("AWS::Serverless::Api", Auth=plan_of_sam("PER_API", 10)),
            Function=function({"ApiKeyRequired": False}, "options"),
        ),
        *OK,
    ),
    case("no stage", resources(Api=resource("AWS::ApiGateway::RestApi"))),
)
