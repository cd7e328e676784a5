"""What the property-based tests of the library share."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How long an example takes says more of the machine's other work than of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
