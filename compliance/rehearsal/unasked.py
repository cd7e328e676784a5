"""What AWS asks permission for, and the local AWS does not: `exercisable`, read the other way.

There, a grant may stand without having been used, because nothing tells of it here. Here, it has to
be there: without it, all works on a local AWS, and not in the account.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compliance.findings import Outcome
from compliance.rehearsal import invoking, stored
from compliance.rehearsal.allowed import Answer, Request, answer
from compliance.rehearsal.model import Kind
from compliance.rehearsal.needs import NEEDS, RECORDS, SERVICES, service
from compliance.rehearsal.physical import Physical
from compliance.rehearsal.rules import SUFFICIENT, finding
from compliance.rehearsal.surroundings import Surroundings, delegates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from compliance.assembly.model import Assembly
    from compliance.findings import Finding
    from compliance.rehearsal.functions import Function
    from compliance.rehearsal.model import Grant
    from compliance.rehearsal.needs import Need
    from compliance.rehearsal.routing import Route
    from compliance.rehearsal.stage import Stage

_LOCATION: Final = "Properties.Role"
_OF_AWS: Final = "alias/aws/"
_OUTCOMES: Final = {Answer.NO: Outcome.FAIL, Answer.PERHAPS: Outcome.UNDECIDED}
_RANKS: Final = (Answer.NO, Answer.PERHAPS, Answer.YES)


def findings(
    grants: Sequence[Grant],
    functions: Sequence[Function],
    *,
    stage: Stage,
    assembly: Assembly,
    routes: Iterable[Route],
    api: str,
) -> list[Finding]:
    """What AWS would refuse, though the rehearsal saw it work.

    Args:
        grants: all that is deployed.
        functions: those deployed.
        stage: where they are deployed.
        assembly: what was deployed.
        routes: of the API.
        api: id and stage of the API, such as `a1b2c3/v1`.

    Returns:
        One finding for each function and thing that its role lacks, and one for each operation
        whose function API Gateway may not invoke. Undecided where a condition or a value of the
        template cannot be told. Denials are not looked at.
    """
    physical = Physical(stage, assembly)
    found: list[Finding] = []
    roles = {grant.holder for grant in grants if grant.kind is Kind.TRUST}
    for function in functions:
        if function.role not in roles:
            found.append(_stranger(function))
            continue
        for need in (*NEEDS, *stored.needs(function, grants, physical)):
            found += _of_need(function, need, grants)
        found += _untold(function)
    calls = invoking.calls(stage, assembly, routes, api=api)
    return [*found, *(each for call in calls for each in _of_call(call, grants, functions))]


def _of_need(function: Function, need: Need, grants: Sequence[Grant]) -> Iterator[Finding]:
    for resource in need.on(function):
        if _OF_AWS in resource:
            continue  # The policy of AWS's own key lets the account use it through its service.
        asked = {each.action: _answer(grants, each) for each in need.requests(function, resource)}
        for said, outcome in _OUTCOMES.items():
            lacking = [action for action, found in asked.items() if found is said]
            if lacking:
                yield _lacking(function, need, lacking, resource=resource, outcome=outcome)


def _stranger(function: Function) -> Finding:
    return finding(
        SUFFICIENT,
        f"What {_role(function)} may do is not in these stacks: whether AWS would refuse what "
        "Lambda does in its name cannot be told here.",
        place=function.place,
        location=_LOCATION,
        observed=function.role,
        remediation="Give the function a role of these stacks.",
        outcome=Outcome.UNDECIDED,
    )


def _untold(function: Function) -> Iterator[Finding]:
    for arn in function.destinations:
        if service(arn) not in SERVICES:
            yield finding(
                SUFFICIENT,
                f"What {_role(function)} needs to send events to {arn} cannot be told, and the "
                "local AWS does not ask for it.",
                place=function.place,
                location=_LOCATION,
                observed=arn,
                remediation=f"Read {RECORDS}, and accept this with a waiver.",
                outcome=Outcome.UNDECIDED,
            )


def _answer(grants: Sequence[Grant], request: Request) -> Answer:
    is_key = request.action.startswith("kms:")
    if is_key and (service(request.resource) != "kms" or "alias/" in request.resource):
        # A key that cannot be told; or told by its alias, where a policy names the key itself.
        return Answer.PERHAPS
    said = answer(grants, request)
    own = [
        grant
        for grant in grants
        if grant.kind is Kind.RESOURCE and grant.holder == request.resource
    ]
    if not (is_key and own):
        return said
    # What a key's policy neither allows the role nor leaves to IAM, no policy of a role allows.
    left = [
        replace(grant, principal=request.principal)
        for grant in own
        if delegates(grant, Surroundings())
    ]
    own_word = answer([*own, *left], request)
    return min(said, own_word, key=_RANKS.index)


def _lacking(
    function: Function, need: Need, actions: Sequence[str], *, resource: str, outcome: Outcome
) -> Finding:
    whom = need.principal.partition(":")[2] or _role(function)
    what = f"{' and '.join(actions)} on {resource} to {whom}"
    refused = (
        f"AWS would refuse {what}"
        if outcome is Outcome.FAIL
        else f"Whether AWS would refuse {what} cannot be told here"
    )
    found = finding(
        SUFFICIENT,
        f"{refused} ({need.name}); the local AWS does not ask. Without it, {need.without}.",
        place=function.place,
        location=_LOCATION,
        observed=f"{', '.join(actions)} on {resource}",
        remediation=f"Grant it as this page says: {need.source}",
        outcome=outcome,
    )
    return replace(found, severity=need.severity)


def _role(function: Function) -> str:
    return f"the role {function.role.rpartition('/')[2]}"


def _of_call(
    call: invoking.Call, grants: Sequence[Grant], functions: Sequence[Function]
) -> Iterator[Finding]:
    arns = [function.arn for function in functions]
    known = any(call.function == arn or call.function.startswith(f"{arn}:") for arn in arns)
    said = answer(grants, call.request) if known else Answer.PERHAPS
    if said is Answer.YES:
        return
    outcome = _OUTCOMES[said]
    refused = (
        f"AWS would refuse {invoking.ACTION} on {call.function} to API Gateway for {call.what}"
        if outcome is Outcome.FAIL
        else f"Whether AWS would refuse {invoking.ACTION} to API Gateway for {call.what} cannot be "
        f"told here: {call.seen}"
    )
    yield finding(
        SUFFICIENT,
        f"{refused}; the local AWS does not ask. Without it, every call answers 500.",
        place=call.place,
        location=call.what,
        observed=call.seen,
        remediation="Give the function a permission (AWS::Lambda::Permission) for "
        f"{invoking.PRINCIPAL} with this SourceArn: {invoking.SOURCE}",
        outcome=outcome,
    )
