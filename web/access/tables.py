"""What is kept about those who may come in. Secrets are kept as digests only, and typed names as keyed hashes."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

from web.access.database import SCHEMA, Moment

VERSION = 1

metadata = MetaData(schema=SCHEMA)

HOUSE = Table(
    "house",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("secret", LargeBinary, nullable=False, comment="what names and addresses are hashed with"),
)

PASSWORDS = Table(
    "passwords",
    metadata,
    Column("person", String, primary_key=True),
    Column("hash", String, nullable=False, comment="argon2id with its parameters, in the PHC string format"),
    Column("changed_at", Moment, nullable=False),
)

SESSIONS = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("person", String, nullable=False, index=True),
    Column("how", String, nullable=False, comment="password or provider"),
    Column("agent", String, nullable=False, comment="the browser and its system, in few words"),
    Column("created_at", Moment, nullable=False, index=True),
    Column("seen_at", Moment, nullable=False, comment="written at most once a minute"),
)

TOKENS = Table(
    "tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("prefix", String, nullable=False, comment="its first characters, by which its owner knows it again"),
    Column("name", String, nullable=False),
    Column("person", String, nullable=False, index=True),
    Column("scopes", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment, comment="written at most once a minute"),
)

LINKS = Table(
    "links",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", String, nullable=False),
    Column("person", String, index=True, comment="none for the link that makes the first admin"),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

IDENTITIES = Table(
    "identities",
    metadata,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("linked_at", Moment, nullable=False),
    UniqueConstraint("issuer", "person"),
)

VISITS = Table(
    "visits",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="of the state that the provider sends back"),
    Column("browser", LargeBinary, nullable=False, comment="digest of what the browser that began it holds"),
    Column("nonce", String, nullable=False),
    Column("verifier", String, nullable=False),
    Column("next", String, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

ATTEMPTS = Table(
    "attempts",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("wait_until", Moment, nullable=False),
    Column("forget_at", Moment, nullable=False),
)
Index("attempts_forgotten", ATTEMPTS.c.forget_at)

kept = MetaData(schema=SCHEMA)
"""A part of its own, so that accounts from before it get it too."""

made = MetaData(schema=SCHEMA)
"""And one more, for the same reason."""


def _waiting(name: str, part: MetaData) -> Table:
    return Table(
        name,
        part,
        Column("digest", LargeBinary, primary_key=True, comment="of what the browser holds that it waits in"),
        Column("person", String, nullable=False, index=True),
        Column("sealed", LargeBinary, nullable=False, comment="under a key made from what the browser holds"),
        Column("expires_at", Moment, nullable=False, index=True),
    )


KEPT = _waiting("kept", kept)
MADE = _waiting("made", made)
