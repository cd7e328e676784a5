"""Which bucket of the assembly logs are written to, and whether it deletes them some day.

A rule of a bucket's lifecycle: Amazon S3 User Guide, 'Lifecycle configuration elements'.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Text, Unknown, Value, partition, referred
from compliance.rules.log.groups import name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.assembly.model import Resource
    from compliance.intrinsics import Resolver
    from compliance.rules.base import Context

BUCKET: Final = "AWS::S3::Bucket"
ARN_PART: Final = ":s3:::"
"""What stands before the name in a bucket's ARN."""
FOLDER: Final = "AWSLogs/"
"""Folder that AWS services make for their logs, below the one asked for."""
TOKENS: Final = "a rule of the bucket's lifecycle has values of the deployment in it"


def destination(arn: Value, user: Resource, context: Context) -> tuple[Resource, str] | None:
    """The bucket here that an ARN names, and the folder in it that logs are written to.

    Args:
        arn: of a bucket, or of a folder in one.
        user: what names it.
        context: where the buckets are looked up.

    Returns:
        The bucket, and the folder as it is shown; `None` where the ARN names no bucket of the
        assembly.
    """
    _, place = partition(arn, ARN_PART) or ("", arn)
    called, folder = partition(place, "/") or (place, "")
    bucket = referred(called)
    if bucket is None or bucket.type != BUCKET:
        bucket = context.answer(_by_name).get(name([called], user))
    if bucket is None:
        return None
    below = str(folder).rstrip("/")
    return bucket, f"{below}/{FOLDER}" if below else FOLDER


def expires(bucket: Resource, folder: str, context: Context) -> bool | Unknown:
    """Whether a bucket deletes what is written to a folder of it.

    Args:
        bucket: an S3 bucket.
        folder: as `destination` gives it.
        context: where values are resolved.

    Returns:
        Whether some rule does, in every branch; `Unknown` when that hangs on what only the
        deployment knows.
    """
    known = context.answer(_known)
    if (bucket, folder) not in known:
        known[bucket, folder] = _ends(bucket, folder, context)
    return known[bucket, folder]


def _known(_context: Context) -> dict[tuple[Resource, str], bool | Unknown]:
    """What `expires` says, worked out once for all that write there."""
    return {}


def _ends(bucket: Resource, folder: str, context: Context) -> bool | Unknown:
    resolver = context.of(bucket)
    return _every(
        listed
        if isinstance(listed, Unknown)
        else _some(
            _every(_expires(rule, folder, resolver) for rule in resolver.values(element))
            for element in (listed if isinstance(listed, list) else [listed])
        )
        for listed in context.get(bucket, "LifecycleConfiguration", "Rules")
    )


def _expires(rule: Value, folder: str, resolver: Resolver) -> bool | Unknown:
    if not isinstance(rule, Mapping):
        return rule if isinstance(rule, Unknown) else False
    if any(tags not in (ABSENT, []) for tags in resolver.get(rule, "TagFilters")):
        return False  # Services write their logs without tags.
    ends = (resolver.get(rule, "ExpirationInDays"), resolver.get(rule, "ExpirationDate"))
    if all(ABSENT in end for end in ends):
        return False
    return _every(
        (
            *(_is_enabled(status) for status in resolver.get(rule, "Status")),
            *(_is_about(prefix, folder) for prefix in resolver.get(rule, "Prefix")),
        )
    )


def _is_about(prefix: Value, folder: str) -> bool | Unknown:
    if prefix is ABSENT:
        return True
    text = str(prefix)
    if folder.startswith(text) or text.startswith(folder):
        return True
    return Unknown(TOKENS) if "${" in folder + text else False


def _is_enabled(status: Value) -> bool | Unknown:
    if isinstance(status, Text | Unknown):
        return Unknown(TOKENS) if isinstance(status, Text) else status
    return bool(status == "Enabled")


def _every(answers: Iterable[bool | Unknown]) -> bool | Unknown:
    found = list(answers)
    return False if False in found else _first_unknown(found) or True


def _some(answers: Iterable[bool | Unknown]) -> bool | Unknown:
    found = list(answers)
    return True if True in found else _first_unknown(found) or False


def _first_unknown(answers: Iterable[bool | Unknown]) -> Unknown | None:
    return next((answer for answer in answers if isinstance(answer, Unknown)), None)


def _by_name(context: Context) -> Mapping[Hashable, Resource]:
    """Buckets by the name that they have whatever the conditions turn out to be."""
    found: dict[Hashable, Resource] = {}
    for bucket in context.assembly.resources(BUCKET):
        names = context.get(bucket, "BucketName")
        if len(names) == 1 and names[0] is not ABSENT:
            found.setdefault(name(names, bucket), bucket)
    return found
