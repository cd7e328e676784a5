"""What one assembly is, for a security reviewer, whatever is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.security_report.access_matrix import access_matrix
from compliance.security_report.architecture import architecture
from compliance.security_report.endpoints import endpoints
from compliance.security_report.log_groups import log_groups
from compliance.security_report.model import Portrait
from compliance.security_report.naming import Places
from compliance.security_report.rehearsed import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compliance.assembly.model import Resource
    from compliance.findings import Source
    from compliance.rules.base import Context
    from compliance.security_report.rehearsed import Evidence


def portrait(
    context: Context,
    *,
    source_of: Callable[[Resource], Source | None],
    rehearsals: Sequence[Evidence] = (),
) -> Portrait:
    """The picture of an assembly, its access matrix, its endpoints and its log groups.

    Args:
        context: the assembly, and how its values are resolved.
        source_of: the line of code that made a resource, where that is known.
        rehearsals: reports of rehearsals (`compliance.security_report.rehearsed.read`); what they
            say of a grant stands beside it.
    """
    places = Places(source_of)
    evidence = Index.of(context.assembly, rehearsals)
    found = endpoints(context, places=places)
    return Portrait(
        architecture=architecture(context, places=places, endpoints=found),
        access=access_matrix(context, places=places, evidence=evidence),
        endpoints=found,
        log_groups=log_groups(context, places=places),
    )
