"""The keys of signed attestations, read from PEM.

The public key alone decides how a signature is made and checked: Ed25519; ECDSA with the hash that
belongs to its curve; RSASSA-PSS with SHA-256. Nothing in an attestation chooses an algorithm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance import config as configuration
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

    from securesystemslib.signer import (  # type: ignore[attr-defined]  # their public names
        CryptoSigner,
        SSlibKey,
    )

    from compliance.config import Config

MAX_PEM: Final = 100_000
"""Bytes of a key's file."""
MIN_RSA_BITS: Final = 2048
"""NIST SP 800-131A: shorter RSA keys are disallowed for signatures."""
_ORDERS: Final = {
    "ecdsa-sha2-nistp256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ecdsa-sha2-nistp384": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
        16,
    ),
    "ecdsa-sha2-nistp521": int(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "FA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
        16,
    ),
}
"""Order n of each curve's group, by the signing library's name of the scheme (NIST SP 800-186,
3.2.1)."""
EXPECTED: Final = "an Ed25519, ECDSA (P-256, P-384, P-521) or RSA key in PEM is expected"
_HOW: Final = "openssl pkey -in attestation.pem -pubout -out attestation.pub"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The key that attestations are verified with.

    Attributes:
        key: as the signing library has it.
        shown: how its file is named in errors.
    """

    key: SSlibKey
    shown: str

    @property
    def id(self) -> str:
        """Its id: sha256 over what it is."""
        return self.key.keyid


def configured(config: Config) -> PublicKey | None:
    """The key that the settings name; `None` where they name none.

    Raises:
        SynthgateError: it cannot be read; or it is not the one that the project's own settings
            name, so that whoever names other settings would need no signature.
    """
    named = config.attestation.public_key
    own = configuration.load(start=config.root)
    asked = own.attestation.public_key
    if asked is not None and (named is None or config.path(named) != own.path(asked)):
        raise SynthgateError(
            f"--config: these settings name the public key {named or 'none'}, and the "
            f"pyproject.toml that they lie beside or below names {asked}; leave --config out, or "
            "name the same key: public-key in [tool.synthgate.attestation]"
        )
    return None if named is None else public_key(config.path(named), shown=named)


def public_key(path: Path, *, shown: str = "") -> PublicKey:
    """Read the public key.

    Args:
        path: a PEM file (`-----BEGIN PUBLIC KEY-----`).
        shown: how it is named in errors, its path by default.

    Raises:
        SynthgateError: it cannot be read, or is no public key of a known kind.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - signing alone
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]  # noqa: PLC0415

    shown = shown or str(path)
    pem = read_pem(path, shown=shown)
    if b"PRIVATE KEY" in pem:
        raise SynthgateError(
            f"{shown}: holds a private key, which belongs to nobody who only verifies; "
            f"name the public one: {_HOW}"
        )
    if pem.count(b"-----BEGIN ") > 1:
        # The first would count, and nobody would know.
        raise SynthgateError(f"{shown}: holds more than one key; name a file with one")
    try:
        found = load_pem_public_key(pem)
        if not isinstance(
            found, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey
        ):
            raise SynthgateError(f"{shown}: {EXPECTED}, found {type(found).__name__}")
        key = SSlibKey.from_crypto(found)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SynthgateError(f"{shown}: no public key: {error}; {EXPECTED}: {_HOW}") from error
    if isinstance(found, rsa.RSAPublicKey) and found.key_size < MIN_RSA_BITS:
        raise SynthgateError(
            f"{shown}: an RSA key of {found.key_size} bits; at least {MIN_RSA_BITS} are asked for"
        )
    return PublicKey(key, shown)


def signer(pem: bytes, *, public: PublicKey, shown: str) -> CryptoSigner:
    """What signs, checked to be the public key's other half.

    Args:
        pem: the private key, without a passphrase.
        public: the configured key.
        shown: where the private key is from, for errors; nothing of the key itself is told.

    Raises:
        SynthgateError: it is no private key in PEM, has a passphrase, or belongs to another key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - signing alone
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415
    from securesystemslib.exceptions import Error  # noqa: PLC0415
    from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]  # noqa: PLC0415

    try:
        private = load_pem_private_key(pem, None)
    except TypeError as error:
        raise SynthgateError(
            f"{shown}: the key has a passphrase; give it without one: "
            "openssl pkey -in KEY -out attestation.pem"
        ) from error
    # The reasons that the library gives may quote the key.
    except (ValueError, UnsupportedAlgorithm):
        raise SynthgateError(f"{shown}: no private key; {EXPECTED}") from None
    try:
        return CryptoSigner(private, public.key)
    except (ValueError, Error):
        raise SynthgateError(
            f"{shown}: the private key is not the one of {public.shown} (key {public.id[:12]}); "
            "give the one that belongs to it"
        ) from None


def lowered(signature: bytes, *, key: SSlibKey) -> bytes:
    """A signature in its one form.

    With ECDSA, whoever has a signature (r, s) can write another that holds as well: (r, n - s), n
    being the order of the curve (SEC 1, 4.1.4). The lower one is the one form, in DER.

    Args:
        signature: that holds for the key, or is yet to be checked.
        key: the public one. Signatures of other kinds than ECDSA have one form only.

    Raises:
        ValueError: it is no signature in DER.
    """
    order = _ORDERS.get(key.scheme)
    if order is None:
        return signature
    from cryptography.hazmat.primitives.asymmetric import utils  # noqa: PLC0415 - signing alone

    r, s = utils.decode_dss_signature(signature)
    return utils.encode_dss_signature(r, min(s, order - s))


def read_pem(path: Path, *, shown: str) -> bytes:
    """A key's file.

    Raises:
        SynthgateError: it cannot be read, or is larger than any key.
    """
    try:
        with path.open("rb") as stream:
            found = stream.read(MAX_PEM + 1)
    except OSError as error:
        raise SynthgateError(f"{shown}: the key cannot be read: {error.strerror}") from error
    if len(found) > MAX_PEM:
        raise SynthgateError(f"{shown}: larger than {MAX_PEM:,} bytes; {EXPECTED}")
    return found
