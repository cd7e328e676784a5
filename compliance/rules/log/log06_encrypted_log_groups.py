"""LOG06: a log group is encrypted with a key of one's own that the logs service may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    unknown,
)
from compliance.rules.log import logs_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource

KEYS: Final = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")


class EncryptedLogGroups(Rule):
    """LOG06."""

    id = "LOG06"
    family = Family.LOG
    severity = Severity.LOW
    title = "A log group is encrypted with a key of one's own that the logs service may use"
    rationale = (
        "A key of one's own makes reading the logs a grant that can be seen and withdrawn. A key "
        "that locks the logs service out leaves no logs at all."
    )
    remediation = (
        "Set `encryption_key=`, and let the logs service's principal encrypt and decrypt with it "
        "for this log group."
    )
    references = (
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    )
    controls = {Standard.NIST: ("AU-9(3)", "SC-28")}
    stock = ("CloudWatchLogGroupEncrypted", "CKV_AWS_158")
    resource_types = ("AWS::Logs::LogGroup",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge KmsKeyId, and the policy of a key of this assembly."""
        yield from or_passed(self._group(resource, context))

    def _group(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        location = "Properties.KmsKeyId"
        for value in context.get(resource, "KmsKeyId"):
            if value is ABSENT or (value == "" and not _is_a_choice(resource)):
                yield fail(
                    "The log group is encrypted with a key of AWS's, which nobody here can "
                    "withdraw.",
                    location=location,
                    observed="absent",
                )
            for key in _keys(value):
                refused = logs_service.refused(key, resource, context)
                if isinstance(refused, Unknown):
                    yield unknown(
                        f"Whether key {key.logical_id} lets the logs service use it",
                        refused,
                        location=location,
                    )
                elif refused:
                    yield fail(
                        f"The policy of key {key.logical_id} does not let the logs service use "
                        f"{', '.join(refused)}: nothing can be written to this log group.",
                        location=location,
                        observed=value,
                        severity=Severity.HIGH,
                    )


def _is_a_choice(group: Resource) -> bool:
    """Whether a condition chooses the key: it takes a parameter that is not empty then."""
    given = group.properties.get("KmsKeyId")
    return isinstance(given, Mapping) and "Fn::If" in given


def _keys(value: Value) -> list[Resource]:
    """Keys of the assembly that a value names; one from elsewhere has a policy nobody sees."""
    tokens = value.tokens if isinstance(value, Text) else ()
    return [
        token.resource
        for token in tokens
        if token.resource is not None and token.resource.type in KEYS
    ]
