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
from projections.wording import STAGES, answered, short, words
from web.documents.frame import safe
from web.words import _, begun, in_words, later

Lines = Iterator[str]
WITHHELD = {SEALED: later("sealed: not opened for this pack"), ERASED: later("erased: nobody can read it any more")}


def section(trail: Trail) -> Lines:
    """The decision as HTML; every word of the ledger is escaped."""
    answer = trail.answered
    yield f'<article id="d-{safe(trail.decision)}">'
    yield f'<header><p class="id">{safe(_decision(trail))}</p><h2>{safe(_said(trail))}</h2>'
    if answer and trail.stage is not Stage.DECIDED:
        yield f'<p class="stage">{safe(STAGES[trail.stage])}</p>'
    yield from (f'<p class="stage">{safe(_erased(erasure))}</p>' for erasure in trail.erased)
    yield "</header>"
    yield from _part(_("The request"), _request(trail.asked))
    if answer:
        yield from _part(_("The answer, and why"), _answer(answer))
    if trail.citations:
        yield from _part(_("What was promised then"), (line for cited in trail.citations for line in _cited(cited)))
    yield from _part(_("What happened, in order"), _steps(trail))
    yield from _part(_("What proves it"), _proof(trail))
    yield "</article>"


def time(moment: datetime | None) -> str:
    """A moment in UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment else _("time not known")


def personal(text: str) -> str:
    """Somebody's words, or that they are withheld."""
    return f'<span class="withheld">{safe(_(WITHHELD[text]))}</span>' if text in WITHHELD else safe(text)


def _decision(trail: Trail) -> str:
    return _("Decision {decision}").format(decision=trail.decision)


def _erased(erasure: Erasure) -> str:
    if erasure.completed_at is None:
        told = _("Personal data is being erased, asked for by {by} for: {reason}")
        return told.format(by=erasure.by, reason=erasure.reason)
    told = _("Personal data was erased on {day}, asked for by {by} for: {reason}")
    return told.format(day=time(erasure.completed_at)[:10], by=erasure.by, reason=erasure.reason)


def _part(heading: str, lines: Lines) -> Lines:
    yield f"<section><h3>{safe(heading)}</h3>"
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
    origin = asked.source
    if asked.source and asked.row:
        origin = _("row {row} of {source}").format(row=asked.row, source=asked.source)
    yield from _facts(
        (_("From"), asked.customer),
        (_("Through"), asked.touchpoint),
        (_("Received"), f"{time(asked.received_at)} UTC" if asked.received_at else None),
        (_("Kind"), asked.kind and words(asked.kind)),
        (_("Fit"), asked.fit and words(asked.fit)),
        (_("Ticket"), asked.ticket),
        (_("Charter"), asked.charter),
        (_("Brought in"), origin),
    )


def _answer(reply: Answered) -> Lines:
    if reply.reason:
        yield f"<blockquote>{personal(reply.reason)}</blockquote>"
    revision = _("revision {number}").format(number=reply.revision)
    yield from _facts(
        (_("Answer"), answered(reply.answer, reply.ground, reply.effect)),
        (_("Citing"), ", ".join(reply.cited) or _("nothing")),
        (_("Under"), revision if reply.revision else _("no charter in force")),
        (_("Told"), reply.told),
        (_("By"), reply.by or _("not known")),
        (_("On"), f"{time(reply.at)} UTC" if reply.at else time(None)),
    )


def _cited(citation: Citation) -> Lines:
    title = f"{safe(citation.title)} " if citation.title else ""
    stale = ""
    if not citation.stands:
        no_longer = _("no longer cited")
        stale = f' <span class="note">{safe(no_longer)}</span>'
    yield f'<h4>{title}<span class="code">{safe(citation.code)}</span>{stale}</h4>'
    if citation.then is None:
        yield f'<p class="note">{safe(citation.note)}</p>'
        return
    yield f'<p class="wording">{safe(_wording(citation.then))}</p>'
    if isinstance(citation.then, Limit) and citation.then.serves:
        serves = _("A limit that serves the {whom}.").format(whom=in_words(citation.then.serves))
        yield f'<p class="note">{safe(serves)}</p>'
    yield f'<p class="note">{safe(_since(citation, citation.then))}</p>'


def _since(citation: Citation, then: Promise | Limit) -> str:
    """The revision that was cited, and what has become of its wording."""
    number = citation.revision
    if citation.today is not Today.REWORDED:
        return _("Revision {number}; {today}.").format(number=number, today=in_words(citation.today))
    if citation.now and _wording(citation.now) != _wording(then):
        return _("Revision {number}. Today it reads: {wording}").format(number=number, wording=_wording(citation.now))
    return _("Revision {number}. This sentence is the same today; other parts of it read differently.").format(
        number=number
    )


def _wording(cited: Promise | Limit) -> str:
    return cited.statement if isinstance(cited, Promise) else cited.text


def _steps(trail: Trail) -> Lines:
    known = {*_values(trail.asked), *(_values(trail.answered) if trail.answered else ())} - {*WITHHELD}
    yield "<ol>"
    for step in trail.steps:
        yield from _step(step, known)
    yield "</ol>"


def _values(part: Asked | Answered) -> set[str]:
    """What is told of the request or the answer already, so that the steps need not repeat it."""
    return {str(getattr(part, field.name)) for field in fields(part)}


def _step(step: Step, known: set[str]) -> Lines:
    late = ""
    if step.recorded_late:
        recorded = _("recorded late, {time}").format(time=time(step.recorded_at))
        late = f' <span class="note">{safe(recorded)}</span>'
    yield f'<li value="{step.version}"><p><time>{safe(time(step.at))}</time> {safe(step.sentence)}{late}</p>'
    new = [fact for fact in step.facts if fact.value not in known and fact.value not in step.sentence]
    yield from _facts(*((begun(fact.label), fact.value) for fact in new))
    yield "</li>"


def _proof(trail: Trail) -> Lines:
    names = (_("Entry"), _("Recorded, UTC"), _("What"), _("Leaf (SHA-256)"))
    headings = "".join(f"<th>{safe(name)}</th>" for name in names)
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
