"""What tests of the API may ask for: a second charter, and somebody for every role in the one and in the other."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from charter.charters.commands import OpenCharter
from charter.decisions.commands import LogRequest
from charter.ledger import Ledger
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Role
from tests.web.conftest import CHARTER, LEADER, Program
from web.site import Site

OTHER = "kestrel"
STAFF: dict[str, tuple[str, Role] | None] = {
    "nina": None,
    "rita": (CHARTER, Role.REP),
    "lena": (CHARTER, Role.LEADER),
    "vera": (CHARTER, Role.REVIEWER),
    "olga": (OTHER, Role.REP),
    "otto": (OTHER, Role.LEADER),
}
"""Somebody for each role, by their id: for one charter each, and nina without any."""
ASKED = "a" * 32
"""A request under the demo's charter."""
ELSEWHERE = "b" * 32
"""A request under the other one."""


@pytest.fixture
def staffed(ledger: Ledger, site: Site) -> Site:
    """The demo's site with a second charter, and people who belong to one of the two."""
    ledger.write(OpenCharter(charter=OTHER, brand="Kestrel", style="Plain."), by=LEADER)
    for person, held in STAFF.items():
        ledger.write(RegisterPerson(person=person, full_name=f"{person.title()} Made"), by=LEADER)
        if held:
            ledger.write(GrantRole(person=person, role=held[1], charter=held[0]), by=LEADER)
    begun = ((ASKED, CHARTER, "C-1042", "rita"), (ELSEWHERE, OTHER, "K-7", "olga"))
    for decision, charter, customer, rep in begun:
        ledger.write(
            LogRequest(decision=decision, charter=charter, request="May my dog fly along?", customer=customer), by=rep
        )
    return site


def give(client: TestClient, name: str, *, headers: dict[str, str] | None = None, **body: Any) -> Any:
    """Give a command over HTTP."""
    return client.post(f"/api/v1/commands/{name}", json=body, headers=headers or {})


def refusal(answer: Any) -> tuple[int, str | None]:
    """What was refused: the status and the rule's name."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem.get("refusal")


__all__ = ["Program"]
