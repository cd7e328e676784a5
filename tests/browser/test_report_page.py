"""The report in a real browser: by keyboard, on a phone, on paper, and without a script."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SHOTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Tab

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

LEFT_OUT = """() => [...document.querySelectorAll('body *')].filter(each => {
  if (each.closest('.scroll, .picture, .diff, .unseen, .skip, thead')) return false;
  const box = each.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.left < -1);
}).map(each => each.outerHTML.slice(0, 120))"""
"""Elements that stick out of the window, apart from what scrolls by itself."""

CUT = """() => [...document.querySelectorAll('.picture .card')].flatMap(card => {
  const box = card.querySelector('.box').getBBox();
  return [...card.querySelectorAll('text')].filter(text => {
    const own = text.getBBox();
    return own.x < box.x || own.x + own.width > box.x + box.width
      || own.y < box.y || own.y + own.height > box.y + box.height + 1;
  }).map(text => text.textContent);
})"""
"""Words of the picture that stick out of their box."""

COVERED = """() => {
  const labels = [...document.querySelectorAll('.picture .label text')];
  const boxes = [...document.querySelectorAll('.picture .card .box')];
  const hits = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width
    && a.y < b.y + b.height && b.y < a.y + a.height;
  const same = (one, other) => one.closest('svg') === other.closest('svg');
  return labels.filter((label, at) => {
    const own = label.getBBox();
    return boxes.some(box => same(label, box) && hits(own, box.getBBox()))
      || labels.some((other, number) => number > at && same(label, other)
        && hits(own, other.getBBox()));
  }).map(label => label.textContent);
}"""
"""Words beside arrows that stand on a box or on other words."""


PART: Final = 2_000
"""Pixels of a page that one picture shows: Chromium draws none that is much higher."""
MAX_PARTS: Final = 6


def shots(page: Page, name: str) -> None:
    """Keep pictures of the page for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for old in SHOTS.glob(f"{name}-?.png"):
        old.unlink()
    size: dict[str, int] = page.evaluate(
        "({width: innerWidth, height: document.documentElement.scrollHeight})"
    )
    for number, top in enumerate(range(0, min(size["height"], PART * MAX_PARTS), PART)):
        height = min(PART, size["height"] - top)
        page.screenshot(
            path=SHOTS / f"{name}-{number}.png",
            full_page=True,
            clip={"x": 0, "y": top, "width": size["width"], "height": height},
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_is_cut_off(
    tab: Callable[..., Tab], report: Path, viewport: dict[str, int], scheme: str
) -> None:
    """The page never scrolls sideways, and every word of the picture is in its box."""
    page = tab(report, viewport=viewport, color_scheme=scheme).open()
    shots(page, f"{report.parent.name.rstrip('0')}-{viewport['width']}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert page.evaluate(LEFT_OUT) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(COVERED) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_checker_finds_nothing(
    tab: Callable[..., Tab], report: Path, axe: str, scheme: str
) -> None:
    """No violation of WCAG 2.2 A and AA or of good practice, with everything unfolded."""
    # The checker is a script of its own, which the page's policy rightly refuses.
    page = tab(report, viewport=DESKTOP, color_scheme=scheme, bypass_csp=True).open()
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ] == []


def test_by_keyboard(tab: Callable[..., Tab], sample: Path) -> None:
    """The first stop skips to the report; summaries unfold; `/` goes to the filter."""
    page = tab(sample, viewport=DESKTOP).open()
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to the report"
    assert focused.bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "main"
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#findings"
    fold = page.locator("details", has_text="Raw diff").first
    fold.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("each => each.open")
    page.keyboard.press("Enter")
    assert not fold.evaluate("each => each.open")
    page.keyboard.press("/")
    assert page.locator(":focus").get_attribute("id") == "filter-text"
    page.keyboard.type("a/b")
    assert page.locator("#filter-text").input_value() == "a/b"


def test_every_stop_of_the_keyboard_is_seen(tab: Callable[..., Tab], sample: Path) -> None:
    """Tabbing reaches links, folds and fields in the order of the page, each with an outline."""
    page = tab(sample, viewport=DESKTOP).open()
    tops = []
    for _ in range(page.locator("main a, main summary").count()):
        page.keyboard.press("Tab")
        stop = page.locator(":focus")
        assert stop.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
        if stop.evaluate("each => !!each.closest('main')"):
            tops.append(stop.evaluate("each => each.getBoundingClientRect().top + scrollY"))
    assert len(tops) > 5
    # What stands side by side in the filter is on one line.
    assert all(after >= before - 40 for before, after in pairwise(tops))


def test_a_name_of_the_matrix_leads_to_its_grants(tab: Callable[..., Tab], sample: Path) -> None:
    """Following it unfolds them."""
    page = tab(sample, viewport=DESKTOP).open()
    page.locator(".matrix a").first.click()
    expect(page.get_by_text("dynamodb:DeleteItem")).to_be_visible()


def test_the_filter(tab: Callable[..., Tab], sample: Path) -> None:
    """Text and choices hide what they do not match, say how many are left, and are undone."""
    page = tab(sample, viewport=DESKTOP).open()
    said = page.locator("#filter-said")
    shown = page.locator("#findings article:visible")
    assert shown.count() == 2
    page.fill("#filter-text", "anyone INTERNET")
    expect(said).to_have_text("1 of 4 findings shown")
    assert shown.count() == 1
    expect(page.get_by_text("Not blocking (2)")).to_be_hidden()
    page.fill("#filter-text", "")
    page.select_option("#filter-severity", "low")
    expect(said).to_have_text("2 of 4 findings shown")
    assert shown.count() == 2
    expect(page.get_by_text("Blocking (2)", exact=True)).to_be_hidden()
    page.select_option("#filter-family", label="API")
    expect(said).to_have_text("0 of 4 findings shown")
    page.get_by_role("button", name="Show all").click()
    expect(said).to_have_text("All findings shown")
    assert shown.count() == 2
    assert not page.locator("details.findings").evaluate("each => each.open")
    assert page.locator(":focus").get_attribute("id") == "filter-text"
    page.select_option("#filter-engine", label="cdk-nag")
    expect(said).to_have_text("1 of 4 findings shown")
    page.select_option("#filter-engine", label="all")
    page.select_option("#filter-environment", label="dev")
    expect(said).to_have_text("1 of 4 findings shown")
    assert said.get_attribute("aria-live") == "polite"


def test_escape_empties_the_filter(tab: Callable[..., Tab], sample: Path) -> None:
    """One key brings everything back."""
    page = tab(sample, viewport=DESKTOP).open()
    page.keyboard.press("/")
    page.keyboard.type("nothing has these words")
    expect(page.locator("#filter-said")).to_have_text("0 of 4 findings shown")
    page.keyboard.press("Escape")
    assert page.locator("#findings article:visible").count() == 2


def test_a_filtered_view_can_be_sent(tab: Callable[..., Tab], sample: Path) -> None:
    """The address keeps the filter; whoever opens it sees the same; a wrong one does no harm."""
    page = tab(sample, viewport=DESKTOP).open()
    page.select_option("#filter-severity", "critical")
    page.select_option("#filter-environment", label="prod")
    page.fill("#filter-text", "internet & co")
    page.fill("#filter-text", "internet")
    fragment = page.evaluate("location.hash")
    assert fragment == "#find:text=internet&severity=critical&environment=prod"
    other = tab(sample, viewport=DESKTOP).open(fragment)
    expect(other.locator("#filter-said")).to_have_text("1 of 4 findings shown")
    assert other.locator("#filter-environment option:checked").inner_text() == "prod"
    expect(other.locator("#filter")).to_be_in_viewport()
    page.evaluate("location.hash = '#find:severity=%3Cb%3E&engine=%22&text=%25'")
    expect(page.locator("#filter-said")).to_have_text("0 of 4 findings shown")
    page.fill("#filter-text", "")
    assert page.evaluate("location.hash") == "#findings"


def test_without_a_script(tab: Callable[..., Tab], report: Path) -> None:
    """Everything is read, unfolded by hand, and no control is there that would do nothing."""
    page = tab(report, viewport=DESKTOP, java_script_enabled=False).open()
    assert page.locator("input:visible, select:visible, button:visible").count() == 0
    for fold in page.locator("#findings details.findings > summary").all():
        fold.click()
    articles = page.locator("#findings article")
    assert page.locator("#findings article:visible").count() == articles.count()


def test_on_paper(tab: Callable[..., Tab], sample: Path, tmp_path: Path) -> None:
    """Folds are open, the filter and the contents are gone, black on white in the dark too."""
    page = tab(sample, viewport=DESKTOP, color_scheme="dark").open()
    page.emulate_media(media="print", color_scheme="dark")
    for words in ("dynamodb:DeleteItem", "Logs are kept for 7 days.", "Properties.KeySchema"):
        expect(page.get_by_text(words).last).to_be_visible()
    heights = page.evaluate(
        """[...document.querySelectorAll('details')].map(each => each.open ? 1
          : each.getBoundingClientRect().height
            - each.firstElementChild.getBoundingClientRect().height)"""
    )
    assert min(heights) > 0
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator(".contents")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    paper = tmp_path / "report.pdf"
    page.pdf(path=paper, format="A4")
    assert paper.stat().st_size > 20_000


def test_a_large_report_opens_and_filters(
    tab: Callable[..., Tab], large: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """2,000 findings: every one is there, and the filter finds the one that is asked for."""
    start = time.perf_counter()
    page = tab(large, viewport=DESKTOP).open()
    opened = time.perf_counter() - start
    assert page.locator("#findings article").count() == 2_000
    took = page.evaluate(
        """() => {
          const field = document.getElementById('filter-text');
          return ['s', 'statement 19', 'statement 1999 ', ''].map(text => {
            const start = performance.now();
            field.value = text;
            field.dispatchEvent(new Event('input'));
            document.body.offsetHeight;
            return Math.round(performance.now() - start);
          });
        }"""
    )
    page.fill("#filter-text", "statement 1999 ")
    expect(page.locator("#filter-said")).to_have_text("1 of 2,000 findings shown")
    assert page.locator("#findings article:visible").count() == 1
    with capsys.disabled():
        print(f"\nopened in {opened:.2f} s; filtered in {took} ms")  # noqa: T201 - nothing else tells it
