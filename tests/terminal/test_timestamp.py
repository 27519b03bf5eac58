"""A reviewer has checkpoints stamped by somebody outside, and is told what was written with a time of the past."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.authority import Authority, served
from tests.terminal.conftest import Terminal, Typed
from tests.terminal.test_ledger import tamper

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class Clock:
    """The time of everybody, which stands still until it is moved."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def __call__(self) -> datetime:
        return self.time


class Office:
    """An authority, where it is asked, and the ledger that asks it."""

    def __init__(self, terminal: Terminal, clock: Clock, authority: Authority, url: str) -> None:
        self.terminal, self.clock, self.authority = terminal, clock, authority
        self.env = {"CHARTER_TIMESTAMP_URL": url, "CHARTER_TIMESTAMP_CHAIN": str(authority.chain)}

    def __call__(self, line: str, **env: str) -> Typed:
        """Type a line where the authority and its root are known."""
        return self.terminal(line, **(self.env | env))

    def ok(self, line: str) -> str:
        """The same, where it has to work; the answer on one line."""
        typed = self(line)
        assert typed.code == 0, typed
        return " ".join(typed.out.split())

    def no(self, line: str, code: int, **env: str) -> str:
        """The same, where it has to be refused; why, on one line."""
        typed = self(line, **env)
        assert (typed.code, typed.out) == (code, ""), typed
        return " ".join(typed.err.split())

    def stamps(self) -> list[bytes | None]:
        """What is kept with the checkpoints, in their order."""
        with sqlite3.connect(self.terminal.folder / "charter.db") as connection:
            found = connection.execute("SELECT stamp FROM checkpoints ORDER BY made_at").fetchall()
        connection.close()
        return [stamp for (stamp,) in found]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """A folder with a ledger that has a signing key, and when it was made: a month ago."""
    folder, clock = tmp_path_factory.mktemp("founded"), Clock(datetime.now(UTC).replace(microsecond=0) - 30 * DAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("charter.ledger.now", clock)
        terminal = at_home(folder)
        terminal.ok('init --name "Ann Field" --department Sales')
        terminal.ok("key new")
    return folder, clock.time


def at_home(folder: Path) -> Terminal:
    """A terminal whose keys and memory are in a folder, too."""
    terminal = Terminal(folder)
    terminal.env |= {"XDG_CONFIG_HOME": str(folder / "config"), "CHARTER_SIGNING_KEY": ""}
    return terminal


@pytest.fixture
def office(founded: tuple[Path, datetime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A copy of that ledger, an hour later."""
    folder, made_at = founded
    clock = Clock(made_at + HOUR)
    monkeypatch.setattr("charter.ledger.now", clock)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    authority = Authority(tmp_path / "authority", clock=clock)
    with served(authority.answer) as url:
        yield Office(at_home(tmp_path), clock, authority, url)


def grow(office: Office) -> None:
    """One more entry."""
    name = f"p-{uuid4().hex[:8]}"
    office.ok(f"person register {name} --name {name} --department Care")


def test_a_checkpoint_is_stamped_and_the_stamp_verified(office: Office) -> None:
    """Who and when is said, by both commands, in words and in JSON."""
    office.ok("checkpoint")
    when = f"{office.clock.time.astimezone():%Y-%m-%d %H:%M}"
    assert office.ok("timestamp").endswith(f"stamped by Harbour Time Office at {when}.")
    assert f"stamped by Harbour Time Office at {when}." in office.ok("verify")
    [stamp] = office("verify --json").json["stamps"]
    assert stamp["time"] == f"{office.clock.time:%Y-%m-%dT%H:%M:%SZ}"
    assert (stamp["authority"], stamp["accuracy_seconds"]) == ("Harbour Time Office", 2.5)
    assert office("verify --json").json["unchecked_stamps"] == 0


def test_what_openssl_says_of_the_stamp_that_is_kept(office: Office, tmp_path: Path) -> None:
    """It needs the note's text and the root, and no word of ours."""
    note = office("checkpoint --json").json["note"]
    office.ok("timestamp")
    token = office.stamps()[-1]
    assert token
    (tmp_path / "text").write_text(note.partition("\n\n")[0] + "\n")
    (tmp_path / "token").write_bytes(token)
    words = ["openssl", "ts", "-verify", "-data", "text", "-in", "token", "-token_in", "-CAfile"]
    at = ["-attime", str(int(office.clock.time.timestamp()))]
    found = subprocess.run([*words, office.authority.chain, *at], cwd=tmp_path, capture_output=True, text=True)
    assert "Verification: OK" in found.stdout, found.stderr


def test_a_stamp_is_asked_for_once(office: Office) -> None:
    """Again, it says what there is; for another time there has to be another checkpoint."""
    office.ok("checkpoint")
    first = office("timestamp --json").json
    office.clock.time += DAY
    again = office("timestamp --json").json
    assert (first.pop("new"), again.pop("new")) == (True, False)
    assert first == again
    assert "is stamped already by Harbour Time Office" in office.ok("timestamp")


def test_every_checkpoint_may_have_one(office: Office) -> None:
    for _ in range(3):
        grow(office)
        office.ok("checkpoint")
        office.ok("timestamp")
        office.clock.time += DAY
    assert "3 time stamps hold; the newest, over" in office.ok("verify")
    assert len(office("verify --json").json["stamps"]) == 3


def test_what_is_missing_is_named(office: Office) -> None:
    """An authority, its root, a checkpoint; nothing is asked of anybody before."""
    assert "--authority URL, or set CHARTER_TIMESTAMP_URL" in office.no("timestamp", 1, CHARTER_TIMESTAMP_URL="")
    assert "--chain FILE, or set CHARTER_TIMESTAMP_CHAIN" in office.no("timestamp", 1, CHARTER_TIMESTAMP_CHAIN="")
    gone = office.no("timestamp --chain gone.pem", 3)
    assert gone == "The file gone.pem with the certificates of an authority cannot be read: No such file or directory."
    junk = office.terminal.folder / "junk.pem"
    junk.write_text("junk")
    assert "It should hold the authority's root certificate" in office.no(f"timestamp --chain {junk}", 1)
    assert "with http:// or https://" in office.no("timestamp --authority tsa.example", 1)
    with sqlite3.connect(office.terminal.folder / "charter.db") as connection:
        connection.execute("DROP TRIGGER checkpoints_no_delete")
        connection.execute("DELETE FROM checkpoints")
    connection.close()
    assert office.no("timestamp", 3).endswith("Make one: charter checkpoint")


def test_an_authority_that_is_not_trusted_is_not_kept(office: Office, tmp_path: Path) -> None:
    """Nor one that does not answer."""
    other = Authority(tmp_path / "other", clock=office.clock)
    assert "does not lead to a root that is trusted here" in office.no(f"timestamp --chain {other.chain}", 1)
    with served(lambda _: b"", status=503) as url:
        assert "it answered with status 503" in office.no(f"timestamp --authority {url}", 1)
    assert set(office.stamps()) == {None}


def test_a_checkpoint_that_was_outgrown_is_not_stamped(office: Office) -> None:
    """Otherwise a stamp would not say that what it leaves out came later."""
    office.ok("checkpoint")
    grow(office)
    office.ok("timestamp")
    office.clock.time += HOUR
    grow(office)
    office.ok("checkpoint")
    grow(office)
    office.clock.time += HOUR
    assert "Seal them first: charter checkpoint" in office.no("timestamp", 1)
    office.ok("checkpoint")
    office.ok("timestamp")
    assert "2 time stamps hold" in office.ok("verify")


def test_clocks_that_disagree_give_no_stamp(office: Office, tmp_path: Path) -> None:
    """Fast or slow; by less than five minutes they may."""
    office.ok("checkpoint")
    for minutes, refused in ((7, True), (-7, True), (4, False)):
        offset = timedelta(minutes=minutes)
        other = Authority(tmp_path / str(minutes), clock=lambda offset=offset: office.clock.time + offset)  # type: ignore[misc]
        with served(other.answer) as url:
            line = f"timestamp --authority {url} --chain {other.chain}"
            if refused:
                assert "set this computer's clock first" in office.no(line, 1)
            else:
                office.ok(line)


def test_an_entry_with_a_time_of_the_past_is_named(office: Office) -> None:
    """Somebody sets the clock back to before the stamp and writes with hashes that fit."""
    office.ok("checkpoint")
    office.clock.time += DAY
    office.ok("timestamp")
    size = office("verify --json").json["size"]
    office.clock.time -= DAY / 2
    grow(office)
    office.clock.time += 10 * DAY
    grow(office)
    found = office("verify")
    assert (found.code, found.err.splitlines()[0]) == (5, f"Verification failed: back-dated at position {size + 1}.")
    assert "was written later and back-dated" in " ".join(found.err.split())
    known = office("verify --json")
    assert (known.code, known.json["damage"]["position"]) == (5, size + 1)
    assert office("verify", CHARTER_TIMESTAMP_CHAIN="").code == 0, "without a root nobody can tell"


def test_entries_from_a_clock_that_was_ahead_are_not_stamped(office: Office) -> None:
    """They would be said to be false for ever; when their time has come, they may be."""
    office.clock.time += DAY
    grow(office)
    office.ok("checkpoint")
    office.clock.time -= DAY
    assert "A time stamp would contradict it" in office.no("timestamp", 1)
    assert set(office.stamps()) == {None}
    office.clock.time += DAY
    office.ok("timestamp")


def test_without_a_root_stamps_are_counted_and_not_believed(office: Office) -> None:
    office.ok("checkpoint")
    office.ok("timestamp")
    typed = office("verify", CHARTER_TIMESTAMP_CHAIN="")
    assert typed.code == 0
    assert "1 time stamp not checked: give their authority's root with --chain FILE." in typed.err
    assert "Harbour" not in typed.out
    known = office("verify --json", CHARTER_TIMESTAMP_CHAIN="").json
    assert (known["stamps"], known["unchecked_stamps"]) == ([], 1)


def test_a_stamp_that_does_not_hold_fails_verification(office: Office, tmp_path: Path) -> None:
    """Of another authority, or put there by hand; and it is in the way of a good one."""
    office.ok("checkpoint")
    office.ok("timestamp")
    other = Authority(tmp_path / "other")
    typed = office(f"verify --chain {other.chain}")
    assert typed.code == 5
    assert "does not hold: its authority does not lead to a root" in " ".join(typed.err.split())
    assert "can't be replaced" in office.no(f"timestamp --chain {other.chain}", 1)
    tamper(office.terminal, "UPDATE checkpoints SET stamp = x'3003020100' WHERE stamp IS NOT NULL")
    typed = office("verify")
    assert typed.code == 5
    assert "it is not a token that can be read" in " ".join(typed.err.split())


def test_a_history_that_was_rewritten_does_not_fit_its_stamp(office: Office, tmp_path: Path) -> None:
    """Every hash made anew, the checkpoints thrown away but for the stamped one."""
    office.ok("checkpoint")
    office.ok("timestamp")
    stamped = tmp_path / "charter.db"
    with closing(sqlite3.connect(stamped)) as connection:
        kept = connection.execute("SELECT * FROM checkpoints WHERE stamp IS NOT NULL").fetchall()
    for rest in tmp_path.glob("charter.db*"):
        rest.unlink()
    terminal = office.terminal
    terminal.ok('init --name "Eve Field" --department Sales')
    for _ in range(9):
        grow(office)
        office.clock.time += HOUR
    with closing(sqlite3.connect(stamped)) as connection, connection:
        connection.executemany("INSERT INTO checkpoints VALUES (?, ?, ?, ?)", kept)
    typed = office("verify --anew")
    assert typed.code == 5
    assert "history was rewritten" in " ".join(typed.err.split()) or "another ledger" in " ".join(typed.err.split())
