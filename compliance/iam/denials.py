"""Whether a Deny of the same policy keeps out everybody whom an Allow does not mean to let in.

AWS documents the form for S3, API Gateway and data perimeters: allow all, and deny all that comes
from elsewhere (IAM User Guide, 'Explicit and implicit denies'; API Gateway Developer Guide, 'API
Gateway resource policy examples').
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.iam import actions, arns
from compliance.iam.conditions import Answer, Says, is_pattern, narrowed, some, spares_only
from compliance.iam.principals import Who, are_everyone, principals
from compliance.iam.statements import Statement
from compliance.intrinsics import Text, Token, Value, concatenate, partition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compliance.iam.statements import Opaque

BUCKET: Final = "AWS::S3::Bucket"
_S3: Final = "arn:aws:s3:::"
_WHOLE_API: Final = re.compile(r"(arn:[^:]*:)?execute-api:[^/]*(/\*)+")
"""Every stage, method and path of the API that the policy belongs to, in each of its forms."""


def lets_in_only(allow: Statement, policy: Iterable[Statement | Opaque], says: Says) -> Answer:
    """Whether an Allow lets in nobody but those whom a test accepts.

    Args:
        allow: the Allow: its own condition may narrow it.
        policy: the statements that stand beside it: a Deny may keep out everybody else.
        says: whether the values of one line of a condition name somebody.
    """
    return some((narrowed(allow, says), _kept_out(policy, allow, says)))


def _kept_out(policy: Iterable[Statement | Opaque], allow: Statement, says: Says) -> Answer:
    """Whether a Deny keeps out all but those whom a test accepts, from all that an Allow grants."""
    return some(
        spares_only(deny, says)
        for deny in policy
        if isinstance(deny, Statement)
        and not deny.allows
        and _is_about_all_others(deny)
        and _covers(deny, allow)
    )


def _is_about_all_others(deny: Statement) -> bool:
    """Whether a Deny is about everybody, or about everybody but some who are named."""
    spared = list(principals(deny, "NotPrincipal"))
    named = (Who.ACCOUNT, Who.IDENTITY, Who.SERVICE, Who.FEDERATED)
    return all(each.who in named for each in spared) if spared else are_everyone(deny)


def _covers(deny: Statement, allow: Statement) -> bool:
    """Whether a Deny is about every action and resource of an Allow."""
    granted = [entry.value for entry in allow.entries("Action")]
    if allow.has("NotAction"):
        granted = ["*"]
    if not all(isinstance(action, str) and _is_denied(deny, action) for action in granted):
        return False
    if deny.has("NotResource"):
        return False
    # Some policies, such as an event bus's, need no Resource: it is what carries the policy.
    beyond = [_spelled(entry.value) for entry in deny.entries("Resource")] or ["*"]
    within = [_spelled(entry.value) for entry in allow.entries("Resource")] or ["*"]
    return all(
        any(_includes(pattern, resource) for pattern in beyond)
        for resource in (["*"] if allow.has("NotResource") else within)
    )


def _is_denied(deny: Statement, action: str) -> bool:
    """Whether a Deny is about all that an action of an Allow stands for."""
    if deny.has("NotAction"):
        spared = [entry.value for entry in deny.entries("NotAction")]
        return not is_pattern(action) and not any(
            not isinstance(pattern, str) or actions.matches(pattern, action) for pattern in spared
        )
    return any(
        isinstance(entry.value, str) and actions.matches(entry.value, action)
        for entry in deny.entries("Action")
    )


def _spelled(value: Value) -> Value:
    """A bucket's ARN in one form: by its name, where that is literal, else by `Ref`.

    `Fn::GetAtt Bucket.Arn`, `arn:aws:s3:::${Bucket}` and `arn:${AWS::Partition}:s3:::name` may
    name one bucket.
    """
    if not isinstance(value, str | Text):
        return value
    parts = value.parts if isinstance(value, Text) else (value,)
    spelled = concatenate(piece for part in parts for piece in _pieces(part))
    cut = partition(spelled, ":s3:::")
    return spelled if cut is None else concatenate((_S3, cut[1]))


def _pieces(part: str | Token) -> Iterator[Value]:
    if isinstance(part, str):
        yield part
        return
    bucket = part.resource
    if bucket is None or bucket.type != BUCKET or part.attribute not in {"", "Arn"}:
        yield Text((part,))
        return
    if part.attribute:
        yield _S3
    name = bucket.properties.get("BucketName")
    yield name if isinstance(name, str) else Text((Token(bucket.logical_id, part.kind, bucket),))


def _includes(pattern: Value, resource: Value) -> bool:
    if not isinstance(pattern, str | Text):
        return False
    if arns.is_everything(pattern) or _WHOLE_API.fullmatch(_literal(pattern)):
        return True
    return isinstance(resource, str | Text) and arns.includes(pattern, resource)


def _literal(value: str | Text) -> str:
    return value.literal if isinstance(value, Text) else value
