"""What a rule is, and what it sees.

A rule is one small class in a file of its own. It is handed a resource of one of its types and says
what it found; it knows nothing of engines, waivers or reports.
"""

from __future__ import annotations

import enum
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from compliance.findings import Outcome, Severity
from compliance.intrinsics import Resolver, Text, Unknown, Value

if TYPE_CHECKING:
    from compliance.assembly.model import Assembly, Json, Resource, Template
    from compliance.config import Config

T = TypeVar("T")

MAX_OBSERVED: Final = 300
"""Characters of a value that a finding shows."""


class Family(enum.StrEnum):
    """The three things the catalogue is about."""

    IAM = "iam"
    API = "api"
    LOG = "log"


class Standard(enum.StrEnum):
    """A catalogue of controls that others know, in the version that the ids are of."""

    NIST = "NIST SP 800-53 Rev. 5"
    CIS = "CIS AWS Foundations Benchmark v3.0.0"
    FSBP = "AWS Foundational Security Best Practices"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule's word on one resource, or on one place in it.

    Attributes:
        outcome: pass, fail or undecided.
        message: what was seen and why it matters; empty for a pass.
        location: property path, empty for the whole resource.
        observed: the value seen, ready to show.
        severity: when this case is milder or graver than the rule's own.
        remediation: when this case is mended differently.
    """

    outcome: Outcome
    message: str = ""
    location: str = ""
    observed: str = ""
    severity: Severity | None = None
    remediation: str = ""


PASSED: Final = Judgement(Outcome.PASS)


@dataclass(frozen=True)
class Context:
    """What a rule may ask about.

    Attributes:
        assembly: all templates of the run.
        config: the policy data.
        environment: name of the assembly's environment, empty when it has none.
    """

    assembly: Assembly
    config: Config
    environment: str = ""
    _resolvers: dict[int, Resolver] = field(default_factory=dict, repr=False)
    _answers: dict[Callable[[Context], Any], Any] = field(default_factory=dict, repr=False)

    def resolver(self, template: Template) -> Resolver:
        """The resolver of a template's values."""
        found = self._resolvers.get(id(template))
        if found is None:
            found = self._resolvers[id(template)] = Resolver(template, self.assembly)
        return found

    def of(self, resource: Resource) -> Resolver:
        """The resolver of a resource's values."""
        return self.resolver(resource.template)

    def get(self, resource: Resource, *path: str) -> tuple[Value, ...]:
        """Alternatives of a property of a resource; `ABSENT` among them where it is not set."""
        return self.of(resource).get(resource.properties, *path)

    def answer(self, question: Callable[[Context], T]) -> T:
        """What a function says of the whole assembly, worked out when first asked."""
        if question not in self._answers:
            self._answers[question] = question(self)
        found: T = self._answers[question]
        return found


class Rule(ABC):
    """One rule of the catalogue.

    Attributes:
        id: canonical id, such as `IAM01`.
        family: which of the three families it belongs to.
        severity: unless a judgement says otherwise.
        title: the state that passes.
        rationale: why it matters.
        remediation: how to mend a failure.
        references: addresses of the AWS pages that the rule rests on.
        controls: ids of the controls that the rule serves, by standard; empty where none fits.
        stock: rules of cdk-nag and Checkov that say the same of the same resource; reports show
            their findings with this rule's, instead of a second and third time. An id of one pack
            (`AwsSolutions-APIG1`), of all of its findings that begin so (`AwsSolutions-IAM4[*]`),
            of any pack (`APIGWAccessLogging`), or of Checkov (`CKV_AWS_76`).
        settings: policy data of `[tool.synthgate]` that the rule asks for, such as
            `iam.known-accounts`.
        resource_types: types that it is asked about.
    """

    id: ClassVar[str]
    family: ClassVar[Family]
    severity: ClassVar[Severity]
    title: ClassVar[str]
    rationale: ClassVar[str]
    remediation: ClassVar[str]
    references: ClassVar[tuple[str, ...]]
    controls: ClassVar[Mapping[Standard, tuple[str, ...]]] = {}
    stock: ClassVar[tuple[str, ...]] = ()
    settings: ClassVar[tuple[str, ...]] = ()
    resource_types: ClassVar[tuple[str, ...]]

    @abstractmethod
    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge one resource.

        Yields:
            Failures and undecided places, or `PASSED` once when the rule looked and found nothing
            to say against; nothing at all when it does not apply.
        """


def fail(
    message: str,
    *,
    location: str = "",
    observed: Value = "",
    severity: Severity | None = None,
    remediation: str = "",
) -> Judgement:
    """A failure."""
    return Judgement(Outcome.FAIL, message, location, show(observed), severity, remediation)


def undecided(
    message: str, *, location: str = "", observed: Value = "", severity: Severity | None = None
) -> Judgement:
    """A value that only the deployment knows."""
    return Judgement(Outcome.UNDECIDED, message, location, show(observed), severity)


def unknown(what: str, value: Value, *, location: str = "") -> Judgement:
    """An undecided judgement: `what` is known only at deploy time, and why if that is told."""
    reason = f": {value.reason}" if isinstance(value, Unknown) else ""
    return undecided(
        f"{what} is known only at deploy time{reason}.", location=location, observed=value
    )


def or_passed(judgements: Iterator[Judgement]) -> Iterator[Judgement]:
    """The judgements, or a pass when there is none: for a rule that has looked at all there is."""
    empty = True
    for judgement in judgements:
        empty = False
        yield judgement
    if empty:
        yield PASSED


def show(value: Value) -> str:
    """A value as a finding shows it: text as it is, anything else as compact JSON, cut short."""
    text = _written(value)
    if len(text) <= MAX_OBSERVED:
        return text
    from compliance.masking import mask_text, mask_value  # noqa: PLC0415 - rarely needed

    # Reports mask what looks like a secret; half of one that is cut here would not look like it.
    text = mask_text(text) if _is_text(value) else _written(mask_value(_plain(value)))
    return text if len(text) <= MAX_OBSERVED else f"{text[: MAX_OBSERVED - 1]}…"


def _is_text(value: Value) -> bool:
    return isinstance(value, str | Text | Unknown)


def _written(value: Value | Json) -> str:
    if _is_text(value):
        return str(value)
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), default=str)


def _plain(value: Json) -> Json:
    if isinstance(value, Mapping):
        return dict(value)
    return value
