"""Policy statements wherever a template keeps them, in one form.

Where policies live is one table, `DOCUMENTS`. Grammar: IAM User Guide, 'IAM JSON policy reference'.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Resolver, Text, Unknown, Value

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource


class PolicyKind(enum.Enum):
    """What a policy is attached to, which decides what its elements mean."""

    IDENTITY = "identity"
    TRUST = "trust"
    RESOURCE = "resource"
    KEY = "key"


DOCUMENTS: Final[Mapping[str, tuple[tuple[str, PolicyKind], ...]]] = {
    "AWS::IAM::Policy": (("PolicyDocument", PolicyKind.IDENTITY),),
    "AWS::IAM::ManagedPolicy": (("PolicyDocument", PolicyKind.IDENTITY),),
    "AWS::IAM::RolePolicy": (("PolicyDocument", PolicyKind.IDENTITY),),
    "AWS::IAM::UserPolicy": (("PolicyDocument", PolicyKind.IDENTITY),),
    "AWS::IAM::GroupPolicy": (("PolicyDocument", PolicyKind.IDENTITY),),
    "AWS::IAM::Role": (
        ("AssumeRolePolicyDocument", PolicyKind.TRUST),
        ("Policies[].PolicyDocument", PolicyKind.IDENTITY),
    ),
    "AWS::IAM::User": (("Policies[].PolicyDocument", PolicyKind.IDENTITY),),
    "AWS::IAM::Group": (("Policies[].PolicyDocument", PolicyKind.IDENTITY),),
    "AWS::SSO::PermissionSet": (("InlinePolicy", PolicyKind.IDENTITY),),
    "AWS::S3::BucketPolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::SQS::QueuePolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::SQS::QueueInlinePolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::SNS::TopicPolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::SNS::TopicInlinePolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::KMS::Key": (("KeyPolicy", PolicyKind.KEY),),
    "AWS::KMS::ReplicaKey": (("KeyPolicy", PolicyKind.KEY),),
    "AWS::SecretsManager::ResourcePolicy": (("ResourcePolicy", PolicyKind.RESOURCE),),
    "AWS::ECR::Repository": (("RepositoryPolicyText", PolicyKind.RESOURCE),),
    "AWS::Events::EventBus": (("Policy", PolicyKind.RESOURCE),),
    "AWS::Events::EventBusPolicy": (("Statement", PolicyKind.RESOURCE),),
    "AWS::OpenSearchService::Domain": (("AccessPolicies", PolicyKind.RESOURCE),),
    "AWS::Elasticsearch::Domain": (("AccessPolicies", PolicyKind.RESOURCE),),
    "AWS::EFS::FileSystem": (("FileSystemPolicy", PolicyKind.RESOURCE),),
    "AWS::ApiGateway::RestApi": (("Policy", PolicyKind.RESOURCE),),
}
"""Property paths of policy documents by resource type; `[]` stands for each element of a list."""

POLICY_TYPES: Final = tuple(DOCUMENTS)
IDENTITY_TYPES: Final = tuple(
    kind
    for kind, places in DOCUMENTS.items()
    if any(policy is PolicyKind.IDENTITY for _, policy in places)
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a statement's list, and where it stands.

    Attributes:
        place: property path, such as `Properties.PolicyDocument.Statement[0].Action[1]`.
        value: `str`, `Text` or `Unknown`; anything else is the template's mistake.
    """

    place: str
    value: Value


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy.

    Attributes:
        kind: what its policy is attached to.
        place: property path of the statement.
        effect: `Allow` or `Deny`; another text when the template says so, or it is unknown.
        body: the raw object.
        resolver: for what `body` holds.
    """

    kind: PolicyKind
    place: str
    effect: str
    body: Mapping[str, Json]
    resolver: Resolver

    @property
    def allows(self) -> bool:
        """Whether it may grant: every effect but a plain `Deny`."""
        return self.effect != "Deny"

    def entries(self, element: str) -> list[Entry]:
        """The entries of `Action`, `NotAction`, `Resource` or `NotResource`, each alternative."""
        return [
            Entry(place, value)
            for place, value in self.resolver.items(
                self.body.get(element, ABSENT), f"{self.place}.{element}"
            )
        ]

    def has(self, element: str) -> bool:
        """Whether the element is there in any alternative."""
        return any(
            value is not ABSENT for value in self.resolver.values(self.body.get(element, ABSENT))
        )

    @property
    def conditions(self) -> tuple[Mapping[str, Json] | Unknown, ...]:
        """Alternatives of the `Condition` block; an empty one where there is none."""
        found: list[Mapping[str, Json] | Unknown] = []
        for value in self.resolver.values(self.body.get("Condition", ABSENT)):
            if isinstance(value, Mapping | Unknown):
                found.append(value)
            else:
                found.append({} if value is ABSENT else Unknown("Condition is no object"))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A policy, or one of its statements, that is known only at deploy time."""

    kind: PolicyKind
    place: str
    reason: str


def statements(resource: Resource, resolver: Resolver) -> Iterator[Statement | Opaque]:
    """Every statement of every policy that a resource carries."""
    for path, kind in DOCUMENTS.get(resource.type, ()):
        for place, document in _documents(resource, resolver, path):
            yield from _of_document(document, place, kind, resolver)


def _documents(resource: Resource, resolver: Resolver, path: str) -> Iterator[tuple[str, Value]]:
    outer, _, inner = path.partition("[].")
    place = f"Properties.{outer}"
    if not inner:
        for document in resolver.get(resource.properties, outer):
            yield place, document
        return
    for value in resolver.get(resource.properties, outer):
        for where, element in resolver.items(value, place):
            if isinstance(element, Mapping):
                for document in resolver.get(element, inner):
                    yield f"{where}.{inner}", document
            else:
                yield where, element


def _of_document(
    document: Value, place: str, kind: PolicyKind, resolver: Resolver
) -> Iterator[Statement | Opaque]:
    if document is ABSENT:
        return
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            document = Unknown("the policy is a text that is no JSON")
    if not isinstance(document, Mapping | list):
        reason = "the policy is a text with values of the deployment in it"
        if not isinstance(document, Text):
            reason = document.reason if isinstance(document, Unknown) else "the policy is no object"
        yield Opaque(kind, place, reason)
        return
    if isinstance(document, Mapping) and "Statement" in document:
        place, document = f"{place}.Statement", document["Statement"]
    elif isinstance(document, Mapping) and "Effect" not in document:
        return
    for where, body in resolver.items(document, place):
        if not isinstance(body, Mapping):
            reason = body.reason if isinstance(body, Unknown) else "the statement is no object"
            yield Opaque(kind, where, reason)
            continue
        for effect in resolver.values(body.get("Effect", ABSENT)):
            yield Statement(kind, where, str(effect), body, resolver)
