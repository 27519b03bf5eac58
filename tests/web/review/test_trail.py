"""One decision: its trail, what a reviewer does about it, and the evidence that a stranger checks."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from starlette.testclient import TestClient

from charter.charters.commands import OpenCharter
from charter.decisions.commands import LogRequest
from charter.people.commands import GrantRole, RegisterPerson
from charter.proof.tlog_proof import TlogProof
from charter.publishing.proofs import NoSuchEntry
from charter.terms import Role
from projections.decision_register import Filter, lines, page
from projections.decision_trail import trail
from projections.integrity_history import Mark, marks
from tests.web.conftest import CHARTER, LEADER, OTHER_LEADER, REP, REVIEWER, Browse
from tests.web.review.conftest import Publish
from web.desks.review import evidence as evidence_page
from web.desks.review import packing
from web.desks.review.evidence import WhichDecisions
from web.desks.review.packing import TooManyToPack
from web.desks.review.trail import NoSuchAct
from web.site import Site


@pytest.fixture
def appealed(site: Site) -> str:
    """A decision that waits for another look."""
    return page(site.views, Filter.model_validate({"stage": "appealed"})).lines[0].id


def checked(pack: bytes) -> str:
    """What the program in a pack says of it, which has to be that everything fits."""
    with TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(pack)) as archive:
        file = Path(folder) / "pack.zip"
        file.write_bytes(pack)
        script = archive.read("verify.py")
        done = subprocess.run([sys.executable, "-I", "-S", "-", str(file)], input=script, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_the_trail_reads_from_the_request_to_the_proof(browse: Browse, site: Site) -> None:
    overturned = marks(site.views, mark=Mark.OVERTURNED).marks[0].decision
    assert overturned
    html = browse(REVIEWER).get(f"/review/decisions/{overturned[:10]}").text
    headings = ["The request", "What applied then", "The answer", "Everything that happened", "What proves it"]
    places = [html.index(f">{heading}</h2>") for heading in headings]
    assert places == sorted(places)
    found = trail(site.views, overturned)
    assert all(proof.leaf in html for proof in found.proof)
    assert "no longer cited" in html


def test_a_trail_is_shown_as_it_was_known(browse: Browse, site: Site, appealed: str) -> None:
    client, address = browse(REVIEWER), f"/review/decisions/{appealed}"
    appeal = trail(site.views, appealed).steps[-1]
    before = (appeal.recorded_at - timedelta(minutes=1)).isoformat()
    html = client.get(address, params={"known_at": before}).text
    assert "This is what was known at" in html
    assert appeal.sentence not in html
    assert f"{address}/uphold" not in html, "nothing is done about the past"
    assert client.get(address, params={"known_at": "soon"}).status_code == 422
    assert client.get(address, params={"known_at": "1999-01-01T00:00"}).status_code == 404


def test_a_wording_that_changed_stands_beside_todays_with_what_was_added(browse: Browse, site: Site) -> None:
    found = (trail(site.views, line.id) for line in reversed(list(lines(site.views, Filter(charter=CHARTER)))))
    changed = next(one for one in found if any(cited.change for cited in one.citations))
    html = browse(LEADER).get(f"/review/decisions/{changed.decision}").text
    assert "Then, revision 1" in html
    assert "<ins>" in html


@pytest.mark.parametrize("address", ["", "/proof", "/uphold"])
def test_a_decision_of_another_charter_is_not_there(browse: Browse, site: Site, address: str) -> None:
    ledger = site.ledger
    ledger.write(OpenCharter(charter="other", brand="Other", style="New.", zone="Europe/Berlin"), by=LEADER)
    ledger.write(RegisterPerson(person="rolf", full_name="Rolf Ahn"), by=LEADER)
    ledger.write(GrantRole(person="rolf", role=Role.REVIEWER, charter=CHARTER), by=LEADER)
    decision = ledger.write(LogRequest(charter="other", request="May I?"), by=LEADER).key
    for missing in (decision, "f" * 32):
        assert browse("rolf").get(f"/review/decisions/{missing}{address}").status_code == 404
    assert browse(LEADER).get(f"/review/decisions/{decision}").status_code == 200


def test_a_rep_does_not_see_the_reviewers_page_of_it(browse: Browse, appealed: str) -> None:
    assert browse(REP).get(f"/review/decisions/{appealed}").status_code == 404


ACTS: list[tuple[str, dict[str, str], str]] = [
    ("uphold", {"reason": "It follows from the promise."}, "decision.upheld"),
    (
        "reverse",
        {"answer": "yes", "effect": "upheld", "cite": "REFUND-24", "reason": "The page did not say so."},
        "decision.reversed",
    ),
    ("correct", {"touchpoint": "letter", "why": "It came by post."}, "request.corrected"),
    ("cause", {"cause": "expectation-gap"}, "cause.assigned"),
    ("learn", {"learning": "Say it on the fare page.", "with_customer": "true"}, "learning.captured"),
    ("hold", {"hold": "claim 12-2026", "reason": "Before the court."}, "hold.placed"),
]


@pytest.mark.parametrize(("act", "typed", "event"), ACTS, ids=[act for act, _, _ in ACTS])
def test_what_a_reviewer_does_is_in_the_trail(
    browse: Browse, site: Site, appealed: str, act: str, typed: dict[str, str], event: str
) -> None:
    client, address = browse(REVIEWER), f"/review/decisions/{appealed}"
    assert f"{address}/{act}" in client.get(address).text
    assert client.get(f"{address}/{act}").status_code == 200
    seen = len(trail(site.views, appealed).steps)
    answer = client.post(f"{address}/{act}", data=typed | {"seen": str(seen)}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, address), answer.text
    last = trail(site.views, appealed).steps[-1]
    assert (last.type, last.by) == (event, REVIEWER)


def test_a_hold_is_released_by_its_name(browse: Browse, site: Site, appealed: str) -> None:
    client, address = browse(REVIEWER), f"/review/decisions/{appealed}"
    client.post(f"{address}/hold", data={"hold": "claim", "reason": "Why."})
    assert 'value="claim"' in client.get(f"{address}/release").text
    assert client.post(f"{address}/release", data={"hold": "claim"}).status_code == 200
    assert site.ledger.decision(appealed).holds == ()


def test_what_the_rules_refuse_is_said_above_the_form_with_what_was_typed(browse: Browse, appealed: str) -> None:
    client, address = browse(REVIEWER), f"/review/decisions/{appealed}"
    answer = client.post(f"{address}/reverse", data={"answer": "no", "reason": "The same again, I think."})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert "The same again, I think." in answer.text
    empty = client.post(f"{address}/uphold", data={})
    assert empty.status_code == 422
    assert "Reason is missing." in empty.text


def test_what_came_meanwhile_is_not_overwritten_unseen(browse: Browse, appealed: str) -> None:
    seen = {"seen": "1", "reason": "It stands."}
    answer = browse(REVIEWER).post(f"/review/decisions/{appealed}/uphold", data=seen)
    assert answer.status_code in (409, 412)
    assert "Something was written about this decision since you opened this page." in answer.text


def test_an_unknown_act_or_entry_is_not_found(browse: Browse, appealed: str, publish: Publish) -> None:
    publish()
    client, address = browse(REVIEWER), f"/review/decisions/{appealed}"
    act, entry = client.get(f"{address}/celebrate"), client.get(f"{address}/proof?entry=99")
    assert (act.status_code, entry.status_code) == (404, 404)
    assert str(NoSuchAct(name="celebrate")) in act.text
    assert str(NoSuchEntry(count=3, number=99, decision="")).partition(",")[0] in entry.text


def test_without_a_checkpoint_the_page_says_who_publishes_one(browse: Browse, appealed: str) -> None:
    client = browse(REVIEWER)
    html = client.get(f"/review/decisions/{appealed}").text
    assert "No checkpoint has been published yet" in html
    assert "charter checkpoint" in html
    answer = client.post(f"/review/decisions/{appealed}/evidence", data={})
    assert answer.status_code == 409
    assert "No checkpoint was published yet" in answer.text
    assert client.get(f"/review/decisions/{appealed}/proof").status_code == 409


def test_the_checkpoint_is_shown_with_who_cosigned_it_and_when(browse: Browse, appealed: str, publish: Publish) -> None:
    publish()
    html = browse(REVIEWER).get(f"/review/decisions/{appealed}").text
    assert "All its entries are among the" in html
    assert "north" in html
    assert 'datetime="2024-03-21T' in html  # when the witnesses say they saw it


def test_the_evidence_of_one_decision_verifies_and_is_sealed_unless_opened(
    browse: Browse, appealed: str, publish: Publish, site: Site
) -> None:
    publish()
    client, address = browse(REVIEWER), f"/review/decisions/{appealed}/evidence"
    customer = trail(site.views, appealed).asked.customer or ""
    for given, is_open in (({}, False), ({"opened": "true"}, True)):
        answer = client.post(address, data=given)
        assert answer.headers["content-type"] == "application/zip"
        assert int(answer.headers["content-length"]) == len(answer.content)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert (customer in archive.read("page.html").decode()) is is_open
        assert "1 decision" in checked(answer.content)


def test_the_proof_of_the_answer_is_a_tlog_proof(browse: Browse, site: Site, appealed: str, publish: Publish) -> None:
    publish()
    answer = browse(REVIEWER).get(f"/review/decisions/{appealed}/proof")
    found = trail(site.views, appealed)
    position = next(
        proof.position for step, proof in zip(found.steps, found.proof, strict=True) if step.type == "decision.made"
    )
    assert TlogProof.parse(answer.text).index == position - 1
    assert "tlog-proof" in answer.headers["content-disposition"]


def test_the_evidence_of_a_promise_in_a_period_verifies(browse: Browse, publish: Publish, site: Site) -> None:
    publish()
    given = {"promise": "BAG-FIRST", "since": "2026-09-01"}
    answer = browse(OTHER_LEADER).post("/review/evidence", data=given)
    number = len(list(lines(site.views, Filter.model_validate({"charter": CHARTER, **given}))))
    assert f"{number} decisions" in checked(answer.content)


def test_evidence_about_everything_nothing_or_too_much_is_refused_with_what_to_do(
    browse: Browse, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    client = browse(REVIEWER)

    def refused(**given: str) -> tuple[int, str]:
        answer = client.post("/review/evidence", data=given)
        return answer.status_code, answer.text

    assert refused()[0] == 409
    assert str(WhichDecisions()) in refused()[1]
    assert refused(since="2300-01-01")[0] == 404
    assert refused(promise="bags")[0] == 422
    monkeypatch.setattr(evidence_page, "MOST", 3)
    monkeypatch.setattr(packing, "MOST", 3)
    status, html = refused(promise="BAG-FIRST")
    assert status == 409
    assert TooManyToPack.__doc__ is not None and "at most are packed here" in html


def test_a_request_that_is_newer_than_the_checkpoint_says_so(
    browse: Browse, publish: Publish, site: Site, stranger: TestClient
) -> None:
    publish()
    decision = site.ledger.write(LogRequest(charter=CHARTER, request="May I?"), by=REP).key
    html = browse(REVIEWER).get(f"/review/decisions/{decision}").text
    assert "this decision has newer ones" in html
    answer = browse(REVIEWER).post(f"/review/decisions/{decision}/evidence", data={})
    assert answer.status_code == 409
    assert "is newer than the last" in answer.text
    assert stranger.get(f"/review/decisions/{decision}", follow_redirects=False).status_code == 303
