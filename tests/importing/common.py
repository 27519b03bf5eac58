"""The files these tests import, and a ledger to import them into."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from charter import schema
from charter.ledger import Ledger
from charter.people.commands import GrantRole, RegisterPerson
from charter.privacy.opener import Opener
from charter.terms import Role

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).parents[3] / "shared" / "data"
"""Real files that nobody here wrote; there on some machines."""

HEADER = tuple(next(csv.reader((DATA / "harbour-decisions.csv").read_text("utf-8").splitlines())))


@contextmanager
def founded(place: str, *reps: str) -> Iterator[Ledger]:
    """A new ledger, founded by ann who leads, with some reps."""
    schema.create(place)
    ledger = Ledger(place)
    ledger.write(RegisterPerson(person="ann", full_name="Ann Weaver"), by="ann")
    for rep in reps:
        ledger.write(RegisterPerson(person=rep, full_name=rep.title()), by="ann")
        ledger.write(GrantRole(person=rep, role=Role.REP), by="ann")
    yield ledger
    ledger.close()


def row(number: int, **cells: str) -> dict[str, str]:
    """A row of a decision log that lacks nothing; its id is made of its number."""
    complete = {
        "decision_id": f"H-{number}",
        "set": "harbour",
        "received_at": "2023-04-01T08:00:00Z",
        "decided_at": "2023-04-01T09:00:00Z",
        "agent_id": "rita",
        "request_text": f"Request {number}.",
        "decision": "declined",
        "decline_kind": "rule",
        "reason_text": "We leave on time.",
        "cited_rule_ids": "Rule 1",
        "charter_id": "Harbour Ferries",
        "charter_version": "2023",
    }
    return complete | cells


def written(path: Path, rows: Sequence[Mapping[str, str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A file with these rows, in the open decision log layout."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, HEADER, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a file, as the csv module of Python reads them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def bodies(ledger: Ledger) -> list[tuple[str, int, str, bytes]]:
    """What imports have stored, but for the time of recording and how it was sealed, in its order."""
    rows = [row for row in ledger.entries_recorder.rows(0, 1_000_000) if not row[1].startswith("person/")]
    opener = Opener(ledger.vault, rows)
    return [(*row[1:4], opener.plain(row)[0]) for row in rows]
