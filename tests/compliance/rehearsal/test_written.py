"""Services give a statement back in their own spelling: it is still the one that was written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.rehearsal.physical import Physical
from compliance.rehearsal.written import Written
from tests.compliance.rehearsal import accounts

ROOT = f"arn:aws:iam::{accounts.ACCOUNT}:root"


def _same(written: Any, deployed: Any) -> bool:  # noqa: ANN401 - JSON
    assembly = accounts.assembly(accounts.template())
    physical = Physical(accounts.stage(), assembly)
    role = assembly.templates[0].resources["Role"]
    return Written(physical.resolver(role), physical).same({"X": written}, {"X": deployed})


@pytest.mark.parametrize(
    ("written", "deployed"),
    [
        ("a", ["a"]),
        (["a"], "a"),
        (["a", "b"], ["b", "a"]),
        (1.2, "1.2"),
        (True, "true"),
        ({"aws:SourceArn": "a"}, {"AWS:SourceArn": "a"}),
        ({"AWS": accounts.ACCOUNT}, {"AWS": ROOT}),
        ({"AWS": ROOT}, {"AWS": accounts.ACCOUNT}),
        ("execute-api:/*", f"{accounts.API}/*"),
        (accounts.get("Queue"), accounts.QUEUE),
        (accounts.get("Role"), accounts.ROLE),
        ({"Fn::If": ["IsProd", "a", "b"]}, "b"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": "c"}, {"b": "c"}),
        ({"Fn::Transform": {"Name": "x"}}, "whatever"),
    ],
)
def test_another_spelling_is_the_same(written: Any, deployed: Any) -> None:  # noqa: ANN401 - JSON
    """Lists, numbers, cases, accounts, references, alternatives."""
    assert _same(written, deployed)


@pytest.mark.parametrize(
    ("written", "deployed"),
    [
        ("a", "b"),
        ("a", "A"),
        (["a", "a"], ["a", "b"]),
        (["a"], ["a", "b"]),
        (["a", "b"], ["a"]),
        ("a", {"a": "a"}),
        ({"a": "a"}, "a"),
        ({"a": "a"}, {"b": "a"}),
        ({"AWS": accounts.ACCOUNT}, {"AWS": "arn:aws:iam::999999999999:root"}),
        ("execute-api:/*", f"{accounts.API}/v1/*"),
        ("execute-api:/*", "*"),
        (accounts.get("Queue"), f"{accounts.QUEUE}-2"),
        ({"Fn::If": ["IsProd", "a", "b"]}, "c"),
        ({"Ref": "AWS::NoValue"}, "a"),
    ],
)
def test_another_value_is_not(written: Any, deployed: Any) -> None:  # noqa: ANN401 - JSON
    """What would grant something else differs."""
    assert not _same(written, deployed)


SCALARS = st.text("ab:*", min_size=1, max_size=3) | st.integers(0, 9) | st.booleans()
JSON = st.recursive(
    SCALARS | st.lists(SCALARS, min_size=1, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from(["k", "l"]), inner, min_size=1),
    max_leaves=6,
)


@given(JSON)
def test_what_is_written_is_the_same_as_itself(value: Any) -> None:  # noqa: ANN401 - JSON
    """Whatever stands in a statement."""
    assert _same(value, value)
