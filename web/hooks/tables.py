"""What is kept of webhooks: where to, how far each has come, who sends them just now; and what may send requests in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table

from web.access.database import SCHEMA, Moment

PART, VERSION = "hooks", 1

metadata = MetaData(schema=SCHEMA)

HOOKS = Table(
    "hooks",
    metadata,
    Column("id", String, primary_key=True),
    Column("url", String, nullable=False),
    Column("secret", String, nullable=False, comment="signs each message; as Standard Webhooks writes it"),
    Column("types", String, nullable=False, comment="of entries, with spaces between; empty: all"),
    Column("charter", String, comment="none: all charters, people and the ledger itself"),
    Column("made_by", String, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("position", BigInteger, nullable=False, comment="of the last entry that was sent or passed over"),
    Column("failures", Integer, nullable=False, comment="in a row, of the message that comes next"),
    Column("failing_since", Moment),
    Column("next_at", Moment, comment="when it is tried again"),
    Column("paused", String, comment="why nothing is sent; none: it is"),
    Column("said", String, comment="what came of the last attempt"),
    Column("said_at", Moment),
)

LEASE = Table(
    "hooks_lease",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", String, nullable=False, comment="the process that sends"),
    Column("until", Moment, nullable=False),
)

SOURCES = Table(
    "hooks_sources",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False, comment="zammad, chatwoot or zendesk"),
    Column("charter", String, nullable=False),
    Column("person", String, nullable=False, comment="who logs what comes in"),
    Column("site", String, nullable=False, comment="the helpdesk's own address, for links to its tickets"),
    Column("secret", String, comment="none until it is known"),
    Column("made_by", String, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("last_at", Moment, comment="when something signed came in last, to the minute"),
)
