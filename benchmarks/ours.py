"""The ledger itself, used as its users do: commands in, entries out, nothing skipped and nothing prepared."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice

from benchmarks.content import CHARTER, FOUNDER, LABELS, MAY_BEND, REPS, Decision, promise_wordings
from benchmarks.databases import Place
from benchmarks.source import COMMIT, Batch
from charter import schema
from charter.charters.commands import OpenCharter, RecordRevision
from charter.charters.promise import Promise
from charter.decisions.commands import AnswerRequest, AppealDecision, ReverseDecision, UpholdDecision
from charter.desk import Order
from charter.importing.cases import import_cases
from charter.importing.mapping import case_mapping
from charter.ledger import Ledger
from charter.message import Refused
from charter.people.commands import GrantAuthority, GrantRole, RegisterPerson
from charter.proof.verify import verify
from charter.terms import Answer, Effect, Fit, Ground, Kind, Role
from projections.engine import Views

MAPPING = "open-decision-log"


class Ours:
    """A ledger with a charter in three versions and 40 reps, and the views of it.

    Every decision is two entries, the request and the answer. Everything a user gets is done: rules checked against
    the charter in force at that moment and the rep's role and authority, the entries hashed into the Merkle tree,
    versions checked against those that others may have written meanwhile.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self.ledger = opened(place)
        self._views: Views | None = None

    @property
    def views(self) -> Views:
        """The views of the ledger, beside it."""
        if self._views is None:
            self._views = Views(self.ledger)
        return self._views

    def log(self, decisions: Sequence[Decision]) -> int:
        """Make a command from the fields of one decision and write it: two entries in one commit, counted as one."""
        for decision in decisions:
            self.ledger.write(command(decision), by=decision.rep, at=decision.decided_at)
        return len(decisions)

    def load(self, batch: Batch) -> int:
        """Import the CSV file by the full rules, 2,000 rows per commit; entries are counted, two per row."""
        report = import_cases(self.ledger, batch.csv, case_mapping(MAPPING), by=FOUNDER)
        assert not report.refused, report.by_reason
        return report.entries

    def replay(self) -> int:
        """Read all entries in their order as typed entries."""
        return sum(1 for _ in self.ledger.entries())

    def project(self, _view: Place) -> int:
        """Rebuild every view there is beside the old ones and put it in their place, counting entries times views."""
        return self._rebuild(None)

    def rebuilds(self) -> Iterator[tuple[str, Callable[[], int]]]:
        """The rebuild of all views at once, and of each by itself; each counts the entries of the ledger once."""
        names = [view.name for view in self.views.projections]
        yield "all at once", lambda: self._rebuild(names) // len(names)
        for name in names:
            yield name, partial(self._rebuild, [name])

    def verify(self, workers: int) -> int:
        """Read all entries, hash them, build the tree and compare it with the one that was written."""
        verdict = verify(self.ledger.engine, workers=workers)
        assert verdict.ok, verdict
        return verdict.size

    def close(self) -> None:
        """Let go of the database."""
        if self._views:
            self._views.close()
        self.ledger.close()

    def _rebuild(self, names: Sequence[str] | None) -> int:
        rebuilt = self.views.rebuild(names)
        assert not any(result.error for result in rebuilt), rebuilt
        return sum(result.position for result in rebuilt)


def opened(place: Place) -> Ledger:
    """A new ledger with people and a charter in it, and no decision yet."""
    schema.create(place.url)
    ledger = Ledger(place.url)
    _write(ledger, _people())
    _write(ledger, _charter())
    return ledger


def fill(ledger: Ledger, decisions: Iterable[Decision]) -> None:
    """Write many decisions through the rules, 1,000 per commit; about every 50th no is appealed against."""
    decisions = iter(decisions)
    while portion := list(islice(decisions, COMMIT)):
        _write(ledger, [Order(command(it), it.rep, it.decided_at) for it in portion])
        _write(ledger, (order for it in portion if it.answer == "no" for order in _review(it)))


def command(decision: Decision) -> AnswerRequest:
    """What a rep does on a call: log a request and answer it at once."""
    return AnswerRequest(
        decision=decision.id.hex,
        charter=decision.charter,
        request=decision.request,
        customer=decision.customer,
        touchpoint=decision.touchpoint,
        kind=Kind(decision.kind),
        fit=Fit(decision.fit),
        received_at=decision.received_at,
        answer=Answer(decision.answer),
        ground=Ground(decision.ground) if decision.ground else None,
        effect=Effect(decision.effect) if decision.effect else None,
        cite=decision.cited,
        reason=decision.reason,
    )


def _review(decision: Decision) -> Iterator[Order]:
    """The appeal, and how it ends: every third time with another answer."""
    if decision.id.int % 50:
        return
    key, later = decision.id.hex, decision.decided_at + timedelta(days=3)
    yield Order(AppealDecision(decision=key, argument="The page said otherwise."), decision.rep, later)
    if decision.id.int % 3:
        yield Order(UpholdDecision(decision=key, reason="The page was read wrongly."), FOUNDER, later)
    else:
        cite = (decision.cited[0].partition(".")[0],)
        reason = "The page did say so."
        other = ReverseDecision(decision=key, answer=Answer.YES, effect=Effect.UPHELD, cite=cite, reason=reason)
        yield Order(other, FOUNDER, later)


def _people() -> Iterator[Order]:
    yield Order(RegisterPerson(person=FOUNDER, full_name="Ann"), FOUNDER, None)
    for rep in REPS:
        yield Order(RegisterPerson(person=rep, full_name=rep.title(), department="desk"), FOUNDER, None)
        yield Order(GrantRole(person=rep, role=Role.REP), FOUNDER, None)
        if rep in MAY_BEND:
            yield Order(GrantAuthority(person=rep), FOUNDER, None)


def _charter() -> Iterator[Order]:
    style = "Calm, plain and on your side."
    yield Order(OpenCharter(charter=CHARTER, brand="Skyline", style=style), FOUNDER, None)
    for version, (label, day) in enumerate(LABELS.items(), 1):
        promises = tuple(Promise.model_validate(wording) for wording in promise_wordings(version))
        revision = RecordRevision(
            charter=CHARTER, label=label, effective_from=day, promises=promises, source="the airline's own archive"
        )
        yield Order(revision, FOUNDER, None)


def _write(ledger: Ledger, orders: Iterable[Order]) -> None:
    for outcome in ledger.write_all(list(orders)):
        if isinstance(outcome, Refused):
            raise outcome
