"""Times the comparison of access: ordinary policies, and the worst that are known.

    python benchmarks/access.py

prints the median over pairs of ordinary role policies (goal: under 1 ms), and for each of the worst
pairs the time and the answer (goal: under 2 s, undecided at the bound).
"""

from __future__ import annotations

import itertools
import random
import statistics
import time
from typing import Any, Final

from compliance.iam.access.comparison import compare
from compliance.iam.access.documents import policy

REPEATS: Final = 200
ACCOUNT: Final = "123456789012"
TABLE: Final = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/items"
LOGS: Final = f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:/aws/lambda/items:*"
KEY: Final = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/0f5e8a4e-1111-2222-3333-444455556666"


def allow(actions: Any, resources: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An Allow."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


BASE: Final = (
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], LOGS),
    allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"], TABLE),
    allow("dynamodb:Query", f"{TABLE}/index/status-index"),
    allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::items-data/items/*"),
    allow(
        ["kms:Decrypt", "kms:GenerateDataKey"],
        KEY,
        Condition={"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}},
    ),
)
"""What the role of a function is granted."""
ORDINARY: Final = {
    "nothing changed": BASE,
    "reordered": BASE[::-1],
    "an action more": (*BASE, allow("dynamodb:UpdateItem", TABLE)),
    "an action less": (allow("logs:PutLogEvents", LOGS), *BASE[1:]),
    "a wildcard": (*BASE[:1], allow("dynamodb:*", TABLE), *BASE[2:]),
    "a wider resource": (*BASE[:3], allow("s3:GetObject", "arn:aws:s3:::items-data/*"), BASE[4]),
    "a narrower resource": (*BASE[:3], allow("s3:GetObject", "arn:aws:s3:::items-data/items/a*")),
    "a condition less": (*BASE[:4], allow("kms:Decrypt", KEY)),
    "split": (
        *(allow(action, TABLE) for action in BASE[1]["Action"]),
        *(each for each in BASE if each is not BASE[1]),
    ),
}


def worst() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs that are made to be hard."""
    choose = random.Random(1)  # noqa: S311 - the same pairs in every run

    def name(signs: list[str], length: int) -> str:
        return "".join(choose.choice(signs) for _ in range(length))

    def resource(length: int) -> str:
        return "arn:aws:s3:::" + name(["*a", "?b", "*", "a", "b", "??", "*b?"], length)

    def action(service: str) -> str:
        return f"{service}:{name(['*a', '?e', '*', 'e', 't', '*s'], 4)}"

    def resources(number: int, length: int) -> list[str]:
        return [resource(length) for _ in range(number)]

    def condition() -> dict[str, Any]:
        operators = ["StringEquals", "StringNotEquals", "StringLike", "ForAllValues:StringEquals"]
        return {
            choose.choice(operators): {
                f"aws:PrincipalTag/k{choose.randrange(6)}": [
                    choose.choice("abcdef") for _ in range(3)
                ]
                for _ in range(5)
            }
            for _ in range(3)
        }

    def statements(number: int) -> list[dict[str, Any]]:
        return [
            {**allow(f"{service}:*", resources(5, 3)), "Effect": choose.choice(["Allow", "Deny"])}
            for service in ("s3", "ec2", "iam", "sqs", "kms", "dynamodb")
            for _ in range(number)
        ]

    def conditioned(number: int) -> list[dict[str, Any]]:
        return [
            {
                **allow("s3:*", "*", Condition=condition()),
                "Effect": choose.choice(["Allow", "Deny"]),
            }
            for _ in range(number)
        ]

    def wildcards() -> list[dict[str, Any]]:
        # 6,144 characters: the most that IAM takes in a managed policy.
        return [allow([action("s3") for _ in range(4)], resources(3, 5)) for _ in range(40)]

    def excluding() -> dict[str, Any]:
        actions = [action("*") for _ in range(20)]
        return {"Effect": "Allow", "NotAction": actions, "Resource": "*"}

    trailing = [f"arn:aws:s3:::*a{'?' * length}" for length in range(20)]
    return {
        "resources full of wildcards": (
            document(allow("s3:*", resources(60, 12))),
            document(allow("s3:*", resources(60, 12))),
        ),
        "states that double with each sign": (
            document(allow("s3:GetObject", trailing)),
            document(allow("s3:GetObject", ["arn:aws:s3:::*a" + "?" * 25 + "b*"])),
        ),
        "500 actions with wildcards": (
            document(allow([action("s3") for _ in range(500)], "*")),
            document(allow([action("s3") for _ in range(500)], "*")),
        ),
        "40 actions of any service": (
            document(excluding()),
            document(excluding()),
        ),
        "72 statements": (document(*statements(12)), document(*statements(12))),
        "40 conditions": (document(*conditioned(20)), document(*conditioned(20))),
        "a managed policy of wildcards": (document(*wildcards()), document(*wildcards())),
        "everything": (document(allow("ec2:*", "*")), document(allow("*", "*"))),
    }


def seconds(old: dict[str, Any], new: dict[str, Any]) -> tuple[float, str]:
    """Time of one comparison, and its answer; reading the documents is not in it."""
    before, after = policy(old, shown="old"), policy(new, shown="new")
    start = time.perf_counter()
    found = compare([before], [after])
    return time.perf_counter() - start, found.result


def main() -> None:
    """Print the figures."""
    times = []
    for one, other in itertools.product(ORDINARY.values(), repeat=2):
        before, after = document(*one), document(*other)
        seconds(before, after)  # what a service's actions are is read once
        times += [seconds(before, after)[0] for _ in range(REPEATS // 10)]
    print(f"ordinary pairs: median {statistics.median(times) * 1000:.2f} ms", end=", ")
    print(f"slowest {max(times) * 1000:.2f} ms, {len(ORDINARY) ** 2} pairs")
    for name, (old, new) in worst().items():
        taken, answer = seconds(old, new)
        print(f"{name}: {taken:.2f} s, {answer}")


if __name__ == "__main__":
    main()
