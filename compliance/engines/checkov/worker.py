"""The Checkov process: loads Checkov while the app synthesizes, then answers one line a request.

Run by its path, with an interpreter that may be another environment's: of this one it takes the
package `compliance` and nothing that lies beside it, whose versions Checkov's pins exclude.

Protocol: one JSON object a line. The argument is the policy data, as JSON. In: `{"request": number,
"templates": [absolute paths]}`. Out: `{"ready": version}` once Checkov is loaded, then for each
request `{"request": number, "rows": …, "seen": …, "rules": …}` (see `engine.Scan`) or `{"request":
number, "error": text}`. Everything that Checkov itself prints goes to standard error.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> None:
    """Answer requests from standard input until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # Read by Checkov when it is imported or first runs.
    os.environ.update(
        CHECKOV_PARALLELIZATION_TYPE="none",
        BC_SKIP_MAPPING="TRUE",
        CKV_PARSE_ERROR_FAIL="true",
        LOG_LEVEL="ERROR",
    )
    _load_package()
    scanner = _Scanner(policy=sys.argv[1])
    _say(answers, {"ready": scanner.version})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = scanner.scan(request["templates"])
        except Exception as error:  # noqa: BLE001 - whatever Checkov raises is its answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        _say(answers, {"request": request["request"], **answer})


def _load_package() -> None:
    """Make the package that this file belongs to importable, by its own path."""
    folder = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location(
        "compliance", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder}: no package")
    package = importlib.util.module_from_spec(spec)
    sys.modules["compliance"] = package
    spec.loader.exec_module(package)


def _say(answers: Any, answer: dict[str, Any]) -> None:  # noqa: ANN401 - a text stream
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


class _Scanner:
    def __init__(self, *, policy: str) -> None:
        from checkov.cloudformation import runner  # noqa: PLC0415 - after the environment is set
        from checkov.cloudformation.checks.resource.registry import cfn_registry  # noqa: PLC0415
        from checkov.common.checks_infra.registry import get_graph_checks_registry  # noqa: PLC0415
        from checkov.common.output.report import Report  # noqa: PLC0415
        from checkov.runner_filter import RunnerFilter  # noqa: PLC0415
        from checkov.version import version  # noqa: PLC0415

        from compliance.config import Config  # noqa: PLC0415 - likewise
        from compliance.engines.checkov import PREFIX, bridge  # noqa: PLC0415 - it imports Checkov

        self.version = str(version)
        self._runner = runner.Runner
        self._filter = RunnerFilter
        self._registry = cfn_registry
        self._graph_registry = get_graph_checks_registry("cloudformation")
        self._judgements = bridge.JUDGEMENTS
        self._broken = bridge.BROKEN
        self._prefix = PREFIX
        bridge.register(Config.model_validate_json(policy))
        self._records: list[Any] = []
        keep = Report.add_record

        def note(report: Any, record: Any) -> None:  # noqa: ANN401 - Checkov ships no types
            # Checkov drops results it calls UNKNOWN, and with them the checks that crashed.
            self._records.append(record)
            keep(report, record)

        Report.add_record = note  # type: ignore[assignment, method-assign]

    def scan(self, templates: list[str]) -> dict[str, Any]:
        self._records.clear()
        report = self._runner().run(
            root_folder=None,
            files=templates,
            runner_filter=self._filter(framework=["cloudformation"], show_progress_bar=False),
        )
        if isinstance(report, list):
            return {"error": "more than one report, where one framework was asked for"}
        if report.parsing_errors:
            return {"error": f"cannot parse {', '.join(sorted(map(str, report.parsing_errors)))}"}
        seen = {(extra.file_abs_path, extra.resource) for extra in report.extra_resources}
        rows = [row for record in self._records for row in self._rows(record)]
        seen |= {(record.file_abs_path, record.resource) for record in self._records}
        checks = {check.id for _, check in self._registry.all_checks()}
        checks |= {check.id for check in self._graph_registry.checks}
        return {
            "rows": rows,
            "seen": sorted([str(Path(file)), resource.split(".", 1)[1]] for file, resource in seen),
            "rules": sorted(checks),
        }

    def _rows(self, record: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - likewise
        result = record.check_result
        if self._broken in result:
            raise RuntimeError(result[self._broken])
        # Some stock checks fall off their end and leave nothing, others say UNKNOWN.
        outcome = result["result"].name if result["result"] else "UNKNOWN"
        row = {
            "template": record.file_abs_path,
            "logical_id": record.resource.split(".", 1)[1],
            "check": record.check_id,
            "name": record.check_name,
            "guideline": record.guideline or "",
            "result": outcome,
            # A check that raised leaves its own object behind in the result.
            "crashed": "check" in result and outcome == "UNKNOWN",
            "keys": sorted(map(str, result.get("evaluated_keys") or ())),
            "comment": str(result.get("suppress_comment") or ""),
        }
        judgements = result.get(self._judgements)
        if judgements is None:
            yield row
            return
        rule = record.check_id.removeprefix(self._prefix)
        yield from (row | {"rule": rule} | judgement for judgement in judgements)


if __name__ == "__main__":
    main()
