"""The models of a REST API, as schemas of an OpenAPI document.

A model is JSON Schema draft 4; OpenAPI 3.0 has most of it, in part under other names. What it
cannot say is left out, so that a schema may allow more than its model, and never less.

Facts: API Gateway Developer Guide, 'Data models for REST APIs'; OpenAPI Specification 3.0.3,
'Schema Object'; JSON Schema draft 4, 'Validation'.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from compliance.findings import SynthgateError
from compliance.intrinsics import Text, referred
from compliance.rules.base import show

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.rehearsal.routing import Api

Json = dict[str, Any]

MODEL: Final = "AWS::ApiGateway::Model"
PREFIX: Final = "#/components/schemas/"
BUILT_IN: Final[Mapping[str, Json]] = {
    "Empty": {"title": "Empty Schema", "type": "object"},
    "Error": {
        "title": "Error Schema",
        "type": "object",
        "properties": {"message": {"type": "string"}},
    },
}
"""What every REST API has without a resource of its own."""

_SAME: Final = frozenset(
    {
        "default",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "required",
        "title",
        "uniqueItems",
    }
)
_SAYS_NOTHING: Final = frozenset({"$schema", "id", "definitions"})


class Models:
    """The models of one API; those that are asked for are described."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._schemas: Json = {}
        self._by_name = {self._name(model): model for model in api.parts(MODEL)}

    def schemas(self) -> Json:
        """The schemas that were asked for, by name."""
        return dict(sorted(self._schemas.items()))

    def reference(self, model: object, user: Resource) -> str:
        """Where the document describes a model.

        Args:
            model: what names it, a value of the template.
            user: the resource that does.

        Raises:
            SynthgateError: the API has no such model.
        """
        resource = referred(model)
        name = self._name(resource) if resource is not None else show(model)
        return self._described(name, user)

    def _described(self, name: str, user: Resource) -> str:
        if name not in self._schemas:
            model = self._by_name.get(name)
            if model is None and name not in BUILT_IN:
                known = ", ".join(sorted({*self._by_name, *BUILT_IN}))
                raise SynthgateError(
                    f"{user.template.stack}/{user.logical_id}: the API has no model {name};"
                    f" it has {known}"
                )
            # Known by name before it is described: a model may refer to itself.
            self._schemas[name] = {}
            if model is None:
                self._schemas[name] = dict(BUILT_IN[name])
            else:
                self._describe(name, model)
        return PREFIX + name

    def _describe(self, name: str, model: Resource) -> None:
        schema = self._api.one(model, "Schema")
        if isinstance(schema, str):
            try:
                schema = json.loads(schema)
            except ValueError:
                schema = None
        if not isinstance(schema, Mapping):
            raise SynthgateError(
                f"{model.template.stack}/{model.logical_id}: Schema is no JSON object;"
                " write the model as one"
            )
        conversion = _Conversion(self, name, model)
        for part, definition in dict(schema.get("definitions", {})).items():
            self._schemas[f"{name}.{part}"] = conversion.schema(definition)
        self._schemas[name] = conversion.schema(schema)

    def _name(self, model: Resource) -> str:
        return self._api.text(model, "Name") or model.logical_id

    def target(self, reference: object, *, name: str, model: Resource) -> str | None:
        """What a `$ref` inside a model means in the document; `None` if that is not known.

        Args:
            reference: a text, or a value of the template that makes one.
            name: of the model that it stands in.
            model: its resource.
        """
        for value in self._api.context.of(model).values(reference):
            written = value.literal if isinstance(value, Text) else value
            if not isinstance(written, str):
                return None
            place, _, last = written.rpartition("/")
            if written == "#":
                return PREFIX + name
            if place == "#/definitions":
                return f"{PREFIX}{name}.{last}"
            if place.endswith("/models"):
                return self._described(last, model)
        return None


class _Conversion:
    """Converts the schemas inside one model."""

    def __init__(self, models: Models, name: str, model: Resource) -> None:
        self._models = models
        self._name = name
        self._model = model

    def schema(self, node: object) -> Json:
        """The schema that allows what `node` allows, and maybe more."""
        return self._schema(node)[0]

    def _schema(self, node: object) -> tuple[Json, bool]:
        """The schema, and whether it allows exactly what `node` allows."""
        if not isinstance(node, Mapping):
            return {}, False
        if "$ref" in node:
            # What stands beside it counts in neither of the two languages.
            target = self._models.target(node["$ref"], name=self._name, model=self._model)
            return ({"$ref": target}, False) if target else ({}, False)
        found: Json = {}
        exact = True
        for key, value in node.items():
            if key in _SAME:
                found[key] = value
            elif key not in _SAYS_NOTHING:
                part, same = self._keyword(key, value, node)
                exact = exact and same
                found |= {
                    name: [*found.get(name, []), *told] if name == "allOf" else told
                    for name, told in part.items()
                }
        return found, exact

    def _keyword(self, key: str, value: object, node: Mapping[str, object]) -> tuple[Json, bool]:
        """What a keyword becomes, and whether that says exactly as much."""
        match key, value:
            case "type", str() | list():
                return _types(value, node), True
            case "properties", Mapping():
                return self._properties(value)
            case "items", _:
                part, same = self._schema(value)
                return {key: part}, same
            case "additionalProperties", bool() | Mapping():
                return self._additional(value, node)
            case (("allOf" | "anyOf" | "oneOf"), list()):
                return self._combined(key, value)
            case _:
                # What is left out of a `not` would have it refuse more.
                part, same = self._schema(value) if key == "not" else ({}, False)
                return ({key: part}, True) if same else ({}, False)

    def _properties(self, value: Mapping[str, object]) -> tuple[Json, bool]:
        parts = {name: self._schema(part) for name, part in value.items()}
        told = {name: part for name, (part, _) in parts.items()}
        return {"properties": told}, all(same for _, same in parts.values())

    def _additional(self, value: object, node: Mapping[str, object]) -> tuple[Json, bool]:
        # Without the patterns, it would refuse the names that they allow.
        if "patternProperties" in node:
            return {}, False
        part, same = (value, True) if isinstance(value, bool) else self._schema(value)
        return {"additionalProperties": part}, same

    def _combined(self, key: str, value: list[object]) -> tuple[Json, bool]:
        found = [self._schema(part) for part in value]
        same = all(exact for _, exact in found)
        # One that allows more may allow what another does, and `oneOf` would refuse that.
        told = "anyOf" if key == "oneOf" and not same else key
        return {told: [part for part, _ in found]}, same


def _types(value: object, node: Mapping[str, object]) -> Json:
    """`type`, where OpenAPI 3.0 knows one name only, and `nullable` for null."""
    names = value if isinstance(value, list) else [value]
    nullable = {"nullable": True} if "null" in names else {}
    # An array has to say what is in it.
    found: list[Json] = [
        {"type": name, **({"items": {}} if name == "array" and "items" not in node else {})}
        for name in names
        if name != "null"
    ]
    if not found:
        return {"enum": [None], **nullable}
    found[0] |= nullable
    # Beside an `anyOf` of the model's own, it goes into the list that adds up.
    return found[0] if len(found) == 1 else {"allOf": [{"anyOf": found}]}
