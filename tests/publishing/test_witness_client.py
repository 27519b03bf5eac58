"""A ledger asks witnesses politely and believes them nothing but a good cosignature of the key it knows."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from charter.proof import cosignature
from charter.proof.note import SigningKey
from charter.proof.policy import Witness
from charter.publishing.witness_client import Reply, ask, ask_all
from tests.publishing.logs import Log, witness, witness_key

LOG = Log()
KEY = witness_key()
SIGNED = LOG.checkpoint(9)


def asked(known: Witness, new: int = 9, seen: int = 0, log: Log = LOG) -> Reply:
    """What comes of asking for a checkpoint of `new` entries, thinking that the witness has seen `seen`."""
    return ask(known, log.checkpoint(new), seen, lambda old: log.proof(old, new), silence=0.5)


@contextmanager
def saying(*answers: bytes, key: SigningKey = KEY) -> Iterator[Witness]:
    """A witness that says just this, one answer for each connection, and keeps silent after the last."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        open_: list[socket.socket] = []

        def serve() -> None:
            for answer in answers:
                try:
                    connection, _ = listening.accept()
                    open_.append(connection)
                    read(connection)
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    return

        thread = Thread(target=serve)
        thread.start()
        try:
            yield Witness("w1", key.verifier, f"http://127.0.0.1:{listening.getsockname()[1]}/")
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in open_:
                connection.close()


def read(connection: socket.socket) -> None:
    """Read a request up to its end, which is that of a signature."""
    data = b""
    while not (data.endswith(b"\n") and b"\xe2\x80\x94" in data):
        data += connection.recv(65536)


def http(status: int, body: bytes | str = b"", *headers: str) -> bytes:
    """An answer as bytes."""
    data = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(data)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + data


def size(known: int) -> bytes:
    """The answer of a witness that has seen another size."""
    return http(409, f"{known}\n", "Content-Type: text/x.tlog.size")


def good(key: SigningKey = KEY) -> str:
    """A good cosignature of the checkpoint."""
    return str(cosignature.sign(key, SIGNED.note.text, 1_790_000_000))


def test_a_witness_cosigns_from_the_start_and_as_the_log_grows(tmp_path: Path) -> None:
    with witness(tmp_path, [LOG.key.verifier]) as known:
        for new, seen in ((5, 0), (9, 5), (9, 9)):
            reply = asked(known, new, seen)
            assert (reply.witness, reply.words) == ("w1", "cosigned")
            assert reply.cosignature is not None


def test_a_witness_that_has_seen_another_size_is_asked_again_with_that(tmp_path: Path) -> None:
    with witness(tmp_path, [LOG.key.verifier]) as known:
        asked(known, 5)
        for thought in (0, 3, 7):
            assert asked(known, 9, thought).cosignature, thought


def test_a_longer_history_than_ours_is_told(tmp_path: Path) -> None:
    with witness(tmp_path, [LOG.key.verifier]) as known:
        asked(known, 9)
        reply = asked(known, 5)
    assert reply.cosignature is None
    assert reply.words == "has seen this ledger with 9 entries, more than the 5 it has here (see: charter verify)"


def test_another_history_of_the_same_length_is_told(tmp_path: Path) -> None:
    with witness(tmp_path, [LOG.key.verifier]) as known:
        asked(known, 9)
        words = asked(known, 9, log=LOG.fork(3)).words
    assert words == "has seen another history of this ledger's 9 entries (see: charter verify)"


def test_a_history_that_does_not_continue_is_told(tmp_path: Path) -> None:
    with witness(tmp_path, [LOG.key.verifier]) as known:
        asked(known, 5)
        assert "no proof that this history continues" in asked(known, 9, log=LOG.fork(3)).words


def test_an_unknown_ledger_and_an_unknown_key_are_told(tmp_path: Path) -> None:
    other = Log(SigningKey("charter-ledger/0000000000000000", bytes([2]) * 32))
    forged = Log(SigningKey(LOG.key.name, bytes([2]) * 32))
    with witness(tmp_path, [LOG.key.verifier]) as known:
        assert asked(known, log=other).words.startswith("does not know this ledger")
        assert asked(known, log=forged).words.startswith("does not accept the ledger's key")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http(200, good(witness_key(seed=8))), "another key"),
        (http(200, good(witness_key("witness.example/other"))), "another key"),
        (http(200, ""), "another key"),
        (http(200, "thank you\n"), "no cosignature"),
        (http(200, good()[:-1]), "no cosignature"),
        (http(200, good().replace("\n", "\r\n")), "no cosignature"),
        (http(200, b"\xff\n"), "no cosignature"),
        (http(200, good()[:-8] + "AAAAAA=\n"), "no cosignature"),
        (http(200, "x" * 70_000), "at a length"),
        (http(204), "status 204"),
        (http(400), "status 400"),
        (http(500, "x" * 70_000), "at a length"),
        (http(302, "", "Location: http://127.0.0.1:1/"), "status 302"),
        (http(307, "", "Location: http://127.0.0.1:1/add-checkpoint"), "status 307"),
        (http(409, "5\n"), "does not say what"),
        (http(409, "five\n", "Content-Type: text/x.tlog.size"), "does not say what"),
        (http(409, "5", "Content-Type: text/x.tlog.size"), "does not say what"),
        (http(409, "05\n", "Content-Type: text/x.tlog.size"), "does not say what"),
        (http(409, "-5\n", "Content-Type: text/x.tlog.size"), "does not say what"),
        (http(409, "9" * 30 + "\n", "Content-Type: text/x.tlog.size"), "does not say what"),
        (size(10), "more than the 9"),
        (size(0), "another history"),
        (b"SSH-2.0-OpenSSH\r\n", "cannot be asked"),
        (b"", "cannot be asked"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf", "no cosignature"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "cannot be asked"),
    ],
)
def test_anything_but_a_good_cosignature_is_put_into_words(answer: bytes, words: str) -> None:
    with saying(answer) as known:
        reply = asked(known)
    assert reply.cosignature is None
    assert words in reply.words, reply
    assert "\n" not in reply.words


def test_cosignatures_of_others_are_passed_over() -> None:
    both = good(witness_key("witness.example/other")) + good()
    with saying(http(200, both)) as known:
        reply = asked(known)
    assert reply.cosignature is not None
    assert str(reply.cosignature) == good()


def test_a_witness_that_changes_its_mind_is_given_up() -> None:
    with saying(size(5), size(6), size(7), size(8)) as known:
        assert "whenever it was asked" in asked(known).words


def test_silence_and_nobody_there_are_told() -> None:
    with saying() as known:
        assert "did not answer in time" in asked(known).words
    assert "Connection refused" in asked(known).words


def test_an_answer_that_drips_is_not_waited_for() -> None:
    """Each piece comes soon enough, all of them together do not."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        known = Witness("w1", KEY.verifier, f"http://127.0.0.1:{listening.getsockname()[1]}/")
        done: list[Sequence[Reply]] = []

        def wait() -> None:
            done.append(ask_all([known], SIGNED, {}, lambda _: (), silence=5, patience=0.3))

        waiting = Thread(target=wait)
        waiting.start()
        connection, _ = listening.accept()
        with connection:
            read(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while waiting.is_alive():
                connection.sendall(b"X")
                waiting.join(0.05)
    assert done == [[Reply("w1", None, "took too long to answer")]]


@pytest.mark.parametrize("url", [None, "file:///etc/passwd", "ftp://127.0.0.1/", "/relative"])
def test_only_the_web_is_asked(url: str | None) -> None:
    reply = asked(Witness("w1", KEY.verifier, url))
    assert "has no address" in reply.words or "neither http:// nor https://" in reply.words


@pytest.mark.parametrize(
    "url", ["http://", "http://[", "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://a b/"]
)
def test_an_address_that_is_none_is_told(url: str) -> None:
    reply = asked(Witness("w1", KEY.verifier, url))
    assert reply.cosignature is None
    assert reply.words.startswith("cannot be ")


def test_what_goes_wrong_here_is_not_blamed_on_a_witness(tmp_path: Path) -> None:
    def broken(_old: int) -> tuple[bytes, ...]:
        msg = "our tree is damaged"
        raise LookupError(msg)

    with witness(tmp_path, [LOG.key.verifier]) as known:
        asked(known, 5)
        with pytest.raises(LookupError, match="our tree"):
            ask_all([known], SIGNED, {"w1": 5}, broken)


def test_all_are_asked_at_once_and_told_in_their_order(tmp_path: Path) -> None:
    with (
        witness(tmp_path, [LOG.key.verifier], "w1", 7) as one,
        witness(tmp_path, [LOG.key.verifier], "w2", 8) as two,
        saying(key=witness_key("witness.example/w3", 9)) as silent,
    ):
        every = [two, silent._replace(name="w3"), one]
        replies = ask_all(every, SIGNED, {}, lambda old: LOG.proof(old, 9), silence=0.5)
    assert [reply.witness for reply in replies] == ["w2", "w3", "w1"]
    assert [reply.cosignature is not None for reply in replies] == [True, False, True]
