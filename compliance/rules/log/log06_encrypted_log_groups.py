"""LOG06: a log group is encrypted with a key of one's own that the logs service may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from compliance.findings import Severity
from compliance.iam.statements import Opaque, statements
from compliance.intrinsics import ABSENT, Text, Unknown, Value
from compliance.rules.base import PASSED, Context, Family, Judgement, Rule, fail, undecided

if TYPE_CHECKING:
    from compliance.assembly.model import Resource


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
    resource_types = ("AWS::Logs::LogGroup",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge KmsKeyId, and the policy of a key of this assembly."""
        location = "Properties.KmsKeyId"
        for value in context.get(resource, "KmsKeyId"):
            if value is ABSENT:
                yield fail(
                    "The log group is encrypted with a key of AWS's, which nobody here can "
                    "withdraw.",
                    location=location,
                    observed="absent",
                )
            elif isinstance(value, Unknown):
                yield undecided(
                    f"The key is known only at deploy time: {value.reason}.",
                    location=location,
                    observed=value,
                )
            else:
                yield self._key(value, context)

    def _key(self, value: Value, context: Context) -> Judgement:
        key = value.tokens[0].resource if isinstance(value, Text) and value.tokens else None
        if key is None or key.type not in {"AWS::KMS::Key", "AWS::KMS::ReplicaKey"}:
            return PASSED
        for statement in statements(key, context.of(key)):
            if isinstance(statement, Opaque):
                return undecided(
                    f"The policy of key {key.logical_id} is known only at deploy time.",
                    location="Properties.KmsKeyId",
                    observed=value,
                )
            if statement.allows and any(
                _is_logs_service(principal)
                for block in statement.resolver.values(statement.body.get("Principal"))
                if isinstance(block, Mapping)
                for _, principal in statement.resolver.items(block.get("Service", ABSENT))
            ):
                return PASSED
        return fail(
            f"The policy of key {key.logical_id} does not let the logs service use it: nothing can "
            "be written to this log group.",
            location="Properties.KmsKeyId",
            observed=value,
            severity=Severity.HIGH,
        )


def _is_logs_service(principal: Value) -> bool:
    text = str(principal)
    return (text.startswith("logs.") and ".amazon" in text) or text.startswith("logs.${")
