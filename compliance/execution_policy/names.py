"""Physical names: as a template tells them, or as CloudFormation makes them.

A name that is not told is `<stack>-<logical id>-<random>` (CloudFormation Template Reference, 'Name
type'). What happens where that is too long is documented nowhere. Names seen in accounts show the
stack's part and the logical id's each cut to about half of what the random tail leaves, the one
that is short leaving its room to the other (github.com/KensioSoftware/yulin/issues/1113,
gist.github.com/christianklotz/468a240a75f4ae3e73bd52722f926acb). The patterns here keep no more
than both halves have for certain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import Kind, Text, Value

if TYPE_CHECKING:
    from compliance.assembly.model import Template
    from compliance.execution_policy.model import Target

LIMITS: Final = {
    "AWS::CloudFormation::Stack": 128,
    "AWS::CloudWatch::Alarm": 255,
    "AWS::DynamoDB::GlobalTable": 255,
    "AWS::DynamoDB::Table": 255,
    "AWS::Events::Rule": 64,
    "AWS::IAM::Group": 128,
    "AWS::IAM::InstanceProfile": 128,
    "AWS::IAM::ManagedPolicy": 128,
    "AWS::IAM::Role": 64,
    "AWS::IAM::User": 64,
    "AWS::Kinesis::Stream": 128,
    "AWS::Lambda::Function": 64,
    "AWS::Logs::LogGroup": 512,
    "AWS::S3::Bucket": 63,
    "AWS::SNS::Topic": 256,
    "AWS::SQS::Queue": 80,
}
"""Types whose made names have that form, with the length that each service allows (each type's page
of the CloudFormation Template Reference, 'Name'). Of all others the form is not known for certain.
"""
LOWER: Final = frozenset({"AWS::S3::Bucket"})
"""Types whose names have small letters only (Amazon S3 User Guide, 'Bucket naming rules')."""
_TAIL: Final = 14
"""Characters of the random tail with its hyphen, at most."""
_SHORTEST: Final = 4
_WILD: Final = re.compile(r"[*?$]")
_RUN: Final = re.compile(r"\*{2,}")


@dataclass(frozen=True, slots=True)
class Name:
    """A pattern of names.

    Attributes:
        pattern: with `*` where characters are not known.
        wide: why it takes in more than one resource's name; empty where it does not.
    """

    pattern: str
    wide: str = ""


def literal(text: str) -> str:
    """A text as a pattern that has no wildcard but for the characters that patterns know."""
    return _WILD.sub("?", text)


def rendered(value: Value, *, target: Target, stack: str) -> str:
    """A value as a pattern: what only the deployment knows is `*`.

    Args:
        value: a literal, `Text` or `Unknown`.
        target: what the pseudo parameters of account, region and partition stand for.
        stack: pattern of the stack's name.
    """
    pseudo = {
        "AWS::AccountId": target.account,
        "AWS::Region": target.region,
        "AWS::Partition": target.partition,
        "AWS::StackName": stack,
        "AWS::URLSuffix": "amazonaws.com.cn" if target.partition == "aws-cn" else "amazonaws.com",
    }
    if isinstance(value, str | int | float):
        return literal(str(value))
    if not isinstance(value, Text):
        return "*"
    parts = [
        literal(part)
        if isinstance(part, str)
        else (pseudo.get(part.name, "*") if part.kind is Kind.PSEUDO else "*")
        for part in value.parts
    ]
    return _RUN.sub("*", "".join(parts))


def stack_name(template: Template) -> str:
    """The name of a template's stack as a pattern; a nested stack's is made like any other."""
    if template.stack_name:
        return literal(template.stack_name)
    if template.parent is None:
        return "*"
    parent = template.parent
    return made(
        parent.type, stack=stack_name(parent.template), logical_id=parent.logical_id
    ).pattern


def made(kind: str, *, stack: str, logical_id: str) -> Name:
    """The name that CloudFormation makes for a resource."""
    limit = LIMITS.get(kind)
    if limit is None:
        return Name("*", f"the names that CloudFormation makes for {kind} are not documented")
    whole = f"{stack}-{logical_id}-*"
    # Of a nested stack, a part of the name is not known: a tail of its own.
    room = limit - _TAIL - 1
    known, star, _ = stack.partition("*")
    length = len(stack) + (_TAIL if star else 0)
    if not known:
        fits = len(whole) <= limit
        found = Name(f"*-{logical_id}-*" if fits else "*", "the name of its stack is not told")
    elif length + len(logical_id) <= room:
        found = Name(whole)
    else:
        half = room // 2
        kept = logical_id[: max(0, min(half, room - length))]
        pattern = known[:half] + "*" + (f"-{kept}*" if len(kept) >= _SHORTEST else "")
        found = Name(pattern, f"a name of {kind} has {limit} characters, so that this one is cut")
    return Name(found.pattern.lower(), found.wide) if kind in LOWER else found
