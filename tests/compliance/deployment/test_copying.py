"""The copy is for its owner alone, holds what was there, and tells what changed in it."""

from __future__ import annotations

import hashlib
import tempfile
from typing import TYPE_CHECKING

import pytest

from compliance.deployment import copying
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """A folder with a manifest, and an attestation beside it."""
    folder = tmp_path / "cdk.out"
    (folder / "asset.a" / ".cache").mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    (folder / "asset.a" / ".cache" / "kept.txt").write_text("an asset's own")
    (tmp_path / "cdk.out.intoto.json").write_text("{}")
    return folder


def beside(folder: Path) -> Path:
    """The attestation of a folder."""
    return folder.with_name("cdk.out.intoto.json")


def test_nobody_else_can_look_or_write(assembly: Path) -> None:
    """Mode 0700, an empty folder to run in, and gone at the end."""
    with copying.private(assembly, beside(assembly)) as copy:
        top = copy.assembly.parent
        assert top.stat().st_mode & 0o777 == 0o700
        assert list(copy.empty.iterdir()) == []
        assert sorted(copy.digests) == ["asset.a/.cache/kept.txt", "manifest.json"]
        assert copy.attestation_digest == hashlib.sha256(b"{}").hexdigest()
        (assembly / "manifest.json").write_text("changed afterwards")
        assert (copy.assembly / "manifest.json").read_text() == "{}"
        assert copy.changes() == ()
    assert not top.exists()


def test_changes_are_named_but_for_the_clis_own(assembly: Path) -> None:
    """Packages it makes of folders, and its locks; an asset's own files are no exception."""
    with copying.private(assembly, beside(assembly)) as copy:
        (copy.assembly / ".cache").mkdir()
        (copy.assembly / ".cache" / "a.zip").write_text("PK")
        (copy.assembly / "read.12.1.lock").write_text("12")
        assert copy.changes() == ()
        (copy.assembly / "asset.a" / ".cache" / "kept.txt").write_text("changed")
        (copy.assembly / "asset.a" / "read.12.1.lock").write_text("12")
        (copy.assembly / "new.txt").touch()
        (copy.assembly / "manifest.json").unlink()
        assert copy.changes() == (
            "asset.a/.cache/kept.txt",
            "asset.a/read.12.1.lock",
            "manifest.json",
            "new.txt",
        )


def test_a_link_that_leads_out_is_refused(assembly: Path) -> None:
    """Also one to the original: what it leads to could change. The user's file is named."""
    (assembly / "link").symlink_to(assembly / "manifest.json")
    with (
        pytest.raises(SynthgateError, match=r"cdk\.out/link: leads out of the assembly") as caught,
        copying.private(assembly, beside(assembly)),
    ):
        pass
    assert "synthgate-deployment-" not in str(caught.value)


def test_what_cannot_be_copied_is_named(assembly: Path) -> None:
    """An attestation that is no file."""
    beside(assembly).unlink()
    beside(assembly).mkdir()
    with (
        pytest.raises(SynthgateError, match="cannot be copied: "),
        copying.private(assembly, beside(assembly)),
    ):
        pass


def test_a_copy_is_never_made_within_the_assembly(
    assembly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would copy itself."""
    monkeypatch.setattr(tempfile, "tempdir", str(assembly / "asset.a"))
    with (
        pytest.raises(SynthgateError, match="let TMPDIR name another folder"),
        copying.private(assembly, beside(assembly)),
    ):
        pass
    assert [path.name for path in (assembly / "asset.a").iterdir()] == [".cache"]
