"""The deployed functions, by what of them the Lambda service does in their role's name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import referred
from compliance.rehearsal.copying import place
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.physical import Physical, name, partition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from compliance.assembly.model import Assembly, Json, Resource
    from compliance.rehearsal.model import Place
    from compliance.rehearsal.stage import Stage

FUNCTION: Final = "AWS::Lambda::Function"
_INVOCATIONS: Final = "AWS::Lambda::EventInvokeConfig"
_KEYS: Final = {"AWS::SQS::Queue": "KmsMasterKeyId", "AWS::SNS::Topic": "KmsMasterKeyId"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A deployed function.

    Attributes:
        place: its resource.
        arn: as deployed.
        role: ARN of the role that it runs under.
        in_vpc: whether the service makes network interfaces for it.
        traced: whether the service sends traces of it.
        log_group: ARN of its log group, without `:*`.
        keys: ARNs of the customer's keys that encrypt its environment.
        destinations: ARNs of where the service puts events that failed, or results.
        destination_keys: ARNs of the customer's keys that encrypt those.
    """

    place: Place
    arn: str
    role: str
    in_vpc: bool = False
    traced: bool = False
    log_group: str = ""
    keys: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    destination_keys: tuple[str, ...] = ()

    @property
    def local_access_key(self) -> str:
        """Access key id that the local AWS gives the function's sessions."""
        digest = hashlib.sha256(f"{self.arn}:{self.role}".encode()).hexdigest()
        return f"ASIA{digest[:16].upper()}"


def functions(
    stage: Stage, assembly: Assembly, *, removed: Collection[Place] = ()
) -> tuple[Function, ...]:
    """The functions of an assembly, as they are deployed.

    Args:
        stage: where they are deployed; its operator may ask for a function's configuration.
        assembly: what was deployed.
        removed: resources of it that were taken out before.

    Raises:
        RehearsalError: a function cannot be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    physical = Physical(stage, assembly)
    gone = {(each.stack, each.logical_id) for each in removed}
    service = stage.client("lambda")
    found = []
    for resource in assembly.resources(FUNCTION):
        if (resource.template.stack, resource.logical_id) in gone or not physical.found(resource):
            continue
        try:
            configuration = service.get_function_configuration(FunctionName=physical.id(resource))
        except (BotoCoreError, ClientError) as error:
            raise RehearsalError(f"{name(resource)}: cannot be read: {error}") from error
        destinations = [*_destinations(resource, physical)]
        found.append(
            Function(
                place=place(resource),
                arn=str(configuration["FunctionArn"]),
                role=str(configuration["Role"]),
                # With empty lists it is in none.
                in_vpc=any(
                    True
                    for subnets in physical.resolver(resource).get(
                        resource.properties, "VpcConfig", "SubnetIds"
                    )
                    for _ in physical.resolver(resource).items(subnets)
                ),
                traced="Active" in physical.texts(resource, "TracingConfig", "Mode"),
                log_group=_log_group(resource, physical),
                keys=tuple(physical.texts(resource, "KmsKeyArn")),
                destinations=tuple(dict.fromkeys(arn for arn, _ in destinations)),
                destination_keys=tuple(
                    dict.fromkeys(key for _, keys in destinations for key in keys)
                ),
            )
        )
    return tuple(found)


def _log_group(resource: Resource, physical: Physical) -> str:
    # Without one of its own it is `/aws/lambda/<name>` (Lambda Developer Guide, 'Sending Lambda
    # function logs to CloudWatch Logs').
    own = physical.texts(resource, "LoggingConfig", "LogGroup")
    group = own[0] if own else f"/aws/lambda/{physical.id(resource)}"
    stage = physical.stage
    return f"arn:{partition(stage.region)}:logs:{stage.region}:{stage.account}:log-group:{group}"


def _destinations(resource: Resource, physical: Physical) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where the service puts a function's events and results: ARN, and ARNs of its keys."""
    yield from _targets(resource, physical, "DeadLetterConfig", "TargetArn")
    for config in physical.assembly.resources(_INVOCATIONS):
        if physical.id(resource) not in physical.texts(config, "FunctionName"):
            continue
        for outcome in ("OnFailure", "OnSuccess"):
            yield from _targets(config, physical, "DestinationConfig", outcome, "Destination")


def _targets(
    resource: Resource, physical: Physical, *path: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    properties: Json = resource.properties
    for value in physical.resolver(resource).get(properties, *path):
        arn = physical.text(value)
        if arn is not None:
            target = referred(value)
            key = _KEYS.get(target.type) if target else None
            yield arn, tuple(_key_arns(target, physical, key)) if target and key else ()


def _key_arns(target: Resource, physical: Physical, key: str) -> Iterator[str]:
    """A queue's or topic's key may be told by its id or its ARN."""
    stage = physical.stage
    for told in physical.texts(target, key):
        prefix = f"arn:{partition(stage.region)}:kms:{stage.region}:{stage.account}:key/"
        yield told if told.startswith("arn:") else prefix + told
