"""The ledger: commands go in, rules decide, entries are appended; nothing else ever writes one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import RLock
from typing import Any

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, Mapper
from eventsourcing.utils import Environment
from sqlalchemy import Engine

from charter.answers import KEPT, Attempt
from charter.catalogue import EntryMapper, entries
from charter.charters.state import Charter
from charter.collecting import nothing_thrown_away
from charter.decisions.refusals import UnknownDecision
from charter.decisions.state import Case
from charter.desk import Desk, Held, Order, Written
from charter.keys.commands import STREAM as KEYS
from charter.keys.state import Keys
from charter.message import Command, Entry, Refused
from charter.people.state import Person
from charter.privacy.envelope import sealed_for
from charter.privacy.vault import Vault
from charter.store.database import open_database
from charter.store.factory import LedgerFactory
from charter.store.recorder import LedgerRecorder

ATTEMPTS = 200
BATCH = 2_000


class TooBusy(Refused):
    """Others kept writing to the same place {attempts} times in a row. Nothing was written; try again."""


class ManyDecisions(Refused):
    """More than one decision starts with {prefix}: {some}. Type more of it."""


def now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)


class Ledger(Application[str]):
    """A ledger in a SQLite file or a PostgreSQL database; it must exist and be of this software's schema.

    Safe to use from many threads: one of them writes at a time, and who reads never waits for it.

    Raises NoLedger or NeedsUpgrade when it is not, StoreUnavailable when the database cannot be reached.
    """

    name = "charter"

    def __init__(
        self, database: str | Engine, clock: Callable[[], datetime] | None = None, vault: Vault | None = None
    ) -> None:
        self._engine = database if isinstance(database, Engine) else open_database(database)
        self._vault = vault or Vault.beside(self._engine)
        self._clock = clock or now
        self._writing = RLock()
        self._kept: dict[str, Held] = {}
        super().__init__()

    def construct_factory(self, env: Environment) -> LedgerFactory:
        """The library's way to our recorder."""
        return LedgerFactory(env)

    def construct_recorder(self) -> LedgerRecorder:
        """The library's way to our store."""
        return LedgerRecorder(self._engine, clock=self._clock)

    def construct_mapper(self) -> Mapper[str]:
        """The library's way to our bodies."""
        return EntryMapper(self._vault)

    def now(self) -> datetime:
        """The time of this ledger's clock, aware and in UTC."""
        return self._clock()

    @property
    def engine(self) -> Engine:
        """The database the ledger is in."""
        return self._engine

    @property
    def entries_recorder(self) -> LedgerRecorder:
        """Our recorder, with everything it can do beyond the library's contract."""
        assert isinstance(self.recorder, LedgerRecorder)
        return self.recorder

    @property
    def vault(self) -> Vault:
        """The keys of the people whose words are sealed in it."""
        return self._vault

    def close(self) -> None:
        """Give the database connections back."""
        super().close()
        self.entries_recorder.close()
        self._vault.close()

    def write(
        self,
        command: Command,
        *,
        by: str,
        at: datetime | None = None,
        expect: int | None = None,
        key: str | None = None,
    ) -> Written:
        """Write what one command leads to, now or as having happened `at`; raises Refused."""
        [outcome] = self.write_all([Order(command, by, at or self.now(), expect, key)])
        if isinstance(outcome, Refused):
            raise outcome
        return outcome

    def write_all(self, orders: Sequence[Order]) -> list[Written | Refused]:
        """Write what many commands lead to, in their order and in one transaction.

        A refused order does not harm the others. Deciding is pure, so a lost race is simply decided again.
        """
        with self._writing, nothing_thrown_away():
            for _ in range(ATTEMPTS):
                with suppress(IntegrityError):
                    return Attempt(self._desk(), self.entries_recorder, self._vault).write(orders)
        raise TooBusy(attempts=ATTEMPTS)

    def rehearse_all(self, orders: Sequence[Order]) -> list[Written | Refused]:
        """What `write_all` would answer now, without positions and keys; nothing is written."""
        return self._desk().decide_all(orders)

    def forget_answers(self) -> int:
        """Forget what was answered to orders with a key long ago; how many there were. To be done now and then."""
        return self.entries_recorder.forget_answers(self.now() - KEPT)

    def entries(self, after: int = 0, until: int | None = None, types: Sequence[str] = ()) -> Iterator[Entry]:
        """Entries in the order of their positions, typed, read in batches."""
        while rows := self.entries_recorder.rows(after, BATCH, until, types):
            yield from entries(rows, self._vault)
            after = rows[-1][0]

    def stream(self, stream: str) -> list[Entry]:
        """All entries of one stream."""
        return list(entries(self.entries_recorder.stream_rows({stream: 0}), self._vault))

    def version(self, stream: str) -> int:
        """How many entries a stream has, as a writer expects it; 0 where there is none."""
        newest = self.entries_recorder.select_events(stream, desc=True, limit=1)
        return newest[0].originator_version if newest else 0

    def charter(self, slug: str) -> Charter:
        """A charter as the rules see it now; not opened when there is none."""
        state = self._state(f"charter/{slug}")
        assert isinstance(state, Charter)
        return state

    def person(self, person: str) -> Person:
        """A person as the rules see them now; not registered when there is none."""
        state = self._state(f"person/{person}")
        assert isinstance(state, Person)
        return state

    def decision(self, decision: str) -> Case:
        """A request and its decision as the rules see them now; its stage is unknown when there is none."""
        state = self._state(f"decision/{decision}")
        assert isinstance(state, Case)
        return state

    def keys(self) -> Keys:
        """The keys the ledger signs with, and those it did."""
        state = self._state(KEYS)
        assert isinstance(state, Keys)
        return state

    def find_decision(self, prefix: str) -> str:
        """The id of the one decision that starts with a prefix; raises UnknownDecision or ManyDecisions."""
        found = [stream.partition("/")[2] for stream in self._starting(f"decision/{prefix.lower()}", 4)]
        if not found:
            raise UnknownDecision(decision=prefix)
        if len(found) > 1:
            shown = ", ".join(known[: max(8, len(prefix) + 4)] for known in found[:3])
            raise ManyDecisions(prefix=prefix, some=shown + (" …" if len(found) > 3 else ""))
        return found[0]

    def charters(self) -> list[str]:
        """The slugs of all charters."""
        return [stream.partition("/")[2] for stream in self._starting("charter/", 10_000)]

    def people(self) -> list[str]:
        """The ids of all people."""
        return [stream.partition("/")[2] for stream in self._starting("person/", 100_000)]

    def streams_of(self, subject: str) -> list[str]:
        """Every stream in which words of a person are sealed, found in the entries themselves: it reads them all."""
        return self.entries_recorder.streams_holding(sealed_for(subject))

    def _desk(self) -> Desk:
        return Desk(self.entries_recorder, self._vault, self._kept, self.now())

    def _starting(self, prefix: str, limit: int) -> list[str]:
        return self.entries_recorder.streams_starting(prefix, limit)

    def _state(self, stream: str) -> Any:
        return self._desk().held(stream).state
