"""Every page of the reviewer's desk opens for whom it is, and leads to what is behind its numbers."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from charter.decisions.commands import LogRequest, RecordCase, Reply
from charter.desk import Order, Written
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Answer, Effect, Ground, Role
from projections.decision_register import Filter, count, lines, page
from projections.integrity_history import Filter as HistoryFilter
from projections.integrity_history import Mark, by, marks, summary
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, REVIEWER, Browse
from web.site import Site

PAGES = ("", "/decisions", "/marks", "/evidence", "/verification", "/log", "/subjects", "/retention")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_for_a_reviewer_and_a_leader(browse: Browse, address: str) -> None:
    for person in (REVIEWER, LEADER):
        answer = browse(person).get(f"/review{address}")
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("address", PAGES)
def test_no_page_opens_for_a_rep_or_a_stranger(browse: Browse, stranger: TestClient, address: str) -> None:
    assert browse(REP).get(f"/review{address}").status_code == 403
    answer = stranger.get(f"/review{address}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


def test_an_admin_reaches_people_and_nothing_else_of_this_desk(browse: Browse) -> None:
    opened = {address: browse(ADMIN).get(f"/review{address}").status_code for address in PAGES}
    assert {address for address, status in opened.items() if status == 200} == {"/subjects", "/retention"}
    assert set(opened.values()) == {200, 409}  # without a charter, there is nothing to be a reviewer of


def test_the_history_opens_with_its_sentence_and_every_number_leads_to_as_many(browse: Browse, site: Site) -> None:
    client = browse(REVIEWER)
    html = client.get("/review").text
    told = re.sub(r"<.*?>", "", html)
    decisions = summary(site.views, HistoryFilter(charter=CHARTER)).dated.decisions  # it is another at another hour
    assert re.search(
        rf"In {decisions} decisions since \w+ \d{{4}} we said no \d+ times to stay true to the charter", told
    )
    assert "cited what was not in force" in html
    month = by(site.views, HistoryFilter(charter=CHARTER), "month")[1]
    links = [unescape(link) for link in re.findall(r'<td class="number"><a href="([^"]+)"', html)]
    behind = [link for link in links if f"since={month.key}" in link]
    broken = next(link for link in behind if "mark=broken" in link)
    assert client.get(broken).text.count('<li class="entry">') == month.counts.broken
    assert re.search(r"Since: <strong>1 [A-Z][a-z]+ \d{4}<", client.get(broken).text)
    noes = [link for link in behind if "mark=no" in link]
    assert sum(client.get(link).text.count('<li class="entry">') for link in noes) == month.counts.noes


def counted_by_the_sentence(client: TestClient, asked: str = "") -> dict[str, int]:
    """Each figure of the sentence with its address; it has to lead to exactly as many decisions."""
    told = re.search(r'<p class="lead">(.*?)</p>', client.get(f"/review{asked}").text)
    assert told
    assert not re.search(r"\d decision|\d time|\d promise|\d no|broke \d", told.group(1))  # outside a link
    figures = {unescape(to): int(number) for to, number in re.findall(r'<a href="([^"]+)">(\d+)</a>', told.group(1))}
    for address, number in figures.items():
        lines = client.get(f"{address}&format=ndjson").text.splitlines()
        assert len({json.loads(line)["decision"] for line in lines}) == number, address
    return figures


@pytest.mark.parametrize("asked", ["", "?promise=REFUND-24", "?rep=tom&since=2026-02-10", "?until=2026-06-20"])
def test_every_figure_of_the_sentence_leads_to_exactly_the_decisions_it_counts(browse: Browse, asked: str) -> None:
    assert len(counted_by_the_sentence(browse(REVIEWER), asked)) >= 3


def test_what_has_no_day_is_not_behind_a_figure_that_does_not_count_it(browse: Browse, site: Site) -> None:
    client = browse(REVIEWER)
    before = counted_by_the_sentence(client)
    no = Reply(answer=Answer.NO, ground=Ground.OFF_BRAND, cite=("FARE-CLEAR",), reason="The rule says so.")
    case = {"charter": CHARTER, "rep": "Old Joe", "source": "old desk", "row": "1", "as_history": True}
    command = RecordCase(decision=f"{7:032x}", request="Why?", outcome=no, **case)
    [written] = site.ledger.write_all([Order(command, LEADER, None)])
    assert isinstance(written, Written)
    assert "Another 1 decision of history has no date." in client.get("/review").text
    assert list(counted_by_the_sentence(client).values()) == list(before.values())


def test_the_numbers_are_there_as_csv_and_by_promise(browse: Browse, site: Site) -> None:
    answer = browse(REVIEWER).get("/review", params={"by": "promise", "format": "csv", "since": "2026-01-01"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    found = by(site.views, HistoryFilter.model_validate({"charter": CHARTER, "since": "2026-01-01"}), "promise")
    assert [(row["promise"], int(row["broken"])) for row in rows] == [
        (one.key or "", one.counts.broken) for one in found
    ]


def test_a_filter_that_cannot_be_read_says_so_beside_its_field(browse: Browse) -> None:
    client = browse(REVIEWER)
    for address in ("", "/decisions", "/marks"):
        answer = client.get(f"/review{address}", params={"promise": "nonsense", "since": "2026-13-99"})
        assert answer.status_code == 422
        assert "Promise has to be capitals, digits and hyphens, like REFUND-30." in answer.text
    assert client.get("/review/log", params={"since": "yesterday"}).status_code == 422
    assert client.get("/review", params={"known_at": "soon"}).status_code == 422


def test_marks_are_paged_and_taken_away(browse: Browse, site: Site) -> None:
    client = browse(REVIEWER)
    html = client.get("/review/marks", params={"mark": "no"}).text
    assert html.count('<li class="entry">') == 50
    following = unescape(re.search(r'href="([^"]+)" rel="next"', html).group(1))  # type: ignore[union-attr]
    assert client.get(following).text.count('<li class="entry">') == 50
    everything = client.get("/review/marks", params={"mark": "no", "format": "ndjson"}).text.splitlines()
    found = marks(site.views, HistoryFilter(charter=CHARTER), None, 1000, Mark.NO).marks
    assert [json.loads(line)["decision"] for line in everything] == [line.decision for line in found]


def test_the_register_says_how_many_of_how_many_and_goes_on_by_key(browse: Browse, site: Site) -> None:
    client = browse(REVIEWER)
    whole = count(site.views, Filter(charter=CHARTER))
    broken = count(site.views, Filter(charter=CHARTER, effect=Effect.BROKEN))
    html = client.get("/review/decisions", params={"effect": "broken"}).text
    assert re.search(rf"{broken} of {whole}, \d+(\.\d)? %", html)
    seen: list[str] = []
    address: str | None = "/review/decisions"
    while address:
        html = client.get(address).text
        seen += re.findall(r'href="/review/decisions/([0-9a-f]{32})"', html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        address = unescape(following.group(1)) if following else None
    assert seen == [line.id for line in lines(site.views, Filter(charter=CHARTER))]


def test_the_register_says_which_appeals_wait_and_which_were_looked_at(browse: Browse, site: Site) -> None:
    client, appealed = browse(REVIEWER), list(lines(site.views, Filter(charter=CHARTER), came_back=True))
    waits = next(line for line in appealed if line.stage == "appealed")
    stood = next(line for line in appealed if line.stage == "decided" and not line.overturned)
    asked = {"rep": stood.rep, "since": f"{stood.day}", "until": f"{stood.day}"}
    html = client.get("/review/decisions", params={"stage": "appealed"}).text
    assert waits.id in html and "appealed, waits for another look" in html and "upheld after appeal" not in html
    html = client.get("/review/decisions", params=asked).text.partition(stood.id)[2].partition("</li>")[0]
    assert "upheld after appeal" in html and "waits" not in html


def test_all_that_matches_is_taken_away_and_no_cell_is_a_formula(browse: Browse, site: Site) -> None:
    site.ledger.write(LogRequest(charter=CHARTER, request="=cmd|' /C calc'!A0"), by=REP)
    answer = browse(REVIEWER).get("/review/decisions", params={"format": "csv", "stage": "open"})
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert row["request"].startswith("'=")
    assert 'filename="decisions-larkwing.csv"' in answer.headers["content-disposition"]
    ndjson = browse(REVIEWER).get("/review/decisions", params={"format": "ndjson", "effect": "bent"}).text
    assert {json.loads(line)["effect"] for line in ndjson.splitlines()} == {"bent"}


def test_words_are_looked_for_in_the_body_and_are_in_no_address(browse: Browse, site: Site) -> None:
    customer = page(site.views, Filter(charter=CHARTER, answer="no"), None, 1).lines[0].customer or ""
    client = browse(REVIEWER)
    html = client.post("/review/decisions?answer=no", data={"text": customer}).text
    expected = count(site.views, Filter.model_validate({"charter": CHARTER, "answer": "no", "text": customer}))
    assert f"{expected} of " in html
    addresses = re.findall(r'(?:href|action)="([^"]+)"', html)
    assert not [address for address in addresses if customer.split()[-1] in unescape(address)]
    assert client.get("/review/decisions", params={"text": customer}).text.count("of 367") == 0, (
        "an address has no words"
    )
    taken = client.post("/review/decisions", data={"text": customer, "format": "ndjson"}).text
    assert len(taken.splitlines()) == count(site.views, Filter(charter=CHARTER, text=customer))


def test_the_log_goes_back_to_the_first_entry_and_is_filtered(browse: Browse, site: Site) -> None:
    client = browse(REVIEWER)
    html = client.get("/review/log").text
    older = unescape(re.search(r'href="([^"]+)" rel="next"', html).group(1))  # type: ignore[union-attr]
    assert 'rel="prev"' in client.get(older).text
    only = client.get("/review/log", params={"type": "decision.reversed", "format": "ndjson"}).text.splitlines()
    assert {json.loads(line)["type"] for line in only} == {"decision.reversed"}
    whole = client.get("/review/log", params={"format": "ndjson"}).text.splitlines()
    assert [json.loads(line)["position"] for line in whole] == [*range(1, site.ledger.entries_recorder.size() + 1)]
    assert "Nothing here matches" in client.get("/review/log", params={"by": "nobody"}).text


def test_who_belongs_to_one_charter_reads_the_log_of_that_one_alone(browse: Browse, site: Site) -> None:
    ledger = site.ledger
    ledger.write(RegisterPerson(person="rolf", full_name="Rolf Ahn"), by=LEADER)
    ledger.write(GrantRole(person="rolf", role=Role.REVIEWER, charter=CHARTER), by=LEADER)
    client = browse("rolf")
    whole = [json.loads(line) for line in client.get("/review/log", params={"format": "ndjson"}).text.splitlines()]
    assert {line["stream"].partition("/")[0] for line in whole} == {"charter", "decision"}
    html = client.get("/review/log").text
    shown = [int(number) for number in re.findall(r'<li class="entry" value="(\d+)">', html)]
    assert shown == [line["position"] for line in reversed(whole[-50:])]
    older = unescape(re.search(r'href="([^"]+)" rel="next"', html).group(1))  # type: ignore[union-attr]
    html = client.get(older).text
    assert [int(number) for number in re.findall(r'<li class="entry" value="(\d+)">', html)] == [
        line["position"] for line in reversed(whole[-100:-50])
    ]
    assert client.get("/review/subjects").status_code == 403


def test_an_empty_charter_says_what_to_do(browse: Browse, site: Site) -> None:
    from charter.charters.commands import OpenCharter

    site.ledger.write(OpenCharter(charter="newborn", brand="Newborn", style="New.", zone="Europe/Berlin"), by=LEADER)
    client = browse(LEADER)
    assert "Nothing has been decided yet" in client.get("/review?charter=newborn").text
    assert "No request has been logged yet" in client.get("/review/decisions?charter=newborn").text
    assert client.get("/review?charter=elsewhere").status_code == 404


def test_a_part_is_given_to_htmx(browse: Browse) -> None:
    client = browse(REVIEWER)
    for address in ("/review", "/review/decisions"):
        part = client.get(address, headers={"HX-Request": "true"}).text
        assert "<html" not in part and ("<table" in part or '<ul class="lines">' in part)


def test_what_the_history_warns_of_leads_to_the_decisions(browse: Browse) -> None:
    reviewer = browse(REVIEWER)
    page = reviewer.get("/review").text
    [address] = re.findall(r'class="made-up" href="([^"]+)"', page)
    assert "Cites what was not in force" in reviewer.get(unescape(address)).text


def test_the_figures_of_all_months_lead_to_all_decisions(browse: Browse) -> None:
    reviewer = browse(REVIEWER)
    foot = reviewer.get("/review").text.partition("<tfoot>")[2].partition("</tfoot>")[0]
    assert "All months" in foot and "/review/marks?mark=first+answer" in foot and "/review/marks?mark=broken" in foot
    assert "<tfoot>" not in reviewer.get("/review?by=promise").text
