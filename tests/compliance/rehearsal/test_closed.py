"""A stage is closed when nobody is let in whom nothing allows it; and only a call can show that."""

from __future__ import annotations

import base64
import json
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from compliance.findings import Outcome, Severity
from compliance.rehearsal.callers import KINDS, NOBODY, right, tampered, unsigned, wrong
from compliance.rehearsal.closed import METHODS, probe
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.model import Place
from compliance.rehearsal.routing import Route
from compliance.rehearsal.stage import Credentials, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compliance.rehearsal.scene import Local
    from compliance.rehearsal.wire import Signature

SIGNED = {"unsigned", "foreign-authorization", "wrong-secret", "stale", "other-region", "stranger"}
SPELLED = {"double-slash", "dot-segments", "plain-dot-segments", "encoded-slash"} | {
    "trailing-slash",
    "path-parameter",
}
KEYED = {"no-key", "wrong-key"}
ABSENT = {"unknown-path", "unknown-method", "other-stage", "other-api"}
TOKENS = {"no-token", "no-jwt", "tampered-token", "unsigned-token", "other-scope", "stranger"}


def _encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


TOKEN = f"{_encoded({'alg': 'RS256', 'kid': '1'})}.{_encoded({'sub': 'x'})}.c2lnbmVk"
STAGE = Stage(
    base_url="https://localhost:1/_aws/execute-api/api1/v1",
    region="us-east-1",
    account="123456789012",
    authorization="iam",
    api_key="key",
    caller=Credentials("AKIACALLER", "secret"),
    stranger=Credentials("AKIASTRANGER", "secret"),
    openapi="",
    tokens={"all": TOKEN, "items/read": f"{TOKEN}r", "items/write": f"{TOKEN}w", "stranger": "x"},
)


def _route(method: str = "GET", path: str = "/items", **changed: Any) -> Route:  # noqa: ANN401
    place = Place("Api.template.json", "Api", f"{method}items", "AWS::ApiGateway::Method")
    return replace(
        Route(method, path, "AWS_IAM", (), api_key_required=True, place=place), **changed
    )


@dataclass
class _Wire:
    """A stage that answers by the kind of a call."""

    statuses: Mapping[str, int] = field(default_factory=dict)
    base: str = "/_aws/execute-api/api1/v1"
    sent: list[tuple[str, str, str, Mapping[str, str], str | None]] = field(default_factory=list)

    def __call__(self, _: Stage) -> Any:  # noqa: ANN401 - a context manager of itself
        return nullcontext(self)

    def status(
        self,
        method: str,
        path: str,
        *,
        kind: str,
        headers: Mapping[str, str],
        body: str | None,
        signature: Signature | None,
    ) -> int:
        """The status for its kind; by default what is right."""
        assert signature is None or "Authorization" not in headers
        self.sent.append((kind, method, path, headers, body))
        return self.statuses.get(kind, 200 if kind == "right" else 403)


def test_the_deployed_stage_is_closed(scene: Local) -> None:
    """Every operation lets its caller in, and refuses all others, each in every way."""
    found = probe(scene.stage, scene.routes)

    assert found.findings == ()
    operations = {route.operation for route in scene.routes if not route.is_preflight}
    assert {answer.operation for answer in found.answers} >= operations
    tried = Counter((answer.kind, answer.operation) for answer in found.answers)
    for kind in SIGNED | KEYED | SPELLED | {"right"}:
        assert all(tried[kind, operation] == 1 for operation in operations), kind
    assert {answer.kind for answer in found.answers} == {
        "right"
    } | SIGNED | KEYED | SPELLED | ABSENT
    assert {answer.status for answer in found.answers if answer.kind in SIGNED | KEYED} == {403}


def test_nothing_is_made_by_probing(scene: Local) -> None:
    """Not even by the calls that are let in."""
    table = scene.stage.client("dynamodb")
    name = scene.stage.outputs["TableName"]
    before = table.scan(TableName=name, Select="COUNT")["Count"]
    probe(scene.stage, scene.routes)

    assert table.scan(TableName=name, Select="COUNT")["Count"] == before


def test_whoever_is_let_in_besides_is_found(scene: Local) -> None:
    """Here the stranger is one whom the API does allow."""
    found = probe(replace(scene.stage, stranger=scene.stage.caller), scene.routes).findings

    routes = [route for route in scene.routes if not route.is_preflight]
    assert {each.location for each in found} == {route.operation for route in routes}
    assert {each.logical_id for each in found} == {route.place.logical_id for route in routes}
    (one,) = [each for each in found if each.location == "GET /items"]
    assert (one.outcome, one.severity) == (Outcome.FAIL, Severity.CRITICAL)
    assert one.observed == "stranger: 200"
    assert "of somebody whom nothing allows it is not refused: it is answered 200" in one.message


def test_refusals_prove_nothing_where_the_right_call_is_refused_too(scene: Local) -> None:
    """With a wrong API key nobody is let in, and each operation is undecided."""
    found = probe(replace(scene.stage, api_key=NOBODY), scene.routes).findings

    routes = [route for route in scene.routes if not route.is_preflight]
    assert [each.outcome for each in found] == [Outcome.UNDECIDED] * len(routes)
    assert {each.observed for each in found} == {"403"}


@pytest.mark.parametrize("kind", sorted(SIGNED | KEYED | SPELLED | ABSENT))
@pytest.mark.parametrize("status", [200, 204, 302, 400, 500])
def test_what_is_no_refusal_is_found(kind: str, status: int) -> None:
    """Whatever else is answered, to whichever kind of call."""
    found = probe(STAGE, [_route()], connect=_Wire({kind: status})).findings

    assert [each.outcome for each in found] == [Outcome.FAIL]
    assert found[0].observed == f"{kind}: {status}"
    assert f"a call {KINDS[kind]} is not refused" in found[0].message


@pytest.mark.parametrize("kind", sorted(TOKENS))
def test_a_route_with_tokens_is_called_with_wrong_ones(kind: str) -> None:
    """A token of another scope among them; both 401 and 403 refuse it."""
    route = _route("POST", authorization="COGNITO_USER_POOLS", scopes=("items/write",))
    refusing = dict.fromkeys(TOKENS, 401)
    assert probe(STAGE, [route], connect=_Wire(refusing)).findings == ()

    found = probe(STAGE, [route], connect=_Wire({**refusing, kind: 201})).findings
    assert [each.observed for each in found] == [f"{kind}: 201"]


def test_every_token_of_the_pool_may_call_a_route_without_scopes() -> None:
    """So none of them is tried as a wrong one."""
    route = _route(authorization="COGNITO_USER_POOLS")
    kinds = {caller.kind for caller in wrong(STAGE, route)}
    assert kinds == {"no-token", "no-jwt", "tampered-token", "unsigned-token", *KEYED}


def test_a_custom_authorizer_is_called_without_and_with_a_wrong_token() -> None:
    """There is nothing that it would take, so it stays undecided."""
    wire = _Wire({"right": 401})
    found = probe(STAGE, [_route(authorization="CUSTOM", api_key_required=False)], connect=wire)

    assert {"no-token", "no-jwt"} < {answer.kind for answer in found.answers}
    assert [each.outcome for each in found.findings] == [Outcome.UNDECIDED]


def test_a_route_that_asks_nobody_is_found() -> None:
    """Unless it is a preflight."""
    wire = _Wire()
    preflight = _route("OPTIONS", authorization="NONE", is_preflight=True)
    found = probe(STAGE, [preflight, _route(authorization="NONE")], connect=wire)

    assert [each.observed for each in found.findings] == ["NONE"]
    assert "GET /items asks nobody who they are" in found.findings[0].message
    assert "OPTIONS" not in {method for _, method, *_ in wire.sent}
    assert {kind for kind, *_ in wire.sent} == {"right", *KEYED, *ABSENT}


def test_a_method_without_an_api_key_beside_others_with_one_is_found() -> None:
    """No usage plan counts its calls; who calls is known all the same."""
    keyless = _route("POST", api_key_required=False)
    open_one = _route("PUT", authorization="NONE", api_key_required=False)
    preflight = _route("OPTIONS", authorization="NONE", is_preflight=True, api_key_required=False)
    found = probe(STAGE, [_route(), keyless, preflight], connect=_Wire()).findings

    (one,) = found
    assert (one.outcome, one.severity) == (Outcome.FAIL, Severity.MEDIUM)
    assert (one.location, one.logical_id) == ("POST /items", "POSTitems")
    assert one.message.startswith("POST /items asks for no API key, others do")
    (stronger,) = probe(STAGE, [_route(), open_one], connect=_Wire()).findings
    assert "PUT /items asks nobody who they are" in stronger.message


def test_an_api_without_keys_is_not_asked_for_any() -> None:
    """They authorize nobody; a preflight cannot bring one."""
    keyless = _route(api_key_required=False)
    preflight = _route("OPTIONS", authorization="NONE", is_preflight=True)
    assert probe(STAGE, [keyless, preflight], connect=_Wire()).findings == ()


@pytest.mark.parametrize("kind", ["unsigned", "right"])
def test_a_call_that_is_held_back_proves_nothing(kind: str) -> None:
    """429 is neither let in nor refused."""
    found = probe(STAGE, [_route()], connect=_Wire({kind: 429})).findings
    assert [each.outcome for each in found] == [Outcome.UNDECIDED]


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_a_right_call_that_fails_proves_nothing(status: int) -> None:
    """Its refusals may have another reason."""
    found = probe(STAGE, [_route()], connect=_Wire({"right": status})).findings
    assert [(each.outcome, each.observed) for each in found] == [(Outcome.UNDECIDED, str(status))]


def test_without_a_stranger_there_is_no_verdict() -> None:
    """Nothing shows that another user of the account is refused."""
    found = probe(replace(STAGE, stranger=None), [_route()], connect=_Wire()).findings
    assert [each.outcome for each in found] == [Outcome.UNDECIDED]
    assert "Nobody is named whom nothing allows the API" in found[0].message


def test_a_route_of_any_method_is_tried_with_each() -> None:
    """And where it takes every path, none is unknown."""
    wire = _Wire()
    probe(STAGE, [_route("ANY", "/{proxy+}")], connect=wire)

    assert {method for kind, method, *_ in wire.sent if kind == "unsigned"} == set(METHODS)
    assert not {"unknown-path", "unknown-method"} & {kind for kind, *_ in wire.sent}


def test_calls_name_nothing_that_exists_and_bring_nothing_that_can_be_made() -> None:
    """Placeholders are filled, and a body is no JSON."""
    wire = _Wire()
    probe(STAGE, [_route("PUT", "/items/{id}/parts/{part+}")], connect=wire)

    right_calls = [sent for sent in wire.sent if sent[0] == "right"]
    path = f"{wire.base}/items/{NOBODY}/parts/{NOBODY}"
    headers = {"x-api-key": "key", "Content-Type": "application/json"}
    assert right_calls == [("right", "PUT", path, headers, "{")]
    spelled = {kind: path for kind, _, path, *_ in wire.sent if kind in SPELLED}
    assert spelled["encoded-slash"].endswith(f"/v1/{NOBODY}%2f../items/{NOBODY}/parts/{NOBODY}")


def test_only_the_local_aws_is_called_at_another_api() -> None:
    """In an account another API is another host; there, another service's signature counts."""
    wire = _Wire()
    probe(replace(STAGE, local=False), [_route()], connect=wire)

    kinds = {kind for kind, *_ in wire.sent}
    assert "other-api" not in kinds
    assert "other-service" in kinds


def test_an_api_without_a_method_proves_nothing() -> None:
    """It is an error, and no pass."""
    with pytest.raises(RehearsalError, match="nothing would be proven"):
        probe(STAGE, [], connect=_Wire())


def test_tokens_have_to_be_there() -> None:
    """The error says which."""
    with pytest.raises(RehearsalError, match="one for every scope, named 'all'"):
        right(replace(STAGE, tokens={}), _route(authorization="COGNITO_USER_POOLS"))


def test_a_tampered_token_differs_in_its_signature_alone() -> None:
    """And always differs."""
    assert tampered("a.b.Axy") == "a.b.Bxy"
    assert tampered("a.b.xyz") == "a.b.Ayz"


def test_an_unsigned_token_has_the_same_claims() -> None:
    """Its header says that it needs no signature."""
    header, claims, signature = unsigned(TOKEN).split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "none", "kid": "1"}
    assert (claims, signature) == (TOKEN.split(".")[1], "")


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", f"{_encoded([1])}.b.c", "é.b.c"])
def test_what_is_no_token_cannot_be_changed(token: str) -> None:
    """The error tells nothing of it."""
    with pytest.raises(RehearsalError, match="is no JSON Web Token") as raised:
        unsigned(token)
    assert not token or token not in str(raised.value)


def test_secrets_are_not_shown() -> None:
    """Neither a key nor a token is part of what a caller looks like."""
    shown: Callable[[object], str] = repr
    assert "key'" not in shown(right(STAGE, _route()))
    route = _route(authorization="COGNITO_USER_POOLS")
    assert TOKEN not in shown(right(STAGE, route))
