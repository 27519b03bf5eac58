"""Of a ledger in PostgreSQL no backup is made from the page: it says what is typed, and that makes a whole one."""

from __future__ import annotations

import html
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from charter import schema
from charter.ledger import Ledger
from charter.people.commands import RegisterPerson
from charter.proof.verify import verify
from tests.postgres import copy_of, plain, tools
from tests.web.conftest import ADDRESS, ADMIN, Browse, Program
from web import making
from web.settings import Settings
from web.site import Site

SYSTEM = "/admin/system"


@pytest.fixture
def ledger(postgres_url: str) -> Iterator[Ledger]:
    """A new ledger in PostgreSQL, founded by root."""
    schema.create(postgres_url)
    opened = Ledger(postgres_url)
    opened.write(RegisterPerson(person=ADMIN, full_name="Ada Root", department="IT"), by=ADMIN)
    yield opened
    opened.close()


@pytest.fixture
def site(ledger: Ledger, tmp_path: Path) -> Iterator[Site]:
    """Its site, for which a folder is named all the same."""
    opened = Site.open(ledger, Settings(address=ADDRESS, backups=tmp_path))
    yield opened
    opened.close()


def test_what_the_page_says_to_type_makes_a_whole_copy(
    site: Site, browse: Browse, postgres_url: str, tmp_path: Path
) -> None:
    page = browse(ADMIN).get(SYSTEM).text
    assert "The ledger is in PostgreSQL, which makes better backups of itself" in page
    assert f'action="{SYSTEM}/backup"' not in page
    found = re.search("<code>(pg_dump .*?)</code>", page)
    assert found
    typed = html.unescape(found[1])
    known = {**os.environ, "LC_ALL": "C", "PATH": f"{tools()}:{os.environ['PATH']}", "ADDRESS": plain(postgres_url)}
    subprocess.run(["bash", "-c", typed], check=True, cwd=tmp_path, env=known, timeout=120)
    with copy_of(tmp_path / "charter.dump") as copy:
        verdict = verify(copy)
        assert (verdict.ok, verdict.size) == (True, site.ledger.entries_recorder.size())


def test_one_that_is_asked_for_all_the_same_is_refused_at_once(
    site: Site, browse: Browse, program: Program, tmp_path: Path
) -> None:
    for answer in (browse(ADMIN).post(f"{SYSTEM}/backup"), program(ADMIN).post("/api/v1/backups")):
        assert answer.status_code == 409
        assert "is in PostgreSQL, which makes better backups of itself: with pg_dump" in answer.text
    work = site.once(making.of_site).backup
    assert (work.running, work.last, work.failed) == (None, None, "")
    assert not list(tmp_path.glob("*.backup"))
