"""API06 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw

SIGNED = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
}


def failing(stack: cdk.Stack) -> None:
    """Secures the document as a whole, which a REST API ignores."""
    document = {
        "openapi": "3.0.1",
        "components": {"securitySchemes": {"sigv4": SIGNED}},
        "security": [{"sigv4": []}],
        "paths": {"/items": {"get": {}}},
    }
    apigw.SpecRestApi(stack, "Items", api_definition=apigw.ApiDefinition.from_inline(document))


def mended(stack: cdk.Stack) -> None:
    """Secures each operation."""
    document = {
        "openapi": "3.0.1",
        "components": {"securitySchemes": {"sigv4": SIGNED}},
        "paths": {"/items": {"get": {"security": [{"sigv4": []}]}}},
    }
    apigw.SpecRestApi(stack, "Items", api_definition=apigw.ApiDefinition.from_inline(document))
