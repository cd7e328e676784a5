"""Every way in from outside, and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.security_report.entrances import balancers, documents, others, rest, web

if TYPE_CHECKING:
    from compliance.rules.base import Context
    from compliance.security_report.model import Endpoint
    from compliance.security_report.naming import Places

ENTRANCES: Final = (rest, documents, web, others, balancers)


def endpoints(context: Context, *, places: Places) -> tuple[Endpoint, ...]:
    """The endpoints of an assembly.

    Args:
        context: the assembly and how its values are resolved.
        places: where resources stand.

    Returns:
        By API, path and method; those of one kind side by side.
    """
    found = [each for entrance in ENTRANCES for each in entrance.endpoints(context, places)]
    return tuple(sorted(found, key=_order))


def _order(endpoint: Endpoint) -> tuple[str, ...]:
    place = endpoint.place
    return (
        endpoint.kind,
        endpoint.api,
        endpoint.path,
        endpoint.method,
        place.template,
        place.logical_id,
    )
