"""Every grant comes to some evidence, and what follows from it names it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.findings import Outcome, Severity
from compliance.rehearsal.copying import place as place_of
from compliance.rehearsal.model import Evidence, Grant, Origin, Row, Use
from compliance.rehearsal.necessity import (
    UNSEEN,
    findings,
    idle_roles,
    ledger,
    notices,
    sufficiency,
)
from compliance.rehearsal.trail_actions import LEFT_OUT
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.ledgers import (
    ACCOUNT,
    APIS,
    BUCKET,
    FUNCTION,
    QUEUE,
    ROLE,
    TABLE,
    call,
    function,
    grant,
    of_resource,
    place,
    seen,
    trust,
    use,
    wired,
)

GET = grant("dynamodb:GetItem", TABLE)
PUT = grant("dynamodb:PutItem", TABLE)
SEND = grant("sqs:SendMessage", QUEUE)
MANAGEMENT = grant("dynamodb:DescribeTable", TABLE)


def _evidence(*rows: Row) -> list[Evidence]:
    return [row.evidence for row in rows]


def test_a_use_makes_a_grant_exercised() -> None:
    """With the operations that it served, sorted, and how often."""
    found = [use(GET), use(GET, operation="DELETE /items/{id}"), use(GET)]
    (row,) = ledger([GET], found, calls=[call()])
    assert row == Row(GET, Evidence.EXERCISED, ("DELETE /items/{id}", "GET /items"), 3)


def test_a_grant_without_a_use_was_never_used() -> None:
    """A row for each grant, in their order."""
    assert _evidence(*ledger([PUT, GET], [use(GET)])) == [Evidence.NEVER_USED, Evidence.EXERCISED]


def test_what_leaves_no_trail_is_told_with_the_reason() -> None:
    """The list is asked with the functions that are deployed."""
    (row,) = ledger([SEND], [], functions=[function()])
    assert row.evidence is Evidence.NOT_EXERCISABLE
    assert "dead-letter queue" in row.reason
    (row,) = ledger([SEND], [])
    assert row.evidence is Evidence.NEVER_USED


def test_what_is_on_the_list_and_was_used_is_exercised() -> None:
    """Evidence goes before its excuse."""
    (row,) = ledger([SEND], [use(SEND)], functions=[function()])
    assert row.evidence is Evidence.EXERCISED


def test_a_key_of_a_service_needs_the_service_to_be_used() -> None:
    """A role that never reads the table needs no key of tables."""
    key = grant(
        "kms:Decrypt",
        "arn:aws:kms:us-east-1:1:key/1",
        conditions={"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}},
    )
    assert _evidence(*ledger([GET, key], [use(GET)]))[1] is Evidence.NOT_EXERCISABLE
    assert _evidence(*ledger([GET, key], []))[1] is Evidence.NEVER_USED


def test_a_role_whose_user_was_taken_out_is_not_rehearsed() -> None:
    """Its trust and its policies alike, unless something used them after all."""
    assert GET.role is not None
    idle = {GET.role: "its only user is not rehearsed: FlowLog"}
    rows = ledger([trust("Service:x"), GET, PUT], [use(PUT)], idle=idle)
    assert _evidence(*rows) == [
        Evidence.NOT_REHEARSED,
        Evidence.NOT_REHEARSED,
        Evidence.EXERCISED,
    ]
    assert rows[0].reason == "its only user is not rehearsed: FlowLog"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (use(GET, operation="", call=0, time=1.0), ("deploy",)),
        (use(GET, operation="", call=0, time=6.0), ("event",)),
        (use(GET, operation="", call=9), ()),
        (seen("dynamodb:GetItem"), ()),
    ],
)
def test_a_use_without_a_call_tells_when_it_was(found: Use, expected: tuple[str, ...]) -> None:
    """Before the API was first called it was the deploy, later an event; a trail does not tell."""
    (row,) = ledger([GET], [found], calls=[call(time=5.0), call(time=7.0)])
    assert row.operations == expected


def test_without_a_call_all_was_the_deploy() -> None:
    """Nothing else has happened yet."""
    (row,) = ledger([GET], [use(GET, operation="", call=0)])
    assert row.operations == ("deploy",)


def test_both_sources_tell_of_the_same_uses() -> None:
    """So they are counted once."""
    (row,) = ledger([GET], [use(GET), seen("dynamodb:GetItem")])
    assert (row.uses, row.operations) == (1, ("GET /items",))


def test_a_trail_cannot_tell_that_data_was_never_touched() -> None:
    """The event history has no data events, and a while of it no events of before: undecided."""
    rows = ledger([GET, MANAGEMENT, grant("dynamodb:*", TABLE)], [], source=Origin.TRAIL)
    assert set(_evidence(*rows)) == {Evidence.UNDECIDED}
    assert [row.reason for row in rows] == [LEFT_OUT, UNSEEN, LEFT_OUT]


def test_an_event_that_tells_no_resource_counts_where_nothing_else_could_allow_it() -> None:
    """Of two tables it may have been either."""
    event = seen("dynamodb:DescribeTable", "")
    other = grant("dynamodb:DescribeTable", f"{TABLE}-2")
    assert _evidence(*ledger([MANAGEMENT, PUT], [event], source=Origin.TRAIL)) == [
        Evidence.EXERCISED,
        Evidence.UNDECIDED,
    ]
    both = ledger([MANAGEMENT, other], [event], source=Origin.TRAIL)
    assert _evidence(*both) == [Evidence.UNDECIDED] * 2
    assert "does not tell on which resource" in both[0].reason
    one = ledger([MANAGEMENT, other], [event, seen("dynamodb:DescribeTable")], source=Origin.TRAIL)
    assert _evidence(*one) == [Evidence.EXERCISED, Evidence.UNDECIDED]


def test_a_permission_of_api_gateway_is_proven_by_calls_of_a_real_stage() -> None:
    """There a call succeeds by virtue of it; the local AWS does not ask."""
    source = f"{APIS}api/v1/GET/items"
    permission = of_resource(
        "Service:apigateway.amazonaws.com",
        "lambda:InvokeFunction",
        FUNCTION,
        conditions={"ArnLike": {"AWS:SourceArn": source}},
    )
    wiring = wired()
    (real,) = ledger(
        [permission], [], calls=[call()], api="api/v1", wiring=wiring, source=Origin.TRAIL
    )
    assert (real.evidence, real.operations, real.uses) == (Evidence.EXERCISED, ("GET /items",), 1)
    (local,) = ledger([permission], [], calls=[call()], api="api/v1", wiring=wiring)
    assert (local.evidence, local.operations) == (Evidence.NOT_EXERCISABLE, ("GET /items",))
    (uncalled,) = ledger([permission], [], calls=[call(path="/x")], api="api/v1", wiring=wiring)
    assert uncalled.evidence is Evidence.NEVER_USED


GRANTS = [GET, PUT, SEND, MANAGEMENT, grant("s3:*", sid="Two")]


@given(
    given=st.permutations(GRANTS),
    used=st.lists(st.sampled_from(GRANTS)),
    more=st.lists(st.sampled_from(GRANTS)),
)
def test_more_uses_never_take_evidence_away(
    given: list[Grant], used: list[Grant], more: list[Grant]
) -> None:
    """Whatever order grants and uses come in, exactly what was used is exercised."""
    for of in (used, used + more):
        rows = ledger(given, [use(each) for each in of])
        assert [row.grant for row in rows] == given
        exercised = [row.grant for row in rows if row.evidence is Evidence.EXERCISED]
        assert exercised == [each for each in given if each in of]
        assert sum(row.uses for row in rows) == len(of)


def test_a_grant_that_nothing_used_is_a_finding() -> None:
    """It names role, action, resource, statement and policy, and stands on the policy."""
    (found,) = findings(ledger([PUT, GET], [use(GET)]))
    assert found.rule == "Rehearsal-Necessary"
    assert found.outcome is Outcome.FAIL
    assert found.severity is Severity.HIGH
    assert found.message.startswith(
        f"The role worker may dynamodb:PutItem on {TABLE} (statement One of policy-1), and no call "
        "used it. "
    )
    assert found.construct_path == "S/Policy/Resource"
    assert found.logical_id == "Policy"
    assert found.location == "Properties.PolicyDocument.Statement[0]"
    assert found.observed == f"dynamodb:PutItem on {TABLE}"


def test_what_the_trail_cannot_tell_is_an_undecided_finding() -> None:
    """Never a silent pass."""
    (found,) = findings(ledger([PUT], [], source=Origin.TRAIL))
    assert found.outcome is Outcome.UNDECIDED
    assert LEFT_OUT in found.message


@pytest.mark.parametrize(
    ("principal", "told"),
    [
        ("*", "Everyone may s3:GetObject on arn:b (statement One of its policy), and"),
        ("Service:sns.amazonaws.com", "sns.amazonaws.com may s3:GetObject on"),
        ("!AWS:arn:x", "arn:x may"),
        ("odd", "odd may"),
    ],
)
def test_a_resource_policy_is_told_by_whom_it_lets_in(principal: str, told: str) -> None:
    """It belongs to no role."""
    (found,) = findings(ledger([of_resource(principal, "s3:GetObject", "arn:b")], []))
    assert told in found.message


def test_a_statement_without_an_id_is_told_as_one_of_its_policy() -> None:
    """Its place tells which."""
    (found,) = findings(ledger([grant("s3:GetObject", sid="")], []))
    assert "(a statement of policy-1)" in found.message


def test_what_is_exercised_or_excused_is_no_finding() -> None:
    """A table without a fault has none."""
    rows = ledger([GET, SEND], [use(GET)], functions=[function()])
    assert findings(rows) == []


def test_a_wildcard_that_was_used_tells_by_how_little() -> None:
    """One action of many is enough to exercise it, and is told."""
    wild = grant("dynamodb:*", TABLE)
    uses = [use(wild, action="dynamodb:GetItem")] * 2
    (told,) = notices(ledger([wild, GET], [*uses, use(GET)]), uses)
    assert told == (
        f"S/Policy/Resource: dynamodb:* on {TABLE} was exercised by 1 action alone: "
        "dynamodb:GetItem"
    )
    more = [*uses, use(wild, action="dynamodb:PutItem")]
    (told,) = notices(ledger([wild], more), more)
    assert "2 actions alone: dynamodb:GetItem, dynamodb:PutItem" in told


def test_a_policy_without_a_construct_path_is_told_by_its_logical_id() -> None:
    """A template that CDK did not write has none."""
    lone = place("Policy")
    wild = grant(
        "dynamodb:*", TABLE, place=type(lone)("t.json", "t.json", "Policy", "AWS::IAM::Policy")
    )
    (told,) = notices(ledger([wild], [use(wild)]), [use(wild)])
    assert told.startswith("t.json/Policy: ")


def test_a_denied_call_of_a_role_is_a_finding() -> None:
    """It names operation, action, resource and role, once for each operation and action."""
    denied = [
        use(GET, allowed=False, statements=(), resource=f"{TABLE}-{number}") for number in range(5)
    ]
    (found,) = sufficiency([*denied, use(GET)], [GET])
    assert found.rule == "Rehearsal-Sufficient"
    assert found.message.startswith(
        f"GET /items was denied dynamodb:GetItem on {TABLE}-0, {TABLE}-1, {TABLE}-2 and 2 more, as "
        "worker, 5 times: no statement allows it. "
    )
    assert (found.location, found.observed) == ("GET /items", f"dynamodb:GetItem on {TABLE}-0")
    assert found.logical_id == "Role"


def test_an_explicit_denial_names_its_statement() -> None:
    """With or without an id; without an operation it was a function by itself."""
    denied = use(GET, allowed=False, operation="", call=0)
    (found,) = sufficiency([denied], [GET])
    assert found.message.startswith("A function was denied dynamodb:GetItem on ")
    assert "the statement One denies." in found.message
    unnamed = grant("dynamodb:GetItem", TABLE, sid="")
    (found,) = sufficiency([use(unnamed, allowed=False, resource="")], [unnamed])
    assert "on an untold resource" in found.message
    assert "the statement (no Sid) denies." in found.message


def test_who_is_not_deployed_may_be_denied() -> None:
    """The probes' strangers are, on purpose; a resource policy's holder is no role."""
    stranger = use(GET, allowed=False, principal=f"{ROLE}-of-a-stranger")
    assert (
        sufficiency([stranger], [GET, of_resource("*", "s3:GetObject", stranger.principal)]) == []
    )


def test_a_role_is_idle_when_all_its_users_were_taken_out() -> None:
    """A flow log's role, whose flow log is not rehearsed."""
    resources = accounts.template()
    resources["FlowRole"] = accounts.resource("AWS::IAM::Role")
    resources["FlowPolicy"] = accounts.resource("AWS::IAM::Policy", Roles=[{"Ref": "FlowRole"}])
    resources["Flow"] = accounts.resource("AWS::EC2::FlowLog", Role=accounts.get("FlowRole"))
    whole = accounts.assembly(resources)
    made = whole.templates[0].resources
    gone = [place_of(made["Flow"])]
    assert idle_roles(whole, gone) == {
        place_of(made["FlowRole"]): "its only user is not rehearsed: Flow"
    }
    assert idle_roles(whole, []) == {}


def test_a_role_that_something_else_uses_is_not_idle() -> None:
    """In the same stack, or perhaps in another, which it is given out to."""
    resources = {
        "Role": accounts.resource("AWS::IAM::Role"),
        "Flow": accounts.resource("AWS::EC2::FlowLog", Role=accounts.get("Role")),
    }
    other = accounts.resource("AWS::X::Y", Role={"Ref": "Role"})
    whole = accounts.assembly({**resources, "Other": other})
    flow = place_of(whole.templates[0].resources["Flow"])
    assert idle_roles(whole, [flow]) == {}
    given_out = accounts.assembly(resources)
    body = {"Resources": resources, "Outputs": {"Out": {"Value": accounts.get("Role")}}}
    given_out.templates[0].__dict__["body"] = body
    assert idle_roles(given_out, [flow]) == {}


def test_a_role_that_a_function_names_by_its_arn_is_not_idle() -> None:
    """What was taken out and refers to it is not its only user."""
    resources = {
        "Role": accounts.resource("AWS::IAM::Role", RoleName="lit", Path="/a/"),
        "Flow": accounts.resource("AWS::EC2::FlowLog", Role=accounts.get("Role")),
        "Function": accounts.resource(
            "AWS::Lambda::Function", Role="arn:aws:iam::123456789012:role/a/lit"
        ),
    }
    whole = accounts.assembly(resources)
    assert idle_roles(whole, [place_of(whole.templates[0].resources["Flow"])]) == {}


def test_a_role_that_a_deployed_function_runs_under_is_at_work() -> None:
    """Whatever else of its users was taken out."""
    assert GET.role is not None
    (row,) = ledger([GET], [], idle={GET.role: "its only user"}, functions=[function()])
    assert row.evidence is Evidence.NEVER_USED


@pytest.mark.parametrize("principal", ["*", f"AWS:{ACCOUNT}", f"AWS:arn:aws:iam::{ACCOUNT}:root"])
def test_what_lets_everybody_in_is_not_used_by_a_role_alone(principal: str) -> None:
    """Such a policy should name the role; what somebody else used is exercised."""
    everybody = of_resource(principal, "s3:ListBucket", BUCKET, sid="All")
    own = use(everybody)
    (row, _) = ledger([everybody, GET], [own])
    assert (row.evidence, row.reason) == (Evidence.NEVER_USED, "only worker used it: name it")
    (found,) = findings([row])
    assert found.message.startswith(
        f"{'Everyone' if principal == '*' else principal.partition(':')[2]} may s3:ListBucket on "
        f"{BUCKET} (statement All of its policy), and only worker used it: name it. "
    )
    assert found.remediation.startswith("Name the roles that use it")
    somebody = use(everybody, principal=f"arn:aws:iam::{ACCOUNT}:user/caller")
    (row, _) = ledger([everybody, GET], [own, somebody])
    assert row.evidence is Evidence.EXERCISED
    named = of_resource(f"AWS:{ROLE}", "s3:ListBucket", BUCKET, sid="All")
    (row, _) = ledger([named, GET], [own])
    assert row.evidence is Evidence.EXERCISED


def test_a_key_that_its_account_decides_on_is_no_grant_to_everybody() -> None:
    """It says that the account's policies count."""
    key = of_resource(
        f"AWS:arn:aws:iam::{ACCOUNT}:root",
        "kms:*",
        f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1",
        place=place("Key", "AWS::KMS::Key"),
    )
    (row, _) = ledger([key, GET], [use(key)])
    assert row.evidence is Evidence.EXERCISED
    foreign = replace(key, principal="AWS:arn:aws:iam::999999999999:root")
    caller = "arn:aws:iam::999999999999:role/theirs"
    (row, *_) = ledger([foreign, trust("Service:x", role=caller)], [use(foreign, principal=caller)])
    assert row.evidence is Evidence.NEVER_USED


def test_a_wildcard_resource_tells_on_how_little_it_was_used() -> None:
    """Except the objects of one bucket, which are many by nature."""
    wild = grant("dynamodb:GetItem", "*")
    uses = [use(wild, resource=f"{TABLE}-{number}") for number in (1, 1, 2, 3, 4)]
    (told,) = notices(ledger([wild], uses), uses)
    assert told == (
        f"S/Policy/Resource: dynamodb:GetItem on * was exercised on 4 resources alone: {TABLE}-1, "
        f"{TABLE}-2, {TABLE}-3 and 1 more"
    )
    assert notices(ledger([wild], []), []) == ()
    one = [use(wild)]
    (told,) = notices(ledger([wild], one), one)
    assert told.endswith(f"on 1 resource alone: {TABLE}")
    objects = grant("s3:GetObject", f"{BUCKET}/items/*")
    assert notices(ledger([objects], [use(objects)]), [use(objects)]) == ()
    buckets = grant("s3:GetObject", "arn:aws:s3:::*/items/*")
    assert notices(ledger([buckets], [use(buckets)]), [use(buckets)])
    within = of_resource(f"AWS:{ROLE}", "s3:GetObject", BUCKET, resource="*")
    of_it = [use(within, resource=BUCKET)]
    assert notices(ledger([within], of_it), of_it) == ()


def test_a_policy_of_aws_is_told_to_be_replaced() -> None:
    """It cannot be narrowed."""
    (found,) = findings(
        ledger([grant("s3:*", policy="arn:aws:iam::aws:policy/AmazonS3FullAccess")], [])
    )
    assert "a policy of its own" in found.remediation


def test_a_permission_of_the_test_button_is_told_to_be_left_out() -> None:
    """CDK writes one unless told not to."""
    permission = of_resource(
        "Service:apigateway.amazonaws.com",
        "lambda:InvokeFunction",
        FUNCTION,
        conditions={"ArnLike": {"AWS:SourceArn": f"{APIS}api/test-invoke-stage/GET/items"}},
    )
    (found,) = findings(ledger([permission], [], calls=[call()], api="api/v1", wiring=wired()))
    assert "allow_test_invoke=False" in found.remediation
