"""IAM09: a resource policy opens nothing to the world or to unknown accounts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, conditions, log_delivery
from compliance.iam.denials import lets_in_only
from compliance.iam.principals import Principal, Who, Whose, principals
from compliance.iam.statements import DOCUMENTS, Opaque, PolicyKind, Statement
from compliance.intrinsics import Unknown, Value, referred, truth
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
from compliance.rules.policies import Policy, policies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.iam.conditions import Answer

BUCKET: Final = "AWS::S3::Bucket"
BUCKET_POLICY: Final = "AWS::S3::BucketPolicy"
ACCESS_POINT: Final = "AWS::S3::AccessPoint"
API: Final = "AWS::ApiGateway::RestApi"
"""Its policy is API07's."""
KINDS: Final = (PolicyKind.RESOURCE, PolicyKind.KEY)

TIES: Final = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "elasticfilesystem:accessedviamounttarget",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
)
"""Condition keys that tie a statement to somebody. `aws:SourceOwner` is what SNS's own default
policy asks for (Amazon SNS Developer Guide, 'Example cases for Amazon SNS access control')."""
ENCRYPTION_CONTEXT: Final = "kms:encryptioncontext:"
"""What a service encrypts for: names the source where the service tells no other (CloudWatch Logs
User Guide, 'Encrypt log data in CloudWatch Logs using AWS Key Management Service')."""

_TIED: Final = conditions.names(*TIES)
_SOURCE: Final = conditions.names(*TIES, ENCRYPTION_CONTEXT)


class ClosedResources(Rule):
    """IAM09."""

    id = "IAM09"
    family = Family.IAM
    severity = Severity.CRITICAL
    title = "A resource policy opens nothing to the world or to unknown accounts"
    rationale = (
        "A resource policy lets callers in from outside, whatever else this account allows: "
        "strangers, or an account that nobody here watches, can then use the resource."
    )
    remediation = (
        "Let in only whom you know: name the role or account, or add a condition such as "
        "aws:PrincipalOrgID, aws:SourceArn or aws:SourceAccount. An account that may come in goes "
        "into `iam.known-accounts`."
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    )
    controls = {
        Standard.NIST: ("AC-3", "AC-6"),
        Standard.FSBP: ("KMS.5", "S3.6", "SNS.4", "SQS.3"),
    }
    stock = ("AwsSolutions-ECR1", "AwsSolutions-EVB1", "CKV_AWS_32", "CKV_AWS_33")
    settings = ("iam.known-accounts",)
    resource_types = tuple(
        kind
        for kind, places in DOCUMENTS.items()
        if kind != API and any(policy in KINDS for _, policy in places)
    )

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge whom every Allow statement of the resource's policy lets in."""
        found = [policy for policy in policies(resource, context, *KINDS) if policy]
        if found:
            judgements = (
                judgement
                for policy in found
                for statement in policy
                for judgement in self._statement(statement, policy, resource, context)
            )
            yield from or_passed(iter(dict.fromkeys(judgements)))

    def _statement(
        self, statement: Statement | Opaque, policy: Policy, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        if isinstance(statement, Opaque):
            yield undecided(
                f"The policy is known only at deploy time: {statement.reason}.",
                location=statement.place,
            )
        elif statement.allows:
            for principal in principals(statement):
                if _is_welcome(principal, policy, resource, context):
                    continue
                says = _SOURCE if principal.who is Who.SERVICE else _TIED
                tied = lets_in_only(statement, policy, says)
                if tied is not True:
                    yield self._let_in(principal, tied, resource, context)

    def _let_in(
        self, principal: Principal, tied: Answer, resource: Resource, context: Context
    ) -> Judgement:
        """What is to be said of a principal whom no condition surely ties down."""
        value, place = principal.value, principal.place
        if principal.who is Who.SERVICE:
            if isinstance(tied, Unknown):
                return undecided(
                    f"For whom {value} is let in is known only at deploy time: {tied.reason}.",
                    location=place,
                    observed=value,
                    severity=Severity.LOW,
                )
            return fail(
                f"{value} is let in for anybody's resource: no aws:SourceArn or aws:SourceAccount "
                "says whose.",
                location=place,
                observed=value,
                severity=Severity.LOW,
            )
        if isinstance(tied, Unknown):
            return undecided(
                f"Whether a condition ties down who is let in is known only at deploy time: "
                f"{tied.reason}.",
                location=place,
                observed=value,
            )
        if principal.who is Who.EVERYONE:
            closed = _is_closed_to_the_public(resource, context)
            return fail(
                "Everybody is let in"
                + (
                    ", save that RestrictPublicBuckets holds other accounts off."
                    if closed
                    else ": no condition ties the statement to an account, organisation or network."
                ),
                location=place,
                observed=value,
                severity=Severity.MEDIUM if closed else None,
            )
        if principal.literal_account:
            return fail(
                f"Account {principal.literal_account} is let in, which is not known to be one's "
                "own, and no condition ties the statement down.",
                location=place,
                observed=value,
            )
        return unknown("Who is let in", value, location=place)


def _is_welcome(principal: Principal, policy: Policy, resource: Resource, context: Context) -> bool:
    """Whether nobody minds a principal: it is one's own, known, or named by the template."""
    if resource.type == BUCKET_POLICY and (
        principal.literal_account in log_delivery.ACCOUNTS
        or principal.value in log_delivery.SERVICES
    ):
        return True
    if principal.who in {Who.EVERYONE, Who.SERVICE}:
        return False
    known = {*context.config.iam.known_accounts, _keeper(policy, resource)}
    return principal.whose(resource.template, known) not in {Whose.OTHER, Whose.UNTOLD}


def _keeper(policy: Policy, key: Resource) -> str:
    """The account of a key whose stack does not tell its own.

    KMS refuses a policy that does not let the key's own account change it (KMS API Reference,
    'PutKeyPolicy': the policy lockout safety check), so the one account that may is its own.
    """
    keepers = {
        principal.literal_account
        for statement in policy
        if isinstance(statement, Statement)
        and statement.kind is PolicyKind.KEY
        and statement.allows
        and any(
            isinstance(entry.value, str) and actions.matches(entry.value, "kms:PutKeyPolicy")
            for entry in statement.entries("Action")
        )
        for principal in principals(statement)
        if principal.who is Who.ACCOUNT
    }
    return keepers.pop() if len(keepers) == 1 and not key.template.account else ""


def _is_closed_to_the_public(resource: Resource, context: Context) -> bool:
    """Whether a bucket's settings hold the public off that its policy lets in."""
    if resource.type == ACCESS_POINT:
        return _restricts(resource, context)
    if resource.type != BUCKET_POLICY:
        return False
    named = [_bucket(value, resource, context) for value in context.get(resource, "Bucket")]
    return all(bucket is not None and _restricts(bucket, context) for bucket in named)


def _restricts(resource: Resource, context: Context) -> bool:
    path = ("PublicAccessBlockConfiguration", "RestrictPublicBuckets")
    return all(truth(value) for value in context.get(resource, *path))


def _bucket(name: Value, policy: Resource, context: Context) -> Resource | None:
    """The bucket of the assembly that a policy's `Bucket` means."""
    if isinstance(name, str):
        found = context.answer(_by_name).get((policy.template.name, name), ())
        return found[0] if len(found) == 1 else None
    return referred(name)


def _by_name(context: Context) -> Mapping[tuple[str, str], list[Resource]]:
    """Buckets by template and literal name."""
    found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    for bucket in context.assembly.resources(BUCKET):
        for name in context.get(bucket, "BucketName"):
            if isinstance(name, str):
                found[bucket.template.name, name].append(bucket)
    return found
