"""What an agent reads and writes, in the name of a registered person and with no more rights than theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from charter.charters.promise import Promise
from charter.decisions.commands import AnswerRequest, EscalateRequest, LogRequest
from charter.decisions.events import DecisionMade
from charter.decisions.refusals import UnknownDecision
from charter.desk import Order, Written
from charter.given import Actor, UnknownCharter, UnknownPerson
from charter.message import Command, NotFound, Refused
from charter.terms import Effect, Ground
from projections.charter_in_force import CharterView, in_force
from projections.decision_trail import trail
from projections.engine import Views
from projections.precedents import precedents
from projections.values import plain_value
from projections.wording import words
from projections.words import words as words_of
from web import rights

MOST_PROMISES = 20


class WhichCharterOf(Refused):
    """You belong to more than one charter: {charters}. Name one of them as charter."""


class NoCharterOf(NotFound):
    """You belong to no charter. An admin can grant you a role in one: charter person grant {person} rep"""


class NothingInForceOf(NotFound):
    """No revision of {charter} is in force{when}, so nothing can be cited. A leader can publish one."""


class Desk:
    """One agent's desk. Safe to use from many threads."""

    def __init__(self, views: Views, person: str) -> None:
        self._views = views
        self._ledger = views.ledger
        self.person = person

    @property
    def actor(self) -> Actor:
        """The person the agent acts as, with their roles as they are now; raises UnknownPerson."""
        actor = self._ledger.person(self.person).actor
        if actor is None:
            raise UnknownPerson(person=self.person)
        return actor

    def charters(self) -> list[str]:
        """The charters the person belongs to."""
        return rights.readable(self.actor, self._ledger.charters())

    def may_i_say_yes(self, request: str, charter: str | None = None, first: int = 5) -> dict[str, Any]:
        """What speaks for and against: the promises and limits in force, those most like the request first, and how
        such requests were answered before."""
        view = self._in_force(self._meant(charter))
        alike = precedents(self._views, request, view.slug, first)
        cited = [code for precedent in alike for code in precedent.cited]
        return {
            "charter": view.slug,
            "brand": view.brand,
            "style": view.style,
            "revision": view.revision,
            "promises": [_promise(promise) for promise in _nearest(view.promises, request, cited)[:MOST_PROMISES]],
            "promises_in_all": len(view.promises),
            "precedents": plain_value(alike),
            "may_bend": self.actor.may_bend,
            "grounds": {ground.value: words(ground) for ground in Ground},
            "effects": {effect.value: words(effect) for effect in Effect},
        }

    def read_charter(self, charter: str | None = None, at: datetime | None = None) -> CharterView:
        """The charter in force now, or at a moment."""
        return self._in_force(self._meant(charter), at)

    def show(self, decision: str) -> dict[str, Any]:
        """One request with everything that happened to it; raises UnknownDecision, as for those of other charters."""
        actor = self.actor
        found = trail(self._views, rights.meant(self._ledger, actor, decision))
        if not rights.belongs(actor, found.asked.charter):
            raise UnknownDecision(decision=decision)
        plain: dict[str, Any] = plain_value(found)
        return plain

    def answer(self, command: AnswerRequest, key: str | None = None) -> dict[str, Any]:
        """Log a request with its answer; the same again for the same key is written once."""
        written = self._write(command, key)
        made = written.events[-1]
        assert isinstance(made, DecisionMade)
        return _told(written) | {"answer": made.answer.value, "revision": made.revision, "cited": list(made.cited)}

    def hand_over(self, command: LogRequest, reason: str, to: str | None, key: str | None = None) -> dict[str, Any]:
        """Log a request that somebody with more authority has to answer, and hand it to them."""
        logged = self._write(command, key)
        given = EscalateRequest(decision=logged.key, to=to, reason=reason)
        return _told(self._write(given, f"{key}/hand-over" if key else None))

    def charter_of(self, charter: str | None) -> str:
        """The charter that is meant, for a command; raises as `read_charter`."""
        return self._meant(charter)

    def _write(self, command: Command, key: str | None) -> Written:
        [outcome] = self._ledger.write_all([Order(command, self.person, self._ledger.now(), None, key)])
        if isinstance(outcome, Refused):
            raise outcome
        return outcome

    def _meant(self, charter: str | None) -> str:
        belongs = self.charters()
        if charter is not None:
            slug = charter.strip().lower()
            if slug not in belongs:
                raise UnknownCharter(charter=slug)
            return slug
        if not belongs:
            raise NoCharterOf(person=self.person)
        if len(belongs) > 1:
            raise WhichCharterOf(charters=", ".join(belongs))
        return belongs[0]

    def _in_force(self, charter: str, at: datetime | None = None) -> CharterView:
        view = in_force(self._views, charter, at)
        if view is None:
            raise NothingInForceOf(charter=charter, when="" if at is None else " at that time")
        return view


def _nearest(promises: Sequence[Promise], request: str, cited: Sequence[str]) -> list[Promise]:
    """The promises, those first that were cited for such requests or share words with this one."""
    asked = set(words_of(request))

    def worth(promise: Promise) -> int:
        said = " ".join([promise.title, promise.statement, *(limit.text for limit in promise.limits)])
        codes = {promise.code, *(limit.code for limit in promise.limits)}
        return len(asked & set(words_of(said))) + 2 * sum(code in codes for code in cited)

    return sorted(promises, key=lambda promise: -worth(promise))


def _promise(promise: Promise) -> dict[str, Any]:
    limits = [{"code": limit.code, "text": limit.text, "serves": limit.serves} for limit in promise.limits]
    return {"code": promise.code, "title": promise.title, "statement": promise.statement, "limits": limits}


def _told(written: Written) -> dict[str, Any]:
    return {"decision": written.key, "version": written.version, "positions": list(written.positions)}
