"""What the report may not call closed, encrypted or harmless, and secrets that it may not cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compliance.findings import SynthgateError
from compliance.security_report import rehearsed
from compliance.security_report.change_view import ChangeView, NoteRow
from compliance.security_report.naming import cut, short
from compliance.security_report.summary import facts
from tests.compliance.security_report.portraits import arn, of, resource, row, told
from tests.compliance.security_report.samples import make_report

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]
UNSET: Json = {
    "Parameters": {"P": {"Type": "String"}, "Keys": {"Type": "CommaDelimitedList"}},
    "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}},
}
NOTHING = {"Ref": "AWS::NoValue"}
FORWARD = {"Type": "forward", "TargetGroupArn": "arn"}
BALANCER = resource("AWS::ElasticLoadBalancingV2::LoadBalancer")


def sometimes(value: Any) -> Json:  # noqa: ANN401 - any JSON
    """A value that is there under a condition."""
    return {"Fn::If": ["C", value, NOTHING]}


def sign_in(kind: str = "cognito", **config: str) -> Json:
    """An action that asks who calls."""
    return {"Type": f"authenticate-{kind}", f"Authenticate{kind.title()}Config": config}


def listener(*actions: Json, **more: Any) -> Json:  # noqa: ANN401 - any JSON
    """A listener of `Balancer`."""
    return resource(
        "AWS::ElasticLoadBalancingV2::Listener",
        LoadBalancerArn={"Ref": "Balancer"},
        Port=443,
        Protocol="HTTPS",
        DefaultActions=list(actions),
        **more,
    )


def rule(*actions: Json, on: Any) -> Json:  # noqa: ANN401 - any JSON
    """A rule of a listener."""
    return resource(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        ListenerArn=on,
        Priority=7,
        Actions=list(actions),
    )


# -- load balancers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "is_open"),
    [
        (listener(sign_in(), FORWARD), False),
        (listener(sign_in("oidc", OnUnauthenticatedRequest="deny"), FORWARD), False),
        (listener(sign_in(OnUnauthenticatedRequest="allow"), FORWARD), True),
        (listener(sign_in("oidc", OnUnauthenticatedRequest="allow"), FORWARD), True),
        (listener(sometimes(sign_in()), FORWARD), True),
        (listener({"Type": "jwt-validation"}, FORWARD), False),
        (listener(FORWARD, MutualAuthentication={"Mode": "verify"}), False),
        (listener(FORWARD, MutualAuthentication={"Mode": "passthrough"}), True),
        (listener(FORWARD, MutualAuthentication=sometimes({"Mode": "verify"})), True),
    ],
)
def test_a_listener_is_closed_only_where_everybody_is_asked(
    declared: Json, *, is_open: bool
) -> None:
    """A sign-in that hands on who did not sign in, or that a condition takes away, keeps nobody."""
    found = of(sections=UNSET, Balancer=BALANCER, Listener=declared)
    (endpoint,) = found.endpoints
    assert endpoint.open is is_open


def test_a_rule_of_a_listener_is_a_way_in_of_its_own() -> None:
    """It comes before the default action: a path that a rule forwards is not asked to sign in."""
    found = of(
        Balancer=BALANCER,
        Listener=listener(sign_in(), FORWARD),
        Open=rule(FORWARD, on={"Ref": "Listener"}),
        Closed=rule(sign_in(), FORWARD, on={"Ref": "Listener"}),
        Elsewhere=rule(FORWARD, on="arn:of-a-listener"),
    )
    assert {each.place.logical_id: (each.path, each.open) for each in found.endpoints} == {
        "Listener": (":443", False),
        "Open": (":443 rule 7", True),
        "Closed": (":443 rule 7", False),
        "Elsewhere": (": rule 7", None),
    }


# -- CloudFront -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "asks", "is_open"),
    [
        ({"TrustedKeyGroups": ["group"]}, ("signed URL or cookie",), False),
        ({"TrustedSigners": ["self"]}, ("signed URL or cookie",), False),
        ({"TrustedKeyGroups": [sometimes("a"), "b"]}, ("signed URL or cookie",), False),
        ({"TrustedKeyGroups": [sometimes("a")]}, (), True),
        ({"TrustedKeyGroups": sometimes(["group"])}, (), True),
        ({"TrustedKeyGroups": []}, (), True),
        ({"TrustedKeyGroups": {"Ref": "Keys"}}, ("known only at deploy time",), None),
    ],
)
def test_a_distribution_is_closed_only_where_it_always_asks(
    behaviour: Json, asks: tuple[str, ...], *, is_open: bool | None
) -> None:
    """A key group under a condition leaves the distribution open where that does not hold."""
    config = {"Origins": [{"DomainName": "a.example"}], "DefaultCacheBehavior": behaviour}
    found = of(
        sections=UNSET,
        Distribution=resource("AWS::CloudFront::Distribution", DistributionConfig=config),
    )
    (endpoint,) = found.endpoints
    assert (endpoint.asks, endpoint.open) == (asks, is_open)


# -- log groups -----------------------------------------------------------------------------------


def test_a_key_under_a_condition_is_not_told_as_one_that_is_always_there() -> None:
    """Where the condition does not hold, the group has CloudWatch's own key."""
    found = of(
        sections=UNSET,
        Key=resource("AWS::KMS::Key"),
        A=resource("AWS::Logs::LogGroup", KmsKeyId=sometimes(arn("Key"))),
        B=resource("AWS::Logs::LogGroup", KmsKeyId=arn("Key")),
        C=resource("AWS::Logs::LogGroup", KmsKeyId=sometimes(NOTHING)),
        D=resource("AWS::Logs::LogGroup", KmsKeyId=""),
    )
    assert [each.key for each in found.log_groups] == [
        "${Stack/Key} or CloudWatch's own key",
        "${Stack/Key}",
        "",
        "",
    ]


# -- policies that no template tells --------------------------------------------------------------


def test_who_has_a_policy_of_aws_alone_is_not_told_to_have_nothing() -> None:
    """A user, a role and a permission set with AdministratorAccess: a grant of an unknown level."""
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    found = of(
        Role=resource("AWS::IAM::Role", ManagedPolicyArns=[admin]),
        User=resource("AWS::IAM::User", ManagedPolicyArns=[admin]),
        Set=resource(
            "AWS::SSO::PermissionSet",
            ManagedPolicies=[admin],
            CustomerManagedPolicyReferences=[{"Name": "Elsewhere", "Path": "/"}],
        ),
    )
    for who in ("Stack/Role", "Stack/User"):
        (grant,) = row(found, who, "*").grants
        assert (grant.level, grant.unread) == (
            "Unknown",
            "AdministratorAccess stands in no template",
        )
    grants = row(found, "Stack/Set", "*").grants
    assert told(grants) == [("Unknown", "?", "?")] * 2
    assert {(grant.location, grant.unread) for grant in grants} == {
        ("Properties.ManagedPolicies[0]", "AdministratorAccess stands in no template"),
        ("Properties.CustomerManagedPolicyReferences[0]", "Elsewhere stands in no template"),
    }


def test_everything_is_told_where_a_statement_has_more_than_is_listed() -> None:
    """`*` behind hundreds of resources, or behind many values of a condition, comes first."""
    statement = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": [*(f"arn:aws:s3:::b{at}/*" for at in range(500)), "*"],
        "Condition": {"StringLike": {"aws:PrincipalTag/a": [*map(str, range(20)), "*"]}},
    }
    policies = [{"PolicyName": "P", "PolicyDocument": {"Statement": [statement]}}]
    found = of(Role=resource("AWS::IAM::Role", Policies=policies))
    (grant,) = row(found, "Stack/Role", "s3").grants
    assert grant.resource.startswith("*, arn:aws:s3:::b0/*, ")
    assert grant.resource.endswith(" and 493 more")
    assert grant.condition.startswith("aws:PrincipalTag/a StringLike *, 0, ")


# -- secrets --------------------------------------------------------------------------------------

SECRETS = {
    "access key id": ("AKIA" + "IOSFODNN7EXAMPL9", "IOSF"),
    "address": ("postgres://admin:hunter2hunter2@db:5432/x", "hunt"),
    "secret key": ("wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY", "wJal"),
}


@pytest.mark.parametrize(("secret", "part"), SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("before", [281, 285, 290, 295])
def test_no_part_of_a_secret_stays_where_a_text_is_cut(secret: str, part: str, before: int) -> None:
    """A secret that ends behind the limit is masked before the text is cut."""
    text = "x" * before + " " + secret
    assert part not in cut(text)
    assert part not in short(text)
    assert part not in short([text])
    assert len(cut(text)) <= 300


def test_what_is_wrong_with_a_rehearsal_is_told_without_a_secret(tmp_path: Path) -> None:
    """The value that is refused is named, and masked where it looks like a secret."""
    file = tmp_path / "report.json"
    file.write_text('{"schema_version": "1", "digest": "postgres://a:hunter2hunter2@db/x"}')
    with pytest.raises(SynthgateError, match=r"postgres://a:\[masked\]@db/x") as caught:
        rehearsed.read(file)
    assert "hunter2" not in str(caught.value)


# -- changes --------------------------------------------------------------------------------------


def test_an_environment_that_nothing_was_accepted_for_is_to_be_looked_at() -> None:
    """All of it is new, and nothing of it was compared."""
    change = ChangeView(environments=("prod",), against=(), reason="no snapshots were accepted")
    (found, *_) = (
        fact
        for fact in facts(make_report(), changes=[change], blocking=0)
        if fact.section == "changes"
    )
    assert (found.text, found.alarming) == ("prod: no snapshots were accepted", True)


def test_a_change_of_access_that_nobody_can_compare_is_to_be_looked_at() -> None:
    """What is undecided may be new access."""
    doubt = NoteRow(message="the action is known only at deploy time", where="Stack/Role")
    for doubts, alarming in (((), False), ((doubt,), True)):
        change = ChangeView(environments=("prod",), against=(), headline="h", doubts=doubts)
        found = facts(make_report(), changes=[change], blocking=0)
        assert [fact.alarming for fact in found if fact.section == "changes"] == [alarming]
