"""What is replaced, through the values of other resources, and why."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.review.changes import changes
from compliance.review.model import Change, Kind, Replaced
from tests.compliance.review.templates import Body, of, only, template, told

TOPIC = "AWS::SNS::Topic"
VPC = {"Vpc": of("AWS::EC2::VPC", CidrBlock="10.0.0.0/16")}
OTHER_VPC = {"Vpc": of("AWS::EC2::VPC", CidrBlock="10.1.0.0/16")}


def _named(old: Any, new: Any, beside: Body | None = None, **sections: Any) -> Change:  # noqa: ANN401 - JSON
    """Return what happens to a topic that has one name and then another."""
    before, after = ({"Topic": of(TOPIC, TopicName=name), **(beside or {})} for name in (old, new))
    (found,) = changes(template(before, **sections), template(after, **sections))
    return found


def _beside(body: Body, old: Body, new: Body) -> Change | None:
    """Return what happens to a resource because of the others."""
    found = told({"It": body, **old}, {"It": body, **new})
    return next((change for change in found if change.resource.logical_id == "It"), None)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("a", "b", "it was 'a' and is 'b'"),
        ("a" * 60, "b", "its value changes"),
        ("a", {"Ref": "Name"}, "it was 'a' and is ${Name}, which only the deployment knows"),
        (
            {"Ref": "Name"},
            {"Ref": "Other"},
            "it was ${Name} and is ${Other}, which only the deployment knows",
        ),
        ({"Fn::Sub": "a-${Name}"}, {"Fn::Sub": "b-${Name}"}, "it was a-${Name} and is b-${Name}"),
        (
            {"Fn::Sub": "a-${AWS::Region}"},
            "a-us-east-1",
            "it was a-${AWS::Region} and is 'a-us-east-1', which only the deployment knows",
        ),
        (
            "a",
            {"Fn::GetAtt": ["Kept", "QueueName"]},
            "it was 'a' and is ${Kept.QueueName}, which only the deployment knows",
        ),
        (
            {"Ref": "Kept"},
            {"Fn::GetAtt": ["Kept", "Arn"]},
            "it was ${Kept} and is ${Kept.Arn}",
        ),
        (
            {"Fn::If": ["C", "a", "b"]},
            {"Fn::If": ["C", "a", "c"]},
            "it was 'b' and is 'c', as C decides",
        ),
        ({"Fn::If": ["C", "a", "b"]}, {"Fn::If": ["C", "x", "y"]}, "it was 'a' and is 'x'"),
        (
            {"Fn::If": ["C", "a", "b"]},
            {"Fn::If": ["D", "a", "c"]},
            "a condition, or the region, decides its value",
        ),
        (
            {"Fn::ImportValue": "a"},
            {"Fn::ImportValue": "b"},
            "it was ${ImportValue:a} and is ${ImportValue:b}, which only the deployment knows",
        ),
        (
            {"Fn::FindInMap": ["M", "a", "b"]},
            {"Fn::FindInMap": ["M", "a", "c"]},
            "it was '1' and is '2'",
        ),
    ],
)
def test_another_value_is_told_as_it_is_read(old: Any, new: Any, reason: str) -> None:  # noqa: ANN401 - JSON
    """Certain where the values are sure to differ, else perhaps."""
    found = _named(
        old,
        new,
        {"Kept": of("AWS::SQS::Queue")},
        Parameters={"Name": {"Type": "String", "Default": "a"}, "Other": {"Type": "String"}},
        Mappings={"M": {"a": {"b": "1", "c": "2"}}},
    )
    perhaps = any(word in reason for word in ("deployment", "decides"))
    assert found.replaced is (Replaced.MAYBE if perhaps else Replaced.YES)
    assert found.reasons == (f"Properties.TopicName cannot change in place: {reason}",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"Fn::Join": ["-", ["a", "b"]]}, "a-b"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}]]}, {"Fn::Sub": "a-${Name}"}),
        (
            {"Ref": "AWS::NoValue"},
            {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}]},
        ),
        ({"Fn::If": ["C", "a", 1]}, {"Fn::If": ["C", "a", "1"]}),
        ({"Fn::FindInMap": ["M", "a", "b"]}, "1"),
        ("1", {"Fn::FindInMap": ["M", "a", "b"]}),
        ("true", True),
    ],
)
def test_the_same_value_written_otherwise_replaces_nothing(old: Any, new: Any) -> None:  # noqa: ANN401 - JSON
    """It is told as a difference, no more."""
    found = _named(
        old,
        new,
        Parameters={"Name": {"Type": "String"}},
        Mappings={"M": {"a": {"b": "1"}}},
    )
    assert (found.kind, found.replaced, found.reasons) == (Kind.CHANGED, Replaced.NO, ())


def test_a_property_that_comes_or_goes_replaces() -> None:
    """A name given to what had one of CloudFormation's own is another name."""
    found = only({"A": of(TOPIC)}, {"A": of(TOPIC, TopicName="a")})
    assert found.reasons == (
        "Properties.TopicName cannot change in place: it was absent and is 'a'",
    )
    assert only({"A": of(TOPIC, TopicName="a")}, {"A": of(TOPIC)}).replaced is Replaced.YES


def test_a_name_with_what_is_made_anew_is_another_name() -> None:
    """No text that was written out before can be the name of what did not exist."""
    found = {
        change.resource.logical_id: change
        for change in told(
            {"A": of(TOPIC, TopicName="a")},
            {
                "A": of(TOPIC, TopicName={"Fn::GetAtt": ["Queue", "QueueName"]}),
                "Queue": of("AWS::SQS::Queue"),
            },
        )
    }
    assert found["A"].replaced is Replaced.YES


@pytest.mark.parametrize(
    ("body", "replaced"),
    [
        (of("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}), Replaced.YES),
        (of("AWS::EC2::Subnet", VpcId={"Fn::GetAtt": "Vpc.VpcId"}), Replaced.YES),
        (of("AWS::EC2::Subnet", VpcId={"Fn::Sub": "${Vpc}"}), Replaced.YES),
        (of("AWS::EC2::Subnet", VpcId={"Fn::If": ["C", {"Ref": "Vpc"}, "v"]}), Replaced.YES),
        (
            of("AWS::EC2::Subnet", AvailabilityZone={"Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"]}),
            Replaced.MAYBE,
        ),
        (of("AWS::EC2::Subnet", CidrBlock={"Fn::GetAtt": ["Vpc", "CidrBlock"]}), Replaced.MAYBE),
        (of("AWS::EC2::Subnet", Tags=[{"Key": "a", "Value": {"Ref": "Vpc"}}]), None),
        (of("AWS::Lambda::Function", VpcConfig={"SubnetIds": [{"Ref": "Vpc"}]}), None),
        (of("Custom::Thing", ServiceToken="t", Vpc={"Ref": "Vpc"}), Replaced.MAYBE),
        (of("Custom::Thing", ServiceToken={"Ref": "Vpc"}), Replaced.YES),
        (of("Vendor::Of::Thing", Vpc={"Ref": "Vpc"}), Replaced.MAYBE),
        (of("AWS::Serverless::Function", Vpc={"Ref": "Vpc"}), Replaced.MAYBE),
    ],
)
def test_a_reference_to_what_is_replaced_counts(body: Body, replaced: Replaced | None) -> None:
    """Where it stands in a place that cannot change; nothing is told of the others."""
    found = _beside(body, VPC, OTHER_VPC)
    assert (found.replaced if found else None) is replaced
    assert found is None or (found.kind is Kind.CHANGED and found.differences == ())


def test_what_the_template_itself_gives_stays_the_same() -> None:
    """A new network with the same range: nothing that asks for the range changes."""
    old, new = (
        {"Vpc": of("AWS::EC2::VPC", CidrBlock="10.0.0.0/16", Ipv4IpamPoolId=pool)} for pool in "ab"
    )
    body = of("AWS::EC2::Subnet", CidrBlock={"Fn::GetAtt": ["Vpc", "CidrBlock"]})
    assert _beside(body, old, new) is None


def test_a_value_that_another_resource_hands_over_changes_with_it() -> None:
    """The parameter is updated in place; the topic that is named by it is not."""
    old, new = ({"P": of("AWS::SSM::Parameter", Type="String", Value=one)} for one in "ab")
    found = _beside(of(TOPIC, TopicName={"Fn::GetAtt": ["P", "Value"]}), old, new)
    assert found
    assert found.replaced is Replaced.MAYBE
    assert found.reasons == ("Properties.TopicName cannot change in place: P.Value changes",)


def test_the_outputs_of_a_nested_stack_may_change_with_it() -> None:
    """What it is given may change what it gives; its own attributes aside, nothing does."""
    old, new = ({"N": of("AWS::CloudFormation::Stack", TemplateURL=one)} for one in "ab")
    body = of(TOPIC, TopicName={"Fn::GetAtt": ["N", "Outputs.Name"]})
    found = _beside(body, old, new)
    assert found
    assert found.reasons[0].endswith("the nested stack N changes")
    kept, deleted = (
        {"N": {**old["N"], "DeletionPolicy": policy}} for policy in ("Retain", "Delete")
    )
    assert _beside(body, kept, deleted) is None


def test_replacement_goes_on_from_resource_to_resource() -> None:
    """A network takes its subnets along, and they their instances; what may be, stays a maybe."""
    chain = {
        "Subnet": of("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}),
        "Instance": of("AWS::EC2::Instance", SubnetId={"Ref": "Subnet"}),
    }
    found = told({**VPC, **chain}, {**OTHER_VPC, **chain})
    assert {change.resource.logical_id: change.replaced for change in found} == dict.fromkeys(
        ("Vpc", "Subnet", "Instance"), Replaced.YES
    )
    assert (
        "it refers to Subnet, which is replaced"
        in {change.resource.logical_id: change for change in found}["Instance"].reasons[0]
    )
    maybe = {
        "Custom": of("Custom::Vpc", ServiceToken="t", A=1),
        "Subnet": of("AWS::EC2::Subnet", VpcId={"Ref": "Custom"}),
    }
    found = told(maybe, {**maybe, "Custom": of("Custom::Vpc", ServiceToken="t", A=2)})
    assert {change.replaced for change in found} == {Replaced.MAYBE}
    assert any("Custom, which may be replaced" in change.reasons[0] for change in found)


def test_a_reference_to_another_type_of_the_same_name_counts() -> None:
    """The logical id stayed, the resource did not."""
    body = of("AWS::SNS::Subscription", TopicArn={"Ref": "A"})
    found = _beside(body, {"A": of(TOPIC)}, {"A": of("AWS::SQS::Queue")})
    assert found
    assert found.reasons == ("Properties.TopicArn cannot change in place: A is another resource",)


def test_a_reference_to_what_is_redeployed_counts() -> None:
    """A permission on a version is for that version."""
    versions = [f"V{digit * 32}" for digit in "01"]
    old, new = (
        {
            name: of("AWS::Lambda::Version", FunctionName="f"),
            "It": of("AWS::Lambda::Permission", FunctionName={"Ref": name}),
        }
        for name in versions
    )
    (found,) = [change for change in told(old, new) if change.kind is Kind.CHANGED]
    assert found.replaced is Replaced.YES
    assert found.reasons[0].endswith(f"it refers to {versions[1]}, which is redeployed")


@pytest.mark.parametrize(
    ("name", "sections", "reason"),
    [
        (
            {"Ref": "P"},
            ("Parameters", {"P": {"Default": "a"}}, {"P": {"Default": "b"}}),
            "the parameter P changes",
        ),
        (
            {"Fn::FindInMap": ["M", "k", "v"]},
            ("Mappings", {"M": {"k": {"v": 1}}}, {"M": {"k": {"v": 2}}}),
            "the mapping M changes",
        ),
        (
            {"Fn::If": ["C", "a", "b"]},
            ("Conditions", {"C": {"Fn::Equals": [1, 1]}}, {"C": {"Fn::Equals": [1, 2]}}),
            "the condition C changes",
        ),
    ],
)
def test_what_a_value_is_made_of_counts(
    name: Body, sections: tuple[str, Body, Body], reason: str
) -> None:
    """Parameters, mappings and conditions: perhaps, because the deployment decides."""
    section, before, after = sections
    body = {"Topic": of(TOPIC, TopicName=name), "Other": of("AWS::SQS::Queue")}
    (found,) = changes(template(body, **{section: before}), template(body, **{section: after}))
    assert found.replaced is Replaced.MAYBE
    assert found.reasons == (f"Properties.TopicName cannot change in place: {reason}",)


def test_a_condition_that_depends_on_a_changed_parameter_counts() -> None:
    """Through other conditions too."""
    body = {"Topic": of(TOPIC, TopicName={"Fn::If": ["Outer", "a", "b"]})}
    conditions = {
        "Inner": {"Fn::Equals": [{"Ref": "P"}, "x"]},
        "Outer": {"Fn::Or": [{"Condition": "Inner"}, {"Fn::Equals": [{"Ref": "P"}, "y"]}]},
    }
    old, new = (
        template(body, Conditions=conditions, Parameters={"P": {"Default": default}})
        for default in "ab"
    )
    (found,) = changes(old, new)
    assert found.reasons[0].endswith("the condition Outer changes")


def test_both_the_branch_and_its_condition_may_change() -> None:
    """One sentence tells the graver of the two."""
    old, new = (
        template(
            {"Topic": of(TOPIC, TopicName={"Fn::If": ["C", name, "b"]})},
            Conditions={"C": {"Fn::Equals": [name, "a"]}},
        )
        for name in "ac"
    )
    (found,) = changes(old, new)
    assert found.replaced is Replaced.MAYBE
    assert found.reasons[0].endswith("it was 'a' and is 'c', as C decides")


def test_a_place_inside_of_a_property_is_found_through_its_branches() -> None:
    """`Fn::If` may stand around it, and what cannot be looked into may change as a whole."""

    def domain(options: object) -> Body:
        return {"D": of("AWS::OpenSearchService::Domain", EncryptionAtRestOptions=options)}

    on, off = {"Enabled": True}, {"Enabled": False, "KmsKeyId": "k"}
    found = only(domain({"Fn::If": ["C", on, off]}), domain({"Fn::If": ["C", on, on]}))
    assert found.replaced is Replaced.MAYBE
    assert [reason.partition(" ")[0] for reason in found.reasons] == [
        "Properties.EncryptionAtRestOptions.Enabled",
        "Properties.EncryptionAtRestOptions.KmsKeyId",
    ]
    assert only(domain(on), domain({"Fn::FindInMap": ["M", "a", "b"]})).replaced is Replaced.MAYBE
    assert only(domain({"Ref": "AWS::NoValue"}), domain({"Other": 1})).replaced is Replaced.NO
    assert only(domain([]), domain("x")).replaced is Replaced.NO


def test_a_place_in_every_element_of_a_list_is_looked_at() -> None:
    """Of a replicator's lists, the sources cannot change; what else stands there can."""

    def replicator(*sources: str) -> Body:
        return {
            "R": of(
                "AWS::MSK::Replicator",
                ReplicationInfoList=[{"SourceKafkaClusterArn": source} for source in sources],
            )
        }

    found = only(replicator("a", "b"), replicator("a", "c"))
    assert found.reasons == (
        (
            "Properties.ReplicationInfoList[*].SourceKafkaClusterArn cannot change in place: "
            "it was 'b' and is 'c'"
        ),
    )
    assert only(replicator("a"), replicator("a", "b")).replaced is Replaced.YES


def test_the_outer_place_speaks_for_those_inside() -> None:
    """One reason where a property and a part of it are both marked."""
    found = only(
        {"R": of("AWS::ECR::Repository", EncryptionConfiguration={"EncryptionType": "AES256"})},
        {"R": of("AWS::ECR::Repository", EncryptionConfiguration={"EncryptionType": "KMS"})},
    )
    assert found.reasons == (
        "Properties.EncryptionConfiguration cannot change in place: it was 'AES256' and is 'KMS'",
    )


def test_certain_reasons_come_before_possible_ones() -> None:
    """A database with another engine and another key is replaced for its key."""
    found = only(
        {"D": of("AWS::RDS::DBInstance", Engine="mysql", KmsKeyId="a")},
        {"D": of("AWS::RDS::DBInstance", Engine="mariadb", KmsKeyId="b")},
    )
    assert found.replaced is Replaced.YES
    assert found.reasons[:2] == (
        "Properties.KmsKeyId cannot change in place: it was 'a' and is 'b'",
        "Properties.Engine cannot always change in place: it was 'mysql' and is 'mariadb'",
    )


@pytest.mark.parametrize(
    ("policy", "replaced"),
    [
        ({"AutoScalingReplacingUpdate": {"WillReplace": True}}, Replaced.YES),
        ({"AutoScalingReplacingUpdate": {"WillReplace": "true"}}, Replaced.YES),
        ({"AutoScalingReplacingUpdate": {"WillReplace": False}}, Replaced.NO),
        ({"AutoScalingReplacingUpdate": {"WillReplace": {"Ref": "P"}}}, Replaced.MAYBE),
        ({"AutoScalingRollingUpdate": {}}, Replaced.NO),
        ("garbage", Replaced.NO),
        ({"AutoScalingReplacingUpdate": "garbage"}, Replaced.NO),
    ],
)
def test_an_update_policy_decides_for_a_group_of_instances(
    policy: object, replaced: Replaced
) -> None:
    """Only where it says so is the group replaced for what it launches."""
    old, new = (
        {
            "G": of("AWS::AutoScaling::AutoScalingGroup", LaunchConfigurationName=name)
            | {"UpdatePolicy": policy}
        }
        for name in "ab"
    )
    assert only(old, new).replaced is replaced


def test_the_type_of_an_attribute_that_is_no_key_changes_in_place() -> None:
    """It is an index's, which comes and goes by itself."""
    old, new = (
        {
            "T": of(
                "AWS::DynamoDB::Table",
                KeySchema=[{"AttributeName": "a"}, "garbage"],
                AttributeDefinitions=[{"AttributeName": "b", "AttributeType": kind}, None],
            )
        }
        for kind in "SN"
    )
    assert only(old, new).replaced is Replaced.NO


@pytest.mark.parametrize(
    ("body", "told_of"),
    [
        (
            of("AWS::Logs::LogGroup", LogGroupName={"Fn::Sub": "/a/${AWS::Region}"}),
            "LogGroupName is fixed (/a/${AWS::Region})",
        ),
        (of("AWS::SNS::Topic", TopicName="a"), "TopicName is fixed ('a')"),
        (of("AWS::SecretsManager::Secret", Name="a" * 60), "Name is fixed:"),
        (of("AWS::StepFunctions::StateMachine", StateMachineName="a"), "StateMachineName is fixed"),
        (
            of("AWS::ApiGateway::Method", RestApiId="a", ResourceId="r", HttpMethod="GET"),
            "RestApiId, ResourceId, HttpMethod stay the same",
        ),
        (
            of("AWS::Route53::RecordSet", Name="n", HostedZoneId="z", Type="A"),
            "Name, HostedZoneId, Type stay the same",
        ),
        (of("AWS::S3::BucketPolicy", Bucket="a"), "Bucket is fixed ('a')"),
        (of("AWS::SNS::Topic", DisplayName="a"), ""),
        (of("AWS::ApiGateway::Resource", RestApiId="a", ParentId="p", PathPart="i"), ""),
        (of("AWS::ApiGateway::ApiKey", Name="a"), ""),
        (of("AWS::Lambda::Permission", FunctionName="f"), ""),
        (of("Vendor::Of::Thing", Name="a"), ""),
    ],
)
def test_a_name_that_stays_taken_fails_the_deployment(body: Body, told_of: str) -> None:
    """Where all that tells one from another of its type is given and stays the same."""
    found = only({"Old": body}, {"New": body})
    taken = [reason for reason in found.reasons if "taken" in reason]
    assert len(taken) == bool(told_of)
    assert not taken or taken[0].startswith(told_of)


def test_a_replaced_resource_keeps_its_name_to_itself() -> None:
    """CloudFormation cannot replace what has a name of its own, unless it gets another."""
    old, new = (of("AWS::IAM::Role", RoleName="a", Path=path) for path in ("/a/", "/b/"))
    assert only({"R": old}, {"R": new}).reasons[1].startswith("RoleName is fixed ('a')")
    new["Properties"]["RoleName"] = "b"
    assert not any("fixed" in reason for reason in only({"R": old}, {"R": new}).reasons)


def test_a_change_outside_of_the_properties_replaces_nothing() -> None:
    """Of a type without a schema either."""
    old = of("Vendor::Of::Thing", A=1)
    assert only({"V": old}, {"V": {**old, "Metadata": {"a": 1}}}).replaced is Replaced.NO


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("Custom::Thing", "its provider decides, by the physical id that it returns"),
        ("AWS::CloudFormation::CustomResource", "its provider decides"),
        ("AWS::Serverless::Function", "what AWS::Serverless::Function expands to is known only"),
        ("Vendor::Of::Thing", "no schema is known of Vendor::Of::Thing"),
        ("My::Module::MODULE", "no schema is known of My::Module::MODULE"),
    ],
)
def test_of_what_has_no_schema_nothing_is_certain(kind: str, reason: str) -> None:
    """It may be replaced, and the reason says why nobody knows."""
    found = only({"A": of(kind, B=1)}, {"A": of(kind, B=2)})
    assert found.replaced is Replaced.MAYBE
    assert found.reasons[0].startswith(reason)
    assert found.reasons[0].endswith("in its properties, it was 1 and is 2")


def test_another_provider_of_a_custom_resource_is_refused() -> None:
    """CloudFormation does not change a service token."""
    found = only(
        {"A": of("Custom::Thing", ServiceToken="a")}, {"A": of("Custom::Thing", ServiceToken="b")}
    )
    assert found.reasons == (
        (
            "Properties.ServiceToken cannot change (it was 'a' and is 'b'): CloudFormation refuses "
            "it; give the resource another logical id"
        ),
    )
