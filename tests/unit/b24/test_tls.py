"""TLS: the name is verified although the connection goes to a checked address, and sessions are kept."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from b24.errors import NotSent
from b24.transport import Transport
from tests.unit.b24.support import RawServer, answering, http

NAME = "portal.example"
OK = http("200 OK", b'{"result": 1}')


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for `portal.example` and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "portal.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def names() -> list[str | None]:
    """The names clients asked for in their handshakes."""
    return []


@pytest.fixture
def serve(certificate: Path, names: list[str | None]) -> Callable[[], RawServer]:
    def make() -> RawServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: names.append(name)
        return RawServer(answering(OK), context)

    return make


@pytest.fixture(autouse=True)
def everything_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to this machine."""
    real = socket.getaddrinfo

    def resolver(host: str, *args: Any, **kwargs: Any) -> Any:
        return real("127.0.0.1" if host.endswith(".example") else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)


def test_the_name_goes_into_the_handshake_and_one_session_serves_all(
    serve: Callable[[], RawServer], certificate: Path, names: list[str | None]
) -> None:
    transport = Transport(timeout=(5, 10), allow_private=True, verify=str(certificate))
    with serve() as server:
        for _ in range(3):
            answer = transport.post(f"https://{NAME}:{server.port}/rest/profile", json={})
            assert answer.body == {"result": 1}
        transport.close()
    assert names == [NAME]
    assert server.connections == 1
    assert b"Host: portal.example" in server.requests[0]


def test_another_name_is_not_believed(serve: Callable[[], RawServer], certificate: Path) -> None:
    transport = Transport(timeout=(5, 10), allow_private=True, verify=str(certificate))
    with serve() as server, pytest.raises(NotSent):
        transport.post(f"https://other.example:{server.port}/rest/profile", json={"auth": "t"})
    assert server.requests == []


def test_the_environment_cannot_add_trust(
    serve: Callable[[], RawServer], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificate))
    with serve() as server, pytest.raises(NotSent):
        Transport(timeout=(5, 10), allow_private=True).post(f"https://{NAME}:{server.port}/rest/x", json={})
    assert server.requests == []
