"""The tables of a ledger: its entries, one row that says how many there are and what they hash to, the roots of the
tree that are kept for proofs, the checkpoints that were published, and what was answered to orders with a key.

The same in SQLite and PostgreSQL. Text compares byte by byte in both. What refuses changes to entries are triggers,
which belong to the migrations (`charter.schema`).
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

_Text = Text().with_variant(Text(collation="C"), "postgresql")
_Position = BigInteger().with_variant(
    Integer, "sqlite"
)  # INTEGER PRIMARY KEY is SQLite's own row number: no second index

entries = Table(
    "entries",
    metadata,
    Column("position", _Position, primary_key=True, autoincrement=False, comment="1, 2, 3 … without gaps"),
    Column("stream", _Text, nullable=False, comment="whose history the entry belongs to"),
    Column("version", Integer, nullable=False, comment="1, 2, 3 … in its stream"),
    Column("type", _Text, nullable=False, comment="the event's stored name"),
    Column("recorded_at", _Text, nullable=False, comment="UTC, as 2026-11-22T07:15:00.123456Z"),
    Column("body", LargeBinary, nullable=False, comment="the event as JSON, exactly as hashed"),
    Column("leaf", LargeBinary, nullable=False, comment="the hash of the entry's leaf record"),
    UniqueConstraint("stream", "version", name="entries_stream_version"),
    CheckConstraint("length(leaf) = 32", name="entries_leaf_is_a_hash"),
)

head = Table(
    "head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", _Position, nullable=False, comment="how many entries there are"),
    Column("frontier", LargeBinary, nullable=False, comment="roots of the tree's perfect subtrees, left to right"),
    Column("recorded_at", _Text, nullable=False, comment="when the newest entry was recorded; empty before the first"),
    CheckConstraint("id = 1", name="head_is_one_row"),
)

subtrees = Table(
    "subtrees",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False, comment="1 for 256 entries, 2 for 65,536 …"),
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="0, 1, 2 … from the first entry on"),
    Column("root", LargeBinary, nullable=False, comment="the root of number*256^level+1 … (number+1)*256^level"),
    CheckConstraint("level >= 1 AND number >= 0", name="subtrees_place"),
    CheckConstraint("length(root) = 32", name="subtrees_root_is_a_hash"),
    sqlite_with_rowid=False,
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False, comment="how many entries it seals"),
    Column("made_at", _Text, primary_key=True, comment="UTC, as 2026-11-22T07:15:00.123456Z"),
    Column("note", _Text, nullable=False, comment="the signed note with its cosignatures, as published"),
    Column("stamp", LargeBinary, comment="an RFC 3161 token over the note's text; may come later"),
    CheckConstraint("size >= 1", name="checkpoints_size"),
    sqlite_with_rowid=False,
)

answered = Table(
    "answered",
    metadata,
    Column("key", _Text, primary_key=True, comment="what an order's key is found by, a hash at its end"),
    Column("digest", LargeBinary, nullable=False, comment="a keyed hash of what was to be written"),
    Column("stream", _Text, nullable=False, comment="where it was written"),
    Column("version", Integer, nullable=False, comment="of the stream's last entry by then"),
    Column("position", BigInteger, nullable=False, comment="of the first entry that was written"),
    Column("entries", Integer, nullable=False, comment="how many were written, one after the other"),
    Column("recorded_at", _Text, nullable=False, comment="UTC, as 2026-11-22T07:15:00.123456Z"),
    CheckConstraint("length(digest) = 32", name="answered_digest_is_a_hash"),
    Index("answered_recorded_at", "recorded_at"),
    sqlite_with_rowid=False,
)
