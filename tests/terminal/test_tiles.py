"""The log is laid out for strangers with one command, and what stands in the way is said plainly."""

from __future__ import annotations

import sqlite3

from tests.terminal.conftest import Terminal


def test_laid_out(skyline: Terminal) -> None:
    """After each checkpoint the folder is brought up to it; in between there is nothing to do."""
    log = skyline.folder / "log"
    line = ["export", "tiles", str(log)]
    assert "charter checkpoint" in skyline.no(line, 1)
    assert not log.exists()
    skyline.ok("key new")
    published = skyline("checkpoint").out
    size = published.split("\n")[1]
    assert skyline.ok(line) == f"{log} holds {size} entries: 3 files were written."
    assert (log / "checkpoint").read_text() == published
    assert sorted(path.name for path in (log / "tile").iterdir()) == ["0", "entries"]
    assert skyline.ok(line) == f"{log} holds {size} entries: 0 files were written."
    assert skyline([*line, "--compare", "--json"]).json == {
        "size": int(size),
        "before": int(size),
        "written": 0,
        "there": 2,
    }


def test_a_file_that_differs(skyline: Terminal) -> None:
    """A tile that is there with other contents is not written over."""
    skyline.ok("key new")
    size = skyline("checkpoint").out.split("\n")[1]
    tile = skyline.folder / "log" / "tile" / "0" / "000.p" / size
    tile.parent.mkdir(parents=True)
    tile.write_text("something else")
    told = skyline.no(["export", "tiles", str(skyline.folder / "log")], 1)
    assert f"{tile} holds something else than the ledger does" in told
    assert tile.read_text() == "something else"


def test_a_ledger_that_was_altered(skyline: Terminal) -> None:
    """An altered entry is not handed to strangers: the answer is that of a failed verification."""
    skyline.ok("key new")
    skyline.ok("checkpoint")
    with sqlite3.connect(skyline.folder / "charter.db") as connection:
        connection.execute("DROP TRIGGER entries_no_update")
        connection.execute("UPDATE entries SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE position = 3")
    connection.close()
    told = skyline.no(["export", "tiles", str(skyline.folder / "log")], 5)
    assert "One of the entries 1 to" in told
    assert "Run 'charter verify'" in told
