"""Secrets do not leave through a report: what looks like one is masked in every format.

A finding quotes what a template says, and a template may say a password. This is a safety net for
reports, not a secret scanner: Checkov's checks find secrets, this keeps them from travelling on.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections import Counter
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from compliance.sanitize import well_formed

if TYPE_CHECKING:
    from compliance.findings import AppliedWaiver, EngineRun, Finding, Report, Source

Record = TypeVar("Record", "AppliedWaiver", "EngineRun", "Finding", "Source")

MASK: Final = "[masked]"

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_NAME: Final = (
    r"(?:passw(?:or)?d|passphrase|pwd|token|credentials?|connection[_-]?string|(?:api|private)[_-]?key"
    r"|secret(?:[_-]?(?:string|(?:access[_-]?)?key))?)\d*"
)
_SECRET_NAME: Final = re.compile(rf"{_NAME}$", re.IGNORECASE)

_WHOLE: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
            r".*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\Z)",
            re.DOTALL,
        ),
        "[masked private key]",
    ),
    # IAM User Guide, "IAM identifiers", unique ID prefixes: these two are keys, the others names.
    (re.compile(r"(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"), r"\1[masked access key id]"),
    (re.compile(r"""(://[^/\s:@"']*:)[^/\s@"']+(?=@)"""), rf"\1{MASK}"),
    (re.compile(r"\b(gh[pousr]_|github_pat_|xox[abeprs]-)[\w-]{10,}"), r"\1[masked token]"),
)
# Each run of letters is read once, however often `eyJ` stands in it.
_TOKEN: Final = re.compile(r"(?<![\w-])([\w-]++)\.eyJ[\w-]+\.[\w-]+")
_TOKEN_HEAD: Final = re.compile(r"\beyJ[\w-]{8}")
# `"password": "…"`, its end perhaps cut off, then `password=…`. JSON is read as JSON before that.
_QUOTED: Final = re.compile(
    rf"""((?<![\w.-])[\w.-]*{_NAME}\\?["']\s*[:=]\s*\\?["'])((?:[^"'\\]|\\[^"'])+)""", re.IGNORECASE
)
_ASSIGNED: Final = re.compile(rf"""((?<![\w.-])[\w.-]*{_NAME}=)([^\s"',;&)\]}}]+)""", re.IGNORECASE)
# `password: …` is left alone in prose, where "no password: use a role" is a sentence.
_LABELLED: Final = re.compile(
    rf"""((?<![\w.-])[\w.-]*{_NAME}:\s+)([^\s"',;&)\]}}]+)""", re.IGNORECASE
)

_INDICES: Final = re.compile(r"(?<!\])(?:\[[^\[\]]*+\])++$")

_SECRET_KEY: Final = re.compile(r"(?<![A-Za-z0-9/+=_-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])")
_RANDOM_BITS: Final = 4.5
"""Shannon entropy, in bits a character, from which 40 characters are a key and not a path.

Of random base64, 98 in 100 reach it; construct paths of that length stay below.
"""
_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]+[0-9A-F]{8}")
"""What CDK makes of a path: words and the head of a hash, which may be as varied as a key."""

_REFERENCES: Final = frozenset(
    {"Ref", "Fn::GetAtt", "Fn::ImportValue", "Fn::GetStackOutput", "Fn::FindInMap", "Condition"}
)
_LITERALS: Final = frozenset(
    {"", "*", "absent", "false", "no", "none", "null", "true", "yes", MASK}
)
_PAIR_NAMES: Final = ("Name", "Key", "ParameterKey", "name", "key")
_PAIR_VALUES: Final = frozenset({"Value", "ParameterValue", "value", "DefaultValue"})

_HINT: Final = re.compile(
    r"passw|pwd|passphrase|secret|token|credential|connection[_-]?string|(?:api|private)[_-]?key"
    r"|private key|akia|asia|://[^/\s]*@|eyj|gh[pousr]_|github_pat|xox|[a-z0-9/+]{40}",
    re.IGNORECASE,
)


def mask_report(report: Report) -> Report:
    """The same report without what looks like a secret, and every string well-formed."""
    return replace(
        report,
        results=tuple(mask_finding(finding) for finding in report.results),
        engines=tuple(
            _mend(replace(engine, reason=mask_text(engine.reason))) for engine in report.engines
        ),
        notices=tuple(mask_text(notice) for notice in report.notices),
        scope=tuple(well_formed(path) for path in report.scope),
    )


def mask_finding(finding: Finding) -> Finding:
    """The same finding without what looks like a secret, and every string well-formed."""
    observed, found = _mask_observed(finding.observed, finding.location)
    message, remediation = mask_text(finding.message), mask_text(finding.remediation)
    for secret in found:
        message = message.replace(secret, MASK)
        remediation = remediation.replace(secret, MASK)
    waiver, source = finding.waiver, finding.source
    return _mend(
        replace(
            finding,
            observed=observed,
            message=message,
            remediation=remediation,
            waiver=_mend(replace(waiver, reason=mask_text(waiver.reason))) if waiver else None,
            source=_mend(source) if source else None,
        )
    )


@functools.lru_cache(maxsize=1024)
def mask_text(text: str) -> str:
    """Prose without what looks like a secret: by its form, or by the name beside it."""
    if not _HINT.search(text):
        return well_formed(text)
    return well_formed(_mask_named(_mask_forms(text), (_QUOTED, _ASSIGNED)))


def mask_value(value: Any, *, name: str = "") -> Json:  # noqa: ANN401 - any parsed JSON
    """A JSON value without what looks like a secret.

    Args:
        value: as it stands in a template.
        name: of the property that it is the value of.
    """
    return _mask_value(value, named=bool(_SECRET_NAME.search(name)), found=[])


def _mend(record: Record) -> Record:
    """The same record with every string well-formed."""
    changes: dict[str, Any] = {
        field.name: well_formed(value)
        for field in fields(record)
        if isinstance(value := getattr(record, field.name), str) and not value.isascii()
    }
    return replace(record, **changes) if changes else record


def _mask_observed(observed: str, location: str) -> tuple[str, list[str]]:
    """The value seen without secrets, and the values that were hidden for their name."""
    property_name = _INDICES.sub("", location).rpartition(".")[2]
    named = bool(_SECRET_NAME.search(property_name))
    if not named and not _HINT.search(observed):
        return observed, []
    found: list[str] = []
    if observed.startswith(("{", "[", '"')):
        try:
            value: Json = json.loads(observed)
            masked = _mask_value(value, named=named, found=found)
        except (ValueError, RecursionError):
            found.clear()
        else:
            if masked == value:
                return observed, []
            return json.dumps(masked, ensure_ascii=False, separators=(",", ":")), found
    if named and not _harmless(observed):
        return MASK, [observed] if len(observed) > 3 else []  # noqa: PLR2004 - too common a text
    return _mask_named(_mask_forms(observed), (_QUOTED, _ASSIGNED, _LABELLED)), []


def _mask_value(value: Json, *, named: bool, found: list[str]) -> Json:
    match value:
        case str() if named and not _harmless(value):
            if len(value) > 3:  # noqa: PLR2004 - shorter ones are too common a text to look for
                found.append(value)
            return MASK
        case str():
            return _mask_named(_mask_forms(value), (_QUOTED, _ASSIGNED))
        case list():
            return [_mask_value(item, named=named, found=found) for item in value]
        case dict():
            pair = next((value[key] for key in _PAIR_NAMES if key in value), None)
            paired = isinstance(pair, str) and bool(_SECRET_NAME.search(pair))
            return {
                key: _mask_value(
                    item,
                    named=(named and key not in _REFERENCES)
                    or bool(_SECRET_NAME.search(key))
                    or (paired and key in _PAIR_VALUES),
                    found=found,
                )
                for key, item in value.items()
            }
        case _:
            return value


def _harmless(value: str) -> bool:
    """Whether a value with a secret's name only points to one, or is a switch."""
    return value.strip().lower() in _LITERALS or value.startswith(("{{resolve:", "arn:", "${"))


def _mask_forms(text: str) -> str:
    for pattern, replacement in _WHOLE:
        text = pattern.sub(replacement, text)
    return _SECRET_KEY.sub(_mask_random, _TOKEN.sub(_mask_token, text))


def _mask_token(match: re.Match[str]) -> str:
    head = _TOKEN_HEAD.search(match[1])
    return f"{match[1][: head.start()]}[masked token]" if head else match[0]


def _mask_random(match: re.Match[str]) -> str:
    text = match[0]
    mixed = any(c.isdigit() for c in text) and text.upper() != text != text.lower()
    if not mixed or _LOGICAL_ID.fullmatch(text):
        return text
    entropy = -sum(n / 40 * math.log2(n / 40) for n in Counter(text).values())
    return "[masked secret key]" if entropy >= _RANDOM_BITS else text


def _mask_named(text: str, patterns: tuple[re.Pattern[str], ...]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda match: match[0] if _harmless(match[2]) else match[1] + MASK, text)
    return text
