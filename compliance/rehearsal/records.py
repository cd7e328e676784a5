"""What the local AWS wrote down: calls of the API, and the authorizations they led to.

The form of the records is told in `local/server.py`, which writes them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.model import Call, Kind, Origin, Statement, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

_API: Final = re.compile(r"/_aws/execute-api/[^/]+/[^/]+(/.*)?", re.DOTALL)
_SESSION: Final = re.compile(r"arn:([a-z-]+):sts::(\d*):assumed-role/([^/]+)/.*", re.DOTALL)

Asker = tuple[str, str]
"""`call` with its number, `trace` with its id, or nothing twice."""


@dataclass(frozen=True, slots=True)
class Records:
    """What happened between two readings.

    Attributes:
        calls: of the API, in the order of their answers.
        uses: of AWS, in the order of their authorizations; by whoever it was.
    """

    calls: tuple[Call, ...] = ()
    uses: tuple[Use, ...] = ()


@dataclass(slots=True)
class _Authorization:
    """One use, as its decisions come in: of the caller's policies, then of the resource's own."""

    asker: Asker
    principal: str
    action: str
    resource: str
    time: float
    decisions: list[str] = field(default_factory=list)
    refused: bool = False
    asked_identity: bool = False
    allowing: list[Statement] = field(default_factory=list)
    denying: list[Statement] = field(default_factory=list)

    @property
    def allowed(self) -> bool:
        """The outcome.

        A queue's policy alone is asked where the account's root calls, who needs no other.
        """
        if self.refused or "Deny" in self.decisions:
            return False
        return "Allow" in self.decisions or not self.asked_identity


class Reader:
    """Reads a file of records while it is written, each time from where it ended."""

    def __init__(
        self,
        path: Path,
        *,
        operation_of: Callable[[str, str], str],
        roles: Collection[str] = (),
    ) -> None:
        """Begin at the file's start.

        Args:
            path: the file.
            operation_of: the operation of a method and a path below the stage; empty for none.
            roles: ARNs of the deployed roles. A session's ARN lacks the path of its role, and is
                told by it here.
        """
        self._path = path
        self._operation_of = operation_of
        self._roles = {arn.rpartition("/")[2]: arn for arn in roles}
        self._offset = 0
        self._line = 0
        self._operations: dict[int, str] = {}
        self._calls_of: dict[str, int] = {}

    def read(self) -> Records:
        """What was written since the last reading; a line that is not whole yet waits.

        Read it when the calls in question are answered: a use whose call is not has no operation.

        Raises:
            RehearsalError: the file or a line of it cannot be read.
        """
        calls: list[Call] = []
        open_: dict[tuple[Asker, str, str, str], _Authorization] = {}
        done: list[_Authorization] = []
        for record in self._new():
            try:
                match record["kind"]:
                    case "call":
                        calls += self._call(record)
                    case "trace":
                        self._calls_of[str(record["trace"])] = int(record["call"])
                    case "decision":
                        self._decision(record, open_, done)
                    case "refused":
                        self._refusal(record, open_, done)
                    case "handler":
                        pass  # CloudFormation's, of the deployment (`executing`)
                    case other:
                        raise ValueError(f"unknown kind {other!r}")  # noqa: TRY301
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise self._unreadable(error) from error
        return Records(tuple(calls), tuple(self._use(each) for each in done))

    def _new(self) -> Any:
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError as error:
            raise RehearsalError(f"{self._path}: records cannot be read: {error}") from error
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            self._line += 1
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise self._unreadable(error) from error
            if not isinstance(record, dict):
                raise self._unreadable(TypeError("is no object"))
            yield record

    def _unreadable(self, error: Exception) -> RehearsalError:
        # The line itself may hold what its caller sent.
        return RehearsalError(
            f"{self._path}:{self._line}: is no record of the local AWS "
            f"({type(error).__name__}); the evidence is not whole, rehearse again"
        )

    # -- one kind of record each ------------------------------------------------------------------

    def _call(self, record: Mapping[str, Any]) -> list[Call]:
        match = _API.fullmatch(record["path"])
        if match is None:
            return []
        method, path = str(record["method"]), match[1] or "/"
        call = Call(
            number=int(record["call"]),
            operation=self._operation_of(method, path),
            method=method,
            path=path,
            status=int(record["status"]),
            time=float(record["time"]),
        )
        self._operations[call.number] = call.operation
        return [call]

    def _decision(
        self,
        record: Mapping[str, Any],
        open_: dict[tuple[Asker, str, str, str], _Authorization],
        done: list[_Authorization],
    ) -> None:
        if ":role/" in record["principal"]:
            return  # A simulation: who calls is a session of a role.
        key = _key(record)
        found = open_.get(key)
        of_caller = record["policy"] == "identity"
        if found is None or of_caller:
            found = open_[key] = _Authorization(*key, time=float(record["time"]))
            done.append(found)
        found.asked_identity |= of_caller
        decision = str(record["decision"])
        found.decisions.append(decision)
        statements = [_statement(each, of_caller=of_caller) for each in record["matched"]]
        into = {"Allow": found.allowing, "Deny": found.denying}.get(decision, [])
        # A resource's policy may be asked several times, each time more narrowly.
        into += [each for each in statements if each not in into]

    def _refusal(
        self,
        record: Mapping[str, Any],
        open_: dict[tuple[Asker, str, str, str], _Authorization],
        done: list[_Authorization],
    ) -> None:
        key = _key(record)
        found = open_.pop(key, None)
        if found is None:
            # Nobody known, so no policy was asked.
            found = _Authorization(*key, time=float(record["time"]))
            done.append(found)
        found.refused = True

    def _use(self, found: _Authorization) -> Use:
        kind, asker = found.asker
        call = int(asker) if kind == "call" else self._calls_of.get(asker, 0)
        # Calls of other services have numbers too.
        operation = self._operations.get(call)
        return Use(
            origin=Origin.AUTHORIZATION,
            principal=self._principal(found.principal),
            action=found.action,
            resource=found.resource,
            allowed=found.allowed,
            time=found.time,
            operation=operation or "",
            call=call if operation is not None else 0,
            statements=tuple(found.allowing if found.allowed else found.denying),
        )

    def _principal(self, arn: str) -> str:
        match = _SESSION.fullmatch(arn)
        if match is None:
            return arn
        partition, account, role = match.groups()
        return self._roles.get(role, f"arn:{partition}:iam::{account}:role/{role}")


def _key(record: Mapping[str, Any]) -> tuple[Asker, str, str, str]:
    # What the local AWS does by itself was asked for by nobody.
    kind = next((each for each in ("trace", "call") if each in record), "")
    asker = (kind, str(record[kind]) if kind else "")
    return asker, str(record["principal"]), str(record["action"]), str(record["resource"])


def _statement(matched: Mapping[str, Any], *, of_caller: bool) -> Statement:
    return Statement(
        sid=str(matched["sid"] or ""),
        actions=tuple(matched["actions"]),
        resources=tuple(matched["resources"]),
        conditions=dict(matched["conditions"] or {}),
        kind=Kind.ROLE if of_caller else Kind.RESOURCE,
    )
