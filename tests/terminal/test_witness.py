"""A witness in the terminal: its key, its memory, its door, and what is said when one of them is not right."""

from __future__ import annotations

import signal
import socket
import stat
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

import cli
from charter.proof.note import COSIGNATURE, SigningKey, VerifierKey
from charter.proof.policy import Witness
from charter.publishing.witness_client import ask
from tests.publishing.logs import Log
from tests.terminal.conftest import Terminal

LOG = Log()
SERVE = f"witness serve --key {{0}}/w.key --state {{0}}/seen.db --log {LOG.key.verifier}"


@pytest.fixture
def witness(tmp_path: Path) -> Terminal:
    """A terminal of somebody who has made a witness's key, and has no ledger."""
    terminal = Terminal(tmp_path)
    terminal.ok(f"witness key new witness.example/a --key {tmp_path}/w.key")
    return terminal


def test_a_witness_has_a_key_of_its_own_kind(witness: Terminal) -> None:
    typed = witness(f"witness key new witness.example/b --key {witness.folder}/b.key")
    public = VerifierKey.parse(typed.out.strip())
    assert (public.name, public.algorithm) == ("witness.example/b", COSIGNATURE)
    secret = witness.folder / "b.key"
    assert SigningKey.parse(secret.read_text().strip()).verifier == public
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    known = witness(f"witness key new witness.example/c --key {witness.folder}/c.key --json").json
    assert known["key"] == str(SigningKey.parse((witness.folder / "c.key").read_text().strip()).verifier)
    assert "never written over another" in witness.no(f"witness key new x --key {secret}", 1)
    assert "cannot be the name of a witness" in witness.no(["witness", "key", "new", "a b", "--key", "x"], 1)


def serve(witness: Terminal, more: str = "") -> list[str]:
    """The words of the command that serves."""
    return f"{SERVE.format(witness.folder)} {more}".split()


def test_a_memory_that_is_missing_is_never_made_by_itself(witness: Terminal) -> None:
    assert "bring its memory back" in witness.no(serve(witness), 3)
    assert not (witness.folder / "seen.db").exists()


def test_what_it_cannot_work_with_is_told(witness: Terminal) -> None:
    key, state = witness.folder / "w.key", witness.folder / "seen.db"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "Choose another with --port" in witness.no(serve(witness, f"--new --port {port}"), 1)
    assert "Leave --new out" in witness.no(serve(witness, "--new"), 1)
    state.write_bytes(b"not a memory" * 100)
    assert "cannot be used as the memory" in witness.no(serve(witness), 1)
    key.write_text(f"{LOG.key}\n")
    assert "it is the key of a ledger" in witness.no(serve(witness), 1)
    key.write_text("nonsense")
    assert "does not hold the key of a witness" in witness.no(serve(witness), 1)
    key.chmod(0o644)
    assert "chmod 600" in witness.no(serve(witness), 1)
    key.unlink()
    assert "no file" in witness.no(serve(witness), 3)
    assert "--log is missing" in witness.no(f"witness serve --key {key} --state {state}", 2)
    assert "--log: " in witness.no(f"witness serve --key {key} --state {state} --log nonsense", 2)


@pytest.mark.parametrize("with_what", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(witness: Terminal, with_what: signal.Signals) -> None:
    """Its address is on standard output, what happens on standard error."""
    command = [sys.executable, cli.__file__, *serve(witness, "--new --port 0")]
    key = SigningKey.parse((witness.folder / "w.key").read_text().strip()).verifier
    with Popen(command, stdout=PIPE, stderr=PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        known = Witness("w1", key, process.stdout.readline().strip())
        assert "Cosigning as witness.example/a" in process.stderr.readline()
        assert ask(known, LOG.checkpoint(5), 0, lambda _: ()).cosignature
        process.send_signal(with_what)
        try:
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
        assert (process.returncode, said) == (0, "127.0.0.1 POST /add-checkpoint 200\n")
