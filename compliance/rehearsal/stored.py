"""What a role needs of the keys that encrypt what it reads and writes.

The service does it in the role's name, by `kms:ViaService`; a local AWS does not ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, truth
from compliance.rehearsal.evidence import takes_in_action, takes_in_resource
from compliance.rehearsal.model import Kind
from compliance.rehearsal.needs import GUIDE, Need
from compliance.rehearsal.physical import partition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compliance.assembly.model import Json, Resource
    from compliance.rehearsal.functions import Function
    from compliance.rehearsal.model import Grant
    from compliance.rehearsal.needs import On
    from compliance.rehearsal.physical import Physical


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """A type of resource that keeps data under a key.

    Attributes:
        name: what one is called.
        service: that uses the key.
        rules: property path of what tells the key; a list of it counts as one.
        key: path below that.
        uses: what of the key it takes to do something with the data.
        source: AWS's page that says so.
    """

    name: str
    service: str
    rules: tuple[str, ...]
    key: tuple[str, ...]
    uses: Mapping[str, str]
    source: str


_DECRYPT: Final = "kms:Decrypt"
STORES: Final[Mapping[str, Store]] = {
    "AWS::S3::Bucket": Store(
        name="bucket",
        service="s3",
        rules=("BucketEncryption", "ServerSideEncryptionConfiguration"),
        key=("ServerSideEncryptionByDefault", "KMSMasterKeyID"),
        uses={"s3:GetObject": _DECRYPT, "s3:PutObject": "kms:GenerateDataKey"},
        source=f"{GUIDE}AmazonS3/latest/userguide/UsingKMSEncryption.html",
    ),
    # DynamoDB keeps the table's own key, and decrypts it for each caller.
    "AWS::DynamoDB::Table": Store(
        name="table",
        service="dynamodb",
        rules=("SSESpecification",),
        key=("KMSMasterKeyId",),
        uses={
            f"dynamodb:{action}": _DECRYPT
            for action in (
                "BatchGetItem",
                "BatchWriteItem",
                "DeleteItem",
                "GetItem",
                "PutItem",
                "Query",
                "Scan",
                "UpdateItem",
            )
        },
        source=f"{GUIDE}amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    ),
    "AWS::SecretsManager::Secret": Store(
        name="secret",
        service="secretsmanager",
        rules=(),
        key=("KmsKeyId",),
        uses={
            "secretsmanager:GetSecretValue": _DECRYPT,
            "secretsmanager:PutSecretValue": "kms:GenerateDataKey",
        },
        source=f"{GUIDE}secretsmanager/latest/userguide/security-encryption.html",
    ),
}
"""By type of resource."""


def needs(function: Function, grants: Sequence[Grant], physical: Physical) -> Iterator[Need]:
    """What the role of a function needs of the keys of what it may read and write.

    Args:
        function: whose role.
        grants: all that is deployed; those of the role tell what it does.
        physical: where keys are looked up.
    """
    own = [each for each in grants if each.kind is Kind.ROLE and each.holder == function.role]
    for resource in physical.assembly.resources(*STORES):
        store = STORES[resource.type]
        arn = physical.arn(resource) if physical.found(resource) else ""
        used = {
            key_action
            for action, key_action in store.uses.items()
            for grant in own
            if takes_in_action(grant.action, action) and _touches(grant.resource, arn)
        }
        if not arn or not used:
            continue
        for key, context in _keys(resource, store, arn, physical):
            yield Need(
                name=f"key of {resource.construct_path or resource.logical_id}",
                actions=tuple(sorted(used)),
                on=_always(key),
                without=f"it cannot use the {store.name}",
                source=store.source,
                via=(store.service,),
                context=context,
            )


def _always(resource: str) -> On:
    return lambda _function: (resource,)


def _touches(pattern: str, arn: str) -> bool:
    """Whether a pattern takes in a resource, or something of what it holds."""
    return pattern.startswith(f"{arn}/") or takes_in_resource(pattern, arn)


def _keys(
    resource: Resource, store: Store, arn: str, physical: Physical
) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
    """ARNs of the customer's keys, or what cannot be told as it stands; each with its context."""
    resolver, stage = physical.resolver(resource), physical.stage
    for rules in resolver.get(resource.properties, *store.rules):
        for _, rule in resolver.items(rules):
            for value in resolver.get(rule, *store.key):
                if value is ABSENT:
                    continue
                told = physical.text(value)
                own = f"arn:{partition(stage.region)}:kms:{stage.region}:{stage.account}:key/"
                key = str(value) if told is None else told
                if told is not None and not told.startswith("arn:"):
                    key = own + told
                yield key, _context(resource, store, arn, rule, physical)


def _context(
    resource: Resource, store: Store, arn: str, rule: Json, physical: Physical
) -> dict[str, tuple[str, ...]]:
    """The encryption context of a request (KMS Developer Guide, 'Encryption context')."""
    encryption = "kms:encryptioncontext:aws:"
    if store.service == "s3":
        keyed = physical.resolver(resource).get(rule, "BucketKeyEnabled")
        # With a bucket key it is the bucket, else the object.
        is_bucket = [False if each is ABSENT else truth(each) for each in keyed] == [True]
        return {f"{encryption}s3:arn": (arn if is_bucket else f"{arn}/*",)}
    if store.service == "dynamodb":
        account = physical.stage.account
        table = arn.rpartition("/")[2]
        return {
            f"{encryption}dynamodb:tablename": (table,),
            f"{encryption}dynamodb:subscriberid": (account,),
        }
    return {}
