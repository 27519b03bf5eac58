"""A server that is told to stop answers what it has accepted, and whoever asks again is answered by the next one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from charter.decisions.events import RequestLogged
from charter.ledger import Ledger
from charter.proof.verify import verify
from tests.web.conftest import CHARTER, REP
from web.access.accounts import Accounts
from web.access.tokens import Scope

ROOT = Path(__file__).parents[2]
ASKERS = 8
ENOUGH = 40
"""Answers after which the server is told to stop."""
PATIENCE = 60.0
BOUND = 20.0
"""Seconds within which it has to end."""


class Caller:
    """Logs requests in one server after the other, each with a key of its own, and keeps what it was answered."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.answers: dict[str, Any] = {}
        self.unanswered: set[str] = set()
        self._change = threading.Condition()

    def ask(self, connection: HTTPConnection, key: str) -> tuple[int, Any]:
        """Log one request; the status and what was answered."""
        body = json.dumps({"charter": CHARTER, "request": f"Request {key}"})
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key, "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/commands/log-request", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def ask_on(self, port: int, asker: int) -> None:
        """Log one request after the other over one connection, until it ends or the server takes no more."""
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.connect()
        connection.auto_open = 0  # a connection that ended stays so
        for number in range(100_000):
            key = f"{asker}-{number}"
            try:
                status, answer = self.ask(connection, key)
            except (OSError, HTTPException):
                self.unanswered.add(key)
                break
            if status != 201:
                assert (status, answer["refusal"]) == (503, "Stopping"), answer
                self.unanswered.add(key)
                break
            with self._change:
                self.answers[key] = answer
                self._change.notify()
        connection.close()

    def wait_for(self, many: int) -> None:
        """Return once so many were answered."""
        with self._change:
            assert self._change.wait_for(lambda: len(self.answers) >= many, PATIENCE)


@pytest.fixture
def place(demo_folder: Path, tmp_path: Path) -> Path:
    """A copy of the demo's ledger, for processes of their own."""
    shutil.copytree(demo_folder, tmp_path / "site")
    return tmp_path / "site" / "charter.db"


@pytest.fixture
def caller(place: Path) -> Caller:
    """A program with a token of a rep."""
    ledger = Ledger(str(place))
    accounts = Accounts.beside(ledger.engine)
    token, _ = accounts.tokens.make(REP, "a test", [Scope.WRITE])
    accounts.close()
    ledger.close()
    return Caller(token)


@contextmanager
def serving(place: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server process, and the port it answers on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "cli.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"CHARTER_LEDGER": str(place)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until_it_answers(process, port)
        yield process, port
    finally:
        process.kill()
        process.communicate()


def until_it_answers(process: subprocess.Popen[str], port: int) -> None:
    """Return once connections are taken."""
    give_up = monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None and monotonic() < give_up, "the server did not start"
            threading.Event().wait(0.02)


def stopped(process: subprocess.Popen[str]) -> str:
    """Tell a server to stop; what it said, once it has ended as it should."""
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=BOUND)
    assert process.returncode == 0, said
    return said


def test_nothing_acknowledged_is_lost_and_nothing_is_written_twice(place: Path, caller: Caller) -> None:
    with serving(place) as (process, port), ThreadPoolExecutor(ASKERS) as threads:
        asking = [threads.submit(caller.ask_on, port, asker) for asker in range(ASKERS)]
        caller.wait_for(ENOUGH)
        assert "everything that was accepted is written" in stopped(process)
        for each in asking:
            each.result()
    assert logged(place).items() >= {one["id"]: f"Request {key}" for key, one in caller.answers.items()}.items()

    with serving(place) as (process, port):
        again = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        for key, answer in caller.answers.items():
            assert caller.ask(again, key) == (201, answer)
        late = [caller.ask(again, key) for key in caller.unanswered]
        again.close()
        stopped(process)
    assert [status for status, _ in late] == [201] * len(late)
    keys = caller.answers.keys() | caller.unanswered
    assert sorted(logged(place).values()) == sorted(f"Request {key}" for key in keys)


def logged(place: Path) -> dict[str, str]:
    """The requests of the test that are in the ledger, by the decision's id; it has to be whole."""
    ledger = Ledger(str(place))
    assert verify(ledger.engine).ok
    found = {
        entry.stream.partition("/")[2]: entry.event.request
        for entry in ledger.entries()
        if isinstance(entry.event, RequestLogged) and entry.event.request.startswith("Request ")
    }
    ledger.close()
    return found
