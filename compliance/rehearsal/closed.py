"""Whether the stage is closed: calls that nothing allows, made for real, and what they come to.

A refusal proves something only where the right call is let in, so that one comes first. None of the
calls would make anything if it were let in: each names an item that does not exist, or brings a
body that is no JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from compliance.findings import Outcome, Severity
from compliance.rehearsal import callers
from compliance.rehearsal.callers import IAM, KINDS, NOBODY, REFUSED, RIGHT, Caller
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.routing import ANY, NONE, PLACEHOLDER, operation
from compliance.rehearsal.rules import CLOSED, finding
from compliance.rehearsal.wire import THROTTLED, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from compliance.findings import Finding
    from compliance.rehearsal.routing import Route
    from compliance.rehearsal.stage import Stage

MALFORMED: Final = "{"
"""A body that is no JSON: whoever lets it in makes nothing of it."""
METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH")
"""What is tried of a route that takes any."""

_SPELLINGS: Final = {
    "double-slash": "/{}",
    "dot-segments": "{0}/%2e%2e{0}",
    "plain-dot-segments": f"/{NOBODY}/..{{}}",
    "encoded-slash": f"/{NOBODY}%2f..{{}}",
    "trailing-slash": "{}/",
    "path-parameter": f"{{}};{NOBODY}",
}
"""Other spellings of a path, which begins with a slash."""
_NOT_THERE: Final = frozenset({403, 404})
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_FAILED: Final = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call came to.

    Attributes:
        kind: of the call: `right`, or one of `callers.KINDS`.
        operation: method and path template; the path as sent where it is no operation's.
        status: of the answer.
    """

    kind: str
    operation: str
    status: int


@dataclass(frozen=True, slots=True)
class Closed:
    """What the probes came to.

    Attributes:
        answers: one for each call, in their order.
        findings: one for each call that was not answered as it had to be.
    """

    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]


def probe(
    stage: Stage, routes: Sequence[Route], *, connect: Callable[[Stage], Wire] = Wire
) -> Closed:
    """Call every route as nobody may.

    Args:
        stage: to call.
        routes: of its API, preflights included; those are not called.
        connect: to the stage.

    Raises:
        RehearsalError: a call got no answer, or the stage has nobody to call as.
    """
    with connect(stage) as wire:
        prober = _Prober(stage, routes, wire)
        prober.try_all()
    return Closed(tuple(prober.answers), tuple(prober.findings))


class _Prober:
    def __init__(self, stage: Stage, routes: Sequence[Route], wire: Wire) -> None:
        self.answers: list[Answer] = []
        self.findings: list[Finding] = []
        self._stage = stage
        self._known = routes
        self._routes = [route for route in routes if not route.is_preflight]
        self._wire = wire

    def try_all(self) -> None:
        if not self._routes:
            raise RehearsalError("the API has no method to call: nothing would be proven")
        keyed = any(route.api_key_required for route in self._routes)
        for route in self._routes:
            if route.authorization == NONE:
                self._find_open(route)
            elif keyed and not route.api_key_required:
                self._find_keyless(route)
            for method in METHODS if route.method == ANY else (route.method,):
                self._try(route, method)
        caller = callers.right(self._stage, self._routes[0])
        for kind, method, path in self._elsewhere():
            lost = replace(caller, kind=kind, refusals=_NOT_THERE)
            self._refused(f"{method} {path.removeprefix(self._wire.base)}", method, path, lost)
        if self._stage.stranger is None and any(
            route.authorization == IAM for route in self._routes
        ):
            self.findings.append(
                finding(
                    CLOSED,
                    "Nobody is named whom nothing allows the API, so no such call was made.",
                    outcome=Outcome.UNDECIDED,
                    remediation="Name a user or role of the same account that has no permission.",
                )
            )

    def _try(self, route: Route, method: str) -> None:
        path = _filled(route.path)
        self._let_in(route, method, self._wire.base + path)
        for caller in callers.wrong(self._stage, route):
            self._refused(route.operation, method, self._wire.base + path, caller, route)
        for kind, spelling in _SPELLINGS.items() if route.authorization != NONE else ():
            caller = callers.nobody(self._stage, route, kind)
            caller = replace(caller, refusals=caller.refusals | _NOT_THERE)
            spelled = self._wire.base + spelling.format(path)
            self._refused(route.operation, method, spelled, caller, route)

    def _elsewhere(self) -> Iterator[tuple[str, str, str]]:
        """Kind, method and path of what is not there."""
        base = self._wire.base
        unknown = f"/{NOBODY}/{NOBODY}/{NOBODY}"
        if not operation(self._known, "GET", unknown):
            yield "unknown-path", "GET", base + unknown
        for path in dict.fromkeys(_filled(route.path) for route in self._routes):
            absent = [method for method in METHODS if not operation(self._known, method, path)]
            for method in absent[:1]:
                yield "unknown-method", method, base + path
        known = self._routes[0]
        method = METHODS[0] if known.method == ANY else known.method
        above, _, stage = base.rpartition("/")
        yield "other-stage", method, f"{above}/{NOBODY}{_filled(known.path)}"
        # In an account, an API is known by its host: another one is no part of this stage.
        if self._stage.local:
            others, _, _ = above.rpartition("/")
            yield "other-api", method, f"{others}/00000000/{stage}{_filled(known.path)}"

    def _call(self, method: str, path: str, caller: Caller) -> int:
        headers = {"x-api-key": caller.key} if caller.key else {}
        if caller.token:
            headers["Authorization"] = caller.token
        body = MALFORMED if method in _WITH_BODY else None
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._wire.status(
            method, path, kind=caller.kind, headers=headers, body=body, signature=caller.signature
        )

    def _let_in(self, route: Route, method: str, path: str) -> None:
        status = self._call(method, path, callers.right(self._stage, route))
        self.answers.append(Answer(RIGHT, route.operation, status))
        if status in (*REFUSED, THROTTLED) or status >= _FAILED:
            self.findings.append(
                finding(
                    CLOSED,
                    f"{route.operation} answers {status} to the right call, so that what it "
                    "refuses besides proves nothing.",
                    place=route.place,
                    location=route.operation,
                    observed=str(status),
                    outcome=Outcome.UNDECIDED,
                    remediation="Let the caller in: read which policy, key or scope it lacks.",
                )
            )

    def _refused(
        self, name: str, method: str, path: str, caller: Caller, route: Route | None = None
    ) -> None:
        status = self._call(method, path, caller)
        self.answers.append(Answer(caller.kind, name, status))
        if status in caller.refusals:
            return
        throttled = status == THROTTLED
        told = "held back" if throttled else "not refused"
        wanted = " or ".join(str(one) for one in sorted(caller.refusals))
        self.findings.append(
            finding(
                CLOSED,
                f"{name}: a call {KINDS[caller.kind]} is {told}: it is answered {status}, "
                f"and {wanted} would refuse it.",
                place=route.place if route else None,
                location=name,
                observed=f"{caller.kind}: {status}",
                outcome=Outcome.UNDECIDED if throttled else Outcome.FAIL,
            )
        )

    def _find_open(self, route: Route) -> None:
        self.findings.append(
            finding(
                CLOSED,
                f"{route.operation} asks nobody who they are: whoever finds its address may call "
                "it.",
                place=route.place,
                location=route.operation,
                observed=NONE,
            )
        )

    def _find_keyless(self, route: Route) -> None:
        found = finding(
            CLOSED,
            f"{route.operation} asks for no API key, others do: no usage plan counts or limits "
            "its calls.",
            place=route.place,
            location=route.operation,
            observed="ApiKeyRequired: false",
            remediation="Ask for the API key there too.",
        )
        # Who calls is known all the same: a key authorizes nobody.
        self.findings.append(replace(found, severity=Severity.MEDIUM))


def _filled(path: str) -> str:
    return PLACEHOLDER.sub(NOBODY, path)
