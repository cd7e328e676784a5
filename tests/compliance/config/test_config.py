"""Policy data: what a file may say, and what a reader is told of a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compliance import config
from compliance.findings import Severity, SynthgateError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with no configuration above it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str, name: str = "policy.toml") -> Path:
    """A configuration file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_defaults_are_those_of_the_catalogue(folder: Path) -> None:
    """Without a file: block from medium, keep logs a month to three years."""
    found = config.load()
    assert found.threshold is Severity.MEDIUM
    assert (found.waivers, found.snapshots) == ("waivers.toml", "snapshots")
    assert (found.retention.minimum_days, found.retention.maximum_days) == (30, 1096)
    assert found.iam.allowed_managed_policies == (
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    )
    assert found.aspects.model_dump() == {
        "retention_days": None,
        "function_log_groups": False,
        "tracing": False,
        "tls_only": False,
        "permissions_boundary": None,
    }
    assert found.checkov_python is None
    assert found.ministack_python is None
    assert found.engine_seconds == 300
    assert found.environments == ()
    assert found.root == folder


def test_every_setting_can_be_set(folder: Path) -> None:
    """Names are written with hyphens, as TOML's manner is."""
    found = config.load(
        written(
            folder,
            """
            [tool.synthgate]
            threshold = "high"
            waivers = "policy/waivers.toml"
            snapshots = "accepted"
            checkov-python = "/opt/checkov/bin/python"
            ministack-python = "/opt/ministack/bin/python"
            engine-seconds = 60
            environments = ["dev", "prod"]

            [tool.synthgate.retention]
            minimum-days = 400
            maximum-days = 400
            keep-logs = true

            [tool.synthgate.aspects]
            retention-days = 400
            function-log-groups = true
            tracing = true
            tls-only = true
            permissions-boundary = "teams/Boundary"

            [tool.synthgate.iam]
            allowed-managed-policies = []
            known-accounts = ["123456789012"]
            unscoped-actions = ["sns:Publish"]
            wildcard-actions = ["sqs:Send*"]
            idle-actions = ["s3:GetObject"]
            """,
        )
    )
    assert found.threshold is Severity.HIGH
    assert found.path(found.waivers) == folder / "policy" / "waivers.toml"
    assert found.path(found.snapshots) == folder / "accepted"
    assert found.checkov_python == "/opt/checkov/bin/python"
    assert found.ministack_python == "/opt/ministack/bin/python"
    assert found.engine_seconds == 60
    assert found.environments == ("dev", "prod")
    assert (found.retention.minimum_days, found.retention.maximum_days) == (400, 400)
    assert found.retention.keep_logs is True
    assert found.aspects == config.Aspects(
        retention_days=400,
        function_log_groups=True,
        tracing=True,
        tls_only=True,
        permissions_boundary="teams/Boundary",
    )
    assert found.iam.allowed_managed_policies == ()
    assert found.iam.known_accounts == ("123456789012",)
    assert found.iam.unscoped_actions == ("sns:Publish",)
    assert found.iam.wildcard_actions == ("sqs:Send*",)
    assert found.iam.idle_actions == ("s3:GetObject",)


@pytest.mark.parametrize(
    ("setting", "kept"),
    [
        pytest.param("", [], id="unset"),
        pytest.param("retention.keep-logs = false", [], id="nowhere"),
        pytest.param("retention.keep-logs = true", ["dev", "prod", ""], id="everywhere"),
        pytest.param("retention.keep-logs = ['prod']", ["prod"], id="in one environment"),
        pytest.param(
            "environments = ['prod']\nretention.keep-logs = ['prod']", ["prod"], id="a known one"
        ),
        pytest.param(
            "environments = ['prod']\nretention.keep-logs = true",
            ["dev", "prod", ""],
            id="everywhere, known or not",
        ),
    ],
)
def test_logs_are_kept_everywhere_or_in_environments(
    folder: Path, setting: str, kept: list[str]
) -> None:
    """A lone template, which has no environment, is in no list; Checkov reads the same."""
    found = config.load(written(folder, f"[tool.synthgate]\n{setting}\n"))
    handed_on = config.Config.model_validate_json(found.model_dump_json(by_alias=True))
    for each in (found, handed_on):
        names = [name for name in ("dev", "prod", "") if each.retention.keeps_logs_of(name)]
        assert names == kept


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            '[tool.synthgate]\nthreshold = "severe"',
            "[tool.synthgate] threshold: Input should be 'low', 'medium', 'high' or 'critical', "
            "found 'severe'",
            id="threshold",
        ),
        pytest.param(
            "[tool.synthgate]\nwaivers = 3",
            "[tool.synthgate] waivers: Input should be a valid string, found 3",
            id="waivers",
        ),
        pytest.param(
            "[tool.synthgate]\nsnapshots = true",
            "[tool.synthgate] snapshots: Input should be a valid string, found True",
            id="snapshots",
        ),
        pytest.param(
            "[tool.synthgate]\ncheckov-python = []",
            "[tool.synthgate] checkov-python: Input should be a valid string, found []",
            id="checkov-python",
        ),
        pytest.param(
            "[tool.synthgate]\nengine-seconds = 0",
            "[tool.synthgate] engine-seconds: Input should be greater than or equal to 1, found 0",
            id="engine-seconds",
        ),
        pytest.param(
            '[tool.synthgate]\nengine-seconds = "60"',
            "[tool.synthgate] engine-seconds: Input should be a valid integer, found '60'",
            id="a number as text",
        ),
        pytest.param(
            '[tool.synthgate]\nenvironments = "dev"',
            "[tool.synthgate] environments: Input should be a list, found 'dev'",
            id="environments",
        ),
        pytest.param(
            "[tool.synthgate]\nenvironments = [1]",
            "[tool.synthgate] environments.0: Input should be a valid string, found 1",
            id="one environment",
        ),
        pytest.param(
            "[tool.synthgate.retention]\nminimum-days = 4000",
            "[tool.synthgate] retention.minimum-days: Input should be less than or equal to 3653, "
            "found 4000",
            id="minimum-days",
        ),
        pytest.param(
            "[tool.synthgate.retention]\nmaximum-days = -1",
            "[tool.synthgate] retention.maximum-days: Input should be greater than or equal to 1, "
            "found -1",
            id="maximum-days",
        ),
        pytest.param(
            "[tool.synthgate.retention]\nminimum-days = 60\nmaximum-days = 30",
            "[tool.synthgate] retention: minimum-days (60) is more than maximum-days (30); "
            "swap them, found {'minimum-days': 60, 'maximum-days': 30}",
            id="an empty window",
        ),
        pytest.param(
            "[tool.synthgate.retention]\nkeep-logs = 1",
            "[tool.synthgate] retention.keep-logs: Input should be true, false or a list of "
            "environments, found 1",
            id="keep-logs",
        ),
        pytest.param(
            "[tool.synthgate.retention]\nkeep-logs = 'prod'",
            "[tool.synthgate] retention.keep-logs: Input should be true, false or a list of "
            "environments, found 'prod'",
            id="keep-logs of one",
        ),
        pytest.param(
            "[tool.synthgate.retention]\nkeep-logs = ['prod', 1]",
            "[tool.synthgate] retention.keep-logs: Input should be true, false or a list of "
            "environments, found ['prod', 1]",
            id="keep-logs of a number",
        ),
        pytest.param(
            "[tool.synthgate]\nenvironments = ['dev', 'prod']\nretention.keep-logs = ['prd']",
            "[tool.synthgate] table: retention.keep-logs: no environment 'prd'; "
            "one of dev, prod, found {'environments': ['dev', 'prod'], 'retention': {'keep-logs': "
            "['prd']}}",
            id="keep-logs of no environment",
        ),
        pytest.param(
            "[tool.synthgate.aspects]\nretention-days = 100",
            "[tool.synthgate] aspects.retention-days: CloudWatch keeps logs for one of 1, 3, 5, 7, "
            "14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, "
            "3288, 3653 days, found 100",
            id="days that CloudWatch has not",
        ),
        pytest.param(
            "[tool.synthgate.aspects]\nfunction-log-groups = true",
            "[tool.synthgate] aspects: function-log-groups needs retention-days, "
            "found {'function-log-groups': True}",
            id="log groups without an end",
        ),
        pytest.param(
            "[tool.synthgate.aspects]\nretention-days = 7",
            "[tool.synthgate] table: aspects.retention-days (7) is outside the window of 30 to "
            "1096 days, found {'aspects': {'retention-days': 7}}",
            id="too few days",
        ),
        pytest.param(
            "[tool.synthgate.aspects]\nretention-days = 1827",
            "[tool.synthgate] table: aspects.retention-days (1827) is outside the window of 30 to "
            "1096 days, found {'aspects': {'retention-days': 1827}}",
            id="too many days",
        ),
        pytest.param(
            "[tool.synthgate.aspects]\npermissions-boundary = 'a b'",
            "[tool.synthgate] aspects.permissions-boundary: String should match pattern "
            r"'^(arn:\S+|[\w+=,.@/-]+)$', found 'a b'",
            id="permissions-boundary",
        ),
        pytest.param(
            "[tool.synthgate]\niam = 1",
            "[tool.synthgate] iam: Input should be a table, found 1",
            id="iam",
        ),
        pytest.param(
            "[tool.synthgate.iam]\nallowed-managed-policies = [1]",
            "[tool.synthgate] iam.allowed-managed-policies.0: Input should be a valid string, "
            "found 1",
            id="allowed-managed-policies",
        ),
        pytest.param(
            '[tool.synthgate.iam]\nknown-accounts = ["12345"]',
            "[tool.synthgate] iam.known-accounts.0: String should match pattern "
            r"'^\d{12}$', found '12345'",
            id="known-accounts",
        ),
        pytest.param(
            '[tool.synthgate.iam]\nunscoped-actions = ["Publish"]',
            "[tool.synthgate] iam.unscoped-actions.0: String should match pattern "
            "'^[a-z0-9-]+:[A-Za-z0-9*?]+$', found 'Publish'",
            id="unscoped-actions",
        ),
        pytest.param(
            "[tool.synthgate]\ntreshold = 'low'",
            "[tool.synthgate] treshold: unknown setting; remove it or mend its spelling",
            id="unknown setting",
        ),
        pytest.param(
            "[tool.synthgate.retention]\nmin-days = 3",
            "[tool.synthgate] retention.min-days: unknown setting; remove it or mend its spelling",
            id="unknown setting of a table",
        ),
        pytest.param(
            "[tool]\nsynthgate = 3",
            "[tool.synthgate] table: Input should be a table, found 3",
            id="no table",
        ),
        pytest.param(
            "tool = 3",
            "[tool.synthgate] table: Input should be a table, found 3",
            id="no tool table",
        ),
        pytest.param(
            'threshold = "low"',
            "threshold: settings stand in the table [tool.synthgate]",
            id="a setting at the top",
        ),
        pytest.param(
            "[synthgate]\nengine-seconds = 3",
            "synthgate: settings stand in the table [tool.synthgate]",
            id="another heading",
        ),
        pytest.param(
            "[iam]\nallowed-managed-policies = []",
            "iam: settings stand in the table [tool.synthgate]",
            id="a table at the top",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(
    folder: Path, text: str, told: str
) -> None:
    """One line: file, table, setting, what is allowed, what was found."""
    path = written(folder, text)
    with pytest.raises(SynthgateError) as error:
        config.load(path)
    assert str(error.value) == f"{path}: {told}"


def test_a_long_value_is_cut(folder: Path) -> None:
    """An error is one line to read, not a page."""
    path = written(folder, f'[tool.synthgate]\nthreshold = "{"x" * 500}"')
    with pytest.raises(SynthgateError, match=r"found 'x{76}\.\.\.$"):
        config.load(path)


def test_many_wrong_settings_are_counted(folder: Path) -> None:
    """The first five are told, the rest numbered."""
    wrong = "\n".join(f"wrong-{number} = 1" for number in range(8))
    path = written(folder, f"[tool.synthgate]\n{wrong}")
    with pytest.raises(SynthgateError) as error:
        config.load(path)
    assert str(error.value).count("unknown setting") == 5
    assert str(error.value).endswith("; and 3 more")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[tool.synthgate\n", "not TOML: Expected ']' at the end of a table declaration"),
        (b"[tool.synthgate]\na = 1\na = 2\n", "not TOML: Cannot overwrite a value"),
        (b"\xff\xfe", "not TOML: 'utf-8' codec can't decode byte 0xff in position 0"),
    ],
    ids=["syntax", "twice", "encoding"],
)
def test_a_file_that_is_no_toml_is_refused(folder: Path, content: bytes, told: str) -> None:
    """With the parser's word on the place."""
    path = folder / "policy.toml"
    path.write_bytes(content)
    with pytest.raises(SynthgateError) as error:
        config.load(path)
    assert str(error.value).startswith(f"{path}: {told}")


def test_a_file_that_is_named_has_to_be_there(folder: Path) -> None:
    """A misspelled name must not mean the defaults."""
    with pytest.raises(
        SynthgateError, match=r"none\.toml: cannot read the configuration: No such file"
    ):
        config.load(folder / "none.toml")
    with pytest.raises(SynthgateError, match="cannot read the configuration: Is a directory"):
        config.load(folder)


def test_the_nearest_project_is_found_from_a_folder_below(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the working folder upwards; paths are relative to the file that was found."""
    written(folder, '[tool.synthgate]\nthreshold = "low"', "pyproject.toml")
    below = folder / "services" / "items"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    found = config.load()
    assert found.threshold is Severity.LOW
    assert found.root == folder


def test_the_search_can_start_elsewhere(folder: Path) -> None:
    """A project's own file counts, not that of the working folder."""
    written(folder, '[tool.synthgate]\nthreshold = "low"', "pyproject.toml")
    project = folder / "project"
    project.mkdir()
    written(project, '[tool.synthgate]\nthreshold = "critical"', "pyproject.toml")
    assert config.load(start=project).threshold is Severity.CRITICAL
    assert config.load().threshold is Severity.LOW


def test_a_project_that_says_nothing_gets_the_defaults(folder: Path) -> None:
    """Any other tool's `pyproject.toml` is fine, and the search ends there."""
    written(folder, '[tool.synthgate]\nthreshold = "low"', "pyproject.toml")
    inner = folder / "inner"
    inner.mkdir()
    path = written(inner, '[project]\nname = "x"\n[tool.ruff]\n', "pyproject.toml")
    for found in (config.load(start=inner), config.load(path)):
        assert found.model_dump() == config.Config().model_dump()
        assert found.root == inner
