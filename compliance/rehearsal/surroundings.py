"""Who does what leaves no trail, and to what: what the list's entries ask of a grant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.rehearsal.evidence import takes_in_resource
from compliance.rehearsal.model import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from compliance.rehearsal.functions import Function
    from compliance.rehearsal.model import Call, Grant

LAMBDA: Final = "lambda.amazonaws.com"
_ACCOUNT: Final = re.compile(r"AWS:(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?")
_VIA: Final = re.compile(r"([a-z0-9-]+)\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an entry may ask about beside the grant.

    Attributes:
        functions: those deployed, by the ARN of their role.
        trusted: the principals that may assume a role, by its ARN.
        used: the services that a role was seen to call, by its ARN.
        calls: the API's calls that succeeded.
        api: id and stage of the API, such as `a1b2c3/v1`.
    """

    functions: Mapping[str, tuple[Function, ...]] = field(default_factory=dict)
    trusted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    used: Mapping[str, frozenset[str]] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    api: str = ""

    @classmethod
    def of(
        cls,
        grants: Iterable[Grant],
        *,
        functions: Iterable[Function] = (),
        used: Mapping[str, Collection[str]] | None = None,
        calls: Iterable[Call] = (),
        api: str = "",
    ) -> Surroundings:
        """Gather it.

        Args:
            grants: all of them; who may assume a role is told by its trust.
            functions: those deployed.
            used: the services that a role was seen to call, by its ARN.
            calls: of the API.
            api: id and stage of the API.
        """
        by_role: dict[str, list[Function]] = defaultdict(list)
        for function in functions:
            by_role[function.role].append(function)
        trusted: dict[str, set[str]] = defaultdict(set)
        for grant in grants:
            if grant.kind is Kind.TRUST:
                trusted[grant.holder].add(grant.principal)
        return cls(
            functions={role: tuple(found) for role, found in by_role.items()},
            trusted={role: frozenset(found) for role, found in trusted.items()},
            used={role: frozenset(found) for role, found in (used or {}).items()},
            calls=tuple(call for call in calls if call.status < 400),  # noqa: PLR2004 - HTTP's
            api=api,
        )

    def any_function(self, role: str, of: Callable[[Function], bool]) -> bool:
        """Whether a role has a function of this kind."""
        return any(of(function) for function in self.functions.get(role, ()))


Applies = Callable[["Grant", Surroundings], bool]
"""Whether a grant is for one certain thing that AWS does."""


def in_vpc(grant: Grant, around: Surroundings) -> bool:
    """Whether a role has a function in a VPC."""
    return around.any_function(grant.holder, lambda function: function.in_vpc)


def traced(grant: Grant, around: Surroundings) -> bool:
    """Whether a role has a function that is traced."""
    return around.any_function(grant.holder, lambda function: function.traced)


def own_logs(grant: Grant, around: Surroundings) -> bool:
    """Whether a grant is on the log group of one of the role's functions."""

    def is_own(function: Function) -> bool:
        forms = ("", ":*", ":log-stream:*")
        return grant.resource in {f"{function.log_group}{form}" for form in forms}

    return around.any_function(grant.holder, is_own)


def destination(grant: Grant, around: Surroundings) -> bool:
    """Whether it is on where one of them has its events and results put."""
    return around.any_function(
        grant.holder, lambda function: grant.resource in function.destinations
    )


def environment_key(grant: Grant, around: Surroundings) -> bool:
    """Whether it is on the key of the environment of one of them."""
    return around.any_function(grant.holder, lambda function: grant.resource in function.keys)


def destination_key(grant: Grant, around: Surroundings) -> bool:
    """Whether it is on the key of where one of them has its events put."""
    return around.any_function(
        grant.holder, lambda function: grant.resource in function.destination_keys
    )


def via(service: str) -> Applies:
    """A key that this service alone can be made to use, of a role that uses the service."""

    def applies(grant: Grant, around: Surroundings) -> bool:
        named = grant.conditions.get("StringEquals", {})
        values = named.get("kms:ViaService", ()) if isinstance(named, Mapping) else ()
        services = {
            match[1] if match else ""
            for value in ([values] if isinstance(values, str) else values)
            for match in (_VIA.fullmatch(str(value)),)
        }
        return (
            services == {service}
            and service in around.used.get(grant.holder, ())
            and not set("*?!") & set(grant.resource)
        )

    return applies


def only_trusts(*services: str) -> Applies:
    """A role that this service alone may assume."""
    wanted = {f"Service:{service}" for service in services}

    def applies(grant: Grant, around: Surroundings) -> bool:
        return around.trusted.get(grant.holder, frozenset()) == wanted

    return applies


def runs_functions(grant: Grant, around: Surroundings) -> bool:
    """Whether Lambda is trusted with a role that functions run under."""
    return grant.principal == f"Service:{LAMBDA}" and bool(around.functions.get(grant.holder))


def role_of_service(grant: Grant, around: Surroundings) -> bool:
    """Whether a service other than Lambda, and nobody else, is trusted with a role."""
    service = grant.principal.removeprefix("Service:")
    alone = around.trusted.get(grant.holder, frozenset()) == {grant.principal}
    return alone and service not in (grant.principal, LAMBDA)


def service(pattern: str) -> Applies:
    """A grant to a service whose name is of this pattern."""
    named = re.compile(f"Service:{pattern}")

    def applies(grant: Grant, _around: Surroundings) -> bool:
        return named.fullmatch(grant.principal) is not None

    return applies


def delegates(grant: Grant, _around: Surroundings) -> bool:
    """Whether a key's policy leaves the decision to its own account's policies."""
    account = _ACCOUNT.fullmatch(grant.principal)
    return (
        grant.place.resource_type == "AWS::KMS::Key"
        and account is not None
        and f":{account[1]}:" in grant.holder
    )


def called(grant: Grant, around: Surroundings) -> bool:
    """Whether API Gateway invoked a function by virtue of a permission."""
    return grant.principal == "Service:apigateway.amazonaws.com" and bool(
        invocations(grant, around)
    )


def invocations(grant: Grant, around: Surroundings) -> tuple[str, ...]:
    """The operations for which API Gateway invoked a function by virtue of a permission.

    Args:
        grant: of `lambda:InvokeFunction` to API Gateway, on condition of the method's ARN
            (API Gateway Developer Guide, 'Control access to a REST API with IAM permissions').
        around: with the calls that succeeded.
    """
    found = set()
    for operator in ("ArnLike", "ArnEquals", "StringEquals", "StringLike"):
        named = grant.conditions.get(operator, {})
        for key, values in named.items() if isinstance(named, Mapping) else ():
            if key.lower() != "aws:sourcearn":
                continue
            for pattern in [values] if isinstance(values, str) else values:
                # `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>`
                api = str(pattern).rpartition(":")[2]
                found |= {
                    call.operation
                    for call in around.calls
                    if takes_in_resource(api, f"{around.api}/{call.method}{call.path}")
                }
    return tuple(sorted(found - {""}))
