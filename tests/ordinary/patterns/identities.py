"""Roles, users' pools and grants over the border of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_cognito_identitypool as identitypool
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from tests.ordinary.pattern import critical, ordinary

if TYPE_CHECKING:
    import aws_cdk as cdk

    from tests.ordinary.pattern import Pattern

OWN_ACCOUNT: Final = "111122223333"
KNOWN_ACCOUNT: Final = "444455556666"
"""Another one of ours, which the policy data names."""
OTHER_ACCOUNT: Final = "777788889999"


@ordinary()
def user_pool_and_identity_pool(stack: cdk.Stack) -> None:
    """Users who sign in and then may read what is theirs."""
    pool = cognito.UserPool(stack, "Users", mfa=cognito.Mfa.OPTIONAL)
    identities = identitypool.IdentityPool(
        stack,
        "Identities",
        authentication_providers=identitypool.IdentityPoolAuthenticationProviders(
            user_pools=[identitypool.UserPoolAuthenticationProvider(user_pool=pool)]
        ),
    )
    s3.Bucket(stack, "Bucket").grant_read(identities.authenticated_role, "public/*")


@ordinary()
def user_pool_with_text_messages(stack: cdk.Stack) -> None:
    """Users who get their codes by text message."""
    cognito.UserPool(
        stack,
        "Users",
        mfa=cognito.Mfa.REQUIRED,
        mfa_second_factor=cognito.MfaSecondFactor(sms=True, otp=True),
    )


@ordinary()
def github_role(stack: cdk.Stack) -> None:
    """A role that one repository's main branch takes on GitHub."""
    provider = iam.OidcProviderNative(
        stack,
        "GitHub",
        url="https://token.actions.githubusercontent.com",
        client_ids=["sts.amazonaws.com"],
    )
    issuer = "token.actions.githubusercontent.com"
    role = iam.Role(
        stack,
        "Deployer",
        assumed_by=iam.OpenIdConnectPrincipal(
            provider,
            {
                "StringEquals": {
                    f"{issuer}:aud": "sts.amazonaws.com",
                    f"{issuer}:sub": "repo:example/items:ref:refs/heads/main",
                }
            },
        ),
    )
    s3.Bucket(stack, "Releases").grant_put(role)


@ordinary(account=OWN_ACCOUNT)
def role_for_another_account(stack: cdk.Stack) -> None:
    """A role that a supplier takes, with the id that both agreed on."""
    role = iam.Role(
        stack,
        "Supplier",
        assumed_by=iam.AccountPrincipal(OTHER_ACCOUNT),
        external_ids=["items-4711"],
    )
    s3.Bucket(stack, "Bucket").grant_read(role)


@ordinary(account=OWN_ACCOUNT)
def grant_to_a_known_account(stack: cdk.Stack) -> None:
    """A bucket and its key that another account of ours may read."""
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    bucket = s3.Bucket(stack, "Bucket", encryption_key=key)
    bucket.grant_read(iam.AccountPrincipal(KNOWN_ACCOUNT))


@ordinary(
    critical("IAM09", "Bucket/Policy", because="nobody has said whose account that is"),
    account=OWN_ACCOUNT,
)
def grant_to_another_account(stack: cdk.Stack) -> None:
    """A bucket that an account may read of which nothing is said."""
    bucket = s3.Bucket(stack, "Bucket")
    bucket.grant_read(iam.AccountPrincipal(OTHER_ACCOUNT))


@ordinary()
def grant_to_the_organization(stack: cdk.Stack) -> None:
    """A bucket that every account of the organization may read."""
    bucket = s3.Bucket(stack, "Bucket")
    bucket.grant_read(iam.OrganizationPrincipal("o-a1b2c3d4e5"))


@ordinary()
def operators_with_managed_policy(stack: cdk.Stack) -> None:
    """People of the account who look at one bucket, with a second factor."""
    bucket = s3.Bucket(stack, "Bucket")
    policy = iam.ManagedPolicy(
        stack,
        "ReadBucket",
        statements=[
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn]),
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects("*")]),
        ],
    )
    iam.Role(
        stack,
        "Operators",
        assumed_by=iam.AccountRootPrincipal().with_conditions(
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        ),
        managed_policies=[policy],
    )


@ordinary()
def people_in_a_group(stack: cdk.Stack) -> None:
    """A person with no rights but the group's."""
    group = iam.Group(stack, "Readers")
    s3.Bucket(stack, "Bucket").grant_read(group)
    iam.User(stack, "Alice", groups=[group])


PATTERNS: Final[tuple[Pattern, ...]] = (
    user_pool_and_identity_pool,
    user_pool_with_text_messages,
    github_role,
    role_for_another_account,
    grant_to_a_known_account,
    grant_to_another_account,
    grant_to_the_organization,
    operators_with_managed_policy,
    people_in_a_group,
)
