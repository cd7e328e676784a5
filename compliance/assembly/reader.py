"""Reads a cloud assembly or a lone template from disk.

The manifest's form: CDK's cloud-assembly schema (package `aws-cdk-lib/cloud-assembly-schema`).
An assembly is untrusted input: no path of its manifests may leave its folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.assembly.model import Assembly, Template
from compliance.assembly.template import load, parse_json, read_text
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.assembly.model import Json

MANIFEST: Final = "manifest.json"
MAX_MANIFEST_BYTES: Final = 64_000_000
MAX_STAGES: Final = 20
"""How deep stages may stand in stages."""

_ENVIRONMENT = re.compile(r"^aws://([^/]*)/(.+)$")
_ACCOUNT = re.compile(r"^\d{12}$")


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
        name=path.name, path=path, body=load(path, shown=str(path)), stack=path.name
    )
    return Assembly(path=path, templates=(template,), is_assembly=False)


@dataclass(frozen=True)
class _Reader:
    root: Path
    shown: str

    def assembly(self, path: Path) -> Assembly:
        if not (self.root / MANIFEST).is_file():
            raise SynthgateError(
                f"{self.shown}: no cloud assembly: {MANIFEST} is missing; "
                "run `cdk synth`, or give the folder that it wrote"
            )
        acknowledged: dict[str, tuple[str, ...]] = {}
        templates = sorted(
            self._stacks(self.root, acknowledged, depth=0), key=lambda template: template.name
        )
        if not templates:
            raise SynthgateError(f"{self.shown}/{MANIFEST}: the assembly holds no stack")
        return Assembly(
            path=path, templates=tuple(templates), is_assembly=True, acknowledged=acknowledged
        )

    def _stacks(
        self, folder: Path, acknowledged: dict[str, tuple[str, ...]], *, depth: int
    ) -> Iterator[Template]:
        if depth > MAX_STAGES:
            raise SynthgateError(f"{self.shown}: stages nested deeper than {MAX_STAGES}")
        manifest = self._json(folder / MANIFEST)
        for artifact_id, artifact in _objects(manifest.get("artifacts")):
            properties = _object(artifact.get("properties"))
            match artifact.get("type"):
                case "aws:cloudformation:stack":
                    yield from self._stack(folder, artifact_id, artifact, properties, acknowledged)
                case "cdk:cloud-assembly":
                    yield from self._stacks(
                        self._inside(folder, properties.get("directoryName")),
                        acknowledged,
                        depth=depth + 1,
                    )
                case "cdk:asset-manifest":
                    self._assets_exist(folder, properties)
                case _:
                    pass

    def _stack(
        self,
        folder: Path,
        artifact_id: str,
        artifact: Mapping[str, Json],
        properties: Mapping[str, Json],
        acknowledged: dict[str, tuple[str, ...]],
    ) -> Iterator[Template]:
        path = self._inside(folder, properties.get("templateFile"))
        metadata = dict(_object(artifact.get("metadata")))
        if "additionalMetadataFile" in artifact:
            metadata |= self._json(self._inside(folder, artifact["additionalMetadataFile"]))
        paths: dict[str, str] = {}
        for construct, entries in metadata.items():
            for entry in entries if isinstance(entries, list) else ():
                data = _object(entry).get("data")
                match _object(entry).get("type"):
                    case "aws:cdk:logicalId" if isinstance(data, str):
                        paths[data] = construct.lstrip("/")
                    case "aws:cdk:acknowledged-rules":
                        ids = tuple(key for key, _ in _items(data))
                        key = construct.lstrip("/")
                        acknowledged[key] = (*acknowledged.get(key, ()), *ids)
                    case _:
                        pass
        stack = artifact.get("displayName")
        # A display name is 'Stage/Stack (Stage-Stack)' when the stack's name is not its path.
        stack = stack.split(" (", 1)[0] if isinstance(stack, str) else artifact_id
        account, region = _environment(artifact.get("environment"))
        template = Template(
            name=self._name(path),
            path=path,
            body=load(path, shown=self._shown(path)),
            stack=stack,
            stack_name=str(properties.get("stackName") or artifact_id),
            account=account,
            region=region,
            paths=paths,
        )
        yield from self._with_nested(folder, template, depth=0)

    def _with_nested(self, folder: Path, template: Template, *, depth: int) -> Iterator[Template]:
        """The template, and those of its nested stacks, which CDK writes as assets beside it."""
        yield template
        if depth > MAX_STAGES:
            raise SynthgateError(f"{self.shown}: stacks nested deeper than {MAX_STAGES}")
        for resource in template.by_type.get("AWS::CloudFormation::Stack", ()):
            asset = _object(resource.body.get("Metadata")).get("aws:asset:path")
            if asset is None:
                continue
            path = self._inside(folder, asset)
            nested = resource.construct_path.removesuffix(".NestedStackResource")
            yield from self._with_nested(
                folder,
                Template(
                    name=self._name(path),
                    path=path,
                    body=load(path, shown=self._shown(path)),
                    stack=re.sub(r"\.NestedStack/.*$", "", nested) or self._name(path),
                    account=template.account,
                    region=template.region,
                    paths=template.paths,
                ),
                depth=depth + 1,
            )

    def _assets_exist(self, folder: Path, properties: Mapping[str, Json]) -> None:
        file = self._inside(folder, properties.get("file"))
        for _, asset in _objects(self._json(file).get("files")):
            source = _object(asset.get("source")).get("path")
            if source is not None:
                self._inside(folder, source, wanted_by=self._shown(file))

    def _inside(self, folder: Path, name: Json, *, wanted_by: str = "") -> Path:
        """A path that a manifest names, which has to exist inside the assembly."""
        wanted_by = wanted_by or self._shown(folder / MANIFEST)
        if not isinstance(name, str) or not name:
            raise SynthgateError(f"{wanted_by}: a file's name is expected, found {name!r}")
        path = (folder / name).resolve()
        if not path.is_relative_to(self.root):
            raise SynthgateError(f"{wanted_by}: {name!r} lies outside the assembly {self.shown}")
        if not path.exists():
            raise SynthgateError(
                f"{wanted_by}: {name!r} is named but missing; synthesize the assembly again"
            )
        return path

    def _json(self, path: Path) -> Mapping[str, Json]:
        shown = self._shown(path)
        try:
            document = parse_json(read_text(path, shown=shown, limit=MAX_MANIFEST_BYTES))
        except json.JSONDecodeError as error:
            raise SynthgateError(
                f"{shown}:{error.lineno}:{error.colno}: not JSON: {error.msg}"
            ) from error
        except (ValueError, RecursionError) as error:
            raise SynthgateError(f"{shown}: not a manifest: {error}") from error
        if not isinstance(document, Mapping):
            raise SynthgateError(f"{shown}: not a manifest: the document is no object")
        return document

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _shown(self, path: Path) -> str:
        return f"{self.shown}/{path.relative_to(self.root).as_posix()}"


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
