"""What is deployed is read for the review: every stack, and the stacks nested in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from compliance.assembly.model import Assembly, Template
from compliance.deployment import before
from compliance.deployment.errors import DeploymentError

TOPIC = {"Type": "AWS::SNS::Topic"}
INNER: dict[str, Any] = {"Resources": {"Topic": TOPIC}}
OUTER: dict[str, Any] = {"Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack"}}}


class Deployed:
    """CloudFormation with the stack `Shop` and what is nested in it."""

    def __init__(self, inner: object) -> None:
        self._inner = inner

    def get_template(self, **named: str) -> dict[str, object]:
        """The template of one of the two."""
        if isinstance(self._inner, Exception):
            raise self._inner
        return {"TemplateBody": OUTER if named["StackName"] == "Shop" else self._inner}

    def describe_stack_resource(self, **named: str) -> dict[str, Any]:
        """The nested stack's name."""
        assert named == {"StackName": "Shop", "LogicalResourceId": "Inner"}
        return {"StackResourceDetail": {"PhysicalResourceId": "Shop-Inner-1"}}


def assembly() -> Assembly:
    """One stack in another."""
    outer = Template("Shop.template.json", Path(), OUTER, stack="Shop", stack_name="Shop")
    inner = Template(
        "Inner.nested.template.json", Path(), INNER, stack="Inner", parent=outer.resources["Inner"]
    )
    return Assembly(Path(), (inner, outer), is_assembly=True)


@pytest.mark.parametrize(
    ("inner", "names"),
    [
        (INNER, []),
        ("Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n", []),
        ({"Resources": {}}, ["Inner.nested"]),
    ],
    ids=["same", "as YAML", "other"],
)
def test_nested_stacks_are_compared_too(inner: object, names: list[str]) -> None:
    """By the name that CloudFormation gave them."""
    review = before.changes(assembly(), {"Shop.template.json": Deployed(inner)})
    assert [template.name for template in review.templates] == names


def test_a_stack_that_is_not_deployed_is_new() -> None:
    """With all that is nested in it, whether it was asked for or is not there."""
    gone = ClientError(
        {"Error": {"Code": "ValidationError", "Message": "Stack Shop does not exist"}},
        "GetTemplate",
    )
    for clients in ({}, {"Shop.template.json": Deployed(gone)}):
        review = before.changes(assembly(), clients)
        assert [template.old for template in review.templates] == [None, None]


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetTemplate"),
        EndpointConnectionError(endpoint_url="https://example.com"),
    ],
    ids=["denied", "unreachable"],
)
def test_a_template_that_cannot_be_read(error: Exception) -> None:
    """It is not taken for a new stack."""
    with pytest.raises(DeploymentError, match="what is deployed cannot be read"):
        before.changes(assembly(), {"Shop.template.json": Deployed(error)})
