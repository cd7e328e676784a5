"""IAM01: an action that can be scoped to resources is scoped."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, arns, conditions
from compliance.intrinsics import Text, Unknown
from compliance.rules.base import Context, Judgement, Standard, fail, undecided, unknown
from compliance.rules.iam import role_use
from compliance.rules.iam.identity import IdentityRule, is_unknown, listed, patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.iam.actions import Action
    from compliance.iam.statements import Statement

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
VIA_SERVICE: Final = re.compile("kms:viaservice")
ENCRYPTION_CONTEXT: Final = re.compile("kms:encryptioncontext.*")
"""Together they restrict a key to what one service has encrypted for one thing."""
EVERYTHING: Final = "every action"


class ScopedResources(IdentityRule):
    """IAM01."""

    id = "IAM01"
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

    def allowed(
        self, statement: Statement, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        """Judge each resource of the statement together with its actions."""
        restricted = _restricts_resource(statement)
        if restricted is True:
            return
        named = patterns(statement)
        for entry in statement.entries("Resource"):
            value = entry.value
            if is_unknown(value):
                if any(_worth_scoping(pattern) for pattern in named):
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
                if wide and isinstance(restricted, Unknown):
                    yield undecided(
                        f"Whether a condition restricts {listed(wide)} is known only at deploy "
                        f"time: {restricted.reason}.",
                        location=entry.place,
                        observed=value,
                    )
                elif wide:
                    yield fail(
                        "Every action is allowed on every resource."
                        if EVERYTHING in wide
                        else f"{listed(wide)} can be scoped to single resources, and "
                        f"{'is' if len(wide) == 1 else 'are'} allowed on every one of them.",
                        location=entry.place,
                        observed=value,
                    )


def _too_wide(named: list[str], resource: str | Text) -> list[str]:
    """Names of the actions for which `resource` should have named something."""
    literal = resource if isinstance(resource, str) else resource.literal
    if not any(sign in literal for sign in "*?"):
        return []
    everything = arns.is_everything(resource)
    covered: dict[str, bool] = {}
    found: dict[str, None] = {}
    for pattern in named:
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


def _restricts_resource(statement: Statement) -> conditions.Answer:
    """Whether the statement's condition restricts the resource, however conditions turn out."""
    return conditions.every(_restricts(block) for block in conditions.blocks(statement))


def _restricts(block: conditions.Block) -> conditions.Answer:
    def asks_for(keys: re.Pattern[str]) -> conditions.Answer:
        return conditions.some(
            line
            if isinstance(line, Unknown)
            else keys.fullmatch(line.key) is not None
            and conditions.is_asked(line, block)
            and conditions.any_values(line)
            for line in block
        )

    of_a_service = conditions.every((asks_for(VIA_SERVICE), asks_for(ENCRYPTION_CONTEXT)))
    return conditions.some((asks_for(RESTRICTING_KEYS), of_a_service))
