"""The engines: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from compliance.config import Config
    from compliance.engines.base import Engine

NAMES: Final = ("own", "cdk-nag", "checkov", "cloudformation")
"""Every engine, in the order of the reports."""


def make(name: str, config: Config) -> Engine:
    """A fresh engine of the table. Modules are loaded here, so that one engine costs only its own.

    Raises:
        KeyError: no engine has this name.
    """
    match name:
        case "own":
            from compliance.engines.own import OwnEngine  # noqa: PLC0415

            return OwnEngine()
        case "cdk-nag":
            from compliance.engines.synthesis import CdkNagEngine  # noqa: PLC0415

            return CdkNagEngine()
        case "checkov":
            from compliance.engines.checkov.engine import CheckovEngine  # noqa: PLC0415

            return CheckovEngine(config)
        case "cloudformation":
            from compliance.engines.synthesis import CloudFormationEngine  # noqa: PLC0415

            return CloudFormationEngine()
        case _:
            raise KeyError(name)
