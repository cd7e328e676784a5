"""One project that is attested, one local AWS that it is deployed to, and the command."""

from __future__ import annotations

import functools
import os
import re
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from compliance import config
from compliance.rehearsal import deploying
from compliance.rehearsal.local.aws import SECRET, LocalAws, running
from tests.compliance.cli.command import Command, Done, command
from tests.compliance.deployment import shops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LIVE = frozenset({"aws"})
"""Fixtures of tests that have a local AWS; those tests are for one worker, which has it once."""
STACKS = ("Service", "Data")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share a local AWS together, and out of each other's way."""
    for item in items:
        if _LIVE & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("local AWS"))


@pytest.fixture(scope="session")
def made(shared: Path, once: Callable[[Path, Callable[[Path], object]], Path]) -> shops.Shop:
    """Return the project, for all tests; not to be changed."""
    return shops.Shop(once(shared / "shop", shops.make))


@pytest.fixture
def shop(made: shops.Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> shops.Shop:
    """Return a project of a test's own, which is where it works."""
    copy = made.copy(tmp_path)
    monkeypatch.chdir(copy.folder)
    return copy


@pytest.fixture(scope="session")
def local(made: shops.Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """Return a local AWS that is bootstrapped, for as long as this worker runs."""
    policy = config.load(shops.ROOT / "pyproject.toml")
    with running(
        python=str(policy.root / (policy.ministack_python or "")),
        region=shops.REGION,
        account=shops.ACCOUNT,
        environ=os.environ,
    ) as found:
        log = tmp_path_factory.mktemp("aws") / "bootstrap.log"
        deploying.bootstrap(found, made.assembly(), log=log)
        yield found


@dataclass
class Aws:
    """The local AWS, as a test sees it.

    Attributes:
        local: the server.
        start: where its records began when the test did.
    """

    local: LocalAws
    start: int = 0

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients have no types here
        """A client with all rights."""
        return _client(
            service, self.local.endpoint_url, self.local.account, str(self.local.trust.bundle)
        )

    def decided(self) -> set[str]:
        """Actions that a role was allowed or denied since the test began."""
        text = self.local.records.read_bytes()[self.start :].decode()
        return set(re.findall(r'"([a-z0-9]+:[A-Z][A-Za-z]+)"', text))

    def statuses(self) -> dict[str, str]:
        """Statuses of the project's stacks that are there, by name."""
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return {
            stack["StackName"]: stack["StackStatus"]
            for stack in stacks
            if stack["StackName"] in STACKS and stack["StackStatus"] != "DELETE_COMPLETE"
        }

    def change_sets(self) -> list[str]:
        """Names of the change sets that wait or were not executed."""
        client = self.client("cloudformation")
        return [
            found["ChangeSetName"]
            for name in self.statuses()
            for found in client.list_change_sets(StackName=name)["Summaries"]
            if found["ExecutionStatus"] != "EXECUTE_COMPLETE"
        ]

    def parameter(self, name: str) -> str:
        """The value of a parameter; empty when there is none."""
        found = self.client("ssm").get_parameters(Names=[name])["Parameters"]
        return str(found[0]["Value"]) if found else ""

    def clean(self) -> None:
        """Remove what a test has deployed."""
        client = self.client("cloudformation")
        there = self.statuses()
        for name in (name for name in STACKS if name in there):
            client.update_termination_protection(StackName=name, EnableTerminationProtection=False)
            client.delete_stack(StackName=name)
        self.client("ssm").delete_parameters(
            Names=["/shop/taken", "/shop/moved", "/shop/settings", "/shop/pointer"]
        )


@functools.cache
def _client(service: str, url: str, account: str, bundle: str) -> Any:  # noqa: ANN401 - likewise
    session: Any = boto3.Session(
        aws_access_key_id=account, aws_secret_access_key=SECRET, region_name=shops.REGION
    )
    return session.client(service, endpoint_url=url, verify=bundle)


@pytest.fixture
def aws(local: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """Return the local AWS, empty, and have this process use it."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "CDK_"))]:
        monkeypatch.delenv(name)
    for name, value in {**local.environ, **local.administrator()}.items():
        monkeypatch.setenv(name, value)
    found = Aws(local, local.records.stat().st_size)
    yield found
    found.clean()


@pytest.fixture
def synthgate(
    shop: shops.Shop,  # noqa: ARG001 - a call is made there
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Command]:
    """Return what calls the command, and leave no handler of signals behind."""
    handlers = {sent: signal.getsignal(sent) for sent in (signal.SIGTERM, signal.SIGHUP)}
    yield command(monkeypatch, capsys)
    for sent, handler in handlers.items():
        signal.signal(sent, handler)


class Deploy:
    """Calls `synthgate deploy` for prod."""

    def __init__(self, synthgate: Command, shop: shops.Shop) -> None:
        self._synthgate = synthgate
        self._shop = shop

    def __call__(self, variant: str = "first", *more: str, yes: bool = True) -> Done:
        """Deploy a variant, without a question by default."""
        words = ["--env", "prod"] if "--env" not in more else []
        words += ["--yes"] if yes else []
        return self._synthgate("deploy", self._shop.assembly(variant), *words, *more)


@pytest.fixture
def deploy(synthgate: Command, shop: shops.Shop) -> Deploy:
    """Return what deploys a variant of the project."""
    return Deploy(synthgate, shop)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what lets somebody at a terminal answer questions."""

    class Terminal:
        """Standard input with a person at it."""

        def __init__(self, text: str) -> None:
            self._lines = text.splitlines(keepends=True)

        def isatty(self) -> bool:
            """Yes."""
            return True

        def readline(self, _: int = -1) -> str:
            """Return what is answered next."""
            return self._lines.pop(0) if self._lines else ""

    return lambda text: monkeypatch.setattr(sys, "stdin", Terminal(text))
