"""One decision's trail, laid out like a letter file: request, what applied, answer, all since, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from charter.charters.promise import Promise
from charter.decisions.state import Stage
from charter.terms import Effect
from projections.citations import Citation, Today
from projections.decision_trail import Answered, Asked, Step, Trail
from projections.diff import LimitChange
from projections.erased import Erasure
from projections.wording import STAGES, answered, words
from terminal.difference import limit_changed, reworded
from terminal.text import alarm, amber, faint, one_line, paragraph, strong
from terminal.times import shown
from terminal.wording import effect_words

LABEL = 16
TIME = 20


def letter(trail: Trail) -> list[str]:
    """The trail as lines."""
    status = STAGES[trail.stage]
    waiting = trail.stage in (Stage.APPEALED, Stage.ESCALATED)
    lines = [f"{strong(f'Decision {trail.decision[:8]}')}  {amber(status) if waiting else status}", ""]
    lines += [line for erasure in trail.erased for line in erased_words(erasure)]
    if trail.holds:
        lines += [*paragraph(f"Held, nothing of it may be erased: {', '.join(trail.holds)}."), ""]
    lines += _request(trail.asked)
    if trail.citations:
        lines += ["", strong("What applied then")]
        for citation in trail.citations:
            lines += _citation(citation)
    if trail.answered:
        lines += ["", strong("The answer"), *_answer(trail.answered)]
    lines += ["", strong("Everything that happened")]
    told = {*_values(trail.asked), *(_values(trail.answered) if trail.answered else ())}
    for step in trail.steps:
        lines += _step(step, told)
    lines += ["", strong("What proves it"), "  Entry   Leaf (SHA-256)"]
    lines += [f"{proof.position:>7,}   {proof.leaf}" for proof in trail.proof]
    return lines


def erased_words(erasure: Erasure) -> list[str]:
    """That somebody's words were erased: on which day, by whom and for what."""
    if erasure.completed_at is None:
        return [*paragraph(f"Words are being erased, asked for by {erasure.by}, for: {erasure.reason}"), ""]
    day = shown(erasure.completed_at)[:10]
    return [*paragraph(f"Words were erased on {day} by {erasure.by} for: {erasure.reason}"), ""]


def _values(part: Asked | Answered) -> set[str]:
    """What is told of the request or the answer already, so that the steps need not repeat it."""
    return {str(getattr(part, field.name)) for field in fields(part)}


def _fact(label: str, value: str | None) -> list[str]:
    return paragraph(value, indent=f"  {label:<{LABEL}}", hanging=" " * (LABEL + 2)) if value else []


def _request(asked: Asked) -> list[str]:
    origin = f"row {asked.row} of {asked.source}" if asked.source else None
    return [
        strong("The request"),
        *paragraph(asked.request, indent="  "),
        *_fact("From", asked.customer),
        *_fact("Through", asked.touchpoint),
        *_fact("Received", shown(asked.received_at)),
        *_fact("Kind", asked.kind and words(asked.kind)),
        *_fact("Fit", asked.fit and words(asked.fit)),
        *_fact("Ticket", asked.ticket),
        *_fact("Charter", asked.charter),
        *_fact("Brought in", origin),
    ]


def _answer(reply: Answered) -> list[str]:
    revision = f"revision {reply.revision}" if reply.revision else "no charter in force"
    return [
        *_said(reply),
        *_fact("Citing", ", ".join(reply.cited) or "nothing"),
        *_fact("Under", revision),
        *_fact("Reason", reply.reason),
        *_fact("Told", reply.told),
        *_fact("By", f"{reply.by or 'unknown'}, {shown(reply.at)}"),
    ]


def _said(reply: Answered) -> list[str]:
    """The answer; its effect, the last word, is coloured when all is wrapped, for wrapping would spoil the colours."""
    lines = _fact("Answer", answered(reply.answer, reply.ground, reply.effect))
    if reply.effect:
        effect = Effect(reply.effect)
        lines[-1] = lines[-1].removesuffix(words(effect)) + effect_words(effect)
    return lines


def _citation(citation: Citation) -> Iterator[str]:
    title = f"  {one_line(citation.title)}" if citation.title else ""
    stale = "" if citation.stands else faint("  (no longer cited)")
    yield f"  {strong(citation.code)}{title}{stale}"
    if citation.then is None:
        yield from (alarm(line) for line in paragraph(f"! {citation.note}", indent="    ", hanging="      "))
        return
    then = citation.then.statement if isinstance(citation.then, Promise) else citation.then.text
    yield from paragraph(then, indent="    ")
    if citation.today is Today.SAME:
        yield f"    {faint(citation.today)}"
    elif citation.change is None:
        yield f"    {amber(citation.today or '')}"
    else:
        yield f"    {amber('Today it reads:')}"
        changed = citation.change
        yield from limit_changed(changed) if isinstance(changed, LimitChange) else reworded(changed)


def _step(step: Step, told: set[str]) -> Iterator[str]:
    blank = " " * TIME
    yield from paragraph(step.sentence, indent=f"  {shown(step.at):<{TIME - 2}}", hanging=blank)
    if step.recorded_late:
        yield blank + amber(f"recorded late, {shown(step.recorded_at)}")
    for fact in step.facts:
        if fact.value not in told and fact.value not in step.sentence:
            yield from paragraph(f"{fact.label}: {fact.value}", indent=blank, hanging=f"{blank}  ")
