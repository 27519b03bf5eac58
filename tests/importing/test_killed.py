"""A stop at any moment, and a second run, give the same ledger as one run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from charter.importing.cases import import_cases
from charter.importing.mapping import case_mapping, charter_mapping
from charter.importing.revisions import import_revisions
from charter.ledger import Ledger
from charter.proof.verify import verify
from tests.importing.common import DATA, bodies, founded, row, written

CHILD = """
import os, signal, sys
from charter.importing import cases
from charter.importing.mapping import case_mapping
from charter.ledger import Ledger
place, log, calls = sys.argv[1:]
cases.BATCH = 100
ledger = Ledger(place)
connection = ledger.entries_recorder.driver
commit, left = connection.commit, int(calls)
def killed(*arguments):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    commit(*arguments)
connection.commit = killed
cases.import_cases(ledger, log, case_mapping("open-decision-log"), by="ann", as_history=True,
    progress=lambda report, _: print(report.read, flush=True))
"""
ROWS = [row(number % 470, decision=("declined", "granted", "no_decision")[number % 3]) for number in range(500)]


def made(place: str) -> None:
    """A ledger with the harbour's charter."""
    with founded(place, "rita") as ledger:
        import_revisions(ledger, DATA / "harbour-charter.csv", charter_mapping("open-charter"), by="ann")


@pytest.mark.parametrize("batch", range(1, 6))
def test_a_kill_and_a_second_run_are_as_one_run(tmp_path: Path, batch: int) -> None:
    """Killed with everything of a batch decided and nothing of it committed: what was acknowledged before is there."""
    log, place, whole = written(tmp_path / "log.csv", ROWS), str(tmp_path / "killed.db"), str(tmp_path / "whole.db")
    made(place)
    made(whole)
    command = [sys.executable, "-c", CHILD, place, str(log), str(batch)]
    killed = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": "."})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert killed.stdout.split() == [str(100 * done) for done in range(1, batch)]
    with_one, with_two = Ledger(whole), Ledger(place)
    one = import_cases(with_one, log, case_mapping("open-decision-log"), by="ann", as_history=True)
    two = import_cases(with_two, log, case_mapping("open-decision-log"), by="ann", as_history=True)
    assert (two.read, two.written + two.already, two.by_reason) == (one.read, one.written + one.already, one.by_reason)
    assert two.already >= one.already + (batch - 1) * 90
    assert bodies(with_two) == bodies(with_one)
    assert verify(with_two.engine).ok
    with_one.close()
    with_two.close()
