"""The function: its settings, and a role that allows what the code does and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacks.bundling import PYTHON_VERSION

if TYPE_CHECKING:
    from tests.synthesized import Assembly

FUNCTION = "ServerlessStack/DataProcessingFunction"
SERVICE_POLICY = f"{FUNCTION}ServicePolicy"
CODE_POLICY = "ServerlessStack/DataProcessingPolicy"
DENIAL = f"{FUNCTION}InterfaceDenial"
INTERFACE_ACTIONS = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
}


def imported(value: Any) -> str:  # noqa: ANN401 - a template's value may be anything
    """Return the construct of the storage stack that an imported value belongs to."""
    name: str = value["Fn::ImportValue"]
    prefix = "serverless-infrastructure-prod-storage:ExportsOutput"
    assert name.startswith(prefix)
    return name.removeprefix(prefix)


def actions(statement: dict[str, Any]) -> set[str]:
    """Return a statement's actions."""
    found = statement["Action"]
    return {found} if isinstance(found, str) else set(found)


def test_the_function_has_the_settings_of_its_environment(prod: Assembly, dev: Assembly) -> None:
    """Memory, timeout, concurrency and log level come from cdk.json."""
    function = prod.properties(FUNCTION)
    assert function["MemorySize"] == 512
    assert function["Timeout"] == 25
    assert function["ReservedConcurrentExecutions"] == 100
    assert function["Handler"] == "handlers.app.lambda_handler"
    assert dev.properties(FUNCTION)["ReservedConcurrentExecutions"] == 10
    assert dev.properties(FUNCTION)["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"] == "DEBUG"


def test_the_runtime_is_the_one_the_code_is_built_for(prod: Assembly) -> None:
    """The newest Python, on arm64, for which the bundle's wheels were chosen too."""
    function = prod.properties(FUNCTION)
    assert function["Runtime"] == f"python{PYTHON_VERSION}" == "python3.14"
    assert function["Architectures"] == ["arm64"]


def test_names_are_left_to_cloudformation(prod: Assembly) -> None:
    """No function name is fixed, so that no log group can be made before its own."""
    assert "FunctionName" not in prod.properties(FUNCTION)
    assert {
        path: group["Properties"]["LogGroupName"]
        for path, group in prod.of_type("AWS::Logs::LogGroup").items()
        if "LogGroupName" in group["Properties"]
    }.keys() == {"ApiStack/ExecutionLogs", "ApiStack/FirewallLogs"}


def test_the_function_logs_to_its_own_group(prod: Assembly) -> None:
    """The group is linked to the function, so that Lambda makes none that never expires."""
    group = prod.logical_id(f"{FUNCTION}Logs")
    assert prod.properties(FUNCTION)["LoggingConfig"] == {"LogGroup": {"Ref": group}}
    assert prod.statements(SERVICE_POLICY)["OwnLogs"] == {
        "Sid": "OwnLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": {"Fn::GetAtt": [group, "Arn"]},
    }


def test_the_environment_is_encrypted_and_complete(prod: Assembly) -> None:
    """The variables are those the code reads, under the stack's own key."""
    function = prod.properties(FUNCTION)
    assert function["KmsKeyArn"] == {"Fn::GetAtt": [prod.logical_id("ServerlessStack/Key"), "Arn"]}
    variables = dict(function["Environment"]["Variables"])
    tables = [variables.pop(f"{name}_TABLE_NAME") for name in ("DYNAMODB", "IDEMPOTENCY")]
    assert [imported(table).startswith("Ref") for table in tables] == [True, True]
    assert "DataBucket" in imported(variables.pop("S3_BUCKET_NAME"))
    assert variables == {
        "ALLOWED_ORIGINS": "https://items.example.com",
        "CONFIG_PARAMETER_NAME": "/serverless/config/api-settings",
        "DYNAMODB_STATUS_INDEX": "status-index",
        "ENVIRONMENT": "prod",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "ServerlessApp",
        "POWERTOOLS_SERVICE_NAME": "items",
    }


def test_calls_are_traced(prod: Assembly) -> None:
    """Tracing is active, and the two actions that it takes know no resource."""
    assert prod.properties(FUNCTION)["TracingConfig"] == {"Mode": "Active"}
    traces = prod.statements(SERVICE_POLICY)["Traces"]
    assert actions(traces) == {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}


def test_what_fails_is_tried_again_and_kept(prod: Assembly) -> None:
    """Two retries, then the event and the reason wait 14 days in an encrypted queue."""
    queue = {"Fn::GetAtt": [prod.logical_id(f"{FUNCTION}DeadLetters"), "Arn"]}
    assert prod.properties(FUNCTION)["DeadLetterConfig"] == {"TargetArn": queue}
    retries = prod.properties(f"{FUNCTION}/EventInvokeConfig")
    assert retries["MaximumRetryAttempts"] == 2
    assert retries["DestinationConfig"] == {"OnFailure": {"Destination": queue}}
    properties = prod.properties(f"{FUNCTION}DeadLetters")
    assert properties["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert properties["KmsMasterKeyId"] == {
        "Fn::GetAtt": [prod.logical_id("ServerlessStack/Key"), "Arn"]
    }
    (denial,) = prod.properties(f"{FUNCTION}DeadLetters/Policy")["PolicyDocument"]["Statement"]
    assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert prod.statements(SERVICE_POLICY)["OwnDeadLetters"]["Resource"] == queue


def test_the_code_may_do_exactly_this(prod: Assembly) -> None:
    """Each action names its resource: no scan, no whole bucket, one parameter, no metrics call."""
    statements = prod.statements(CODE_POLICY)
    assert {sid: actions(statement) for sid, statement in statements.items()} == {
        "Items": {"dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"},
        "ItemsByStatus": {"dynamodb:Query"},
        "HandledRequests": {
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        },
        "LargeData": {"s3:DeleteObject", "s3:GetObject", "s3:PutObject"},
        "Configuration": {"ssm:GetParameter"},
        "KeyOfBucket": {"kms:Decrypt", "kms:GenerateDataKey"},
        "KeyOfTables": {
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        },
    }
    table = statements["Items"]["Resource"]
    assert "ItemsTable" in imported(table)
    assert statements["ItemsByStatus"]["Resource"] == {
        "Fn::Join": ["", [table, "/index/status-index"]]
    }
    assert "IdempotencyTable" in imported(statements["HandledRequests"]["Resource"])
    bucket, prefix = statements["LargeData"]["Resource"]["Fn::Join"][1]
    assert ("DataBucket" in imported(bucket), prefix) == (True, "/items/*")
    parameter = statements["Configuration"]["Resource"]["Fn::Join"][1]
    assert parameter[:3] == ["arn:aws:ssm:us-east-1:", {"Ref": "AWS::AccountId"}, ":parameter"]
    assert "ApiSettings" in imported(parameter[3])


def test_the_key_opens_through_its_services_only(prod: Assembly) -> None:
    """The storage key is used through S3 for this bucket, and through DynamoDB."""
    statements = prod.statements(CODE_POLICY)
    bucket = statements["KeyOfBucket"]["Condition"]["StringEquals"]
    assert "DataBucket" in imported(bucket["kms:EncryptionContext:aws:s3:arn"])
    services = [
        statements[sid]["Condition"]["StringEquals"]["kms:ViaService"]
        for sid in ("KeyOfBucket", "KeyOfTables")
    ]
    assert services == [
        {"Fn::Join": ["", ["s3.us-east-1.", {"Ref": "AWS::URLSuffix"}]]},
        {"Fn::Join": ["", ["dynamodb.us-east-1.", {"Ref": "AWS::URLSuffix"}]]},
    ]


def test_lambda_manages_interfaces_and_the_code_cannot(prod: Assembly) -> None:
    """What the service needs for the VPC is denied to the function's own code."""
    statements = prod.statements(SERVICE_POLICY)
    allowed = actions(statements["NetworkInterfaces"]) | actions(
        statements["NetworkInterfaceViews"]
    )
    denial = prod.statements(DENIAL)["NotFromTheCode"]
    assert denial["Effect"] == "Deny"
    assert actions(denial) == allowed == INTERFACE_ACTIONS
    assert denial["Condition"] == {
        "ArnEquals": {
            "lambda:SourceFunctionArn": {"Fn::GetAtt": [prod.logical_id(FUNCTION), "Arn"]}
        }
    }


def test_the_function_waits_for_its_rights(prod: Assembly) -> None:
    """It is made after its policies, or its first calls would be refused."""
    assert set(prod.resource(FUNCTION)["DependsOn"]) == {
        prod.logical_id(f"{FUNCTION}Role"),
        prod.logical_id(SERVICE_POLICY),
        prod.logical_id(CODE_POLICY),
    }


def test_the_function_stands_in_the_isolated_subnets(prod: Assembly) -> None:
    """It has the group of the network stack and all its private subnets."""
    vpc = prod.properties(FUNCTION)["VpcConfig"]
    (group,) = vpc["SecurityGroupIds"]
    assert "LambdaSecurityGroup" in group["Fn::ImportValue"]
    assert len(vpc["SubnetIds"]) == 3
    assert all("PrivateSubnet" in subnet["Fn::ImportValue"] for subnet in vpc["SubnetIds"])
