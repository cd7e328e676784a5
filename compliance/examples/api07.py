"""API07 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam


def failing(stack: cdk.Stack) -> None:
    """Lets in whoever comes through a VPC endpoint, anybody's."""
    api = apigateway.RestApi(
        stack,
        "Items",
        endpoint_types=[apigateway.EndpointType.PRIVATE],
        policy=iam.PolicyDocument(
            statements=[
                iam.PolicyStatement(
                    principals=[iam.AnyPrincipal()],
                    actions=["execute-api:Invoke"],
                    resources=["execute-api:/*"],
                )
            ]
        ),
    )
    api.root.add_method("GET", authorization_type=apigateway.AuthorizationType.IAM)


def mended(stack: cdk.Stack) -> None:
    """Lets in what comes through the one VPC endpoint."""
    vpc = ec2.Vpc(stack, "Vpc")
    endpoint = vpc.add_interface_endpoint(
        "Gateway", service=ec2.InterfaceVpcEndpointAwsService.APIGATEWAY
    )
    api = apigateway.RestApi(
        stack,
        "Items",
        endpoint_configuration=apigateway.EndpointConfiguration(
            types=[apigateway.EndpointType.PRIVATE], vpc_endpoints=[endpoint]
        ),
    )
    api.grant_invoke_from_vpc_endpoints_only([endpoint])
    api.root.add_method("GET", authorization_type=apigateway.AuthorizationType.IAM)
