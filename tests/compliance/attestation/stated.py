"""A small folder, what the gate said of it, and its attestation: parts that tests vary."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from compliance import __version__
from compliance.assembly import digests
from compliance.attestation import policy, sealing, stating
from compliance.attestation.keys import PublicKey, public_key, signer
from compliance.attestation.model import GATE
from compliance.attestation.places import Places
from compliance.attestation.verifying import Expected
from compliance.config import Config
from compliance.findings import EngineRun, Finding, Outcome, Report, Severity, Status, Verdict
from compliance.git import Head
from compliance.waivers import Waiver, Waivers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.attestation.model import Statement

    Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW: Final = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
COMMIT: Final = "3bd6679b6445c64eca0ae5c601a6749eaae662f3"
OTHER_COMMIT: Final = "5acb9c7000000000000000000000000000000000"
ACCOUNT: Final = "111122223333"
OTHER_ACCOUNT: Final = "444455556666"
FILES: Final = {
    "manifest.json": b"{}",
    "Api.template.json": b'{"Resources": {}}',
    "asset.1/handler.py": b"print(1)\n",
}
WAIVER: Final = Waiver.model_validate(
    {
        "rule": "IAM01",
        "construct": "Api/Role/Resource",
        "reason": "the service takes no narrower resource today",
        "owner": "platform",
        "expires": dt.date(2026, 6, 30),
    }
)
WAIVERS: Final = Waivers("waivers.toml", ((1, WAIVER),))
RAN: Final = {
    "own": __version__,
    "cdk-nag": "3.0.2",
    "checkov": "3.3.30",
    "cloudformation": "2.275.0",
    "snapshots": __version__,
}
WAIVED: Final = Finding(
    engine="own",
    rule="IAM01",
    severity=Severity.HIGH,
    outcome=Outcome.FAIL,
    message="too wide",
    construct_path="Api/Role/Resource",
).waived_by(WAIVER.applied())
REPORT: Final = Report(
    verdict=Verdict.GREEN,
    engines=tuple(
        EngineRun(name, Status.RAN, version, rules=3, resources=7) for name, version in RAN.items()
    ),
    results=(WAIVED, WAIVED),
)
_KEYS: Final[dict[str, Callable[[], Private]]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "p-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
}
KINDS: Final = tuple(_KEYS)


def assembly(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """A folder of files."""
    for name, content in (files or FILES).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def facts(folder: Path, **changes: Any) -> stating.Facts:  # noqa: ANN401 - any fact
    """What is attested of a folder, with some facts changed."""
    return replace(
        stating.Facts(
            environment="prod",
            places=Places((ACCOUNT,), ("eu-central-1",)),
            files=digests.of(folder),
            now=NOW,
            policy=policy.of(Config(), environment="prod"),
            commit=Head(COMMIT),
        ),
        **changes,
    )


def statement(folder: Path, report: Report = REPORT, **changes: Any) -> Statement:  # noqa: ANN401
    """The statement over a folder, with some facts changed."""
    return stating.state(report, facts(folder, **changes))


def expected(**changes: Any) -> Expected:  # noqa: ANN401 - any expectation
    """What holds for `statement`, everything required, with some of it changed."""
    return replace(
        Expected(
            now=NOW + dt.timedelta(hours=1),
            maximum_age=dt.timedelta(hours=24),
            policy=policy.of(Config(), environment="prod"),
            waivers=WAIVERS,
            versions=policy.used(REPORT),
            environment="prod",
            account=ACCOUNT,
            region="eu-central-1",
            commit=Head(COMMIT),
            everything=True,
        ),
        **changes,
    )


def sealed(folder: Path, report: Report = REPORT, **changes: Any) -> Path:  # noqa: ANN401
    """The sealed attestation beside a folder."""
    path = folder.with_name(f"{folder.name}.intoto.json")
    path.write_bytes(sealing.sealed(statement(folder, report, **changes)))
    return path


def resealed(path: Path, change: Any) -> Path:  # noqa: ANN401 - a function of a parsed document
    """An attestation that somebody changed and sealed anew, as anybody can."""
    document = json.loads(path.read_bytes())
    del document["predicate"][GATE]["seal"]
    change(document)
    seal = hashlib.sha256(sealing.canonical(document)).hexdigest()
    document["predicate"][GATE]["seal"] = seal
    path.write_bytes(sealing.canonical(document) + b"\n")
    return path


def pair(folder: Path, kind: str = "ed25519", name: str = "key") -> tuple[PublicKey, bytes]:
    """A new pair of keys: the public one as it is configured, the private one as PEM."""
    private = _KEYS[kind]()
    path = folder / f"{name}.pub"
    path.write_bytes(
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return public_key(path, shown=path.name), pem


def signed(folder: Path, public: PublicKey, private: bytes, **changes: Any) -> Path:  # noqa: ANN401
    """The signed attestation beside a folder."""
    path = folder.with_name(f"{folder.name}.intoto.json")
    path.write_bytes(
        sealing.signed(
            statement(folder, **changes), signer=signer(private, public=public, shown="--key")
        )
    )
    return path
