"""What proofs need: the roots of the tree's subtrees, and the checkpoints that were published."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from charter.store.errors import HeadDamaged
from charter.tree import Frontier, TileRoot

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROOTS = "Roots of the tree are never changed or removed. Restore a backup if one is wrong."
CHECKPOINTS = "A published checkpoint is never changed or removed. Publish another one with charter checkpoint."
BEHIND = "The ledger was upgraded while this program ran. Nothing was written; start the program again."

_HEAD = "SELECT size, frontier FROM head WHERE id = 1"
_BATCH = 1 << 16
"""Leaves in memory at a time: 2 MiB."""


def upgrade() -> None:
    """Make the two tables, fill the roots of the entries there are, and have them guarded by triggers."""
    bind = op.get_bind()
    on_postgres = bind.dialect.name == "postgresql"
    text = sa.Text(collation="C") if on_postgres else sa.Text()
    # The head row first, as whoever appends: to make its trigger while somebody holds it, they'd wait for each other.
    sealed = bind.execute(sa.text(_HEAD + (" FOR UPDATE" if on_postgres else ""))).one_or_none()
    subtrees = op.create_table(
        "subtrees",
        sa.Column(
            "level", sa.Integer, primary_key=True, autoincrement=False, comment="1 for 256 entries, 2 for 65,536 …"
        ),
        sa.Column(
            "number", sa.BigInteger, primary_key=True, autoincrement=False, comment="0, 1, 2 … from the first entry on"
        ),
        sa.Column(
            "root", sa.LargeBinary, nullable=False, comment="the root of number*256^level+1 … (number+1)*256^level"
        ),
        sa.CheckConstraint("level >= 1 AND number >= 0", name="subtrees_place"),
        sa.CheckConstraint("length(root) = 32", name="subtrees_root_is_a_hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False, comment="how many entries it seals"),
        sa.Column("made_at", text, primary_key=True, comment="UTC, as 2026-11-22T07:15:00.123456Z"),
        sa.Column("note", text, nullable=False, comment="the signed note with its cosignatures, as published"),
        sa.Column("stamp", sa.LargeBinary, comment="an RFC 3161 token over the note's text; may come later"),
        sa.CheckConstraint("size >= 1", name="checkpoints_size"),
        sqlite_with_rowid=False,
    )
    if sealed is None:
        raise HeadDamaged
    tree = Frontier()
    for batch in _leaves(bind, sealed.size):
        completed: list[TileRoot] = []
        tree.extend(batch, completed)
        if completed:
            bind.execute(subtrees.insert(), [root._asdict() for root in completed])
    if (tree.size, tree.to_bytes()) != (sealed.size, bytes(sealed.frontier)):
        raise HeadDamaged
    for statement in _POSTGRES if on_postgres else _SQLITE:
        op.execute(statement)


def _leaves(bind: sa.Connection, size: int) -> Iterator[list[bytes]]:
    stretch = sa.text("SELECT leaf FROM entries WHERE position > :above AND position <= :up_to ORDER BY position")
    for above in range(0, size, _BATCH):
        yield [
            bytes(leaf)
            for leaf in bind.execute(stretch, {"above": above, "up_to": min(size, above + _BATCH)}).scalars()
        ]


# Software of the version before knows nothing of these roots. What still runs of it is refused by the head row where a
# root would go missing: one look at 256 entries, so that nobody's appends become slower.
_SQLITE = (
    f"CREATE TRIGGER subtrees_no_update BEFORE UPDATE ON subtrees BEGIN SELECT RAISE(ABORT, '{ROOTS}'); END",
    f"CREATE TRIGGER subtrees_no_delete BEFORE DELETE ON subtrees BEGIN SELECT RAISE(ABORT, '{ROOTS}'); END",
    f"""CREATE TRIGGER head_has_roots BEFORE UPDATE OF size ON head
    WHEN NEW.size / 256 > OLD.size / 256
        AND NOT EXISTS (SELECT 1 FROM subtrees WHERE level = 1 AND number = NEW.size / 256 - 1)
    BEGIN SELECT RAISE(ABORT, '{BEHIND}'); END""",  # noqa: S608 - the words are ours
    f"""CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
    WHEN NEW.size <> OLD.size OR NEW.made_at <> OLD.made_at
        OR substr(NEW.note, 1, instr(NEW.note, char(10, 10))) <> substr(OLD.note, 1, instr(OLD.note, char(10, 10)))
        OR (OLD.stamp IS NOT NULL AND NEW.stamp IS NOT OLD.stamp)
    BEGIN SELECT RAISE(ABORT, '{CHECKPOINTS}'); END""",
    f"""CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
    BEGIN SELECT RAISE(ABORT, '{CHECKPOINTS}'); END""",
)


def _refusing(name: str, refusal: str) -> str:
    return f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation';
    END $$"""


_POSTGRES = (
    _refusing("subtrees_refuse_change", ROOTS),
    """CREATE TRIGGER subtrees_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON subtrees
    FOR EACH STATEMENT EXECUTE FUNCTION subtrees_refuse_change()""",
    f"""CREATE FUNCTION head_require_roots() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM subtrees WHERE level = 1 AND number = NEW.size / 256 - 1) THEN
            RAISE EXCEPTION '{BEHIND}' USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
        RETURN NEW;
    END $$""",  # noqa: S608 - the words are ours
    """CREATE TRIGGER head_has_roots BEFORE UPDATE OF size ON head
    FOR EACH ROW WHEN (NEW.size / 256 > OLD.size / 256) EXECUTE FUNCTION head_require_roots()""",
    _refusing("checkpoints_refuse_change", CHECKPOINTS),
    """CREATE TRIGGER checkpoints_no_change BEFORE DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION checkpoints_refuse_change()""",
    """CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints FOR EACH ROW
    WHEN (NEW.size <> OLD.size OR NEW.made_at <> OLD.made_at
        OR left(NEW.note, strpos(NEW.note, E'\\n\\n')) <> left(OLD.note, strpos(OLD.note, E'\\n\\n'))
        OR (OLD.stamp IS NOT NULL AND NEW.stamp IS DISTINCT FROM OLD.stamp))
    EXECUTE FUNCTION checkpoints_refuse_change()""",
)
