"""Only what is whole in its folder is attested."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly import read
from compliance.attestation import attestable
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VPC: dict[str, Any] = {
    "key": "vpc-provider:account=1",
    "provider": "vpc-provider",
    "props": {},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An assembly with a stage, as CDK lays them out."""
    top, stage = tmp_path / "cdk.out", tmp_path / "cdk.out" / "assembly-Prod"
    for place in (top, stage):
        place.mkdir()
        (place / "A.template.json").write_text('{"Resources": {}}')
        _write(place / "A.assets.json", {"files": {}, "dockerImages": {}})
    artifacts = {
        "A": {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": "A.template.json"},
        },
        "A.assets": {"type": "cdk:asset-manifest", "properties": {"file": "A.assets.json"}},
    }
    inner = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    _write(stage / "manifest.json", {"version": "48.0.0", "artifacts": artifacts})
    _write(top / "manifest.json", {"version": "48.0.0", "artifacts": {**artifacts, "Prod": inner}})
    return top


def told(folder: Path) -> str:
    """Why an assembly is refused."""

    def refuse() -> None:
        attestable.refuse_parts(folder)
        attestable.refuse(read(folder))

    with pytest.raises(SynthgateError) as raised:
        refuse()
    return str(raised.value)


def test_an_assembly_of_files_is_whole(folder: Path, assemblies: Callable[[str], Path]) -> None:
    """One with a stage, and this project's own."""
    attestable.refuse_parts(folder)
    attestable.refuse(read(folder))
    attestable.refuse(read(assemblies("dev")))


def test_a_lone_template_is_refused(folder: Path) -> None:
    """It is no assembly."""
    path = folder / "A.template.json"
    assert told(path) == f"{path}: a template alone is not deployed; give a cdk.out folder"


def test_a_stages_own_folder_is_refused(folder: Path) -> None:
    """Its assets lie in the app's."""
    stage = folder / "assembly-Prod"
    assert told(stage) == (
        f"{stage}: a stage's own folder, whose assets lie outside of it; give {folder}"
    )


@pytest.mark.parametrize("place", ["manifest.json", "assembly-Prod/manifest.json"])
@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ([VPC, {**VPC, "key": "ami"}], "vpc-provider:account=1, ami"),
        ([{}], "{}"),
        (["x"], "'x'"),
        ("x", "'x'"),
    ],
)
def test_missing_context_is_refused(folder: Path, place: str, missing: object, named: str) -> None:
    """The app's or a stage's: the templates hold values that nobody deploys."""
    path = folder / place
    _write(path, {**json.loads(path.read_text()), "missing": missing})
    assert told(folder) == (
        f"{path}: missing: {named}: the templates hold dummy values; look the context up "
        "(`cdk synth` writes cdk.context.json) and synthesize again"
    )


@pytest.mark.parametrize("place", ["A.assets.json", "assembly-Prod/A.assets.json"])
def test_an_asset_that_a_command_makes_is_refused(folder: Path, place: str) -> None:
    """Whatever the command makes then, nobody has judged."""
    _write(folder / place, {"files": {"a1": {"source": {"executable": ["make"]}}}})
    assert told(folder).startswith(f"{folder / place}: files.a1: is built by a command ")
    assert told(folder).endswith("; build the asset while the app is synthesized")


def test_a_container_image_is_refused(folder: Path) -> None:
    """It is built from what no attestation names."""
    shutil.copytree(folder / "assembly-Prod", folder / "image")
    _write(folder / "A.assets.json", {"dockerImages": {"a1": {"source": {"directory": "image"}}}})
    assert told(folder).endswith("publish it beforehand, and name it by its digest")


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document))
