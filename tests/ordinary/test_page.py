"""The published page says what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ordinary.page import PAGE, rendered

if TYPE_CHECKING:
    from tests.ordinary.run import Patterns


def test_the_page_is_the_one_that_the_patterns_make(patterns: Patterns) -> None:
    """Whoever changes a pattern, a rule or the version of CDK writes it anew."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == rendered(page, patterns), (
        f"{PAGE.name} differs from the patterns: run `python -m tests.ordinary.page`"
    )
    assert page.count("<!-- begin: ") == page.count("<!-- end -->") == 4
