"""Untrusted text made fit for human eyes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.sanitize import clean, printable, well_formed

anything = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("name with spaces", "name with spaces"),
        ("Grüße, 名前, שלום, 😀", "Grüße, 名前, שלום, 😀"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b2J", r"\x9b2J"),
        ("nul\0", r"nul\x00"),
        ("abc\u202egnp.exe", r"abc\u202egnp.exe"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("lone \ud83d", r"lone \ud83d"),
        ("not a character \ufffe", r"not a character \ufffe"),
        ("two\r\nlines\tand\u2028more\xa0", "two lines and more"),
        ("  edges  ", "edges"),
        ("\n \t", ""),
        ("", ""),
    ],
)
def test_what_does_not_print_is_shown_as_its_escape(text: str, shown: str) -> None:
    """A reader sees that something odd is there; a terminal, parser or eye is not fooled by it."""
    assert clean(text) == shown


def test_a_monster_is_cut_and_counted() -> None:
    """A text over the limit keeps its head, and says how much is missing."""
    assert clean("x" * 10_000, limit=20) == f"{'x' * 20}… [9,980 more characters]"


def test_an_escape_is_never_cut_in_two() -> None:
    """The limit counts escapes as they are shown, and keeps them whole."""
    assert clean("ab\u202ecd", limit=7) == "ab… [3 more characters]"


@given(anything, st.integers(1, 40))
def test_clean_text_is_one_printable_line_of_bounded_length(text: str, limit: int) -> None:
    """Whatever comes in, what goes out prints, fits, and is legal in XML and UTF-8."""
    shown = clean(text, limit=limit)
    assert shown.isprintable()
    assert len(shown) <= limit + len("… [999,999 more characters]")
    shown.encode("utf-8")


@given(anything)
def test_well_formed_text_can_be_encoded_and_is_otherwise_untouched(text: str) -> None:
    """Only lone surrogates change."""
    mended = well_formed(text)
    mended.encode("utf-8")
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert mended == text


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    """JSON can smuggle in half a character; a pair that arrives as two halves becomes one."""
    assert well_formed("\ud83d!") == "\ufffd!"
    assert well_formed("\ud83d\ude00") == "\U0001f600"


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_printable_text_keeps_every_sign_apart(text: str) -> None:
    """White space as it is, the rest as its escape: what prints alike would hide a difference."""
    shown = printable(text)
    assert shown.isprintable()
    if text.isprintable():
        assert shown == text


def test_printable_text_is_cut_with_a_count() -> None:
    """As `clean` does, but two blanks stay two."""
    assert printable("a  b\t\x1b") == "a  b\\t\\x1b"
    assert printable("a" * 12, limit=10) == "aaaaaaaaaa… [2 more characters]"
