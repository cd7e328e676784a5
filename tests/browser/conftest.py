"""A real Chromium, and the reports that it opens: ours, the seed's, a sample, a large one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from compliance import catalogue
from compliance.security_report.to_html import render
from tests.command import synthgate
from tests.compliance.security_report.samples import make_large, make_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "browser"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SEED = ROOT / "tests" / "fixtures" / "seed"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Tab:
    """A page of the browser that notes whatever it should not do.

    Args:
        context: with the viewport, the colour scheme and the rest of what a test asks for.
        file: the report.
    """

    def __init__(self, context: BrowserContext, file: Path) -> None:
        self.url = file.as_uri()
        self.page: Page = context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.route("**/*", self._route)

    def open(self, fragment: str = "") -> Page:
        """Open the report at a fragment."""
        self.page.goto(f"{self.url}{fragment}")
        return self.page

    def _request(self, request: Request) -> None:
        if request.url.partition("#")[0] != self.url:
            self.asked.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def _route(self, route: Route) -> None:
        if route.request.url.partition("#")[0] == self.url:
            route.continue_()
        else:
            route.abort()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium of this machine."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail(
            f"none of {', '.join(_NAMES)} is on PATH; install Chromium, such as with "
            "`apt-get install chromium`",
            pytrace=False,
        )
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Callable[..., Tab]]:
    """What opens a report in a context of its own; it may neither ask for nor complain of anything.

    Further arguments are those of Playwright's `new_context`.
    """
    contexts: list[BrowserContext] = []
    tabs: list[Tab] = []

    def make(file: Path, **options: object) -> Tab:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        tabs.append(Tab(context, file))
        return tabs[-1]

    yield make
    for context in contexts:
        context.close()
    assert [each for tab in tabs for each in tab.asked] == []
    assert [each for tab in tabs for each in tab.said] == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's source."""
    if not AXE.is_file():
        pytest.fail(f"{AXE} is not there; run `npm ci` in {ROOT}", pytrace=False)
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a small service with something in every section."""
    file = tmp_path_factory.mktemp("sample") / "report.html"
    file.write_text(render(make_report(), equivalents=catalogue.equivalents()), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of 500 resources and 2,000 findings."""
    file = tmp_path_factory.mktemp("large") / "report.html"
    file.write_text(render(make_large(), equivalents=catalogue.equivalents()), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def ours(assemblies: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own report, of two environments."""
    return _reported(
        [assemblies("dev"), assemblies("prod")],
        config=ROOT / "pyproject.toml",
        out=tmp_path_factory.mktemp("ours"),
    )


@pytest.fixture(scope="session")
def seeds(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seed's report."""
    return _reported(
        [seed],
        config=SEED / "pyproject.toml",
        out=tmp_path_factory.mktemp("seed-report"),
    )


def _reported(assemblies: list[Path], *, config: Path, out: Path) -> Path:
    done = synthgate("report", *assemblies, "--config", config, "--out", out)
    file = out / "report.html"
    assert file.is_file(), done.err
    return file


@pytest.fixture(params=["ours", "seeds", "sample"])
def report(request: pytest.FixtureRequest) -> Path:
    """Each of the reports, one after the other."""
    file: Path = request.getfixturevalue(request.param)
    return file
