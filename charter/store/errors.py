"""What can go wrong with the place a ledger is kept in, each as one sentence that says what to do.

A driver's exception becomes the eventsourcing library's one of the same name (both follow PEP 249), and whatever
keeps the database from being used at all (full, unreachable, locked, read-only, damaged) becomes `StoreUnavailable`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from eventsourcing import persistence
from eventsourcing.persistence import DatabaseError, IntegrityError, OperationalError, PersistenceError


class _Place(PersistenceError):
    """Something about {where}."""

    def __init__(self, where: object) -> None:
        super().__init__((type(self).__doc__ or "{where}").format(where=where))


class NoLedger(_Place):
    """There is no ledger at {where}. Make one with 'charter init'."""


class LedgerExists(_Place):
    """There is something at {where} already, and it was left as it is. Choose another place for a new ledger."""


class NeedsUpgrade(_Place):
    """The ledger at {where} is of an older version of this software. Make a backup, then run 'charter upgrade'."""


class FromNewerSoftware(NeedsUpgrade):
    """The ledger at {where} is of a newer version of this software. Install that version, or a newer one."""


class StoreUnavailable(OperationalError):
    """The database can't be used now; the message says why and what to do about it."""


class StoreDamaged(StoreUnavailable):
    """The database itself is damaged; the message says how and what to do about it."""


class HeadDamaged(DatabaseError):
    """The row that says how far the ledger has come is damaged. Nothing was written; run 'charter verify'."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class TreeDamaged(DatabaseError):
    """The stored hashes do not make the tree they should; the message says where, and to run 'charter verify'."""


class OutcomeUnknown(StoreUnavailable):
    """The connection broke while entries were being written. Look whether they are there before you try again."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class Overtaken(IntegrityError):
    """Somebody else wrote, after it was read, to what a decision was based on; read again and decide again."""


_SQLITE = {  # primary result codes, https://www.sqlite.org/rescode.html
    3: "The ledger's file may not be opened by this user. Check the rights on the file and its folder.",
    5: "Another program kept the ledger locked for a minute. See what is running on it, then try again.",
    6: "Another part of this program kept the ledger locked. Try again.",
    7: "The computer is out of memory. Close something and try again.",
    8: "The ledger may only be read here. Check the rights on its file and folder.",
    10: "The disk that holds the ledger reports an error ({detail}). Check the disk, then run 'charter verify'.",
    11: "The ledger's file is damaged ({detail}). Keep a copy of it, and restore a backup.",
    13: "The disk that holds the ledger is full. Make room and try again.",
    14: "The ledger's file can't be opened. Check that it, its folder and its disk are there and may be written.",
    15: "Too many programs use the ledger at this moment. Try again.",
    26: "The file is not a ledger ({detail}). Check the path.",
}

_POSTGRES = {  # SQLSTATE or its class, https://www.postgresql.org/docs/current/errcodes-appendix.html
    "08": "The connection to the ledger's database failed ({detail}). Check that the server runs and try again.",
    "25006": "The ledger's database may only be read here, as on a standby server. Check the address and try again.",
    "28": "The ledger's database refused the sign-in ({detail}). Check user and password in the address.",
    "3D000": "The database does not exist ({detail}). Create it, or check the address.",
    "53": "The ledger's database has run out of something ({detail}). Make room on the server and try again.",
    "55P03": "Another program kept the ledger locked for a minute. See what is running on it, then try again.",
    "57": "The ledger's database is stopping or starting ({detail}). Try again in a moment.",
    "58": "The ledger's database reports a failure of its disk or system ({detail}). Check the server.",
    "XX": "The ledger's database reports damage ({detail}). Run 'charter verify', and restore a backup.",
}
_DAMAGED = (_SQLITE[11], _POSTGRES["XX"])
_UNREACHABLE = (
    "The ledger's database does not answer ({detail}). Check that the server runs and that the address is right."
)
_NAMES = (  # most special first
    "IntegrityError",
    "DataError",
    "OperationalError",
    "InternalError",
    "ProgrammingError",
    "NotSupportedError",
    "DatabaseError",
    "InterfaceError",
)


def translated(error: BaseException) -> PersistenceError | None:
    """The library's exception for a driver's or SQLAlchemy's one; None for what does not come from a database."""
    error = getattr(error, "orig", None) or error  # SQLAlchemy keeps the driver's exception there
    if isinstance(error, PersistenceError):
        return error
    names = {cls.__name__ for cls in type(error).__mro__ if cls.__module__.partition(".")[0] in ("sqlite3", "psycopg")}
    if not names:
        return None
    sentence = _unavailable(error, names)
    if sentence:
        kind_of = StoreDamaged if sentence in _DAMAGED else StoreUnavailable
        return kind_of(sentence.format(detail=" ".join(str(error).split())))
    name = next((name for name in _NAMES if name in names), "PersistenceError")
    kind: type[PersistenceError] = getattr(persistence, name)
    return kind(str(error))


def _unavailable(error: BaseException, names: set[str]) -> str | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)  # the low byte is the primary code
    state: str | None = getattr(error, "sqlstate", None)
    if state is not None:
        return next((_POSTGRES[key] for key in (state, state[:2]) if key in _POSTGRES), None)
    # without a SQLSTATE no server has answered: refused, cut off, or not found
    return _UNREACHABLE if "OperationalError" in names and hasattr(error, "diag") else None


@contextmanager
def library_errors() -> Iterator[None]:
    """Turn what a driver raises inside into the library's exceptions."""
    try:
        yield
    except Exception as error:
        known = translated(error)
        if known is None or known is error:
            raise
        raise known from error


@contextmanager
def tables_as_made() -> Iterator[None]:
    """Raise TreeDamaged where a table cannot be asked what it could be asked when it was made: it was altered since."""
    try:
        with library_errors():
            yield
    except (StoreUnavailable, HeadDamaged, TreeDamaged):
        raise
    except DatabaseError as error:
        detail = " ".join(str(error).split())
        msg = f"The tables of the ledger are not as they were made ({detail}). Keep a copy of it, and restore a backup."
        raise TreeDamaged(msg) from error
