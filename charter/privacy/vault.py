"""The key store: one key for each person whose words are sealed, apart from the ledger, and gone once they are erased.

A SQLite ledger `charter.db` has it beside it in `charter.keys.db`, a PostgreSQL one in the schema `keys`; CHARTER_KEYS
names any other place (a path or address). It holds no words and no names: each person is 32 hex digits, made of the
milliseconds since 1970 and 80 random bits, with the wrapped key and, for somebody who can be looked up, a keyed hash of
the name (`charter.privacy.master`).

A key is durable here before the first entry sealed under it is written: a crash between leaves a key that nothing uses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from secrets import token_bytes
from threading import Lock
from typing import Literal, NamedTuple

from sqlalchemy import URL, Engine

from charter.message import NotFound, Refused
from charter.privacy import master
from charter.privacy.box import KEY_SIZE
from charter.privacy.database import KeyDatabase, nothing_to_wait_for
from charter.privacy.master import MasterKey, MasterKeyMissing
from charter.store.database import address, beside, shown

_MOST_SPARE = 256
_ID_SIZE = 10


class WrongMasterKey(Refused):
    """The key store {place} belongs to another master key than the one at hand. Use the one it was made with."""


class KeyStoreMissing(NotFound):
    """The key store {place} is not there, and words are sealed under keys in it. Put it back, or say with CHARTER_KEYS
    where it is. Only if it is lost for ever, and with it these words, begin another: make an empty file there."""


class Person(NamedTuple):
    """Somebody whose words are sealed: the id by which the ledger knows them, and their key of 32 bytes."""

    subject: str
    key: bytes


class Claimed(NamedTuple):
    """Who was asked for: the person of each alias, and those that nobody can look up."""

    named: Mapping[str, Person]
    fresh: Sequence[Person]
    new: frozenset[str]
    """Those who were not there before this claim, by id: no entry from before it speaks of them."""
    durable: Callable[[], None] = nothing_to_wait_for
    """Returns once all their keys are on the disk, before which no entry may be; raises what kept them from it."""


class Keys(NamedTuple):
    """What is known of some subjects: the keys that can be used, and who was erased. Others have no key here."""

    open: Mapping[str, bytes]
    erased: frozenset[str]


class Vault:
    """The keys of one ledger's people. Safe to use from many threads and processes at once.

    Nothing is opened before it is needed. Without a master key nothing can be sealed or opened, but erased and known
    people can still be told apart.
    """

    def __init__(self, where: str | Path | URL, master_key: MasterKey | None = None) -> None:
        self._where = address(where)
        self._given = master_key
        self._lock = Lock()
        self._database: KeyDatabase | None = None
        self._spare: list[Person] = []
        self._refill = 1

    @classmethod
    def beside(cls, ledger: Engine) -> Vault:
        """The key store of a ledger, wherever CHARTER_KEYS or the ledger's own place says it is."""
        return cls(beside(ledger.url, "keys"))

    @property
    def place(self) -> str:
        """Where the keys are, as people are told it."""
        return shown(self._where)

    @cached_property
    def master(self) -> MasterKey | None:
        """The master key; None where there is none. Raises as `charter.privacy.master.load`."""
        return self._given or master.load()

    def _require_master(self) -> MasterKey:
        if self.master is None:
            raise MasterKeyMissing(path=master.default_file())
        return self.master

    @property
    def exists(self) -> bool:
        """Whether there is a key store yet; one is made when the first key is."""
        is_file = self._where.get_backend_name() == "sqlite"
        return self._database is not None or not is_file or Path(str(self._where.database)).is_file()

    def _opened(self) -> KeyDatabase:
        with self._lock:
            if self._database is None:
                database = KeyDatabase(self._where)
                try:
                    self._require_mark(database)
                except BaseException:
                    database.close()
                    raise
                self._database = database
            return self._database

    def _require_mark(self, database: KeyDatabase) -> None:
        """WrongMasterKey unless the key store belongs to the master key at hand; a new one does from now on."""
        if self.master is None:
            return
        [(mark,)] = database.read(database.say.mark)
        if mark is None:
            database.write((database.say.set_mark, (self.master.mark,)))
            [(mark,)] = database.read(database.say.mark)
        if bytes(mark) != self.master.mark:
            raise WrongMasterKey(place=self.place)

    # Sealing

    def alias(self, kind: str, name: str) -> str:
        """What somebody of that name is found by; MasterKeyMissing without a master key."""
        return self._require_master().alias(kind, name)

    def claim(self, aliases: Iterable[str], fresh: int = 0) -> Claimed:
        """The person of each alias, new ones made as needed, and `fresh` new ones that nobody can look up.

        MasterKeyMissing without a master key.
        """
        key = self._require_master()
        wanted = list(dict.fromkeys(aliases))
        with self._lock:
            spare, self._spare = self._spare[:fresh], self._spare[fresh:]
        missing = fresh - len(spare)
        if not wanted and not missing:
            return Claimed({}, spare, frozenset())
        database = self._opened()
        named = dict(zip(wanted, _new(len(wanted)), strict=True))
        extra = _new(max(missing, self._refill) if missing else 0)
        rows = [
            *((person.subject, alias, key.wrap(person.key)) for alias, person in named.items()),
            *((person.subject, None, key.wrap(person.key)) for person in extra),
        ]
        new = {row[0] for row in rows}
        taken, durable = database.insert(rows)
        if taken:
            new -= {named[alias].subject for alias in taken}
            found = self._known(taken)
            named |= found
            if erased := [alias for alias in taken if alias not in found]:  # since then; they are somebody new
                durable()
                again = self.claim(erased)
                named |= again.named
                new |= again.new
                durable = again.durable
        if missing:
            durable()  # what is kept for others has to be
            with self._lock:  # the next will be needed soon: one durable write for many of them
                self._refill = min(self._refill * 2, _MOST_SPARE)
                self._spare += extra[missing:]
        return Claimed(named, spare + extra[:missing], frozenset(new), durable)

    def _known(self, aliases: Sequence[str]) -> dict[str, Person]:
        database, key = self._opened(), self._require_master()
        found = database.read(database.say.by_alias, database.say.several(aliases))
        return {alias: Person(subject, key.unwrap(bytes(wrapped))) for alias, subject, wrapped in found}

    # Opening

    def keys(self, subjects: Iterable[str]) -> Keys:
        """The keys of some people, as far as there are any and the master key is at hand, and which were erased."""
        wanted = list(set(subjects))
        if not wanted or not self.exists:
            return Keys({}, frozenset())
        database, key = self._opened(), self.master
        some = database.say.several(wanted)
        found = database.read(database.say.by_subject, some)
        gone = database.read(database.say.erased_of, some) if len(found) < len(wanted) else ()
        usable = {subject: key.unwrap(bytes(wrapped)) for subject, wrapped in found} if key else {}
        return Keys(usable, frozenset(subject for (subject,) in gone))

    def known(self, subject: str) -> Literal["open", "erased", "missing"]:
        """Whether a person's key is here, was destroyed, or is nowhere to be found."""
        if not self.exists:
            return "missing"
        database = self._opened()
        some = database.say.several([subject])
        if database.read(database.say.by_subject, some):
            return "open"
        return "erased" if database.read(database.say.erased_of, some) else "missing"

    def find(self, kind: Literal["customer", "person"], name: str) -> str | None:
        """The person of that name, in any spelling of case and spaces; None if there is none (any more)."""
        if not self.exists:
            return None
        alias = self._require_master().alias(kind, name)
        found = self._known([alias]).get(alias)
        return found.subject if found else None

    # Erasing

    def destroy(self, subjects: Iterable[str]) -> int:
        """Destroy the keys of some people for ever, and remember that they were erased; how many keys there were.

        Can be done again: after a crash, and on a key store that was put back from an older copy.
        """
        gone = sorted(set(subjects))
        database = self._opened()
        some = database.say.several(gone)
        count = database.write((database.say.remember_erased, (some,)), (database.say.destroy, (some,)))
        with self._lock:
            self._spare = [person for person in self._spare if person.subject not in gone]
        database.leave_no_trace()
        return count

    def erased(self) -> set[str]:
        """Everybody who was erased."""
        if not self.exists:
            return set()
        database = self._opened()
        return {subject for (subject,) in database.read(database.say.all_erased)}

    def close(self) -> None:
        """Let go of the database; keys made in advance and not used are removed."""
        with self._lock:
            database, self._database = self._database, None
            spare, self._spare = self._spare, []
        if database is not None:
            if spare:
                some = database.say.several([person.subject for person in spare])
                database.write((database.say.destroy, (some,)))
            database.close()


def _new(count: int) -> list[Person]:
    # ids that begin with the time keep the newest people together in the index, which a million rows are glad of
    begin, size = f"{time.time_ns() // 1_000_000:012x}", _ID_SIZE + KEY_SIZE
    random = token_bytes(count * size)
    ends = range(_ID_SIZE, len(random), size)
    return [Person(begin + random[end - _ID_SIZE : end].hex(), random[end : end + KEY_SIZE]) for end in ends]
