"""The log lies in a folder for strangers: exactly what the checkpoint seals, and only ever added to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import text

from charter import schema
from charter.leaf import stamp
from charter.ledger import Ledger
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import SigningKey
from charter.proof.tile import bundles_of, records, tiles_of
from charter.proof.verify import checkpoint
from charter.publishing.folder import FileDiffers, Folder
from charter.publishing.publish import NothingSealed, PublishedUnreadable
from charter.publishing.tiles import (
    FolderAhead,
    FolderNotContinued,
    FolderOfAnother,
    LaidOut,
    NotALogFolder,
    lay_out,
)
from charter.store.database import writing
from charter.store.errors import TreeDamaged
from charter.store.published import Published
from tests.postgres import drop_database, new_database

KEY = SigningKey.new("example.org/log")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The folder, which is not there yet."""
    return tmp_path / "www" / "log"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger without entries."""
    schema.create(tmp_path / "charter.db")
    opened = Ledger(str(tmp_path / "charter.db"))
    yield opened
    opened.close()


def append(ledger: Ledger, size: int, word: str = "a") -> None:
    """Add entries, each a stream of its own, up to a size."""
    recorder = ledger.entries_recorder
    recorder.insert_events(
        [StoredEvent(f"decision/{word}{number}", 1, "t", b"{}") for number in range(recorder.size(), size)]
    )


def publish(ledger: Ledger, size: int = 0) -> Checkpoint:
    """Append up to a size, and publish a checkpoint of all there is."""
    if size:
        append(ledger, size)
    sealed = checkpoint(ledger.engine)
    Published(ledger.engine).add(sealed.size, stamp(datetime.now(UTC)), str(SignedCheckpoint.signed(sealed, KEY)))
    return sealed


def files(log: Path) -> dict[str, bytes]:
    """Everything in the folder, by path."""
    return {str(path.relative_to(log)): path.read_bytes() for path in log.rglob("*") if path.is_file()}


def root_of(hashes: list[bytes]) -> bytes:
    """The root as RFC 6962 §2.1 defines it, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of(hashes[:split]) + root_of(hashes[split:])).digest()


def check_as_a_stranger(log: Path) -> int:
    """Read the folder with nothing but the specification in hand; how many entries it holds."""
    origin, size, encoded = (log / "checkpoint").read_text().split("\n")[:3]
    sealed = Checkpoint.parse(f"{origin}\n{size}\n{encoded}\n")
    read = [each for tile in bundles_of(sealed.size) for each in records((log / tile.path).read_bytes(), tile.width)]
    hashes = [sha256(b"\x00" + each).digest() for each in read]
    assert [each.split(b"\n")[:2] for each in read] == [
        [b"charter-ledger/entry/v1", b"%d" % position] for position in range(1, sealed.size + 1)
    ]
    assert root_of(hashes) == sealed.root
    for tile in tiles_of(sealed.size):
        expected = [root_of(hashes[first:stop]) for first, stop in tile.ranges()]
        assert tile.hashes((log / tile.path).read_bytes()) == expected
    return sealed.size


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600, 1024])
def test_what_a_stranger_finds(ledger: Ledger, log: Path, size: int) -> None:
    """All tiles and entries that the checkpoint seals, no other file, and they lead to its root."""
    publish(ledger, size)
    wanted = {tile.path for tile in (*tiles_of(size), *bundles_of(size))} | {"checkpoint"}
    assert lay_out(ledger, log) == LaidOut(size, 0, len(wanted), 0)
    assert set(files(log)) == wanted
    assert check_as_a_stranger(log) == size
    assert (log / "checkpoint").read_text() == Published(ledger.engine).all()[0].note


def test_three_levels(log: Path) -> None:
    """The same from PostgreSQL, with more entries than one tile of the second level stands for."""
    url = new_database()
    schema.create(url)
    ledger = Ledger(url)
    publish(ledger, 65_900)
    lay_out(ledger, log)
    assert check_as_a_stranger(log) == 65_900
    assert (log / "tile/2/000.p/1").stat().st_size == 32
    assert (log / "tile/1/000").is_file()
    ledger.close()
    drop_database(url)


def test_it_grows(ledger: Ledger, log: Path, tmp_path: Path) -> None:
    """Each time only what is new is written, nothing there changes, and it is the same as when laid out at once."""
    before: dict[str, bytes] = {}
    for size in (3, 256, 300, 1000, 1001):
        publish(ledger, size)
        done = lay_out(ledger, log)
        assert done.size == check_as_a_stranger(log) == size
        after = files(log)
        assert {path: after[path] for path in before if path != "checkpoint"} == {
            path: data for path, data in before.items() if path != "checkpoint"
        }
        assert done.written == len(after.keys() - before.keys()) + bool(before)  # and the checkpoint
        before = after
    lay_out(ledger, tmp_path / "at once")
    assert files(tmp_path / "at once").items() <= before.items()


def test_nothing_new(ledger: Ledger, log: Path) -> None:
    """Run again, it writes nothing; entries that no published checkpoint seals stay inside."""
    publish(ledger, 300)
    lay_out(ledger, log)
    before = files(log)
    append(ledger, 400)
    assert lay_out(ledger, log) == LaidOut(300, 300, 0, 0)
    assert lay_out(ledger, log, compare=True) == LaidOut(300, 300, 0, len(before) - 1)
    assert files(log) == before


def test_more_cosignatures(ledger: Ledger, log: Path) -> None:
    """When a checkpoint gets another signature, its file gets it, too."""
    publish(ledger, 5)
    lay_out(ledger, log)
    [row] = Published(ledger.engine).all()
    signed = SignedCheckpoint.parse(row.note)
    more = str(signed.note.with_signatures(SigningKey.new("example.org/witness").sign(signed.note.text)))
    Published(ledger.engine).cosign(row.size, row.made_at, more)
    assert lay_out(ledger, log).written == 1
    assert (log / "checkpoint").read_text() == more


def test_nothing_published(ledger: Ledger, log: Path) -> None:
    """Without a checkpoint there is nothing to lay out."""
    append(ledger, 5)
    with pytest.raises(NothingSealed, match="charter checkpoint"):
        lay_out(ledger, log)
    assert not log.exists()


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/000", "tile/0/001.p/44", "tile/1/000.p/1"])
def test_a_file_that_differs(ledger: Ledger, log: Path, path: str) -> None:
    """A file with other contents is named and left as it is, and the checkpoint does not move."""
    publish(ledger, 300)
    (log / path).parent.mkdir(parents=True)
    (log / path).write_bytes(b"something else")
    with pytest.raises(FileDiffers, match=path):
        lay_out(ledger, log)
    assert (log / path).read_bytes() == b"something else"
    assert not (log / "checkpoint").exists()


def test_altered_long_ago(ledger: Ledger, log: Path) -> None:
    """What was altered among the files of before is found when they are compared."""
    publish(ledger, 600)
    lay_out(ledger, log)
    (log / "tile/entries/001").write_bytes(b"something else")
    publish(ledger, 700)
    with pytest.raises(FileDiffers, match="tile/entries/001"):
        lay_out(ledger, log, compare=True)
    assert lay_out(ledger, log).size == 700


def test_a_damaged_checkpoint_in_the_ledger(ledger: Ledger, log: Path) -> None:
    """A published checkpoint that can't be read is damage."""
    append(ledger, 5)
    Published(ledger.engine).add(5, stamp(datetime.now(UTC)), "nothing signed")
    with pytest.raises(PublishedUnreadable, match="charter verify"):
        lay_out(ledger, log)
    assert not log.exists()


def test_the_folder_of_another_ledger(ledger: Ledger, log: Path, tmp_path: Path) -> None:
    """A folder belongs to one ledger."""
    publish(ledger, 5)
    lay_out(ledger, log)
    before = files(log)
    schema.create(tmp_path / "other.db")
    other = Ledger(str(tmp_path / "other.db"))
    append(other, 9, "other")
    publish(other)
    with pytest.raises(FolderOfAnother, match=r"another ledger, charter-ledger/"):
        lay_out(other, log)
    other.close()
    assert files(log) == before


def test_an_older_copy_of_the_ledger(ledger: Ledger, log: Path, tmp_path: Path) -> None:
    """The checkpoint never goes back."""
    publish(ledger, 300)
    ledger.close()
    shutil.copy(tmp_path / "charter.db", tmp_path / "backup.db")
    publish(ledger, 400)
    lay_out(ledger, log)
    before = files(log)
    backup = Ledger(str(tmp_path / "backup.db"))
    with pytest.raises(FolderAhead, match="reaches to entry 400"):
        lay_out(backup, log)
    backup.close()
    assert files(log) == before


def test_another_history(ledger: Ledger, log: Path, tmp_path: Path) -> None:
    """A ledger that went on differently from a copy is not mixed with it."""
    append(ledger, 100)
    ledger.close()
    shutil.copy(tmp_path / "charter.db", tmp_path / "backup.db")
    publish(ledger, 300)
    lay_out(ledger, log)
    before = files(log)
    backup = Ledger(str(tmp_path / "backup.db"))
    append(backup, 400, "different")
    publish(backup)
    with pytest.raises(FolderNotContinued, match="does not continue the 300 entries"):
        lay_out(backup, log)
    backup.close()
    assert files(log) == before


def test_another_file_in_the_checkpoints_place(ledger: Ledger, log: Path) -> None:
    """Where the checkpoint is none, nothing is written."""
    publish(ledger, 5)
    log.mkdir(parents=True)
    (log / "checkpoint").write_bytes(b"\xff my notes")
    with pytest.raises(NotALogFolder, match="Choose another folder"):
        lay_out(ledger, log)
    assert files(log) == {"checkpoint": b"\xff my notes"}


def test_stopped_anywhere(ledger: Ledger, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped before any file, it goes on; and the checkpoint is never there before all that it seals."""
    publish(ledger, 600)
    lay_out(ledger, tmp_path / "whole")
    whole = files(tmp_path / "whole")
    put = Folder.replace

    def fail(folder: Folder, path: str, data: bytes) -> None:
        nonlocal left
        if left == 0:
            raise OSError(28, "No space left on device", path)
        left -= 1
        put(folder, path, data)

    monkeypatch.setattr("charter.publishing.folder._AT_ONCE", 1)
    for reach in range(len(whole)):
        shutil.rmtree(log, ignore_errors=True)
        left = reach
        monkeypatch.setattr(Folder, "replace", fail)
        with pytest.raises(OSError, match="No space left"):
            lay_out(ledger, log)
        assert "checkpoint" not in files(log)
        assert len(files(log)) == reach
        monkeypatch.setattr(Folder, "replace", put)
        assert lay_out(ledger, log) == LaidOut(600, 0, len(whole) - reach, reach)
        assert files(log) == whole


def test_two_at_once(ledger: Ledger, log: Path) -> None:
    """Several that lay out the same folder wait for each other."""
    publish(ledger, 600)
    others = [Thread(target=lay_out, args=(ledger, log)) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert check_as_a_stranger(log) == 600


@pytest.mark.parametrize(
    "alteration",
    [
        "UPDATE entries SET body = x'00' WHERE position = 300",
        "UPDATE entries SET leaf = zeroblob(32) WHERE position = 590",
        "UPDATE entries SET body = x'00' WHERE position = 590",
        "DELETE FROM entries WHERE position = 300",
        "DELETE FROM entries WHERE position = 600",
        "UPDATE subtrees SET root = zeroblob(32) WHERE number = 1",
        "DELETE FROM subtrees WHERE number = 0",
    ],
)
def test_an_altered_ledger(ledger: Ledger, log: Path, alteration: str) -> None:
    """What was altered in the ledger is not laid out, and no checkpoint over it."""
    publish(ledger, 600)
    with writing(ledger.engine) as connection:
        for trigger in ("entries_no_update", "entries_no_delete", "subtrees_no_update", "subtrees_no_delete"):
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(alteration))
    with pytest.raises(TreeDamaged, match="charter verify"):
        lay_out(ledger, log)
    assert "checkpoint" not in files(log)
    assert not {"tile/0/001", "tile/entries/002.p/88"} & set(files(log))


def test_an_altered_root_of_what_was_laid_out_before(ledger: Ledger, log: Path) -> None:
    """A root over entries that are not read again is not laid out either, unless it leads to the checkpoint's."""
    publish(ledger, 300)
    lay_out(ledger, log)
    before = files(log)
    publish(ledger, 600)
    with writing(ledger.engine) as connection:
        connection.execute(text("DROP TRIGGER subtrees_no_update"))
        connection.execute(text("UPDATE subtrees SET root = zeroblob(32) WHERE number = 0"))
    with pytest.raises((TreeDamaged, FolderNotContinued)):
        lay_out(ledger, log)
    (log / "checkpoint").unlink()
    for path in before.keys() - {"checkpoint"}:
        assert (log / path).read_bytes() == before[path]
    with pytest.raises(TreeDamaged, match="do not lead to the root that the checkpoint seals"):
        lay_out(ledger, log)
    assert "tile/1/000.p/2" not in files(log)
