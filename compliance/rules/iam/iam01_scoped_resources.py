"""IAM01: an action that can be scoped to resources is scoped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, arns
from compliance.iam.statements import IDENTITY_TYPES, Opaque, PolicyKind, Statement, statements
from compliance.intrinsics import Kind, Text, Token, Unknown, Value
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    undecided,
    unknown,
)
from compliance.rules.iam import role_use

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.iam.actions import Action

_DATASET: Final = "its only resource type is optional and new, and metrics have no ARN"
_EXTRA: Final = "its resource types are extras that a call may name; most calls name none"
NOT_WORTH_SCOPING: Final[Mapping[str, str]] = {
    "cloudwatch:GetMetricData": _DATASET,
    "cloudwatch:ListMetrics": _DATASET,
    "cloudwatch:PutMetricData": f"{_DATASET}; IAM08 asks for the namespace condition instead",
    "comprehend:DetectEntities": _EXTRA,
    "polly:SynthesizeSpeech": _EXTRA,
    "rekognition:DetectModerationLabels": _EXTRA,
    "translate:TranslateDocument": _EXTRA,
    "translate:TranslateText": _EXTRA,
}
"""Actions that take a resource type and are left alone, each with its reason."""

ACCOUNT_SETTINGS: Final[Mapping[str, str]] = {
    "dynamodb:GetAbacStatus": "reads one setting of the account",
    "s3:GetAccessPoint": "reads an access point's settings, and no data",
    "s3:GetAccountPublicAccessBlock": "reads one setting of the account",
}
"""Read actions that cannot be scoped, and excuse no wildcard that takes them in by the way."""

RESTRICTING_KEYS: Final = re.compile(
    r"[a-z0-9-]+:(resourcetag|existingobjecttag|buckettag)/.*"
    r"|(aws|s3):resourceaccount|aws:resourceorg(id|paths)|s3:prefix|kms:resourcealiases|ecs:cluster"
    r"|elasticfilesystem:accesspointarn"
)
"""Condition keys that restrict the resource itself, in lower case."""
POSITIVE: Final = frozenset(
    {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"}
)
"""Operators that ask for a value; of the others, some hold for a request without the key."""
EVERYTHING: Final = "every action"


class ScopedResources(Rule):
    """IAM01."""

    id = "IAM01"
    family = Family.IAM
    severity = Severity.HIGH
    title = "An action that can be scoped to resources is scoped"
    rationale = (
        "A grant on every resource of a type reaches data that this principal has no business "
        "with: a stolen credential or a bug then reads or changes all of it."
    )
    remediation = (
        "Name the resource: give the ARN of the one table, bucket prefix, parameter or function, "
        "for example `resources=[table.table_arn]`."
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    )
    controls = {Standard.NIST: ("AC-3", "AC-6"), Standard.CIS: ("1.16",), Standard.FSBP: ("IAM.1",)}
    stock = (
        "AwsSolutions-IAM5[Resource::*]",
        "CKV_AWS_107",
        "CKV_AWS_108",
        "CKV_AWS_109",
        "CKV_AWS_111",
    )
    settings = ("iam.unscoped-actions",)
    resource_types = IDENTITY_TYPES

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge every Allow statement of the resource's identity policies."""
        found = [
            statement
            for statement in statements(resource, context.of(resource))
            if statement.kind is PolicyKind.IDENTITY
        ]
        if found:
            yield from or_passed(
                judgement
                for statement in found
                for judgement in self._statement(statement, resource, context)
            )

    def _statement(
        self, statement: Statement | Opaque, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        if isinstance(statement, Opaque):
            yield undecided(
                f"The policy is known only at deploy time: {statement.reason}.",
                location=statement.place,
            )
            return
        restricted = _restricts_resource(statement) if statement.allows else True
        if restricted:
            return
        named = [entry.value for entry in statement.entries("Action")]
        for entry in statement.entries("Resource"):
            value = entry.value
            if _is_unknown(value):
                if any(_worth_scoping(pattern) for pattern in named if isinstance(pattern, str)):
                    yield unknown("The resource of an Allow statement", value, location=entry.place)
            elif isinstance(value, str | Text):
                wide = _too_wide(named, value)
                if wide:
                    needed = role_use.needed_everywhere(resource, context)
                    accepted = context.config.iam.unscoped_actions
                    wide = [
                        name
                        for name in wide
                        if name not in needed
                        and not any(actions.matches(pattern, name) for pattern in accepted)
                    ]
                if wide and restricted is None:
                    yield unknown(
                        f"Whether a condition restricts {_listed(wide)}",
                        value,
                        location=entry.place,
                    )
                elif wide:
                    yield fail(
                        "Every action is allowed on every resource."
                        if EVERYTHING in wide
                        else f"{_listed(wide)} can be scoped to single resources, and "
                        f"{'is' if len(wide) == 1 else 'are'} allowed on every one of them.",
                        location=entry.place,
                        observed=value,
                    )


def _too_wide(named: list[Value], resource: str | Text) -> list[str]:
    """Names of the actions for which `resource` should have named something."""
    literal = resource if isinstance(resource, str) else resource.literal
    if not any(sign in literal for sign in "*?"):
        return []
    everything = arns.is_everything(resource)
    covered: dict[str, bool] = {}
    found: dict[str, None] = {}
    for pattern in named:
        if not isinstance(pattern, str):
            continue
        if everything and arns.is_everything(pattern.replace(":", "")):
            return [EVERYTHING]
        for action in _worth_scoping(pattern):
            for arn in action.arns:
                if arn not in covered:
                    covered[arn] = everything or arns.covers_type(resource, arn)
                if covered[arn]:
                    found[action.name] = None
    return list(found)


@lru_cache(maxsize=1024)
def _worth_scoping(pattern: str) -> tuple[Action, ...]:
    """Those of a pattern's actions that ought to name their resources."""
    members = actions.expand(pattern)
    scopable = tuple(
        action
        for action in members
        if action.name not in NOT_WORTH_SCOPING and action.can_be_scoped
    )
    if any(action.mutating for action in scopable):
        return scopable
    # Read-only wildcards such as ec2:Describe* mix both kinds, and no one can split them.
    rest = {action.name for action in members} - {action.name for action in scopable}
    return () if rest - set(ACCOUNT_SETTINGS) else scopable


def _is_unknown(value: Value) -> bool:
    """Whether only the deployment knows what is named: not even the ARN's head is there."""
    if isinstance(value, Text):
        head = value.parts[0]
        return isinstance(head, Token) and head.kind is Kind.UNKNOWN
    return isinstance(value, Unknown)


def _restricts_resource(statement: Statement) -> bool | None:
    """Whether the statement's condition restricts the resource; `None` when that is not known."""
    known = [block for block in statement.conditions if isinstance(block, Mapping)]
    if not all(_restricts(block, statement) for block in known):
        return False
    return True if len(known) == len(statement.conditions) else None


def _restricts(block: Mapping[str, object], statement: Statement) -> bool:
    keys = set()
    for operator, pairs in block.items():
        if operator.lower().removeprefix("foranyvalue:") not in POSITIVE:
            continue
        for found in statement.resolver.values(pairs):
            for key, wanted in found.items() if isinstance(found, Mapping) else ():
                values = [value for _, value in statement.resolver.items(wanted)]
                if values and not any(
                    isinstance(value, str) and arns.is_everything(value) for value in values
                ):
                    keys.add(key.lower())
    return any(RESTRICTING_KEYS.fullmatch(key) for key in keys) or (
        "kms:viaservice" in keys and any(key.startswith("kms:encryptioncontext") for key in keys)
    )


def _listed(names: list[str], most: int = 4) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
