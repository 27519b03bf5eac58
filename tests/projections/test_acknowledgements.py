"""Acknowledgements: who has read the latest revision, and who has not."""

from __future__ import annotations

import pytest

from charter.charters.commands import AcknowledgeCharter, WithdrawRevision
from charter.charters.refusals import NothingPublished, NotPublished, UnknownRevision
from charter.given import UnknownCharter
from projections.acknowledgements import Coverage, acknowledgements
from tests.projections.airline import Airline, day


def read(airline: Airline, person: str, revision: int) -> None:
    """Somebody says they have read a revision."""
    airline.do(AcknowledgeCharter(charter="skyline", revision=revision), by=person)


def people(coverage: Coverage) -> dict[str | None, tuple[list[str], list[str]]]:
    """Who has and who has not, by department."""
    return {
        department.name: (
            [reader.person for reader in department.acknowledged],
            [reader.person for reader in department.missing],
        )
        for department in coverage.departments
    }


def test_each_department_shows_who_has_and_who_has_not(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    airline.hire("carl", "Carl Cole", "Care")
    airline.promise("REFUND-30")
    airline.publish()
    airline.now = day(1, 5)
    read(airline, "rita", 1)
    read(airline, "ann", 1)

    found = acknowledgements(airline.views, "skyline")
    assert (found.revision, found.latest, found.people, found.acknowledged) == (1, True, 5, 2)
    assert people(found) == {
        "Board": (["ann"], []),
        "Care": (["rita"], ["carl"]),
        "Finance": ([], ["ben"]),
        "Legal": ([], ["rex"]),
    }
    care = found.departments[1]
    assert (care.people, care.acknowledged[0].name, care.acknowledged[0].at) == (2, "Rita Roth", day(1, 5))


def test_a_new_revision_has_to_be_read_anew_and_the_old_one_counts_who_could_have(airline: Airline) -> None:
    airline.promise("REFUND-30")
    airline.publish()
    read(airline, "rita", 1)
    airline.revise("REFUND-30", title="Better")
    airline.now = day(1, 5)
    airline.publish(effective_from=day(2, 1))
    airline.hire("carl", "Carl Cole", "Care")

    assert (acknowledgements(airline.views, "skyline").acknowledged, airline.now) == (0, day(1, 5))
    old = acknowledgements(airline.views, "skyline", 1)
    assert (old.latest, people(old)["Care"]) == (False, (["rita"], []))

    airline.do(WithdrawRevision(charter="skyline", revision=2, reason="Too soon."))
    again = acknowledgements(airline.views, "skyline")
    assert (again.revision, people(again)["Care"]) == (1, (["rita"], ["carl"]))


def test_what_cannot_be_acknowledged_is_said(airline: Airline) -> None:
    with pytest.raises(UnknownCharter):
        acknowledgements(airline.views, "skylime")
    with pytest.raises(NothingPublished):
        acknowledgements(airline.views, "skyline")
    airline.promise("REFUND-30")
    airline.propose()
    with pytest.raises(NotPublished):
        acknowledgements(airline.views, "skyline", 1)
    with pytest.raises(UnknownRevision):
        acknowledgements(airline.views, "skyline", 2)
