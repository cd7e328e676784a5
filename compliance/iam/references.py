"""What a reference to a resource is made of, as far as it takes to match it with an ARN's form.

Source: the pages of the resource types in the CloudFormation Template Reference ('Return values'),
and the ARN forms of the Service Authorization Reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "{}"
"""Stands for a piece without slash and colon."""
PATH: Final = "{path}"
"""Stands for a piece without colon."""

_FUNCTION: Final = "arn:{}:lambda:{}:{}:function:{}"
_TABLE: Final = "arn:{}:dynamodb:{}:{}:table/{}"

FORMS: Final[Mapping[tuple[str, str], str]] = {
    ("AWS::CodeBuild::Project", "Arn"): "arn:{}:codebuild:{}:{}:project/{}",
    ("AWS::Cognito::UserPool", "Arn"): "arn:{}:cognito-idp:{}:{}:userpool/{}",
    ("AWS::DynamoDB::GlobalTable", ""): NAME,
    ("AWS::DynamoDB::GlobalTable", "Arn"): _TABLE,
    ("AWS::DynamoDB::GlobalTable", "StreamArn"): f"{_TABLE}/stream/{{}}",
    ("AWS::DynamoDB::Table", ""): NAME,
    ("AWS::DynamoDB::Table", "Arn"): _TABLE,
    ("AWS::DynamoDB::Table", "StreamArn"): f"{_TABLE}/stream/{{}}",
    ("AWS::ECR::Repository", "Arn"): "arn:{}:ecr:{}:{}:repository/{path}",
    ("AWS::ECS::Cluster", "Arn"): "arn:{}:ecs:{}:{}:cluster/{}",
    ("AWS::ECS::TaskDefinition", ""): "arn:{}:ecs:{}:{}:task-definition/{}:{}",
    ("AWS::Events::EventBus", "Arn"): "arn:{}:events:{}:{}:event-bus/{path}",
    ("AWS::IAM::Group", "Arn"): "arn:{}:iam::{}:group/{path}",
    ("AWS::IAM::InstanceProfile", "Arn"): "arn:{}:iam::{}:instance-profile/{path}",
    ("AWS::IAM::ManagedPolicy", ""): "arn:{}:iam::{}:policy/{path}",
    ("AWS::IAM::Role", "Arn"): "arn:{}:iam::{}:role/{path}",
    ("AWS::IAM::User", "Arn"): "arn:{}:iam::{}:user/{path}",
    ("AWS::KMS::Key", "Arn"): "arn:{}:kms:{}:{}:key/{}",
    ("AWS::Kinesis::Stream", "Arn"): "arn:{}:kinesis:{}:{}:stream/{}",
    ("AWS::KinesisFirehose::DeliveryStream", "Arn"): "arn:{}:firehose:{}:{}:deliverystream/{}",
    ("AWS::Lambda::Function", "Arn"): _FUNCTION,
    ("AWS::Logs::LogGroup", "Arn"): "arn:{}:logs:{}:{}:log-group:{path}:*",
    ("AWS::S3::Bucket", ""): NAME,
    ("AWS::S3::Bucket", "Arn"): "arn:{}:s3:::{}",
    ("AWS::SNS::Topic", ""): "arn:{}:sns:{}:{}:{}",
    ("AWS::SNS::Topic", "TopicArn"): "arn:{}:sns:{}:{}:{}",
    ("AWS::SQS::Queue", "Arn"): "arn:{}:sqs:{}:{}:{}",
    ("AWS::SecretsManager::Secret", ""): "arn:{}:secretsmanager:{}:{}:secret:{path}",
    ("AWS::Serverless::Function", "Arn"): _FUNCTION,
    ("AWS::Serverless::SimpleTable", ""): NAME,
    ("AWS::Serverless::SimpleTable", "Arn"): _TABLE,
    ("AWS::StepFunctions::StateMachine", ""): "arn:{}:states:{}:{}:stateMachine:{}",
    ("AWS::StepFunctions::StateMachine", "Arn"): "arn:{}:states:{}:{}:stateMachine:{}",
}
"""What a type's attribute is, `Ref` under the empty attribute. Of what is not listed, a reference
may be anything."""
