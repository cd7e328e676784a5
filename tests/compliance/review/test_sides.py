"""References across stacks, whose logical ids may be the same."""

from __future__ import annotations

from typing import Any

from compliance.review.reviewing import review
from compliance.review.sources import canonical_assembly
from tests.compliance.review.templates import of

Body = dict[str, Any]


def _queues(*names: str) -> Body:
    return {
        "Resources": {name: of("AWS::SQS::Queue", A=index) for index, name in enumerate(names)},
        "Outputs": {
            f"Out{name}": {
                "Value": {"Fn::GetAtt": [name, "QueueName"]},
                "Export": {"Name": f"queues:{name}"},
            }
            for name in names
        },
    }


def _alarm(value: Any) -> Body:  # noqa: ANN401 - any JSON
    dimensions = [{"Name": "QueueName", "Value": value}]
    return {"Resources": {"Alarm": of("AWS::CloudWatch::Alarm", Dimensions=dimensions)}}


def _import(name: str) -> Body:
    return {"Fn::ImportValue": f"queues:{name}"}


def _said(old: Body, new: Body) -> list[str]:
    found = review(canonical_assembly(old), canonical_assembly(new))
    return [note.message for template in found.templates for note in template.notes]


OTHER = "Alarm watches another metric than before: its dimensions differ"


def test_what_is_renamed_in_another_stack_is_what_it_was() -> None:
    """An alarm that imports its name watches the same as before."""
    assert (
        _said(
            {"prod/A": _queues("Old"), "prod/B": _alarm(_import("Old"))},
            {"prod/A": _queues("New"), "prod/B": _alarm(_import("New"))},
        )
        == []
    )


def test_a_rename_counts_in_its_own_stack_alone() -> None:
    """A resource of another stack that has the old name is not renamed."""
    own, other = _queues("Old"), _queues("Old")
    other["Outputs"] = {
        "O": {"Value": {"Fn::GetAtt": ["Old", "QueueName"]}, "Export": {"Name": "other"}}
    }
    old = {"prod/A": own, "prod/C": other, "prod/B": _alarm({"Fn::ImportValue": "other"})}
    new = {"prod/A": _queues("New"), "prod/C": other, "prod/B": _alarm(_import("New"))}
    assert _said(old, new) == [OTHER]


def test_the_same_logical_id_in_another_stack_is_another_resource() -> None:
    """The queue of this stack takes the place of that of another, or the other way round."""
    there, here = _alarm(_import("Queue")), _alarm({"Fn::GetAtt": ["Queue", "QueueName"]})
    for alarm in (there, here):
        alarm["Resources"]["Queue"] = of("AWS::SQS::Queue", A=9)
    queues = _queues("Queue")
    for one, other in ((there, here), (here, there)):
        assert _said({"A": queues, "B": one}, {"A": queues, "B": other}) == [OTHER]


def test_security_groups_of_other_stacks_are_told_apart() -> None:
    """Rules that a stack adds to a group of another one are not its own group's."""
    group = of("AWS::EC2::SecurityGroup", VpcId="v")
    exporting = {
        "Resources": {"Group": group},
        "Outputs": {
            "O": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}, "Export": {"Name": "group"}}
        },
    }

    def rule(port: int) -> Body:
        ingress = of(
            "AWS::EC2::SecurityGroupIngress",
            GroupId={"Fn::ImportValue": "group"},
            IpProtocol="tcp",
            FromPort=port,
            ToPort=port,
            CidrIp="0.0.0.0/0",
        )
        return {"Resources": {"Group": group, "Rule": ingress}}

    (said,) = _said({"p/A": exporting, "p/B": rule(80)}, {"p/A": exporting, "p/B": rule(22)})
    assert said == "A/Group lets in everyone (0.0.0.0/0) on tcp 22"


def test_what_a_policy_denied_of_another_stack_is_told_when_it_goes() -> None:
    """Whether that bucket goes too, its own stack says."""
    bucket = {
        "Resources": {"Bucket": of("AWS::S3::Bucket")},
        "Outputs": {"O": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "bucket"}}},
    }
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "*"}
    policy = of(
        "AWS::S3::BucketPolicy",
        Bucket={"Fn::ImportValue": "bucket"},
        PolicyDocument={"Statement": [denial]},
    )
    topic = {"T": of("AWS::SNS::Topic")}
    old = {"A": bucket, "B": {"Resources": {"Policy": policy, **topic}}}
    (said,) = _said(old, {"A": bucket, "B": {"Resources": topic}})
    assert said.startswith("Policy is removed: it denied s3:DeleteObject")
