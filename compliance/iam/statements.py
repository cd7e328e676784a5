"""Policy statements wherever a template keeps them, in one form.

Where policies live is one table, `DOCUMENTS`. Grammar: IAM User Guide, 'IAM JSON policy reference'.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.assembly.template import parse_json
from compliance.intrinsics import (
    ABSENT,
    Resolver,
    Text,
    Token,
    Unknown,
    Value,
    concatenate,
    is_intrinsic,
)

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource


class PolicyKind(enum.Enum):
    """What a policy is attached to, which decides what its elements mean."""

    IDENTITY = "identity"
    TRUST = "trust"
    RESOURCE = "resource"
    KEY = "key"


EVENT_BUS_POLICY: Final = "AWS::Events::EventBusPolicy"
CALL: Final = "Create{}.parameters.AccessPolicies"
"""Where CDK keeps a search domain's policy: in a call of the service, which is text."""
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
    "AWS::Serverless::Function": (
        ("AssumeRolePolicyDocument", PolicyKind.TRUST),
        ("Policies[]", PolicyKind.IDENTITY),
    ),
    "AWS::Serverless::StateMachine": (("Policies[]", PolicyKind.IDENTITY),),
    "AWS::S3::BucketPolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::S3::AccessPoint": (("Policy", PolicyKind.RESOURCE),),
    "AWS::S3::MultiRegionAccessPointPolicy": (("Policy", PolicyKind.RESOURCE),),
    "AWS::S3Express::BucketPolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::S3Express::AccessPoint": (("Policy", PolicyKind.RESOURCE),),
    "AWS::S3ObjectLambda::AccessPointPolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::S3Outposts::BucketPolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::S3Outposts::AccessPoint": (("Policy", PolicyKind.RESOURCE),),
    "AWS::S3Tables::TableBucketPolicy": (("ResourcePolicy", PolicyKind.RESOURCE),),
    "AWS::S3Tables::TablePolicy": (("ResourcePolicy", PolicyKind.RESOURCE),),
    "AWS::S3Vectors::VectorBucketPolicy": (("Policy", PolicyKind.RESOURCE),),
    "AWS::SQS::QueuePolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::SQS::QueueInlinePolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::SNS::TopicPolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::SNS::TopicInlinePolicy": (("PolicyDocument", PolicyKind.RESOURCE),),
    "AWS::KMS::Key": (("KeyPolicy", PolicyKind.KEY),),
    "AWS::KMS::ReplicaKey": (("KeyPolicy", PolicyKind.KEY),),
    "AWS::SecretsManager::ResourcePolicy": (("ResourcePolicy", PolicyKind.RESOURCE),),
    "AWS::ECR::Repository": (("RepositoryPolicyText", PolicyKind.RESOURCE),),
    "AWS::ECR::PublicRepository": (("RepositoryPolicyText", PolicyKind.RESOURCE),),
    "AWS::ECR::RegistryPolicy": (("PolicyText", PolicyKind.RESOURCE),),
    "AWS::ECR::RepositoryCreationTemplate": (("RepositoryPolicy", PolicyKind.RESOURCE),),
    "AWS::Events::EventBus": (("Policy", PolicyKind.RESOURCE),),
    EVENT_BUS_POLICY: (("Statement", PolicyKind.RESOURCE),),
    "AWS::OpenSearchService::Domain": (("AccessPolicies", PolicyKind.RESOURCE),),
    "AWS::Elasticsearch::Domain": (("AccessPolicies", PolicyKind.RESOURCE),),
    "Custom::OpenSearchAccessPolicy": ((CALL, PolicyKind.RESOURCE),),
    "Custom::ElasticsearchAccessPolicy": ((CALL, PolicyKind.RESOURCE),),
    "AWS::EFS::FileSystem": (("FileSystemPolicy", PolicyKind.RESOURCE),),
    "AWS::ApiGateway::RestApi": (("Policy", PolicyKind.RESOURCE),),
}
"""Property paths of policy documents by resource type.

`[]` stands for each element of a list, `{}` for what JSON text holds.
"""

POLICY_TYPES: Final = tuple(DOCUMENTS)
IDENTITY_TYPES: Final = tuple(
    kind
    for kind, places in DOCUMENTS.items()
    if any(policy is PolicyKind.IDENTITY for _, policy in places)
)


ELEMENTS: Final = {
    name.lower(): name
    for name in (
        "Action",
        "Condition",
        "Effect",
        "NotAction",
        "NotPrincipal",
        "NotResource",
        "Principal",
        "Resource",
    )
}
"""Elements of a statement, by their names in lower case."""
SPELLINGS: Final = ELEMENTS | {"statement": "Statement"}
INCLUDE: Final = "Fn::Transform"
"""`AWS::Include` puts a file from S3 in its place, beside what stands there already."""
INCLUDED: Final = "a part of it is included at deploy time"

_FIRST_HOLE: Final = 0xE000
"""First of Unicode's characters for private use: one stands for each token while text is parsed."""
_HOLES: Final = 0x1900
_HOLE: Final = re.compile("([\ue000-\uf8ff])")


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a statement's list, and where it stands.

    Attributes:
        place: property path, such as `Properties.PolicyDocument.Statement[0].Action[1]`.
        value: `str` without white space around it, `Text` or `Unknown`; anything else is the
            template's mistake.
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
            # White space around it is nobody's name.
            Entry(place, value.strip() if isinstance(value, str) else value)
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
        if INCLUDE in resource.properties and not is_intrinsic(resource.properties):
            yield Opaque(kind, "Properties", INCLUDED)
        for place, document in documents(resource, resolver, path):
            yield from of_document(document, place, kind, resolver)
    if resource.type == EVENT_BUS_POLICY and "Statement" not in resource.properties:
        yield from _of_properties(resource, resolver)


def _of_properties(resource: Resource, resolver: Resolver) -> Iterator[Statement]:
    """The older form of an event bus's policy: one statement, spread over the properties.

    Form: CloudFormation Template Reference, `AWS::Events::EventBusPolicy`.
    """
    if "Principal" not in resource.properties:
        return
    body = {
        name: resource.properties[name]
        for name in ("Action", "Principal")
        if name in resource.properties
    }
    for condition in resolver.get(resource.properties, "Condition"):
        narrowed: Value = condition
        if isinstance(condition, Mapping):
            operator, key = (resolver.one(condition.get(name)) for name in ("Type", "Key"))
            narrowed = Unknown("Condition is known only at deploy time")
            if isinstance(operator, str) and isinstance(key, str):
                narrowed = {operator: {key: condition.get("Value")}}
        whole = {**body, "Effect": "Allow", "Condition": narrowed}
        yield Statement(PolicyKind.RESOURCE, "Properties", "Allow", whole, resolver)


def documents(resource: Resource, resolver: Resolver, path: str) -> Iterator[tuple[str, Value]]:
    """What stands at a path of `DOCUMENTS`, each alternative, with its place."""
    if "{}." in path:
        yield from _in_text(resource, resolver, path)
        return
    outer, several, inner = path.partition("[]")
    place = f"Properties.{outer}"
    for value in resolver.get(resource.properties, outer):
        if not several:
            yield place, value
            continue
        for where, element in resolver.items(value, place):
            if isinstance(element, Mapping):
                for document in resolver.get(element, inner[1:]) if inner else (element,):
                    yield where + inner, document
            elif inner:
                yield where, element
            # Beside documents, SAM lists names of managed policies and of its own templates.


def _in_text(resource: Resource, resolver: Resolver, path: str) -> Iterator[tuple[str, Value]]:
    """Documents inside of a property that is an object, or the text of one."""
    text, _, within = path.partition("{}.")
    for call in resolver.get(resource.properties, text):
        read = _parsed(call) if isinstance(call, str | Text) else call
        for document in resolver.get(read, *within.split(".")):
            yield f"Properties.{text}.{within}", document


def of_document(
    document: Value, place: str, kind: PolicyKind, resolver: Resolver
) -> Iterator[Statement | Opaque]:
    """The statements of one policy document.

    Args:
        document: an object, a list of statements, one statement, or any of these as JSON text.
        place: property path of the document.
        kind: what the policy is attached to.
        resolver: for what the document holds.
    """
    if document is ABSENT or (isinstance(document, str) and not document.strip()):
        return  # An empty text is how some frameworks write that there is none.
    if isinstance(document, str | Text):
        document = _parsed(document)
    if not isinstance(document, Mapping | list):
        reason = document.reason if isinstance(document, Unknown) else "the policy is no object"
        yield Opaque(kind, place, reason)
        return
    if isinstance(document, Mapping):
        if INCLUDE in document:
            yield Opaque(kind, place, INCLUDED)
        document = _spelled(document)
        if "Statement" in document:
            place, document = f"{place}.Statement", document["Statement"]
        elif not ELEMENTS.keys() & {key.lower() for key in document}:
            return
    for where, found in resolver.items(document, place):
        body = _spelled(found) if isinstance(found, Mapping) else found
        if not isinstance(body, Mapping):
            reason = body.reason if isinstance(body, Unknown) else "the statement is no object"
            yield Opaque(kind, where, reason)
            continue
        if INCLUDE in body:
            yield Opaque(kind, where, INCLUDED)
        for effect in resolver.values(body.get("Effect", ABSENT)):
            yield Statement(kind, where, str(effect), body, resolver)


def _spelled(body: Mapping[str, Json]) -> Mapping[str, Json]:
    """A document or statement with its elements spelled as the grammar has them.

    Whether a service takes `action` for `Action` is its own affair: a grant is not overlooked for
    its spelling. Of two spellings of one element, both count.
    """
    if all(SPELLINGS.get(key.lower(), key) == key for key in body):
        return body
    found: dict[str, Json] = {}
    for key, value in body.items():
        name = SPELLINGS.get(key.lower(), key)
        found[name] = [found[name], value] if name in found else value
    return found


def _parsed(text: str | Text) -> Json:
    """A policy given as JSON text; strings that hold tokens are `Text`."""
    tokens = text.tokens if isinstance(text, Text) else ()
    if len(tokens) > _HOLES:
        return Unknown("the policy is a text with too many values of the deployment in it")
    holes = {chr(_FIRST_HOLE + index): token for index, token in enumerate(tokens)}
    names = iter(holes)
    parts = text.parts if isinstance(text, Text) else (text,)
    flat = "".join(part if isinstance(part, str) else next(names) for part in parts)
    try:
        return _filled(parse_json(flat), holes)
    except (json.JSONDecodeError, RecursionError):
        return Unknown(
            "the policy is a text with values of the deployment in it"
            if tokens
            else "the policy is a text that is no JSON"
        )
    except ValueError as error:
        return Unknown(f"the policy is a text, and {error}")


def _filled(node: Json, holes: Mapping[str, Token]) -> Json:
    """The parsed value, with each hole's token back in its place."""
    if isinstance(node, str):
        found = [holes.get(part, part) for part in _HOLE.split(node) if part]
        return concatenate(Text((part,)) if isinstance(part, Token) else part for part in found)
    if isinstance(node, Mapping):
        return {key: _filled(value, holes) for key, value in node.items()}
    return [_filled(value, holes) for value in node] if isinstance(node, list) else node
