"""Changes that the real CDK CLI and the review both judge, each of resources of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

Resources = dict[str, Any]

REPLACE: Final = "replace"
MAYBE: Final = "may be replaced"
DESTROY: Final = "destroy"
ORPHAN: Final = "orphan"
NOTHING: Final = ""
"""Added, changed in place, or as it was."""


@dataclass(frozen=True)
class Case:
    """One change.

    Attributes:
        old: resources as they were, by logical id.
        new: as they are.
        expected: what happens to them, by logical id, in the CLI's words; of the others nothing.
    """

    old: Resources
    new: Resources
    expected: dict[str, str]


@dataclass(frozen=True)
class Disagreement:
    """Where the CLI says otherwise.

    Attributes:
        word: what it says.
        why: why it is not followed.
    """

    word: str
    why: str


def _of(kind: str, /, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"Type": kind, "Properties": properties}


def _changed(name: str, kind: str, old: Any, new: Any, expected: str) -> Case:  # noqa: ANN401 - JSON
    return Case({name: _of(kind, **old)}, {name: _of(kind, **new)}, {name: expected})


def _key(name: str) -> dict[str, Any]:
    return {
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"}],
    }


def _vpc(cidr: str, subnet: Any) -> Resources:  # noqa: ANN401 - JSON
    return {"ChainVpc": _of("AWS::EC2::VPC", CidrBlock=cidr), **subnet}


_LAMBDA: Final = {"Runtime": "python3.13", "Handler": "a.b", "Code": {"ZipFile": "x"}, "Role": "r"}
_CHAIN: Final = {
    "ChainSubnet": _of("AWS::EC2::Subnet", VpcId={"Ref": "ChainVpc"}, CidrBlock="10.0.1.0/24"),
    "ChainGroup": _of(
        "AWS::EC2::SecurityGroup",
        GroupDescription="g",
        VpcId={"Fn::GetAtt": ["ChainVpc", "VpcId"]},
    ),
    "ChainInstance": _of("AWS::EC2::Instance", ImageId="a", SubnetId={"Ref": "ChainSubnet"}),
    "ChainEndpoint": _of(
        "AWS::EC2::VPCEndpoint",
        ServiceName="com.amazonaws.us-east-1.s3",
        VpcId={"Ref": "ChainVpc"},
    ),
    "ChainFunction": _of(
        "AWS::Lambda::Function", **_LAMBDA, VpcConfig={"SubnetIds": [{"Ref": "ChainSubnet"}]}
    ),
}
_JOINED: Final = {
    "JoinedAlarm": _of(
        "AWS::CloudWatch::Alarm",
        AlarmName={"Fn::Join": ["-", ["alarm", {"Ref": "JoinedTopic"}]]},
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
    ),
    "SubbedAlarm": _of(
        "AWS::CloudWatch::Alarm",
        AlarmName={"Fn::Sub": "alarm-${JoinedTopic}"},
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
    ),
}

CASES: Final[dict[str, Case]] = {
    "a table's name": _changed(
        "TableName", "AWS::DynamoDB::Table", {"TableName": "a"}, {"TableName": "b"}, REPLACE
    ),
    "a table's key": _changed("TableKey", "AWS::DynamoDB::Table", _key("a"), _key("b"), REPLACE),
    "the type of a table's key": Case(
        {"TableKeyType": _of("AWS::DynamoDB::Table", **_key("a"))},
        {
            "TableKeyType": _of(
                "AWS::DynamoDB::Table",
                KeySchema=_key("a")["KeySchema"],
                AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "N"}],
            )
        },
        {"TableKeyType": REPLACE},
    ),
    "a table's billing": _changed(
        "TableBilling",
        "AWS::DynamoDB::Table",
        {"BillingMode": "PROVISIONED"},
        {"BillingMode": "PAY_PER_REQUEST"},
        NOTHING,
    ),
    "a global table's key": _changed(
        "GlobalKey", "AWS::DynamoDB::GlobalTable", _key("a"), _key("b"), REPLACE
    ),
    "a bucket that gets a name": _changed(
        "BucketNamed", "AWS::S3::Bucket", {}, {"BucketName": "a"}, REPLACE
    ),
    "a bucket that loses its name": _changed(
        "BucketUnnamed", "AWS::S3::Bucket", {"BucketName": "a"}, {}, REPLACE
    ),
    "a bucket's versioning": _changed(
        "BucketVersioned",
        "AWS::S3::Bucket",
        {},
        {"VersioningConfiguration": {"Status": "Enabled"}},
        NOTHING,
    ),
    "another bucket of a bucket policy": _changed(
        "BucketPolicy",
        "AWS::S3::BucketPolicy",
        {"Bucket": "a", "PolicyDocument": {}},
        {"Bucket": "b", "PolicyDocument": {}},
        REPLACE,
    ),
    "a log group's name": _changed(
        "LogName", "AWS::Logs::LogGroup", {"LogGroupName": "a"}, {"LogGroupName": "b"}, REPLACE
    ),
    "a log group's retention": _changed(
        "LogDays", "AWS::Logs::LogGroup", {"RetentionInDays": 7}, {"RetentionInDays": 30}, NOTHING
    ),
    "a number written as text": _changed(
        "LogText", "AWS::Logs::LogGroup", {"RetentionInDays": 7}, {"RetentionInDays": "7"}, NOTHING
    ),
    "a user pool's name": _changed(
        "PoolName", "AWS::Cognito::UserPool", {"UserPoolName": "a"}, {"UserPoolName": "b"}, NOTHING
    ),
    "an app client's secret": _changed(
        "ClientSecret",
        "AWS::Cognito::UserPoolClient",
        {"UserPoolId": "p", "GenerateSecret": False},
        {"UserPoolId": "p", "GenerateSecret": True},
        REPLACE,
    ),
    "a key's rotation": _changed(
        "KeyRotation",
        "AWS::KMS::Key",
        {"EnableKeyRotation": False},
        {"EnableKeyRotation": True},
        NOTHING,
    ),
    "an alias's name": _changed(
        "AliasName",
        "AWS::KMS::Alias",
        {"AliasName": "alias/a", "TargetKeyId": "k"},
        {"AliasName": "alias/b", "TargetKeyId": "k"},
        REPLACE,
    ),
    "a database's key": _changed(
        "DatabaseKey",
        "AWS::RDS::DBInstance",
        {"StorageEncrypted": False},
        {"StorageEncrypted": True},
        REPLACE,
    ),
    "a database's engine": _changed(
        "DatabaseEngine", "AWS::RDS::DBInstance", {"Engine": "mysql"}, {"Engine": "mariadb"}, MAYBE
    ),
    "a database's class": _changed(
        "DatabaseClass",
        "AWS::RDS::DBInstance",
        {"DBInstanceClass": "db.t3.small"},
        {"DBInstanceClass": "db.t3.large"},
        NOTHING,
    ),
    "a database cluster's user": _changed(
        "ClusterUser",
        "AWS::RDS::DBCluster",
        {"Engine": "aurora", "MasterUsername": "a"},
        {"Engine": "aurora", "MasterUsername": "b"},
        MAYBE,
    ),
    "a database cluster's name": _changed(
        "ClusterName",
        "AWS::RDS::DBCluster",
        {"Engine": "aurora", "DatabaseName": "a"},
        {"Engine": "aurora", "DatabaseName": "b"},
        REPLACE,
    ),
    "a file system's encryption": _changed(
        "Files", "AWS::EFS::FileSystem", {"Encrypted": False}, {"Encrypted": True}, REPLACE
    ),
    "a secret's name": _changed(
        "SecretName", "AWS::SecretsManager::Secret", {"Name": "a"}, {"Name": "b"}, REPLACE
    ),
    "a secret's description": _changed(
        "SecretText",
        "AWS::SecretsManager::Secret",
        {"Description": "a"},
        {"Description": "b"},
        NOTHING,
    ),
    "a parameter's name": _changed(
        "ParameterName",
        "AWS::SSM::Parameter",
        {"Name": "/a", "Type": "String", "Value": "v"},
        {"Name": "/b", "Type": "String", "Value": "v"},
        REPLACE,
    ),
    "a queue that becomes ordered": _changed(
        "QueueFifo", "AWS::SQS::Queue", {}, {"FifoQueue": True}, REPLACE
    ),
    "a topic's name": _changed(
        "TopicName", "AWS::SNS::Topic", {"TopicName": "a"}, {"TopicName": "b"}, REPLACE
    ),
    "a subscription's endpoint": _changed(
        "Subscription",
        "AWS::SNS::Subscription",
        {"TopicArn": "t", "Protocol": "email", "Endpoint": "a@example.com"},
        {"TopicArn": "t", "Protocol": "email", "Endpoint": "b@example.com"},
        REPLACE,
    ),
    "a stream's name": _changed(
        "StreamName", "AWS::Kinesis::Stream", {"Name": "a"}, {"Name": "b"}, REPLACE
    ),
    "an image repository's key": _changed(
        "Images",
        "AWS::ECR::Repository",
        {},
        {"EncryptionConfiguration": {"EncryptionType": "KMS"}},
        REPLACE,
    ),
    "a role's path": _changed(
        "RolePath",
        "AWS::IAM::Role",
        {"AssumeRolePolicyDocument": {}, "Path": "/a/"},
        {"AssumeRolePolicyDocument": {}, "Path": "/b/"},
        REPLACE,
    ),
    "a managed policy's description": _changed(
        "PolicyText",
        "AWS::IAM::ManagedPolicy",
        {"PolicyDocument": {}, "Description": "a"},
        {"PolicyDocument": {}, "Description": "b"},
        REPLACE,
    ),
    "a function's name": _changed(
        "FunctionName",
        "AWS::Lambda::Function",
        {**_LAMBDA, "FunctionName": "a"},
        {**_LAMBDA, "FunctionName": "b"},
        REPLACE,
    ),
    "a function's memory": _changed(
        "FunctionMemory",
        "AWS::Lambda::Function",
        {**_LAMBDA, "MemorySize": 128},
        {**_LAMBDA, "MemorySize": 256},
        NOTHING,
    ),
    "a permission's caller": _changed(
        "Permission",
        "AWS::Lambda::Permission",
        {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "a"},
        {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "b"},
        REPLACE,
    ),
    "the description of a security group": _changed(
        "GroupText",
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": "a"},
        {"GroupDescription": "b"},
        REPLACE,
    ),
    "a security group's rules": _changed(
        "GroupRules",
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": "a"},
        {"GroupDescription": "a", "SecurityGroupIngress": [{"IpProtocol": "-1"}]},
        NOTHING,
    ),
    "an API's method": _changed(
        "Method",
        "AWS::ApiGateway::Method",
        {"RestApiId": "a", "ResourceId": "r", "HttpMethod": "GET"},
        {"RestApiId": "a", "ResourceId": "r", "HttpMethod": "POST"},
        REPLACE,
    ),
    "a load balancer's scheme": _changed(
        "Balancer",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        {"Scheme": "internal"},
        {"Scheme": "internet-facing"},
        REPLACE,
    ),
    "a record's name": _changed(
        "Record",
        "AWS::Route53::RecordSet",
        {"Name": "a.example.com", "Type": "A"},
        {"Name": "b.example.com", "Type": "A"},
        REPLACE,
    ),
    "a rule's bus": _changed(
        "Rule", "AWS::Events::Rule", {"EventBusName": "a"}, {"EventBusName": "b"}, REPLACE
    ),
    "a search domain's encryption, switched on inside of a property": _changed(
        "Search",
        "AWS::OpenSearchService::Domain",
        {"EncryptionAtRestOptions": {"Enabled": False}},
        {"EncryptionAtRestOptions": {"Enabled": True}},
        MAYBE,
    ),
    "an endpoint's private names, inside of a property": _changed(
        "Endpoint",
        "AWS::EC2::VPCEndpoint",
        {"VpcId": "v", "DnsOptions": {"PrivateDnsPreference": "ALL_DOMAINS"}},
        {"VpcId": "v", "DnsOptions": {"PrivateDnsPreference": "VERIFIED_DOMAINS_ONLY"}},
        REPLACE,
    ),
    "a group of instances that is replaced for a new template": Case(
        {
            "Instances": _of("AWS::AutoScaling::AutoScalingGroup", LaunchTemplate={"Version": "1"})
            | {"UpdatePolicy": {"AutoScalingReplacingUpdate": {"WillReplace": True}}}
        },
        {
            "Instances": _of("AWS::AutoScaling::AutoScalingGroup", LaunchTemplate={"Version": "2"})
            | {"UpdatePolicy": {"AutoScalingReplacingUpdate": {"WillReplace": True}}}
        },
        {"Instances": REPLACE},
    ),
    "a group of instances that is not": _changed(
        "Instances2",
        "AWS::AutoScaling::AutoScalingGroup",
        {"LaunchTemplate": {"Version": "1"}},
        {"LaunchTemplate": {"Version": "2"}},
        NOTHING,
    ),
    "a network, and all that stands in it": Case(
        _vpc("10.0.0.0/16", _CHAIN),
        _vpc("10.1.0.0/16", _CHAIN),
        {
            "ChainVpc": REPLACE,
            "ChainSubnet": REPLACE,
            "ChainGroup": REPLACE,
            "ChainInstance": REPLACE,
            "ChainEndpoint": REPLACE,
        },
    ),
    "what is named after what is replaced": Case(
        {"JoinedTopic": _of("AWS::SNS::Topic", TopicName="a"), **_JOINED},
        {"JoinedTopic": _of("AWS::SNS::Topic", TopicName="b"), **_JOINED},
        {"JoinedTopic": REPLACE, "JoinedAlarm": REPLACE, "SubbedAlarm": REPLACE},
    ),
    "the same name, joined otherwise": _changed(
        "Rewritten",
        "AWS::SNS::Topic",
        {"TopicName": {"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}},
        {"TopicName": {"Fn::Sub": "a-${AWS::Region}"}},
        NOTHING,
    ),
    "a name that another stack hands over": _changed(
        "Imported",
        "AWS::S3::BucketPolicy",
        {"Bucket": "a", "PolicyDocument": {}},
        {"Bucket": {"Fn::ImportValue": "other"}, "PolicyDocument": {}},
        MAYBE,
    ),
    "a custom resource's property": _changed(
        "Custom",
        "Custom::Thing",
        {"ServiceToken": "t", "A": 1},
        {"ServiceToken": "t", "A": 2},
        MAYBE,
    ),
    "a custom resource's provider": _changed(
        "Provider", "Custom::Thing", {"ServiceToken": "t"}, {"ServiceToken": "u"}, REPLACE
    ),
    "a type of another vendor": _changed(
        "Vendor", "Datadog::Monitors::Monitor", {"Query": "a"}, {"Query": "b"}, MAYBE
    ),
    "a nested stack's template": _changed(
        "Nested", "AWS::CloudFormation::Stack", {"TemplateURL": "a"}, {"TemplateURL": "b"}, NOTHING
    ),
    "what goes": Case({"Gone": _of("AWS::SQS::Queue")}, {}, {"Gone": DESTROY}),
    "what goes and is kept": Case(
        {"Kept": _of("AWS::S3::Bucket") | {"DeletionPolicy": "Retain"}}, {}, {"Kept": ORPHAN}
    ),
    "what goes and is kept once it stands": Case(
        {"KeptToo": _of("AWS::S3::Bucket") | {"DeletionPolicy": "RetainExceptOnCreate"}},
        {},
        {"KeptToo": ORPHAN},
    ),
    "what comes": Case({}, {"Come": _of("AWS::Lambda::Function", **_LAMBDA)}, {}),
    "another logical id": Case(
        {"OldName": _of("AWS::SNS::Topic", DisplayName="unique")},
        {"NewName": _of("AWS::SNS::Topic", DisplayName="unique")},
        {"OldName": DESTROY},
    ),
    "another type": Case(
        {"Retyped": _of("AWS::SNS::Topic", DisplayName="retyped")},
        {"Retyped": _of("AWS::SQS::Queue", VisibilityTimeout=77)},
        {"Retyped": DESTROY},
    ),
    "a policy of deletion alone": Case(
        {"Policy": _of("AWS::SQS::Queue", VisibilityTimeout=78)},
        {"Policy": _of("AWS::SQS::Queue", VisibilityTimeout=78) | {"DeletionPolicy": "Retain"}},
        {},
    ),
}

_INSIDE: Final = (
    "the CLI looks at whole properties; the provider schema marks a place inside of this one "
    "(`{}`), and so does its page in the CloudFormation Template Reference"
)
_THROUGH: Final = (
    "the CLI follows `Ref` and `Fn::GetAtt` only where they are the whole value; a text that holds "
    "the name of what is replaced changes with it (User Guide, 'Update behaviors of stack "
    "resources': replacement gives a new physical ID)"
)

DISAGREEMENTS: Final[dict[str, Disagreement]] = {
    "TableKeyType": Disagreement(
        NOTHING,
        "the CLI's table calls it an update; the page of `AWS::DynamoDB::Table` says of "
        "`AttributeDefinitions`: 'Replacement if you edit an existing AttributeDefinition', and "
        "UpdateTable takes no other type for a key",
    ),
    "Search": Disagreement(NOTHING, _INSIDE.format("EncryptionAtRestOptions/Enabled")),
    "Endpoint": Disagreement(NOTHING, _INSIDE.format("DnsOptions/PrivateDnsPreference")),
    "Instances": Disagreement(
        NOTHING,
        "the CLI reads no `UpdatePolicy`; with `AutoScalingReplacingUpdate` and `WillReplace`, "
        "CloudFormation replaces the group (Template Reference, 'UpdatePolicy attribute')",
    ),
    "JoinedAlarm": Disagreement(NOTHING, _THROUGH),
    "SubbedAlarm": Disagreement(NOTHING, _THROUGH),
    "Rewritten": Disagreement(
        REPLACE,
        "the CLI compares the texts of the template; `Fn::Join` and `Fn::Sub` give the same name "
        "here, and CloudFormation compares values",
    ),
    "Imported": Disagreement(
        REPLACE,
        "the CLI compares the texts of the template; the export may have the very value that was "
        "written out before (Template Reference, 'Fn::ImportValue')",
    ),
    "Custom": Disagreement(
        NOTHING,
        "the CLI knows no properties of custom resources; the provider replaces one by returning "
        "another physical id (User Guide, 'Custom resource response objects': "
        "`PhysicalResourceId`)",
    ),
    "Provider": Disagreement(
        NOTHING,
        "the CLI knows no properties of custom resources; `ServiceToken` cannot change (Template "
        "Reference, `AWS::CloudFormation::CustomResource`: 'Updates are not supported'; the "
        "deployment ends with 'Modifying service token is not allowed.')",
    ),
    "Vendor": Disagreement(
        NOTHING, "the CLI has no schema of other vendors' types and says nothing of them"
    ),
    "Retyped": Disagreement(
        REPLACE,
        "CloudFormation refuses such a template ('Update of resource type is not permitted'): we "
        "show what would have to happen, one removed and one added, and say that it is refused",
    ),
}
"""By logical id."""
