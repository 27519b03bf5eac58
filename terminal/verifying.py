"""Check that nothing in a ledger was altered, against its own hashes, its signatures and what was seen here before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.identity import origin
from charter.proof.note import VerifierKey
from charter.publishing.remembered import NotSaved, by_name, by_place, forget, read, recall, remember, save
from projections.published import unconfirmed
from projections.wording import counted, listed
from terminal.command import reading
from terminal.mistakes import DAMAGED
from terminal.output import document, say, tell, then
from terminal.progress import progress
from terminal.session import current
from terminal.signatures import at_hand
from terminal.text import alarm
from terminal.timestamps import Checked, chain_option, check_stamps
from terminal.verifier_keys import verifier_keys, verifier_keys_option

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from charter.proof.policy import Policy
    from charter.proof.verify import Verdict
    from charter.publishing.signatures import Judged, Weighed

FILE = click.Path(path_type=Path, dir_okay=False)
STOPPED = "Stopped before the end; nothing was found to be wrong so far. Run it again at any time."


class _Known(NamedTuple):
    """What is known of the ledger from elsewhere."""

    given: tuple[Checkpoint, SignedCheckpoint | None] | None
    """The checkpoint that was given, and the note it is signed in, if it is."""
    before: list[Checkpoint]
    """What was verified or signed here before."""
    keys: tuple[VerifierKey, ...]
    """The keys that were given."""
    rules: Policy | None
    """The policy that was given."""


@reading(
    "verify",
    examples=[
        "charter verify",
        "charter verify --save checkpoint.txt",
        "charter verify --against 2026-11.checkpoint --json",
        "charter verify --key ledger.vkey",
    ],
    params=[
        click.Option(
            ["--against"],
            type=FILE,
            metavar="FILE",
            help="Also compare with a checkpoint kept in a file, signed or not.",
        ),
        verifier_keys_option(
            "key",
            "A key that the ledger is known by: its published checkpoints must be signed with it, or with keys that "
            "took over from it.",
        ),
        click.Option(
            ["--policy", "rules"],
            type=FILE,
            metavar="FILE",
            help="Whose keys and cosignatures the newest checkpoint must bear (C2SP tlog-policy).",
        ),
        click.Option(
            ["--save", "kept"], type=FILE, metavar="FILE", help="Write the checkpoint that was verified to it."
        ),
        click.Option(["--anew"], is_flag=True, help="Forget what was known here before: the ledger was made anew."),
        chain_option(),
    ],
)
def verify(
    against: Path | None,
    key: tuple[str, ...],
    rules: Path | None,
    kept: Path | None,
    anew: bool,
    chain: Path | None,
) -> None:
    """Check that nothing in the ledger was altered; the ledger itself is not touched.

    Every entry is read and hashed again, and every published checkpoint has to fit and to be signed. What was verified
    or signed last is remembered outside the ledger, so that a cut-off end, an older copy or another ledger in its place
    is noticed the next time. A key from elsewhere, given or in your key file, shows a history that was rewritten as a
    whole.
    """
    from charter.publishing.policy_file import policy
    from charter.publishing.roots_file import given_roots
    from charter.store.database import open_database
    from charter.store.errors import tables_as_made

    session = current()
    given = read(against) if against else None
    keys = verifier_keys(key, "key")
    roots = given_roots(chain)
    engine = open_database(session.where, read_only=True)
    try:
        with tables_as_made():
            name = origin(engine)
            files = (by_place(session.where), by_name(name))
            known = _Known(given, [] if anew else recall(*files, tell=tell), keys, policy(rules) if rules else None)
            judged = _verified(engine, name, known)
            verdict, stamps = check_stamps(engine, judged.verdict, roots)
    finally:
        engine.dispose()
    _report(judged._replace(verdict=verdict), known, stamps)  # which ends here where something is wrong
    if verdict.size:
        sealed = Checkpoint(name, verdict.size, verdict.root)
        _remember(sealed, files, anew=anew)
        if kept:
            save(sealed, kept)


def _remember(sealed: Checkpoint, files: tuple[Path, ...], *, anew: bool) -> None:
    """Keep what was verified for the next time; where that can't be, it is told, and the verdict is no worse for it."""
    try:
        if anew:
            forget(*files)
        remember(sealed, *files)
    except NotSaved as error:
        tell(f"This is not remembered for the next time. {error}")


def _verified(engine: Engine, name: str, known: _Known) -> Judged:
    """The verdict on the entries, every checkpoint and who signed them, up to the first thing that is wrong."""
    from charter.publishing.signatures import Known, judged

    checkpoint, note = known.given or (None, None)
    outside = [*([checkpoint] if checkpoint else []), *known.before]
    elsewhere = Known(outside, note, known.keys, known.rules)
    return judged(engine, name, elsewhere, lambda against: _hashed(engine, against), at_hand)


def _hashed(engine: Engine, against: Checkpoint | None) -> Verdict:
    from charter.proof.verify import verify as check

    with progress("Verifying", lambda _: STOPPED) as step:
        return check(engine, against=against, workers=os.cpu_count() or 1, progress=step)


def _report(judged: Judged, known: _Known, stamps: Checked) -> None:
    verdict, weighed = judged.verdict, judged.weighed
    damage = verdict.damage
    if current().as_json:
        found = {"position": damage.position, "kind": damage.kind, "sentence": damage.sentence} if damage else None
        seconds = round(verdict.seconds, 3)
        root = verdict.root.hex()
        signed = _signed(weighed)
        document(
            {
                "ok": verdict.ok,
                "size": verdict.size,
                "root": root,
                "seconds": seconds,
                "signed": signed,
                "confirmed": judged.confirmed,
                **stamps.facts(),
                "damage": found,
            }
        )
    elif damage is None:
        continued = f" They continue the {known.before[0].size:,} known here before." if known.before else ""
        doubts = f" {doubt}" if (doubt := unconfirmed(judged)) else ""
        rest = f"{continued}{_sealed(weighed)}{doubts}"
        say(f"{counted(verdict.size, 'entry', 'entries')} verified, nothing was altered.{rest}")
        stamps.report()
        then("charter checkpoint", "charter verify --save checkpoint.txt")
    if damage is not None:
        where = f" at position {damage.position:,}" if damage.position is not None else ""
        tell(f"{alarm(f'Verification failed: {damage.kind}{where}.')}\n{damage.sentence}")
        click.get_current_context().exit(DAMAGED)


def _signed(weighed: Weighed) -> dict[str, object] | None:
    trust = weighed.trust
    if trust is None or trust.sealed is None:
        return None
    return {
        "size": trust.sealed.checkpoint.size,
        "keys": [str(key) for key in trust.by],
        "pinned": trust.pinned,
        "cosigned": dict(weighed.cosigned),
    }


def _sealed(weighed: Weighed) -> str:
    trust = weighed.trust
    if trust is None or trust.sealed is None:
        return ""
    known = ", known from outside the ledger" if trust.pinned else ""
    keys = listed([key.key_id.hex() for key in trust.by])
    cosigned = f", and cosigned by {listed(list(weighed.cosigned))}" if weighed.cosigned else ""
    return f" Entries 1 to {trust.sealed.checkpoint.size:,} are signed with {keys}{known}{cosigned}."
