"""Who deploys, where to, and the clients that ask CloudFormation what the CDK CLI does there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from compliance.cdk_cli import QUIETLY
from compliance.deployment.errors import DeploymentError
from compliance.findings import SynthgateError
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.deployment.stacks import Stack

Client: TypeAlias = Any
"""A boto3 client; which operations it has is known at run time only."""

_PROFILES: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_REGIONS: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_LOADERS: Final = frozenset(
    {
        *("ELECTRON_RUN_AS_NODE", "LD_AUDIT", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES"),
        *("OPENSSL_CONF", "OPENSSL_ENGINES", "OPENSSL_MODULES"),
    }
)
"""Variables by which other code than the CDK CLI's own would run in its process, besides those of
Node.js, which all begin with `NODE_` (Node.js, 'Command-line API', 'Environment variables')."""
_NODE: Final = frozenset({"NODE_EXTRA_CA_CERTS", "NODE_USE_ENV_PROXY", "NODE_USE_SYSTEM_CA"})
"""Variables of Node.js that are kept: a network is reached by them, and no code is loaded."""
_SESSION: Final = "synthgate-deploy"
_OWN_HOSTS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_HARMLESS: Final = frozenset({"cli-telemetry", "language", "notices", "versionReporting"})
"""Settings of `~/.cdk.json` that change nothing of what is deployed."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that is deployed to.

    Attributes:
        id: twelve digits.
        caller: ARN of who deploys.
        region: of the stacks that name none.
        profile: of the AWS configuration; `None` for the default credentials.
        session: boto3's, with the same credentials.
        elsewhere: hosts that are no AWS: somebody has set an endpoint.
    """

    id: str
    caller: str
    region: str
    profile: str | None
    session: Any = field(repr=False)
    elsewhere: tuple[str, ...] = ()

    def region_of(self, stack: Stack) -> str:
        """Where a stack goes."""
        return stack.region or self.region

    def place_of(self, stack: Stack) -> str:
        """Account and region of a stack, as they are told."""
        return f"{self.id}/{self.region_of(stack)}"

    def cloudformation(self, stack: Stack) -> Client:
        """A client with the rights by which the CDK CLI deploys a stack.

        That is the stack's own role, or the caller's own rights where the caller may not assume it:
        so the CLI does it. Role sessions end after an hour, so a client is for one phase alone.

        Raises:
            DeploymentError: AWS cannot be asked.
        """
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

        region = self.region_of(stack)
        plain = self.session.client("cloudformation", region_name=region)
        if stack.role is None:
            return plain
        arn = self._filled_in(stack.role.arn, region)
        options = dict(stack.role.options)
        if stack.role.external_id:
            options["ExternalId"] = stack.role.external_id
        try:
            assumed = self.session.client("sts", region_name=region).assume_role(
                **options, RoleArn=arn, RoleSessionName=_SESSION
            )["Credentials"]
        except ClientError:
            return plain
        except BotoCoreError as error:
            raise DeploymentError(f"{arn}: cannot be assumed: {clean(str(error))}") from error
        return self.session.client(
            "cloudformation",
            region_name=region,
            aws_access_key_id=assumed["AccessKeyId"],
            aws_secret_access_key=assumed["SecretAccessKey"],
            aws_session_token=assumed["SessionToken"],
        )

    def environ(self, environ: Mapping[str, str], *, home: Path, region: str) -> dict[str, str]:
        """The environment of the CDK CLI: this one, without what could divert it.

        Every option of the CLI can be given by a variable `CDK_…`, so none is handed on, and none
        that makes Node.js load other code, or believe every certificate. The
        credentials are told once: by the profile where there is one, which is what the CLI prefers
        and boto3 does not.

        Args:
            environ: of this process.
            home: for what the CLI remembers. Its own memory of which account a key belongs to
                is left aside.
            region: where the stack goes.
        """
        left_out = (*_PROFILES, *(_KEYS if self.profile is not None else ()))
        kept = {
            name: value
            for name, value in environ.items()
            if name not in left_out and not _diverts(name.upper())
        }
        return {**kept, **QUIETLY, **dict.fromkeys(_REGIONS, region), "CDK_HOME": str(home)}

    def _filled_in(self, arn: str, region: str) -> str:
        partition = self.caller.split(":")[1]
        return (
            arn.replace("${AWS::Partition}", partition)
            .replace("${AWS::AccountId}", self.id)
            .replace("${AWS::Region}", region)
        )


def _diverts(name: str) -> bool:
    """Whether a variable could make the CDK CLI another program."""
    return (
        name.startswith("CDK_")
        or name in _LOADERS
        or (name.startswith("NODE_") and name not in _NODE)
    )


def ask(*, profile: str | None, region: str | None, environ: Mapping[str, str]) -> Account:
    """Ask AWS who we are.

    Args:
        profile: of the AWS configuration, as the user named it.
        region: likewise.
        environ: of this process; a profile or a region that it names counts next.

    Raises:
        SynthgateError: there are no credentials, they are refused, or no region is named.
    """
    try:
        import boto3  # noqa: PLC0415 - an extra
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - likewise
    except ModuleNotFoundError:
        raise SynthgateError(
            "boto3 is not installed; next: pip install 'synthgate[deploy]'"
        ) from None
    profile = profile or next((environ[name] for name in _PROFILES if environ.get(name)), None)
    region = region or next((environ[name] for name in _REGIONS if environ.get(name)), None)
    try:
        session: Any = boto3.Session(profile_name=profile, region_name=region)
        region = session.region_name
        if not region:
            raise SynthgateError(
                "no region is named; next: --region, or a region in the profile, as in "
                "`aws configure set region`"
            )
        sts = session.client("sts")
        found = sts.get_caller_identity()
        clients = [sts, *(session.client(name) for name in ("cloudformation", "s3"))]
    # The last two: a `credential_process` that cannot be started, or prints no JSON.
    except (BotoCoreError, ClientError, OSError, ValueError) as error:
        raise SynthgateError(
            f"AWS does not say who deploys: {clean(str(error))}; next: sign in, or name a profile "
            "with --profile"
        ) from error
    hosts = dict.fromkeys(str(client.meta.endpoint_url) for client in clients)
    return Account(
        id=str(found["Account"]),
        caller=str(found["Arn"]),
        region=region,
        profile=profile,
        session=session,
        elsewhere=tuple(clean(host) for host in hosts if not _is_aws(host)),
    )


def _is_aws(url: str) -> bool:
    from urllib.parse import urlsplit  # noqa: PLC0415 - a moment's use

    parts = urlsplit(url)
    return parts.scheme == "https" and (parts.hostname or "").endswith(_OWN_HOSTS)


def refuse_own_settings(environ: Mapping[str, str]) -> None:
    """Refuse settings of the user's own that the CDK CLI would deploy by.

    The CLI reads `~/.cdk.json` wherever it runs: plugins, tags, roles, how it rolls back. The
    project's own `cdk.json` is not read, because the CLI runs in an empty folder.

    Raises:
        SynthgateError: the file sets anything that could matter, or cannot be read.
    """
    home = environ.get("HOME") or str(Path.home())
    path = Path(home) / ".cdk.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (OSError, ValueError, RecursionError) as error:
        raise SynthgateError(
            f"~/.cdk.json: the CDK CLI deploys by it, and it cannot be read: {clean(str(error))}"
        ) from error
    settings = dict(found) if isinstance(found, dict) else {"": found}
    context = settings.pop("context", {})
    settings |= context if isinstance(context, dict) else {"context": context}
    named = sorted(settings.keys() - _HARMLESS)
    if named:
        raise SynthgateError(
            f"~/.cdk.json: sets {clean(', '.join(named))}, by which the CDK CLI would deploy "
            f"otherwise than was attested; allowed: {', '.join(sorted(_HARMLESS))}; next: take the "
            "rest out for a deployment"
        )
