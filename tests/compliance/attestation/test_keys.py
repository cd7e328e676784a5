"""Keys are read from PEM, checked to be of a known kind, and to belong together."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)

from compliance import attestation, config
from compliance.attestation import keys
from compliance.findings import SynthgateError
from tests.compliance.attestation import stated

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes


def written(path: Path, key: PublicKeyTypes) -> Path:
    """The file of a public key."""
    path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def told(path: Path) -> str:
    """Why a public key is refused."""
    with pytest.raises(SynthgateError) as raised:
        keys.public_key(path)
    return str(raised.value)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl on PATH")
def test_keys_are_made_as_the_documentation_says(tmp_path: Path) -> None:
    """OpenSSL's commands, word for word."""
    (tmp_path / "keys").mkdir()
    commands = [
        line.split()
        for line in str(attestation.__doc__).splitlines()
        if line.strip().startswith("openssl ")
    ]
    assert len(commands) == 2
    for command in commands:
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    public = keys.public_key(tmp_path / "keys" / "attestation.pub")
    private = (tmp_path / "attestation.pem").read_bytes()
    assert public.key.scheme == "ed25519"
    assert keys.signer(private, public=public, shown="x").public_key.keyid == public.id


@pytest.mark.parametrize(
    ("kind", "scheme"),
    [
        ("ed25519", "ed25519"),
        ("p-256", "ecdsa-sha2-nistp256"),
        ("p-384", "ecdsa-sha2-nistp384"),
        ("p-521", "ecdsa-sha2-nistp521"),
        ("rsa", "rsassa-pss-sha256"),
    ],
)
def test_the_key_alone_decides_how_is_signed(tmp_path: Path, kind: str, scheme: str) -> None:
    """One scheme for each kind."""
    assert stated.pair(tmp_path, kind)[0].key.scheme == scheme


def test_what_is_no_public_key_is_refused(tmp_path: Path) -> None:
    """Another kind, another curve, too short, a private one, no key, no file, a large file."""
    private = tmp_path / "private.pem"
    private.write_bytes(stated.pair(tmp_path)[1])
    text = tmp_path / "text"
    text.write_text("no key")
    large = tmp_path / "large"
    large.write_bytes(b"x" * (keys.MAX_PEM + 1))
    kind = written(tmp_path / "kind", ed448.Ed448PrivateKey.generate().public_key())
    curve = written(tmp_path / "curve", ec.generate_private_key(ec.SECP256K1()).public_key())
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - what is to be refused
    short = written(tmp_path / "short", weak.public_key())
    assert told(kind) == f"{kind}: {keys.EXPECTED}, found Ed448PublicKey"
    assert told(curve).startswith(f"{curve}: no public key: unsupported curve 'secp256k1'; an ")
    assert told(short) == f"{short}: an RSA key of 1024 bits; at least 2048 are asked for"
    assert told(private).startswith(f"{private}: holds a private key, which belongs to nobody ")
    several = tmp_path / "several"
    several.write_bytes(2 * short.read_bytes())
    assert told(several) == f"{several}: holds more than one key; name a file with one"
    assert told(text).startswith(f"{text}: no public key: ")
    assert told(large).startswith(f"{large}: larger than 100,000 bytes; ")
    assert told(tmp_path / "none") == (
        f"{tmp_path / 'none'}: the key cannot be read: No such file or directory"
    )


def test_a_private_key_that_cannot_sign_is_refused_and_not_told(tmp_path: Path) -> None:
    """None, one with a passphrase, the other half of another key, one of another kind."""
    public, _ = stated.pair(tmp_path)
    locked = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    other = f"x: the private key is not the one of key.pub (key {public.id[:12]}); give the one "
    for pem, why in (
        (b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----", "x: no private key"),
        (locked, "x: the key has a passphrase; give it without one: openssl pkey "),
        (stated.pair(tmp_path, name="b")[1], other),
        (stated.pair(tmp_path, "rsa", name="c")[1], other),
    ):
        with pytest.raises(SynthgateError) as raised:
            keys.signer(pem, public=public, shown="x")
        assert str(raised.value).startswith(why)
        assert "c2VjcmV0" not in str(raised.value)


def test_other_settings_do_not_do_without_the_projects_key(tmp_path: Path) -> None:
    """Whoever names them needs the same key; beside no such project they stand for themselves."""
    key, _ = stated.pair(tmp_path)
    table = '[tool.synthgate.attestation]\npublic-key = "{}"\n'
    (tmp_path / "pyproject.toml").write_text(table.format("key.pub"))
    (tmp_path / "waivers.toml").write_text("")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "same.toml").write_text(table.format("../key.pub"))
    (tmp_path / "build" / "other.toml").write_text(table.format("other.pub"))
    for name in ("pyproject.toml", "build/same.toml"):
        found = keys.configured(config.load(tmp_path / name))
        assert found is not None
        assert found.id == key.id
    for name, named in (("waivers.toml", "none"), ("build/other.toml", "other.pub")):
        with pytest.raises(SynthgateError, match=f"name the public key {named}, and the pypro"):
            keys.configured(config.load(tmp_path / name))
    (tmp_path / "pyproject.toml").unlink()
    assert keys.configured(config.load(tmp_path / "waivers.toml")) is None
