"""Where an assembly goes: its accounts and regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from compliance.assembly import Assembly


@dataclass(frozen=True, slots=True)
class Places:
    """Accounts and regions, sorted.

    Attributes:
        accounts: twelve digits each; empty when no stack names one and nobody said.
        regions: those that stacks name.
    """

    accounts: tuple[str, ...]
    regions: tuple[str, ...]


def places(assembly: Assembly, *, account: str | None, configured: str | None) -> Places:
    """Where the stacks of an assembly go.

    Args:
        assembly: what is attested.
        account: the account of the stacks that name none, as the user gave it.
        configured: likewise, as the configuration has it.

    Raises:
        SynthgateError: every stack names another account than the one that the user gave.
    """
    named = {template.account for template in assembly.templates}
    accounts = named - {""}
    if account is not None and account not in accounts and "" not in named:
        raise SynthgateError(
            f"--account {account}: the stacks go to {', '.join(sorted(accounts))}; leave --account "
            "out, or synthesize for the other account"
        )
    asked = account or configured
    if "" in named and asked:
        accounts.add(asked)
    regions = {template.region for template in assembly.templates} - {""}
    return Places(tuple(sorted(accounts)), tuple(sorted(regions)))
