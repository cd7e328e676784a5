"""JSON text in and out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import json_codec
from handlers.json_codec import JsonError
from tests.handlers.properties import json_scalars, json_values, patient

if TYPE_CHECKING:
    from random import Random


@patient
@given(json_values)
def test_what_is_encoded_is_decoded(value: object) -> None:
    """Decoding undoes encoding, types and lone surrogates included."""
    assert repr(json_codec.decode_strict(json_codec.encode(value))) == repr(value)


@patient
@given(json_values)
def test_encoded_text_is_ascii(value: object) -> None:
    """So its length is its size, and no encoding can fail on it."""
    assert json_codec.encode(value).isascii()


@patient
@given(st.dictionaries(st.text(), json_scalars), st.randoms(use_true_random=False))
def test_canonical_text_ignores_the_order_of_names(
    value: dict[str, object], random: Random
) -> None:
    """Equal objects have one canonical text."""
    names = list(value)
    random.shuffle(names)

    assert json_codec.encode_canonical({name: value[name] for name in names}) == (
        json_codec.encode_canonical(value)
    )


@patient
@given(st.text() | json_values.map(json.dumps) | st.text(alphabet='{}[]",:\\u0123456789eE+-. '))
def test_any_text_is_decoded_as_the_standard_says_or_refused(text: str) -> None:
    """What is accepted means what Python's own decoder says; nothing else is raised."""
    try:
        decoded = json_codec.decode_strict(text)
    except JsonError:
        return
    assert repr(decoded) == repr(json.loads(text))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_numbers_that_json_lacks_are_not_written(value: object) -> None:
    """Better no text than one that other readers refuse."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_codec.encode(value)
