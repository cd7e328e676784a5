"""`waivers.toml` as it is read: what a table may say, and which line a mistake is on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from compliance import waivers
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """[[waiver]]
rule = "AwsSolutions-S1"
construct = "Storage/Bucket/Resource"
reason = "Access is logged by CloudTrail data events."
owner = "platform-team"
expires = 2026-12-31
"""


def written(folder: Path, text: str) -> Path:
    """A waivers file."""
    path = folder / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_waiver_holds_what_its_table_says(tmp_path: Path) -> None:
    """All fields, those that may be left out too."""
    found = waivers.load(
        written(tmp_path, GOOD + 'environments = ["dev"]\nticket = "OPS-412"\n'),
        shown="policy/waivers.toml",
    )
    ((line, waiver),) = found.items
    assert (found.file, line) == ("policy/waivers.toml", 1)
    assert waiver.rule == "AwsSolutions-S1"
    assert waiver.place == "Storage/Bucket/Resource"
    assert waiver.reason == "Access is logged by CloudTrail data events."
    assert waiver.owner == "platform-team"
    assert waiver.expires == dt.date(2026, 12, 31)
    assert waiver.environments == ("dev",)
    assert waiver.ticket == "OPS-412"


def test_no_file_holds_no_waivers(tmp_path: Path) -> None:
    """A project without exceptions needs no file."""
    assert waivers.load(tmp_path / "waivers.toml").items == ()


def test_an_empty_file_holds_no_waivers(tmp_path: Path) -> None:
    """Nor does one with comments alone."""
    assert waivers.load(written(tmp_path, "# nothing yet\n")).items == ()


def test_each_waiver_knows_the_line_of_its_header(tmp_path: Path) -> None:
    """Comments, blank lines, indentation and the ways to write a header do not mislead."""
    text = (
        "# Reviewed every quarter. A waiver looks like this:\n"
        "# [[waiver]]\n"
        "\n"
        + GOOD
        + "\n\n# the next one\n  "
        + GOOD
        + '\n[[ "waiver" ]]   # a header with spaces\n'
        + GOOD.partition("\n")[2]
        + "\n[['waiver']]\n"
        + GOOD.partition("\n")[2]
    )
    found = waivers.load(written(tmp_path, text))
    lines = text.splitlines()
    assert [line for line, _ in found.items] == [4, 13, 20, 27]
    assert all("waiver" in lines[line - 1] for line, _ in found.items)


def test_a_header_inside_a_text_is_no_header(tmp_path: Path) -> None:
    """A reason may quote one."""
    quoting = GOOD.replace(
        '"Access is logged by CloudTrail data events."',
        '"""\nIt stood here as\n[[waiver]]\nfor the old bucket already."""',
    )
    found = waivers.load(written(tmp_path, quoting + "\n" + GOOD))
    assert [line for line, _ in found.items] == [1, 11]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(("owner =", "ovner ="), "[waiver] owner: is missing; ", id="misspelled"),
        pytest.param(
            ("owner =", "ovner ="),
            "[waiver] ovner: unknown setting; remove it or mend its spelling",
            id="unknown",
        ),
        pytest.param(('rule = "AwsSolutions-S1"', ""), "[waiver] rule: is missing", id="no rule"),
        pytest.param(
            ('construct = "Storage/Bucket/Resource"', ""),
            "[waiver] construct: is missing",
            id="no construct",
        ),
        pytest.param(("expires = 2026-12-31", ""), "[waiver] expires: is missing", id="no end"),
        pytest.param(
            ('reason = "Access is logged by CloudTrail data events."', ""),
            "[waiver] reason: is missing",
            id="no reason",
        ),
        pytest.param(
            ("Access is logged by CloudTrail data events.", "not needed"),
            "[waiver] reason: a sentence of at least 5 words is asked for, found 'not needed'",
            id="short reason",
        ),
        pytest.param(
            ('"Access is logged by CloudTrail data events."', "3"),
            "[waiver] reason: Input should be a valid string, found 3",
            id="reason of another type",
        ),
        pytest.param(
            ('"AwsSolutions-S1"', '["AwsSolutions-S1"]'),
            "[waiver] rule: Input should be a valid string, found ['AwsSolutions-S1']",
            id="several rules",
        ),
        pytest.param(
            ('"AwsSolutions-S1"', '"S1"'),
            "[waiver] rule: String should have at least 3 characters, found 'S1'",
            id="rule too short",
        ),
        pytest.param(
            ('"platform-team"', '"x"'),
            "[waiver] owner: String should have at least 2 characters, found 'x'",
            id="owner too short",
        ),
        pytest.param(
            ("2026-12-31", '"2026-12-31"'),
            "[waiver] expires: Input should be a valid date, found '2026-12-31'",
            id="end as text",
        ),
        pytest.param(
            ("2026-12-31", "2026-12-31T00:00:00Z"),
            "[waiver] expires: Input should be a valid date, found datetime.datetime(",
            id="end with a time",
        ),
        pytest.param(
            ('owner = "platform-team"', 'owner = "platform-team"\nenvironments = "dev"'),
            "[waiver] environments: Input should be a list, found 'dev'",
            id="environments as text",
        ),
        pytest.param(
            ('owner = "platform-team"', 'owner = "platform-team"\nticket = 412'),
            "[waiver] ticket: Input should be a valid string, found 412",
            id="ticket as number",
        ),
    ],
)
def test_a_wrong_waiver_is_told_with_its_line(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    """The line is that of the waiver's header, the second one of the file here."""
    path = written(tmp_path, f"{GOOD}\n# the second\n{GOOD.replace(*change)}")
    with pytest.raises(SynthgateError) as error:
        waivers.load(path, shown="policy/waivers.toml")
    assert str(error.value).startswith("policy/waivers.toml:9: ")
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[waiver]\n", "waivers.toml: not TOML: "),
        ("[[waivers]]\n", "waivers.toml: unknown table 'waivers'; only [[waiver]] is known"),
        (
            GOOD + "\n[[suppression]]\n",
            "waivers.toml: unknown table 'suppression'; only [[waiver]] is known",
        ),
        ("[waiver]\n", "waivers.toml: 'waiver' is written [[waiver]], once for each waiver"),
        (
            'waiver = [{rule = "IAM01"}]\n',
            "waivers.toml: 'waiver' is written [[waiver]], once for each waiver",
        ),
    ],
    ids=["syntax", "misspelled", "another", "one table", "inline"],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """A waiver that is not read would be one that nobody sees."""
    with pytest.raises(SynthgateError) as error:
        waivers.load(written(tmp_path, text))
    assert str(error.value).startswith(told)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A folder in its place, or bytes that are no text."""
    (tmp_path / "waivers.toml").mkdir()
    with pytest.raises(SynthgateError, match=r"^waivers\.toml: cannot be read: Is a directory$"):
        waivers.load(tmp_path / "waivers.toml")
    (tmp_path / "other.toml").write_bytes(b"\xff")
    with pytest.raises(SynthgateError, match=r"^other\.toml: not TOML: 'utf-8' codec"):
        waivers.load(tmp_path / "other.toml")
