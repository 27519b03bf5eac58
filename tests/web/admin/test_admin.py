"""People and the system: roles granted, somebody let in and shut out, data kept for a time, views built anew."""

from __future__ import annotations

import re

import pytest
from structlog.testing import capture_logs

from charter.charters.commands import OpenCharter
from charter.terms import Retained, Role
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, REVIEWER, Browse
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
    answer = admin.post(f"/admin/people/{REP}/link")
    assert answer.request.method == "GET"  # which is what is asked for again when the page is loaded again
    link = re.search(r'value="(https://charter.test/welcome/[^"]+)"', answer.text)
    assert link is not None
    assert link[1] not in str(answer.history[0].headers)
    again = admin.get(str(answer.url)).text
    assert "/welcome/" not in again and "A link to sign in is shown only once." in again
    assert "shown only once" not in admin.get(f"/admin/people/{REP}").text
    admin.cookies.clear()
    assert admin.get(link[1]).status_code == 200


def test_a_form_for_a_link_that_is_sent_twice_makes_one_and_both_answers_lead_to_it(browse: Browse) -> None:
    admin, page = browse(ADMIN), f"/admin/people/{REP}"
    [once] = re.findall(r'name="once" value="([^"]+)"', admin.get(page).text)
    with capture_logs() as written:
        sent = [
            admin.post(f"{page}/link", data={"once": once}, follow_redirects=False).headers["Location"] for _ in "12"
        ]
    assert sent[0] == sent[1]
    assert [each["event"] for each in written] == ["link_made"]
    link = re.search(r'value="(https://charter.test/welcome/[^"]+)"', admin.get(sent[1]).text)
    assert link is not None and admin.get(link[1]).status_code == 200


@pytest.mark.parametrize(
    "path, typed, made, gone",
    [
        ("", {"url": "https://93.184.216.34/hook"}, "Remove the webhook", "remove the webhook and make it again"),
        (
            "/helpdesks",
            {"kind": "zammad", "charter": CHARTER, "person": REP, "site": "https://desk.example"},
            "Remove the helpdesk",
            "remove the helpdesk and add it again",
        ),
    ],
)
def test_the_secret_of_a_webhook_or_helpdesk_is_shown_once_and_loading_it_again_makes_no_other(
    browse: Browse, path: str, typed: dict[str, str], made: str, gone: str
) -> None:
    admin = browse(ADMIN)
    answer = admin.post(f"/admin/webhooks{path}", data=typed)
    assert answer.request.method == "GET"
    secret = re.search(r'id="secret" readonly value="([^"]+)"', answer.text)
    assert secret is not None and secret[1] not in str(answer.history[0].headers)
    assert gone not in answer.text
    again = admin.get(str(answer.url)).text
    assert secret[1] not in again and again.count(made) == 1 and gone in again
    assert gone not in admin.get("/admin/webhooks").text


@pytest.mark.parametrize(
    "path, typed, made",
    [
        ("", {"url": "https://93.184.216.34/hook"}, "Remove the webhook"),
        (
            "/helpdesks",
            {"kind": "zammad", "charter": CHARTER, "person": REP, "site": "https://desk.example"},
            "Remove the helpdesk",
        ),
    ],
)
def test_a_form_for_a_webhook_or_helpdesk_that_is_sent_twice_makes_one_and_shows_its_secret(
    browse: Browse, path: str, typed: dict[str, str], made: str
) -> None:
    admin = browse(ADMIN)
    html = admin.get("/admin/webhooks").text
    found = re.search(rf'action="/admin/webhooks{path}".*?name="once" value="([^"]+)"', html)
    assert found is not None and len(set(re.findall(r'name="once" value="([^"]+)"', html))) == 2
    for _ in range(2):
        answer = admin.post(f"/admin/webhooks{path}", data=typed | {"once": found[1]})
        assert re.search(r'id="secret" readonly value="([^"]+)"', answer.text)
        assert answer.text.count(made) == 1


def test_a_webhook_that_names_no_charter_is_about_all(browse: Browse) -> None:
    page = browse(ADMIN).get("/admin/webhooks").text
    assert '<option value="">all charters</option>' in page


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
    assert "Data of requests under Larkwing Air is due 36 months after" in answer.text
    assert site.ledger.charter(CHARTER).retention[Retained.REQUESTS] == 36


def test_a_period_that_is_refused_stays_with_the_charter_it_was_typed_for(browse: Browse, site: Site) -> None:
    site.write(OpenCharter(charter="aerolark", brand="Aerolark", style="Plain."), LEADER)  # stands first in the choice
    answer = browse(ADMIN).post(
        "/admin/system/retention", data={"charter": CHARTER, "kind": "requests", "months": "many"}
    )
    assert answer.status_code == 422
    assert re.findall(r'value="(\w+)" selected>', answer.text) == [CHARTER]


def test_a_role_that_is_refused_is_not_granted_more_widely_when_it_is_sent_again(browse: Browse) -> None:
    admin, typed = browse(ADMIN), {"role": "rep", "charter": CHARTER}
    admin.post("/admin/people/tom/grant", data=typed)
    again = admin.post("/admin/people/tom/grant", data=typed)
    assert again.status_code == 409
    assert re.findall(r'value="(\w+)" selected>', again.text) == ["rep", CHARTER]
    other = admin.post("/admin/people/tom/revoke", data={"role": "leader", "charter": CHARTER})
    assert other.status_code == 409
    assert " selected>" not in other.text


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
