"""`--format json`: the stable contract, described by `check.schema.json` beside this file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from compliance.findings import SCHEMA_VERSION

if TYPE_CHECKING:
    from compliance.findings import AppliedWaiver, EngineRun, Finding, Report, Source
    from compliance.reports.interface import Options


def render(report: Report, *, options: Options) -> str:  # noqa: ARG001 - one signature for all
    """The report as JSON, ASCII only, so that no control character reaches a terminal."""
    return json.dumps(document(report), indent=2, allow_nan=False) + "\n"


def document(report: Report) -> dict[str, object]:
    """The report as what `check.schema.json` describes."""
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": report.verdict,
        "threshold": report.threshold,
        "scope": report.scope,
        "templates": report.templates,
        "resources": report.resources,
        "notices": report.notices,
        "engines": [_engine(engine) for engine in report.engines],
        "results": [_result(finding) for finding in report.results],
    }


def _engine(engine: EngineRun) -> dict[str, object]:
    return {
        "name": engine.name,
        "version": engine.version,
        "status": engine.status,
        "reason": engine.reason,
        "rules": engine.rules,
        "resources": engine.resources,
        "seconds": round(engine.seconds, 3),
        "required": engine.required,
    }


def _result(finding: Finding) -> dict[str, object]:
    return {
        "engine": finding.engine,
        "rule": finding.rule,
        "severity": finding.severity,
        "outcome": finding.outcome,
        "template": finding.template,
        "stack": finding.stack,
        "logical_id": finding.logical_id,
        "resource_type": finding.resource_type,
        "construct_path": finding.construct_path,
        "source": _source(finding.source),
        "location": finding.location,
        "observed": finding.observed,
        "message": finding.message,
        "remediation": finding.remediation,
        "waiver": _waiver(finding.waiver),
        "environment": finding.environment,
    }


def _source(source: Source | None) -> dict[str, object] | None:
    return None if source is None else {"file": source.file, "line": source.line}


def _waiver(waiver: AppliedWaiver | None) -> dict[str, object] | None:
    if waiver is None:
        return None
    return {
        "rule": waiver.rule,
        "construct": waiver.construct,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires,
        "ticket": waiver.ticket,
    }
