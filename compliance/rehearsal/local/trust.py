"""The local AWS's certificate, and whom its callers trust."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST: Final = "localhost"
"""How the local AWS is called. Its certificate names the address as well."""
_BUNDLES: Final = ("SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables by which programs are told of a file of certificates, in place of their own."""
_MORE: Final = "NODE_EXTRA_CA_CERTS"
"""By which Node.js is told of one to add to its own."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Files of one rehearsal.

    Attributes:
        certificate: of the server, PEM.
        key: its private key, PEM, readable by the owner only.
        authority: the certificate of who signed it, PEM.
        bundle: what the machine trusts already, and the authority.
    """

    certificate: Path
    key: Path
    authority: Path
    bundle: Path

    def variables(self) -> dict[str, str]:
        """Environment variables that have a child process trust the local AWS too."""
        return {
            **dict.fromkeys(_BUNDLES, str(self.bundle)),
            _MORE: str(self.bundle),
        }


def make(folder: Path, *, environ: Mapping[str, str]) -> Trust:
    """Make a certificate for this rehearsal alone.

    Args:
        folder: the files are written into it; it should be the owner's alone.
        environ: names the certificates that are trusted already, as child processes would find
            them.

    Raises:
        RehearsalError: trustme is not installed, or the certificates named cannot be read.
    """
    try:
        import trustme  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise RehearsalError(
            "trustme is not installed; next: pip install 'synthgate[rehearsal]'"
        ) from None
    authority = trustme.CA()
    issued = authority.issue_cert(HOST, "127.0.0.1")
    trust = Trust(
        certificate=folder / "certificate.pem",
        key=folder / "key.pem",
        authority=folder / "authority.pem",
        bundle=folder / "bundle.pem",
    )
    trust.key.touch(mode=0o600)
    issued.private_key_pem.write_to_path(str(trust.key))
    trust.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    authority.cert_pem.write_to_path(str(trust.authority))
    trust.bundle.write_bytes(_trusted(environ) + b"\n" + authority.cert_pem.bytes())
    return trust


def _trusted(environ: Mapping[str, str]) -> bytes:
    named = [environ[name] for name in (*_BUNDLES, _MORE) if environ.get(name)]
    default = ssl.get_default_verify_paths().cafile
    blobs = []
    for name in dict.fromkeys([*named, *([default] if default else [])]):
        try:
            blobs.append(Path(name).read_bytes())
        except OSError as error:
            raise RehearsalError(
                f"{name}: cannot read the certificates that the environment names: "
                f"{error.strerror}; next: correct the variable ({', '.join((*_BUNDLES, _MORE))})"
            ) from error
    return b"\n".join(blobs)


def without_aws(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without anything by which an AWS account or a proxy could be reached."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.upper().startswith(("AWS_", "CDK_", "MINISTACK_", "LOCALSTACK_"))
        and name.upper() not in {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
    }
    return {**kept, **_NO_ACCOUNT}


def narrow(environ: Mapping[str, str]) -> dict[str, str]:
    """What of the environment the local AWS needs, and so the functions that it runs may see.

    A list of what is kept, not of what is left out: a CI job's secrets have any name.
    """
    kept = {
        name: value for name, value in environ.items() if name in _KEPT or name.startswith("LC_")
    }
    return {**kept, **_NO_ACCOUNT}


_KEPT: Final = frozenset({"PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "SSL_CERT_DIR"})
_NO_ACCOUNT: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": f"{HOST},127.0.0.1",
    "no_proxy": f"{HOST},127.0.0.1",
}
