"""The aspects, in the order in which they work. Adding one: its file, its line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.aspects.function_log_groups import FunctionLogGroups
from compliance.aspects.permissions_boundary import PermissionsBoundary
from compliance.aspects.retention import Retention
from compliance.aspects.tls_only import TlsOnly
from compliance.aspects.tracing import Tracing

if TYPE_CHECKING:
    from compliance.aspects.interface import Aspect

ASPECTS: Final[tuple[Aspect, ...]] = (
    Retention(),
    FunctionLogGroups(),
    Tracing(),
    TlsOnly(),
    PermissionsBoundary(),
)
