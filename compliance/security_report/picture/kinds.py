"""Which resource types a reviewer looks for in a picture, in the order in which they matter."""

from __future__ import annotations

from typing import Final

BALANCERS: Final = (
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancing::LoadBalancer",
)
FUNCTIONS: Final = ("AWS::Lambda::Function", "AWS::Serverless::Function")
KEY: Final = "AWS::KMS::Key"
PARAMETER: Final = "AWS::SSM::Parameter"
SECRET: Final = "AWS::SecretsManager::Secret"  # noqa: S105 - a type
USED: Final = (KEY, PARAMETER, SECRET)
"""What others use, wherever they name it."""
LOG_GROUP: Final = "AWS::Logs::LogGroup"
ALARM: Final = "AWS::CloudWatch::Alarm"
ROLE: Final = "AWS::IAM::Role"
USER: Final = "AWS::IAM::User"
VPC: Final = "AWS::EC2::VPC"
TASK: Final = "AWS::ECS::TaskDefinition"
SERVICE: Final = "AWS::ECS::Service"
TARGETS: Final = "AWS::ElasticLoadBalancingV2::TargetGroup"

SHOWN: Final[dict[str, str]] = {
    "AWS::CloudFront::Distribution": "distributions",
    **dict.fromkeys(BALANCERS, "load balancers"),
    "AWS::ApiGateway::RestApi": "REST APIs",
    "AWS::Serverless::Api": "REST APIs",
    "AWS::ApiGatewayV2::Api": "HTTP and WebSocket APIs",
    "AWS::Serverless::HttpApi": "HTTP APIs",
    "AWS::AppSync::GraphQLApi": "GraphQL APIs",
    "AWS::Serverless::GraphQLApi": "GraphQL APIs",
    "AWS::AppSync::Api": "events APIs",
    "AWS::Cognito::UserPool": "user pools",
    "AWS::Cognito::IdentityPool": "identity pools",
    "AWS::WAFv2::WebACL": "web ACLs",
    USER: "IAM users",
    ROLE: "roles",
    **dict.fromkeys(FUNCTIONS, "functions"),
    "AWS::StepFunctions::StateMachine": "state machines",
    "AWS::Serverless::StateMachine": "state machines",
    SERVICE: "services",
    TASK: "tasks",
    "AWS::EKS::Cluster": "clusters",
    "AWS::EC2::Instance": "instances",
    "AWS::AutoScaling::AutoScalingGroup": "Auto Scaling groups",
    "AWS::AppRunner::Service": "App Runner services",
    "AWS::Batch::JobQueue": "job queues",
    "AWS::Glue::Job": "Glue jobs",
    "AWS::CodeBuild::Project": "build projects",
    "AWS::CodePipeline::Pipeline": "pipelines",
    "AWS::SageMaker::Endpoint": "SageMaker endpoints",
    "AWS::Bedrock::Agent": "agents",
    "AWS::DynamoDB::Table": "tables",
    "AWS::DynamoDB::GlobalTable": "tables",
    "AWS::Serverless::SimpleTable": "tables",
    "AWS::S3::Bucket": "buckets",
    "AWS::RDS::DBCluster": "database clusters",
    "AWS::RDS::DBInstance": "databases",
    "AWS::DocDB::DBCluster": "database clusters",
    "AWS::Neptune::DBCluster": "database clusters",
    "AWS::Redshift::Cluster": "Redshift clusters",
    "AWS::ElastiCache::ReplicationGroup": "caches",
    "AWS::ElastiCache::CacheCluster": "caches",
    "AWS::OpenSearchService::Domain": "search domains",
    "AWS::Elasticsearch::Domain": "search domains",
    "AWS::EFS::FileSystem": "file systems",
    "AWS::ECR::Repository": "repositories",
    "AWS::Kinesis::Stream": "streams",
    "AWS::KinesisFirehose::DeliveryStream": "delivery streams",
    "AWS::MSK::Cluster": "Kafka clusters",
    "AWS::SQS::Queue": "queues",
    "AWS::SNS::Topic": "topics",
    "AWS::Events::EventBus": "event buses",
    "AWS::Events::Rule": "event rules",
    "AWS::Scheduler::Schedule": "schedules",
    SECRET: "secrets",
    PARAMETER: "parameters",
    KEY: "keys",
    "AWS::EC2::NatGateway": "NAT gateways",
    "AWS::EC2::InternetGateway": "internet gateways",
    "AWS::EC2::VPCEndpoint": "VPC endpoints",
    ALARM: "alarms",
    LOG_GROUP: "log groups",
}
"""What is shown, the most telling types first, with the word for several of them."""
RANK: Final = {kind: index for index, kind in enumerate(SHOWN)}
TOGETHER: Final = {ALARM: 2, "AWS::EC2::NatGateway": 2, "AWS::EC2::VPCEndpoint": 4, LOG_GROUP: 4}
"""From how many on resources of a type in one place are always one node."""

PARTS: Final[dict[str, str]] = {
    "AWS::ApiGateway::Stage": "RestApiId",
    "AWS::ApiGateway::Deployment": "RestApiId",
    "AWS::ApiGateway::Resource": "RestApiId",
    "AWS::ApiGateway::Method": "RestApiId",
    "AWS::ApiGatewayV2::Stage": "ApiId",
    "AWS::ApiGatewayV2::Route": "ApiId",
    "AWS::ApiGatewayV2::Integration": "ApiId",
    "AWS::AppSync::DataSource": "ApiId",
    "AWS::Cognito::UserPoolClient": "UserPoolId",
    "AWS::Cognito::UserPoolDomain": "UserPoolId",
    "AWS::ElasticLoadBalancingV2::Listener": "LoadBalancerArn",
    "AWS::KMS::Alias": "TargetKeyId",
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Url": "TargetFunctionArn",
    "AWS::Lambda::Version": "FunctionName",
    "AWS::S3::AccessPoint": "Bucket",
    "AWS::SNS::Subscription": "TopicArn",
    "AWS::SecretsManager::SecretTargetAttachment": "SecretId",
}
"""Types that are parts of what is shown, and the property that names it."""
