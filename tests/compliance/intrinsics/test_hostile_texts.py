"""Texts made to keep a pattern busy: each is looked through in time that grows with its length."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from compliance.assembly import Assembly, Template
from compliance.assembly.circles import first_circle
from compliance.iam import arns
from compliance.intrinsics import Resolver
from compliance.masking import mask_text

LENGTH = 200_000
SECONDS = 5.0
"""Each takes milliseconds; in time that grows with the square it would be minutes."""


def resolve(value: object) -> None:
    """Resolve a value in an empty template."""
    template = Template(name="t.json", path=Path("t.json"), body={"Resources": {}})
    assembly = Assembly(Path("t.json"), (template,), is_assembly=False)
    Resolver(template, assembly).values(value)


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (lambda text: resolve({"Fn::Sub": text}), "${"),
        (resolve, "{{resolve:"),
        (arns.is_pattern, "${"),
        (mask_text, "password-"),
        (mask_text, "token a."),
        (lambda text: first_circle({"A": {"Properties": {"Fn::Sub": text}}}), "${A"),
    ],
    ids=["Fn::Sub", "dynamic reference", "policy variable", "names", "dots", "circles"],
)
def test_a_long_text_takes_no_time(look: object, text: str) -> None:
    """Nothing closes what the text opens over and over."""
    assert callable(look)
    begun = time.perf_counter()
    look(text * (LENGTH // len(text)))
    assert time.perf_counter() - begun < SECONDS
