"""The stage of a rehearsal: deployed to a local AWS for the length of a block, or in an account."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from compliance.assembly import digests
from compliance.files import write_whole
from compliance.rehearsal import copying, deploying, executing, openapi, staging
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.local.aws import ACCOUNT, SECRET, LocalAws, running
from compliance.rehearsal.request import DEPLOYED, DESCRIPTION, DIFFERENCE, LOG
from compliance.rehearsal.stage import Credentials, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Assembly
    from compliance.rehearsal.model import Removal
    from compliance.rehearsal.request import Request
    from compliance.rehearsal.routing import Route


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scene:
    """A deployed stage, and what is known of it.

    Attributes:
        stage: where it is, and who may call it.
        stage_file: the same, for child processes; in a folder that ends with the block.
        environ: of those.
        assembly: what was deployed.
        routes: of its API.
    """

    stage: Stage
    stage_file: Path
    environ: Mapping[str, str]
    assembly: Assembly
    routes: tuple[Route, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Local(_Scene):
    """A stage on a local AWS.

    Attributes:
        given: the assembly that was given.
        digests: of its files, by name.
        removals: what of it was not deployed.
        aws: where it is deployed.
        execution: under which permissions it was deployed, for readers.
    """

    given: Assembly
    digests: Mapping[str, str]
    removals: tuple[Removal, ...]
    aws: LocalAws
    execution: str


@contextmanager
def local(request: Request, assembly: Assembly) -> Iterator[Local]:
    """Have an assembly deployed to a local AWS while the block runs.

    Raises:
        SynthgateError: the assembly is not fit for it.
        RehearsalError: the local AWS or the deployment broke; everything is stopped.
    """
    deploying.command_line(request.environ)
    account, region = _target(assembly)
    with running(
        python=request.python,
        region=region,
        account=account,
        port=request.port,
        environ=request.environ,
        kept_log=request.out / LOG,
    ) as aws:
        files, copy, removals, execution = _deployed(request, aws, assembly)
        with request.step("looking at what was deployed"):
            stage = _local_stage(request, aws, copy)
            stage_file = aws.folder / "stage.json"
            stage.write(stage_file)
        yield Local(
            stage=stage,
            stage_file=stage_file,
            environ=aws.tests_environ,
            assembly=copy,
            given=assembly,
            digests=files,
            removals=removals,
            routes=openapi.routes(copy),
            aws=aws,
            execution=execution,
        )


TRAIL_SECONDS: Final = 300
"""How late CloudTrail tells of a call, in seconds, on average and without a promise
(https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """A deployed stage, as a user names it.

    Attributes:
        profile: whose keys call the API and read the account; the default ones for `None`.
        region: where the stacks are; the profile's own for `None`.
        base_url: where the stage answers, if not by API Gateway's own name.
        token: access token of a user with every scope, for an API that asks for one.
        operator: whether contract tests may change settings and look into queues and buckets.
        stranger: profile of somebody of the same account whom nothing allows the API.
        trail_seconds: how long to wait until the trail has told of all calls.
    """

    profile: str | None = None
    region: str | None = None
    base_url: str | None = None
    token: str | None = field(default=None, repr=False)
    operator: bool = False
    stranger: str | None = None
    trail_seconds: float = TRAIL_SECONDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Account(_Scene):
    """A stage in an account."""


@contextmanager
def in_account(request: Request, assembly: Assembly, where: Where) -> Iterator[Account]:
    """Describe a stage that is deployed, while the block runs.

    Raises:
        RehearsalError: the account cannot be read, or the stacks are not there.
    """
    import boto3  # noqa: PLC0415 - an extra
    import botocore.session  # noqa: PLC0415 - likewise
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - likewise

    keys = Credentials(profile=where.profile)
    with tempfile.TemporaryDirectory(prefix="synthgate-rehearsal-") as name:
        with request.step("looking at what is deployed"):
            try:
                settings = botocore.session.Session(profile=where.profile)
                session: Any = boto3.Session(botocore_session=settings, region_name=where.region)
                found = staging.deployed(session.client("cloudformation"), assembly)
                api = staging.api(assembly, found, session.client("apigateway"))
                account = str(session.client("sts").get_caller_identity()["Account"])
            except (BotoCoreError, ClientError) as error:
                raise RehearsalError(
                    f"the account cannot be read: {error}; next: name a profile with --profile "
                    "and a region with --region"
                ) from error
            stage = Stage(
                base_url=(where.base_url or _invoke_url(api, session.region_name)).rstrip("/"),
                region=session.region_name,
                account=account,
                authorization=api.authorization,
                api_key=api.key,
                caller=keys,
                stranger=Credentials(profile=where.stranger) if where.stranger else None,
                operator=keys,
                # What boto3 trusts by the profile or the environment, the other calls trust too.
                ca_bundle=settings.get_config_variable("ca_bundle"),
                outputs=found.outputs,
                resources=found.resources,
                openapi=_described(request, assembly),
                tokens={"all": where.token} if where.token else {},
                local=False,
            )
            stage_file = Path(name) / "stage.json"
            # The contract tests change nothing but items, unless they are allowed to.
            replace(stage, operator=keys if where.operator else None).write(stage_file)
        yield Account(
            stage=stage,
            stage_file=stage_file,
            environ=request.environ,
            assembly=assembly,
            routes=openapi.routes(assembly),
        )


def _invoke_url(api: staging.Api, region: str) -> str:
    """Where API Gateway serves a stage.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
    """
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{api.id}.execute-api.{region}.{suffix}/{api.stage}"


def _described(request: Request, assembly: Assembly) -> str:
    """Write the description of the API; returns its path."""
    path = request.out / DESCRIPTION
    write_whole(path, json.dumps(openapi.document(assembly), indent=1) + "\n")
    return str(path.resolve())


def _target(assembly: Assembly) -> tuple[str, str]:
    """The one account and region of an assembly's stacks."""
    accounts = {template.account or ACCOUNT for template in assembly.templates}
    regions = {template.region or "us-east-1" for template in assembly.templates}
    if len(accounts) != 1 or len(regions) != 1:
        raise RehearsalError(
            f"{assembly.path}: its stacks go to {len(accounts)} accounts and {len(regions)} "
            "regions; a rehearsal takes one of each"
        )
    return accounts.pop(), regions.pop()


def _client(aws: LocalAws, service: str) -> Any:
    import boto3  # noqa: PLC0415 - an extra

    session: Any = boto3.Session(
        aws_access_key_id=aws.account, aws_secret_access_key=SECRET, region_name=aws.region
    )
    return session.client(service, endpoint_url=aws.endpoint_url, verify=str(aws.trust.bundle))


def _deployed(
    request: Request, aws: LocalAws, assembly: Assembly
) -> tuple[dict[str, str], Assembly, tuple[Removal, ...], str]:
    target = aws.folder / "cdk.out"
    with request.step("taking out what the local AWS does not know"):
        files = digests.of(assembly.path)
        copy, removals, difference = copying.copied(
            assembly, target, cloudformation=_client(aws, "cloudformation"), before=files
        )
        write_whole(request.out / DIFFERENCE, difference)
    with request.step("making the execution policy"):
        execution = executing.prepare(aws, assembly, _client(aws, "iam"))
    with request.step("bootstrapping"):
        log = request.out / DEPLOYED
        deploying.bootstrap(aws, target, log=log, policies=execution.policies)
    with request.step("deploying"):
        deploying.deploy(aws, target, log=request.out / DEPLOYED)
    return files, copy, removals, executing.notice(execution, aws.records)


def _local_stage(request: Request, aws: LocalAws, assembly: Assembly) -> Stage:
    found = staging.deployed(_client(aws, "cloudformation"), assembly)
    api = staging.api(assembly, found, _client(aws, "apigateway"))
    iam = _client(aws, "iam")
    arn = f"arn:aws:execute-api:{aws.region}:{aws.account}:{api.id}/{api.stage}/*"
    tokens = {}
    if api.pool is not None:
        tokens = staging.tokens(
            _client(aws, "cognito-idp"),
            found.physical_id(api.pool),
            fetch=lambda *client: _token(aws, *client),
        )
    return Stage(
        base_url=aws.api_url(api.id, api.stage),
        region=aws.region,
        account=aws.account,
        authorization=api.authorization,
        api_key=api.key,
        caller=staging.user(iam, staging.CALLER, invokes=arn),
        stranger=staging.user(iam, staging.STRANGER, invokes=None),
        operator=Credentials(aws.account, SECRET),
        endpoint_url=aws.endpoint_url,
        ca_bundle=str(aws.trust.bundle),
        outputs=found.outputs,
        resources=found.resources,
        openapi=_described(request, assembly),
        tokens=tokens,
    )


def _token(aws: LocalAws, client: str, secret: str, scopes: str) -> str:
    """Ask the local Cognito for a client's token."""
    import urllib3  # noqa: PLC0415 - boto3 brings it

    with urllib3.PoolManager(ca_certs=str(aws.trust.bundle)) as pool:
        answer = pool.request_encode_body(
            "POST",
            f"{aws.endpoint_url}/oauth2/token",
            fields={"grant_type": "client_credentials", "scope": scopes},
            headers=urllib3.make_headers(basic_auth=f"{client}:{secret}"),
            encode_multipart=False,
        )
    if answer.status != 200:  # noqa: PLR2004 - HTTP's
        raise RehearsalError(f"Cognito gives no token for {scopes!r}: HTTP {answer.status}")
    return str(answer.json()["access_token"])
