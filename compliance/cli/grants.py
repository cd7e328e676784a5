"""What `synthgate access` is given: policy documents, templates or assemblies, and what they are.

A document is compared with a document, a template with a template: of a lone document nobody knows
whom it belongs to, so that a mix has no answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from compliance.assembly.template import MAX_BYTES, parse, read_text
from compliance.findings import SynthgateError
from compliance.iam.access import documents
from compliance.iam.access.clauses import Policy
from compliance.iam.access.comparison import compare
from compliance.review import sources
from compliance.review.reviewing import access
from compliance.review.sources import Source

if TYPE_CHECKING:
    from compliance.iam.access.model import Comparison

NOTHING: Final = "-"
"""Stands for no policy at all."""

Given: TypeAlias = Policy | Source


def compared(old: str, new: str) -> Comparison:
    """What access is new.

    Args:
        old: a path, or `NOTHING`.
        new: a path.

    Raises:
        SynthgateError: one cannot be read, is neither policy document nor template, or the two are
            not of one kind.
    """
    if new == NOTHING:
        raise SynthgateError(
            f"NEW: {NOTHING} stands for nothing granted, which OLD alone can be; "
            "give a policy document, a template or a cdk.out folder"
        )
    after = _read(new)
    if old == NOTHING:
        return _granted(after)
    before = _read(old)
    if isinstance(before, Policy) and isinstance(after, Policy):
        return compare([before], [after])
    if isinstance(before, Source) and isinstance(after, Source):
        return access(*sources.aligned(before, after))
    document, other = (old, new) if isinstance(before, Policy) else (new, old)
    raise SynthgateError(
        f"{document} is a policy document, and {other} is a template or an assembly; "
        "give two of one kind"
    )


def _granted(new: Given) -> Comparison:
    """Everything that is granted."""
    if isinstance(new, Policy):
        return compare([documents.nothing()], [new])
    return access(sources.canonical_assembly({}), new.assembly)


def _read(text: str) -> Given:
    path = Path(text)
    if not path.exists():
        raise SynthgateError(
            f"{text}: no such file or folder; give a policy document, a template or a cdk.out "
            "folder"
        )
    if path.is_dir():
        return sources.read(path)
    document = parse(read_text(path, shown=text, limit=MAX_BYTES), shown=text)
    keys = document.keys() & {"Statement", "Resources"} if isinstance(document, dict) else set()
    match sorted(keys):
        case ["Statement"]:
            return documents.policy(document, shown=text)
        case ["Resources"]:
            return sources.read(path)
        case ["Resources", "Statement"]:
            raise SynthgateError(
                f"{text}: holds 'Statement' and 'Resources'; a policy document has the one, a "
                "template the other"
            )
    raise SynthgateError(
        f"{text}: neither a policy document (an object with 'Statement') nor a template (an object "
        "with 'Resources')"
    )
