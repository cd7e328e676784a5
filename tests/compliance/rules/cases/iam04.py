"""IAM04: no AWS-managed policy that grants more than the role needs."""

from __future__ import annotations

from typing import Final

from compliance.config import Config, Iam
from compliance.findings import Severity
from tests.compliance.rules.case import (
    NO_VALUE,
    PARTITION,
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
    join,
    passes,
    ref,
    resource,
    resources,
    sub,
    trust,
    undecided,
)

RULE: Final = "IAM04"
PREFIX: Final = "arn:aws:iam::aws:policy/"


def role(*arns: object, more: Json | None = None) -> Json:
    """A role with these policies."""
    return resources(
        more,
        Role=resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument=trust("lambda.amazonaws.com"),
            ManagedPolicyArns=list(arns),
        ),
        Own=resource(
            "AWS::IAM::ManagedPolicy", PolicyDocument=document(allow("s3:GetObject", "a"))
        ),
    )


def attached(name: str, policy: object, severity: Severity | None = None, shown: str = "") -> Case:
    """One AWS-managed policy on a role."""
    shown = shown or str(policy).removeprefix(PREFIX)
    row = fails(
        "Role", "ManagedPolicyArns[0]", f"The AWS-managed policy {shown} is attached.", severity
    )
    return case(name, role(policy), row)


def fine(name: str, arn: object, more: Json | None = None) -> Case:
    """One policy that the rule lets pass."""
    return case(name, role(arn, more=more), *passes("Role"))


BASIC: Final = "service-role/AWSLambdaBasicExecutionRole"

CASES: Final = (
    # -- how grave
    attached("a policy for a service", f"{PREFIX}service-role/AWSGlueServiceRole"),
    attached("read everything", f"{PREFIX}ReadOnlyAccess"),
    attached("an agent's", f"{PREFIX}AmazonSSMManagedInstanceCore"),
    attached("administrator", f"{PREFIX}AdministratorAccess", Severity.CRITICAL),
    attached("power user", f"{PREFIX}PowerUserAccess", Severity.CRITICAL),
    attached("rights themselves", f"{PREFIX}IAMFullAccess", Severity.CRITICAL),
    attached("all of a service", f"{PREFIX}AmazonS3FullAccess", Severity.CRITICAL),
    attached(
        "all of a service, renewed", f"{PREFIX}AmazonDynamoDBFullAccess_v2", Severity.CRITICAL
    ),
    attached("a job's, with a path", f"{PREFIX}job-function/DatabaseAdministrator"),
    attached("what CDK gives a function", PREFIX + BASIC, Severity.LOW),
    attached(
        "what CDK gives a function in a VPC",
        f"{PREFIX}service-role/AWSLambdaVPCAccessExecutionRole",
        Severity.LOW,
    ),
    # -- how it is written
    attached(
        "CDK's own form",
        join("arn:", PARTITION, f":iam::aws:policy/{BASIC}"),
        Severity.LOW,
        BASIC,
    ),
    attached(
        "by Fn::Sub",
        sub("arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"),
        Severity.CRITICAL,
        "AdministratorAccess",
    ),
    attached(
        "another partition", "arn:aws-cn:iam::aws:policy/ReadOnlyAccess", None, "ReadOnlyAccess"
    ),
    attached(
        "a partition out of a map",
        join(
            "arn:",
            {"Fn::FindInMap": ["P", ref("AWS::Region"), "p"]},
            ":iam::aws:policy/ReadOnlyAccess",
        ),
        None,
        "ReadOnlyAccess",
    ),
    case(
        "one branch",
        role(either(f"{PREFIX}AdministratorAccess", NO_VALUE), ref("Own")),
        fails("Role", "ManagedPolicyArns[0]", "AdministratorAccess", Severity.CRITICAL),
    ),
    case(
        "an override beside one's own",
        role(ref("Own"), f"{PREFIX}AdministratorAccess"),
        fails("Role", "ManagedPolicyArns[1]", "AdministratorAccess", Severity.CRITICAL),
    ),
    case(
        "the list under a condition",
        resources(
            Role=resource(
                "AWS::IAM::Role", ManagedPolicyArns=either([f"{PREFIX}ReadOnlyAccess"], NO_VALUE)
            )
        ),
        fails("Role", "ManagedPolicyArns[0]", "ReadOnlyAccess"),
    ),
    # -- who has it
    case(
        "a user, a group and a permission set",
        resources(
            User=resource("AWS::IAM::User", ManagedPolicyArns=[f"{PREFIX}ReadOnlyAccess"]),
            Group=resource("AWS::IAM::Group", ManagedPolicyArns=[f"{PREFIX}ReadOnlyAccess"]),
            Set=resource("AWS::SSO::PermissionSet", ManagedPolicies=[f"{PREFIX}ReadOnlyAccess"]),
        ),
        fails("User", "ManagedPolicyArns[0]", "ReadOnlyAccess"),
        fails("Group", "ManagedPolicyArns[0]", "ReadOnlyAccess"),
        fails("Set", "ManagedPolicies[0]", "ReadOnlyAccess"),
    ),
    # -- what passes
    fine(
        "API Gateway's logging role", f"{PREFIX}service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    ),
    fine("one's own policy", ref("Own")),
    fine(
        "a customer's policy of such a name", "arn:aws:iam::123456789012:policy/AdministratorAccess"
    ),
    fine("an imported policy", {"Fn::ImportValue": "Policy"}),
    fine("one's own by name", sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/x")),
    case(
        "what the settings allow",
        role(f"{PREFIX}ReadOnlyAccess"),
        *passes("Role"),
        config=Config(iam=Iam(allowed_managed_policies=("ReadOnlyAccess",))),
    ),
    case(
        "what the settings no longer allow",
        role(f"{PREFIX}service-role/AmazonAPIGatewayPushToCloudWatchLogs"),
        fails("Role", "ManagedPolicyArns[0]", "AmazonAPIGatewayPushToCloudWatchLogs"),
        config=Config(iam=Iam(allowed_managed_policies=())),
    ),
    case("an empty list", role(), *passes("Role")),
    # -- what only the deployment knows
    case(
        "a parameter",
        role(ref("Unset"), more=UNSET),
        undecided("Role", "ManagedPolicyArns[0]", "parameter Unset has no default"),
    ),
    case(
        "a list in a parameter",
        resources(
            {"Parameters": {"Unset": {"Type": "CommaDelimitedList"}}},
            Role=resource("AWS::IAM::Role", ManagedPolicyArns=ref("Unset")),
        ),
        undecided("Role", "ManagedPolicyArns", "parameter Unset has no default"),
    ),
    case(
        "an AWS-managed policy by a parameter",
        role(sub("arn:aws:iam::aws:policy/${Unset}"), more=UNSET),
        fails("Role", "ManagedPolicyArns[0]", "is attached."),
    ),
    # -- what is not judged
    case(
        "a boundary",
        resources(
            Role=resource("AWS::IAM::Role", PermissionsBoundary=f"{PREFIX}AdministratorAccess"),
            Policy=resource("AWS::IAM::ManagedPolicy", Roles=[ref("Role")]),
        ),
    ),
    case("no policies", resources(Role=resource("AWS::IAM::Role", ManagedPolicyArns=NO_VALUE))),
    assembly(
        "an import",
        {
            "Api": resources(
                Role=resource("AWS::IAM::Role", ManagedPolicyArns=[{"Fn::ImportValue": "Shared"}])
            ),
            "Base": resources(
                {"Outputs": {"P": exported("Shared", f"{PREFIX}PowerUserAccess")}},
                Policy={"Type": "AWS::IAM::ManagedPolicy"},
                Other=resource("AWS::IAM::Role", ManagedPolicyArns=[ref("Policy")]),
            ),
        },
        fails("Role", "ManagedPolicyArns[0]", "PowerUserAccess", Severity.CRITICAL),
        *passes("Other"),
    ),
    # -- by name, in SAM
    case(
        "names and documents of SAM's",
        resources(
            Function=resource(
                "AWS::Serverless::Function",
                Policies=[
                    "AmazonS3FullAccess",
                    "AWSLambdaBasicExecutionRole",
                    "AmazonSQSReadOnlyAccess",
                    f"{PREFIX}AWSXrayWriteOnlyAccess",
                    "arn:aws:iam::123456789012:policy/own",
                    {"SQSPollerPolicy": {"QueueName": "q"}},
                    {"Statement": []},
                ],
            )
        ),
        fails("Function", "Policies[0]", "AmazonS3FullAccess is attached", Severity.CRITICAL),
        fails("Function", "Policies[1]", "AWSLambdaBasicExecutionRole", Severity.LOW),
        fails("Function", "Policies[2]", "AmazonSQSReadOnlyAccess"),
        fails("Function", "Policies[3]", "AWSXrayWriteOnlyAccess"),
    ),
    case(
        "a name of SAM's alone",
        resources(
            Machine=resource("AWS::Serverless::StateMachine", Policies="AdministratorAccess")
        ),
        fails("Machine", "Policies", "AdministratorAccess", Severity.CRITICAL),
    ),
    case(
        "a policy of one's own in SAM",
        resources(
            Policy={"Type": "AWS::IAM::ManagedPolicy"},
            Function=resource("AWS::Serverless::Function", Policies=[ref("Policy")]),
        ),
        *passes("Function"),
    ),
    case(
        "documents alone in SAM",
        resources(Function=resource("AWS::Serverless::Function", Policies=[{"Statement": []}])),
    ),
)
