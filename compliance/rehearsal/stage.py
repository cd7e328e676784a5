"""The stage that is rehearsed: where it is, and who may call it. Local or deployed, it is the same.

`synthgate rehearse` writes one as JSON into a file that only its owner may read, and names the file
in the environment variable `SYNTHGATE_STAGE`; contract tests take it from there.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from boto3 import Session

_SHORTEST_SECRET: Final = 16
VARIABLE: Final = "SYNTHGATE_STAGE"
"""Environment variable with the path of the stage's file."""
SMOKE: Final = "smoke"
RARE: Final = "rare"
MARKERS: Final[Mapping[str, str]] = {
    SMOKE: "every operation and call of AWS once, and quickly: run again for each removed grant",
    RARE: "uses of AWS that no smoke test comes to, and slower: run again for those grants alone",
}
"""Markers of contract tests, and what they mean."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Keys of a user or a session; or the name of a profile that has them."""

    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)
    session_token: str | None = field(default=None, repr=False)
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A deployed API, and all that its contract tests need.

    Attributes:
        base_url: of the stage, without a slash at its end.
        region: of the API.
        account: 12 digits.
        authorization: `iam` (SigV4), `cognito` (an access token), or `none`.
        api_key: value for `x-api-key`; empty when no method asks for one.
        caller: who may call every operation; signs for `iam`.
        stranger: a user of the same account whom nothing allows the API.
        tokens: access tokens for `cognito`: `all` (every scope of the API), and for each scope by
            its name one with that scope alone; `stranger` for one without any.
        operator: who may change the stage's settings and look at its queues; `None` where nobody
            may, and then the tests that need one are skipped.
        endpoint_url: of the local AWS; `None` for the real one.
        ca_bundle: PEM file to verify TLS with; `None` for the default.
        outputs: the stacks' outputs, by key.
        resources: physical ids by `<stack's construct path>/<logical id>`.
        openapi: path of the API's OpenAPI document.
        local: whether it is the local AWS.
    """

    base_url: str
    region: str
    account: str
    authorization: str
    api_key: str = field(repr=False)
    caller: Credentials
    openapi: str
    stranger: Credentials | None = None
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    operator: Credentials | None = None
    endpoint_url: str | None = None
    ca_bundle: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    local: bool = True

    @property
    def secrets(self) -> frozenset[str]:
        """Values that no log may keep."""
        held = [who for who in (self.caller, self.stranger, self.operator) if who is not None]
        found = {self.api_key, *self.tokens.values()}
        found |= {
            value for who in held for value in (who.session_token, who.secret_access_key) if value
        }
        # The local root's is no secret, and a word that stands everywhere.
        return frozenset(value for value in found if len(value) >= _SHORTEST_SECRET)

    def session(self, credentials: Credentials | None = None) -> Session:
        """A boto3 session of the operator, or of whose credentials are given.

        Raises:
            SynthgateError: nobody's credentials are given and the stage has no operator.
        """
        import boto3  # noqa: PLC0415 - heavy, and not all that a stage is needed for

        who = credentials or self.operator
        if who is None:
            raise SynthgateError("the stage names no operator; give one with --profile")
        return boto3.Session(
            aws_access_key_id=who.access_key_id or None,
            aws_secret_access_key=who.secret_access_key or None,
            aws_session_token=who.session_token,
            profile_name=who.profile,
            region_name=self.region,
        )

    def client(self, service: str, credentials: Credentials | None = None) -> Any:
        """A boto3 client of the operator, or of whose credentials are given, for this stage."""
        # The stubs list each service's name, and know none that is given at run time.
        session: Any = self.session(credentials)
        return session.client(service, endpoint_url=self.endpoint_url, verify=self.ca_bundle)

    def write(self, path: Path) -> None:
        """Write the stage where only the owner of the file may read it."""
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Stage:
        """Read what `write` wrote."""
        values = json.loads(path.read_text(encoding="utf-8"))
        for name in ("caller", "stranger", "operator"):
            if values[name] is not None:
                values[name] = Credentials(**values[name])
        return cls(**values)

    @classmethod
    def current(cls) -> Stage | None:
        """The stage that the environment names, if it does."""
        name = os.environ.get(VARIABLE)
        return cls.read(Path(name)) if name else None
