"""IAM05: iam:PassRole names its role and its service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.compliance.rules.case import (
    NO_VALUE,
    PARTITION,
    STATEMENT,
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
    policy,
    ref,
    resource,
    resources,
    sub,
    trust,
    undecided,
)

if TYPE_CHECKING:
    from tests.compliance.rules.case import Row

RULE: Final = "IAM05"
FIXED: Final = "arn:aws:iam::123456789012:role/items"
TO: Final = "iam:PassedToService"
TO_LAMBDA: Json = {"StringEquals": {TO: "lambda.amazonaws.com"}}
PLACE: Final = f"{STATEMENT}.Resource"
ANY_ROLE: Final = "Every role that the pattern takes in may be passed."
ANY_BOTH: Final = "Every role that the pattern takes in may be passed, to any service."
ANY_SERVICE: Final = "to any service: no condition on iam:PassedToService names one"


def pass_role(on: object, condition: object = None, *, action: object = "iam:PassRole") -> Json:
    """A statement that passes a role."""
    return allow(action, on, **({} if condition is None else {"Condition": condition}))


def wide(name: str, on: object, phrase: str = ANY_ROLE, **more: object) -> Case:
    """A statement that fails whose service is named."""
    template = policy(pass_role(on, TO_LAMBDA, **more), more=UNSET)
    return case(name, template, fails("Policy", PLACE, phrase))


def fine(name: str, on: object, condition: object = None, **more: object) -> Case:
    """A statement that the rule lets pass."""
    return case(name, policy(pass_role(on, condition, **more), more=UNSET), *passes("Policy"))


def open_to_all(name: str, condition: object, on: object = FIXED, **more: object) -> Case:
    """A statement that names a role and no service."""
    row = fails("Policy", PLACE, ANY_SERVICE)
    return case(name, policy(pass_role(on, condition, **more), more=UNSET), row)


def asks(name: str, condition: object, on: object = FIXED, phrase: str = "names a service") -> Case:
    """A statement that only the deployment can judge."""
    row = undecided("Policy", PLACE, phrase)
    return case(name, policy(pass_role(on, condition), more=UNSET), row)


def passed(name: str, role: Json, on: object, *rows: Row) -> Case:
    """A role of the template that is passed without a condition."""
    template = resources(
        UNSET,
        Passed=role,
        Policy=resource("AWS::IAM::Policy", PolicyDocument=document(pass_role(on))),
    )
    return case(name, template, *rows)


def trusting(*statements: Json, **more: object) -> Json:
    """A role that trusts whom its statements say."""
    return resource("AWS::IAM::Role", AssumeRolePolicyDocument=document(*statements), **more)


def trusts(principal: object) -> Json:
    """A statement of a trust policy."""
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}


TASKS: Json = resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"))
NOT_TIED: Final = (fails("Policy", PLACE, ANY_SERVICE),)

CASES: Final = (
    # -- the role
    wide("every resource", "*"),
    wide("every resource by Fn::Sub", sub("*")),
    wide("every resource by Fn::Join", {"Fn::Join": ["", ["*"]]}),
    wide("every ARN", "arn:aws:*"),
    wide("every role", "arn:aws:iam::123456789012:role/*"),
    wide(
        "every role by intrinsics",
        join("arn:", PARTITION, ":iam::", ref("AWS::AccountId"), ":role/*"),
    ),
    wide("roles of a prefix", "arn:aws:iam::123456789012:role/items-*"),
    wide("roles of a path", sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app/*")),
    wide("roles by a question mark", "arn:aws:iam::123456789012:role/item?"),
    wide("names that begin as a role's", join(get("Role", "Arn"), "*")),
    wide("one branch is everything", either(FIXED, "*")),
    case(
        "neither role nor service",
        policy(pass_role("*")),
        fails("Policy", PLACE, ANY_BOTH, observed="*"),
    ),
    case(
        "each role is placed",
        policy(pass_role([FIXED, "*", "arn:aws:iam::123456789012:role/x-*"], TO_LAMBDA)),
        fails("Policy", f"{PLACE}[1]", ANY_ROLE),
        fails("Policy", f"{PLACE}[2]", ANY_ROLE),
    ),
    fine("role and service", FIXED, TO_LAMBDA),
    fine("a reference and a service", get("Role", "Arn"), TO_LAMBDA),
    fine("one role of any account and partition", "arn:*:iam::*:role/items", TO_LAMBDA),
    fine("an import and a service", {"Fn::ImportValue": "Role"}, TO_LAMBDA),
    fine(
        "a role named by a parameter",
        sub("arn:aws:iam::${AWS::AccountId}:role/${Unset}"),
        TO_LAMBDA,
    ),
    # -- the action
    wide("every action of IAM", "*", action="iam:*"),
    wide("passing by a wildcard", "*", action="iam:Pass*"),
    wide("passing by a question mark", "*", action=["s3:GetObject", "IAM:passrol?"]),
    wide("every action", "*", action="*"),
    wide("every action, spelt out", "*", action="*:*"),
    fine("another action", "*", action="iam:GetRole"),
    fine("another service's wildcard", "*", action="s3:*"),
    fine("a parameter as action", "*", action=ref("Unset")),
    open_to_all("every action of IAM on one role", None, action="iam:*"),
    fine("every action on a bucket", "arn:aws:s3:::items", action="*"),
    fine("every action on a bucket's objects", join(get("Bucket", "Arn"), "/*"), action="*"),
    fine("every action on a key", get("Key", "Arn"), action="*"),
    fine("users in place of roles", "arn:aws:iam::123456789012:user/*", action="iam:*"),
    fine("a number as resource", 7),
    # -- the service
    open_to_all("no condition", None),
    open_to_all("no condition on a reference to another type", None, get("Unlisted", "Arn")),
    open_to_all("no condition on an import", None, {"Fn::ImportValue": "Role"}),
    open_to_all("an empty condition", {}),
    open_to_all("another key", {"StringEquals": {"iam:AssociatedResourceArn": "arn:aws:ec2:*"}}),
    open_to_all("every service", {"StringLike": {TO: "*"}}),
    open_to_all("every service of AWS", {"StringLike": {TO: "*.amazonaws.com"}}),
    open_to_all("one service and every one", {"StringLike": {TO: ["ec2.amazonaws.com", "*"]}}),
    open_to_all("all but one service", {"StringNotEquals": {TO: "ec2.amazonaws.com"}}),
    open_to_all("that a service is told", {"Null": {TO: "false"}}),
    open_to_all("no service", {"StringEquals": {TO: []}}),
    open_to_all("a number as service", {"StringEquals": {TO: 7}}),
    open_to_all("a service in one branch", either(TO_LAMBDA, NO_VALUE)),
    open_to_all("a service in one branch of the operator", {"StringEquals": either({}, NO_VALUE)}),
    open_to_all(
        "a service in one branch of the key",
        {"StringEquals": {TO: either("ec2.amazonaws.com", NO_VALUE)}},
    ),
    fine("a service by a pattern", FIXED, {"StringLike": {TO: "ecs*"}}),
    fine("two services", FIXED, {"StringLike": {TO: ["ec2.*", "lambda.*"]}}),
    fine("a service in capitals", FIXED, {"STRINGEQUALS": {TO.upper(): "ec2.amazonaws.com"}}),
    fine("a service if it is told", FIXED, {"StringEqualsIfExists": {TO: "ec2.amazonaws.com"}}),
    fine("any of a service", FIXED, {"ForAnyValue:StringEquals": {TO: "ec2.amazonaws.com"}}),
    fine(
        "a service of the partition",
        FIXED,
        {"StringEquals": {TO: join("ec2.", ref("AWS::URLSuffix"))}},
    ),
    fine(
        "one service or another",
        FIXED,
        either(TO_LAMBDA, {"StringEquals": {TO: "ec2.amazonaws.com"}}),
    ),
    fine("an exact service by parameter", FIXED, {"StringEquals": {TO: ref("Unset")}}),
    fine(
        "a service among other keys",
        FIXED,
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1", TO: "ec2.amazonaws.com"}},
    ),
    # -- the passed role's own trust
    passed("a role that trusts one service", TASKS, get("Passed", "Arn"), *passes("Policy")),
    passed(
        "a role that trusts one service, by name",
        {**TASKS, "Properties": {**TASKS["Properties"], "RoleName": "tasks"}},
        "arn:aws:iam::123456789012:role/service/tasks",
        *passes("Policy"),
    ),
    passed(
        "a role that trusts one service, by a reference to its name",
        TASKS,
        sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Passed}"),
        *passes("Policy"),
    ),
    passed(
        "a role that trusts one service in two partitions",
        resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument=trust("ec2.amazonaws.com", "ec2.amazonaws.com.cn"),
        ),
        get("Passed", "Arn"),
        *passes("Policy"),
    ),
    passed(
        "a role that denies another service",
        trusting(
            trusts({"Service": "ec2.amazonaws.com"}),
            {**trusts({"Service": "lambda.amazonaws.com"}), "Effect": "Deny"},
        ),
        get("Passed", "Arn"),
        *passes("Policy"),
    ),
    passed(
        "a pattern of a role that trusts one service",
        TASKS,
        join(get("Passed", "Arn"), "*"),
        fails("Policy", PLACE, ANY_BOTH),
    ),
    passed(
        "a role of another name",
        {**TASKS, "Properties": {**TASKS["Properties"], "RoleName": "tasks"}},
        "arn:aws:iam::123456789012:role/other",
        *NOT_TIED,
    ),
    passed(
        "a role that trusts two services",
        resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument=trust("ec2.amazonaws.com", "ecs-tasks.amazonaws.com"),
        ),
        get("Passed", "Arn"),
        *NOT_TIED,
    ),
    passed(
        "a role that trusts two services in two statements",
        trusting(
            trusts({"Service": "ec2.amazonaws.com"}), trusts({"Service": "lambda.amazonaws.com"})
        ),
        get("Passed", "Arn"),
        *NOT_TIED,
    ),
    passed(
        "a role that trusts a service and an account",
        trusting(trusts({"Service": "ec2.amazonaws.com", "AWS": "123456789012"})),
        get("Passed", "Arn"),
        *NOT_TIED,
    ),
    passed(
        "a role that trusts an account",
        trusting(trusts({"AWS": "123456789012"})),
        get("Passed", "Arn"),
        *NOT_TIED,
    ),
    passed("a role that trusts anybody", trusting(trusts("*")), get("Passed", "Arn"), *NOT_TIED),
    passed("a role that trusts nobody", trusting(), get("Passed", "Arn"), *NOT_TIED),
    passed(
        "a role whose trust is unknown",
        resource("AWS::IAM::Role", AssumeRolePolicyDocument=ref("Unset")),
        get("Passed", "Arn"),
        undecided("Policy", PLACE, "Whom the passed role trusts"),
    ),
    passed(
        "a role whose trusted service is unknown",
        trusting(trusts({"Service": ref("Unset")})),
        get("Passed", "Arn"),
        undecided("Policy", PLACE, "Whom the passed role trusts"),
    ),
    passed(
        "a role whose principal is unknown",
        trusting(trusts(ref("Unset"))),
        get("Passed", "Arn"),
        undecided("Policy", PLACE, "Whom the passed role trusts"),
    ),
    passed(
        "a role that trusts a service and somebody unknown",
        trusting(trusts({"Service": "ec2.amazonaws.com"}), trusts(ref("Unset"))),
        get("Passed", "Arn"),
        *NOT_TIED,
    ),
    passed(
        "a user in place of the role",
        resource("AWS::IAM::User", UserName="tasks"),
        join("arn:aws:iam::123456789012:role/", ref("Passed")),
        *NOT_TIED,
    ),
    case(
        "two roles of one name",
        resources(
            One=resource(
                "AWS::IAM::Role",
                RoleName="tasks",
                AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"),
            ),
            Two=resource(
                "AWS::IAM::Role",
                RoleName="tasks",
                AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"),
            ),
            Policy=resource(
                "AWS::IAM::Policy",
                PolicyDocument=document(pass_role("arn:aws:iam::123456789012:role/tasks")),
            ),
        ),
        *NOT_TIED,
    ),
    assembly(
        "a role of another stack",
        {
            "Deploy": resources(
                Policy=resource(
                    "AWS::IAM::ManagedPolicy",
                    PolicyDocument=document(pass_role({"Fn::ImportValue": "Role"})),
                )
            ),
            "Tasks": resources(
                {"Outputs": {"Role": exported("Role", get("Task", "Arn"))}}, Task=TASKS
            ),
        },
        *passes("Policy"),
    ),
    assembly(
        "a role of another stack, by a name of the stack's own",
        {
            "Deploy": resources(
                {"Parameters": {"Name": {"Type": "String", "Default": "x"}}},
                Policy=resource(
                    "AWS::IAM::Policy",
                    PolicyDocument=document(
                        pass_role(sub("arn:aws:iam::123456789012:role/${AWS::StackName}"))
                    ),
                ),
            ),
            "Tasks": resources(
                Task={
                    **TASKS,
                    "Properties": {**TASKS["Properties"], "RoleName": ref("AWS::StackName")},
                }
            ),
        },
        *NOT_TIED,
    ),
    # -- what only the deployment knows
    asks("a pattern of a service by parameter", {"StringLike": {TO: ref("Unset")}}),
    asks("an unknown condition", ref("Unset")),
    asks("an unknown operator", {"StringEquals": ref("Unset")}),
    asks("an unknown role with a service", TO_LAMBDA, ref("Unset"), "The role that may be passed"),
    asks(
        "an unknown head",
        TO_LAMBDA,
        join(ref("Unset"), ":role/items"),
        "The role that may be passed",
    ),
    asks(
        "an unknown role and condition", ref("Unset"), ref("Unset"), "The role that may be passed"
    ),
    open_to_all("an unknown role without a service", None, ref("Unset")),
    case(
        "an unknown resource of every action",
        policy(pass_role(ref("Unset"), action="*"), more=UNSET),
        undecided("Policy", PLACE, "The role that may be passed"),
    ),
    case(
        "an unknown resource of every action, spelt out",
        policy(pass_role(ref("Unset"), action="*:*"), more=UNSET),
        undecided("Policy", PLACE, "The role that may be passed"),
    ),
    open_to_all("an unknown role, named twice", None, ref("Unset"), action=["*", "iam:PassRole"]),
    case(
        "everything under an unknown condition",
        policy(pass_role("*", ref("Unset")), more=UNSET),
        fails("Policy", PLACE, ANY_ROLE),
    ),
    case(
        "a policy that only the deployment knows",
        resources(UNSET, Policy=resource("AWS::IAM::ManagedPolicy", PolicyDocument=ref("Unset"))),
        undecided("Policy", "PolicyDocument", "parameter Unset has no default"),
    ),
    # -- what is not judged
    case("a denial", policy({**pass_role("*"), "Effect": "Deny"}), *passes("Policy")),
    case(
        "an exclusion",
        policy({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}),
        *passes("Policy"),
    ),
    case("no statements", policy()),
    case("a trust policy", resources(Role=TASKS)),
    case(
        "a resource policy",
        resources(Key=resource("AWS::KMS::Key", KeyPolicy=document(allow("*", "*")))),
    ),
    case(
        "inline in a user, the statement no list",
        resources(
            User=resource(
                "AWS::IAM::User", Policies=[{"PolicyDocument": {"Statement": pass_role("*")}}]
            )
        ),
        fails("User", "Policies[0].PolicyDocument.Statement.Resource", ANY_BOTH),
    ),
)
