"""A message goes to the address that was looked at, in the name that is meant; no answer keeps us waiting."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from web.hooks import post as module
from web.hooks.guard import Target
from web.hooks.post import post

HERE = ip_address("127.0.0.1")
NAME = "hooks.example.com"
Talk = Callable[[socket.socket], None]


@contextmanager
def receiver(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Somebody who listens, and says to the first who comes what the test has them say; the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listening.accept()
                with connection if tls is None else tls.wrap_socket(connection, server_side=True) as speaking:
                    talk(speaking)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        with suppress(OSError):  # nobody may have come
            socket.create_connection(listening.getsockname(), 1).close()
        thread.join(20)
        assert not thread.is_alive()


def heard(connection: socket.socket) -> bytes:
    """A whole request."""

    def more() -> bytes:
        part = connection.recv(65536)
        if not part:
            raise ConnectionResetError
        return part

    data = b""
    while b"\r\n\r\n" not in data:
        data += more()
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(
        next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    )
    while len(body) < length:
        body += more()
    return head + b"\r\n\r\n" + body


def saying(answer: bytes, requests: list[bytes] | None = None) -> Talk:
    """Hears the request and gives an answer."""

    def talk(connection: socket.socket) -> None:
        request = heard(connection)
        if requests is not None:
            requests.append(request)
        connection.sendall(answer)

    return talk


def at(port: int, scheme: str = "http", name: str = NAME) -> Target:
    """Where the receiver is, under a name that the name service knows nothing of."""
    return Target(scheme, name, port, "/in?x=1", HERE)


def test_it_says_the_name_that_is_meant_to_the_address_that_was_looked_at() -> None:
    requests: list[bytes] = []
    with receiver(saying(b"HTTP/1.1 204 No Content\r\n\r\n", requests)) as port:
        reply = post(at(port), b'{"a":1}', {"webhook-id": "m1"})
    assert (reply.status, reply.taken, reply.words) == (204, True, "answered 204")
    [request] = requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /in?x=1 HTTP/1.1\r\n")
    assert f"Host: {NAME}:{port}".encode() in head
    assert b"webhook-id: m1" in head
    assert body == b'{"a":1}'


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    there: list[bytes] = []
    with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n", there)) as other:
        answer = f"HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1:{other}/\r\n\r\n".encode()
        with receiver(saying(answer)) as port:
            reply = post(at(port), b"{}", {})
    assert (reply.status, reply.taken) == (status, False)
    assert there == []


def test_what_a_receiver_asks_for_is_kept() -> None:
    for asked, kept in ((b"120", 120), (b"soon", None), (b"-1", None), (b"9" * 30, None)):
        with receiver(saying(b"HTTP/1.1 429 Slow\r\nRetry-After: " + asked + b"\r\n\r\n")) as port:
            assert post(at(port), b"{}", {}).retry_after == kept


def test_an_answer_without_end_is_not_read() -> None:
    def flood(connection: socket.socket) -> None:
        heard(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(OSError):
            while True:
                connection.sendall(b"x" * 65536)

    with receiver(flood) as port:
        assert post(at(port), b"{}", {}).taken


@pytest.mark.parametrize("slow", ["says nothing", "drips"])
def test_who_keeps_us_waiting_is_left(slow: str) -> None:
    left = threading.Event()

    def drip(connection: socket.socket) -> None:
        heard(connection)
        with suppress(OSError):
            while not left.wait(0.05):
                if slow == "drips":
                    connection.sendall(b"x")

    with receiver(drip) as port:
        begun = monotonic()
        reply = post(at(port), b"{}", {}, patience=0.5)
        left.set()
    assert reply.status is None
    assert monotonic() - begun < 5


@pytest.mark.parametrize(
    "answer", [b"", b"\x00\x01", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 300]
)
def test_what_is_no_answer_is_told(answer: bytes) -> None:
    with receiver(saying(answer)) as port:
        reply = post(at(port), b"{}", {})
    assert reply.status is None
    assert "could not be reached" in reply.words


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert post(at(port), b"{}", {}).words == "could not be reached (ConnectionRefusedError)"


# TLS


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server with a certificate for a name uses, and what a client who trusts it does."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
    (folder / "chain.pem").write_bytes(made.public_bytes(encoding))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=str(folder / "chain.pem"))


@pytest.mark.parametrize(("bears", "taken"), [(NAME, True), ("other.example.com", False)])
def test_who_answers_has_to_bear_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bears: str, taken: bool
) -> None:
    server, client = certificate(tmp_path, bears)
    monkeypatch.setattr(module, "_tls", lambda: client)
    with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n"), server) as port:
        reply = post(at(port, "https"), b"{}", {})
    assert reply.taken is taken
    assert taken or reply.words == "its certificate is not valid for this name"


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, NAME)
    with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n"), server) as port:
        assert post(at(port, "https"), b"{}", {}).words == "its certificate is not valid for this name"
