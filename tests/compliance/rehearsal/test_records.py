"""The local server's records become calls of the API and uses of AWS, each told once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.model import Call, Kind, Origin, Statement, Use
from compliance.rehearsal.records import Reader, Records

RECORDED: Final = Path(__file__).parent / "data" / "records.jsonl"
"""Of a deploy, a create, a list, a read, a replacement by large data, a read, a deletion, six
calls that were refused or wrong, and what the operator asked afterwards."""
ROLE: Final = (
    "arn:aws:iam::000000000000:role/"
    "serverless-infrastructure-dev-serverless-DataProces49D7D15D5DD75"
)
SESSION: Final = "arn:aws:sts::000000000000:assumed-role/role-1/session-1"


def _operation(method: str, path: str) -> str:
    known = path in ("/items", "/items/") or path.startswith("/items/")
    name = "/items" if path == "/items" else "/items/{id}"
    return f"{method} {name}" if known else ""


def _reader(path: Path, **more: Any) -> Reader:  # noqa: ANN401 - named arguments
    return Reader(path, operation_of=_operation, **more)


def _recorded() -> Records:
    return _reader(RECORDED, roles=[ROLE]).read()


def _decision(**changed: object) -> dict[str, object]:
    return {
        "kind": "decision",
        "time": 1.0,
        "policy": "identity",
        "principal": SESSION,
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "decision": "Allow",
        "matched": [
            {
                "sid": "One",
                "actions": ["s3:Get*"],
                "resources": ["*"],
                "not_actions": False,
                "not_resources": False,
                "conditions": {},
            }
        ],
        "call": 7,
        **changed,
    }


def _uses(tmp_path: Path, *records: dict[str, object], **more: Any) -> list[Use]:  # noqa: ANN401
    path = tmp_path / "records.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    return list(_reader(path, **more).read().uses)


def test_calls_of_the_api_are_told_and_no_others() -> None:
    """Method, operation, path below the stage and status, in the order of the answers."""
    found = _recorded().calls
    assert [(call.operation, call.status) for call in found] == [
        ("POST /items", 201),
        ("GET /items", 200),
        ("GET /items/{id}", 200),
        ("PUT /items/{id}", 200),
        ("GET /items/{id}", 200),
        ("DELETE /items/{id}", 204),
        ("GET /items", 403),
        ("GET /items", 403),
        ("", 403),
        ("OPTIONS /items", 204),
        ("POST /items", 400),
    ]
    assert found[0].path == "/items"
    assert found[0].method == "POST"


def test_what_a_function_did_is_told_with_the_operation() -> None:
    """By the trace of its invocation; principals are roles, not sessions."""
    found = [use for use in _recorded().uses if use.principal == ROLE]
    by_operation = {
        operation: sorted(use.action for use in found if use.operation == operation)
        for operation in {use.operation for use in found}
    }
    assert by_operation == {
        "POST /items": [
            "dynamodb:PutItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "ssm:GetParameter",
        ],
        "GET /items": ["dynamodb:Query"] * 3,
        "GET /items/{id}": ["dynamodb:GetItem", "dynamodb:GetItem", "s3:GetObject"],
        "PUT /items/{id}": ["dynamodb:GetItem", "dynamodb:PutItem", "s3:PutObject"],
        "DELETE /items/{id}": ["dynamodb:DeleteItem", "dynamodb:GetItem", "s3:DeleteObject"],
    }
    assert all(use.allowed and use.call for use in found)


def test_a_use_names_the_statement_that_allowed_it() -> None:
    """By the patterns that matched, as they are deployed."""
    (found,) = [use for use in _recorded().uses if use.action == "s3:PutObject" and use.call]
    assert [(each.sid, each.actions, each.kind) for each in found.statements] == [
        ("LargeData", ("s3:PutObject",), Kind.ROLE)
    ]
    assert found.statements[0].resources[0].endswith("/items/*")


def test_what_happened_while_deploying_has_no_operation() -> None:
    """The custom resource's function was invoked for no call of the API."""
    found = [use for use in _recorded().uses if use.action.startswith("ec2:Revoke")]
    assert len(found) == 2
    assert {(use.operation, use.call, use.allowed) for use in found} == {("", 0, True)}


def test_the_caller_itself_is_told_with_its_call() -> None:
    """Of the API's own authorization, an unknown path included."""
    found = [use for use in _recorded().uses if use.action == "execute-api:Invoke"]
    assert {use.principal for use in found} == {"arn:aws:iam::000000000000:user/rehearsal-caller"}
    assert [use.operation for use in found if use.resource.endswith("/nothing")] == [""]
    assert all(use.call for use in found)


def test_identity_and_resource_policy_are_one_use(tmp_path: Path) -> None:
    """Both decide about one call; the statements are those of the policies that allowed it."""
    resource = _decision(policy="resource", time=1.1)
    (found,) = _uses(tmp_path, _decision(), resource)
    assert found.allowed
    assert found.time == 1.0
    assert [each.kind for each in found.statements] == [Kind.ROLE, Kind.RESOURCE]


def test_a_policy_that_is_asked_twice_counts_once(tmp_path: Path) -> None:
    """A resource's policy is asked again, more narrowly, where it alone allows."""
    nothing = _decision(decision="ImplicitDeny", matched=[])
    resource = _decision(policy="resource")
    (found,) = _uses(tmp_path, nothing, resource, resource)
    assert found.allowed
    assert len(found.statements) == 1


def test_the_same_call_again_is_another_use(tmp_path: Path) -> None:
    """Each asks for the caller's policies anew."""
    assert len(_uses(tmp_path, _decision(), _decision(time=2.0))) == 2


def test_a_refusal_is_a_denied_use(tmp_path: Path) -> None:
    """No statement allows it, so none is named."""
    refused = _decision(kind="refused", reason="No matching Allow statement")
    nothing = _decision(decision="ImplicitDeny", matched=[])
    (found,) = _uses(tmp_path, nothing, refused)
    assert (found.allowed, found.statements) == (False, ())


def test_what_a_refusal_denies_is_denied_whatever_else_was_said(tmp_path: Path) -> None:
    """A key's own policy must allow too: that the caller's does is not enough."""
    resource = _decision(policy="resource", decision="ImplicitDeny", matched=[])
    (found,) = _uses(tmp_path, _decision(), resource, _decision(kind="refused", reason=""))
    assert not found.allowed


def test_an_explicit_denial_names_its_statement(tmp_path: Path) -> None:
    """A queue's own policy denies without a refusal being written."""
    denial = _decision(policy="resource", decision="Deny")
    (found,) = _uses(tmp_path, _decision(), denial)
    assert not found.allowed
    assert found.statements == (Statement("One", ("s3:Get*",), ("*",), {}, kind=Kind.RESOURCE),)


def test_who_is_not_known_is_refused_before_any_policy(tmp_path: Path) -> None:
    """A wrong signature: the use has no principal."""
    (found,) = _uses(tmp_path, _decision(kind="refused", principal="", reason="InvalidSignature"))
    assert (found.principal, found.allowed, found.origin) == ("", False, Origin.AUTHORIZATION)


def test_a_simulation_is_no_use(tmp_path: Path) -> None:
    """IAM's simulator decides about a role; only its sessions call anything."""
    assert not _uses(tmp_path, _decision(principal="arn:aws:iam::000000000000:role/role-1"))


def test_the_root_needs_no_policy_of_its_own(tmp_path: Path) -> None:
    """A queue's policy is asked all the same, and that it says nothing is no denial."""
    (found,) = _uses(
        tmp_path,
        _decision(
            policy="resource",
            decision="ImplicitDeny",
            matched=[],
            principal="arn:aws:iam::000000000000:root",
        ),
    )
    assert found.allowed


def test_a_role_with_a_path_is_known_by_its_name(tmp_path: Path) -> None:
    """A session's ARN has no path."""
    arn = "arn:aws:iam::000000000000:role/service/role-1"
    (known,) = _uses(tmp_path, _decision(), roles=[arn])
    (unknown,) = _uses(tmp_path, _decision())
    assert known.principal == arn
    assert unknown.principal == "arn:aws:iam::000000000000:role/role-1"


def test_what_nobody_asked_for_is_a_use_too(tmp_path: Path) -> None:
    """The local AWS does some things by itself."""
    decision = _decision()
    del decision["call"]
    (found,) = _uses(tmp_path, decision)
    assert (found.call, found.operation) == (0, "")


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    """A later use of an earlier call still has its operation."""
    path = tmp_path / "records.jsonl"
    reader = _reader(path)
    lines = [
        {"kind": "trace", "time": 1.0, "call": 7, "trace": "t"},
        {
            "kind": "call",
            "time": 1.0,
            "call": 7,
            "method": "GET",
            "path": "/_aws/execute-api/a/v1/items",
            "status": 200,
        },
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert len(reader.read().calls) == 1
    late = _decision(trace="t")
    del late["call"]
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(late) + "\n")
    found = reader.read()
    assert not found.calls
    assert [(use.operation, use.call) for use in found.uses] == [("GET /items", 7)]
    assert reader.read() == Records()


def test_a_line_that_is_not_whole_waits(tmp_path: Path) -> None:
    """The server is just writing it."""
    path = tmp_path / "records.jsonl"
    line = json.dumps(_decision())
    path.write_text(line, encoding="utf-8")
    reader = _reader(path)
    assert reader.read() == Records()
    path.write_text(line + "\n", encoding="utf-8")
    assert len(reader.read().uses) == 1


@given(cuts=st.sets(st.integers(0, 11)))
def test_reading_in_pieces_is_reading_the_whole(
    cuts: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Wherever a call is answered, the records may be read that far and later on."""
    lines = RECORDED.read_bytes().splitlines(keepends=True)
    answered = [0, *(at for at, line in enumerate(lines, 1) if b"/_aws/" in line)]
    path = tmp_path_factory.mktemp("records") / "records.jsonl"
    path.touch()
    reader = _reader(path, roles=[ROLE])
    calls: list[Call] = []
    uses: list[Use] = []
    for end in (*sorted(answered[cut] for cut in cuts), len(lines)):
        path.write_bytes(b"".join(lines[:end]))
        found = reader.read()
        calls += found.calls
        uses += found.uses
    assert Records(tuple(calls), tuple(uses)) == _recorded()


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[1]",
        "[" * 100_000,
        '{"kind": "unheard-of"}',
        '{"kind": "call", "path": 7}',
        '{"kind": "call", "call": "x", "path": "/_aws/execute-api/a/v1/items"}',
        '{"kind": "trace"}',
        '{"kind": "decision", "principal": null}',
        '{"no": "kind"}',
    ],
)
def test_a_line_that_cannot_be_read_stops_the_rehearsal(line: str, tmp_path: Path) -> None:
    """The message names file and line, and repeats nothing of it."""
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps(_decision()) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(RehearsalError, match=r"records\.jsonl:2: .*not whole") as error:
        _reader(path).read()
    assert "unheard-of" not in str(error.value)


def test_records_that_are_not_there_stop_the_rehearsal(tmp_path: Path) -> None:
    """No evidence is no evidence of anything."""
    with pytest.raises(RehearsalError, match="cannot be read"):
        _reader(tmp_path / "none.jsonl").read()
