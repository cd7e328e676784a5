"""What AWS does between the deployed resources: who invokes whom, for whom, under which role."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import Text, Token, concatenate, referred
from compliance.rehearsal.copying import place
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.physical import Physical, name, partition
from compliance.rehearsal.role_users import POLICIES, role_name, users
from compliance.rehearsal.routing import Api
from compliance.rules.api import apis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Assembly, Json, Resource
    from compliance.intrinsics import Value
    from compliance.rehearsal.model import Place
    from compliance.rehearsal.stage import Stage

MAPPING: Final = "AWS::Lambda::EventSourceMapping"
RULE: Final = "AWS::Events::Rule"
SUBSCRIPTION: Final = "AWS::SNS::Subscription"
_NOTIFYING: Final[Mapping[str, tuple[str, tuple[tuple[str, str], ...]]]] = {
    "AWS::S3::Bucket": (
        "",
        (
            ("LambdaConfigurations", "Function"),
            ("QueueConfigurations", "Queue"),
            ("TopicConfigurations", "Topic"),
        ),
    ),
    # CDK's own way of it (package `aws-cdk-lib/aws-s3-notifications`).
    "Custom::S3BucketNotifications": (
        "BucketName",
        (
            ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
            ("QueueConfigurations", "QueueArn"),
            ("TopicConfigurations", "TopicArn"),
        ),
    ),
}
"""Types that tell whom a bucket notifies: the property that names the bucket, empty for itself, and
where lists and targets stand."""
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
}
"""Where the customer's key of a resource stands; a bucket's is deeper."""
_PARTS: Final = 7
"""Of `arn:<partition>:lambda:<region>:<account>:function:<name>`."""
_INVOKED: Final = re.compile(r":lambda:path/[^/]+/functions/(.+)/invocations")


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """A method of the API.

    Attributes:
        operation: method and path template.
        target: ARN of what it is integrated with, from the service on, such as
            `lambda:path/2015-03-31/functions/<ARN>/invocations`; empty where it cannot be told.
        credentials: name of the role under which API Gateway calls that; empty for none.
    """

    operation: str
    target: str
    credentials: str = ""

    @property
    def function(self) -> str:
        """ARN of the function that it invokes; empty for another integration."""
        match = _INVOKED.fullmatch(f":{self.target}")
        return match[1] if match else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """A service that hands something on by itself.

    Attributes:
        service: such as `events.amazonaws.com`.
        source: ARN of the rule, topic or bucket on whose behalf.
        target: ARN of the function, queue or topic.
    """

    service: str
    source: str
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wiring:
    """What is wired to what.

    Attributes:
        apis: ARN of an API, without its id: `arn:aws:execute-api:<region>:<account>:`.
        methods: of the API.
        triggers: all of them.
        sources: ARNs of what Lambda polls for a function, by the function's ARN.
        keys: ARNs of the customer's keys that encrypt a resource, by the resource's ARN.
        at_work: roles that a resource works under.
    """

    apis: str = ""
    methods: tuple[Method, ...] = ()
    triggers: frozenset[Trigger] = frozenset()
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    at_work: frozenset[Place] = frozenset()


def wiring(stage: Stage, assembly: Assembly) -> Wiring:
    """Read it off the deployed resources. What cannot be told of one is left out.

    Args:
        stage: where they are deployed; its operator may ask for event source mappings.
        assembly: what was deployed.

    Raises:
        RehearsalError: an event source mapping cannot be read.
        SynthgateError: the API is written in a way that cannot be read.
    """
    reading = _Reading(Physical(stage, assembly))
    return Wiring(
        apis=reading.prefix("execute-api"),
        methods=tuple(reading.methods()),
        triggers=frozenset([*reading.rules(), *reading.subscriptions(), *reading.buckets()]),
        sources=reading.sources(),
        keys=reading.keys(),
        at_work=frozenset(
            place(role)
            for role, found in users(assembly).items()
            if any(each.type not in POLICIES for each in found)
        ),
    )


def unqualified(function: str) -> str:
    """A function's ARN without an alias or version."""
    return ":".join(function.split(":")[:_PARTS])


@dataclass(frozen=True)
class _Reading:
    physical: Physical

    def prefix(self, service: str) -> str:
        stage = self.physical.stage
        return f"arn:{partition(stage.region)}:{service}:{stage.region}:{stage.account}:"

    def resources(self, *types: str) -> Iterator[Resource]:
        """Those that were deployed."""
        for resource in self.physical.assembly.resources(*types):
            if self.physical.found(resource):
                yield resource

    def told(self, resource: Resource, node: Json, *path: str) -> list[str]:
        """The texts of a property, as far as they can be told."""
        found = [
            self.physical.text(value) for value in self.physical.resolver(resource).get(node, *path)
        ]
        return [text for text in found if text]

    def elements(self, resource: Resource, *path: str) -> Iterator[Json]:
        """The elements of a list of objects."""
        resolver = self.physical.resolver(resource)
        for value in resolver.get(resource.properties, *path):
            for _, element in resolver.items(value) if isinstance(value, list) else ():
                yield element

    def methods(self) -> Iterator[Method]:
        """The methods of the API, where there is one."""
        if not any(self.physical.assembly.resources(apis.REST_API)):
            return
        for route, resource in Api.of(self.physical.assembly, None).methods:
            values = self.physical.resolver(resource).get(resource.properties, "Integration", "Uri")
            # A role's ARN is asked for by its name, which is what a grant's holder ends with.
            roles = [*self.roles(resource, "Integration", "Credentials")]
            texts = [self.physical.text(self.named(value)) for value in values]
            sure = texts[0] if len(texts) == 1 and texts[0] else ""
            yield Method(
                operation=route.operation,
                # `arn:<partition>:apigateway:<region>:<service>:…`
                target=sure.split(":", 4)[4] if sure.count(":") > 3 else "",  # noqa: PLR2004
                credentials=roles[0] if len(roles) == 1 else "",
            )

    def named(self, value: Value) -> Value:
        """A text in which queues are named, as the path of an integration does."""
        if not isinstance(value, Text):
            return value
        return concatenate(
            self.physical.arn(part.resource).rpartition(":")[2]
            if isinstance(part, Token) and part.resource and part.attribute == "QueueName"
            else Text((part,))
            if isinstance(part, Token)
            else part
            for part in value.parts
        )

    def roles(self, resource: Resource, *path: str) -> Iterator[str]:
        """Names of the roles that a property refers to; empty for what is none."""
        for value in self.physical.resolver(resource).get(resource.properties, *path):
            role = referred(value)
            yield self.physical.id(role) if role is not None else role_name(value)

    def rules(self) -> Iterator[Trigger]:
        """What rules hand events to."""
        for rule in self.resources(RULE):
            # On a bus that is not the default one, the physical id is `<bus>|<rule>`, and the ARN
            # has the bus's name.
            own = self.physical.id(rule).rpartition("|")[2]
            buses = self.told(rule, rule.properties, "EventBusName")
            path = [each.rpartition("/")[2] for each in buses if each != "default"] + [own]
            source = f"{self.prefix('events')}rule/{'/'.join(path)}"
            for target in self.elements(rule, "Targets"):
                for arn in self.told(rule, target, "Arn"):
                    yield Trigger(service="events.amazonaws.com", source=source, target=arn)

    def subscriptions(self) -> Iterator[Trigger]:
        """What topics hand messages to."""
        for each in self.resources(SUBSCRIPTION):
            for source in self.told(each, each.properties, "TopicArn"):
                for target in self.told(each, each.properties, "Endpoint"):
                    yield Trigger(service="sns.amazonaws.com", source=source, target=target)

    def buckets(self) -> Iterator[Trigger]:
        """Whom buckets notify."""
        for kind, (named, lists) in _NOTIFYING.items():
            for each in self.resources(kind):
                own = [self.physical.id(each)]
                buckets = self.told(each, each.properties, named) if named else own
                for key, property_ in lists:
                    for element in self.elements(each, "NotificationConfiguration", key):
                        for target in self.told(each, element, property_):
                            for bucket in buckets:
                                yield Trigger(
                                    service="s3.amazonaws.com",
                                    source=self.bucket(bucket),
                                    target=target,
                                )

    def bucket(self, bucket: str) -> str:
        return f"arn:{partition(self.physical.stage.region)}:s3:::{bucket}"

    def sources(self) -> dict[str, frozenset[str]]:
        """What Lambda polls, by the function that it polls for."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

        service = self.physical.stage.client("lambda")
        found: dict[str, set[str]] = defaultdict(set)
        for mapping in self.resources(MAPPING):
            try:
                answer = service.get_event_source_mapping(UUID=self.physical.id(mapping))
            except (BotoCoreError, ClientError) as error:
                raise RehearsalError(f"{name(mapping)}: cannot be read: {error}") from error
            source = answer.get("EventSourceArn")  # A broker of one's own has none.
            if source:
                found[unqualified(str(answer["FunctionArn"]))].add(str(source))
        return {function: frozenset(arns) for function, arns in found.items()}

    def keys(self) -> dict[str, frozenset[str]]:
        """The customer's keys by what they encrypt."""
        found: dict[str, set[str]] = defaultdict(set)
        for kind, path in _KEYS.items():
            for resource in self.resources(kind):
                for key in self.told(resource, resource.properties, *path):
                    found[self.physical.arn(resource)].add(self.key(key))
        for bucket in self.resources("AWS::S3::Bucket"):
            for rule in self.elements(
                bucket, "BucketEncryption", "ServerSideEncryptionConfiguration"
            ):
                for key in self.told(
                    bucket, rule, "ServerSideEncryptionByDefault", "KMSMasterKeyID"
                ):
                    found[self.bucket(self.physical.id(bucket))].add(self.key(key))
        return {arn: frozenset(keys) for arn, keys in found.items()}

    def key(self, told: str) -> str:
        """A key may be told by its id or its ARN."""
        return told if told.startswith("arn:") else f"{self.prefix('kms')}key/{told}"
