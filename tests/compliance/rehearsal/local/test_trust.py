"""The local AWS's certificate is trusted by its callers, beside what they trust already."""

from __future__ import annotations

import os
import ssl
import sys
from typing import TYPE_CHECKING

import pytest

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.local import trust

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "-----BEGIN CERTIFICATE-----\nanother\n-----END CERTIFICATE-----\n"


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    """From its first byte on."""
    made = trust.make(tmp_path, environ={})
    assert made.key.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE KEY" in made.key.read_text()
    assert "PRIVATE KEY" not in made.certificate.read_text() + made.bundle.read_text()


def test_the_certificate_is_for_this_machine_alone(tmp_path: Path) -> None:
    """By its name and its address; the server can speak with it."""
    made = trust.make(tmp_path, environ={})
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made.certificate, made.key)
    # The only public reader of a certificate in the standard library is a private one.
    told = ssl._ssl._test_decode_cert(str(made.certificate))  # type: ignore[attr-defined]
    assert set(told["subjectAltName"]) == {("DNS", "localhost"), ("IP Address", "127.0.0.1")}


def test_two_rehearsals_trust_one_another_in_nothing(tmp_path: Path) -> None:
    """Each has an authority of its own."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = trust.make(tmp_path / "one", environ={})
    two = trust.make(tmp_path / "two", environ={})
    assert one.authority.read_text() not in two.bundle.read_text()


def test_what_the_environment_trusts_is_trusted_still(tmp_path: Path) -> None:
    """Each file that it names, and the machine's own; each once."""
    for name in ("one", "two", "node"):
        (tmp_path / f"{name}.pem").write_text(OTHER.replace("another", name))
    environ = {
        "SSL_CERT_FILE": str(tmp_path / "one.pem"),
        "AWS_CA_BUNDLE": str(tmp_path / "two.pem"),
        "REQUESTS_CA_BUNDLE": str(tmp_path / "one.pem"),
        "CURL_CA_BUNDLE": "",
        "NODE_EXTRA_CA_CERTS": str(tmp_path / "node.pem"),
    }
    made = trust.make(tmp_path, environ=environ)
    text = made.bundle.read_text()
    for name in ("one", "two", "node"):
        assert text.count(OTHER.replace("another", name)) == 1
    assert made.authority.read_text() in text
    default = ssl.get_default_verify_paths().cafile
    if default:
        with open(default, encoding="utf-8") as stream:  # noqa: PTH123 - as the system names it
            assert stream.read() in text
    assert made.variables() == dict.fromkeys(environ, str(made.bundle))


def test_a_machine_without_certificates_trusts_the_rehearsals_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else can be called then anyway."""
    paths = ssl.DefaultVerifyPaths(*[None] * 6)  # type: ignore[arg-type]  # as it is there
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    made = trust.make(tmp_path, environ={})
    assert made.bundle.read_text().strip() == made.authority.read_text().strip()


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """With the variables of which one names them."""
    with pytest.raises(RehearsalError) as caught:
        trust.make(tmp_path, environ={"REQUESTS_CA_BUNDLE": str(tmp_path / "gone.pem")})
    assert str(caught.value) == (
        f"{tmp_path}/gone.pem: cannot read the certificates that the environment names: No such "
        "file or directory; next: correct the variable (SSL_CERT_FILE, AWS_CA_BUNDLE, "
        "REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS)"
    )


def test_what_makes_certificates_may_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to install is told."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(RehearsalError, match=r"trustme is not installed; next: pip install 'synth"):
        trust.make(tmp_path, environ={})


def test_nothing_that_leads_to_an_account_is_handed_on() -> None:
    """Keys, profiles, roles, settings of the CDK, of MiniStack and its kin, and proxies."""
    kept = {"PATH": "/bin", "HOME": "/root", "SSL_CERT_FILE": "/certs", "NO_COLOR": "1"}
    taken = {
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_PROFILE": "prod",
        "AWS_ENDPOINT_URL_S3": "https://example.com",
        "AWS_CONFIG_FILE": "/home/someone/.aws/config",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/token",
        "CDK_DEFAULT_ACCOUNT": "123456789012",
        "CDK_DOCKER": "podman",
        "MINISTACK_REGION": "x",
        "LOCALSTACK_HOST": "x",
        "HTTPS_PROXY": "http://proxy",
        "https_proxy": "http://proxy",
        "http_proxy": "http://proxy",
        "ALL_PROXY": "http://proxy",
    }
    nowhere = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }
    assert trust.without_aws({**kept, **taken}) == {**kept, **nowhere}
    # The server and the functions that it runs see what is known to be no secret, and no more.
    assert trust.narrow({**kept, **taken, "LC_ALL": "C", "CI_TOKEN": "x"}) == {
        "PATH": "/bin",
        "LC_ALL": "C",
        **nowhere,
    }
