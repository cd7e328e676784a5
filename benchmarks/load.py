"""Loads a stage while the workers of its functions are killed, and holds the service to its word.

    python3 -m nox -s load
    SYNTHGATE_STAGE=stage.json python3 -m benchmarks.load

The first deploys an assembly of dev to a local AWS. The second takes a stage that is there, and
kills nothing.

Sends mixed requests from many clients: creations (with and without a key, repeated with the same
key after a failure and now and then after a success), reads, lists, replacements, deletions.
Afterwards every acknowledged item is read, and every item is listed.

Holds when no acknowledged item is lost or changed, none was created twice under one key, and every
failure was a clean answer. Exits 1 otherwise. Figures in the documents come from here.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from urllib3.exceptions import HTTPError

from benchmarks.disturbing import killing, without_quota
from benchmarks.ledger import Entry, Ledger, State, state_of
from benchmarks.rehearsed import rehearsed
from compliance.rehearsal.stage import Stage
from tests.contract.client import PROBLEM, Answer, Client

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE: Final = "x" * 20_000
"""Beyond what stays in the table."""
SETTLING: Final = 90.0
"""Seconds for which a creation is repeated whose outcome nobody told: a function that was killed
holds its key until the function's time would have been up."""
PAUSE: Final = 1.0
"""Seconds that a client waits at most after a failure."""


class Load:
    """The clients, and what they saw.

    Attributes:
        ledger: what they were told.
        times: seconds of each answered request by operation.
        statuses: how many answers by operation and status.
    """

    def __init__(self, stage: Stage, *, clients: int, requests: int, seed: int) -> None:
        self.ledger = Ledger()
        self.times: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[tuple[str, str]] = Counter()
        self._client = Client(stage, connections=clients)
        self._left = threading.Semaphore(requests)
        self._random = random.Random(seed)  # noqa: S311 - which request comes next
        self._clients = clients

    def run(self) -> float:
        """Send all requests; seconds that they took."""
        seeds = [self._random.random() for _ in range(self._clients)]
        start = time.perf_counter()
        with ThreadPoolExecutor(self._clients) as threads:
            list(threads.map(self._one_client, seeds))
        return time.perf_counter() - start

    def _one_client(self, seed: float) -> None:
        chance = random.Random(seed)  # noqa: S311 - likewise
        own: list[Entry] = []
        while self._left.acquire(blocking=False):
            act = chance.choices(
                (self._create, self._again, self._get, self._list, self._replace, self._delete),
                (40, 5, 25, 5, 15, 10),
            )[0]
            act(own, chance)

    # -- requests ---------------------------------------------------------------------------------

    def _create(self, own: list[Entry], chance: random.Random) -> None:
        open_ = [entry for entry in own if entry.keyed and not entry.ids]
        if open_ and chance.random() < 0.5:  # noqa: PLR2004 - half of the time
            self.create(chance.choice(open_))
            return
        entry = Entry(str(uuid4()), keyed=chance.random() < 0.8, large=chance.random() < 0.1)  # noqa: PLR2004
        own.append(entry)
        self.ledger.add(entry)
        self.create(entry)

    def _again(self, own: list[Entry], chance: random.Random) -> None:
        """Repeat a creation that was answered already, as a client does that lost the answer."""
        known = [entry for entry in own if entry.keyed]
        if known:
            self.create(chance.choice(known))
        else:
            self._create(own, chance)

    def create(self, entry: Entry) -> None:
        """Ask for a creation, for the first time or once more."""
        entry.attempts += 1
        headers = {"Idempotency-Key": entry.key} if entry.keyed else {}
        answer = self._send("POST", "/items", item=_item(entry, 0), headers=headers)
        if answer is not None and answer.status == 201:  # noqa: PLR2004 - HTTP
            if not entry.ids:
                entry.states.add((1, 0))
            entry.ids.add(str(answer.json["id"]))

    def _get(self, own: list[Entry], chance: random.Random) -> None:
        entry = _any_of(own, chance)
        if entry is None:
            return self._create(own, chance)
        answer = self._send("GET", f"/items/{entry.id}")
        if answer is None:
            return None
        if answer.status == 404:  # noqa: PLR2004 - HTTP
            self._compare(entry, None)
        elif answer.status == 200:  # noqa: PLR2004 - HTTP
            self._compare(entry, state_of(answer.json)[1])
        return None

    def _compare(self, entry: Entry, state: State) -> None:
        if state not in entry.states:
            self.ledger.complain(
                "read what was not written", f"{entry.id}: {state} of {entry.states}"
            )

    def _list(self, _own: list[Entry], _chance: random.Random) -> None:
        self._send("GET", "/items", query={"limit": "10"})

    def _replace(self, own: list[Entry], chance: random.Random) -> None:
        entry = _any_of(own, chance)
        if entry is None:
            return self._create(own, chance)
        number = chance.randrange(1, 1_000_000)
        made = {(state[0] + 1, number) for state in entry.states if state is not None}
        answer = self._send("PUT", f"/items/{entry.id}", item=_item(entry, number))
        if answer is not None and answer.status == 200:  # noqa: PLR2004 - HTTP
            state = state_of(answer.json)[1]
            if state not in made:
                self.ledger.complain("replaced what was not there", f"{entry.id}: {state}")
            entry.states = {state}
        elif _left_open(answer):
            entry.states |= made
        return None

    def _delete(self, own: list[Entry], chance: random.Random) -> None:
        entry = _any_of(own, chance)
        if entry is None:
            return self._create(own, chance)
        answer = self._send("DELETE", f"/items/{entry.id}")
        if answer is not None and answer.status == 204:  # noqa: PLR2004 - HTTP
            entry.states = {None}
        elif _left_open(answer):
            entry.states.add(None)
        return None

    def _send(
        self,
        method: str,
        path: str,
        *,
        item: object = None,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> Answer | None:
        operation = f"{method} {'/items' if path == '/items' else '/items/{id}'}"
        start = time.perf_counter()
        try:
            answer = self._client.send(method, path, item=item, headers=headers, query=query)
        except HTTPError as error:
            self.statuses[operation, type(error).__name__] += 1
            self.ledger.complain("no answer at all", f"{operation}: {error}")
            return None
        self.times[operation].append(time.perf_counter() - start)
        self.statuses[operation, str(answer.status)] += 1
        if not _is_clean(answer):
            self.ledger.complain("a failure that is not clean", f"{operation}: {answer}")
        if _left_open(answer) or answer.status == 429:  # noqa: PLR2004 - HTTP
            # As the SDKs do.
            time.sleep(self._random.uniform(0, PAUSE))
        return answer

    # -- afterwards -------------------------------------------------------------------------------

    def settle(self) -> float:
        """Repeat every creation until its outcome is told; seconds that it took."""
        start = time.perf_counter()
        while (unsettled := self.ledger.unsettled) and time.perf_counter() - start < SETTLING:
            for entry in unsettled:
                self.create(entry)
            time.sleep(1)
        for entry in self.ledger.unsettled:
            self.ledger.complain("a key that stays blocked", entry.key)
        return time.perf_counter() - start

    def verify(self) -> int:
        """List all items, read every acknowledged one, and compare; how many there are."""
        listed = self._listed()
        acknowledged = {item_id for e in self.ledger.entries.values() for item_id in e.ids}
        read = {item_id for item_id in acknowledged | set(listed) if listed.get(item_id) is None}
        with ThreadPoolExecutor(self._clients) as threads:
            found = dict(zip(read, threads.map(self._read, read), strict=True))
        states = {**listed, **found}
        self.ledger.check({name: state for name, state in states.items() if state is not None})
        return len(listed)

    def _listed(self) -> dict[str, tuple[str, State] | None]:
        """Mark and state of every listed item; `None` where the list leaves its data out."""
        found: dict[str, tuple[str, State] | None] = {}
        query = {"limit": "100"}
        while True:
            page = _until(lambda: self._client.send("GET", "/items", query=query), 200).json
            for item in page["items"]:
                if item.get("data_omitted"):
                    found[item["id"]] = None
                elif "load" in item["data"]:
                    found[item["id"]] = state_of(item)
            if page["next"] is None:
                return found
            query["next"] = page["next"]

    def _read(self, item_id: str) -> tuple[str, State] | None:
        answer = _until(lambda: self._client.send("GET", f"/items/{item_id}"), 200, 404)
        if answer.status == 404 or "load" not in answer.json["data"]:  # noqa: PLR2004 - HTTP
            return None
        return state_of(answer.json)


def _item(entry: Entry, number: int) -> dict[str, object]:
    more = {"more": LARGE} if entry.large else {}
    return {"data": {"load": entry.key, "n": number, **more}}


def _any_of(own: list[Entry], chance: random.Random) -> Entry | None:
    known = [entry for entry in own if entry.ids]
    return chance.choice(known) if known else None


def _left_open(answer: Answer | None) -> bool:
    return answer is None or answer.status >= 500  # noqa: PLR2004 - HTTP


def _is_clean(answer: Answer) -> bool:
    """Whether an answer is one of the API's, and not the debris of one."""
    if answer.status == 204:  # noqa: PLR2004 - HTTP
        return True
    try:
        body = answer.json
    except ValueError:
        return False
    kind = answer.headers.get("Content-Type")
    return kind == "application/json" or (kind == PROBLEM and body["status"] == answer.status)


def _until(send: Callable[[], Answer], *wanted: int) -> Answer:
    """The answer, once it is one of these: a list of all there is takes no failure."""
    for _ in range(60):
        answer = send()
        if answer.status in wanted:
            return answer
        time.sleep(0.5)
    raise SystemExit(f"the service does not answer any more: {answer}")


# -- the report -----------------------------------------------------------------------------------


def show(load: Load) -> None:
    """Print what was answered, and how soon."""
    print("| operation | status | answers |\n| --- | --- | --- |")
    for (operation, status), count in sorted(load.statuses.items()):
        print(f"| {operation} | {status} | {count} |")
    print("\n| operation | answers | p50 ms | p95 ms | p99 ms | worst |\n" + "| --- " * 6 + "|")
    for operation, times in sorted(load.times.items()):
        cuts = [1000 * cut for cut in statistics.quantiles(times, n=100)]
        print(
            f"| {operation} | {len(times)} | {cuts[49]:.0f} | {cuts[94]:.0f} | {cuts[98]:.0f}"
            f" | {1000 * max(times):.0f} |"
        )


def main() -> int:
    """Run the load and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assembly", type=Path, default=Path("build/cdk.out/dev"))
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--kill-every", type=float, default=2.0, help="seconds, on average")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    stage = Stage.current()
    if stage is not None:
        return loaded(stage, None, options)
    with rehearsed(options.assembly) as (local, server):
        return loaded(local, server, options)


def loaded(stage: Stage, server: int | None, options: argparse.Namespace) -> int:
    """Load a stage; 1 if anything did not hold, or if nobody was there to be killed."""
    load = Load(stage, clients=options.clients, requests=options.requests, seed=options.seed)
    with without_quota(stage):
        with killing(server, every=options.kill_every, seed=options.seed) as killed:
            seconds = load.run()
        show(load)
        sent = sum(load.statuses.values())
        print(f"\n{sent} requests in {seconds:.1f} s, {sent / seconds:.0f} a second;", end=" ")
        print(f"{options.clients} clients; {len(killed)} workers killed")
        open_ = len(load.ledger.unsettled)
        print(f"{open_} creations were open, and settled in {load.settle():.0f} s")
        items = load.verify()
    keyed = sum(entry.keyed for entry in load.ledger.entries.values())
    repeated = sum(entry.attempts > 1 for entry in load.ledger.entries.values())
    print(f"{items} items listed; {keyed} keys, {repeated} of them sent more than once")
    for what in (
        "acknowledged item lost",
        "acknowledged item not as acknowledged",
        "read what was not written",
        "replaced what was not there",
        "created twice under one key",
        "a key that stays blocked",
        "a failure that is not clean",
        "no answer at all",
    ):
        count = load.ledger.broken[what]
        print(f"{'FAIL' if count else 'PASS'} {what}: {count}")
        if count:
            print(f"     such as {load.ledger.examples[what]}")
    if server is not None and not killed:
        print("FAIL no worker was killed: the load was too short to show anything")
        return 1
    return 1 if load.ledger.broken else 0


if __name__ == "__main__":
    sys.exit(main())
