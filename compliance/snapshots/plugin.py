"""The pytest plugin: one fixture that holds an app's templates to their accepted snapshots.

Installed with the package (entry point `pytest11`). It loads nothing before the fixture is asked
for. Accepting is one explicit command; with `CI` set in the environment it is refused.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


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
    """Refuse to accept changes where nobody reviews them."""
    if os.environ.get("CI") and config.getoption("update_snapshots", default=False):
        raise pytest.UsageError(
            "snapshots are not accepted in CI: review and accept the change where you work, "
            "and commit it"
        )


@pytest.fixture
def assembly_snapshot(snapshot: SnapshotAssertion, pytestconfig: pytest.Config) -> AssemblySnapshot:
    """Holds every template of an assembly to its snapshot."""
    from compliance import config as configuration  # noqa: PLC0415 - only who asks pays
    from compliance.assembly import read  # noqa: PLC0415
    from compliance.snapshots import difference  # noqa: PLC0415
    from compliance.snapshots.canonical import asset_hashes, matcher  # noqa: PLC0415
    from compliance.snapshots.engine import orphans, snapshot_name  # noqa: PLC0415
    from compliance.snapshots.extension import TemplateExtension  # noqa: PLC0415

    beside = pytestconfig.rootpath / configuration.DEFAULT_FILE
    policy = configuration.load(beside if beside.is_file() else None)

    class Extension(TemplateExtension):
        folder = policy.path(policy.snapshots)

    def hold(assembly: Any, *, environment: str = "") -> None:  # noqa: ANN401 - see the protocol
        folder = assembly if isinstance(assembly, Path) else Path(assembly.synth().directory)
        found = read(folder)
        mask = matcher(asset_hashes(found))
        accepted = snapshot.with_defaults(extension_class=Extension, matcher=mask)
        names = {snapshot_name(template) for template in found.templates}
        reviews = []
        for path in orphans(Extension.folder / environment, names):
            # syrupy looks for what no test asked for only in whole runs; an orphan is one always.
            if pytestconfig.getoption("update_snapshots"):
                path.unlink()
            else:
                reviews.append(f"{path.name}: {difference.headline(old='{}', new='')}")
        for template in found.templates:
            name = "/".join(filter(None, (environment, snapshot_name(template))))
            if not accepted(name=name) == template.body:  # noqa: SIM201 - `!=` is not syrupy's
                reviews.append("\n".join((f"{name}:", *accepted.get_assert_diff())))
        if reviews:
            pytest.fail("\n\n".join(reviews), pytrace=False)

    return hold
