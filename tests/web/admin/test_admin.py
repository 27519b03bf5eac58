"""People and the system: roles granted, somebody let in and shut out, data kept for a time, views built anew."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from charter.terms import Retained, Role
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, REVIEWER, Browse, Served, axe
from web.site import Site


def test_an_admin_registers_a_person_and_grants_a_role_for_one_charter(browse: Browse, site: Site) -> None:
    admin = browse(ADMIN)
    answer = admin.post("/admin/people", data={"person": "nora", "full_name": "Nora Winter", "department": "Care"})
    assert "nora is registered" in answer.text
    admin.post("/admin/people/nora/grant", data={"role": "rep", "charter": CHARTER})
    actor = site.ledger.person("nora").actor
    assert actor is not None and actor.has(Role.REP, CHARTER) and not actor.has(Role.REP, "another")
    admin.post("/admin/people/nora/revoke", data={"role": "rep", "charter": CHARTER})
    assert site.ledger.person("nora").roles == frozenset()


def test_a_link_to_sign_in_is_shown_once_and_opens_the_page_that_sets_a_password(browse: Browse) -> None:
    admin = browse(ADMIN)
    made = admin.post(f"/admin/people/{REP}/link").text
    link = re.search(r'value="(https://charter.test/welcome/[^"]+)"', made)
    assert link is not None
    assert "/welcome/" not in admin.get(f"/admin/people/{REP}").text
    admin.cookies.clear()
    assert admin.get(link[1]).status_code == 200


def test_who_is_shut_out_is_signed_out_at_once(browse: Browse) -> None:
    admin, rep = browse(ADMIN), browse(REP)
    assert rep.get("/desk").status_code == 200
    admin.post(f"/admin/people/{REP}/shut-out")
    assert rep.get("/desk", follow_redirects=False).headers["location"].startswith("/sign-in")


def test_an_admin_cannot_shut_themselves_out(browse: Browse) -> None:
    admin = browse(ADMIN)
    assert admin.post(f"/admin/people/{ADMIN}/shut-out").status_code == 409
    assert admin.get("/admin").status_code == 200


@pytest.mark.parametrize("person", [REP, REVIEWER])
def test_whoever_is_no_admin_is_told_so(browse: Browse, person: str) -> None:
    answer = browse(person).get("/admin")
    assert answer.status_code == 403
    assert "This part is for admins." in answer.text


def test_a_session_of_somebody_is_ended(browse: Browse, site: Site) -> None:
    rep = browse(REP)
    [session] = site.accounts.sessions.of(REP)
    browse(ADMIN).post(f"/admin/sessions/{session.id}/revoke")
    assert rep.get("/desk", follow_redirects=False).status_code == 303


def test_retention_is_set_for_a_charter(browse: Browse, site: Site) -> None:
    answer = browse(ADMIN).post(
        "/admin/system/retention", data={"charter": CHARTER, "kind": "requests", "months": "36"}
    )
    assert "36 months" in answer.text
    assert site.ledger.charter(CHARTER).retention[Retained.REQUESTS] == 36


def test_sessions_tokens_and_webhooks_are_taken_away_as_csv(browse: Browse) -> None:
    admin = browse(ADMIN)
    browse(REP)
    sessions = admin.get("/admin/access?q=to&format=sessions").text.splitlines()
    assert sessions[0].startswith("person,agent")
    assert [row.partition(",")[0] for row in sessions[1:]] == [REP]
    assert admin.get("/admin/access?format=tokens").text.startswith("person,name,prefix")
    assert admin.get("/admin/webhooks?format=csv").text.startswith("url,charter")
    assert admin.get("/review/retention?format=csv").text.startswith("subject,streams")


def test_a_view_that_is_not_there_is_not_built(browse: Browse) -> None:
    assert browse(ADMIN).post("/admin/system/views/nothing/rebuild").status_code == 404


def test_people_are_found_by_a_part_of_their_name_and_taken_away_as_csv(browse: Browse) -> None:
    admin = browse(LEADER)
    assert "/admin/people/aiko" in admin.get("/admin?q=aik").text
    assert "/admin/people/tom" not in admin.get("/admin?q=aik").text
    assert admin.get("/admin?format=csv").text.splitlines()[0] == "person,name,department,roles,may_bend"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 320])
def test_axe_finds_nothing_on_the_admins_pages(served: Served, page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
    page.set_viewport_size({"width": width, "height": 800})
    served.sign_in(page, ADMIN)
    for path in ("", "/people/tom", "/access", "/webhooks", "/system"):
        page.goto(f"{served.address}/admin{path}")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
