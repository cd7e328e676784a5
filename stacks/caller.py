"""Who may call the API: IAM principals with a SigV4 signature, or users of a pool with a scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito

from stacks.settings import Authorization

if TYPE_CHECKING:
    from stacks.environment_stack import EnvironmentStack

RESOURCE_SERVER = "items"
"""The prefix of both scopes: ``items/read`` and ``items/write``."""

AUTHORIZATION_HEADER = "method.request.header.Authorization"
"""Where a caller's identity stands, and so what a cache must be keyed by."""


class IamCaller:
    """IAM decides, by the caller's own policies: ``execute-api:Invoke`` on a method's ARN."""

    def options(self, *, reading: bool) -> apigateway.MethodOptions:
        """Return what a method asks of its caller."""
        del reading  # IAM tells methods apart by their ARN
        return apigateway.MethodOptions(
            authorization_type=apigateway.AuthorizationType.IAM, api_key_required=True
        )


class CognitoCaller:
    """A user pool decides: a token with the scope to read or the scope to write."""

    def __init__(self, stack: EnvironmentStack) -> None:
        config = stack.config.api.cognito
        if config is None:
            raise ValueError("api.cognito: settings guarantee it where authorization is 'cognito'")
        pool = _user_pool(stack)
        read = cognito.ResourceServerScope(scope_name="read", scope_description="Read items")
        write = cognito.ResourceServerScope(scope_name="write", scope_description="Change items")
        server = pool.add_resource_server(
            "ItemsScopes", identifier=RESOURCE_SERVER, scopes=[read, write]
        )
        pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=config.domain_prefix),
        )
        self._read = cognito.OAuthScope.resource_server(server, read)
        self._write = cognito.OAuthScope.resource_server(server, write)
        client = pool.add_client(
            "Client",
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=cdk.Duration.minutes(60),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, self._read, self._write],
                callback_urls=list(config.callback_urls),
            ),
        )
        self._authorizer = apigateway.CognitoUserPoolsAuthorizer(
            stack, "Authorizer", cognito_user_pools=[pool]
        )
        cdk.CfnOutput(
            stack, "UserPoolId", value=pool.user_pool_id, description="Cognito User Pool ID"
        )
        cdk.CfnOutput(
            stack,
            "UserPoolClientId",
            value=client.user_pool_client_id,
            description="Cognito User Pool Client ID",
        )

    def options(self, *, reading: bool) -> apigateway.MethodOptions:
        """Return what a method asks of its caller."""
        return apigateway.MethodOptions(
            authorization_type=apigateway.AuthorizationType.COGNITO,
            authorizer=self._authorizer,
            authorization_scopes=[(self._read if reading else self._write).scope_name],
            api_key_required=True,
        )


def caller(stack: EnvironmentStack) -> IamCaller | CognitoCaller:
    """Return how the API of ``stack`` asks who calls, as its settings say."""
    if stack.config.api.authorization is Authorization.COGNITO:
        return CognitoCaller(stack)
    return IamCaller()


def _user_pool(stack: EnvironmentStack) -> cognito.UserPool:
    return cognito.UserPool(
        stack,
        "UserPool",
        self_sign_up_enabled=False,
        sign_in_aliases=cognito.SignInAliases(email=True),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        mfa=cognito.Mfa.REQUIRED,
        # No text messages: they can be intercepted, and would need a role of their own.
        mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
        password_policy=cognito.PasswordPolicy(
            min_length=14,
            require_digits=True,
            require_lowercase=True,
            require_symbols=True,
            require_uppercase=True,
            temp_password_validity=cdk.Duration.days(3),
        ),
        feature_plan=cognito.FeaturePlan.PLUS,
        standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
        deletion_protection=stack.config.protect,
        removal_policy=stack.removal,
    )
