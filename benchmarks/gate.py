"""Times the gate beside a bare `cdk synth`, whole processes, as a user waits for them.

    python3 -m nox -s bench

Prints the median, best and worst of several runs. Figures in the documents come from here.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
ENVIRONMENTS: Final = ("dev", "staging", "prod")
RUNS: Final = int(sys.argv[1]) if len(sys.argv) > 1 else 5
OUT: Final = "build/bench"

BARE: Final = [
    [
        "cdk",
        "synth",
        "--quiet",
        "--context",
        f"environment={name}",
        "--output",
        f"{OUT}/bare/{name}",
    ]
    for name in ENVIRONMENTS
]
CASES: Final[dict[str, list[list[str]]]] = {
    "bare `cdk synth`, three environments": BARE,
    "bare `cdk synth`, prod": [BARE[-1]],
    "the whole gate, three environments": [["synthgate", "gate", "--quiet", "--out", OUT]],
    "`synthgate check`, prod, all engines": [["synthgate", "check", f"{OUT}/cdk.out/prod"]],
    "`synthgate check`, one template, own engine": [
        ["synthgate", "check", f"{OUT}/cdk.out/prod/ApiStack.template.json", "--engine", "own"]
    ],
    "`synthgate --help`": [["synthgate", "--help"]],
}


def main() -> None:
    """Run each case and print a table."""
    run([["synthgate", "gate", "--quiet", "--out", OUT]])  # warms caches, makes the inputs
    print(f"| what | median s | best | worst | (of {RUNS}) |\n| --- | --- | --- | --- | --- |")
    for name, commands in CASES.items():
        times = sorted(run(commands) for _ in range(RUNS))
        print(f"| {name} | {statistics.median(times):.2f} | {times[0]:.2f} | {times[-1]:.2f} | |")


def run(commands: list[list[str]]) -> float:
    """Seconds that the commands take, one after the other."""
    start = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
