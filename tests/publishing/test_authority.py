"""A time-stamp authority is asked over HTTP; what it answers is kept only when it is good."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server
from threading import Event, Thread

import pytest

from charter.proof.der import BITS, INTEGER, SEQUENCE, TEXT, only, wrapped
from charter.proof.timestamp import MOST, verify_stamp
from charter.publishing.authority import NoStampGiven, NotAnAuthority, WrongStampGiven, ask
from tests.authority import Authority, served

NOTE = b"charter-ledger/9f86d081884c7d65\n1284\nzTPN5CGSMbQSxxSxdF0rGh9ZXKNMdjTGxeRLn6gUTf4=\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority as it should be."""
    return Authority(tmp_path_factory.mktemp("office"))


def answering(answer: Callable[[bytes], bytes] | bytes, office: Authority, **how: object) -> str:
    """Why what is answered was not kept."""
    reply = (lambda _: answer) if isinstance(answer, bytes) else answer
    with served(reply, **how) as url, pytest.raises((NoStampGiven, WrongStampGiven)) as refused:  # type: ignore[arg-type]
        ask(url, NOTE, office.roots)
    assert url in str(refused.value)
    return str(refused.value)


def test_an_authority_gives_a_token_that_verifies(office: Authority) -> None:
    with served(office.answer) as url:
        token, stamp = ask(url, NOTE, office.roots)
    assert verify_stamp(token, NOTE, office.roots) == stamp
    assert abs(datetime.now(UTC) - stamp.time) < timedelta(minutes=1)


def test_the_question_shows_nothing_but_a_hash(office: Authority) -> None:
    """SHA-256, with a nonce that is never the same, and the wish for a certificate."""
    questions: list[bytes] = []

    def answer(question: bytes) -> bytes:
        questions.append(question)
        return office.answer(question)

    with served(answer) as url:
        ask(url, NOTE, office.roots)
        ask(url, NOTE, office.roots)
    assert len(set(questions)) == 2
    for question in questions:
        _, imprint, nonce, wants_certificate = only(question).parts(SEQUENCE)
        assert len(imprint.parts(SEQUENCE)[1].content) == 32
        assert len(nonce.content) > 4  # of 64 random bits, whose leading zeros are not written
        assert wants_certificate.whole == b"\x01\x01\xff"


def test_an_answer_that_was_given_before_is_noticed(office: Authority) -> None:
    """Its nonce is that of another question."""
    with served(office.answer) as url:
        token, _ = ask(url, NOTE, office.roots)
    again = wrapped(SEQUENCE, wrapped(SEQUENCE, wrapped(INTEGER, b"\0")) + token)
    assert "its nonce is not the one that was sent" in answering(again, office)


def test_an_authority_that_is_not_trusted_is_told_from_one_that_is(office: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path)
    assert "does not lead to a root that is trusted here" in answering(other.answer, office)


def test_an_authority_that_says_no_is_quoted(office: Authority) -> None:
    """In its own words, or else in those of RFC 3161; never in control characters."""

    def refusing(*parts: bytes) -> bytes:
        return wrapped(SEQUENCE, wrapped(SEQUENCE, wrapped(INTEGER, b"\2") + b"".join(parts)))

    words = wrapped(SEQUENCE, wrapped(TEXT, b"Closed\x1b[2J\n on Sundays."))
    assert "it says: Closed[2J on Sundays. Nothing was kept" in answering(refusing(words), office)
    assert "its clock does not work" in answering(refusing(wrapped(BITS, b"\1\0\2")), office)
    assert "failure 7" in answering(refusing(wrapped(BITS, b"\0\1")), office)
    assert "it does not say why" in answering(refusing(), office)
    assert "it does not say why" in answering(refusing(wrapped(BITS, b"\0")), office)


def test_openssl_refuses_what_is_no_question(office: Authority) -> None:
    """The refusal of a real authority."""
    assert "it says: Bad request format or system error" in answering(lambda _: office.answer(b"what?"), office)


def test_an_answer_without_a_token_is_none(office: Authority) -> None:
    granted = wrapped(SEQUENCE, wrapped(INTEGER, b"\0"))
    assert "there is no token in its answer" in answering(wrapped(SEQUENCE, granted), office)
    for garbage in (b"", b"<html>hello</html>", b"\x30\x80", wrapped(SEQUENCE, b""), granted):
        assert "its answer cannot be read" in answering(garbage, office)
    assert "it is not a token" in answering(wrapped(SEQUENCE, granted + wrapped(SEQUENCE, b"")), office)


def test_an_answer_has_some_length(office: Authority) -> None:
    assert "longer than any should be" in answering(bytes(2 * MOST), office)


def test_an_answer_without_an_end_is_not_listened_to(office: Authority) -> None:
    with ExitStack() as stack:
        talker = stack.enter_context(create_server(("127.0.0.1", 0)))

        def talk() -> None:
            line, _ = talker.accept()
            with line, suppress(OSError):
                line.recv(1 << 16)
                line.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
                while True:
                    line.sendall(bytes(1 << 16))

        Thread(target=talk, daemon=True).start()
        with pytest.raises(NoStampGiven, match="longer than any should be"):
            ask(f"http://127.0.0.1:{talker.getsockname()[1]}/", NOTE, office.roots, patience=5.0)


def test_only_a_good_status_is_an_answer(office: Authority) -> None:
    for status in (404, 500, 301, 302, 303, 307, 308):
        assert f"it answered with status {status}" in answering(b"", office, status=status, headers={"Location": "/"})


def test_redirects_are_not_followed(office: Authority) -> None:
    """Whoever answers in another's place is never asked."""
    asked = Event()

    def elsewhere(_: bytes) -> bytes:
        asked.set()
        return b""

    with served(elsewhere) as other:
        for status in (301, 302, 303, 307, 308):
            answering(b"", office, status=status, headers={"Location": other})
    assert not asked.is_set()


def test_silence_is_not_waited_for(office: Authority) -> None:
    """Neither before the answer nor between two bytes of it."""
    with ExitStack() as stack:
        deaf = stack.enter_context(create_server(("127.0.0.1", 0)))
        with pytest.raises(NoStampGiven, match="it did not answer in time"):
            ask(f"http://127.0.0.1:{deaf.getsockname()[1]}/", NOTE, office.roots, silence=0.05)
        with pytest.raises(NoStampGiven, match="it took too long to answer"):
            ask(f"http://127.0.0.1:{deaf.getsockname()[1]}/", NOTE, office.roots, patience=0.05)


def test_nobody_there_is_said_plainly(office: Authority) -> None:
    with create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NoStampGiven, match="cannot be reached"):
        ask(f"http://127.0.0.1:{port}/", NOTE, office.roots)


@pytest.mark.parametrize(
    "url", ["", "tsa.example", "file:///etc/passwd", "ftp://tsa.example", "http://", "http://[", "http://x:99999/"]
)
def test_an_authority_has_an_address_of_the_web(url: str, office: Authority) -> None:
    with pytest.raises(NotAnAuthority):
        ask(url, NOTE, office.roots)


def test_a_password_in_an_address_is_not_repeated(office: Authority) -> None:
    with pytest.raises(NotAnAuthority) as refused:
        ask("https://me:secret@tsa.example/", NOTE, office.roots)
    assert "secret" not in str(refused.value)
