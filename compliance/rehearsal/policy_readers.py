"""Where the deployed policy of a resource is read, by public APIs, one reader for each type."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.physical import Physical, name, partition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from compliance.assembly.model import Json, Resource


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document as the account has it.

    Attributes:
        holder: ARN of what it belongs to.
        body: parsed.
    """

    holder: str
    body: Mapping[str, Json]


@dataclass(frozen=True)
class Account:
    """The account that the stage is in.

    Attributes:
        physical: what the resources became.
    """

    physical: Physical
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A client of the stage's operator."""
        if service not in self._clients:
            self._clients[service] = self.physical.stage.client(service)
        return self._clients[service]

    @cached_property
    def prefix(self) -> str:
        """`arn:<partition>:{}:<region>:<account>:`, for the service to be put in."""
        stage = self.physical.stage
        return f"arn:{partition(stage.region)}:{{}}:{stage.region}:{stage.account}:"

    def documents(self, resource: Resource) -> Iterator[Document]:
        """The deployed policies that a resource is, or carries.

        Args:
            resource: of a type in `READERS`.

        Raises:
            RehearsalError: a policy cannot be read, or is no JSON.
        """
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

        try:
            for holder, text in READERS[resource.type](self, resource):
                yield Document(holder, parsed(text, name(resource)))
        except (BotoCoreError, ClientError) as error:
            raise RehearsalError(
                f"{name(resource)} ({resource.type}): its policy cannot be read: {error}; next: "
                "give the operator's credentials the permission to read it"
            ) from error


def parsed(text: Json, where: str) -> Mapping[str, Json]:
    """A policy document, given as text or as an object.

    Raises:
        RehearsalError: it is no JSON object.
    """
    found = text
    try:
        for _ in range(2):
            # API Gateway escapes what it gives, a second time.
            if isinstance(found, str):
                plain = found.lstrip()
                found = json.loads(f'"{plain}"' if plain.startswith('{\\"') else plain)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise RehearsalError(f"{where}: the policy that was read is no JSON object")
    return found


Read = tuple[str, Any]


def _bucket(account: Account, resource: Resource) -> Iterator[Read]:
    bucket = account.physical.one(resource, "Bucket")
    holder = f"arn:{partition(account.physical.stage.region)}:s3:::{bucket}"
    yield holder, account.client("s3").get_bucket_policy(Bucket=bucket)["Policy"]


def _queues(key: str) -> Callable[[Account, Resource], Iterator[Read]]:
    def read(account: Account, resource: Resource) -> Iterator[Read]:
        for url in account.physical.texts(resource, key):
            found = account.client("sqs").get_queue_attributes(
                QueueUrl=url, AttributeNames=["Policy", "QueueArn"]
            )["Attributes"]
            yield found["QueueArn"], found.get("Policy")

    return read


def _topics(key: str) -> Callable[[Account, Resource], Iterator[Read]]:
    def read(account: Account, resource: Resource) -> Iterator[Read]:
        for arn in account.physical.texts(resource, key):
            found = account.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
            yield arn, found.get("Policy")

    return read


def _key(account: Account, resource: Resource) -> Iterator[Read]:
    key = account.physical.id(resource)
    # `default` is the only name that a key policy can have (KMS API Reference, GetKeyPolicy).
    found = account.client("kms").get_key_policy(KeyId=key, PolicyName="default")
    yield account.prefix.format("kms") + f"key/{key}", found["Policy"]


def _secret(account: Account, resource: Resource) -> Iterator[Read]:
    secret = account.physical.one(resource, "SecretId")
    found = account.client("secretsmanager").get_resource_policy(SecretId=secret)
    yield found["ARN"], found.get("ResourcePolicy")


def _rest_api(account: Account, resource: Resource) -> Iterator[Read]:
    api = account.physical.id(resource)
    found = account.client("apigateway").get_rest_api(restApiId=api)
    yield account.prefix.format("execute-api") + api, found.get("policy")


def _table(account: Account, resource: Resource) -> Iterator[Read]:
    arn = account.physical.arn(resource)
    yield arn, account.client("dynamodb").get_resource_policy(ResourceArn=arn)["Policy"]


def _function(account: Account, resource: Resource) -> Iterator[Read]:
    """The one statement that a permission became, by its id."""
    function = account.physical.one(resource, "FunctionName")
    # The physical id may be `<function>|<statement>`: the type's primary identifier.
    wanted = account.physical.id(resource).rpartition("|")[2]
    found = parsed(
        account.client("lambda").get_policy(FunctionName=function)["Policy"], name(resource)
    )
    kept = [each for each in found.get("Statement", ()) if each.get("Sid") == wanted]
    if not kept:
        raise RehearsalError(f"{name(resource)}: {function} has no permission {wanted}")
    holder = kept[0].get("Resource", "")
    yield str(holder), {**found, "Statement": kept}


READERS: Final[Mapping[str, Callable[[Account, Resource], Iterator[Read]]]] = {
    "AWS::ApiGateway::RestApi": _rest_api,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::DynamoDB::Table": _table,
    "AWS::KMS::Key": _key,
    "AWS::Lambda::Permission": _function,
    "AWS::S3::BucketPolicy": _bucket,
    "AWS::SNS::TopicInlinePolicy": _topics("TopicArn"),
    "AWS::SNS::TopicPolicy": _topics("Topics"),
    "AWS::SQS::QueueInlinePolicy": _queues("Queue"),
    "AWS::SQS::QueuePolicy": _queues("Queues"),
    "AWS::SecretsManager::ResourcePolicy": _secret,
}
"""Resource policies that can be read back, by the type that carries them."""
