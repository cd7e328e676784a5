"""Users have the rights of their groups, those of groups outside of the templates included."""

from __future__ import annotations

from typing import Any

from tests.compliance.security_report.portraits import of, resource, row, told

USER = "AWS::IAM::User"
GROUP = "AWS::IAM::Group"
ADDITION = "AWS::IAM::UserToGroupAddition"
Json = dict[str, Any]


def group() -> Json:
    """A group that may do everything with queues."""
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    policy = {"PolicyName": "P", "PolicyDocument": {"Statement": [statement]}}
    return resource(GROUP, Policies=[policy])


def test_a_user_shows_what_its_group_is_granted() -> None:
    """By its own word; where each is granted is the group's policy."""
    found = of(User=resource(USER, Groups=[{"Ref": "Group"}]), Group=group())
    mine = row(found, "Stack/User", "sqs")
    assert told(mine.grants) == [("Permissions management", "sqs:*", "*")]
    assert mine.grants[0].place.logical_id == "Group"
    assert mine.grants == row(found, "Stack/Group", "sqs").grants
    assert mine.principal.groups == ("Stack/Group",)


def test_a_user_that_is_added_to_a_group() -> None:
    """By an addition; twice said is once told."""
    added = resource(ADDITION, GroupName={"Ref": "Group"}, Users=[{"Ref": "User"}, "elsewhere"])
    found = of(User=resource(USER, Groups=[{"Ref": "Group"}]), Group=group(), Added=added)
    assert row(found, "Stack/User", "sqs").principal.groups == ("Stack/Group",)
    outside = row(found, "elsewhere", "sqs")
    assert (outside.principal.kind, outside.principal.place) == ("user", None)
    assert told(outside.grants) == [("Permissions management", "sqs:*", "*")]


def test_what_a_group_of_no_template_may_do_is_unknown() -> None:
    """The group is named, and so is the user's membership; neither has nothing granted."""
    added = resource(ADDITION, GroupName="admins", Users=[{"Ref": "User"}])
    found = of(User=resource(USER), Added=added)
    assert {(each.principal.kind, each.principal.name, each.service) for each in found.access} == {
        ("user", "Stack/User", "*"),
        ("group", "admins", "*"),
    }
    mine = row(found, "Stack/User", "*")
    assert mine.principal.groups == ("admins",)
    assert [(each.unread, each.location) for each in mine.grants] == [
        ("group admins stands in no template", "Properties.Users[0]")
    ]


def test_policies_of_the_templates_for_a_group_elsewhere_reach_its_users() -> None:
    """What is attached to `admins` here is its users', beside what is not told."""
    statement = {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}
    policy = resource(
        "AWS::IAM::Policy", Groups=["admins"], PolicyDocument={"Statement": [statement]}
    )
    found = of(User=resource(USER, Groups=["admins"]), Policy=policy)
    assert told(row(found, "Stack/User", "iam").grants) == [
        ("Permissions management", "iam:*", "*")
    ]
    assert row(found, "Stack/User", "*").grants[0].location == "Properties.Groups[0]"
