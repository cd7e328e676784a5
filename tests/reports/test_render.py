"""What holds for every format."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

import compliance
from compliance.findings import EngineRun, Outcome, Report, Severity, Status, Verdict
from compliance.reports import Format, render
from tests.reports.runs import make_finding, make_report

every_format = pytest.mark.parametrize("fmt", list(Format))


@every_format
def test_output_ends_with_one_newline(fmt: Format, red: Report) -> None:
    """What is printed or written is a text file: it ends with a newline, and only one."""
    text = render(red, format=fmt)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@every_format
def test_the_same_report_gives_the_same_text(
    fmt: Format, red: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the environment shows in a report."""
    first = render(red, format=fmt)
    settings = {"COLUMNS": "40", "FORCE_COLOR": "1", "TTY_COMPATIBLE": "1", "TERM": "x"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert render(red, format=fmt) == first


@every_format
def test_passes_appear_only_when_asked_for(fmt: Format) -> None:
    """A `pass` row is left out of every format unless `show_passes` is given."""
    report = make_report(
        make_finding(),
        make_finding(outcome=Outcome.PASS, rule="PASS-RULE", logical_id="Other", construct_path=""),
    )
    assert "PASS-RULE" not in render(report, format=fmt)
    assert "PASS-RULE" in render(report, format=fmt, show_passes=True)


@every_format
def test_a_secret_leaves_through_no_format(fmt: Format) -> None:
    """Values that look like secrets are masked wherever a template or engine may say them."""
    finding = make_finding(
        message="DB_PASSWORD is in plain text: hunter2-hunter2",
        observed='{"DB_PASSWORD":"hunter2-hunter2","KEY":"AKIAIOSFODNN7EXAMPLE"}',
        remediation="not password=hunter2-hunter2",
    )
    report = make_report(
        finding,
        engines=(EngineRun("own", Status.FAILED, reason="cannot log in, token=hunter2-hunter2"),),
        notices=("https://user:hunter2-hunter2@example.com is unreachable",),
        verdict=Verdict.ERROR,
    )
    text = render(report, format=fmt)
    assert "hunter2" not in text
    assert "AKIAIOSFODNN7EXAMPLE" not in text


@every_format
def test_hostile_strings_can_be_encoded(fmt: Format, poisoned: Report) -> None:
    """No string makes a report that UTF-8 cannot hold or that hides a control character."""
    text = render(poisoned, format=fmt, show_passes=True)
    text.encode("utf-8")
    hidden = {character for character in text if not character.isprintable()} - {"\n"}
    assert not hidden


@every_format
@pytest.mark.parametrize("required", [True, False])
def test_green_is_refused_when_an_engine_failed(
    *, fmt: Format, required: bool, green: Report
) -> None:
    """A report that calls itself green while an engine failed is not rendered at all."""
    failed = EngineRun("checkov", Status.FAILED, reason="crashed", required=required)
    report = dataclasses.replace(green, engines=(*green.engines[:2], failed))
    with pytest.raises(ValueError, match="make it 'error'"):
        render(report, format=fmt)


@pytest.mark.parametrize(
    ("change", "decided"),
    [
        ({"engines": ()}, "error"),
        ({"engines": (EngineRun("own", Status.NOT_RUN),)}, "error"),
        ({"threshold": Severity.LOW}, "red"),
    ],
    ids=["no engine", "required engine did not run", "finding blocks"],
)
def test_green_is_refused_when_the_rows_say_otherwise(
    change: dict[str, object], decided: str
) -> None:
    """A verdict greener than the report's own rows is a fault of the gate, and never shown."""
    fine = {"verdict": Verdict.GREEN}
    report = make_report(make_finding(severity=Severity.LOW), **fine)
    render(report, format=Format.JSON)
    wrong = make_report(make_finding(severity=Severity.LOW), **fine | change)
    with pytest.raises(ValueError, match=f"make it '{decided}'"):
        render(wrong, format=Format.JSON)


@pytest.mark.parametrize(
    ("fmt", "unwanted"),
    [
        (Format.JSON, {"rich", "jinja2", "xml", "hashlib", "pydantic"}),
        (Format.SARIF, {"rich", "jinja2", "xml", "pydantic"}),
        (Format.JUNIT, {"rich", "jinja2", "pydantic"}),
        (Format.MARKDOWN, {"rich", "jinja2", "xml", "pydantic"}),
        (Format.TEXT, {"jinja2", "xml", "pydantic"}),
        (Format.HTML, {"rich", "xml", "pydantic"}),
    ],
)
def test_a_format_loads_only_what_it_needs(fmt: Format, unwanted: set[str]) -> None:
    """The command stays fast: no format pays for another's libraries."""
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "from compliance.findings import Report, Verdict\n"
        "from compliance.reports import Format, render\n"
        f"render(Report(Verdict.ERROR, (), ()), format=Format({fmt.value!r}))\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    root = Path(compliance.__file__).parents[1]
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "compliance" in loaded
    assert not unwanted & set(loaded)
