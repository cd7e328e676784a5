"""What the dimensions of services' metrics may name: what is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.rehearsal.metrics import own_name
from compliance.rehearsal.physical import Physical, name
from compliance.rehearsal.routing import ANY, Api

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Assembly, Resource
    from compliance.rehearsal.metrics import Metric
    from compliance.rehearsal.stage import Stage

Dimension = tuple[str, str]
"""A namespace, and the name of one of its dimensions."""

DYNAMODB_OPERATIONS: Final = frozenset(
    {"BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement"}
    | {"ExecuteTransaction", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems"}
    | {"TransactWriteItems", "UpdateItem"}
)
"""Values of DynamoDB's dimension `Operation`
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html)."""
METHODS: Final = (ANY, "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
"""By which of these a route of any method is counted is not written down: each is taken for one."""

FUNCTION: Final = ("AWS/Lambda", "FunctionName")
QUALIFIED: Final = ("AWS/Lambda", "Resource")
TABLE: Final = ("AWS/DynamoDB", "TableName")
INDEX: Final = ("AWS/DynamoDB", "GlobalSecondaryIndexName")
OPERATION: Final = ("AWS/DynamoDB", "Operation")
API: Final = ("AWS/ApiGateway", "ApiName")
METHOD: Final = ("AWS/ApiGateway", "Method")

_BY_TYPE: Final[Mapping[str, Dimension]] = {
    "AWS::Lambda::Function": FUNCTION,
    "AWS::DynamoDB::Table": TABLE,
    "AWS::DynamoDB::GlobalTable": TABLE,
    "AWS::SQS::Queue": ("AWS/SQS", "QueueName"),
    "AWS::SNS::Topic": ("AWS/SNS", "TopicName"),
    "AWS::S3::Bucket": ("AWS/S3", "BucketName"),
    "AWS::ApiGateway::Stage": ("AWS/ApiGateway", "Stage"),
}
"""Dimension that names a resource of a type by the end of its physical id."""
_WHOLE: Final = {
    INDEX: "{GlobalSecondaryIndexName} of {TableName}",
    QUALIFIED: "{Resource} of {FunctionName}",
    METHOD: "{Method} {Resource} of {ApiName}",
}
"""Dimensions whose values mean something only beside others."""


def named(metric: Metric) -> Iterator[tuple[Dimension, str]]:
    """What the dimensions of a service's metric name, in the form of `names`."""
    values = dict(metric.dimensions)
    for key, value in metric.dimensions:
        dimension = (metric.namespace, key)
        form = _WHOLE.get(dimension)
        yield dimension, form.format_map(values) if form else value


def names(stage: Stage, assembly: Assembly) -> dict[Dimension, frozenset[str]]:
    """What there is to name: the deployed resources of an assembly.

    Facts: the pages that `service_metrics` names.

    Returns:
        Names by dimension. An index is named with its table, a version or alias with its function,
        and a method with its path and API.

    Raises:
        SynthgateError: the routes of an API cannot be read.
    """
    physical = Physical(stage, assembly)
    found: dict[Dimension, set[str]] = {dimension: set() for dimension in _BY_TYPE.values()}
    found |= {each: set() for each in (API, METHOD, INDEX, QUALIFIED)}
    found[OPERATION] = set(DYNAMODB_OPERATIONS)
    for resource in deployed(assembly, physical, *_BY_TYPE):
        dimension = _BY_TYPE[resource.type]
        own = own_name(physical.id(resource))
        found[dimension].add(own)
        if dimension == TABLE:
            table = stage.client("dynamodb").describe_table(TableName=own)["Table"]
            for index in table.get("GlobalSecondaryIndexes", ()):
                found[INDEX].add(f"{index['IndexName']} of {own}")
        elif dimension == FUNCTION:
            found[QUALIFIED].add(f"{own} of {own}")
    for resource in deployed(assembly, physical, "AWS::Lambda::Alias", "AWS::Lambda::Version"):
        # Its physical id is its ARN: `arn:aws:lambda:…:function:name:alias`.
        own = physical.id(resource).rpartition(":function:")[2]
        found[QUALIFIED].add(f"{own} of {own.partition(':')[0]}")
    for resource in deployed(assembly, physical, "AWS::ApiGateway::RestApi"):
        api = stage.client("apigateway").get_rest_api(restApiId=physical.id(resource))["name"]
        found[API].add(api)
        for route, _ in Api.of(assembly, name(resource)).methods:
            for method in METHODS if route.method == ANY else (route.method,):
                found[METHOD].add(f"{method} {route.path} of {api}")
    return {dimension: frozenset(values) for dimension, values in found.items()}


def deployed(assembly: Assembly, physical: Physical, *types: str) -> list[Resource]:
    """The resources of some types that were deployed.

    Raises:
        RehearsalError: one has to be there, and is not.
    """
    return [resource for resource in assembly.resources(*types) if physical.found(resource)]
