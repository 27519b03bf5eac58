"""An answer that lacks several things is told all of them at once, each at its field."""

from __future__ import annotations

import re

import pytest

from charter.decisions.commands import LogRequest
from charter.desk import Order
from tests.web.conftest import BENDING_REP, LEADER, REP, Browse
from tests.web.rep.test_desk import NO, form_id, logged
from web.site import Site


def said(html: str) -> dict[str, str]:
    """What stands at each field that something is wrong with."""
    return dict(re.findall(r'class="wrong" id="(?:field-)?wrong-(\w+)">([^<]*)<', html))


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"answer": "no"}, {"request", "ground", "cite", "reason"}),
        ({"answer": "partly", "request": "x"}, {"ground", "effect", "cite", "reason"}),
        ({"answer": "yes", "request": "x"}, {"effect", "cite"}),
        ({"answer": "escalate"}, {"request", "reason"}),
        ({}, {"request", "answer"}),
        ({"answer": "no", "request": "x", "ground": "off-brand"}, {"cite", "reason"}),
        ({"answer": "no", "request": "x", "cite": "NOTHING-1"}, {"ground", "cite", "reason"}),
        ({"answer": "no", "request": "x", "cite": "!!"}, {"ground", "cite", "reason"}),
        ({"answer": "no", "effect": "bent"}, {"request", "ground", "effect", "reason"}),
    ],
    ids=str,
)
def test_all_that_is_wrong_is_said_at_once(site: Site, browse: Browse, typed: dict[str, str], wrong: set[str]) -> None:
    rep = browse(REP)
    entries = logged(site)
    answer = rep.post("/desk", data={"decision": form_id(rep)} | typed)
    assert answer.status_code == 422
    assert said(answer.text).keys() == wrong
    assert logged(site) == entries


def test_the_words_are_those_of_the_rules(browse: Browse) -> None:
    rep = browse(REP)
    answer = rep.post("/desk", data={"decision": form_id(rep), "answer": "no"})
    told = said(answer.text)
    assert "names its ground" in told["ground"]
    assert "cites the promise or limit" in told["cite"]
    assert "reason in words" in told["reason"]
    assert "is missing" in told["request"]


def test_what_is_above_somebodys_authority_is_said_when_nothing_is_missing(browse: Browse) -> None:
    rep = browse(REP)
    bent = {"decision": form_id(rep), "answer": "yes", "effect": "bent", "request": "x"}
    lacking = rep.post("/desk", data=bent)
    assert said(lacking.text).keys() == {"cite"}
    assert "Escalate is chosen below" in rep.post("/desk", data=bent | {"cite": "REFUND-24"}).text


def test_a_request_that_waits_and_a_reversal_are_told_all_as_well(site: Site, browse: Browse) -> None:
    waiting = "0" * 32
    log = LogRequest(decision=waiting, charter="larkwing", request="May my dog fly?")
    site.writer.write(Order(log, REP, site.ledger.now()))
    answer = browse(REP).post(f"/desk/decisions/{waiting}/answer", data={"answer": "no"})
    assert said(answer.text).keys() == {"ground", "cite", "reason"}
    rep = browse(BENDING_REP)
    case = form_id(rep)
    rep.post("/desk", data=NO | {"decision": case})
    reversed_ = browse(LEADER).post(f"/desk/decisions/{case}/reverse", data={"answer": "yes"})
    assert said(reversed_.text).keys() == {"effect", "cite", "reason"}
