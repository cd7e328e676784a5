"""Every intrinsic in every form: what of it a template alone decides."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.intrinsics import ABSENT, Kind, Text, Token, Unknown, is_intrinsic
from compliance.intrinsics.alternatives import MAX_ALTERNATIVES
from compliance.intrinsics.resolver import MAX_STEPS
from tests.compliance.intrinsics.resolving import resolver, shown, template

NO_VALUE = {"Ref": "AWS::NoValue"}
PARAMETERS = {
    "Parameters": {
        "Days": {"Type": "Number", "Default": 30},
        "Name": {"Type": "String", "Default": "items"},
        "Unset": {"Type": "String"},
        "List": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
        "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>", "Default": "subnet-1,subnet-2"},
        "UnsetList": {"Type": "CommaDelimitedList"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/items/name"},
        "Secret": {"Type": "String", "Default": "{{resolve:ssm:/items/name}}"},
        "Circle": {"Type": "String", "Default": {"Ref": "Circle"}},
        "Odd": "no object",
        "Untyped": {"Default": "x", "Type": ["String"]},
    },
    "Mappings": {
        "Retention": {
            "prod": {"Days": 400, "Names": ["a", "b"], "Stored": "{{resolve:ssm:/x}}"},
            "1": {"Days": 7},
        }
    },
}


def values(node: Any) -> list[object]:  # noqa: ANN401 - any JSON
    """What a value of a template with some parameters and mappings can be, ready to compare."""
    return shown(resolver(template(body=PARAMETERS)).values(node))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        # literals
        ("text", ["text"]),
        (7, [7]),
        (True, [True]),
        (1.5, [1.5]),
        (["a", {"Ref": "Table"}], [["a", {"Ref": "Table"}]]),
        ({"a": {"Ref": "Table"}}, [{"a": {"Ref": "Table"}}]),
        ({"Condition": "IsProd"}, [{"Condition": "IsProd"}]),
        ({"Ref": "Table", "More": 1}, [{"Ref": "Table", "More": 1}]),
        (None, [ABSENT]),
        # Ref
        ({"Ref": "Table"}, ["${Table}"]),
        ({"Ref": "Days"}, [30]),
        ({"Ref": "Name"}, ["items"]),
        ({"Ref": "List"}, [["a", "b", "c"]]),
        ({"Ref": "Subnets"}, [["subnet-1", "subnet-2"]]),
        ({"Ref": "Unset"}, ["?${Unset}"]),
        ({"Ref": "UnsetList"}, ["?${UnsetList}"]),
        ({"Ref": "Stored"}, ["?${Stored}"]),
        ({"Ref": "Secret"}, ["?${resolve:ssm:/items/name}"]),
        ({"Ref": "Circle"}, ["?${Circle}"]),
        ({"Ref": "Odd"}, ["?${Odd}"]),
        ({"Ref": "Untyped"}, ["x"]),
        ({"Ref": "Nothing"}, ["?${Nothing}"]),
        ({"Ref": ["Table"]}, ['?${Ref ["Table"]}']),
        ({"Ref": "AWS::NoValue"}, [ABSENT]),
        ({"Ref": "AWS::Partition"}, ["${AWS::Partition}"]),
        ({"Ref": "AWS::AccountId"}, ["${AWS::AccountId}"]),
        # Fn::GetAtt
        ({"Fn::GetAtt": ["Table", "Arn"]}, ["${Table.Arn}"]),
        ({"Fn::GetAtt": "Table.Stream.Arn"}, ["${Table.Stream.Arn}"]),
        ({"Fn::GetAtt": ["Nothing", "Arn"]}, ["?${Nothing.Arn}"]),
        ({"Fn::GetAtt": ["Table"]}, ['?${Fn::GetAtt ["Table"]}']),
        ({"Fn::GetAtt": "Table"}, ['?${Fn::GetAtt ["Table"]}']),
        ({"Fn::GetAtt": ["Table", {"Ref": "Name"}]}, ['?${Fn::GetAtt ["Table",{"Ref":"Name"}]}']),
        # Fn::If
        ({"Fn::If": ["IsProd", "a", "b"]}, ["a", "b"]),
        ({"Fn::If": ["IsProd", "a", "a"]}, ["a"]),
        ({"Fn::If": ["IsProd", {"Fn::Join": ["", ["a", "b"]]}, "ab"]}, ["ab"]),
        ({"Fn::If": ["IsProd", 1, True]}, [1, True]),
        ({"Fn::If": ["IsProd", "a", NO_VALUE]}, ["a", ABSENT]),
        (
            {"Fn::If": ["IsProd", {"Fn::If": ["IsEu", "a", "b"]}, {"Ref": "Unset"}]},
            ["a", "b", "?${Unset}"],
        ),
        ({"Fn::If": ["IsProd", "a"]}, ['?${Fn::If ["IsProd","a"]}']),
        # Fn::Join
        ({"Fn::Join": ["", ["*"]]}, ["*"]),
        ({"Fn::Join": ["-", ["a", 1, True, 1.5]]}, ["a-1-true-1.5"]),
        ({"Fn::Join": ["-", []]}, [""]),
        ({"Fn::Join": ["-", ["", ""]]}, ["-"]),
        ({"Fn::Join": ["-", ["a", NO_VALUE, "b"]]}, ["a-b"]),
        ({"Fn::Join": ["-", ["a", {"Fn::If": ["C", "b", NO_VALUE]}]]}, ["a-b", "a"]),
        ({"Fn::Join": ["-", ["a", {"Fn::If": ["C", "b", "c"]}, "d"]]}, ["a-b-d", "a-c-d"]),
        ({"Fn::Join": [",", {"Ref": "List"}]}, ["a,b,c"]),
        ({"Fn::Join": [",", [{"Ref": "List"}, "d"]]}, ["a,b,c,d"]),
        ({"Fn::Join": ["/", {"Fn::Split": ["-", "a-b"]}]}, ["a/b"]),
        (
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":x"]]},
            ["arn:${AWS::Partition}:x"],
        ),
        (
            {"Fn::Join": ["", [{"Fn::GetAtt": ["Table", "Arn"]}, "/index/*"]]},
            ["${Table.Arn}/index/*"],
        ),
        ({"Fn::Join": ["", [{"Fn::Join": ["-", ["a", "b"]]}, "c"]]}, ["a-bc"]),
        ({"Fn::Join": ["", [{"Ref": "Unset"}]]}, ["?${Unset}"]),
        ({"Fn::Join": ["", ["a", {"Ref": "Unset"}]]}, ["a${Unset}"]),
        ({"Fn::Join": ["", ["a", {"b": 1}]]}, ["?${unknown}"]),
        ({"Fn::Join": ["", {"Ref": "UnsetList"}]}, ['?${Fn::Join ["",{"Ref":"UnsetList"}]}']),
        ({"Fn::Join": ["", "text"]}, ['?${Fn::Join ["","text"]}']),
        ({"Fn::Join": [{"Ref": "Name"}, ["a"]]}, ['?${Fn::Join [{"Ref":"Name"},["a"]]}']),
        # Fn::Sub
        ({"Fn::Sub": "*"}, ["*"]),
        ({"Fn::Sub": "arn:${AWS::Partition}:s3:::x"}, ["arn:${AWS::Partition}:s3:::x"]),
        ({"Fn::Sub": "${Table.Arn}/index/*"}, ["${Table.Arn}/index/*"]),
        ({"Fn::Sub": "${Table}"}, ["${Table}"]),
        ({"Fn::Sub": "${Name}-${Days}"}, ["items-30"]),
        ({"Fn::Sub": "${ Name }"}, ["items"]),
        ({"Fn::Sub": "${!Name}-${Name}"}, ["${Name}-items"]),
        ({"Fn::Sub": "${Unset}"}, ["?${Unset}"]),
        ({"Fn::Sub": "${Nothing}-x"}, ["${Nothing}-x"]),
        ({"Fn::Sub": "$ {Name} $"}, ["$ {Name} $"]),
        ({"Fn::Sub": ["${A}-${Name}", {"A": "a"}]}, ["a-items"]),
        ({"Fn::Sub": ["${Name}", {"Name": "mine"}]}, ["mine"]),
        ({"Fn::Sub": ["${A}", {"A": {"Fn::Sub": "${Name}!"}}]}, ["items!"]),
        ({"Fn::Sub": ["${A}", {"A": {"Fn::If": ["C", "x", "y"]}}]}, ["x", "y"]),
        ({"Fn::Sub": ["${A}", {"A": ["list"]}]}, ["?${unknown}"]),
        ({"Fn::Sub": "${AWS::NoValue}"}, ["?${unknown}"]),
        ({"Fn::Sub": [{"Ref": "Name"}, {}]}, ['?${Fn::Sub [{"Ref":"Name"},{}]}']),
        # Fn::Select and Fn::Split
        ({"Fn::Select": [0, ["a", "b"]]}, ["a"]),
        ({"Fn::Select": ["1", ["a", "b"]]}, ["b"]),
        ({"Fn::Select": [1, {"Fn::Split": ["/", "a/b"]}]}, ["b"]),
        ({"Fn::Select": [1, {"Ref": "List"}]}, ["b"]),
        ({"Fn::Select": [0, [{"Fn::If": ["C", "x", "y"]}]]}, ["x", "y"]),
        ({"Fn::Select": [{"Fn::If": ["C", 0, 1]}, ["a", "b"]]}, ["a", "b"]),
        ({"Fn::Select": [2, ["a", "b"]]}, ['?${Fn::Select [2,["a","b"]]}']),
        ({"Fn::Select": [-1, ["a", "b"]]}, ['?${Fn::Select [-1,["a","b"]]}']),
        ({"Fn::Select": ["x", ["a"]]}, ['?${Fn::Select ["x",["a"]]}']),
        ({"Fn::Select": [0.5, ["a"]]}, ['?${Fn::Select [0.5,["a"]]}']),
        ({"Fn::Select": [float("inf"), ["a"]]}, ['?${Fn::Select [Infinity,["a"]]}']),
        ({"Fn::Select": [{"Ref": "Unset"}, ["a"]]}, ['?${Fn::Select [{"Ref":"Unset"},["a"]]}']),
        ({"Fn::Select": [0, {"Ref": "Unset"}]}, ['?${Fn::Select [0,{"Ref":"Unset"}]}']),
        ({"Fn::Select": [0]}, ["?${Fn::Select [0]}"]),
        ({"Fn::Split": ["/", "a/b/"]}, [["a", "b", ""]]),
        ({"Fn::Split": ["/", {"Fn::If": ["C", "a/b", "c"]}]}, [["a", "b"], ["c"]]),
        ({"Fn::Split": ["", "ab"]}, ['?${Fn::Split ["","ab"]}']),
        ({"Fn::Split": ["/", {"Ref": "Unset"}]}, ['?${Fn::Split ["/",{"Ref":"Unset"}]}']),
        # Fn::FindInMap
        ({"Fn::FindInMap": ["Retention", "prod", "Days"]}, [400]),
        ({"Fn::FindInMap": ["Retention", 1, "Days"]}, [7]),
        ({"Fn::FindInMap": ["Retention", "prod", "Names"]}, [["a", "b"]]),
        ({"Fn::FindInMap": ["Retention", "prod", "Stored"]}, ["?${resolve:ssm:/x}"]),
        (
            {"Fn::FindInMap": ["Retention", {"Fn::If": ["C", "prod", "1"]}, "Days"]},
            [400, 7],
        ),
        (
            {"Fn::FindInMap": ["Retention", "dev", "Days"]},
            ['?${Fn::FindInMap ["Retention","dev","Days"]}'],
        ),
        ({"Fn::FindInMap": ["Retention", {"Ref": "AWS::Region"}, "Days"]}, [400, 7]),
        (
            {"Fn::FindInMap": ["Retention", "prod", {"Ref": "AWS::Partition"}]},
            [400, ["a", "b"], "?${resolve:ssm:/x}"],
        ),
        ({"Fn::FindInMap": ["Retention", {"Ref": "AWS::Region"}, "Names"]}, [["a", "b"]]),
        (
            {"Fn::FindInMap": ["Retention", {"Ref": "AWS::Region"}, "None", {"DefaultValue": 14}]},
            [14],
        ),
        (
            {"Fn::FindInMap": ["Retention", {"Ref": "AWS::Region"}, "None"]},
            ['?${Fn::FindInMap ["Retention",{"Ref":"AWS::Region"},"None"]}'],
        ),
        (
            {"Fn::FindInMap": [{"Ref": "AWS::Region"}, "prod", "Days"]},
            ['?${Fn::FindInMap [{"Ref":"AWS::Region"},"prod","Days"]}'],
        ),
        (
            {"Fn::FindInMap": ["Retention", {"Fn::Sub": "x${AWS::Region}"}, "Days"]},
            ['?${Fn::FindInMap ["Retention",{"Fn::Sub":"x${AWS::Region}"},"Days"]}'],
        ),
        ({"Fn::FindInMap": ["Retention", "dev", "Days", {"DefaultValue": 14}]}, [14]),
        ({"Fn::FindInMap": ["Retention", "prod", "Days", {"DefaultValue": 14}]}, [400]),
        (
            {"Fn::FindInMap": ["Retention", {"Ref": "Unset"}, "Days", {"DefaultValue": 14}]},
            ['?${Fn::FindInMap ["Retention",{"Ref":"Unset"},"Days",{"DefaultValue":14}]}'],
        ),
        ({"Fn::FindInMap": ["Retention", "prod"]}, ['?${Fn::FindInMap ["Retention","prod"]}']),
        # the rest
        ({"Fn::ToJsonString": {"a": [1]}}, ['{"a": [1]}']),
        (
            {"Fn::ToJsonString": {"a": [1, {"Ref": "Table"}], "b": 2}},
            ['?${Fn::ToJsonString {"a":[1,{"Ref":"Table"}],"b":2}}'],
        ),
        ({"Fn::GetAZs": ""}, ['?${{"Fn::GetAZs":""}}']),
        ({"Fn::Base64": "a"}, ['?${{"Fn::Base64":"a"}}']),
        ({"Fn::Cidr": ["10.0.0.0/16", 1, 8]}, ['?${{"Fn::Cidr":["10.0.0.0/16",1,8]}}']),
        ({"Fn::Transform": {"Name": "X"}}, ['?${{"Fn::Transform":{"Name":"X"}}}']),
    ],
    ids=str,
)
def test_each_form_of_each_function(node: object, expected: list[object]) -> None:
    """A template says what it can; what it cannot say is unknown, and never raises."""
    found = values(node)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("{{resolve:ssm:/x}}", ["?${resolve:ssm:/x}"]),
        ("a-{{resolve:ssm:/x}}-b", ["a-${resolve:ssm:/x}-b"]),
        ("{{resolve:ssm:/x}}{{resolve:ssm:/y}}", ["${resolve:ssm:/x}${resolve:ssm:/y}"]),
        ({"Fn::Sub": "{{resolve:ssm:/${Name}/x}}"}, ["?${resolve:ssm:/items/x}"]),
        (
            {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Key"}, ":SecretString}}"]]},
            ["?${resolve:secretsmanager:${Key}:SecretString}"],
        ),
        (
            {"Fn::Sub": "${Table}-{{resolve:ssm:/${Key}}}-${Table.Arn}"},
            ["${Table}-${resolve:ssm:/${Key}}-${Table.Arn}"],
        ),
        ("{{resolve:ssm:/x", ["{{resolve:ssm:/x"]),
        ("a\0{{resolve:ssm:/x}}", ["a\ufffd${resolve:ssm:/x}"]),
    ],
    ids=str,
)
def test_a_dynamic_reference_is_unknown_wherever_it_stands(
    node: object, expected: list[object]
) -> None:
    """Whole, inside a string, and put together from parts, as CDK writes those to secrets."""
    assert values(node) == expected


def test_a_dynamic_reference_leaves_other_tokens_as_they_are() -> None:
    """What stands beside an unknown part is as specific as before."""
    (text,) = resolver().values({"Fn::Sub": "${Table}/{{resolve:ssm:/x}}/${Key.Arn}"})
    assert isinstance(text, Text)
    assert [(token.name, token.kind) for token in text.tokens] == [
        ("Table", Kind.RESOURCE),
        ("resolve:ssm:/x", Kind.UNKNOWN),
        ("Key.Arn", Kind.RESOURCE),
    ]
    assert text.unknown


def test_a_reference_carries_its_resource() -> None:
    """A rule can ask what a token stands for: resource and attribute."""
    here = template()
    (by_ref,) = resolver(here).values({"Ref": "Table"})
    (by_attribute,) = resolver(here).values({"Fn::Sub": "${Table.Arn}"})
    assert by_ref == Text((Token("Table", Kind.RESOURCE, here.resources["Table"]),))
    assert by_attribute == Text(
        (Token("Table.Arn", Kind.RESOURCE, here.resources["Table"], "Arn"),)
    )
    assert not by_ref.unknown


def test_account_and_region_are_literal_where_the_stack_knows_them() -> None:
    """A stack with an environment of its own has no token for it."""
    known = resolver(template(account="123456789012", region="eu-west-1"))
    assert known.values({"Fn::Sub": "${AWS::Region}:${AWS::AccountId}:${AWS::Partition}"}) == (
        Text(("eu-west-1:123456789012:", Token("AWS::Partition", Kind.PSEUDO))),
    )


@pytest.mark.parametrize(
    "node",
    [
        {"Fn::Select": [5, {"Fn::Split": [":", {"Fn::GetAtt": ["Table", "Arn"]}]}]},
        {"Fn::Select": [0, {"Fn::Split": ["/", {"Fn::Sub": "${AWS::StackId}"}]}]},
        {"Fn::Join": ["-", {"Fn::Split": ["/", {"Fn::GetAtt": ["Table", "Arn"]}]}]},
        {"Fn::Select": [0, {"Fn::Split": ["|", {"Fn::ImportValue": "Elsewhere"}]}]},
    ],
    ids=str,
)
def test_a_piece_of_something_specific_is_specific(node: object) -> None:
    """CDK takes names out of ARNs so; a piece of one table's ARN is no wildcard."""
    (found,) = resolver().values(node)
    assert isinstance(found, Text)
    assert not found.unknown


def test_two_pieces_are_two_names() -> None:
    """The same expression is the same text, another expression is another."""
    arn = {"Fn::GetAtt": ["Table", "Arn"]}
    first, again, other = (
        resolver().values({"Fn::Select": [index, {"Fn::Split": [":", arn]}]}) for index in (0, 0, 1)
    )
    assert [str(value) for value in first] == [str(value) for value in again]
    assert [str(value) for value in first] != [str(value) for value in other]


def test_a_reason_says_why_a_value_is_unknown() -> None:
    """Findings quote it."""
    reasons = [
        found.reason
        for node in (
            {"Ref": "Unset"},
            {"Ref": "Stored"},
            {"Ref": "Nothing"},
            {"Ref": "Circle"},
            {"Fn::GetAZs": ""},
            {"Fn::Select": [3, ["a"]]},
            {"Fn::Select": [0, {"Fn::Split": ["/", {"Ref": "Unset"}]}]},
            {"Fn::Split": ["/", ["a"]]},
            "{{resolve:ssm:/x}}",
        )
        for found in resolver(template(body=PARAMETERS)).values(node)
        if isinstance(found, Unknown)
    ]
    assert reasons == [
        "parameter Unset has no default",
        "parameter Stored is read from Parameter Store",
        "Ref Nothing names nothing in the template",
        "parameter Circle has a default that is no text",
        "Fn::GetAZs is decided at deploy time",
        "Fn::Select of element 3 of 1",
        "parameter Unset has no default",
        "Fn::Split of what is no text",
        "a dynamic reference is resolved at deploy time",
    ]


def both(*inner: object) -> object:
    """A condition over two values."""
    return {"Fn::If": ["C", *inner]}


def nested_conditions(depth: int, prefix: str = "") -> object:
    """Conditions in conditions, with a different text at each end."""
    if depth == 0:
        return prefix
    return both(
        nested_conditions(depth - 1, f"{prefix}a"), nested_conditions(depth - 1, f"{prefix}b")
    )


def test_as_many_alternatives_as_are_looked_at_are_kept() -> None:
    """Six conditions in one another are 64 values, each of them judged."""
    found = values(nested_conditions(6))
    assert len(found) == MAX_ALTERNATIVES
    assert found[0] == "aaaaaa"
    assert values({"Fn::Join": ["", [both("a", "b")] * 6]}) == found


@pytest.mark.parametrize(
    "node",
    [
        nested_conditions(7),
        {"Fn::Join": ["", [both("a", "b")] * 7]},
        {"Fn::Sub": ["${A}" * 7, {"A": both("a", "b")}]},
        {"Fn::FindInMap": [nested_conditions(3), nested_conditions(3), nested_conditions(3)]},
        {
            "Fn::Select": [
                {"Fn::If": ["C", 0, 1]},
                [nested_conditions(6), nested_conditions(6, "x")],
            ]
        },
    ],
    ids=["if", "join", "sub", "map", "select"],
)
def test_more_alternatives_end_as_unknown(node: object) -> None:
    """Conditions multiply; beyond the bound a value is unknown, and not looked at in part."""
    (found,) = resolver().values(node)
    assert isinstance(found, Unknown)
    assert found.reason == "more alternatives than are looked at one by one"


def test_functions_too_deep_in_one_another_end_as_unknown() -> None:
    """However deep a file nests, resolving ends."""
    node: object = "a"
    for _ in range(MAX_STEPS + 1):
        node = {"Fn::Join": ["", [node]]}
    (found,) = resolver().values(node)
    assert isinstance(found, Unknown)
    assert found.reason == "functions stand too deep in one another"


# -- ways to ask -----------------------------------------------------------------------------------


def test_one_is_the_value_or_unknown() -> None:
    """A value that hangs on a condition is not one value."""
    ask = resolver()
    assert ask.one("a") == "a"
    assert ask.one(both("a", "a")) == "a"
    assert isinstance(ask.one(both("a", "b")), Unknown)


def test_get_looks_through_intrinsics_on_the_way() -> None:
    """A property may hang on a condition at any level; what is not there is absent."""
    ask = resolver(template(body=PARAMETERS))
    node = {"A": both({"B": "x"}, {"B": both("y", NO_VALUE)})}
    assert ask.get(node, "A", "B") == ("x", "y", ABSENT)
    assert ask.get(node, "A", "C") == (ABSENT,)
    assert ask.get(node, "A", "B", "C") == (ABSENT,)
    assert ask.get({"A": NO_VALUE}, "A", "B") == (ABSENT,)
    assert shown(ask.get({"A": {"Ref": "Unset"}}, "A", "B")) == ["?${Unset}"]
    assert ask.get(node) == (node,)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("a", [("P", "a")]),
        (["a", "b"], [("P[0]", "a"), ("P[1]", "b")]),
        ([], []),
        (NO_VALUE, []),
        (["a", NO_VALUE, "b"], [("P[0]", "a"), ("P[2]", "b")]),
        (both("a", ["b", "c"]), [("P", "a"), ("P[0]", "b"), ("P[1]", "c")]),
        ([both("a", "b")], [("P[0]", "a"), ("P[0]", "b")]),
        ([both(["a", "b"], "c")], [("P[0][0]", "a"), ("P[0][1]", "b"), ("P[0]", "c")]),
        ({"a": 1}, [("P", {"a": 1})]),
        ({"Ref": "List"}, [("P[0]", "a"), ("P[1]", "b"), ("P[2]", "c")]),
        ({"Ref": "UnsetList"}, [("P", "?${UnsetList}")]),
    ],
    ids=str,
)
def test_items_are_placed(node: object, expected: list[tuple[str, object]]) -> None:
    """A list, or one element in a list's place; every alternative of each, with where it stands."""
    found = list(resolver(template(body=PARAMETERS)).items(node, "P"))
    assert [(place, *shown((value,))) for place, value in found] == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"Ref": "A"}, True),
        ({"Fn::Anything": 1}, True),
        ({"Ref": "A", "B": 1}, False),
        ({"Condition": "A"}, False),
        ({}, False),
        ("Ref", False),
        (["Ref"], False),
    ],
    ids=str,
)
def test_an_intrinsic_is_an_object_with_one_key(node: object, *, expected: bool) -> None:
    """Anything else is data."""
    assert is_intrinsic(node) is expected
