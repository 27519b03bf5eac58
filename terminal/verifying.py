"""Check that nothing in a ledger was altered, against its own hashes and against what was seen here before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from charter.proof.checkpoint import Checkpoint
from terminal.command import reading
from terminal.identity import origin
from terminal.mistakes import DAMAGED
from terminal.output import document, say, tell, then
from terminal.progress import progress
from terminal.remembered import by_name, by_place, read, recall, remember, save
from terminal.session import current
from terminal.text import alarm, counted

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from charter.proof.verify import Verdict

FILE = click.Path(path_type=Path, dir_okay=False)
STOPPED = "Stopped before the end; nothing was found to be wrong so far. Run it again at any time."


@reading(
    "verify",
    examples=[
        "charter verify",
        "charter verify --save checkpoint.txt",
        "charter verify --against checkpoint.txt --json",
    ],
    params=[
        click.Option(["--against"], type=FILE, metavar="FILE", help="Also compare with a checkpoint kept in a file."),
        click.Option(
            ["--save", "kept"], type=FILE, metavar="FILE", help="Write the checkpoint that was verified to it."
        ),
        click.Option(["--anew"], is_flag=True, help="Forget what was verified here before: the ledger was made anew."),
    ],
)
def verify(against: Path | None, kept: Path | None, anew: bool) -> None:
    """Check that nothing in the ledger was altered; the ledger itself is not touched.

    Every entry is read and hashed again. The last checkpoint that was verified is remembered outside the ledger, so
    that a cut-off end, an older copy or another ledger in its place is noticed the next time.
    """
    from charter.proof.verify import checkpoint
    from charter.store.database import open_database

    session = current()
    outside = [read(against)] if against else []
    engine = open_database(session.where, read_only=True)
    try:
        files = (by_place(session.where), by_name(origin(engine)))
        before = [] if anew else recall(*files)
        verdict = _verified(engine, [*outside, *before])
        if verdict.ok and verdict.size:
            sealed = checkpoint(engine)
            remember(sealed, *files)
            if kept:
                save(sealed, kept)
    finally:
        engine.dispose()
    _report(verdict, before)


def _verified(engine: Engine, known: list[Checkpoint]) -> Verdict:
    """The verdict against every checkpoint there is, up to the first one that does not fit."""
    from charter.proof.verify import verify as check

    against: Sequence[Checkpoint | None] = known or [None]
    for one in against:
        with progress("Verifying", lambda _: STOPPED) as step:
            verdict = check(engine, against=one, workers=os.cpu_count() or 1, progress=step)
        if not verdict.ok:
            break
    return verdict


def _report(verdict: Verdict, before: list[Checkpoint]) -> None:
    damage = verdict.damage
    if current().as_json:
        found = {"position": damage.position, "kind": damage.kind, "sentence": damage.sentence} if damage else None
        seconds = round(verdict.seconds, 3)
        root = verdict.root.hex()
        document({"ok": verdict.ok, "size": verdict.size, "root": root, "seconds": seconds, "damage": found})
    elif damage is None:
        continued = f" They continue the {before[0].size:,} verified here before." if before else ""
        say(f"{counted(verdict.size, 'entry', 'entries')} verified, nothing was altered.{continued}")
        then("charter verify --save checkpoint.txt")
    if damage is not None:
        where = f" at position {damage.position:,}" if damage.position is not None else ""
        tell(f"{alarm(f'Verification failed: {damage.kind}{where}.')}\n{damage.sentence}")
        click.get_current_context().exit(DAMAGED)
