"""Whose decision is looked at: one of a charter that the person has the desk of, or none at all."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from charter.decisions.refusals import UnknownDecision
from web import rights
from web.access.record import refused_access
from web.asking import Asks
from web.rights import Desk
from web.site import site_of


def decision_here(request: Request, asks: Asks, decision: str) -> str:
    """The full id of the decision in the address; raises UnknownDecision for one of somebody else's charter too."""
    ledger = site_of(request).ledger
    found = rights.meant(ledger, asks.actor, decision)
    charter = ledger.decision(found).charter
    if Desk.REVIEWER not in rights.desks(asks.actor, charter):
        refused_access(request, UnknownDecision.__name__, asks.person)
        raise UnknownDecision(decision=decision)
    request.state.charters = rights.readable(asks.actor, ledger.charters())
    request.state.charter = charter
    return found


Decision = Annotated[str, Depends(decision_here)]
