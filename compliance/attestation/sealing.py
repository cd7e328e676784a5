"""An attestation's bytes: a sealed statement, or a signed one in its envelope.

Sources: DSSE (secure-systems-lab/dsse, 'envelope.md' and 'protocol.md'); in-toto Attestation
Framework, 'Envelope layer specification'. DSSE lets a file be written in many ways; here one way
is accepted, so that no byte of it can change unseen.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.assembly.template import parse_json
from compliance.attestation import keys
from compliance.attestation.mismatches import Kind, Mismatch
from compliance.attestation.model import GATE, STATEMENT_TYPE, Statement
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]  # its public name

    from compliance.assembly.model import Json
    from compliance.attestation.keys import PublicKey

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
MAX_BYTES: Final = 64_000_000
"""Of an attestation's file. `digests.MAX_FILES` files with names of 500 characters fit in."""
_ENVELOPE: Final = frozenset({"payload", "payloadType", "signatures"})
_SIGNATURE: Final = frozenset({"keyid", "sig"})
_AGAIN: Final = "attest again"


@dataclass(frozen=True, slots=True)
class Opened:
    """An attestation whose seal or signature holds.

    Attributes:
        document: what it states, not yet looked at.
        key: id of the key that signed it; empty when it is sealed.
    """

    document: Mapping[str, Json]
    key: str = ""


def canonical(document: Json) -> bytes:
    """A JSON document's one form: UTF-8, keys sorted, no white space.

    Raises:
        ValueError: it holds a number that JSON has not, or a lone surrogate.
    """
    return json.dumps(
        document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def sealed(statement: Statement) -> bytes:
    """The file of a statement that nobody signs."""
    document = _dumped(statement)
    document["predicate"][GATE]["seal"] = hashlib.sha256(canonical(document)).hexdigest()
    return canonical(document) + b"\n"


def signed(statement: Statement, *, signer: CryptoSigner) -> bytes:
    """The file of a statement in its envelope, with one signature."""
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 - a signed attestation's alone

    envelope = Envelope(canonical(_dumped(statement)), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    document = envelope.to_dict()
    for signature in document["signatures"]:
        raw = base64.b64decode(signature["sig"])
        signature["sig"] = base64.b64encode(keys.lowered(raw, key=signer.public_key)).decode()
    return canonical(document) + b"\n"


def read_bytes(path: Path) -> bytes:
    """The bytes of an attestation.

    Raises:
        SynthgateError: it is a link, a folder or anything else that is no file, cannot be read, or
            is larger than `MAX_BYTES`.
    """
    try:
        # Neither a link nor a pipe is what was written here: the one leads elsewhere, the other
        # would be waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise SynthgateError(f"{path}: no file; give the attestation's own")
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise SynthgateError(
            f"{path}: there is no attestation; make one with `synthgate attest ASSEMBLY`"
        ) from error
    except (OSError, ValueError) as error:
        if path.is_symlink():
            raise SynthgateError(f"{path}: a link; give the attestation's own file") from error
        if path.is_dir():
            raise SynthgateError(f"{path}: a folder; give the attestation's file") from error
        raise SynthgateError(f"{path}: cannot be read: {error}") from error
    if len(raw) > MAX_BYTES:
        raise SynthgateError(f"{path}: larger than {MAX_BYTES:,} bytes: no attestation; {_AGAIN}")
    return raw


def refuse_another(path: Path, *, shown: str) -> None:
    """Refuse to put an attestation in the place of a file that is none.

    Raises:
        SynthgateError: there is something else, or what cannot be read.
    """
    if not os.path.lexists(path):
        return
    try:
        document = _parsed(read_bytes(path), shown=shown)
        is_one = document.get("_type") == STATEMENT_TYPE or document.keys() >= _ENVELOPE
    except SynthgateError:
        is_one = False
    if not is_one:
        raise SynthgateError(
            f"{shown}: is there and is no attestation, so it is not replaced; remove it, or name "
            "another file"
        )


def opened(raw: bytes, *, shown: str, key: PublicKey | None) -> Opened | Mismatch:
    """What an attestation states, once its signature or its seal holds.

    Args:
        raw: the file.
        shown: how it is named.
        key: the key that has to have signed it; `None` when none is configured.

    Returns:
        The document, or what is wrong with signature or seal.

    Raises:
        SynthgateError: it is no attestation at all.
    """
    document = _parsed(raw, shown=shown)
    is_envelope = not _ENVELOPE.isdisjoint(document)
    if key is None and is_envelope:
        return Mismatch(
            Kind.SIGNATURE,
            f"{shown}: it is signed, and no key is configured to verify it with; name the public "
            "key: public-key in [tool.synthgate.attestation]",
        )
    if key is not None and not is_envelope:
        return Mismatch(
            Kind.SIGNATURE,
            f"{shown}: it is not signed, and {key.shown} is configured (key {key.id[:12]}); "
            "attest again with the private key (--key)",
        )
    if _rewritten(document, shown=shown) != raw:
        return Mismatch(
            Kind.SIGNATURE if is_envelope else Kind.SEAL,
            f"{shown}: it is not written as it was attested: white space, an escape or the order "
            f"differs; {_AGAIN}",
        )
    if key is None:
        return _unsealed(document, shown=shown)
    return _verified(document, shown=shown, key=key)


def _dumped(statement: Statement) -> dict[str, Json]:
    return statement.model_dump(mode="json", by_alias=True, exclude_none=True)


def _parsed(raw: bytes, *, shown: str) -> Mapping[str, Json]:
    try:
        document = parse_json(raw.decode())
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise SynthgateError(f"{shown}: no attestation: {reason}; {_AGAIN}") from error
    if not isinstance(document, dict):
        raise SynthgateError(
            f"{shown}: no attestation: an object is expected, found {type(document).__name__}; "
            f"{_AGAIN}"
        )
    return document


def _rewritten(document: Json, *, shown: str) -> bytes:
    try:
        return canonical(document) + b"\n"
    except (ValueError, RecursionError) as error:
        raise SynthgateError(
            f"{shown}: no attestation: it holds what JSON has not: {error}; {_AGAIN}"
        ) from error


def _unsealed(document: Mapping[str, Json], *, shown: str) -> Opened | Mismatch:
    predicate = document.get("predicate")
    gate = predicate.get(GATE) if isinstance(predicate, dict) else None
    seal = gate.get("seal") if isinstance(gate, dict) else None
    if not isinstance(predicate, dict) or not isinstance(gate, dict) or not isinstance(seal, str):
        raise SynthgateError(
            f"{shown}: no attestation of this gate: predicate.{GATE}.seal is missing; {_AGAIN}"
        )
    unsealed = {name: value for name, value in gate.items() if name != "seal"}
    stated = {**document, "predicate": {**predicate, GATE: unsealed}}
    seen = hashlib.sha256(canonical(stated)).hexdigest()
    if seen != seal:
        return Mismatch(
            Kind.SEAL,
            f"{shown}: it was changed after it was written: sealed as sha256 {seal[:12]}, "
            f"it is {seen[:12]}; {_AGAIN}",
        )
    return Opened(stated)


def _verified(document: Mapping[str, Json], *, shown: str, key: PublicKey) -> Opened | Mismatch:
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 - a signed attestation's alone
    from securesystemslib.exceptions import Error  # noqa: PLC0415

    signature = _one_signature(document, shown=shown)
    if isinstance(signature, Mismatch):
        return signature
    if document["payloadType"] != PAYLOAD_TYPE:
        return Mismatch(
            Kind.SIGNATURE,
            f"{shown}: payloadType {document['payloadType']!r}; {PAYLOAD_TYPE} is expected; "
            f"{_AGAIN}",
        )
    if signature["keyid"] != key.id:
        return Mismatch(
            Kind.SIGNATURE,
            f"{shown}: signed by the key {signature['keyid'][:12]}, and {key.shown} is the key "
            f"{key.id[:12]}; attest again with the private key that belongs to it",
        )
    try:
        # It writes into what it is given.
        envelope = Envelope.from_dict({**document, "signatures": [dict(signature)]})
        # Base64 has bits that decode to nothing: whoever sets them changes no signature.
        intact = envelope.to_dict() == document
        envelope.verify([key.key], threshold=1)
        raw = base64.b64decode(signature["sig"])
        intact = intact and keys.lowered(raw, key=key.key) == raw
    except (Error, ValueError):
        intact = False
    if not intact:
        return Mismatch(
            Kind.SIGNATURE,
            f"{shown}: the signature does not hold for {key.shown} (key {key.id[:12]}): it was "
            f"changed, or another key signed it; {_AGAIN}",
        )
    return Opened(_parsed(envelope.payload, shown=shown), key=key.id)


def _one_signature(document: Mapping[str, Json], *, shown: str) -> Mapping[str, str] | Mismatch:
    """The signature of an envelope that is one, to the last field."""
    signatures = document.get("signatures")
    if (
        document.keys() != _ENVELOPE
        or not isinstance(document["payload"], str)
        or not isinstance(document["payloadType"], str)
        or not isinstance(signatures, list)
        or not all(
            isinstance(each, dict)
            and each.keys() == _SIGNATURE
            and all(isinstance(value, str) for value in each.values())
            for each in signatures
        )
    ):
        raise SynthgateError(
            f"{shown}: no DSSE envelope: payload, payloadType and signatures with keyid and sig "
            f"are expected, and nothing else; {_AGAIN}"
        )
    if len(signatures) != 1:
        return Mismatch(
            Kind.SIGNATURE,
            f"{shown}: {len(signatures)} signatures; exactly one is expected; {_AGAIN}",
        )
    found: Mapping[str, str] = signatures[0]
    return found
