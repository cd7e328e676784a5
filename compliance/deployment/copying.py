"""The private copy that is verified and deployed: what was checked cannot change afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.assembly import building, copying, digests, read
from compliance.assembly.reader import MANIFEST
from compliance.deployment.stacks import folders
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compliance.assembly.model import Assembly

CACHE: Final = ".cache"
"""Where the CDK CLI keeps the packages that it makes of folders, beside each asset manifest. What
lies there it publishes without a look at the folder."""
_LOCK: Final = re.compile(r"read\.\d+\.\d+\.lock")
"""What the CDK CLI writes into an assembly while it reads it."""
_NO_COMMANDS: Final = (
    "a deployment runs no command of an assembly; next: have the asset built by `cdk synth`"
)
_NO_IMAGES: Final = (
    "a container image is built at deploy time, from a base image that no attestation names; next: "
    "publish the image beforehand, and name it in the stack by its digest"
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that nobody else writes to.

    Attributes:
        assembly: its folder.
        attestation: its file, as it was at the same time.
        empty: a folder without any file, where the CDK CLI runs: no `cdk.json` is found there.
        home: a folder for what the CDK CLI keeps from one run to the next.
        digests: of the assembly's files, as they were copied.
    """

    assembly: Path
    attestation: Path
    empty: Path
    home: Path
    digests: Mapping[str, str]

    @property
    def attestation_digest(self) -> str:
        """sha256 of the attestation."""
        return hashlib.sha256(self.attestation.read_bytes()).hexdigest()

    def changes(self) -> tuple[str, ...]:
        """Files that are not as they were copied, by name; the CDK CLI's own are left aside."""
        now = digests.of(self.assembly)
        return tuple(
            name
            for name in sorted({*now, *self.digests})
            if now.get(name) != self.digests.get(name) and not self._is_of_the_cli(name)
        )

    def _is_of_the_cli(self, name: str) -> bool:
        # Neither lay there when the copy was made: `read` has refused it.
        folder, _, file = name.rpartition("/")
        return name not in self.digests and (
            Path(folder).name == CACHE or (not folder and bool(_LOCK.fullmatch(file)))
        )


@contextlib.contextmanager
def private(folder: Path, attestation: Path) -> Iterator[Copy]:
    """Copy an assembly and its attestation, for the length of a block.

    Args:
        folder: the assembly.
        attestation: the file beside it.

    Raises:
        SynthgateError: one of them is not there or cannot be copied, or a link leads out of it.
    """
    if not (folder / MANIFEST).is_file():
        raise SynthgateError(
            f"{folder}: no cloud assembly: {MANIFEST} is missing; next: give the folder that was "
            "attested"
        )
    with copying.private(folder, purpose="deployment") as found:
        statement = found.top / "attestation"
        for name in ("empty", "home"):
            (found.top / name).mkdir()
        try:
            shutil.copyfile(attestation, statement)
        except FileNotFoundError as error:
            raise SynthgateError(
                f"{attestation}: no such file; next: `synthgate attest {folder}`"
            ) from error
        except (OSError, shutil.Error) as error:
            raise SynthgateError(f"{attestation}: cannot be copied: {error}") from error
        _have_one_mode(found.folder, found.digests)
        yield Copy(found.folder, statement, found.top / "empty", found.top / "home", found.digests)


def _have_one_mode(assembly: Path, files: Iterable[str]) -> None:
    """Give all files the same permissions, whatever they had: the CDK CLI packs them into archives.

    An attestation names contents. So nothing else than contents decides what is published, and an
    assembly whose permissions a CI artifact has lost is the same. AWS Lambda asks for files that
    everybody may read, and executable ones where they are run (AWS Lambda Developer Guide,
    'Deploying .zip file archives').
    """
    for name in files:
        path = assembly / name
        if not path.is_symlink():
            path.chmod(0o755)


def readable(copy: Copy) -> Assembly:
    """Read the copy, and refuse what the CDK CLI would run, build, look up or take from a cache.

    Raises:
        SynthgateError: the assembly cannot be read, or is not made of files alone.
    """
    assembly = read(copy.assembly)
    building.refuse(copy.assembly, commands=_NO_COMMANDS, images=_NO_IMAGES)
    for folder in folders(copy.assembly):
        if (folder / CACHE).exists() or (folder / CACHE).is_symlink():
            raise SynthgateError(
                f"{folder / CACHE}: the CDK CLI would publish what lies there in place of the "
                "attested files; next: remove the folder, and attest again"
            )
    for name in copy.digests:
        if _LOCK.fullmatch(name):
            raise SynthgateError(
                f"{copy.assembly / name}: a CDK CLI reads this assembly, or was killed while it "
                "did; next: wait for it, or remove the file, and attest again"
            )
    return assembly
