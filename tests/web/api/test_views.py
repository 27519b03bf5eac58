"""Every view over HTTP: what it shows, to whom, by pages, and as it was known before."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from charter.keys.commands import AdoptKey
from charter.proof.note import SigningKey
from charter.proof.policy import Policy
from charter.proof.tlog_proof import TlogProof
from charter.proof.verify import checkpoint
from charter.publishing.publish import publish
from charter.publishing.signing_key import Held
from charter.tree import leaf_hash
from projections.decision_register import Filter, count
from tests.web.api.conftest import ASKED, ELSEWHERE, OTHER, give, refusal
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, REVIEWER, Program
from web.site import Site


def test_everybody_sees_who_they_are(staffed: Site, program: Program) -> None:
    rita = program("rita", "read").get("/api/v1/me").json()
    assert rita == {
        "person": "rita",
        "via": "token",
        "scopes": ["read"],
        "roles": [{"role": "rep", "charter": CHARTER}],
        "may_bend": False,
        "charters": [CHARTER],
        "desks": ["desk", "charter"],
    }
    assert program(ADMIN).get("/api/v1/me").json()["desks"] == ["admin"]


@pytest.mark.parametrize(
    ("person", "slugs"),
    [("rita", [CHARTER]), ("olga", [OTHER]), ("nina", []), (ADMIN, []), (LEADER, [OTHER, CHARTER])],
)
def test_people_see_the_charters_they_belong_to(staffed: Site, program: Program, person: str, slugs: list[str]) -> None:
    assert [line["slug"] for line in program(person).get("/api/v1/charters").json()] == slugs


def test_the_charter_is_read_as_it_was_and_as_it_was_known(program: Program) -> None:
    rep = program(REP)
    address = f"/api/v1/charters/{CHARTER}"
    first, *_, last = rep.get(f"{address}/revisions").json()
    now = rep.get(address).json()
    assert now["revision"] == last["revision"]
    then = rep.get(address, params={"as_of": first["effective_at"]}).json()
    assert then["revision"] == first["revision"]
    known = rep.get(address, params={"known_at": first["published_at"]}).json()
    assert known["revision"] in (first["revision"], None) or known["refusal"] == "NothingInForce"
    before = rep.get(address, params={"as_of": "2001-01-01T00:00:00Z"})
    assert refusal(before) == (404, "NothingInForce")
    assert rep.get(address, params={"as_of": "yesterday"}).status_code == 422
    assert rep.get(address, params={"as_of": "2026-01-01T00:00:00"}).status_code == 422, "a time without its zone"


def test_the_draft_says_what_it_misses_and_can_be_written_over_by_whoever_has_seen_it(program: Program) -> None:
    leader = program(LEADER)
    address = f"/api/v1/charters/{CHARTER}/draft"
    shown = leader.get(address)
    seen = shown.headers["etag"]
    assert {"promises", "missing", "changes", "proposed"} <= shown.json().keys()
    body = {"charter": CHARTER, "code": "NEW-ONE", "title": "A new one", "statement": "We do."}
    made = give(leader, "make-promise", headers={"If-Match": seen}, **body)
    assert made.status_code == 201
    assert made.headers["location"] == address
    assert refusal(give(leader, "make-promise", headers={"If-Match": seen}, **body)) == (412, "Outdated")
    after = leader.get(address)
    assert after.headers["etag"] == made.headers["etag"]
    assert any("NEW-ONE" in lack for lack in after.json()["missing"])
    assert [promise["code"] for promise in leader.get(f"/api/v1/charters/{CHARTER}/diff?old=3").json()["added"]] == [
        "NEW-ONE"
    ]


def test_revisions_their_differences_and_who_has_read_them(program: Program) -> None:
    rep = program(REP)
    address = f"/api/v1/charters/{CHARTER}"
    detail = rep.get(f"{address}/revisions/2").json()
    assert detail["line"]["revision"] == 2
    assert rep.get(f"{address}/diff", params={"old": 1, "new": 2}).json() == detail["changes"]
    assert rep.get(f"{address}/acknowledgements").json()["latest"] is True
    assert rep.get(f"{address}/revisions/1/acknowledgements").json()["latest"] is False
    assert refusal(rep.get(f"{address}/revisions/99")) == (404, "UnknownRevision")


def test_codes_are_completed(program: Program) -> None:
    found = program(REP).get(f"/api/v1/charters/{CHARTER}/codes", params={"begins": "fare-clear"}).json()
    assert [line["code"] for line in found][:2] == ["FARE-CLEAR", "FARE-CLEAR.1"]
    assert found[1]["of"] == "FARE-CLEAR"


def test_the_register_comes_in_pages_that_hold_every_line_once(program: Program, site: Site) -> None:
    rep = program(REP)
    address: str | None = "/api/v1/decisions?answer=no&first=40"
    ids: list[str] = []
    pages = 0
    while address:
        answer = rep.get(address)
        ids += [line["id"] for line in answer.json()["items"]]
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
        address = link[1] if link else None
        assert (answer.json()["next"] is None) == (address is None)
        pages += 1
    total = count(site.views, Filter(charter=CHARTER, answer="no"))
    assert len(ids) == len(set(ids)) == total == rep.get("/api/v1/decisions/count?answer=no").json()["total"]
    assert pages == -(-total // 40)
    assert refusal(rep.get("/api/v1/decisions?after=nonsense")) == (422, "NotAPage")
    assert rep.get("/api/v1/decisions?answer=maybe").status_code == 422


def test_who_belongs_to_two_charters_says_which(staffed: Site, program: Program) -> None:
    rep = program(REP)
    assert refusal(rep.get("/api/v1/decisions")) == (422, "WhichOne")
    assert [line["id"] for line in rep.get(f"/api/v1/decisions?charter={OTHER}").json()["items"]] == [ELSEWHERE]
    assert refusal(program("rita").get(f"/api/v1/decisions?charter={OTHER}")) == (404, "UnknownCharter")
    assert refusal(program("nina").get("/api/v1/decisions")) == (409, "NoneYet")


def test_a_trail_is_for_those_of_its_charter_and_as_it_was_known(staffed: Site, program: Program) -> None:
    rita = program("rita")
    seen = rita.get(f"/api/v1/decisions/{ASKED}")
    assert seen.json()["asked"]["customer"] == "C-1042"
    assert seen.headers["etag"] == '"1"'
    for person in ("olga", "nina", ADMIN):
        assert refusal(program(person).get(f"/api/v1/decisions/{ASKED}")) == (404, "UnknownDecision")
    assert refusal(rita.get(f"/api/v1/decisions/{'c' * 32}")) == (404, "UnknownDecision")
    assert rita.get("/api/v1/decisions/short").status_code == 422
    before = f"{staffed.ledger.now() - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    assert refusal(rita.get(f"/api/v1/decisions/{ASKED}", params={"known_at": before})) == (404, "UnknownDecision")


def test_precedents_and_integrity(program: Program) -> None:
    rep = program(REP)
    assert len(rep.get("/api/v1/precedents", params={"q": "refund cancel", "first": 3}).json()) == 3
    history = rep.get("/api/v1/integrity", params={"by": "promise", "since": "2020-01-01"}).json()
    assert history["by"] == "promise"
    assert history["summary"]["dated"]["decisions"] > 300
    assert any(count["key"] == "FARE-CLEAR" for count in history["counts"])
    decided = rep.get("/api/v1/integrity/marks", params={"mark": "first answer", "since": "2020-01-01", "first": 1000})
    assert history["sentence"].startswith(
        f"In {len(decided.json()['items'])} decisions since 1 January 2020 we said no"
    )
    marks = rep.get("/api/v1/integrity/marks", params={"mark": "broken", "first": 1})
    assert [mark["mark"] for mark in marks.json()["items"]] == ["broken"]
    following = rep.get("/api/v1/integrity/marks", params={"mark": "broken", "first": 1, "after": marks.json()["next"]})
    assert following.json()["items"] != marks.json()["items"]


def test_the_log_shows_each_what_is_theirs_to_read(staffed: Site, program: Program) -> None:
    def streams(person: str, query: str = "first=1000") -> set[str]:
        found = program(person).get(f"/api/v1/entries?{query}").json()
        return {line["stream"] for line in found["items"]}

    assert streams("olga") == {"person/olga", f"charter/{OTHER}", f"decision/{ELSEWHERE}"}
    assert streams("nina") == {"person/nina"}
    assert {stream.partition("/")[0] for stream in streams(ADMIN)} == {"person"}
    assert f"decision/{ASKED}" in streams("rita")
    assert not any(stream.startswith("person/") for stream in streams("rita") - {"person/rita"})


def test_the_log_is_read_from_either_end_without_missing_a_line(staffed: Site, program: Program) -> None:
    vera = program("vera")
    last = staffed.ledger.entries_recorder.size()
    forwards: list[int] = []
    after: int | None = 0
    while after is not None:
        page = vera.get("/api/v1/entries", params={"after": after, "first": 97}).json()
        forwards += [line["position"] for line in page["items"]]
        after = page["newer"]
    backwards: list[int] = []
    before: int | None = last + 1
    while before is not None:
        page = vera.get("/api/v1/entries", params={"before": before, "first": 97}).json()
        backwards = [line["position"] for line in page["items"]] + backwards
        before = page["older"]
    assert forwards == backwards == sorted(set(forwards))
    assert vera.get("/api/v1/entries", params={"after": 1, "before": 5}).status_code == 422


def test_kinds_of_entries_are_explained(program: Program) -> None:
    kinds = {kind["type"]: kind for kind in program(REP).get("/api/v1/entries/kinds").json()}
    assert kinds["decision.made"]["about"] == "decision"
    assert kinds["decision.made"]["shape"]["properties"]


def test_people_are_for_admins_and_each_for_themselves(staffed: Site, program: Program) -> None:
    admin = program(ADMIN)
    first = admin.get("/api/v1/people", params={"first": 5})
    rest = admin.get(first.headers["link"].split(">")[0][1:].replace("first=5", "first=1000")).json()
    ids = [person["person"] for person in first.json()["items"] + rest["items"]]
    assert ids == sorted(staffed.ledger.people())
    assert [found["person"] for found in admin.get("/api/v1/people?text=nina").json()["items"]] == ["nina"]
    assert refusal(program("rita").get("/api/v1/people")) == (403, "NotYours")
    assert program("rita").get("/api/v1/people/rita").json()["roles"] == [{"role": "rep", "charter": CHARTER}]
    assert refusal(program("rita").get("/api/v1/people/olga")) == (404, "UnknownPerson")
    assert refusal(admin.get("/api/v1/people/nobody")) == (404, "UnknownPerson")


def test_subjects_are_for_admins_and_for_those_who_answer_for_all_their_cases(staffed: Site, program: Program) -> None:
    admin = program(ADMIN)
    [subject] = admin.post("/api/v1/subjects/search", json={"who": "C-1042"}).json()
    assert admin.get(f"/api/v1/subjects/{subject}").json()["names"] == ["C-1042"]
    for person, status in (("vera", 200), ("lena", 200), ("rita", 404), ("otto", 404), ("nina", 404)):
        assert program(person).get(f"/api/v1/subjects/{subject}").status_code == status, person
        found = program(person).post("/api/v1/subjects/search", json={"who": "C-1042"}).json()
        assert found == ([subject] if status == 200 else []), person
    assert refusal(admin.get(f"/api/v1/subjects/{'0' * 32}")) == (404, "NoSuchSubject")


def test_upkeep_is_for_admins(program: Program) -> None:
    admin = program(ADMIN)
    assert {view["error"] for view in admin.get("/api/v1/views").json()} == {None}
    assert admin.get("/api/v1/retention/due").json() == {"lines": [], "total": 0}
    assert refusal(program(REP).get("/api/v1/views")) == (403, "NotYours")
    assert refusal(program(REP).get("/api/v1/retention/due")) == (403, "NotYours")
    periods = program(REP).get(f"/api/v1/charters/{CHARTER}/retention").json()
    assert [period["kind"] for period in periods] == ["requests", "deliberations"]


def test_verification_says_how_the_ledger_is_sealed_and_that_it_only_grew(program: Program, site: Site) -> None:
    reviewer = program(REVIEWER)
    state = reviewer.get("/api/v1/verification").json()
    assert state["size"] == site.ledger.entries_recorder.size()
    assert state["checkpoint"] is None
    grown = reviewer.get("/api/v1/verification/consistency?old=100").json()
    assert grown["new_root"] == state["root"]
    assert grown["proof"]
    assert refusal(reviewer.get("/api/v1/verification/consistency?old=9999999")) == (409, "BeyondTheEnd")
    assert refusal(reviewer.get("/api/v1/verification/consistency?old=9&new=8")) == (409, "WrongWayRound")


def test_a_decision_is_proved_to_a_stranger(program: Program, site: Site) -> None:
    rep = program(REP)
    decision = rep.get("/api/v1/decisions?answer=no&first=1").json()["items"][0]["id"]
    assert refusal(rep.get(f"/api/v1/decisions/{decision}/proof")) == (409, "NothingSealed")
    key = SigningKey.new(checkpoint(site.ledger.engine).origin)
    site.ledger.write(AdoptKey(key=str(key.verifier)), by=LEADER)
    publish(site.ledger, Held((key,), None), Policy(), [], lambda _signed: None)
    state = rep.get("/api/v1/verification").json()
    assert state["checkpoint"]["size"] == state["size"]
    assert state["checkpoint"]["signed_by"] == [state["origin"]]
    answer = rep.get(f"/api/v1/decisions/{decision}/proof")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    proof = TlogProof.parse(answer.text)
    assert proof.check(leaf_hash(proof.extra), [key.verifier]) == {}
    assert refusal(rep.get(f"/api/v1/decisions/{decision}/proof?entry=99")) == (404, "NoSuchEntry")
    later = give(rep, "log-request", charter=CHARTER, request="x").json()["id"]
    assert refusal(rep.get(f"/api/v1/decisions/{later}/proof")) == (409, "NotSealedYet")
