"""Nothing of an attestation is believed before its seal or its one signature holds."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope

from compliance.attestation import keys as keys_module
from compliance.attestation import sealing
from compliance.attestation.keys import signer
from compliance.attestation.mismatches import Kind
from compliance.attestation.model import GATE
from compliance.attestation.verifying import read, stated, verify
from compliance.findings import SynthgateError
from tests.compliance.attestation import stated as parts
from tests.compliance.properties import patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.attestation.keys import PublicKey

AGAIN = "attest again"


def refused(attestation: Path, key: PublicKey | None = None) -> tuple[str, str]:
    """The one mismatch of an attestation that is not believed."""
    found = verify(
        attestation.parent / "prod", attestation, expected=parts.expected(public_key=key)
    )
    assert found.statement is None
    assert found.until is None
    assert not found.holds
    assert stated(attestation, public_key=key) == ""
    (mismatch,) = found.mismatches
    return mismatch.kind.value, mismatch.message


def is_refused(folder: Path, attestation: Path, key: PublicKey | None = None) -> bool:
    """Whether an attestation is refused, by a mismatch or by an error of one line."""
    try:
        return not verify(folder, attestation, expected=parts.expected(public_key=key)).holds
    except SynthgateError as error:
        return "\n" not in str(error)


@pytest.fixture
def keys(tmp_path: Path) -> tuple[PublicKey, bytes]:
    """A pair of keys."""
    return parts.pair(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A sealed and a signed attestation of one folder."""
    return Made(tmp_path_factory.mktemp("made"))


class Made:
    """Both forms of one attestation, to change byte by byte."""

    def __init__(self, top: Path) -> None:
        self.folder = parts.assembly(top / "prod")
        self.key, private = parts.pair(top)
        self.sealed = parts.sealed(self.folder).read_bytes()
        self.signed = parts.signed(self.folder, self.key, private).read_bytes()
        self.file = top / "prod.intoto.json"

    def is_refused(self, raw: bytes, key: PublicKey | None) -> bool:
        """Whether these bytes are."""
        self.file.write_bytes(raw)
        return is_refused(self.folder, self.file, key)


@patient
@given(data=st.data())
def test_no_byte_of_a_sealed_attestation_can_change(made: Made, data: st.DataObject) -> None:
    """Another byte, one more, one less, at any place."""
    assert not made.is_refused(made.sealed, None)
    assert made.is_refused(changed(made.sealed, data), None)


@patient
@given(data=st.data())
def test_no_byte_of_a_signed_attestation_can_change(made: Made, data: st.DataObject) -> None:
    """Payload, its type, the key's id, the signature, white space around them."""
    assert not made.is_refused(made.signed, made.key)
    assert made.is_refused(changed(made.signed, data), made.key)


def changed(raw: bytes, data: st.DataObject) -> bytes:
    """Bytes of which one is another, is gone, or is new."""
    place = data.draw(st.integers(min_value=0, max_value=len(raw) - 1))
    byte = bytes([data.draw(st.integers(min_value=0, max_value=255))])
    match data.draw(st.sampled_from(("another", "less", "more"))):
        case "another":
            if byte == raw[place : place + 1]:
                byte = bytes([byte[0] ^ 1])
            return raw[:place] + byte + raw[place + 1 :]
        case "less":
            return raw[:place] + raw[place + 1 :]
        case _:
            return raw[:place] + byte + raw[place:]


def test_a_changed_statement_is_told_by_its_seal(folder: Path) -> None:
    """The seal as it was written, and what it would be."""
    path = parts.sealed(folder)
    path.write_bytes(path.read_bytes().replace(b'"verdict":"green"', b'"verdict":"error"'))
    kind, message = refused(path)
    assert kind == "seal"
    assert message.startswith(f"{path}: it was changed after it was written: sealed as sha256 ")
    assert message.endswith("; attest again")


def test_another_way_of_writing_the_same_is_refused(
    folder: Path, keys: tuple[PublicKey, bytes]
) -> None:
    """White space, for one, in both forms."""
    told = "it is not written as it was attested: white space, an escape or the order differs"
    path = parts.sealed(folder)
    path.write_bytes(json.dumps(json.loads(path.read_bytes())).encode())
    assert refused(path) == ("seal", f"{path}: {told}; attest again")
    path = parts.signed(folder, *keys)
    path.write_bytes(json.dumps(json.loads(path.read_bytes())).encode())
    assert refused(path, keys[0]) == ("signature", f"{path}: {told}; attest again")


@pytest.mark.parametrize("kind", parts.KINDS)
def test_a_signature_of_the_configured_key_holds(folder: Path, tmp_path: Path, kind: str) -> None:
    """Ed25519, ECDSA on three curves, RSA; and the key's id is told."""
    key, private = parts.pair(tmp_path, kind)
    path = parts.signed(folder, key, private)
    found = verify(folder, path, expected=parts.expected(public_key=key))
    assert found.holds
    assert found.key == key.id


def test_a_signature_of_another_key_is_refused(
    folder: Path, tmp_path: Path, keys: tuple[PublicKey, bytes]
) -> None:
    """By its id; and when it bears the id of the right one, by the signature."""
    other, private = parts.pair(tmp_path, name="other")
    path = parts.signed(folder, other, private)
    assert refused(path, keys[0]) == (
        "signature",
        (
            f"{path}: signed by the key {other.id[:12]}, and key.pub is the key {keys[0].id[:12]}; "
            "attest again with the private key that belongs to it"
        ),
    )
    _rewrite(path, lambda envelope: envelope["signatures"][0].update(keyid=keys[0].id))
    assert refused(path, keys[0]) == (
        "signature",
        (
            f"{path}: the signature does not hold for key.pub (key {keys[0].id[:12]}): it was "
            "changed, or another key signed it; attest again"
        ),
    )


def test_an_unsigned_statement_is_refused_once_a_key_is_configured(
    folder: Path, keys: tuple[PublicKey, bytes]
) -> None:
    """However well it is sealed."""
    path = parts.sealed(folder)
    assert refused(path, keys[0]) == (
        "signature",
        (
            f"{path}: it is not signed, and key.pub is configured (key {keys[0].id[:12]}); attest "
            "again with the private key (--key)"
        ),
    )


def test_a_signed_statement_is_refused_without_a_key_to_verify_it(
    folder: Path, keys: tuple[PublicKey, bytes]
) -> None:
    """Nobody can tell whose it is."""
    path = parts.signed(folder, *keys)
    assert refused(path) == (
        "signature",
        (
            f"{path}: it is signed, and no key is configured to verify it with; name the public "
            "key: public-key in [tool.synthgate.attestation]"
        ),
    )


def test_one_good_signature_among_several_is_not_enough(
    folder: Path, tmp_path: Path, keys: tuple[PublicKey, bytes]
) -> None:
    """Nor is none."""
    other, private = parts.pair(tmp_path, name="other")
    path = parts.signed(folder, other, private)
    bad = json.loads(path.read_bytes())["signatures"]
    path = parts.signed(folder, *keys)
    _rewrite(path, lambda envelope: envelope["signatures"].extend(bad))
    assert refused(path, keys[0]) == (
        "signature",
        f"{path}: 2 signatures; exactly one is expected; attest again",
    )
    _rewrite(path, lambda envelope: envelope["signatures"].clear())
    assert refused(path, keys[0])[1] == f"{path}: 0 signatures; exactly one is expected; {AGAIN}"


def test_another_type_of_payload_is_refused(folder: Path, keys: tuple[PublicKey, bytes]) -> None:
    """Even one that the key has signed as such."""
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 - this test's alone

    public, private = keys
    path = parts.signed(folder, public, private)
    payload = base64.b64decode(json.loads(path.read_bytes())["payload"])
    envelope = Envelope(payload, "application/json", {})
    envelope.sign(signer(private, public=public, shown="key"))
    path.write_bytes(sealing.canonical(envelope.to_dict()) + b"\n")
    assert refused(path, public) == (
        "signature",
        (
            f"{path}: payloadType 'application/json'; application/vnd.in-toto+json is expected; "
            "attest again"
        ),
    )


def test_bits_of_base64_that_mean_nothing_are_refused(
    folder: Path, keys: tuple[PublicKey, bytes]
) -> None:
    """An Ed25519 signature is 64 bytes: four bits of its last sign decode to nothing."""
    path = parts.signed(folder, *keys)

    def change(envelope: dict[str, Any]) -> None:
        text = envelope["signatures"][0]["sig"]
        assert text.endswith("==")
        signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        last = signs[signs.index(text[-3]) ^ 1]
        other = f"{text[:-3]}{last}=="
        assert base64.b64decode(other, validate=True) == base64.b64decode(text, validate=True)
        envelope["signatures"][0]["sig"] = other

    _rewrite(path, change)
    assert refused(path, keys[0])[1].startswith(f"{path}: the signature does not hold for key.pub ")
    _rewrite(path, lambda envelope: envelope["signatures"][0].update(sig="no base64"))
    assert refused(path, keys[0])[1].startswith(f"{path}: the signature does not hold for key.pub ")


@pytest.mark.parametrize(
    "change",
    [
        lambda envelope: envelope.update(more=1),
        lambda envelope: envelope.pop("payload"),
        lambda envelope: envelope.update(payload=1),
        lambda envelope: envelope.update(payloadType=None),
        lambda envelope: envelope.update(signatures={}),
        lambda envelope: envelope.update(signatures=["x"]),
        lambda envelope: envelope["signatures"][0].update(more=1),
        lambda envelope: envelope["signatures"][0].update(sig=1),
        lambda envelope: envelope["signatures"][0].pop("keyid"),
        lambda envelope: envelope.update(_type="https://in-toto.io/Statement/v1"),
    ],
)
def test_what_is_no_envelope_is_refused(
    folder: Path, keys: tuple[PublicKey, bytes], change: Callable[[dict[str, Any]], object]
) -> None:
    """A field more, less or of another type; an envelope that is a statement, too."""
    path = parts.signed(folder, *keys)
    _rewrite(path, change)
    with pytest.raises(SynthgateError) as raised:
        read(path, public_key=keys[0])
    assert str(raised.value) == (
        f"{path}: no DSSE envelope: payload, payloadType and signatures with keyid and sig are "
        "expected, and nothing else; attest again"
    )


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":1,"a":1}', "key 'a' stands twice in one object"),
        (b"[]", "an object is expected, found list"),
        (b'{"a":NaN}', "it holds what JSON has not: Out of range float values are not JSON "),
        (b'{"a":"\\ud800"}', "it holds what JSON has not: 'utf-8' codec can't encode character"),
        (b"1" * 5_000, "Exceeds the limit "),
    ],
)
def test_what_is_no_attestation_is_refused(tmp_path: Path, raw: bytes, told: str) -> None:
    """One line: the file, why, what to do."""
    path = tmp_path / "x.json"
    path.write_bytes(raw)
    with pytest.raises(SynthgateError) as raised:
        read(path, public_key=None)
    assert str(raised.value).startswith(f"{path}: no attestation: {told}")
    assert str(raised.value).endswith(f"; {AGAIN}")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"predicate": 1},
        {"predicate": {GATE: 1}},
        {"predicate": {GATE: {}}},
        {"predicate": {GATE: {"seal": 1}}},
    ],
)
def test_a_statement_of_another_gate_is_refused(tmp_path: Path, document: object) -> None:
    """It has no seal."""
    path = tmp_path / "x.json"
    path.write_bytes(sealing.canonical(document) + b"\n")
    with pytest.raises(SynthgateError) as raised:
        read(path, public_key=None)
    assert str(raised.value) == (
        f"{path}: no attestation of this gate: predicate.{GATE}.seal is missing; attest again"
    )


def test_only_a_file_is_read(tmp_path: Path, folder: Path) -> None:
    """A link, a folder, a pipe, nothing, too much: each is refused, and none is waited for."""
    link = tmp_path / "link"
    link.symlink_to(parts.sealed(folder))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    large = tmp_path / "large"
    with large.open("wb") as stream:
        stream.truncate(sealing.MAX_BYTES + 1)
    for path, told in (
        (link, "a link; give the attestation's own file"),
        (tmp_path / "prod", "a folder; give the attestation's file"),
        (pipe, "no file; give the attestation's own"),
        (tmp_path / "none", "there is no attestation; make one with `synthgate attest ASSEMBLY`"),
        (large, "larger than 64,000,000 bytes: no attestation; attest again"),
        (large / "below", f"cannot be read: [Errno 20] Not a directory: '{large / 'below'}'"),
    ):
        with pytest.raises(SynthgateError) as raised:
            sealing.read_bytes(path)
        assert str(raised.value) == f"{path}: {told}"


def test_the_canonical_form_is_one(folder: Path) -> None:
    """Keys sorted, no white space, UTF-8 as it is."""
    assert sealing.canonical({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'.encode()
    assert sealing.sealed(parts.statement(folder)) == sealing.sealed(parts.statement(folder))


def _rewrite(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    envelope = json.loads(path.read_bytes())
    change(envelope)
    path.write_bytes(sealing.canonical(envelope) + b"\n")


def test_a_kind_is_told_by_its_name() -> None:
    """Scripts read them: they stay as they are."""
    assert [kind.value for kind in Kind] == [
        *("signature", "seal", "verdict", "engines", "digest", "missing-file", "extra-file"),
        *("environment", "account", "region", "commit", "dirty-tree", "future", "age", "policy"),
        *("version", "waiver"),
    ]


@pytest.mark.parametrize("kind", ["p-256", "p-384", "p-521"])
def test_an_ecdsa_signature_has_one_form(folder: Path, tmp_path: Path, kind: str) -> None:
    """(r, n - s) holds for the same bytes, and anybody can write it: the lower s is the one."""
    key, private = parts.pair(tmp_path, kind)
    order = keys_module._ORDERS[key.key.scheme]
    for _ in range(4):
        path = parts.signed(folder, key, private)
        assert verify(folder, path, expected=parts.expected(public_key=key)).holds
        document = json.loads(path.read_bytes())
        (signature,) = document["signatures"]
        r, s = decode_dss_signature(base64.b64decode(signature["sig"]))
        assert s <= order // 2
        other = encode_dss_signature(r, order - s)
        Envelope.from_dict(
            {**document, "signatures": [{**signature, "sig": base64.b64encode(other).decode()}]}
        ).verify([key.key], threshold=1)
        signature["sig"] = base64.b64encode(other).decode()
        path.write_bytes(sealing.canonical(document) + b"\n")
        kind_of, message = refused(path, key)
        assert kind_of == "signature"
        assert "the signature does not hold for key.pub" in message


def test_no_other_file_is_replaced(folder: Path, tmp_path: Path) -> None:
    """An attestation of either form is, and where nothing is; a file, a link, a folder is not."""
    key, private = parts.pair(tmp_path)
    sealing.refuse_another(tmp_path / "none", shown="none")
    sealing.refuse_another(parts.sealed(folder), shown="x")
    sealing.refuse_another(parts.signed(folder, key, private), shown="x")
    link = tmp_path / "link"
    link.symlink_to(parts.sealed(folder))
    json_file = tmp_path / "cdk.json"
    json_file.write_text('{"app": "python3 app.py"}')
    for path in (link, json_file, tmp_path / "key.pub", tmp_path):
        with pytest.raises(SynthgateError) as raised:
            sealing.refuse_another(path, shown="named")
        assert str(raised.value) == (
            "named: is there and is no attestation, so it is not replaced; remove it, or name "
            "another file"
        )
