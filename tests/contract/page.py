"""The API's description, `docs/openapi.json`: `python -m tests.contract.page` writes it anew."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Final

import app
from compliance.assembly import read
from compliance.rehearsal.openapi import document

PAGE: Final = Path(__file__).parents[2] / "docs" / "openapi.json"
ENVIRONMENT: Final = "prod"


def rendered(assembly: Path) -> str:
    """The description, as the stacks of an assembly make it."""
    return json.dumps(document(read(assembly)), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Synthesize the stacks and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        assembly = Path(folder) / "assembly"
        app.synthesize(environment=ENVIRONMENT, outdir=assembly)
        PAGE.write_text(rendered(assembly), encoding="utf-8")


if __name__ == "__main__":
    main()
