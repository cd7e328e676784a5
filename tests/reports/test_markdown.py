"""Markdown for a comment on a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from compliance.findings import Report, Severity
from compliance.masking import mask_text
from compliance.reports import Format, render
from compliance.reports.comment import LIMIT, code, prose
from compliance.sanitize import clean
from tests.reports.runs import HOSTILE, make_finding, make_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token
    from syrupy.assertion import SnapshotAssertion

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
JOINT = "\u200b"
OWN_TAGS = {"<br>", "<code>", "</code>"}
AUTOLINK = re.compile(r"@\w|#\d|GH-\d|https?://|www\.", re.IGNORECASE)
"""What GitHub turns into a mention, a reference or a link where it finds it in rendered text."""

nasty = st.text(st.characters(exclude_categories=()), max_size=60) | st.lists(
    st.sampled_from([*"\\`|*_[]()<>&#@!~$:/-+.=\n1a ", "www.", "GH-1", "://", "&#124;", "</code>"])
).map("".join)


def tokens(text: str) -> Iterator[Token]:
    """All tokens of a document, inline ones in place of their parents."""
    for token in PARSER.parse(text):
        yield from token.children if token.children is not None else [token]


def shape(text: str) -> list[str]:
    """Structure without words: code spans count as the `<code>` that stands in for some."""
    found = [
        "code_inline" if token.content == "<code>" else token.type
        for token in tokens(text)
        if token.type != "text_special" and token.content != "</code>"
    ]
    return [kind for kind in found if kind not in {"text", "softbreak"}]


def visible(text: str) -> str:
    """What a reader sees of one line of Markdown."""
    return "".join(
        token.content
        for token in tokens(text)
        if token.type in {"text", "text_special", "code_inline"}
    )


def test_red(red: Report, golden_markdown: SnapshotAssertion) -> None:
    """Verdict, what blocks, and the rest folded away."""
    assert render(red, format=Format.MARKDOWN) == golden_markdown


def test_error(error: Report, golden_markdown: SnapshotAssertion) -> None:
    """The verdict says which engine is missing; the engines' table says why."""
    assert render(error, format=Format.MARKDOWN) == golden_markdown


def test_green(green: Report, golden_markdown: SnapshotAssertion) -> None:
    """Short when there is nothing to say."""
    assert render(green, format=Format.MARKDOWN) == golden_markdown


def test_no_hostile_string_changes_the_document(poisoned: Report, harmless: Report) -> None:
    """Blocks, tables, cells, code and HTML are those of a harmless report; nothing is a link."""
    text = render(poisoned, format=Format.MARKDOWN, show_passes=True)
    assert shape(text) == shape(render(harmless, format=Format.MARKDOWN, show_passes=True))
    types = {token.type for token in tokens(text)}
    assert not types & {"link_open", "image", "strong_em", "em_open", "s_open", "fence"}
    inline = {token.content for token in tokens(text) if token.type == "html_inline"}
    assert inline <= OWN_TAGS


def test_no_hostile_string_is_linked_or_mentioned(poisoned: Report) -> None:
    """Outside code, where GitHub looks for them, nothing reads as mention, reference or link."""
    text = render(poisoned, format=Format.MARKDOWN, show_passes=True)
    in_code = False
    for token in tokens(text):
        if token.content in {"<code>", "</code>"}:
            in_code = token.content == "<code>"
        elif token.type == "text" and not in_code:
            assert not AUTOLINK.search(token.content)


@given(nasty)
def test_prose_shows_exactly_its_text(text: str) -> None:
    """Escaped prose in a table's cell renders as the text, plus zero-width joints."""
    cell = PARSER.parse(f"| a | b |\n| --- | --- |\n| x {prose(text)} y | z |\n")
    cells = [token.content for token in cell if token.type == "inline"]
    assert len(cells) == 4
    assert cells[3] == "z"
    shown = visible(cells[2]).replace(JOINT, "")
    assert re.sub(" +", " ", shown) == re.sub(" +", " ", f"x {clean(mask_text(text), limit=400)} y")


@given(nasty)
def test_code_shows_exactly_its_text(text: str) -> None:
    """A code span in a table's cell renders as the text and stays in its cell."""
    cell = PARSER.parse(f"| a | b |\n| --- | --- |\n| x {code(text)} y | z |\n")
    cells = [token.content for token in cell if token.type == "inline"]
    assert len(cells) == 4
    assert cells[3] == "z"
    shown = visible(cells[2]).replace(JOINT, "")
    assert re.sub(" +", " ", shown) == re.sub(" +", " ", f"x {clean(mask_text(text))} y")


@pytest.mark.parametrize("text", [HOSTILE["long"], HOSTILE["mention"] * 200, HOSTILE["table"]])
def test_a_comment_is_never_too_long(text: str) -> None:
    """2,000 findings fit into GitHub's limit, and the note says how many are missing."""
    report = make_report(
        *(make_finding(logical_id=f"L{n:04}", message=text, observed=text) for n in range(2000)),
        *(make_finding(logical_id=f"M{n:04}", severity=Severity.LOW) for n in range(500)),
        notices=(text,) * 300,
    )
    comment = render(report, format=Format.MARKDOWN)
    assert len(comment) <= LIMIT
    shown = sum(line.startswith("| medium |") for line in comment.splitlines())
    (left,) = re.findall(r"\*\*([\d,]+) more blocking findings? not shown here\*\*", comment)
    assert shown + int(left.replace(",", "")) == 2000
    assert "**500 more findings not shown here**" in comment
    assert "| `cloudformation` |" in comment
    assert comment.count("<details>") == comment.count("</details>")
