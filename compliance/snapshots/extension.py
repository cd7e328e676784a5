"""The syrupy extension: one canonical template a file, in a folder that a reviewer browses."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from syrupy.data import Snapshot, SnapshotCollection
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from compliance.config import Config
from compliance.review.canonical import serialize
from compliance.snapshots import comparing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.location import PyTestLocation
    from syrupy.types import PropertyFilter, PropertyMatcher, SerializedData, SnapshotIndex


class TemplateExtension(SingleFileSnapshotExtension):
    """Stores the template named `prod/ApiStack` in `<folder>/prod/ApiStack.template.json`.

    Attributes:
        folder: where the snapshots lie; a subclass of each test session sets it.
        accept: the command that accepts a change, likewise.
    """

    _write_mode = WriteMode.TEXT
    file_extension = "template.json"
    folder: ClassVar[Path] = Path("snapshots")
    accept: ClassVar[str] = Config().snapshots_accept

    def serialize(
        self,
        data: Any,  # noqa: ANN401 - a template
        *,
        exclude: PropertyFilter | None = None,
        include: PropertyFilter | None = None,
        matcher: PropertyMatcher | None = None,
    ) -> SerializedData:
        """The template as canonical text, after the matcher has masked what varies."""
        del exclude, include  # a snapshot holds the whole template
        return serialize(matcher(data=data, path=()) if matcher else data)

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """The snapshots' folder, whichever test asks."""
        del test_location
        return str(cls.folder)

    @classmethod
    def discovery_dirname(cls, *, test_location: PyTestLocation) -> str:
        """The same folder: a snapshot that no test asks for is an orphan."""
        return cls.dirname(test_location=test_location)

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        """The name that the test gives, such as `prod/ApiStack`."""
        del test_location
        return str(index)

    @classmethod
    def matches_test_location(
        cls, *, test_location: PyTestLocation, snapshot_location: str
    ) -> bool:
        """Any test may hold the folder's snapshots."""
        del test_location
        return Path(snapshot_location).is_relative_to(cls.folder)

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        """The file's one snapshot, under the name that a test gives it."""
        name = Path(snapshot_location).relative_to(self.folder).as_posix()
        collection = SnapshotCollection(location=snapshot_location)
        collection.add(Snapshot(name=name.removesuffix(f".{self.file_extension}")))
        return collection

    @classmethod
    def write_snapshot(cls, **arguments: Any) -> None:  # noqa: ANN401 - passed through
        """Write the file. That its name says nothing of the test is meant."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"\s*Can not relate snapshot name")
            super().write_snapshot(**arguments)

    def diff_lines(
        self, serialized_data: SerializedData, snapshot_data: SerializedData
    ) -> Iterator[str]:
        """The change as a reviewer reads it, in place of syrupy's own diff."""
        old, new = (
            {"template": str(data)} if data else {} for data in (snapshot_data, serialized_data)
        )
        yield from comparing.told(old, new, accept=self.accept).split("\n")
