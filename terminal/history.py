"""The history of a charter: its revisions, how each came about, and what changed from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from charter.charters.events import (
    RevisionApproved,
    RevisionProposed,
    RevisionPublished,
    RevisionRejected,
    RevisionWithdrawn,
)
from projections.acknowledgements import acknowledgements
from projections.charter_history import diff_revisions, draft, revisions
from projections.charter_history import revision as one_revision
from projections.diff import Diff
from projections.revision_views import Progress, RevisionDetail
from projections.wording import counted, listed
from terminal.command import Word, reading
from terminal.difference import changes
from terminal.output import document, lines, tell, then
from terminal.promises import in_full
from terminal.session import current
from terminal.text import faint, one_line, paragraph, strong, table
from terminal.times import long_day, shown
from terminal.values import MOMENT

STEPS = {
    RevisionProposed.name: "Proposed",
    RevisionApproved.name: "Approved",
    RevisionRejected.name: "Rejected",
    RevisionPublished.name: "Published",
    RevisionWithdrawn.name: "Withdrawn",
}
KNOWN_AT = click.Option(["--known-at"], type=MOMENT, metavar="TIME", help="As the ledger knew it at a time. Else: now.")


@reading("list", charter="word", examples=["charter revision list", "charter revision list skyline"], params=[KNOWN_AT])
def listing(known_at: datetime | None) -> None:
    """List the revisions of a charter and how far each has come."""
    session = current()
    found = revisions(session.views, session.charter, known_at)
    if session.as_json:
        document(found)
        return
    if not found:
        tell(f"{session.charter} has no revision yet.")
        then('charter revision propose --summary "…" --participant … --option "…"')
        return
    rows = [
        (
            str(line.revision),
            line.status,
            line.effective_from.isoformat() if line.effective_from else "",
            str(line.promises),
            line.author or "",
            one_line(line.summary or line.label or ""),
        )
        for line in found
    ]
    lines(
        table(["No.", "Status", "In force from", "Promises", "Author", "What changed"], rows, flexible=5, right=(0, 3))
    )
    then(f"charter revision show {found[-1].revision}", "charter revision diff")


@reading(
    "show",
    charter="option",
    examples=["charter revision show 3"],
    params=[Word("revision", "The revision's number.", type=click.INT, metavar="REVISION"), KNOWN_AT],
)
def showing(revision: int, known_at: datetime | None) -> None:
    """Show one revision: how it came about, who approved it, and its complete wording."""
    session = current()
    found = one_revision(session.views, session.charter, revision, known_at)
    if session.as_json:
        document(found)
        return
    lines(minutes(found, session.charter, _steps(revision, known_at)))
    if found.missing:
        tell(f"Before it can be published: {'; '.join(found.missing)}.")
    then(f"charter revision diff {revision}")


def _steps(number: int, known_at: datetime | None) -> list[tuple[str, str]]:
    """Everything that was done with a revision, in the order of time: what, and when, by whom and why."""
    session = current()
    found = []
    for entry in session.ledger.stream(f"charter/{session.charter}"):
        label = STEPS.get(entry.event.name)
        known = known_at is None or entry.recorded_at <= known_at
        if label and known and getattr(entry.event, "revision", None) == number:
            why = getattr(entry.event, "note", None) or getattr(entry.event, "reason", None)
            done = f"{shown(entry.at)} by {entry.by}{f': {why}' if why else ''}"
            found.append((entry.at or entry.recorded_at, label, done))
    return [(label, done) for _, label, done in sorted(found, key=lambda step: step[0])]


def minutes(found: RevisionDetail, charter: str, steps: Sequence[tuple[str, str]]) -> list[str]:
    """A revision with what was done with it, its deliberation and its wording, as lines."""
    line = found.line
    begins = ", was to be in force from" if line.replaced else " from"
    start = f"{begins} {long_day(line.effective_from)}" if line.effective_from else ""
    stands = Progress.IN_FORCE if line.progress is Progress.LATER else line.status
    written = [strong(f"Revision {line.revision} of {charter}: {stands}{start}")]
    if line.summary:
        written += paragraph(line.summary, indent="  ")
    written.append("")
    rows = [
        *steps,
        ("Brought in", f"{shown(line.recorded_at)}, as history from {found.source}" if found.source else None),
        ("Label", line.label),
        ("Not known", ", ".join(line.gaps)),
    ]
    if deliberation := found.deliberation:
        rows += [
            *(("Took part", participant) for participant in deliberation.participants),
            *(("Option", option) for option in deliberation.options),
            *(("Dissent", dissent) for dissent in deliberation.dissent),
            ("Learned from", listed([case[:8] for case in deliberation.learned_from])),
        ]
    for label, value in rows:
        if value:
            written += paragraph(f"{label:<14}{value}", indent="  ", hanging=" " * 16)
    if found.since is not None:
        written += ["", f"  Since revision {found.since}: {found.changes.sentence}."]
    for promise in found.promises:
        written += ["", *in_full(promise)]
    return written


@reading(
    "diff",
    charter="option",
    examples=["charter revision diff", "charter revision diff 3", "charter revision diff 1 3"],
    params=[
        Word("old", "A revision; alone: compared with the one before it.", type=click.INT, required=False),
        Word("new", "The revision it is compared with. Without both: the draft.", type=click.INT, required=False),
    ],
)
def differing(old: int | None, new: int | None) -> None:
    """Show what changed between two revisions, or what the draft changes."""
    session = current()
    found: Diff
    if old is None:
        working = draft(session.views, session.charter)
        found, names = working.changes, (working.since, "the draft")
    elif new is None:
        detail = one_revision(session.views, session.charter, old)
        found, names = detail.changes, (detail.since, f"revision {old}")
    else:
        found, names = diff_revisions(session.views, session.charter, old, new), (old, f"revision {new}")
    if session.as_json:
        document(found)
        return
    before = f"From revision {names[0]} to {names[1]}" if names[0] is not None else f"Everything in {names[1]} is new"
    lines([f"{before}: {found.sentence}.", *changes(found)])
    if found.reworded:
        tell(faint("~ reworded, [-removed words-], {+added words+}"))
    if old is None:
        then('charter revision propose --summary "…" --participant … --option "…"')
    else:
        then(f"charter revision show {new or old}")


def coverage(number: int | None) -> None:
    """Show who has read a revision (None: the latest) and who has not."""
    session = current()
    found = acknowledgements(session.views, session.charter, number)
    if session.as_json:
        document(found)
        return
    latest = "" if found.latest else ", which is not the latest"
    people = counted(found.people, "person", "people")
    written = [f"Revision {found.revision} of {found.charter}{latest}: read by {found.acknowledged} of {people}."]
    for department in found.departments:
        head = department.name or "Without a department"
        written += ["", f"{strong(one_line(head))}  {len(department.acknowledged)} of {department.people}"]
        written += [
            f"  read  {one_line(known.name)} ({known.person}), {shown(known.at)}" for known in department.acknowledged
        ]
        written += [f"  not   {one_line(known.name)} ({known.person})" for known in department.missing]
    lines(written)
