"""The cases of all rules, found by their files."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.compliance.rules.case import Case


@cache
def every_case() -> dict[str, tuple[Case, ...]]:
    """Cases by rule."""
    modules = [
        importlib.import_module(f"tests.compliance.rules.cases.{path.stem}")
        for path in sorted(Path(__file__).parent.glob("cases/*.py"))
    ]
    return {module.RULE: tuple(module.CASES) for module in modules}
