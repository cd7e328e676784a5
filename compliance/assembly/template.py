"""One template file, parsed: JSON or YAML with CloudFormation's short forms.

Templates are untrusted input: size and depth are bounded, duplicate keys are refused (JSON and YAML
parsers keep the last one silently, CloudFormation refuses them), YAML aliases are refused (they can
unfold a small file into gigabytes, and CloudFormation takes none).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.assembly import circles, json_places
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.assembly.model import Json

MAX_BYTES: Final = 8_000_000
"""Eight times what CloudFormation takes (1 MB in S3; User Guide, 'CloudFormation quotas')."""
MAX_DEPTH: Final = 100
NUMBER_TOO_LONG: Final = "a number has more digits than Python reads; write it as a string"
MAX_SHOWN: Final = 60
"""Characters of a wrong value that an error shows."""
MAX_CIRCLE: Final = 12
"""Logical ids of a circle that an error names."""
LOOP: Final = "Fn::ForEach"


def load(path: Path, *, shown: str, may_be_empty: bool = False) -> Mapping[str, Json]:
    """Parse a template.

    Args:
        path: the file.
        shown: how the file is named in errors.
        may_be_empty: whether `Resources` may be missing, as CDK leaves it out of an empty stack.

    Returns:
        The document: an object whose `Resources` is an object of resource declarations.

    Raises:
        SynthgateError: the file cannot be read, is too large or too deep, is neither JSON nor YAML,
            repeats a key, or is no CloudFormation template.
    """
    return checked(
        parse(read_text(path, shown=shown, limit=MAX_BYTES), shown=shown),
        shown=shown,
        may_be_empty=may_be_empty,
    )


def parse(text: str, *, shown: str) -> Json:
    """Parse JSON, or YAML with CloudFormation's short forms, whatever it holds.

    Raises:
        SynthgateError: it is too deep, is neither JSON nor YAML, or repeats a key.
    """
    try:
        document = (
            parse_json(text) if text.lstrip()[:1] in {"{", "["} else _parse_yaml(text, shown=shown)
        )
    except json.JSONDecodeError as error:
        raise SynthgateError(
            f"{shown}:{error.lineno}:{error.colno}: not JSON: {error.msg}"
        ) from error
    except _DuplicateKeyError as error:
        place = json_places.repeated_key(text)
        raise SynthgateError(f"{_at(shown, place)}: {error}; remove one") from error
    except ValueError as error:
        raise SynthgateError(f"{shown}: not JSON: {NUMBER_TOO_LONG}") from error
    except RecursionError as error:
        raise _too_deep(text, shown=shown) from error
    if not _is_shallow(document, shown=shown):
        raise _too_deep(text, shown=shown)
    return document


def checked(document: Json, *, shown: str, may_be_empty: bool = False) -> Mapping[str, Json]:
    """A parsed document, seen to be a template; arguments and errors are those of `load`."""
    if may_be_empty and isinstance(document, Mapping) and "Resources" not in document:
        return {**document, "Resources": {}}
    _check_shape(document, shown=shown)
    _check_order(document, shown=shown)
    return document  # type: ignore[no-any-return]  # _check_shape has seen that it is an object


def read_text(path: Path, *, shown: str, limit: int) -> str:
    """A file's text, UTF-8, at most `limit` bytes.

    Raises:
        SynthgateError: it cannot be read, is larger, or is not UTF-8.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        raise SynthgateError(f"{shown}: cannot be read: {error.strerror}") from error
    return decode(raw, shown=shown, limit=limit)


def decode(raw: bytes, *, shown: str, limit: int = MAX_BYTES) -> str:
    """UTF-8 text of at most `limit` bytes.

    Raises:
        SynthgateError: it is larger, or is not UTF-8.
    """
    if len(raw) > limit:
        raise SynthgateError(
            f"{shown}: larger than {limit:,} bytes, the most that is read; split the template"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SynthgateError(
            f"{shown}: not UTF-8 at byte {error.start}; save the file as UTF-8"
        ) from error


class _DuplicateKeyError(ValueError):
    def __str__(self) -> str:
        return f"key {self.args[0]!r} stands twice in one object"


def parse_json(text: str) -> Json:
    """JSON in which no object repeats a key."""
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKeyError(key)
            seen.add(key)
    return found


def _parse_yaml(text: str, *, shown: str) -> Json:
    from compliance.assembly import yaml  # noqa: PLC0415 - most templates are JSON

    return yaml.parse(text, shown=shown)


def _too_deep(text: str, *, shown: str) -> SynthgateError:
    place = json_places.nested_too_deeply(text, limit=MAX_DEPTH)
    return SynthgateError(
        f"{_at(shown, place)}: nested too deeply; at most {MAX_DEPTH} levels are read"
    )


def _at(shown: str, place: str) -> str:
    return f"{shown}:{place}" if place else shown


def _is_shallow(document: Json, *, shown: str) -> bool:
    level = [document]
    loops = False
    for _ in range(MAX_DEPTH):
        objects = [value for value in level if isinstance(value, dict)]
        loops = loops or any(key.startswith(LOOP) for value in objects for key in value)
        level = [child for value in objects for child in value.values()] + [
            child for value in level if isinstance(value, list) for child in value
        ]
        if not level:
            break
    else:
        return False
    if loops:
        _refuse_loop(document, shown=shown)
    return True


def _refuse_loop(node: Json, *, shown: str, place: str = "") -> None:
    """Name the first `Fn::ForEach`: what it unfolds to would go unjudged."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            where = f"{place}.{key}" if place else key
            if key.startswith(LOOP):
                raise SynthgateError(
                    f"{shown}: {where}: loops are not unrolled; "
                    "give the template as CloudFormation has processed it"
                )
            _refuse_loop(value, shown=shown, place=where)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            _refuse_loop(value, shown=shown, place=f"{place}[{index}]")


def _check_shape(document: Json, *, shown: str) -> None:
    if not isinstance(document, Mapping):
        raise SynthgateError(
            f"{shown}: not a CloudFormation template: an object with 'Resources' is expected, "
            f"found {_short(document)}"
        )
    resources = document.get("Resources")
    if not isinstance(resources, Mapping):
        raise SynthgateError(
            f"{shown}: not a CloudFormation template: 'Resources' is "
            + (
                f"expected to be an object, found {_short(resources)}"
                if "Resources" in document
                else "missing; give a template, or the cdk.out folder that holds it"
            )
        )
    for logical_id, body in resources.items():
        if not isinstance(body, Mapping) or not isinstance(body.get("Type"), str):
            raise SynthgateError(
                f"{shown}: Resources.{logical_id}: an object with a 'Type' is expected, "
                f"found {_short(body)}"
            )


def _check_order(document: Mapping[str, Json], *, shown: str) -> None:
    # A macro, SAM's above all, may take apart what waits for itself as it is written.
    circle = () if "Transform" in document else circles.first_circle(document["Resources"])
    if circle:
        raise SynthgateError(
            f"{shown}: Resources.{circle[0]}: circular dependency, which CloudFormation refuses: "
            f"{' -> '.join(circle[:MAX_CIRCLE])}; remove one of the references"
        )


def _short(value: Json) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."
