"""While nobody asks, a server catches its views up, completes erasures, and shuts out whose data was erased."""

from __future__ import annotations

from threading import Event
from time import monotonic

from charter.decisions.commands import LogRequest
from charter.desk import Order
from charter.subjects.commands import RequestErasure
from projections.erasure import erase, unfinished
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP
from web.site import Site
from web.warm import GivingWay, shut_out_erased, warm

PATIENCE = 30


def subject_of(site: Site, person: str) -> str:
    """The id under which the data of a registered person is sealed."""
    [entry] = [entry for entry in site.ledger.stream(f"person/{person}") if entry.subjects]
    return entry.subjects[0]


def test_whose_data_was_erased_cannot_come_in_any_more(site: Site) -> None:
    site.accounts.sessions.begin(REP, "password", "a test")
    site.accounts.sessions.begin(ADMIN, "password", "a test")
    seen = shut_out_erased(site, 0)
    assert site.accounts.sessions.of(REP)
    erase(site.views, subject_of(site, REP), reason="Left the company", by=LEADER)
    assert shut_out_erased(site, seen) == site.ledger.entries_recorder.size()
    assert not site.accounts.sessions.of(REP)
    assert site.accounts.sessions.of(ADMIN)


def test_an_erasure_that_was_only_requested_is_completed_and_the_views_are_caught_up(site: Site) -> None:
    site.ledger.write(RequestErasure(subject=subject_of(site, REP), reason="Left the company"), by=LEADER)
    site.ledger.write(LogRequest(charter=CHARTER, request="Carry my cello"), by=LEADER)
    give_up = monotonic() + PATIENCE
    with warm(site):
        while unfinished(site.ledger) or any(view.behind for view in site.views.status()):
            assert monotonic() < give_up
    assert site.ledger.vault.known(subject_of(site, REP)) == "erased"


class Waits(Event):
    """Waits for nothing, and remembers for how many seconds it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.asked.append(timeout)
        return False


def test_views_give_way_to_orders_and_to_nothing_else(site: Site) -> None:
    ended = Waits()
    give_way = GivingWay(site, ended)
    give_way()
    assert not ended.asked
    site.writer.write(Order(LogRequest(charter=CHARTER, request="Carry my cello"), REP, site.ledger.now()))
    give_way()
    assert len(ended.asked) == 1
    assert ended.asked[0] > 0
    give_way()
    assert len(ended.asked) == 1
