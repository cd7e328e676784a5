"""IAM02: actions are named."""

from __future__ import annotations

from typing import Final

from compliance.config import Config, Iam
from compliance.findings import Severity
from tests.compliance.rules.case import (
    NO_VALUE,
    PARTITION,
    STATEMENT,
    UNSET,
    Case,
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
    policy,
    ref,
    resource,
    resources,
    sub,
    trust,
    undecided,
)

RULE: Final = "IAM02"
BUCKET: Final = [get("Bucket", "Arn"), join(get("Bucket", "Arn"), "/*")]


def wild(name: str, action: object, phrase: str, severity: Severity | None = None) -> Case:
    """One statement on one resource whose action is not named."""
    row = fails("Policy", f"{STATEMENT}.Action", phrase, severity)
    return case(name, policy(allow(action, get("Role", "Arn"))), row)


def fine(name: str, action: object, on: object) -> Case:
    """One statement that the rule lets pass."""
    return case(name, policy(allow(action, on), more=UNSET), *passes("Policy"))


def granted(name: str, action: str, on: object, phrase: str) -> Case:
    """A wildcard of CDK's own on what is not one resource."""
    row = fails("Policy", f"{STATEMENT}.Action", phrase)
    return case(name, policy(allow(action, on), more=UNSET), row)


CASES: Final = (
    # -- what is not named
    wild("everything", "*", "Every action of every service is allowed.", Severity.CRITICAL),
    wild("everything, spelt out", "*:*", "every service", Severity.CRITICAL),
    wild("everything, twice", "**", "every service", Severity.CRITICAL),
    wild("everything, in white space", " * ", "every service", Severity.CRITICAL),
    case(
        "everything, its element in small letters",
        policy({"Effect": "Allow", "action": "*", "resource": "*"}),
        fails("Policy", f"{STATEMENT}.Action", "every service", Severity.CRITICAL),
    ),
    wild("a service", "s3:*", "Every action of s3 is allowed."),
    wild("a service in capitals", "S3:*", "Every action of s3 is allowed."),
    wild("the rights themselves", "iam:*", "Every action of iam is allowed."),
    wild("a service by Fn::Sub", sub("dynamodb:*"), "Every action of dynamodb is allowed."),
    wild("a service by Fn::Join", {"Fn::Join": [":", ["sqs", "*"]]}, "Every action of sqs"),
    wild("some writes", "s3:PutObj*", "s3:PutObjectAcl"),
    wild("a write by a question mark", "s3:PutObjec?", "s3:PutObjec? stands for s3:PutObject,"),
    wild(
        "two names by a wildcard",
        "iam:Pass*",
        "iam:Pass* stands for iam:PassRole, of which 1 change",
    ),
    wild("tags", "sqs:Tag*", "sqs:TagQueue"),
    wild("a level that is combined", "s3:DeleteObjectT*", "of which 1 changes something"),
    wild("permissions", "lambda:AddPerm*", "lambda:AddPermission"),
    wild("more than are listed", "ec2:Create*", " more, of which "),
    wild("a service in part", "sq?:SendMessag?", "sqs:SendMessage"),
    # -- what is
    fine("names", ["s3:GetObject", "s3:PutObject"], get("Role", "Arn")),
    fine("reads by a wildcard", ["dynamodb:Get*", "s3:Get*", "s3:List*"], get("Role", "Arn")),
    fine("descriptions by a wildcard", "ec2:Describe*", "*"),
    fine("no such action", "s3:Nothing*", get("Role", "Arn")),
    fine("a number", 7, get("Role", "Arn")),
    # -- what CDK's own grants write
    fine("an object deleted", "s3:DeleteObject*", BUCKET[1]),
    fine("an upload ended", "s3:Abort*", BUCKET[1]),
    fine("a bucket read", ["s3:GetObject*", "s3:GetBucket*", "s3:List*"], BUCKET),
    fine(
        "a key used",
        ["kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
        get("Key", "Arn"),
    ),
    fine("a key from another stack", "kms:GenerateDataKey*", {"Fn::ImportValue": "Key"}),
    fine(
        "a key by its ARN",
        "kms:ReEncrypt*",
        sub("arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/1"),
    ),
    fine("an object of a named bucket", "s3:DeleteObject*", "arn:aws:s3:::items/*"),
    granted("any key", "kms:GenerateDataKey*", "*", "of which 4 change something"),
    granted("any key of an account", "kms:ReEncrypt*", "arn:aws:kms:*:*:key/*", "kms:ReEncryptTo"),
    granted("any bucket's objects", "s3:DeleteObject*", "arn:aws:s3:::*/*", "s3:DeleteObject"),
    granted(
        "any bucket's objects by a join",
        "s3:DeleteObject*",
        join("arn:", PARTITION, ":s3:::*"),
        "s3:DeleteObject",
    ),
    granted("one key and any", "kms:ReEncrypt*", [get("Key", "Arn"), "*"], "kms:ReEncryptFrom"),
    granted(
        "one key or any", "kms:ReEncrypt*", either(get("Key", "Arn"), "*"), "kms:ReEncryptFrom"
    ),
    case(
        "no resource is named",
        policy({"Effect": "Allow", "Action": "kms:ReEncrypt*", "NotResource": "x"}),
        fails("Policy", f"{STATEMENT}.Action", "kms:ReEncryptFrom"),
    ),
    case(
        "a key that only the deployment knows",
        policy(
            allow("kms:ReEncrypt*", [get("Key", "Arn"), ref("Unset")]),
            more=UNSET,
        ),
        undecided("Policy", f"{STATEMENT}.Action", "parameter Unset has no default"),
    ),
    # -- places and branches
    case(
        "each entry is placed",
        policy(allow(["s3:GetObject", "s3:*", "sqs:*"], "*")),
        fails("Policy", f"{STATEMENT}.Action[1]", "Every action of s3"),
        fails("Policy", f"{STATEMENT}.Action[2]", "Every action of sqs"),
    ),
    case(
        "one branch",
        policy(allow([either("s3:*", "s3:GetObject"), either("sqs:*", NO_VALUE)], "*")),
        fails("Policy", f"{STATEMENT}.Action[0]", "Every action of s3"),
        fails("Policy", f"{STATEMENT}.Action[1]", "Every action of sqs"),
    ),
    case(
        "a statement that is no list, untyped",
        resources(
            Policy=resource(
                "AWS::IAM::ManagedPolicy", PolicyDocument={"Statement": allow("*:*", "*")}
            )
        ),
        fails("Policy", "PolicyDocument.Statement.Action", "every service", Severity.CRITICAL),
    ),
    case(
        "inline and in a policy of its own",
        resources(
            Role=resource(
                "AWS::IAM::Role",
                AssumeRolePolicyDocument=trust("lambda.amazonaws.com"),
                Policies=[{"PolicyDocument": document(allow("sqs:*", "*"))}],
            ),
            Own=resource("AWS::IAM::RolePolicy", PolicyDocument=document(allow("sqs:*", "*"))),
        ),
        fails("Role", "Policies[0].PolicyDocument.Statement[0].Action", "Every action of sqs"),
        fails("Own", f"{STATEMENT}.Action", "Every action of sqs"),
    ),
    # -- what only the deployment knows
    case(
        "a parameter as action",
        policy(allow(ref("Unset"), "*"), more=UNSET),
        undecided("Policy", f"{STATEMENT}.Action", "parameter Unset has no default"),
    ),
    case(
        "a parameter in an action",
        policy(allow(["s3:GetObject", sub("${Unset}:GetItem")], "*"), more=UNSET),
        undecided("Policy", f"{STATEMENT}.Action[1]", "known only at deploy time"),
    ),
    case(
        "a service that is not known",
        policy(allow("brandnew:Put*", "*")),
        undecided("Policy", f"{STATEMENT}.Action", "has no service brandnew"),
    ),
    case(
        "a whole policy that only the deployment knows",
        resources(UNSET, Policy=resource("AWS::IAM::Policy", PolicyDocument=ref("Unset"))),
        undecided("Policy", "PolicyDocument", "parameter Unset has no default"),
    ),
    # -- what is not judged
    case("a denial", policy({**allow("*", "*"), "Effect": "Deny"}), *passes("Policy")),
    case(
        "a role without policies",
        resources(Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust("x"))),
    ),
    case(
        "policies of resources",
        resources(
            Key=resource("AWS::KMS::Key", KeyPolicy=document(allow("kms:*", "*"))),
            Bucket=resource("AWS::S3::BucketPolicy", PolicyDocument=document(allow("s3:*", "*"))),
        ),
    ),
    assembly(
        "an import that is a wildcard",
        {
            "Api": policy(allow({"Fn::ImportValue": "Action"}, "*")),
            "Base": resources({"Outputs": {"A": exported("Action", "sqs:*")}}),
        },
        fails("Policy", f"{STATEMENT}.Action", "Every action of sqs"),
    ),
    # -- what the team accepts
    case(
        "a wildcard that the team accepts on one resource",
        policy(allow("sqs:Send*", "arn:aws:sqs:eu-west-1:123456789012:orders")),
        *passes("Policy"),
        config=Config(iam=Iam(wildcard_actions=("sqs:send*",))),
    ),
    case(
        "a wildcard that the team accepts, on everything",
        policy(allow("sqs:Send*", "*")),
        fails("Policy", f"{STATEMENT}.Action", "sqs:Send* stands for sqs:SendMessage"),
        config=Config(iam=Iam(wildcard_actions=("sqs:Send*",))),
    ),
    case(
        "another wildcard than the team accepts",
        policy(allow("sqs:Send*", "arn:aws:sqs:eu-west-1:123456789012:orders")),
        fails("Policy", f"{STATEMENT}.Action", "sqs:Send* stands for sqs:SendMessage"),
        config=Config(iam=Iam(wildcard_actions=("sqs:Set*",))),
    ),
    case(
        "a function of SAM's",
        resources(
            Function=resource(
                "AWS::Serverless::Function", Policies=[{"Statement": [allow("sqs:*", "*")]}]
            )
        ),
        fails("Function", "Policies[0].Statement[0].Action", "Every action of sqs"),
    ),
)
