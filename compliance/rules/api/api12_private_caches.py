"""API12: a cache never hands one caller's answer to another, and is encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value, truth, whole
from compliance.rules import sam
from compliance.rules.api import apis, methods
from compliance.rules.api.methods import HEADER, Method
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    unknown,
)
from compliance.rules.branches import branches
from compliance.rules.stages import DEPLOYMENT, REST_STAGES, is_of_stage, is_stage, settings

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from compliance.assembly.model import Resource

PROPERTIES: Final = (
    "CacheClusterEnabled",
    "MethodSettings",
    "RestApiId",
    "StageDescription",
    "StageName",
)
BY_DEFAULT: Final = ("GET", "ANY", None)
"""Methods that a stage's own setting caches (Developer Guide: 'only GET methods')."""
MAX_NAMED: Final = 5
"""How many methods a finding names."""


@dataclass(frozen=True, eq=False)
class _Block:
    """Settings of a stage, or of some of its methods.

    Attributes:
        place: where they stand.
        path: the methods' path, `None` for every path.
        verb: the methods' HTTP method, `None` for every one.
        caching: whether answers are cached; `None` when nothing is said.
        encrypted: whether the cache is encrypted, as it is written.
    """

    place: str
    path: str | None
    verb: str | None
    caching: bool | Unknown | None
    encrypted: tuple[Value, ...]

    @property
    def is_of_stage(self) -> bool:
        return self.path is None and self.verb is None


@dataclass(frozen=True)
class _Settled:
    """The blocks that say whether answers are cached.

    Attributes:
        by_default: the first about the whole stage.
        own: the first about a path and a verb, with its position; `None` stands for any.
    """

    by_default: _Block | None
    own: Mapping[tuple[str | None, str | None], tuple[int, _Block]]

    @classmethod
    def of(cls, blocks: list[_Block]) -> _Settled:
        told = [block for block in blocks if block.caching is not None]
        own: dict[tuple[str | None, str | None], tuple[int, _Block]] = {}
        for position, block in enumerate(told):
            if not block.is_of_stage:
                own.setdefault((block.path, block.verb), (position, block))
        return cls(next((block for block in told if block.is_of_stage), None), own)

    def of_method(self, method: Method) -> _Block | None:
        """The block that decides for a method: the one that says most of it."""
        names = {(method.path, method.verb), (method.path, None), (None, method.verb)}
        found = [(name.count(None), *self.own[name]) for name in names if name in self.own]
        if found:
            *_, block = min(found, key=lambda each: each[:2])
            return block
        return self.by_default if method.verb in BY_DEFAULT else None


class PrivateCaches(Rule):
    """API12."""

    id = "API12"
    family = Family.API
    severity = Severity.HIGH
    title = "A cache never hands one caller's answer to another, and is encrypted"
    rationale = (
        "API Gateway looks an answer up by the method's cache key, and the caller is no part of "
        "it unless the key holds what says who calls: the next caller gets the last one's data. "
        "What is cached lies open unless its encryption is asked for."
    )
    remediation = (
        "Add `method.request.header.Authorization`, or the authorizer's identity source, to the "
        "integration's `cache_key_parameters` and the method's request parameters, and set "
        "`cache_data_encrypted=True`; or leave caching off where answers depend on the caller."
    )
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
    )
    controls = {
        Standard.FSBP: ("APIGateway.5",),
        Standard.NIST: (
            "CA-9(1)",
            "CM-3(6)",
            "SC-7(10)",
            "SC-13",
            "SC-28",
            "SC-28(1)",
            "SI-7(6)",
        ),
    }
    resource_types = REST_STAGES

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge a stage whose cache is on, and the methods of its API."""
        found: list[Judgement] = []
        applies = False
        for branch in branches(resource, *PROPERTIES) if is_stage(resource, context) else ():
            cluster = _cluster(branch, context)
            blocks = list(_blocks(branch, context))
            if cluster is False or not any(block.caching for block in blocks):
                continue
            applies = True
            judgements = [*_encryption(blocks), *_keys(resource, branch, blocks, context)]
            found += _doubted(judgements, whether=cluster)
        if applies:
            yield from or_passed(iter(dict.fromkeys(found)))


# -- what the stage's settings say ----------------------------------------------------------------


def _cluster(stage: Resource, context: Context) -> bool | Unknown:
    """Whether the stage has a cache at all."""
    outer = ("StageDescription",) if stage.type == DEPLOYMENT else ()
    return _truth(sam.get(stage, context, *outer, "CacheClusterEnabled")) or False


def _truth(values: tuple[Value, ...]) -> bool | Unknown | None:
    """Whether it is so in some branch; `None` when no branch says anything."""
    if any(truth(value) for value in values):
        return True
    for value in values:
        if isinstance(value, Text | Unknown):
            return value if isinstance(value, Unknown) else Unknown("it is told elsewhere")
    return None if all(value is ABSENT for value in values) else False


def _blocks(stage: Resource, context: Context) -> Iterator[_Block]:
    resolver = context.of(stage)
    for place, block in settings(stage, context):
        if isinstance(block, Unknown):
            yield _Block(place, None, None, block, (block,))
            continue
        of_stage = is_of_stage(place, block, resolver)
        caching = _truth(resolver.get(block, "CachingEnabled"))
        lifetimes = {whole(value) for value in resolver.get(block, "CacheTtlInSeconds")}
        yield _Block(
            place=place,
            path=None if of_stage else _path(resolver.get(block, "ResourcePath")),
            verb=None if of_stage else _verb(resolver.get(block, "HttpMethod")),
            # Answers that are kept for no time at all are not kept.
            caching=False if caching and lifetimes == {0} else caching,
            encrypted=resolver.get(block, "CacheDataEncrypted"),
        )


def _path(values: tuple[Value, ...]) -> str | None:
    """A setting's path as API Gateway writes it: `/~1items~1{id}` is `/items/{id}`."""
    path = str(values[0]).replace("~1", "/")
    return None if path == "/*" else f"/{path.lstrip('/')}"


def _verb(values: tuple[Value, ...]) -> str | None:
    verb = str(values[0]).upper()
    return None if verb == "*" else verb


# -- what follows ---------------------------------------------------------------------------------


def _encryption(blocks: list[_Block]) -> Iterator[Judgement]:
    """Judge whether what is cached is encrypted."""
    default = any(block.caching is True for block in blocks if block.is_of_stage)
    for block in blocks:
        said = any(value is not ABSENT for value in block.encrypted)
        caching = default and said if block.caching is None else block.caching
        location = f"{block.place}.CacheDataEncrypted"
        for value in block.encrypted if caching else ():
            if isinstance(value, Text | Unknown):
                yield unknown("Whether the cache is encrypted", value, location=location)
            elif not truth(value):
                judgement = fail(
                    "Answers are cached without encryption.",
                    location=location,
                    observed="absent" if value is ABSENT else value,
                )
                yield from _doubted([judgement], whether=caching)


def _keys(
    stage: Resource, branch: Resource, blocks: list[_Block], context: Context
) -> Iterator[Judgement]:
    """Judge whether the cache tells the callers of each method apart."""
    ids = frozenset({stage}) if stage.type == sam.API else apis.of(branch, context)
    on = next(block for block in blocks if block.caching)
    mixed: dict[_Block, list[str]] = {}
    settled = _Settled.of(blocks)
    for method in _methods(ids, context):
        if isinstance(method, Unknown):
            yield unknown(
                "Whether the cache tells callers apart",
                method,
                location=f"{on.place}.CachingEnabled",
            )
            continue
        block = settled.of_method(method)
        if block is None or not block.caching or method.is_authorized is False:
            continue
        apart = _are_told_apart(method)
        if apart is False and method.is_authorized:
            mixed.setdefault(block, []).append(method.name)
        elif not apart:
            yield unknown(
                f"Whether the cache tells the callers of {method.name} apart",
                Unknown("its authorization or its cache key is not wholly in the template"),
                location=f"{block.place}.CachingEnabled",
            )
    for block, names in mixed.items():
        more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
        judgement = fail(
            f"The cache key of {', '.join(names[:MAX_NAMED])}{more} does not hold who calls: one "
            "caller gets another's answer.",
            location=f"{block.place}.CachingEnabled",
            observed="true",
        )
        yield from _doubted([judgement], whether=block.caching)


def _methods(ids: frozenset[Hashable], context: Context) -> Iterator[Method | Unknown]:
    for api in ids:
        yield from methods.of_api(api, context)


def _are_told_apart(method: Method) -> bool | None:
    """Whether a method's cache key holds what says who calls; `None` if that is not known."""
    answers: list[bool | None] = []
    for keys in method.cache_keys:
        if keys is None:
            answers.append(None)
        elif method.identity is None:
            answers.append(True if HEADER in keys else None if keys else False)
        else:
            answers.append(method.identity <= keys)
    return False if False in answers else None if None in answers else True


def _doubted(judgements: list[Judgement], *, whether: bool | Unknown | None) -> Iterator[Judgement]:
    """The judgements, undecided where only the deployment knows whether anything is cached."""
    for judgement in judgements:
        if isinstance(whether, Unknown):
            yield unknown("Whether answers are cached", whether, location=judgement.location)
        else:
            yield judgement
