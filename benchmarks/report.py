"""How long the security report takes to write: 500 resources and 2,000 findings."""

from __future__ import annotations

import time
from pathlib import Path
from sys import path

path.insert(0, str(Path(__file__).parents[1]))

from compliance import catalogue
from compliance.security_report import to_html, to_markdown
from tests.compliance.security_report.samples import make_large

ROUNDS = 3


def main() -> None:
    """Print the best of some rounds, and the size of what is written."""
    large, same = make_large(), catalogue.equivalents()
    for module in (to_html, to_markdown):
        seconds = []
        text = ""
        for _ in range(ROUNDS):
            start = time.perf_counter()
            text = module.render(large, equivalents=same)
            seconds.append(time.perf_counter() - start)
        size = len(text.encode()) / 1e6
        print(f"{module.__name__}: {min(seconds):.2f} s, the best of {ROUNDS}, {size:.2f} MB")


if __name__ == "__main__":
    main()
