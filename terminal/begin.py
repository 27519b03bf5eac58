"""How one begins: make a ledger with oneself in it, or a demonstration to try everything on."""

from __future__ import annotations

from contextlib import closing

import click

from charter.people.commands import RegisterPerson
from projections.wording import listed
from terminal.command import Command, by_option, json_option, ledger_option
from terminal.options import build, parameters
from terminal.orders import report
from terminal.output import document, lines, tell, then
from terminal.refusals import DemoElsewhere, DemoThere
from terminal.serving import listening, options, run
from terminal.session import DEFAULT_LEDGER, Session, current

GUESTS = {"a rep": "tom", "a leader": "jonas", "a reviewer": "ines", "an admin": "mara"}
"""As whom one can look around in the browser, by what they are."""
TRY = """
A year of a small airline is in {where}: {entries} entries, told for this demonstration. Try{aim}:

  charter precedents "refund my ticket"
  charter decision list --effect broken
  charter revision diff 2 3
  charter --by {founder}
  charter verify
"""


def _init(**given: str | None) -> None:
    from charter import schema
    from charter.store.errors import LedgerExists

    session = current()
    founder = build(RegisterPerson, {**given, "person": session.by, "full_name": given.get("full_name") or session.by})
    try:
        schema.create(session.where)
    except LedgerExists:
        if not _is_empty(session):
            raise
    _have_master_key()
    written = session.write(founder)
    roles = listed(["rep", "leader", "reviewer", "admin"])
    report(written, lambda _: f"Made a ledger at {session.place}. {founder.person} is {roles}, and may bend promises.")
    then('charter open NAME --brand "…" --style "…"', 'charter person register ID --name "…"')


def _have_master_key() -> None:
    """Make the master key, for whoever begins without one, and say where it is."""
    from charter.privacy import master

    if master.load() is None:
        tell(f"Made the master key, {master.create()}: without it no words of a customer can be read. Keep a copy.")


def _is_empty(session: Session) -> bool:
    """Whether what is there is a ledger in which nobody has written: an init that was stopped half-way goes on."""
    from charter.store.errors import NeedsUpgrade, NoLedger, StoreUnavailable

    try:
        return session.ledger.entries_recorder.size() == 0
    except (NoLedger, NeedsUpgrade, StoreUnavailable):
        return False


def _demo(serve: bool, host: str, port: int, address: str | None) -> None:
    from charter.demo import FOUNDER

    session = current()
    if serve and not session.as_json:
        with listening(host, port) as listener:
            if not _is_demo(session):
                _make_demo(session)
                _show(session)
            run(listener, address, guests=GUESTS)
        return
    if _is_demo(session):
        raise DemoThere(where=session.place)
    _make_demo(session)
    size = session.ledger.entries_recorder.size()
    if session.as_json:
        document({"ledger": session.place, "entries": size})
        return
    _show(session)
    aim = "" if session.where == DEFAULT_LEDGER else f" (after: export CHARTER_LEDGER={session.place})"
    tell(TRY.format(where=session.place, entries=f"{size:,}", founder=FOUNDER, aim=aim))


def _is_demo(session: Session) -> bool:
    """Whether what is there is a demonstration that was made before, as whose people one may look around."""
    from charter.demo import is_demo
    from charter.store.errors import NeedsUpgrade, NoLedger, StoreUnavailable

    try:
        return is_demo(session.ledger)
    except (NoLedger, NeedsUpgrade, StoreUnavailable):
        return False


def _make_demo(session: Session) -> None:
    from charter.demo import make_demo, seal_demo
    from charter.store.errors import LedgerExists

    _have_master_key()
    try:
        with closing(make_demo(session.where)) as made:
            seal_demo(made)
    except LedgerExists as error:
        raise DemoElsewhere(why=error) from None


def _show(session: Session) -> None:
    """Print the charter in force and its integrity history."""
    from projections.charter_in_force import in_force
    from projections.integrity_history import Filter
    from terminal.document import text
    from terminal.integrity import history

    view = in_force(session.views, session.charter)
    assert view is not None
    lines([*text(view), "", "", *history(session.views, Filter(charter=view.slug))])


init = Command(
    "init",
    callback=_init,
    help="Make a new, empty ledger and register yourself with all roles.",
    examples=["charter init", 'charter --ledger skyline.db --by ann init --name "Ann Field"'],
    params=[
        *parameters(RegisterPerson, leave_out=("person",), optional=("full_name",)),
        ledger_option(),
        by_option(),
        json_option(),
    ],
)

demo = Command(
    "demo",
    callback=_demo,
    help="Make a small airline's ledger with a year of decisions in it, to try everything on.",
    examples=["charter demo", "charter demo --serve", "charter --ledger /tmp/airline.db demo"],
    params=[
        click.Option(
            ["--serve"], is_flag=True, help="Show it, or one made before, in the browser: the pages, the API."
        ),
        *options(),
        ledger_option(),
        json_option(),
    ],
)
