"""Why a backup is not made, or not put back."""

from charter.message import NotFound, Refused
from charter.store.errors import TreeDamaged


class BackupExists(Refused):
    """There is something at {path} already, and a backup is never written over another. Give another name, or a
    folder: each backup in it is named for its time."""


class BackupNotWritten(Refused):
    """The backup could not be written to {path}: {why}. Make room there, or give another place."""


class LedgerNotPut(Refused):
    """The ledger could not be put back at {path}: {why}. Make room there, or give another place with --ledger."""


class BackupMissing(NotFound):
    """The backup {path} cannot be opened: {why}. Give the path of the one you mean."""


class NotABackup(Refused):
    """{path} is not a backup, or a damaged one: {why}. Nothing was put back; use another copy of it."""


class FromNewerBackup(Refused):
    """{path} was made by a newer version of this software (its format is {format}). Install that version first."""


class OnlyFiles(Refused):
    """The ledger {place} is in PostgreSQL, which makes better backups of itself: with pg_dump, or of everything at any
    moment. See docs/backup.md for both."""


class PlaceTaken(Refused):
    """There is something at {path} already, and a backup is never put over it. Move it away and keep it (with
    --erased-in it says who was erased since), or give another place with --ledger."""


class NothingErasedThere(Refused):
    """{path} is neither a ledger nor a key store, so it cannot say who was erased. Give the one used last."""


class KeysOfAnother(Refused):
    """The key store {place} belongs to another master key than the one in the backup. Move it away, or say with
    CHARTER_KEYS where the keys of the backup are to go."""


class NotWhole(TreeDamaged):
    """What was copied is not whole; the message says where, and what to do."""
