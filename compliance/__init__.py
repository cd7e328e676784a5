"""An infrastructure gate for AWS CDK: policies, snapshots and a verdict that fails closed.

In a CDK app, one call puts the gate on it, right after the app is made::

    import aws_cdk as cdk
    import compliance

    app = cdk.App()
    compliance.guard(app, environment="prod")
    ...  # the stacks: made after the call, each finding points to the line that made its construct
    app.synth()

Everything else is the command `synthgate` (see `compliance.cli`). Names below are loaded when they
are first asked for, so that the command line never pays for the CDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compliance.guarding import guard

__all__ = ["__version__", "guard"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562 leaves the type to the name asked for
    if name == "guard":
        from compliance.guarding import guard as found  # noqa: PLC0415 - imports the CDK, so only here

        return found
    raise AttributeError(f"module 'compliance' has no attribute {name!r}")
