"""API07: a private API has a resource policy that restricts it."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    Row,
    allow,
    assembly,
    case,
    document,
    either,
    exported,
    fails,
    passes,
    ref,
    resource,
    resources,
    sub,
    undecided,
)

RULE: Final = "API07"

OPEN: Final = "The policy lets everybody in, whichever VPC endpoint they come through."
NONE: Final = "The API is private and has no resource policy."
WHETHER: Final = "Whether a condition restricts who may call the API is known only at deploy time"
UNREAD: Final = "The resource policy is known only at deploy time"
REST: Final = "AWS::ApiGateway::RestApi"
SAM: Final = "AWS::Serverless::Api"
PRIVATE: Final[Json] = {"Types": ["PRIVATE"]}
PRINCIPAL: Final = "Policy.Statement[0].Principal"
LIST: Final = "Auth.ResourcePolicy"
ENDPOINT: Final = {"aws:SourceVpce": "vpce-1"}


def template(kind: str = REST, **properties: object) -> Json:
    """An API."""
    return resources(
        UNSET, Api=resource(kind, **properties), Endpoint={"Type": "AWS::EC2::VPCEndpoint"}
    )


def api(name: str, *rows: Row, **properties: object) -> Case:
    """A private API: passes unless rows are expected."""
    body = template(**{"EndpointConfiguration": PRIVATE, **properties})  # type: ignore[arg-type]
    return case(name, body, *(rows or passes("Api")))


def call(**more: object) -> Json:
    """A statement that lets everybody call the API."""
    return allow("execute-api:Invoke", ["execute-api:/*"], Principal="*", **more)


def policy(name: str, *statements: object, rows: tuple[Row, ...] = ()) -> Case:
    """A private API with a policy."""
    return api(name, *rows, Policy=document(*statements))


def unless(operator: str, lines: Json, **more: object) -> Json:
    """A Deny of all that comes from elsewhere."""
    return {**call(), "Effect": "Deny", "Condition": {operator: lines}, **more}


def tied(operator: str, key: str, value: object, *, holds: bool = True) -> Case:
    """Everybody let in under a condition of one line."""
    row = () if holds else (fails("Api", PRINCIPAL, OPEN),)
    return policy(f"by {key}: {value}", call(Condition={operator: {key: value}}), rows=row)


def sam(name: str, *rows: Row, **properties: object) -> Case:
    """A private API of SAM: passes unless rows are expected."""
    body = template(SAM, **{"EndpointConfiguration": "PRIVATE", **properties})
    return case(f"SAM: {name}", body, *(rows or passes("Api")))


def body_with(policy: object) -> Json:
    """An OpenAPI document with a policy."""
    return {"openapi": "3.0.1", "paths": {}, "x-amazon-apigateway-policy": policy}


def listed(name: str, *rows: Row, **lists: object) -> Case:
    """A private API of SAM with lists of who may call it."""
    return sam(name, *rows, Auth={"ResourcePolicy": lists})


CASES: Final = (
    # -- no policy
    api("no policy", fails("Api", "Policy", NONE, observed="absent")),
    api("no value as policy", fails("Api", "Policy", NONE), Policy=NO_VALUE),
    api("an empty policy", fails("Api", "Policy", NONE), Policy=document()),
    api(
        "a policy in one branch",
        fails("Api", "Policy", NONE),
        Policy=either(document(unless("StringNotEquals", ENDPOINT)), NO_VALUE),
    ),
    api(
        "private as a text",
        fails("Api", "Policy", NONE),
        EndpointConfiguration={"Types": "PRIVATE"},
    ),
    api(
        "private in one branch",
        fails("Api", "Policy", NONE),
        EndpointConfiguration={"Types": [either("PRIVATE", "REGIONAL")]},
    ),
    case(
        "private by an import's parameter",
        template(Parameters={"endpointConfigurationTypes": "PRIVATE"}),
        fails("Api", "Policy", NONE),
    ),
    # -- a policy that lets everybody in
    policy("everybody", call(), rows=(fails("Api", PRINCIPAL, OPEN, observed="*"),)),
    policy(
        "everybody of AWS",
        {**call(), "Principal": {"AWS": "*"}},
        rows=(fails("Api", f"{PRINCIPAL}.AWS", OPEN),),
    ),
    api(
        "a statement as an object",
        fails("Api", "Policy.Statement.Principal", OPEN),
        Policy={"Statement": call()},
    ),
    policy(
        "everybody under an empty condition",
        call(Condition={}),
        rows=(fails("Api", PRINCIPAL, OPEN),),
    ),
    tied("StringEquals", "aws:SourceVpce", "vpce-1"),
    tied("StringEquals", "aws:SourceVpce", ref("Endpoint")),
    tied("StringEquals", "aws:sourceVpc", ["vpc-1", "vpc-2"]),
    tied("ArnLike", "aws:SourceVpcArn", "arn:aws:ec2:*:123456789012:vpc/*"),
    tied("IpAddress", "aws:VpcSourceIp", "10.0.0.0/16"),
    tied("StringEquals", "aws:VpceAccount", "123456789012"),
    tied("StringEquals", "aws:VpceOrgID", "o-1"),
    tied("ForAnyValue:StringLike", "aws:VpceOrgPaths", "o-1/*"),
    tied("StringEquals", "aws:PrincipalOrgID", "o-1", holds=False),
    tied("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/*", holds=False),
    tied("StringEquals", "aws:PrincipalAccount", "123456789012", holds=False),
    tied("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/x", holds=False),
    tied("StringLike", "aws:SourceVpce", "*", holds=False),
    tied("StringLike", "aws:SourceVpce", "vpce-*", holds=False),
    tied("IpAddress", "aws:VpcSourceIp", "0.0.0.0/0", holds=False),
    tied("IpAddress", "aws:SourceIp", "192.0.2.0/24", holds=False),
    tied("StringEqualsIfExists", "aws:SourceVpc", "vpc-1", holds=False),
    tied("StringNotEquals", "aws:SourceVpc", "vpc-2", holds=False),
    tied("Bool", "aws:SecureTransport", "true", holds=False),
    policy(
        "by an endpoint in one branch",
        call(Condition={"StringEquals": {"aws:SourceVpce": either("vpce-1", NO_VALUE)}}),
        rows=(fails("Api", PRINCIPAL, OPEN),),
    ),
    # -- AWS's documented form
    policy(
        "as CDK has it", call(), unless("StringNotEquals", {"aws:SourceVpce": [ref("Endpoint")]})
    ),
    policy("the Deny first", unless("StringNotEquals", {"aws:SourceVpc": "vpc-1"}), call()),
    policy(
        "but for addresses", call(), unless("NotIpAddress", {"aws:VpcSourceIp": ["10.0.0.0/8"]})
    ),
    policy(
        "but for an organisation",
        call(),
        unless("StringNotEquals", {"aws:PrincipalOrgID": "o-1"}),
        rows=(fails("Api", PRINCIPAL, OPEN),),
    ),
    policy(
        "everybody but one",
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "*",
            "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:role/x"},
        },
        rows=(fails("Api", "Policy.Statement[0].NotPrincipal", OPEN),),
    ),
    policy(
        "everybody but one, through an endpoint",
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "*",
            "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:role/x"},
            "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        },
    ),
    policy(
        "but for any endpoint",
        call(),
        unless("StringNotLike", {"aws:SourceVpce": "vpce-*"}),
        rows=(fails("Api", PRINCIPAL, OPEN),),
    ),
    policy(
        "but for public addresses",
        call(),
        unless("NotIpAddress", {"aws:SourceIp": "192.0.2.0/24"}),
        rows=(fails("Api", PRINCIPAL, OPEN),),
    ),
    policy(
        "all from one endpoint kept out",
        call(),
        unless("StringEquals", ENDPOINT),
        rows=(fails("Api", PRINCIPAL, OPEN),),
    ),
    *(
        policy(
            f"every call, written as {resource_}",
            call(),
            unless("StringNotEquals", ENDPOINT, Resource=resource_),
        )
        for resource_ in (
            "*",
            "execute-api:/*/*/*",
            "execute-api:*/*",
            "arn:aws:execute-api:eu-west-1:123456789012:abc/*",
            sub("arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Unset}/*/*/*"),
        )
    ),
    *(
        policy(
            f"some calls, written as {resource_}",
            call(),
            unless("StringNotEquals", ENDPOINT, Resource=resource_),
            rows=(fails("Api", PRINCIPAL, OPEN),),
        )
        for resource_ in ("execute-api:/prod/*", "execute-api:/*/GET/*", "execute-api:/", "x/*")
    ),
    policy(
        "some calls, all of them kept to an endpoint",
        {**call(), "Resource": "execute-api:/prod/GET/items"},
        unless("StringNotEquals", ENDPOINT, Resource="execute-api:/prod/*"),
    ),
    policy(
        "other calls kept to an endpoint",
        call(),
        unless("StringNotEquals", ENDPOINT, Action="execute-api:ManageConnections"),
        rows=(fails("Api", PRINCIPAL, OPEN),),
    ),
    policy(
        "the Deny in one branch",
        call(),
        either(unless("StringNotEquals", ENDPOINT), NO_VALUE),
        rows=(fails("Api", PRINCIPAL, OPEN),),
    ),
    policy(
        "both in one branch, and a role in the other",
        either(call(), {**call(), "Principal": {"AWS": ref("Endpoint")}}),
        either(unless("StringNotEquals", ENDPOINT), NO_VALUE),
    ),
    # -- whom a policy names
    policy("a role", {**call(), "Principal": {"AWS": "arn:aws:iam::123456789012:role/x"}}),
    policy("one's own account", {**call(), "Principal": {"AWS": ref("AWS::AccountId")}}),
    policy("a service", {**call(), "Principal": {"Service": "vpc-lattice.amazonaws.com"}}),
    policy("a Deny alone", unless("StringNotEquals", ENDPOINT)),
    # -- what only the deployment knows
    api(
        "a policy to come",
        undecided("Api", "Policy", f"{UNREAD}: parameter Unset"),
        Policy=ref("Unset"),
    ),
    policy(
        "a principal to come",
        {**call(), "Principal": {"AWS": ref("Unset")}},
        rows=(undecided("Api", f"{PRINCIPAL}.AWS", "Who may call the API is known only"),),
    ),
    policy(
        "a condition to come",
        call(Condition=ref("Unset")),
        rows=(undecided("Api", PRINCIPAL, f"{WHETHER}: parameter Unset"),),
    ),
    policy(
        "an endpoint to come", call(Condition={"StringEquals": {"aws:SourceVpce": ref("Unset")}})
    ),
    policy(
        "a pattern to come",
        call(Condition={"StringLike": {"aws:SourceVpce": ref("Unset")}}),
        rows=(undecided("Api", PRINCIPAL, WHETHER),),
    ),
    api(
        "perhaps private, without a policy",
        undecided(
            "Api", "EndpointConfiguration.Types[0]", "Whether the API is private is known only"
        ),
        EndpointConfiguration={"Types": [ref("Unset")]},
    ),
    api(
        "perhaps private, all of it, without a policy",
        undecided("Api", "EndpointConfiguration", "Whether the API is private is known only"),
        EndpointConfiguration=ref("Unset"),
    ),
    api(
        "perhaps private, with two open statements",
        undecided(
            "Api", "EndpointConfiguration.Types[0]", "Whether the API is private is known only"
        ),
        EndpointConfiguration={"Types": [ref("Unset")]},
        Policy=document(call(), call(Sid="again")),
    ),
    api(
        "perhaps private, with a policy",
        EndpointConfiguration={"Types": [ref("Unset")]},
        Policy=document(call(), unless("StringNotEquals", ENDPOINT)),
    ),
    api(
        "private for sure and by parameter",
        fails("Api", "Policy", NONE),
        EndpointConfiguration={"Types": [ref("Unset"), "PRIVATE"]},
    ),
    # -- a policy in the API's document
    api(
        "a policy in the body", Body=body_with(document(call(Condition={"StringEquals": ENDPOINT})))
    ),
    api(
        "an open policy in the body",
        fails("Api", "Body.x-amazon-apigateway-policy.Statement[0].Principal", OPEN),
        Body=body_with(document(call())),
    ),
    api("a body without a policy", fails("Api", "Policy", NONE), Body={"openapi": "3.0.1"}),
    api(
        "a body, and a policy beside it",
        Body=body_with(document(call())),
        Policy=document(call(Condition={"StringEquals": ENDPOINT})),
    ),
    api(
        "a body in a bucket",
        undecided("Api", "BodyS3Location", f"{UNREAD}: the document is not in"),
        BodyS3Location={"Bucket": "b", "Key": "k"},
    ),
    api(
        "a body in a bucket, and a policy",
        BodyS3Location={"Bucket": "b", "Key": "k"},
        Policy=document(call(Condition={"StringEquals": ENDPOINT})),
    ),
    assembly(
        "an endpoint of another stack",
        {
            "Network": resources(
                {"Outputs": {"Endpoint": exported("Endpoint", ref("Endpoint"))}},
                Endpoint={"Type": "AWS::EC2::VPCEndpoint"},
            ),
            "Stack": template(
                EndpointConfiguration=PRIVATE,
                Policy=document(
                    call(),
                    unless("StringNotEquals", {"aws:SourceVpce": {"Fn::ImportValue": "Endpoint"}}),
                ),
            ),
        },
        *passes("Api"),
    ),
    # -- SAM
    sam("no policy", fails("Api", LIST, NONE)),
    sam(
        "private in an object", fails("Api", LIST, NONE), EndpointConfiguration={"Type": "PRIVATE"}
    ),
    sam("a policy of its own", Policy=document(call(Condition={"StringEquals": ENDPOINT}))),
    sam("an open policy of its own", fails("Api", PRINCIPAL, OPEN), Policy=document(call())),
    sam(
        "a policy in the definition",
        DefinitionBody=body_with(document(call(Condition={"StringEquals": ENDPOINT}))),
    ),
    sam(
        "an open policy in the definition",
        fails("Api", "DefinitionBody.x-amazon-apigateway-policy.Statement[0].Principal", OPEN),
        DefinitionBody=body_with(document(call())),
    ),
    sam(
        "a definition in a bucket",
        undecided("Api", "DefinitionUri", UNREAD),
        DefinitionUri="s3://b/k",
    ),
    *(
        listed(f"who alone may come in: {name}", **{name: [value]})
        for name, value in (
            ("SourceVpcWhitelist", "vpc-1"),
            ("IntrinsicVpcWhitelist", ref("Unset")),
            ("IntrinsicVpceWhitelist", ref("Endpoint")),
            ("AwsAccountWhitelist", "123456789012"),
        )
    ),
    *(
        listed(
            f"who may not come in: {name}",
            fails("Api", f"{LIST}.{name}.Principal", OPEN),
            **{name: ["x"]},
        )
        for name in (
            "IntrinsicVpcBlacklist",
            "IntrinsicVpceBlacklist",
            "IpRangeBlacklist",
            "SourceVpcBlacklist",
        )
    ),
    listed(
        "public addresses",
        fails("Api", f"{LIST}.IpRangeWhitelist.Principal", OPEN),
        IpRangeWhitelist=["192.0.2.0/24"],
    ),
    listed(
        "public addresses of an endpoint",
        IpRangeWhitelist=["192.0.2.0/24"],
        SourceVpcWhitelist=["vpce-1"],
    ),
    listed("statements", CustomStatements=[call(), unless("StringNotEquals", ENDPOINT)]),
    listed(
        "an open statement",
        fails("Api", f"{LIST}.CustomStatements[0].Principal", OPEN),
        CustomStatements=[call()],
    ),
    listed("an empty list", fails("Api", LIST, NONE), SourceVpcWhitelist=[]),
    listed("accounts kept out", fails("Api", LIST, NONE), AwsAccountBlacklist=["123456789012"]),
    sam(
        "lists to come",
        undecided("Api", LIST, f"{UNREAD}: parameter Unset"),
        Auth={"ResourcePolicy": ref("Unset")},
    ),
    case(
        "SAM: what all APIs share",
        {
            **template(SAM),
            "Globals": {
                "Api": {
                    "EndpointConfiguration": "PRIVATE",
                    "Auth": {"ResourcePolicy": {"SourceVpcWhitelist": ["vpc-1"]}},
                }
            },
        },
        *passes("Api"),
    ),
    # -- what is not judged
    case("no endpoint configuration", template()),
    case(
        "a regional API",
        template(EndpointConfiguration={"Types": ["REGIONAL"]}, Policy=document(call())),
    ),
    case("an edge API", template(EndpointConfiguration={"Types": ["EDGE"]})),
    case("a regional API of SAM", template(SAM, EndpointConfiguration="REGIONAL")),
    case(
        "an HTTP API",
        resources(Api=resource("AWS::ApiGatewayV2::Api", EndpointConfiguration=PRIVATE)),
    ),
)
