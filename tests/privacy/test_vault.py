"""The key store gives each person one key, keeps no name, and forgets for good."""

from __future__ import annotations

import sqlite3
import stat
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.privacy import master
from charter.privacy.database import KeysInUse
from charter.privacy.master import (
    MasterKey,
    MasterKeyExists,
    MasterKeyMissing,
    MasterKeyOpenToOthers,
    MasterKeyUnreadable,
)
from charter.privacy.vault import Person, Vault, WrongMasterKey
from charter.store.database import SERVED, connect_arguments, open_database

Open = Callable[[], Vault]
SECRET = bytes(range(32))


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same key store again and again, as several processes would."""
    postgres = request.param == "postgresql"
    where = request.getfixturevalue("postgres_url") if postgres else tmp_path / "charter.keys.db"
    vaults: list[Vault] = []

    def another() -> Vault:
        vaults.append(Vault(where))
        return vaults[-1]

    yield another
    for vault in vaults:
        vault.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without a master key."""
    for variable in (master.VARIABLE, master.FILE_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "charter" / "master.key"


def test_a_name_has_one_person_however_it_is_spelled(opened: Open) -> None:
    vault = opened()
    alias = vault.alias("customer", "Ada  Quill ")
    claimed = vault.claim([alias]).named
    assert vault.find("customer", "ADA QUILL") == claimed[alias].subject
    assert opened().claim([alias])[0] == claimed
    assert vault.find("customer", "Ada Quilt") is None
    assert vault.find("person", "Ada Quill") is None


def test_a_person_without_a_name_is_somebody_new_each_time(opened: Open) -> None:
    vault = opened()
    people = [person for count in (1, 3, 1, 40) for person in vault.claim([], count)[1]]
    assert len({person.subject for person in people}) == len({person.key for person in people}) == 45
    assert opened().keys(person.subject for person in people).open == dict(people)


def test_keys_made_in_advance_and_not_used_are_gone_at_the_end(opened: Open) -> None:
    def kept(vault: Vault) -> set[str]:
        database = vault._opened()
        where = "keys.subjects" if "%s" in database.say.destroy else "subjects"
        return {subject for (subject,) in database.read(f"SELECT subject FROM {where}")}  # noqa: S608  # one of two

    vault = opened()
    used = {vault.claim([], 1)[1][0].subject for _ in range(5)}
    assert kept(vault) > used
    vault.close()
    assert kept(opened()) == used


def test_many_at_once_claim_the_same_person(opened: Open) -> None:
    vaults = [opened() for _ in range(4)]
    aliases = [vaults[0].alias("customer", f"Customer {number}") for number in range(30)]
    with ThreadPoolExecutor(len(vaults)) as threads:
        claimed = list(threads.map(lambda vault: vault.claim(aliases), vaults))
    assert all(each.named == claimed[0].named for each in claimed)
    made = [subject for each in claimed for subject in each.new]
    assert sorted(made) == sorted(person.subject for person in claimed[0].named.values()), "each is new to one of them"


def test_more_may_ask_at_once_than_a_server_has_connections_for(opened: Open) -> None:
    """They wait for one another, and not for a connection that never comes back."""
    vault, crowd = opened(), 3 * SERVED
    [person] = vault.claim([vault.alias("customer", "Ada Quill")]).named.values()
    begin = Barrier(crowd)

    def asked(_number: int) -> bool:
        begin.wait()
        return all(vault.known(person.subject) == "open" for _ in range(5))

    with ThreadPoolExecutor(crowd) as threads:
        assert all(threads.map(asked, range(crowd), timeout=25))


def test_nobody_notices_that_the_server_was_started_anew(postgres_url: str) -> None:
    """All connections have broken, and the first who asks or is kept goes on with another."""
    vault = Vault(postgres_url)
    ada, bob = (vault.alias("customer", name) for name in ("Ada Quill", "Bob Reed"))
    [person] = vault.claim([ada]).named.values()
    begin = Barrier(SERVED)

    def known(_number: int) -> str:
        begin.wait()
        return vault.known(person.subject)

    asks: list[Callable[[], object]] = [lambda: vault.known(person.subject), lambda: vault.claim([bob]).named]
    for ask in asks:
        with ThreadPoolExecutor(SERVED) as threads:
            assert set(threads.map(known, range(SERVED))) == {"open"}
        with psycopg.connect(**connect_arguments(open_database(postgres_url)), autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert ask()
        assert all(vault.known(person.subject) == "open" for _ in range(SERVED))
    vault.close()


def test_who_is_new_is_said_once(opened: Open) -> None:
    vault = opened()
    ada, bob = (vault.alias("customer", name) for name in ("Ada Quill", "Bob Reed"))
    first = vault.claim([ada])
    assert first.new == {first.named[ada].subject}
    second = vault.claim([ada, bob], 1)
    assert second.named[ada] == first.named[ada]
    assert second.new >= {second.named[bob].subject, second.fresh[0].subject}
    assert first.named[ada].subject not in second.new
    assert opened().claim([ada, bob]).new == frozenset()


def test_who_is_destroyed_is_gone_for_good_and_remembered(opened: Open) -> None:
    vault = opened()
    alias = vault.alias("customer", "Ada Quill")
    ada, (bob,) = vault.claim([alias], 1)[0][alias], vault.claim([], 1)[1]
    assert vault.destroy([ada.subject]) == 1
    assert vault.destroy([ada.subject]) == 0
    for each in (vault, opened()):
        assert each.keys([ada.subject, bob.subject]) == ({bob.subject: bob.key}, frozenset([ada.subject]))
        assert [each.known(subject) for subject in (ada.subject, bob.subject, "f" * 32)] == [
            "erased",
            "open",
            "missing",
        ]
        assert each.find("customer", "Ada Quill") is None
        assert each.erased() == {ada.subject}
    assert vault.claim([alias])[0][alias] != ada, "whoever comes back is somebody new"


def test_who_is_erased_while_they_are_claimed_is_somebody_new(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their key is durable all the same: words sealed under one that is not would be lost."""
    vault, other = opened(), opened()
    alias = vault.alias("customer", "Ada Quill")
    ada = vault.claim([alias])[0][alias]
    known = Vault._known

    def meanwhile(each: Vault, aliases: Sequence[str]) -> dict[str, Person]:
        other.destroy([ada.subject])
        return known(each, aliases)

    monkeypatch.setattr(Vault, "_known", meanwhile)
    again = vault.claim([alias])[0][alias]
    assert again.subject != ada.subject
    assert other.keys([again.subject]).open == {again.subject: again.key}


def test_a_key_s_traces_that_cannot_be_cleared_away_are_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault(tmp_path / "charter.keys.db")
    [ada] = vault.claim([], 1)[1]
    reader = sqlite3.connect(tmp_path / "charter.keys.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM subjects").fetchall()
    monkeypatch.setattr("charter.store.database.LOCK_TIMEOUT", 0)
    impatient = Vault(tmp_path / "charter.keys.db")
    with pytest.raises(KeysInUse, match="completed by the next command"):
        impatient.destroy([ada.subject])
    reader.close()
    impatient.destroy([ada.subject])
    assert vault.known(ada.subject) == "erased"
    impatient.close()
    vault.close()


def test_neither_key_nor_name_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "charter.keys.db"
    vault = Vault(path)
    alias = vault.alias("customer", "Ada Quill")
    ada = vault.claim([alias])[0][alias]
    before = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert ada.subject.encode() in before
    for secret in (ada.key, SECRET, b"Ada", b"ada quill"):
        assert secret not in before
    wrapped = vault.master.wrap(ada.key) if vault.master else b""
    assert wrapped in before
    vault.destroy([ada.subject])
    after = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert wrapped not in after, "not in a free page, not in the log"
    assert alias.encode() not in after
    vault.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_master_key_is_refused(opened: Open) -> None:
    vault = opened()
    vault.claim([], 1)
    other = Vault(vault._where, MasterKey(bytes(32)))
    with pytest.raises(WrongMasterKey, match="another master key"):
        other.claim([], 1)


def test_without_a_master_key_it_is_known_who_is_here_and_who_was_erased(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vault = opened()
    ada, bob = vault.claim([], 2)[1]
    vault.destroy([ada.subject])
    monkeypatch.delenv(master.VARIABLE)
    monkeypatch.setenv(master.FILE_VARIABLE, str(tmp_path / "none.key"))
    locked = opened()
    assert locked.keys([ada.subject, bob.subject]) == ({}, frozenset([ada.subject]))
    assert locked.known(bob.subject) == "open"
    for ask in (lambda: locked.claim([], 1), lambda: locked.find("customer", "Ada")):
        with pytest.raises(MasterKeyMissing, match=r"none\.key"):
            ask()


def test_a_store_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "charter.keys.db")
    assert vault.keys(["f" * 32]) == ({}, frozenset())
    assert (vault.known("f" * 32), vault.find("customer", "Ada"), vault.erased()) == ("missing", None, set())
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_made_meanwhile_is_seen(opened: Open) -> None:
    early, late = opened(), opened()
    assert early.find("customer", "Ada Quill") is None
    alias = late.alias("customer", "Ada Quill")
    ada = late.claim([alias])[0][alias]
    assert early.find("customer", "Ada Quill") == ada.subject
    assert early.keys([ada.subject]).open == {ada.subject: ada.key}


# The master key


def test_a_master_key_is_made_once_and_only_its_owner_can_read_it(home: Path) -> None:
    assert master.load() is None
    assert master.create() == home
    assert stat.S_IMODE(home.stat().st_mode) == 0o600
    made = master.load()
    assert made is not None
    text = home.read_text("ascii")
    with pytest.raises(MasterKeyExists, match="never replaced"):
        master.create()
    assert home.read_text("ascii") == text
    assert text.strip() not in repr(made)


def test_a_master_key_that_others_can_read_is_refused(home: Path) -> None:
    master.create()
    home.chmod(0o640)
    with pytest.raises(MasterKeyOpenToOthers, match="chmod 600"):
        master.load()


@pytest.mark.parametrize("text", ["", "not base64!", b64encode(bytes(31)).decode(), b64encode(bytes(33)).decode(), "é"])
def test_what_is_no_master_key_is_refused_by_name(home: Path, text: str) -> None:
    home.parent.mkdir(parents=True)
    home.touch(0o600)
    home.write_text(text, "utf-8")
    with pytest.raises(MasterKeyUnreadable, match=r"master\.key can't be used: it is not"):
        master.load()


def test_the_environment_comes_before_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    master.create()
    monkeypatch.setenv(master.VARIABLE, b64encode(SECRET).decode())
    found = master.load()
    assert found is not None
    assert found.mark == MasterKey(SECRET).mark
    with pytest.raises(MasterKeyExists, match=master.VARIABLE):
        master.create()


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_key_unwraps_under_its_master_key_alone(key: bytes, other: bytes) -> None:
    mine, theirs = MasterKey(SECRET), MasterKey(other)
    assert mine.unwrap(mine.wrap(key)) == key
    if other != SECRET:
        with pytest.raises(ValueError, match="does not unwrap"):
            theirs.unwrap(mine.wrap(key))
        assert theirs.alias("customer", "Ada") != mine.alias("customer", "Ada")
