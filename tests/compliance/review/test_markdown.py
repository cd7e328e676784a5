"""The review as a comment on a pull request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from compliance.iam.access.model import Comparison, Witness
from compliance.reports.comment import LIMIT
from compliance.review import to_markdown
from compliance.review.model import Change, Difference, Kind, Note, Replaced, Review, Subject
from tests.compliance.review import samples
from tests.reports.runs import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token
    from syrupy.assertion import SnapshotAssertion

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OWN_BLOCKS = {
    "<details><summary>All changes (3)</summary>",
    "<details><summary>Outside the resources (1)</summary>",
    "<details><summary>Diff</summary>",
    "</details>",
}


def tokens(text: str) -> Iterator[Token]:
    """All tokens of a document, inline ones in place of their parents."""
    for token in PARSER.parse(text):
        yield from token.children if token.children is not None else [token]


@pytest.mark.parametrize("name", ["full", "environments", "quiet"])
def test_a_review_as_it_is_read(golden_markdown: SnapshotAssertion, name: str) -> None:
    """What decides stands open; all changes and the raw diff are folded away."""
    assert to_markdown.render(getattr(samples, name)()) == golden_markdown


def test_no_difference_is_one_line() -> None:
    """There is nothing to decide on."""
    text = to_markdown.render(Review((), Comparison(), compared=15))
    assert text == "### Synthgate: no difference in 15 templates\n"


def test_no_hostile_string_changes_the_document(hostile: str) -> None:
    """One heading, our own HTML, one fence; nothing becomes a link, an image or a block."""
    text = to_markdown.render(samples.poisoned(hostile))
    found = list(tokens(text))
    types = [token.type for token in found]
    assert not {"link_open", "image", "em_open", "s_open", "hr", "blockquote_open"} & set(types)
    assert types.count("heading_open") == types.count("fence") == 1
    blocks = [
        line for token in found if token.type == "html_block" for line in [token.content.strip()]
    ]
    assert set(blocks) <= OWN_BLOCKS
    inline = {token.content for token in found if token.type == "html_inline"}
    assert inline <= {"<br>", "<code>", "</code>"}
    assert blocks.count("</details>") == 3


@pytest.mark.parametrize("ticks", [3, 4, 50, 600])
def test_a_fence_is_longer_than_any_run_of_ticks_in_it(ticks: int) -> None:
    """So that a line of a template cannot end it."""
    review = samples.quiet()
    lines = ("--- a", "+++ b", f"+{'`' * ticks}", "+</details>")
    template = replace(review.templates[0], diff=lines)
    text = to_markdown.render(replace(review, templates=(template,)))
    (fence,) = [token for token in tokens(text) if token.type == "fence"]
    assert "+</details>" in fence.content
    assert fence.info == "diff"


@pytest.mark.parametrize(
    "text",
    [HOSTILE["long"], HOSTILE["mention"] * 200, HOSTILE["table"]],
    ids=["long", "mention", "table"],
)
def test_a_comment_is_never_too_long(text: str) -> None:
    """It says at each cut how much is left out, and its tags and fences are closed."""
    (poisoned, _) = samples.poisoned(text).templates
    many = [
        replace(poisoned, name=f"{number}{text}", diff=(*poisoned.diff, f"+{number}") * 40)
        for number in range(50)
    ]
    witnesses = [Witness(f"{number}{text}", text, text, {}, text) for number in range(50)]
    comment = to_markdown.render(Review(tuple(many), Comparison(tuple(witnesses))))
    assert len(comment) <= LIMIT
    assert comment.count("<details>") == comment.count("</details>")
    assert "not shown here**: see `synthgate diff --format json`" in comment


def test_what_is_the_same_is_told_once() -> None:
    """Notes of several resources, the same value at several places; what is kept is not lost."""
    review = samples.quiet()
    ids = [f"A{number}" for number in range(10)]
    stack = samples.template(
        "Stack", **{each: samples.resource("AWS::CloudWatch::Alarm") for each in ids}
    )
    alarms = list(stack.resources.values())
    kept = Change(
        Kind.CHANGED,
        alarms[0],
        alarms[0],
        tuple(Difference(f"P[{number}]", 1, 2) for number in range(6)),
        Replaced.YES,
        loss="the new one is empty",
        kept="the old one is kept",
    )
    template = replace(
        review.templates[0],
        changes=(kept, Change(Kind.REMOVED, alarms[1], None, kept="it stays")),
        notes=tuple(
            Note(Subject.PROTECTION, each, f"{each.logical_id} is removed") for each in alarms
        ),
    )
    text = to_markdown.render(replace(review, templates=(template,)))
    assert "1 replaced (data left behind), 1 removed; no new grants" in text
    assert "**Data left behind**: the new one is empty; the old one is kept<br>" in text
    assert "`P[0]`: `1` → `2`, and at 5 more places |" in text
    assert "| Kept: it stays |" in text
    shown = ", ".join(f"`{each}`" for each in ids[:8])
    assert f"\n- each of these 10 is removed ({shown} and 2 more in `ApiStack`)\n" in text
    many = tuple(
        replace(
            template,
            name=each.logical_id,
            changes=(),
            notes=(Note(Subject.PROTECTION, each, f"{each.logical_id} is removed"),),
        )
        for each in alarms
    )
    text = to_markdown.render(replace(review, templates=many))
    assert "\n- each of these 10 is removed (`A0` in `A0`; `A1` in `A1`; " in text
    assert "; `A7` in `A7`; and 2 more resources)\n" in text


def test_a_deployment_that_fails_is_said_first() -> None:
    """It stands open, before what happens to resources."""
    (template,) = samples.full().templates
    found = replace(template, failures=("the deployment fails: *ApiStack* imports Url",))
    text = to_markdown.render(replace(samples.full(), templates=(found,)))
    failure = "\n- **the deployment fails: \\*ApiStack\\* imports Url** (in `StorageStack`)\n"
    assert text.index(failure) < text.index("| What |")


def test_every_action_of_a_grant_is_named() -> None:
    """And a star in words."""
    witnesses = tuple(Witness("*", f"s3:A{n:02}", "b", {}, "R P") for n in range(13))
    text = to_markdown.render(replace(samples.quiet(), access=Comparison(witnesses)))
    assert "| `anyone (*)` | `s3:A00`, " in text
    assert "`s3:A11` and 1 more | " in text


def test_a_long_diff_is_cut_inside_of_its_fence() -> None:
    """What is said of the cut stands after it."""
    review = samples.quiet()
    template = replace(review.templates[0], diff=tuple(f"+{'x' * 90}" for _ in range(2_000)))
    comment = to_markdown.render(replace(review, templates=(template,)))
    assert 50_000 < len(comment) <= LIMIT
    assert comment.endswith(
        "x\n```\n\n**1,363 more lines not shown here**: see `synthgate diff --format json`.\n\n"
        "</details>\n"
    )
