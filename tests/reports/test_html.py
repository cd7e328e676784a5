"""The page: self-contained, inert, and complete."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from compliance.reports import Format, render
from compliance.sanitize import clean, well_formed
from tests.reports.runs import make_finding, make_report

if TYPE_CHECKING:
    from compliance.findings import Report


class Page(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, report: Report, *, show_passes: bool = False) -> None:
        super().__init__()
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.style = ""
        self.source = render(report, format=Format.HTML, show_passes=show_passes)
        self._inside = ""
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and its attributes."""
        self._inside = tag
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Note the end."""
        self._inside = ""
        self.shape.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        """Keep words and style apart."""
        if self._inside == "style":
            self.style += data
        elif data.strip():
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        """All words, in order."""
        return " ".join(self.words)


@pytest.mark.parametrize("name", ["red", "error"])
def test_the_page_can_do_nothing(name: str, request: pytest.FixtureRequest) -> None:
    """No script, no handler, no form, no request; and a policy that forbids them all."""
    page = Page(request.getfixturevalue(name), show_passes=True)
    tags = {tag for tag, _ in page.shape}
    assert not tags & {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "link",
        "a",
        "svg",
        "base",
    }
    assert not {name for _, name, _ in page.attributes if name in {"href", "src", "style"}}
    assert not {name for _, name, _ in page.attributes if name.startswith("on")}
    assert "url(" not in page.style
    assert "@import" not in page.style
    (policy,) = [value for _, name, value in page.attributes if "default-src" in value]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_no_hostile_string_changes_the_document(poisoned: Report, harmless: Report) -> None:
    """Elements and attributes are those of a harmless report: markup in a template is text."""
    page = Page(poisoned, show_passes=True)
    assert page.shape == Page(harmless, show_passes=True).shape


def test_hostile_strings_are_shown_cleaned(poisoned: Report, hostile: str) -> None:
    """A reader sees the string, what does not print as its escape, and a monster cut."""
    assert clean(well_formed(hostile), limit=200)[:150] in Page(poisoned).text


def test_red(red: Report) -> None:
    """Verdict, tallies, each construct with its findings, engines and waivers."""
    page = Page(red)
    for words in (
        "RED 3 blocking findings in 5 templates, 143 resources",
        "1 critical 2 high 0 medium 0 low",
        "ServerlessStack/Handler/Role/DefaultPolicy/Resource AWS::IAM::Policy",
        "stacks/serverless.py:88",
        "high IAM01 own, cdk-nag, checkov · prod s3:GetObject is granted on every bucket",
        "high LOG01 undecided own · prod",
        'Property Properties.AuthorizationType Observed "NONE"',
        "Mend: Set authorization_type to AuthorizationType.IAM",
        "checkov 3.3.30 ran 148 143 2.10",
        "CKV_AWS_18 StorageStack/Payloads/Resource Access is logged by CloudTrail",
        "2 findings not blocking",
        "2 passed checks not shown",
    ):
        assert words in page.text


def test_error(error: Report) -> None:
    """The page of a broken run says so first, and never says green."""
    page = Page(error)
    assert "ERROR cdk-nag did not run: the assembly has no validation report" in page.text
    assert "green" not in page.text.lower()
    assert "<title>ERROR: Synthgate report</title>" in page.source


def test_findings_of_one_construct_stand_together() -> None:
    """A construct with two findings is one section."""
    page = Page(make_report(make_finding(rule="LOG01"), make_finding(rule="LOG02")))
    assert len([tag for tag, _ in page.shape if tag == "section"]) == 1
    assert len([tag for tag, _ in page.shape if tag == "article"]) == 2


def test_a_name_is_said_once() -> None:
    """Where a template tells no construct path and is its own stack, nothing is repeated."""
    template = "one.yaml"
    report = make_report(
        make_finding(logical_id="Logs", construct_path="", template=template, stack=template)
    )
    page = Page(report)
    assert page.words.count("Logs") == 1
    assert page.words.count(template) == 1
    assert "Logs AWS::Logs::LogGroup one.yaml" in page.text


def test_the_page_suits_light_dark_phone_and_paper(red: Report) -> None:
    """The style answers to the reader's scheme, width and printer."""
    style = Page(red).style
    for query in ("prefers-color-scheme: dark", "max-width: 40rem", "media print"):
        assert query in style
    # A name in Hebrew or Arabic must not reorder the words around it.
    assert "unicode-bidi: isolate" in style
    assert re.search(r'<meta name="viewport" content="width=device-width', Page(red).source)


def test_what_stands_side_by_side_is_kept_apart() -> None:
    """Between two paths stands a comma and a blank; a severity without findings is faint."""
    page = Page(make_report(make_finding(), scope=("build/dev", "build/prod")))
    assert "<code>build/dev</code>, <code>build/prod</code>" in page.source
    assert '<li class="critical none"><b>0</b>' in page.source
    assert '<li class="medium"><b>1</b>' in page.source
