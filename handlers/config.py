"""What the service is told: environment variables at deploy time, settings at run time."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

from aws_lambda_powertools.utilities.parameters import SSMProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.clients import Clients

SETTINGS_MAX_AGE: Final = 60
"""Seconds for which the settings parameter is not read again."""

_MAX_LIMIT = 1000
# A DynamoDB item holds at most 400 KiB, names and the other attributes included.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
_MAX_INLINE_DATA_BYTES = 350 * 1024
# A page travels inside a JSON string, where escaping may double it, and Lambda's answer holds 6 MB.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_MAX_PAGE_BYTES = 2 * 1024 * 1024
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")


class ConfigurationError(Exception):
    """The deployment is wrong; the message names what, and holds nothing of a request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """The function's environment variables."""

    table_name: str
    status_index: str
    idempotency_table_name: str
    bucket_name: str
    settings_parameter: str
    allowed_origins: tuple[str, ...]
    """Origins whose scripts may read responses; may be empty."""
    name: str
    """dev, staging or prod; a dimension of every metric."""
    service: str
    metrics_namespace: str

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Take the environment from `variables`, such as os.environ; missing is an error."""
        return cls(
            table_name=_required(variables, "DYNAMODB_TABLE_NAME"),
            status_index=_required(variables, "DYNAMODB_STATUS_INDEX"),
            idempotency_table_name=_required(variables, "IDEMPOTENCY_TABLE_NAME"),
            bucket_name=_required(variables, "S3_BUCKET_NAME"),
            settings_parameter=_required(variables, "CONFIG_PARAMETER_NAME"),
            allowed_origins=_origins(variables),
            name=_required(variables, "ENVIRONMENT"),
            service=_required(variables, "POWERTOOLS_SERVICE_NAME"),
            metrics_namespace=_required(variables, "POWERTOOLS_METRICS_NAMESPACE"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What may change without a deployment."""

    default_limit: int
    """Items on a page that names no limit."""
    max_limit: int
    """The highest limit that a client may ask for."""
    inline_data_bytes: int
    """Data up to this size, as compact JSON, stays in the table; larger data goes to the bucket."""

    @classmethod
    def parse(cls, text: str, *, source: str) -> Self:
        """Read the settings from a JSON text; `source` is named in the error of a wrong one.

        Unknown names are ignored, so that a new setting can be deployed before its code.
        """
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            raise ConfigurationError(f"{source} holds no JSON object; write one to it.")
        names = [field.name for field in fields(cls)]
        for name in names:
            # bool is an int to Python, and not to whoever wrote `true` here.
            if type(given.get(name)) is not int:
                raise ConfigurationError(
                    f"{source} has {name} = {given.get(name)!r}; set it to an integer."
                )
        settings = cls(**{name: given[name] for name in names})
        settings._check(source)
        return settings

    def _check(self, source: str) -> None:
        if not 1 <= self.default_limit <= self.max_limit <= _MAX_LIMIT:
            raise ConfigurationError(
                f"{source} has default_limit = {self.default_limit} and max_limit ="
                f" {self.max_limit}; allowed is 1 <= default_limit <= max_limit <= {_MAX_LIMIT}."
            )
        if not 0 <= self.inline_data_bytes <= _MAX_INLINE_DATA_BYTES:
            raise ConfigurationError(
                f"{source} has inline_data_bytes = {self.inline_data_bytes};"
                f" allowed is 0 to {_MAX_INLINE_DATA_BYTES}."
            )
        if self.max_limit * self.inline_data_bytes > _MAX_PAGE_BYTES:
            raise ConfigurationError(
                f"{source} allows pages of {self.max_limit} * {self.inline_data_bytes} bytes;"
                f" lower max_limit or inline_data_bytes until they fit {_MAX_PAGE_BYTES}."
            )


class SettingsSource:
    """The settings parameter, read at most once in `SETTINGS_MAX_AGE` seconds."""

    def __init__(self, *, clients: Clients, parameter: str) -> None:
        self._clients = clients
        self._parameter = parameter

    @cached_property
    def _provider(self) -> SSMProvider:
        return SSMProvider(boto3_client=self._clients.ssm)

    def current(self) -> Settings:
        """Return the settings; a missing or wrong parameter is an error, never a default."""
        text = self._provider.get(self._parameter, max_age=SETTINGS_MAX_AGE)
        return Settings.parse(str(text), source=f"The parameter {self._parameter}")


def _required(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "")
    if not value:
        raise ConfigurationError(
            f"The environment variable {name} is missing or empty; set it on the function."
        )
    return value


def _origins(variables: Mapping[str, str]) -> tuple[str, ...]:
    name = "ALLOWED_ORIGINS"
    if name not in variables:
        raise ConfigurationError(
            f"The environment variable {name} is missing; set it on the function, if only to ''."
        )
    origins = tuple(part.strip() for part in variables[name].split(",") if part.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ConfigurationError(
                f"The environment variable {name} names {origin!r}; allowed are origins such as"
                " https://app.example.com, without wildcard and path."
            )
    return origins
