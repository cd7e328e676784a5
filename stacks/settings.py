"""What may differ between environments: typed, closed, and explained when it is wrong.

The settings of an environment are one block of ``cdk.json`` (``context.environments.<name>``).
A field's description says what is allowed; the same text is what an error shows, so that the
two cannot drift apart.
"""

from __future__ import annotations

import ipaddress
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

SOURCE = "cdk.json: context"
"""Where a reader finds the settings; every error starts with it."""

API_INTEGRATION_TIMEOUT_SECONDS = 29
"""API Gateway's own integration timeout, in seconds.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

LARGEST_PAGE_BYTES = 2 * 1024 * 1024
"""What a page of items may hold, in bytes: escaped it must fit Lambda's answer of 6 MB.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

_SHOWN_CHARACTERS = 80


class SettingsError(Exception):
    """A setting is wrong; the message is one line with place, value, what is allowed, next step."""


class Environment(StrEnum):
    """The environments that exist; each has its block in ``cdk.json``."""

    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


class Authorization(StrEnum):
    """How the API asks who calls."""

    IAM = "iam"
    COGNITO = "cognito"


class _Block(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class PrefixLists(_Block):
    """The region's AWS-managed prefix lists, the only way a security group can name a service.

    They are constants of a region, but CloudFormation cannot look them up:
    ``aws ec2 describe-managed-prefix-lists`` lists them.
    """

    s3: Annotated[str, Field(pattern=r"^pl-[0-9a-f]{8,17}$")] = Field(
        description="the id of the region's prefix list com.amazonaws.<region>.s3, "
        "as in 'pl-63a5400a'"
    )
    dynamodb: Annotated[str, Field(pattern=r"^pl-[0-9a-f]{8,17}$")] = Field(
        description="the id of the region's prefix list com.amazonaws.<region>.dynamodb, "
        "as in 'pl-02cd2c6b'"
    )


class NetworkSettings(_Block):
    """The VPC."""

    cidr: str = Field(description="a private IPv4 network from /16 to /24, as in '10.20.0.0/16'")
    zones: Annotated[int, Field(ge=2, le=3)] = Field(description="2 or 3 (availability zones)")
    nat_gateways: Annotated[int, Field(ge=0, le=3)] = Field(
        description="0 (isolated subnets, VPC endpoints only) to 3"
    )
    prefix_lists: PrefixLists = Field(description="an object with s3 and dynamodb")

    @field_validator("cidr")
    @classmethod
    def _is_private_network(cls, value: str) -> str:
        network = ipaddress.IPv4Network(value)
        if not network.is_private or not 16 <= network.prefixlen <= 24:  # noqa: PLR2004 - in the description
            raise ValueError(value)
        return value


class FunctionSettings(_Block):
    """The Lambda function."""

    memory_mb: Annotated[int, Field(ge=128, le=10240)] = Field(description="128 to 10240 (MB)")
    timeout_seconds: Annotated[int, Field(ge=1, lt=API_INTEGRATION_TIMEOUT_SECONDS)] = Field(
        description=f"1 to {API_INTEGRATION_TIMEOUT_SECONDS - 1} (seconds), so that the function "
        f"answers before API Gateway gives up at {API_INTEGRATION_TIMEOUT_SECONDS}"
    )
    reserved_concurrency: Annotated[int, Field(ge=1, le=1000)] = Field(
        description="1 to 1000 (concurrent executions)"
    )
    retry_attempts: Annotated[int, Field(ge=0, le=2)] = Field(
        description="0 to 2 (retries of an asynchronous invocation)"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        description="DEBUG, INFO, WARNING or ERROR"
    )


class ItemsSettings(_Block):
    """The value of the parameter that the function reads at run time."""

    default_limit: Annotated[int, Field(ge=1, le=100)] = Field(
        description="1 to 100 (items a page)"
    )
    max_limit: Annotated[int, Field(ge=1, le=100)] = Field(
        description="1 to 100 (items a page), not less than default_limit"
    )
    inline_data_bytes: Annotated[int, Field(ge=0, le=358400)] = Field(
        description="0 to 358400 (bytes of an item's data kept in the table; larger goes to S3), "
        f"and with max_limit items at most {LARGEST_PAGE_BYTES} a page"
    )

    @field_validator("max_limit")
    @classmethod
    def _holds_the_default(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("default_limit", 0):
            raise ValueError(value)
        return value

    @field_validator("inline_data_bytes")
    @classmethod
    def _fits_a_page(cls, value: int, info: ValidationInfo) -> int:
        if value * info.data.get("max_limit", 0) > LARGEST_PAGE_BYTES:
            raise ValueError(value)
        return value


class CognitoSettings(_Block):
    """The user pool, when callers are its users."""

    domain_prefix: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")] = Field(
        description="1 to 63 lower-case letters, digits and inner hyphens, unique in the region"
    )
    callback_urls: tuple[Annotated[str, Field(pattern=r"^https://[^\s*]+$")], ...] = Field(
        min_length=1, description="at least one https:// address, without '*'"
    )


class CacheSettings(_Block):
    """API Gateway's response cache."""

    size_gb: Literal["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"] = Field(
        description="'0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118' or '237' (GB)"
    )
    ttl_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(description="1 to 3600 (seconds)")


class ApiSettings(_Block):
    """The REST API."""

    authorization: Authorization = Field(description="'iam' (SigV4) or 'cognito'")
    cognito: CognitoSettings | None = Field(
        default=None,
        validate_default=True,
        description="an object with domain_prefix and callback_urls exactly when "
        "api.authorization is 'cognito', else left out",
    )
    cache: CacheSettings | None = Field(
        default=None,
        description="left out, or an object with size_gb and ttl_seconds when api.authorization is "
        "'cognito' (a SigV4 signature differs with every call, so that a cache keyed by it "
        "never answers and one not keyed by it answers the wrong caller)",
    )
    rate_limit: Annotated[int, Field(ge=1, le=10000)] = Field(
        description="1 to 10000 (requests a second)"
    )
    burst_limit: Annotated[int, Field(ge=1, le=10000)] = Field(description="1 to 10000 (requests)")
    daily_quota: Annotated[int, Field(ge=1)] = Field(
        description="1 or more (requests a day and key)"
    )
    firewall: bool = Field(description="true or false")
    account_logging: bool = Field(
        description="true where this app sets the account's one CloudWatch role for API Gateway in "
        "this region, false where someone else has set it"
    )
    allowed_origins: tuple[
        Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+(?::[0-9]{1,5})?$")], ...
    ] = Field(
        min_length=1,
        description="at least one https:// origin without path and without '*', the first of which "
        "API Gateway's own error responses name",
    )

    @field_validator("cognito")
    @classmethod
    def _comes_with_its_authorization(
        cls, value: CognitoSettings | None, info: ValidationInfo
    ) -> CognitoSettings | None:
        if "authorization" in info.data and (value is not None) != (
            info.data["authorization"] is Authorization.COGNITO
        ):
            raise ValueError(value)
        return value

    @field_validator("cache")
    @classmethod
    def _needs_a_stable_caller(
        cls, value: CacheSettings | None, info: ValidationInfo
    ) -> CacheSettings | None:
        if value is not None and info.data.get("authorization") is Authorization.IAM:
            raise ValueError(value)
        return value


class Settings(_Block):
    """All settings of one environment."""

    environment: Environment = Field(description=", ".join(Environment))
    project: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,39}$")] = Field(
        description="3 to 40 lower-case letters, digits and hyphens; it prefixes the stack names"
    )
    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")] | None = Field(
        default=None, description="a string of 12 digits, or left out (the deploying account)"
    )
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(?:-[a-z]+)+-[0-9]$")] = Field(
        description="an AWS region, as in 'us-east-1'"
    )
    alarm_email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] = (
        Field(description="one e-mail address")
    )
    log_retention_days: Literal[30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096] = Field(
        description="30, 60, 90, 120, 150, 180, 365, 400, 545, 731 or 1096 (days)"
    )
    protect: bool = Field(
        description="true (the stacks cannot be deleted, and data, keys and logs outlive them) "
        "or false"
    )
    backup_retention_days: Annotated[int, Field(ge=1, le=365)] | None = Field(
        default=None,
        description="left out, or 1 to 365 (days that AWS Backup keeps the table's daily copies) "
        "where protect is true: a copy must not outlive the key it needs",
    )
    network: NetworkSettings = Field(description="an object")
    function: FunctionSettings = Field(description="an object")
    items: ItemsSettings = Field(description="an object")
    api: ApiSettings = Field(description="an object")

    @field_validator("backup_retention_days")
    @classmethod
    def _has_a_lasting_key(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("protect") is False:
            raise ValueError(value)
        return value


def load_settings(context: Mapping[str, object], *, environment: object) -> Settings:
    """Return the settings of ``environment`` out of the CDK context.

    Args:
        context: CDK's context: what ``cdk.json`` has under ``context``, with what ``cdk -c`` adds.
        environment: the environment's name, as it was found.

    Raises:
        SettingsError: the environment, its block or a setting is wrong or missing. Where several
            are wrong, the first is named and the others are counted.
    """
    known = ", ".join(Environment)
    if not isinstance(environment, str) or environment not in list(Environment):
        raise SettingsError(
            f"{SOURCE}.environment: found {_shown(environment)}; allowed: {known}; "
            "next: pass '-c environment=<name>' or correct it"
        )
    blocks = context.get("environments")
    block = blocks.get(environment) if isinstance(blocks, dict) else None
    place = f"{SOURCE}.environments.{environment}"
    if not isinstance(block, dict):
        raise SettingsError(
            f"{place}: found {_shown(block)}; allowed: an object with the settings of "
            f"{environment}; next: add it"
        )
    if "environment" in block:
        raise SettingsError(
            f"{place}.environment: found {_shown(block['environment'])}; allowed: nothing, the "
            "block's own name is the environment; next: remove it"
        )
    try:
        return Settings.model_validate_json(json.dumps({**block, "environment": environment}))
    except ValidationError as error:
        raise SettingsError(_explanation(error, place)) from None


def _explanation(error: ValidationError, place: str) -> str:
    details = error.errors(include_url=False)
    first = details[0]
    where = place + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"])
    # A list whose item is wrong is reported as too short as well: that is the same mistake.
    more = [d for d in details[1:] if d["loc"] != first["loc"][: len(d["loc"])]]
    others = f" (and {len(more)} more)" if more else ""
    if first["type"] == "extra_forbidden":
        allowed, step = f"only {', '.join(_model_at(first).model_fields)}", "remove or rename it"
    elif first["type"] == "missing":
        return f"{where}: found nothing; allowed: {_allowed(first)}; next: add it{others}"
    else:
        allowed, step = _allowed(first), "correct it"
    return f"{where}: found {_shown(first['input'])}; allowed: {allowed}; next: {step}{others}"


def _model_at(detail: ErrorDetails) -> type[BaseModel]:
    """Return the model that holds the place an error is about."""
    model: type[BaseModel] = Settings
    for part in detail["loc"][:-1]:
        field = model.model_fields.get(str(part))
        if field is None:
            break
        candidates = (field.annotation, *getattr(field.annotation, "__args__", ()))
        model = next(
            (c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), model
        )
    return model


def _allowed(detail: ErrorDetails) -> str:
    name = next(part for part in reversed(detail["loc"]) if isinstance(part, str))
    return _model_at(detail).model_fields[name].description or "see stacks/settings.py"


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
