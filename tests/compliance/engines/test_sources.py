"""Where a finding points to: the evidence's lines, and the template's text where it has none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.assembly import read
from compliance.engines import evidence
from compliance.engines.evidence import Evidence, places, source_of
from compliance.engines.sources import Sources
from compliance.findings import Finding, Outcome, Severity, Source, SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

LINES = {
    "Small": "app.py:7",
    "Small/Bucket": "stacks/storage.py:12",
    "Small/Api/Stage": "stacks/a b/über.py:3",
}


def record(sources: dict[str, str]) -> Evidence:
    """Evidence with some lines."""
    return Evidence.model_validate_json(json.dumps({**document(), "sources": sources}))


def document() -> dict[str, Any]:
    """Evidence as it was written before it had lines."""
    return {
        "schema_version": "1",
        "environment": "dev",
        "resources": 0,
        "templates": {},
        "acknowledged": {},
        "plugins": [],
    }


def finding(
    *, template: str = "", stack: str = "", logical_id: str = "", construct_path: str = ""
) -> Finding:
    """A finding at a place."""
    return Finding(
        engine="own",
        rule="LOG01",
        severity=Severity.HIGH,
        outcome=Outcome.FAIL,
        message="It never expires.",
        template=template,
        stack=stack,
        logical_id=logical_id,
        construct_path=construct_path,
    )


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """An assembly of another language: no evidence, two templates, one empty."""
    artifacts = {
        name: {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": f"{name}.template.json"},
        }
        for name in ("Small", "Empty")
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    template = {
        "Description": "Topic",
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Topic": {"Type": "AWS::SNS::Topic", "Metadata": {"aws:cdk:path": "Small/Topic"}},
        },
    }
    (tmp_path / "Small.template.json").write_text(json.dumps(template, indent=1))
    (tmp_path / "Empty.template.json").write_text("{}")
    return tmp_path


# -- the record ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("Small", Source("app.py", 7)),
        ("Small/Bucket", Source("stacks/storage.py", 12)),
        ("Small/Bucket/Policy/Resource", Source("stacks/storage.py", 12)),
        ("Small/Api", Source("app.py", 7)),
        ("Small/Api/Stage/Resource", Source("stacks/a b/über.py", 3)),
        ("Smaller", None),
        ("", None),
        ("/", None),
        ("Other/Bucket", None),
    ],
)
def test_a_construct_has_its_line_or_that_of_the_nearest_above(
    path: str, line: Source | None
) -> None:
    """A name that begins with another's is not below it."""
    assert source_of(record(LINES), path) == line


def test_without_a_record_no_construct_has_a_line() -> None:
    """Nor with one that was written before there were lines, which is read all the same."""
    old = Evidence.model_validate_json(json.dumps(document()))
    assert source_of(old, "Small") is None
    assert source_of(None, "Small") is None


@pytest.mark.parametrize(
    "place",
    [
        "/etc/passwd:1",
        "../secrets.py:1",
        "stacks/../../secrets.py:1",
        "stacks/..:1",
        "..:1",
        ".:1",
        "./app.py:1",
        "stacks//app.py:1",
        "stacks/:1",
        ":1",
        "C:/app.py:1",
        "C:\\app.py:1",
        "stacks\\app.py:1",
        "https://example.com/app.py:1",
        "app.py",
        "app.py:0",
        "app.py:-1",
        "app.py:01",
        "app.py:1.5",
        "app.py:12345678",
        "app.py:\u0661",
        "app.py:1\n",
        "app\n.py:1",
        "\x1b[31mapp.py:1",
        "app\u202e.py:1",
        "app\u2066.py:1",
        "a" * 1_023 + ":1",
        "",
        7,
        None,
        {"file": "app.py", "line": 1},
    ],
)
def test_a_line_that_the_gate_never_wrote_makes_the_evidence_unreadable(
    place: object, foreign: Path
) -> None:
    """Absolute, outside of the folder, no line, or with characters that a terminal obeys."""
    text = json.dumps({**document(), "sources": {"Small": place}})
    (foreign / evidence.FILE).write_text(text)
    with pytest.raises(SynthgateError, match=r"sources\.Small"):
        evidence.read(read(foreign))


def test_what_evidence_would_not_take_is_not_written() -> None:
    """A file with a name that cannot be told costs its line, not the synthesis."""
    sources = {
        "Small": Source("app.py", 7),
        "Small/Colon": Source("a:b.py", 1),
        "Small/Bytes": Source("\udcff.py", 1),
        "Small/None": Source("app.py", 0),
        "Small/Dots": Source("..hidden/.py", 2),
        "\udcff": Source("app.py", 1),
    }
    assert places(sources) == {"Small": "app.py:7", "Small/Dots": "..hidden/.py:2"}


@given(st.text(), st.integers())
def test_what_is_written_is_read_and_stays_below_the_folder(file: str, line: int) -> None:
    """Whatever a file is called: the same place, or none; no part of it is `..` or empty."""
    for text in places({"Small": Source(file, line)}).values():
        assert source_of(record({"Small": text}), "Small/Bucket") == Source(file, line)
        assert not {"", ".", ".."} & set(file.split("/"))


# -- a finding's ---------------------------------------------------------------------------------


def test_a_findings_construct_comes_before_its_stack(foreign: Path) -> None:
    """What is the whole stack's has the stack's line."""
    sources = Sources(read(foreign), record(LINES))
    place = {"template": "Small.template.json", "stack": "Small", "logical_id": "Topic"}
    assert sources.of(finding(**place, construct_path="Small/Bucket/Resource")) == Source(
        "stacks/storage.py", 12
    )
    assert sources.of(finding(**place)) == Source("app.py", 7)
    assert sources.of(finding(template="Small.template.json", stack="Small")) == Source("app.py", 7)


def test_lines_of_code_are_told_from_where_the_command_runs(foreign: Path) -> None:
    """A project in a folder of the checkout; templates are told as they were given anyway."""
    sources = Sources(read(foreign), record(LINES), project="infra/cdk")
    assert sources.of(finding(stack="Small")) == Source("infra/cdk/app.py", 7)
    assert Sources(read(foreign), record(LINES), project=".").of(finding(stack="Small")) == Source(
        "app.py", 7
    )


def test_without_a_record_a_finding_points_to_the_template(
    foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of the logical id, and of the whole template the first one."""
    monkeypatch.chdir(foreign.parent)
    name = foreign.name
    assembly = read(foreign.relative_to(foreign.parent))
    sources = Sources(assembly, None)
    (topic,) = assembly.resources("AWS::SNS::Topic")
    place = {"template": "Small.template.json", "stack": "Small"}
    rows = topic.template.path.read_text().split("\n")
    line = rows.index('  "Topic": {') + 1
    assert sources.of(finding(**place, logical_id="Topic", construct_path="Small/Topic")) == Source(
        f"{name}/Small.template.json", line
    )
    assert sources.of(finding(**place)) == Source(f"{name}/Small.template.json", 1)


def test_a_resource_has_the_line_that_its_findings_have(foreign: Path) -> None:
    """For those who speak of a resource without a finding."""
    assembly = read(foreign)
    (queue,) = assembly.resources("AWS::SQS::Queue")
    (topic,) = assembly.resources("AWS::SNS::Topic")
    known = Sources(assembly, record({"Small/Topic": "app.py:9"}))
    assert known.of_resource(topic) == Source("app.py", 9)
    assert known.of_resource(queue) == Source(f"{foreign.as_posix()}/Small.template.json", 4)


def test_a_record_that_knows_nothing_of_a_construct_leaves_it_to_the_template(
    foreign: Path,
) -> None:
    """As when the guard was called after the stacks were made."""
    sources = Sources(read(foreign), record({"Other": "app.py:1"}))
    found = sources.of(
        finding(template="Small.template.json", logical_id="Queue", construct_path="Small/Queue")
    )
    assert found == Source(f"{foreign.as_posix()}/Small.template.json", 4)


def test_a_lone_template_is_named_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative to the working folder when it was given so; YAML has lines too."""
    (tmp_path / "topic.yaml").write_text("Resources:\n\n  Topic:\n    Type: AWS::SNS::Topic\n")
    monkeypatch.chdir(tmp_path)
    assembly = read(tmp_path.relative_to(tmp_path) / "topic.yaml")
    found = Sources(assembly, None).of(
        finding(template="topic.yaml", stack="topic.yaml", logical_id="Topic")
    )
    assert found == Source("topic.yaml", 3)


def test_what_stands_in_no_template_has_no_line(foreign: Path) -> None:
    """The whole app, a snapshot without a template, a logical id that the text does not hold."""
    sources = Sources(read(foreign), None)
    for place in (
        finding(construct_path="Prod"),
        finding(template="snapshots/dev/Old.json"),
        finding(template="Small.template.json", logical_id="Gone"),
        finding(template="Empty.template.json", logical_id="Topic"),
    ):
        assert sources.of(place) is None


def test_a_text_is_read_once_and_only_when_needed(foreign: Path) -> None:
    """Of an assembly with lines none is; of one without, that of the finding, once."""
    assembly = read(foreign)
    (foreign / "Small.template.json").unlink()
    place = {"template": "Small.template.json", "stack": "Small", "logical_id": "Topic"}
    assert Sources(assembly, record(LINES)).of(finding(**place)) == Source("app.py", 7)
    bare = Sources(assembly, None)
    assert bare.of(finding(**place)) is None
    (foreign / "Small.template.json").write_text('{"Resources": {"Topic": {}}}')
    assert bare.of(finding(**place)) is None
    assert Sources(assembly, None).of(finding(**place)) == Source(
        f"{foreign.as_posix()}/Small.template.json", 1
    )
