"""What is refused or was done calls a charter by its brand on a page, and tells programs its short name."""

from __future__ import annotations

import re

from charter.charters.commands import SetRetention
from charter.terms import Retained
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, REVIEWER, Browse, Program
from tests.web.rep.test_desk import NO, form_id
from web.site import Site

BRAND = "Larkwing Air"


def test_a_rep_who_cites_what_is_not_there_reads_the_brand(browse: Browse) -> None:
    rep = browse(REP)
    answer = rep.post("/desk", data=NO | {"decision": form_id(rep), "cite": "REFUND-42"})
    assert f"REFUND-42 is not in revision 3 of {BRAND}, which was in force then." in answer.text


def test_a_leader_who_looks_for_what_is_not_there_reads_the_brand(browse: Browse) -> None:
    leader = browse(LEADER)
    assert f"{BRAND} has no revision 99." in leader.get("/charter/revisions/99").text
    for path in ("", "/revisions", "/revisions/3"):
        heading = leader.get(f"/charter{path}").text.partition("<h1>")[2].partition("</h1>")[0]
        assert heading.endswith(f" of {BRAND}")


def test_an_admin_reads_the_brand_inside_a_part_of_a_sentence(browse: Browse) -> None:
    answer = browse(ADMIN).post(f"/admin/people/{ADMIN}/revoke", data={"role": "rep", "charter": CHARTER})
    assert f"{ADMIN} does not hold the role rep for {BRAND}, so it cannot be revoked." in answer.text


def test_a_short_name_that_was_typed_is_read_as_it_was_typed(browse: Browse) -> None:
    brand = {"charter": CHARTER, "brand": "Another", "style": "Plain.", "zone": "UTC"}
    assert f"A charter called {CHARTER} is open already." in browse(LEADER).post("/charter/open", data=brand).text


def test_the_log_and_a_trail_say_what_was_done_to_a_brand_and_a_file_its_short_name(browse: Browse) -> None:
    reviewer = browse(REVIEWER)
    published = "/review/log?type=revision.published"
    assert f"published revision 3 of {BRAND}, in force from" in reviewer.get(published).text
    assert f"published revision 3 of {CHARTER}, in force from" in reviewer.get(f"{published}&format=csv").text
    decision = re.findall(r"/review/decisions/[0-9a-f]{32}", reviewer.get("/review/decisions").text)[0]
    assert f"logged a request under {BRAND}" in reviewer.get(decision).text
    assert f"under {BRAND}" in browse(REP).get(decision.replace("/review", "/desk")).text


def test_a_sentence_about_a_number_and_one_that_says_the_brand_itself_stay_whole(browse: Browse, site: Site) -> None:
    site.ledger.write(SetRetention(charter=CHARTER, kind=Retained.REQUESTS, months=18), by=LEADER)
    log = browse(REVIEWER).get("/review/log").text
    assert f"is kept under {BRAND}: 18 months" in log
    opened = browse(REVIEWER).get("/review/log?type=charter.opened").text
    assert f"opened the charter {CHARTER} for {BRAND}" in opened


def test_a_program_reads_the_short_name_by_which_it_asks(program: Program) -> None:
    answer = program(LEADER).get(f"/api/v1/charters/{CHARTER}/revisions/99")
    assert answer.json()["detail"].startswith(f"{CHARTER} has no revision 99.")
