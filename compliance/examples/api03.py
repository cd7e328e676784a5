"""API03 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_cognito as cognito


def failing(stack: cdk.Stack) -> None:
    """Asks for a token of a user pool and names no authorizer that reads it."""
    api = apigw.RestApi(stack, "Items")
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.COGNITO)


def mended(stack: cdk.Stack) -> None:
    """Names an authorizer, of which the method takes its authorization type."""
    users = cognito.UserPool(stack, "Users")
    authorizer = apigw.CognitoUserPoolsAuthorizer(stack, "Authorizer", cognito_user_pools=[users])
    api = apigw.RestApi(stack, "Items")
    api.root.add_method("GET", authorizer=authorizer)
