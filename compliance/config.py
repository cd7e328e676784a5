"""Policy data: `[tool.synthgate]` in `pyproject.toml`, with reviewed defaults.

What a rule considers acceptable is data of the team that runs the gate, so it stands in one file
that a reviewer can read; the defaults are those of the policy catalogue.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from compliance.findings import Severity, SynthgateError

DEFAULT_FILE: Final = "pyproject.toml"
SECTION: Final = "tool.synthgate"
MAX_PROBLEMS: Final = 5
"""How many wrong settings one error text names."""

RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""What `RetentionInDays` may be (CloudWatch Logs API Reference, 'PutRetentionPolicy')."""

Days = Annotated[int, Field(ge=1, le=3653)]
Command = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$")]
"""What a developer types: one line, which is shown and never run."""
AccountId = Annotated[str, Field(pattern=r"^\d{12}$")]
EnvironmentName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
ActionName = Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z0-9*?]+$")]


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=_kebab, populate_by_name=True
    )


class Retention(_Table):
    """The window that log retention has to lie in, in days.

    The default minimum is a month of evidence; the maximum admits CDK's own default of 731 days.
    """

    minimum_days: Days = 30
    maximum_days: Days = 1096
    keep_logs: bool | tuple[str, ...] = Field(default=False)
    """Where log groups have to outlive their stack (LOG07): `true` or `false` for everywhere, or a
    list of environments. What belongs to no environment, such as a lone template, is in no list."""

    @field_validator("keep_logs", mode="before")
    @classmethod
    def _everywhere_or_somewhere(cls, value: object) -> object:
        if isinstance(value, bool):
            return value
        if isinstance(value, list | tuple) and all(
            name and isinstance(name, str) for name in value
        ):
            return tuple(value)
        raise ValueError("Input should be true, false or a list of environments")

    @model_validator(mode="after")
    def _window_is_not_empty(self) -> Retention:
        if self.minimum_days > self.maximum_days:
            raise ValueError(
                f"minimum-days ({self.minimum_days}) is more than "
                f"maximum-days ({self.maximum_days}); swap them"
            )
        return self

    def keeps_logs_of(self, environment: str) -> bool:
        """Whether the log groups of an environment have to outlive their stack.

        Args:
            environment: its name, empty for what belongs to none.
        """
        if isinstance(self.keep_logs, bool):
            return self.keep_logs
        return environment in self.keep_logs


class Iam(_Table):
    """What least privilege makes an exception of."""

    allowed_managed_policies: tuple[str, ...] = Field(
        default=("service-role/AmazonAPIGatewayPushToCloudWatchLogs",), strict=False
    )
    """AWS-managed policies that a role may carry, by the path after `policy/`.

    The default is API Gateway's logging role, one an account and region for all its APIs, and the
    policy that AWS documents for it (API Gateway Developer Guide, 'Set up CloudWatch logging for
    REST APIs').
    """
    known_accounts: tuple[AccountId, ...] = Field(default=(), strict=False)
    """Account ids besides the stack's own that roles and resource policies may let in."""
    unscoped_actions: tuple[ActionName, ...] = Field(default=(), strict=False)
    """Actions that may stand on `*` (IAM01), besides those that the rule itself lists."""
    wildcard_actions: tuple[ActionName, ...] = Field(default=(), strict=False)
    """Wildcards that are fine on one resource (IAM02), besides those of CDK's own grants."""
    idle_actions: tuple[ActionName, ...] = Field(default=(), strict=False)
    """Actions that may stand where they have no effect (IAM12), besides those of CDK's grants."""


class Aspects(_Table):
    """What `compliance.guard` sets where the code says nothing of it; nothing unless asked for."""

    retention_days: Days | None = None
    """Days after which log groups without an end expire."""
    function_log_groups: bool = False
    """Whether functions without a log group get one that expires after `retention-days`."""
    tracing: bool = False
    """Whether functions, stages of REST APIs and state machines send traces to X-Ray."""
    tls_only: bool = False
    """Whether buckets, queues and topics refuse what does not come over TLS."""
    permissions_boundary: Annotated[str, Field(pattern=r"^(arn:\S+|[\w+=,.@/-]+)$")] | None = None
    """Managed policy that bounds every role and user: its ARN, or its name in the own account."""

    @field_validator("retention_days")
    @classmethod
    def _days_are_cloudwatchs(cls, days: int | None) -> int | None:
        if days is not None and days not in RETENTION_DAYS:
            raise ValueError(
                f"CloudWatch keeps logs for one of {', '.join(map(str, RETENTION_DAYS))} days"
            )
        return days

    @model_validator(mode="after")
    def _log_groups_expire(self) -> Aspects:
        if self.function_log_groups and self.retention_days is None:
            raise ValueError("function-log-groups needs retention-days")
        return self


class Attestation(_Table):
    """How what the gate judged is attested, and how long that holds."""

    public_key: str | None = None
    """PEM file of the key that attestations are verified with, relative to the configuration file.
    Once it is named, an attestation without its signature is refused."""
    maximum_age_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """How old an attestation may be that something is deployed by."""


class Deploy(_Table):
    """Where environments are deployed to, and what is to be done afterwards."""

    accounts: dict[EnvironmentName, AccountId] = Field(default={})
    """The account of each environment whose stacks name none."""
    contract_tests: Command | None = None
    """The command that calls what was deployed, as it is told after a deployment."""


class Config(_Table):
    """Everything that `[tool.synthgate]` may say."""

    threshold: Severity = Field(default=Severity.MEDIUM, strict=False)
    """Failed findings block from this severity up."""
    waivers: str = "waivers.toml"
    """Waivers file, relative to the configuration file."""
    snapshots: str = "snapshots"
    """Folder of the accepted templates, relative to the configuration file."""
    snapshots_accept: Command = "pytest --snapshot-update"
    """The one command that accepts changed templates, as reports and failing tests name it."""
    gate_command: Command = "synthgate gate"
    """The command that runs the whole gate, as `compliance.guard` names it."""
    checkov_python: str | None = None
    """Interpreter that has Checkov installed, when it is not this one."""
    ministack_python: str | None = None
    """Interpreter that has MiniStack installed, for rehearsals; this one by default."""
    engine_seconds: Annotated[int, Field(ge=1, le=3600)] = 300
    """How long an engine may take before it counts as failed."""
    environments: tuple[str, ...] = Field(default=(), strict=False)
    """Environments that the gate synthesizes, in order; each is a block of `cdk.json`'s context."""
    retention: Retention = Retention()
    iam: Iam = Iam()
    aspects: Aspects = Aspects()
    attestation: Attestation = Attestation()
    deploy: Deploy = Deploy()

    _root: Path = Path()

    @model_validator(mode="after")
    def _environments_are_known(self) -> Config:
        kept = self.retention.keep_logs
        for name in () if isinstance(kept, bool) or not self.environments else kept:
            # A name that is misspelt would ask nothing of anything.
            if name not in self.environments:
                raise ValueError(
                    f"retention.keep-logs: no environment {name!r}; "
                    f"one of {', '.join(self.environments)}"
                )
        return self

    @model_validator(mode="after")
    def _accounts_are_of_environments(self) -> Config:
        for name in self.deploy.accounts if self.environments else ():
            if name not in self.environments:
                raise ValueError(
                    f"deploy.accounts: no environment {name!r}; "
                    f"one of {', '.join(self.environments)}"
                )
        return self

    @model_validator(mode="after")
    def _aspects_set_what_passes(self) -> Config:
        days, window = self.aspects.retention_days, self.retention
        if days is not None and not window.minimum_days <= days <= window.maximum_days:
            raise ValueError(
                f"aspects.retention-days ({days}) is outside the window of "
                f"{window.minimum_days} to {window.maximum_days} days"
            )
        return self

    @property
    def root(self) -> Path:
        """Folder that relative paths of the configuration are relative to."""
        return self._root

    def path(self, relative: str) -> Path:
        """A path of the configuration, made absolute."""
        return (self._root / relative).resolve()


def load(path: Path | None = None, *, start: Path | None = None) -> Config:
    """Read the policy data.

    Args:
        path: a TOML file with a `[tool.synthgate]` table. Without it, the nearest `pyproject.toml`
            from `start` upwards; if there is none, or it has no such table, the defaults.
        start: folder to look from; the working folder by default.

    Raises:
        SynthgateError: the file is named but missing, is not TOML, or a setting is unknown, wrong
            or misplaced; the text names the file, the setting, the value seen and what is allowed.
    """
    if path is None:
        start = (start or Path()).absolute()
        path = _nearest(start)
        if path is None:
            return _rooted(Config(), start)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SynthgateError(f"{path}: cannot read the configuration: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SynthgateError(f"{path}: not TOML: {error}") from error
    for name in document:
        if name == "synthgate" or name.replace("-", "_") in Config.model_fields:
            # Left aside without a word, a threshold would seem to be set.
            raise SynthgateError(f"{path}: {name}: settings stand in the table [{SECTION}]")
    tools = document.get("tool", {})
    try:
        config = Config.model_validate(
            tools.get("synthgate", {}) if isinstance(tools, dict) else tools
        )
    except ValidationError as error:
        raise SynthgateError(f"{path}: {explain(error, SECTION)}") from error
    return _rooted(config, path.resolve().parent)


def explain(error: ValidationError, section: str) -> str:
    """A validation error as one line: each setting, the value seen, what is allowed."""
    problems = error.errors(include_url=False)
    lines = [
        f"[{section}] {'.'.join(str(part) for part in problem['loc']) or 'table'}: "
        + _explained(problem["type"], problem["msg"], problem["input"])
        for problem in problems[:MAX_PROBLEMS]
    ]
    if len(problems) > MAX_PROBLEMS:
        lines.append(f"and {len(problems) - MAX_PROBLEMS} more")
    return "; ".join(lines)


def _explained(kind: str, message: str, value: object) -> str:
    match kind:
        case "extra_forbidden":
            return "unknown setting; remove it or mend its spelling"
        case "missing":
            return "is missing"
        case "value_error":
            message = message.removeprefix("Value error, ")
        case "tuple_type":
            message = "Input should be a list"
        case "model_type":
            message = "Input should be a table"
        case _:
            pass
    return f"{message}, found {_short(value)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - a line's worth


def _rooted(config: Config, root: Path) -> Config:
    config._root = root  # noqa: SLF001 - the private attribute is this module's own
    return config


def _nearest(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        candidate = folder / DEFAULT_FILE
        if candidate.is_file():
            return candidate
    return None
