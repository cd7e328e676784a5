"""What stands for a resource type in the architecture picture: letters, a colour, a name."""

from __future__ import annotations

from typing import Final

from compliance.security_report.showing import shown

ENTRY: Final = "entry"
COMPUTE: Final = "compute"
DATA: Final = "data"
MESSAGES: Final = "messages"
GUARD: Final = "guard"
WATCH: Final = "watch"
NETWORK: Final = "network"
OTHER: Final = "other"
OUTSIDE: Final = "outside"

FAMILIES: Final = {
    OUTSIDE: "outside",
    ENTRY: "way in",
    COMPUTE: "code",
    DATA: "data",
    MESSAGES: "messages",
    GUARD: "identity and keys",
    WATCH: "logs and alarms",
    NETWORK: "network",
    OTHER: "other",
}

_SERVICES: Final = {
    "ApiGateway": ("API", ENTRY),
    "ApiGatewayV2": ("API", ENTRY),
    "AppSync": ("GQL", ENTRY),
    "CloudFront": ("CDN", ENTRY),
    "ElasticLoadBalancingV2": ("LB", ENTRY),
    "ElasticLoadBalancing": ("LB", ENTRY),
    "Route53": ("DNS", ENTRY),
    "Lambda": ("λ", COMPUTE),
    "Serverless": ("λ", COMPUTE),
    "StepFunctions": ("SFN", COMPUTE),
    "ECS": ("ECS", COMPUTE),
    "EKS": ("EKS", COMPUTE),
    "Batch": ("BAT", COMPUTE),
    "CodeBuild": ("CB", COMPUTE),
    "DynamoDB": ("DDB", DATA),
    "S3": ("S3", DATA),
    "RDS": ("RDS", DATA),
    "EFS": ("EFS", DATA),
    "ElastiCache": ("EC", DATA),
    "OpenSearchService": ("OS", DATA),
    "ECR": ("ECR", DATA),
    "SSM": ("SSM", DATA),
    "SecretsManager": ("SEC", GUARD),
    "SQS": ("SQS", MESSAGES),
    "SNS": ("SNS", MESSAGES),
    "Events": ("EB", MESSAGES),
    "Scheduler": ("CRON", MESSAGES),
    "Pipes": ("PIPE", MESSAGES),
    "Kinesis": ("KDS", MESSAGES),
    "KinesisFirehose": ("FH", MESSAGES),
    "SES": ("SES", MESSAGES),
    "KMS": ("KMS", GUARD),
    "IAM": ("IAM", GUARD),
    "Cognito": ("COG", GUARD),
    "WAFv2": ("WAF", GUARD),
    "CertificateManager": ("TLS", GUARD),
    "Logs": ("LOG", WATCH),
    "CloudWatch": ("CW", WATCH),
    "CloudTrail": ("CT", WATCH),
    "XRay": ("XR", WATCH),
    "EC2": ("NET", NETWORK),
}


def symbol(resource_type: str) -> tuple[str, str]:
    """The letters and the colour's name of a resource type; of who is outside for an empty one."""
    if not resource_type:
        return "↗", OUTSIDE
    parts = resource_type.split("::")
    if resource_type in {"AWS::EC2::Instance", "AWS::EC2::LaunchTemplate"}:
        return "EC2", COMPUTE
    if len(parts) > 1 and parts[0] == "AWS" and parts[1] in _SERVICES:
        return _SERVICES[parts[1]]
    return "…", OTHER


def kind(resource_type: str) -> str:
    """`AWS::Lambda::Function` as `Lambda Function`; of who is outside, that it is."""
    if not resource_type:
        return "outside"
    return " ".join(shown(resource_type, limit=80).removeprefix("AWS::").split("::"))
