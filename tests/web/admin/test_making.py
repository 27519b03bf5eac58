"""Made from the admin's page: a checkpoint that seals the ledger, and backups; both while the server goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text
from structlog.testing import capture_logs

from charter.backup.archive import FORMAT, opened
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.identity import origin
from charter.proof.note import SigningKey
from charter.publishing.remembered import by_name, recall
from charter.store.published import Published
from tests.evidence.office import NORTH
from tests.web.conftest import ADMIN, REP, Browse, Served, axe
from web import making
from web.settings import Settings, WrongSetting
from web.site import Site

SYSTEM = "/admin/system"
NO_WITNESS_THERE = f"witness north {NORTH.verifier} http://127.0.0.1:1/\nquorum north\n"


def come_of(site: Site, browse: Browse, what: str) -> str:
    """What the page says once an admin has asked for a checkpoint or a backup, and that has ended."""
    admin = browse(ADMIN)
    assert admin.post(f"{SYSTEM}/{what}", follow_redirects=False).headers["location"] == f"{SYSTEM}#making"
    getattr(site.once(making.of_site), what).wait(60)
    return re.sub(r"\s+", " ", admin.get(SYSTEM).text)


def says_it_is_a_backup(path: Path, made_at: str = "2026-11-22T07:15:00.000000Z") -> None:
    """A zip that says of itself what a backup says."""
    facts = {"format": FORMAT, "made_at": made_at, "software": "1", "ledger": "x", "size": 3, "root": ""}
    with ZipFile(path, "w") as archive:
        archive.writestr("backup.json", json.dumps(facts | {"files": {"ledger.db": {"bytes": 0, "sha256": ""}}}))


@pytest.mark.usefixtures("signing")
def test_a_checkpoint_seals_all_there_is_and_is_known_outside_the_ledger(site: Site, browse: Browse) -> None:
    with capture_logs() as logged:
        page = come_of(site, browse, "checkpoint")
    size = site.ledger.entries_recorder.size()
    assert f"The checkpoint of {size:,} entries is published, signed with" in page
    assert f"The newest one seals {size:,} entries" in page
    [known] = recall(by_name(origin(site.ledger.engine)), tell=pytest.fail)
    latest = Published(site.ledger.engine).latest()
    assert latest and known == SignedCheckpoint.parse(latest.note).checkpoint
    [begun] = [line for line in logged if line["event"] == "checkpoint_begun"]
    assert (begun["person"], begun["route"]) == (ADMIN, f"{SYSTEM}/checkpoint")


@pytest.mark.usefixtures("signing")
def test_without_the_quorum_nothing_is_published_and_the_page_says_who_did_not_answer(
    site: Site, browse: Browse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "witnesses.policy"
    policy.write_text(NO_WITNESS_THERE)
    monkeypatch.setenv("CHARTER_POLICY", str(policy))
    page = come_of(site, browse, "checkpoint")
    assert re.search(r"Too few witnesses cosigned, so the checkpoint of [\d,]+ entries is not published: north", page)
    assert Published(site.ledger.engine).latest() is None


def test_without_a_key_the_page_says_how_one_is_made(site: Site, browse: Browse) -> None:
    page = browse(ADMIN).get(SYSTEM).text
    assert "There is no key here to sign for this ledger." in page and "charter key new" in page
    assert f'action="{SYSTEM}/checkpoint"' not in page
    assert come_of(site, browse, "checkpoint").count("There is no key here") == 1


def test_a_key_that_does_not_sign_for_this_ledger_is_named(
    site: Site, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTER_SIGNING_KEY", str(SigningKey.new(origin(site.ledger.engine))))
    page = browse(ADMIN).get(SYSTEM).text
    assert "does not sign for this ledger: it was retired, or never adopted" in page
    assert f'action="{SYSTEM}/checkpoint"' not in page


def test_a_backup_is_made_checked_and_listed(site: Site, browse: Browse, folder: Path) -> None:
    with capture_logs() as logged:
        page = come_of(site, browse, "backup")
    [path] = folder.iterdir()
    size = site.ledger.entries_recorder.size()
    assert f"{path.name} is made. Of {size:,} entries, each hashed again: nothing is missing or altered." in page
    assert re.search(rf'{path.name}</th><td><time .*?</time></td><td class="number">{size:,}</td>', page)
    assert path.stat().st_mode & 0o777 == 0o600
    with opened(path) as (contents, _):
        assert (contents.size, contents.files.keys()) == (size, {"ledger.db", "keys.db", "accounts.db"})
    assert ("backup_begun", ADMIN) in [(line["event"], line.get("person")) for line in logged]


def test_a_damaged_ledger_makes_no_backup_and_the_page_says_what_is_wrong(
    site: Site, browse: Browse, folder: Path
) -> None:
    with site.ledger.engine.begin() as connection:
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        connection.execute(text("UPDATE entries SET body = replace(body, 'mara', 'tara') WHERE position = 2"))
    assert "The copy is not whole: changed at position 2." in come_of(site, browse, "backup")
    assert not list(folder.iterdir())


def test_what_is_no_backup_is_listed_as_such(browse: Browse, folder: Path) -> None:
    (folder / "a.backup").write_text("nothing")
    with ZipFile(folder / "b.backup", "w") as archive:
        archive.writestr("backup.json", "{}")
    page = browse(ADMIN).get(SYSTEM).text
    assert page.count("is not a backup, or a damaged one") == 2


@pytest.mark.parametrize(
    ("part", "written"),
    [
        pytest.param(b"PK\x01\x02", {6: b"\xff"}, id="a version of zip that is not there yet"),
        pytest.param(b"PK\x01\x02", {9: b"\x08", 46: b"\xff"}, id="a name that is no text"),
        pytest.param(b"PK\x05\x06", {16: b"\xff\xff\xff\x7f"}, id="a part that begins before the file"),
    ],
)
def test_a_damaged_backup_hides_no_other(browse: Browse, folder: Path, part: bytes, written: dict[int, bytes]) -> None:
    says_it_is_a_backup(folder / "a.backup")
    says_it_is_a_backup(folder / "b.backup", made_at="yesterday")
    says_it_is_a_backup(folder / "c.backup")
    data = bytearray((folder / "c.backup").read_bytes())
    begins = data.index(part)
    for at, bytes_ in written.items():  # as a disk may do it
        data[begins + at : begins + at + len(bytes_)] = bytes_
    (folder / "c.backup").write_bytes(data)
    page = browse(ADMIN).get(SYSTEM)
    assert page.status_code == 200
    assert page.text.count("is not a backup, or a damaged one") == 2
    assert re.search(r'a.backup</th><td><time .*?</time></td><td class="number">3</td>', page.text)


def test_a_folder_that_is_gone_is_named(browse: Browse, site: Site, folder: Path) -> None:
    folder.rmdir()
    page = come_of(site, browse, "backup")
    assert f"The backup could not be written to {folder}: the folder is gone." in page
    assert f"{folder}: No such file or directory" in page
    assert not folder.exists()


def test_the_server_answers_while_a_backup_is_made(site: Site, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, admin = Event(), browse(ADMIN)

    def slowly(*given: Any, make: Callable[..., Any] = making.make) -> Any:
        assert go_on.wait(60)
        return make(*given)

    monkeypatch.setattr(making, "make", slowly)
    for _ in range(2):  # asked for twice, made once
        assert "A backup is being made" in admin.post(f"{SYSTEM}/backup").text
    part = admin.get(SYSTEM, headers={"HX-Request": "true"}).text
    assert "<html" not in part and 'hx-trigger="every 1s"' in part
    go_on.set()
    site.once(making.of_site).backup.wait(60)
    assert "hx-trigger" not in admin.get(SYSTEM, headers={"HX-Request": "true"}).text


@pytest.mark.parametrize("what", ["checkpoint", "backup"])
def test_nobody_but_an_admin_makes_them_and_none_from_another_page(site: Site, browse: Browse, what: str) -> None:
    assert browse(REP).post(f"{SYSTEM}/{what}").status_code == 403
    admin = browse(ADMIN)
    del admin.headers["X-CSRF-Token"]
    assert admin.post(f"{SYSTEM}/{what}").status_code == 403
    work = getattr(site.once(making.of_site), what)
    assert (work.running, work.last, work.failed) == (None, None, "")


def test_a_folder_for_backups_has_to_be_there(tmp_path: Path) -> None:
    assert Settings.read({"CHARTER_BACKUPS": str(tmp_path)}).backups == tmp_path
    assert Settings.read({}).backups is None
    with pytest.raises(WrongSetting, match=r"CHARTER_BACKUPS is set to .* is no folder; make it first"):
        Settings.read({"CHARTER_BACKUPS": str(tmp_path / "none")})


def test_without_a_folder_the_page_says_what_is_typed(served: Served, page: Page) -> None:
    served.sign_in(page, ADMIN)
    page.goto(f"{served.address}{SYSTEM}")
    expect(page.get_by_text("charter backup charter.backup")).to_be_visible()
    expect(page.get_by_role("button", name="Make a backup now")).to_have_count(0)


@pytest.mark.usefixtures("signing")
def test_both_are_made_with_a_click_in_a_browser(
    served: Served, page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    object.__setattr__(served.site, "settings", Settings(address=served.address, backups=folder))
    served.sign_in(page, ADMIN)
    page.goto(f"{served.address}{SYSTEM}")
    page.get_by_role("button", name="Make a checkpoint").click()
    expect(page.get_by_text(re.compile("is published, signed with"))).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Make a backup now").click()
    expect(page.get_by_text("each hashed again: nothing is missing or altered.")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("row").filter(has_text=".backup")).to_have_count(1)
    assert axe(page) == []
