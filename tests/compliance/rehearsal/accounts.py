"""A small assembly and the account that it was deployed to, for tests without a local AWS.

What the account answers has the form that the real APIs give: see the API reference of each.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from compliance.assembly.model import Assembly, Template
from compliance.rehearsal.stage import Credentials, Stage

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/role-1"
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/managed-1"
OF_AWS = "arn:aws:iam::aws:policy/service-role/OfAws"
QUEUE_URL = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/queue-1"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue-1"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:topic-1"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/key-1"
BUCKET = "arn:aws:s3:::bucket-1"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:function-1"
LOG_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:logs-1"
API = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:api-1"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:secret-1"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table-1"

Json = Any
Answers = dict[str, Callable[..., Json]]


def allow(action: Json, resource: Json = None, **more: Json) -> Json:
    """A statement that allows."""
    found = {"Effect": "Allow", "Action": action, **more}
    return found if resource is None else {**found, "Resource": resource}


def policy(*statements: Json) -> Json:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def get(name: str, attribute: str = "Arn") -> Json:
    """A reference to an attribute."""
    return {"Fn::GetAtt": [name, attribute]}


ROOT = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
TRUST = policy(allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"}))


def resource(kind: str, /, **properties: Json) -> Json:
    """A resource of a template."""
    return {"Type": kind, "Properties": properties}


def template() -> dict[str, Json]:
    """Resources with a policy of every kind that can be read back, to be changed by tests."""
    return {
        "Role": resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument=TRUST,
            Path="/service/",
            ManagedPolicyArns=[
                {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/OfAws"}
            ],
            Policies=[
                {
                    "PolicyName": "inside",
                    "PolicyDocument": policy(
                        allow(["s3:GetObject"], {"Fn::Sub": "${Bucket.Arn}/*"})
                    ),
                }
            ],
        ),
        "Managed": resource(
            "AWS::IAM::ManagedPolicy",
            Roles=[{"Ref": "Role"}],
            PolicyDocument=policy(
                allow(["sqs:SendMessage", "sqs:GetQueueUrl"], get("Queue"), Sid="Send"),
                {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"},
            ),
        ),
        "Inline": resource(
            "AWS::IAM::Policy",
            PolicyName="inline-1",
            Roles=[{"Ref": "Role"}],
            PolicyDocument=policy(
                {
                    "Effect": "Allow",
                    "NotAction": ["iam:*", "sts:*"],
                    "NotResource": "arn:aws:s3:::x",
                }
            ),
        ),
        "Bucket": resource("AWS::S3::Bucket"),
        "BucketPolicy": resource(
            "AWS::S3::BucketPolicy",
            Bucket={"Ref": "Bucket"},
            PolicyDocument=policy(
                allow("s3:ListBucket", get("Bucket"), Principal={"AWS": get("Role")})
            ),
        ),
        "Queue": resource("AWS::SQS::Queue", KmsMasterKeyId={"Ref": "Key"}),
        "QueuePolicy": resource(
            "AWS::SQS::QueuePolicy",
            Queues=[{"Ref": "Queue"}],
            PolicyDocument=policy(
                allow(
                    "sqs:SendMessage",
                    get("Queue"),
                    Principal={"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
                )
            ),
        ),
        "Topic": resource("AWS::SNS::Topic"),
        "TopicPolicy": resource(
            "AWS::SNS::TopicPolicy",
            Topics=[{"Ref": "Topic"}],
            PolicyDocument=policy(allow("sns:Publish", {"Ref": "Topic"}, Principal="*")),
        ),
        "Key": resource(
            "AWS::KMS::Key", KeyPolicy=policy(allow("kms:*", "*", Principal={"AWS": ROOT}))
        ),
        "Logs": resource("AWS::Logs::LogGroup"),
        "Function": resource(
            "AWS::Lambda::Function",
            Role=get("Role"),
            VpcConfig={"SubnetIds": ["subnet-1"]},
            TracingConfig={"Mode": "Active"},
            KmsKeyArn=get("Key"),
            LoggingConfig={"LogGroup": {"Ref": "Logs"}},
            DeadLetterConfig={"TargetArn": get("Queue")},
        ),
        "Permission": resource(
            "AWS::Lambda::Permission",
            Action="lambda:InvokeFunction",
            FunctionName=get("Function"),
            Principal="apigateway.amazonaws.com",
            SourceArn={
                "Fn::Sub": "arn:aws:execute-api:us-east-1:${AWS::AccountId}:${Api}/v1/GET/items/*"
            },
        ),
        "Api": resource(
            "AWS::ApiGateway::RestApi",
            Policy=policy(allow("execute-api:Invoke", "execute-api:/*", Principal={"AWS": "*"})),
        ),
        "Secret": resource("AWS::SecretsManager::Secret"),
        "SecretPolicy": resource(
            "AWS::SecretsManager::ResourcePolicy",
            SecretId={"Ref": "Secret"},
            ResourcePolicy=policy(
                allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": ACCOUNT})
            ),
        ),
        "Table": resource(
            "AWS::DynamoDB::Table",
            ResourcePolicy={
                "PolicyDocument": policy(
                    allow("dynamodb:GetItem", get("Table"), Principal={"AWS": ROOT})
                )
            },
        ),
        "Endpoint": resource(
            "AWS::EC2::VPCEndpoint", PolicyDocument=policy(allow("*", "*", Principal={"AWS": "*"}))
        ),
    }


PHYSICAL = {
    "Role": "role-1",
    "Managed": MANAGED,
    "Inline": "stack-Inline-1",
    "Bucket": "bucket-1",
    "BucketPolicy": "bucket-1",
    "Queue": QUEUE_URL,
    "QueuePolicy": "queue-policy-1",
    "Topic": TOPIC,
    "TopicPolicy": "topic-policy-1",
    "Key": "key-1",
    "Logs": "logs-1",
    "Function": "function-1",
    "Permission": "function-1|permission-1",
    "Api": "api-1",
    "Secret": SECRET,
    "SecretPolicy": SECRET,
    "Table": "table-1",
    "Endpoint": "vpce-1",
}


def assembly(resources: Mapping[str, Json]) -> Assembly:
    """An assembly of one stack."""
    one = Template(
        name="Stack.template.json",
        path=Path("Stack.template.json"),
        body={"Resources": resources},
        stack="Stack",
        stack_name="stack",
        account=ACCOUNT,
        region="us-east-1",
    )
    return Assembly(Path("cdk.out"), (one,), is_assembly=True)


def answers() -> Answers:
    """What the account answers, by `<service>.<operation>`, to be changed by tests."""
    permission = allow(
        "lambda:InvokeFunction",
        FUNCTION,
        Sid="permission-1",
        Principal={"Service": "apigateway.amazonaws.com"},
        Condition={"ArnLike": {"AWS:SourceArn": f"{API}/v1/GET/items/*"}},
    )
    another = {**permission, "Sid": "of-somebody-else"}
    documents = {
        MANAGED: policy(
            allow(["sqs:GetQueueUrl", "sqs:SendMessage"], QUEUE, Sid="Send"),
            {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"},
        ),
        OF_AWS: policy(allow("logs:PutLogEvents", "*")),
        "inside": policy(allow("s3:GetObject", f"{BUCKET}/*")),
        "inline-1": policy(
            {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "NotResource": "arn:aws:s3:::x"}
        ),
    }
    return {
        "iam.get_role": lambda **_: {"Role": {"Arn": ROLE, "AssumeRolePolicyDocument": TRUST}},
        "iam.list_attached_role_policies": lambda **_: {
            "AttachedPolicies": [{"PolicyArn": MANAGED}, {"PolicyArn": OF_AWS}]
        },
        "iam.get_policy": lambda **_: {"Policy": {"DefaultVersionId": "v2"}},
        "iam.get_policy_version": lambda **asked: {
            "PolicyVersion": {"Document": documents[asked["PolicyArn"]]}
        },
        "iam.list_role_policies": lambda **_: {"PolicyNames": ["inside", "inline-1"]},
        "iam.get_role_policy": lambda **asked: {"PolicyDocument": documents[asked["PolicyName"]]},
        "s3.get_bucket_policy": lambda **_: {
            "Policy": json.dumps(policy(allow("s3:ListBucket", BUCKET, Principal={"AWS": ROLE})))
        },
        "sqs.get_queue_attributes": lambda **_: {
            "Attributes": {
                "QueueArn": QUEUE,
                "Policy": json.dumps(
                    policy(
                        allow(
                            "sqs:SendMessage",
                            QUEUE,
                            Principal={"Service": ["events.amazonaws.com", "sns.amazonaws.com"]},
                        )
                    )
                ),
            }
        },
        "sns.get_topic_attributes": lambda **_: {
            "Attributes": {"Policy": json.dumps(policy(allow("sns:Publish", TOPIC, Principal="*")))}
        },
        "kms.get_key_policy": lambda **_: {
            "Policy": json.dumps(
                policy(allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
            )
        },
        "lambda.get_policy": lambda **_: {"Policy": json.dumps(policy(another, permission))},
        "lambda.get_function_configuration": lambda **_: {"FunctionArn": FUNCTION, "Role": ROLE},
        # API Gateway gives the text of the policy escaped once more, and writes its API out.
        "apigateway.get_rest_api": lambda **_: {
            "policy": json.dumps(
                json.dumps(policy(allow("execute-api:Invoke", f"{API}/*", Principal={"AWS": "*"})))
            )[1:-1]
        },
        "secretsmanager.get_resource_policy": lambda **_: {
            "ARN": SECRET,
            "ResourcePolicy": json.dumps(
                policy(
                    allow(
                        "secretsmanager:GetSecretValue",
                        "*",
                        Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                    )
                )
            ),
        },
        "dynamodb.get_resource_policy": lambda **_: {
            "Policy": json.dumps(
                policy(
                    allow(
                        "dynamodb:GetItem",
                        TABLE,
                        Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                    )
                )
            )
        },
    }


def denied(operation: str = "Read") -> ClientError:
    """What a client raises when its caller may not."""
    return ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)


@dataclass(frozen=True)
class _Client:
    service: str
    answers: Answers

    def __getattr__(self, operation: str) -> Callable[..., Json]:
        return self.answers[f"{self.service}.{operation}"]

    def get_paginator(self, operation: str) -> _Pages:
        return _Pages(self.answers[f"{self.service}.{operation}"])


@dataclass(frozen=True)
class _Pages:
    answer: Callable[..., Json]

    def paginate(self, **asked: Json) -> Iterator[Json]:
        """One page for each element of the answer's list."""
        for key, values in self.answer(**asked).items():
            for value in values:
                yield {key: [value]}


@dataclass(frozen=True)
class AnsweringStage(Stage):
    """A stage whose clients answer what a test says."""

    answers: Answers = field(default_factory=dict)

    def client(self, service: str, credentials: Credentials | None = None) -> Json:  # noqa: ARG002
        """A client of nobody."""
        return _Client(service, self.answers)


def stage(found: Answers | None = None, **physical: str) -> AnsweringStage:
    """The stage of the account; physical ids may be added or taken away (empty)."""
    ids = {**PHYSICAL, **physical}
    return AnsweringStage(
        base_url="https://api-1.execute-api.us-east-1.amazonaws.com/v1",
        region="us-east-1",
        account=ACCOUNT,
        authorization="iam",
        api_key="",
        caller=Credentials(),
        openapi="",
        resources={f"Stack/{key}": value for key, value in ids.items() if value},
        answers=copy.copy(found if found is not None else answers()),
    )
