"""When the Checkov process cannot be relied on: it is not there, breaks, hangs, or says too little.

Each process here is a few lines under the setting `checkov-python`, in the place of Checkov's
interpreter; what they answer has the form that the real worker's answers have.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol

import pytest

from compliance import rules
from compliance.config import Config
from compliance.engines.checkov import PREFIX
from compliance.engines.checkov.engine import CheckovEngine
from compliance.findings import Outcome, Severity, Status
from tests.compliance.engines.templates import context, resource, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from compliance.engines.base import Answer
    from compliance.rules.base import Context

OWN = [f"{PREFIX}{rule.id}" for rule in rules.rules()]
PREAMBLE = f"""#!{sys.executable} -IS
import json, sys, time
OWN = {OWN!r}
def say(answer):
    print(json.dumps(answer), flush=True)
def hear():
    return json.loads(sys.stdin.readline())
def row(request, **changes):
    return {{"template": request["templates"][0], "logical_id": "Topic", "check": "CKV_AWS_26",
            "name": "Encrypt topics", "guideline": "https://example.com", "result": "FAILED",
            "crashed": False, "keys": [], "comment": "", **changes}}
def answer(request, *rows, **changes):
    say({{"request": request["request"], "rows": list(rows), "rules": OWN,
         "seen": [[request["templates"][0], "Topic"]], **changes}})
"""


class Worker(Protocol):
    """Makes an engine whose interpreter is a script."""

    def __call__(self, body: str, seconds: int = 20) -> CheckovEngine:
        """An engine; `body` is what the script does, `seconds` how long it may take."""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """What makes engines, and ends them."""
    made: list[CheckovEngine] = []

    def engine(body: str, seconds: int = 20) -> CheckovEngine:
        path = tmp_path / f"worker{len(made)}.py"
        path.write_text(PREAMBLE + body)
        path.chmod(0o755)
        made.append(CheckovEngine(Config(checkov_python=str(path), engine_seconds=seconds)))
        return made[-1]

    yield engine
    for one in made:
        one.close()


@pytest.fixture
def topic(tmp_path: Path) -> Context:
    """A template with one resource."""
    return context(written(tmp_path / "topic.json", {"Topic": resource("AWS::SNS::Topic")}))


def failed(answer: Answer) -> str:
    """The reason of an engine that failed, and found nothing."""
    assert answer.run.status is Status.FAILED
    assert answer.findings == ()
    return answer.run.reason


def test_the_answers_here_have_the_form_of_the_real_ones(worker: Worker, topic: Context) -> None:
    """Else the tests below would prove nothing: this one is believed."""
    engine = worker(
        "say({'ready': '9.9'})\n"
        "request = hear()\n"
        "answer(request, row(request), row(request, check=OWN[0], rule=OWN[0].split('_')[-1],"
        " outcome='undecided', severity='low'))"
    )
    answer = engine.examine(topic)
    assert answer.run.status is Status.RAN
    assert answer.run.version == "9.9"
    stock, own = answer.findings
    assert (stock.rule, stock.outcome, stock.severity) == (
        "CKV_AWS_26",
        Outcome.FAIL,
        Severity.LOW,
    )
    assert (own.rule, own.outcome, own.severity) == (
        rules.rules()[0].id,
        Outcome.UNDECIDED,
        Severity.LOW,
    )


def test_an_interpreter_that_is_not_there(topic: Context) -> None:
    """The reason names it."""
    engine = CheckovEngine(Config(checkov_python="/nowhere/python"))
    assert failed(engine.examine(topic)) == (
        "cannot start /nowhere/python: No such file or directory"
    )


def test_an_interpreter_without_checkov(topic: Context, tmp_path: Path) -> None:
    """The reason says how to get it. No package of this environment is lent to the interpreter."""
    path = tmp_path / "bare"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "$2" "$3"\n')
    path.chmod(0o755)
    engine = CheckovEngine(Config(checkov_python=str(path)))
    assert failed(engine.examine(topic)) == (
        "the worker ended: ModuleNotFoundError: No module named 'checkov'; "
        f"install 'synthgate[checkov]' for {path}, or name an interpreter that has it in the "
        "setting checkov-python"
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("", "the worker ended: exit code 0", id="says nothing"),
        pytest.param("sys.exit(7)", "the worker ended: exit code 7", id="exits"),
        pytest.param("sys.exit('no licence')", "the worker ended: no licence", id="last words"),
        pytest.param(
            "print('Loading…')", "the worker printed b'Loading", id="garbage for a greeting"
        ),
        pytest.param("say(['ready'])", "which is no object", id="another greeting"),
        pytest.param("say({})", "the worker greeted with {}", id="empty greeting"),
        pytest.param(
            "say({'ready': '1'}); hear(); print('{\"rows\": [')",
            "which is no JSON",
            id="garbage for an answer",
        ),
        pytest.param(
            "say({'ready': '1'}); hear(); sys.exit('out of memory')",
            "the worker ended: out of memory",
            id="ends instead of answering",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, error='cannot parse x')",
            "cannot parse x",
            id="an error beside an answer",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); say({'request': r['request'], 'rows': []})",
            "the worker's answer has another form: [answer] seen: is missing",
            id="half an answer",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, row(r, result=None))",
            "the worker's answer has another form: [answer] rows.0.result: ",
            id="a result that is none",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, row(r, result='MAYBE'))",
            "the worker's answer has another form: [answer] rows.0.result: ",
            id="a result that Checkov has not",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, row(r, severity='none'))",
            "the worker's answer has another form: [answer] rows.0.severity: ",
            id="a severity that nobody has",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, seen=[])",
            "it saw 0 of 1 resources; not Topic of topic.json",
            id="sees nothing",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, seen=[['other.json', 'Topic']])",
            "it saw 0 of 1 resources; not Topic of topic.json",
            id="sees another file",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, rules=OWN[1:])",
            f"it does not know {OWN[0]}",
            id="an own rule is not registered",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, row(r, logical_id='Queue'))",
            "it speaks of Queue, which is not in the assembly",
            id="a resource of nobody",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, row(r, rule='IAM99', outcome='fail'))",
            "it speaks of a rule 'IAM99' that the catalogue has not",
            id="a rule of nobody",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, row(r, rule=OWN[0].split('_')[-1]))",
            "that the catalogue has not",
            id="an own rule without an outcome",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, row(r, check=OWN[0], result='UNKNOWN'))",
            f"it has no judgement of {OWN[0]} on Topic",
            id="an own rule that was not judged",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer(r, row(r, rule=OWN[0].split('_')[-1],"
            " outcome='waived'))",
            "the worker's answer has another form: [answer] rows.0.outcome: ",
            id="an own rule that is waived already",
        ),
        pytest.param(
            "say({'ready': '1'}); r = hear(); answer({**r, 'request': r['request'] - 1})",
            "the worker's answer is to another question",
            id="an answer to another question",
        ),
    ],
)
def test_a_worker_that_cannot_be_relied_on(
    worker: Worker, topic: Context, body: str, reason: str
) -> None:
    """The engine failed, for the reason that is told."""
    assert reason in failed(worker(body).examine(topic))


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(60)",
        "say({'ready': '1'}); time.sleep(60)",
        "sys.stdout.write('{'); sys.stdout.flush(); time.sleep(60)",
    ],
    ids=["before its greeting", "before its answer", "in the middle of a line"],
)
def test_a_worker_that_hangs_is_given_up(worker: Worker, topic: Context, body: str) -> None:
    """After the time of the setting `engine-seconds`."""
    start = time.monotonic()
    assert failed(worker(body, seconds=1).examine(topic)) == "no answer within 1 seconds"
    assert time.monotonic() - start < 5


def test_a_worker_that_answers_twice_is_not_believed_the_second_time(
    worker: Worker, topic: Context, tmp_path: Path
) -> None:
    """A line left over from the first question is no answer to the second."""
    engine = worker(
        "say({'ready': '1'})\n"
        "request = hear()\n"
        "answer(request)\n"
        "answer(request)\n"
        "request = hear()\n"
        "answer(request, row(request))\n"
    )
    assert engine.examine(topic).run.status is Status.RAN
    other = written(tmp_path / "other" / "topic.json", {"Topic": resource("AWS::SNS::Topic")})
    assert failed(engine.examine(context(other))) == "the worker's answer is to another question"


def test_a_worker_that_failed_once_is_not_asked_again(worker: Worker, topic: Context) -> None:
    """Whatever it would say, for the same reason."""
    engine = worker(
        "say({'ready': '1'})\n"
        "request = hear()\n"
        "say({'request': request['request'], 'error': 'no memory'})\n"
        "request = hear()\n"
        "answer(request)\n"
    )
    assert failed(engine.examine(topic)) == "no memory"
    assert failed(engine.examine(topic)) == "no memory"


def test_a_worker_that_died_between_two_questions(worker: Worker, topic: Context) -> None:
    """Its end is noticed with the next one."""
    engine = worker("say({'ready': '1'}); r = hear(); answer(r); sys.exit('killed')")
    assert engine.examine(topic).run.status is Status.RAN
    time.sleep(0.2)
    reason = failed(engine.examine(topic))
    assert reason in {"the worker has ended: killed", "the worker ended: killed"}


def test_an_answer_without_end_is_cut_off(
    worker: Worker, topic: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is not the worker's to fill."""
    monkeypatch.setattr("compliance.engines.checkov.engine.MAX_LINE", 100_000)
    engine = worker("say({'ready': '1'}); hear(); sys.stdout.write('x' * 300_000)")
    assert failed(engine.examine(topic)) == "an answer of more than 100,000 bytes"


def test_a_talkative_worker_is_not_stopped_by_its_own_words(worker: Worker, topic: Context) -> None:
    """More on standard error than a pipe holds, before it answers."""
    engine = worker(
        "sys.stderr.write('WARNING: no\\n' * 100_000)\n"
        "say({'ready': '1'}); r = hear(); sys.stderr.write('x' * 1_000_000); answer(r)"
    )
    assert engine.examine(topic).run.status is Status.RAN


def test_an_answer_in_many_pieces_is_put_together(worker: Worker, topic: Context) -> None:
    """Megabytes come through a pipe in pieces."""
    engine = worker(
        "say({'ready': '1'}); r = hear()\n"
        "answer(r, *[row(r, name='x' * 1000) for _ in range(3000)])"
    )
    assert len(engine.examine(topic).findings) == 3000


def test_the_worker_is_started_early_and_once(worker: Worker, topic: Context) -> None:
    """While an app synthesizes; closing an engine that never began is fine too."""
    engine = worker("say({'ready': '1'}); r = hear(); answer(r)")
    engine.prepare()
    first = engine._process
    engine.prepare()
    assert first is not None
    assert engine._process is first
    assert engine.examine(topic).run.status is Status.RAN
    engine.close()
    engine.close()
    assert first.poll() is not None
    CheckovEngine(Config()).close()
