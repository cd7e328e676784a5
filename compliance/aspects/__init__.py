"""CDK Aspects that set what the code leaves open: they mend, the engines judge.

Each is off until `[tool.synthgate.aspects]` asks for it (`compliance.config.Aspects`), fills in
what is absent, leaves alone what the code says, and lists what it changed. The table is in
`compliance.aspects.table`, one aspect a file; `compliance.guard` puts them on an app.

Nothing of CDK is loaded here: the command line reads `Change` from an assembly's evidence.
"""

from compliance.aspects.change import ABSENT, Change

__all__ = ["ABSENT", "Change"]
