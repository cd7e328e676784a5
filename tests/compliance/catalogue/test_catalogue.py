"""What the catalogue says of its rules: on the command line, in the pages, in the examples."""

from __future__ import annotations

import importlib.util
import json
import runpy
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import compliance
from compliance import catalogue, rules
from compliance.assembly import read
from compliance.catalogue.examples import FOLDER, examples
from compliance.config import Config, Iam, Retention
from compliance.findings import Outcome, SynthgateError
from compliance.rules.base import Context, Standard
from tests.command import synthgate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compliance.assembly.model import Assembly

PAGES = Path(next(iter(compliance.__path__))).parent / "docs" / "rules"
IDS = [rule.id for rule in rules.rules()]


def test_the_pages_are_those_that_the_rules_make(tmp_path: Path) -> None:
    """`nox -s docs` writes them; whoever changes a rule runs it."""
    made = catalogue.write_pages(tmp_path)
    kept = sorted(path.name for path in PAGES.iterdir())
    assert [path.name for path in made] == kept
    for path in made:
        assert path.read_text() == (PAGES / path.name).read_text(), (
            f"docs/rules/{path.name} differs from its rule: run `nox -s docs`"
        )


def test_a_page_of_a_rule_that_is_no_more_is_removed(tmp_path: Path) -> None:
    """And nothing else of the folder is."""
    (tmp_path / "IAM99.md").write_text("old")
    (tmp_path / "NOTES.md").write_text("kept")
    catalogue.write_pages(tmp_path)
    assert not (tmp_path / "IAM99.md").exists()
    assert (tmp_path / "NOTES.md").read_text() == "kept"


def test_pages_that_cannot_be_written_are_an_error_of_the_user(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SynthgateError, match="file: cannot write the pages: File exists"):
        catalogue.write_pages(tmp_path / "file")


@pytest.mark.parametrize("rule", rules.rules(), ids=IDS)
def test_a_page_says_all_that_its_rule_says(rule: rules.Rule) -> None:
    """Title, severity, reasons, both examples, names in other reports, controls, references."""
    page = catalogue.explain(rule.id)
    failing, mended = examples(rule.id)
    for text in (
        f"# {rule.id}: {rule.title}\n",
        f"- Severity: {rule.severity}\n",
        rule.rationale,
        rule.remediation,
        failing.says,
        f"```python\n{failing.code}\n```",
        mended.says,
        f"```python\n{mended.code}\n```",
        f"`Synthgate-{rule.id}`",
        f"`CKV_SYNTHGATE_{rule.id}`",
        *(f"- `{kind}`" for kind in (*rule.resource_types, *rule.stock)),
        *(f"- {standard}: {', '.join(ids)}" for standard, ids in rule.controls.items()),
        *(f"<{address}>" for address in rule.references),
        *rule.settings,
    ):
        assert text in page
    assert ("## Stock rules" in page) == bool(rule.stock)
    assert ("## Controls" in page) == bool(rule.controls)


@pytest.mark.parametrize(
    "named", ["IAM01", "iam01", "IAM1", "iam_01", "Synthgate-IAM01", "CKV_SYNTHGATE_IAM01"]
)
def test_a_rule_is_found_by_any_of_its_names(named: str) -> None:
    """Whoever reads a report pastes what stands there."""
    assert catalogue.explain(named).startswith("# IAM01: ")


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        ("AwsSolutions-APIG1", r" \(API10 says the same\)"),
        ("LOG99", r" \(did you mean LOG0\d\?\)"),
        ("S3", ""),
    ],
)
def test_an_unknown_rule_is_refused_with_what_is_near(named: str, hint: str) -> None:
    """One line, with the next step."""
    with pytest.raises(
        SynthgateError,
        match=f"^{named}: no rule of the catalogue{hint}; `synthgate rules` lists them$",
    ):
        catalogue.explain(named)


def test_json_holds_the_fields() -> None:
    """For those who build on it."""
    fields = json.loads(catalogue.explain("LOG03", form="json"))
    assert fields["id"] == "LOG03"
    assert fields["names"] == {"cdk-nag": "Synthgate-LOG03", "checkov": "CKV_SYNTHGATE_LOG03"}
    assert fields["controls"] == {str(Standard.NIST): ["AU-11"]}
    assert "lambda_.Function(" in fields["failing"]["code"]
    assert "log_group=group" in fields["mended"]["code"]


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda form: catalogue.explain("IAM01", form=form), id="explain"),
        pytest.param(catalogue.render, id="rules"),
    ],
)
def test_an_unknown_format_is_refused(ask: Callable[[str], str]) -> None:
    """And those that exist are named."""
    with pytest.raises(SynthgateError, match="--format xml: one of text, json, markdown"):
        ask("xml")


def test_the_command_explains(tmp_path: Path) -> None:
    """Away from a terminal it prints the page as it is."""
    told = synthgate("explain", "log01", cwd=tmp_path)
    assert told.out == catalogue.explain("LOG01")
    wrong = synthgate("explain", "XYZ", cwd=tmp_path)
    assert (wrong.code, wrong.err) == (
        2,
        "synthgate: XYZ: no rule of the catalogue; `synthgate rules` lists them\n",
    )


def test_the_command_writes_the_pages(tmp_path: Path) -> None:
    """And says how many and where."""
    told = synthgate("rules", "--pages", "out", cwd=tmp_path)
    assert told.err == f"synthgate: {len(IDS) + 1} pages in out\n"
    assert len(list((tmp_path / "out").iterdir())) == len(IDS) + 1


def test_every_setting_of_a_rule_exists_and_every_exception_list_belongs_to_one() -> None:
    """`iam.known-accounts` is `Config.iam.known_accounts`."""
    named = {setting for rule in rules.rules() for setting in rule.settings}
    there = {
        f"{table}.{name.replace('_', '-')}"
        for table, model in (("iam", Iam), ("retention", Retention))
        for name in model.model_fields
    }
    assert named == there


def test_checks_of_checkov_that_are_named_exist() -> None:
    """In the version that is installed, for CloudFormation."""
    spec = importlib.util.find_spec("checkov")
    assert spec is not None
    assert spec.origin is not None
    checks = "".join(
        path.read_text() for path in Path(spec.origin).parent.glob("cloudformation/checks/**/*.py")
    )
    named = [stock for rule in rules.rules() for stock in rule.stock if stock.startswith("CKV")]
    assert named
    assert [stock for stock in named if f'"{stock}"' not in checks] == []


def test_rules_of_cdk_nag_that_are_named_exist() -> None:
    """In the version that is installed: an id of AwsSolutions, or a rule that other packs have."""
    spec = importlib.util.find_spec("cdk_nag")
    assert spec is not None
    assert spec.origin is not None
    (archive,) = Path(spec.origin).parent.glob("_jsii/*.tgz")
    with tarfile.open(archive) as package:
        solutions = package.extractfile("package/lib/packs/aws-solutions.js")
        assert solutions is not None
        text = solutions.read().decode()
        files = {Path(name).stem for name in package.getnames() if "/lib/rules/" in name}
    named = [stock for rule in rules.rules() for stock in rule.stock if not stock.startswith("CKV")]
    assert named
    for stock in named:
        suffix = stock.partition("[")[0].removeprefix("AwsSolutions-")
        assert f"ruleSuffixOverride: '{suffix}'" in text or stock in files, stock


# -- the examples, synthesized


@pytest.fixture(scope="session")
def synthesized(shared: Path, once: Callable[[Path, Callable[[Path], object]], Path]) -> Assembly:
    """Return one assembly with both stacks of every rule."""
    return read(once(shared / "examples", _synthesize))


def _synthesize(outdir: Path) -> None:
    import aws_cdk as cdk  # noqa: PLC0415 - starts Node.js, which most tests do without

    app = cdk.App(analytics_reporting=False, outdir=str(outdir))
    for rule in IDS:
        functions: Mapping[str, Any] = runpy.run_path(str(FOLDER / f"{rule.lower()}.py"))
        for name in ("failing", "mended"):
            functions[name](cdk.Stack(app, f"{rule}-{name}"))
    app.synth()


@pytest.mark.parametrize("rule", rules.rules(), ids=IDS)
def test_what_the_example_says_is_so(rule: rules.Rule, synthesized: Assembly) -> None:
    """The failing stack fails this rule; the mended one has nothing that it says against."""
    context = Context(synthesized, _config(rule))
    found = {
        name: [
            judgement.outcome
            for resource in synthesized.resources(*rule.resource_types)
            if resource.template.stack == f"{rule.id}-{name}"
            for judgement in rule.judge(resource, context)
        ]
        for name in ("failing", "mended")
    }
    assert Outcome.FAIL in found["failing"]
    assert not set(found["mended"]) - {Outcome.PASS}


def _config(rule: rules.Rule) -> Config:
    """The policy data under which the example fails."""
    return Config(retention=Retention(keep_logs=rule.id == "LOG07"))


def test_every_example_belongs_to_a_rule() -> None:
    """A file that nobody shows is of no use."""
    assert sorted(path.stem.upper() for path in FOLDER.glob("*.py")) == sorted(IDS)
