"""A small airline whose ledger is written by commands on days we choose, so that every view can be asked about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from charter import schema
from charter.charters.commands import (
    ApproveRevision,
    LimitWording,
    MakePromise,
    OpenCharter,
    ProposeRevision,
    PublishRevision,
    RetirePromise,
    RevisePromise,
)
from charter.decisions.commands import AnswerRequest
from charter.desk import Order, Written
from charter.ledger import Ledger
from charter.message import Command, Refused
from charter.people.commands import GrantAuthority, GrantRole, RegisterPerson
from charter.terms import Answer, Ground, Outcome, PromiseClass, Role, Serves
from projections.engine import Projection, Views

CASE = "3f0c" * 8
ANOTHER = "4e1d" * 8


def day(month: int, number: int, hour: int = 12, year: int = 2024) -> datetime:
    """A moment, long ago for whoever runs the tests."""
    return datetime(year, month, number, hour, tzinfo=UTC)


class Airline:
    """A ledger whose clock stands where it is put. ann leads, ben approves, rita is a rep, rex reviews."""

    def __init__(self, place: str, *projections: Projection) -> None:
        schema.create(place)
        self.now = day(1, 2)
        self.ledger = Ledger(place, clock=lambda: self.now)
        self.views = Views(self.ledger, projections=projections or None)
        self.do(RegisterPerson(person="ann", full_name="Ann Abel", department="Board"), by="ann")
        self.hire("ben", "Ben Berg", "Finance", Role.LEADER)
        self.hire("rita", "Rita Roth", "Care", Role.REP)
        self.hire("rex", "Rex Rau", "Legal", Role.REVIEWER)
        self.charter = ""
        self.open("skyline")

    def close(self) -> None:
        """Let go of the databases."""
        self.views.close()
        self.ledger.close()

    def open(self, charter: str, approvals: int = 1) -> None:
        """Open a charter; what follows is about this one."""
        self.charter = charter
        brand, style = f"{charter.title()} Air", "Warm, brief and true."
        self.do(OpenCharter(charter=charter, brand=brand, style=style, approvals=approvals))

    def do(self, command: Command, *, by: str = "ann", at: datetime | None = None) -> Written:
        """Write what a command leads to."""
        return self.ledger.write(command, by=by, at=at)

    def do_at_an_unknown_time(self, command: Command, *, by: str = "ann") -> Written:
        """The same for history that does not say when it happened."""
        [written] = self.ledger.write_all([Order(command, by, None)])
        if isinstance(written, Refused):
            raise written
        return written

    def hire(self, person: str, name: str, department: str, *roles: Role) -> None:
        """Register somebody."""
        self.do(RegisterPerson(person=person, full_name=name, department=department))
        for role in roles:
            self.do(GrantRole(person=person, role=role))

    def let_bend(self, person: str) -> None:
        """Let somebody make exceptions."""
        self.do(GrantAuthority(person=person))

    def promise(self, code: str, *limits: str, **fields: Any) -> None:
        """Put a promise into the draft, complete unless a field is given as None."""
        wording: dict[str, Any] = {
            "title": code.title(),
            "statement": f"We keep {code}.",
            "promise_class": PromiseClass.BASELINE,
            "owner": "Head of Care",
            "feels": "Safe.",
            "does": "Comes back.",
            "outcome": Outcome.RETENTION,
        }
        worded = tuple(LimitWording(text=text, serves=Serves.COMPANY) for text in limits)
        self.do(MakePromise(charter=self.charter, code=code, limits=worded, **{**wording, **fields}))

    def revise(self, code: str, **fields: Any) -> None:
        """Word a promise of the draft anew."""
        self.do(RevisePromise(charter=self.charter, code=code, why="It read badly.", **fields))

    def retire(self, code: str) -> None:
        """Take a promise out of the draft."""
        self.do(RetirePromise(charter=self.charter, code=code, why="Nobody asked for it."))

    def propose(self, summary: str = "We say it better.") -> int:
        """Propose the draft; gives the revision's number."""
        proposal = ProposeRevision(charter=self.charter, summary=summary, participants=("Care",), options=("30", "60"))
        [event] = self.do(proposal).events
        return int(event.revision)  # type: ignore[attr-defined]  # a proposal always leads to a numbered revision

    def publish(self, revision: int | None = None, effective_from: datetime | None = None) -> int:
        """Have a revision approved and published; without a number, the draft as it is."""
        number = revision or self.propose()
        self.do(ApproveRevision(charter=self.charter, revision=number), by="ben")
        start = effective_from.date() if effective_from else None
        self.do(PublishRevision(charter=self.charter, revision=number, effective_from=start))
        return number

    def refuse(self, *cited: str, decision: str = CASE, at: datetime | None = None) -> Written:
        """rita says no on the phone."""
        no = AnswerRequest(
            decision=decision,
            charter=self.charter,
            request="I want my money back.",
            customer="Mrs Quill",
            touchpoint="phone",
            answer=Answer.NO,
            ground=Ground.OFF_BRAND,
            cite=cited,
            reason="She had flown already.",
        )
        return self.do(no, by="rita", at=at)
