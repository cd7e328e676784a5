"""Buckets, queues and topics refuse what does not come over TLS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from compliance.aspects.change import shown
from compliance.aspects.interface import Aspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.aspects.change import Change
    from compliance.aspects.tree import Json, Node, Tree
    from compliance.config import Aspects

SID: Final = "SynthgateTlsOnly"
ALARMS: Final = "SynthgateAlarmsOfThisAccount"
CONDITION: Final = "aws:securetransport"
DOCUMENT: Final = "PolicyDocument"
POLICIES: Final = (
    *(s3.CfnBucketPolicy, sqs.CfnQueuePolicy, sqs.CfnQueueInlinePolicy),
    *(sns.CfnTopicPolicy, sns.CfnTopicInlinePolicy),
)


@dataclass(frozen=True)
class _Kind:
    """A type of resource that has a policy.

    Attributes:
        kind: resource type.
        owner: its L2 class, which keeps the policy that it makes.
        policies: types of policies, each with its property that says whose it is.
        action: what is refused without TLS.
        places: what is put behind the ARN to name all that it is refused on.
        arn: attribute that is the ARN.
        new: makes a policy of this document for a resource.
    """

    kind: str
    owner: type[s3.Bucket | sqs.Queue | sns.Topic]
    policies: Mapping[str, str]
    action: str
    places: tuple[str, ...]
    arn: str
    new: Callable[[Node, Json], cdk.CfnResource]


def _of_bucket(bucket: Node, document: Json) -> cdk.CfnResource:
    ref = bucket.construct.ref
    return s3.CfnBucketPolicy(*bucket.beside(SID), bucket=ref, policy_document=document)


def _of_queue(queue: Node, document: Json) -> cdk.CfnResource:
    ref = queue.construct.ref
    return sqs.CfnQueuePolicy(*queue.beside(SID), queues=[ref], policy_document=document)


def _of_topic(topic: Node, document: Json) -> cdk.CfnResource:
    ref = topic.construct.ref
    return sns.CfnTopicPolicy(*topic.beside(SID), topics=[ref], policy_document=document)


KINDS: Final = (
    _Kind(
        kind="AWS::S3::Bucket",
        owner=s3.Bucket,
        policies={"AWS::S3::BucketPolicy": "Bucket"},
        action="s3:*",
        places=("", "/*"),
        arn="Arn",
        new=_of_bucket,
    ),
    _Kind(
        kind="AWS::SQS::Queue",
        owner=sqs.Queue,
        policies={"AWS::SQS::QueuePolicy": "Queues", "AWS::SQS::QueueInlinePolicy": "Queue"},
        action="sqs:*",
        places=("",),
        arn="Arn",
        new=_of_queue,
    ),
    _Kind(
        kind="AWS::SNS::Topic",
        owner=sns.Topic,
        policies={"AWS::SNS::TopicPolicy": "Topics", "AWS::SNS::TopicInlinePolicy": "TopicArn"},
        action="sns:Publish",
        places=("",),
        arn="TopicArn",
        new=_of_topic,
    ),
)


class TlsOnly(Aspect):
    """Adds a denial to the policy of each bucket, queue and topic, or a policy with it."""

    name = "tls-only"

    def wanted(self, settings: Aspects) -> bool:
        """Whether it is asked for."""
        return settings.tls_only

    def mend(self, tree: Tree, settings: Aspects) -> Iterator[Change]:  # noqa: ARG002 - the interface's
        """Deny what does not come over TLS."""
        for kind in KINDS:
            policies = _policies(tree, kind)
            for node in tree.of(kind.kind):
                own = policies.get(node.path, ())
                if any(_refuses(policy, node, kind) for policy in own):
                    continue
                denial = _denial(node, kind)
                if own and not _append(own[0], denial):
                    continue
                if not own:
                    _found(node, kind, denial)
                yield self.denied(node, denial)


def _policies(tree: Tree, kind: _Kind) -> Mapping[str, list[Node]]:
    """Policies by the path of each resource that they are for."""
    found: dict[str, list[Node]] = {}
    for name, whose in kind.policies.items():
        for policy in tree.of(name):
            named = policy.raw.get(whose)
            for value in named if isinstance(named, list) else [named]:
                node = tree.target(value, kind.kind)
                if node is not None:
                    found.setdefault(node.path, []).append(policy)
    return found


def _denial(node: Node, kind: _Kind) -> dict[str, Json]:
    arn = node.construct.get_att(kind.arn).to_string()
    places = [f"{arn}{place}" for place in kind.places]
    return {
        "Sid": SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": kind.action,
        "Resource": places[0] if len(places) == 1 else places,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _refuses(policy: Node, node: Node, kind: _Kind) -> bool:
    """Whether a policy has such a denial, for this resource where it is for several."""
    statements = policy.get(DOCUMENT, "Statement")
    several = isinstance(policy.raw.get(kind.policies[policy.kind]), list)
    itself = shown(node.resolve(node.construct.ref)["Ref"])
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, Mapping) or statement.get("Effect") != "Deny":
            continue
        if statement.get("Principal") not in ("*", {"AWS": "*"}):
            continue
        condition = statement.get("Condition")
        tested = condition.get("Bool") if isinstance(condition, Mapping) else None
        for key, value in tested.items() if isinstance(tested, Mapping) else ():
            if key.lower() == CONDITION and str(value).lower() == "false":
                resource = shown(statement.get("Resource"))
                if not several or itself in resource or resource == '"*"':
                    return True
    return False


def _append(policy: Node, statement: dict[str, Json]) -> bool:
    """Add a statement to a policy, unless its construct is untyped: what it has is not seen."""
    construct = policy.construct
    if not isinstance(construct, POLICIES):
        return False
    if isinstance(construct.policy_document, iam.PolicyDocument):
        construct.policy_document.add_statements(iam.PolicyStatement.from_json(statement))
    else:
        there = policy.get(DOCUMENT) or {}
        statements = there.get("Statement", [])
        listed = statements if isinstance(statements, list) else [statements]
        construct.policy_document = {**there, "Statement": [*listed, statement]}
    return True


def _found(node: Node, kind: _Kind, denial: dict[str, Json]) -> None:
    """Make a policy, by the resource's L2 construct where there is one: it may add to it later."""
    statements = [denial]
    if kind.owner is sns.Topic:
        # A policy takes the place of the topic's own, which let the account's alarms publish
        # (SNS Developer Guide, 'Example cases for Amazon SNS access control').
        statements.append(
            {
                "Sid": ALARMS,
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": kind.action,
                "Resource": denial["Resource"],
                "Condition": {"StringEquals": {"aws:SourceAccount": node.account}},
            }
        )
    owner = node.construct.node.scope
    if isinstance(owner, s3.Bucket | sqs.Queue | sns.Topic):
        for statement in statements:
            owner.add_to_resource_policy(iam.PolicyStatement.from_json(statement))
    else:
        kind.new(node, {"Version": "2012-10-17", "Statement": statements})
