"""API13 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_certificatemanager as acm


def failing(stack: cdk.Stack) -> None:
    """Takes callers who speak TLS 1.0."""
    apigw.DomainName(
        stack,
        "Domain",
        domain_name="items.example.com",
        certificate=acm.Certificate(stack, "Certificate", domain_name="items.example.com"),
        security_policy=apigw.SecurityPolicy.TLS_1_0,
    )


def mended(stack: cdk.Stack) -> None:
    """Takes callers who speak TLS 1.2 or newer."""
    apigw.DomainName(
        stack,
        "Domain",
        domain_name="items.example.com",
        certificate=acm.Certificate(stack, "Certificate", domain_name="items.example.com"),
        security_policy=apigw.SecurityPolicy.TLS_1_2,
    )
