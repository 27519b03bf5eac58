"""The door of a witness takes requests to add a checkpoint, of bounded length, and nothing else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from charter.proof.policy import Witness
from tests.publishing.logs import Log, witness

LOG = Log()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Witness]:
    """A witness that knows the log, listening."""
    with witness(tmp_path, [LOG.key.verifier]) as listening:
        yield listening


def connect(door: Witness) -> socket.socket:
    """A connection to it."""
    assert door.url
    place = urlsplit(door.url)
    return socket.create_connection((place.hostname, place.port or 0), timeout=20)


def heard(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One answer: status, headers, body."""
    with connection.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        headers = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name] = value
        return status, headers, stream.read(int(headers["Content-Length"]))


def asked(door: Witness, raw: bytes) -> tuple[int, dict[str, str], bytes]:
    """What is answered to these bytes."""
    with connect(door) as connection:
        connection.sendall(raw)
        return heard(connection)


def post(body: bytes, path: str = "/add-checkpoint", *more: str) -> bytes:
    """A request as bytes."""
    head = [f"POST {path} HTTP/1.1", "Host: witness", f"Content-Length: {len(body)}", *more]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def test_a_checkpoint_is_cosigned(door: Witness) -> None:
    status, headers, body = asked(door, post(LOG.asks(0, 5)))
    assert status == 200
    assert body.decode().startswith("— witness.example/w1 ")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_another_size_is_answered_with_its_media_type(door: Witness) -> None:
    asked(door, post(LOG.asks(0, 5)))
    status, headers, body = asked(door, post(LOG.asks(0, 9)))
    assert (status, headers["Content-Type"], body) == (409, "text/x.tlog.size", b"5\n")


def test_a_connection_is_used_again(door: Witness) -> None:
    with connect(door) as connection:
        for old, new in ((0, 5), (5, 9), (9, 9)):
            connection.sendall(post(LOG.asks(old, new)))
            assert heard(connection)[0] == 200


@pytest.mark.parametrize(
    "path", ["/", "/add-checkpoint/", "/add-checkpoint?x=1", "/ADD-CHECKPOINT", "//add-checkpoint/.."]
)
def test_there_is_nothing_else_to_send_to(door: Witness, path: str) -> None:
    assert asked(door, post(LOG.asks(0, 5), path))[0] == 404


def test_there_is_nothing_to_read(door: Witness) -> None:
    assert asked(door, b"GET / HTTP/1.1\r\nHost: w\r\n\r\n")[0] == 404
    status, headers, _ = asked(door, b"GET /add-checkpoint HTTP/1.1\r\nHost: w\r\n\r\n")
    assert (status, headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("length", ["65537", "999999999"])
def test_a_long_request_is_refused_before_it_is_read(door: Witness, length: str) -> None:
    head = f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: {length}\r\n\r\n".encode()
    status, headers, _ = asked(door, head)
    assert (status, headers["Connection"]) == (413, "close")


@pytest.mark.parametrize(
    "header",
    [
        "X: y",
        "Content-Length: -1",
        "Content-Length: 5x",
        "Content-Length: 12345678901234567890",
        "Content-Length: ٣",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: chunked",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
    ],
)
def test_a_request_without_one_plain_length_is_refused(door: Witness, header: str) -> None:
    head = f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{header}\r\n\r\n".encode()
    status, headers, _ = asked(door, head)
    assert (status, headers["Connection"]) == (411, "close")


def test_whoever_hangs_up_in_between_leaves_nothing_behind(door: Witness) -> None:
    request = post(LOG.asks(0, 5))
    for cut in (1, 30, len(request) - 1):
        with connect(door) as connection:
            connection.sendall(request[:cut])
    assert asked(door, request)[0] == 200, "it has seen nothing yet"


def test_what_is_no_request_gets_a_sentence(door: Witness) -> None:
    status, _, body = asked(door, post(b"\xff\xfe"))
    assert (status, body) == (400, b"This is not a request to add a checkpoint: this is not UTF-8.\n")


def test_many_ask_at_once_and_each_is_answered(door: Witness) -> None:
    """Of all that have seen nothing one is first; the others are told so."""
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda size: asked(door, post(LOG.asks(0, size)))[0], range(1, 65)))
    assert sorted(set(statuses)) == [200, 409]
    assert statuses.count(200) == 1
