"""The generated parts of `docs/low-noise.md`: `python -m tests.ordinary.page` writes them anew.

The prose of the page is its own; what is between two marks comes from the patterns and from what
was found in them.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from tests.ordinary.disagreements import OWN_ALONE, STOCK_ALONE, Right
from tests.ordinary.run import ROOT, Patterns, synthesize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tests.ordinary.disagreements import Disagreement
    from tests.ordinary.pattern import Expected

PAGE: Final = ROOT / "docs" / "low-noise.md"
PACKAGES: Final = ("aws-cdk-lib", "cdk-nag", "checkov")
SAME_QUESTION: Final = ("AwsSolutions-IAM4[", "AwsSolutions-IAM5[")
SAME_RULES: Final = frozenset({"IAM01", "IAM02", "IAM04"})
"""Own rules that ask what these two rules of cdk-nag ask."""

_MARK: Final = re.compile(r"(<!-- begin: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rendered(page: str, patterns: Patterns) -> str:
    """The page with its generated parts made anew.

    Raises:
        KeyError: a mark names a part that there is none of.
    """
    parts: Mapping[str, Callable[[Patterns], Iterator[str]]] = {
        "numbers": _numbers,
        "patterns": _patterns,
        "stock-alone": lambda _: _disagreements(STOCK_ALONE),
        "own-alone": lambda _: _disagreements(OWN_ALONE),
    }

    def part(found: re.Match[str]) -> str:
        return found[1] + "".join(f"{line}\n" for line in parts[found[2]](patterns)) + found[3]

    return _MARK.sub(part, page)


def _numbers(patterns: Patterns) -> Iterator[str]:
    found = [each for name in patterns.described for each in patterns.found(name)]
    quiet = [name for name in patterns.described if not any(map(_blocks, patterns.found(name)))]
    same = [each for each in found if each.rule in SAME_RULES]
    nag = [each for each in patterns.nag if each.rule.startswith(SAME_QUESTION)]
    yield f"- {', '.join(f'{name} {version(name)}' for name in PACKAGES)}"
    yield (
        f"- {len(patterns.described)} patterns, "
        f"{sum(each.size for each in patterns.alone.values())} resources"
    )
    yield f"- {len(quiet)} patterns have no finding that blocks"
    yield (
        f"- {len(found)} findings: {sum(map(_blocks, found))} block, the others are low and listed"
    )
    yield (
        f"- of what AwsSolutions-IAM4 and -IAM5 ask, cdk-nag finds {len(nag)} errors in the same "
        f"patterns; {', '.join(sorted(SAME_RULES))} find {len(same)}, of which "
        f"{sum(map(_blocks, same))} block"
    )


def _patterns(patterns: Patterns) -> Iterator[str]:
    described = patterns.described.items()
    for group, members in groupby(described, key=lambda item: str(item[1]["group"])):
        yield ""
        yield f"### {group}"
        yield "| pattern | blocks | listed |"
        yield "| --- | --- | --- |"
        for name, pattern in members:
            yield _row(
                f"`{name}`: {pattern['summary']}",
                "<br>".join(_blocking(patterns.expected(name))),
                ", ".join(_listed(patterns.expected(name))),
            )


def _blocking(expected: Iterable[Expected]) -> Iterator[str]:
    for each in expected:
        if _blocks(each):
            yield f"{each.rule} {each.severity} `{each.construct}`: {each.because}"


def _listed(expected: Iterable[Expected]) -> Iterator[str]:
    counted = Counter(each.rule for each in expected if not _blocks(each))
    for rule, number in counted.items():
        yield rule if number == 1 else f"{rule} ({number})"


def _disagreements(rows: Sequence[Disagreement]) -> Iterator[str]:
    yield "| pattern, construct | stock | own | right | why |"
    yield "| --- | --- | --- | --- | --- |"
    for row in rows:
        yield _row(
            f"`{row.pattern}` `{_short(row.construct)}`",
            "<br>".join(f"`{stock.removesuffix('::')}`" for stock in row.stock) or "no check",
            row.own or "silent",
            "own" if row.right is Right.OWN else "both",
            row.why,
        )


def _short(construct: str) -> str:
    """A construct path without hashes that CDK puts into its names."""
    return re.sub(r"/Invoke[^/]{30,}$", "/Invoke…", construct)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell or '-' for cell in cells)} |"


def _blocks(each: Expected) -> bool:
    return each.severity.at_least(Severity.MEDIUM)


def main() -> None:
    """Synthesize the patterns and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        assembly = Path(folder) / "assembly"
        synthesize(assembly)
        PAGE.write_text(rendered(PAGE.read_text("utf-8"), Patterns(assembly)), "utf-8")


if __name__ == "__main__":
    main()
