"""What a person reads of a rehearsal in a terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from compliance.findings import EngineRun, Status
from compliance.rehearsal import rules
from compliance.rehearsal.model import Effect, Evidence, Operation, Removal, Row
from compliance.rehearsal.reports import to_text
from compliance.reports import Format
from compliance.reports import render as render_findings
from tests.compliance.rehearsal.reports import samples

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from compliance.rehearsal.model import Rehearsal

COLOUR = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("width", [50, 80, 120, None])
def test_green(green: Rehearsal, golden: SnapshotAssertion, width: int | None) -> None:
    """Grants by resource, with the operations that used them; unknown ones by reason."""
    assert to_text.render(green, width=width) == golden


@pytest.mark.parametrize("width", [50, 80, 120, None])
def test_red(red: Rehearsal, golden: SnapshotAssertion, width: int | None) -> None:
    """Findings first; a grant never used and an operation that never worked stand out."""
    assert to_text.render(red, width=width) == golden


def test_findings_are_the_gate_s_own_text(red: Rehearsal) -> None:
    """No second wording of a finding: the gate's blocks appear line for line."""
    gate = render_findings(red.report, format=Format.TEXT, width=80)
    findings = gate[: gate.index("\n\nEngines")]
    assert "Rehearsal-Necessary  ServerlessStack/DataProcessingPolicy/Resource" in findings
    assert findings in to_text.render(red, width=80)


@pytest.mark.parametrize("width", [24, 50, 72, 80, 200])
def test_no_line_is_wider_than_the_terminal(any_sample: Rehearsal, width: int) -> None:
    """Every line fits, whatever the terminal's width."""
    text = to_text.render(any_sample, width=width)
    assert max(map(cell_len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [50, 80])
def test_no_hostile_string_breaks_a_line(hostile: str, width: int) -> None:
    """Wide characters, endless words and control characters keep to the lines that are theirs."""
    text = to_text.render(samples.poisoned(hostile), width=width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert text.replace("\n", "").isprintable()
    assert len(text) < 100_000


def test_no_hostile_string_adds_a_colour(hostile: str) -> None:
    """With colours on, the only escape sequences are ours: Rich markup in a name is text."""
    text = to_text.render(samples.poisoned(hostile), width=80, color=True)
    assert COLOUR.search(text)
    assert "\x1b" not in COLOUR.sub("", text)


def test_colour_changes_nothing_but_colour(any_sample: Rehearsal) -> None:
    """The coloured text is the plain text with colours."""
    coloured = to_text.render(any_sample, width=80, color=True)
    assert COLOUR.sub("", coloured) == to_text.render(any_sample, width=80)


def test_a_grant_never_used_is_red(red: Rehearsal) -> None:
    """What is to be removed is seen at once, with the policy that it stands in."""
    lines = to_text.render(red, width=80, color=True).splitlines()
    (number,) = (n for n, line in enumerate(lines) if "NEVER USED" in line)
    assert re.search(r"\x1b\[1;31mNEVER USED", lines[number])
    assert "\x1b[31mdynamodb:Scan on StorageStack/ItemsTable [Items]" in lines[number]
    assert "in ServerlessStack/DataProcessingPolicy" in lines[number + 1]


@pytest.mark.parametrize("width", [None, 24, 50, 80, 120, 200])
@pytest.mark.parametrize("name", ["green", "red"])
def test_the_last_line_is_the_verdict(
    name: str, width: int | None, request: pytest.FixtureRequest
) -> None:
    """`tail -1` tells the verdict at any width, and no other line looks like one."""
    lines = to_text.render(request.getfixturevalue(name), width=width).splitlines()
    assert re.match(rf"REHEARSED {name.upper()}(: |$)", lines[-1])
    assert not [line for line in lines[:-1] if line.startswith("REHEARSED")]


def test_the_whole_sentence_of_a_verdict(green: Rehearsal, red: Rehearsal) -> None:
    """In a log it says what works, what was used and what was not, and how many tests ran."""
    assert to_text.render(green).splitlines()[-1] == (
        "REHEARSED GREEN: 5 operations work with 11 grants exercised, 0 never used, "
        "26 not exercisable here, 3 not rehearsed; 31 contract tests"
    )
    assert to_text.render(red).splitlines()[-1] == (
        "REHEARSED RED: 4 blocking findings; 4 of 5 operations work with 10 grants exercised, "
        "1 never used, 26 not exercisable here, 3 not rehearsed; "
        "3 of 31 contract tests failed, 1 skipped"
    )


def test_a_rehearsal_that_broke_says_why() -> None:
    """Without the engine's word there is no verdict but an error, as at the gate."""
    engine = EngineRun(rules.ENGINE, Status.FAILED, reason="the deploy failed; see deploy.log")
    broken = samples.make(
        (), engine=engine, operations=(), tests={}, steps=(), names={}, removals=()
    )
    text = to_text.render(broken, width=80)
    assert text.splitlines()[-1] == (
        "REHEARSED ERROR: rehearsal failed: the deploy failed; see deploy.log"
    )
    assert "GREEN" not in text


def test_one_operation_works(green: Rehearsal) -> None:
    """Numbers agree with their words."""
    one = replace(green, operations=samples.WORKING[:1], rows=green.rows[:1], tests={"passed": 1})
    assert to_text.render(one).splitlines()[-1] == (
        "REHEARSED GREEN: 1 operation works with 1 grant exercised, 0 never used; 1 contract test"
    )


def test_a_deployed_stage_counts_no_operations(green: Rehearsal, red: Rehearsal) -> None:
    """Its calls are nowhere written down, so nothing is said of how many work."""
    looked = replace(green, operations=())
    assert (
        to_text.render(looked)
        .splitlines()[-1]
        .startswith("REHEARSED GREEN: 11 grants exercised, 0 never used, 26 not")
    )
    assert to_text.render(looked, width=30).splitlines()[-1] == "REHEARSED GREEN"
    assert to_text.render(replace(red, operations=()), width=60).splitlines()[-1] == (
        "REHEARSED RED: 4 blocking findings; 1 grant never used"
    )


def test_what_happened_otherwise_than_the_table_says_is_told(green: Rehearsal) -> None:
    """Other operations, fewer of them, or some that did without; the rest goes without saying."""
    delete, get, put, query = green.rows[:4]
    rows = (
        delete,
        replace(get, broken=(samples.LISTS,)),
        replace(put, broken=()),
        replace(query, effect=Effect.TOLERATED, broken=(), reason="GET /items answered"),
    )
    lines = to_text.render(replace(green, rows=rows), width=200).splitlines()
    start = lines.index("Taken away, one at a time (4): 3 broke an operation, 1 tolerated")
    index = "${StorageStack/ItemsTable}/index/status-index"
    of = "of ServerlessStack/DataProcessingFunctionRole"
    assert lines[start + 1 : lines.index("", start)] == [
        f"  tolerated: dynamodb:Query on {index}, {of}: GET /items answered",
        f"  broke: dynamodb:GetItem on StorageStack/ItemsTable, {of}: GET /items failed",
        f"  broke: dynamodb:PutItem on StorageStack/ItemsTable, {of}: no operation failed",
    ]


def test_what_no_operation_used_says_so(green: Rehearsal) -> None:
    """A grant that a deployment or an alarm used has no operation, and no effect was tried."""
    grant = green.rows[0].grant
    row = Row(grant, Evidence.EXERCISED, uses=1, effect=Effect.NOT_TRIED)
    lines = to_text.render(replace(green, rows=(row,)), width=80).splitlines()
    assert "    dynamodb:DeleteItem  1 use              no operation of the API" in lines
    assert not [line for line in lines if line.startswith("Taken away")]


def test_a_long_action_and_a_long_statement_keep_their_lines(green: Rehearsal) -> None:
    """An action that no column holds gets a line; a generated statement id is cut."""
    grant = replace(green.rows[0].grant, action=f"service:{'Act' * 20}", sid="S" * 90)
    text = to_text.render(replace(green, rows=(samples.used(grant, 2, samples.LISTS),)), width=80)
    assert f"    service:{'Act' * 20}\n      2 uses, broke: GET /items\n" in text
    assert f"[{'S' * 39}…]" in text


def test_conditions_are_named(green: Rehearsal) -> None:
    """A grant under a condition is not told as one without."""
    grant = replace(green.rows[0].grant, conditions=samples.VIA_S3 | {"odd": 1})
    text = to_text.render(replace(green, rows=(samples.used(grant, 2, samples.LISTS),)), width=200)
    assert "[Items] if kms:EncryptionContext:aws:s3:arn, kms:ViaService, odd\n" in text


def test_a_trust_policy_is_its_role_s(green: Rehearsal) -> None:
    """Who may assume a role stands with what the role may do; the role itself is not repeated."""
    row = samples.used(samples.of_trust(samples.ROLE, "lambda.amazonaws.com"), 3)
    lines = to_text.render(replace(green, rows=(row,)), width=80).splitlines()
    assert "Role ServerlessStack/DataProcessingFunctionRole" in lines
    assert "  itself by Service:lambda.amazonaws.com" in lines


def test_the_policy_of_a_resource_has_a_table_of_its_own(green: Rehearsal) -> None:
    """By the resource's construct path, with who may do what."""
    (grant,) = samples.of_resource(
        samples.place("StorageStack/DataBucket/Policy", "AWS::S3::BucketPolicy"),
        samples.BUCKET,
        f"AWS:{samples.arn('iam', 'user/auditor')}",
        "s3:GetObject",
        resource=f"{samples.BUCKET}/*",
    )
    lines = to_text.render(replace(green, rows=(samples.used(grant, 3),)), width=80).splitlines()
    assert "Policy of StorageStack/DataBucket" in lines
    assert "  ${StorageStack/DataBucket}/* by arn:aws:iam::000000000000:user/auditor" in lines


def test_much_is_cut_and_counted(green: Rehearsal) -> None:
    """Nobody reads a thousand lines; what is left out is counted, and where it stands is said."""
    grants = [
        replace(samples.of_role(samples.ROLE, samples.POLICY, f"S{n:03}", "a:B", f"r{n:03}")[0])
        for n in range(200)
    ]
    rows = (
        *(samples.used(grant, 1, effect=Effect.TOLERATED) for grant in grants[:70]),
        *(replace(samples.used(grant, 1), broken=("GET /x",)) for grant in grants[70:140]),
        *samples.unknown(grants[140:], samples.TRACES),
        *samples.unknown(grants[:10], samples.TRACES),
    )
    removals = tuple(
        Removal(samples.place(f"Stack/R{n:03}", "AWS::EC2::EIP"), "Refused.") for n in range(61)
    )
    lines = to_text.render(replace(green, rows=rows, removals=removals), width=80).splitlines()
    assert [line.strip() for line in lines if "report.json" in line] == [
        "and 80 more grants; report.json shows all",
        "and 10 more lines; report.json shows all",
        "and 1 more resource; report.json shows all",
        "and 10 more grants; report.json shows all",
        "and 10 more grants; report.json shows all",
    ]
    many = replace(green.rows[0].grant, action="s3:Get")
    names = [replace(many, action=f"s3:Get{n}") for n in range(9)]
    text = to_text.render(
        replace(green, rows=tuple(samples.unknown(names, samples.TRACES))), width=200
    )
    assert "s3:Get6, s3:Get7 and 1 more on StorageStack/ItemsTable [Items]" in text


def test_never_used_grants_are_cut_too(red: Rehearsal) -> None:
    """Of seventy grants of one role sixty are named, and a number."""
    grants = [
        samples.of_role(samples.ROLE, samples.POLICY, f"S{n // 65}", f"a:B{n:02}", "*")[0]
        for n in range(70)
    ]
    rows = tuple(Row(grant, Evidence.NEVER_USED) for grant in grants)
    lines = to_text.render(replace(red, rows=rows), width=80).splitlines()
    assert "a:B59" in "".join(lines)
    assert "a:B60" not in "".join(lines)
    assert "  and 10 more grants; report.json shows all" in lines


def test_an_operation_that_never_worked_is_red(red: Rehearsal) -> None:
    """In the table of operations it is the one that has a colour."""
    lines = to_text.render(red, width=80, color=True).splitlines()
    (line,) = (line for line in lines if re.search(r"DELETE /items/\{id\} +47 ", line))
    assert line.startswith("\x1b[31m")
    (line,) = (line for line in lines if re.search(r"GET /items +118 ", line))
    assert "\x1b" not in line


def test_operations_of_which_the_columns_do_not_fit(green: Rehearsal) -> None:
    """They become sentences."""
    lines = to_text.render(
        replace(green, operations=(Operation(samples.LISTS, 1, 1, 0),)), width=40
    ).splitlines()
    assert "  GET /items: 1 call: 1 below 400, 0" in lines


def test_findings_that_do_not_block_say_where_the_rest_stands(green: Rehearsal) -> None:
    """The gate's own list, with this report's own file."""
    (finding,) = (
        found for found in samples.red().report.results if found.rule == "Rehearsal-Alarms"
    )
    results = tuple(
        replace(finding, severity=finding.severity.LOW, logical_id=f"Alarm{n:02}")
        for n in range(12)
    )
    many = replace(green, report=replace(green.report, results=results))
    assert "  and 2 more; report.json shows all" in to_text.render(many, width=80).splitlines()


def test_a_finding_about_the_whole_stage_has_no_place(green: Rehearsal) -> None:
    """Its head ends with the rule, and its line begins with what was found."""
    found = rules.finding(rules.CLOSED, "The stage answers on port 80.")
    lines = to_text.render(samples.make(green.rows, found), width=80).splitlines()
    assert "CRITICAL  Rehearsal-Closed" in lines
    mild = replace(found, severity=found.severity.LOW)
    lines = to_text.render(samples.make(green.rows, mild), width=120).splitlines()
    assert [line for line in lines if line.startswith("  low       Rehearsal-Closed  The stage")]


def test_what_is_undecided_comes_before_what_cannot_be_known(red: Rehearsal) -> None:
    """A grant of which the evidence would not have told is counted, with the reason."""
    rows = (*samples.unknown([red.rows[0].grant], samples.UNTOLD), *red.rows[1:])
    text = to_text.render(replace(red, rows=rows))
    told = text.index(f"Undecided (1)\n  {samples.UNTOLD}\n    ServerlessStack/DataProcessing")
    assert told < text.index("Not exercisable here (26)")
    assert ", 1 undecided, 26 not exercisable here" in text.splitlines()[-1]
