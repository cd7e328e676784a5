"""IAM07: a principal cannot raise its own rights."""

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

RULE: Final = "IAM07"
PLACE: Final = f"{STATEMENT}.Resource"
SECOND: Final = "PolicyDocument.Statement[1].Resource"
OWN: Final = "arn:aws:iam::123456789012:user/${aws:username}"
BOUND: Json = {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/b"}}

ALONE: Final = {
    "iam:AddUserToGroup": ("group", "takes on a group's rights"),
    "iam:AttachGroupPolicy": ("group", "attaches any policy"),
    "iam:AttachRolePolicy": ("role", "attaches any policy"),
    "iam:AttachUserPolicy": ("user", "attaches any policy"),
    "iam:CreateAccessKey": ("user", "signs in as another user"),
    "iam:CreateLoginProfile": ("user", "signs in as another user"),
    "iam:CreatePolicyVersion": ("policy", "rewrites a policy"),
    "iam:DeleteRolePermissionsBoundary": ("role", "takes the boundary away"),
    "iam:DeleteUserPermissionsBoundary": ("user", "takes the boundary away"),
    "iam:PutGroupPolicy": ("group", "writes a policy into it"),
    "iam:PutRolePermissionsBoundary": ("role", "takes the boundary away"),
    "iam:PutRolePolicy": ("role", "writes a policy into it"),
    "iam:PutUserPermissionsBoundary": ("user", "takes the boundary away"),
    "iam:PutUserPolicy": ("user", "writes a policy into it"),
    "iam:SetDefaultPolicyVersion": ("policy", "rewrites a policy"),
    "iam:UpdateAssumeRolePolicy": ("role", "lets itself into a role"),
    "iam:UpdateLoginProfile": ("user", "signs in as another user"),
}
ON_ONESELF: Final = ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
PAIRS: Final = {
    "amplify:CreateApp": "amplify",
    "apprunner:CreateService": "tasks.apprunner",
    "batch:RegisterJobDefinition": "ecs-tasks",
    "bedrock-agentcore:CreateAgentRuntime": "bedrock-agentcore",
    "bedrock-agentcore:CreateBrowser": "bedrock-agentcore",
    "bedrock-agentcore:CreateCodeInterpreter": "bedrock-agentcore",
    "braket:CreateJob": "braket",
    "cloudformation:CreateStack": "cloudformation",
    "cloudformation:CreateStackSet": "cloudformation",
    "cloudformation:UpdateStackSet": "cloudformation",
    "codebuild:CreateProject": "codebuild",
    "cognito-identity:SetIdentityPoolRoles": "cognito-identity",
    "datapipeline:CreatePipeline": "datapipeline",
    "ec2:RequestSpotInstances": "ec2",
    "ec2:RunInstances": "ec2",
    "ecs:RegisterTaskDefinition": "ecs-tasks",
    "ecs:RunTask": "ecs-tasks",
    "ecs:StartTask": "ecs-tasks",
    "elasticmapreduce:RunJobFlow": "elasticmapreduce",
    "emr-serverless:StartJobRun": "emr-serverless",
    "gamelift:CreateFleet": "gamelift",
    "glue:CreateDevEndpoint": "glue",
    "glue:CreateJob": "glue",
    "glue:CreateSession": "glue",
    "glue:UpdateJob": "glue",
    "imagebuilder:CreateInfrastructureConfiguration": "ec2",
    "kinesisanalytics:CreateApplication": "kinesisanalytics",
    "lambda:CreateFunction": "lambda",
    "omics:StartRun": "omics",
    "sagemaker:CreateNotebookInstance": "sagemaker",
    "sagemaker:CreateProcessingJob": "sagemaker",
    "sagemaker:CreateTrainingJob": "sagemaker",
}


def raises(
    name: str, action: object, on: object, phrase: str = "raise its own rights", **more: object
) -> Case:
    """One statement with which its principal raises its own rights."""
    template = policy(allow(action, on, **more), more=UNSET)
    return case(name, template, fails("Policy", PLACE, phrase))


def fine(name: str, action: object, on: object, **more: object) -> Case:
    """One statement that the rule lets pass."""
    return case(name, policy(allow(action, on, **more), more=UNSET), *passes("Policy"))


def paired(name: str, condition: Json, *rows: Row, with_: object = "lambda:CreateFunction") -> Case:
    """Any role passed under a condition, and what uses it in another statement."""
    template = policy(
        allow(with_, "*"), allow("iam:PassRole", "*", Condition=condition), more=UNSET
    )
    return case(name, template, *rows)


def bounded(name: str, condition: object, *, fine: bool) -> Case:
    """Any policy attached to any role under a condition."""
    template = policy(allow("iam:AttachRolePolicy", "*", Condition=condition), more=UNSET)
    row = fails("Policy", PLACE, "iam:AttachRolePolicy attaches any policy")
    return case(name, template, *(passes("Policy") if fine else (row,)))


def any_of(kind: str) -> str:
    """Every user, role, group or policy of an account."""
    return f"arn:aws:iam::123456789012:{kind}/*"


def attached(*statements: Json, **more: object) -> Json:
    """A managed policy."""
    return resource("AWS::IAM::ManagedPolicy", PolicyDocument=document(*statements), **more)


def holder(kind: str = "Role", **more: object) -> Json:
    """A role, user or group."""
    trusting = {"AssumeRolePolicyDocument": trust("ec2.amazonaws.com")} if kind == "Role" else {}
    return resource(f"AWS::IAM::{kind}", **trusting, **more)


PASS_ANY: Json = allow("iam:PassRole", "*")
RUN: Json = allow("ec2:RunInstances", "*")

PASS: Final = "iam:PassRole"
ANY_ROLE: Final = "arn:aws:iam::123456789012:role/*"
INLINE: Final = "Policies[0].PolicyDocument.Statement[0].Resource"

CASES: Final = (
    # -- each grant that suffices by itself
    *(
        raises(f"{action} on everything", action, "*", f"{action} {how}")
        for action, (_, how) in ALONE.items()
    ),
    *(
        raises(f"{action} on every {kind}", action, any_of(kind), f"{action} {how}")
        for action, (kind, how) in ALONE.items()
    ),
    *(
        fine(f"{action} on another kind", action, any_of("user" if kind != "user" else "role"))
        for action, (kind, _) in ALONE.items()
    ),
    *(
        fine(f"{action} on one {kind}", action, f"arn:aws:iam::123456789012:{kind}/other")
        for action, (kind, _) in ALONE.items()
    ),
    raises("an action in capitals", "IAM:ATTACHROLEPOLICY", "*", "iam:AttachRolePolicy"),
    fine("another action of IAM", ["iam:GetRole", "iam:CreateRole", "iam:ListUsers"], "*"),
    # -- wildcards in the action
    raises("every action", "*", "*", "iam:AddUserToGroup takes on a group's rights"),
    raises("every action, spelt out", "*:*", "*"),
    raises("every action of IAM", "iam:*", "*", "and 13 more"),
    raises("writes by a wildcard", "iam:Put*", "*", "iam:PutGroupPolicy"),
    raises("writes by a question mark", "iam:PutRolePolic?", "*", "iam:PutRolePolicy"),
    fine("reads by a wildcard", ["iam:Get*", "iam:List*"], "*"),
    fine("another service's wildcard", "s3:*", "*"),
    fine("every action on one bucket", "*", get("Bucket", "Arn")),
    fine("every action on objects", "*", "arn:aws:s3:::items/*"),
    raises(
        "four grants",
        list(ALONE)[:4],
        "*",
        "iam:AttachGroupPolicy attaches any policy, iam:AttachRolePolicy attaches any policy, "
        "iam:AttachUserPolicy attaches any policy.",
    ),
    raises(
        "five grants", list(ALONE)[:5], "*", "iam:AttachUserPolicy attaches any policy and 1 more."
    ),
    # -- patterns of resources
    raises("everything by Fn::Sub", "iam:PutRolePolicy", sub("*")),
    raises("every ARN", "iam:PutRolePolicy", "arn:*"),
    raises("roles of a prefix", "iam:PutRolePolicy", "arn:aws:iam::123456789012:role/app-*"),
    raises(
        "roles of a path by intrinsics",
        "iam:PutRolePolicy",
        join("arn:", PARTITION, ":iam::", ref("AWS::AccountId"), ":role/app/*"),
    ),
    raises(
        "names that begin as a role's", "iam:PutRolePolicy", join({"Fn::ImportValue": "Role"}, "*")
    ),
    raises("users that begin as oneself", "iam:CreateAccessKey", f"{OWN}*"),
    raises("one branch", "iam:PutRolePolicy", either("arn:aws:iam::123456789012:role/x", "*")),
    fine("one role in any account", "iam:PutRolePolicy", "arn:aws:iam::*:role/other"),
    fine("a role of an import", "iam:PutRolePolicy", {"Fn::ImportValue": "Role"}),
    fine("a number as resource", "iam:PutRolePolicy", 7),
    case(
        "each entry is placed",
        policy(allow("iam:PutRolePolicy", ["arn:aws:iam::1:role/x", "*", any_of("role")])),
        fails("Policy", f"{PLACE}[1]", "iam:PutRolePolicy"),
        fails("Policy", f"{PLACE}[2]", "iam:PutRolePolicy"),
    ),
    # -- oneself
    *(fine(f"{action} for oneself", action, OWN) for action in ON_ONESELF),
    fine(
        "one's own keys on any path", "iam:CreateAccessKey", "arn:aws:iam::*:user/*/${aws:username}"
    ),
    fine(
        "one's own keys by Fn::Sub",
        "iam:CreateAccessKey",
        sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:user/${!aws:username}"),
    ),
    raises("a policy into oneself", "iam:PutUserPolicy", OWN, "iam:PutUserPolicy writes"),
    raises("a policy attached to oneself", "iam:AttachUserPolicy", OWN),
    raises("one's own boundary", "iam:DeleteUserPermissionsBoundary", OWN),
    raises("one's own role", "iam:PutRolePolicy", get("Role", "Arn")),
    raises(
        "one's own role by a reference to its name",
        "iam:AttachRolePolicy",
        join("arn:", PARTITION, ":iam::", ref("AWS::AccountId"), ":role/", ref("Role")),
    ),
    fine("a reference to something else", "iam:PutRolePolicy", get("Table", "Arn")),
    case(
        "one's own role by name",
        resources(
            Role=holder(
                RoleName="app",
                Policies=[
                    {
                        "PolicyDocument": document(
                            allow("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/app")
                        )
                    }
                ],
            )
        ),
        fails("Role", "Policies[0].PolicyDocument.Statement[0].Resource", "iam:PutRolePolicy"),
    ),
    case(
        "one's own role by a name that a parameter gives",
        resources(
            UNSET,
            Role=holder(RoleName=ref("Unset")),
            Policy=attached(
                allow("iam:PutRolePolicy", sub("arn:aws:iam::123456789012:role/${Unset}")),
                Roles=[ref("Unset")],
            ),
        ),
        fails("Policy", PLACE, "iam:PutRolePolicy"),
    ),
    case(
        "another role of the template",
        resources(
            Role=holder(),
            Other=holder(),
            Policy=attached(allow("iam:PutRolePolicy", get("Other", "Arn")), Roles=[ref("Role")]),
        ),
        *passes("Policy"),
    ),
    case(
        "one's own user, group and their policies",
        resources(
            User=holder("User"),
            Group=holder("Group", GroupName="staff"),
            OfUser=resource(
                "AWS::IAM::UserPolicy",
                UserName=ref("User"),
                PolicyDocument=document(allow("iam:PutUserPolicy", get("User", "Arn"))),
            ),
            OfGroup=resource(
                "AWS::IAM::GroupPolicy",
                GroupName="staff",
                PolicyDocument=document(
                    allow("iam:PutGroupPolicy", "arn:aws:iam::123456789012:group/staff")
                ),
            ),
            OfBoth=attached(
                allow("iam:PutGroupPolicy", get("Group", "Arn")),
                Users=[ref("User")],
                Groups=["staff"],
            ),
            Keys=attached(
                allow(
                    ["iam:CreateAccessKey", "iam:AddUserToGroup"],
                    [get("User", "Arn"), get("Group", "Arn")],
                ),
                Users=[ref("User")],
                Groups=["staff"],
            ),
        ),
        fails("OfUser", PLACE, "iam:PutUserPolicy"),
        fails("OfGroup", PLACE, "iam:PutGroupPolicy"),
        fails("OfBoth", PLACE, "iam:PutGroupPolicy"),
        *passes("Keys"),
    ),
    case(
        "one's own user by name",
        resources(
            User=holder("User", UserName="ann"),
            Attached=attached(
                allow("iam:PutUserPolicy", "arn:aws:iam::123456789012:user/staff/ann"),
                Users=["ann"],
            ),
            ByReference=attached(
                allow("iam:PutUserPolicy", get("User", "Arn")), Users=[ref("User")]
            ),
            OfAnother=attached(allow("iam:PutUserPolicy", get("User", "Arn")), Users=["bob"]),
            Runs=resource("AWS::IAM::UserPolicy", UserName="ann", PolicyDocument=document(RUN)),
            Passes=attached(PASS_ANY, Users=["ann"]),
        ),
        fails("Attached", PLACE, "iam:PutUserPolicy"),
        fails("ByReference", PLACE, "iam:PutUserPolicy"),
        *passes("OfAnother", "Runs"),
        fails("Passes", PLACE, "ec2:RunInstances of Runs"),
    ),
    # -- a policy that one has oneself
    case(
        "its own policy",
        resources(
            Policy=attached(
                allow("iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/app"),
                ManagedPolicyName="app",
            )
        ),
        fails("Policy", PLACE, "iam:CreatePolicyVersion rewrites"),
    ),
    case(
        "another policy of its role",
        resources(
            Role=holder(ManagedPolicyArns=[ref("Other")]),
            Other=attached(allow("s3:GetObject", "arn:aws:s3:::items/*")),
            Policy=attached(
                allow("iam:SetDefaultPolicyVersion", ref("Other")), Roles=[ref("Role")]
            ),
        ),
        *passes("Other"),
        fails("Policy", PLACE, "iam:SetDefaultPolicyVersion"),
    ),
    case(
        "a policy from elsewhere that its role has",
        resources(
            Role=holder(
                ManagedPolicyArns=["arn:aws:iam::123456789012:policy/app", {"Ref": "Nothing"}],
                Policies=[
                    {
                        "PolicyDocument": document(
                            allow(
                                "iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/app"
                            ),
                            allow(
                                "iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/other"
                            ),
                        )
                    }
                ],
            )
        ),
        fails("Role", "Policies[0].PolicyDocument.Statement[0].Resource", "rewrites a policy"),
    ),
    case(
        "a policy that another role has",
        resources(
            Role=holder(),
            Reader=holder(ManagedPolicyArns=[ref("Other")]),
            Other=attached(allow("s3:GetObject", "arn:aws:s3:::items/*")),
            Policy=attached(allow("iam:CreatePolicyVersion", ref("Other")), Roles=[ref("Role")]),
        ),
        *passes("Other", "Policy"),
    ),
    case(
        "a policy of roles from elsewhere",
        resources(
            Other=attached(allow("s3:GetObject", "arn:aws:s3:::items/*"), Roles=["theirs"]),
            Policy=attached(allow("iam:CreatePolicyVersion", ref("Other")), Roles=["ours"]),
        ),
        *passes("Other", "Policy"),
    ),
    # -- a boundary
    bounded("a boundary", BOUND, fine=True),
    bounded(
        "a boundary by pattern",
        {"ArnLike": {"iam:permissionsboundary": "arn:aws:iam::*:policy/boundary"}},
        fine=True,
    ),
    bounded(
        "a boundary by reference",
        {"StringEquals": {"iam:PermissionsBoundary": {"Fn::ImportValue": "Boundary"}}},
        fine=True,
    ),
    bounded(
        "every policy as boundary",
        {"ArnLike": {"iam:PermissionsBoundary": "arn:aws:iam::*:policy/*"}},
        fine=False,
    ),
    bounded("anything as boundary", {"StringLike": {"iam:PermissionsBoundary": "*"}}, fine=False),
    bounded(
        "a boundary if there is one",
        {"StringEqualsIfExists": {"iam:PermissionsBoundary": "arn:aws:iam::1:policy/b"}},
        fine=False,
    ),
    bounded(
        "any boundary but one",
        {"StringNotEquals": {"iam:PermissionsBoundary": "arn:aws:iam::1:policy/b"}},
        fine=False,
    ),
    bounded("a boundary in one branch", either(BOUND, NO_VALUE), fine=False),
    bounded("another key", {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::1:policy/b"}}, fine=False),
    bounded("the region", {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, fine=False),
    # -- passing a role, with what uses it
    *(
        raises(
            f"{action} with any role",
            ["iam:PassRole", action],
            "*",
            f"iam:PassRole with {action} has a role act",
        )
        for action in PAIRS
    ),
    *(
        paired(
            f"{action} with any role for its service",
            {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}},
            fails("Policy", SECOND, action),
            with_=action,
        )
        for action, service in PAIRS.items()
    ),
    *(
        paired(
            f"{action} with any role for another service",
            {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
            *passes("Policy"),
            with_=action,
        )
        for action in PAIRS
    ),
    paired(
        "the second service of two",
        {"StringLike": {"iam:PassedToService": "build.apprunner.amazonaws.com"}},
        fails("Policy", SECOND, "apprunner:CreateService"),
        with_="apprunner:CreateService",
    ),
    paired(
        "a cluster's instances",
        {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        fails("Policy", SECOND, "elasticmapreduce:RunJobFlow"),
        with_="elasticmapreduce:RunJobFlow",
    ),
    paired(
        "a pipeline's clusters",
        {"StringEquals": {"iam:PassedToService": "elasticmapreduce.amazonaws.com"}},
        fails("Policy", SECOND, "datapipeline:CreatePipeline"),
        with_="datapipeline:CreatePipeline",
    ),
    paired(
        "one service of several",
        {
            "StringEquals": {
                "iam:PassedToService": ["scheduler.amazonaws.com", "lambda.amazonaws.com"]
            }
        },
        fails("Policy", SECOND, "lambda:CreateFunction"),
    ),
    paired(
        "its service by a pattern",
        {"StringLike": {"iam:PassedToService": "lamb*"}},
        fails("Policy", SECOND, "lambda:CreateFunction"),
    ),
    paired(
        "its service by a pattern of its length",
        {"StringLike": {"iam:PassedToService": "??????.amazonaws.com"}},
        fails("Policy", SECOND, "lambda:CreateFunction"),
    ),
    paired(
        "a service of another length by a pattern",
        {"StringLike": {"iam:PassedToService": "?????.amazonaws.com"}},
        *passes("Policy"),
    ),
    paired(
        "its service if it is told",
        {"StringEqualsIfExists": {"iam:PassedToService": "scheduler.amazonaws.com"}},
        *passes("Policy"),
    ),
    paired(
        "its service in another partition",
        {"StringEquals": {"iam:PassedToService": join("lambda.", ref("AWS::URLSuffix"))}},
        fails("Policy", SECOND, "lambda:CreateFunction"),
    ),
    paired(
        "another service in another partition",
        {"StringEquals": {"iam:PassedToService": join("scheduler.", ref("AWS::URLSuffix"))}},
        *passes("Policy"),
    ),
    paired(
        "a service by a pattern that is not known",
        {"StringLike": {"iam:PassedToService": ref("Unset")}},
        fails("Policy", SECOND, "lambda:CreateFunction"),
    ),
    paired(
        "all services but its own",
        {"StringNotEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        fails("Policy", SECOND, "lambda:CreateFunction"),
    ),
    fine("any role and nothing that uses it", ["iam:PassRole", "lambda:InvokeFunction"], "*"),
    raises(
        "roles of a prefix with what uses them",
        ["iam:PassRole", "lambda:CreateFunction"],
        "arn:aws:iam::123456789012:role/app-*",
    ),
    fine(
        "one fixed role with what uses it",
        ["iam:PassRole", "lambda:CreateFunction"],
        "arn:aws:iam::123456789012:role/worker",
    ),
    fine("one's own role passed", ["iam:PassRole", "lambda:CreateFunction"], get("Role", "Arn")),
    fine(
        "functions by a pattern with no role passed",
        ["iam:PassRole", "lambda:CreateFunction"],
        "arn:aws:lambda:eu-west-1:123456789012:function:*",
    ),
    fine(
        "any role where a boundary is asked for",
        ["iam:PassRole", "lambda:CreateFunction"],
        "*",
        Condition=BOUND,
    ),
    case(
        "the other action is denied",
        policy(PASS_ANY, {**RUN, "Effect": "Deny"}),
        *passes("Policy"),
    ),
    raises(
        "alone and in a pair",
        ["iam:PassRole", "iam:PutRolePolicy", "ec2:RunInstances"],
        "*",
        "iam:PutRolePolicy writes a policy into it, iam:PassRole with ec2:RunInstances",
    ),
    # -- over several policies of one principal
    case(
        "the pair in two policies of a role",
        resources(
            Role=holder(),
            Passes=attached(PASS_ANY, Roles=[ref("Role")]),
            Runs=attached(RUN, Roles=[ref("Role")]),
        ),
        fails("Passes", PLACE, "iam:PassRole with ec2:RunInstances of Runs has a role act for it"),
        *passes("Runs"),
    ),
    case(
        "inline, attached by name and attached by the role",
        resources(
            Role=holder(
                RoleName="app",
                ManagedPolicyArns=["arn:aws:iam::123456789012:policy/team/runs"],
                Policies=[{"PolicyDocument": document(PASS_ANY)}],
            ),
            Runs=attached(RUN, ManagedPolicyName="runs"),
            Also=resource(
                "AWS::IAM::RolePolicy",
                RoleName="app",
                PolicyDocument=document(PASS_ANY),
            ),
        ),
        fails(
            "Role", "Policies[0].PolicyDocument.Statement[0].Resource", "ec2:RunInstances of Runs"
        ),
        *passes("Runs"),
        fails("Also", PLACE, "ec2:RunInstances of Runs"),
    ),
    case(
        "a group's policies",
        resources(
            Group=holder("Group", Policies=[{"PolicyDocument": document(RUN)}]),
            Passes=attached(PASS_ANY, Groups=[ref("Group")]),
        ),
        *passes("Group"),
        fails("Passes", PLACE, "ec2:RunInstances of Group"),
    ),
    case(
        "the pair in policies of two roles",
        resources(
            One=holder(),
            Two=holder(),
            Passes=attached(PASS_ANY, Roles=[ref("One")]),
            Runs=attached(RUN, Roles=[ref("Two")]),
        ),
        *passes("Passes", "Runs"),
    ),
    case(
        "the pair in policies of roles from elsewhere",
        resources(
            Passes=attached(PASS_ANY, Roles=["theirs"]), Runs=attached(RUN, Roles=["theirs"])
        ),
        *passes("Passes", "Runs"),
    ),
    case(
        "what the role's trust policy says is no right of its own",
        resources(
            Role=resource(
                "AWS::IAM::Role",
                AssumeRolePolicyDocument=document(
                    {"Effect": "Allow", "Action": "*", "Principal": {"Service": "a.amazonaws.com"}}
                ),
            ),
            Passes=attached(PASS_ANY, Roles=[ref("Role")]),
        ),
        *passes("Passes"),
    ),
    assembly(
        "the pair in two stacks",
        {
            "App": resources(
                Passes=attached(PASS_ANY, Roles=[{"Fn::ImportValue": "Role"}]),
            ),
            "Base": resources(
                {"Outputs": {"Role": exported("Role", ref("Role"))}},
                Role=holder(Policies=[{"PolicyDocument": document(RUN)}]),
            ),
        },
        fails("Passes", PLACE, "ec2:RunInstances of Role"),
        *passes("Role"),
    ),
    # -- what only the deployment knows
    case(
        "an unknown resource",
        policy(allow(["iam:GetRole", "iam:PutRolePolicy"], ref("Unset")), more=UNSET),
        undecided("Policy", PLACE, "The resource of iam:PutRolePolicy"),
    ),
    case(
        "an unknown role that is passed",
        policy(allow(["iam:PassRole", "ec2:RunInstances"], ref("Unset")), more=UNSET),
        undecided("Policy", PLACE, "The resource of iam:PassRole"),
    ),
    case(
        "an unknown boundary",
        policy(
            allow("iam:PutRolePolicy", "*", Condition=ref("Unset")),
            more=UNSET,
        ),
        undecided("Policy", PLACE, "bounds iam:PutRolePolicy writes a policy into it is known"),
    ),
    fine(
        "an unknown condition on one role",
        "iam:PutRolePolicy",
        "arn:aws:iam::1:role/x",
        Condition=ref("Unset"),
    ),
    fine("an unknown role that nothing uses", "iam:PassRole", ref("Unset")),
    fine("an unknown resource of other actions", "iam:GetRole", ref("Unset")),
    case(
        "a policy that only the deployment knows",
        resources(UNSET, Policy=resource("AWS::IAM::ManagedPolicy", PolicyDocument=ref("Unset"))),
        undecided("Policy", "PolicyDocument", "parameter Unset has no default"),
    ),
    # -- what is not judged
    case("a denial", policy({**allow("iam:*", "*"), "Effect": "Deny"}), *passes("Policy")),
    case(
        "an exclusion",
        policy({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}),
        *passes("Policy"),
    ),
    fine("a parameter as action", ref("Unset"), "*"),
    case("no statements", policy()),
    case("a role without policies", resources(Role=holder())),
    # -- users and their groups
    case(
        "the pair in a user and its group",
        resources(
            User=resource(
                "AWS::IAM::User",
                Groups=[ref("Group")],
                Policies=[{"PolicyDocument": document(allow("lambda:CreateFunction", "*"))}],
            ),
            Group=resource(
                "AWS::IAM::Group", Policies=[{"PolicyDocument": document(allow(PASS, ANY_ROLE))}]
            ),
        ),
        *passes("User"),
        fails("Group", INLINE, "iam:PassRole with lambda:CreateFunction of User"),
    ),
    case(
        "the pair in two groups of a user",
        resources(
            User=resource("AWS::IAM::User", Groups=["passers"]),
            Passers=resource(
                "AWS::IAM::Group",
                GroupName="passers",
                Policies=[{"PolicyDocument": document(allow(PASS, ANY_ROLE))}],
            ),
            Makers=resource(
                "AWS::IAM::Group",
                Policies=[{"PolicyDocument": document(allow("lambda:CreateFunction", "*"))}],
            ),
            Joins=resource(
                "AWS::IAM::UserToGroupAddition", GroupName=ref("Makers"), Users=[ref("User")]
            ),
        ),
        fails("Passers", INLINE, "iam:PassRole with lambda:CreateFunction of Makers"),
        *passes("Makers"),
    ),
    case(
        "the pair in two groups without a user in both",
        resources(
            User=resource("AWS::IAM::User", Groups=[ref("Passers"), "elsewhere"]),
            Passers=resource(
                "AWS::IAM::Group", Policies=[{"PolicyDocument": document(allow(PASS, ANY_ROLE))}]
            ),
            Makers=resource(
                "AWS::IAM::Group",
                Policies=[{"PolicyDocument": document(allow("lambda:CreateFunction", "*"))}],
            ),
            Joins=resource(
                "AWS::IAM::UserToGroupAddition", GroupName=ref("Makers"), Users=["somebody"]
            ),
            Other=resource("AWS::IAM::UserToGroupAddition", GroupName="else", Users=[ref("User")]),
        ),
        *passes("Passers", "Makers"),
    ),
    case(
        "a user's right over its own group",
        resources(
            User=resource(
                "AWS::IAM::User",
                Groups=[ref("Group")],
                Policies=[
                    {"PolicyDocument": document(allow("iam:PutGroupPolicy", get("Group", "Arn")))}
                ],
            ),
            Group=resource("AWS::IAM::Group"),
        ),
        fails("User", INLINE, "iam:PutGroupPolicy writes a policy into it"),
    ),
)
