"""Whether a request left is told by the kind of an error, never by words of the other side (G-3, X-5)."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from intacct.gateway import NetworkFault
from tests.gateway.wire import CHUNKED, Wire, impatient, whole


def certificate(folder: Path, host: x509.GeneralName) -> Path:
    """A file with a key and a certificate for that host, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([host]), critical=False)
        .sign(key, hashes.SHA256())
    )
    kept = folder / "gateway.pem"
    kept.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return kept


@contextmanager
def a_secured_gateway(kept: Path) -> Iterator[str]:
    """The address of a server with that certificate, which answers nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(kept)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _address = listener.accept()
            with line:
                try:
                    context.wrap_socket(line, server_side=True).close()
                except OSError:
                    return  # the client has left, as it should

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/ia/xml/xmlgw.phtml"
        thread.join(5)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        (x509.IPAddress(ip_address("127.0.0.1")), False),
        (x509.DNSName("elsewhere.example"), True),
    ],
    ids=["nobody vouches for it", "another host's"],
)
def test_nothing_is_sent_to_a_host_whose_certificate_is_not_to_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: x509.GeneralName, known: bool
) -> None:
    kept = certificate(tmp_path, host)
    if known:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(kept))
    with a_secured_gateway(kept) as url:
        fault = whole(impatient(), url)

    assert isinstance(fault, NetworkFault)
    assert "certificate is not to be trusted" in fault.message
    assert (fault.nothing_ran, fault.retryable, fault.culprit) == (True, False, "address")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 doesn't match\r\n\r\n",
        b"hostname 'api.intacct.com' doesn't match 'x'\r\n\r\n",
        b"CERTIFICATE_VERIFY_FAILED\r\n\r\n",
        CHUNKED + b"[SSL: CERTIFICATE_VERIFY_FAILED]\r\n",
    ],
)
def test_a_server_that_speaks_of_certificates_has_had_the_request_all_the_same(
    wire: Wire, answer: bytes
) -> None:
    def send(line: socket.socket) -> None:
        line.sendall(answer)
        line.shutdown(socket.SHUT_RDWR)

    wire.replies = [send]

    fault = whole(impatient(), wire.url)

    assert isinstance(fault, NetworkFault)
    assert not fault.nothing_ran
    assert len(wire.heads) == 1, "the whole write was read"
