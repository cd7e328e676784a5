"""What is deployed is what was gated, byte for byte, save what the local AWS does not know."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from compliance.assembly import digests, read
from compliance.findings import SynthgateError
from compliance.rehearsal import copying
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.model import Place, Removal
from tests.compliance.rehearsal.folders import STACK, TEMPLATE, made, stack, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from compliance.assembly.model import Assembly
    from compliance.rehearsal.scene import Local

Json = dict[str, Any]

BUCKET: Json = {"Type": "AWS::S3::Bucket"}
FLOW_LOG: Json = {"Type": "AWS::EC2::FlowLog", "Properties": {"ResourceId": "vpc-1"}}
UNKNOWN = "AWS::EC2::FlowLog"
REMOVAL = Removal(
    Place(TEMPLATE, STACK, "FlowLog", UNKNOWN), f"the local AWS does not know {UNKNOWN}"
)


@pytest.fixture
def cloudformation() -> Any:  # noqa: ANN401 - boto3's
    """Return a client that nobody answers but a stub."""
    return boto3.client(
        "cloudformation",
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )


@pytest.fixture
def knows_all(cloudformation: Any) -> Iterator[Any]:  # noqa: ANN401
    """Return a client of an AWS that knows every type."""
    with Stubber(cloudformation) as stub:
        for _ in range(5):
            stub.add_response("validate_template", {})
        yield cloudformation


@pytest.fixture
def refuses(cloudformation: Any) -> Iterator[Any]:  # noqa: ANN401
    """Return a client of an AWS that does not know flow logs."""
    with Stubber(cloudformation) as stub:
        stub.add_client_error(
            "validate_template",
            "ValidationError",
            f"Template format error: Unrecognized resource types: [{UNKNOWN}]",
        )
        yield cloudformation


def _copied(assembly: Assembly, target: Path, client: Any) -> tuple[Assembly, Any, str]:  # noqa: ANN401
    return copying.copied(assembly, target, cloudformation=client, before=digests.of(assembly.path))


def test_the_local_aws_tells_which_types_it_does_not_know(scene: Local, tmp_path: Path) -> None:
    """By its own word, of each type once; custom resources are never asked about."""
    assembly = made(
        tmp_path,
        {
            "Bucket": BUCKET,
            "FlowLog": FLOW_LOG,
            "Other": FLOW_LOG,
            "Own": {"Type": "Custom::Own", "Properties": {"ServiceToken": "arn:x"}},
        },
    )
    (template,) = assembly.templates
    client = scene.stage.client("cloudformation")
    assert copying.refused(client, template) == {UNKNOWN}
    assert copying.refused(client, made(tmp_path / "all", {"Bucket": BUCKET}).templates[0]) == set()


def test_a_template_that_is_refused_for_another_reason_stops(
    cloudformation: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """Nothing is taken out for it."""
    (template,) = made(tmp_path, {"Bucket": BUCKET}).templates
    with Stubber(cloudformation) as stub:
        stub.add_client_error("validate_template", "ValidationError", "too long")
        with pytest.raises(RehearsalError, match=f"{TEMPLATE}: the local AWS refuses it: too long"):
            copying.refused(cloudformation, template)


def test_a_type_that_was_not_asked_about_is_not_taken_out(
    cloudformation: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """Whatever the answer names."""
    (template,) = made(tmp_path, {"Bucket": BUCKET, "FlowLog": FLOW_LOG}).templates
    with Stubber(cloudformation) as stub:
        stub.add_client_error(
            "validate_template",
            "ValidationError",
            f"Unrecognized resource types: [{UNKNOWN}, AWS::Other::Thing]",
        )
        assert copying.refused(cloudformation, template) == {UNKNOWN}


def test_what_nothing_needs_is_taken_out(tmp_path: Path) -> None:
    """Also where two that go refer to one another."""
    resources = {
        "Bucket": BUCKET,
        "FlowLog": FLOW_LOG,
        "Other": {**FLOW_LOG, "DependsOn": "FlowLog"},
    }
    (template,) = made(tmp_path, resources).templates
    found = copying.removable(template, [UNKNOWN])
    assert [each.place.logical_id for each in found] == ["FlowLog", "Other"]
    assert found[0] == REMOVAL
    assert copying.removable(template, []) == ()


@pytest.mark.parametrize(
    "needing",
    [
        {"Properties": {"BucketName": {"Ref": "FlowLog"}}},
        {"Properties": {"Tags": [{"Key": "x", "Value": {"Fn::GetAtt": ["FlowLog", "Id"]}}]}},
        {"Properties": {"BucketName": {"Fn::Sub": "of-${FlowLog}"}}},
        {"Properties": {"BucketName": {"Fn::Sub": ["${x}${FlowLog.Id}", {"x": "y"}]}}},
        {"DependsOn": "FlowLog"},
        {"DependsOn": ["FlowLog"]},
    ],
    ids=["Ref", "GetAtt", "Sub", "Sub with variables", "DependsOn", "DependsOn list"],
)
def test_what_stays_and_needs_it_stops_the_rehearsal(
    needing: Mapping[str, Json], tmp_path: Path
) -> None:
    """Both are named: one that is deployed without what it needs would not be what was gated."""
    (template,) = made(tmp_path, {"Bucket": {**BUCKET, **needing}, "FlowLog": FLOW_LOG}).templates
    with pytest.raises(RehearsalError) as caught:
        copying.removable(template, [UNKNOWN])
    assert str(caught.value).startswith(
        f"{TEMPLATE}: Bucket needs FlowLog ({UNKNOWN}), and the local AWS does not know {UNKNOWN};"
    )


def _alarm(**properties: Any) -> Json:  # noqa: ANN401 - a template's
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


QUERIES = [{"Id": "e", "Expression": "1 / 2"}]


def test_alarms_on_metric_math_are_taken_out(tmp_path: Path) -> None:
    """The local AWS knows their type, and refuses them when it deploys; others stay."""
    resources = {
        "Plain": _alarm(MetricName="Errors"),
        "None": _alarm(MetricName="Errors", Metrics=[]),
        "Math": _alarm(Metrics=QUERIES),
        "Maybe": _alarm(Metrics={"Fn::If": ["Big", QUERIES, {"Ref": "AWS::NoValue"}]}),
        "Other": {"Type": "AWS::X::Y", "Properties": {"Metrics": QUERIES}},
    }
    (template,) = made(tmp_path, resources).templates
    found = copying.removable(template, [])
    assert [each.place.logical_id for each in found] == ["Math", "Maybe"]
    assert {each.reason for each in found} == {"the local AWS does not know alarms on metric math"}


def test_alarms_on_metric_math_stay_where_they_are_needed(tmp_path: Path) -> None:
    """Unless what needs them goes as well."""
    composite = {
        "Type": "AWS::CloudWatch::CompositeAlarm",
        "Properties": {"AlarmRule": {"Fn::Sub": "ALARM(${Math})"}},
    }
    resources = {"Math": _alarm(Metrics=QUERIES), "Any": composite}
    (template,) = made(tmp_path, resources).templates
    with pytest.raises(RehearsalError, match=r"Any needs Math .* know alarms on metric math;"):
        copying.removable(template, [])
    found = copying.removable(template, ["AWS::CloudWatch::CompositeAlarm"])
    assert [each.place.logical_id for each in found] == ["Math", "Any"]


def test_a_copy_is_without_alarms_on_metric_math(
    tmp_path: Path,
    knows_all: Any,  # noqa: ANN401
) -> None:
    """Although no type of it is refused."""
    assembly = made(tmp_path / "cdk.out", {"Bucket": BUCKET, "Math": _alarm(Metrics=QUERIES)})
    copy, removals, diff = _copied(assembly, tmp_path / "copy", knows_all)
    assert [removal.place.logical_id for removal in removals] == ["Math"]
    assert [*copy.templates[0].resources] == ["Bucket"]
    assert '-    "Metrics": [' in diff


def test_what_is_given_out_is_needed(tmp_path: Path) -> None:
    """Another stack may import it."""
    (template,) = made(
        tmp_path, {"FlowLog": FLOW_LOG}, outputs={"Id": {"Value": {"Ref": "FlowLog"}}}
    ).templates
    with pytest.raises(RehearsalError, match="the output Id needs FlowLog"):
        copying.removable(template, [UNKNOWN])


def test_a_copy_without_removals_is_the_assembly(
    tmp_path: Path,
    knows_all: Any,  # noqa: ANN401
) -> None:
    """Byte for byte, the mode of what can be executed included."""
    made(tmp_path / "cdk.out", {"Bucket": BUCKET})
    asset = tmp_path / "cdk.out" / "asset.1"
    asset.mkdir()
    (asset / "run").write_bytes(b"#!\0")
    (asset / "run").chmod(0o755)
    copy, removals, diff = _copied(read(tmp_path / "cdk.out"), tmp_path / "copy", knows_all)
    assert (removals, diff) == ((), "")
    assert digests.of(tmp_path / "copy") == digests.of(tmp_path / "cdk.out")
    assert (tmp_path / "copy" / "asset.1" / "run").stat().st_mode & 0o777 == 0o755
    assert copy.path == tmp_path / "copy"


def test_a_removal_takes_its_own_lines_and_no_other(
    tmp_path: Path,
    refuses: Any,  # noqa: ANN401
) -> None:
    """The difference is told, and what it takes away is the resource."""
    assembly = made(
        tmp_path / "cdk.out", {"Bucket": {**BUCKET, "Metadata": {"é": 1}}, "FlowLog": FLOW_LOG}
    )
    # As CDK writes: letters beyond ASCII as they are, and no newline at the end.
    template = tmp_path / "cdk.out" / TEMPLATE
    template.write_text(
        json.dumps(json.loads(template.read_text()), indent=1, ensure_ascii=False),
        encoding="utf-8",
    )
    copy, removals, diff = _copied(assembly, tmp_path / "copy", refuses)
    assert removals == (REMOVAL,)
    assert [*copy.templates[0].resources] == ["Bucket"]
    before, after = digests.of(assembly.path), digests.of(copy.path)
    assert {name for name in before if before[name] != after[name]} == {TEMPLATE}
    lines = diff.splitlines()
    assert lines[:2] == [f"--- a/{TEMPLATE}", f"+++ b/{TEMPLATE}"]
    changed = [line for line in lines[3:] if line[0] in "+-"]
    assert sorted(line.strip("- ") for line in changed) == sorted(
        [
            "},",
            '"FlowLog": {',
            f'"Type": "{UNKNOWN}",',
            '"Properties": {',
            '"ResourceId": "vpc-1"',
            "}",
        ]
    )


def test_dev_loses_what_the_local_aws_does_not_know_and_nothing_else(scene: Local) -> None:
    """The real assembly: lines are taken out of one template, and none is put in."""
    before = dict(scene.digests)
    after = {
        name: digest
        for name, digest in digests.of(scene.assembly.path).items()
        if not name.startswith(".cache/")  # where the CDK CLI puts its archives when it deploys
    }
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == {
        "NetworkStack.template.json"
    }
    assert [removal.place.resource_type for removal in scene.removals] == [UNKNOWN]
    given = (scene.given.path / "NetworkStack.template.json").read_text().splitlines()
    copied = (scene.assembly.path / "NetworkStack.template.json").read_text().splitlines()
    rest = iter(given)
    assert all(line in rest for line in copied), "a line is not one of the template's, in order"


def test_an_assembly_that_changes_while_it_is_copied_is_refused(
    tmp_path: Path,
    knows_all: Any,  # noqa: ANN401
) -> None:
    """A file that is new, gone or other than it was is named."""
    assembly = made(tmp_path / "cdk.out", {"Bucket": BUCKET})
    before = digests.of(assembly.path)
    (tmp_path / "cdk.out" / "late").touch()
    with pytest.raises(RehearsalError, match="changed while it was copied: late; next: rehearse"):
        copying.copied(assembly, tmp_path / "copy", cloudformation=knows_all, before=before)


def test_an_assembly_that_cannot_be_copied_is_named(tmp_path: Path) -> None:
    """Such as one that is gone meanwhile."""
    assembly = made(tmp_path / "cdk.out", {"Bucket": BUCKET})
    (tmp_path / "copy").mkdir()
    with pytest.raises(RehearsalError, match=r"cdk\.out: cannot be copied: .*exists"):
        _copied(assembly, tmp_path / "copy", None)


def _published(name: str = "Stack.assets.json") -> Json:
    return {"type": "cdk:asset-manifest", "properties": {"file": name}}


COMMAND: Json = {"files": {"a": {"source": {"executable": ["touch", "x"]}, "destinations": {}}}}


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (COMMAND, r"files\.a: is built by a command at deploy time"),
        ({"files": {"a": "x"}}, r"files\.a: is built by a command"),
        ({"files": ["x"]}, r"files\.: is built by a command"),
        ({"dockerImages": {"a": {"source": {}}}}, "dockerImages: a rehearsal builds no container"),
    ],
)
@pytest.mark.parametrize("name", ["Stack.assets.json", "other.json"])
def test_an_assembly_that_would_run_commands_is_refused(
    manifest: Json, said: str, name: str, tmp_path: Path
) -> None:
    """By what its manifest names, whatever the name is."""
    write(tmp_path / "cdk.out" / name, manifest)
    assembly = made(tmp_path / "cdk.out", {"Bucket": BUCKET}, artifacts={"A": _published(name)})
    with pytest.raises(SynthgateError, match=said):
        _copied(assembly, tmp_path / "copy", None)


def test_a_stage_of_an_assembly_runs_nothing_either(tmp_path: Path) -> None:
    """Its manifest names manifests of its own."""
    inner = tmp_path / "cdk.out" / "assembly-Inner"
    write(inner / "Inner.template.json", {"Resources": {"Bucket": BUCKET}})
    write(inner / "a.json", COMMAND)
    artifacts = {"Inner": stack("Inner"), "A": _published("a.json")}
    write(inner / "manifest.json", {"version": "36.0.0", "artifacts": artifacts})
    nested = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Inner"}}
    assembly = made(tmp_path / "cdk.out", {"Bucket": BUCKET}, artifacts={"I": nested})
    with pytest.raises(SynthgateError, match=r"assembly-Inner/a\.json: files\.a: is built by"):
        _copied(assembly, tmp_path / "copy", None)


@pytest.mark.parametrize("apart", [False, True])
def test_images_of_the_old_kind_are_refused_too(apart: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A stack's metadata may ask for one, in the manifest or in a file of its own."""
    asked = {"/Stack": [{"type": "aws:cdk:asset", "data": {"packaging": "container-image"}}]}
    write(tmp_path / "cdk.out" / "more.json", asked)
    told = {"additionalMetadataFile": "more.json"} if apart else {"metadata": asked}
    assembly = made(tmp_path / "cdk.out", {"Bucket": BUCKET}, artifacts={STACK: stack(**told)})
    with pytest.raises(SynthgateError, match=r"artifacts\.Stack: a rehearsal builds no container"):
        _copied(assembly, tmp_path / "copy", None)


def test_what_only_publishes_files_is_copied(
    tmp_path: Path,
    knows_all: Any,  # noqa: ANN401
) -> None:
    """As CDK writes it, with a tree beside it."""
    files = {"a": {"source": {"path": TEMPLATE, "packaging": "file"}, "destinations": {}}}
    write(tmp_path / "cdk.out" / "Stack.assets.json", {"files": files, "dockerImages": {}})
    tree = {"type": "cdk:tree", "properties": {"file": "tree.json"}}
    assembly = made(
        tmp_path / "cdk.out", {"Bucket": BUCKET}, artifacts={"A": _published(), "Tree": tree}
    )
    copy, _, _ = _copied(assembly, tmp_path / "copy", knows_all)
    assert copy.size == 1


def test_a_manifest_that_was_exchanged_since_it_was_read_is_named(tmp_path: Path) -> None:
    """It is read again, and may be anything by then."""
    assembly = made(tmp_path / "cdk.out", {"Bucket": BUCKET})
    (tmp_path / "cdk.out" / "manifest.json").write_text("{")
    with pytest.raises(SynthgateError, match=r"manifest\.json: cannot be read as JSON"):
        _copied(assembly, tmp_path / "copy", None)
    shutil.rmtree(tmp_path / "cdk.out")
    with pytest.raises(RehearsalError, match=r"cdk\.out: cannot be copied"):
        copying.copied(assembly, tmp_path / "other", cloudformation=None, before={})
