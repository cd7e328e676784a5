"""`--format junit`: JUnit XML, for the test tab of a CI server.

A test fails exactly when its finding blocks, so that the tab is as red as the verdict. What does
not block, and what is waived, is skipped, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from compliance.findings import Finding, Outcome, Report, Status, Verdict, blocks
from compliance.reports.grouping import identity
from compliance.reports.wording import is_missing, verdict_lines
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compliance.findings import EngineRun, Severity
    from compliance.reports.interface import Options

_MESSAGE: Final = 1000


def render(report: Report, *, options: Options) -> str:  # noqa: ARG001 - one signature for all
    """The report as one test suite an engine, and one test case a rule and resource.

    The first case of each suite is the engine's own run, so that 'ran and found nothing' differs
    from 'never ran'.
    """
    root = ET.Element("testsuites", name="synthgate")
    names = [engine.name for engine in report.engines]
    strays = dict.fromkeys(f.engine for f in report.results if f.engine not in names)
    for engine in report.engines:
        suite = _suite(root, engine.name, seconds=engine.seconds)
        _run(suite, engine)
        _cases(suite, report, engine.name)
    for name in strays:
        _cases(_suite(root, name), report, name)
    _verdict(root, report)
    for element in (*root, root):
        _count(element)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document.decode() + "\n"


def _suite(root: ET.Element, name: str, *, seconds: float = 0.0) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=clean(name), time=f"{seconds:.3f}")


def _run(suite: ET.Element, engine: EngineRun) -> None:
    case = ET.SubElement(
        suite, "testcase", classname="synthgate.engine", name=f"{clean(engine.name)} ran"
    )
    reason = clean(engine.reason, limit=_MESSAGE)
    if is_missing(engine):
        ET.SubElement(case, "error", type=engine.status, message=f"{engine.status}: {reason}")
    elif engine.status is not Status.RAN:
        ET.SubElement(case, "skipped", message=f"{engine.status}: {reason}")


def _cases(suite: ET.Element, report: Report, engine: str) -> None:
    cases: dict[tuple[str, ...], list[Finding]] = {}
    for finding in report.results:
        if finding.engine == engine:
            key = (finding.environment, *identity(finding), finding.rule)
            cases.setdefault(key, []).append(finding)
    for findings in cases.values():
        _case(suite, findings, threshold=report.threshold)


def _case(suite: ET.Element, findings: Sequence[Finding], *, threshold: Severity) -> None:
    lead = findings[0]
    names = (lead.environment, lead.template)
    case = ET.SubElement(
        suite,
        "testcase",
        classname=clean("/".join(name for name in names if name) or "template"),
        name=clean(f"{lead.rule} {lead.construct_path or lead.logical_id or lead.stack}".rstrip()),
    )
    if lead.source:
        case.set("file", clean(lead.source.file))
        case.set("line", str(lead.source.line))
    faults = [f for f in findings if f.outcome in (Outcome.FAIL, Outcome.UNDECIDED)]
    grave = [finding for finding in faults if blocks(finding, threshold)]
    waived = [finding for finding in findings if finding.waiver]
    if grave:
        first = grave[0]
        kind = (
            f"{first.severity}, undecided" if first.outcome is Outcome.UNDECIDED else first.severity
        )
        failure = ET.SubElement(
            case, "failure", type=kind, message=clean(first.message, limit=_MESSAGE)
        )
        failure.text = "\n\n".join(_detail(finding) for finding in faults)
    elif faults:
        first = faults[0]
        ET.SubElement(
            case,
            "skipped",
            message=f"does not block ({first.severity}, {first.outcome}): "
            + clean(first.message, limit=_MESSAGE),
        )
    elif waived:
        ET.SubElement(case, "skipped", message=_waiver(waived[0]))


def _detail(finding: Finding) -> str:
    resource = f"{finding.logical_id} ({finding.resource_type})" if finding.logical_id else ""
    rows = (
        ("", finding.message),
        ("severity", finding.severity),
        ("outcome", finding.outcome),
        ("stack", finding.stack),
        ("resource", resource),
        ("at", finding.location),
        ("observed", finding.observed),
        ("mend", finding.remediation),
    )
    return "\n".join(
        f"{label}: {clean(value, limit=_MESSAGE)}" if label else clean(value, limit=_MESSAGE)
        for label, value in rows
        if value
    )


def _waiver(finding: Finding) -> str:
    waiver = finding.waiver
    if waiver is None:
        return "waived"
    ticket = f", ticket {clean(waiver.ticket)}" if waiver.ticket else ""
    by = f"by {clean(waiver.owner)} until {clean(waiver.expires)}{ticket}"
    return f"waived {by}: {clean(waiver.reason, limit=_MESSAGE)}"


def _verdict(root: ET.Element, report: Report) -> None:
    """A suite that says what no row says: why a run without a failed row is not green."""
    evident = {
        Verdict.GREEN: True,
        Verdict.RED: bool(report.blocking()),
        Verdict.ERROR: any(is_missing(engine) for engine in report.engines),
    }
    if evident[report.verdict]:
        return
    case = ET.SubElement(
        _suite(root, "synthgate"), "testcase", classname="synthgate", name="verdict"
    )
    kind = "error" if report.verdict is Verdict.ERROR else "failure"
    ET.SubElement(
        case, kind, type=report.verdict, message=verdict_lines(report, blocking=0)[0]
    ).text = "\n".join(clean(notice, limit=_MESSAGE) for notice in report.notices)


def _count(element: ET.Element) -> None:
    element.set("tests", str(_number(element.iter("testcase"))))
    element.set("failures", str(_number(element.iter("failure"))))
    element.set("errors", str(_number(element.iter("error"))))
    element.set("skipped", str(_number(element.iter("skipped"))))


def _number(elements: Iterable[ET.Element]) -> int:
    return sum(1 for _ in elements)
