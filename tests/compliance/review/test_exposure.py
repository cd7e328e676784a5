"""Sentences on exposure, exactly as a reviewer reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compliance.review.model import Subject
from tests.compliance.review.noting import notes, of_one, of_resources, said

Json = Any
PARAMETER = {"sections": {"Parameters": {"P": {"Type": "String"}}}}
UNKNOWN = "parameter P has no default"
OPEN = "anyone who reaches the API may call it"
WITH_KEY = "whoever has an API key may call it"
OTHERS = "other callers get in"
UNCOUNTED = "no usage plan counts and throttles its callers"
METHOD = "AWS::ApiGateway::Method"
ROUTE = "AWS::ApiGatewayV2::Route"
REST_API = "AWS::ApiGateway::RestApi"
GROUP = "AWS::EC2::SecurityGroup"
API: Json = {
    "Api": {"Type": REST_API},
    "Items": {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {
            "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
            "PathPart": "items",
            "RestApiId": {"Ref": "Api"},
        },
    },
    "Web": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
    "Socket": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}},
    "One": {"Type": "AWS::ApiGateway::Authorizer"},
    "Two": {"Type": "AWS::ApiGateway::Authorizer"},
}
POOL = {"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": {"Ref": "One"}}


def method(**more: Json) -> Json:
    """A method `GET /items`."""
    own = {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Ref": "Items"}, "HttpMethod": "GET"}
    return {**own, **more}


def route(key: str = "GET /items", api: str = "Web", **more: Json) -> Json:
    """A route of an HTTP or WebSocket API."""
    return {"ApiId": {"Ref": api}, "RouteKey": key, **more}


ENDPOINTS = [
    (
        METHOD,
        method(AuthorizationType="AWS_IAM"),
        method(AuthorizationType="NONE"),
        [f"GET /items lost its authorizer (AWS_IAM, now NONE): {OPEN}"],
    ),
    (
        METHOD,
        method(**POOL),
        method(),
        [f"GET /items lost its authorizer (COGNITO_USER_POOLS, now NONE): {OPEN}"],
    ),
    (
        METHOD,
        method(AuthorizationType="AWS_IAM"),
        method(AuthorizationType={"Fn::If": ["C", "AWS_IAM", "NONE"]}),
        [f"GET /items lost its authorizer (AWS_IAM, now NONE): {OPEN} (under a condition)"],
    ),
    (
        METHOD,
        method(AuthorizationType="AWS_IAM"),
        method(AuthorizationType={"Ref": "P"}),
        [
            (
                "GET /items was authorized by AWS_IAM; whether it still is, only the deployment "
                f"knows: {UNKNOWN}"
            )
        ],
    ),
    (
        METHOD,
        method(AuthorizationType="AWS_IAM"),
        method(AuthorizationType={"Ref": "Api"}),
        [
            (
                "GET /items was authorized by AWS_IAM; whether it still is, only the deployment "
                "knows: it is ${Api}"
            )
        ],
    ),
    (
        METHOD,
        method(AuthorizationType={"Ref": "P"}),
        method(AuthorizationType="NONE"),
        [f"GET /items has no authorizer: {OPEN}; what it had, only the deployment knew"],
    ),
    (
        METHOD,
        method(AuthorizationType="AWS_IAM"),
        method(**POOL),
        [f"GET /items is authorized by COGNITO_USER_POOLS instead of AWS_IAM: {OTHERS}"],
    ),
    (
        METHOD,
        method(**POOL),
        method(**{**POOL, "AuthorizerId": {"Ref": "Two"}}),
        ["GET /items is authorized by ${Two} instead of ${One}: other callers get in"],
    ),
    (
        METHOD,
        method(**POOL, AuthorizationScopes=["items/read"]),
        method(**POOL),
        ["GET /items asks for no scope any more (items/read): any token will do"],
    ),
    (
        METHOD,
        method(**POOL, AuthorizationScopes=["items/read"]),
        method(**POOL, AuthorizationScopes=["items/read", "openid"]),
        ["GET /items takes tokens of scope openid too"],
    ),
    (
        METHOD,
        method(AuthorizationType="AWS_IAM", ApiKeyRequired=True),
        method(AuthorizationType="AWS_IAM"),
        [f"GET /items asks for no API key any more: {UNCOUNTED}"],
    ),
    (
        METHOD,
        None,
        method(ApiKeyRequired=True),
        ["GET /items is new and has no authorizer: whoever has an API key may call it"],
    ),
    (METHOD, None, method(AuthorizationType="AWS_IAM"), []),
    (
        METHOD,
        None,
        method(AuthorizationType={"Ref": "P"}),
        [
            (
                "GET /items is new, and whether it asks who calls, only the deployment knows: "
                f"{UNKNOWN}"
            )
        ],
    ),
    (METHOD, None, {"HttpMethod": "GET"}, [f"R is new and has no authorizer: {OPEN}"]),
    (METHOD, None, method(HttpMethod="OPTIONS", Integration={"Type": "MOCK"}), []),
    (METHOD, method(AuthorizationType="NONE"), None, []),
    (
        ROUTE,
        route(AuthorizationType="JWT"),
        route(),
        [f"GET /items lost its authorizer (JWT, now NONE): {OPEN}"],
    ),
    (ROUTE, None, route("$default"), [f"$default is new and has no authorizer: {OPEN}"]),
    (ROUTE, None, route("OPTIONS /items"), []),
    (
        ROUTE,
        None,
        {"RouteKey": "GET /items", "ApiId": {"Fn::ImportValue": "api"}},
        [f"GET /items is new and has no authorizer: {OPEN}"],
    ),
    (ROUTE, None, route("send", "Socket"), []),
    (ROUTE, None, route("$default", "Socket"), []),
    (
        ROUTE,
        None,
        route("$connect", "Socket"),
        [f"$connect is new and has no authorizer: {OPEN}"],
    ),
    (
        "AWS::ApiGatewayV2::Api",
        None,
        {"Target": "arn:x"},
        [f"$default is new and has no authorizer: {OPEN}"],
    ),
]


@pytest.mark.parametrize(("kind", "old", "new", "expected"), ENDPOINTS)
def test_endpoints_that_ask_less_are_said(
    kind: str, old: Json, new: Json, expected: list[str]
) -> None:
    """The endpoint goes by its verb and path, and whom it asked is told."""
    assert of_one(kind, old, new, beside=API, **PARAMETER) == expected


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (METHOD, method(AuthorizationType="NONE"), method(AuthorizationType="AWS_IAM")),
        (METHOD, method(), method(ApiKeyRequired=True)),
        (METHOD, method(**POOL), method(**POOL, AuthorizationScopes=["a"])),
        (
            METHOD,
            method(**POOL, AuthorizationScopes=["a", "b"]),
            method(**POOL, AuthorizationScopes=["a"]),
        ),
        (METHOD, method(HttpMethod="ANY"), method(HttpMethod="GET")),
        (
            METHOD,
            method(AuthorizationType={"Fn::If": ["C", "AWS_IAM", "NONE"]}),
            method(AuthorizationType="AWS_IAM"),
        ),
        (ROUTE, route(), route(AuthorizationType="AWS_IAM")),
        (ROUTE, route(), None),
    ],
)
def test_endpoints_that_ask_more_are_not_said(kind: str, old: Json, new: Json) -> None:
    """An endpoint that asks for more, or is gone, exposes nothing."""
    assert of_one(kind, old, new, beside=API) == []


def document(**operation: Json) -> Json:
    """An OpenAPI document with one operation, and the schemes that it may name."""
    lambda_authorizer = {"type": "apiKey", "x-amazon-apigateway-authorizer": {"type": "token"}}
    return {
        "paths": {"/items": {"post": operation}},
        "securityDefinitions": {
            "mine": lambda_authorizer,
            "key": {"type": "apiKey", "name": "x-api-key"},
        },
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            {"Body": document(security=[{"mine": []}])},
            {"Body": document()},
            [f"POST /items lost its authorizer (mine, now NONE): {OPEN}"],
        ),
        (
            {"Body": document(security=[{"mine": []}])},
            {"Body": document(security=[{"key": []}])},
            [f"POST /items lost its authorizer (mine, now NONE): {WITH_KEY}"],
        ),
        (
            {"Body": document(security=[{"mine": ["a"]}])},
            {"Body": document(security=[{"mine": []}])},
            ["POST /items asks for no scope any more (a): any token will do"],
        ),
        (
            {"Body": document(**{"x-amazon-apigateway-auth": {"type": "AWS_IAM"}})},
            {"Body": document()},
            [f"POST /items lost its authorizer (AWS_IAM, now NONE): {OPEN}"],
        ),
        (
            {"Body": document(security=[{"mine": []}])},
            {"BodyS3Location": {"Bucket": "b", "Key": "k"}},
            [
                (
                    "whether operations of R still ask who calls, only the deployment knows: the "
                    "document is not in the template"
                )
            ],
        ),
        ({"Body": document()}, {"Body": document(security=[{"mine": []}])}, []),
        (
            {"Body": document(security=[{"mine": []}])},
            {"Body": json.dumps(document())},
            [f"POST /items lost its authorizer (mine, now NONE): {OPEN}"],
        ),
        (
            {"Body": document(security=[{"mine": []}])},
            {
                "Body": {
                    **document(security=[{"other": []}]),
                    "securityDefinitions": {"Fn::Transform": {"Name": "AWS::Include"}},
                }
            },
            [
                (
                    "POST /items was authorized by mine; whether it still is, only the deployment "
                    "knows: nothing here tells what other is"
                )
            ],
        ),
        (None, {"Body": document()}, [f"POST /items is new and has no authorizer: {OPEN}"]),
        (
            None,
            {
                "Body": {
                    "paths": {
                        "/a": {"options": {"x-amazon-apigateway-integration": {"type": "mock"}}}
                    }
                }
            },
            [],
        ),
    ],
)
def test_operations_of_a_document_are_endpoints(old: Json, new: Json, expected: list[str]) -> None:
    """What an OpenAPI document says of an operation is compared as a method's own resource is."""
    assert of_one(REST_API, old, new) == expected


def test_an_endpoint_that_moved_into_a_document_is_the_same_endpoint() -> None:
    """From a resource of its own into the API's document: the authorizer is lost all the same."""
    guarded = {"Type": METHOD, "Properties": method(AuthorizationType="AWS_IAM")}
    body: Json = {"paths": {"/items": {"get": {}}}}
    old = of_resources({**API, "R": guarded})
    new = of_resources({**API, "Api": {"Type": REST_API, "Properties": {"Body": body}}})
    assert said(old, new) == [f"GET /items lost its authorizer (AWS_IAM, now NONE): {OPEN}"]


def test_a_method_that_stands_for_any_is_what_a_single_one_was() -> None:
    """`ANY /items` asked for signatures; `GET /items` in its place asks nobody."""
    properties = method(AuthorizationType="AWS_IAM", HttpMethod="ANY")
    expected = [f"GET /items lost its authorizer (AWS_IAM, now NONE): {OPEN}"]
    assert of_one(METHOD, properties, method(), beside=API) == expected


def test_an_api_under_another_logical_id_keeps_its_endpoints() -> None:
    """Renaming the API, its resources and its methods at once hides no lost authorizer."""
    guarded = {**API, "R": {"Type": METHOD, "Properties": method(AuthorizationType="AWS_IAM")}}
    open_too = {**API, "R": {"Type": METHOD, "Properties": method()}}
    names = {"Api": "Gateway", "Items": "Things", "R": "S"}
    text = json.dumps(open_too)
    for before, after in names.items():
        text = text.replace(f'"{before}"', f'"{after}"')
    assert said(of_resources(guarded), of_resources(json.loads(text)), names) == [
        f"GET /items lost its authorizer (AWS_IAM, now NONE): {OPEN}"
    ]


def function(auth: Json = None, **event: Json) -> Json:
    """A SAM function that an API calls."""
    own = {"Path": "/items", "Method": "get", **({"Auth": auth} if auth else {}), **event}
    return {"Events": {"Call": {"Type": "Api", "Properties": own}}}


@pytest.mark.parametrize(
    ("old", "new", "globals_", "expected"),
    [
        (
            function({"Authorizer": "AWS_IAM"}),
            function({"Authorizer": "NONE"}),
            {},
            [f"GET /items lost its authorizer (AWS_IAM, now NONE): {OPEN}"],
        ),
        (function({"Authorizer": "AWS_IAM"}), function(), {"DefaultAuthorizer": "AWS_IAM"}, []),
        (
            function(RestApiId={"Ref": "Api"}),
            function({"Authorizer": "NONE", "ApiKeyRequired": True}, RestApiId={"Ref": "Api"}),
            {},
            [f"GET /items lost its authorizer (mine, now NONE): {WITH_KEY}"],
        ),
        (
            function({"Authorizer": "AWS_IAM"}),
            function({"Authorizer": {"Ref": "P"}}),
            {},
            [
                (
                    "GET /items was authorized by AWS_IAM; whether it still is, only the "
                    f"deployment knows: {UNKNOWN}"
                )
            ],
        ),
        (None, function(Method="options"), {}, []),
        (
            None,
            function(Path={"Ref": "P"}),
            {},
            [f"R.Call is new and has no authorizer: {OPEN}"],
        ),
    ],
)
def test_events_of_functions_are_endpoints(
    old: Json, new: Json, globals_: Json, expected: list[str]
) -> None:
    """SAM's events ask by themselves, or by the default of their API or of the template."""
    sections = {**PARAMETER["sections"], "Globals": {"Api": {"Auth": globals_}}}
    api = {"Type": "AWS::Serverless::Api", "Properties": {"Auth": {"DefaultAuthorizer": "mine"}}}
    kind = "AWS::Serverless::Function"
    assert of_one(kind, old, new, beside={"Api": api}, sections=sections) == expected


GRAPHQL = "AWS::AppSync::GraphQLApi"
IAM: Json = {"AuthenticationType": "AWS_IAM"}
CORS = "AWS::ApiGatewayV2::Api"
URL = "AWS::Lambda::Url"
BUCKET = "AWS::S3::Bucket"


def origins(*names: Json, credentials: bool = False) -> Json:
    """CORS settings of an HTTP API."""
    return {"CorsConfiguration": {"AllowOrigins": [*names], "AllowCredentials": credentials}}


def of_bucket(*names: Json) -> Json:
    """CORS settings of a bucket."""
    return {"CorsConfiguration": {"CorsRules": [{"AllowedOrigins": [*names]}]}}


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        (
            GRAPHQL,
            IAM,
            {**IAM, "AdditionalAuthenticationProviders": [{"AuthenticationType": "API_KEY"}]},
            ["R lets callers in by an API key too: whoever has a copy of the key may call it"],
        ),
        (
            GRAPHQL,
            None,
            {"AuthenticationType": "API_KEY"},
            [
                (
                    "R is new and lets callers in by an API key: whoever has a copy of the key may "
                    "call it"
                )
            ],
        ),
        (
            "AWS::AppSync::Api",
            {"EventConfig": {"AuthProviders": [{"AuthType": "AWS_IAM"}]}},
            {"EventConfig": {"AuthProviders": [{"AuthType": "OPENID_CONNECT"}]}},
            ["R lets callers in by OPENID_CONNECT too"],
        ),
        (
            GRAPHQL,
            IAM,
            {"AuthenticationType": {"Ref": "P"}},
            [("R let callers in by AWS_IAM alone; by what it does now, only the deployment knows")],
        ),
        (GRAPHQL, {"AuthenticationType": "API_KEY"}, IAM, ["R lets callers in by AWS_IAM too"]),
        (GRAPHQL, None, IAM, []),
        (GRAPHQL, IAM, None, []),
        (GRAPHQL, None, {"AuthenticationType": {"Ref": "P"}}, []),
        (
            CORS,
            origins("https://a.example"),
            origins("*"),
            [
                (
                    "R answers pages of any origin (*) instead of https://a.example: every web "
                    "page may read its answers"
                )
            ],
        ),
        (
            CORS,
            origins("https://a.example"),
            origins("https://a.example", "https://b.example"),
            ["R answers pages of https://b.example too"],
        ),
        (CORS, {}, origins("https://b.example"), ["R answers pages of https://b.example now"]),
        (CORS, origins("*"), origins("https://b.example"), []),
        (CORS, origins("https://a.example"), {}, []),
        (CORS, None, origins("https://a.example", credentials=True), []),
        (
            CORS,
            None,
            origins("*"),
            ["R is new and answers pages of any origin (*): every web page may read its answers"],
        ),
        (
            CORS,
            origins("https://a.example"),
            origins("https://a.example", credentials=True),
            ["R lets pages of other origins send the caller's credentials along"],
        ),
        (
            CORS,
            origins("https://a.example"),
            origins({"Ref": "P"}),
            [
                (
                    "R answered pages of https://a.example alone; whose it answers now, only the "
                    f"deployment knows: {UNKNOWN}"
                )
            ],
        ),
        (
            BUCKET,
            of_bucket("https://a.example"),
            of_bucket("*"),
            [
                (
                    "R answers pages of any origin (*) instead of https://a.example: every web "
                    "page may read its answers"
                )
            ],
        ),
        (
            BUCKET,
            of_bucket("https://a.example"),
            {"CorsConfiguration": {"CorsRules": [{"AllowedOrigins": {"Ref": "P"}}]}},
            [
                (
                    "R answered pages of https://a.example alone; whose it answers now, only the "
                    f"deployment knows: {UNKNOWN}"
                )
            ],
        ),
        (
            URL,
            {"AuthType": "AWS_IAM"},
            {"AuthType": "NONE"},
            ["the function URL R lost its authorization (AWS_IAM, now NONE): anyone may call it"],
        ),
        (
            URL,
            None,
            {"AuthType": "NONE"},
            ["the function URL R is new and asks nobody who calls (NONE): anyone may call it"],
        ),
        (
            REST_API,
            {"EndpointConfiguration": {"Types": ["PRIVATE"]}},
            {"EndpointConfiguration": {"Types": ["REGIONAL"]}},
            [('R can be reached from the internet: its endpoint is ["REGIONAL"], and was PRIVATE')],
        ),
        (
            BUCKET,
            {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True}},
            {},
            ["R lets strangers in where its policy is public: RestrictPublicBuckets is off"],
        ),
        (BUCKET, None, {}, []),
        (
            "AWS::RDS::DBInstance",
            {"PubliclyAccessible": False},
            {"PubliclyAccessible": True},
            ["R can be reached from the internet: it is publicly accessible"],
        ),
        (
            "AWS::RDS::DBInstance",
            {"PubliclyAccessible": False},
            {},
            [
                (
                    "PubliclyAccessible of R was false; whether that still holds, only the "
                    "deployment knows: it is not set now, and its subnets decide"
                )
            ],
        ),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {"Scheme": "internal"},
            {},
            [("R can be reached from the internet: it is internet-facing instead of internal")],
        ),
        (
            "AWS::ElasticLoadBalancingV2::Listener",
            {"SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
            {},
            [
                (
                    "R takes older TLS: ELBSecurityPolicy-2016-08 instead of "
                    "ELBSecurityPolicy-TLS13-1-2-2021-06"
                )
            ],
        ),
        (
            "AWS::ElasticLoadBalancingV2::Listener",
            {"SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
            {"SslPolicy": "ELBSecurityPolicy-Of-Tomorrow"},
            [
                (
                    "SslPolicy of R was ELBSecurityPolicy-TLS13-1-2-2021-06; whether that still "
                    "holds, only the deployment knows: it is ELBSecurityPolicy-Of-Tomorrow now"
                )
            ],
        ),
        (
            "AWS::ElasticLoadBalancingV2::Listener",
            {"SslPolicy": {"Ref": "P"}},
            {"SslPolicy": "ELBSecurityPolicy-2016-08"},
            ["SslPolicy of R is ELBSecurityPolicy-2016-08; what it was, only the deployment knew"],
        ),
        (
            "AWS::ApiGateway::UsagePlan",
            {"Throttle": {"RateLimit": 5}},
            {"Throttle": {"RateLimit": "much"}},
            [
                (
                    "RateLimit of R was 5; whether that still holds, only the deployment knows: it "
                    "is much now"
                )
            ],
        ),
        (
            "AWS::ApiGateway::UsagePlan",
            {"Throttle": {"RateLimit": 5}},
            {"Throttle": {"RateLimit": [True]}},
            [
                (
                    "RateLimit of R was 5; whether that still holds, only the deployment knows: it "
                    "is [true] now"
                )
            ],
        ),
        (
            "AWS::ApiGateway::UsagePlan",
            {"Throttle": {"RateLimit": 5}},
            {},
            ["R lets a key make any number of calls a second instead of 5"],
        ),
        (
            "AWS::EKS::Cluster",
            {"ResourcesVpcConfig": {"PublicAccessCidrs": ["10.0.0.0/8"]}},
            {"ResourcesVpcConfig": {}},
            ["the control plane of R can be reached from 0.0.0.0/0 too"],
        ),
        (
            "AWS::Lambda::Function",
            {"Role": {"Ref": "One"}, "VpcConfig": {"SubnetIds": ["s"]}},
            {"Role": {"Ref": "Two"}, "VpcConfig": {}},
            [
                (
                    "R left its VPC: its calls go over the internet, past security groups and flow "
                    "logs"
                ),
                "R runs with another role: ${Two} instead of ${One}",
            ],
        ),
    ],
)
def test_what_is_more_open_is_said(kind: str, old: Json, new: Json, expected: list[str]) -> None:
    """One sentence tells who gets in, and how it was."""
    beside = {"One": {"Type": "AWS::IAM::Role"}, "Two": {"Type": "AWS::IAM::Role"}}
    assert of_one(kind, old, new, beside=beside, **PARAMETER) == expected


def test_headers_of_a_preflight_go_by_its_path() -> None:
    """A mock's answer to OPTIONS names the origins of a REST API."""

    def preflight(origin: str) -> Json:
        headers = {"method.response.header.Access-Control-Allow-Origin": f"'{origin}'"}
        answer = {"StatusCode": "204", "ResponseParameters": headers}
        mock = {"Type": "MOCK", "IntegrationResponses": [answer]}
        return method(HttpMethod="OPTIONS", Integration=mock)

    told = of_one(METHOD, preflight("https://a.example"), preflight("*"), beside=API)
    assert told == [
        (
            "OPTIONS /items answers pages of any origin (*) instead of https://a.example: every "
            "web page may read its answers"
        )
    ]


# -- network --------------------------------------------------------------------------------------


def inbound(*rules: Json) -> Json:
    """A security group that lets in."""
    return {"SecurityGroupIngress": [*rules]}


def tcp(port: int, last: int | None = None, **peer: Json) -> Json:
    """A rule on TCP."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": last or port, **peer}


WORLD: Json = {"CidrIp": "0.0.0.0/0"}
INSIDE: Json = {"CidrIp": "10.0.0.0/16"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (inbound(), inbound(tcp(22, **WORLD)), ["R lets in everyone (0.0.0.0/0) on tcp 22"]),
        (
            inbound(tcp(443, **INSIDE)),
            inbound(tcp(443, CidrIp="10.0.0.0/8")),
            ["R lets in 10.0.0.0/8 on tcp 443"],
        ),
        (
            inbound(tcp(443, **INSIDE)),
            inbound(tcp(400, 500, **INSIDE)),
            ["R lets in 10.0.0.0/16 on tcp 400-500"],
        ),
        (
            inbound(tcp(443, **INSIDE)),
            inbound({"IpProtocol": "-1", **INSIDE}),
            ["R lets in 10.0.0.0/16 on every port"],
        ),
        (
            inbound(),
            inbound({"IpProtocol": "17", "CidrIpv6": "::/0"}),
            ["R lets in everyone (::/0) on every udp port"],
        ),
        (inbound(), inbound({"IpProtocol": "icmp", **INSIDE}), ["R lets in 10.0.0.0/16 on icmp"]),
        (
            inbound(),
            inbound(tcp(1, SourcePrefixListId="pl-1"), tcp(2, SourceSecurityGroupId={"Ref": "G"})),
            ["R lets in members of G on tcp 2", "R lets in prefix list pl-1 on tcp 1"],
        ),
        (
            inbound(),
            inbound(tcp(22, CidrIp={"Ref": "P"})),
            [f"R lets in what only the deployment knows ({UNKNOWN}) on tcp 22"],
        ),
        (
            inbound(),
            {"SecurityGroupIngress": {"Ref": "P"}},
            [f"R lets in what only the deployment knows ({UNKNOWN}) on every port"],
        ),
        (
            inbound(),
            inbound(tcp(22, CidrIp={"Fn::If": ["C", "0.0.0.0/0", "10.0.0.0/8"]})),
            ["R lets in 10.0.0.0/8 on tcp 22", "R lets in everyone (0.0.0.0/0) on tcp 22"],
        ),
        (
            {"SecurityGroupEgress": [tcp(443, **INSIDE)]},
            {"SecurityGroupEgress": [tcp(443, **WORLD)]},
            ["R lets out to everyone (0.0.0.0/0) on tcp 443"],
        ),
        ({}, {"SecurityGroupEgress": [tcp(443, **WORLD)]}, []),
        (inbound(tcp(400, 500, **WORLD)), inbound(tcp(443, **INSIDE)), []),
        (
            inbound(tcp(443, CidrIp="0.0.0.0/0")),
            inbound(tcp(443, CidrIpv6="fd00::/8")),
            ["R lets in fd00::/8 on tcp 443"],
        ),
        (inbound(tcp(443, CidrIpv6="fd00::/8")), inbound(tcp(443, CidrIpv6="fd00::/16")), []),
        (None, inbound(tcp(443, **INSIDE)), []),
        (None, inbound(tcp(22, **WORLD)), ["R lets in everyone (0.0.0.0/0) on tcp 22"]),
        (inbound(tcp(22, **WORLD)), None, []),
    ],
)
def test_traffic_that_is_newly_let_through_is_said(
    old: Json, new: Json, expected: list[str]
) -> None:
    """A rule is new when no rule of before covers its peer, protocol and ports."""
    told = of_one(GROUP, old, new, beside={"G": {"Type": GROUP}}, **PARAMETER)
    assert told == expected


def test_a_rule_that_moved_out_of_its_group_is_the_same_rule() -> None:
    """Inline or as a resource of its own: the group lets in the same."""
    rule = tcp(443, **WORLD)
    old = of_resources({"G": {"Type": GROUP, "Properties": inbound(rule)}})
    apart = {"Type": "AWS::EC2::SecurityGroupIngress"}
    own = {**apart, "Properties": {**rule, "GroupId": {"Fn::GetAtt": ["G", "GroupId"]}}}
    new = of_resources({"G": {"Type": GROUP, "Properties": {}}, "R": own})
    assert said(old, new) == []
    assert said(of_resources({"G": {"Type": GROUP}}), new) == [
        "G lets in everyone (0.0.0.0/0) on tcp 443"
    ]


ENTRY = "AWS::EC2::NetworkAclEntry"
GATEWAYS: Json = {
    "Gateway": {"Type": "AWS::EC2::InternetGateway"},
    "Nat": {"Type": "AWS::EC2::NatGateway"},
    "Table": {"Type": "AWS::EC2::RouteTable"},
    "Vpc": {"Type": "AWS::EC2::VPC"},
}
TO_ALL = {"RouteTableId": {"Ref": "Table"}, "DestinationCidrBlock": "0.0.0.0/0"}


def entry(action: str, cidr: str = "0.0.0.0/0", **more: Json) -> Json:
    """An entry of a network ACL."""
    return {"RuleAction": action, "CidrBlock": cidr, "Protocol": 6, **more}


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        (
            ENTRY,
            entry("deny"),
            entry("allow", PortRange={"From": 22, "To": 22}),
            [
                "R keeps nothing out any more: it denied in everyone (0.0.0.0/0) on every tcp port",
                "R lets in everyone (0.0.0.0/0) on tcp 22",
            ],
        ),
        (ENTRY, entry("allow"), entry("allow", "10.0.0.0/8"), []),
        (ENTRY, None, entry("allow", Egress=True), []),
        (ENTRY, None, entry("allow"), ["R lets in everyone (0.0.0.0/0) on every tcp port"]),
        (
            "AWS::EC2::Route",
            {**TO_ALL, "NatGatewayId": {"Ref": "Nat"}},
            {**TO_ALL, "GatewayId": {"Ref": "Gateway"}},
            ["Table routes 0.0.0.0/0 to the internet gateway Gateway"],
        ),
        (
            "AWS::EC2::Route",
            None,
            {**TO_ALL, "VpcPeeringConnectionId": "pcx-1"},
            ["Table routes 0.0.0.0/0 to another VPC by pcx-1"],
        ),
        ("AWS::EC2::Route", None, {**TO_ALL, "GatewayId": "vgw-1"}, []),
        (
            "AWS::EC2::Route",
            {**TO_ALL, "GatewayId": "igw-1"},
            {**TO_ALL, "GatewayId": {"Fn::If": ["C", "igw-1", "igw-2"]}},
            ["Table routes 0.0.0.0/0 to the internet gateway igw-2"],
        ),
        ("AWS::EC2::Route", {**TO_ALL, "GatewayId": "igw-1"}, None, []),
        (
            "AWS::EC2::Route",
            None,
            {"GatewayId": "igw-1"},
            [" routes traffic to the internet gateway igw-1"],
        ),
        (
            "AWS::EC2::VPCGatewayAttachment",
            None,
            {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}},
            ["Vpc is attached to an internet gateway (Gateway)"],
        ),
        (
            "AWS::EC2::VPCGatewayAttachment",
            {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}},
            {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}, "Extra": 1},
            [],
        ),
        ("AWS::EC2::VPCGatewayAttachment", None, {"VpnGatewayId": "v"}, []),
        ("AWS::EC2::VPCGatewayAttachment", {"InternetGatewayId": "i"}, None, []),
    ],
)
def test_ways_into_a_network_are_said(kind: str, old: Json, new: Json, expected: list[str]) -> None:
    """Network ACLs, routes and gateways decide who reaches a subnet."""
    assert of_one(kind, old, new, beside=GATEWAYS) == expected


# -- policies -------------------------------------------------------------------------------------

QUEUE_POLICY = "AWS::SQS::QueuePolicy"
TLS_ONLY = {"Bool": {"aws:SecureTransport": "false"}}
STRANGER = {"AWS": "arn:aws:iam::123456789012:root"}


def policy(*statements: Json) -> Json:
    """A queue's policy."""
    return {"PolicyDocument": {"Statement": [*statements]}}


def allow(principal: Json, **more: Json) -> Json:
    """A statement that lets in."""
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "sqs:SendMessage",
        "Resource": "*",
        **more,
    }


def deny(**more: Json) -> Json:
    """A statement that keeps out."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": TLS_ONLY,
        **more,
    }


FROM_TOPIC = {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:1:t"}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (policy(), policy(allow("*")), ["R lets in everyone"]),
        (None, policy(allow({"AWS": ["*"]})), ["R lets in everyone"]),
        (policy(), policy(allow(STRANGER)), ["R lets in account 123456789012"]),
        (
            policy(),
            policy(allow({"AWS": "arn:aws:iam::123456789012:role/x"})),
            ["R lets in arn:aws:iam::123456789012:role/x of another account"],
        ),
        (policy(), policy(allow({"Federated": "f"})), ["R lets in users of f"]),
        (
            policy(),
            policy(allow({"AWS": {"Ref": "P"}})),
            ["R lets in whom only the deployment knows (${P})"],
        ),
        (
            policy(),
            policy(allow("*", Condition=FROM_TOPIC)),
            ["R lets in everyone under a condition on aws:SourceArn"],
        ),
        (
            policy(allow("*", Condition=FROM_TOPIC)),
            policy(allow("*")),
            ["R lets in everyone without the condition on aws:SourceArn"],
        ),
        (policy(), policy(allow({"Service": "sns.amazonaws.com"})), []),
        (policy(), policy(allow({"AWS": {"Ref": "AWS::AccountId"}})), []),
        (policy(allow("*")), policy(allow("*", Condition=FROM_TOPIC)), []),
        (policy(allow("*")), policy(), []),
        (policy(deny()), policy(), ["R lost its Deny of sqs:* where aws:SecureTransport is false"]),
        (
            policy(deny(Condition={})),
            policy(),
            ["R lost its Deny of sqs:*"],
        ),
        (
            policy(deny()),
            policy(deny(Action="sqs:SendMessage")),
            [
                (
                    "R changed its Deny of sqs:* where aws:SecureTransport is false: "
                    "it may deny less than it did"
                )
            ],
        ),
        (policy(deny(Action="sqs:SendMessage")), policy(deny()), []),
        (policy(deny()), policy(deny(Condition={})), []),
        (policy(deny()), policy(deny(Principal={"AWS": "*"}, Sid="Named")), []),
        (policy(deny(Principal=STRANGER)), policy(deny()), []),
        (
            policy({**deny(), "NotAction": "sqs:SendMessage"}),
            policy(deny()),
            [
                (
                    "R changed its Deny of all but sqs:SendMessage, sqs:* where "
                    "aws:SecureTransport is false: it may deny less than it did"
                )
            ],
        ),
        (
            policy(deny()),
            {"PolicyDocument": {"Ref": "P"}},
            [f"R has a policy, a part of which only the deployment knows: {UNKNOWN}"],
        ),
        ({"PolicyDocument": {"Ref": "P"}}, policy(), []),
        (
            policy(deny()),
            policy(deny(Condition={"Fn::If": ["C", TLS_ONLY, {"Ref": "P"}]})),
            ["R changed its Deny", "R lost its Deny"],
        ),
    ],
)
def test_policies_that_opened_are_said(old: Json, new: Json, expected: list[str]) -> None:
    """A principal that is everyone or of another account, a condition or a Deny that is gone."""
    told = of_one(QUEUE_POLICY, old, new, **PARAMETER)
    if len(expected) > 1:
        assert len(told) == 1
        assert told[0].startswith(tuple(expected))
    else:
        assert told == expected


@pytest.mark.parametrize(
    ("condition", "when"),
    [
        ({"Bool": {"aws:SecureTransport": False}}, "where aws:SecureTransport is false"),
        ({"NumericLessThan": {"s3:TlsVersion": 1.2}}, "where s3:TlsVersion is less than 1.2"),
        (
            {"StringNotEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
            "where aws:SourceAccount is not ${AWS::AccountId}",
        ),
        (
            {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}},
            "where aws:SourceIp is not in 10.0.0.0/8",
        ),
        ({"ArnLike": {"aws:SourceArn": "arn:*"}}, "where aws:SourceArn is like arn:*"),
        (
            {"StringEquals": {"aws:SourceVpc": ["a", "b"]}},
            "under a condition on aws:SourceVpc",
        ),
        (
            {"StringNotEqualsIfExists": {"aws:SourceVpc": "a"}},
            "under a condition on aws:SourceVpc",
        ),
        (
            {"ForAnyValue:StringEquals": {"aws:CalledVia": "a"}},
            "under a condition on aws:CalledVia",
        ),
        ({"Null": {"aws:SourceVpc": "true"}}, "under a condition on aws:SourceVpc"),
        (
            {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:SourceVpc": "a"}},
            "under a condition on aws:SecureTransport, aws:SourceVpc",
        ),
        (
            {"StringEquals": {"aws:SourceVpc": {"Fn::If": ["C", "a", "b"]}}},
            "under a condition on aws:SourceVpc",
        ),
    ],
)
def test_a_condition_of_one_line_is_told_in_words(condition: Json, when: str) -> None:
    """Of any other, its keys."""
    (message,) = of_one(QUEUE_POLICY, policy(deny(Condition=condition)), policy())
    assert message == f"R lost its Deny of sqs:* {when}"


PERMISSION = "AWS::Lambda::Permission"


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        (PERMISSION, None, {"Principal": "*"}, ["R lets in everyone"]),
        (
            PERMISSION,
            None,
            {"Principal": "*", "PrincipalOrgID": "o-1"},
            ["R lets in everyone under a condition on PrincipalOrgID"],
        ),
        (PERMISSION, None, {"Principal": "123456789012"}, ["R lets in account 123456789012"]),
        (PERMISSION, None, {"Principal": "s3.amazonaws.com"}, []),
        (PERMISSION, None, {"Principal": {"Ref": "AWS::AccountId"}}, []),
        (
            PERMISSION,
            {"Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::b"},
            {"Principal": "s3.amazonaws.com"},
            ["R lets in s3.amazonaws.com without the condition on SourceArn"],
        ),
        (
            "AWS::Lambda::LayerVersionPermission",
            {"Principal": "*", "OrganizationId": "o-1"},
            {"Principal": "*"},
            ["R lets in everyone without the condition on OrganizationId"],
        ),
        (
            "AWS::Logs::ResourcePolicy",
            {"PolicyDocument": "{}"},
            {"PolicyDocument": json.dumps({"Statement": allow("*")})},
            ["R lets in everyone"],
        ),
        (
            "AWS::DynamoDB::Table",
            {},
            {"ResourcePolicy": {"PolicyDocument": {"Statement": allow("*")}}},
            ["R lets in everyone"],
        ),
        (
            "AWS::KMS::Key",
            None,
            {"KeyPolicy": {"Statement": allow(STRANGER, Action="kms:*")}},
            [],
        ),
        (
            "AWS::KMS::Key",
            {},
            {"KeyPolicy": {"Statement": allow(STRANGER, Action="kms:Decrypt")}},
            ["R lets in account 123456789012"],
        ),
        (
            "AWS::IAM::Role",
            {},
            {"AssumeRolePolicyDocument": {"Statement": allow(STRANGER)}},
            ["R lets in account 123456789012"],
        ),
        (
            REST_API,
            {"Policy": {"Statement": [deny()]}},
            {},
            ["R lost its resource policy: it turns nobody away any more"],
        ),
        (
            REST_API,
            {"Policy": {"Statement": [deny()]}},
            {"Policy": {"Statement": [allow("*")]}},
            ["R lets in everyone", "R lost its Deny of sqs:* where aws:SecureTransport is false"],
        ),
        (
            REST_API,
            {"Policy": {"Statement": [deny()]}},
            {"BodyS3Location": {"Bucket": "b"}},
            [
                (
                    "R has a policy, a part of which only the deployment knows: the document is "
                    "not in the template"
                )
            ],
        ),
    ],
)
def test_policies_of_every_kind_are_read(
    kind: str, old: Json, new: Json, expected: list[str]
) -> None:
    """Permissions of functions, texts, keys, trust and the policies of APIs."""
    assert of_one(kind, old, new) == expected


# -- firewall -------------------------------------------------------------------------------------


def web_acl(*rules: Json, default: str = "Allow") -> Json:
    """A web ACL."""
    return {"DefaultAction": {default: {}}, "Rules": [*rules]}


def limited(limit: Json, **more: Json) -> Json:
    """A rule that blocks a caller above a number of requests."""
    return {
        "Name": "Rate",
        "Action": {"Block": {}},
        "Statement": {"RateBasedStatement": {"Limit": limit}},
        **more,
    }


MANAGED = {"Name": "Common", "OverrideAction": {"None": {}}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (web_acl(limited(9)), web_acl(), ["R lost its rule Rate (Block)"]),
        (
            web_acl(limited(9)),
            web_acl(limited(9, Action={"Count": {}})),
            ["R stops nothing by its rule Rate any more (Block, now Count)"],
        ),
        (
            web_acl(MANAGED),
            web_acl({**MANAGED, "OverrideAction": {"Count": {}}}),
            ["R stops nothing by its rule Common any more (None, now Count)"],
        ),
        (
            web_acl(limited(100)),
            web_acl(limited("2000")),
            ["R stops a caller by its rule Rate above 2000 requests instead of 100"],
        ),
        (
            web_acl(limited(100)),
            web_acl(limited({"Ref": "P"})),
            [
                (
                    "R stops a caller by its rule Rate above a number of requests that only the "
                    "deployment knows, instead of 100"
                )
            ],
        ),
        (
            web_acl(default="Block"),
            web_acl(),
            ["R lets through what no rule is about: it blocked it before"],
        ),
        (
            web_acl(limited(9)),
            {"Rules": {"Ref": "P"}},
            [
                (
                    "R has rules that only the deployment knows: whether they stop what they "
                    "stopped is not told"
                )
            ],
        ),
        ({"Rules": {"Ref": "P"}}, web_acl(limited(9)), []),
        ({"Rules": {"Ref": "P"}}, {"Rules": {"Ref": "P"}, "Name": "n"}, []),
        (web_acl(limited(2000)), web_acl(limited(100), MANAGED, default="Block"), []),
        (web_acl({"Name": "N", "Action": {"Count": {}}}, "garbage"), web_acl(), []),
        (None, web_acl(), []),
    ],
)
def test_a_firewall_that_stops_less_is_said(old: Json, new: Json, expected: list[str]) -> None:
    """A rule that is gone, only counts, or waits for more requests."""
    assert of_one("AWS::WAFv2::WebACL", old, new, **PARAMETER) == expected


def test_a_note_names_its_subject_and_place() -> None:
    """What renders a note finds the resource as it is, and the path in it."""
    old = of_resources({**API, "R": {"Type": METHOD, "Properties": method(**POOL)}})
    new = of_resources({**API, "R": {"Type": METHOD, "Properties": method()}})
    (note,) = notes(old, new)
    assert note.subject is Subject.EXPOSURE
    assert note.resource.logical_id == "R"
    assert note.place == "Properties.AuthorizationType"


def test_a_key_that_is_asked_for_no_more_is_told_of_its_own_place() -> None:
    """Who calls is still asked: the authorizer's place would mislead."""
    old = of_resources({**API, "R": {"Type": METHOD, "Properties": method(ApiKeyRequired=True)}})
    new = of_resources({**API, "R": {"Type": METHOD, "Properties": method()}})
    (note,) = notes(old, new)
    assert note.place == "Properties.ApiKeyRequired"


def test_a_setting_of_a_list_is_told_of_the_list() -> None:
    """What tells the elements stands in the sentence; no template has such a place."""
    old, new = (
        of_resources(
            {
                "R": {
                    "Type": "AWS::ApiGateway::Stage",
                    "Properties": {
                        "MethodSettings": [
                            {
                                "ResourcePath": "/*",
                                "HttpMethod": "*",
                                "ThrottlingRateLimit": calls,
                                "ThrottlingBurstLimit": 2 * calls,
                            }
                        ]
                    },
                }
            }
        )
        for calls in (10, 50)
    )
    found = notes(old, new)
    assert [note.message for note in found] == [
        "R (/*, *) takes 50 calls a second instead of 10",
        "R (/*, *) takes 100 calls at once instead of 20",
    ]
    assert {note.place for note in found} == {"Properties.MethodSettings"}
