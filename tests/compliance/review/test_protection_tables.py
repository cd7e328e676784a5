"""Every row of both tables: each direction, the unknown, the property's existence."""

from __future__ import annotations

import math
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from compliance.intrinsics import ABSENT, Unknown
from compliance.review import exposure, protection
from compliance.review.exposure import added
from compliance.review.protection import removed
from compliance.review.weakening import (
    Flag,
    Key,
    Members,
    Number,
    Order,
    Ranks,
    Same,
    Setting,
    There,
    Tls,
)
from compliance.review.weakening.settings import _steps
from tests.compliance.review.noting import of_one

Json = Any
FOREIGN = ("AWS::Serverless::", "Custom::")
"""Types that CloudFormation's registry does not know."""
ROWS = [*exposure.TABLE.rows, *protection.TABLE.rows]
TYPES = sorted({*removed.SENTENCES, *added.SENTENCES})
LITERAL: dict[type[Order], tuple[Json, Json]] = {
    Key: ("arn:aws:kms:eu-west-1:123456789012:key/k", "alias/aws/x"),
    Tls: ("TLS_1_2", "TLS_1_0"),
    Same: ("one", "other"),
}
PARAMETER = {"sections": {"Parameters": {"P": {"Type": "String"}}}}


def values(order: Order) -> tuple[Json, Json]:
    """A strong and a weak value."""
    if isinstance(order, Flag):
        return order.safe, not order.safe
    if isinstance(order, Number):
        return (20, 2) if order.less_is_weaker else (2, 20)
    if isinstance(order, Ranks):
        return order.words[-1].split()[0], (order.words[0] or order.words[1]).split()[0]
    if isinstance(order, There):
        return ("there", ABSENT) if order.safe else (ABSENT, "there")
    if isinstance(order, Members):
        more, less = list(order.names) or ["a", "b"], ["a"]
        return (less, more) if order.grows else (more, less)
    return LITERAL[type(order)]


def named(row: Setting) -> str:
    """How a test of a row is called."""
    return f"{row.types.partition(' ')[0]} {row.path}"


def may_be_unknown(row: Setting) -> bool:
    """Whether there is a protection that can turn out to be unknown."""
    return not isinstance(row.order, Same) and values(row.order)[0] is not ABSENT


def standing(path: str, value: Json) -> Json:
    """Properties in which a value stands at a path."""
    found = value
    for step in reversed(_steps(path)):
        if step.key:
            found = {} if found is ABSENT else {step.key: found}
        elif step.says and found == {"Ref": "P"}:
            found = [found]
        elif step.says and found is not ABSENT:
            own = found if isinstance(found, dict) else {}
            found = [{**own, step.says[0]: step.says[1]}]
        elif step.each:
            found = [{**dict.fromkeys(step.each, "a"), **({} if found is ABSENT else found)}]
        elif found is not ABSENT:
            found = [found]
    return found if isinstance(found, dict) else {}


def sentences(row: Setting, said: list[str]) -> list[str]:
    """Those sentences that the row's own text begins, as far as no value stands in it."""
    return [sentence for sentence in said if sentence.startswith(head(row, row.weaker))]


def head(row: Setting, text: str) -> str:
    """A row's text up to the first value in it."""
    which = next((", ".join("a" for _ in step.each) for step in _steps(row.path) if step.each), "")
    return text.replace("{name}", "R").replace("{which}", which).partition("{")[0]


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_weaker_value_is_said(row: Setting) -> None:
    """What protects less, or opens more, is named in the row's own words."""
    strong, weak = (standing(row.path, value) for value in values(row.order))
    for kind in row.types.split():
        told = of_one(kind, strong, weak)
        assert sentences(row, told), (kind, told)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_stronger_value_is_not_said(row: Setting) -> None:
    """The same change the other way round is no news, unless any change is; nor is no change."""
    strong, weak = (standing(row.path, value) for value in values(row.order))
    for kind in row.types.split():
        assert bool(sentences(row, of_one(kind, weak, strong))) is isinstance(row.order, Same)
        assert of_one(kind, weak, dict(weak)) == []


@pytest.mark.parametrize("row", [row for row in ROWS if may_be_unknown(row)], ids=named)
def test_a_value_of_the_deployment_is_said(row: Setting) -> None:
    """A protection that was known, and is a parameter without a default now, may be none."""
    strong, _ = values(row.order)
    kind = row.types.split()[0]
    told = of_one(kind, standing(row.path, strong), standing(row.path, {"Ref": "P"}), **PARAMETER)
    assert any("only the deployment knows" in sentence or "{P}" in sentence for sentence in told)


@pytest.mark.parametrize("row", [row for row in ROWS if row.added], ids=named)
def test_a_new_resource_that_is_open_is_said(row: Setting) -> None:
    """What is new and open is exposure."""
    weakest = ["*"] if isinstance(row.order, Members) else values(row.order)[1]
    for kind in row.types.split():
        told = of_one(kind, None, standing(row.path, weakest))
        assert any(sentence.startswith(head(row, row.added)) for sentence in told), (kind, told)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_row_names_a_property_that_exists(row: Setting) -> None:
    """A path is one of CloudFormation's own schema: a misspelled one would never say anything."""
    for kind in row.types.split():
        if not kind.startswith(FOREIGN):
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
            assert exists(schema, schema, list(_steps(row.path))), (kind, row.path)


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_that_comes_or_goes_exists(kind: str) -> None:
    """The types of which only the coming or going is said are CloudFormation's."""
    if not kind.startswith(FOREIGN):
        assert PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind)


@pytest.mark.parametrize("kind", sorted(removed.SENTENCES))
def test_what_protected_and_is_gone_is_said(kind: str) -> None:
    """A resource that protects by being there is missed when it is gone, and not while it is."""
    assert of_one(kind, {}, None) == [f"R is removed: {removed.SENTENCES[kind]}"]
    assert of_one(kind, {}, {}) == []


@pytest.mark.parametrize("kind", sorted(added.SENTENCES))
def test_what_opens_a_way_by_being_there_is_said(kind: str) -> None:
    """A resource that opens a way is exposure when it comes, and none when it goes."""
    assert f"R is new: {added.SENTENCES[kind]}" in of_one(kind, None, {})
    assert of_one(kind, {}, None) == []


def test_defaults_are_values_of_their_order() -> None:
    """A default that its own order does not know would make every change undecided."""
    for table in (exposure.TABLE, protection.TABLE):
        for row in table.rows:
            default = row.order.default
            match row.order:
                case Flag():
                    assert isinstance(default, bool | Unknown), row.path
                case Number():
                    assert isinstance(default, int | float), row.path
                    assert not math.isnan(default)
                case Ranks(words=words):
                    known = [word for group in words for word in group.split()]
                    assert default in (*known, "") or isinstance(default, Unknown), row.path
                case _:
                    pass


def test_a_value_that_says_who_is_neither_weak_nor_strong() -> None:
    """Another role or function is for the reviewer to judge: none of them is open by itself."""
    assert not Same().is_open("anything")


def exists(schema: Json, node: Json, steps: list[Json]) -> bool:
    """Whether a path leads anywhere in a resource's schema."""
    while "$ref" in node:
        target = schema
        for key in node["$ref"].split("/")[1:]:
            target = target[key]
        node = target
    if not steps:
        return True
    step, *rest = steps
    if not step.key:
        return "items" in node and exists(schema, node["items"], rest)
    parts = [node, *(part for word in ("oneOf", "anyOf", "allOf") for part in node.get(word, []))]
    return any(
        exists(schema, part["properties"][step.key], rest)
        for part in parts
        if step.key in part.get("properties", {})
    )
