"""No surface gets round a hold: the ledger itself looks for every case of the person, and sees what comes meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from charter.decisions.commands import PlaceHold, ReleaseHold
from charter.decisions.refusals import BeingErased
from charter.ledger import Ledger
from charter.subjects.commands import RequestErasure
from charter.subjects.refusals import DataHeld, NoSuchSubject
from projections.erasure import erase
from tests.privacy.story import HER, ONE, OTHER, THREE
from tests.projections.airline import Airline

REASON = "Asked for by letter."


def her(airline: Airline) -> str:
    """The id of her key."""
    known = airline.ledger.vault.find("customer", HER)
    assert known is not None
    return known


def hold(decision: str, name: str = "claim 12") -> PlaceHold:
    return PlaceHold(decision=decision, hold=name, reason="It is before the court.")


def test_one_held_case_keeps_all_that_is_held_of_her(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    airline.do(hold(THREE), by="rex")
    airline.do(hold(ONE, "tax"), by="rex")
    airline.do(hold(OTHER), by="rex")
    with pytest.raises(DataHeld) as refused:
        erase(airline.views, her(airline), reason=REASON, by="ann")
    assert f'decision {ONE[:8]} by "tax"; decision {THREE[:8]} by "claim 12"' in str(refused.value)
    assert OTHER[:8] not in str(refused.value)
    assert airline.ledger.vault.known(her(airline)) == "open"
    for decision, name in ((ONE, "tax"), (THREE, "claim 12")):
        airline.do(ReleaseHold(decision=decision, hold=name), by="rex")
    erase(airline.views, her(airline), reason=REASON, by="ann")


def test_a_hold_that_is_placed_meanwhile_is_seen(airline: Airline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading her cases and appending the request somebody holds one: it is decided again, and refused."""
    elsewhere = Ledger(str(airline.ledger.engine.url.database), clock=lambda: airline.now)
    looked = airline.ledger.entries_recorder.insert_events

    def after_a_hold(*given: object, **named: object) -> object:
        monkeypatch.undo()
        elsewhere.write(hold(THREE), by="rex")
        return looked(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(airline.ledger.entries_recorder, "insert_events", after_a_hold)
    with pytest.raises(DataHeld):
        airline.do(RequestErasure(subject=her(airline), reason=REASON))
    elsewhere.close()


def test_a_hold_comes_too_late_once_she_is_to_be_erased(airline: Airline) -> None:
    subject = her(airline)
    airline.do(RequestErasure(subject=subject, reason=REASON))
    with pytest.raises(BeingErased):
        airline.do(hold(ONE), by="rex")
    erase(airline.views, subject, reason=REASON, by="ann")
    with pytest.raises(BeingErased):
        airline.do(hold(ONE), by="rex")
    airline.do(hold(OTHER), by="rex")


def test_words_that_came_after_an_erasure_can_be_held(airline: Airline) -> None:
    """The case goes on: what is said about it now is sealed for somebody new."""
    from charter.decisions.commands import CaptureLearning

    erase(airline.views, her(airline), reason=REASON, by="ann")
    airline.do(CaptureLearning(decision=THREE, learning="Ask twice."))
    airline.do(hold(THREE), by="rex")
    newest = airline.ledger.stream(f"decision/{THREE}")[-1].subjects
    with pytest.raises(DataHeld):
        airline.do(RequestErasure(subject=newest[0], reason=REASON))


def test_nobody_unknown_is_erased(airline: Airline, tmp_path: Path) -> None:
    with pytest.raises(NoSuchSubject):
        erase(airline.views, "0" * 32, reason=REASON, by="ann")
    assert airline.ledger.vault.erased() == set()
