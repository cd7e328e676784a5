"""Cloud assemblies: what is found in them, and what they must not do."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from compliance.assembly import read
from compliance.assembly.reader import MAX_NESTING
from compliance.findings import SynthgateError
from tests.compliance.assembly.folders import (
    EMPTY,
    HASH,
    QUEUE,
    Json,
    assets,
    logical_id,
    manifest,
    nested,
    stack,
    stage,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_every_stack_is_read_and_sorted_by_file(tmp_path: Path) -> None:
    """Templates come in one order, whatever the manifest's; other artifacts are no templates."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(
                B=stack("B.template.json"),
                A=stack("A.template.json"),
                Tree={"type": "cdk:tree", "properties": {"file": "tree.json"}},
            ),
            "A.template.json": {"Resources": {"One": QUEUE, "Two": QUEUE}},
            "B.template.json": {"Resources": {"Three": QUEUE}},
        },
    )
    assembly = read(tmp_path)
    assert [template.name for template in assembly.templates] == [
        "A.template.json",
        "B.template.json",
    ]
    assert assembly.is_assembly
    assert assembly.size == 3
    assert [resource.logical_id for resource in assembly.resources()] == ["One", "Two", "Three"]
    assert assembly.stacks == ("A", "B")


def test_a_stage_is_read_with_its_own_manifest(tmp_path: Path) -> None:
    """A stage's templates are named from the assembly's root, its stacks by construct path."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(Prod=stage("assembly-Prod")),
            "assembly-Prod/manifest.json": manifest(
                ProdApi=stack("Api.template.json", displayName="Prod/Api (Prod-Api)")
            ),
            "assembly-Prod/Api.template.json": EMPTY,
        },
    )
    (template,) = read(tmp_path).templates
    assert (template.name, template.stack) == ("assembly-Prod/Api.template.json", "Prod/Api")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "Id"),
        ({"displayName": "Api"}, "Api"),
        ({"displayName": "Prod/Api (prod-api)"}, "Prod/Api"),
    ],
    ids=["absent", "plain", "with the stack's name"],
)
def test_a_stack_is_called_by_its_construct_path(tmp_path: Path, more: Json, expected: str) -> None:
    """The display name is the construct path, and the stack's own name when that differs."""
    write(tmp_path, {"manifest.json": manifest(Id=stack("t.json", **more)), "t.json": EMPTY})
    assert read(tmp_path).templates[0].stack == expected


def test_a_stack_without_a_name_is_named_as_its_artifact(tmp_path: Path) -> None:
    """CloudFormation's name of a stack is its artifact's id unless the app gave another."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(
                Plain=stack("a.json"),
                Named=stack("b.json", properties={"templateFile": "b.json", "stackName": "items"}),
            ),
            "a.json": EMPTY,
            "b.json": EMPTY,
        },
    )
    assembly = read(tmp_path)
    assert [template.stack_name for template in assembly.templates] == ["Plain", "items"]
    assert assembly.by_stack_name["items"] == (assembly.templates[1],)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("aws://123456789012/eu-central-1", ("123456789012", "eu-central-1")),
        ("aws://unknown-account/eu-central-1", ("", "eu-central-1")),
        ("aws://123456789012/unknown-region", ("123456789012", "")),
        ("aws://unknown-account/unknown-region", ("", "")),
        ("elsewhere", ("", "")),
        (None, ("", "")),
    ],
)
def test_account_and_region_are_known_or_empty(
    tmp_path: Path, environment: object, expected: tuple[str, str]
) -> None:
    """What the manifest does not know is empty, never a made-up name."""
    artifact = stack("t.json", environment=environment)
    write(tmp_path, {"manifest.json": manifest(A=artifact), "t.json": EMPTY})
    (template,) = read(tmp_path).templates
    assert (template.account, template.region) == expected


def test_construct_paths_come_from_the_template_first(tmp_path: Path) -> None:
    """A resource's own path metadata wins; without it the manifest's metadata tells the path."""
    own = {**QUEUE, "Metadata": {"aws:cdk:path": "App/Own/Resource"}}
    write(
        tmp_path,
        {
            "manifest.json": manifest(
                A=stack(
                    "t.json",
                    metadata={
                        "/App/Told/Resource": logical_id("Told"),
                        "/App/Other/Resource": logical_id("Own"),
                        "/App/Odd": "no list",
                        "/App/Odder": ["no object", {"type": "aws:cdk:logicalId", "data": 7}],
                    },
                )
            ),
            "t.json": {"Resources": {"Own": own, "Told": QUEUE, "Untold": QUEUE}},
        },
    )
    assembly = read(tmp_path)
    paths = {name: found.construct_path for name, found in assembly.templates[0].resources.items()}
    assert paths == {"Own": "App/Own/Resource", "Told": "App/Told/Resource", "Untold": ""}
    assert assembly.by_construct["App/Told/Resource"].logical_id == "Told"


def test_construct_paths_are_read_from_a_file_of_their_own(tmp_path: Path) -> None:
    """Newer versions of CDK keep a stack's metadata beside the manifest."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(A=stack("t.json", additionalMetadataFile="A.metadata.json")),
            "A.metadata.json": {"/A/Queue/Resource": logical_id("Queue")},
            "t.json": {"Resources": {"Queue": QUEUE}},
        },
    )
    (template,) = read(tmp_path).templates
    assert template.resources["Queue"].construct_path == "A/Queue/Resource"


def test_the_apps_own_acknowledgments_are_kept_by_construct(tmp_path: Path) -> None:
    """What the app's code acknowledges is known, from every stack that says so."""
    said = [{"type": "aws:cdk:acknowledged-rules", "data": {"Pack::Rule-1": {"reason": "because"}}}]
    write(
        tmp_path,
        {
            "manifest.json": manifest(
                A=stack("a.json", metadata={"/App": said}),
                B=stack("b.json", metadata={"/App": said, "/App/B": said * 2}),
            ),
            "a.json": EMPTY,
            "b.json": EMPTY,
        },
    )
    assert read(tmp_path).acknowledged == {
        "App": ("Pack::Rule-1", "Pack::Rule-1"),
        "App/B": ("Pack::Rule-1", "Pack::Rule-1"),
    }


INNER = "/A/In.NestedStack/In.NestedStackResource"


@pytest.mark.parametrize(
    ("resource", "metadata"),
    [
        (nested(Metadata={"aws:asset:path": "in.json"}), {}),
        (nested(), {"/A/In": [{"type": "aws:cdk:templateFile", "data": "in.json"}]}),
        (
            nested(
                Properties={
                    "TemplateURL": {"Fn::Join": ["", ["https://s3.", f"/bucket/{HASH}.json"]]}
                }
            ),
            {},
        ),
    ],
    ids=["asset metadata", "stack metadata", "asset manifest"],
)
def test_a_nested_stack_is_found_by_whatever_names_its_file(
    tmp_path: Path, resource: Json, metadata: Json
) -> None:
    """Asset metadata is there only when the CDK CLI ran the app; other traces stay."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(
                A=stack(
                    "a.json",
                    environment="aws://123456789012/eu-west-1",
                    metadata={
                        INNER: logical_id("Inner"),
                        "/A/Queue/Resource": logical_id("Queue"),
                        "/A/In/Queue/Resource": logical_id("Queue"),
                        **metadata,
                    },
                ),
                Assets=assets("a.assets.json"),
            ),
            "a.assets.json": {"files": {HASH: {"source": {"path": "in.json"}}}},
            "a.json": {"Resources": {"Inner": resource, "Queue": QUEUE}},
            "in.json": {"Resources": {"Queue": QUEUE}},
        },
    )
    assembly = read(tmp_path)
    outer, inner = assembly.templates
    assert (inner.name, inner.stack) == ("in.json", "A/In")
    assert (inner.account, inner.region) == ("123456789012", "eu-west-1")
    assert inner.parent is outer.resources["Inner"]
    assert assembly.nested == {outer.resources["Inner"]: inner}
    # One logical id, two resources: each stack has its own.
    assert outer.resources["Queue"].construct_path == "A/Queue/Resource"
    assert inner.resources["Queue"].construct_path == "A/In/Queue/Resource"


def test_a_nested_stack_in_a_nested_stack_is_read(tmp_path: Path) -> None:
    """Nesting goes on: each level names the next."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(A=stack("a.json")),
            "a.json": {"Resources": {"In": nested(Metadata={"aws:asset:path": "b.json"})}},
            "b.json": {"Resources": {"In": nested(Metadata={"aws:asset:path": "c.json"})}},
            "c.json": {"Resources": {"Queue": QUEUE}},
        },
    )
    assembly = read(tmp_path)
    assert [template.name for template in assembly.templates] == ["a.json", "b.json", "c.json"]
    assert [template.stack for template in assembly.templates] == ["A", "b.json", "c.json"]


def test_a_nested_stack_from_elsewhere_is_left_alone(tmp_path: Path) -> None:
    """A template that lies in a bucket is not in the assembly."""
    elsewhere = nested(Properties={"TemplateURL": f"https://s3.example.com/{HASH}.json"})
    write(
        tmp_path,
        {
            "manifest.json": manifest(A=stack("a.json")),
            "a.json": {"Resources": {"In": elsewhere}},
        },
    )
    assert [template.name for template in read(tmp_path).templates] == ["a.json"]


# -- what is refused, and how ----------------------------------------------------------------------


def refusal(path: Path) -> str:
    """The text with which a path is refused."""
    with pytest.raises(SynthgateError) as raised:
        read(path)
    return str(raised.value)


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    """A path that does not exist is a mistake of the caller's, never an empty assembly."""
    path = tmp_path / "cdk.out"
    assert refusal(path) == (
        f"{path}: no such file or folder; give a cdk.out folder or a template file"
    )


def test_a_folder_without_a_manifest_is_no_assembly(tmp_path: Path) -> None:
    """An empty folder is refused with the next step."""
    assert refusal(tmp_path) == (
        f"{tmp_path}: no cloud assembly: manifest.json is missing; "
        "run `cdk synth`, or give the folder that it wrote"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", ":1:2: not JSON: Expecting property name enclosed in double quotes"),
        ("[]", ": not a manifest: an object is expected, found list; synthesize again"),
        (
            '{"a": 1, "a": 2}',
            ": not a manifest: key 'a' stands twice in one object; synthesize again",
        ),
        (b"\xff", ": not UTF-8 at byte 0; save the file as UTF-8"),
        ("[" * 10_000, ": not a manifest: nested too deeply; synthesize again"),
        ("{}", ": the assembly holds no stack; add one to the app and synthesize again"),
        (manifest(), ": the assembly holds no stack; add one to the app and synthesize again"),
        ({"artifacts": [1]}, ": the assembly holds no stack"),
        (manifest(A={"type": "cdk:tree"}), ": the assembly holds no stack"),
    ],
    ids=["cut off", "a list", "twice", "not UTF-8", "deep", "empty", "none", "odd", "no stack"],
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, content: object, said: str) -> None:
    """A manifest that cannot be read, or names no stack, never passes as a clean assembly."""
    write(tmp_path, {"manifest.json": content})
    assert refusal(tmp_path).startswith(f"{tmp_path}/manifest.json{said}")


@pytest.mark.parametrize(
    ("artifact", "place"),
    [
        (stack("gone.json"), "artifacts.X.properties.templateFile"),
        (stage("gone"), "artifacts.X.properties.directoryName"),
        (assets("gone.json"), "artifacts.X.properties.file"),
        (stack("here.json", additionalMetadataFile="gone.json"), "artifacts.X.additionalMetadata"),
    ],
    ids=["template", "stage", "asset manifest", "metadata"],
)
def test_a_file_that_is_named_has_to_be_there(tmp_path: Path, artifact: Json, place: str) -> None:
    """A missing file is missing evidence: the place that names it and the file are told."""
    write(tmp_path, {"manifest.json": manifest(X=artifact), "here.json": EMPTY})
    said = refusal(tmp_path)
    assert said.startswith(f"{tmp_path}/manifest.json: {place}")
    assert re.search(r"'gone(\.json)?' is named but missing; synthesize the assembly again$", said)


def test_a_stack_may_be_empty(tmp_path: Path) -> None:
    """CDK leaves `Resources` out of its template, and CloudFormation never sees it."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(A=stack("a.json"), B=stack("b.json")),
            "a.json": {"Parameters": {}},
            "b.json": {"Resources": {"Queue": QUEUE}},
        },
    )
    empty, full = read(tmp_path).templates
    assert (len(empty.resources), len(full.resources)) == (0, 1)
    assert empty.body["Parameters"] == {}


def test_a_stage_can_be_given_alone(tmp_path: Path) -> None:
    """Its stacks are its own; the assets that it publishes lie in the app's folder."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(Prod=stage("assembly-Prod")),
            "asset.1/index.py": "",
            "assembly-Prod/manifest.json": manifest(
                A=stack("a.json"), Assets=assets("a.assets.json")
            ),
            "assembly-Prod/a.json": EMPTY,
            "assembly-Prod/a.assets.json": {"files": {"1": {"source": {"path": "../asset.1"}}}},
        },
    )
    (template,) = read(tmp_path / "assembly-Prod").templates
    assert template.name == "a.json"
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(SynthgateError, match=r"'\.\./asset\.1' lies outside the assembly"):
        read(tmp_path / "assembly-Prod")


@pytest.mark.parametrize(
    ("section", "key"), [("files", "path"), ("dockerImages", "directory")], ids=["file", "image"]
)
def test_an_asset_that_is_named_has_to_be_there(tmp_path: Path, section: str, key: str) -> None:
    """An asset that the deployment would publish belongs to what was checked."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(A=stack("a.json"), Assets=assets("a.assets.json")),
            "a.json": EMPTY,
            "a.assets.json": {section: {"id": {"source": {key: "gone"}}, "other": {"source": {}}}},
        },
    )
    assert refusal(tmp_path) == (
        f"{tmp_path}/a.assets.json: {section}.id.source.{key}: 'gone' is named but missing; "
        "synthesize the assembly again"
    )


def test_a_nested_stacks_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    """The resource that names the file is told."""
    write(
        tmp_path,
        {
            "manifest.json": manifest(A=stack("a.json")),
            "a.json": {"Resources": {"In": nested(Metadata={"aws:asset:path": "gone.json"})}},
        },
    )
    assert refusal(tmp_path) == (
        f"{tmp_path}/a.json: Resources.In: 'gone.json' is named but missing; "
        "synthesize the assembly again"
    )


@pytest.mark.parametrize("name", ["", 7, None, ["a.json"]])
def test_a_files_name_is_a_text(tmp_path: Path, name: object) -> None:
    """Anything but a name is shown as it was found."""
    artifact = stack("", properties={"templateFile": name})
    write(tmp_path, {"manifest.json": manifest(A=artifact)})
    assert refusal(tmp_path) == (
        f"{tmp_path}/manifest.json: artifacts.A.properties.templateFile: "
        f"a file's name is expected, found {name!r}; synthesize again"
    )


@pytest.mark.parametrize(
    "name", ["nul\0.json", "x" * 5_000, "half \ud83d.json"], ids=["nul", "long", "surrogate"]
)
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    """What the operating system refuses to look for ends as a message, not as a traceback."""
    write(tmp_path, {"manifest.json": manifest(A=stack(name))})
    said = refusal(tmp_path)
    assert said.startswith(f"{tmp_path}/manifest.json: artifacts.A.properties.templateFile: ")
    assert len(said) < 6_000


@pytest.mark.parametrize("name", ["../secret.json", "/etc/hostname", "in/../../secret.json"])
def test_a_path_may_not_leave_the_assembly(tmp_path: Path, name: str) -> None:
    """An assembly is untrusted: it cannot have a file read that lies elsewhere."""
    folder = tmp_path / "cdk.out"
    write(tmp_path, {"secret.json": EMPTY, "cdk.out/in/x": "", "cdk.out/manifest.json": "{}"})
    write(folder, {"manifest.json": manifest(A=stack(name))})
    assert refusal(folder) == (
        f"{folder}/manifest.json: artifacts.A.properties.templateFile: {name!r} lies outside the "
        f"assembly {folder}; copy the file into the folder, and name it from there"
    )


def test_a_link_may_not_leave_the_assembly(tmp_path: Path) -> None:
    """A symbolic link is followed before it is looked at."""
    folder = tmp_path / "cdk.out"
    write(tmp_path, {"secret.json": EMPTY, "cdk.out/manifest.json": manifest(A=stack("a.json"))})
    (folder / "a.json").symlink_to(tmp_path / "secret.json")
    assert "'a.json' lies outside the assembly" in refusal(folder)


def test_links_that_run_in_a_circle_are_refused(tmp_path: Path) -> None:
    """Links that lead nowhere end as a message."""
    write(tmp_path, {"manifest.json": manifest(A=stack("a.json"))})
    (tmp_path / "a.json").symlink_to("b.json")
    (tmp_path / "b.json").symlink_to("a.json")
    assert "artifacts.A.properties.templateFile: 'a.json' names no file" in refusal(tmp_path)


def test_a_pipe_is_no_file_of_an_assembly(tmp_path: Path) -> None:
    """A pipe would be waited for, and nobody writes to it."""
    write(tmp_path, {"manifest.json": manifest(A=stack("a.json"))})
    os.mkfifo(tmp_path / "a.json")
    assert "'a.json' is named but missing" in refusal(tmp_path)


def test_a_folder_is_no_template(tmp_path: Path) -> None:
    """A folder in a template's place is told with what the operating system says of it."""
    write(tmp_path, {"manifest.json": manifest(A=stack("in")), "in/x": ""})
    assert refusal(tmp_path) == f"{tmp_path}/in: cannot be read: Is a directory"


def test_a_stage_that_names_itself_is_refused(tmp_path: Path) -> None:
    """A manifest that leads back to itself would be read for ever."""
    write(tmp_path, {"manifest.json": manifest(A=stage("."), B=stage("."))})
    assert refusal(tmp_path) == (
        f"{tmp_path}/manifest.json: '.' is named twice; "
        "each stage and each stack has files of its own, so synthesize again"
    )


def test_two_stacks_cannot_share_a_template(tmp_path: Path) -> None:
    """Findings name the template: two stacks behind one name would be one."""
    write(
        tmp_path, {"manifest.json": manifest(A=stack("t.json"), B=stack("t.json")), "t.json": EMPTY}
    )
    assert "manifest.json: 't.json' is named twice" in refusal(tmp_path)


def test_nested_stacks_that_name_one_another_are_refused(tmp_path: Path) -> None:
    """However many nested stacks name the same file, reading ends."""
    itself = nested(Metadata={"aws:asset:path": "a.json"})
    write(
        tmp_path,
        {
            "manifest.json": manifest(A=stack("a.json")),
            "a.json": {"Resources": {"One": itself, "Two": itself}},
        },
    )
    assert refusal(tmp_path) == (
        f"{tmp_path}/a.json: stacks nested deeper than {MAX_NESTING}; "
        "check the inner template alone"
    )


def test_a_fan_of_nested_stacks_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few small files that each name the next one several times are bounded by their number."""
    monkeypatch.setattr("compliance.assembly.reader.MAX_TEMPLATES", 50)
    files: dict[str, object] = {"manifest.json": manifest(A=stack("0.json")), "9.json": EMPTY}
    for level in range(9):
        inner = nested(Metadata={"aws:asset:path": f"{level + 1}.json"})
        files[f"{level}.json"] = {"Resources": {f"In{number}": inner for number in range(4)}}
    write(tmp_path, files)
    assert refusal(tmp_path) == (
        f"{tmp_path}: more than 50 templates; check the parts of the app one by one"
    )


def test_stages_nested_too_deeply_are_refused(tmp_path: Path) -> None:
    """Stages in stages end at a limit that no app reaches."""
    folder = tmp_path
    for _ in range(MAX_NESTING + 2):
        write(folder, {"manifest.json": manifest(In=stage("s"))})
        folder /= "s"
    write(folder, {"manifest.json": manifest(A=stack("a.json")), "a.json": EMPTY})
    said = refusal(tmp_path)
    assert said.endswith(f"stages nested deeper than {MAX_NESTING}; check the inner assembly alone")
