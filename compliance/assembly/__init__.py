"""Cloud assemblies and lone templates, read into stacks and resources.

`read` is the door; `model` says what comes out of it.
"""

from compliance.assembly.model import Assembly, Resource, Template
from compliance.assembly.reader import outermost, read

__all__ = ["Assembly", "Resource", "Template", "outermost", "read"]
