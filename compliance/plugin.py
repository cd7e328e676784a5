"""The pytest plugin: fixtures that hold an app's templates to the catalogue and to their snapshots.

Installed with the package (entry point `pytest11`). It loads nothing before a fixture is asked for.
Accepting a snapshot is one explicit command; with `CI` set in the environment it is refused.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from compliance.rehearsal.stage import MARKERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syrupy.assertion import SnapshotAssertion

    from compliance.config import Config
    from compliance.findings import Report


class AssemblyPolicies(Protocol):
    """What the fixture `assembly_policies` gives."""

    def __call__(
        self,
        assembly: Any,  # noqa: ANN401 - an `aws_cdk.App` is of a package that is optional
        *,
        rules: Sequence[str] = (),
        families: Sequence[str] = (),
    ) -> Report:
        """Assert that no rule of the catalogue finds anything that blocks.

        Args:
            assembly: the folder of a cloud assembly, a template file, or an `aws_cdk.App`, which is
                synthesized.
            rules: only these rules, by id.
            families: only these families, such as `iam`.

        Returns:
            The report, with what does not block and what is waived.

        Raises:
            AssertionError: something blocks, or the rules did not run; the text is the report.
            SynthgateError: what is given cannot be read, or there is no such rule or family.
        """


class AssemblySnapshot(Protocol):
    """What the fixture `assembly_snapshot` gives."""

    def __call__(self, assembly: Any, *, environment: str = "") -> None:  # noqa: ANN401
        """Assert that every template of an assembly is the accepted one.

        Args:
            assembly: the folder of a cloud assembly, or an `aws_cdk.App`, which is synthesized.
            environment: folder below the snapshots' folder.

        Raises:
            AssertionError: a template differs, is new, or is gone; the text reviews each change and
                ends with the command that accepts it.
        """


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers of contract tests; refuse to accept changes where nobody reviews them."""
    for marker, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{marker}: {meaning}")
    updates = ("update_snapshots", "update_new_snapshots_only")
    if os.environ.get("CI") and any(config.getoption(name, default=False) for name in updates):
        raise pytest.UsageError(
            "snapshots are not accepted in CI: review and accept the change where you work, "
            "and commit it"
        )


@pytest.fixture
def assembly_snapshot(snapshot: SnapshotAssertion, pytestconfig: pytest.Config) -> AssemblySnapshot:
    """Holds every template of an assembly to its snapshot."""
    from compliance.assembly import read  # noqa: PLC0415 - only who asks pays
    from compliance.review import sources  # noqa: PLC0415
    from compliance.review.canonical import asset_hashes, matcher, serialize  # noqa: PLC0415
    from compliance.snapshots import comparing  # noqa: PLC0415
    from compliance.snapshots import folder as snapshots  # noqa: PLC0415
    from compliance.snapshots.extension import TemplateExtension  # noqa: PLC0415

    policy = _policy(pytestconfig)

    class Extension(TemplateExtension):
        folder = policy.path(policy.snapshots)
        accept = policy.snapshots_accept

    def hold(assembly: Any, *, environment: str = "") -> None:  # noqa: ANN401 - see the protocol
        found = read(_folder(assembly))
        mask = matcher(asset_hashes(found))
        accepted = snapshot.with_defaults(extension_class=Extension, matcher=mask)
        below = Extension.folder / environment
        prefix = f"{environment}/" if environment else ""
        before = {prefix + name: text for name, text in snapshots.accepted(below).items()}
        names = [sources.template_name(template.name) for template in found.templates]
        same = True
        for path in snapshots.orphans(below, names):
            # syrupy looks for what no test asked for only in whole runs; an orphan is one always.
            if pytestconfig.getoption("update_snapshots"):
                path.unlink()
            else:
                same = False
        for name, template in zip(names, found.templates, strict=True):
            same &= accepted(name=prefix + name) == template.body
        if not same:
            after = {
                prefix + template.name: serialize(template.body)
                for template in sources.of_assembly(found).templates
            }
            pytest.fail(comparing.told(before, after, accept=Extension.accept), pytrace=False)

    return hold


@pytest.fixture
def assembly_policies(pytestconfig: pytest.Config) -> AssemblyPolicies:
    """Holds an assembly to the rules of the catalogue, with the project's settings and waivers."""
    import datetime as dt  # noqa: PLC0415 - only who asks pays

    from compliance import waivers  # noqa: PLC0415
    from compliance.assembly import read  # noqa: PLC0415
    from compliance.catalogue import equivalents  # noqa: PLC0415
    from compliance.findings import Verdict  # noqa: PLC0415
    from compliance.gate import Gate, Scope  # noqa: PLC0415
    from compliance.reports import Format, render  # noqa: PLC0415

    policy = _policy(pytestconfig)
    accepted = waivers.load(policy.path(policy.waivers), shown=policy.waivers)

    def hold(
        assembly: Any,  # noqa: ANN401 - see the protocol
        *,
        rules: Sequence[str] = (),
        families: Sequence[str] = (),
    ) -> Report:
        gate = Gate(
            config=policy,
            waivers=accepted,
            today=dt.datetime.now(tz=dt.UTC).date(),
            scope=Scope(engines=("own",), families=tuple(families), rules=tuple(rules)),
        )
        try:
            report = gate.check([read(_folder(assembly))])
        finally:
            gate.close()
        if report.verdict is not Verdict.GREEN:
            text = render(report, format=Format.TEXT, equivalents=equivalents())
            pytest.fail(text, pytrace=False)
        return report

    return hold


def _policy(pytestconfig: pytest.Config) -> Config:
    """The policy data of the project that is tested."""
    from compliance import config as configuration  # noqa: PLC0415 - only who asks pays

    beside = pytestconfig.rootpath / configuration.DEFAULT_FILE
    return configuration.load(beside if beside.is_file() else None)


def _folder(assembly: Any) -> Path:  # noqa: ANN401 - an `aws_cdk.App`, of a package that is optional
    """Where an assembly lies, synthesized first if it is an app."""
    return assembly if isinstance(assembly, Path) else Path(assembly.synth().directory)
