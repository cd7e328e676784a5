"""The catalogue in words: what `synthgate rules` and `synthgate explain` print, and the pages.

All of it is said by the rules themselves; nothing is written twice.
"""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from compliance import rules
from compliance.engines import synthesis
from compliance.engines.checkov import PREFIX
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from compliance.rules import Rule

FORMATS: Final = ("text", "json", "markdown")


def titles() -> dict[str, str]:
    """Titles of the rules by id, for reports that name a rule beside its findings."""
    return {rule.id: rule.title for rule in rules.rules()}


def equivalents() -> dict[str, tuple[str, ...]]:
    """The stock rules that say the same as an own rule, by its id, as `Rule.stock` names them."""
    return {rule.id: rule.stock for rule in rules.rules() if rule.stock}


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
            return _table(lambda rule: rule.id)
        case "text":
            lines = [f"{rule.id}  {rule.severity:8}  {rule.title}" for rule in rules.rules()]
            return "\n".join(lines) + "\n"
    raise _unknown_format(form)


def explain(named: str, *, form: str = "markdown") -> str:
    """One rule: why, how to mend, an example of each state, controls, references.

    Args:
        named: the rule's id, in any case, or as cdk-nag's or Checkov's report names it.
        form: `markdown`, `json`, or `text`, which is Markdown too: it reads well as it is.

    Raises:
        SynthgateError: there is no such rule, or no such format.
    """
    rule = _find(named)
    if form == "json":
        return json.dumps(_fields(rule), indent=2, ensure_ascii=False) + "\n"
    if form not in FORMATS:
        raise _unknown_format(form)
    return _page(rule)


def write_pages(folder: Path) -> list[Path]:
    """Write a page for each rule, and the table that leads to them.

    Args:
        folder: made if it is not there; pages of rules that are no more are removed.

    Returns:
        The files written, in order.

    Raises:
        SynthgateError: the folder cannot be written.
    """
    from compliance.files import write_whole  # noqa: PLC0415 - only pages are written

    texts = {f"{rule.id}.md": _page(rule) for rule in rules.rules()}
    texts["README.md"] = (
        "# The rules\n"
        "Generated from the rules by `synthgate rules --pages`; `synthgate explain RULE` prints a "
        "page.\n\n" + _table(lambda rule: f"[{rule.id}]({rule.id}.md)")
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("[AIL][A-Z]*[0-9][0-9].md"):
            if path.name not in texts:
                path.unlink()
        for name, text in texts.items():
            write_whole(folder / name, text)
    except OSError as error:
        raise SynthgateError(f"{folder}: cannot write the pages: {error.strerror}") from error
    return [folder / name for name in sorted(texts)]


def _table(name: Callable[[Rule], str]) -> str:
    lines = ["| id | family | severity | the state that passes |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {name(rule)} | {rule.family} | {rule.severity} | {rule.title} |"
        for rule in rules.rules()
    ]
    return "\n".join(lines) + "\n"


def _find(named: str) -> Rule:
    asked = named.strip()
    wanted = asked.upper().removeprefix(synthesis.OWN_PREFIX.upper()).removeprefix(PREFIX)
    known = rules.by_id()
    # `iam5` and `IAM_05` are what people type.
    if parts := re.fullmatch(r"([A-Z]+)[-_ ]?([0-9]{1,2})", wanted):
        wanted = f"{parts[1]}{int(parts[2]):02}"
    if wanted in known:
        return known[wanted]
    same = [rule for rule, ids in equivalents().items() if asked in ids]
    near = difflib.get_close_matches(wanted, known, n=1)
    hint = f" ({same[0]} says the same)" if same else f" (did you mean {near[0]}?)" if near else ""
    raise SynthgateError(f"{named}: no rule of the catalogue{hint}; `synthgate rules` lists them")


def _fields(rule: Rule) -> Mapping[str, Any]:
    from compliance.catalogue.examples import examples  # noqa: PLC0415 - for one rule alone

    failing, mended = examples(rule.id)
    return {
        "id": rule.id,
        "family": rule.family,
        "severity": rule.severity,
        "title": rule.title,
        "rationale": rule.rationale,
        "remediation": rule.remediation,
        "failing": {"says": failing.says, "code": failing.code},
        "mended": {"says": mended.says, "code": mended.code},
        "resource_types": rule.resource_types,
        "settings": rule.settings,
        "names": {
            "cdk-nag": f"{synthesis.OWN_PREFIX}{rule.id}",
            "checkov": f"{PREFIX}{rule.id}",
        },
        "stock": rule.stock,
        "controls": {str(standard): ids for standard, ids in rule.controls.items()},
        "references": rule.references,
    }


def _page(rule: Rule) -> str:
    # The rules' own texts are ours, and what comes out is Markdown: nothing to escape.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - as above

    environment = Environment(
        loader=PackageLoader("compliance.catalogue", "."),
        autoescape=False,  # noqa: S701 - see above
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("rule.md.j2").render(_fields(rule))


def _unknown_format(form: str) -> SynthgateError:
    return SynthgateError(f"--format {form}: one of {', '.join(FORMATS)}")
