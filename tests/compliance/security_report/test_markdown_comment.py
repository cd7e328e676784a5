"""The comment: short, harmless, and what decides stands open."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from compliance import catalogue
from compliance.findings import Report, Verdict
from compliance.iam.access.model import Comparison
from compliance.reports.comment import LIMIT
from compliance.security_report.model import Changed, Of
from compliance.security_report.to_markdown import render
from tests.compliance.security_report.samples import (
    ENGINES,
    every_text,
    make_access,
    make_large,
    make_report,
    make_review,
)
from tests.reports.runs import HOSTILE

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

SECRETS = (
    "AKIAIOSFODNN7EXAMPLE",
    "password=correct-horse-battery",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "https://root:correct-horse-battery@db.example",
)


class _Markdown(SingleFileSnapshotExtension):
    """A golden file that a person can read."""

    _write_mode = WriteMode.TEXT
    file_extension = "md"


def test_golden(snapshot: SnapshotAssertion) -> None:
    """The whole comment, as it is written."""
    comment = render(make_report(), equivalents=catalogue.equivalents())
    assert comment == snapshot(extension_class=_Markdown)


def test_what_decides_stands_before_what_is_folded() -> None:
    """The verdict first, then changes, waivers that end, findings; details are folded away."""
    comment = render(make_report())
    places = [
        comment.index(text)
        for text in (
            "### Synthgate: RED",
            "#### What changes in `dev`, `prod` against `snapshots/dev`, `snapshots/prod`",
            "**NEW ACCESS: 1 grant, 1 undecided**",
            "Not compared: no snapshot was accepted yet",
            "#### Waivers that end soon",
            "#### Findings",
            "<details><summary>Not blocking (2)</summary>",
            "#### All that changes in `dev`, `prod`",
            "<details><summary>Diff</summary>",
            "<details><summary>Endpoints (4)</summary>",
            "**OPEN TO ANYONE**",
            "<details><summary>Who may do what (1)</summary>",
            "<details><summary>Log groups (3)</summary>",
            "<details><summary>What was used</summary>",
        )
    ]
    assert places == sorted(places)
    assert comment.count("<details>") == comment.count("</details>")


def test_a_quiet_change_is_short() -> None:
    """Nothing to mend, nothing that changes: no empty headings."""
    report = Report(verdict=Verdict.GREEN, engines=ENGINES, results=())
    same = dataclasses.replace(make_review(), templates=(), access=Comparison())
    comment = render(
        make_report(
            report=report,
            waivers=(),
            changes=(Changed(environment="", against="", review=same),),
            access=(),
            endpoints=(),
            log_groups=(),
        )
    )
    assert comment.startswith("### Synthgate: GREEN")
    assert "- no difference in 5 templates\n" in comment
    assert "####" not in comment
    assert len(comment) < 1_000


def test_a_role_that_anyone_may_assume_is_told_beside_its_name() -> None:
    """And whom from outside another one lets in."""
    row = make_access()
    anyone = dataclasses.replace(row.principal, name="Open", outsiders=("*",), anyone=True)
    other = dataclasses.replace(row.principal, name="Shared", outsiders=("AWS: 999999999999",))
    rows = tuple(Of((), dataclasses.replace(row, principal=who)) for who in (anyone, other))
    comment = render(make_report(access=rows))
    assert "| `Open`<br>**ANYONE MAY ASSUME IT** | `dynamodb` |" in comment
    assert "| `Shared`<br>**may be assumed by** `AWS: 999999999999` | `dynamodb` |" in comment


def test_an_ended_waiver_says_so() -> None:
    """The end of a waiver that is over is said to be over."""
    (first, _) = make_report().waivers
    ended = dataclasses.replace(first, expires=first.expires.replace(day=1))
    assert "| 2027-02-01 (**ended**) | `CKV_AWS_18` |" in render(make_report(waivers=(ended,)))


def test_no_comment_is_too_long() -> None:
    """2,000 findings, and a diff without end: within the limit, and what is left out is counted."""
    large = make_large()
    review = make_review()
    long = dataclasses.replace(review.templates[0], diff=("+ line",) * 50_000)
    review = dataclasses.replace(review, templates=(long,))
    comment = render(
        dataclasses.replace(
            large, changes=(Changed(environment="prod", against="x", review=review),)
        )
    )
    assert len(comment) <= LIMIT
    assert re.search(r"\*\*[\d,]+ more blocking findings not shown here\*\*: see the HTML", comment)
    assert comment.count("<details>") == comment.count("</details>")


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_hostile_string_says_anything(name: str) -> None:
    """No element, link, image, mention or control character comes from a template."""
    check(render(every_text(make_report(), HOSTILE[name])))


@given(text=st.text(min_size=1, max_size=40))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_at_all_says_anything(text: str) -> None:
    """Whatever stands in every field."""
    check(render(every_text(make_report(), text)))


def check(comment: str) -> None:
    """What GitHub would show holds text, our own marks, and nothing that acts."""
    assert len(comment) <= LIMIT
    assert all(letter == "\n" or letter.isprintable() for letter in comment)
    parser = MarkdownIt("gfm-like", {"html": True})
    tokens = parser.parse(comment)
    for token in [inner for outer in tokens for inner in (outer, *(outer.children or ()))]:
        assert token.type not in {"link_open", "image", "blockquote_open", "hr"}
        if token.type in {"html_block", "html_inline"}:
            bare = re.sub(r"</?(details|summary|br|code)>", "", token.content)
            # Whatever stands between our own tags is our own: counts and words.
            assert "<" not in bare
    text = re.sub(r"```.*?```", "", parser.render(comment), flags=re.DOTALL)
    text = re.sub(r"<(code|pre)>.*?</\1>|<pre>.*?</pre>", "", text, flags=re.DOTALL)
    assert not re.search(r"@\w", text)
    assert not re.search(r"#\d", text)


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_masked_in_every_field(secret: str) -> None:
    """No part of what looks like a secret is in the comment, wherever it stood."""
    comment = render(every_text(make_report(), secret))
    for part in ("IOSFODNN7EXAMPLE", "correct-horse", "16C7e42F292c"):
        assert part not in comment.replace("\\", "")
    assert "masked" in comment
