"""Who does what leaves no trail, and to what: what the list's entries ask of a grant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.rehearsal.evidence import takes_in_resource, within
from compliance.rehearsal.model import Kind
from compliance.rehearsal.wiring import Wiring, unqualified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.rehearsal.functions import Function
    from compliance.rehearsal.model import Call, Grant, Use

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
        touched: the resources on which it did, by its ARN.
        calls: the API's calls that succeeded.
        api: id and stage of the API, such as `a1b2c3/v1`.
        wiring: what AWS does between the resources.
    """

    functions: Mapping[str, tuple[Function, ...]] = field(default_factory=dict)
    trusted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    used: Mapping[str, frozenset[str]] = field(default_factory=dict)
    touched: Mapping[str, frozenset[str]] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    api: str = ""
    wiring: Wiring = field(default_factory=Wiring)

    @classmethod
    def of(
        cls,
        grants: Iterable[Grant],
        *,
        functions: Iterable[Function] = (),
        uses: Iterable[Use] = (),
        calls: Iterable[Call] = (),
        api: str = "",
        wiring: Wiring | None = None,
    ) -> Surroundings:
        """Gather it.

        Args:
            grants: all of them; who may assume a role is told by its trust.
            functions: those deployed.
            uses: by which a grant was exercised.
            calls: of the API.
            api: id and stage of the API.
            wiring: what AWS does between the resources; nothing is known of it by default.
        """
        by_role: dict[str, list[Function]] = defaultdict(list)
        for function in functions:
            by_role[function.role].append(function)
        trusted: dict[str, set[str]] = defaultdict(set)
        for grant in grants:
            if grant.kind is Kind.TRUST:
                trusted[grant.holder].add(grant.principal)
        used: dict[str, set[str]] = defaultdict(set)
        touched: dict[str, set[str]] = defaultdict(set)
        for use in uses:
            used[use.principal].add(use.action.partition(":")[0])
            touched[use.principal].add(use.resource)
        return cls(
            functions={role: tuple(found) for role, found in by_role.items()},
            trusted={role: frozenset(found) for role, found in trusted.items()},
            used={role: frozenset(found) for role, found in used.items()},
            touched={role: frozenset(found) for role, found in touched.items()},
            calls=tuple(call for call in calls if call.status < 400),  # noqa: PLR2004 - HTTP's
            api=api,
            wiring=wiring or Wiring(),
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
    """A key that this service alone can be made to use, of a role that uses the service.

    The statement's condition says so; or else, without one, the key is that of a resource that the
    role was seen to use.
    """

    def applies(grant: Grant, around: Surroundings) -> bool:
        named = [each for each in grant.conditions.values() if isinstance(each, Mapping)]
        if "kms:viaservice" not in {key.lower() for each in named for key in each}:
            return _key_of_used(grant, around, service)
        equal = grant.conditions.get("StringEquals", {})
        values = equal.get("kms:ViaService", ()) if isinstance(equal, Mapping) else ()
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


def _key_of_used(grant: Grant, around: Surroundings, service: str) -> bool:
    """Whether a grant is on the key of a resource of a service that its role was seen to use."""
    return any(
        grant.resource in keys
        and encrypted.split(":")[2] == service
        and any(within(each, encrypted) for each in around.touched.get(grant.holder, ()))
        for encrypted, keys in around.wiring.keys.items()
    )


def _at_work(grant: Grant, around: Surroundings) -> bool:
    """Whether a deployed resource works under the grant's role."""
    return grant.role in around.wiring.at_work


def only_trusts(*services: str) -> Applies:
    """A role that this service alone may assume, and that a resource works under."""
    wanted = {f"Service:{service}" for service in services}

    def applies(grant: Grant, around: Surroundings) -> bool:
        alone = around.trusted.get(grant.holder, frozenset()) == wanted
        return alone and _at_work(grant, around)

    return applies


def runs_functions(grant: Grant, around: Surroundings) -> bool:
    """Whether Lambda is trusted with a role that functions run under."""
    return grant.principal == f"Service:{LAMBDA}" and bool(around.functions.get(grant.holder))


def role_of_service(grant: Grant, around: Surroundings) -> bool:
    """Whether a service other than Lambda, and nobody else, is trusted with a role at work."""
    service = grant.principal.removeprefix("Service:")
    alone = around.trusted.get(grant.holder, frozenset()) == {grant.principal}
    return alone and service not in (grant.principal, LAMBDA) and _at_work(grant, around)


def service(pattern: str) -> Applies:
    """A grant to a service whose name is of this pattern."""
    named = re.compile(f"Service:{pattern}")

    def applies(grant: Grant, _around: Surroundings) -> bool:
        return named.fullmatch(grant.principal) is not None

    return applies


def delegates(grant: Grant, _around: Surroundings) -> bool:
    """Whether a key's policy leaves the decision to its own account's policies."""
    return _delegates(grant)


def _delegates(grant: Grant) -> bool:
    account = _ACCOUNT.fullmatch(grant.principal)
    return (
        grant.place.resource_type == "AWS::KMS::Key"
        and account is not None
        and f":{account[1]}:" in grant.holder
    )


def is_for_all(grant: Grant) -> bool:
    """Whether a resource's policy lets in everybody, or everybody of an account.

    A key that leaves the decision to its account's policies does not.
    """
    everybody = grant.principal == "*" or grant.principal.startswith("!")
    account = _ACCOUNT.fullmatch(grant.principal) is not None
    return grant.kind is Kind.RESOURCE and (everybody or (account and not _delegates(grant)))


def called(grant: Grant, around: Surroundings) -> bool:
    """Whether API Gateway invoked a function by virtue of a permission."""
    return grant.principal == "Service:apigateway.amazonaws.com" and bool(
        invocations(grant, around)
    )


def invocations(grant: Grant, around: Surroundings) -> tuple[str, ...]:
    """The operations for which API Gateway invoked a function by virtue of a permission.

    Those whose method is integrated with this function, and whose ARN the permission is for. A
    permission that does not name the API is for others, too.

    Args:
        grant: of `lambda:InvokeFunction` to API Gateway, on condition of the method's ARN
            (API Gateway Developer Guide, 'Control access to a REST API with IAM permissions').
        around: with the calls that succeeded.
    """
    api = f"{around.wiring.apis}{around.api.partition('/')[0]}/"
    named = [each for each in source_arns(grant) if each.startswith(api)]
    own = {
        method.operation
        for method in around.wiring.methods
        if unqualified(method.function) == unqualified(grant.holder)
    }
    # `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>`
    found = {
        call.operation
        for call in around.calls
        for source in (f"{around.wiring.apis}{around.api}/{call.method}{call.path}",)
        if call.operation in own and any(takes_in_resource(each, source) for each in named)
    }
    return tuple(sorted(found))


def source_arns(grant: Grant) -> list[str]:
    """The patterns of `aws:SourceArn` that a grant is conditioned on."""
    found: list[str] = []
    for operator in ("ArnLike", "ArnEquals", "StringEquals", "StringLike"):
        named = grant.conditions.get(operator, {})
        for key, values in named.items() if isinstance(named, Mapping) else ():
            if key.lower() == "aws:sourcearn":
                found += [values] if isinstance(values, str) else map(str, values)
    return found
