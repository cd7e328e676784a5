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
    Replaced,
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
    assert "Access: nothing newly granted by policies" in text
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
                    Note(subject, each, f"{each.logical_id} is open in {number} ways")
                    for subject in Subject
                    for number, each in enumerate(resources)
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


def test_every_action_of_a_grant_is_named() -> None:
    """The one that writes may be the twelfth; of more, a number is told."""
    actions = [f"dynamodb:Action{number:02}" for number in range(14)]

    def text(count: int) -> str:
        witnesses = tuple(Witness("R", action, "*", {}, "P") for action in actions[:count])
        return to_text.render_access(Comparison(witnesses), width=1_000)

    assert f"R may {', '.join(actions[:12])} on *" in text(12)
    assert f"{actions[11]} and 2 more on *" in text(14)


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        ("prod/Stack/Key Properties.KeyPolicy.Statement[0]", "anyone (*)"),
        ("Statement[0]", "whoever the policy is for (*)"),
    ],
)
def test_a_star_is_told_in_words(statement: str, who: str) -> None:
    """Of a lone document nobody knows whether it is attached to somebody."""
    witness = Witness("*", "kms:Decrypt", "k", {}, statement)
    text = to_text.render_access(Comparison((witness,)), width=100)
    assert f"  - {who} may kms:Decrypt on k\n" in text


def test_data_that_is_kept_is_left_behind() -> None:
    """It is not lost, and is counted apart."""
    old, new = samples.OLD.resources["Items"], samples.NEW.resources["Items"]
    kept = "DeletionPolicy keeps the old one"
    lost = Change(Kind.CHANGED, old, new, replaced=Replaced.YES, loss="all items go")
    left = replace(lost, loss="the new table starts empty", kept=kept)
    gone = Change(Kind.REMOVED, old, None, kept=kept)
    (template,) = samples.quiet().templates

    def text(*changes: Change) -> str:
        found = replace(template, changes=changes)
        return to_text.render(replace(samples.quiet(), templates=(found,)), width=100)

    assert text(left).startswith("ApiStack: 1 replaced (data left behind); ")
    assert text(lost, left).startswith("ApiStack: 2 replaced (data lost: 1, data left behind: 1); ")
    assert text(gone).startswith("ApiStack: 1 removed; ")
    shown = text(lost, left, gone)
    assert "\n      DATA LOST: all items go\n" in shown
    assert f"\n      DATA LEFT BEHIND: the new table starts empty; {kept}\n" in shown
    assert f"\n      kept: {kept}\n" in shown
    assert "why:" not in shown


def _noted(*logical_ids: str, kind: str = "AWS::CloudWatch::Alarm") -> tuple[Note, ...]:
    stack = samples.template("Stack", **{each: samples.resource(kind) for each in logical_ids})
    return tuple(
        Note(Subject.PROTECTION, each, f"{each.logical_id} is removed: nobody is alarmed any more")
        for each in stack.resources.values()
    )


def _protection(**notes: tuple[Note, ...]) -> str:
    (template,) = samples.quiet().templates
    templates = tuple(replace(template, name=name, notes=found) for name, found in notes.items())
    text = to_text.render(replace(samples.quiet(), templates=templates), width=100)
    return text.partition("\nRetention and protection ")[2].partition("\nDiff\n")[0]


def test_what_is_noted_of_several_resources_is_told_once() -> None:
    """With their names, the first eight of them, and how many there are."""
    assert (
        _protection(One=_noted("A", "B"))
        == """\
(2)
  - each of these 2 is removed: nobody is alarmed any more
    in One: A, B (AWS::CloudWatch::Alarm)
"""
    )
    assert "    in One: A, B, C, D, E, F, G, H and 2 more (" in _protection(
        One=_noted(*"ABCDEFGHIJ")
    )


def test_resources_are_told_with_the_templates_that_have_them() -> None:
    """What one environment alone has is not put into the others."""
    assert (
        _protection(One=_noted("A", "B"), Two=_noted("A"))
        == """\
(3)
  - each of these 3 is removed: nobody is alarmed any more
    in One, Two: A (AWS::CloudWatch::Alarm)
    in One: B (AWS::CloudWatch::Alarm)
"""
    )
    many = {f"Stack{number:02}": _noted(f"A{number}") for number in range(10)}
    assert "\n    … and of 2 more resources; --format json shows all\n" in _protection(**many)


def test_resources_of_different_types_are_told_apart() -> None:
    """And a name inside of another word is no name."""
    text = _protection(One=(*_noted("A"), *_noted("B", kind="AWS::CloudWatch::CompositeAlarm")))
    assert text.startswith("(2)\n  - A is removed: nobody")
    assert "  - B is removed: nobody" in text
    assert "each of" not in text
    first, second = _noted("A", "B")
    text = _protection(One=(replace(first, message="A1 is"), replace(second, message="B1 is")))
    assert "  - A1 is\n" in text
    assert "  - B1 is\n" in text


def test_the_same_value_at_several_places_is_told_once() -> None:
    """Where only an index differs; another property is named."""
    old, new = samples.OLD.resources["Items"], samples.NEW.resources["Items"]
    (template,) = samples.quiet().templates
    places = [f"P.Join[1][{number}]" for number in (3, 5, 7)] + ["P.A", "P.B"]
    change = Change(
        Kind.CHANGED,
        old,
        new,
        (*(Difference(place, 1, 2) for place in places), Difference("P.Join[1][9]", 1, 3)),
    )
    found = replace(template, changes=(change,))
    text = to_text.render(replace(samples.quiet(), templates=(found,)))
    lines = [line.strip() for line in text.splitlines() if line.startswith("      P.")]
    assert lines == [
        "P.Join[1][3]: 1 -> 2, and at 2 more places",
        "P.A: 1 -> 2",
        "P.B: 1 -> 2",
        "P.Join[1][9]: 1 -> 3",
    ]


def test_a_long_line_of_the_diff_is_folded_further_in() -> None:
    """Not where the sign of a line stands; without a terminal it stays whole, to be copied."""
    line = f'+    "Name": "{"x" * 60}"'
    (template,) = samples.quiet().templates
    review = replace(samples.quiet(), templates=(replace(template, diff=("--- a", "+++ b", line)),))

    def lines(width: int | None) -> list[str]:
        return to_text.render(review, width=width).partition("+++ b\n")[2].splitlines()

    assert lines(None) == lines(100) == [line]
    assert lines(74) == ['+    "Name":', f'         "{"x" * 60}"']
    assert lines(40) == ['+    "Name":', f'         "{"x" * 30}', f'         {"x" * 30}"']
    assert lines(24)[1:] == [f'         "{"x" * 14}', *[f"         {'x' * 15}"] * 3, '         x"']


def test_a_deployment_that_fails_is_said_first() -> None:
    """Before what happens to resources."""
    (template,) = samples.full().templates
    found = replace(template, failures=("the deployment fails: ApiStack imports the output Url",))
    lines = to_text.render(replace(samples.full(), templates=(found,)), width=100).splitlines()
    assert lines[lines.index("  StorageStack") + 1] == (
        "    the deployment fails: ApiStack imports the output Url"
    )
    many = replace(template, failures=tuple(f"output {number} fails" for number in range(10)))
    text = to_text.render(replace(samples.full(), templates=(many,)))
    assert "\n    … and 2 more; --format json shows all\n" in text


def test_no_new_access_alone() -> None:
    """One line."""
    assert to_text.render_access(Comparison()) == "Access: nothing newly granted by policies\n"
