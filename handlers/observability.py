"""The service's logger and metrics.

Metrics are log lines in the embedded metric format: they need no call and no permission.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

if TYPE_CHECKING:
    from handlers.config import Environment


def make_logger(environment: Environment) -> Logger:
    """Return the structured logger; its level is POWERTOOLS_LOG_LEVEL."""
    return Logger(service=environment.service, utc=True, use_rfc3339=True)


class RequestMetrics:
    """The metrics of one request after the other, with the dimensions service and environment."""

    def __init__(self, environment: Environment) -> None:
        self._metrics = EphemeralMetrics(
            namespace=environment.metrics_namespace, service=environment.service
        )
        self._metrics.set_default_dimensions(environment=environment.name)

    def item_created(self) -> None:
        """Count an item that was really made, not the repeated answer to a retry."""
        self._metrics.add_metric(name="ItemsCreated", unit=MetricUnit.Count, value=1)

    def finish(self, *, status: int, milliseconds: float) -> None:
        """Add the outcome of a request and write its metrics."""
        succeeded = status < HTTPStatus.BAD_REQUEST
        failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        for name, unit, value in (
            ("SuccessfulRequests", MetricUnit.Count, int(succeeded)),
            ("FailedRequests", MetricUnit.Count, int(failed)),
            ("ProcessingTime", MetricUnit.Milliseconds, milliseconds),
        ):
            self._metrics.add_metric(name=name, unit=unit, value=value)
        self._metrics.flush_metrics()
