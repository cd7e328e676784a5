"""What a review has to say of each change, whatever the words: a text accepted blindly is no proof.

Resources are told by their construct paths, with `*` for any part of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from compliance.iam.access.model import Result

ROLE: Final = "ServerlessStack/DataProcessingFunctionRole40DEC6C7"
STRANGER: Final = "arn:aws:iam::123456789012:root"
METHODS: Final = (
    "ApiStack/ServerlessApi/Default/items/GET",
    "ApiStack/ServerlessApi/Default/items/POST",
    "ApiStack/ServerlessApi/Default/items/{id}/DELETE",
    "ApiStack/ServerlessApi/Default/items/{id}/GET",
    "ApiStack/ServerlessApi/Default/items/{id}/PUT",
)
TABLES: Final = ("StorageStack/IdempotencyTable", "StorageStack/ItemsTable")
LOGS: Final = (
    "ApiStack/AccessLogs",
    "ApiStack/ExecutionLogs",
    "ApiStack/FirewallLogs",
    "NetworkStack/DefaultSecurityGroupCloserLogs",
    "NetworkStack/FlowLogs",
    "ServerlessStack/DataProcessingFunctionLogs",
)
DATA: Final = (
    "*/Key",
    "*DeadLetters",
    "MonitoringStack/UndeliveredAlerts",
    "StorageStack/AccessLogBucket",
    "StorageStack/DataBucket",
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What has to be said, and no more.

    Attributes:
        templates: stacks that differ.
        replaced: resources that are replaced.
        maybe: resources that may be replaced.
        lost: those of which data are lost.
        removed: resources that are gone.
        access: whether access is new.
        granted: actions that are newly granted.
        to: to whom.
        exposed: resources that are more open.
        unprotected: resources that are less protected.
        says: parts of sentences.
    """

    templates: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    access: Result = Result.NO_NEW_ACCESS
    granted: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    unprotected: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


NEW: Final = Result.NEW_ACCESS

FACTS: Final[dict[str, Facts]] = {
    "authorizer-lost": Facts(
        templates=("ApiStack",),
        exposed=("ApiStack/ServerlessApi/Default/items/GET",),
        says=("GET /items lost its authorizer (AWS_IAM, now NONE)",),
    ),
    "cognito-instead-of-iam": Facts(
        templates=("ApiStack",),
        exposed=METHODS,
        says=("PUT /items/{id} is authorized by COGNITO_USER_POOLS instead of AWS_IAM",),
    ),
    "no-api-key": Facts(
        templates=("ApiStack",),
        exposed=METHODS,
        says=("POST /items asks for no API key any more", "Properties.ApiKeyRequired"),
    ),
    "cors-for-every-origin": Facts(
        templates=("ApiStack",),
        exposed=(
            "ApiStack/ServerlessApi/Default/items/OPTIONS",
            "ApiStack/ServerlessApi/Default/items/{id}/OPTIONS",
            "ApiStack/ServerlessApi/Default4xx",
            "ApiStack/ServerlessApi/Default5xx",
        ),
        says=("answers pages of any origin (*) instead of https://items.example.com",),
    ),
    "method-added": Facts(
        templates=("ApiStack",),
        access=NEW,
        granted=("lambda:InvokeFunction",),
        to=("apigateway.amazonaws.com",),
        says=("redeployed ServerlessApiDeployment",),
    ),
    "throttle-raised": Facts(
        templates=("ApiStack",),
        exposed=("ApiStack/ServerlessApi/DeploymentStage.v1", "ApiStack/ServerlessApi/UsagePlan"),
        says=(
            "takes 5000 calls a second instead of 1000",
            "takes 10000 calls at once instead of 2000",
        ),
    ),
    "firewall-removed": Facts(
        templates=("ApiStack",),
        removed=("ApiStack/Firewall*",),
        unprotected=("ApiStack/Firewall*",),
        says=("FirewallAssociation is removed: requests are filtered no more",),
    ),
    "function-may-scan": Facts(
        templates=("ServerlessStack",),
        access=NEW,
        granted=("dynamodb:Scan",),
        to=(f"dev/{ROLE}", f"prod/{ROLE}", f"staging/{ROLE}"),
    ),
    "every-object": Facts(
        templates=("ServerlessStack",),
        access=NEW,
        granted=("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
        to=(f"prod/{ROLE}",),
        says=('"/items/*" -> "/*"', "${StorageStack/DataBucketE3889A50.Arn}/example"),
    ),
    "every-parameter": Facts(
        templates=("ServerlessStack", "StorageStack"),
        access=NEW,
        granted=("ssm:GetParameter",),
        to=(f"prod/{ROLE}",),
    ),
    "condition-dropped": Facts(
        templates=("ServerlessStack",),
        access=NEW,
        granted=("kms:Decrypt", "kms:GenerateDataKey"),
        to=(f"prod/{ROLE}",),
        says=("kms:viaservice is s3.us-east-1.${AWS::URLSuffix}",),
    ),
    "grants-of-cdk": Facts(
        templates=("ServerlessStack",),
        access=NEW,
        granted=(
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DescribeTable",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
        ),
        to=(f"prod/{ROLE}",),
    ),
    "grant-narrowed": Facts(templates=("ServerlessStack",)),
    "statements-split": Facts(templates=("ServerlessStack",)),
    "role-assumed-by-account": Facts(
        templates=("NetworkStack", "ServerlessStack"),
        access=NEW,
        granted=("sts:AssumeRole",),
        to=(STRANGER,),
        exposed=(
            "NetworkStack/DefaultSecurityGroupCloserRole",
            "ServerlessStack/DataProcessingFunctionRole",
        ),
    ),
    "bucket-without-tls": Facts(
        templates=("StorageStack",),
        removed=("StorageStack/DataBucket/Policy",),
        access=Result.UNDECIDED,
        unprotected=("StorageStack/DataBucket/Policy",),
        says=(
            "it denied s3:* where aws:SecureTransport is false",
            "it denied s3:* where s3:TlsVersion is less than 1.2",
        ),
    ),
    "bucket-read-by-account": Facts(
        templates=("StorageStack",),
        access=NEW,
        granted=("kms:Decrypt", "kms:DescribeKey", "s3:Get*", "s3:List*"),
        to=(STRANGER,),
        exposed=("StorageStack/DataBucket/Policy", "StorageStack/Key"),
    ),
    "key-open-to-everyone": Facts(
        templates=("StorageStack",),
        access=NEW,
        granted=("kms:Decrypt",),
        to=("*",),
        exposed=("StorageStack/Key",),
        says=("lets in everyone",),
    ),
    "security-group-open": Facts(
        templates=("NetworkStack",),
        exposed=("NetworkStack/EndpointSecurityGroup",),
        says=("lets in everyone (0.0.0.0/0) on tcp 443",),
    ),
    "table-key-changed": Facts(
        templates=("StorageStack",),
        replaced=(*TABLES, "StorageStack/BackupSelection"),
        lost=TABLES,
        says=(
            "the table and all its items are deleted",
            "the new table starts empty; UpdateReplacePolicy keeps the old one",
            "Properties.KeySchema cannot change in place",
        ),
    ),
    "table-renamed": Facts(
        templates=("MonitoringStack", "ServerlessStack", "StorageStack"),
        replaced=("StorageStack/Items",),
        lost=("StorageStack/Items",),
        says=(
            "renamed: it was ItemsTable5AAC2C46",
            "the table and all its items are deleted",
            "the deployment fails: ServerlessStack imports its Arn",
        ),
    ),
    "network-moved": Facts(
        templates=("NetworkStack",),
        replaced=(
            "NetworkStack/EndpointSecurityGroup",
            "NetworkStack/LambdaSecurityGroup",
            "NetworkStack/Vpc",
            "NetworkStack/Vpc/*Endpoint",
            "NetworkStack/Vpc/FlowLog/FlowLog",
            "NetworkStack/Vpc/PrivateSubnet[123]/RouteTable",
            "NetworkStack/Vpc/PrivateSubnet[123]/RouteTableAssociation",
            "NetworkStack/Vpc/PrivateSubnet[123]/Subnet",
        ),
        maybe=("NetworkStack/Vpc/RestrictDefaultSecurityGroupCustomResource/Default",),
        exposed=("NetworkStack/EndpointSecurityGroup",),
    ),
    "nat-gateway": Facts(
        templates=("NetworkStack",),
        exposed=(
            "NetworkStack/LambdaSecurityGroup",
            "NetworkStack/Vpc/PublicSubnet[12]/DefaultRoute",
            "NetworkStack/Vpc/VPCGW",
        ),
        says=("LambdaSecurityGroup lets out to everyone (0.0.0.0/0) on tcp 443",),
    ),
    "table-billing": Facts(templates=("StorageStack",)),
    "index-added": Facts(templates=("StorageStack",)),
    "tables-unprotected": Facts(
        templates=("StorageStack",),
        unprotected=TABLES,
        says=(
            "can be deleted: its deletion protection is off",
            "has no point-in-time recovery any more",
        ),
    ),
    "versioning-off": Facts(
        templates=("StorageStack",),
        unprotected=("StorageStack/DataBucket",),
        says=("keeps no versions of objects any more",),
    ),
    "logs-kept-30-days": Facts(
        templates=("ApiStack", "NetworkStack", "ServerlessStack", "StorageStack"),
        unprotected=(*LOGS, "StorageStack/AccessLogBucket"),
        says=("are kept 30 days instead of 400", "expire after 30 days instead of 400"),
    ),
    "logs-go-with-the-stack": Facts(
        templates=("ApiStack", "NetworkStack", "ServerlessStack"),
        unprotected=LOGS,
        says=("is deleted with its stack and when it is replaced (Retain, now Delete)",),
    ),
    "production-unprotected": Facts(
        templates=("*Stack",),
        removed=("StorageStack/Backup*",),
        unprotected=(*LOGS, *TABLES, *DATA, "StorageStack/Backup*"),
        says=(
            "BackupPlanA8F64793 is removed: what it selected is backed up no more",
            "BackupVault3A9C5852 is removed: it stays",
            "each of these 2 can be deleted: its deletion protection is off",
        ),
    ),
    "staging-protected": Facts(templates=("*Stack",)),
    "alarms-fewer-and-later": Facts(
        templates=("MonitoringStack",),
        removed=("MonitoringStack/Api5xxAlarm",),
        unprotected=("MonitoringStack/Api5xxAlarm", "MonitoringStack/LambdaErrorAlarm"),
        says=("alarms from 50 on instead of 5",),
    ),
    "code-only": Facts(says=("no difference in 5 templates",)),
    "function-larger": Facts(
        templates=("MonitoringStack", "ServerlessStack"),
        unprotected=("MonitoringStack/LambdaDurationAlarm",),
        says=("Properties.MemorySize: 512 -> 1024",),
    ),
    "function-added": Facts(
        templates=("ServerlessStack",),
        access=NEW,
        granted=(
            "dynamodb:Query",
            "ec2:*",
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "sqs:SendMessage",
            "sts:AssumeRole",
            "xray:Put*",
        ),
        to=("lambda.amazonaws.com", "prod/ServerlessStack/CountingFunctionRoleF41CD913"),
    ),
    "stack-added": Facts(
        templates=("EventsStack",),
        access=NEW,
        granted=("kms:*", "sns:Subscribe"),
        to=("arn:aws:iam::${AWS::AccountId}:root", STRANGER),
        exposed=("EventsStack/ItemTopic/Policy",),
        says=("EventsStack (new template)",),
    ),
    "stack-removed": Facts(
        templates=("ApiStack", "MonitoringStack", "NetworkStack", "ServerlessStack"),
        removed=("MonitoringStack/*",),
        lost=(
            "MonitoringStack/AlertTopic",
            "MonitoringStack/AlertTopic/serverless-alerts-prod@example.com",
        ),
        access=Result.UNDECIDED,
        unprotected=(
            "MonitoringStack/*Alarm",
            "MonitoringStack/DynamoDBThrottleAlarm*",
            "MonitoringStack/AlertTopic/serverless-alerts-prod@example.com",
            "MonitoringStack/UndeliveredAlerts/Policy",
        ),
        says=(
            "MonitoringStack (template gone)",
            "the deployment fails: MonitoringStack imports the QueueName of",
        ),
    ),
}
