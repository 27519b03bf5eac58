"""What exactly once needs: the orders that came with a key, and what was answered to them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. Software of the version before goes on beside it: what it writes comes without a key."""
    bind = op.get_bind()
    on_postgres = bind.dialect.name == "postgresql"
    text = sa.Text(collation="C") if on_postgres else sa.Text()
    op.create_table(
        "answered",
        sa.Column("key", text, primary_key=True, comment="what an order's key is found by, a hash at its end"),
        sa.Column("digest", sa.LargeBinary, nullable=False, comment="a keyed hash of what was to be written"),
        sa.Column("stream", text, nullable=False, comment="where it was written"),
        sa.Column("version", sa.Integer, nullable=False, comment="of the stream's last entry by then"),
        sa.Column("position", sa.BigInteger, nullable=False, comment="of the first entry that was written"),
        sa.Column("entries", sa.Integer, nullable=False, comment="how many were written, one after the other"),
        sa.Column("recorded_at", text, nullable=False, comment="UTC, as 2026-11-22T07:15:00.123456Z"),
        sa.CheckConstraint("length(digest) = 32", name="answered_digest_is_a_hash"),
        sqlite_with_rowid=False,
    )
    op.create_index("answered_recorded_at", "answered", ["recorded_at"])
