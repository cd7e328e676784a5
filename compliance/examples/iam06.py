"""IAM06 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam


def failing(stack: cdk.Stack) -> None:
    """Lets the workflows of every repository on GitHub assume the role."""
    github = "token.actions.githubusercontent.com"
    provider = iam.OidcProviderNative(stack, "GitHub", url=f"https://{github}")
    workflows = {
        "StringEquals": {f"{github}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{github}:sub": "repo:*"},
    }

    iam.Role(stack, "Deploy", assumed_by=iam.OpenIdConnectPrincipal(provider, workflows))


def mended(stack: cdk.Stack) -> None:
    """Lets those of one repository's main branch assume it."""
    github = "token.actions.githubusercontent.com"
    provider = iam.OidcProviderNative(stack, "GitHub", url=f"https://{github}")
    workflows = {
        "StringEquals": {
            f"{github}:aud": "sts.amazonaws.com",
            f"{github}:sub": "repo:octo/items:ref:refs/heads/main",
        },
    }

    iam.Role(stack, "Deploy", assumed_by=iam.OpenIdConnectPrincipal(provider, workflows))
