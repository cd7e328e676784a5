"""Where an assembly goes: its stacks say so, or the user, or the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.assembly.model import Assembly, Template
from compliance.attestation.places import Places, places
from compliance.findings import SynthgateError

ONE, TWO, THREE = "111122223333", "444455556666", "777788889999"


def assembly(*wheres: tuple[str, str]) -> Assembly:
    """An assembly of stacks with an account and a region each."""
    templates = tuple(
        Template(name=str(number), path=Path(), body={}, account=account, region=region)
        for number, (account, region) in enumerate(wheres)
    )
    return Assembly(path=Path("cdk.out"), templates=templates, is_assembly=True)


@pytest.mark.parametrize(
    ("wheres", "account", "configured", "found"),
    [
        ([("", "")], None, None, Places((), ())),
        ([("", "eu")], ONE, TWO, Places((ONE,), ("eu",))),
        ([("", "eu")], None, TWO, Places((TWO,), ("eu",))),
        ([(ONE, "eu")], None, TWO, Places((ONE,), ("eu",))),
        ([(ONE, "eu")], ONE, None, Places((ONE,), ("eu",))),
        ([(TWO, "us"), (ONE, "eu")], None, None, Places((ONE, TWO), ("eu", "us"))),
        ([(TWO, "us"), ("", "eu")], ONE, None, Places((ONE, TWO), ("eu", "us"))),
        ([(TWO, "us"), ("", "eu")], None, THREE, Places((TWO, THREE), ("eu", "us"))),
    ],
)
def test_the_account_is_the_stacks_else_the_users_else_the_configurations(
    wheres: list[tuple[str, str]], account: str | None, configured: str | None, found: Places
) -> None:
    """All of them, where stacks go to several."""
    assert places(assembly(*wheres), account=account, configured=configured) == found


def test_an_account_that_no_stack_goes_to_is_refused() -> None:
    """Each names another one."""
    with pytest.raises(SynthgateError) as raised:
        places(assembly((ONE, "eu"), (TWO, "eu")), account=THREE, configured=None)
    assert str(raised.value) == (
        f"--account {THREE}: the stacks go to {ONE}, {TWO}; leave --account out, or synthesize for "
        "the other account"
    )
