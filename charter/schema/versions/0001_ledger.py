"""The ledger: entries that are only ever added to, and the head row that counts and seals them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REFUSAL = "Entries are never changed or removed. Correct one by writing a new entry that names it."


def upgrade() -> None:
    """Make the two tables, the triggers that refuse changes to entries, and the head of an empty ledger."""
    on_postgres = op.get_bind().dialect.name == "postgresql"
    text = sa.Text(collation="C") if on_postgres else sa.Text()
    position = sa.BigInteger() if on_postgres else sa.Integer()
    op.create_table(
        "entries",
        sa.Column("position", position, primary_key=True, autoincrement=False, comment="1, 2, 3 … without gaps"),
        sa.Column("stream", text, nullable=False, comment="whose history the entry belongs to"),
        sa.Column("version", sa.Integer, nullable=False, comment="1, 2, 3 … in its stream"),
        sa.Column("type", text, nullable=False, comment="the event's stored name"),
        sa.Column("recorded_at", text, nullable=False, comment="UTC, as 2026-11-22T07:15:00.123456Z"),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="the event as JSON, exactly as hashed"),
        sa.Column("leaf", sa.LargeBinary, nullable=False, comment="the hash of the entry's leaf record"),
        sa.UniqueConstraint("stream", "version", name="entries_stream_version"),
        sa.CheckConstraint("length(leaf) = 32", name="entries_leaf_is_a_hash"),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", position, nullable=False, comment="how many entries there are"),
        sa.Column(
            "frontier", sa.LargeBinary, nullable=False, comment="roots of the tree's perfect subtrees, left to right"
        ),
        sa.Column(
            "recorded_at", text, nullable=False, comment="when the newest entry was recorded; empty before the first"
        ),
        sa.CheckConstraint("id = 1", name="head_is_one_row"),
        # each append leaves an old version of the row behind: room in its page lets the next one clear it away
        postgresql_with={"fillfactor": 10},
    )
    for statement in _POSTGRES if on_postgres else _SQLITE:
        op.execute(statement)


_SQLITE = (
    f"CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "INSERT INTO head (id, size, frontier, recorded_at) VALUES (1, 0, x'', '')",
)
_POSTGRES = (
    f"""CREATE FUNCTION entries_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION entries_refuse_change()""",
    "INSERT INTO head (id, size, frontier, recorded_at) VALUES (1, 0, '', '')",
)
