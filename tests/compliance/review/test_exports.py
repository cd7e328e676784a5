"""Exports that change or go while other stacks import them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.review.changes import outcome
from compliance.review.exports import Imports
from compliance.review.model import Kind, TemplateReview
from compliance.review.reviewing import review
from compliance.review.sources import canonical_assembly
from tests.compliance.properties import patient
from tests.compliance.review.templates import of

Body = dict[str, Any]
Bodies = dict[str, Body]
ARN = "storage:TableArn"
CHANGE = "(export storage:TableArn), which cannot change"
REMOVAL = "(export storage:TableArn), which cannot be removed"
TABLE = of("AWS::DynamoDB::Table", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
OTHER_KEY = of("AWS::DynamoDB::Table", KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}])


def _output(value: Any, name: Any = ARN, **more: Any) -> Body:  # noqa: ANN401 - any JSON
    return {"Value": value, "Export": {"Name": name}, **more}


def _arn(logical_id: str) -> Body:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def _storage(table: Body = TABLE, *, called: str = "Table", **outputs: Body) -> Body:
    return {
        "Resources": {called: table},
        "Outputs": outputs or {"TableArn": _output(_arn(called))},
    }


def _importer(name: Any = ARN) -> Body:  # noqa: ANN401 - any JSON
    """A stack with a function that is told what another stack exports."""
    return {"Resources": {"F": of("AWS::Lambda::Function", Role={"Fn::ImportValue": name})}}


KEEPS_TO_ITSELF: Body = {"Resources": {"F": of("AWS::Lambda::Function", Role="r")}}


def _reviewed(old: Bodies, new: Bodies, name: str = "prod/Storage") -> TemplateReview:
    found = review(canonical_assembly(old), canonical_assembly(new))
    return next(template for template in found.templates if template.name == name)


def _reasons(old: Bodies, new: Bodies, name: str = "prod/Storage") -> list[str]:
    """What is said to fail, of the resources that change."""
    return [
        reason
        for change in _reviewed(old, new, name).changes
        for reason in change.reasons
        if "export " in reason
    ]


def test_a_replaced_resource_that_another_stack_imports_makes_the_deployment_fail() -> None:
    """Its ARN is another one, and CloudFormation changes no export that is in use."""
    api = _importer()
    found = _reviewed(
        {"prod/Storage": _storage(), "prod/Api": api},
        {"prod/Storage": _storage(OTHER_KEY), "prod/Api": api},
    )
    (change,) = found.changes
    assert change.reasons == (
        "Properties.KeySchema cannot change in place: it was 'id' and is 'key'",
        f"the deployment fails: Api imports its Arn {CHANGE} while it is in use",
    )
    assert found.failures == ()


def test_what_nobody_imports_changes_freely() -> None:
    """Nor does it matter that a stack of another environment imports that name, or this one."""
    itself = _storage()
    itself["Resources"]["F"] = _importer()["Resources"]["F"]
    changed = {**itself, "Resources": {**itself["Resources"], "Table": OTHER_KEY}}
    api = _importer()
    old = {"prod/Storage": itself, "prod/Api": KEEPS_TO_ITSELF, "dev/Api": api}
    assert _reasons(old, {**old, "prod/Storage": changed}) == []


def test_an_export_that_stands_for_the_same_may_be_imported() -> None:
    """A change in place, and a value that the template itself gives, change no export."""
    api = _importer()
    bigger = of("AWS::DynamoDB::Table", KeySchema=TABLE["Properties"]["KeySchema"], Tags=[1])
    old = {"prod/Storage": _storage(), "prod/Api": api}
    assert _reasons(old, {**old, "prod/Storage": _storage(bigger)}) == []
    assert _reviewed(old, {**old, "prod/Storage": _storage(bigger)}).failures == ()


def test_a_weak_reference_holds_nothing_fast() -> None:
    """`Fn::GetStackOutput` reads what is there when its stack is deployed."""
    output = {"StackName": "storage", "OutputName": "TableArn"}
    reader = {"Resources": {"F": of("AWS::Lambda::Function", Role={"Fn::GetStackOutput": output})}}
    old = {"prod/Storage": _storage(), "prod/Api": reader}
    assert _reasons(old, {**old, "prod/Storage": _storage(OTHER_KEY)}) == []


def test_a_renamed_resource_takes_its_export_along() -> None:
    """CDK names exports by logical ids: the old one goes, the new one does not exist yet."""
    old = {"prod/Storage": _storage(), "prod/Api": _importer()}
    new = {
        "prod/Storage": _storage(called="Items", ItemsArn=_output(_arn("Items"), "storage:Items")),
        "prod/Api": _importer("storage:Items"),
    }
    (change,) = _reviewed(old, new).changes
    assert change.kind is Kind.RENAMED
    assert change.reasons[-1] == (
        f"the deployment fails: Api imports its Arn {REMOVAL} until Api, which no longer does, is "
        "deployed: that takes a deployment of its own (CDK: exportValue)"
    )


def test_a_renamed_resource_under_the_same_export_is_another_value() -> None:
    """The name of the export stays; what it stands for does not."""
    api = _importer()
    assert _reasons(
        {"prod/Storage": _storage(), "prod/Api": api},
        {"prod/Storage": _storage(called="Items"), "prod/Api": api},
    ) == [f"the deployment fails: Api imports its Arn {CHANGE} while it is in use"]


def test_a_removed_resource_is_still_imported_where_it_is_deployed() -> None:
    """Two stacks import it no more, one is gone: each comes before the one that exports."""
    old = {
        "prod/Storage": _storage(),
        "prod/Api": _importer(),
        "prod/Jobs": _importer(),
        "prod/Old": _importer(),
    }
    new = {
        "prod/Storage": {"Resources": {}},
        "prod/Api": KEEPS_TO_ITSELF,
        "prod/Jobs": KEEPS_TO_ITSELF,
    }
    (reason,) = _reasons(old, new)
    assert reason == (
        f"the deployment fails: Api, Jobs and Old import its Arn {REMOVAL} until Api and Jobs, "
        "which no longer do, are deployed and Old, whose template is gone, is deleted: that takes "
        "a deployment of its own (CDK: exportValue)"
    )


def test_stacks_that_are_gone_import_until_they_are_deleted() -> None:
    """Their templates left the app, which deletes nothing; the output went with its last user."""
    old = {"prod/Storage": _storage(), "prod/Api": _importer(), "prod/Jobs": _importer()}
    (failure,) = _reviewed(old, {"prod/Storage": {"Resources": {"Table": TABLE}}}).failures
    assert failure == (
        f"the deployment fails: Api and Jobs import the Arn of Table {REMOVAL} until Api and Jobs, "
        "whose templates are gone, are deleted"
    )


def test_one_that_still_imports_holds_fast_whatever_others_do() -> None:
    """Deploying the others first does not help."""
    old = {"prod/Storage": _storage(), "prod/Api": _importer(), "prod/Jobs": _importer()}
    new = {**old, "prod/Storage": _storage(OTHER_KEY), "prod/Jobs": KEEPS_TO_ITSELF}
    assert _reasons(old, new) == [
        f"the deployment fails: Api and Jobs import its Arn {CHANGE} while it is in use"
    ]


def test_a_change_waits_for_the_last_import() -> None:
    """The export stays, so that nothing but the order of deployment is in the way."""
    old = {"prod/Storage": _storage(), "prod/Api": _importer()}
    new = {"prod/Storage": _storage(OTHER_KEY), "prod/Api": KEEPS_TO_ITSELF}
    (reason,) = _reasons(old, new)
    assert reason == (
        f"the deployment fails: Api imports its Arn {CHANGE} until Api, which no longer does, is "
        "deployed"
    )


def test_many_importing_stacks_are_counted() -> None:
    """The first are named."""
    apis = {f"prod/Api{number}": _importer() for number in range(7)}
    old, new = {"prod/Storage": _storage(), **apis}, {"prod/Storage": _storage(OTHER_KEY), **apis}
    (reason,) = _reasons(old, new)
    assert "Api0, Api1, Api2, Api3 and 3 more import its Arn" in reason


def test_an_output_that_goes_alone_is_told_of_the_template() -> None:
    """The resource stays as it is, or changes in place: the output is what fails."""
    api = _importer()
    old = {"prod/Storage": _storage(), "prod/Api": api}
    for table in (TABLE, {**TABLE, "DeletionPolicy": "Retain"}):
        new = {"prod/Storage": {"Resources": {"Table": table}}, "prod/Api": api}
        found = _reviewed(old, new)
        assert found.failures == (
            f"the deployment fails: Api imports the Arn of Table {REMOVAL} while it is in use",
        )
        assert [change.reasons for change in found.changes] == [()] * len(found.changes)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        pytest.param({"Ref": "Table"}, _arn("Table"), "the Ref of Table", id="another attribute"),
        pytest.param("Table.Arn", "other", "the output Out", id="a literal"),
        pytest.param({"Fn::GetAtt": "Table.Arn"}, "x", "the Arn of Table", id="the short form"),
        pytest.param({"Fn::Sub": "${Table.Arn}/a"}, "x", "the output Out", id="made of it"),
        pytest.param({"Ref": "Gone"}, "x", "the output Out", id="of nothing"),
    ],
)
def test_an_output_that_is_rewritten_is_told_of_the_template(
    old: Any,  # noqa: ANN401 - any JSON
    new: Any,  # noqa: ANN401 - any JSON
    what: str,
) -> None:
    """No resource changes."""
    api = _importer()
    found = _reviewed(
        {"prod/Storage": _storage(Out=_output(old)), "prod/Api": api},
        {"prod/Storage": _storage(Out=_output(new)), "prod/Api": api},
    )
    (failure,) = found.failures
    assert f"Api imports {what} (export storage:TableArn), which cannot change while" in failure


def test_a_value_made_of_a_replaced_resource_is_told_of_it() -> None:
    """By the output's key: it is no single attribute."""
    api = _importer()
    output = _output({"Fn::Sub": "${Table}/index/${AWS::Region}"})
    assert _reasons(
        {"prod/Storage": _storage(Out=output), "prod/Api": api},
        {"prod/Storage": _storage(OTHER_KEY, Out=output), "prod/Api": api},
    ) == [f"the deployment fails: Api imports the output Out {CHANGE} while it is in use"]


def test_what_may_be_replaced_may_fail() -> None:
    """Its provider decides."""
    old, new = (
        {
            "prod/Storage": {
                "Resources": {"Thing": of("Custom::Thing", A=value)},
                "Outputs": {"Thing": _output({"Ref": "Thing"})},
            },
            "prod/Api": _importer(),
        }
        for value in (1, 2)
    )
    assert _reasons(old, new) == [
        f"the deployment may fail: Api imports its Ref {CHANGE} while it is in use"
    ]


def _if(name: str) -> Body:
    function = of("AWS::Lambda::Function", Role={"Fn::If": ["A", {"Fn::ImportValue": name}, "r"]})
    return {"Resources": {"F": function}}


@pytest.mark.parametrize(
    ("importer", "condition"),
    [
        pytest.param(_if(ARN), {}, id="a branch"),
        pytest.param(
            {"Resources": {"F": {**_importer()["Resources"]["F"], "Condition": "A"}}},
            {},
            id="a resource with a condition",
        ),
        pytest.param(_importer(), {"Condition": "A"}, id="an output with a condition"),
    ],
)
def test_where_a_condition_decides_the_deployment_may_fail(importer: Body, condition: Body) -> None:
    """Whether the value is exported and imported, only the deployment knows."""
    output = _output(_arn("Table"), **condition)
    (reason,) = _reasons(
        {"prod/Storage": _storage(Out=output), "prod/Api": importer},
        {"prod/Storage": _storage(OTHER_KEY, Out=output), "prod/Api": importer},
    )
    assert reason.startswith("the deployment may fail: Api imports its Arn")


def test_a_condition_of_a_statement_decides_nothing() -> None:
    """An import beside it is certain, and so is one that stands twice."""
    statement = {"Condition": {"Bool": {"a": "b"}}, "Resource": {"Fn::ImportValue": ARN}}
    sure = of("AWS::IAM::ManagedPolicy", PolicyDocument={"Statement": [statement]})
    api = {"Resources": {**_if(ARN)["Resources"], "P": sure}}
    old = {"prod/Storage": _storage(), "prod/Api": api}
    (reason,) = _reasons(old, {**old, "prod/Storage": _storage(OTHER_KEY)})
    assert reason.startswith("the deployment fails: Api imports its Arn")


def test_another_condition_may_take_an_export_away() -> None:
    """One that comes, and one that is defined otherwise; one that goes takes nothing."""
    plain, decided = _output(_arn("Table")), _output(_arn("Table"), Condition="A")
    api = _importer()

    def storage(output: Body, right: int = 1) -> Bodies:
        body = _storage(Out=output) | {"Conditions": {"A": {"Fn::Equals": [1, right]}}}
        return {"prod/Storage": body, "prod/Api": api}

    expected = (
        f"the deployment may fail: Api imports the Arn of Table {CHANGE} while it is in use",
    )
    assert _reviewed(storage(plain), storage(decided)).failures == expected
    assert _reviewed(storage(decided), storage(decided, right=2)).failures == expected
    assert _reviewed(storage(decided), storage(plain)).failures == ()


@pytest.mark.parametrize(
    ("exported", "imported", "meets"),
    [
        ({"Fn::Join": ["-", ["a", "b"]]}, "a-b", True),
        ({"Fn::Sub": "${AWS::Region}-t"}, {"Fn::Sub": "${AWS::Region}-t"}, True),
        ({"Fn::Sub": "${AWS::StackName}-t"}, {"Fn::Sub": "${AWS::StackName}-t"}, False),
        ({"Fn::If": ["A", "a", "b"]}, "b", True),
        ({"Fn::Sub": "${Table}-t"}, {"Fn::Sub": "${Table}-t"}, False),
        (None, None, False),
        ([], {}, False),
        (7, 7, False),
    ],
)
def test_names_meet_where_every_stack_reads_them_alike(
    exported: Any,  # noqa: ANN401 - any JSON
    imported: Any,  # noqa: ANN401 - any JSON
    meets: bool,  # noqa: FBT001 - a parameter
) -> None:
    """The stack's own name is another one in each; what is no text names nothing."""
    api, output = _importer(imported), _output(_arn("Table"), exported)
    found = _reasons(
        {"prod/Storage": _storage(Out=output), "prod/Api": api},
        {"prod/Storage": _storage(OTHER_KEY, Out=output), "prod/Api": api},
    )
    assert bool(found) is meets


def test_an_export_may_move_to_another_output() -> None:
    """It is known by its name."""
    api = _importer()
    moved = _storage(Other=_output(_arn("Table")))
    old = {"prod/Storage": _storage(), "prod/Api": api}
    assert _reviewed(old, {**old, "prod/Storage": moved}).failures == ()


def test_a_stack_that_exports_cannot_be_deleted() -> None:
    """Unless those that import are gone, or import no more: they are deployed before that."""
    old = {"prod/Storage": _storage(), "prod/Api": _importer(), "prod/Jobs": _importer()}
    assert _reasons(old, {"prod/Api": _importer(), "prod/Jobs": KEEPS_TO_ITSELF}) == [
        f"the deletion of the stack fails: Api imports its Arn {REMOVAL} while it is in use"
    ]
    assert _reasons(old, {"prod/Api": KEEPS_TO_ITSELF}) == []
    assert _reasons(old, {}) == []


def test_a_new_export_is_in_use_by_nobody() -> None:
    """What is imported is what is deployed."""
    new = {"prod/Storage": _storage(OTHER_KEY), "prod/Api": _importer()}
    assert _reasons({}, new) == []
    without = {"Resources": {"Table": TABLE}}
    assert _reasons({"prod/Storage": without, "prod/Api": _importer()}, new) == []


NAMES = st.sampled_from(["a", "b", None, 7, {"Ref": "R"}, {"Fn::Sub": "a"}, ["a"], {"Fn::If": 1}])
VALUES = st.sampled_from(["x", None, {"Ref": "R"}, {"Fn::GetAtt": ["R", {}]}, {"Fn::Sub": 7}, [1]])
OUTPUTS = st.dictionaries(
    st.sampled_from("OP"),
    st.none()
    | st.lists(VALUES, max_size=1)
    | st.fixed_dictionaries(
        {},
        optional={
            "Value": VALUES,
            "Export": NAMES | st.fixed_dictionaries({"Name": NAMES}),
            "Condition": NAMES,
        },
    ),
    max_size=2,
)


@patient
@given(OUTPUTS, OUTPUTS, NAMES, NAMES)
def test_any_outputs_are_compared(
    old: Any,  # noqa: ANN401 - any JSON
    new: Any,  # noqa: ANN401 - any JSON
    was: Any,  # noqa: ANN401 - any JSON
    now: Any,  # noqa: ANN401 - any JSON
) -> None:
    """Whatever stands in them; and where nothing differs, nothing fails."""
    resources = {"R": of("AWS::SQS::Queue")}
    sides = tuple(
        canonical_assembly(
            {"A": {"Resources": resources, "Outputs": outputs}, "B": _importer(imported)}
        )
        for outputs, imported in ((old, was), (new, now))
    )
    (before, _), (after, _) = (side.templates for side in sides)
    found = outcome(before, after, imports=Imports(*sides))
    assert all(failure.startswith("the deployment") for failure in found.failures)
    assert outcome(before, before, imports=Imports(sides[0], sides[0])).failures == ()
