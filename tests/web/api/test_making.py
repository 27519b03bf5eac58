"""Checkpoints and backups over HTTP: begun at once, looked at until they are made, and begun once for each key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from charter.backup.make import make
from tests.web.api.conftest import refusal
from tests.web.conftest import ADDRESS, ADMIN, LEADER, REP, Program
from web import making
from web.settings import Settings
from web.site import Site

BACKUPS, CHECKPOINTS = "/api/v1/backups", "/api/v1/checkpoints"
WAIT = 60


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Backups wait until this is set."""
    event = Event()

    def slowly(*given: Any, made: Callable[..., Any] = make) -> Any:
        assert event.wait(WAIT)
        return made(*given)

    monkeypatch.setattr(making, "make", slowly)
    return event


def come_of(site: Site, client: TestClient, address: str, key: str | None = None) -> dict[str, Any]:
    """What is asked for, looked at where its answer says, once it has ended."""
    begun = client.post(address, headers={"Idempotency-Key": key} if key else {})
    assert begun.status_code == 202, begun.text
    made = site.once(making.of_site)
    made.backup.wait(WAIT)
    made.checkpoint.wait(WAIT)
    found: dict[str, Any] = client.get(begun.headers["Location"]).json()
    assert found["id"] == begun.json()["id"]
    return found


@pytest.mark.usefixtures("signing")
def test_a_checkpoint_is_made_and_then_seals_the_ledger(site: Site, program: Program) -> None:
    admin = program(ADMIN)
    made = come_of(site, admin, CHECKPOINTS)
    size = site.ledger.entries_recorder.size()
    assert (made["what"], made["state"], made["by"]) == ("checkpoint", "made", ADMIN)
    assert made["told"].startswith(f"The checkpoint of {size:,} entries is published, signed with")
    assert admin.get("/api/v1/verification").json()["checkpoint"]["size"] == size


def test_without_a_key_the_checkpoint_fails_and_says_why(site: Site, program: Program) -> None:
    made = come_of(site, program(ADMIN), CHECKPOINTS)
    assert (made["state"], made["notes"]) == ("failed", [])
    assert "There is no key here to sign for this ledger." in made["told"]


def test_a_backup_is_made_and_then_listed(site: Site, program: Program, folder: Path) -> None:
    admin = program(ADMIN)
    assert admin.get(BACKUPS).json() == []
    made = come_of(site, admin, BACKUPS)
    [path] = folder.iterdir()
    size = site.ledger.entries_recorder.size()
    assert (made["state"], made["done"], path.name in made["told"]) == ("made", made["total"], True)
    [listed] = admin.get(BACKUPS).json()
    assert (listed["name"], listed["size"], listed["bytes"]) == (path.name, size, path.stat().st_size)
    assert (listed["wrong"], listed["made_at"][:10]) == (None, made["since"][:10])


def test_two_of_one_second_are_both_made(
    site: Site, program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = site.ledger.now()
    monkeypatch.setattr(site.ledger, "_clock", lambda: at)
    admin = program(ADMIN)
    assert [come_of(site, admin, BACKUPS)["state"] for _ in range(2)] == ["made", "made"]
    assert len({each["name"] for each in admin.get(BACKUPS).json()}) == len(list(folder.iterdir())) == 2


def test_what_is_no_backup_is_listed_with_what_is_wrong(program: Program, folder: Path) -> None:
    (folder / "a.backup").write_text("nothing")
    [listed] = program(ADMIN).get(BACKUPS).json()
    assert listed["made_at"] is None
    assert "is not a backup, or a damaged one" in listed["wrong"]


def test_one_is_made_at_a_time_and_shows_that_it_goes_on(site: Site, program: Program, go_on: Event) -> None:
    admin = program(ADMIN)
    first, second = admin.post(BACKUPS), admin.post(BACKUPS)
    assert first.headers["Location"] == second.headers["Location"]
    assert admin.get(first.headers["Location"]).json()["state"] == "running"
    go_on.set()
    site.once(making.of_site).backup.wait(WAIT)
    assert admin.get(first.headers["Location"]).json()["state"] == "made"


def test_the_same_key_makes_one_and_another_key_another(site: Site, program: Program, folder: Path) -> None:
    admin = program(ADMIN)
    first = come_of(site, admin, BACKUPS, "monday")
    assert come_of(site, admin, BACKUPS, "monday") == first
    assert len(list(folder.iterdir())) == 1
    assert come_of(site, program(LEADER), BACKUPS, "monday")["id"] != first["id"], "a key belongs to a person"
    assert come_of(site, admin, BACKUPS, "tuesday")["id"] != first["id"]
    answer = admin.post(CHECKPOINTS, headers={"Idempotency-Key": "monday"})
    assert refusal(answer) == (422, "KeyReused")
    assert admin.post(BACKUPS, headers={"Idempotency-Key": "a b"}).status_code == 422


def test_what_failed_is_tried_again_with_the_same_key(site: Site, program: Program, folder: Path) -> None:
    admin = program(ADMIN)
    folder.rmdir()
    failed = come_of(site, admin, BACKUPS, "monday")
    assert (failed["state"], "the folder is gone" in failed["told"]) == ("failed", True)
    assert refusal(admin.get(BACKUPS)) == (409, "BackupsUnreadable")
    folder.mkdir()
    assert come_of(site, admin, BACKUPS, "monday")["state"] == "made"
    assert admin.get(f"/api/v1/works/{failed['id']}").json() == failed


def test_only_so_many_are_known_by_their_ids(site: Site, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST", 1)
    admin = program(ADMIN)
    first, second = (come_of(site, admin, CHECKPOINTS)["id"] for _ in range(2))
    assert refusal(admin.get(f"/api/v1/works/{first}")) == (404, "UnknownWork")
    assert admin.get(f"/api/v1/works/{second}").status_code == 200


def test_without_a_folder_none_is_begun(site: Site, program: Program) -> None:
    object.__setattr__(site, "settings", Settings(address=ADDRESS))
    admin = program(ADMIN)
    assert refusal(admin.post(BACKUPS)) == refusal(admin.get(BACKUPS)) == (409, "NoBackupFolder")


@pytest.mark.parametrize("address", [BACKUPS, CHECKPOINTS])
def test_nobody_but_an_admin_makes_one_nor_a_token_that_only_reads(site: Site, program: Program, address: str) -> None:
    assert refusal(program(REP).post(address)) == (403, "NotYours")
    assert refusal(program(ADMIN, "read").post(address)) == (403, "ReadOnly")
    assert site.once(making.of_site).runs == {}
