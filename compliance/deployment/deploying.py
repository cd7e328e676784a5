"""The deployment of an attested assembly, from the check to the record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compliance import cdk_cli
from compliance.attestation import bootstrapped
from compliance.attestation.mismatches import Kind
from compliance.attestation.verifying import verify
from compliance.deployment import account as accounts
from compliance.deployment import copying, records
from compliance.deployment.command import Cli
from compliance.deployment.errors import Refused
from compliance.deployment.running import Deployment
from compliance.deployment.stacks import ordered
from compliance.findings import SynthgateError
from compliance.sanitize import clean

if TYPE_CHECKING:
    from compliance.attestation.model import Statement
    from compliance.deployment.account import Account
    from compliance.deployment.copying import Copy
    from compliance.deployment.model import Request, Result
    from compliance.deployment.stacks import Stack

LOG: Final = "deploy.log"
"""What the CDK CLI printed, of all deployments."""


def deploy(request: Request) -> Result:
    """Deploy an assembly that an attestation holds for, and nothing else.

    Returns:
        `deployed`, or `unchanged` when no stack had anything to change.

    Raises:
        SynthgateError: something is unreadable, or not fit to be deployed; nothing was touched.
        Refused: the attestation does not hold, a stack's state does not allow it, or somebody said
            no; the reasons name everything that differs.
        DeploymentError: it broke; its guidance says what to do.
    """
    accounts.refuse_own_settings(request.environ)
    program = cdk_cli.command_line(request.environ)
    record = request.out / records.FILE
    records.writable(record)
    with copying.private(request.folder, request.attestation) as copy:
        try:
            account, statement, key = _verified(request, copy)
            assembly = copying.readable(copy)
            stacks = ordered(assembly)
            named = bootstrapped.named(assembly)
        except SynthgateError as error:
            raise SynthgateError(_named(str(error), request, copy)) from error
        _refuse_elsewhere(stacks, account, statement, named)
        log = (request.out / LOG).absolute()
        return Deployment(
            request=request,
            account=account,
            statement=statement,
            key=key,
            cli=Cli(program, copy, account, request.environ, log),
            assembly=assembly,
            stacks=stacks,
            others=tuple(str(each) for each in named if not each.is_own),
        ).run(record)


def _verified(request: Request, copy: Copy) -> tuple[Account, Statement, str]:
    """Who deploys, what is attested, and by which key; every mismatch is named."""
    request.progress("verifying the attestation")
    account, unknown = None, None
    try:
        account = accounts.ask(
            profile=request.profile, region=request.region, environ=request.environ
        )
    except SynthgateError as error:
        unknown = error
    expected = replace(
        request.expected,
        account=account.id if account else None,
        region=request.region,
        everything=True,
    )
    found = verify(copy.assembly, copy.attestation, expected=expected)
    reasons = [
        _named(mismatch.message, request, copy)
        for mismatch in found.mismatches
        # Without an account, what AWS said tells more.
        if account is not None or mismatch.kind is not Kind.ACCOUNT
    ]
    # The account of another environment says nothing of this one's.
    elsewhere = any(mismatch.kind is Kind.ENVIRONMENT for mismatch in found.mismatches)
    configured = None if elsewhere else request.configured
    if account is not None and configured is not None and configured != account.id:
        reasons.append(
            f"account: [tool.synthgate.deploy] accounts names {configured} for "
            f"{request.environment}, and these are credentials of {account.id}; use those of the "
            "account that is named"
        )
    if reasons or (found.statement is None and unknown is None):
        raise Refused(*reasons, *([str(unknown)] if unknown else []))
    if account is None or found.statement is None:
        raise unknown or SynthgateError("nothing is attested")
    return account, found.statement, found.key


def _named(text: str, request: Request, copy: Copy) -> str:
    """A text that names the user's files, not their copies."""
    text = text.replace(str(copy.attestation), str(request.attestation))
    return text.replace(str(copy.assembly), str(request.folder))


def _refuse_elsewhere(
    stacks: tuple[Stack, ...],
    account: Account,
    statement: Statement,
    named: tuple[bootstrapped.Named, ...],
) -> None:
    """Refuse stacks, roles and buckets of another account, or a region that is not attested."""
    regions = statement.gate.regions
    reasons = [
        f"account: {stack.name} goes to {stack.account}, and these are credentials of "
        f"{account.id}; one deployment goes to one account"
        for stack in stacks
        if stack.account not in {"", account.id}
    ]
    reasons += [
        f"region: {stack.name} names none and would go to {account.region}; attested "
        f"{', '.join(regions)}; name one of these with --region"
        for stack in stacks
        if not stack.region and regions and account.region not in regions
    ]
    reasons += [
        f"account: {clean(each.whose)}: {each.what} {clean(each.value)} is of {each.account}, and "
        f"these are credentials of {account.id}; one deployment goes to one account"
        for each in named
        if each.account not in {"", account.id}
    ]
    if reasons:
        raise Refused(*reasons)
