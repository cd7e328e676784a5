"""Values that other stacks hand over: resolved to what they are when the stack is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from compliance.intrinsics import Kind, Text, Token, Unknown
from tests.compliance.intrinsics.resolving import Json, resolver, shown, template

if TYPE_CHECKING:
    from compliance.assembly import Resource, Template

ARN: Json = {"Fn::GetAtt": ["Table", "Arn"]}
SHARED: Json = {"Value": ARN, "Export": {"Name": "Shared"}}
IMPORT: Json = {"Fn::ImportValue": "Shared"}


def producer(name: str = "producer.json", **more: Any) -> Template:  # noqa: ANN401 - fields of a template
    """A stack that exports its table's ARN, and has it as an output."""
    return template(name, body={"Outputs": {"Arn": SHARED}}, stack_name="Producer", **more)


def output(**more: object) -> Json:
    """What a weak reference to that output is, as CDK writes it."""
    return {"Fn::GetStackOutput": {"StackName": "Producer", "OutputName": "Arn", **more}}


def resources(values: tuple[Any, ...]) -> list[Resource | None]:
    """Resources of the tokens that values consist of."""
    return [value.tokens[0].resource for value in values]


@pytest.mark.parametrize("reference", [IMPORT, output()], ids=["import", "stack output"])
def test_a_value_of_another_stack_is_its_resource(reference: Json) -> None:
    """The producing resource is found, wherever it stands in the assembly."""
    source = producer()
    here = resolver(template("consumer.json"), source)
    (found,) = here.values(reference)
    assert found == Text((Token("Table.Arn", Kind.RESOURCE, source.resources["Table"], "Arn"),))
    assert shown(here.values({"Fn::Join": ["", [reference, "/index/*"]]})) == [
        "${Table.Arn}/index/*"
    ]


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        (IMPORT, "ImportValue:Shared"),
        ({"Fn::ImportValue": {"Fn::Sub": "${Table}-Arn"}}, "ImportValue:${Table}-Arn"),
        ({"Fn::ImportValue": {"Ref": "Gone"}}, "ImportValue:${Gone}"),
        ({"Fn::ImportValue": ["Shared"]}, 'ImportValue:["Shared"]'),
        (output(), 'GetStackOutput:{"OutputName":"Arn","StackName":"Producer"}'),
        ({"Fn::GetStackOutput": "Producer.Arn"}, 'GetStackOutput:"Producer.Arn"'),
        (
            {"Fn::GetStackOutput": {"StackName": {"Ref": "Table"}, "OutputName": "Arn"}},
            'GetStackOutput:{"OutputName":"Arn","StackName":{"Ref":"Table"}}',
        ),
    ],
    ids=str,
)
def test_a_value_from_outside_is_one_specific_token(reference: Json, name: str) -> None:
    """What is not in the assembly is opaque, and no wildcard."""
    assert resolver().values(reference) == (Text((Token(name, Kind.IMPORT),)),)


def test_an_output_that_the_stack_does_not_have_is_a_token() -> None:
    """The stack is here, the output is not."""
    (found,) = resolver(template(), producer()).values(
        {"Fn::GetStackOutput": {"StackName": "Producer", "OutputName": "Other"}}
    )
    assert found.tokens[0].kind is Kind.IMPORT


def test_an_imports_name_may_hang_on_a_condition() -> None:
    """Each branch is looked up for itself."""
    source = producer()
    found = resolver(template(), source).values(
        {"Fn::ImportValue": {"Fn::If": ["C", "Shared", "Other"]}}
    )
    assert shown(found) == ["${Table.Arn}", "${ImportValue:Other}"]


@pytest.mark.parametrize("reference", [IMPORT, output()], ids=["import", "stack output"])
def test_stages_do_not_mix(reference: Json) -> None:
    """Two stages export one name; each consumer gets the value of its own account and region."""
    dev = producer("dev.json", account="111111111111", region="eu-west-1")
    prod = producer("prod.json", account="222222222222", region="eu-west-1")
    other = producer("other.json", account="222222222222", region="us-east-1")
    consumer = template("c.json", account="222222222222", region="eu-west-1")
    found = resolver(consumer, dev, prod, other).values(reference)
    assert resources(found) == [prod.resources["Table"]]


def test_an_unknown_environment_may_be_any() -> None:
    """Where the consumer's account is not known, each producer is an alternative."""
    dev = producer("dev.json", account="111111111111")
    prod = producer("prod.json", account="222222222222")
    found = resolver(template("c.json"), dev, prod).values(IMPORT)
    assert resources(found) == [dev.resources["Table"], prod.resources["Table"]]


def test_a_stack_output_names_its_region() -> None:
    """A weak reference reaches into another region, and another account with a role."""
    here = template("c.json", account="111111111111", region="eu-west-1")
    there = producer("p.json", account="222222222222", region="us-east-1")
    ask = resolver(here, there)
    assert ask.values(output(Region="us-east-1"))[0].tokens[0].kind is Kind.IMPORT
    reference = output(Region="us-east-1", RoleArn="arn:aws:iam::222222222222:role/r")
    assert resources(ask.values(reference)) == [there.resources["Table"]]


# -- nested stacks ---------------------------------------------------------------------------------


def parent(parameters: Json | None = None) -> Template:
    """A stack with a nested stack in it."""
    inner = {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": parameters or {}}}
    return template(
        "parent.json",
        body={"Resources": {"Table": {"Type": "AWS::DynamoDB::Table"}, "Inner": inner}},
    )


def child(outer: Template, **body: Json) -> Template:
    """The nested stack's template."""
    return template("child.json", body=body, parent=outer.resources["Inner"])


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("String", ARN, ["${Table.Arn}"]),
        ("String", "text", ["text"]),
        ("String", {"Fn::If": ["C", "a", "b"]}, ["a", "b"]),
        ("CommaDelimitedList", "a,b", [["a", "b"]]),
        ("CommaDelimitedList", {"Fn::Join": [",", [ARN, "b"]]}, ["?${Given}"]),
        ("List<String>", {"Ref": "Nothing"}, ["?${Nothing}"]),
        ("String", [ARN], ['?${[{"Fn::GetAtt":["Table","Arn"]}]}']),
        ("AWS::SSM::Parameter::Value<String>", "/items/name", ["?${Given}"]),
    ],
)
def test_a_nested_stacks_parameter_is_what_its_parent_gives(
    kind: str, given: object, expected: list[object]
) -> None:
    """CDK hands references into nested stacks so, as parameters without a default."""
    outer = parent({"Given": given})
    inner = child(outer, Parameters={"Given": {"Type": kind}})
    assert shown(resolver(inner, outer).values({"Ref": "Given"})) == expected


def test_a_parameter_that_the_parent_does_not_give_has_its_default() -> None:
    """As in CloudFormation."""
    outer = parent()
    parameters = {"Set": {"Type": "String", "Default": "x"}, "Unset": {"Type": "String"}}
    inner = child(outer, Parameters=parameters)
    ask = resolver(inner, outer)
    assert shown((*ask.values({"Ref": "Set"}), *ask.values({"Ref": "Unset"}))) == ["x", "?${Unset}"]


def test_a_nested_stacks_output_is_its_resource() -> None:
    """The parent reads what the nested stack made."""
    outer = parent()
    inner = child(outer, Outputs={"Arn": {"Value": ARN}})
    (found,) = resolver(outer, inner).values({"Fn::GetAtt": ["Inner", "Outputs.Arn"]})
    assert found.tokens[0].resource is inner.resources["Table"]


@pytest.mark.parametrize("attribute", ["Outputs.Other", "Arn"])
def test_any_other_attribute_of_a_nested_stack_is_a_token(attribute: str) -> None:
    """An output that is not there, and what is no output, stay references to the nested stack."""
    outer = parent()
    inner = child(outer, Outputs={"Arn": {"Value": ARN}})
    (found,) = resolver(outer, inner).values({"Fn::GetAtt": ["Inner", attribute]})
    assert found.tokens[0].resource is outer.resources["Inner"]


# -- circles ---------------------------------------------------------------------------------------


def test_stacks_that_import_from_one_another_end_as_unknown() -> None:
    """CloudFormation refuses it; here it ends."""
    one = template("1.json", body={"Outputs": {"O": exported("one", {"Fn::ImportValue": "two"})}})
    two = template("2.json", body={"Outputs": {"O": exported("two", {"Fn::ImportValue": "one"})}})
    (found,) = resolver(one, two).values({"Fn::ImportValue": "one"})
    assert isinstance(found, Unknown)
    assert found.reason == "references between stacks run in a circle"


def test_a_parent_and_its_nested_stack_may_run_in_a_circle() -> None:
    """A parameter made of the output that is made of the parameter."""
    outer = parent({"Given": {"Fn::GetAtt": ["Inner", "Outputs.Back"]}})
    inner = child(
        outer,
        Parameters={"Given": {"Type": "String"}},
        Outputs={"Back": {"Value": {"Ref": "Given"}}},
    )
    (found,) = resolver(inner, outer).values({"Ref": "Given"})
    assert isinstance(found, Unknown)


def test_a_thicket_of_imports_ends_at_once() -> None:
    """Twenty exports that each hang on all the others twice are looked at once each."""
    names = [f"export-{number}" for number in range(20)]

    def tangle(rest: list[str]) -> object:
        first = {"Fn::ImportValue": rest[0]}
        return first if len(rest) == 1 else {"Fn::If": ["C", first, tangle(rest[1:])]}

    outputs = {f"O{index}": exported(name, tangle(names * 2)) for index, name in enumerate(names)}
    start = time.perf_counter()
    found = resolver(template(body={"Outputs": outputs})).values({"Fn::ImportValue": names[0]})
    assert any(isinstance(value, Unknown) for value in found)
    assert time.perf_counter() - start < 2


def exported(name: str, value: object) -> Json:
    """An output that is exported under a name."""
    return {"Value": value, "Export": {"Name": name}}
