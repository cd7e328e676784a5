"""LOG06: a log group is encrypted with a key of one's own that the logs service may use."""

from __future__ import annotations

from typing import Final

from compliance.findings import Severity
from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
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
    undecided,
)

RULE: Final = "LOG06"
NO_KEY: Final = "encrypted with a key of AWS's"
LOCKED_OUT: Final = "The policy of key Key does not let the logs service use kms:Decrypt"
USE: Final = [
    "kms:Encrypt*",
    "kms:Decrypt*",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:Describe*",
]
ROOT: Json = allow(
    "kms:*", "*", Principal={"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
)
SERVICE: Final = "logs.amazonaws.com"


def use(action: object = None, service: object = SERVICE, **more: object) -> Json:
    """A statement of a key's policy for a service."""
    return allow(action or USE, "*", **{"Principal": {"Service": service}, **more})


def template(*statements: object, key: object = None, name: object = NO_VALUE) -> Json:
    """A log group with a key of such a policy."""
    return resources(
        UNSET,
        Group=resource("AWS::Logs::LogGroup", KmsKeyId=key or get("Key", "Arn"), LogGroupName=name),
        Key=resource("AWS::KMS::Key", KeyPolicy=document(ROOT, *statements)),
    )


def fine(name: str, *statements: object) -> Case:
    """A key that the logs service may use."""
    return case(name, template(*statements), *passes("Group"))


def locked(name: str, *statements: object, phrase: str = LOCKED_OUT) -> Case:
    """A key that locks the logs service out."""
    return case(name, template(*statements), fails("Group", "KmsKeyId", phrase, Severity.HIGH))


def key(name: str, value: object) -> Case:
    """A log group with a key from elsewhere."""
    body = resources(UNSET, Group=resource("AWS::Logs::LogGroup", KmsKeyId=value))
    return case(name, body, *passes("Group"))


def for_group(name: str, pattern: object, *, group: object, admitted: bool) -> Case:
    """A key under the condition that it is for certain log groups."""
    condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": pattern}}
    body = template(use(Condition=condition), name=group)
    row = fails("Group", "KmsKeyId", LOCKED_OUT, Severity.HIGH)
    return case(name, body, *(passes("Group") if admitted else (row,)))


ARN: Final = "arn:aws:logs:eu-west-1:1:log-group:"

EMPTY: Final[Json] = {"Parameters": {"Given": {"Type": "String", "Default": ""}}}

CASES: Final = (
    # -- no key
    case("no key", template(use(), key=NO_VALUE), fails("Group", "KmsKeyId", NO_KEY)),
    case(
        "a key in one branch",
        template(use(), key=either(get("Key", "Arn"), NO_VALUE)),
        fails("Group", "KmsKeyId", NO_KEY),
    ),
    # -- a key from outside
    key("a key by its ARN", "arn:aws:kms:eu-west-1:1:key/1"),
    key("a key by import", {"Fn::ImportValue": "Key"}),
    key("a key by weak reference", {"Fn::GetStackOutput": {"StackName": "S", "OutputName": "K"}}),
    key("a key by parameter", ref("Unset")),
    key("a key by dynamic reference", "{{resolve:ssm:/key}}"),
    # -- a key from here that the service may use
    fine("the guide's example", use(service=sub("logs.${AWS::Region}.amazonaws.com"))),
    fine(
        "CDK's grant", use(["kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"])
    ),
    fine("a region's name", use(service="logs.eu-west-1.amazonaws.com")),
    fine("China", use(service="logs.cn-north-1.amazonaws.com.cn")),
    fine("the suffix of the partition", use(service=join("logs.", ref("AWS::URLSuffix")))),
    fine("several services", use(service=["sns.amazonaws.com", SERVICE])),
    fine("every action on the key", use("kms:*")),
    fine("every action", use("*")),
    fine(
        "all but the administration",
        allow(None, "*", Principal={"Service": SERVICE}, NotAction="kms:Put*"),
    ),
    fine("two statements together", use("kms:Decrypt"), use("kms:GenerateDataKey")),
    fine("everybody", allow(USE, "*", Principal="*")),
    fine("everybody of AWS", allow(USE, "*", Principal={"AWS": "*"})),
    fine("an action by parameter", use(ref("Unset"))),
    fine(
        "for this account",
        use(Condition={"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}}),
    ),
    case("the key by Fn::Sub", template(use(), key=sub("${Key.Arn}")), *passes("Group")),
    case(
        "the key by its id",
        template(use(), key=sub("arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}")),
        *passes("Group"),
    ),
    # -- a key from here that it may not
    locked("the default policy"),
    locked("another service", use(service="sns.amazonaws.com")),
    locked("a service whose name only begins so", use(service="logs.example.com")),
    locked("described, not used", use("kms:DescribeKey")),
    locked("written, not read", use("kms:GenerateDataKey"), phrase="use kms:Decrypt: nothing"),
    locked("read, not written", use("kms:Decrypt"), phrase="use kms:GenerateDataKey: nothing"),
    locked("a denial", {**use(), "Effect": "Deny"}),
    locked(
        "all but what is needed",
        allow(None, "*", Principal={"Service": SERVICE}, NotAction=["kms:*"]),
    ),
    case(
        "no policy",
        resources(
            Group=resource("AWS::Logs::LogGroup", KmsKeyId=get("Key", "Arn")),
            Key={"Type": "AWS::KMS::Key"},
        ),
        fails("Group", "KmsKeyId", LOCKED_OUT, Severity.HIGH),
    ),
    case(
        "a replica",
        resources(
            Group=resource("AWS::Logs::LogGroup", KmsKeyId=get("Key", "Arn")),
            Key=resource("AWS::KMS::ReplicaKey", KeyPolicy=document(ROOT)),
        ),
        fails("Group", "KmsKeyId", LOCKED_OUT, Severity.HIGH),
    ),
    case(
        "the key by its id, locked",
        template(key=sub("arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}")),
        fails("Group", "KmsKeyId", LOCKED_OUT, Severity.HIGH),
    ),
    # -- conditions on the log group
    for_group("any log group", f"{ARN}*", group="/items", admitted=True),
    for_group(
        "any log group of an account", "arn:aws:logs:eu-west-1:1:*", group="/items", admitted=True
    ),
    for_group("this log group", f"{ARN}/items", group="/items", admitted=True),
    for_group("this log group's streams", f"{ARN}/items:*", group="/items", admitted=True),
    for_group("a prefix", [f"{ARN}/other", f"{ARN}/it*"], group="/items", admitted=True),
    for_group("another log group", f"{ARN}/other", group="/items", admitted=False),
    for_group("another prefix", f"{ARN}/aws/lambda/*", group="/items", admitted=False),
    for_group(
        "a name with a token", sub(f"{ARN}${{AWS::StackName}}"), group="/items", admitted=True
    ),
    for_group(
        "a log group with a token", f"{ARN}/other", group=sub("${AWS::StackName}"), admitted=True
    ),
    for_group(
        "a log group with a token in one branch",
        f"{ARN}/other",
        group=either("/items", sub("${AWS::StackName}")),
        admitted=True,
    ),
    for_group("a log group without a name", f"{ARN}/other", group=NO_VALUE, admitted=True),
    case(
        "all but another log group",
        template(
            use(Condition={"ArnNotLike": {"kms:EncryptionContext:aws:logs:arn": f"{ARN}/other"}}),
            name="/items",
        ),
        *passes("Group"),
    ),
    # -- what only the deployment knows
    case(
        "a condition",
        template(use(Condition=ref("Unset"))),
        undecided(
            "Group", "KmsKeyId", "Whether key Key lets the logs service use it is known only"
        ),
    ),
    case(
        "a statement",
        template(ref("Unset")),
        undecided("Group", "KmsKeyId", "parameter Unset has no default"),
    ),
    case("a statement beside one that is enough", template(ref("Unset"), use()), *passes("Group")),
    # -- what is not judged
    case("no log group", resources(Key=resource("AWS::KMS::Key", KeyPolicy=document(ROOT)))),
    # -- over stacks
    assembly(
        "a key of another stack, by import",
        {
            "Api": resources(
                Group=resource("AWS::Logs::LogGroup", KmsKeyId={"Fn::ImportValue": "Key"})
            ),
            "Keys": template(use(service="logs.eu-west-1.amazonaws.com"), key="arn:aws:kms:x")
            | {"Outputs": {"K": exported("Key", get("Key", "Arn"))}},
        },
        *passes("Group", "Group"),
    ),
    assembly(
        "a key of another stack that locks the service out",
        {
            "Api": resources(
                Group=resource(
                    "AWS::Logs::LogGroup",
                    KmsKeyId={"Fn::GetStackOutput": {"StackName": "Keys", "OutputName": "K"}},
                )
            ),
            "Keys": resources(
                {"Outputs": {"K": {"Value": get("Key", "Arn")}}},
                Key=resource("AWS::KMS::Key", KeyPolicy=document(ROOT)),
            ),
        },
        fails("Group", "KmsKeyId", LOCKED_OUT, Severity.HIGH),
    ),
    assembly(
        "a key for the service of another region",
        {"Api": template(use(service="logs.us-east-1.amazonaws.com"))},
        fails("Group", "KmsKeyId", LOCKED_OUT, Severity.HIGH),
    ),
    # -- in one branch
    locked("a key that lets the service in under a condition alone", either(use(), NO_VALUE)),
    fine(
        "a key that lets the service in either way",
        either(use(), use(service=sub("logs.${AWS::Region}.amazonaws.com"))),
    ),
    locked(
        "a key that lets the service do one half in each branch",
        either(use("kms:Decrypt"), use("kms:GenerateDataKey*")),
        phrase="The policy of key Key does not let the logs service use kms:GenerateDataKey",
    ),
    case(
        "a key of which one branch is not known",
        template(either(use(), ref("Unset"))),
        undecided("Group", "KmsKeyId", "parameter Unset has no default"),
    ),
    case(
        "an empty key",
        resources(Group=resource("AWS::Logs::LogGroup", KmsKeyId="")),
        fails("Group", "KmsKeyId", NO_KEY),
    ),
    case(
        "a key by parameter, empty by default",
        resources(EMPTY, Group=resource("AWS::Logs::LogGroup", KmsKeyId=ref("Given"))),
        fails("Group", "KmsKeyId", NO_KEY),
    ),
    case(
        "a key by parameter, if one is given",
        resources(
            EMPTY,
            Group=resource("AWS::Logs::LogGroup", KmsKeyId=either(ref("Given"), get("Key", "Arn"))),
            Key=resource("AWS::KMS::Key", KeyPolicy=document(ROOT, use())),
        ),
        *passes("Group"),
    ),
    # -- denials
    locked("a key that denies the service what it allows", use(), {**use(), "Effect": "Deny"}),
    locked(
        "a key that denies everybody one half",
        use(),
        {**use("kms:GenerateDataKey*"), "Principal": "*", "Effect": "Deny"},
        phrase="The policy of key Key does not let the logs service use kms:GenerateDataKey",
    ),
    fine(
        "a key that denies another service",
        use(),
        {**use(service="s3.amazonaws.com"), "Effect": "Deny"},
    ),
    fine(
        "a key that denies under a condition",
        use(),
        {**use(), "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ),
)
