"""From a ledger without a charter to the first promise: where each person begins, and what leads on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from charter import schema
from charter.charters.commands import OpenCharter
from charter.ledger import Ledger
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Role
from tests.web.conftest import CHARTER, LEADER, OTHER_LEADER, REP, REVIEWER, Browse
from web.asking import CHOSEN
from web.pages import place
from web.security import cookie_name
from web.settings import Settings
from web.site import Site

FOUNDER, NEWCOMER = "root", "nora"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in which there are two people and no charter."""
    where = str(tmp_path / "empty.db")
    schema.create(where)
    opened = Ledger(where)
    opened.write(RegisterPerson(person=FOUNDER, full_name="Ada Root"), by=FOUNDER)
    opened.write(RegisterPerson(person=NEWCOMER, full_name="Nora Winter"), by=FOUNDER)
    opened.write(GrantRole(person=NEWCOMER, role=Role.REP), by=FOUNDER)
    yield opened
    opened.close()


class TestWithoutACharter:
    @pytest.fixture
    def ledger(self, empty: Ledger) -> Ledger:
        """The site of these tests stands on the empty ledger."""
        return empty

    def test_the_founder_begins_by_opening_one(self, browse: Browse) -> None:
        answer = browse(FOUNDER).get("/")
        assert answer.url.path == "/charter/open" and "<h1>Open a charter</h1>" in answer.text

    @pytest.mark.parametrize("path", ["/desk", "/charter", "/review"])
    def test_whoever_may_open_one_is_led_there_from_every_desk(self, browse: Browse, path: str) -> None:
        page = browse(FOUNDER).get(path).text
        assert "<title>No charter yet" in page and 'href="/charter/open"' in page
        assert 'href="/charter/open"' not in browse(NEWCOMER).get(path).text

    def test_the_people_are_told_of_the_first_step_until_it_is_done(self, browse: Browse) -> None:
        founder = browse(FOUNDER)
        assert "There is no charter yet." in founder.get("/admin").text
        brand = {"charter": "skyline", "brand": "Skyline Air", "style": "Calm and plain."}
        draft = founder.post("/charter/open", data=brand).text
        assert "Make a promise" in draft and 'href="/c/skyline"' not in draft
        assert "There is no charter yet." not in founder.get("/admin").text
        assert founder.get("/").url.path == "/charter"  # nothing is in force: there is nothing to answer by


@pytest.mark.parametrize(
    "person, path", [(REP, "/desk"), (OTHER_LEADER, "/charter"), (REVIEWER, "/review"), (LEADER, "/desk")]
)
def test_everybody_begins_where_their_work_is(browse: Browse, person: str, path: str) -> None:
    assert browse(person).get("/").url.path == path


@pytest.mark.parametrize("path", ["/admin", "/you", "/nowhere", "/review/subjects"])
def test_every_page_leads_to_all_desks_a_person_has(browse: Browse, path: str) -> None:
    page = browse(LEADER).get(path).text
    for desk in ("/desk", "/charter", "/review", "/admin"):
        assert f'<a href="{desk}"' in page


@pytest.mark.parametrize("path", ["/charter/propose", "/charter/promises/new", "/charter/promises/BAG-FIRST"])
def test_who_does_not_lead_is_told_so_before_typing(browse: Browse, path: str) -> None:
    for person in (REP, REVIEWER):
        answer = browse(person).get(path)
        assert answer.status_code == 403 and "This part is for leaders." in answer.text
    assert browse(REP).get("/charter/open").status_code == 403


class TestWithTwoCharters:
    @pytest.fixture(autouse=True)
    def _another(self, site: Site) -> None:
        site.ledger.write(OpenCharter(charter="finch", brand="Finch", style="Cheap and cheerful."), by=LEADER)

    def test_the_chooser_keeps_the_place(self, browse: Browse) -> None:
        page = browse(LEADER).get(f"/charter/revisions/3?charter={CHARTER}").text
        assert 'href="/charter/revisions?charter=finch"' in page

    def test_the_one_that_was_looked_at_is_the_one_that_is_gone_back_to(self, browse: Browse) -> None:
        leader = browse(LEADER)
        assert 'aria-current="true">Finch' in leader.get("/charter").text
        leader.get(f"/charter?charter={CHARTER}")
        leader.get("/admin")
        assert 'aria-current="true">Larkwing Air' in leader.get("/review").text

    def test_a_charter_of_others_is_not_gone_back_to(self, browse: Browse, site: Site) -> None:
        site.ledger.write(RegisterPerson(person=NEWCOMER, full_name="Nora Winter"), by=LEADER)
        site.ledger.write(GrantRole(person=NEWCOMER, role=Role.REP, charter=CHARTER), by=LEADER)
        rep = browse(NEWCOMER)
        rep.cookies.set(CHOSEN, "finch")
        assert "· Larkwing Air</title>" in rep.get("/desk").text


def test_a_page_about_one_thing_has_the_list_of_them_in_another_charter() -> None:
    assert place("/review/decisions/abc") == "/review/decisions"
    assert place("/desk/decisions/abc/answer") == "/desk"
    assert place("/charter/revisions/3/diff") == "/charter/revisions"
    assert place("/review/log") == "/review/log"


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "https://charter.test"])
def test_what_was_looked_at_is_not_kept_where_the_session_is(address: str) -> None:
    assert cookie_name(Settings(address=address)) != CHOSEN
