"""What the recorder asks of a database: read rows, and append under the lock of the head row.

There are two, `charter.store.sqlite` and `charter.store.postgres`. Both speak to the driver's own connection, which
they take from the engine's pool, and raise the driver's own exceptions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from charter.store.statements import Statements, statements
from charter.tree import TileRoot

Columns = tuple[int, str, int, str, str, bytes, bytes]
"""One row of `entries` as it is inserted: position, stream, version, type, recorded at, body, leaf."""
Answer = tuple[str, bytes, str, int, int, int, str]
"""One row of `answered`: key, digest, stream, version, position, entries, recorded at."""


class Driver(ABC):
    """One ledger's database. Any thread may read at any time; one append at a time goes from `begin` to its end."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.say: Statements = statements(engine.dialect.name)

    @abstractmethod
    def read(self, text: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows that a statement gives, on a connection of their own."""

    @abstractmethod
    def streams(self, versions: Mapping[str, int]) -> tuple[Any, ...]:
        """The parameters that carry streams with a version each."""

    @abstractmethod
    def names(self, values: Iterable[str]) -> Any:
        """The parameter that carries a list of text."""

    @abstractmethod
    def begin(self) -> tuple[int, bytes, str] | None:
        """Begin an append: lock the head row and give its size, frontier and recorded_at; None if it is missing."""

    @abstractmethod
    def overtaken(self, versions: Mapping[str, int]) -> list[str]:
        """During an append: the streams that have gone beyond the version given with them."""

    @abstractmethod
    def commit(
        self,
        rows: Sequence[Columns],
        roots: Sequence[TileRoot],
        head: tuple[int, bytes, str],
        answers: Sequence[Answer] = (),
    ) -> None:
        """End an append: insert rows, tile roots and answers, move the head, and return when all are durable."""

    @abstractmethod
    def forget_answers(self, before: str, limit: int) -> int:
        """Delete at most so many of the answers recorded before a time, durably; how many there were."""

    @abstractmethod
    def abandon(self) -> None:
        """End an append without a trace; never raises."""

    @abstractmethod
    def close(self) -> None:
        """Give back what is held open."""
