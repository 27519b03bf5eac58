"""A file that once brought an erased case is imported again: its row is neither changed nor new, and brings no word."""

from __future__ import annotations

import pytest

from charter.decisions.commands import RecordCase, Reply
from charter.decisions.refusals import RowChanged
from charter.ledger import Ledger
from charter.message import ERASED
from charter.terms import Answer, Ground
from projections.erasure import erase
from tests.privacy.story import HER, HERS, IMPORTED, ROW, found
from tests.projections.airline import Airline, day

REASON = "Asked for by letter."


@pytest.fixture
def erased(airline: Airline) -> Airline:
    """She was erased."""
    subject = airline.ledger.vault.find("customer", HER)
    assert subject is not None
    erase(airline.views, subject, reason=REASON, by="ann")
    return airline


def test_the_same_row_writes_nothing(erased: Airline) -> None:
    size = erased.ledger.entries_recorder.size()
    assert erased.do(ROW, at=day(1, 20)).events == ()
    assert erased.ledger.entries_recorder.size() == size
    assert erased.ledger.vault.find("customer", HER) is None
    erased.views.catch_up()
    assert found(erased, HERS) == set()
    assert {ERASED} == {
        getattr(entry.event, "reason", ERASED) for entry in erased.ledger.stream(f"decision/{IMPORTED}")
    }


def test_words_that_nobody_can_compare_are_not_called_changed(erased: Airline) -> None:
    """Nor do they come in: a case that was erased is not filled again."""
    assert erased.do(ROW.model_copy(update={"request": "Another palanquin."}), at=day(1, 20)).events == ()


@pytest.mark.parametrize("changed", ["answer", "time"])
def test_a_row_that_reads_differently_in_what_was_not_erased_is_still_refused(erased: Airline, changed: str) -> None:
    other = Reply(answer=Answer.NO, ground=Ground.NOT_OUR_CLIENT, cite=("REFUND-30.1",), reason="No.", told="No.")
    row, at = (ROW.model_copy(update={"outcome": other}), 20) if changed == "answer" else (ROW, 21)
    with pytest.raises(RowChanged):
        erased.do(row, at=day(1, at))


def test_a_row_with_a_word_that_was_not_there_before_is_refused(erased: Airline) -> None:
    """That there was a ticket at all is not erased."""
    with pytest.raises(RowChanged):
        erased.do(ROW.model_copy(update={"ticket": "T-1"}), at=day(1, 20))


def test_words_that_can_be_read_are_compared(airline: Airline) -> None:
    assert airline.do(ROW, at=day(1, 20)).events == ()
    with pytest.raises(RowChanged):
        airline.do(ROW.model_copy(update={"request": "Another palanquin."}), at=day(1, 20))


def test_without_the_master_key_a_row_is_known_again_all_the_same(
    airline: Airline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHARTER_MASTER_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")
    blind = Ledger(str(airline.ledger.engine.url.database), clock=lambda: airline.now)
    row: RecordCase = ROW
    assert blind.write(row, by="ann", at=day(1, 20)).events == ()
    blind.close()
