"""The public pages: what is in force, what was, what changed; and nothing that is not published."""

from __future__ import annotations

import json
from html import unescape
from re import sub

import pytest
from starlette.testclient import TestClient

from charter.charters.commands import WithdrawRevision
from charter.decisions.commands import RecordCase, Reply
from charter.terms import Answer, Ground
from projections.diff import Mark, segments
from tests.projections.airline import Airline, day
from tests.web.conftest import ADDRESS
from tests.web.public.conftest import EVIL
from web.desks.public.formats import side

SKYLINE = "/c/skyline"


def read(anybody: TestClient, address: str, status: int = 200, **headers: str) -> str:
    """What a person reads on a page, in one line."""
    response = anybody.get(address, headers={"Accept": "text/html", **headers})
    assert response.status_code == status, response.text
    return " ".join(unescape(sub(r"<[^>]*>", " ", response.text)).split())


def test_the_charter_in_force_is_a_document(anybody: TestClient) -> None:
    """Brand and style, since when, promises in order with all that belongs to them, and where to go from there."""
    said = read(anybody, SKYLINE)
    assert "Skyline Air Warm, brief and true. In force from 1 March 2024. Revision 2." in said
    assert "1 Refund-30 REFUND-30 We refund within 14 days." in said
    assert "What we say no to No refund on used tickets. REFUND-30.1, serves the company" in said
    assert said.index("We refund within") < said.index("Your first bag")
    assert "Since revision 1: 1 promise reworded." in said
    assert f"This wording stays at {ADDRESS}/c/skyline/revisions/2" in said


def test_the_start_page_lists_the_charters_that_are_public(anybody: TestClient, airline: Airline) -> None:
    """A charter that is still a draft is nobody's business, under whatever address."""
    airline.open("cabin")
    airline.promise("QUIET")
    assert "Skyline Air" in read(anybody, "/c/")
    assert "Cabin" not in read(anybody, "/c/")
    for address in ("/c/cabin", "/c/cabin.md", "/c/cabin/revisions", "/c/cabin/register", "/c/cabin/feed.atom"):
        said = read(anybody, address, 404)
        assert "There is no public charter called cabin." in said, address
        assert said.replace("cabin", "nowhere") == read(anybody, address.replace("cabin", "nowhere"), 404)


def test_before_anything_is_published_the_start_page_says_so(airline: Airline, anybody: TestClient) -> None:
    """Also when a revision is proposed already."""
    airline.open("cabin")
    airline.promise("QUIET")
    airline.propose()
    assert "QUIET" not in read(anybody, "/c/cabin", 404)


@pytest.mark.parametrize("name", ["rex", "Rex", "ann", "Abel", "Care", "60", "30 or 60"])
def test_who_took_part_stays_inside(anybody: TestClient, name: str) -> None:
    """No page, feed or file tells who proposed, approved or was heard, or what else was weighed."""
    for address in ("", ".json", ".md", "/revisions", "/revisions/2", "/revisions/2/diff", "/feed.atom", "/register"):
        body = anybody.get(SKYLINE + address).text
        assert f">{name}<" not in body and f" {name} " not in body.replace("Head of Care", ""), (address, name)


def test_a_revision_that_is_not_published_is_not_there(anybody: TestClient, airline: Airline) -> None:
    """Neither proposed, nor approved, nor withdrawn again after it was published for a later day."""
    airline.revise("BAG-FREE", statement="A secret for now.")
    number = airline.propose("A secret summary.")
    for address in (f"/revisions/{number}", f"/revisions/{number}.json", f"/revisions/{number}/diff", "/revisions/0"):
        assert "has published no revision" in read(anybody, SKYLINE + address, 404)
    assert "secret" not in read(anybody, f"{SKYLINE}/revisions")
    airline.publish(number, effective_from=day(6, 1))
    assert "From 1 June 2024 on, another wording is in force. Read revision 3." in read(anybody, SKYLINE)
    assert "This wording is not in force yet." in read(anybody, f"{SKYLINE}/revisions/3")
    airline.do(WithdrawRevision(charter="skyline", revision=number, reason="Not yet."))
    assert "secret" not in read(anybody, f"{SKYLINE}/revisions/3", 404)
    assert "secret" not in anybody.get(f"{SKYLINE}/feed.atom").text


@pytest.mark.parametrize("number", ["02", "+2", "2x", "٢", "-1", "99999999999999999999", "1e0"])
def test_a_revision_has_one_address(anybody: TestClient, number: str) -> None:
    """Anything but its number as it is written is no revision."""
    assert "has published no revision" in read(anybody, f"{SKYLINE}/revisions/{number}", 404)


def test_what_is_not_there_says_what_is(anybody: TestClient) -> None:
    """A reader who is lost finds the charter, its revisions and the register."""
    said = read(anybody, f"{SKYLINE}/revisions/9", 404)
    assert "Skyline Air has published no revision 9." in said
    assert "The charter of Skyline Air in force today" in said
    assert "These charters are public: Skyline Air" in read(anybody, "/c/nowhere", 404)


def test_a_wording_keeps_its_address(anybody: TestClient) -> None:
    """It says that it is no longer in force, and reads as it did."""
    said = read(anybody, f"{SKYLINE}/revisions/1")
    assert "This wording is no longer in force." in said
    assert "We refund within 30 days." in said
    assert "In force from 2 January 2024 until 1 March 2024. Revision 1." in said


def test_any_day_can_be_asked_for(anybody: TestClient) -> None:
    """The wording of that day's end; before the first there was none; what is no day is refused."""
    assert "We refund within 30 days." in read(anybody, f"{SKYLINE}?as_of=2024-02-01")
    assert "We refund within 14 days." in read(anybody, f"{SKYLINE}?as_of=2024-03-01")
    assert "was in force on 1 January 2020" in read(anybody, f"{SKYLINE}?as_of=2020-01-01", 404)
    assert "was in force on" in read(anybody, f"{SKYLINE}?as_of=0001-01-01", 404)
    assert "was in force on" in read(anybody, f"{SKYLINE}?as_of=9999-12-31", 404)
    assert "As of has to be a day, written like 2026-03-01." in read(anybody, f"{SKYLINE}?as_of=soon", 422)


def test_the_revisions_say_what_each_of_them_changed(anybody: TestClient) -> None:
    """The newest first, with its days, how many approved it, and the way to the difference."""
    said = read(anybody, f"{SKYLINE}/revisions")
    assert said.index("Revision 2") < said.index("Revision 1")
    assert "In force from 1 March 2024 · published on 1 March 2024, approved by 1 person other than the author" in said
    assert "Refunds in 14 days. Since revision 1: 1 promise reworded. See what changed in revision 2" in said
    assert "The first wording, with 2 promises." in said
    assert "Revision 2" not in read(anybody, f"{SKYLINE}/revisions?before=2").partition("None of them")[2]


def test_a_difference_stands_side_by_side(anybody: TestClient) -> None:
    """What was removed is marked in the old text, what was added in the new one."""
    body = anybody.get(f"{SKYLINE}/revisions/2/diff").text
    assert "We refund within <del>30</del> days." in body
    assert "We refund within <ins>14</ins> days." in body
    assert "everything in it is new" in read(anybody, f"{SKYLINE}/revisions/1/diff")
    assert "Since revision 2" in read(anybody, f"{SKYLINE}/revisions/1/diff?since=2")
    assert "has published no revision 7" in read(anybody, f"{SKYLINE}/revisions/1/diff?since=7", 404)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/json", "application/json"),
        ("text/markdown, text/html;q=0.5", "text/markdown; charset=utf-8"),
        ("application/pdf;q=0.9, application/json;q=0.2", "application/pdf"),
        ("application/json;q=0", "text/html; charset=utf-8"),
        ("application/json;q=loud", "text/html; charset=utf-8"),
    ],
)
def test_a_program_gets_what_it_accepts(anybody: TestClient, accept: str, media_type: str) -> None:
    """A browser gets the page."""
    response = anybody.get(SKYLINE, headers={"Accept": accept})
    assert response.headers["content-type"] == media_type
    assert "Accept" in response.headers["vary"]


def test_the_forms_by_their_suffix(anybody: TestClient) -> None:
    """Markdown, JSON and PDF of what is in force and of each wording."""
    assert anybody.get(f"{SKYLINE}.md").text.startswith("# Skyline Air\n")
    found = json.loads(anybody.get(f"{SKYLINE}/revisions/1.json").text)
    assert (found["slug"], found["revision"], found["until"][:10]) == ("skyline", 1, "2024-03-01")
    pdf = anybody.get(f"{SKYLINE}/revisions/1.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-disposition"] == 'inline; filename="skyline-1.pdf"'


def test_a_charter_may_be_called_like_a_suffix(anybody: TestClient, airline: Airline) -> None:
    """The charter skyline.md is not the Markdown of skyline."""
    airline.open("skyline.md")
    airline.promise("TWICE")
    airline.publish()
    assert "We keep TWICE." in read(anybody, f"{SKYLINE}.md")
    assert "We keep TWICE." in anybody.get(f"{SKYLINE}.md.md").text


def test_no_word_is_read_as_markup(anybody: TestClient, airline: Airline) -> None:
    """Whatever a promise, a limit or a summary says is text, in every form."""
    airline.revise("BAG-FREE", statement=EVIL, title=EVIL)
    airline.promise("EVIL", EVIL, remedy=EVIL, feels=EVIL)
    airline.publish(airline.propose(EVIL))
    for address in ("", "/revisions", "/revisions/3/diff", "/register", "/embed", "/feed.atom"):
        body = anybody.get(SKYLINE + address).text
        assert "<script" not in body, address
        assert "alert(1)" in body or address == "/register"
    lines = anybody.get(f"{SKYLINE}.md").text.splitlines()
    assert not [line for line in lines if "<script>" in line.replace("\\<", "")]
    assert "\\[a\\](javascript:x)" in "\n".join(lines)
    assert anybody.get(f"{SKYLINE}.pdf").content.startswith(b"%PDF-")


def test_both_sides_of_a_difference_are_text() -> None:
    """What was kept, removed and added; the space around a change is not marked with it."""
    pieces = segments("We <b>never</b> say no today & here.", "We <b>never</b> say <i>yes</i> today & here.")
    assert side(pieces, Mark.REMOVED) == "We &lt;b&gt;never&lt;/b&gt; say <del>no</del> today &amp; here."
    assert "say <ins>&lt;i&gt;yes&lt;/i&gt;</ins> today &amp; here." in side(pieces, Mark.ADDED)
    assert side((), Mark.ADDED) == "—"


def test_words_that_steer_are_shown(anybody: TestClient, airline: Airline) -> None:
    """A direction character cannot turn a sentence around."""
    airline.revise("BAG-FREE", statement="We pay \u202e00,1 EUR")
    airline.publish()
    assert "We pay \ufffd00,1 EUR" in anybody.get(SKYLINE).text


def test_what_has_not_changed_is_not_sent_again(anybody: TestClient, airline: Airline) -> None:
    """An ETag for each answer, another one after the next revision; whoever asks for the head gets the head."""
    first = anybody.get(SKYLINE)
    assert first.headers["cache-control"] == "public, no-cache"
    mark = first.headers["etag"]
    again = anybody.get(SKYLINE, headers={"If-None-Match": f'"other", W/{mark}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark)
    assert anybody.head(SKYLINE).headers["etag"] == mark
    airline.revise("BAG-FREE", statement="Two bags fly free.")
    airline.publish()
    assert anybody.get(SKYLINE, headers={"If-None-Match": mark}).status_code == 200


def test_only_the_small_version_may_be_shown_elsewhere(anybody: TestClient) -> None:
    """The policy lets other sites put it in a frame, and nothing else of ours; no cookie is set."""
    embedded = anybody.get(f"{SKYLINE}/embed")
    assert "frame-ancestors *" in embedded.headers["content-security-policy"]
    assert "x-frame-options" not in embedded.headers
    assert f'href="{ADDRESS}/c/skyline"' in embedded.text
    for address in (SKYLINE, f"{SKYLINE}/revisions", "/c/"):
        response = anybody.get(address)
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert "set-cookie" not in response.headers


def test_the_register_counts_and_tells_nobody(anybody: TestClient) -> None:
    """Noes by promise, limit and ground with what the limit says and whom it serves; nobody's words, nobody's name."""
    said = read(anybody, f"{SKYLINE}/register")
    assert "we answered 1 request and said no 1 time, 1 of them to stay true" in said
    assert "No refund on used tickets. REFUND-30.1 1 off-brand the company 1" in said
    for private in ("money back", "Quill", "flown already", "rita"):
        assert private not in said
    table = anybody.get(f"{SKYLINE}/register.csv").text.splitlines()
    assert table[0].startswith("code,text,serves,noes,off-brand,")
    assert table[2] == "REFUND-30.1,No refund on used tickets.,company,1,1,0,0,0,0,0"


def test_the_noes_of_the_register_add_up_with_those_that_cite_nothing(anybody: TestClient, airline: Airline) -> None:
    assert "Cited nothing" not in read(anybody, f"{SKYLINE}/register")
    reply = Reply(answer=Answer.NO, ground=Ground.OFF_BRAND, reason="It is not what we are.")
    asked = {"charter": "skyline", "source": "old.csv", "row": "1", "request": "May I?", "rep": "rita"}
    airline.do(RecordCase(**asked, outcome=reply, as_history=True), at=day(3, 9))
    said = read(anybody, f"{SKYLINE}/register")
    assert "said no 2 times" in said and "Cited nothing 1 off-brand 1" in said
    rows = [row.split(",") for row in anybody.get(f"{SKYLINE}/register.csv").text.splitlines()[1:]]
    assert rows[-1] == ["", "Cited nothing", "", "1", "1", "0", "0", "0", "0", "0"]
    assert sum(int(row[3]) for row in rows if "." not in row[0]) == 2


def test_the_register_of_other_days(anybody: TestClient, airline: Airline) -> None:
    """A period is asked for by address; promises that are no longer made stay counted."""
    assert "nothing was decided" in read(anybody, f"{SKYLINE}/register?since=2024-01-01&until=2024-02-01")
    assert "first day is after the last" in read(anybody, f"{SKYLINE}/register?since=2024-02-01&until=2024-01-01")
    assert anybody.get(f"{SKYLINE}/register?since=0001-01-01").status_code == 422
    airline.retire("REFUND-30")
    airline.publish()
    assert "Promises that are no longer made REFUND-30 1 off-brand 1" in read(anybody, f"{SKYLINE}/register")


def test_a_charter_that_takes_effect_later_says_so(anybody: TestClient, airline: Airline) -> None:
    """There is nothing in force to read yet, and a way to what will be."""
    airline.open("cabin")
    airline.promise("QUIET")
    airline.publish(effective_from=day(6, 1))
    assert "take effect on 1 June 2024. Read them now" in read(anybody, "/c/cabin")
    assert "take effect on 1 June 2024" in read(anybody, "/c/cabin/embed")
    assert "was in force on 1 April 2024" in read(anybody, "/c/cabin.json", 404)
    assert "Nothing is shown" not in read(anybody, "/c/cabin/register")


def test_search_engines_read_the_charters_only(anybody: TestClient) -> None:
    """And the tab has its picture."""
    assert anybody.get("/robots.txt").text.splitlines()[-1] == "Disallow: /"
    assert anybody.get("/favicon.ico").headers["content-type"].startswith("image/svg+xml")
