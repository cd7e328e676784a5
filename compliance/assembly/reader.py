"""Reads a cloud assembly or a lone template from disk.

The manifest's form: CDK's cloud-assembly schema (package `aws-cdk-lib/cloud-assembly-schema`).
An assembly is untrusted input: no path of its manifests may leave its folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.assembly.metadata import Metadata
from compliance.assembly.model import Assembly, Template
from compliance.assembly.template import load, parse_json, read_text
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.assembly.model import Json, Resource

MANIFEST: Final = "manifest.json"
MAX_MANIFEST_BYTES: Final = 64_000_000
MAX_NESTING: Final = 20
"""How deep stages may stand in stages, and stacks in stacks."""
MAX_TEMPLATES: Final = 5_000
"""How many templates an assembly may have; also what ends nested stacks that name one another."""

_ENVIRONMENT = re.compile(r"^aws://([^/]*)/(.+)$")
_ACCOUNT = re.compile(r"^\d{12}$")
_ASSET_ID = re.compile(r"[0-9a-f]{64}")


def read(path: Path) -> Assembly:
    """Read an assembly folder or a template file.

    Raises:
        SynthgateError: the path does not exist, the folder is no assembly or holds no stack, a file
            that the manifest names is missing or lies outside the folder, or a template is
            unreadable; the text names the file and, where there is one, the line.
    """
    if path.is_dir():
        return _Reader(root=path.resolve(), shown=str(path)).assembly(path)
    if not path.exists():
        raise SynthgateError(
            f"{path}: no such file or folder; give a cdk.out folder or a template file"
        )
    template = Template(
        name=path.as_posix(), path=path, body=load(path, shown=str(path)), stack=path.as_posix()
    )
    return Assembly(path=path, templates=(template,), is_assembly=False)


def outermost(folder: Path) -> Path:
    """The app's own assembly: a stage's lies inside of it, each with a manifest of its own."""
    while folder != folder.parent and (folder.parent / MANIFEST).is_file():
        folder = folder.parent
    return folder


@dataclass(frozen=True)
class _Reader:
    """Reads one assembly.

    Attributes:
        root: its folder, resolved.
        shown: how the folder is named in errors.
        acknowledged: gathered on the way, see `Assembly.acknowledged`.
        read: folders and stacks' templates that have been read.
    """

    root: Path
    shown: str
    acknowledged: dict[str, tuple[str, ...]] = field(default_factory=dict)
    read: set[Path] = field(default_factory=set)

    def assembly(self, path: Path) -> Assembly:
        if not (self.root / MANIFEST).is_file():
            raise SynthgateError(
                f"{self.shown}: no cloud assembly: {MANIFEST} is missing; "
                "run `cdk synth`, or give the folder that it wrote"
            )
        templates = []
        for template in self._stacks(self.root, depth=0):
            templates.append(template)
            if len(templates) > MAX_TEMPLATES:
                raise SynthgateError(
                    f"{self.shown}: more than {MAX_TEMPLATES:,} templates; "
                    "check the parts of the app one by one"
                )
        if not templates:
            raise SynthgateError(
                f"{self.shown}/{MANIFEST}: the assembly holds no stack; "
                "add one to the app and synthesize again"
            )
        return Assembly(
            path=path,
            templates=tuple(sorted(templates, key=lambda template: template.name)),
            is_assembly=True,
            acknowledged=self.acknowledged,
        )

    def _stacks(self, folder: Path, *, depth: int) -> Iterator[Template]:
        self._once(folder, folder)
        if depth > MAX_NESTING:
            raise SynthgateError(
                f"{self._shown(folder)}: stages nested deeper than {MAX_NESTING}; "
                "check the inner assembly alone"
            )
        artifacts = list(_objects(self._json(folder / MANIFEST).get("artifacts")))
        assets: dict[str, str] = {}
        for artifact_id, artifact in artifacts:
            if artifact.get("type") == "cdk:asset-manifest":
                assets |= self._assets(folder, artifact_id, artifact)
        for artifact_id, artifact in artifacts:
            match artifact.get("type"):
                case "aws:cloudformation:stack":
                    yield from self._stack(folder, artifact_id, artifact, assets)
                case "cdk:cloud-assembly":
                    inner = self._named(folder, artifact_id, artifact, "directoryName")
                    yield from self._stacks(inner, depth=depth + 1)
                case _:
                    pass

    def _stack(
        self,
        folder: Path,
        artifact_id: str,
        artifact: Mapping[str, Json],
        assets: Mapping[str, str],
    ) -> Iterator[Template]:
        path = self._named(folder, artifact_id, artifact, "templateFile")
        self._once(path, folder)
        entries = dict(_object(artifact.get("metadata")))
        if "additionalMetadataFile" in artifact:
            entries |= self._json(
                self._inside(
                    folder,
                    artifact["additionalMetadataFile"],
                    place=f"artifacts.{artifact_id}.additionalMetadataFile",
                )
            )
        metadata = Metadata.of(entries)
        for construct, ids in metadata.acknowledged.items():
            self.acknowledged[construct] = (*self.acknowledged.get(construct, ()), *ids)
        stack = artifact.get("displayName")
        # A display name is 'Stage/Stack (Stage-Stack)' when the stack's name is not its path.
        stack = stack.split(" (", 1)[0] if isinstance(stack, str) else artifact_id
        account, region = _environment(artifact.get("environment"))
        template = Template(
            name=self._name(path),
            path=path,
            body=load(path, shown=self._shown(path), may_be_empty=True),
            stack=stack,
            stack_name=str(_object(artifact.get("properties")).get("stackName") or artifact_id),
            account=account,
            region=region,
            paths=metadata.paths(),
        )
        yield from self._with_nested(folder, template, metadata, assets, depth=0)

    def _with_nested(
        self,
        folder: Path,
        template: Template,
        metadata: Metadata,
        assets: Mapping[str, str],
        *,
        depth: int,
    ) -> Iterator[Template]:
        """The template, and those of its nested stacks, which CDK writes as assets beside it."""
        yield template
        if depth > MAX_NESTING:
            raise SynthgateError(
                f"{self._shown(template.path)}: stacks nested deeper than {MAX_NESTING}; "
                "check the inner template alone"
            )
        for resource in template.by_type.get("AWS::CloudFormation::Stack", ()):
            file = _nested_file(resource, metadata, assets)
            if file is None:
                continue
            path = self._inside(
                folder,
                file,
                wanted_by=self._shown(template.path),
                place=f"Resources.{resource.logical_id}",
            )
            stack = metadata.nested_stack(resource.construct_path)
            nested = Template(
                name=self._name(path),
                path=path,
                body=load(path, shown=self._shown(path), may_be_empty=True),
                stack=stack or self._name(path),
                account=template.account,
                region=template.region,
                paths=metadata.paths(stack) if stack else {},
                parent=resource,
            )
            yield from self._with_nested(folder, nested, metadata, assets, depth=depth + 1)

    def _assets(
        self, folder: Path, artifact_id: str, artifact: Mapping[str, Json]
    ) -> Mapping[str, str]:
        """Names of the files that an asset manifest publishes, by asset id; each has to exist."""
        file = self._named(folder, artifact_id, artifact, "file")
        manifest = self._json(file)
        found = {}
        for section, key in (("files", "path"), ("dockerImages", "directory")):
            for asset_id, asset in _objects(manifest.get(section)):
                name = _object(asset.get("source")).get(key)
                if name is not None:
                    place = f"{section}.{asset_id}.source.{key}"
                    # A stage's own folder may be given alone; its assets lie in the app's.
                    self._inside(
                        folder,
                        name,
                        wanted_by=self._shown(file),
                        place=place,
                        bounds=outermost(self.root),
                    )
                    found[asset_id] = name
        return found

    def _named(
        self, folder: Path, artifact_id: str, artifact: Mapping[str, Json], key: str
    ) -> Path:
        """The path that an artifact's property names."""
        return self._inside(
            folder,
            _object(artifact.get("properties")).get(key),
            place=f"artifacts.{artifact_id}.properties.{key}",
        )

    def _inside(
        self,
        folder: Path,
        name: Json,
        *,
        place: str,
        wanted_by: str = "",
        bounds: Path | None = None,
    ) -> Path:
        """A path that a file of the assembly names, which has to exist inside the assembly."""
        where = f"{wanted_by or self._shown(folder / MANIFEST)}: {place}"
        if not isinstance(name, str) or not name:
            raise SynthgateError(
                f"{where}: a file's name is expected, found {name!r}; synthesize again"
            )
        try:
            path = (folder / name).resolve()
            is_there = path.is_file() or path.is_dir()
        except (OSError, ValueError, RuntimeError) as error:
            # A null character, a surrogate, a name too long, links that run in a circle.
            raise SynthgateError(
                f"{where}: {name[:80]!r} names no file: {error}; synthesize again"
            ) from error
        if not path.is_relative_to(bounds or self.root):
            raise SynthgateError(
                f"{where}: {name!r} lies outside the assembly {self.shown}; "
                "copy the file into the folder, and name it from there"
            )
        if not is_there:
            raise SynthgateError(
                f"{where}: {name!r} is named but missing; synthesize the assembly again"
            )
        return path

    def _once(self, path: Path, folder: Path) -> None:
        if path in self.read:
            raise SynthgateError(
                f"{self._shown(folder / MANIFEST)}: {self._name(path)!r} is named twice; "
                "each stage and each stack has files of its own, so synthesize again"
            )
        self.read.add(path)

    def _json(self, path: Path) -> Mapping[str, Json]:
        shown = self._shown(path)
        try:
            document = parse_json(read_text(path, shown=shown, limit=MAX_MANIFEST_BYTES))
        except json.JSONDecodeError as error:
            raise SynthgateError(
                f"{shown}:{error.lineno}:{error.colno}: not JSON: {error.msg}; synthesize again"
            ) from error
        except ValueError as error:
            raise SynthgateError(f"{shown}: not a manifest: {error}; synthesize again") from error
        except RecursionError as error:
            raise SynthgateError(
                f"{shown}: not a manifest: nested too deeply; synthesize again"
            ) from error
        if not isinstance(document, Mapping):
            raise SynthgateError(
                f"{shown}: not a manifest: an object is expected, "
                f"found {type(document).__name__}; synthesize again"
            )
        return document

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _shown(self, path: Path) -> str:
        return f"{self.shown}/{path.relative_to(self.root).as_posix()}"


def _nested_file(resource: Resource, metadata: Metadata, assets: Mapping[str, str]) -> Json:
    """The file of a nested stack's template, by whatever this version of CDK left as a trace."""
    named = _object(resource.body.get("Metadata")).get("aws:asset:path")
    if named is not None:
        return named
    stack = metadata.nested_stack(resource.construct_path)
    if stack in metadata.files:
        return metadata.files[stack]
    url = json.dumps(resource.properties.get("TemplateURL"))
    return next((assets[key] for key in _ASSET_ID.findall(url) if key in assets), None)


def _environment(text: Json) -> tuple[str, str]:
    """Account and region of a manifest's `aws://account/region`, empty where they are unknown."""
    found = _ENVIRONMENT.match(text) if isinstance(text, str) else None
    if not found:
        return "", ""
    account, region = found.groups()
    return (
        account if _ACCOUNT.match(account) else "",
        "" if region == "unknown-region" else region,
    )


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Json) -> Iterator[tuple[str, Json]]:
    yield from _object(value).items()


def _objects(value: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for key, item in _items(value):
        if isinstance(item, Mapping):
            yield key, item
