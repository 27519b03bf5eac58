"""The people the ledger's words speak of: show what is held of one, hand it out, hold it, release it, erase it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from charter.decisions.commands import PlaceHold, ReleaseHold
from charter.desk import Order, Written
from charter.message import Refused
from charter.subjects.commands import RequestErasure
from projections.wording import counted, decided, short
from terminal.command import Command, Group, Word, by_option, json_option, ledger_option, reading
from terminal.erasing import NobodySaidYes, gone, what_goes
from terminal.finding import WHO, find, one, others
from terminal.letter import erased_words
from terminal.options import build, parameters
from terminal.orders import order, report
from terminal.output import document, lines, tell, then
from terminal.session import current
from terminal.text import amber, faint, one_line, paragraph, strong
from terminal.times import shown

if TYPE_CHECKING:
    from projections.subject_data import About, SubjectData

subject = Group("subject", help="What the ledger holds of one person: show, hand out, hold, erase.")


class NotWritten(Refused):
    """The data could not be written to {path}: {why}. Choose another file with --out."""


@subject.add_command
@reading(
    "show",
    examples=['charter subject show "C-1042"', "charter subject show 3f0c", "charter subject show j.smith --json"],
    params=[Word("who", WHO)],
)
def _show(who: str) -> None:
    """Show what the ledger holds of a person: where, since when, what was decided, and what holds it."""
    from projections.subject_data import subject_data

    session = current()
    people = [subject_data(session.views, each) for each in find(session, who)]
    if session.as_json:
        document(people)
        return
    lines(line for person in people for line in _person(person))
    if len(people) == 1 and people[0].key == "open":
        then(f"charter subject export {people[0].subject}", f"charter subject erase {people[0].subject} --reason …")


def _person(data: SubjectData) -> Iterator[str]:
    names = ", ".join(map(one_line, data.names))
    yield f"{strong(data.subject)}{f'  {names}' if names else ''}"
    if data.erasure is not None:
        yield from erased_words(data.erasure)
    elif data.key == "missing":
        yield from paragraph("The key to these words is not here, so they cannot be read.")
    entries = counted(data.entries, "entry", "entries")
    yield from paragraph(f"{entries} with words of this person, in {counted(len(data.about), 'place')}.")
    if data.holds:
        yield amber(f"Held: {', '.join(data.holds)}")
    yield from others(data)
    for about in data.about:
        yield from ("", *_place(about))
    yield ""


def _place(about: About) -> Iterator[str]:
    where = about.where
    kind, _, key = where.stream.partition("/")
    name = f"{kind} {short(key) if kind == 'decision' else key}"
    under = f", under {where.charter}" if where.charter and kind == "decision" else ""
    said = f": {decided(about.answered)}" if about.answered else ""
    yield strong(name) + under + said
    for entry in about.entries:
        head = f"  {shown(entry.at):<18}"
        yield from paragraph(entry.sentence, indent=head, hanging=" " * len(head))
        for words in entry.words:
            label = f"{words.label.replace('_', ' ')}: "
            yield from map(faint, paragraph(label + words.text, indent=" " * 20, hanging=" " * 22))


@subject.add_command
@reading(
    "export",
    examples=['charter subject export "C-1042" --out c-1042.html', "charter subject export 3f0c --json > data.json"],
    params=[
        Word("who", WHO),
        click.Option(
            ["--out"],
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Write to this file, which only you can read. Else to standard output.",
        ),
    ],
)
def _export(who: str, out: Path | None) -> None:
    """Hand out everything the ledger holds of a person, for whoever asks what that is: as a page, or in JSON.

    A copy that is handed out is out of the ledger's reach: erasing the person does not erase it.
    """
    from web.documents.subject import page

    session = current()
    data = one(session, who)
    written = page(data, session.ledger.now(), shown)
    if data.others:
        tell("\n".join(others(data)))
    if out is None:
        if session.as_json:
            document(data)
        else:
            lines(written)
        return
    if session.as_json:
        import json

        from projections.values import plain_value

        written = [json.dumps(plain_value(data), ensure_ascii=False, indent=2)]
    _write(out, "\n".join(written) + "\n")
    tell(f"Everything held of {data.subject} is in {out}. Only you can read it.")


def _write(path: Path, text: str) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise NotWritten(path=path, why=error.strerror) from None


def _erase(who: str, yes: bool, **given: Any) -> None:
    """Erase everything that is sealed for a person, for ever.

    Their key is destroyed and every view purged; entries and proofs stay as they are. Nothing that is held is erased.
    """
    from projections.erasure import erase
    from projections.finding import without_names

    session = current()
    data = one(session, who)
    asked = build(RequestErasure, {**given, "subject": data.subject})
    without_names(asked.reason, data)
    [allowed] = session.ledger.rehearse_all([Order(asked, session.by, session.ledger.now())])
    if isinstance(allowed, Refused):
        raise allowed
    tell("\n".join(what_goes(data)))
    if not yes:
        if not sys.stdin.isatty():
            raise NobodySaidYes
        click.confirm("Erase all of it?", abort=True, err=True)
    report(erase(session.views, data.subject, reason=asked.reason, by=session.by), gone)


subject.add_command(
    Command(
        "erase",
        callback=_erase,
        help=_erase.__doc__,
        examples=['charter subject erase "C-1042" --reason "Asked for on 12 March" --yes'],
        params=[
            Word("who", WHO),
            *parameters(RequestErasure, leave_out=("subject",)),
            click.Option(["--yes"], is_flag=True, help="Do it without asking."),
            ledger_option(),
            by_option(),
            json_option(),
        ],
    )
)


def _held(written: Written) -> str:
    then(f"charter decision show {short(written.key)}")
    return f"Decision {short(written.key)} is held: nobody's words in it can be erased."


def _released(written: Written) -> str:
    then(f"charter decision show {short(written.key)}")
    return f"The hold on decision {short(written.key)} is released."


subject.add_command(
    order(
        PlaceHold,
        "hold",
        "decision",
        "hold",
        said=_held,
        examples=['charter subject hold 3f0c "claim 12-2026" --reason "Before the court"'],
    )
)
subject.add_command(
    order(
        ReleaseHold,
        "release",
        "decision",
        "hold",
        said=_released,
        examples=['charter subject release 3f0c "claim 12-2026" --reason "Decided"'],
    )
)
subject.first("show", "export", "erase", "hold", "release")
