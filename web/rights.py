"""Who may read what: a person sees the charters they belong to, and admins see the people and the system.

What somebody may write is decided by the ledger's rules alone, whichever way it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from charter.decisions.refusals import UnknownDecision
from charter.given import Actor
from charter.ledger import Ledger, ManyDecisions
from charter.phrase import Phrase
from charter.terms import ANYBODY, BENCH, DESK, Role


class Desk(StrEnum):
    """A part of the pages, for one sort of work."""

    REP = "desk"
    LEADER = "charter"
    REVIEWER = "review"
    ADMIN = "admin"


WORKS_AT = {Desk.REP: DESK, Desk.LEADER: ANYBODY, Desk.REVIEWER: BENCH}
"""The roles a desk about one charter is for; everybody who belongs to a charter may read its wordings and its draft."""


HOLDERS = {
    Role.REP: Phrase("reps"),
    Role.LEADER: Phrase("leaders"),
    Role.REVIEWER: Phrase("reviewers"),
    Role.ADMIN: Phrase("admins"),
}
"""Those who hold a role, in words."""


def readable(actor: Actor, charters: Iterable[str]) -> list[str]:
    """The charters a person belongs to, of those there are."""
    return [slug for slug in charters if belongs(actor, slug)]


def belongs(actor: Actor, charter: str) -> bool:
    """Whether the person is a rep, leader or reviewer of this charter or of all."""
    return actor.has_any(ANYBODY, charter)


def all_desks(actor: Actor, charters: Iterable[str]) -> list[Desk]:
    """The desks a person has for any of the charters: what leads away from a page that is about none of them."""
    found = {desk for slug in [None, *charters] for desk in desks(actor, slug)}
    return [desk for desk in Desk if desk in found]


def may_open(actor: Actor) -> bool:
    """Whether the person leads or looks after the system, and so may open a charter; the rules have the last word."""
    return any(role in (Role.LEADER, Role.ADMIN) for role, _ in actor.roles)


def is_admin(actor: Actor) -> bool:
    """Whether the person looks after people and the system."""
    return actor.has(Role.ADMIN, None)


def desks(actor: Actor, charter: str | None) -> list[Desk]:
    """The desks a person has, for one charter."""
    found = [desk for desk, roles in WORKS_AT.items() if charter is not None and actor.has_any(roles, charter)]
    return [*found, Desk.ADMIN] if is_admin(actor) else found


def meant(ledger: Ledger, actor: Actor, prefix: str) -> str:
    """The one decision whose id begins so, whoever may read it; raises UnknownDecision or ManyDecisions.

    Only who belongs to all charters is told how the ids of several go on.
    """
    try:
        return ledger.find_decision(prefix)
    except ManyDecisions:
        if all(belongs(actor, charter) for charter in ledger.charters()):
            raise
        raise UnknownDecision(decision=prefix) from None
