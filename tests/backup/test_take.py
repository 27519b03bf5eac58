"""A backup finds a free name in its folder, and tells how far it is as one piece of work."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from charter.backup import take
from charter.backup.archive import opened
from charter.backup.make import make
from charter.backup.refusals import BackupExists
from tests.terminal.conftest import Terminal

AT = datetime(2026, 11, 22, 7, 15, tzinfo=UTC)
NAME = "charter-20261122T071500Z"


@pytest.fixture
def folder(skyline: Terminal) -> Path:
    """A folder for backups."""
    made = skyline.folder / "backups"
    made.mkdir()
    return made


def test_those_of_one_second_each_have_a_name(skyline: Terminal, folder: Path) -> None:
    made = [make(skyline.env["CHARTER_LEDGER"], folder, AT, pytest.fail).path for _ in range(3)]
    assert [path.name for path in made] == [f"{NAME}.backup", f"{NAME}-2.backup", f"{NAME}-3.backup"]
    assert sorted(folder.iterdir()) == sorted(made)


def test_a_name_that_is_taken_meanwhile_is_left_to_whoever_took_it(
    skyline: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = folder / f"{NAME}.backup"
    monkeypatch.setattr(take, "without_key", lambda *_: theirs.write_text("theirs") and 0)
    made = make(skyline.env["CHARTER_LEDGER"], folder, AT, pytest.fail)
    assert made.path == folder / f"{NAME}-2.backup"
    assert theirs.read_text() == "theirs"
    with opened(made.path) as (contents, _):
        assert contents == made.contents


def test_a_file_that_was_named_has_no_other_name(
    skyline: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = folder / "monday.backup"
    monkeypatch.setattr(take, "without_key", lambda *_: named.write_text("theirs") and 0)
    with pytest.raises(BackupExists, match="There is something at"):
        make(skyline.env["CHARTER_LEDGER"], named, AT, pytest.fail)
    assert [path.read_text() for path in folder.iterdir()] == ["theirs"]


def test_how_far_it_is_goes_from_nothing_to_all_once(
    skyline: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charter.backup.archive._CHUNK", 1 << 14)
    told: list[tuple[int, int]] = []
    make(skyline.env["CHARTER_LEDGER"], folder, AT, pytest.fail, lambda *step: told.append(step))
    assert {total for _, total in told} == {100}
    assert all(before <= after for (before, _), (after, _) in pairwise(told))
    shares = sorted({done for done, _ in told})
    assert (shares[0] < 50, shares[-1]) == (True, 100)
    assert len(shares) > 5, "copying, hashing and packing are each a part of it"
    assert [done for done, _ in told].count(100) == 1
