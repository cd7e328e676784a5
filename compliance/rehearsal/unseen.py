"""Grants that no ledger can hold: by resources that let somebody in without a policy to read back.

A rehearsal proves what roles, and policies of resources, allow. What else gives access is told, so
that nothing green rests on its not having been looked at. Sources: the pages of the resource types
in the CloudFormation Template Reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.findings import Outcome
from compliance.intrinsics import ABSENT, Resolver
from compliance.rehearsal.copying import place
from compliance.rehearsal.rules import NECESSARY, finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Assembly, Resource
    from compliance.findings import Finding
    from compliance.intrinsics import Value

PRIVATE: Final = frozenset(
    {"BucketOwnerFullControl", "BucketOwnerRead", "LogDeliveryWrite", "Private"}
)
"""Canned access lists that let in the bucket's owner alone, and log delivery (Amazon S3 User Guide,
'Access control list (ACL) overview')."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unseen:
    """A type that lets somebody in.

    Attributes:
        gives: what it gives, after 'It'.
        instead: what to do about it.
        only: property by which it does; any of the type does for none.
        harmless: values of it by which it does not.
    """

    gives: str
    instead: str
    only: str = ""
    harmless: frozenset[str] = frozenset()


_TO_A_ROLE: Final = "Let a role do it: what a role does is rehearsed."
_HTTP_API: Final = Unseen(
    gives="lets callers in by rules that no rehearsal of a REST API calls",
    instead="Serve it by the REST API, or keep it in an assembly of its own.",
)
_URL: Final = Unseen(
    gives="opens a function to everyone, past the API",
    instead="Give it the AuthType AWS_IAM, or call the function by the API.",
    only="AuthType",
    harmless=frozenset({"AWS_IAM"}),
)
TYPES: Final[Mapping[str, tuple[Unseen, ...]]] = {
    "AWS::IAM::User": (
        *(
            Unseen(gives=f"is a user with {what}", instead=_TO_A_ROLE, only=only)
            for only, what in (
                ("ManagedPolicyArns", "policies"),
                ("Policies", "policies of its own"),
                ("Groups", "what its groups may do"),
                ("LoginProfile", "a password"),
            )
        ),
    ),
    "AWS::IAM::Group": (
        Unseen(gives="is a group with policies", instead=_TO_A_ROLE, only="ManagedPolicyArns"),
        Unseen(gives="is a group with policies of its own", instead=_TO_A_ROLE, only="Policies"),
    ),
    "AWS::IAM::UserPolicy": (Unseen(gives="gives a user a policy", instead=_TO_A_ROLE),),
    "AWS::IAM::GroupPolicy": (Unseen(gives="gives a group a policy", instead=_TO_A_ROLE),),
    "AWS::IAM::UserToGroupAddition": (
        Unseen(gives="gives users what a group may do", instead=_TO_A_ROLE),
    ),
    "AWS::IAM::AccessKey": (Unseen(gives="gives out lasting keys of a user", instead=_TO_A_ROLE),),
    "AWS::ApiGatewayV2::Api": (_HTTP_API,),
    "AWS::AppSync::GraphQLApi": (_HTTP_API,),
    "AWS::Lambda::Url": (_URL,),
    "AWS::Lambda::LayerVersionPermission": (
        Unseen(
            gives="lets other accounts read a layer's code",
            instead="Remove it: an account reads its own layers without it.",
        ),
    ),
    "AWS::Events::EventBusPolicy": (
        Unseen(
            gives="lets others put events on a bus or manage its rules",
            instead="Remove it: an account's roles need none for its own buses.",
        ),
    ),
    "AWS::S3::Bucket": (
        Unseen(
            gives="lets others in by an access control list",
            instead="Leave AccessControl out, and name in a bucket policy who may do what.",
            only="AccessControl",
            harmless=PRIVATE,
        ),
    ),
    "AWS::S3::AccessPoint": (
        Unseen(
            gives="lets callers in by a policy of its own",
            instead="Grant it by the bucket's policy.",
            only="Policy",
        ),
    ),
    "AWS::RAM::ResourceShare": (
        Unseen(
            gives="shares resources with other accounts",
            instead="Keep it in an assembly of its own.",
        ),
    ),
}
"""What lets somebody in, by type, and by which property."""


def unseen(assembly: Assembly) -> list[Finding]:
    """The resources that let somebody in, of which the ledger knows nothing.

    Args:
        assembly: as it was given, with what is taken out before the deploy.

    Returns:
        One finding, undecided, for each resource and property.
    """
    return [
        finding(
            NECESSARY,
            f"It {kind.gives}, which a rehearsal cannot read: whether any call needs it cannot be "
            "told.",
            place=place(resource),
            location=f"Properties.{kind.only}" if kind.only else "",
            observed=observed or resource.type,
            remediation=kind.instead,
            outcome=Outcome.UNDECIDED,
        )
        for resource in assembly.resources(*TYPES)
        for kind in TYPES[resource.type]
        for observed in _gives(resource, kind, assembly)
    ]


def _gives(resource: Resource, kind: Unseen, assembly: Assembly) -> Iterator[str]:
    """The value by which a resource lets somebody in, once; empty where it always does."""
    if not kind.only:
        yield ""
        return
    resolver = Resolver(resource.template, assembly)
    values = [
        element
        for value in resolver.get(resource.properties, kind.only)
        for element in _elements(value)
    ]
    found = [value for value in values if not (isinstance(value, str) and value in kind.harmless)]
    if found:
        yield ", ".join(sorted({value for value in found if isinstance(value, str)}))


def _elements(value: Value) -> list[Value]:
    if value is ABSENT or value == []:
        return []
    return list(value) if isinstance(value, list) else [value]
