"""The resource policy of a REST API, wherever a template keeps it.

Sources: API Gateway Developer Guide, 'x-amazon-apigateway-policy'; AWS SAM Developer Guide,
`ResourcePolicyStatement`, whose lists SAM turns into statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam.statements import Opaque, PolicyKind, Statement, of_document
from compliance.intrinsics import ABSENT, Unknown
from compliance.rules import sam
from compliance.rules.api import openapi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Json, Resource
    from compliance.rules.base import Context
    from compliance.rules.policies import Policy

POLICY: Final = "Policy"
IN_BODY: Final = "x-amazon-apigateway-policy"
OF_SAM: Final = ("Auth", "ResourcePolicy")
CUSTOM: Final = "CustomStatements"
PROPERTIES: Final = (POLICY, "Auth", "Body", "BodyS3Location", "DefinitionBody", "DefinitionUri")
"""Properties in which a policy may stand."""

ALONE: Final[Mapping[str, tuple[str, str]]] = {
    "IntrinsicVpcWhitelist": ("StringNotEquals", "aws:SourceVpc"),
    "IntrinsicVpceWhitelist": ("StringNotEquals", "aws:SourceVpce"),
    "IpRangeWhitelist": ("NotIpAddress", "aws:SourceIp"),
    "SourceVpcWhitelist": ("StringNotEquals", "aws:SourceVpc"),
}
"""SAM's lists of whom alone it lets in, with the condition of the Deny that it writes for the rest.
The last one takes VPC endpoints too, which makes no difference here."""
ALL_BUT: Final = (
    "IntrinsicVpcBlacklist",
    "IntrinsicVpceBlacklist",
    "IpRangeBlacklist",
    "SourceVpcBlacklist",
)
"""SAM's lists of whom it keeps out of what it opens to everybody else."""
ACCOUNTS: Final = "AwsAccountWhitelist"
CALL: Final[Json] = {"Action": "execute-api:Invoke", "Resource": "execute-api:/*"}


@dataclass(frozen=True, slots=True)
class Nowhere:
    """There is no policy to read.

    Attributes:
        place: where one might stand.
        reason: why it cannot be read, empty when there is none.
    """

    place: str
    reason: str = ""


def of(api: Resource, context: Context) -> Policy | Nowhere:
    """The statements of an API's policy, or where one is missing.

    Args:
        api: a REST API, decided as to its conditions.
        context: where values are resolved.
    """
    place = f"Properties.{POLICY}"
    found = [
        statement
        for document in context.get(api, POLICY)
        for statement in of_document(document, place, PolicyKind.RESOURCE, context.of(api))
    ]
    if api.type == sam.API:
        found += _of_auth(api, context)
        place = f"Properties.{'.'.join(OF_SAM)}"
    if found:
        return found
    for document in openapi.documents(api, context):
        if not isinstance(document, openapi.Document):
            where, unread = document
            return Nowhere(where, unread.reason)
        where = f"{document.place}.{IN_BODY}"
        for value in document.resolver.get(document.root, IN_BODY):
            found += of_document(value, where, PolicyKind.RESOURCE, document.resolver)
    return found or Nowhere(place)


def _of_auth(api: Resource, context: Context) -> Iterator[Statement | Opaque]:
    """What SAM writes for the lists of `Auth.ResourcePolicy`."""
    resolver = context.of(api)
    place = f"Properties.{'.'.join(OF_SAM)}"
    for block in sam.get(api, context, *OF_SAM):
        if isinstance(block, Unknown):
            yield Opaque(PolicyKind.RESOURCE, place, block.reason)
        if not isinstance(block, Mapping):
            continue
        for document in resolver.get(block, CUSTOM):
            where = f"{place}.{CUSTOM}"
            yield from of_document(document, where, PolicyKind.RESOURCE, resolver)
        for name in (*ALONE, *ALL_BUT, ACCOUNTS):
            listed = block.get(name, ABSENT)
            if not any(resolver.items(listed)):
                continue
            let_in = {"AWS": listed} if name == ACCOUNTS else "*"
            written = [{"Effect": "Allow", "Principal": let_in, **CALL}]
            if name in ALONE:
                operator, key = ALONE[name]
                condition = {operator: {key: listed}}
                written.append({"Effect": "Deny", "Principal": "*", "Condition": condition, **CALL})
            for body in written:
                where = f"{place}.{name}"
                yield Statement(PolicyKind.RESOURCE, where, body["Effect"], body, resolver)
