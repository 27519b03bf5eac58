"""One decision as a part of a page: what was asked, the answer and why, the wording then, all since, and its proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime

from charter.charters.promise import Limit, Promise
from charter.decisions.state import Stage
from charter.message import ERASED, SEALED
from projections.citations import Citation, Today
from projections.decision_trail import Answered, Asked, Step, Trail
from projections.erased import Erasure
from projections.sentences import words
from projections.wording import STAGES, answered, short
from web.documents.frame import safe

Lines = Iterator[str]
WITHHELD = {SEALED: "sealed: not opened for this pack", ERASED: "erased: nobody can read it any more"}


def section(trail: Trail) -> Lines:
    """The decision as HTML; every word of the ledger is escaped."""
    answer = trail.answered
    yield f'<article id="d-{safe(trail.decision)}">'
    yield f'<header><p class="id">Decision {safe(trail.decision)}</p><h2>{safe(_said(trail))}</h2>'
    if answer and trail.stage is not Stage.DECIDED:
        yield f'<p class="stage">{safe(STAGES[trail.stage])}</p>'
    yield from (f'<p class="stage">{safe(_erased(erasure))}</p>' for erasure in trail.erased)
    yield "</header>"
    yield from _part("The request", _request(trail.asked))
    if answer:
        yield from _part("The answer, and why", _answer(answer))
    if trail.citations:
        yield from _part("What was promised then", (line for cited in trail.citations for line in _cited(cited)))
    yield from _part("What happened, in order", _steps(trail))
    yield from _part("What proves it", _proof(trail))
    yield "</article>"


def time(moment: datetime | None) -> str:
    """A moment in UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment else "time not known"


def personal(text: str) -> str:
    """Somebody's words, or that they are withheld."""
    return f'<span class="withheld">{WITHHELD[text]}</span>' if text in WITHHELD else safe(text)


def _erased(erasure: Erasure) -> str:
    asked = f"asked for by {erasure.by} for: {erasure.reason}"
    if erasure.completed_at is None:
        return f"Personal data is being erased, {asked}"
    return f"Personal data was erased on {time(erasure.completed_at)[:10]}, {asked}"


def _part(heading: str, lines: Lines) -> Lines:
    yield f"<section><h3>{heading}</h3>"
    yield from lines
    yield "</section>"


def _facts(*facts: tuple[str, str | None]) -> Lines:
    shown = [(label, value) for label, value in facts if value]
    if shown:
        yield "<dl>"
        yield from (f"<dt>{safe(label)}</dt><dd>{personal(value)}</dd>" for label, value in shown)
        yield "</dl>"


def _request(asked: Asked) -> Lines:
    yield f"<blockquote>{personal(asked.request)}</blockquote>"
    origin = (f"row {asked.row} of {asked.source}" if asked.row else asked.source) if asked.source else None
    yield from _facts(
        ("From", asked.customer),
        ("Through", asked.touchpoint),
        ("Received", f"{time(asked.received_at)} UTC" if asked.received_at else None),
        ("Kind", asked.kind and words(asked.kind)),
        ("Fit", asked.fit and words(asked.fit)),
        ("Ticket", asked.ticket),
        ("Charter", asked.charter),
        ("Brought in", origin),
    )


def _answer(reply: Answered) -> Lines:
    if reply.reason:
        yield f"<blockquote>{personal(reply.reason)}</blockquote>"
    yield from _facts(
        ("Answer", answered(reply.answer, reply.ground, reply.effect)),
        ("Citing", ", ".join(reply.cited) or "nothing"),
        ("Under", f"revision {reply.revision}" if reply.revision else "no charter in force"),
        ("Told", reply.told),
        ("By", reply.by or "not known"),
        ("On", f"{time(reply.at)} UTC" if reply.at else time(None)),
    )


def _cited(citation: Citation) -> Lines:
    title = f"{safe(citation.title)} " if citation.title else ""
    stale = "" if citation.stands else ' <span class="note">no longer cited</span>'
    yield f'<h4>{title}<span class="code">{safe(citation.code)}</span>{stale}</h4>'
    if citation.then is None:
        yield f'<p class="note">{safe(citation.note)}</p>'
        return
    yield f'<p class="wording">{safe(_wording(citation.then))}</p>'
    if isinstance(citation.then, Limit) and citation.then.serves:
        yield f'<p class="note">A limit that serves the {safe(words(citation.then.serves))}.</p>'
    source = f"Revision {citation.revision}"
    match citation.today:
        case Today.REWORDED if citation.now and _wording(citation.now) != _wording(citation.then):
            yield f'<p class="note">{source}. Today it reads: {safe(_wording(citation.now))}</p>'
        case Today.REWORDED:
            yield f'<p class="note">{source}. This sentence is the same today; other parts of it read differently.</p>'
        case _:
            yield f'<p class="note">{source}; {safe(citation.today)}.</p>'


def _wording(cited: Promise | Limit) -> str:
    return cited.statement if isinstance(cited, Promise) else cited.text


def _steps(trail: Trail) -> Lines:
    told = {*_values(trail.asked), *(_values(trail.answered) if trail.answered else ())} - {*WITHHELD}
    yield "<ol>"
    for step in trail.steps:
        yield from _step(step, told)
    yield "</ol>"


def _values(part: Asked | Answered) -> set[str]:
    """What is told of the request or the answer already, so that the steps need not repeat it."""
    return {str(getattr(part, field.name)) for field in fields(part)}


def _step(step: Step, told: set[str]) -> Lines:
    late = f' <span class="note">recorded late, {time(step.recorded_at)}</span>' if step.recorded_late else ""
    yield f'<li value="{step.version}"><p><time>{time(step.at)}</time> {safe(step.sentence)}{late}</p>'
    new = [fact for fact in step.facts if fact.value not in told and fact.value not in step.sentence]
    yield from _facts(*((fact.label.capitalize(), fact.value) for fact in new))
    yield "</li>"


def _proof(trail: Trail) -> Lines:
    headings = "".join(f"<th>{name}</th>" for name in ("Entry", "Recorded, UTC", "What", "Leaf (SHA-256)"))
    yield f"<table><thead><tr>{headings}</tr></thead><tbody>"
    for step, proof in zip(trail.steps, trail.proof, strict=True):
        recorded = step.recorded_at.strftime("%Y-%m-%d %H:%M:%S")
        what = f"<td>{safe(step.type)}</td><td><code>{safe(proof.leaf)}</code></td>"
        yield f'<tr><td class="number">{proof.position}</td><td>{recorded}</td>{what}</tr>'
    yield "</tbody></table>"


def label(trail: Trail) -> str:
    """The decision in a list: its answer, and where it stands."""
    answer = trail.answered
    day = time(answer.at)[:10] if answer and answer.at else ""
    where = f"<code>{safe(short(trail.decision))}</code>"
    return f"{where} <time>{day}</time> {safe(_said(trail))}"


def _said(trail: Trail) -> str:
    """The answer in words; without one, where the case stands."""
    answer = trail.answered
    return answered(answer.answer, answer.ground, answer.effect) if answer else STAGES[trail.stage]
