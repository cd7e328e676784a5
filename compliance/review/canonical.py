"""What a snapshot holds: the template as it is, keys sorted, and only what must vary masked.

Masked are asset hashes (they follow the code, which is reviewed as code) and the content hash at
the end of the logical ids of API Gateway deployments and Lambda versions (CDK derives it from what
is deployed, which the snapshot shows itself). Nothing else: a masked value is a change unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from compliance.assembly.reader import MAX_MANIFEST_BYTES
from compliance.assembly.template import parse, read_text

if TYPE_CHECKING:
    from compliance.assembly.model import Assembly, Json

HASHED_TYPES: Final = frozenset(
    {"AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Deployment", "AWS::Lambda::Version"}
)
"""Types whose logical id CDK ends with an MD5 of what is deployed (`Deployment` of
`aws-apigateway`, `Version` of `aws-lambda`)."""
ASSET: Final = "<asset>"
HASH: Final = "<hash>"
_HASHED_ID = re.compile(r"^(.+)[0-9a-f]{32}$")
_SHA256 = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def canonical(template: Json, *, assets: Iterable[str] = ()) -> str:
    """A template as its snapshot holds it.

    Args:
        template: the parsed template.
        assets: hashes of the assembly's assets, the only ones that are masked.

    Returns:
        JSON with sorted keys and two spaces of indentation, with a newline at the end.
    """
    return serialize(mask(template, assets=assets))


def serialize(template: Json) -> str:
    """A template as canonical text, nothing masked."""
    return json.dumps(template, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def matcher(assets: Iterable[str]) -> Callable[..., Json]:
    """`mask` as a syrupy matcher, which is called with `data` and `path`."""
    known = frozenset(assets)

    def masked(*, data: Json, path: object) -> Json:
        del path  # the extension hands over the whole template
        return mask(data, assets=known)

    return masked


def mask(template: Json, *, assets: Iterable[str] = ()) -> Json:
    """The template with asset hashes and hashed logical ids masked; a copy with sorted keys."""
    known = frozenset(assets)
    names = dict(_hashed_ids(template))
    pattern = (
        re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))
        if names
        else None
    )

    def text(value: str) -> str:
        if pattern is not None:
            value = pattern.sub(lambda found: names[found.group()], value)
        return _SHA256.sub(lambda found: ASSET if found.group() in known else found.group(), value)

    def walk(value: Json) -> Json:
        if isinstance(value, str):
            return text(value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, Mapping):
            return {text(key): walk(value[key]) for key in sorted(value)}
        return value

    return walk(template)


def _hashed_ids(template: Json) -> Iterable[tuple[str, str]]:
    resources = template.get("Resources") if isinstance(template, Mapping) else None
    if not isinstance(resources, Mapping):
        return
    taken: set[str] = set()
    for logical_id, body in resources.items():
        hashed = isinstance(body, Mapping) and body.get("Type") in HASHED_TYPES
        found = _HASHED_ID.match(logical_id) if hashed else None
        if found:
            masked = f"{found.group(1)}{HASH}"
            if masked in taken or masked in resources:
                # Two versions of one function side by side: masking both would merge them.
                continue
            taken.add(masked)
            yield logical_id, masked


def asset_hashes(assembly: Assembly) -> frozenset[str]:
    """Hashes of an assembly's assets, from its asset manifests.

    Raises:
        SynthgateError: one cannot be read.
    """
    found: set[str] = set()
    folders = {template.path.parent for template in assembly.templates}
    for folder in folders if assembly.is_assembly else ():
        for manifest in folder.glob("*.assets.json"):
            text = read_text(manifest, shown=str(manifest), limit=MAX_MANIFEST_BYTES)
            document = parse(text, shown=str(manifest))
            for section in ("files", "dockerImages"):
                assets = document.get(section) if isinstance(document, Mapping) else None
                found.update(assets if isinstance(assets, Mapping) else ())
    return frozenset(found)
