"""What a person reads of a change, in a terminal and in a failing test."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from compliance.iam.access.model import Comparison, Open, Witness
from compliance.review import to_text
from compliance.review.model import (
    Change,
    Difference,
    Kind,
    Note,
    Review,
    Subject,
    TemplateReview,
)
from tests.compliance.review import samples

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

COLOUR = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("width", [60, 100, None])
@pytest.mark.parametrize("name", ["full", "environments", "quiet"])
def test_a_review_as_it_is_read(golden: SnapshotAssertion, name: str, width: int | None) -> None:
    """The gravest first, the raw diff last; the same change in three environments once."""
    assert to_text.render(getattr(samples, name)(), width=width) == golden


def test_the_sections_stand_in_the_order_of_their_gravity() -> None:
    """What is replaced, what access is new, exposure, protection, the raw diff."""
    text = to_text.render(samples.full())
    heads = [line for line in text.splitlines()[1:] if re.match(r"[A-Z]", line)]
    assert heads == [
        "Changes",
        "NEW ACCESS: 2 grants, 1 undecided",
        "Exposure (1)",
        "Retention and protection (1)",
        "Diff",
    ]


def test_no_difference_is_one_line() -> None:
    """There is nothing to decide on."""
    same = Review((), Comparison(), compared=15)
    assert to_text.render(same) == "no difference in 15 templates\n"
    assert to_text.render(replace(same, compared=1)) == "no difference in 1 template\n"


def test_sections_that_have_nothing_to_say_are_left_out() -> None:
    """But that nothing is newly granted is said: a reviewer asks for it."""
    text = to_text.render(samples.quiet())
    assert "Access: nothing newly granted" in text
    assert "Exposure" not in text
    assert "protection" not in text


def test_what_access_is_undecided_is_said_with_its_reason() -> None:
    """Never as no new access."""
    review = replace(
        samples.quiet(), access=Comparison(undecided=(Open("Role Policies[0]", "nobody knows"),))
    )
    text = to_text.render(review, width=60)
    assert text.splitlines()[0].endswith("; access undecided")
    assert (
        "Access undecided: 1 statement\n  - undecided: nobody knows\n    in Role Policies[0]\n"
        in text
    )


def test_long_lists_are_cut_and_say_how_much_is_missing() -> None:
    """A message of ten thousand lines is read by nobody; the JSON has them all."""
    many = {f"R{number}": samples.resource("AWS::SNS::Topic") for number in range(100)}
    template = samples.template("Stack", **many)
    resources = list(template.resources.values())
    review = Review(
        (
            TemplateReview(
                name="Stack",
                old=template,
                new=template,
                changes=tuple(Change(Kind.ADDED, None, each) for each in resources),
                others=tuple(Difference(f"Outputs.O{n}", 1, 2) for n in range(100)),
                notes=tuple(
                    Note(subject, each, f"{each.logical_id} is open")
                    for subject in Subject
                    for each in resources
                ),
                diff=tuple(f"+{number}" for number in range(1_000)),
            ),
        ),
        Comparison(
            tuple(Witness(f"R{n}", "s3:GetObject", "*", {}, "P") for n in range(100)),
            tuple(Open("P", f"reason {n}") for n in range(100)),
        ),
    )
    cut = [line.strip() for line in to_text.render(review).splitlines() if "… " in line]
    assert cut == [
        "… and 40 added; --format json shows all",
        "… and 92 more places; --format json shows all",
        "… and 50 more grants; --format json shows all",
        "… and 50 more reasons; --format json shows all",
        "… and 50 more notes; --format json shows all",
        "… and 50 more notes; --format json shows all",
        "… 600 more lines; --format json shows all",
    ]


@pytest.mark.parametrize("width", [24, 50, 80])
def test_no_hostile_string_leaves_its_line(hostile: str, width: int) -> None:
    """No control character, and no line wider than the terminal, whatever a name holds."""
    text = to_text.render(samples.poisoned(hostile), width=width)
    assert text.replace("\n", "").isprintable()
    assert max(map(cell_len, text.splitlines())) <= width


def test_no_hostile_string_floods_a_log(hostile: str) -> None:
    """Without a terminal lines are not wrapped; they are cut."""
    text = to_text.render(samples.poisoned(hostile))
    assert text.replace("\n", "").isprintable()
    assert len(text) < 40_000


def test_colours_are_written_only_when_asked_for() -> None:
    """And change nothing else."""
    plain, coloured = (
        to_text.render(samples.full(), width=80, color=color) for color in (False, True)
    )
    assert "\x1b" not in plain
    assert COLOUR.search(coloured)
    assert COLOUR.sub("", coloured) == plain


def test_what_looks_like_a_secret_is_masked() -> None:
    """In values, by the name of their property, and in the raw diff."""
    review = samples.quiet()
    template = replace(
        review.templates[0],
        others=(Difference("Outputs.Password", "hunter22", {"Value": "hunter23"}),),
        diff=("--- a", "+++ b", '-  "Password": "hunter24"'),
    )
    text = to_text.render(replace(review, templates=(template,)))
    assert "hunter" not in text
    assert "Outputs.Password" in text


def test_a_line_of_the_diff_keeps_every_sign() -> None:
    """Indentation, two blanks and a tab are part of what differs."""
    review = samples.quiet()
    template = replace(review.templates[0], diff=("--- a", "+++ b", '-    "a  b"', '+    "a\tb"'))
    text = to_text.render(replace(review, templates=(template,)), width=40)
    assert '\n-    "a  b"\n+    "a\\tb"\n' in text


@pytest.mark.parametrize("width", [40, 100])
def test_new_access_alone_as_it_is_read(golden: SnapshotAssertion, width: int) -> None:
    """What `synthgate access` prints."""
    access = Comparison(samples.WITNESSES, samples.UNDECIDED)
    assert to_text.render_access(access, width=width) == golden


def test_no_new_access_alone() -> None:
    """One line."""
    assert to_text.render_access(Comparison()) == "Access: nothing newly granted\n"
