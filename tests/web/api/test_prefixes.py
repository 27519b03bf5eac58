"""Typing the beginning of an id tells nobody of decisions they do not belong to."""

from __future__ import annotations

import pytest

from charter.decisions.refusals import UnknownDecision
from charter.ledger import ManyDecisions
from tests.web.conftest import LEADER, Browse
from web import rights
from web.agents.desk import Desk
from web.site import Site


def many(site: Site) -> str:
    """A digit with which the ids of more than one decision of the demo begin."""
    actor = site.ledger.person(LEADER).actor
    assert actor is not None
    for digit in "0123456789abcdef":
        try:
            rights.meant(site.ledger, actor, digit)
        except ManyDecisions:
            return digit
        except UnknownDecision:
            continue
    raise AssertionError


def test_who_belongs_to_one_charter_is_not_told_how_ids_of_others_go_on(staffed: Site, browse: Browse) -> None:
    digit = many(staffed)
    told, untold = (browse(person).get(f"/review/decisions/{digit}") for person in (LEADER, "otto"))
    assert (told.status_code, untold.status_code) == (409, 404)
    assert f"starts with {digit}" in told.text
    assert f"starts with {digit}" not in untold.text


def test_nor_is_an_agent(staffed: Site) -> None:
    with pytest.raises(UnknownDecision):
        Desk(staffed.views, "otto").show(many(staffed))


def test_nor_is_a_leader_who_names_what_a_proposal_was_learned_from(staffed: Site, browse: Browse) -> None:
    digit = many(staffed)
    answer = browse("otto").post("/charter/propose", data={"summary": "Dogs", "learned_from": digit})
    assert answer.status_code in (404, 409)
    assert f"starts with {digit}" not in answer.text
