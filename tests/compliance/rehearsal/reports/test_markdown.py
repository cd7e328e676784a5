"""The rehearsal as a comment on a pull request."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from compliance.rehearsal.model import Effect
from compliance.rehearsal.reports import to_markdown
from compliance.reports.comment import LIMIT
from tests.compliance.rehearsal.reports import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token
    from syrupy.assertion import SnapshotAssertion

    from compliance.rehearsal.model import Rehearsal

SUMMARY = re.compile(r"<details><summary>[A-Za-z0-9 ,.()]+</summary>")
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(text: str) -> Iterator[Token]:
    """All tokens of a document, inline ones in place of their parents."""
    for token in PARSER.parse(text):
        yield from token.children if token.children is not None else [token]


@pytest.mark.parametrize("name", ["green", "red"])
def test_a_rehearsal_as_it_is_read(golden_markdown: SnapshotAssertion, name: str) -> None:
    """The verdict and what blocks stand open; each role's table is folded away."""
    assert to_markdown.render(getattr(samples, name)()) == golden_markdown


def test_no_hostile_string_changes_the_document(hostile: str) -> None:
    """One heading, our own HTML; nothing becomes a link, an image or a block."""
    found = list(tokens(to_markdown.render(samples.poisoned(hostile))))
    types = [token.type for token in found]
    forbidden = {"link_open", "image", "em_open", "s_open", "hr", "blockquote_open", "fence"}
    assert not forbidden & set(types)
    assert types.count("heading_open") == 1
    blocks = {token.content.strip() for token in found if token.type == "html_block"}
    assert all(block == "</details>" or SUMMARY.fullmatch(block) for block in blocks)
    assert "<details><summary>Taken out before the deploy (1)</summary>" in blocks
    inline = {token.content for token in found if token.type == "html_inline"}
    assert inline <= {"<br>", "<code>", "</code>"}


def test_what_is_never_used_is_bold(red: Rehearsal) -> None:
    """A reader of the folded table finds it, with its policy."""
    (line,) = (
        line
        for line in to_markdown.render(red).splitlines()
        if line.startswith("| **never used** |")
    )
    assert line == (
        "| **never used** | `dynamodb:Scan` | `StorageStack/ItemsTable` | "
        "`ServerlessStack/DataProcessingPolicy`<br>`Items` |  |  |  |"
    )


def test_what_broke_otherwise_than_it_was_used_is_told(green: Rehearsal) -> None:
    """`broke` alone means the operations of the same row."""
    rows = (
        replace(green.rows[0], reason="PUT did not come to use it"),
        replace(green.rows[1], broken=(samples.LISTS,)),
        replace(green.rows[2], effect=Effect.NOT_TRIED),
        replace(green.rows[3], broken=()),
    )
    lines = to_markdown.render(replace(green, rows=rows)).splitlines()
    ends = {
        line.rsplit(" | ", 2)[1]: line.rsplit(" | ", 1)[1] for line in lines if "dynamo" in line
    }
    assert ends == {
        "14": "broke<br>PUT did not come to use it |",
        "1,204": "broke `GET /items` |",
        "96": " |",
        "57": "broke nothing |",
    }


def test_many_operations_are_counted(green: Rehearsal) -> None:
    """A cell names twenty."""
    row = replace(green.rows[0], operations=tuple(f"GET /{n:02}" for n in range(22)))
    text = to_markdown.render(replace(green, rows=(row,)))
    assert "`GET /19`<br>and 2 more operations |" in text
    assert "GET /20" not in text.replace("broke", "").split("and 2 more operations")[0]


def test_a_comment_is_never_too_long(green: Rehearsal) -> None:
    """What has no room is counted, and where it stands is said."""
    grants = [
        samples.of_role(samples.ROLE, samples.POLICY, "S", f"service:Action{n:04}", "*")[0]
        for n in range(2_000)
    ]
    rows = tuple(samples.used(grant, 1, samples.LISTS) for grant in grants)
    text = to_markdown.render(replace(green, rows=rows))
    assert len(text) <= LIMIT
    assert "more grants not shown here**: see `report.json`." in text
