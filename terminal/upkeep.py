"""Look after a ledger: how it stands, build its views again, bring it to this version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from charter.leaf import instant
from charter.message import Refused
from projections.erasure import pending, unrecorded
from projections.values import plain_value
from projections.wording import counted
from terminal.command import Word, reading
from terminal.mistakes import DAMAGED
from terminal.output import document, lines, say, tell, then
from terminal.progress import progress
from terminal.session import Session, current
from terminal.text import alarm, paragraph, table
from terminal.times import shown

if TYPE_CHECKING:
    from projections.engine import Difference

SHOWN = 20
AGAIN = "Run 'charter rebuild', then erase them again by these ids."
STOPPED = "Stopped. The views are as they were; run it again at any time."


@reading("status", examples=["charter status", "charter status --json"])
def status() -> None:
    """Show what is in the ledger, and how far each view has read it."""
    from charter import schema
    from charter.store.database import shown as place

    session = current()
    head = session.ledger.entries_recorder.head()
    states = session.views.status()
    key, waiting = _master_key(session), pending(session.ledger)
    unknown = [] if key else unrecorded(session.ledger)
    facts = {
        "ledger": place(session.ledger.engine),
        "entries": head.size,
        "last_recorded_at": head.recorded_at or None,
        "root": head.frontier.root().hex(),
        "schema": schema.current(session.ledger.engine),
        "newest_schema": schema.newest(),
        "charters": session.ledger.charters(),
        "people": len(session.ledger.people()),
        "master_key": key,
        "key_store": session.ledger.vault.place,
        "key_store_found": session.ledger.vault.exists,
        "erasures_under_way": waiting,
        "erasures_not_recorded": unknown,
        "views": [state._asdict() for state in states],
    }
    if session.as_json:
        document(facts)
        return
    written = [
        f"Ledger     {facts['ledger']}",
        f"Entries    {head.size:,}"
        + (f", the last one recorded {shown(instant(head.recorded_at))}" if head.size else ""),
        f"Charters   {', '.join(session.ledger.charters()) or 'none'}",
        f"People     {facts['people']:,}",
        f"Schema     {facts['schema']}"
        + ("" if facts["schema"] == facts["newest_schema"] else ", older than this software"),
        f"Keys       {facts['key_store']}" + ("" if facts["key_store_found"] else ", which is not there"),
    ]
    if key:
        written += [alarm(line) for line in paragraph(f"Master key {key}", hanging=" " * 11)]
    if waiting:
        written.append(alarm(f"Erasures   {len(waiting):,} not completed: {', '.join(waiting)}"))
    if unknown:
        again = f"{len(unknown):,} not in this copy of the ledger: {', '.join(unknown)}. {AGAIN}"
        written += [alarm(line) for line in paragraph(f"Erasures   {again}", hanging=" " * 11)]
    written.append("")
    rows = [
        (
            state.name.replace("_", " "),
            str(state.version),
            f"{state.position:,}",
            f"{state.behind:,}" if state.behind else "",
            alarm(f"failed: {state.error}") if state.error else "catches up when read" if state.behind else "ready",
        )
        for state in states
    ]
    lines([*written, *table(["View", "Version", "Read up to", "Behind", "State"], rows, right=(1, 2, 3))])
    if any(state.error for state in states):
        then("charter rebuild")


@reading(
    "rebuild",
    examples=["charter rebuild", "charter rebuild decision_register", "charter rebuild --compare"],
    params=[
        Word("name", "The view to build again; all of them when left out.", required=False),
        click.Option(["--compare"], is_flag=True, help="Only build aside and show every row that differs."),
    ],
)
def rebuild(name: str | None, compare: bool) -> None:
    """Build the views again from the entries; the old ones serve until the new ones take their place."""
    session = current()
    names = [name.lower().replace(" ", "_").replace("-", "_")] if name else None
    with progress("Rebuilding", lambda _: STOPPED) as step:
        if compare:
            differences = session.views.compare(names, step)
        else:
            rebuilt = session.views.rebuild(names, step)
    if compare:
        _compared(differences)
        return
    if session.as_json:
        document([view._asdict() for view in rebuilt])
        return
    for view in rebuilt:
        say(f"{view.name}: " + (f"failed, {view.error}" if view.error else f"built from {view.position:,} entries."))
    then("charter status")


def _master_key(session: Session) -> str | None:
    """What is wrong with the master key; None where the right one is at hand."""
    from charter.privacy import master

    try:
        key = session.ledger.vault.master
        session.ledger.vault.erased()  # another one than the key store's is refused
    except Refused as refusal:
        return str(refusal)
    return (
        None
        if key is not None
        else f"missing: no words of people can be written or read. It belongs in {master.default_file()}"
    )


def _compared(differences: list[Difference]) -> None:
    if current().as_json:
        document([difference._asdict() for difference in differences])
    elif not differences:
        say("Every view says what the ledger says.")
    else:
        for difference in differences[:SHOWN]:
            key = " ".join(map(str, difference.key))
            found, expected = plain_value(difference.found), plain_value(difference.expected)
            say(f"{difference.table} {key}: is {found}, should be {expected}")
        tell(f"{counted(len(differences), 'row')} differ from what the ledger says. Mend them with: charter rebuild")
    if differences:
        click.get_current_context().exit(DAMAGED)


@reading("upgrade", examples=["charter upgrade", "charter --ledger postgresql://host/charter upgrade"])
def upgrade() -> None:
    """Bring an older ledger to this version; nothing happens to one that is up to date."""
    from charter import schema
    from charter.store.database import open_database

    session = current()
    engine = open_database(session.where)
    try:
        before = schema.current(engine)
        schema.upgrade(engine)
        after = schema.current(engine)
    finally:
        engine.dispose()
    if session.as_json:
        document({"before": before, "after": after})
    elif before == after:
        say(f"The ledger is of version {after} already. Nothing was changed.")
    else:
        say(f"The ledger was of version {before} and is now of version {after}.")
        then("charter verify")
