"""IAM03: Allow never says NotAction, NotResource or NotPrincipal."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    STATEMENT,
    UNSET,
    Case,
    Json,
    allow,
    case,
    document,
    either,
    fails,
    passes,
    policy,
    ref,
    resource,
    resources,
    trust,
    undecided,
)

RULE: Final = "IAM03"


def of_policy(name: str, statement: Json, element: str | None) -> Case:
    """One statement of a role's policy; the role's own trust passes."""
    row = (
        passes("Policy")
        if element is None
        else (fails("Policy", f"{STATEMENT}.{element}", f"An Allow statement says {element}"),)
    )
    return case(name, policy(statement, more=UNSET), *passes("Role"), *row)


def of(kind: str, path: str) -> Case:
    """A policy that another resource carries, with a principal excluded."""
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "Action": "*", "Resource": "*"}
    body = document(statement)
    return case(
        f"everybody but one, in {kind}",
        resources(It=resource(kind, **{path: body})),
        fails("It", f"{path}.Statement[0].NotPrincipal", "An Allow statement says NotPrincipal"),
    )


CASES: Final = (
    of_policy(
        "all actions but some",
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        "NotAction",
    ),
    of_policy(
        "a list of them", {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}, "NotAction"
    ),
    of_policy(
        "all resources but some",
        {"Effect": "Allow", "Action": "s3:*", "NotResource": "a"},
        "NotResource",
    ),
    of_policy(
        "in one branch",
        {"Effect": "Allow", "NotAction": either("iam:*", NO_VALUE), "Resource": "*"},
        "NotAction",
    ),
    of_policy(
        "an effect in one branch",
        {"Effect": either("Deny", "Allow"), "NotAction": "a", "Resource": "*"},
        "NotAction",
    ),
    of_policy(
        "an unknown effect",
        {"Effect": ref("Unset"), "NotAction": "a", "Resource": "*"},
        "NotAction",
    ),
    of_policy(
        "an unknown list",
        {"Effect": "Allow", "NotAction": ref("Unset"), "Resource": "*"},
        "NotAction",
    ),
    of_policy(
        "no value", {"Effect": "Allow", "NotAction": NO_VALUE, "Action": "a", "Resource": "*"}, None
    ),
    of_policy(
        "a denial of all but some", {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}, None
    ),
    of_policy("what is allowed, named", allow("s3:GetObject", "arn:aws:s3:::items/*"), None),
    case(
        "two exclusions in one statement",
        policy({"Effect": "Allow", "NotAction": "a", "NotResource": "b"}),
        *passes("Role"),
        fails("Policy", f"{STATEMENT}.NotAction", "NotAction"),
        fails("Policy", f"{STATEMENT}.NotResource", "NotResource"),
    ),
    case(
        "a statement that is no list",
        resources(
            Policy=resource(
                "AWS::IAM::Policy",
                PolicyDocument={
                    "Statement": {"Effect": "Allow", "NotAction": "a", "Resource": "*"}
                },
            )
        ),
        fails("Policy", "PolicyDocument.Statement.NotAction", "NotAction"),
    ),
    case(
        "a trust policy",
        resources(
            Role=resource(
                "AWS::IAM::Role",
                AssumeRolePolicyDocument=document(
                    {"Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "Action": "sts:AssumeRole"}
                ),
            )
        ),
        fails("Role", "AssumeRolePolicyDocument.Statement[0].NotPrincipal", "NotPrincipal"),
    ),
    of("AWS::S3::BucketPolicy", "PolicyDocument"),
    of("AWS::SQS::QueuePolicy", "PolicyDocument"),
    of("AWS::SNS::TopicPolicy", "PolicyDocument"),
    of("AWS::KMS::Key", "KeyPolicy"),
    of("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    of("AWS::ECR::Repository", "RepositoryPolicyText"),
    case(
        "everybody but one, on an event bus",
        resources(
            It=resource(
                "AWS::Events::EventBusPolicy",
                Statement={"Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "Action": "events:*"},
            )
        ),
        fails("It", "Statement.NotPrincipal", "NotPrincipal"),
    ),
    of("AWS::OpenSearchService::Domain", "AccessPolicies"),
    of("AWS::EFS::FileSystem", "FileSystemPolicy"),
    of("AWS::ApiGateway::RestApi", "Policy"),
    case(
        "a policy that only the deployment knows",
        resources(UNSET, Policy=resource("AWS::S3::BucketPolicy", PolicyDocument=ref("Unset"))),
        undecided("Policy", "PolicyDocument", "parameter Unset has no default"),
    ),
    case(
        "a repository without a policy",
        resources(Repository=resource("AWS::ECR::Repository"), Queue=resource("AWS::SQS::Queue")),
    ),
    case(
        "a plain role",
        resources(Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust("x"))),
        *passes("Role"),
    ),
)
