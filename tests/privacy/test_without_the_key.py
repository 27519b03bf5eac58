"""Views that were carried on without the master key have the words as soon as somebody with the key reads them."""

from __future__ import annotations

import pytest

from charter.ledger import Ledger
from charter.message import SEALED
from charter.store.database import is_sqlite
from projections.decision_register import Filter, lines
from projections.engine import Views, purge
from projections.precedents import precedents
from tests.privacy.story import HER, ONE, OTHER
from tests.projections.airline import Airline
from tests.projections.rows import everything


def carried_on_blindly(airline: Airline, monkeypatch: pytest.MonkeyPatch) -> None:
    """All views are built by somebody without the master key."""
    engine = airline.ledger.engine
    place = str(engine.url.database) if is_sqlite(engine) else engine.url.render_as_string(hide_password=False)
    with monkeypatch.context() as without:
        without.delenv("CHARTER_MASTER_KEY")
        without.setenv("XDG_CONFIG_HOME", "/nonexistent")
        with Ledger(place) as blind:
            views = Views(blind)
            views.rebuild()
            assert {line.request for line in lines(views)} == {SEALED}
            assert {line.answer for line in lines(views)} == {"yes", "no", None}
            assert precedents(views, "umbrella") == precedents(views, "sealed") == []
            views.close()


@pytest.mark.parametrize("many", [False, True], ids=["stream by stream", "all anew"])
def test_words_come_in_when_the_key_is_there(
    airline_anywhere: Airline, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    airline = airline_anywhere
    before = everything(airline.views)
    carried_on_blindly(airline, monkeypatch)
    if many:
        monkeypatch.setattr(purge, "MANY", 0)
    requests = {line.id: line.request for line in lines(airline.views, Filter(known_at=airline.now))}
    assert (requests[ONE], requests[OTHER]) == ("My velociped is lost.", "My umbrella is wet.")
    assert [one.decision for one in precedents(airline.views, "umbrella")] == [OTHER]
    assert everything(airline.views) == before
    assert airline.views.compare() == []


def test_who_was_erased_meanwhile_stays_so(airline: Airline, monkeypatch: pytest.MonkeyPatch) -> None:
    from projections.erasure import erase

    carried_on_blindly(airline, monkeypatch)
    subject = airline.ledger.vault.find("customer", HER)
    assert subject is not None
    erase(airline.views, subject, reason="Asked.", by="ann")
    assert {line.request for line in lines(airline.views)} == {"[erased]", "My cello.", "My umbrella is wet."}
    assert airline.views.compare() == []
