"""`charter` alone: where the ledger is, what is in it, and what waits for the person who asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from charter.charters.state import Charter, Status
from charter.given import Actor
from charter.store.errors import NoLedger
from charter.terms import Role
from projections.wording import counted
from terminal.output import lines, then
from terminal.session import Session, current
from terminal.text import strong, width

BEGINNING = """\
There is no ledger at {where} yet. Begin in one of two ways:

  charter demo    a small airline's ledger, to look around in
  charter init    your own, empty ledger

With a ledger somewhere else: add --ledger PATH|URL, or set CHARTER_LEDGER.
All commands: charter --help"""


def home() -> None:
    """Show where one stands and what to do next."""
    session = current()
    try:
        size = session.ledger.entries_recorder.size()
    except NoLedger:
        lines([BEGINNING.format(where=session.place)])
        return
    charters = [session.ledger.charter(slug) for slug in session.ledger.charters()]
    written = [f"{strong('Ledger')}  {session.place}, {counted(size, 'entry', 'entries')}"]
    wide = max((len(charter.slug) for charter in charters), default=0)
    written += [f"  {charter.slug:<{wide}}  {_state(charter, session.ledger.now())}" for charter in charters]
    actor = session.ledger.person(session.by).actor
    if actor is None:
        written += ["", f"You are {session.by}, who is not registered here. Add --by, or set CHARTER_BY."]
    else:
        waiting = [item for charter in charters for item in _waiting(session, charter, actor)]
        written += ["", strong(f"Waiting for you, {actor.id}")]
        written += _beside(waiting) or ["  Nothing."]
    lines(written)
    if not charters:
        then('charter open NAME --brand "…" --style "…"')
    else:
        then("charter show", "charter integrity", "charter --help")


def _beside(waiting: list[tuple[str, str]]) -> list[str]:
    """What waits, with its command in a second column, or below where the screen is too narrow."""
    widest = max((len(words) for words, _ in waiting), default=0)
    if any(4 + widest + len(command) > width() for _, command in waiting):
        return [line for words, command in waiting for line in (f"  {words}", f"      {command}")]
    return [f"  {words:<{widest}}  {command}" for words, command in waiting]


def _state(charter: Charter, now: datetime) -> str:
    found = charter.standing.in_force(now)
    if found is None:
        return "nothing in force yet"
    return f"revision {found.revision} in force, {counted(len(found.promises), 'promise')}"


def _waiting(session: Session, charter: Charter, actor: Actor) -> Iterator[tuple[str, str]]:
    """What this person could do now, each with the command that does it."""
    slug = charter.slug
    option = f" --charter {slug}" if len(session.ledger.charters()) > 1 else ""
    judges = any(actor.has(role, slug) for role in (Role.LEADER, Role.REVIEWER))
    for revision in charter.revisions.values():
        if revision.status is not Status.PROPOSED:
            continue
        enough = len(revision.approved_by) >= charter.approvals
        if enough and actor.has(Role.LEADER, slug):
            yield (
                f"revision {revision.number} of {slug} can be published",
                f"charter revision publish {revision.number}{option}",
            )
        elif not enough and judges and actor.id not in (revision.author, *revision.approved_by):
            yield (
                f"revision {revision.number} of {slug} needs your approval",
                f"charter revision show {revision.number}{option}",
            )
        elif actor.id == revision.author:
            lacks = counted(charter.approvals - len(revision.approved_by), "approval")
            waits = "for a leader to publish it" if enough else f"for {lacks} by others"
            yield (
                f"revision {revision.number} of {slug}, yours, waits {waits}",
                f"charter revision show {revision.number}{option}",
            )
    latest = max(charter.published, key=lambda revision: revision.number, default=None)
    if latest is not None and actor.id not in latest.acknowledged_by and not latest.recorded_as_history:
        yield f"revision {latest.number} of {slug} to read and acknowledge", f"charter ack{option}"
    yield from _cases(session, slug, actor, option)


def _cases(session: Session, slug: str, actor: Actor, option: str) -> Iterator[tuple[str, str]]:
    from projections.decision_register import Filter, count

    stages = (
        ("appealed", "appeal", (Role.LEADER, Role.REVIEWER)),
        ("escalated", "escalation", (Role.LEADER,)),
        ("open", "request without an answer", (Role.REP, Role.LEADER)),
    )
    for stage, what, roles in stages:
        if any(actor.has(role, slug) for role in roles):
            number = count(session.views, Filter(charter=slug, stage=stage))
            if number:
                many = "requests without an answer" if stage == "open" else None
                yield f"{counted(number, what, many)} in {slug}", f"charter decision list --stage {stage}{option}"
