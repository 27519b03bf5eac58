"""An operator and a reviewer: is it whole, is it up to date, can it be taken away."""

import csv
import io
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.terminal.conftest import STORY, Terminal

EVIL = "=cmd|'/c calc'!A1"


def tamper(terminal: Terminal, statement: str) -> None:
    """Change a stored entry behind everybody's back."""
    with sqlite3.connect(terminal.folder / "charter.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()


def test_a_whole_ledger_verifies_and_is_remembered(skyline: Terminal) -> None:
    """The first time nothing outside confirms it, the second time it says what it continues."""
    assert "verified, nothing was altered. Nothing outside the ledger confirms that yet: no" in skyline.ok("verify")
    skyline.ok("ack")
    assert "They continue the" in skyline.ok("verify")
    known = skyline("verify --json").json
    assert (known["ok"], known["confirmed"], known["damage"]) == (True, True, None)


def test_what_was_remembered_and_is_damaged_is_told(skyline: Terminal) -> None:
    """Verifying goes on without it, and never in silence; the next time it is whole again."""
    skyline.ok("verify")
    remembered = [*(skyline.folder / "state" / "charter" / "checkpoints").iterdir()]
    for file in remembered:
        file.write_text("nonsense")
    typed = skyline("verify")
    assert (typed.code, typed.err.count("What was known here before was not looked at")) == (0, len(remembered))
    typed = skyline("verify")
    assert "not looked at" not in typed.err
    assert "They continue the" in typed.out


def test_what_was_verified_is_told_even_where_it_cannot_be_remembered(skyline: Terminal) -> None:
    """A full disk, or a folder that cannot be written to, is no fault of the ledger."""
    (skyline.folder / "state").write_text("a file, where a folder should be")
    typed = skyline("verify")
    assert (typed.code, "nothing was altered" in typed.out) == (0, True)
    assert "This is not remembered for the next time." in typed.err
    typed = skyline(["verify", "--save", str(skyline.folder / "gone" / "kept.txt")])
    assert (typed.code, "nothing was altered" in typed.out) == (1, True)
    assert "kept.txt could not be written" in " ".join(typed.err.split())


def test_verify_writes_nothing_into_the_ledger(skyline: Terminal) -> None:
    """The file is the same byte for byte."""
    before = (skyline.folder / "charter.db").read_bytes()
    skyline.ok("verify")
    assert (skyline.folder / "charter.db").read_bytes() == before


def test_a_changed_byte_is_named(skyline: Terminal) -> None:
    """Exit code 5, the position and the kind of damage."""
    tamper(skyline, "UPDATE entries SET body = replace(CAST(body AS TEXT), 'Ann', 'Eve') WHERE position = 1")
    typed = skyline("verify")
    assert typed.code == 5
    assert typed.err.startswith("Verification failed: changed at position 1.")
    known = skyline("verify --json")
    assert known.code == 5
    assert known.json["damage"]["kind"] == "changed"


def test_a_ledger_put_back_to_an_older_day_is_noticed(skyline: Terminal) -> None:
    """An older copy is whole in itself; what was verified before says more."""
    old = skyline.folder / "old.db"
    shutil.copy(skyline.folder / "charter.db", old)
    skyline.ok("ack")
    skyline.ok("verify")
    shutil.copy(old, skyline.folder / "charter.db")
    for rest in skyline.folder.glob("charter.db-*"):
        rest.unlink()
    assert "cut off at the end" in skyline.no("verify", 5)
    assert "cut off at the end" in skyline.no(f"--ledger {old} verify", 5), "the copy is the same ledger elsewhere"
    skyline.ok("verify --anew")
    skyline.ok("verify")


def test_another_ledger_in_its_place_is_noticed(skyline: Terminal, published: Path, tmp_path: Path) -> None:
    """Even one that is whole; --anew says it is meant so."""
    skyline.ok("verify")
    (skyline.folder / "charter.db").unlink()
    skyline.ok("init")
    assert "Verification failed" in skyline.no("verify", 5)
    skyline.ok("verify --anew")
    skyline.ok("verify")


def test_a_checkpoint_is_kept_and_compared(skyline: Terminal) -> None:
    """In a file of three lines that anybody can keep elsewhere."""
    kept = skyline.folder / "checkpoint.txt"
    skyline.ok(f"verify --save {kept}")
    assert kept.read_text().startswith("charter-ledger/")
    assert len(kept.read_text().splitlines()) == 3
    skyline.ok(f"verify --against {kept}")
    kept.write_text(kept.read_text().replace("charter-ledger/", "charter-ledger/0"))
    assert "Verification failed" in skyline.no(f"verify --against {kept}", 5)
    kept.write_text("nonsense")
    assert "does not hold a checkpoint" in skyline.no(f"verify --against {kept}", 1)
    assert "cannot be read" in skyline.no(f"verify --against {kept}.gone", 3)


def test_status_says_how_everything_stands(skyline: Terminal) -> None:
    """Entries, schema, and how far each view has read."""
    known = skyline("status --json").json
    assert known["entries"] == known["views"][0]["position"] + known["views"][0]["behind"]
    assert known["schema"] == known["newest_schema"]
    said = skyline.ok("status")
    assert "Charters skyline" in said
    assert "charter in force" in said


def test_views_are_built_again_and_compared(skyline: Terminal) -> None:
    """All or one by name; a mistyped name is answered with those there are."""
    skyline.ok("show")
    assert "charter_in_force: built from" in skyline.ok("rebuild")
    assert skyline.ok("rebuild charter-in-force").startswith("charter_in_force: built from")
    assert skyline.ok("rebuild --compare") == "Every view says what the ledger says."
    assert skyline("rebuild --compare --json").json == []
    assert "There is no view called chart." in skyline.no("rebuild chart", 3)


def test_a_view_that_was_tampered_with_is_found(skyline: Terminal) -> None:
    """Compared row by row; exit code 5."""
    skyline.ok("decision log x")
    skyline.ok("decision list")
    with sqlite3.connect(skyline.folder / "charter.views.db") as connection:
        connection.execute("UPDATE register SET request = 'y'")
    connection.close()
    typed = skyline("rebuild decision_register --compare")
    assert typed.code == 5
    assert "1 row differ" in typed.err
    skyline.ok("rebuild decision_register")
    skyline.ok("rebuild decision_register --compare")


def test_upgrade_leaves_a_new_ledger_as_it_is(skyline: Terminal) -> None:
    """And says of which version it is."""
    assert "already. Nothing was changed." in skyline.ok("upgrade")
    known = skyline("upgrade --json").json
    assert known["before"] == known["after"]


def test_entries_are_taken_away_as_they_are_stored(skyline: Terminal) -> None:
    """One JSON object a line with the body inside; from a position on."""
    rows = [json.loads(line) for line in skyline("export entries").out.splitlines()]
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["event"]["person"] == "ann"
    assert rows[0]["by"] == "ann"
    after = skyline(f"export entries --after {len(rows) - 1}").out.splitlines()
    assert [json.loads(line) for line in after] == rows[-1:]


def test_entries_as_cloudevents(skyline: Terminal) -> None:
    """The required attributes of CloudEvents 1.0, and the body as data."""
    for line in skyline("export entries --format cloudevents").out.splitlines():
        event = json.loads(line)
        assert event["specversion"] == "1.0"
        assert event["source"].startswith("charter-ledger/")
        assert event["subject"].split("/")[0] in ("charter", "person", "decision")
        assert event["time"].endswith("Z")
        assert set(event["data"]) - {"sealed"} == {"by", "at", "event"}
        assert all(name.isalnum() and name.islower() for name in event)


def test_words_of_people_leave_the_ledger_sealed_unless_they_are_asked_for(skyline: Terminal) -> None:
    skyline.ok('no "Let my parrot fly" -g off-brand -c REFUND-30.1 -r "No parrots." --customer "Ada Quill"')
    for form in ("ndjson", "csv", "cloudevents"):
        sealed = skyline.ok(f"export entries --format {form}")
        opened = skyline.ok(f"export entries --format {form} --open")
        for words in ("Let my parrot fly", "No parrots.", "Ada Quill"):
            assert words not in sealed
            assert words in opened


def test_decisions_and_marks_as_cloudevents(skyline: Terminal) -> None:
    """Each is an event about its decision with the line as data; an event never has the id of another."""
    skyline.ok('yes "a" -e bent -c BAG-FREE')
    skyline.ok('no "b" -g off-brand -c REFUND-30.1 -r c')
    for what in ("decisions", "integrity"):
        lines = [json.loads(line) for line in skyline(f"export {what}").out.splitlines()]
        events = [json.loads(line) for line in skyline(f"export {what} --format cloudevents").out.splitlines()]
        assert [event["data"] for event in events] == lines
        assert len({event["id"] for event in events}) == len(events) > 1
        assert all(event["specversion"] == "1.0" and event["source"].startswith("charter-ledger/") for event in events)
        for event in events:
            about = event["data"].get("id") or event["data"].get("decision")
            assert event["subject"] == (f"decision/{about}" if about else "charter/skyline")
            assert event["time"].endswith("Z")


def test_no_cell_is_a_formula(skyline: Terminal) -> None:
    """What a customer said is never run by a spreadsheet."""
    skyline.ok(["yes", EVIL, "-e", "upheld", "-c", "BAG-FREE", "--customer", "@you"])
    [row] = csv.DictReader(io.StringIO(skyline("export decisions --format csv").out))
    assert row["request"] == "'" + EVIL
    assert row["customer"] == "'@you"
    assert row["cited"] == "BAG-FREE"
    rows = list(csv.reader(io.StringIO(skyline("export entries --format csv").out)))
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_decisions_are_taken_away_by_filter(skyline: Terminal) -> None:
    """The same choices as the list has."""
    skyline.ok('yes "a" -e upheld -c BAG-FREE')
    skyline.ok('no "b" -g off-brand -c REFUND-30.1 -r c')
    [row] = [json.loads(line) for line in skyline("export decisions --answer no").out.splitlines()]
    assert (row["request"], row["reason"], row["cited"]) == ("b", "c", ["REFUND-30.1"])


HEADER = [
    "decision_id",
    "set",
    "ticket_id",
    "seq",
    "channel",
    "received_at",
    "decided_at",
    "customer_id",
    "customer_type",
    "agent_id",
    "team",
    "request_text",
    "action",
    "decision",
    "decline_kind",
    "reason_text",
    "cited_rule_ids",
    "charter_id",
    "charter_version",
    "times_repeated",
    "reference_decision",
    "policy_correct",
    "vote",
    "appealed",
    "timely",
    "quality_flags",
    "source_file",
    "source_ref",
]


@pytest.fixture
def log(skyline: Terminal) -> Path:
    """A decision log in the open layout: two from before the charter, one received in the year 1301."""
    path = skyline.folder / "log.csv"
    said = {"set": "desk", "decided_at": "2020-01-03", "agent_id": "ben", "decision": "declined", "reason_text": "No."}
    said |= {"charter_id": "skyline", "cited_rule_ids": "REFUND-30.1", "request_text": "May I?"}
    with path.open("w", newline="") as file:
        written = csv.DictWriter(file, HEADER, restval="")
        written.writeheader()
        for row, received in enumerate(("2020-01-02", "2020-01-02", "1301-01-02"), start=1):
            written.writerow(said | {"decision_id": str(row), "received_at": received})
    return path


def test_a_decision_log_is_brought_in(skyline: Terminal, log: Path) -> None:
    """First seen dry, then written, then nothing the second time; refused rows go to a file."""
    refused = skyline.folder / "refused.csv"
    line = f"import decisions {log} --as-history --refused {refused}"
    dry = skyline(f"{line} --dry-run --json").json
    assert (dry["read"], dry["written"], dry["refused"], dry["dry_run"]) == (3, 2, 1, True)
    assert skyline("decision list --json").json["lines"] == []
    typed = skyline(line)
    assert typed.code == 0
    assert "3 rows read" in typed.out
    assert "Refused because 1 impossible time" in " ".join(typed.out.split())
    assert "Admitted as history, lacking" in typed.out
    assert str(refused) in typed.err
    assert "1301" in refused.read_text("utf-8-sig")
    assert len(skyline("decision list --json").json["lines"]) == 2
    again = skyline(f"{line} --json").json
    assert (again["written"], again["already"]) == (0, 2)


def test_an_import_that_writes_nothing_fails(skyline: Terminal, log: Path) -> None:
    """By the full rules no row of this file can be written, and exit code 1 says so."""
    typed = skyline(f"import decisions {log} --refused {skyline.folder}/r.csv")
    assert typed.code == 1
    assert "0 written" in typed.out


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        ("import decisions nowhere.csv", 3, "The file nowhere.csv cannot be opened"),
        ("import decisions nowhere.csv --mapping opn", 3, "There is no mapping called opn."),
        ("import charter nowhere.csv", 3, "The file nowhere.csv cannot be opened"),
        ("import decisions", 2, "FILE is missing."),
        ("import decisions . ", 2, "FILE: File '.' is a directory."),
    ],
)
def test_a_file_that_cannot_be_read_is_named(skyline: Terminal, line: str, code: int, sentence: str) -> None:
    """Before anything is written."""
    assert sentence in skyline.no(line, code)


def test_the_same_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    """From an empty database to a verified ledger, with an address instead of a path; its password is never shown."""
    terminal = Terminal(tmp_path)
    terminal.env["CHARTER_LEDGER"] = postgres_url
    assert "There is no ledger" in terminal.no("status", 3)
    for line in STORY:
        terminal.ok(line)
    assert "SKYLINE AIR" in terminal.ok("show")
    terminal.ok('no "Refund my ticket" -g off-brand -c REFUND-30.1 -r "It was used."')
    assert "Refund my ticket" in terminal.ok("precedents refund")
    assert "we said no 1 time" in terminal.ok("integrity")
    assert "nothing was altered. Nothing outside the ledger confirms that yet" in terminal.ok("verify")
    assert terminal.ok("rebuild --compare") == "Every view says what the ledger says."
    assert terminal.ok("status").startswith("Ledger postgresql")
    assert len(terminal("export entries").out.splitlines()) == terminal("status --json").json["entries"]


def test_an_address_that_is_none_is_named(skyline: Terminal) -> None:
    """Neither a file nor PostgreSQL; a server that does not answer; a file that is something else."""
    assert "this one, mysql://…, cannot be read" in skyline.no("--ledger mysql://user:secret@host/db status", 2)
    assert "secret" not in skyline("--ledger mysql://user:secret@host/db status").err
    assert "does not answer" in skyline.no("--ledger postgresql://127.0.0.1:1/none status", 1)
    (skyline.folder / "other.db").write_text("a shopping list, long enough to be no database at all" * 20)
    assert "not a ledger" in skyline.no(f"--ledger {skyline.folder}/other.db status", 1)
    assert "Traceback" not in skyline(f"--ledger {skyline.folder} status").err


def test_a_file_that_may_not_be_written_is_named(skyline: Terminal, log: Path) -> None:
    """Refused rows need a place; nothing is written into the ledger before there is one."""
    said = skyline.no(f"import decisions {log} --as-history --refused {skyline.folder}/no/such/folder.csv", 3)
    assert said.endswith("no/such/folder.csv cannot be opened: No such file or directory.")
    assert skyline("decision list --json").json["lines"] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("sql = 'CREATE TABLE entries (half' WHERE name = 'entries'", "file is damaged (malformed database schema"),
        ("rootpage = 99999 WHERE name = 'entries'", "file is damaged (malformed database schema"),
        ("sql = CAST(x'ff00fe' AS TEXT) WHERE name = 'entries'", "file is damaged (malformed database schema"),
        ("sql = 'CREATE TABLE checkpoints (half' WHERE name = 'checkpoints'", "file is damaged (malformed database"),
        ("sql = 'CREATE TABLE head (x)' WHERE name = 'head'", "are not as they were made (no such column"),
        ("sql = 'CREATE TABLE checkpoints (x)' WHERE name = 'checkpoints'", "not as they were made (no such column"),
    ],
)
def test_tables_that_are_described_otherwise_than_they_were_made_fail_verification(
    skyline: Terminal, change: str, said: str
) -> None:
    """With the exit code of damage, a sentence, and no word of the inside of this software."""
    with closing(sqlite3.connect(skyline.folder / "charter.db")) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute(f"UPDATE sqlite_master SET {change}")  # noqa: S608  # as given above
        database.commit()
    told = skyline.no("verify", 5)
    assert said in told and told.endswith("restore a backup.")
