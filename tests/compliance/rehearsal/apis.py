"""REST APIs written by hand, as CloudFormation has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.assembly import Assembly, Template

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]

API: Json = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "things"}}
OF_API: Json = {"RestApiId": {"Ref": "Api"}}


def assembly(*resources: Mapping[str, Json]) -> Assembly:
    """An assembly with a template for each of these."""
    return Assembly(
        path=Path("cdk.out"),
        templates=tuple(
            Template(
                name=f"{index}.template.json",
                path=Path("cdk.out"),
                body={"Resources": dict(each)},
                stack=f"Stack{index}",
            )
            for index, each in enumerate(resources)
        ),
        is_assembly=True,
    )


def api(*methods: str, **more: Json) -> dict[str, Json]:
    """The resources of an API with these methods, such as `GET /things/{id}`.

    Args:
        methods: by method and path.
        more: resources beside them, or properties of the one method if `method` is given.
    """
    found: dict[str, Json] = {"Api": API}
    properties = more.pop("method", {})
    for number, method in enumerate(methods):
        verb, path = method.split()
        parent: Json = {"Fn::GetAtt": ["Api", "RootResourceId"]}
        for part in filter(None, path.split("/")):
            name = f"{parent.get('Ref', 'R')}{''.join(filter(str.isalnum, part))}"
            found[name] = {
                "Type": "AWS::ApiGateway::Resource",
                "Properties": {**OF_API, "ParentId": parent, "PathPart": part},
            }
            parent = {"Ref": name}
        found[f"Method{number}"] = {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                **OF_API,
                "HttpMethod": verb,
                "ResourceId": parent,
                "AuthorizationType": "NONE",
                **properties,
            },
        }
    return found | more


def model(schema: object, name: str = "Thing") -> Json:
    """A model of the API."""
    return {
        "Type": "AWS::ApiGateway::Model",
        "Properties": {**OF_API, "Name": name, "Schema": schema},
    }
