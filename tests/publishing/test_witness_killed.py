"""A witness that is killed at any moment and started again cosigns one history only, and forgets nothing of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen
from threading import Timer

import pytest

import cli
from charter.proof.policy import Witness
from charter.publishing.witness_client import Reply, ask
from tests.publishing.logs import Log, witness_key

LOG = Log(leaves=20_000)
KEY = witness_key()


def asked(known: Witness, log: Log, seen: int, new: int) -> Reply:
    """What comes of asking it to cosign `new` entries of a history."""
    return ask(known, log.checkpoint(new), seen, lambda old: log.proof(old, new), silence=20)


@contextmanager
def running(folder: Path) -> Iterator[tuple[Popen[str], Witness]]:
    """A witness in a process of its own; it is killed at the end, if it still lives."""
    secret, memory = folder / "witness.key", folder / "seen.db"
    if not secret.exists():
        secret.write_text(f"{KEY}\n")
        secret.chmod(0o600)
    line = f"witness serve --key {secret} --state {memory} --port 0 --log {LOG.key.verifier}"
    begin = [] if memory.exists() else ["--new"]
    with Popen([sys.executable, cli.__file__, *line.split(), *begin], stdout=PIPE, stderr=PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process, Witness("w1", KEY.verifier, process.stdout.readline().strip())
        finally:
            process.kill()


def test_killed_and_started_again(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """What was answered is remembered, what was not answered may be; another history is cosigned never."""
    kills = 200 if request.config.getoption("--full-faults", default=False) else 5
    random = Random(kills)
    answered = tried = 0
    for _ in range(kills):
        with running(tmp_path) as (process, known):
            if answered:
                for after in (answered - 1, random.randrange(answered)):
                    other = LOG.fork(after)
                    assert asked(known, other, answered, answered + 1).cosignature is None
                    assert asked(known, other, tried, tried + 1).cosignature is None
                words = asked(known, LOG, 0, answered).words
                assert words == "cosigned" or "has seen this ledger with" in words, words
            end = Timer(random.uniform(0, 0.1), process.kill)
            while True:
                tried += 1
                if asked(known, LOG, tried - 1, tried).cosignature is None:
                    break
                answered = tried
                if end.ident is None:  # now it is at work
                    end.start()
            end.join()
            assert process.wait() == -9
    assert answered >= kills
