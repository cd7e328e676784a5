"""API12: a cache never hands one caller's answer to another, and is encrypted."""

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
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "API12"
CACHING: Final = "MethodSettings[0].CachingEnabled"
ENCRYPTED: Final = "MethodSettings[0].CacheDataEncrypted"
MIXED: Final = "does not hold who calls: one caller gets another's answer."
PLAIN: Final = "Answers are cached without encryption."
HEADER: Final = "method.request.header.Authorization"
QUERY: Final = "method.request.querystring.page"
OK: Final = passes("Stage")
NO_CACHE: Final[tuple[Row, ...]] = ()


def on(path: str = "/*", verb: str = "*", **more: object) -> Json:
    """Settings that cache, encrypted."""
    settings = {"CachingEnabled": True, "CacheDataEncrypted": True, **more}
    return {"ResourcePath": path, "HttpMethod": verb, **settings}


def off(path: str, verb: str) -> Json:
    """Settings that do not cache."""
    return {"ResourcePath": path, "HttpMethod": verb, "CachingEnabled": False}


def method(*keys: object, kind: object = "AWS_IAM", verb: object = "GET", **more: object) -> Json:
    """A method, and the parameters by which its answers are cached."""
    return resource(
        "AWS::ApiGateway::Method",
        **{
            "RestApiId": ref("Api"),
            "ResourceId": ref("Item"),
            "HttpMethod": verb,
            "AuthorizationType": kind,
            "Integration": {"Type": "AWS_PROXY", "CacheKeyParameters": list(keys)},
            **more,
        },
    )


def template(methods: Json, *settings: object, cluster: object = True) -> Json:
    """A stage with settings, and an API with `/items/{id}` and methods."""
    return resources(
        UNSET,
        Api=resource("AWS::ApiGateway::RestApi"),
        Items=resource(
            "AWS::ApiGateway::Resource",
            RestApiId=ref("Api"),
            ParentId=get("Api", "RootResourceId"),
            PathPart="items",
        ),
        Item=resource(
            "AWS::ApiGateway::Resource",
            RestApiId=ref("Api"),
            ParentId=ref("Items"),
            PathPart="{id}",
        ),
        Stage=resource(
            "AWS::ApiGateway::Stage",
            RestApiId=ref("Api"),
            StageName="prod",
            CacheClusterEnabled=cluster,
            MethodSettings=list(settings),
        ),
        Token=resource(
            "AWS::ApiGateway::Authorizer",
            Type="TOKEN",
            IdentitySource="method.request.header.X-Token",
        ),
        Two=resource(
            "AWS::ApiGateway::Authorizer",
            Type="REQUEST",
            IdentitySource=f"{HEADER}, {QUERY}, context.identity.sourceIp",
        ),
        Context=resource(
            "AWS::ApiGateway::Authorizer",
            Type="REQUEST",
            IdentitySource="context.identity.sourceIp",
        ),
        Silent=resource("AWS::ApiGateway::Authorizer", Type="COGNITO_USER_POOLS"),
        **methods,
    )


def cached(name: str, body: Json, *rows: Row) -> Case:
    """A method of a stage that caches all of them."""
    return case(name, template({"Method": body}, on()), *rows)


def custom(name: str, authorizer: object, *keys: object, rows: tuple[Row, ...] = OK) -> Case:
    """A method whose callers an authorizer knows."""
    return cached(name, method(*keys, kind="CUSTOM", AuthorizerId=authorizer), *rows)


def settings(name: str, *blocks: object, rows: tuple[Row, ...], cluster: object = True) -> Case:
    """A stage with these settings, whose one method mixes its callers up."""
    return case(name, template({"Method": method()}, *blocks, cluster=cluster), *rows)


def wrong(phrase: str = MIXED, index: int = 0) -> Row:
    """A row that says whose callers are mixed up."""
    return fails("Stage", f"MethodSettings[{index}].CachingEnabled", phrase)


def unclear(phrase: str = "Whether the cache tells") -> Row:
    """A row that says what is not known."""
    return undecided("Stage", CACHING, phrase)


def plain(name: str, value: object, *rows: Row) -> Case:
    """A stage whose cache is encrypted, or is not."""
    return case(name, template({}, on(CacheDataEncrypted=value)), *rows)


def body(
    *security: str, keys: object = NO_VALUE, verb: str = "get", more: Json | None = None
) -> Json:
    """A stage that caches, and an API given as a document."""
    integration = {"x-amazon-apigateway-integration": {"cacheKeyParameters": keys}}
    authorizer = "x-amazon-apigateway-authorizer"
    token = {"type": "token", "identitySource": "method.request.header.X-Token"}
    schemes = {
        "sigv4": {"name": "Authorization", "x-amazon-apigateway-authtype": "awsSigv4"},
        "token": {"type": "apiKey", "name": "Ignored", authorizer: token},
        "named": {"type": "apiKey", "name": "X-Named", authorizer: {"type": "token"}},
        "nameless": {"type": "oauth2", authorizer: {"type": "cognito_user_pools"}},
        "key": {"type": "apiKey", "name": "x-api-key"},
        "unset": ref("Unset"),
    }
    operation = {**integration, "security": [{name: []} for name in security], **(more or {})}
    document = {
        "components": {"securitySchemes": schemes},
        "paths": {"/items": {verb: operation}},
    }
    return resources(
        UNSET,
        Api=resource("AWS::ApiGateway::RestApi", Body=document),
        Stage=resource(
            "AWS::ApiGateway::Stage",
            RestApiId=ref("Api"),
            CacheClusterEnabled=True,
            MethodSettings=[on()],
        ),
    )


def sam(
    name: str, *rows: Row, auth: object = NO_VALUE, event: object = NO_VALUE, **more: object
) -> Case:
    """An API of SAM's that caches, and a function that it calls."""
    properties = {"RestApiId": ref("Stage"), "Path": "/a", "Method": "get", "Auth": event, **more}
    template = resources(
        {**UNSET, "Globals": {"Api": {"CacheClusterEnabled": True}}},
        Stage=resource("AWS::Serverless::Api", Auth=auth, MethodSettings=[on()]),
        Function=resource(
            "AWS::Serverless::Function",
            Events={"Get": {"Type": "Api", "Properties": properties}},
        ),
    )
    return case(name, template, *rows)


POOL: Final = {"DefaultAuthorizer": "Pool"}

CASES: Final = (
    # -- who calls
    cached("signed requests", method(), wrong("The cache key of Method does not hold who calls")),
    cached("signed requests in the key", method(HEADER), *OK),
    cached("the header in small letters", method(HEADER.lower()), *OK),
    cached("something else in the key", method(QUERY), wrong()),
    cached("something else besides", method(QUERY, HEADER), *OK),
    cached("another header", method("method.request.header.Accept"), wrong()),
    cached("a method that asks nobody", method(kind="NONE"), *OK),
    cached("a method that says nothing", method(kind=NO_VALUE), *OK),
    cached("a method that asks in one branch", method(kind=either("NONE", "AWS_IAM")), wrong()),
    cached("a method that may ask", method(kind=ref("Unset")), unclear("callers of Method")),
    cached("a method that may ask, with its key", method(HEADER, kind=ref("Unset")), *OK),
    cached(
        "a preflight", method(kind="AWS_IAM", verb="OPTIONS", Integration={"Type": "MOCK"}), *OK
    ),
    cached("a key in one branch", method(either(HEADER, QUERY)), *OK),
    cached(
        "keys in one branch",
        method(Integration={"CacheKeyParameters": either([HEADER], NO_VALUE)}),
        wrong(),
    ),
    cached(
        "an integration in one branch",
        method(Integration=either({"CacheKeyParameters": [HEADER]}, {})),
        wrong(),
    ),
    cached("no integration", method(Integration=NO_VALUE), wrong()),
    cached("a key in a parameter", method(ref("Unset")), unclear("its cache key is not wholly")),
    cached("a key that is no text", method(7), wrong()),
    # -- what the authorizer reads
    custom("a token's header", ref("Token"), "method.request.header.X-Token"),
    custom("a token's header in capitals", ref("Token"), "method.request.header.X-TOKEN"),
    custom("another header than the token's", ref("Token"), HEADER, rows=(wrong(),)),
    custom("no key for a token", ref("Token"), rows=(wrong(),)),
    custom("all that is read", ref("Two"), HEADER, QUERY),
    custom("a part of what is read", ref("Two"), HEADER, rows=(wrong(),)),
    custom("another part of what is read", ref("Two"), QUERY, rows=(wrong(),)),
    custom("a source that is no parameter", ref("Context"), HEADER),
    custom("a source that is no parameter, without a key", ref("Context"), rows=(wrong(),)),
    custom("a source that is not named", ref("Silent"), HEADER),
    custom("a source that is not named, without a key", ref("Silent"), QUERY, rows=(wrong(),)),
    custom("an authorizer from outside", "abc", HEADER),
    custom("an authorizer from outside, and another key", "abc", QUERY, rows=(unclear(),)),
    custom("an authorizer from outside, without a key", "abc", rows=(wrong(),)),
    cached("a user pool", method(kind="COGNITO_USER_POOLS", AuthorizerId=ref("Silent")), wrong()),
    cached(
        "an authorizer that is not asked",
        method(HEADER, kind="AWS_IAM", AuthorizerId=ref("Token")),
        *OK,
    ),
    # -- several methods
    case(
        "the methods that are mixed up",
        template(
            {"A": method(), "B": method(HEADER), "C": method(QUERY), "D": method(kind="NONE")}, on()
        ),
        wrong("The cache key of A, C does not hold"),
    ),
    case(
        "as many methods as are named",
        template({name: method() for name in "ABCDE"}, on()),
        wrong("The cache key of A, B, C, D, E does not hold"),
    ),
    case(
        "more methods than are named",
        template({name: method() for name in "ABCDEFG"}, on()),
        wrong("The cache key of A, B, C, D, E and 2 more does not hold"),
    ),
    case("another API's method", template({"Method": method(RestApiId="abc")}, on()), *OK),
    # -- which methods are cached
    cached("a write", method(verb="POST"), *OK),
    cached("any method", method(verb="ANY"), wrong()),
    cached("a method not told", method(verb=ref("Unset")), wrong()),
    cached("a method in small letters", method(verb="get"), wrong()),
    settings("a write that is cached", on("/items/{id}", "GET"), rows=(wrong(),)),
    case(
        "a write whose settings cache it",
        template({"Method": method(verb="POST")}, on("/~1items~1{id}", "POST")),
        wrong(),
    ),
    case(
        "a write on a path that is cached",
        template({"Method": method(verb="POST")}, on("/items/{id}", "*")),
        wrong(),
    ),
    settings("another path", on("/~1items", "GET"), rows=OK),
    settings("its method on every path", on("/*", "GET"), rows=(wrong(),)),
    settings("its path before its method", on("/*", "GET"), off("/~1items~1{id}", "GET"), rows=OK),
    settings("another method", on("/~1items~1{id}", "PUT"), rows=OK),
    settings("the path as API Gateway writes it", on("/~1items~1{id}", "GET"), rows=(wrong(),)),
    settings("its path is not cached", on(), off("/~1items~1{id}", "GET"), rows=OK),
    settings("its path is not cached, for all methods", on(), off("/~1items~1{id}", "*"), rows=OK),
    settings("another path is not cached", on(), off("/~1items", "GET"), rows=(wrong(),)),
    settings(
        "its path is cached again",
        on(),
        off("/~1items~1{id}", "*"),
        on("/~1items~1{id}", "GET"),
        rows=(wrong(index=2),),
    ),
    settings(
        "its method decides, not its path",
        on("/~1items~1{id}", "*"),
        off("/~1items~1{id}", "GET"),
        rows=OK,
    ),
    settings(
        "settings of its path that say nothing of caching",
        on(),
        {"ResourcePath": "/~1items~1{id}", "HttpMethod": "GET", "LoggingLevel": "INFO"},
        rows=(wrong(),),
    ),
    case(
        "a method at the root",
        template(
            {"Method": method(ResourceId=get("Api", "RootResourceId"))}, on(), off("/", "GET")
        ),
        *OK,
    ),
    case(
        "a method at the root, as API Gateway writes it",
        template(
            {"Method": method(ResourceId=get("Api", "RootResourceId"))}, on(), off("/~1", "GET")
        ),
        *OK,
    ),
    *(
        case(
            f"a path not told: {name}",
            template({"Method": method(ResourceId=place)}, on(), off("/~1items~1{id}", "GET")),
            wrong(),
        )
        for name, place in (
            ("from outside", "abc"),
            ("no resource", ref("Token")),
            ("one of two", either(ref("Item"), ref("Items"))),
        )
    ),
    # -- whether anything is cached
    settings("no cluster", on(), rows=NO_CACHE, cluster=False),
    settings("no cluster, as text", on(), rows=NO_CACHE, cluster="false"),
    settings("no cluster at all", on(), rows=NO_CACHE, cluster=NO_VALUE),
    settings("a cluster, as text", on(CachingEnabled="true"), rows=(wrong(),), cluster="true"),
    settings("a cluster that caches nothing", off("/*", "*"), rows=NO_CACHE),
    settings(
        "a cluster of which nothing is said",
        {"ResourcePath": "/*", "HttpMethod": "*"},
        rows=NO_CACHE,
    ),
    settings("answers that are not kept", on(CacheTtlInSeconds=0), rows=NO_CACHE),
    settings("answers that are kept", on(CacheTtlInSeconds=1), rows=(wrong(),)),
    settings(
        "answers that are kept in one branch", on(CacheTtlInSeconds=either(0, 60)), rows=(wrong(),)
    ),
    settings("caching in one branch", on(CachingEnabled=either(True, False)), rows=(wrong(),)),  # noqa: FBT003 - the branches
    settings(
        "a cluster in the other branch",
        on(CachingEnabled=either(True, False)),  # noqa: FBT003 - the branches
        rows=NO_CACHE,
        cluster=either(False, True),  # noqa: FBT003 - the branches
    ),
    settings(
        "a cluster in a parameter",
        on(),
        rows=(unclear("Whether answers are cached is known only at deploy time: parameter Unset"),),
        cluster=ref("Unset"),
    ),
    settings(
        "a cluster elsewhere",
        on(),
        rows=(unclear("Whether answers are cached"),),
        cluster=ref("Api"),
    ),
    settings(
        "caching in a parameter",
        on(CachingEnabled=ref("Unset")),
        rows=(unclear("Whether answers are cached is known only at deploy time: parameter Unset"),),
    ),
    settings(
        "settings in a parameter",
        ref("Unset"),
        rows=(
            undecided(
                "Stage", "MethodSettings[0].CacheDataEncrypted", "Whether the cache is encrypted"
            ),
            unclear("Whether answers are cached"),
        ),
    ),
    # -- encryption
    plain("encrypted", True, *OK),  # noqa: FBT003 - the value
    plain("encrypted, as text", "true", *OK),
    plain("not encrypted", False, fails("Stage", ENCRYPTED, PLAIN, None, "false")),  # noqa: FBT003 - the value
    plain("nothing said of encryption", NO_VALUE, fails("Stage", ENCRYPTED, PLAIN, None, "absent")),
    plain("encrypted in one branch", either(True, NO_VALUE), fails("Stage", ENCRYPTED, PLAIN)),  # noqa: FBT003 - the value
    plain(
        "encryption in a parameter",
        ref("Unset"),
        undecided("Stage", ENCRYPTED, "Unset has no default"),
    ),
    plain(
        "encryption elsewhere",
        ref("Api"),
        undecided("Stage", ENCRYPTED, "Whether the cache is encrypted"),
    ),
    case(
        "neither encrypted nor told apart",
        template({"Method": method()}, on(CacheDataEncrypted=False)),
        fails("Stage", ENCRYPTED, PLAIN),
        wrong(),
    ),
    case(
        "one path that is not encrypted",
        template({}, on(), on("/~1items", "GET", CacheDataEncrypted=NO_VALUE)),
        fails("Stage", "MethodSettings[1].CacheDataEncrypted", PLAIN),
    ),
    case(
        "one path that takes the encryption away",
        template(
            {}, on(), {"ResourcePath": "/~1items", "HttpMethod": "GET", "CacheDataEncrypted": False}
        ),
        fails("Stage", "MethodSettings[1].CacheDataEncrypted", PLAIN),
    ),
    case(
        "a path that says nothing of caching or encryption",
        template({}, on(), {"ResourcePath": "/~1items", "HttpMethod": "GET"}),
        *OK,
    ),
    case(
        "a path that is not cached, nor encrypted",
        template({}, on(), {**off("/~1items", "GET"), "CacheDataEncrypted": False}),
        *OK,
    ),
    case(
        "encryption without caching beside a path that is cached",
        template(
            {},
            on("/~1items", "GET"),
            {"ResourcePath": "/*", "HttpMethod": "*", "CacheDataEncrypted": False},
        ),
        *OK,
    ),
    case(
        "caching in a parameter, not encrypted",
        template({}, on(CachingEnabled=ref("Unset"), CacheDataEncrypted=False)),
        undecided("Stage", ENCRYPTED, "Whether answers are cached"),
    ),
    # -- other kinds of stages
    case(
        "a deployment's stage",
        resources(
            Api=resource("AWS::ApiGateway::RestApi"),
            Method=method(),
            Stage=resource(
                "AWS::ApiGateway::Deployment",
                RestApiId=ref("Api"),
                StageName="prod",
                StageDescription={"CacheClusterEnabled": True, "CachingEnabled": True},
            ),
        ),
        fails("Stage", "StageDescription.CacheDataEncrypted", PLAIN),
        fails("Stage", "StageDescription.CachingEnabled", MIXED),
    ),
    case(
        "a deployment without a stage",
        resources(
            Stage=resource(
                "AWS::ApiGateway::Deployment",
                StageDescription={"CacheClusterEnabled": True, "CachingEnabled": True},
            ),
        ),
    ),
    case(
        "a deployment that is no stage's",
        resources(
            Stage=resource(
                "AWS::ApiGateway::Deployment", StageName="prod", CacheClusterEnabled=True
            ),
        ),
    ),
    case(
        "an API from outside",
        resources(
            Stage=resource(
                "AWS::ApiGateway::Stage",
                RestApiId={"Fn::ImportValue": "Api"},
                CacheClusterEnabled=True,
                MethodSettings=[on()],
            )
        ),
        unclear(
            "Whether the cache tells callers apart is known only at deploy time: the API is not"
        ),
    ),
    *(
        case(
            f"an API that {name} holds",
            resources(
                Holder={"Type": kind},
                Stage=resource(
                    "AWS::ApiGateway::Stage",
                    RestApiId=value,
                    CacheClusterEnabled=True,
                    MethodSettings=[on()],
                ),
            ),
            unclear("the API is not in the template"),
        )
        for name, kind, value in (
            ("a nested stack", "AWS::CloudFormation::Stack", get("Holder", "Outputs.Api")),
            ("an HTTP API", "AWS::ApiGatewayV2::Api", ref("Holder")),
        )
    ),
    case(
        "a method of an API from outside",
        resources(
            Method=method(RestApiId="abc"),
            Stage=resource(
                "AWS::ApiGateway::Stage",
                RestApiId="abc",
                CacheClusterEnabled=True,
                MethodSettings=[on()],
            ),
        ),
        wrong(),
    ),
    assembly(
        "methods of another stack",
        {
            "Api": resources(
                {"Outputs": {"A": exported("Api", ref("Api"))}},
                Api=resource("AWS::ApiGateway::RestApi"),
                Stage=resource(
                    "AWS::ApiGateway::Stage",
                    RestApiId=ref("Api"),
                    CacheClusterEnabled=True,
                    MethodSettings=[on()],
                ),
            ),
            "Methods": resources(Method=method(RestApiId={"Fn::ImportValue": "Api"})),
        },
        wrong(),
    ),
    # -- an API given as a document
    case("a document's operation", body("sigv4"), wrong("The cache key of GET /items does not")),
    case("a document's operation with its key", body("sigv4", keys=[HEADER]), *OK),
    case("a document's write", body("sigv4", verb="post"), *OK),
    case(
        "a document's preflight",
        body("sigv4", verb="options", more={"x-amazon-apigateway-integration": {"type": "mock"}}),
        *OK,
    ),
    case(
        "an operation for any method",
        body("sigv4", verb="x-amazon-apigateway-any-method"),
        wrong("ANY /items"),
    ),
    case("an operation with a key alone", body("key"), *OK),
    case("an operation that asks nobody", body(), *OK),
    case("an operation that may ask", body("unset"), unclear("callers of GET /items")),
    case(
        "an operation that is signed itself",
        body(more={"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}),
        wrong(),
    ),
    case("an operation's token", body("token", keys=["method.request.header.X-Token"]), *OK),
    case("another header than the operation's token", body("token", keys=[HEADER]), wrong()),
    case(
        "the header that a scheme names", body("named", keys=["method.request.header.X-Named"]), *OK
    ),
    case("another header than a scheme names", body("named", keys=[HEADER]), wrong()),
    case("a scheme that names no header", body("nameless", keys=[HEADER]), *OK),
    case("an operation's key besides", body("sigv4", "key", keys=[HEADER]), *OK),
    case(
        "a document in a bucket",
        resources(
            Api=resource("AWS::ApiGateway::RestApi", BodyS3Location={"Bucket": "b"}),
            Stage=resource(
                "AWS::ApiGateway::Stage",
                RestApiId=ref("Api"),
                CacheClusterEnabled=True,
                MethodSettings=[on()],
            ),
        ),
        unclear("the document is not in the template"),
    ),
    # -- SAM
    sam("an event of SAM's", wrong("The cache key of Function.Get does not"), auth=POOL),
    sam("an event with its own authorizer", wrong(), event={"Authorizer": "Pool"}),
    sam("an event that asks nobody", *OK, auth=POOL, event={"Authorizer": "NONE"}),
    sam("an event without any authorizer", *OK),
    sam(
        "an event that may ask",
        unclear("callers of Function.Get"),
        event={"Authorizer": ref("Unset")},
    ),
    sam(
        "a default that may ask",
        unclear("callers of Function.Get"),
        auth={"DefaultAuthorizer": ref("Unset")},
    ),
    sam("an event's write", *OK, auth=POOL, Method="post"),
    case(
        "an event whose path is not cached",
        resources(
            Stage=resource(
                "AWS::Serverless::Api",
                Auth=POOL,
                CacheClusterEnabled=True,
                MethodSettings=[on(), off("/~1a", "GET")],
            ),
            Function=resource(
                "AWS::Serverless::Function",
                Events={
                    "Get": {
                        "Type": "Api",
                        "Properties": {"RestApiId": ref("Stage"), "Path": "/a", "Method": "get"},
                    }
                },
            ),
        ),
        *OK,
    ),
    sam("an event's preflight", *OK, auth=POOL, Method="options"),
    sam("an event for any method", wrong(), auth=POOL, Method="any"),
    sam("an event with its key", *OK, auth=POOL, RequestParameters=[{HEADER: {"Caching": True}}]),
    sam(
        "an event with a parameter that is no key",
        wrong(),
        auth=POOL,
        RequestParameters=[HEADER, {HEADER: {"Required": True}}],
    ),
    sam(
        "an event with another key",
        unclear(),
        auth=POOL,
        RequestParameters=[{QUERY: {"Caching": True}}],
    ),
    sam(
        "an event with a key in a parameter", unclear(), auth=POOL, RequestParameters=[ref("Unset")]
    ),
    case(
        "a document of SAM's under a default",
        resources(
            Stage=resource(
                "AWS::Serverless::Api",
                Auth=POOL,
                CacheClusterEnabled=True,
                MethodSettings=[on()],
                DefinitionBody={"paths": {"/a": {"get": {}}}},
            )
        ),
        wrong("The cache key of GET /a does not hold"),
    ),
    case("no stage", resources(Api=resource("AWS::ApiGateway::RestApi"))),
)
