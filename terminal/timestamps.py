"""Have somebody outside say when a checkpoint was seen, and check what was said so far."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from sqlalchemy import Engine, func, inspect, select

from charter.message import Refused
from charter.store.tables import checkpoints
from projections.wording import counted
from terminal.command import reading
from terminal.output import document, say, tell, then
from terminal.session import current
from terminal.text import one_line
from terminal.times import shown

if TYPE_CHECKING:
    from charter.proof.stamped import KeptStamp
    from charter.proof.timestamp import Roots
    from charter.proof.verify import Verdict

URL = "CHARTER_TIMESTAMP_URL"
CHAIN = "CHARTER_TIMESTAMP_CHAIN"


class NoAuthority(Refused):
    """Nobody is known who could stamp the checkpoint. Name a time-stamp authority with --authority URL, or set
    CHARTER_TIMESTAMP_URL."""


class NoRoots(Refused):
    """A time stamp is kept only if it can be verified. Give the certificates of the authority with --chain FILE, or
    set CHARTER_TIMESTAMP_CHAIN."""


def chain_option() -> click.Option:
    """--chain, wherever time stamps are verified."""
    return click.Option(
        ["--chain"],
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help=f"The root certificates of those you trust with the time, as PEM. Else {CHAIN}.",
    )


@reading(
    "timestamp",
    examples=[
        "charter timestamp",
        "charter timestamp --authority https://tsa.example/tsr --chain tsa.pem",
    ],
    params=[
        click.Option(["--authority"], metavar="URL", help=f"The time-stamp authority (RFC 3161) to ask. Else {URL}."),
        chain_option(),
    ],
)
def timestamp(authority: str | None, chain: Path | None) -> None:
    """Have an outside authority say when it saw the newest checkpoint.

    The authority learns a hash of the checkpoint, nothing else. Its answer is verified and kept in the ledger; from
    then on charter verify finds entries that were written with a time of the past, if they are off by more than five
    minutes, as clocks may differ. The checkpoint has to seal all there is: charter checkpoint.
    """
    from charter.publishing.roots_file import given_roots

    session = current()
    url = authority or os.environ.get(URL)
    if not url:
        raise NoAuthority
    roots = given_roots(chain)
    if roots is None:
        raise NoRoots
    from charter.publishing.stamping import stamp_newest

    outcome = stamp_newest(session.ledger, url, roots)
    kept = outcome.kept
    if session.as_json:
        document({**_facts(kept), "made_at": outcome.row.made_at, "new": outcome.new})
        return
    already = "" if outcome.new else " already"
    say(f"The checkpoint of {counted(kept.checkpoint.size, 'entry', 'entries')} is stamped{already} by {_by(kept)}.")
    then("charter verify")


class Checked(NamedTuple):
    """What is known of a ledger's time stamps."""

    good: Sequence[KeptStamp] = ()
    unchecked: int = 0
    """How many there are that were not looked at, for want of roots."""

    def facts(self) -> dict[str, object]:
        """As JSON."""
        return {"stamps": [_facts(kept) for kept in self.good], "unchecked_stamps": self.unchecked}

    def report(self) -> None:
        """In words: data first, then what to do about the rest."""
        if self.good:
            newest = max(self.good, key=lambda kept: kept.checkpoint.size)
            which = "The time stamp" if len(self.good) == 1 else f"{len(self.good):,} time stamps hold; the newest,"
            hold = "holds: " if len(self.good) == 1 else ""
            entries = counted(newest.checkpoint.size, "entry", "entries")
            say(f"{which} {hold}over {entries}, stamped by {_by(newest)}.")
        if self.unchecked:
            tell(f"{counted(self.unchecked, 'time stamp')} not checked: give their authority's root with --chain FILE.")


def check_stamps(engine: Engine, verdict: Verdict, roots: Roots | None) -> tuple[Verdict, Checked]:
    """The verdict on a ledger with what its time stamps add, if it was found whole without them."""
    count = _count(engine) if verdict.ok else 0
    if not count or roots is None:
        return verdict, Checked(unchecked=count)
    from charter.proof.stamped import verify_stamps

    good, damage = verify_stamps(engine, roots)
    return replace(verdict, damage=damage), Checked(good)


def _count(engine: Engine) -> int:
    """How many time stamps there are; a ledger of an older version has none."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(checkpoints.name):
            return 0
        return connection.execute(select(func.count(checkpoints.c.stamp))).scalar_one()


def _facts(kept: KeptStamp) -> dict[str, object]:
    return {
        "size": kept.checkpoint.size,
        "root": kept.checkpoint.root.hex(),
        "time": kept.stamp.time,
        "accuracy_seconds": kept.stamp.accuracy.total_seconds(),
        "authority": kept.stamp.authority,
        "policy": kept.stamp.policy,
        "serial": str(kept.stamp.serial),
    }


def _by(kept: KeptStamp) -> str:
    return f"{one_line(kept.stamp.authority)} at {shown(kept.stamp.time)}"
