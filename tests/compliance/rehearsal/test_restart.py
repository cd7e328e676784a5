"""What a function keeps in memory is gone after a restart, and its settings are as before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

from compliance.rehearsal import grants
from compliance.rehearsal.callers import right
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.functions import functions
from compliance.rehearsal.model import Kind
from compliance.rehearsal.records import Reader
from compliance.rehearsal.restart import MARK, restart
from compliance.rehearsal.wire import Wire
from tests.compliance.rehearsal import accounts

if TYPE_CHECKING:
    from compliance.rehearsal.scene import Local


def _reads(scene: Local, reader: Reader, function: str) -> int:
    """How often the function reads its settings while items are listed."""
    reader.read()
    route = next(each for each in scene.routes if each.operation == "GET /items")
    caller = right(scene.stage, route)
    with Wire(scene.stage) as wire:
        headers = {"x-api-key": caller.key}
        path = f"{wire.base}/items"
        status = wire.status(
            "GET", path, kind="restart", headers=headers, signature=caller.signature
        )
    assert status == 200
    return [use.action for use in reader.read().uses if use.principal == function].count(
        "ssm:GetParameter"
    )


def test_a_restarted_function_reads_its_settings_again(scene: Local) -> None:
    """It keeps them for a minute otherwise; its description is what it was."""
    roles = [
        each.holder
        for each in grants.deployed(scene.stage, scene.assembly)
        if each.kind is Kind.ROLE
    ]
    reader = Reader(scene.aws.records, operation_of=lambda *_: "", roles=roles)
    own = next(each for each in functions(scene.stage, scene.assembly) if "DataProc" in each.arn)
    service = scene.stage.client("lambda")
    before = service.get_function_configuration(FunctionName=own.arn)["Description"]
    restart(scene.stage, [own.arn])
    assert _reads(scene, reader, own.role) == 1
    assert _reads(scene, reader, own.role) == 0

    restart(scene.stage, [own.arn])

    assert _reads(scene, reader, own.role) == 1
    assert service.get_function_configuration(FunctionName=own.arn)["Description"] == before


class _Lambda:
    """Functions by name, with their descriptions; notes what is done to them."""

    def __init__(self, **descriptions: str) -> None:
        self.descriptions = descriptions
        self.done: list[tuple[str, str]] = []
        self.fails: dict[str, Exception] = {}

    def answers(self) -> accounts.Answers:
        """What a client of it answers."""
        return {
            "lambda.get_waiter": lambda _: self,
            "lambda.get_function_configuration": self._settings,
            "lambda.update_function_configuration": self._update,
        }

    def wait(self, **asked: Any) -> None:  # noqa: ANN401 - boto3's
        """Wait until a function is ready."""
        self._note("wait", asked["FunctionName"])

    def _settings(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - Lambda's
        return {"Description": self.descriptions[FunctionName], "Timeout": 29}

    def _update(self, *, FunctionName: str, Description: str, **more: int) -> None:  # noqa: N803
        assert more in ({}, {"Timeout": 29})
        assert len(Description) <= 256
        self._note("update" if more else "restore", FunctionName)
        assert Description != self.descriptions[FunctionName], "that would change nothing"
        self.descriptions[FunctionName] = Description

    def _note(self, what: str, name: str) -> None:
        self.done.append((what, name))
        error = self.fails.get(what)
        if error is not None:
            raise error


def test_functions_are_restarted_side_by_side() -> None:
    """All are changed before the first is waited for."""
    service = _Lambda(a="one", b="")
    restart(accounts.stage(service.answers()), ["a", "b"])

    assert service.done == [
        *(("wait", "a"), ("update", "a"), ("wait", "b"), ("update", "b")),
        *(("wait", "a"), ("wait", "b"), ("restore", "a"), ("restore", "b")),
    ]
    assert service.descriptions == {"a": "one", "b": ""}


def test_a_long_description_has_room_for_the_mark() -> None:
    """And is as long as before when all is done."""
    service = _Lambda(a="x" * 256)
    restart(accounts.stage(service.answers()), ["a"])
    assert service.descriptions == {"a": "x" * 256}


def test_no_function_is_no_work() -> None:
    """Nothing is asked."""
    service = _Lambda()
    restart(accounts.stage(service.answers()), [])
    assert service.done == []


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("update", accounts.denied("UpdateFunctionConfiguration")),
        ("wait", WaiterError("function_updated", "Max attempts exceeded", {})),
        ("restore", accounts.denied("UpdateFunctionConfiguration")),
    ],
)
def test_a_function_that_cannot_be_restarted_is_an_error(what: str, error: Exception) -> None:
    """It names the function, the reason, and the permissions."""
    service = _Lambda(a="one")
    service.fails[what] = error
    with pytest.raises(RehearsalError) as raised:
        restart(accounts.stage(service.answers()), ["a"])
    assert str(raised.value).startswith(f"a: cannot be started anew: {error}; next")
    assert "lambda:UpdateFunctionConfiguration" in str(raised.value)


def test_what_one_restart_left_the_next_one_takes_away() -> None:
    """A mark stays when somebody is killed in between."""
    service = _Lambda(a=f"one{MARK}")
    asked: list[str] = []
    answers = service.answers()

    def update(*, FunctionName: str, Description: str, **_: int) -> None:  # noqa: N803 - Lambda's
        asked.append(Description)
        service.descriptions[FunctionName] = Description

    restart(accounts.stage({**answers, "lambda.update_function_configuration": update}), ["a"])
    assert asked == ["one", "one"]
    assert service.descriptions == {"a": "one"}
