"""CloudFormation intrinsics, as far as a template alone decides them.

A value of a template becomes one of:

- a literal (`str`, `int`, `float`, `bool`, `None`, or a list or object still to be looked into),
- `Text`: a string with opaque tokens in it, such as the ARN of a bucket of the same template,
- `Unknown`: known only at deploy time,
- `ABSENT`: `AWS::NoValue`, or nothing there.

Conditions are not evaluated: a value with `Fn::If` has the alternatives of both branches, and a
rule judges each. Semantics: CloudFormation User Guide, 'Intrinsic function reference' and
'Pseudo parameters reference'.
"""

from compliance.intrinsics.nodes import is_intrinsic
from compliance.intrinsics.resolver import Resolver
from compliance.intrinsics.values import (
    ABSENT,
    HOLE,
    Kind,
    Text,
    Token,
    Unknown,
    Value,
    concatenate,
    partition,
    referred,
    truth,
    whole,
)

__all__ = [
    "ABSENT",
    "HOLE",
    "Kind",
    "Resolver",
    "Text",
    "Token",
    "Unknown",
    "Value",
    "concatenate",
    "is_intrinsic",
    "partition",
    "referred",
    "truth",
    "whole",
]
