"""What the Lambda service does in a role's name is told by the role's functions."""

from __future__ import annotations

import pytest

from compliance.rehearsal.copying import place
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.functions import Function, functions
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.accounts import get, resource


def _only(resources: dict[str, object], **physical: str) -> Function:
    stage = accounts.stage(None, **physical)
    (found,) = functions(stage, accounts.assembly(resources))
    return found


def test_a_function_tells_what_the_service_does_for_it() -> None:
    """Network interfaces, traces, logs, its environment's key, its dead letters and their key."""
    found = _only(accounts.template())
    assert found == Function(
        place=found.place,
        arn=accounts.FUNCTION,
        role=accounts.ROLE,
        in_vpc=True,
        traced=True,
        log_group=accounts.LOG_GROUP,
        keys=(accounts.KEY,),
        destinations=(accounts.QUEUE,),
        destination_keys=(f"arn:aws:kms:us-east-1:{accounts.ACCOUNT}:key/key-1",),
    )
    assert found.place.logical_id == "Function"


def test_a_plain_function_has_logs_alone() -> None:
    """Its log group is the one that Lambda names after it."""
    resources = accounts.template()
    resources["Function"]["Properties"] = {
        "Role": get("Role"),
        "TracingConfig": {"Mode": "PassThrough"},
    }
    found = _only(resources)
    assert found == Function(
        place=found.place,
        arn=accounts.FUNCTION,
        role=accounts.ROLE,
        log_group=f"arn:aws:logs:us-east-1:{accounts.ACCOUNT}:log-group:/aws/lambda/function-1",
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"SubnetIds": [], "SecurityGroupIds": []}, False),
        ({"SecurityGroupIds": ["sg-1"]}, False),
        ({}, False),
        (None, False),
        ({"SubnetIds": ["subnet-1"]}, True),
        ({"SubnetIds": {"Fn::If": ["X", ["subnet-1"], {"Ref": "AWS::NoValue"}]}}, True),
        ({"Fn::If": ["X", {"SubnetIds": ["subnet-1"]}, {"Ref": "AWS::NoValue"}]}, True),
    ],
)
def test_without_subnets_a_function_is_in_no_vpc(given: object, expected: bool) -> None:  # noqa: FBT001 - a case
    """Empty lists take one out of it."""
    resources = accounts.template()
    resources["Function"]["Properties"]["VpcConfig"] = given
    assert _only(resources).in_vpc is expected


def test_destinations_of_events_count_for_their_own_function() -> None:
    """On failure and on success; those of another function do not."""
    resources = accounts.template()
    del resources["Function"]["Properties"]["DeadLetterConfig"]
    for name, function in (("Mine", {"Ref": "Function"}), ("Others", "function-2")):
        resources[name] = resource(
            "AWS::Lambda::EventInvokeConfig",
            FunctionName=function,
            DestinationConfig={
                "OnFailure": {"Destination": get("Queue") if name == "Mine" else "arn:x"},
                "OnSuccess": {"Destination": {"Ref": "Topic"} if name == "Mine" else "arn:y"},
            },
        )
    assert _only(resources).destinations == (accounts.QUEUE, accounts.TOPIC)


def test_a_destination_that_cannot_be_told_is_none() -> None:
    """Then a grant for it is on no list."""
    resources = accounts.template()
    resources["Function"]["Properties"]["DeadLetterConfig"]["TargetArn"] = get("Api", "Odd")
    assert _only(resources).destinations == ()


def test_a_session_of_the_local_aws_is_known_by_its_key() -> None:
    """The first sixteen hexadecimal digits of the sha256 of both ARNs."""
    here, stack = "arn:aws:", "serverless-infrastructure-dev-serverless"
    arn = f"{here}lambda:us-east-1:000000000000:function:{stack}-DataProcesAEC6B92E9AB98"
    role = f"{here}iam::000000000000:role/{stack}-DataProces49D7D15D5DD75"
    found = Function(place=_only(accounts.template()).place, arn=arn, role=role)
    assert found.local_access_key == "ASIA60F555AE0EE28534"


def test_functions_that_are_not_there_are_left_out() -> None:
    """Taken out, or under a condition that is false."""
    resources = accounts.template()
    whole = accounts.assembly(resources)
    gone = place(whole.templates[0].resources["Function"])
    assert functions(accounts.stage(), whole, removed=[gone]) == ()
    resources["Function"]["Condition"] = "Never"
    assert functions(accounts.stage(Function=""), accounts.assembly(resources)) == ()


def test_a_function_that_cannot_be_read_stops_the_rehearsal() -> None:
    """The message names it."""

    def refuse(**_: object) -> None:
        raise accounts.denied()

    answers = {**accounts.answers(), "lambda.get_function_configuration": refuse}
    with pytest.raises(RehearsalError, match=r"Stack/Function: cannot be read.*AccessDenied"):
        functions(accounts.stage(answers), accounts.assembly(accounts.template()))
