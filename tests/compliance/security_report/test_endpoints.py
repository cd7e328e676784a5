"""Every way in from outside, and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.compliance.security_report import portraits
from tests.compliance.security_report.portraits import arn, of, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.security_report.model import Endpoint, Portrait

Json = dict[str, Any]
UNSET: Json = {"Parameters": {"P": {"Type": "String"}}}
URI = {"Fn::Sub": "arn:aws:apigateway:eu-west-1:lambda:path/x/functions/${Fn.Arn}/invocations"}
FUNCTION = resource("AWS::Lambda::Function")


def rest(method: Json, **others: Json) -> Portrait:
    """A REST API with one method, `GET /items`."""
    properties = {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Ref": "Items"},
        "HttpMethod": "GET",
        **method,
    }
    return of(
        sections=UNSET,
        **{
            "Api": resource("AWS::ApiGateway::RestApi"),
            "Items": resource(
                "AWS::ApiGateway::Resource",
                ParentId={"Fn::GetAtt": ["Api", "RootResourceId"]},
                PathPart="items",
                RestApiId={"Ref": "Api"},
            ),
            "Method": resource("AWS::ApiGateway::Method", **properties),
            "Fn": FUNCTION,
            **others,
        },
    )


def only(found: Portrait) -> Endpoint:
    """The one endpoint."""
    (endpoint,) = found.endpoints
    return endpoint


# -- the project's own assembly, and the seed -----------------------------------------------------


def test_the_projects_methods_ask_for_a_signature_and_a_key(
    assemblies: Callable[[str], Path],
) -> None:
    """And preflights, which browsers call without credentials, are told apart."""
    found = portraits.of_folder(assemblies("dev")).endpoints
    assert [(each.method, each.path, each.open, each.preflight) for each in found] == [
        ("GET", "/items", False, False),
        ("OPTIONS", "/items", True, True),
        ("POST", "/items", False, False),
        ("DELETE", "/items/{id}", False, False),
        ("GET", "/items/{id}", False, False),
        ("OPTIONS", "/items/{id}", True, True),
        ("PUT", "/items/{id}", False, False),
    ]
    create = found[2]
    assert create.asks == ("IAM (SigV4)", "API key")
    assert create.validates == ("body against ItemModel",)
    assert create.limits == "100/s, burst 200; with a key 100/s, burst 200, 10,000 a day"
    assert create.calls == "ServerlessStack/DataProcessingFunction"
    assert create.place.construct_path == "ApiStack/ServerlessApi/Default/items/POST/Resource"
    assert found[1].limits == "100/s, burst 200"


def test_the_seeds_methods_ask_nobody(seed: Path) -> None:
    """All five answer whoever finds them."""
    found = [each for each in portraits.of_folder(seed).endpoints if not each.preflight]
    assert {(each.method, each.path, each.asks, each.open) for each in found} == {
        ("DELETE", "/items/{id}", (), True),
        ("GET", "/items", (), True),
        ("GET", "/items/{id}", (), True),
        ("POST", "/items", (), True),
        ("PUT", "/items/{id}", (), True),
    }
    assert ("body against ItemModel", "parameters id") in {each.validates for each in found}


# -- REST APIs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "asks", "is_open"),
    [
        ({}, (), True),
        ({"AuthorizationType": "NONE"}, (), True),
        ({"AuthorizationType": "NONE", "ApiKeyRequired": True}, ("API key",), True),
        ({"AuthorizationType": "AWS_IAM"}, ("IAM (SigV4)",), False),
        ({"AuthorizationType": {"Ref": "P"}}, ("known only at deploy time",), None),
        ({"AuthorizationType": {"an": "object"}}, (), True),
        (
            {"AuthorizationType": {"Fn::If": ["C", "AWS_IAM", "NONE"]}},
            ("IAM (SigV4)",),
            True,
        ),
        ({"AuthorizationType": "CUSTOM"}, ("Lambda authorizer",), False),
        (
            {"AuthorizationType": "CUSTOM", "AuthorizerId": "abc"},
            ("Lambda authorizer abc",),
            False,
        ),
    ],
)
def test_a_method_asks_what_its_authorization_says(
    method: Json,
    asks: tuple[str, ...],
    is_open: bool | None,  # noqa: FBT001 - a parameter of the test
) -> None:
    """An API key says nothing of who calls; one open branch makes it open."""
    endpoint = only(rest(method))
    assert (endpoint.path, endpoint.asks, endpoint.open) == ("/items", asks, is_open)


def test_a_user_pool_is_told_with_its_scopes() -> None:
    """By the pool's name, not the authorizer's."""
    endpoint = only(
        rest(
            {
                "AuthorizationType": "COGNITO_USER_POOLS",
                "AuthorizerId": {"Ref": "Authorizer"},
                "AuthorizationScopes": ["items/write", "items/read"],
            },
            Pool=resource("AWS::Cognito::UserPool", "AuthStack/Users/Resource"),
            Authorizer=resource("AWS::ApiGateway::Authorizer", ProviderARNs=[arn("Pool")]),
        )
    )
    assert endpoint.asks == (
        "Cognito user pool AuthStack/Users with scope items/read or items/write",
    )


@pytest.mark.parametrize(
    ("policy", "asks", "is_open"),
    [
        ([{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}], (), True),
        (
            [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "execute-api:Invoke",
                    "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
                }
            ],
            ("resource policy",),
            None,
        ),
        (
            [
                {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"},
                {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke"},
            ],
            ("resource policy",),
            None,
        ),
    ],
)
def test_a_resource_policy_that_narrows_is_something_that_is_asked(
    policy: list[Json],
    asks: tuple[str, ...],
    is_open: bool | None,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Nobody claims then that anybody may call, nor that nobody may."""
    api = resource("AWS::ApiGateway::RestApi", Policy={"Statement": policy})
    endpoint = only(rest({}, Api=api))
    assert (endpoint.asks, endpoint.open) == (asks, is_open)


def test_firewall_privacy_and_a_methods_own_limit_are_told() -> None:
    """A limit of one method goes before its stage's, and the ACL of a stage is the API's."""
    endpoint = only(
        rest(
            {"AuthorizationType": "AWS_IAM", "Integration": {"Type": "AWS_PROXY", "Uri": URI}},
            Api=resource("AWS::ApiGateway::RestApi", EndpointConfiguration={"Types": ["PRIVATE"]}),
            Stage=resource(
                "AWS::ApiGateway::Stage",
                RestApiId={"Ref": "Api"},
                StageName="v1",
                MethodSettings=[
                    {"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 1000},
                    {
                        "HttpMethod": "GET",
                        "ResourcePath": "/~1items",
                        "ThrottlingRateLimit": 5,
                        "ThrottlingBurstLimit": {"Ref": "P"},
                    },
                ],
            ),
            Acl=resource("AWS::WAFv2::WebACL"),
            Association=resource(
                "AWS::WAFv2::WebACLAssociation",
                ResourceArn={
                    "Fn::Sub": "arn:aws:apigateway:eu-west-1::/restapis/${Api}/stages/${Stage}"
                },
                WebACLArn=arn("Acl"),
            ),
        )
    )
    assert endpoint.private
    assert endpoint.firewall == "Stack/Acl"
    assert endpoint.limits == "5/s, burst ${P}"
    assert endpoint.calls == "Stack/Fn"


def test_a_validator_that_has_nothing_to_check_against_checks_nothing() -> None:
    """A validator from elsewhere is named."""
    validator = resource(
        "AWS::ApiGateway::RequestValidator",
        ValidateRequestBody=True,
        ValidateRequestParameters=True,
    )
    assert (
        only(rest({"RequestValidatorId": {"Ref": "Validator"}}, Validator=validator)).validates
        == ()
    )
    assert only(rest({"RequestValidatorId": "abc"})).validates == ("by abc",)


def test_an_api_from_elsewhere_is_shown_as_it_is_written() -> None:
    """Path and API are what the template says of them."""
    endpoint = only(
        of(
            Method=resource(
                "AWS::ApiGateway::Method", RestApiId="abc", ResourceId="def", HttpMethod="get"
            )
        )
    )
    assert (endpoint.api, endpoint.method, endpoint.path) == ("abc", "GET", "def")


# -- documents and SAM ----------------------------------------------------------------------------


def test_operations_of_a_document_ask_by_their_schemes() -> None:
    """A key alone leaves it open; what only the deployment knows is unknown."""
    body = {
        "paths": {
            "/keyed": {"get": {"security": [{"key": []}]}},
            "/open": {"get": {"x-amazon-apigateway-integration": {"uri": URI}}},
            "/signed": {"get": {"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}},
            "/token": {"post": {"security": [{"pool": []}]}},
            "/somewhere": {"$ref": "#/elsewhere"},
        },
        "securityDefinitions": {
            "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
            "pool": {"x-amazon-apigateway-authorizer": {"type": "cognito_user_pools"}},
        },
    }
    found = of(Api=resource("AWS::ApiGateway::RestApi", Body=body), Fn=FUNCTION).endpoints
    assert [(each.path, each.asks, each.open, each.calls) for each in found] == [
        ("/keyed", ("API key",), True, ""),
        ("/open", (), True, "Stack/Fn"),
        ("/signed", ("IAM (SigV4)",), False, ""),
        ("/token", ("authorizer pool",), False, ""),
        (
            "?",
            ("known only at deploy time: it is a reference to another part of the document",),
            None,
            "",
        ),
    ]


def test_events_of_sams_functions_are_endpoints() -> None:
    """By the event's own authorizer, or the default of its API."""
    found = of(
        Api=resource(
            "AWS::Serverless::Api",
            StageName="v1",
            Auth={"DefaultAuthorizer": "Pool"},
            EndpointConfiguration={"Type": "PRIVATE"},
        ),
        Fn=resource(
            "AWS::Serverless::Function",
            Events={
                "Open": {
                    "Type": "Api",
                    "Properties": {
                        "RestApiId": {"Ref": "Api"},
                        "Path": "/open",
                        "Method": "get",
                        "Auth": {"Authorizer": "NONE", "ApiKeyRequired": True},
                    },
                },
                "Asked": {
                    "Type": "Api",
                    "Properties": {
                        "RestApiId": {"Ref": "Api"},
                        "Path": "/asked",
                        "Method": "post",
                    },
                },
                "Other": {"Type": "HttpApi", "Properties": {"Path": "/o", "Method": "any"}},
            },
        ),
    ).endpoints
    assert [
        (each.kind, each.api, each.path, each.asks, each.open, each.private) for each in found
    ] == [
        ("HTTP", "Stack/Fn/HttpApi", "/o", (), True, False),
        ("REST", "Stack/Api", "/asked", ("authorizer Pool",), False, True),
        ("REST", "Stack/Api", "/open", ("API key",), True, True),
    ]


# -- HTTP and WebSocket APIs ----------------------------------------------------------------------


def web(protocol: str, *routes: tuple[str, Json]) -> Portrait:
    """An API with these routes."""
    return of(
        **{
            "Api": resource("AWS::ApiGatewayV2::Api", ProtocolType=protocol),
            "Fn": FUNCTION,
            "Integration": resource(
                "AWS::ApiGatewayV2::Integration",
                ApiId={"Ref": "Api"},
                IntegrationUri=arn("Fn"),
            ),
            "Authorizer": resource(
                "AWS::ApiGatewayV2::Authorizer",
                ApiId={"Ref": "Api"},
                JwtConfiguration={"Issuer": "https://issuer.example"},
            ),
            "Stage": resource(
                "AWS::ApiGatewayV2::Stage",
                ApiId={"Ref": "Api"},
                StageName="v1",
                RouteSettings={"GET /items": {"ThrottlingRateLimit": 7}},
            ),
            **{
                f"Route{index}": resource(
                    "AWS::ApiGatewayV2::Route",
                    ApiId={"Ref": "Api"},
                    RouteKey=key,
                    Target={"Fn::Sub": "integrations/${Integration}"},
                    **properties,
                )
                for index, (key, properties) in enumerate(routes)
            },
        }
    )


def test_routes_of_an_http_api_ask_by_their_authorizer() -> None:
    """Each with its limit and the function that answers."""
    token = {"AuthorizationType": "JWT", "AuthorizerId": {"Ref": "Authorizer"}}
    found = web("HTTP", ("GET /items", token), ("$default", {})).endpoints
    assert [(each.method, each.path, each.asks, each.open, each.limits) for each in found] == [
        ("ANY", "$default", (), True, ""),
        ("GET", "/items", ("JWT of https://issuer.example",), False, "7/s"),
    ]
    assert {each.calls for each in found} == {"Stack/Fn"}


def test_what_a_function_answers_is_no_preflight() -> None:
    """A route for every OPTIONS is a way in like any other; one without a target is none."""
    bare = resource("AWS::ApiGatewayV2::Route", ApiId={"Ref": "Api"}, RouteKey="OPTIONS /a")
    api = resource("AWS::ApiGatewayV2::Api", ProtocolType="HTTP")
    found = (
        *web("HTTP", ("OPTIONS /{proxy+}", {})).endpoints,
        *of(Api=api, Route=bare).endpoints,
    )
    assert [(each.path, each.open, each.preflight) for each in found] == [
        ("/{proxy+}", True, False),
        ("/a", True, True),
    ]


@pytest.mark.parametrize(
    ("connect", "asks", "is_open"),
    [
        ({"AuthorizationType": "AWS_IAM"}, ("a connection that $connect let in",), False),
        ({}, (), True),
    ],
)
def test_messages_of_a_websocket_are_as_open_as_its_connect(
    connect: Json,
    asks: tuple[str, ...],
    is_open: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """It asks at `$connect` or never."""
    found = web("WEBSOCKET", ("$connect", connect), ("send", {})).endpoints
    (message,) = (each for each in found if each.method == "send")
    assert (message.kind, message.asks, message.open) == ("WebSocket", asks, is_open)


def test_an_api_that_makes_its_route_by_itself_has_one() -> None:
    """An override alone can guard it."""
    api = resource("AWS::ApiGatewayV2::Api", ProtocolType="HTTP", Target=arn("Fn"))
    endpoint = only(of(Api=api, Fn=FUNCTION))
    assert (endpoint.path, endpoint.open, endpoint.calls) == ("$default", True, "Stack/Fn")
    override = resource(
        "AWS::ApiGatewayV2::ApiGatewayManagedOverrides",
        ApiId={"Ref": "Api"},
        Route={"AuthorizationType": "AWS_IAM"},
    )
    guarded = only(of(Api=api, Fn=FUNCTION, Override=override))
    assert (guarded.asks, guarded.open) == (("IAM (SigV4)",), False)


# -- others ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "asks", "is_open"),
    [
        ("AWS_IAM", ("IAM (SigV4)",), False),
        ("NONE", (), True),
        ({"Ref": "P"}, ("known only at deploy time",), None),
    ],
)
def test_a_function_url_asks_for_a_signature_or_nothing(
    auth: object,
    asks: tuple[str, ...],
    is_open: bool | None,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Of CloudFormation's own type and of SAM's."""
    found = of(
        sections=UNSET,
        Url=resource("AWS::Lambda::Url", AuthType=auth, TargetFunctionArn=arn("Fn")),
        Fn=FUNCTION,
        Sam=resource("AWS::Serverless::Function", FunctionUrlConfig={"AuthType": auth}),
    ).endpoints
    assert [(each.kind, each.calls, each.asks, each.open) for each in found] == [
        ("function URL", "Stack/Sam", asks, is_open),
        ("function URL", "Stack/Fn", asks, is_open),
    ]


def test_graphql_apis_are_open_by_an_api_key() -> None:
    """It stands in every client; a private API is reached by VPC endpoints alone."""
    found = of(
        sections=UNSET,
        Keyed=resource("AWS::AppSync::GraphQLApi", AuthenticationType="API_KEY"),
        Mixed=resource(
            "AWS::AppSync::GraphQLApi",
            AuthenticationType="AWS_IAM",
            AdditionalAuthenticationProviders=[{"AuthenticationType": {"Ref": "P"}}],
            Visibility="PRIVATE",
        ),
        Events=resource(
            "AWS::AppSync::Api",
            EventConfig={"AuthProviders": [{"AuthType": "AMAZON_COGNITO_USER_POOLS"}, "odd"]},
        ),
    ).endpoints
    assert [(each.api, each.asks, each.open, each.private) for each in found] == [
        ("Stack/Keyed", ("API key",), True, False),
        ("Stack/Mixed", ("IAM (SigV4)", "known only at deploy time"), None, True),
        ("Stack/Events", ("Cognito user pool", "odd"), False, False),
    ]


def test_listeners_of_load_balancers_that_face_the_internet_are_endpoints() -> None:
    """Internal ones are not; one from elsewhere may be."""
    group = resource("AWS::ElasticLoadBalancingV2::TargetGroup")
    forward = {"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}
    found = of(
        Public=resource("AWS::ElasticLoadBalancingV2::LoadBalancer", Scheme="internet-facing"),
        Internal=resource("AWS::ElasticLoadBalancingV2::LoadBalancer", Scheme="internal"),
        Group=group,
        Plain=resource(
            "AWS::ElasticLoadBalancingV2::Listener",
            LoadBalancerArn={"Ref": "Public"},
            Port=443,
            Protocol="HTTPS",
            DefaultActions=[forward],
        ),
        SignIn=resource(
            "AWS::ElasticLoadBalancingV2::Listener",
            LoadBalancerArn={"Ref": "Public"},
            Port=8443,
            Protocol="HTTPS",
            DefaultActions=[{"Type": "authenticate-oidc"}, forward],
            MutualAuthentication={"Mode": "verify"},
        ),
        Inside=resource(
            "AWS::ElasticLoadBalancingV2::Listener", LoadBalancerArn={"Ref": "Internal"}, Port=80
        ),
        Elsewhere=resource(
            "AWS::ElasticLoadBalancingV2::Listener", LoadBalancerArn="arn:x", Port=80
        ),
        Classic=resource(
            "AWS::ElasticLoadBalancing::LoadBalancer",
            Listeners=[{"LoadBalancerPort": "80", "Protocol": "HTTP"}],
        ),
        ClassicInside=resource("AWS::ElasticLoadBalancing::LoadBalancer", Scheme="internal"),
    ).endpoints
    assert [(each.api, each.path, each.asks, each.open, each.calls) for each in found] == [
        ("Stack/Classic", ":80", (), True, ""),
        ("Stack/Public", ":443", (), True, "Stack/Group"),
        (
            "Stack/Public",
            ":8443",
            ("OpenID Connect sign-in", "client certificate"),
            False,
            "Stack/Group",
        ),
        ("arn:x", ":80", (), None, ""),
    ]


def test_each_behaviour_of_a_distribution_is_an_endpoint() -> None:
    """One that takes signed addresses alone is not open."""
    found = of(
        Site=resource(
            "AWS::CloudFront::Distribution",
            DistributionConfig={
                "Origins": [{"DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]}}],
                "DefaultCacheBehavior": {},
                "CacheBehaviors": [{"PathPattern": "/paid/*", "TrustedKeyGroups": ["k"]}],
                "WebACLId": "arn:acl",
            },
        ),
        Bucket=resource("AWS::S3::Bucket"),
    ).endpoints
    assert [(each.path, each.asks, each.open, each.firewall) for each in found] == [
        ("*", (), True, "arn:acl"),
        ("/paid/*", ("signed URL or cookie",), False, "arn:acl"),
    ]
    assert found[0].calls == "${Stack/Bucket.RegionalDomainName}"
