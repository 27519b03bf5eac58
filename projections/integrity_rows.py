"""How an entry changes the integrity history: the marks it makes, the marks it corrects, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from sqlalchemy import Table

from charter.charters.events import CharterOpened, RevisionPublished, RevisionRecorded, RevisionWithdrawn
from charter.decisions.events import (
    DecisionAppealed,
    DecisionCorrected,
    DecisionMade,
    DecisionReversed,
    DecisionUpheld,
    RequestLogged,
)
from charter.message import Entry
from charter.terms import Answer, Effect, Gap
from projections.codes import codes, spaced
from projections.days import day_in, stamp, stamp_or_empty
from projections.engine import Key, Projection, Row, Rows, continued, stored_names
from projections.integrity_tables import (
    CASE,
    CITED,
    COUNTER,
    DAYS,
    MARK,
    MONTHS,
    NONE,
    PAST,
    REVISION,
    YEARS,
    ZONE,
    Mark,
)


class IntegrityHistory(Projection):
    """Where promises were kept by a no, bent or broken by a yes, and what was overturned, appealed or made up."""

    name: ClassVar = "integrity_history"
    version: ClassVar = 2
    events: ClassVar = stored_names(
        CharterOpened,
        RevisionPublished,
        RevisionRecorded,
        RevisionWithdrawn,
        RequestLogged,
        DecisionMade,
        DecisionAppealed,
        DecisionUpheld,
        DecisionReversed,
        DecisionCorrected,
    )
    tables: ClassVar = (MARK, PAST, CITED, YEARS, MONTHS, DAYS, CASE, REVISION, ZONE)

    def needed(self, entries: Sequence[Entry]) -> Mapping[Table, set[Key]]:
        """The decisions that began before."""
        return {CASE: continued([entry for entry in entries if entry.stream.startswith("decision/")])}

    def apply(self, rows: Rows, entry: Entry) -> None:
        """Add the marks of an entry, and change those it corrects."""
        match entry.event:
            case RequestLogged() as event:
                rows.append(CASE, {"decision": entry.key, "charter": event.charter, "cited": "", "marks": ""})
            case DecisionMade() as event:
                _answer(rows, entry, _case(rows, entry), event, event.rep)
            case DecisionReversed() as event:
                case = _case(rows, entry)
                _mark(rows, entry, case, Mark.OVERTURNED)
                _answer(rows, entry, case, event, entry.by)
            case DecisionAppealed():
                _mark_answer(rows, entry, Mark.APPEALED)
            case DecisionUpheld():
                _mark_answer(rows, entry, Mark.STANDS)
            case DecisionCorrected() as event:
                _correct(rows, entry, event)
            case CharterOpened() as event:
                rows.append(ZONE, {"charter": event.charter, "zone": event.zone})
            case RevisionPublished() | RevisionRecorded() as event:
                _publish(rows, entry, event)
            case RevisionWithdrawn() as event:
                _withdraw(rows, entry, event)
            case _:
                pass


INTEGRITY_HISTORY = IntegrityHistory()


def _case(rows: Rows, entry: Entry) -> Row:
    case = rows.get(CASE, entry.key)
    assert case is not None, entry.stream
    return case


def _kinds(event: DecisionMade | DecisionReversed) -> Iterator[Mark]:
    if event.answer is Answer.NO:
        yield Mark.NO
    elif event.answer is Answer.PARTLY:
        yield Mark.PARTLY
    if event.effect is not None:
        yield _OF_EFFECT[event.effect]
    elif event.answer is Answer.YES:
        yield Mark.YES
    if isinstance(event, DecisionMade):
        yield from (_OF_GAP[gap] for gap in event.gaps if gap in _OF_GAP)


_OF_EFFECT = {Effect.UPHELD: Mark.UPHELD, Effect.BENT: Mark.BENT, Effect.BROKEN: Mark.BROKEN}
_EFFECTS = frozenset({*_OF_EFFECT.values(), Mark.YES})
_OF_GAP = {Gap.NOT_IN_FORCE: Mark.NOT_IN_FORCE, Gap.WRONG_REVISION: Mark.WRONG_REVISION}


def _answer(rows: Rows, entry: Entry, case: Row, event: DecisionMade | DecisionReversed, rep: str | None) -> None:
    """The marks of an answer; what is corrected later are only those of the last one."""
    is_first = case["answer"] is None
    case |= {"answer": event.answer, "ground": event.ground, "rep": rep, "cited": spaced(event.cited), "marks": ""}
    for number, kind in enumerate(_kinds(event)):
        _mark(rows, entry, case, kind, first=is_first and number == 0)
        case["marks"] += f"{entry.position}:{kind}\n"
    rows.put(CASE, case)


def _mark_answer(rows: Rows, entry: Entry, kind: Mark) -> None:
    case = _case(rows, entry)
    _mark(rows, entry, case, kind)
    rows.put(CASE, {**case, "marks": f"{case['marks']}{entry.position}:{kind}\n"})


def _mark(rows: Rows, entry: Entry, case: Row, kind: Mark, *, first: bool = False) -> None:
    mark = {
        "position": entry.position,
        "kind": kind,
        "known_from": stamp(entry.recorded_at),
        "at": stamp_or_empty(entry.at),
        "day": day_in(_zone(rows, case["charter"]), entry.at),
        "charter": case["charter"],
        "decision": entry.key,
        "answer": case["answer"],
        "ground": case["ground"],
        "rep": case["rep"],
        "cited": case["cited"],
        "first": first,
    }
    rows.append(MARK, mark)
    _count(rows, mark, 1)


def _zone(rows: Rows, charter: str) -> str:
    zone = rows.get(ZONE, charter)
    assert zone is not None, charter
    return str(zone["zone"])


def _correct(rows: Rows, entry: Entry, event: DecisionCorrected) -> None:
    """The marks of the answer as they should have been; what they were stays as what was known until now."""
    case = _case(rows, entry)
    changes: Row = {}
    if event.ground is not None:
        changes["ground"] = event.ground
    if event.cited is not None:
        changes["cited"] = spaced(event.cited)
    if not changes and event.effect is None:
        return
    kept: list[str] = []
    for line in case["marks"].splitlines():
        position, _, kind = line.partition(":")
        if (
            event.cited is not None and kind == Mark.NOT_IN_FORCE
        ):  # what is cited now has been looked up in the revision
            _supersede(rows, entry, (int(position), kind), None)
            continue
        after = _OF_EFFECT[event.effect] if event.effect is not None and kind in _EFFECTS else Mark(kind)
        _supersede(rows, entry, (int(position), kind), {**changes, "kind": after})
        kept.append(f"{position}:{after}")
    if event.effect is not None and not any(line.partition(":")[2] in _EFFECTS for line in kept):
        kept.append(_mark_late(rows, entry, kept[0], _OF_EFFECT[event.effect]))
    rows.put(CASE, {**case, **changes, "marks": "".join(f"{line}\n" for line in kept)})


def _mark_late(rows: Rows, entry: Entry, line: str, kind: Mark) -> str:
    """What an answer did to the promise, where it has not been said before: beside the mark that the answer has."""
    position, _, beside = line.partition(":")
    mark = rows.get(MARK, (int(position), beside))
    assert mark is not None, line
    new = {**mark, "kind": kind, "known_from": stamp(entry.recorded_at), "first": False}
    rows.append(MARK, new)
    _count(rows, new, 1)
    return f"{position}:{kind}"


def _supersede(rows: Rows, entry: Entry, key: Key, changes: Row | None) -> None:
    """Something else is known of a mark from now on; None: that there is none."""
    mark = rows.get(MARK, key)
    assert mark is not None, key
    now = stamp(entry.recorded_at)
    if mark["known_from"] != now:  # what held for no time at all was never known
        rows.append(PAST, {**mark, "known_until": now})
    _count(rows, mark, -1)
    if changes is None or changes["kind"] != mark["kind"]:
        rows.delete(MARK, key)
    if changes is not None:
        new = {**mark, **changes, "known_from": now}
        rows.put(MARK, new)
        _count(rows, new, 1)


def _count(rows: Rows, mark: Row, by: int) -> None:
    """Let a mark count, or not any more, wherever somebody may ask for it."""
    if mark["kind"] == Mark.REVISION:
        return
    at, day, charter, ground = mark["at"], mark["day"], mark["charter"], mark["ground"] or ""
    deltas = {COUNTER[mark["kind"]]: by}
    if mark["first"]:
        deltas["decisions"] = by
    if mark["kind"] == Mark.OVERTURNED and mark["answer"] == Answer.NO:
        deltas["overturned_noes"] = by
    cited = codes(mark["cited"])
    for code in cited:
        if by > 0:
            rows.append(CITED, {"code": code, "at": at, "position": mark["position"], "kind": mark["kind"]})
        else:
            rows.delete(CITED, (code, at, mark["position"], mark["kind"]))
    rep, any_code = mark["rep"] or NONE, ("", *(cited or (NONE,)))
    each = [(who, code) for who in ("", rep) for code in any_code]
    rows.add_to_each(MONTHS, [(*key, day[:7], charter, ground) for key in each], **deltas)
    if day:
        rows.add_to_each(YEARS, [(*key, day[:4], charter, ground) for key in each], **deltas)
        rows.add_to_each(DAYS, [(code, day, charter, ground) for code in any_code], **deltas)


def _publish(rows: Rows, entry: Entry, event: RevisionPublished | RevisionRecorded) -> None:
    mark = {
        "position": entry.position,
        "kind": Mark.REVISION,
        "known_from": stamp(entry.recorded_at),
        "at": stamp_or_empty(event.effective_at),
        "day": day_in(_zone(rows, entry.key), event.effective_at),
        "charter": entry.key,
        "cited": "",
        "revision": event.revision,
        "label": event.label if isinstance(event, RevisionRecorded) else None,
        "first": False,
    }
    rows.append(MARK, mark)
    rows.put(REVISION, {"charter": entry.key, "revision": event.revision, "position": entry.position})


def _withdraw(rows: Rows, entry: Entry, event: RevisionWithdrawn) -> None:
    """A revision that was published and withdrawn before its day has left no mark; one that was not has none."""
    published = rows.get(REVISION, (entry.key, event.revision))
    if published is not None:
        _supersede(rows, entry, (published["position"], Mark.REVISION), None)
