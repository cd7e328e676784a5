"""What a grant is for is shown by what fails without it: just that, and for just that reason."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from compliance.findings import Outcome
from compliance.rehearsal import grants, tampering
from compliance.rehearsal.callers import right
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.evidence import Match, match
from compliance.rehearsal.functions import functions
from compliance.rehearsal.model import Call, Effect, Evidence, Grant, Kind, Row, Use
from compliance.rehearsal.records import Reader
from compliance.rehearsal.restart import restart
from compliance.rehearsal.routing import operation
from compliance.rehearsal.tampering import tamper
from compliance.rehearsal.wire import Wire
from tests.compliance.rehearsal import accounts, ledgers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compliance.rehearsal.scene import Local

GET = ledgers.grant("dynamodb:GetItem", ledgers.TABLE)
PUT = ledgers.grant("dynamodb:PutItem", ledgers.TABLE, sid="Two")
Seen = tuple[tuple[Call, ...], tuple[Use, ...]]


def _row(grant: Grant = GET, *operations: str, **changed: Any) -> Row:  # noqa: ANN401 - fields
    found = Row(grant, Evidence.EXERCISED, operations or ("GET /items",), uses=3)
    return replace(found, **changed)


def _call(number: int = 1, status: int = 500, name: str = "GET /items") -> Call:
    method, _, path = name.partition(" ")
    return Call(number, name if path else "", method, path, status, 5.0)


def _denied(grant: Grant = GET, call: int = 1, **changed: Any) -> Use:  # noqa: ANN401 - fields
    return ledgers.use(grant, allowed=False, statements=(), call=call, **changed)


@dataclass
class _World:
    """What is seen without a grant, by its action; with all of them every call succeeds."""

    seen: dict[str, Seen] = field(default_factory=dict)
    rare: Seen = ((), ())
    after: Seen = ((_call(9, 200),), ())
    missing: str = ""
    done: list[str] = field(default_factory=list)

    @contextmanager
    def withheld(self, _: object, grant: Grant) -> Iterator[None]:
        """Note what is missing."""
        self.missing = grant.action
        self.done.append(f"take {grant.action}")
        yield
        self.done.append(f"give {grant.action}")
        self.missing = ""

    def note(self, what: str) -> Callable[[], None]:
        """A function that notes that it was called."""
        return lambda: self.done.append(what)

    def observe(self) -> Seen:
        """What happened since."""
        if self.done and self.done[-1] == "exercise":
            return self.seen[self.missing] if self.missing else self.after
        if self.done and self.done[-1] == "exercise rarely":
            return self.rare
        return (_call(),), (_denied(),)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    """Return a world in which grants can be withheld."""
    found = _World()
    monkeypatch.setattr(tampering, "withheld", found.withheld)
    return found


def _tamper(world: _World, *rows: Row) -> tuple[tuple[Row, ...], list[Any]]:
    stage = accounts.stage()
    return tamper(
        stage,
        rows,
        exercise=world.note("exercise"),
        exercise_rare=world.note("exercise rarely"),
        observe=world.observe,
        restart=lambda _role: world.note("restart")(),
        progress=lambda _: None,
    )


def test_what_uses_a_grant_fails_without_it(world: _World) -> None:
    """The row says which operation; nothing is wrong with that."""
    world.seen["dynamodb:GetItem"] = ((_call(), _call(2, 200, "POST /items")), (_denied(),))
    (row,), findings = _tamper(world, _row())

    assert (row.effect, row.broken, row.reason) == (Effect.BROKE, ("GET /items",), "")
    assert findings == []


def test_functions_start_anew_with_and_without_the_grant(world: _World) -> None:
    """What they keep in memory would else hide that it is gone, or that it is back."""
    world.seen["dynamodb:GetItem"] = ((_call(),), (_denied(),))
    _tamper(world, _row())

    assert world.done == [
        *("take dynamodb:GetItem", "restart", "exercise", "give dynamodb:GetItem"),
        *("restart", "exercise"),
    ]


def test_slow_tests_are_asked_for_what_quick_ones_do_not_use(world: _World) -> None:
    """What fails there on purpose is no evidence; what went without the grant is."""
    world.seen["dynamodb:GetItem"] = ((_call(1, 200),), ())
    world.rare = ((_call(2, 500, "POST /items"), _call(3, 500, "PUT /items")), (_denied(call=2),))
    (row,), findings = _tamper(world, _row(GET, "POST /items"))

    assert (row.effect, row.broken) == (Effect.BROKE, ("POST /items",))
    assert findings == []


def test_slow_tests_are_left_out_where_quick_ones_show_it(world: _World) -> None:
    """They are slow."""
    world.seen["dynamodb:GetItem"] = ((_call(),), (_denied(),))
    _tamper(world, _row())

    assert "exercise rarely" not in world.done


@pytest.mark.parametrize("operation", ["deploy", "event"])
def test_what_no_operation_uses_is_not_taken_away(world: _World, operation: str) -> None:
    """No call of the API could miss it."""
    (row,), findings = _tamper(world, _row(GET, operation))

    assert (row.effect, findings, world.done) == (Effect.NOT_TRIED, [], [])


def test_what_does_without_is_told(world: _World) -> None:
    """The action was denied, and the operation answered: that is no failure, but to be known."""
    calls = (_call(1, 204, "DELETE /items/{id}"), _call(2, 404, "GET /items/{id}"))
    world.seen["dynamodb:GetItem"] = (calls, (_denied(call=1), _denied(call=2)))
    (row,), findings = _tamper(world, _row(GET, "DELETE /items/{id}", "GET /items/{id}"))

    assert (row.effect, row.broken) == (Effect.TOLERATED, ())
    assert row.reason == "DELETE /items/{id}, GET /items/{id} answered all the same without it"
    assert findings == []


def test_operations_differ_in_what_they_do_without(world: _World) -> None:
    """One fails, one answers, one never came to use it, one turns out to need it."""
    calls = (_call(1, 503, "A /a"), _call(2, 200, "B /b"), _call(3, 500, "D /d"))
    world.seen["dynamodb:GetItem"] = (calls, tuple(_denied(call=number) for number in (1, 2, 3)))
    (row,), findings = _tamper(world, _row(GET, "A /a", "B /b", "C /c", reason="so"))

    assert (row.effect, row.broken) == (Effect.BROKE, ("A /a", "D /d"))
    assert row.operations == ("A /a", "B /b", "C /c", "D /d")
    assert row.reason == ("so; B /b answered all the same without it; C /c did not come to use it")
    assert findings == []


def test_a_second_grant_of_the_same_is_found(world: _World) -> None:
    """Nothing is denied then, and the finding names the other one."""
    other = ledgers.grant("dynamodb:*", sid="Wide", policy="other-1")
    world.seen["dynamodb:GetItem"] = ((_call(1, 200),), (ledgers.use(other, action=GET.action),))
    rows, (found,) = _tamper(world, _row(), _row(other, evidence=Evidence.NEVER_USED))

    assert rows[0].effect is Effect.NOT_TRIED
    assert (found.outcome, found.rule) == (Outcome.FAIL, "Rehearsal-Exact")
    assert (found.logical_id, found.location) == ("Policy", GET.location)
    assert "Nothing was denied: dynamodb:GetItem on" in found.message
    assert found.observed == "dynamodb:* on * (Wide, other-1)"


def test_a_second_grant_that_is_not_told_is_found_too(world: _World) -> None:
    """It may be in a policy of nobody's stack."""
    use = ledgers.use(GET, statements=())
    world.seen["dynamodb:GetItem"] = ((_call(1, 200),), (use,))
    _, (found,) = _tamper(world, _row())

    assert (found.outcome, found.observed) == (Outcome.FAIL, "a policy that is not told")


def test_a_grant_that_nothing_came_to_use_is_undecided(world: _World) -> None:
    """What others may use, or it elsewhere, is no use of it."""
    others = (
        ledgers.use(GET, principal="arn:aws:iam::123456789012:role/other"),
        ledgers.use(GET, resource=f"{ledgers.TABLE}-2"),
    )
    world.seen["dynamodb:GetItem"] = ((_call(1, 200),), others)
    _, (found,) = _tamper(world, _row())

    assert found.outcome is Outcome.UNDECIDED
    assert "No call of the exercise came to use it" in found.message
    assert "Mark a contract test as smoke that calls GET /items" in found.remediation


def test_a_denial_for_no_call_is_undecided(world: _World) -> None:
    """A function that was invoked otherwise shows no operation that needs it."""
    world.seen["dynamodb:GetItem"] = ((_call(1, 200),), (_denied(call=0),))
    (row,), (found,) = _tamper(world, _row())

    assert (row.effect, found.outcome) == (Effect.NOT_TRIED, Outcome.UNDECIDED)
    assert "denied for no call of the API" in found.message


def test_a_denial_of_something_else_is_found(world: _World) -> None:
    """It was not taken away; what is denied to others does not matter."""
    world.seen["dynamodb:GetItem"] = (
        (_call(),),
        (_denied(), _denied(PUT), _denied(PUT, principal="arn:aws:iam::123456789012:role/other")),
    )
    _, (found,) = _tamper(world, _row())

    assert found.outcome is Outcome.FAIL
    assert found.observed == f"dynamodb:PutItem on {ledgers.TABLE}"


@pytest.mark.parametrize("name", ["POST /items", "GET /elsewhere"])
def test_a_failure_for_another_reason_is_found(world: _World, name: str) -> None:
    """Nothing that the call did was denied."""
    world.seen["dynamodb:GetItem"] = ((_call(), _call(2, 502, name)), (_denied(),))
    _, (found,) = _tamper(world, _row())

    assert (found.outcome, found.observed) == (Outcome.FAIL, f"{name}: 502")
    assert f"{name} failed with 502, and nothing that it did was denied" in found.message


def test_a_path_of_no_operation_can_fail_too(world: _World) -> None:
    """It is named as it was called."""
    stray = replace(_call(2, 500), operation="", method="GET", path="/x")
    world.seen["dynamodb:GetItem"] = ((_call(), stray), (_denied(),))
    _, (found,) = _tamper(world, _row())
    assert found.observed == "GET /x: 500"


def test_each_grant_is_taken_away_alone(world: _World) -> None:
    """Rows keep their order, and those that are not tried are as they were."""
    world.seen["dynamodb:GetItem"] = ((_call(),), (_denied(),))
    world.seen["dynamodb:PutItem"] = ((_call(3, 500, "POST /items"),), (_denied(PUT, 3),))
    idle = _row(ledgers.grant("s3:GetObject"), evidence=Evidence.NEVER_USED)
    behind = replace(_row(ledgers.grant("s3:PutObject")), operations=())
    trust = _row(ledgers.trust("Service:lambda.amazonaws.com"))
    of_table = _row(ledgers.of_resource("*", "dynamodb:GetItem", ledgers.TABLE))
    rows, findings = _tamper(world, idle, _row(), behind, trust, of_table, _row(PUT, "POST /items"))

    assert [row.effect for row in rows] == [
        *(Effect.NOT_TRIED, Effect.BROKE, Effect.NOT_TRIED),
        *(Effect.NOT_TRIED, Effect.NOT_TRIED, Effect.BROKE),
    ]
    assert (rows[0], rows[2], rows[3], rows[4]) == (idle, behind, trust, of_table)
    assert findings == []
    assert [step for step in world.done if step.startswith("take")] == [
        "take dynamodb:GetItem",
        "take dynamodb:PutItem",
    ]


def test_what_cannot_be_taken_away_is_undecided(world: _World) -> None:
    """A policy of AWS's own is nobody's to change."""
    row = _row(ledgers.grant("logs:PutLogEvents", policy=accounts.OF_AWS))
    rows, (found,) = _tamper(world, row)

    assert (rows, world.done) == ((row,), [])
    assert (found.outcome, found.observed) == (Outcome.UNDECIDED, accounts.OF_AWS)


@pytest.mark.parametrize(
    ("after", "observed"),
    [
        (((_call(9, 500),), ()), "GET /items failed with 500"),
        (
            ((_call(9, 200),), (_denied(call=9),)),
            f"dynamodb:GetItem on {ledgers.TABLE} was denied to {ledgers.ROLE}",
        ),
    ],
)
def test_all_has_to_be_well_again(world: _World, after: Seen, observed: str) -> None:
    """Else nothing that was seen before shows anything."""
    world.seen["dynamodb:GetItem"] = ((_call(),), (_denied(),))
    world.after = after
    _, (found,) = _tamper(world, _row())
    assert (found.outcome, found.observed) == (Outcome.FAIL, observed)


def test_an_exercise_that_calls_nothing_is_an_error(world: _World) -> None:
    """It would find nothing that fails, whatever is missing."""
    world.seen["dynamodb:GetItem"] = ((_call(),), (_denied(),))
    world.after = ((), ())
    with pytest.raises(RehearsalError, match="the exercise called no operation"):
        _tamper(world, _row())


@dataclass
class _Deployed:
    """A stage with the one row that is tampered with here: the index is queried by `GET /items`."""

    scene: Local

    def __post_init__(self) -> None:
        stage, assembly = self.scene.stage, self.scene.assembly
        self.grants = grants.deployed(stage, assembly)
        self.reader = Reader(
            self.scene.aws.records,
            operation_of=lambda *asked: operation(self.scene.routes, *asked),
            roles=[each.holder for each in self.grants if each.kind is Kind.ROLE],
        )
        (self.query,) = [each for each in self.grants if each.action == "dynamodb:Query"]
        (self.function,) = [
            each.arn for each in functions(stage, assembly) if each.role == self.query.holder
        ]

    def exercise(self) -> None:
        """List the items."""
        stage = self.scene.stage
        route = next(each for each in self.scene.routes if each.operation == "GET /items")
        caller = right(stage, route)
        with Wire(stage) as wire:
            wire.status(
                "GET",
                f"{wire.base}/items",
                kind="exercise",
                headers={"x-api-key": caller.key},
                signature=caller.signature,
            )

    def observe(self) -> Seen:
        """What happened since."""
        found = self.reader.read()
        return found.calls, found.uses

    def tamper(self) -> tuple[Row, list[Any]]:
        """Take the query away."""
        known = grants.deployed(self.scene.stage, self.scene.assembly)
        others = [Row(each, Evidence.NEVER_USED) for each in known if each != self.query]
        rows, findings = tamper(
            self.scene.stage,
            [Row(self.query, Evidence.EXERCISED, ("GET /items",), 1), *others],
            exercise=self.exercise,
            exercise_rare=lambda: None,
            observe=self.observe,
            restart=lambda _role: restart(self.scene.stage, [self.function]),
            progress=lambda _: None,
        )
        return rows[0], findings


@pytest.fixture
def deployed(scene: Local) -> _Deployed:
    """Return dev, to be tampered with."""
    return _Deployed(scene)


def test_a_deployed_grant_breaks_what_uses_it(deployed: _Deployed) -> None:
    """Without the query items are not listed, and afterwards they are again."""
    row, findings = deployed.tamper()

    assert findings == []
    assert (row.effect, row.broken) == (Effect.BROKE, ("GET /items",))
    deployed.exercise()
    calls, uses = deployed.observe()
    assert [call.status for call in calls] == [200]
    assert any(match(deployed.query, use) is Match.YES for use in uses)


def test_a_deployed_grant_that_is_given_twice_is_found(deployed: _Deployed) -> None:
    """The second one stands in an inline policy of the role."""
    iam = deployed.scene.stage.client("iam")
    named = {"RoleName": deployed.query.holder.rpartition("/")[2], "PolicyName": "Twice"}
    second = accounts.allow("dynamodb:Q*", deployed.query.resource, Sid="Again")
    iam.put_role_policy(**named, PolicyDocument=json.dumps(accounts.policy(second)))
    try:
        row, (found,) = deployed.tamper()
    finally:
        iam.delete_role_policy(**named)

    assert row.effect is Effect.NOT_TRIED
    assert found.outcome is Outcome.FAIL
    assert found.observed == f"dynamodb:Q* on {deployed.query.resource} (Again, Twice)"
    assert found.construct_path.startswith("ServerlessStack/DataProcessingPolicy")
