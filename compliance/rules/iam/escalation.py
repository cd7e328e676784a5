"""The grants with which a principal can raise its own rights.

Sources of the paths: Rhino Security Labs, 'AWS IAM Privilege Escalation Methods and Mitigation';
Bishop Fox, 'Privilege Escalation in AWS' and IAM Vulnerable; Datadog, pathfinding.cloud. Taking a
permissions boundary away: IAM User Guide, 'Permissions boundaries for IAM entities'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.rules.iam.identity import held_to

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compliance.iam.conditions import Answer
    from compliance.iam.statements import Statement
    from compliance.intrinsics import Text

PASS_ROLE: Final = "iam:PassRole"  # noqa: S105 - an action
PASSED_TO: Final = "iam:PassedToService"
BOUNDARY: Final = "iam:PermissionsBoundary"

_REWRITES: Final = "rewrites a policy that is attached"
_ATTACHES: Final = "attaches any policy"
_WRITES: Final = "writes a policy into it"
_SIGNS_IN: Final = "signs in as another user"
_UNBOUNDS: Final = "takes the boundary away, or sets a wider one"

ALONE: Final[Mapping[str, str]] = {
    "iam:AddUserToGroup": "takes on a group's rights",
    "iam:AttachGroupPolicy": _ATTACHES,
    "iam:AttachRolePolicy": _ATTACHES,
    "iam:AttachUserPolicy": _ATTACHES,
    "iam:CreateAccessKey": _SIGNS_IN,
    "iam:CreateLoginProfile": _SIGNS_IN,
    "iam:CreatePolicyVersion": _REWRITES,
    "iam:DeleteRolePermissionsBoundary": _UNBOUNDS,
    "iam:DeleteUserPermissionsBoundary": _UNBOUNDS,
    "iam:PutGroupPolicy": _WRITES,
    "iam:PutRolePermissionsBoundary": _UNBOUNDS,
    "iam:PutRolePolicy": _WRITES,
    "iam:PutUserPermissionsBoundary": _UNBOUNDS,
    "iam:PutUserPolicy": _WRITES,
    "iam:SetDefaultPolicyVersion": _REWRITES,
    "iam:UpdateAssumeRolePolicy": "lets itself into a role",
    "iam:UpdateLoginProfile": _SIGNS_IN,
}
"""Actions that suffice by themselves, and what each does for the principal."""

OWN: Final = frozenset(
    {
        "iam:AddUserToGroup",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:UpdateLoginProfile",
    }
)
"""Those of them that give a principal nothing new on itself: a user's own keys and password, the
group that it is in."""

WITH_A_ROLE: Final[Mapping[str, tuple[str, ...]]] = {
    "amplify:CreateApp": ("amplify",),
    "apprunner:CreateService": ("tasks.apprunner", "build.apprunner"),
    "batch:RegisterJobDefinition": ("ecs-tasks",),
    "bedrock-agentcore:CreateAgentRuntime": ("bedrock-agentcore",),
    "bedrock-agentcore:CreateBrowser": ("bedrock-agentcore",),
    "bedrock-agentcore:CreateCodeInterpreter": ("bedrock-agentcore",),
    "braket:CreateJob": ("braket",),
    "cloudformation:CreateStack": ("cloudformation",),
    "cloudformation:CreateStackSet": ("cloudformation",),
    "cloudformation:UpdateStackSet": ("cloudformation",),
    "codebuild:CreateProject": ("codebuild",),
    "cognito-identity:SetIdentityPoolRoles": ("cognito-identity",),
    "datapipeline:CreatePipeline": ("datapipeline", "elasticmapreduce"),
    "ec2:RequestSpotInstances": ("ec2",),
    "ec2:RunInstances": ("ec2",),
    "ecs:RegisterTaskDefinition": ("ecs-tasks",),
    "ecs:RunTask": ("ecs-tasks",),
    "ecs:StartTask": ("ecs-tasks",),
    "elasticmapreduce:RunJobFlow": ("ec2", "elasticmapreduce"),
    "emr-serverless:StartJobRun": ("emr-serverless",),
    "gamelift:CreateFleet": ("gamelift",),
    "glue:CreateDevEndpoint": ("glue",),
    "glue:CreateJob": ("glue",),
    "glue:CreateSession": ("glue",),
    "glue:UpdateJob": ("glue",),
    "imagebuilder:CreateInfrastructureConfiguration": ("ec2",),
    "kinesisanalytics:CreateApplication": ("kinesisanalytics",),
    "lambda:CreateFunction": ("lambda",),
    "omics:StartRun": ("omics",),
    "sagemaker:CreateNotebookInstance": ("sagemaker",),
    "sagemaker:CreateProcessingJob": ("sagemaker",),
    "sagemaker:CreateTrainingJob": ("sagemaker",),
}
"""Actions that have a service run the principal's own work with a role that it may pass, and the
services that the role is passed to, without `.amazonaws.com`."""


def passed_to(statement: Statement, accepts: Callable[[str | Text], bool]) -> Answer:
    """Whether a statement lets roles be passed to accepted services only.

    Passing a role always names the service; CDK and CodePipeline's own role write the condition
    with `StringEqualsIfExists`.

    Args:
        statement: an Allow of iam:PassRole.
        accepts: asked of each service that the condition lists.
    """
    return held_to(statement, PASSED_TO, accepts, always_there=True)
