"""Gather the evidence about decisions in one file that anybody can check, without this ledger and its software."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from charter.evidence.refusals import NothingToProve, PackNotWritten
from charter.files import whole
from projections.wording import counted, listed
from terminal.command import Word, reading
from terminal.output import document, say, tell, then
from terminal.progress import progress
from terminal.session import Session, current
from terminal.times import to_day
from terminal.timestamps import chain_option
from terminal.values import CODE

if TYPE_CHECKING:
    from charter.evidence.pack import Pack
    from web.documents.evidence.casebook import Contents

FILE = click.Path(path_type=Path, dir_okay=False)
STOPPED = "Stopped. No pack was written; begin again."


class Period(click.ParamType[tuple[date | None, date | None]]):
    """Two days with .. between them, of which one may be left out."""

    name = "period"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[date | None, date | None]:
        """The first day and the last; fails with a sentence."""
        if isinstance(value, tuple):
            return value
        first, dots, last = str(value).partition("..")
        try:
            since, until = (to_day(text) if text else None for text in (first, last))
        except ValueError:
            self.fail("a period is two days, such as 2026-01-01..2026-03-31.", param, ctx)
        if not dots or since == until is None:
            self.fail("a period is two days, such as 2026-01-01..2026-03-31.", param, ctx)
        if since and until and since > until:
            self.fail("the first day comes after the last.", param, ctx)
        return since, until


@reading(
    "evidence",
    charter="option",
    examples=[
        "charter evidence 3f0c12ab --out pack.zip",
        "charter evidence --promise REFUND-30 --period 2026-01-01.. --out year.zip",
        "charter evidence 3f0c12ab 4e1d77aa --open --chain authority.pem --out pack.zip",
    ],
    params=[
        Word("decisions", "Decisions by their ids, or the beginnings of them.", metavar="DECISION…", nargs=-1),
        click.Option(["--promise"], type=CODE, metavar="CODE", help="All that cite a promise or one of its limits."),
        click.Option(["--period"], type=Period(), metavar="A..B", help="All from day A to day B."),
        click.Option(["--out"], type=FILE, required=True, metavar="FILE", help="The zip to write."),
        click.Option(
            ["--open", "opened"], is_flag=True, help="Open the personal data in them. Without it, it stays sealed."
        ),
        chain_option(),
    ],
)
def evidence(
    decisions: Sequence[str],
    promise: str | None,
    period: tuple[date | None, date | None] | None,
    out: Path,
    opened: bool,
    chain: Path | None,
) -> None:
    """Gather all that proves decisions in one zip: for a customer, an auditor or a court.

    It holds every entry of the decisions and the revisions they cite, with proofs against the newest published
    checkpoint, a page to read, and a program that checks it all with nothing but Python.
    """
    if bool(decisions) == bool(promise or period):
        msg = "Name decisions, or all that --promise and --period find."
        raise click.UsageError(msg)
    from charter.evidence import seal
    from charter.privacy import master
    from charter.publishing.policy_file import policy
    from charter.publishing.roots_file import given_roots
    from web.documents.evidence.casebook import Contents
    from web.documents.evidence.gathering import gather

    session = current()
    if opened and session.ledger.vault.master is None:
        raise master.MasterKeyMissing(path=master.default_file())
    found, about = _found(session, decisions, promise, period)
    sealed = seal.newest(session.ledger, policy(), given_roots(chain))
    with progress("Gathering evidence", lambda _: STOPPED) as step, _written(out) as file:
        contents = Contents(about, opened, sealed)
        gathered = gather(session.views, file, found, contents, step)
    _report(session, out, gathered, contents)


def _found(
    session: Session,
    decisions: Sequence[str],
    promise: str | None,
    period: tuple[date | None, date | None] | None,
) -> tuple[list[str], str]:
    """The ids of the decisions, and in words which they are; raises NothingToProve."""
    from projections.decision_register import Filter, lines
    from terminal.filters import checked

    if decisions:
        found = list(dict.fromkeys(session.ledger.find_decision(each) for each in decisions))
        return found, listed([each[:8] for each in found[:3]] + ([f"{len(found) - 3} more"] if found[3:] else []))
    since, until = period or (None, None)
    checked(session, {"promise": promise})
    wanted = Filter(charter=session.known_charter, promise=promise, since=since, until=until)
    parts = (("citing", promise), ("from", since), ("until", until))
    about = " ".join(f"{word} {value}" for word, value in parts if value)
    found = [line.id for line in lines(session.views, wanted)]
    if not found:
        raise NothingToProve(which=about)
    return found, f"all {about}"


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its place when it is whole, or not at all; raises PackNotWritten."""
    try:
        with whole(path) as file:
            yield file
    except OSError as error:
        raise PackNotWritten(path=path, why=error.strerror) from None


def _report(session: Session, out: Path, pack: Pack, contents: Contents) -> None:
    seal = contents.seal
    sealed = seal.signed.checkpoint
    if session.as_json:
        facts = {
            "pack": str(out),
            "bytes": out.stat().st_size,
            "decisions": pack.decisions,
            "entries": pack.entries,
            "in_the_open": pack.in_the_open,
            "opened": contents.opened,
            "ledger": sealed.origin,
            "size": sealed.size,
            "root": sealed.root.hex(),
            "keys": [str(log.key) for log in seal.policy.logs],
            "cosigned": seal.cosigned,
            "stamped": seal.stamp is not None,
        }
        document(facts)
        return
    held = f"{counted(pack.decisions, 'decision')}, with {counted(pack.entries, 'entry', 'entries')} in all"
    say(f"{out} holds {held}, proved by the checkpoint of {counted(sealed.size, 'entry', 'entries')}.")
    if pack.unsealed:
        tell("Personal data is opened in it: give it only to somebody who may read it.")
    elif contents.opened:
        tell("Nothing in it could be opened: there is no personal data in it, it was erased, or its keys are not here.")
    if pack.in_the_open:
        before = f"{counted(pack.in_the_open, 'entry was', 'entries were')} written before words of people were sealed"
        tell(f"{before}: what they say can be read in the pack.")
    if seal.stamp is None:
        tell("The checkpoint has no time stamp. To get one first: charter timestamp")
    then(f"unzip -p {out} verify.py | python3 - {out}")
