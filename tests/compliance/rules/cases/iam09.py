"""IAM09: a resource policy opens nothing to the world or to unknown accounts."""

from __future__ import annotations

from typing import Final

from compliance.config import Config, Iam
from compliance.findings import Severity
from compliance.iam.log_delivery import ACCOUNTS, SERVICES
from compliance.iam.statements import DOCUMENTS
from compliance.rules.branches import MAX_CONDITIONS
from compliance.rules.iam.iam09_closed_resources import TIES, ClosedResources
from tests.compliance.rules.case import (
    NO_VALUE,
    PARTITION,
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
    get,
    join,
    passes,
    ref,
    resource,
    resources,
    sub,
    trust,
    undecided,
)

RULE: Final = "IAM09"

PRINCIPAL: Final = "PolicyDocument.Statement[0].Principal"
OPEN: Final = "Everybody is let in: no condition ties the statement"
FOREIGN: Final = "Account 999988887777 is let in, which is not known to be one's own"
ANYBODYS: Final = (
    "is let in for anybody's resource: no aws:SourceArn or aws:SourceAccount says whose"
)
WHETHER: Final = "Whether a condition ties down who is let in is known only at deploy time"
ACCOUNT: Final = ref("AWS::AccountId")
ROOT: Final = join("arn:", PARTITION, ":iam::", ACCOUNT, ":root")
OTHER: Final = "arn:aws:iam::999988887777:root"
QUEUE: Final = get("Queue", "Arn")
TOPIC: Final = "arn:aws:sns:eu-west-1:111122223333:topic"
KEEP_OUT: Final[Json] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": QUEUE,
}
"""A Deny of everything, still without its condition."""


def template(*statements: object) -> Json:
    """A queue with a policy, and things to name in it."""
    return resources(
        UNSET,
        Policy=resource(
            "AWS::SQS::QueuePolicy", Queues=[ref("Queue")], PolicyDocument=document(*statements)
        ),
        Queue={"Type": "AWS::SQS::Queue"},
        Topic={"Type": "AWS::SNS::Topic"},
        Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust("lambda.amazonaws.com")),
        User={"Type": "AWS::IAM::User"},
    )


def send(principal: object, **more: object) -> Json:
    """A statement that lets a principal send to the queue."""
    return allow("sqs:SendMessage", QUEUE, Principal=principal, **more)


def queue(name: str, principal: object, *rows: Row, **more: object) -> Case:
    """A queue's policy of one statement: passes unless rows are expected."""
    return case(name, template(send(principal, **more)), *(rows or passes("Policy")))


def tied(
    name: str,
    operator: str,
    key: str,
    value: object,
    *,
    holds: bool = True,
    principal: object = "*",
) -> Case:
    """Everybody let in under a condition of one line, which ties the statement down or does not."""
    row = () if holds else (fails("Policy", PRINCIPAL, OPEN),)
    return queue(name, principal, *row, Condition={operator: {key: value}})


def untold(name: str, operator: str, key: str, value: object) -> Case:
    """Everybody let in under a condition that only the deployment knows."""
    row = undecided("Policy", PRINCIPAL, WHETHER)
    return queue(name, "*", row, Condition={operator: {key: value}})


def denied(name: str, *denials: Json, holds: bool = True, **more: object) -> Case:
    """Everybody let in, and a Deny beside it that keeps the rest out or does not."""
    row = passes("Policy") if holds else (fails("Policy", PRINCIPAL, OPEN),)
    return case(name, template(send("*", **more), *denials), *row)


def unless(operator: str, key: str, value: object, **more: object) -> Json:
    """A Deny of everything under a condition of one line."""
    return {**KEEP_OUT, "Condition": {operator: {key: value}}, **more}


def key_policy(name: str, *statements: Json, rows: tuple[Row, ...] = passes("Key")) -> Case:
    """A key with a policy."""
    body = resources(Key=resource("AWS::KMS::Key", KeyPolicy=document(*statements)))
    return case(name, body, *rows)


def bucket(
    name: str,
    principal: object,
    severity: Severity | None,
    phrase: str,
    /,
    named: object = ref("Bucket"),
    **properties: object,
) -> Case:
    """A bucket's policy that lets a principal in, and the bucket's settings."""
    body = resources(
        UNSET,
        Policy=resource(
            "AWS::S3::BucketPolicy",
            Bucket=named,
            PolicyDocument=document(allow("s3:GetObject", "*", Principal=principal)),
        ),
        Bucket=resource("AWS::S3::Bucket", **properties),
    )
    return case(name, body, fails("Policy", PRINCIPAL, phrase, severity))


ACCESS: Final = "Create.parameters.AccessPolicies"


def update_domain(principal: object) -> Json:
    """The call by which CDK lets a principal use a search domain."""
    return join(
        '{"action":"updateDomainConfig","service":"OpenSearch","parameters":{"DomainName":"',
        ref("Domain"),
        '","AccessPolicies":"{\\"Statement\\":[{\\"Action\\":\\"es:*\\",\\"Effect\\":\\"Allow\\",'
        '\\"Principal\\":{\\"AWS\\":\\"',
        principal,
        '\\"},\\"Resource\\":\\"*\\"}],\\"Version\\":\\"2012-10-17\\"}"}}',
    )


BLOCKED: Final = {"RestrictPublicBuckets": True}

OF_EACH_TYPE: Final = tuple(
    case(
        f"everybody in {kind}",
        resources(It=resource(kind, **{path: document(allow("*", "*", Principal="*"))})),
        fails("It", f"{path}.Statement[0].Principal", OPEN),
    )
    for kind in ClosedResources.resource_types
    for path, _ in DOCUMENTS[kind]
    if "{}" not in path
)

TIED: Final = {
    "aws:PrincipalArn": "arn:aws:iam::123456789012:role/app",
    "aws:SourceArn": TOPIC,
    "aws:SourceVpcArn": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1",
    "s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:123456789012:accesspoint/*",
    "aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/*",
    "aws:SourceOrgPaths": "o-a1b2c3d4e5/*",
    "aws:VpceOrgPaths": "o-a1b2c3d4e5/*",
    "aws:userid": "AROAEXAMPLE:*",
    "aws:PrincipalAccount": "123456789012",
    "aws:PrincipalOrgID": "o-a1b2c3d4e5",
    "aws:SourceAccount": "123456789012",
    "aws:SourceOrgID": "o-a1b2c3d4e5",
    "aws:SourceOwner": "123456789012",
    "aws:SourceVpc": "vpc-1",
    "aws:SourceVpce": "vpce-1",
    "aws:VpceAccount": "123456789012",
    "aws:VpceOrgID": "o-a1b2c3d4e5",
    "kms:CallerAccount": "123456789012",
    "s3:DataAccessPointAccount": "123456789012",
}
"""A value for each key that compares strings."""
assert {*(key.lower() for key in TIED), "aws:sourceip"} == set(TIES) - {
    "elasticfilesystem:accessedviamounttarget"
}

ELSEWHERE: Final[Json] = {
    **KEEP_OUT,
    "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
}
BY_REF: Final = sub("arn:aws:s3:::${Bucket}/*")
BY_PARTS: Final = join("arn:", PARTITION, ":s3:::", ref("Bucket"), "/*")
FOREIGN_ROW: Final = fails("Policy", f"{PRINCIPAL}.AWS", "Account 999999999999 is let in")

CASES: Final = (
    *OF_EACH_TYPE,
    # -- who is let in
    queue("everybody", "*", fails("Policy", PRINCIPAL, OPEN, observed="*")),
    queue("everybody of AWS", {"AWS": "*"}, fails("Policy", f"{PRINCIPAL}.AWS", OPEN)),
    queue(
        "everybody in a list", {"AWS": [ROOT, "*"]}, fails("Policy", f"{PRINCIPAL}.AWS[1]", OPEN)
    ),
    queue("everybody in one branch", either(ROOT, "*"), fails("Policy", PRINCIPAL, OPEN)),
    queue("every service", {"Service": "*"}, fails("Policy", f"{PRINCIPAL}.Service", OPEN)),
    queue(
        "every canonical user",
        {"CanonicalUser": "*"},
        fails("Policy", f"{PRINCIPAL}.CanonicalUser", OPEN),
    ),
    queue(
        "every account",
        {"AWS": "arn:aws:iam::*:root"},
        fails("Policy", f"{PRINCIPAL}.AWS", OPEN),
    ),
    queue(
        "an account with a wildcard",
        {"AWS": "arn:aws:iam::12345678901?:root"},
        fails("Policy", f"{PRINCIPAL}.AWS", OPEN),
    ),
    queue(
        "another account",
        {"AWS": OTHER},
        fails("Policy", f"{PRINCIPAL}.AWS", FOREIGN, observed=OTHER),
    ),
    queue(
        "another account's id",
        {"AWS": "999988887777"},
        fails("Policy", f"{PRINCIPAL}.AWS", FOREIGN),
    ),
    queue("an id as number", {"AWS": 999988887777}, fails("Policy", f"{PRINCIPAL}.AWS", FOREIGN)),
    queue(
        "another account's role",
        {"AWS": ["arn:aws:iam::999988887777:role/app"]},
        fails("Policy", f"{PRINCIPAL}.AWS[0]", FOREIGN),
    ),
    queue(
        "another account's role in this partition",
        {"AWS": join("arn:", PARTITION, ":iam::999988887777:role/app")},
        fails("Policy", f"{PRINCIPAL}.AWS", FOREIGN),
    ),
    queue(
        "another account's session",
        {"AWS": "arn:aws:sts::999988887777:assumed-role/app/x"},
        fails("Policy", f"{PRINCIPAL}.AWS", FOREIGN),
    ),
    queue("one's own account", {"AWS": ROOT}),
    queue("one's own account's id", {"AWS": ACCOUNT}),
    queue("one's own account by Sub", {"AWS": sub("arn:aws:iam::${AWS::AccountId}:root")}),
    queue("one's own role by name", {"AWS": sub("arn:aws:iam::${AWS::AccountId}:role/${Unset}")}),
    queue("a role of the template", {"AWS": get("Role", "Arn")}),
    queue("a user of the template", {"AWS": [get("User", "Arn")]}),
    queue("a unique id", {"AWS": "AROAEXAMPLE"}),
    queue("an import", {"AWS": {"Fn::ImportValue": "Reader"}}),
    queue(
        "an account by import", {"AWS": join("arn:aws:iam::", {"Fn::ImportValue": "X"}, ":root")}
    ),
    queue("an origin access identity", {"CanonicalUser": get("Queue", "S3CanonicalUserId")}),
    queue(
        "an origin access identity's ARN",
        {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"},
    ),
    queue("a federated user", {"Federated": "cognito-identity.amazonaws.com"}),
    queue("nobody", {"AWS": []}),
    queue(
        "two of whom one is known",
        {"AWS": [ACCOUNT, OTHER], "Service": "sns.amazonaws.com"},
        fails("Policy", f"{PRINCIPAL}.AWS[1]", FOREIGN),
        fails("Policy", f"{PRINCIPAL}.Service", ANYBODYS, Severity.LOW),
    ),
    case(
        "a known account",
        template(send({"AWS": OTHER})),
        *passes("Policy"),
        config=Config(iam=Iam(known_accounts=("999988887777",))),
    ),
    case(
        "an account that is not the known one",
        template(send({"AWS": OTHER})),
        fails("Policy", f"{PRINCIPAL}.AWS", FOREIGN),
        config=Config(iam=Iam(known_accounts=("999988887778",))),
    ),
    assembly(
        "the stack's own account, written out",
        {"Stack": template(send({"AWS": ["arn:aws:iam::123456789012:root", "123456789012"]}))},
        *passes("Policy"),
    ),
    assembly(
        "another account than the stack's",
        {"Stack": template(send({"AWS": [ROOT, OTHER]}))},
        fails("Policy", f"{PRINCIPAL}.AWS[1]", FOREIGN),
    ),
    assembly(
        "a role of another stack",
        {
            "Producer": resources(
                {"Outputs": {"Role": exported("Role", get("Role", "Arn"))}},
                Role={"Type": "AWS::IAM::Role"},
            ),
            "Queue": template(send({"AWS": {"Fn::ImportValue": "Role"}})),
        },
        *passes("Policy"),
    ),
    # -- whom only the deployment knows
    queue(
        "a parameter", ref("Unset"), undecided("Policy", PRINCIPAL, "Who is let in is known only")
    ),
    queue(
        "a parameter's ARN",
        {"AWS": [ref("Unset")]},
        undecided("Policy", f"{PRINCIPAL}.AWS[0]", "parameter Unset has no default"),
    ),
    queue(
        "a parameter's account",
        {"AWS": sub("arn:aws:iam::${Unset}:root")},
        undecided("Policy", f"{PRINCIPAL}.AWS", "Who is let in is known only at deploy time"),
    ),
    queue(
        "a parameter and more",
        {"AWS": sub("${Unset}/x")},
        undecided("Policy", f"{PRINCIPAL}.AWS", "Who is let in is known only at deploy time"),
    ),
    queue(
        "a parameter under a condition",
        {"AWS": ref("Unset")},
        Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    ),
    case(
        "a policy by parameter",
        resources(UNSET, Policy=resource("AWS::SQS::QueuePolicy", PolicyDocument=ref("Unset"))),
        undecided("Policy", "PolicyDocument", "The policy is known only at deploy time: parameter"),
    ),
    # -- a service
    queue(
        "a service",
        {"Service": "sns.amazonaws.com"},
        fails("Policy", f"{PRINCIPAL}.Service", f"sns.amazonaws.com {ANYBODYS}", Severity.LOW),
    ),
    queue(
        "a service for one topic",
        {"Service": "sns.amazonaws.com"},
        Condition={"ArnEquals": {"aws:SourceArn": ref("Topic")}},
    ),
    queue(
        "a service for one account",
        {"Service": "s3.amazonaws.com"},
        Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    ),
    queue(
        "a service for every topic",
        {"Service": "sns.amazonaws.com"},
        fails("Policy", f"{PRINCIPAL}.Service", ANYBODYS, Severity.LOW),
        Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}},
    ),
    queue(
        "a service with another condition",
        {"Service": "delivery.logs.amazonaws.com"},
        fails("Policy", f"{PRINCIPAL}.Service", ANYBODYS, Severity.LOW),
        Condition={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    ),
    queue(
        "a service under a condition by parameter",
        {"Service": "sns.amazonaws.com"},
        Row(
            "Policy",
            undecided("Policy", "", "").outcome,
            f"Properties.{PRINCIPAL}.Service",
            Severity.LOW,
            "For whom sns.amazonaws.com is let in is known only at deploy time: parameter Unset",
        ),
        Condition=ref("Unset"),
    ),
    key_policy(
        "the logs service for one's own log groups",
        allow(
            "kms:Decrypt",
            "*",
            Principal={"Service": sub("logs.${AWS::Region}.amazonaws.com")},
            Condition={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": sub(
                        "arn:aws:logs:eu-west-1:${AWS::AccountId}:log-group:*"
                    )
                }
            },
        ),
    ),
    key_policy(
        "everybody for an encryption context",
        allow(
            "kms:Decrypt",
            "*",
            Principal="*",
            Condition={"StringEquals": {"kms:EncryptionContext:tenant": "a"}},
        ),
        rows=(fails("Key", "KeyPolicy.Statement[0].Principal", OPEN),),
    ),
    # -- conditions: each key
    *(tied(f"by {key}", "StringLike", key, value) for key, value in TIED.items()),
    *(
        tied(f"by {key} of everybody", "StringLike", key, "*", holds=False)
        for key in (*TIED, "aws:SourceIp")
    ),
    tied("by a key in other letters", "StringEquals", "AWS:sourceaccount", "123456789012"),
    tied(
        "by a key's own variable",
        "StringEquals",
        "aws:PrincipalOrgID",
        "${aws:PrincipalOrgID}",
        holds=False,
    ),
    queue("everybody in white space", " * ", fails("Policy", PRINCIPAL, OPEN)),
    tied("by addresses", "IpAddress", "aws:SourceIp", ["192.0.2.0/24", "2001:db8::/32"]),
    tied("by an address", "IpAddress", "aws:SourceIp", "192.0.2.1"),
    tied("by a mount target", "Bool", "elasticfilesystem:AccessedViaMountTarget", "true"),
    tied(
        "by a mount target, as boolean", "Bool", "elasticfilesystem:AccessedViaMountTarget", [True]
    ),
    tied(
        "by no mount target",
        "Bool",
        "elasticfilesystem:AccessedViaMountTarget",
        "false",
        holds=False,
    ),
    tied("by TLS", "Bool", "aws:SecureTransport", "true", holds=False),
    tied("by a referer", "StringLike", "aws:Referer", "https://example.com/*", holds=False),
    tied("by a tag of the caller", "StringEquals", "aws:PrincipalTag/team", "a", holds=False),
    tied(
        "by the service it comes through",
        "StringEquals",
        "kms:ViaService",
        "s3.eu-west-1.amazonaws.com",
        holds=False,
    ),
    tied("by a region", "StringEquals", "aws:RequestedRegion", "eu-west-1", holds=False),
    # -- conditions: values
    tied("by one's own account", "StringEquals", "aws:SourceAccount", ACCOUNT),
    tied("by an account as number", "StringEquals", "aws:SourceAccount", 123456789012),
    tied("by one of two accounts", "StringEquals", "aws:SourceAccount", [ACCOUNT, "123456789012"]),
    tied("by one account or any", "StringLike", "aws:SourceAccount", [ACCOUNT, "*"], holds=False),
    tied("by part of an account", "StringLike", "aws:SourceAccount", "1234*", holds=False),
    tied(
        "by an account in one branch",
        "StringEquals",
        "aws:SourceAccount",
        either(ACCOUNT, NO_VALUE),
        holds=False,
    ),
    tied("by an account in each branch", "StringEquals", "aws:SourceAccount", either(ACCOUNT, "1")),
    tied("by no account", "StringEquals", "aws:SourceAccount", [], holds=False),
    tied("by an empty account", "StringEquals", "aws:SourceAccount", "", holds=False),
    tied("by question marks", "StringLike", "aws:SourceAccount", "????????????", holds=False),
    tied("by any organisation", "StringLike", "aws:PrincipalOrgID", "o-*", holds=False),
    tied(
        "by any organisation's path",
        "ForAnyValue:StringLike",
        "aws:PrincipalOrgPaths",
        "o-*/r-ab12/*",
        holds=False,
    ),
    tied("by any role's session", "StringLike", "aws:userid", "*:app", holds=False),
    tied("by any endpoint", "StringLike", "aws:SourceVpce", "vpce-*", holds=False),
    tied("by a topic of the template", "ArnEquals", "aws:SourceArn", ref("Topic")),
    tied("by what is below a topic", "ArnLike", "aws:SourceArn", join(ref("Topic"), ":*")),
    tied("by one account's topics", "ArnLike", "aws:SourceArn", "arn:aws:sns:*:111122223333:*"),
    tied("by one's own topics", "ArnLike", "aws:SourceArn", join("arn:aws:sns:*:", ACCOUNT, ":*")),
    tied("by one account's anything", "ArnLike", "aws:SourceArn", "arn:*:*:*:111122223333*"),
    tied("by one account's anything, loosely", "StringLike", "aws:SourceArn", "*:111122223333:*"),
    tied("by a role of any account", "StringLike", "aws:PrincipalArn", "*:role/admin", holds=False),
    tied(
        "by a role's name in any account",
        "ArnLike",
        "aws:PrincipalArn",
        "arn:aws:iam::*:role/admin",
        holds=False,
    ),
    tied(
        "by a topic's name in any account",
        "ArnLike",
        "aws:SourceArn",
        "arn:aws:sns:eu-west-1:*:topic",
        holds=False,
    ),
    tied(
        "by part of an account's id",
        "ArnLike",
        "aws:SourceArn",
        "arn:aws:sns:eu-west-1:1111*:topic",
        holds=False,
    ),
    tied("by all topics", "ArnLike", "aws:SourceArn", "arn:aws:sns:*", holds=False),
    tied("by all ARNs", "ArnLike", "aws:SourceArn", "arn:aws:*:*:*:*", holds=False),
    tied("by one bucket", "ArnLike", "aws:SourceArn", "arn:aws:s3:::items"),
    tied("by one bucket, as S3's guide has it", "ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:items"),
    tied("by every bucket", "ArnLike", "aws:SourceArn", "arn:aws:s3:::*", holds=False),
    tied("by every bucket and object", "ArnLike", "aws:SourceArn", "arn:aws:s3:::*/*", holds=False),
    tied(
        "by an API, which has no account",
        "ArnLike",
        "aws:SourceArn",
        "arn:aws:apigateway:eu-west-1::/restapis/a*",
    ),
    tied(
        "by every API, which has no account",
        "ArnLike",
        "aws:SourceArn",
        "arn:aws:apigateway:eu-west-1::*",
        holds=False,
    ),
    tied("by everyone's addresses", "IpAddress", "aws:SourceIp", "0.0.0.0/0", holds=False),
    tied(
        "by everyone's new addresses",
        "IpAddress",
        "aws:SourceIp",
        ["192.0.2.0/24", "::/0"],
        holds=False,
    ),
    tied(
        "by two halves of the world",
        "IpAddress",
        "aws:SourceIp",
        ["0.0.0.0/1", "128.0.0.0/1"],
        holds=False,
    ),
    tied("by one half of the world", "IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/2"]),
    tied(
        "by two halves of the new world",
        "IpAddress",
        "aws:SourceIp",
        ["::/1", "8000::/1"],
        holds=False,
    ),
    tied("by no address", "IpAddress", "aws:SourceIp", [], holds=False),
    tied("by what is no address", "IpAddress", "aws:SourceIp", "everywhere", holds=False),
    tied("by an address as text", "StringEquals", "aws:SourceIp", "192.0.2.1", holds=False),
    tied("by an address yet to come", "IpAddress", "aws:SourceIp", sub("${Unset}/32")),
    # -- conditions: operators
    tied("by StringEquals", "StringEquals", "aws:SourceVpc", "vpc-1"),
    tied("by StringEqualsIgnoreCase", "StringEqualsIgnoreCase", "aws:SourceVpc", "vpc-1"),
    tied("by ArnEquals", "ArnEquals", "aws:SourceArn", TOPIC),
    tied("by an operator in other letters", "stringequals", "aws:SourceVpc", "vpc-1"),
    tied("by one of many values", "ForAnyValue:StringEquals", "aws:SourceVpc", "vpc-1"),
    tied(
        "by all of the values, of which there may be none",
        "ForAllValues:StringEquals",
        "aws:SourceVpc",
        "vpc-1",
        holds=False,
    ),
    tied("if it exists", "StringEqualsIfExists", "aws:SourceVpc", "vpc-1", holds=False),
    tied("by what is not", "StringNotEquals", "aws:SourceVpc", "vpc-1", holds=False),
    tied(
        "by where it does not come from",
        "NotIpAddress",
        "aws:SourceIp",
        "192.0.2.0/24",
        holds=False,
    ),
    tied("by there being some", "Null", "aws:PrincipalOrgID", "false", holds=False),
    tied("by a number", "NumericEquals", "aws:SourceAccount", "123456789012", holds=False),
    queue(
        "by all of the values, of which there is one",
        "*",
        Condition={
            "ForAllValues:StringEquals": {"aws:SourceVpc": "vpc-1"},
            "Null": {"aws:sourcevpc": "false"},
        },
    ),
    queue(
        "by all of the values, when another is there",
        "*",
        fails("Policy", PRINCIPAL, OPEN),
        Condition={
            "ForAllValues:StringEquals": {"aws:SourceVpc": "vpc-1"},
            "Null": {"aws:SourceVpce": "false"},
        },
    ),
    queue(
        "by all of the values, when there is none",
        "*",
        fails("Policy", PRINCIPAL, OPEN),
        Condition={
            "StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"},
            "Null": {"aws:SourceVpc": "true"},
        },
    ),
    queue(
        "by one of two lines",
        "*",
        Condition={
            "Bool": {"aws:SecureTransport": "true"},
            "StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:SourceVpc": "vpc-1"},
        },
    ),
    queue(
        "by another line in each branch",
        "*",
        Condition=either(
            {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
            {"ArnEquals": {"aws:SourceArn": TOPIC}},
        ),
    ),
    queue(
        "by another key in each branch",
        "*",
        Condition={"StringEquals": either({"aws:SourceVpc": "v"}, {"aws:SourceVpce": "v"})},
    ),
    queue(
        "by an operator in one branch",
        "*",
        fails("Policy", PRINCIPAL, OPEN),
        Condition={"StringEquals": either({"aws:SourceVpc": "vpc-1"}, NO_VALUE)},
    ),
    queue(
        "by a condition in one branch",
        "*",
        fails("Policy", PRINCIPAL, OPEN),
        Condition=either({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, NO_VALUE),
    ),
    queue("by an empty condition", "*", fails("Policy", PRINCIPAL, OPEN), Condition={}),
    queue(
        "another account of one's organisation",
        {"AWS": OTHER},
        Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    ),
    # -- conditions that only the deployment knows
    tied("by an account to come", "StringEquals", "aws:SourceAccount", ref("Unset")),
    tied(
        "by an ARN of an account to come",
        "ArnLike",
        "aws:SourceArn",
        sub("arn:aws:sns:*:${Unset}:*"),
    ),
    untold("by a pattern to come", "ArnLike", "aws:SourceArn", ref("Unset")),
    untold("by a pattern's head to come", "StringLike", "aws:SourceArn", sub("${Unset}:*")),
    untold("by one of two patterns to come", "ArnLike", "aws:SourceArn", [TOPIC, ref("Unset")]),
    untold("by addresses to come", "IpAddress", "aws:SourceIp", ["192.0.2.0/24", ref("Unset")]),
    untold("by a whole network to come", "IpAddress", "aws:SourceIp", sub("${Unset}/0")),
    untold(
        "by a mount target to come",
        "Bool",
        "elasticfilesystem:AccessedViaMountTarget",
        ref("Unset"),
    ),
    tied(
        "by every bucket and one to come",
        "ArnLike",
        "aws:SourceArn",
        ["*", ref("Unset")],
        holds=False,
    ),
    tied(
        "by everyone's addresses and one to come",
        "IpAddress",
        "aws:SourceIp",
        ["::/0", ref("Unset")],
        holds=False,
    ),
    queue(
        "a condition by parameter",
        "*",
        undecided("Policy", PRINCIPAL, f"{WHETHER}: parameter Unset"),
        Condition=ref("Unset"),
    ),
    queue(
        "an operator's keys through an attribute",
        "*",
        undecided("Policy", PRINCIPAL, WHETHER),
        Condition={"StringEquals": get("Topic", "Value")},
    ),
    queue(
        "a line that ties, beside one not known",
        "*",
        Condition={
            "StringEquals": {"aws:SourceVpc": "vpc-1"},
            "StringLike": get("Topic", "Value"),
        },
    ),
    queue(
        "more ways than can be looked at",
        "*",
        undecided("Policy", PRINCIPAL, f"{WHETHER}: more alternatives"),
        Condition={
            "StringEquals": {
                f"aws:RequestTag/{number}": {"Fn::If": [f"C{number}", "a", "b"]}
                for number in range(7)
            }
        },
    ),
    queue(
        "more operators than can be looked at",
        "*",
        undecided("Policy", PRINCIPAL, f"{WHETHER}: more alternatives"),
        Condition={
            f"String{number}": {"Fn::If": [f"C{number}", {"a": "b"}, {}]} for number in range(7)
        },
    ),
    # -- a Deny beside it
    denied(
        "all actions but one that is not granted",
        {
            **{key: value for key, value in ELSEWHERE.items() if key != "Action"},
            "NotAction": ["sqs:ListQueues"],
        },
    ),
    *(
        denied(
            f"all actions but {name}",
            {
                **{key: value for key, value in ELSEWHERE.items() if key != "Action"},
                "NotAction": spared,
            },
            holds=False,
        )
        for name, spared in (
            ("the one that is granted", "sqs:Send*"),
            ("what only the deployment knows", ref("Unset")),
        )
    ),
    denied(
        "all actions but one, and a grant of several",
        {
            **{key: value for key, value in ELSEWHERE.items() if key != "Action"},
            "NotAction": "sqs:ListQueues",
        },
        holds=False,
        Action="sqs:S*",
    ),
    *(
        case(
            f"a bucket's objects by {name}",
            resources(
                Policy=resource(
                    "AWS::S3::BucketPolicy",
                    Bucket=ref("Bucket"),
                    PolicyDocument=document(
                        allow("s3:GetObject", granted, Principal="*"),
                        {
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:*",
                            "Resource": kept,
                            "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
                        },
                    ),
                ),
                Bucket=resource("AWS::S3::Bucket", **called),
                Other={"Type": "AWS::S3::Bucket"},
            ),
            row,
        )
        for name, granted, kept, called, row in (
            ("attribute and reference", sub("${Bucket.Arn}/*"), BY_REF, {}, passes("Policy")[0]),
            ("attribute and partition", sub("${Bucket.Arn}/*"), BY_PARTS, {}, passes("Policy")[0]),
            (
                "literal name and attribute",
                "arn:aws:s3:::items/*",
                sub("${Bucket.Arn}/*"),
                {"BucketName": "items"},
                passes("Policy")[0],
            ),
            (
                "another's reference",
                sub("${Bucket.Arn}/*"),
                sub("arn:aws:s3:::${Other}/*"),
                {},
                fails("Policy", PRINCIPAL, OPEN),
            ),
            (
                "another attribute",
                sub("${Bucket.Arn}/*"),
                sub("arn:aws:s3:::${Bucket.DomainName}/*"),
                {},
                fails("Policy", PRINCIPAL, OPEN),
            ),
        )
    ),
    *(
        denied(f"all but those of {operator} {key}", unless(operator, key, value))
        for operator, key, value in (
            ("StringNotEquals", "aws:SourceVpce", ["vpce-1"]),
            ("StringNotEquals", "aws:SourceVpc", "vpc-1"),
            ("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
            ("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
            ("StringNotEqualsIgnoreCase", "aws:SourceVpc", "vpc-1"),
            ("StringNotLike", "aws:userId", ["AROAEXAMPLE:*", "123456789012"]),
            ("ArnNotEquals", "aws:SourceArn", ref("Topic")),
            ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*"),
            ("NotIpAddress", "aws:SourceIp", ["192.0.2.0/24", "203.0.113.0/24"]),
            ("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/*"),
        )
    ),
    *(
        denied(f"a Deny that leaves out too much: {name}", denial, holds=False)
        for name, denial in {
            "what it asks for": unless("StringEquals", "aws:SourceVpce", "vpce-1"),
            "any endpoint": unless("StringNotLike", "aws:SourceVpce", "*"),
            "everyone's addresses": unless("NotIpAddress", "aws:SourceIp", "0.0.0.0/0"),
            "a value that may be missing": unless(
                "ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/*"
            ),
            "what has an endpoint": unless("Null", "aws:SourceVpce", "true"),
            "what is encrypted": unless("Bool", "aws:SecureTransport", "false"),
            "a region": unless("StringNotEquals", "aws:RequestedRegion", "eu-west-1"),
            "another line": {
                **KEEP_OUT,
                "Condition": {
                    "StringNotEquals": {"aws:SourceVpce": "vpce-1", "aws:RequestedRegion": "x"}
                },
            },
            "all that is not a service's": unless(
                "StringNotEquals", "aws:PrincipalIsAWSService", "false"
            ),
            "services": unless("Bool", "aws:PrincipalIsAWSService", "true"),
            "another action": unless(
                "StringNotEquals", "aws:SourceVpce", "v", Action="sqs:ReceiveMessage"
            ),
            "actions yet unknown": unless(
                "StringNotEquals", "aws:SourceVpce", "v", Action=ref("Unset")
            ),
            "all but the action": {
                **unless("StringNotEquals", "aws:SourceVpce", "v"),
                "Action": NO_VALUE,
                "NotAction": "sqs:SendMessage",
            },
            "another queue": unless(
                "StringNotEquals", "aws:SourceVpce", "v", Resource=get("Other", "Arn")
            ),
            "all but the queue": {
                **unless("StringNotEquals", "aws:SourceVpce", "v"),
                "Resource": NO_VALUE,
                "NotResource": QUEUE,
            },
            "a resource that is none": unless(
                "StringNotEquals", "aws:SourceVpce", "v", Resource=[{"a": "b"}]
            ),
            "other people": unless(
                "StringNotEquals", "aws:SourceVpce", "v", Principal={"AWS": ROOT}
            ),
            "nobody in particular": unless(
                "StringNotEquals", "aws:SourceVpce", "v", Principal=NO_VALUE, NotPrincipal="*"
            ),
            "one way": either(unless("StringNotEquals", "aws:SourceVpce", "v"), NO_VALUE),
        }.items()
    ),
    denied(
        "all but services, and those of a network",
        {
            **KEEP_OUT,
            "Principal": {"AWS": "*"},
            "Condition": {
                "StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1", "aws:PrincipalOrgID": "o-1"},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": False},
            },
        },
    ),
    denied("all", KEEP_OUT),
    denied("all on all", unless("StringNotEquals", "aws:SourceVpc", "v", Action="*", Resource="*")),
    denied("all on a list", unless("StringNotEquals", "aws:SourceVpc", "v", Resource=["x", QUEUE])),
    denied("all but one role", {**KEEP_OUT, "Principal": NO_VALUE, "NotPrincipal": {"AWS": ROOT}}),
    denied(
        "all of what is granted by a wildcard",
        unless("StringNotEquals", "aws:SourceVpc", "v"),
        Action=["sqs:Send*", "sqs:ReceiveMessage"],
    ),
    denied(
        "less than is granted",
        unless("StringNotEquals", "aws:SourceVpc", "v"),
        Action="*",
        holds=False,
    ),
    denied(
        "one of two actions granted",
        unless("StringNotEquals", "aws:SourceVpc", "v"),
        Action=["sqs:SendMessage", "sns:Publish"],
        holds=False,
    ),
    denied(
        "less than all but one action",
        unless("StringNotEquals", "aws:SourceVpc", "v"),
        Action=NO_VALUE,
        NotAction="sqs:SendMessage",
        holds=False,
    ),
    denied(
        "all of all but one action",
        unless("StringNotEquals", "aws:SourceVpc", "v", Action="*"),
        Action=NO_VALUE,
        NotAction="sqs:SendMessage",
    ),
    denied(
        "less than all but one resource",
        unless("StringNotEquals", "aws:SourceVpc", "v"),
        Resource=NO_VALUE,
        NotResource="x",
        holds=False,
    ),
    denied(
        "a Deny of one queue, and a grant on two",
        unless("StringNotEquals", "aws:SourceVpc", "v"),
        Resource=[QUEUE, "arn:aws:sqs:eu-west-1:1:x"],
        holds=False,
    ),
    denied(
        "a Deny that is there when the grant is",
        either(unless("StringNotEquals", "aws:SourceVpc", "v"), KEEP_OUT),
    ),
    case(
        "a grant and its Deny under one condition",
        template(
            either(send("*"), NO_VALUE),
            either(unless("StringNotEquals", "aws:SourceVpc", "v"), NO_VALUE),
        ),
        *passes("Policy"),
    ),
    case(
        "a Deny under one of many conditions",
        template(
            send("*"),
            {"Fn::If": ["C0", unless("StringNotEquals", "aws:SourceVpc", "v"), NO_VALUE]},
            *(
                {"Fn::If": [f"C{number}", send(ACCOUNT), NO_VALUE]}
                for number in range(1, MAX_CONDITIONS + 1)
            ),
        ),
        fails("Policy", PRINCIPAL, OPEN),
    ),
    case(
        "a Deny beside as many conditions as are told apart",
        template(
            send("*"),
            unless("StringNotEquals", "aws:SourceVpc", "v"),
            *(
                {"Fn::If": [f"C{number}", send(ACCOUNT), NO_VALUE]}
                for number in range(MAX_CONDITIONS)
            ),
        ),
        *passes("Policy"),
    ),
    case(
        "a Deny of another policy",
        resources(
            One=resource("AWS::SQS::QueuePolicy", PolicyDocument=document(send("*"))),
            Other=resource(
                "AWS::SQS::QueuePolicy",
                PolicyDocument=document(unless("StringNotEquals", "aws:SourceVpc", "v")),
            ),
        ),
        fails("One", PRINCIPAL, OPEN),
        *passes("Other"),
    ),
    case(
        "a Deny under a condition to come",
        template(send("*"), unless("StringNotLike", "aws:SourceVpc", ref("Unset"))),
        undecided("Policy", PRINCIPAL, f"{WHETHER}: parameter Unset"),
    ),
    case(
        "a Deny alone, and one to come",
        template(send("*"), {**KEEP_OUT, "Condition": ref("Unset")}),
        undecided("Policy", PRINCIPAL, f"{WHETHER}: parameter Unset"),
    ),
    case(
        "an unknown statement beside everybody",
        template(send("*"), ref("Unset")),
        fails("Policy", PRINCIPAL, OPEN),
        undecided("Policy", "PolicyDocument.Statement[1]", "parameter Unset has no default"),
    ),
    # -- keys
    key_policy("CDK's default key policy", allow("kms:*", "*", Principal={"AWS": ROOT})),
    key_policy(
        "the default key policy of an account that no one told",
        allow("kms:*", "*", Principal={"AWS": "arn:aws:iam::111122223333:root"}),
        allow("kms:Decrypt", "*", Principal={"AWS": "arn:aws:iam::111122223333:role/app"}),
    ),
    key_policy(
        "another account beside the one that no one told",
        allow(["kms:Create*", "kms:PutKeyPolicy"], "*", Principal={"AWS": "111122223333"}),
        allow("kms:Decrypt", "*", Principal={"AWS": OTHER}),
        rows=(fails("Key", "KeyPolicy.Statement[1].Principal.AWS", FOREIGN),),
    ),
    key_policy(
        "another account that may do all, beside one's own",
        allow("kms:*", "*", Principal={"AWS": ROOT}),
        allow("kms:*", "*", Principal={"AWS": OTHER}),
        rows=(fails("Key", "KeyPolicy.Statement[1].Principal.AWS", FOREIGN),),
    ),
    key_policy(
        "another account's role that may do all",
        allow("kms:*", "*", Principal={"AWS": "arn:aws:iam::999988887777:role/app"}),
        rows=(fails("Key", "KeyPolicy.Statement[0].Principal.AWS", FOREIGN),),
    ),
    key_policy(
        "another account that may not change the key",
        allow("kms:Encrypt", "*", Principal={"AWS": OTHER}),
        {"Effect": "Deny", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": OTHER}},
        rows=(fails("Key", "KeyPolicy.Statement[0].Principal.AWS", FOREIGN),),
    ),
    assembly(
        "a key that another account keeps than the stack's",
        {
            "Stack": resources(
                Key=resource(
                    "AWS::KMS::Key",
                    KeyPolicy=document(allow("kms:*", "*", Principal={"AWS": OTHER})),
                )
            )
        },
        fails("Key", "KeyPolicy.Statement[0].Principal.AWS", FOREIGN),
    ),
    queue(
        "no key's account", {"AWS": OTHER}, fails("Policy", f"{PRINCIPAL}.AWS", FOREIGN), Action="*"
    ),
    key_policy(
        "everybody of the account through a service, as AWS's own keys have it",
        allow(
            "kms:Decrypt",
            "*",
            Principal={"AWS": "*"},
            Condition={
                "StringEquals": {
                    "kms:CallerAccount": ACCOUNT,
                    "kms:ViaService": "s3.eu-west-1.amazonaws.com",
                }
            },
        ),
    ),
    # -- buckets
    bucket("a public bucket", "*", None, OPEN),
    bucket(
        "a public bucket that is closed",
        "*",
        Severity.MEDIUM,
        "Everybody is let in, save that RestrictPublicBuckets holds other accounts off",
        PublicAccessBlockConfiguration=BLOCKED,
    ),
    bucket(
        "closed in words",
        "*",
        Severity.MEDIUM,
        "save that",
        PublicAccessBlockConfiguration={"RestrictPublicBuckets": "true"},
    ),
    bucket(
        "closed in one branch",
        "*",
        None,
        OPEN,
        PublicAccessBlockConfiguration=either(BLOCKED, NO_VALUE),
    ),
    bucket(
        "not closed",
        "*",
        None,
        OPEN,
        PublicAccessBlockConfiguration={"RestrictPublicBuckets": False},
    ),
    bucket(
        "closed otherwise",
        "*",
        None,
        OPEN,
        PublicAccessBlockConfiguration={"BlockPublicPolicy": True, "IgnorePublicAcls": True},
    ),
    bucket(
        "closed perhaps",
        "*",
        None,
        OPEN,
        PublicAccessBlockConfiguration={"RestrictPublicBuckets": ref("Unset")},
    ),
    bucket(
        "closed, and named in words",
        "*",
        Severity.MEDIUM,
        "save that",
        "items",
        BucketName="items",
        PublicAccessBlockConfiguration=BLOCKED,
    ),
    bucket(
        "another bucket that is closed",
        "*",
        None,
        OPEN,
        "items",
        PublicAccessBlockConfiguration=BLOCKED,
    ),
    bucket(
        "a bucket by parameter",
        "*",
        None,
        OPEN,
        ref("Unset"),
        PublicAccessBlockConfiguration=BLOCKED,
    ),
    bucket(
        "one of two buckets that is closed",
        "*",
        None,
        OPEN,
        either(ref("Bucket"), "other"),
        PublicAccessBlockConfiguration=BLOCKED,
    ),
    case(
        "another account in a bucket that is closed to the public",
        resources(
            Policy=resource(
                "AWS::S3::BucketPolicy",
                Bucket=ref("Bucket"),
                PolicyDocument=document(allow("s3:GetObject", "*", Principal={"AWS": OTHER})),
            ),
            Bucket=resource("AWS::S3::Bucket", PublicAccessBlockConfiguration=BLOCKED),
        ),
        fails("Policy", f"{PRINCIPAL}.AWS", FOREIGN),
    ),
    case(
        "two buckets of one name",
        resources(
            Policy=resource(
                "AWS::S3::BucketPolicy",
                Bucket="items",
                PolicyDocument=document(allow("s3:GetObject", "*", Principal="*")),
            ),
            One=resource(
                "AWS::S3::Bucket", BucketName="items", PublicAccessBlockConfiguration=BLOCKED
            ),
            Two=resource("AWS::S3::Bucket", BucketName="items"),
        ),
        fails("Policy", PRINCIPAL, OPEN),
    ),
    case(
        "an access point that is closed",
        resources(
            Point=resource(
                "AWS::S3::AccessPoint",
                Policy=document(allow("s3:GetObject", "*", Principal="*")),
                PublicAccessBlockConfiguration=BLOCKED,
            )
        ),
        fails("Point", "Policy.Statement[0].Principal", "save that", Severity.MEDIUM),
    ),
    case(
        "another resource with such a setting",
        resources(
            Policy=resource(
                "AWS::SQS::QueuePolicy",
                Bucket=ref("Bucket"),
                PolicyDocument=document(send("*")),
                PublicAccessBlockConfiguration=BLOCKED,
            ),
            Bucket=resource("AWS::S3::Bucket", PublicAccessBlockConfiguration=BLOCKED),
        ),
        fails("Policy", PRINCIPAL, OPEN),
    ),
    # -- load balancers' logs
    *(
        case(
            f"logs of load balancers in {region}",
            resources(
                Policy=resource(
                    "AWS::S3::BucketPolicy",
                    PolicyDocument=document(
                        allow(
                            "s3:PutObject",
                            "*",
                            Principal={"AWS": join("arn:", PARTITION, f":iam::{account}:root")},
                        )
                    ),
                )
            ),
            *passes("Policy"),
        )
        for account, region in ACCOUNTS.items()
    ),
    *(
        case(
            f"logs of load balancers in {name}, by a map of regions",
            resources(
                {
                    "Mappings": {
                        "Regions": {
                            "us-east-1": {"Account": "127311923021"},
                            "eu-west-1": {"Account": account},
                        }
                    }
                },
                Policy=resource(
                    "AWS::S3::BucketPolicy",
                    PolicyDocument=document(
                        allow(
                            "s3:PutObject",
                            "*",
                            Principal={
                                "AWS": {"Fn::FindInMap": ["Regions", ref("AWS::Region"), "Account"]}
                            },
                        )
                    ),
                ),
            ),
            row,
        )
        for name, account, row in (
            ("whatever region", "156460612806", passes("Policy")[0]),
            ("one region and a stranger's in another", "999999999999", FOREIGN_ROW),
        )
    ),
    *(
        case(
            f"logs of load balancers as {service}",
            resources(
                Policy=resource(
                    "AWS::S3::BucketPolicy",
                    PolicyDocument=document(
                        allow("s3:PutObject", "*", Principal={"Service": service})
                    ),
                )
            ),
            *passes("Policy"),
        )
        for service in SERVICES
    ),
    queue(
        "load balancers' service where it has no business",
        {"Service": SERVICES[0]},
        fails("Policy", f"{PRINCIPAL}.Service", ANYBODYS, Severity.LOW),
    ),
    queue(
        "load balancers where they have no business",
        {"AWS": "arn:aws:iam::156460612806:root"},
        fails("Policy", f"{PRINCIPAL}.AWS", "Account 156460612806 is let in"),
    ),
    # -- an event bus's policy in its older form
    case(
        "an event bus, spread over its properties",
        resources(
            Policy=resource(
                "AWS::Events::EventBusPolicy",
                StatementId="a",
                Action="events:PutEvents",
                Principal="*",
            )
        ),
        fails("Policy", "Principal", OPEN),
    ),
    case(
        "an event bus of another account",
        resources(Policy=resource("AWS::Events::EventBusPolicy", Principal="999988887777")),
        fails("Policy", "Principal", FOREIGN),
    ),
    case(
        "an event bus of an organisation",
        resources(
            Policy=resource(
                "AWS::Events::EventBusPolicy",
                Action="events:PutEvents",
                Principal="*",
                Condition={
                    "Type": "StringEquals",
                    "Key": "aws:PrincipalOrgID",
                    "Value": "o-a1b2c3d4e5",
                },
            )
        ),
        *passes("Policy"),
    ),
    case(
        "an event bus under a condition by parameter",
        resources(
            UNSET,
            Policy=resource(
                "AWS::Events::EventBusPolicy",
                Principal="*",
                Condition={"Type": "StringEquals", "Key": ref("Unset"), "Value": "o-1"},
            ),
        ),
        undecided("Policy", "Principal", WHETHER),
    ),
    case(
        "an event bus of an organisation in one branch",
        resources(
            Policy=resource(
                "AWS::Events::EventBusPolicy",
                Principal="*",
                Condition=either(
                    {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1"}, NO_VALUE
                ),
            )
        ),
        fails("Policy", "Principal", OPEN),
    ),
    # -- a search domain's policy, as CDK sets it
    *(
        case(
            f"everybody in {kind}",
            resources(
                Domain={"Type": "AWS::OpenSearchService::Domain"},
                Policy=resource(kind, Create=call, Update=call),
            ),
            fails("Policy", f"{ACCESS}.Statement[0].Principal.AWS", OPEN),
        )
        for kind in ("Custom::OpenSearchAccessPolicy", "Custom::ElasticsearchAccessPolicy")
        for call in (update_domain("*"),)
    ),
    case(
        "a role in a search domain",
        resources(
            Domain={"Type": "AWS::OpenSearchService::Domain"},
            Role={"Type": "AWS::IAM::Role"},
            Policy=resource(
                "Custom::OpenSearchAccessPolicy", Create=update_domain(get("Role", "Arn"))
            ),
        ),
        *passes("Policy"),
    ),
    case(
        "everybody in a search domain in one branch",
        resources(
            Domain={"Type": "AWS::OpenSearchService::Domain"},
            Policy=resource(
                "Custom::OpenSearchAccessPolicy", Create=update_domain(either(ACCOUNT, "*"))
            ),
        ),
        fails("Policy", f"{ACCESS}.Statement[0].Principal.AWS", OPEN),
    ),
    case(
        "a search domain's policy to come",
        resources(UNSET, Policy=resource("Custom::OpenSearchAccessPolicy", Create=ref("Unset"))),
        undecided("Policy", ACCESS, "The policy is known only at deploy time: parameter Unset"),
    ),
    case(
        "another call to a search domain",
        resources(Policy=resource("Custom::OpenSearchAccessPolicy", Create='{"parameters": {}}')),
    ),
    # -- forms of a policy
    case(
        "a policy as text",
        resources(
            Template=resource(
                "AWS::ECR::RepositoryCreationTemplate",
                RepositoryPolicy=sub(
                    '{"Statement": [{"Effect": "Allow", "Action": "ecr:*", "Principal": {"AWS": '
                    '["arn:aws:iam::${AWS::AccountId}:root", "arn:aws:iam::999988887777:root"]}}]}'
                ),
            )
        ),
        fails("Template", "RepositoryPolicy.Statement[0].Principal.AWS[1]", FOREIGN),
    ),
    case(
        "a statement as an object",
        resources(
            Policy=resource("AWS::SQS::QueuePolicy", PolicyDocument={"Statement": send("*")})
        ),
        fails("Policy", "PolicyDocument.Statement.Principal", OPEN),
    ),
    case(
        "everybody in each branch",
        template(either(send("*"), send("*", Sid="a"))),
        fails("Policy", PRINCIPAL, OPEN),
    ),
    case("a Deny of everybody", template({**KEEP_OUT}), *passes("Policy")),
    case(
        "all but some, which is IAM03's to say",
        template(
            {"Effect": "Allow", "Action": "sqs:*", "Resource": "*", "NotPrincipal": {"AWS": ROOT}}
        ),
        *passes("Policy"),
    ),
    # -- what is not judged
    case("a key without a policy", resources(Key={"Type": "AWS::KMS::Key"})),
    case("a repository without a policy", resources(Repository={"Type": "AWS::ECR::Repository"})),
    case("a policy without statements", template()),
    case(
        "a trust policy",
        resources(Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust("*"))),
    ),
    case(
        "an API's policy, which is API07's to say",
        resources(
            Api=resource(
                "AWS::ApiGateway::RestApi",
                Policy=document(allow("execute-api:Invoke", "*", Principal="*")),
            )
        ),
    ),
)
