"""The methods of a REST API: what a lone template cannot show, because it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compliance.assembly import Assembly, Template
from compliance.config import Config
from compliance.rules.api import methods
from compliance.rules.base import Context


def paths(depth: int, end: Any) -> list[str | None]:  # noqa: ANN401 - any JSON
    """The path of a method under so many resources in one another."""
    api = {"Type": "AWS::ApiGateway::RestApi"}
    inner = {
        f"R{index}": {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {"PathPart": "a", "ParentId": {"Ref": f"R{index - 1}"} if index else end},
        }
        for index in range(depth)
    }
    method = {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Ref": f"R{depth - 1}"}},
    }
    body = {"Resources": {"Api": api, "Method": method, **inner}}
    template = Template(name="t", path=Path("t"), body=body)
    context = Context(Assembly(Path("t"), (template,), is_assembly=False), Config())
    found = methods.of_api(template.resources["Api"], context)
    return [method.path for method in found if isinstance(method, methods.Method)]


def test_a_path_is_told_however_deep_it_is() -> None:
    """Up to a depth that no API has."""
    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    assert paths(2, root) == ["/a/a"]
    assert paths(methods.MAX_DEPTH, root) == ["/a" * methods.MAX_DEPTH]
    assert paths(methods.MAX_DEPTH + 1, root) == [None]


def test_a_circle_of_resources_has_no_path() -> None:
    """CloudFormation refuses it, and here it ends."""
    assert paths(2, {"Ref": "R1"}) == [None]
