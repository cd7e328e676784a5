"""What the gate judged, written down so that it can be checked before anything is deployed.

An attestation is an in-toto Statement over every file of an assembly. It lies beside the assembly,
and comes in two forms:

- sealed: the statement holds a sha256 over itself. That shows that nothing was changed by accident;
  it does not show who wrote it, because anybody can seal.
- signed: a DSSE envelope, once `public-key` stands in `[tool.synthgate.attestation]`. From then on
  nothing but a signature of that key is accepted.

A pair of keys is made with OpenSSL; the public half belongs in the repository, the private half in
the secrets of CI, or in a file that is given with `--key`:

    openssl genpkey -algorithm ed25519 -out attestation.pem
    openssl pkey -in attestation.pem -pubout -out keys/attestation.pub
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX: Final = ".intoto.json"
"""How an attestation's name ends."""


def attestation_path(assembly: Path) -> Path:
    """Where the attestation of an assembly lies: `build/cdk.out/prod.intoto.json`, beside it.

    A link is followed: the attestation belongs to the folder, whatever leads to it.
    """
    folder = assembly.resolve()
    return folder.with_name(f"{folder.name}{SUFFIX}")
