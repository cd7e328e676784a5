"""The Checkov engine: a worker process, asked once for each assembly."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from compliance import rules
from compliance.config import explain
from compliance.engines.base import Answer, Engine, placed
from compliance.engines.checkov import PREFIX
from compliance.engines.checkov.severities import STOCK
from compliance.findings import EngineRun, Finding, Outcome, Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Assembly, Resource
    from compliance.config import Config
    from compliance.rules.base import Context

WORKER: Final = Path(__file__).with_name("worker.py")
PATIENCE: Final = 5
"""Seconds that a worker has to end when it is told to."""
MAX_LINE: Final = 256_000_000
MAX_WORDS: Final = 64_000
"""Bytes from the end of the worker's standard error in which its last words are looked for."""


class Row(BaseModel):
    """One check's result on one resource, as the worker writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    template: str
    logical_id: str
    check: str
    name: str
    guideline: str
    result: Literal["PASSED", "FAILED", "SKIPPED", "UNKNOWN"]
    crashed: bool
    keys: list[str]
    comment: str
    rule: str = ""
    outcome: Literal[Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED] | None = None
    severity: Severity | None = None
    message: str = ""
    location: str = ""
    observed: str = ""
    remediation: str = ""


class Scan(BaseModel):
    """The worker's answer to one request."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    request: int
    rows: list[Row]
    seen: list[tuple[str, str]]
    rules: frozenset[str]


class _BrokenError(Exception):
    """The worker gave no answer that can be relied on."""


class CheckovEngine(Engine):
    """Checkov's stock checks, and the catalogue as Checkov checks.

    Args:
        config: names Checkov's interpreter and the time limit.
    """

    name = "checkov"

    def __init__(self, config: Config) -> None:
        self._python = config.checkov_python or sys.executable
        self._policy = config.model_dump_json(by_alias=True)
        self._limit = config.engine_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        self._words: IO[bytes] | None = None
        self._version = ""
        self._fault = ""
        self._requests = 0

    def prepare(self) -> None:
        """Start the worker; it loads Checkov while the caller goes on."""
        if self._process is not None or self._fault:
            return
        try:
            # A file, not a pipe: nobody reads while Checkov logs, and a full pipe would stop it.
            self._words = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the worker
            self._process = subprocess.Popen(
                [self._python, "-P", str(WORKER), self._policy],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
            )
        except OSError as error:
            self._fault = f"cannot start {self._python}: {error.strerror}"
            self.close()

    def examine(self, context: Context) -> Answer:
        """Have the worker scan every template of the assembly."""
        start = time.perf_counter()
        assembly = context.assembly
        try:
            scan = self._ask(assembly)
            findings = tuple(self._findings(scan, assembly))
        except _BrokenError as error:
            self._fault = str(error)
            self.close()
            return self.failed(self._fault, version=self._version)
        wanted = {
            (str(template.path.resolve()), logical_id)
            for template in assembly.templates
            for logical_id in template.resources
        }
        missed = sorted(wanted - {(_resolved(file), name) for file, name in scan.seen})
        if missed:
            file, logical_id = missed[0]
            return self.failed(
                f"it saw {len(wanted) - len(missed)} of {len(wanted)} resources; "
                f"not {logical_id} of {Path(file).name}",
                version=self._version,
                resources=len(wanted) - len(missed),
            )
        return Answer(
            EngineRun(
                self.name,
                Status.RAN,
                self._version,
                rules=len(scan.rules),
                resources=len(wanted),
                seconds=time.perf_counter() - start,
            ),
            findings,
            rules=scan.rules | rules.by_id().keys(),
        )

    def close(self) -> None:
        """End the worker."""
        if self._process is not None:
            process, self._process = self._process, None
            process.terminate()
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        if self._words is not None:
            self._words.close()
            self._words = None

    def _ask(self, assembly: Assembly) -> Scan:
        self.prepare()
        if self._fault or self._process is None or self._process.stdin is None:
            raise _BrokenError(self._fault or "the worker has ended")
        if not self._version:
            greeting = self._line()
            self._version = str(greeting.get("ready", ""))
            if not self._version:
                raise _BrokenError(f"the worker greeted with {str(greeting)[:200]}")
        self._requests += 1
        request = {
            "request": self._requests,
            # Checkov takes a template without resources for none.
            "templates": [
                str(template.path.resolve())
                for template in assembly.templates
                if template.resources
            ],
        }
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _BrokenError(f"the worker has ended: {self._last_words()}") from error
        answer = self._line()
        if answer.get("request") != self._requests:
            raise _BrokenError("the worker's answer is to another question")
        if "error" in answer:
            raise _BrokenError(str(answer["error"])[:500])
        try:
            scan = Scan.model_validate(answer)
        except ValidationError as error:
            raise _BrokenError(
                f"the worker's answer has another form: {explain(error, 'answer')}"
            ) from error
        missing = {f"{PREFIX}{name}" for name in rules.by_id()} - scan.rules
        if missing:
            raise _BrokenError(f"it does not know {min(missing)}")
        return scan

    def _line(self) -> dict[str, Any]:
        """The worker's next line, within the time limit."""
        process = self._process
        if process is None or process.stdout is None:
            raise _BrokenError("the worker has ended")
        deadline = time.monotonic() + self._limit
        end = self._buffer.find(b"\n")
        while end < 0:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                raise _BrokenError(f"no answer within {self._limit} seconds")
            chunk = os.read(process.stdout.fileno(), 1 << 20)
            if not chunk:
                raise _BrokenError(f"the worker ended: {self._last_words()}")
            searched = len(self._buffer)
            self._buffer += chunk
            if len(self._buffer) > MAX_LINE:
                raise _BrokenError(f"an answer of more than {MAX_LINE:,} bytes")
            end = self._buffer.find(b"\n", searched)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        try:
            answer = json.loads(line)
        except ValueError as error:
            raise _BrokenError(f"the worker printed {line[:200]!r}, which is no JSON") from error
        if not isinstance(answer, dict):
            raise _BrokenError(f"the worker printed {line[:200]!r}, which is no object")
        return answer

    def _last_words(self) -> str:
        """The last line of the worker's standard error."""
        process, words = self._process, self._words
        if process is None or words is None:
            return "it said nothing"
        process.kill()
        process.communicate()
        words.seek(max(0, words.seek(0, os.SEEK_END) - MAX_WORDS))
        lines = words.read().decode(errors="replace").strip().splitlines()
        last = lines[-1][:500] if lines else f"exit code {process.returncode}"
        if last.startswith("ModuleNotFoundError"):
            last += (
                f"; install 'synthgate[checkov]' for {self._python}, or name an interpreter that "
                "has it in the setting checkov-python"
            )
        return last

    def _findings(self, scan: Scan, assembly: Assembly) -> Iterator[Finding]:
        resources = {
            (str(template.path.resolve()), logical_id): resource
            for template in assembly.templates
            for logical_id, resource in template.resources.items()
        }
        for row in scan.rows:
            resource = resources.get((_resolved(row.template), row.logical_id))
            if resource is None:
                raise _BrokenError(f"it speaks of {row.logical_id}, which is not in the assembly")
            yield from self._own(row, resource) if row.rule else self._stock(row, resource)

    def _own(self, row: Row, resource: Resource) -> Iterator[Finding]:
        rule = rules.by_id().get(row.rule)
        if rule is None or row.outcome is None:
            raise _BrokenError(f"it speaks of a rule {row.rule!r} that the catalogue has not")
        failed = row.outcome is not Outcome.PASS
        message = row.message or rule.title
        yield placed(
            Finding(
                engine=self.name,
                rule=rule.id,
                severity=row.severity or rule.severity,
                outcome=row.outcome,
                message=f"{message} {rule.rationale}" if failed else message,
                location=row.location,
                observed=row.observed,
                remediation=(row.remediation or rule.remediation) if failed else "",
            ),
            resource,
        )

    def _stock(self, row: Row, resource: Resource) -> Iterator[Finding]:
        if row.check.startswith(PREFIX):
            raise _BrokenError(f"it has no judgement of {row.check} on {row.logical_id}")
        outcome, message = Outcome.FAIL, row.name
        if row.result == "PASSED":
            outcome = Outcome.PASS
        elif row.crashed:
            outcome, message = Outcome.UNDECIDED, f"{row.name}: the check crashed on this resource"
        elif row.result == "SKIPPED":
            message = (
                f"{row.name}: skipped by the template's own metadata "
                f"({row.comment or 'no reason'}); a waiver belongs into waivers.toml"
            )
        elif row.result != "FAILED":
            return  # Checkov's UNKNOWN: the check does not apply to this resource.
        yield placed(
            Finding(
                engine=self.name,
                rule=row.check,
                severity=STOCK.get(row.check, Severity.MEDIUM),
                outcome=outcome,
                message=message,
                location=", ".join(map(_property_path, row.keys)),
                remediation=row.guideline if outcome is not Outcome.PASS else "",
            ),
            resource,
        )


@cache
def _resolved(path: str) -> str:
    """A path without links; a scan names each one thousands of times."""
    return str(Path(path).resolve())


def _property_path(key: str) -> str:
    """Checkov's `Properties/Rules/[2]/Port` as every other engine writes it."""
    return key.strip("/").replace("/[", "[").replace("/", ".")
