"""What is typed to make a backup and to put it back, and what is said when that cannot be done."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from charter.backup.archive import Contents, pack
from charter.ledger import Ledger
from charter.privacy.vault import Vault
from charter.subjects.commands import RequestErasure
from tests.terminal.conftest import Terminal

NO = 'no "Refund my velociped" -g off-brand -c REFUND-30.1 -r "It was used." --customer "C-1042"'
ERASE = 'subject erase "C-1042" --reason "Asked on 12 March" --yes'


@pytest.fixture
def asked(skyline: Terminal) -> Terminal:
    """A customer was told no."""
    skyline.ok(NO, "ben")
    return skyline


@pytest.fixture
def elsewhere(asked: Terminal, tmp_path: Path) -> Terminal:
    """A terminal on another computer, with nothing on it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Terminal(folder)


def made(terminal: Terminal, name: str = "b.zip") -> Path:
    """A backup."""
    path = terminal.folder / name
    terminal.ok(["backup", str(path)])
    return path


def her(terminal: Terminal) -> str:
    """The id of the customer's key."""
    return str(terminal("subject show C-1042 --json").json[0]["subject"])


def key_of(folder: Path, subject: str) -> str:
    """Whether the key of somebody is in the key store of a folder."""
    vault = Vault(folder / "charter.keys.db")
    try:
        return vault.known(subject)
    finally:
        vault.close()


def test_a_backup_put_back_is_the_same_ledger_with_its_words(asked: Terminal, elsewhere: Terminal) -> None:
    path = made(asked)
    before = asked("verify --json").json
    said = elsewhere.ok(["restore", str(path)])
    assert "is back as it was on" in said
    assert "each hashed again: nothing is missing or altered." in said
    after = elsewhere("verify --json").json
    assert (after["size"], after["root"]) == (before["size"], before["root"])
    assert "Refund my velociped" in elsewhere.ok('precedents "velociped"')
    assert elsewhere("rebuild --compare").code == 0


def test_it_is_for_its_owner_alone_and_so_is_all_that_is_put_back(asked: Terminal, elsewhere: Terminal) -> None:
    path = made(asked)
    elsewhere.ok(["restore", str(path)])
    files = [path, *(elsewhere.folder / name for name in ("charter.db", "charter.keys.db"))]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3
    assert [file for file in asked.folder.iterdir() if file.name.startswith(".")] == []
    assert [file for file in elsewhere.folder.iterdir() if file.name.startswith(".")] == []


def test_no_secret_is_in_it_and_it_says_where_they_are(asked: Terminal) -> None:
    typed = asked(["backup", str(asked.folder / "b.zip")])
    assert "Not in it, so keep copies of them elsewhere: the master key (CHARTER_MASTER_KEY)" in typed.err
    assert str(asked.folder / "config" / "charter" / "keys") in typed.err
    with ZipFile(asked.folder / "b.zip") as archive:
        assert set(archive.namelist()) == {"README.txt", "backup.json", "ledger.db", "keys.db"}


def test_a_signing_key_in_the_environment_is_named_and_never_shown(asked: Terminal) -> None:
    typed = asked(["backup", str(asked.folder / "b.zip")], CHARTER_SIGNING_KEY="PRIVATE+KEY+secret")
    assert "CHARTER_SIGNING_KEY" in typed.err
    assert "secret" not in typed.out + typed.err


def test_a_folder_gets_one_for_each_time(asked: Terminal) -> None:
    folder = asked.folder / "backups"
    folder.mkdir()
    told = asked(["backup", str(folder), "--json"]).json
    [path] = folder.iterdir()
    assert told["backup"] == str(path)
    assert path.name.endswith("Z.backup")
    assert told["size"] == asked("status --json").json["entries"]
    assert told["without_key"] == 0


def test_nothing_is_written_over(asked: Terminal) -> None:
    path = made(asked)
    assert "There is something at" in asked.no(["backup", str(path)], 1)
    assert "There is something at" in asked.no(["restore", str(path)], 1)
    assert "could not be written" in asked.no(["backup", str(asked.folder / "no" / "b.zip")], 1)


def test_what_is_left_of_another_ledger_is_not_mixed_with_it(asked: Terminal, elsewhere: Terminal) -> None:
    path = made(asked)
    (elsewhere.folder / "charter.db-wal").write_bytes(b"left")
    assert "charter.db-wal" in elsewhere.no(["restore", str(path)], 1)
    assert not (elsewhere.folder / "charter.db").exists()


def test_a_ledger_that_is_not_there_or_in_a_server_is_not_copied(empty: Terminal) -> None:
    assert "There is no ledger" in empty.no("backup b.zip", 3)
    assert "pg_dump" in empty.no("--ledger postgresql://nobody@nowhere/x backup b.zip", 1)


def test_a_damaged_ledger_makes_no_backup(asked: Terminal) -> None:
    with closing(sqlite3.connect(asked.folder / "charter.db")) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute("UPDATE entries SET body = replace(body, 'ben', 'tom') WHERE position = 2")
        file.commit()
    assert "The copy is not whole: changed at position 2." in asked.no("backup b.zip", 5)
    assert not Path("b.zip").exists()


def test_a_ledger_cut_off_since_it_was_verified_makes_no_backup(asked: Terminal) -> None:
    older = asked.folder / "older"
    older.mkdir()
    for file in asked.folder.glob("charter.*"):
        shutil.copy(file, older)
    asked.ok(NO, "ben")
    asked.ok("verify")
    shutil.copy(older / "charter.db", asked.folder)
    assert "does not continue the" in asked.no(["backup", str(asked.folder / "b.zip")], 5)


def test_an_older_backup_says_what_it_lacks(asked: Terminal) -> None:
    path = made(asked)
    asked.ok(NO, "ben")
    asked.ok("verify")
    size = asked("status --json").json["entries"]
    (asked.folder / "charter.db").rename(asked.folder / "old.db")
    typed = asked(["restore", str(path)])
    assert f"{size} entries were verified or signed here before" in " ".join(typed.err.split())
    assert f"entries {size - 1} to {size} are not in it" in " ".join(typed.err.split())
    assert asked("verify").code == 5
    asked.ok("verify --anew")


@pytest.mark.parametrize("damage", ["cut", "flipped", "other", "newer", "nothing"])
def test_a_damaged_backup_puts_nothing_back(asked: Terminal, elsewhere: Terminal, damage: str) -> None:
    path = made(asked)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "flipped":
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "nothing":
        path.unlink()
    else:
        _exchanged(path, damage)
    code = 3 if damage == "nothing" else 1
    said = elsewhere.no(["restore", str(path)], code)
    assert any(words in said for words in ("is not a backup", "cannot be opened", "newer version"))
    assert list(elsewhere.folder.glob("charter*")) == []


def _exchanged(path: Path, damage: str) -> None:
    """A backup whose ledger is another than it says, or whose format nobody knows yet."""
    with ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    said = json.loads(files["backup.json"])
    if damage == "newer":
        said["format"] = "charter-backup/2"
        files["backup.json"] = json.dumps(said).encode()
    else:
        files["ledger.db"] = files["ledger.db"][:-1] + b"x"
    with ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def test_a_ledger_altered_inside_a_backup_that_fits_itself_is_not_put_back(
    asked: Terminal, elsewhere: Terminal
) -> None:
    """Whoever changes a file can change what is said of it: the entries are hashed again."""
    path = made(asked)
    with ZipFile(path) as archive:
        contents = Contents.model_validate_json(archive.read("backup.json"))
        archive.extractall(asked.folder / "x")
    ledger = asked.folder / "x" / "ledger.db"
    with closing(sqlite3.connect(ledger)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute("DELETE FROM entries WHERE position = 3")
        file.commit()
    again = asked.folder / "again.zip"
    facts = contents.model_dump(exclude={"files", "format"})
    pack(again, {"ledger.db": ledger, "keys.db": asked.folder / "x" / "keys.db"}, **facts)
    assert "The copy is not whole" in elsewhere.no(["restore", str(again)], 5)
    assert list(elsewhere.folder.glob("charter*")) == []


# Who was erased


def test_an_erasure_asked_for_before_the_backup_is_carried_out_when_it_is_put_back(
    asked: Terminal, elsewhere: Terminal
) -> None:
    subject = her(asked)
    ledger = Ledger(str(asked.folder / "charter.db"))
    ledger.write(RequestErasure(subject=subject, reason="Asked for."), by="ann")  # and stopped there
    ledger.close()
    path = made(asked)
    typed = elsewhere(["restore", str(path)])
    assert f"The erasure of {subject} was interrupted, and is completed now." in typed.err
    assert key_of(elsewhere.folder, subject) == "erased"
    assert "velociped" not in elsewhere.ok("decision list")


def test_who_was_erased_before_has_no_key_in_it(asked: Terminal, elsewhere: Terminal) -> None:
    subject = her(asked)
    asked.ok(ERASE)
    elsewhere.ok(["restore", str(made(asked))])
    assert key_of(elsewhere.folder, subject) == "erased"
    assert elsewhere("status --json").json["erasures_not_recorded"] == []


def test_the_key_of_whoever_was_erased_since_does_not_come_back_where_the_key_store_still_is(asked: Terminal) -> None:
    path, subject = made(asked), her(asked)
    asked.ok(ERASE)
    (asked.folder / "charter.db").rename(asked.folder / "lost.db")
    typed = asked(["restore", str(path)])
    assert "was kept, and got the keys it lacked" in " ".join(typed.err.split())
    assert f"1 person erased since the backup was made, which it does not know: {subject}" in " ".join(
        typed.err.split()
    )
    assert key_of(asked.folder, subject) == "erased"
    assert "velociped" not in asked.ok("decision list")
    asked.ok(["subject", "erase", subject, "--reason", "Again", "--yes"])
    assert asked("status --json").json["erasures_not_recorded"] == []


@pytest.mark.parametrize("knows", ["charter.db", "charter.keys.db"])
def test_the_replaced_ledger_or_key_store_says_who_was_erased_since(
    asked: Terminal, elsewhere: Terminal, knows: str
) -> None:
    path, subject = made(asked), her(asked)
    asked.ok(ERASE)
    told = elsewhere(["restore", str(path), "--erased-in", str(asked.folder / knows), "--json"]).json
    assert told["keys_destroyed"] == 1
    assert told["to_be_erased_again"] == [subject]
    assert key_of(elsewhere.folder, subject) == "erased"


def test_an_erasure_asked_for_since_and_not_completed_is_named(asked: Terminal, elsewhere: Terminal) -> None:
    path, subject = made(asked), her(asked)
    ledger = Ledger(str(asked.folder / "charter.db"))
    ledger.write(RequestErasure(subject=subject, reason="Asked for."), by="ann")
    ledger.close()
    told = elsewhere(["restore", str(path), "--erased-in", str(asked.folder / "charter.db"), "--json"]).json
    assert (told["keys_destroyed"], told["to_be_erased_again"]) == (0, [subject])


def test_only_a_ledger_or_a_key_store_knows_who_was_erased(asked: Terminal, elsewhere: Terminal) -> None:
    path = made(asked)
    with closing(sqlite3.connect(asked.folder / "x.db")) as file:
        file.execute("CREATE TABLE x (y)")
        file.commit()
    given = ["restore", str(path), "--erased-in", str(asked.folder / "x.db")]
    assert "is neither a ledger nor a key store" in elsewhere.no(given, 1)


def test_a_key_store_of_another_master_key_is_left_as_it_is(asked: Terminal, elsewhere: Terminal) -> None:
    path = made(asked)
    with closing(sqlite3.connect(asked.folder / "charter.keys.db")) as file:
        file.execute("UPDATE vault SET mark = randomblob(32)")
        file.commit()
    shutil.copy(asked.folder / "charter.keys.db", elsewhere.folder)
    before = (elsewhere.folder / "charter.keys.db").read_bytes()
    assert "belongs to another master key" in elsewhere.no(["restore", str(path)], 1)
    assert (elsewhere.folder / "charter.keys.db").read_bytes() == before
    assert not (elsewhere.folder / "charter.db").exists()


def test_keys_may_be_left_out_and_kept_apart(asked: Terminal, elsewhere: Terminal) -> None:
    path = asked.folder / "b.zip"
    asked.ok(["backup", str(path), "--without-keys"])
    typed = elsewhere(["restore", str(path)])
    assert "are missing, so their words cannot be read" in " ".join(typed.err.split())
    shutil.copy(asked.folder / "charter.keys.db", elsewhere.folder)
    assert "Refund my velociped" in elsewhere.ok('precedents "velociped"')


def test_a_name_that_came_anew_since_is_found_by_its_new_key_and_old_words_are_read(asked: Terminal) -> None:
    """Put back over a key store in which the customer's name has somebody else by now, who is not erased."""
    path, old = made(asked), her(asked)
    with closing(sqlite3.connect(asked.folder / "charter.keys.db")) as file:
        file.execute("DELETE FROM subjects WHERE subject = ?", (old,))  # lost, not erased
        file.commit()
    for name in ("charter.db", "charter.views.db"):
        (asked.folder / name).rename(asked.folder / f"lost-{name}")
    vault = Vault(asked.folder / "charter.keys.db")
    new = next(iter(vault.claim([vault.alias("customer", "C-1042")]).named.values())).subject
    vault.close()
    asked.ok(["restore", str(path)])
    assert key_of(asked.folder, old) == key_of(asked.folder, new) == "open"
    assert "Refund my velociped" in asked.ok("decision list")


def with_accounts(terminal: Terminal) -> Path:
    """A backup with accounts in it: a password, a session and a token."""
    with closing(sqlite3.connect(terminal.folder / "charter.accounts.db")) as file:
        for table in ("passwords", "sessions", "tokens"):
            file.execute(f"CREATE TABLE {table} (digest)")
            file.execute(f"INSERT INTO {table} VALUES ('x')")  # noqa: S608
        file.commit()
    return made(terminal)


def test_whoever_was_signed_in_has_to_sign_in_again(asked: Terminal, elsewhere: Terminal) -> None:
    typed = elsewhere(["restore", str(with_accounts(asked))])
    assert "Everybody has to sign in again" in typed.err
    with closing(sqlite3.connect(elsewhere.folder / "charter.accounts.db")) as file:
        tables = ("passwords", "sessions", "tokens")
        left = [file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608
        assert left == [1, 0, 0]


def test_accounts_are_copied_and_never_written_over(asked: Terminal, elsewhere: Terminal) -> None:
    path = with_accounts(asked)
    (elsewhere.folder / "charter.accounts.db").write_bytes(b"mine")
    typed = elsewhere(["restore", str(path)])
    assert "those of the backup were left out" in " ".join(typed.err.split())
    assert (elsewhere.folder / "charter.accounts.db").read_bytes() == b"mine"
