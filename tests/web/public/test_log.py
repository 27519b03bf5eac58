"""The log under /log: strangers get the checkpoint and what leads to its root, and nothing beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent
from starlette.testclient import TestClient

from charter import schema
from charter.leaf import stamp
from charter.ledger import Ledger
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.note import SigningKey
from charter.proof.verify import checkpoint
from charter.publishing.tiles import lay_out
from charter.store.published import Published
from tests.web.conftest import ADDRESS
from web.app import create_app
from web.settings import Settings
from web.site import Site

KEY = SigningKey.new("example.org/log")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of 600 entries with a checkpoint, and ten entries after it."""
    schema.create(tmp_path / "charter.db")
    opened = Ledger(str(tmp_path / "charter.db"))
    append(opened, 600)
    publish(opened)
    append(opened, 610)
    yield opened
    opened.close()


def append(ledger: Ledger, size: int) -> None:
    """Add entries up to a size."""
    recorder = ledger.entries_recorder
    names = (f"decision/{number:032x}" for number in range(recorder.size(), size))
    recorder.insert_events([StoredEvent(name, 1, "t", b"{}") for name in names])


def publish(ledger: Ledger) -> None:
    """Publish a checkpoint of all there is."""
    sealed = checkpoint(ledger.engine)
    Published(ledger.engine).add(sealed.size, stamp(datetime.now(UTC)), str(SignedCheckpoint.signed(sealed, KEY)))


def stranger(ledger: Ledger, *, publish_log: bool = True, publish_entries: bool = False) -> TestClient:
    """Somebody who verifies."""
    site = Site.open(ledger, Settings(address=ADDRESS, publish_log=publish_log, publish_entries=publish_entries))
    return TestClient(create_app(site), base_url=ADDRESS)


def test_the_log_is_what_would_be_laid_out_in_a_folder(log: Ledger, tmp_path: Path) -> None:
    """Each file, byte for byte: the tiles keep for ever, the checkpoint is asked for again."""
    lay_out(log, tmp_path / "log")
    files = [path for path in (tmp_path / "log").rglob("*") if path.is_file()]
    assert len(files) == 3 + 3 + 1 + 1
    with stranger(log, publish_entries=True) as client:
        for path in files:
            name = str(path.relative_to(tmp_path / "log"))
            response = client.get(f"/log/{name}")
            assert response.content == path.read_bytes(), name
            kept = "public, no-cache" if name == "checkpoint" else "public, max-age=31536000, immutable"
            assert response.headers["cache-control"] == kept
        client.app.state.site.close()  # type: ignore[attr-defined]  # it is our application


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/002.p/89",  # beyond the checkpoint
        "tile/0/003",
        "tile/0/000.p/256",
        "tile/1/000.p/3",
        "tile/0/0",
        "tile/64/000",
        "tile/x/000",
        "tile/0/..%2f..%2fcharter.db",
        "tile/0/x000/000",
        "tile/entries/002.p/90",
    ],
)
def test_beyond_the_checkpoint_there_is_nothing(log: Ledger, path: str) -> None:
    """Neither is there any other way to write an address."""
    with stranger(log, publish_entries=True) as client:
        assert client.get(f"/log/{path}").status_code == 404
        client.app.state.site.close()  # type: ignore[attr-defined]  # it is our application


def test_whoever_runs_the_server_chooses(log: Ledger) -> None:
    """The hashes are given out unless it is forbidden, the entries' own records only where it is allowed."""
    with stranger(log) as client:
        assert client.get("/log/tile/0/000").status_code == 200
        assert client.get("/log/tile/0/002.p/88").status_code == 200
        assert client.get("/log/tile/entries/000").status_code == 404
        client.app.state.site.close()  # type: ignore[attr-defined]  # it is our application
    with stranger(log, publish_log=False) as client:
        assert client.get("/log/checkpoint").status_code == 404
        assert client.get("/log/tile/0/000").status_code == 404
        client.app.state.site.close()  # type: ignore[attr-defined]  # it is our application


def test_before_the_first_checkpoint_the_log_is_empty(tmp_path: Path) -> None:
    """And says so."""
    schema.create(tmp_path / "charter.db")
    ledger = Ledger(str(tmp_path / "charter.db"))
    with stranger(ledger) as client:
        found = client.get("/log/checkpoint")
        assert (found.status_code, "no checkpoint has been published" in found.text) == (404, True)
        client.app.state.site.close()  # type: ignore[attr-defined]  # it is our application
    ledger.close()
