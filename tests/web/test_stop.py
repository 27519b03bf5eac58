"""A server that is told to stop answers what it has accepted, and whoever asks again is answered by the next one."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from starlette.testclient import TestClient

from charter.backup.make import make
from charter.decisions.events import RequestLogged
from charter.ledger import Ledger
from charter.proof.verify import verify
from tests.web.conftest import CHARTER, LEADER, REP
from web.access.accounts import Accounts
from web.access.tokens import Scope
from web.app import create_app
from web.security import cookie_name
from web.settings import Settings
from web.site import Site

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
def serving(place: Path, *program: str, **environ: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server process, which is another program than the command where one is given, and the port it answers on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *(program or ("cli.py",)), "serve", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"CHARTER_LEDGER": str(place)} | environ,
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
    """Return once it answers."""
    give_up = monotonic() + PATIENCE
    while True:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
                connection.request("GET", "/healthz")
                assert connection.getresponse().read() == b"ok\n"
                return
        except (OSError, HTTPException):
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


CHECKS_FOR_EVER = """
import threading
from charter.backup import make

def whole(*_, progress, **__):
    print("copied", flush=True)
    while True:
        progress(1, 2)
        threading.Event().wait(0.01)

make.whole = whole
import cli
cli.main()
"""
"""The command, whose backups never come to their end."""


def test_a_backup_that_is_cut_off_is_told_in_the_log_and_on_the_page_of_the_next_server(
    place: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with at_site(place, folder) as site:
        token, _ = site.accounts.tokens.make(LEADER, "a test", [Scope.WRITE])
    with serving(place, "-c", CHECKS_FOR_EVER, CHARTER_BACKUPS=str(folder)) as (process, port):
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("POST", "/api/v1/backups", headers={"Authorization": f"Bearer {token}"})
            assert connection.getresponse().status == 202
        assert process.stdout is not None
        assert "copied\n" in process.stdout
        assert len(list(folder.glob("*/keys.db"))) == 1
        assert re.search(rf"work\.cut_off +by={LEADER} work=backup", stopped(process))
    assert list(folder.rglob("*.db")) == []
    with at_site(place, folder) as site:
        client = TestClient(create_app(site), base_url=site.settings.address)
        client.cookies.set(cookie_name(site.settings), site.accounts.sessions.begin(LEADER, "password", "a test"))
        assert "was cut off, and came to nothing. Make another one" in client.get("/admin/system").text
        make(str(place), folder, site.ledger.now(), lambda _: None)
        assert "was cut off" not in client.get("/admin/system").text
    assert [each.suffix for each in folder.iterdir()] == [".backup"]


SEALS_LAST = """
import asyncio
import threading
from web import making, serve

waits = threading.Event()
sleep = asyncio.sleep

async def noticed(seconds, *more):
    if seconds == serve.LOOK:
        waits.set()
    return await sleep(seconds, *more)

def seal(*_):
    print("begun", flush=True)
    waits.wait()
    print("sealed", flush=True)
    raise OSError("enough")

asyncio.sleep = noticed
making.seal = seal
import cli
cli.main()
"""
"""The command, whose checkpoints end once the server waits for nothing else."""


def test_a_checkpoint_that_cannot_be_cut_off_is_waited_for(place: Path, tmp_path: Path) -> None:
    with at_site(place, tmp_path) as site:
        token, _ = site.accounts.tokens.make(LEADER, "a test", [Scope.WRITE])
    with serving(place, "-c", SEALS_LAST) as (process, port):
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("POST", "/api/v1/checkpoints", headers={"Authorization": f"Bearer {token}"})
            assert connection.getresponse().status == 202
        assert process.stdout is not None
        assert "begun\n" in process.stdout
        assert "sealed\n" in stopped(process)


@contextmanager
def at_site(place: Path, backups: Path) -> Iterator[Site]:
    """The site as a server has it."""
    ledger = Ledger(str(place))
    site = Site.open(ledger, Settings(backups=backups))
    try:
        yield site
    finally:
        site.close()
        ledger.close()


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
