"""One picture of an assembly: what it shows, what it merges, what it leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compliance.security_report.model import Tie, Zone
from compliance.security_report.picture.merging import MAX_ARROWS, MAX_NODES
from compliance.security_report.portrait import portrait
from tests.compliance.security_report import portraits
from tests.compliance.security_report.portraits import arn, of, of_stacks, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.security_report.model import Architecture

Json = dict[str, Any]


def arrows(found: Architecture) -> set[tuple[str, str, Tie, str]]:
    """Arrows by the labels of their ends."""
    labels = {node.id: node.label for node in found.nodes}
    return {
        (labels[arrow.source], labels[arrow.target], arrow.tie, arrow.label)
        for arrow in found.arrows
    }


def where(found: Architecture) -> dict[str, str]:
    """The label of the innermost boundary by the label of what stands in it."""
    labels = {boundary.id: boundary.label for boundary in found.boundaries}
    return {node.label: labels[node.boundary] for node in found.nodes}


# -- the project's own assembly, and the seed -----------------------------------------------------


def test_the_project_is_callers_an_api_a_function_and_its_data(
    assemblies: Callable[[str], Path],
) -> None:
    """A reviewer sees who calls whom, and by which actions the function reaches its data."""
    found = portraits.of_folder(assemblies("dev")).architecture
    assert arrows(found) >= {
        ("Callers with IAM (SigV4), API key", "ServerlessApi", Tie.CALLS, "5 endpoints"),
        ("Browsers", "ServerlessApi", Tie.CALLS, "2 endpoints"),
        ("ServerlessApi", "DataProcessingFunction", Tie.CALLS, ""),
        (
            "DataProcessingFunction",
            "IdempotencyTable",
            Tie.WRITES,
            "DeleteItem, PutItem, UpdateItem",
        ),
        ("DataProcessingFunction", "ApiSettings", Tie.USES, "GetParameter"),
        ("DataProcessingFunction", "DataProcessingFunctionLogs", Tie.LOGS, ""),
        ("DataBucket", "AccessLogBucket", Tie.LOGS, "access log"),
        ("16 alarms", "AlertTopic", Tie.SENDS, ""),
        ("AlertTopic", "Mailboxes", Tie.SENDS, "email"),
        ("AlertTopic", "UndeliveredAlerts", Tie.SENDS, "undelivered"),
    }
    crossing = {(arrow.source, arrow.tie) for arrow in found.arrows if arrow.crosses}
    assert ("outside-Browsers", Tie.CALLS) in crossing
    assert len(crossing) == 3


def test_a_function_stands_in_the_vpc_of_another_stack_inside_its_own(
    assemblies: Callable[[str], Path],
) -> None:
    """Boundaries are a tree: the network shows in each stack that stands in it."""
    found = portraits.of_folder(assemblies("dev")).architecture
    zones = {(boundary.zone, boundary.label, boundary.parent) for boundary in found.boundaries}
    assert (Zone.NETWORK, "VPC NetworkStack/Vpc", "stack3") in zones
    assert (Zone.STACK, "ServerlessStack", "account") in zones
    places = where(found)
    assert places["DataProcessingFunction"] == "VPC NetworkStack/Vpc"
    assert places["S3Endpoint"] == "Vpc"
    assert places["ItemsTable"] == "StorageStack"
    left = dict(found.left_out)
    assert left["AWS::Lambda::Permission"] == 5
    assert "AWS::EC2::VPC" not in left


def test_the_seed_is_called_by_anyone(seed: Path) -> None:
    """That is what the picture of the first version has to say."""
    found = portraits.of_folder(seed).architecture
    assert ("Anyone", "ServerlessApi", Tie.CALLS, "5 endpoints") in arrows(found)
    assert where(found)["DataProcessingFunction"] == "VPC BaseStack/Vpc"


# -- arrows ---------------------------------------------------------------------------------------


def test_events_run_from_their_source_to_what_handles_them() -> None:
    """Rules, topics, queues, buckets, streams, dead letters and destinations."""
    found = of(
        Fn=resource("AWS::Lambda::Function", DeadLetterConfig={"TargetArn": arn("Dead")}),
        Dead=resource("AWS::SQS::Queue"),
        Queue=resource("AWS::SQS::Queue", RedrivePolicy={"deadLetterTargetArn": arn("Dead")}),
        Mapping=resource(
            "AWS::Lambda::EventSourceMapping",
            EventSourceArn=arn("Queue"),
            FunctionName={"Ref": "Fn"},
        ),
        Rule=resource("AWS::Events::Rule", Targets=[{"Arn": arn("Fn"), "Id": "1"}]),
        Topic=resource("AWS::SNS::Topic"),
        Subscription=resource(
            "AWS::SNS::Subscription",
            TopicArn={"Ref": "Topic"},
            Protocol="sqs",
            Endpoint=arn("Queue"),
        ),
        Bucket=resource(
            "AWS::S3::Bucket",
            NotificationConfiguration={
                "LambdaConfigurations": [{"Event": "s3:*", "Function": arn("Fn")}]
            },
        ),
        Alias=resource("AWS::Lambda::Alias", FunctionName={"Ref": "Fn"}),
        Url=resource("AWS::Lambda::Url", TargetFunctionArn={"Ref": "Alias"}, AuthType="AWS_IAM"),
    ).architecture
    assert arrows(found) == {
        ("Callers with IAM (SigV4)", "Fn", Tie.CALLS, "ANY /"),
        ("Fn", "Dead", Tie.SENDS, "dead letters"),
        ("Queue", "Dead", Tie.SENDS, "dead letters"),
        ("Queue", "Fn", Tie.SENDS, ""),
        ("Rule", "Fn", Tie.SENDS, ""),
        ("Topic", "Queue", Tie.SENDS, ""),
        ("Bucket", "Fn", Tie.SENDS, "events"),
    }


def test_what_a_role_may_do_is_an_arrow_of_what_runs_with_it() -> None:
    """Reading alone is another tie than writing; calls, messages and keys have their own."""
    statements = [
        {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": arn("Read")},
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
            "Resource": arn("Written"),
        },
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn("Other")},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("Queue")},
        {"Effect": "Allow", "Action": "sqs:GetQueueUrl", "Resource": arn("Polled")},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn("Key")},
        {"Effect": "Allow", "Action": {"Ref": "P"}, "Resource": arn("Bucket")},
        {"Effect": "Deny", "Action": "s3:*", "Resource": arn("Denied")},
        {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": arn("Logs")},
    ]
    found = of(
        sections={"Parameters": {"P": {"Type": "String"}}},
        Fn=resource("AWS::Lambda::Function", Role=arn("Role")),
        Role=resource("AWS::IAM::Role", Policies=[{"PolicyDocument": {"Statement": statements}}]),
        Read=resource("AWS::DynamoDB::Table"),
        Written=resource("AWS::DynamoDB::Table"),
        Other=resource("AWS::Lambda::Function"),
        Queue=resource("AWS::SQS::Queue"),
        Polled=resource("AWS::SQS::Queue"),
        Key=resource("AWS::KMS::Key"),
        Bucket=resource("AWS::S3::Bucket"),
        Denied=resource("AWS::S3::Bucket"),
        Logs=resource("AWS::Logs::LogGroup"),
    ).architecture
    assert arrows(found) == {
        ("Fn", "Read", Tie.READS, "GetItem"),
        ("Fn", "Written", Tie.WRITES, "GetItem, PutItem"),
        ("Fn", "Other", Tie.CALLS, "InvokeFunction"),
        ("Fn", "Queue", Tie.SENDS, "SendMessage"),
        ("Fn", "Polled", Tie.READS, "GetQueueUrl"),
        ("Fn", "Key", Tie.USES, "Decrypt"),
        ("Fn", "Bucket", Tie.WRITES, "?"),
    }
    assert "Role" not in {node.label for node in found.nodes}


def test_strangers_that_policies_let_in_stand_outside() -> None:
    """A role for a pipeline, a bucket for everyone, a queue for another account."""

    def policy(kind: str, of_what: str, principal: object, **more: Any) -> Json:  # noqa: ANN401
        statement = {"Effect": "Allow", "Principal": principal, "Action": "x:Do", **more}
        holder = {"Ref": "Bucket"} if of_what == "Bucket" else [{"Ref": "Queue"}]
        document = {"Statement": [statement]}
        return {"Type": kind, "Properties": {"PolicyDocument": document, of_what: holder}}

    found = of(
        Deploy=resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument={
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": "git.example"},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                    }
                ]
            },
        ),
        Bucket=resource("AWS::S3::Bucket"),
        Open=policy("AWS::S3::BucketPolicy", "Bucket", "*"),
        Queue=resource("AWS::SQS::Queue"),
        Theirs=policy("AWS::SQS::QueuePolicy", "Queues", {"AWS": "111122223333"}),
        Own=policy("AWS::SQS::QueuePolicy", "Queues", {"AWS": "123456789012"}),
        Narrow=policy(
            "AWS::SQS::QueuePolicy",
            "Queues",
            "*",
            Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        ),
        Denied=policy("AWS::SQS::QueuePolicy", "Queues", "*", Effect="Deny"),
        But={
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Queue"}],
                "PolicyDocument": {
                    "Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "Action": "*"}]
                },
            },
        },
    ).architecture
    assert arrows(found) == {
        ("git.example", "Deploy", Tie.CALLS, "assumes"),
        ("Anyone", "Bucket", Tie.CALLS, "Do"),
        ("Account 111122223333", "Queue", Tie.CALLS, "Do"),
        ("Callers that meet a condition", "Queue", Tie.CALLS, "Do"),
        ("Anyone", "Queue", Tie.CALLS, "*"),
    }
    assert {arrow.crosses for arrow in found.arrows} == {True}


def test_a_service_stands_for_its_task_and_its_balancer_for_its_targets() -> None:
    """Target groups, listeners and task definitions are wiring."""
    found = of(
        Balancer=resource("AWS::ElasticLoadBalancingV2::LoadBalancer"),
        Listener=resource(
            "AWS::ElasticLoadBalancingV2::Listener",
            LoadBalancerArn={"Ref": "Balancer"},
            Port=443,
            Protocol="HTTPS",
            DefaultActions=[{"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}],
        ),
        Listened=resource(
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            ListenerArn={"Ref": "Listener"},
            Actions=[{"TargetGroupArn": {"Ref": "Second"}}],
        ),
        Group=resource("AWS::ElasticLoadBalancingV2::TargetGroup"),
        Second=resource("AWS::ElasticLoadBalancingV2::TargetGroup", Targets=[{"Id": arn("Fn")}]),
        Fn=resource("AWS::Lambda::Function"),
        Service=resource(
            "AWS::ECS::Service",
            LoadBalancers=[{"TargetGroupArn": {"Ref": "Group"}}],
            TaskDefinition={"Ref": "Task"},
        ),
        Task=resource("AWS::ECS::TaskDefinition", TaskRoleArn=arn("Role")),
        Role=resource(
            "AWS::IAM::Role",
            Policies=[
                {
                    "PolicyDocument": {
                        "Statement": [
                            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": arn("Bucket")}
                        ]
                    }
                }
            ],
        ),
        Bucket=resource("AWS::S3::Bucket"),
    ).architecture
    assert arrows(found) == {
        ("Anyone", "Balancer", Tie.CALLS, "2 endpoints"),
        ("Balancer", "Service", Tie.CALLS, ""),
        ("Balancer", "Fn", Tie.CALLS, ""),
        ("Service", "Bucket", Tie.READS, "GetObject"),
    }


# -- boundaries -----------------------------------------------------------------------------------


def test_a_database_stands_in_the_vpc_of_its_subnets() -> None:
    """Also where a group of subnets stands between; a function may be in a VPC from elsewhere."""
    found = of(
        Vpc=resource("AWS::EC2::VPC", "Stack/Net/Resource"),
        Subnet=resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}),
        Group=resource("AWS::RDS::DBSubnetGroup", SubnetIds=[{"Ref": "Subnet"}]),
        Database=resource("AWS::RDS::DBInstance", DBSubnetGroupName={"Ref": "Group"}),
        Fn=resource("AWS::Lambda::Function", VpcConfig={"SubnetIds": ["subnet-1"]}),
        Bucket=resource("AWS::S3::Bucket"),
    ).architecture
    assert where(found) == {
        "Database": "VPC Net",
        "Fn": "VPC from outside of these templates",
        "Bucket": "Stack",
    }


def test_accounts_and_regions_are_told_apart_where_there_are_several() -> None:
    """With one alone its number says nothing, and pictures of environments stay equal."""
    body = {"Resources": {"Bucket": resource("AWS::S3::Bucket")}}
    one = of_stacks({"A": body, "B": body}).architecture
    assert [each.label for each in one.boundaries if each.zone is Zone.ACCOUNT] == ["AWS account"]
    other = portraits.context({"A": body, "B": body})
    moved = other.assembly.templates[1]
    object.__setattr__(moved, "region", "us-east-1")
    found = portrait(other, source_of=portraits.line).architecture
    assert [each.label for each in found.boundaries if each.zone is Zone.ACCOUNT] == [
        "AWS account 123456789012 eu-west-1",
        "AWS account 123456789012 us-east-1",
    ]


# -- size -----------------------------------------------------------------------------------------


def test_what_is_alike_is_merged_until_it_can_be_read() -> None:
    """500 resources: the largest families first, the rest as they are."""
    resources: Json = {"Api": resource("AWS::ApiGateway::RestApi")}
    for index in range(100):
        resources[f"Fn{index}"] = resource("AWS::Lambda::Function", Role=arn(f"Role{index}"))
        resources[f"Role{index}"] = resource("AWS::IAM::Role")
        resources[f"Table{index}"] = resource("AWS::DynamoDB::Table")
        resources[f"Policy{index}"] = resource(
            "AWS::IAM::Policy",
            Roles=[{"Ref": f"Role{index}"}],
            PolicyDocument={
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
                        "Resource": arn(f"Table{index}"),
                    }
                ]
            },
        )
        resources[f"Queue{index}"] = resource("AWS::SQS::Queue")
    resources["Key"] = resource("AWS::KMS::Key")
    found = of(**resources).architecture
    assert [(node.label, node.count) for node in found.nodes] == [
        ("Api", 1),
        ("100 functions", 100),
        ("100 tables", 100),
        ("100 queues", 100),
        ("Key", 1),
    ]
    assert arrows(found) == {("100 functions", "100 tables", Tie.WRITES, "GetItem, PutItem")}
    assert found.left_out == (("AWS::IAM::Policy", 100), ("AWS::IAM::Role", 100))


def test_what_cannot_be_merged_is_left_out_by_how_little_it_tells() -> None:
    """Families of one in many stacks: log groups go before functions, and are counted."""
    body = {
        "Resources": {
            kind: resource(f"AWS::{kind[:-1]}::{name}")
            for kind, name in (
                ("Lambda1", "Function"),
                ("SQS1", "Queue"),
                ("Logs1", "LogGroup"),
                ("SNS1", "Topic"),
                ("S31", "Bucket"),
            )
        }
    }
    found = of_stacks({f"Stack{index}": body for index in range(16)}).architecture
    assert len(found.nodes) == MAX_NODES
    assert "AWS::Lambda::Function" not in dict(found.left_out)
    assert dict(found.left_out)["AWS::Logs::LogGroup"] == 16


def test_stacks_are_no_boxes_where_there_are_too_many() -> None:
    """What is alike in all of them is merged in the account."""
    body = {"Resources": {"Fn": resource("AWS::Lambda::Function")}}
    found = of_stacks({f"Stack{index}": body for index in range(100)}).architecture
    assert [node.label for node in found.nodes] == ["100 functions"]
    assert [boundary.zone for boundary in found.boundaries] == [Zone.ACCOUNT]


def test_arrows_are_bounded_and_the_least_telling_go_first() -> None:
    """40 functions that call one another leave no room for their keys."""
    functions = [f"Fn{index}" for index in range(40)]
    resources: Json = {
        name: resource(
            "AWS::Lambda::Function",
            DeadLetterConfig={"TargetArn": [arn(other) for other in functions]},
            KmsKeyArn=arn("Key"),
        )
        for name in functions
    }
    found = of(Key=resource("AWS::KMS::Key"), **resources).architecture
    assert len(found.arrows) == MAX_ARROWS
    assert {arrow.tie for arrow in found.arrows} == {Tie.SENDS}
