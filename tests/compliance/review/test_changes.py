"""What is paired with what, where it differs, and which change comes first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compliance.assembly.model import Template
from compliance.intrinsics import ABSENT
from compliance.review.canonical import mask
from compliance.review.changes import changes
from compliance.review.differences import MAX_ALIGNED, differing
from compliance.review.model import Difference, Kind, Replaced
from tests.compliance.review.templates import Body, of, only, template, told

SNAPSHOTS = Path(__file__).resolve().parents[3] / "snapshots"
HASHES = ("0" * 32, "1" * 32, "2" * 32)


def _path(found: Body, path: str) -> Body:
    return {**found, "Metadata": {"aws:cdk:path": path}}


def _places(old: Body, new: Body) -> list[str]:
    return [item.place for item in only({"A": old}, {"A": new}).differences]


def _names(old: Body, new: Body) -> list[tuple[Kind, str, str]]:
    return [
        (
            change.kind,
            change.old.logical_id if change.old else "",
            change.new.logical_id if change.new else "",
        )
        for change in told(old, new)
    ]


def test_a_snapshot_does_not_differ_from_itself() -> None:
    """Of every stack of the project."""
    files = sorted(SNAPSHOTS.rglob("*.template.json"))
    assert len(files) == 15
    for file in files:
        one, other = (
            Template(name=file.name, path=file, body=json.loads(file.read_text())) for _ in range(2)
        )
        assert changes(one, other) == ()


def test_the_smallest_differing_places_are_told() -> None:
    """Values are as they are written; what is the same beside them is left out."""
    found = only(
        {"A": of("AWS::SQS::Queue", VisibilityTimeout=1, RedrivePolicy={"a": 1, "b": 2})},
        {"A": of("AWS::SQS::Queue", VisibilityTimeout=1, RedrivePolicy={"a": 1, "b": 3})},
    )
    assert found.kind is Kind.CHANGED
    assert found.differences == (Difference("Properties.RedrivePolicy.b", 2, 3),)
    assert found.replaced is Replaced.NO


def test_an_inserted_statement_is_one_insertion() -> None:
    """And shifts none of the others, one of which differs too."""
    first = {"Sid": "First", "Effect": "Allow", "Action": "s3:GetObject"}
    last = {"Sid": "Last", "Effect": "Allow", "Action": ["a", "b"]}
    come = {"Sid": "New", "Effect": "Deny", "Action": "s3:*"}
    found = only(
        {"A": of("AWS::IAM::Policy", PolicyDocument={"Statement": [first, last]})},
        {
            "A": of(
                "AWS::IAM::Policy",
                PolicyDocument={"Statement": [first, come, {**last, "Action": ["a", "b", "c"]}]},
            )
        },
    )
    assert found.differences == (
        Difference("Properties.PolicyDocument.Statement[1]", ABSENT, come),
        Difference("Properties.PolicyDocument.Statement[2].Action[2]", ABSENT, "c"),
    )


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ([1, 2, 3], [1, 3], ["[1]"]),
        ([1, 2], [1, 5], ["[1]"]),
        (["a"], ["b", "a"], ["[0]"]),
        ([{"Key": "a", "Value": 1}], [{"Key": "b", "Value": 2}], ["[0]", "[0]"]),
        ([{"Key": "a", "Value": 1}], [{"Key": "b", "Value": 1}], ["[0].Key"]),
        ([{"A": 1, "B": 2}], [{"A": 1, "B": 3}], ["[0].B"]),
        ([], [{}], ["[0]"]),
        ([{"Sid": "a", "X": 1}, {"Sid": "b", "X": 1}], [{"Sid": "b", "X": 2}], ["[0]", "[0].X"]),
        ([[1]], [[2]], ["[0][0]"]),
        ({"Ref": "A"}, {"Ref": "B"}, [""]),
        ({"Fn::If": ["C", 1, 2]}, {"Fn::If": ["C", 1, 3]}, [".Fn::If[2]"]),
        ({"Fn::If": ["C", 1, 2]}, {"Fn::If": ["D", 1, 2]}, [""]),
        ({"Fn::If": ["C", 1]}, {"Fn::If": ["C", 2]}, [""]),
        (
            {"Fn::Join": ["", ["a", {"Ref": "A"}, "c"]]},
            {"Fn::Join": ["", ["b", {"Ref": "A"}, "d"]]},
            [".Fn::Join[1][0]", ".Fn::Join[1][2]"],
        ),
        (
            {"Fn::Join": ["", [{"Ref": "A"}, "c"]]},
            {"Fn::Join": ["", [{"Ref": "B"}, "c"]]},
            [".Fn::Join[1][0]"],
        ),
        ({"Fn::Join": ["", ["a", "b"]]}, {"Fn::Join": ["", ["a"]]}, [""]),
        ({"Fn::Join": ["", ["a"]]}, {"Fn::Join": ["-", ["b"]]}, [""]),
        ({"Fn::Join": ["", {"Ref": "A"}]}, {"Fn::Join": ["", {"Ref": "B"}]}, [""]),
        ({"Fn::GetAtt": "A.Arn"}, {"Fn::GetAtt": ["A", "Arn"]}, []),
        (1, True, [""]),
        (1, "1", [""]),
        ({}, [], [""]),
        (ABSENT, ABSENT, []),
        (ABSENT, None, [""]),
        (float("nan"), float("nan"), []),
    ],
)
def test_lists_are_aligned_and_references_are_whole(
    old: object, new: object, places: list[str]
) -> None:
    """An element that comes or goes shifts none; the inside of a reference is no place."""
    assert [item.place for item in differing(old, new)] == places


def test_long_lists_are_compared_in_turn() -> None:
    """Where aligning them would take too long, nothing is missed."""
    length = int(MAX_ALIGNED**0.5) + 10
    old = [f"a{index}" for index in range(length)]
    new = [f"b{index}" for index in range(length + 1)]
    assert len(list(differing(old, new))) == length + 1


def test_attributes_beside_the_properties_are_told() -> None:
    """A policy, a condition, what it waits for: not its order, nor whether it is a list."""
    old = {
        "Type": "AWS::SQS::Queue",
        "DependsOn": ["B", "C"],
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "UpdatePolicy": {"A": 1},
        "Metadata": {"cfn_nag": 1},
    }
    assert _places(
        old,
        {
            "Type": "AWS::SQS::Queue",
            "DependsOn": ["C", "B", "D"],
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Condition": "Yes",
            "Metadata": {"cfn_nag": 2},
        },
    ) == [
        "Condition",
        "DeletionPolicy",
        "DependsOn[2]",
        "Metadata.cfn_nag",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    ]
    assert told({"A": {**old, "DependsOn": "B"}}, {"A": {**old, "DependsOn": ["B"]}}) == ()
    assert told({"A": old}, {"A": {**old, "DependsOn": ["C", "B"]}}) == ()


def test_what_cdk_notes_is_told_only_when_nothing_else_differs() -> None:
    """A construct that moved is worth a line; beside another difference it is noise."""
    old = _path(of("AWS::SQS::Queue", A=1), "Stack/Queue/Resource")
    moved = _path(of("AWS::SQS::Queue", A=1), "Stack/Jobs/Resource")
    other = _path(of("AWS::SQS::Queue", A=2), "Stack/Jobs/Resource")
    assert _places(old, moved) == ["Metadata.aws:cdk:path"]
    assert _places(old, other) == ["Properties.A"]


def test_added_and_removed_are_told_without_differences() -> None:
    """They are whole."""
    assert _names({"A": of("AWS::SQS::Queue")}, {"B": of("AWS::SNS::Topic")}) == [
        (Kind.REMOVED, "A", ""),
        (Kind.ADDED, "", "B"),
    ]


def test_another_type_under_a_logical_id_is_refused() -> None:
    """CloudFormation takes no such template; one is removed and one added, and both say so."""
    found = told({"A": of("AWS::DynamoDB::Table")}, {"A": of("AWS::SQS::Queue")})
    assert [change.kind for change in found] == [Kind.REMOVED, Kind.ADDED]
    assert {"CloudFormation refuses" in change.reasons[0] for change in found} == {True}
    assert found[0].loss == "the table and all its items are deleted"


# -- redeployed ------------------------------------------------------------------------------------


def _versions(*hashes: str) -> Body:
    return {
        f"Version{one}": of("AWS::Lambda::Version", FunctionName={"Ref": "F"}, Description=one[:1])
        for one in hashes
    }


def test_a_content_hash_in_a_logical_id_makes_no_pair() -> None:
    """What is deployed is another thing, the version the same: its alias only follows."""
    alias = {"Alias": of("AWS::Lambda::Alias", FunctionName="f", FunctionVersion="v")}
    old, new = ({**_versions(one), **alias} for one in HASHES[:2])
    old["Alias"] = of("AWS::Lambda::Alias", FunctionVersion={"Ref": f"Version{HASHES[0]}"})
    new["Alias"] = of("AWS::Lambda::Alias", FunctionVersion={"Ref": f"Version{HASHES[1]}"})
    assert _names(old, new) == [
        (Kind.REDEPLOYED, f"Version{HASHES[0]}", f"Version{HASHES[1]}"),
    ]


def test_a_masked_hash_is_the_same_deployment() -> None:
    """Told when what stands in it differs, and only then."""
    old, same, other = (
        mask({"Resources": _versions(one)})["Resources"] for one in (*HASHES[:1] * 2, HASHES[1])
    )
    assert old.keys() == {"Version<hash>"}
    assert told(old, same) == ()
    found = only(old, other)
    assert (found.kind, found.replaced, found.loss) == (Kind.REDEPLOYED, Replaced.NO, "")
    assert found.differences == (Difference("Properties.Description", "0", "1"),)


def test_several_of_a_stem_are_paired_in_order() -> None:
    """Two versions of a function side by side; a third is added."""
    found = _names(_versions(*HASHES[:1]), _versions(*HASHES[1:]))
    assert found == [
        (Kind.ADDED, "", f"Version{HASHES[2]}"),
        (Kind.REDEPLOYED, f"Version{HASHES[0]}", f"Version{HASHES[1]}"),
    ]


def test_only_types_with_a_hash_are_redeployed() -> None:
    """Another type whose name ends alike, or a version with a name of its own, is no deployment."""
    old = {f"Table{HASHES[0]}": of("AWS::DynamoDB::Table", A=1), "V1": of("AWS::Lambda::Version")}
    new = {f"Table{HASHES[1]}": of("AWS::DynamoDB::Table", A=2)}
    assert {kind for kind, *_ in _names(old, new)} == {Kind.REMOVED, Kind.ADDED}


# -- renamed ---------------------------------------------------------------------------------------


def test_the_same_content_under_another_logical_id_is_renamed() -> None:
    """CloudFormation makes a new one: the data goes with the old one."""
    found = only(
        {"Old": of("AWS::DynamoDB::Table", BillingMode="PAY_PER_REQUEST")},
        {"New": of("AWS::DynamoDB::Table", BillingMode="PAY_PER_REQUEST")},
    )
    assert (found.kind, found.replaced) == (Kind.RENAMED, Replaced.YES)
    assert found.old
    assert (found.old.logical_id, found.resource.logical_id) == ("Old", "New")
    assert found.loss == "the table and all its items are deleted"
    assert found.differences == ()
    assert "another logical id is another resource" in found.reasons[0]


def test_a_fixed_name_makes_a_rename_fail() -> None:
    """The new one cannot be made while the old one has the name."""
    body = of("AWS::DynamoDB::Table", TableName="items")
    found = only({"Old": body}, {"New": body})
    assert found.reasons[1] == (
        "TableName is fixed ('items'): the deployment fails, because the name is taken until the "
        "old one is deleted"
    )


def test_the_same_construct_path_is_renamed_though_the_content_differs() -> None:
    """As when a logical id is overridden."""
    found = only(
        {"Old": _path(of("AWS::SQS::Queue", A=1), "S/Q/Resource")},
        {"New": _path(of("AWS::SQS::Queue", A=2), "S/Q/Resource")},
    )
    assert found.kind is Kind.RENAMED
    assert found.differences == (Difference("Properties.A", 1, 2),)


def test_a_renamed_subtree_is_paired_whole() -> None:
    """References inside of it differ everywhere, and make no difference."""

    def api(name: str) -> Body:
        return {
            name: of("AWS::ApiGateway::RestApi", Name="items"),
            f"{name}Items": of("AWS::ApiGateway::Resource", RestApiId={"Ref": name}, PathPart="i"),
            f"{name}Get": of(
                "AWS::ApiGateway::Method",
                RestApiId={"Ref": name},
                ResourceId={"Ref": f"{name}Items"},
                HttpMethod="GET",
            )
            | {"DependsOn": [f"{name}Items"]},
            f"{name}Put": of(
                "AWS::ApiGateway::Method",
                RestApiId={"Ref": name},
                ResourceId={"Fn::GetAtt": [name, "RootResourceId"]},
                HttpMethod="PUT",
            ),
        }

    found = told(api("Api"), api("Public"))
    assert [(change.kind, change.differences) for change in found] == [(Kind.RENAMED, ())] * 4
    # All of it is new: no name is taken.
    assert all(len(change.reasons) == 1 for change in found)


def test_what_is_alike_is_told_apart_by_its_references() -> None:
    """Two queues of the same content, each with what stands by it."""

    def queues(*names: str) -> Body:
        found: Body = {}
        for index, name in enumerate(names):
            found[name] = of("AWS::SQS::Queue")
            found[f"Alarm{name}"] = of(
                "AWS::CloudWatch::Alarm", Threshold=index, Queue={"Fn::Sub": f"${{{name}.Arn}}"}
            )
        return found

    pairs = {
        (change.old.logical_id, change.resource.logical_id)
        for change in told(queues("A", "B"), queues("Z", "Y"))
        if change.old
    }
    assert pairs == {("A", "Z"), ("B", "Y"), ("AlarmA", "AlarmZ"), ("AlarmB", "AlarmY")}


def test_what_is_alike_in_every_respect_keeps_with_its_own() -> None:
    """Any queue may be any other, but an alarm goes with its queue."""

    def queues(*names: str) -> Body:
        found: Body = {}
        for name in names:
            found[name] = of("AWS::SQS::Queue")
            found[f"Alarm{name}"] = of("AWS::CloudWatch::Alarm", Queue={"Ref": name})
        return found

    pairs = {
        change.old.logical_id: change.resource.logical_id
        for change in told(queues("A", "B", "C"), queues("X", "Z", "Y"))
        if change.old and change.kind is Kind.RENAMED
    }
    assert len(pairs) == 6
    assert all(pairs[f"Alarm{name}"] == f"Alarm{pairs[name]}" for name in "ABC")


def test_one_of_two_that_are_alike_is_not_guessed() -> None:
    """Two went and one came: which it is, nobody knows."""
    queue = of("AWS::SQS::Queue")
    assert _names({"A": queue, "B": queue}, {"C": queue}) == [
        (Kind.REMOVED, "A", ""),
        (Kind.REMOVED, "B", ""),
        (Kind.ADDED, "", "C"),
    ]


def test_as_many_that_are_alike_are_paired_in_order() -> None:
    """Any pairing is as good as another."""
    queue = of("AWS::SQS::Queue")
    assert _names({"B": queue, "A": queue}, {"D": queue, "C": queue}) == [
        (Kind.RENAMED, "A", "C"),
        (Kind.RENAMED, "B", "D"),
    ]


def test_a_moved_construct_is_found_by_where_its_neighbours_moved() -> None:
    """Its own content differs, so that nothing but its path tells."""
    old = {
        "JobsTable": _path(of("AWS::DynamoDB::Table", BillingMode="x"), "S/Jobs/Table/Resource"),
        "JobsQueue": _path(of("AWS::SQS::Queue", A=1), "S/Jobs/Queue/Resource"),
        "JobsOther": _path(of("AWS::SQS::Queue", A=5), "S/Jobs/Other/Resource"),
    }
    new = {
        "WorkTable": _path(of("AWS::DynamoDB::Table", BillingMode="x"), "S/Work/Table/Resource"),
        "WorkQueue": _path(of("AWS::SQS::Queue", A=2), "S/Work/Queue/Resource"),
        "WorkElse": _path(of("AWS::SQS::Queue", A=7), "S/Work/Else/Resource"),
    }
    assert _names(old, new) == [
        (Kind.RENAMED, "JobsQueue", "WorkQueue"),
        (Kind.RENAMED, "JobsTable", "WorkTable"),
        (Kind.REMOVED, "JobsOther", ""),
        (Kind.ADDED, "", "WorkElse"),
    ]


def test_neighbours_that_moved_apart_tell_nothing() -> None:
    """One went here and one there: the third may be anywhere."""
    old = {
        "A": _path(of("AWS::SQS::Queue", A=1), "S/X/A"),
        "B": _path(of("AWS::SQS::Queue", A=2), "S/X/B"),
        "C": _path(of("AWS::SQS::Queue", A=3), "S/X/C"),
    }
    new = {
        "D": _path(of("AWS::SQS::Queue", A=1), "S/Y/A"),
        "E": _path(of("AWS::SQS::Queue", A=2), "S/Z/B"),
        "F": _path(of("AWS::SQS::Queue", A=4), "S/Y/C"),
    }
    assert (Kind.REMOVED, "C", "") in _names(old, new)


def test_a_reference_to_what_is_renamed_is_no_difference() -> None:
    """Unless something cannot change in place because of it."""
    old = {
        "Old": of("AWS::SNS::Topic", DisplayName="d"),
        "Function": of("AWS::Lambda::Function", Environment={"T": {"Ref": "Old"}}, M=1)
        | {"DependsOn": "Old"},
        "Subscription": of("AWS::SNS::Subscription", TopicArn={"Ref": "Old"}),
    }
    new = json.loads(json.dumps(old).replace('"Old"', '"New"'))
    found = {change.resource.logical_id: change for change in told(old, new)}
    assert found.keys() == {"New", "Subscription"}
    assert found["Subscription"].differences == ()
    assert found["Subscription"].replaced is Replaced.YES
    new["Function"]["Properties"]["M"] = 2
    found = {change.resource.logical_id: change for change in told(old, new)}
    assert [item.place for item in found["Function"].differences] == ["Properties.M"]


def test_differences_show_references_as_they_were_written() -> None:
    """The old name of what is renamed, where the value differs otherwise too."""
    old = {"Old": of("AWS::SNS::Topic"), "A": of("AWS::SQS::Queue", B={"Fn::Sub": "x-${Old}"})}
    new = {"New": of("AWS::SNS::Topic"), "A": of("AWS::SQS::Queue", B={"Fn::Sub": "y-${New}"})}
    (changed,) = [change for change in told(old, new) if change.kind is Kind.CHANGED]
    assert changed.differences == (
        Difference("Properties.B", {"Fn::Sub": "x-${Old}"}, {"Fn::Sub": "y-${New}"}),
    )


def test_variables_of_a_text_are_no_references() -> None:
    """A variable that has the name of what is renamed is another thing."""
    old = {
        "Old": of("AWS::SNS::Topic"),
        "A": of("AWS::SQS::Queue", B={"Fn::Sub": ["${Old}", {"Old": "x"}]}),
    }
    new = {
        "New": of("AWS::SNS::Topic"),
        "A": of("AWS::SQS::Queue", B={"Fn::Sub": ["${New}", {"New": "x"}]}),
    }
    assert [change.kind for change in told(old, new)] == [Kind.RENAMED, Kind.CHANGED]


# -- conditions ------------------------------------------------------------------------------------


def test_a_condition_that_comes_may_take_the_resource_away() -> None:
    """Where it is false, the resource is removed."""
    table = of("AWS::DynamoDB::Table")
    found = only({"A": table}, {"A": {**table, "Condition": "IsProd"}})
    assert found.replaced is Replaced.NO
    assert found.reasons == (
        "it is removed where its condition IsProd is false and was not before",
    )
    assert found.loss == (
        "the table and all its items are deleted, where the condition IsProd is false"
    )
    assert only({"A": {**table, "Condition": "IsProd"}}, {"A": table}).loss == ""


def test_another_definition_of_a_condition_is_told_of_its_resources() -> None:
    """Their own declarations are the same."""
    body = {**of("AWS::S3::Bucket"), "Condition": "Yes", "DeletionPolicy": "Retain"}
    old, new = (
        template({"A": body, "B": of("AWS::SQS::Queue")}, Conditions={"Yes": found})
        for found in ({"Fn::Equals": [1, 1]}, {"Fn::Equals": [1, 2]})
    )
    (found,) = changes(old, new)
    assert found.resource.logical_id == "A"
    assert found.differences == (
        Difference("Conditions.Yes", {"Fn::Equals": [1, 1]}, {"Fn::Equals": [1, 2]}),
    )
    assert found.kept == "DeletionPolicy keeps the old one, outside of the stack"
    assert found.loss == ""


# -- stacks that go --------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot", 7])
@pytest.mark.parametrize("kind", ["AWS::KMS::Key", "AWS::RDS::DBCluster", "AWS::IAM::Role"])
def test_what_goes_with_its_stack_goes_as_it_would_alone(kind: str, policy: object) -> None:
    """The same `DeletionPolicy` decides."""
    gone = {**of(kind), "DeletionPolicy": policy}
    stays = {"Stays": of("AWS::SNS::Topic")}
    alone = only({"A": gone, **stays}, stays)
    (with_stack,) = changes(template({"A": gone}), None)
    assert alone.kind is with_stack.kind is Kind.REMOVED
    assert (alone.loss, alone.kept) == (with_stack.loss, with_stack.kept)
    assert (alone.reasons, alone.differences) == (with_stack.reasons, with_stack.differences)
    assert bool(alone.kept) == (str(policy).startswith("Retain") or "snapshot" in alone.kept)


# -- order -----------------------------------------------------------------------------------------


def test_the_gravest_comes_first() -> None:
    """Data that is lost, then what is made anew, then the rest."""
    table, bucket, role = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::IAM::Role"
    old = {
        "Replaced1": of(table, TableName="a"),
        "Removed2": of(table, A=2),
        "Maybe3": of("AWS::RDS::DBInstance", Engine="mysql"),
        "Replaced4": of(role, Path="/a/"),
        "Removed5": of(role, A=5),
        "Maybe6": of("Custom::Thing", A=1),
        "Old": of(role, Path="/renamed/"),
        "Changed8": of(bucket, A=1),
        f"V{HASHES[0]}": of("AWS::Lambda::Version"),
    }
    new = {
        "Added9": of(role, Path="/added/"),
        f"V{HASHES[1]}": of("AWS::Lambda::Version"),
        "Changed8": of(bucket, A=2),
        "Renamed7": of(role, Path="/renamed/"),
        "Maybe6": of("Custom::Thing", A=2),
        "Replaced4": of(role, Path="/b/"),
        "Maybe3": of("AWS::RDS::DBInstance", Engine="mariadb"),
        "Replaced1": of(table, TableName="b"),
    }
    assert [change.resource.logical_id for change in told(old, new)] == [
        "Replaced1",
        "Removed2",
        "Maybe3",
        "Replaced4",
        "Removed5",
        "Maybe6",
        "Renamed7",
        "Changed8",
        "Added9",
        f"V{HASHES[1]}",
    ]


def test_data_that_is_lost_comes_before_what_is_left_behind() -> None:
    """Also when it is only removed."""
    table = of("AWS::DynamoDB::Table", TableName="a")
    old = {"A": {**table, "UpdateReplacePolicy": "Retain"}, "B": table, "C": of("AWS::SNS::Topic")}
    new = {
        "A": {**of("AWS::DynamoDB::Table", TableName="b"), "UpdateReplacePolicy": "Retain"},
        "C": of("AWS::SNS::Topic", TopicName="t"),
    }
    found = [(change.resource.logical_id, bool(change.kept)) for change in told(old, new)]
    assert found == [("C", False), ("B", False), ("A", True)]


def test_the_cause_comes_before_what_follows_from_it() -> None:
    """What is replaced by a value of its own, then what refers to it, whatever their names."""
    vpc, subnet, group = "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"

    def network(cidr: str) -> Body:
        return {
            "AGroup": of(group, GroupDescription="d", VpcId={"Ref": "Vpc"}),
            "BSubnet": of(subnet, CidrBlock="10.0.0.0/24", VpcId={"Ref": "Vpc"}),
            "CRole": of("AWS::IAM::Role", Path=f"/{cidr[:4]}/"),
            "DProvided": of("Custom::Thing", Vpc={"Ref": "Vpc"}),
            "EProvided": of("Custom::Thing", Cidr=cidr),
            "Vpc": of(vpc, CidrBlock=cidr),
            "WSubnet": of(subnet, CidrBlock=cidr, VpcId={"Ref": "Vpc"}),
        }

    found = told(network("10.0.0.0/16"), network("11.0.0.0/16"))
    assert [change.resource.logical_id for change in found] == [
        "CRole",
        "Vpc",
        "WSubnet",
        "AGroup",
        "BSubnet",
        "EProvided",
        "DProvided",
    ]


def test_a_loss_comes_first_though_it_follows() -> None:
    """What is gone for good is graver than where it comes from."""
    old, new = (
        {
            "Cause": of("AWS::RDS::DBSubnetGroup", DBSubnetGroupName=name, SubnetIds=["a"]),
            "Data": of("AWS::RDS::DBInstance", DBSubnetGroupName={"Ref": "Cause"})
            | {"UpdateReplacePolicy": "Delete"},
        }
        for name in ("one", "two")
    )
    assert [change.resource.logical_id for change in told(old, new)] == ["Data", "Cause"]
