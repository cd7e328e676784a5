"""Statements to ask about, as a resource of a template has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compliance.assembly import Assembly, Template
from compliance.iam.statements import Statement, statements
from compliance.intrinsics import Resolver

Json = dict[str, Any]


def template(resources: Json | None = None, account: str = "") -> Template:
    """A template with a parameter of which nothing is known."""
    body = {"Parameters": {"Unset": {"Type": "String"}}, "Resources": resources or {}}
    return Template(name="t.json", path=Path("t.json"), body=body, account=account)


def policy(*bodies: Json) -> list[Statement]:
    """The statements of a queue's policy."""
    found = template(
        {
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {"PolicyDocument": {"Statement": list(bodies)}},
            },
            "Role": {"Type": "AWS::IAM::Role"},
        }
    )
    resolver = Resolver(found, Assembly(Path("t.json"), (found,), is_assembly=False))
    read = list(statements(found.resources["Policy"], resolver))
    assert all(isinstance(each, Statement) for each in read)
    return [each for each in read if isinstance(each, Statement)]


def statement(**elements: object) -> Statement:
    """The only statement of a policy."""
    (found,) = policy({"Effect": "Allow", "Action": "*", "Resource": "*", **elements})
    return found
