"""The page of the security report: complete, inert, and told by nobody's names what to do."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance import catalogue
from compliance.findings import Report, Status, Verdict
from compliance.reports.pages import source_hash
from compliance.security_report.model import (
    Changed,
    Control,
    Level,
    Of,
    Proof,
    Rehearsed,
    SecurityReport,
)
from compliance.security_report.summary import facts
from compliance.security_report.to_html import render
from tests.compliance.security_report.samples import (
    ENGINES,
    WRITTEN,
    every_text,
    make_access,
    make_endpoints,
    make_large,
    make_log_groups,
    make_report,
    make_review,
)
from tests.reports.runs import HOSTILE

SECRETS = {
    "access key": "AKIAIOSFODNN7EXAMPLE",
    "password": "password=correct-horse-battery",
    "token": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "url": "https://root:correct-horse-battery@db.example",
}
_VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.tags: set[str] = set()
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        """Elements and their attributes, apart from those of the pictures and of choices."""
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.inline = {"style": "", "script": ""}
        self._inside: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and its attributes."""
        self.tags.add(tag)
        if not {"svg", "select", "details"} & set(self._inside):
            self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in _VOID:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note the end, which has to be that of the element opened last."""
        assert self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep words apart from style and script."""
        inside = self._inside[-1] if self._inside else ""
        if inside in self.inline:
            self.inline[inside] += data
        elif data.strip():
            self.words.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        """All words, in order."""
        return " ".join(self.words)


TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "code",
    "time",
    "div",
    "nav",
    "ul",
    "li",
    "main",
    "section",
    "b",
    "strong",
    "span",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "svg",
    "desc",
    "g",
    "rect",
    "path",
    "text",
    "circle",
    "details",
    "summary",
    "pre",
    "ins",
    "del",
    "label",
    "input",
    "select",
    "option",
    "button",
    "article",
    "dl",
    "dt",
    "dd",
    "abbr",
    "footer",
    "script",
}
ATTRIBUTES = {
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "datetime",
    "aria-label",
    "aria-labelledby",
    "id",
    "aria-hidden",
    "tabindex",
    "role",
    "scope",
    "rowspan",
    "viewbox",
    "width",
    "height",
    "x",
    "y",
    "r",
    "rx",
    "cx",
    "cy",
    "d",
    "data-label",
    "hidden",
    "for",
    "type",
    "autocomplete",
    "spellcheck",
    "aria-keyshortcuts",
    "placeholder",
    "value",
    "aria-live",
    "open",
    "title",
    "data-severity",
    "data-engine",
    "data-environment",
    "data-family",
}


def test_the_page_can_ask_for_nothing() -> None:
    """One style and one script, each allowed by its hash; no request, no handler, no form."""
    page = Page(render(make_report()))
    (policy,) = [value for _, name, value in page.attributes if "default-src" in value]
    assert policy == (
        f"default-src 'none'; style-src '{source_hash(page.inline['style'])}'; "
        f"script-src '{source_hash(page.inline['script'])}'; base-uri 'none'; form-action 'none'"
    )
    assert page.source.count("<style>") == page.source.count("<script>") == 1
    assert page.tags <= TAGS
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    assert "url(" not in page.inline["style"]
    assert "@import" not in page.inline["style"]
    for word in ("fetch", "XMLHttpRequest", "innerHTML", "eval", "import("):
        assert word not in page.inline["script"]


def test_every_link_leads_to_a_place_on_the_page() -> None:
    """Links are to sections, and ids are unique."""
    page = Page(render(make_report()))
    assert len(page.ids) == len(set(page.ids))
    links = {value for _, name, value in page.attributes if name == "href"}
    assert links == {f"#{each}" for each in links_of(page)}
    assert {"#main", "#findings", "#who-1"} <= links
    named = {
        each
        for _, name, value in page.attributes
        if name in {"aria-labelledby", "for"}
        for each in value.split()
    }
    assert named <= set(page.ids)


def links_of(page: Page) -> set[str]:
    """The ids that links of a page lead to, as far as there are such."""
    return {value.removeprefix("#") for _, name, value in page.attributes if name == "href"} & set(
        page.ids
    )


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_hostile_string_changes_the_document(name: str) -> None:
    """With markup in every field, elements and attributes are those of a harmless one."""
    hostile = Page(render(every_text(make_report(), HOSTILE[name])))
    assert hostile.tags <= TAGS
    assert {name for _, name, _ in hostile.attributes} <= ATTRIBUTES
    assert hostile.shape == Page(render(every_text(make_report(), "word"))).shape
    links = {value for _, name, value in hostile.attributes if name == "href"}
    assert all(re.fullmatch(r"#[a-z]+(-\d+)?", link) for link in links)
    assert hostile.inline == Page(render(make_report())).inline


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_nothing_on_the_page_controls_a_reader(name: str) -> None:
    """No control character, no bidirectional override, and no text longer than a page can bear."""
    source = render(every_text(make_report(), HOSTILE[name]))
    assert all(letter == "\n" or letter.isprintable() for letter in source)
    assert max(map(len, Page(source).words)) < 5_000


@given(text=st.text(min_size=1, max_size=40))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_at_all_changes_the_document(text: str) -> None:
    """Whatever stands in every field: the same elements, nothing but printable characters."""
    source = render(every_text(make_report(), text))
    page = Page(source)
    assert page.tags <= TAGS
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    assert all(letter == "\n" or letter.isprintable() for letter in source)


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_secrets_are_masked_in_every_field(name: str) -> None:
    """No part of what looks like a secret is on the page, wherever it stood."""
    source = render(every_text(make_report(), SECRETS[name]))
    for part in ("IOSFODNN7EXAMPLE", "correct-horse", "16C7e42F292c"):
        assert part not in source
    assert "masked" in source


def test_what_a_reviewer_decides_from() -> None:
    """Each section tells what it is for, in words."""
    text = Page(render(make_report(), equivalents=catalogue.equivalents())).text
    for words in (
        "RED 2 blocking findings in 10 templates, 88 resources",
        "Commit 5acb9c7d5acb and 2 changed files · dev, prod · 03 February 2027, 09:30 UTC",
        "1 critical 1 high 0 medium 0 low",
        "2 waivers, 1 ending within 30 days, the first in 17 days check",
        "dev, prod against snapshots/dev , snapshots/prod",
        "staging against snapshots/staging Not compared: no snapshot was accepted yet",
        "the deployment fails: an export is in use (in StorageStack)",
        'Properties.KeySchema[0]: "id" → "pk"',
        "NEW ACCESS: 1 grant, 1 undecided",
        "ServerlessStack/HandlerRole dynamodb:Scan ${Items.Arn} aws:SourceVpce is vpce-1",
        "GET /items lost its authorizer (AWS_IAM): anyone may call it",
        "Raw diff (6 lines)",
        "ServerlessStack/HandlerRole role dynamodb · 1 2 · · · 1",
        "exercised; without it: broke DeleteItem",
        "when aws:SourceVpce is vpce-1",
        "never used",
        "POST /items REST ApiStack/Api OPEN TO ANYONE body against ItemModel",
        "OPTIONS /items REST ApiStack/Api open: CORS preflight",
        "known only at deploy time IAM (SigV4) , API key nothing is checked first",
        "400 days outlives its stack ${ServerlessStack/Key.Arn} ServerlessStack/Handler",
        "never expires",
        "only prod AWS makes it, no template does ${Retention} known only at deploy time",
        "Every REST method asks who calls Anyone on the internet may call this method.",
        "Why: A method without authorization answers anybody who finds its address.",
        "Mend: Set authorization_type to AuthorizationType.IAM.",
        "platform-team 93 days since 2026-11-02 2027-02-20 in 17 days 1 finding",
        "api-team not known 2027-09-30 in 239 days nothing",
        "AC-6 fails IAM01 IAM02 1 · · 1",
        "APIGateway.1 undecided API03 · 1 1 3",
        "synthgate 0.1.0 checkov 3.3.30",
        f"waivers.toml {'cd' * 32}",
        "and 2 files that differ from it",
        "build/rehearsal/dev.json of 2027-02-03",
    ):
        assert words in text


def test_no_control_holds_where_an_engine_that_had_to_run_did_not() -> None:
    """The other engines' passes say nothing of what it would have found."""
    control = Control(standard="CIS", id="9.9", rules=("LOG01",), passing=3)
    report = make_report(controls=(control,))
    badge = '<span class="badge good">holds</span>'
    assert badge in render(report)
    failed = dataclasses.replace(
        report,
        report=dataclasses.replace(
            report.report,
            verdict=Verdict.ERROR,
            engines=(
                dataclasses.replace(ENGINES[0], status=Status.FAILED, reason="it stopped"),
                *ENGINES[1:],
            ),
        ),
    )
    page = render(failed)
    assert badge not in page
    assert "none failing" not in page
    assert "an engine that had to run did not" in page


def test_evidence_of_an_assembly_without_a_name_is_not_told_as_this_ones() -> None:
    """What was rehearsed was another one, whether its environment has a name or not."""
    told = Rehearsed(proof=Proof.EXERCISED, same_files=False)
    row = make_access()
    grants = tuple(dataclasses.replace(grant, rehearsed=told) for grant in row.grants)
    row = dataclasses.replace(row, grants=grants)
    text = Page(render(make_report(access=(Of(("prod",), row),)))).text
    assert "the same grant of another assembly" in text


def test_a_bare_report() -> None:
    """Where there is nothing to show, each section says so, and nothing is announced."""
    report = make_report(
        report=Report(verdict=Verdict.GREEN, engines=ENGINES, results=()),
        environments=(),
        changes=(),
        architectures=(),
        access=(),
        endpoints=(),
        log_groups=(),
        waivers=(),
        controls=(),
        provenance=dataclasses.replace(
            make_report().provenance, versions=(), digests=(), commit=""
        ),
    )
    page = Page(render(report))
    for words in (
        "GREEN",
        "one assembly · 03 February 2027",
        "Nothing was compared.",
        "No assembly was drawn.",
        "No policy grants anything.",
        "The templates have no API, function URL, public load balancer or distribution.",
        "There is no log group.",
        "Nothing to mend was found.",
        "0 passed checks.",
        "Nothing is waived.",
        "No rule that serves a control ran.",
    ):
        assert words in page.text
    assert "filter" not in page.ids
    assert "check" not in page.words


def test_the_raw_diff_keeps_its_blanks() -> None:
    """Lines of the diff stand as they are, indented, and are escaped."""
    source = render(make_report())
    assert "<del>-  &#34;id&#34;</del>\n<ins>+  &#34;pk&#34;</ins>" in source


def test_a_long_diff_is_cut() -> None:
    """No more lines than a page can bear are shown, and the rest is counted."""
    review = make_review()
    long = dataclasses.replace(
        review.templates[0], diff=tuple(f"+ line {number}" for number in range(2_500))
    )
    review = dataclasses.replace(review, templates=(long,))
    page = Page(render(make_report(changes=(Changed(environment="", against="", review=review),))))
    assert "Raw diff (2,500 lines)" in page.text
    assert "500 more lines not shown here" in page.text
    assert "+ line 1999" in page.words
    assert "+ line 2000" not in page.words


def test_pictures_that_differ_are_told_apart() -> None:
    """Environments with different pictures get one each, under their names."""
    (first,) = make_report().architectures
    other = dataclasses.replace(first.value, nodes=first.value.nodes[:-1])
    page = Page(
        render(make_report(architectures=(Of(("dev",), first.value), Of(("prod",), other))))
    )
    assert page.source.count('role="img"') == 2
    assert {"picture-1", "picture-2", "picture-2-about"} <= set(page.ids)


def test_what_is_only_in_one_environment_says_so() -> None:
    """A row that not every environment has names those that have it."""
    report = make_report(
        access=(Of(("prod",), make_access()),),
        endpoints=(Of(("dev",), make_endpoints()[0]),),
        log_groups=(Of(("dev", "prod"), make_log_groups()[0]),),
    )
    text = Page(render(report)).text
    assert "role only prod" in text
    assert "GET /items only dev" in text
    assert "${Handler} only" not in text


def test_a_role_without_grants_is_shown() -> None:
    """A role to which no template grants anything is in the matrix, and says so."""
    row = dataclasses.replace(make_access(), service="", grants=())
    text = Page(render(make_report(access=(Of((), row),)))).text
    assert "nothing granted" in text
    assert "No template grants it anything." in text


def test_refusals_are_not_counted_as_grants() -> None:
    """What a principal may not do is told apart, also where there is nothing else."""
    row = make_access()
    text = Page(render(make_report(access=(Of((), row),)))).text
    assert "ServerlessStack/HandlerRole 3 grants, 1 refusal" in text
    refused = dataclasses.replace(row, grants=row.grants[-1:])
    text = Page(render(make_report(access=(Of((), refused),)))).text
    assert "ServerlessStack/HandlerRole 1 refusal" in text
    nothing = dataclasses.replace(row, service="", grants=())
    text = Page(render(make_report(access=(Of((), nothing),)))).text
    assert "ServerlessStack/HandlerRole 0 grants" in text


def test_a_role_that_anyone_may_assume_is_told_outside_of_its_fold() -> None:
    """In the first facts, in the matrix, and beside the name of its fold."""
    row = make_access()
    anyone = dataclasses.replace(row.principal, name="Open", outsiders=("*",), anyone=True)
    other = dataclasses.replace(row.principal, name="Shared", outsiders=("AWS: 999999999999",))
    rows = tuple(Of((), dataclasses.replace(row, principal=who)) for who in (anyone, other))
    text = Page(render(make_report(access=rows))).text
    assert "1 role that anyone may assume, 1 role open to outsiders" in text
    assert "Open role ANYONE MAY ASSUME IT dynamodb" in text
    assert "Open 3 grants, 1 refusal ANYONE MAY ASSUME IT" in text
    assert "Shared role open to outsiders AWS: 999999999999 dynamodb" in text
    alarming = [fact.alarming for fact in facts(make_report(access=rows), changes=(), blocking=0)]
    assert alarming[1] is True


def test_a_user_names_its_groups() -> None:
    """Whose grants stand among its own."""
    row = make_access()
    user = dataclasses.replace(row.principal, kind="user", groups=("Stack/Readers",))
    text = Page(
        render(make_report(access=(Of((), dataclasses.replace(row, principal=user)),)))
    ).text
    assert "Member of Stack/Readers Its grants are shown here too." in text


def test_grave_levels_are_told_in_the_first_facts() -> None:
    """Grants that manage permissions, and those nobody can judge, stand at the top."""
    grants = tuple(
        dataclasses.replace(make_access().grants[0], level=level)
        for level in (Level.PERMISSIONS, Level.UNKNOWN)
    )
    row = dataclasses.replace(make_access(), grants=grants)
    text = Page(render(make_report(access=(Of((), row),)))).text
    assert "2 grants to 1 principal, 1 to manage permissions, 1 of unknown level" in text


def test_ended_waivers_say_so() -> None:
    """A waiver past its last day is said to have ended, at the top and in its row."""
    (first, _) = make_report().waivers
    waiver = dataclasses.replace(first, expires=WRITTEN.date().replace(day=1))
    text = Page(render(make_report(waivers=(waiver,)))).text
    assert "1 waiver, 1 ending within 30 days, the first has ended" in text
    assert "2027-02-01 ended" in text


def test_nothing_green_is_shown_for_a_run_that_is_not() -> None:
    """A verdict that the report's own rows contradict is refused."""
    report = dataclasses.replace(make_report().report, verdict=Verdict.GREEN)
    with pytest.raises(ValueError, match="make it 'red'"):
        render(make_report(report=report))


def test_a_broken_run_says_so_first() -> None:
    """An engine that failed is in the verdict and in the table of engines."""
    broken = dataclasses.replace(ENGINES[2], status=Status.FAILED, reason="it was stopped")
    report = dataclasses.replace(
        make_report().report, verdict=Verdict.ERROR, engines=(*ENGINES[:2], broken)
    )
    page = Page(render(make_report(report=report)))
    assert "ERROR checkov failed: it was stopped; 2 blocking findings so far" in page.text
    assert "<title>ERROR: Synthgate security report</title>" in page.source


@pytest.fixture(scope="module")
def large() -> SecurityReport:
    """500 resources and 2,000 findings."""
    return make_large()


def test_a_large_report_stays_small_enough_to_send(large: SecurityReport) -> None:
    """500 resources and 2,000 findings: below 5 MB, and nothing is left out of the findings."""
    source = render(large, equivalents=catalogue.equivalents())
    assert len(source.encode()) < 5_000_000
    assert source.count("Statement 1999 grants") == 1
    assert source.count('class="spot"') == 2_000
