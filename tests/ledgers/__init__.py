"""Ledgers as earlier versions of this software left them, to be opened by today's."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config

from charter import schema
from charter.store.database import open_database, writing

_HERE = Path(__file__).parent


TABLES = {"0001": ("entries", "head"), "0002": ("entries", "head", "subtrees", "checkpoints")}
"""What is in the ledgers, by the version they are of."""


def put_file(version: str, place: Path) -> Path:
    """A copy of the ledger of a version in a SQLite file, byte for byte as it was written then.

    `0002.keys` is the key store of the one of that version.
    """
    connection = sqlite3.connect(place)
    connection.executescript((_HERE / f"{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    return place


def put_in_server(version: str, url: str, file: Path) -> None:
    """The same entries in PostgreSQL, in the tables that this version had."""
    engine = open_database(url)
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent))
    source = sqlite3.connect(put_file(version, file))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.exec_driver_sql("DELETE FROM head")
        for name in TABLES[version]:
            rows = source.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - one of our names
            places = ", ".join(["%s"] * len(rows[0]))
            connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608
    source.close()
    engine.dispose()
