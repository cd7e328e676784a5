"""Both sides of a comparison, wherever they come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly.reader import MAX_TEMPLATES
from compliance.findings import SynthgateError
from compliance.review import sources

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.assembly import Assembly

TOPIC = {"Type": "AWS::SNS::Topic"}
SHA = "ab" * 32
MD5 = "0123456789abcdef0123456789abcdef"


def write(path: Path, body: Any) -> Path:  # noqa: ANN401 - any JSON
    """A file with this document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body))
    return path


def cloud_assembly(folder: Path, body: dict[str, Any]) -> Path:
    """A cloud assembly with one stack and one asset."""
    write(folder / "Stack.template.json", body)
    (folder / "asset.zip").write_text("")
    write(folder / "Stack.assets.json", {"files": {SHA: {"source": {"path": "asset.zip"}}}})
    write(
        folder / "manifest.json",
        {
            "version": "55.0.0",
            "artifacts": {
                "Stack": {
                    "type": "aws:cloudformation:stack",
                    "environment": "aws://123456789012/eu-west-1",
                    "properties": {"templateFile": "Stack.template.json"},
                },
                "Stack.assets": {
                    "type": "cdk:asset-manifest",
                    "properties": {"file": "Stack.assets.json"},
                },
            },
        },
    )
    return folder


def bodies(assembly: Assembly) -> dict[str, Any]:
    """Templates by name."""
    return {template.name: template.body for template in assembly.templates}


def test_an_assembly_is_read_as_its_snapshots_are(tmp_path: Path) -> None:
    """The same templates, asset hashes and hashed ids masked, nothing known of the account."""
    resources = {
        "Handler": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": SHA}}},
        f"Deployment{MD5}": {"Type": "AWS::ApiGateway::Deployment"},
    }
    assembly = cloud_assembly(tmp_path / "cdk.out", {"Resources": resources})
    source = sources.read(assembly)
    masked = {
        "Handler": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": "<asset>"}}},
        "Deployment<hash>": {"Type": "AWS::ApiGateway::Deployment"},
    }
    assert (source.shown, source.lone) == (str(assembly), False)
    assert bodies(source.assembly) == {"Stack": {"Resources": masked}}
    (template,) = source.assembly.templates
    assert (template.account, template.region, template.stack) == ("", "", "Stack")
    write(tmp_path / "snapshots" / "Stack.template.json", {"Resources": masked})
    assert bodies(sources.read(tmp_path / "snapshots").assembly) == bodies(source.assembly)


def test_a_folder_of_templates_is_read_with_the_folders_in_it(tmp_path: Path) -> None:
    """Whatever else lies there is left alone; an empty stack has no resources."""
    write(tmp_path / "prod" / "ApiStack.template.json", {"Resources": {"T": TOPIC}})
    write(tmp_path / "dev" / "Empty.template.json", {"Description": "nothing"})
    write(tmp_path / "dev" / "notes.json", [])
    assert bodies(sources.read(tmp_path).assembly) == {
        "dev/Empty": {"Description": "nothing", "Resources": {}},
        "prod/ApiStack": {"Resources": {"T": TOPIC}},
    }


@pytest.mark.parametrize("name", ["Stack.template.json", "stack.yaml"])
def test_a_template_file_stands_alone(tmp_path: Path, name: str) -> None:
    """JSON or YAML; it goes by its file's name."""
    path = write(tmp_path / name, {"Resources": {"T": TOPIC}})
    source = sources.read(path)
    assert source.lone
    assert list(bodies(source.assembly)) == [name.removesuffix(".template.json")]


def test_two_templates_are_compared_whatever_they_are_called(tmp_path: Path) -> None:
    """Under the name of the new one."""
    old = sources.read(write(tmp_path / "before.json", {"Resources": {"T": TOPIC}}))
    new = sources.read(write(tmp_path / "after.json", {"Resources": {}}))
    before, after = sources.aligned(old, new)
    assert bodies(before) == {"after.json": {"Resources": {"T": TOPIC}}}
    assert bodies(after) == {"after.json": {"Resources": {}}}


def test_a_template_and_a_folder_of_one_are_compared(tmp_path: Path) -> None:
    """There is no doubt which is meant; with two there is."""
    lone = sources.read(write(tmp_path / "Stack.template.json", {"Resources": {"T": TOPIC}}))
    write(tmp_path / "folder" / "Other.template.json", {"Resources": {}})
    folder = sources.read(tmp_path / "folder")
    assert [list(bodies(side)) for side in sources.aligned(lone, folder)] == [["Other"], ["Other"]]
    assert [list(bodies(side)) for side in sources.aligned(folder, lone)] == [["Stack"], ["Stack"]]
    write(tmp_path / "folder" / "Third.template.json", {"Resources": {}})
    several = sources.read(tmp_path / "folder")
    for sides in ((lone, several), (several, lone)):
        with pytest.raises(SynthgateError) as raised:
            sources.aligned(*sides)
        assert str(raised.value) == (
            f"{tmp_path}/Stack.template.json is one template, and {tmp_path}/folder holds 2; "
            "give two templates, or two folders"
        )


def test_two_folders_are_compared_by_name(tmp_path: Path) -> None:
    """As they are."""
    write(tmp_path / "a" / "One.template.json", {"Resources": {}})
    write(tmp_path / "b" / "Two.template.json", {"Resources": {}})
    old, new = sources.aligned(sources.read(tmp_path / "a"), sources.read(tmp_path / "b"))
    assert (list(bodies(old)), list(bodies(new))) == (["One"], ["Two"])


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    """As everywhere."""
    with pytest.raises(SynthgateError, match=r"nowhere: no such file or folder; give a cdk\.out"):
        sources.read(tmp_path / "nowhere")


def test_a_folder_without_templates(tmp_path: Path) -> None:
    """Says both that it could be."""
    with pytest.raises(SynthgateError) as raised:
        sources.read(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}: neither a cloud assembly (manifest.json is missing) nor a folder of "
        "templates (there is no *.template.json below it); give a cdk.out folder, a folder of "
        "snapshots or a template file"
    )


def test_a_template_in_a_folder_that_is_none(tmp_path: Path) -> None:
    """With its file, line and column."""
    path = tmp_path / "prod" / "Stack.template.json"
    path.parent.mkdir()
    path.write_text('{"Resources": {,}}')
    with pytest.raises(SynthgateError) as raised:
        sources.read(tmp_path)
    assert str(raised.value).startswith(f"{path}:1:16: not JSON: ")


def test_too_many_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as an assembly may have."""
    assert MAX_TEMPLATES == 5_000
    monkeypatch.setattr(sources, "MAX_TEMPLATES", 1)
    for name in "ab":
        write(tmp_path / f"{name}.template.json", {"Resources": {}})
    with pytest.raises(SynthgateError) as raised:
        sources.read(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}: 2 templates; at most 1 are read; compare its folders one by one"
    )


@pytest.mark.parametrize(
    "manifest", ["[]", '{"files": []}', '{"files": null, "dockerImages": 3}'], ids=str
)
def test_an_asset_manifest_that_nobody_names_is_taken_as_it_is(
    tmp_path: Path, manifest: str
) -> None:
    """It holds no hashes; the templates are read all the same."""
    assembly = cloud_assembly(tmp_path, {"Resources": {"T": TOPIC}})
    (assembly / "Other.assets.json").write_text(manifest)
    assert bodies(sources.read(assembly).assembly) == {"Stack": {"Resources": {"T": TOPIC}}}


def test_an_asset_manifest_that_is_no_json(tmp_path: Path) -> None:
    """Is named."""
    assembly = cloud_assembly(tmp_path, {"Resources": {"T": TOPIC}})
    (assembly / "Other.assets.json").write_text("{")
    with pytest.raises(SynthgateError, match=r"Other\.assets\.json:1:2: not JSON"):
        sources.read(assembly)
