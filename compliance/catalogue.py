"""The catalogue in words: what `synthgate rules` prints."""

from __future__ import annotations

import json
from typing import Final

from compliance import rules
from compliance.findings import SynthgateError

FORMATS: Final = ("text", "json", "markdown")


def titles() -> dict[str, str]:
    """Titles of the rules by id, for reports that name a rule beside its findings."""
    return {rule.id: rule.title for rule in rules.rules()}


def render(form: str) -> str:
    """The catalogue, one entry a rule, in the order of the ids.

    Raises:
        SynthgateError: the format is not one of `FORMATS`.
    """
    match form:
        case "json":
            rows = [
                {
                    "id": rule.id,
                    "family": rule.family,
                    "severity": rule.severity,
                    "title": rule.title,
                }
                for rule in rules.rules()
            ]
            return json.dumps(rows, indent=2) + "\n"
        case "markdown":
            lines = [
                "| id | family | severity | the state that passes |",
                "| --- | --- | --- | --- |",
            ]
            lines += [
                f"| {rule.id} | {rule.family} | {rule.severity} | {rule.title} |"
                for rule in rules.rules()
            ]
        case "text":
            lines = [f"{rule.id}  {rule.severity:8}  {rule.title}" for rule in rules.rules()]
        case _:
            raise SynthgateError(f"--format {form}: one of {', '.join(FORMATS)}")
    return "\n".join(lines) + "\n"
