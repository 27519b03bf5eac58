"""Make a backup of a ledger while it is in use, and put one back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from charter.proof.identity import origin
from projections.wording import counted
from terminal.command import Word, reading
from terminal.output import document, say, tell, then
from terminal.progress import progress
from terminal.session import Session, current

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from charter.backup.put_back import PutBack
    from charter.backup.take import Places, Taken
    from charter.proof.checkpoint import Checkpoint
    from terminal.progress import Step

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)
STOPPED = "Stopped. No backup was made; begin again."
WITHOUT_KEY = "The keys of {} are missing, so their words cannot be read, {}."
NOT_PUT = "Stopped. The ledger was not put back; begin again."
PUT = "Stopped. The ledger is back, and whole; what it says of erasures is carried out when it is next used."


@reading(
    "backup",
    examples=["charter backup /var/backups/charter", "charter backup monday.backup --json"],
    params=[
        Word(
            "target", "The file to write, or a folder, where it is named for its time.", type=PATH, metavar="FILE|DIR"
        ),
        click.Option(["--without-keys"], is_flag=True, help="Leave out the key store: keep its copies apart."),
    ],
)
def backup(target: Path, without_keys: bool) -> None:
    """Copy a ledger in files while it is in use, with its key store and accounts, and check the copy.

    All that was acknowledged before is in it. Every entry of the copy is hashed again and every checkpoint compared
    before the backup is said to be made. The master key and the keys that sign checkpoints are never in it.
    """
    from charter.backup.make import make

    session = current()
    with progress("Making the backup", lambda _: STOPPED) as step:
        taken = make(
            session.where,
            target,
            datetime.now(UTC),
            tell,
            step,
            keys=not without_keys,
            workers=os.cpu_count() or 1,
        )
    _report_taken(session, taken, without_keys)


@reading(
    "restore",
    examples=[
        "charter restore /var/backups/charter/charter-20261122T071500Z.backup",
        "charter --ledger new.db restore monday.backup --erased-in charter.db.old",
    ],
    params=[
        Word("file", "The backup.", type=FILE, metavar="FILE"),
        click.Option(
            ["--erased-in", "erased"],
            type=FILE,
            multiple=True,
            metavar="FILE",
            help="The ledger or key store it replaces: who was erased there since stays erased. Can be repeated.",
        ),
    ],
)
def restore(file: Path, erased: tuple[Path, ...]) -> None:
    """Put a backup back where no ledger is, after checking all of it.

    A key store that is there already is kept, for it knows who was erased since, and gets the keys it lacks. Whatever
    erasure the ledger says was asked for is carried out at once, and the views are built anew.
    """
    from charter.backup.make import places_of
    from charter.backup.put_back import put_back

    session = current()
    places = places_of(session.where, tell)
    with progress("Checking", lambda _: PUT if places.ledger.exists() else NOT_PUT) as step:
        made = put_back(file, places, partial(_continuing, session, step), erased, tell)
        _forget_views(places.ledger)
        waiting = _to_erase_again(session, made)
    _report_put_back(session, places, made, waiting)


def _continuing(session: Session, step: Step, engine: Engine) -> Checkpoint:
    """The checkpoint of a copy that is to be put back: what is known of later entries is only told."""
    from charter.backup.whole import require_continued, whole
    from charter.publishing.remembered import by_name, by_place, recall

    name = origin(engine)
    known = [each for each in recall(by_place(session.where), by_name(name), tell=tell) if each.origin == name]
    sealed = whole(engine, workers=os.cpu_count() or 1, progress=step)
    later = [each for each in known if each.size > sealed.size]
    for each in known[len(later) :]:  # the longest come first
        require_continued(engine, each, sealed)
    if later:
        lost = f"{sealed.size + 1:,} to {later[0].size:,}"
        tell(
            f"{counted(later[0].size, 'entry', 'entries')} were verified or signed here before, and the backup ends at "
            f"{sealed.size:,}: entries {lost} are not in it. Is there a newer one? 'charter verify' will say so, too, "
            "until you accept it with: charter verify --anew"
        )
    return sealed


def _forget_views(ledger: Path) -> None:
    """Take away views that were left here: they are of another day, and are built anew when they are read."""
    for ending in ("", "-wal", "-shm"):
        ledger.with_name(f"{ledger.stem}.views.db{ending}").unlink(missing_ok=True)


def _report_taken(session: Session, taken: Taken, without_keys: bool) -> None:
    contents = taken.contents
    if session.as_json:
        facts = {"backup": str(taken.path), "bytes": taken.bytes, "without_key": taken.without_key}
        document(facts | contents.model_dump(exclude={"format", "software"}))
        return
    checked = f"Of {counted(contents.size, 'entry', 'entries')}, each hashed again: nothing is missing or altered."
    say(f"{taken.path} is a backup of {session.place}. {checked}")
    if taken.without_key:
        tell(WITHOUT_KEY.format(counted(taken.without_key, "person", "people"), "in the ledger as in the copy"))
    if without_keys:
        tell("The keys of people are not in it: without a copy of the key store their words cannot be read.")
    tell(f"Not in it, so keep copies of them elsewhere: {_secrets()}")
    then(f"charter --ledger check.db restore {taken.path}")


def _secrets() -> str:
    """Where the secrets are that no backup holds."""
    from charter.privacy import master
    from charter.publishing import signing_key

    signing = signing_key.VARIABLE if os.environ.get(signing_key.VARIABLE) else signing_key.default_path("").parent
    key = f"the master key ({master.VARIABLE if os.environ.get(master.VARIABLE) else master.default_file()})"
    return f"{key} and the keys that sign checkpoints ({signing})."


def _report_put_back(session: Session, places: Places, made: PutBack, waiting: list[str]) -> None:
    sealed = made.sealed
    if session.as_json:
        document(
            {
                "ledger": session.place,
                "name": sealed.origin,
                "size": sealed.size,
                "root": sealed.root.hex(),
                "made_at": made.contents.made_at,
                "keys_destroyed": made.destroyed,
                "to_be_erased_again": waiting,
                "without_key": made.without_key,
                "key_store_kept": made.kept_keys,
                "accounts_kept": made.kept_accounts,
            }
        )
        return
    say(
        f"{session.place} is back as it was on {made.contents.made_at[:16].replace('T', ' ')} UTC, with "
        f"{counted(sealed.size, 'entry', 'entries')}, each hashed again: nothing is missing or altered."
    )
    if made.kept_keys:
        tell(f"The key store that was there, {places.keys}, was kept, and got the keys it lacked.")
    if made.kept_accounts:
        tell(f"The accounts that were there, {places.accounts}, were kept; those of the backup were left out.")
    elif "accounts.db" in made.contents.files:
        tell("Everybody has to sign in again, and tokens have to be made anew: some may have been ended since.")
    if made.without_key:
        tell(WITHOUT_KEY.format(counted(made.without_key, "person", "people"), "unless you put their key store back"))
    if waiting:
        tell(
            f"{counted(len(waiting), 'person', 'people')} erased since the backup was made, which it does not know: "
            f"{', '.join(waiting)}. Erase them again by these ids, so that it is written down: charter subject erase"
        )
    then("charter status", "charter verify")


def _to_erase_again(session: Session, made: PutBack) -> list[str]:
    """Who was erased since, without the ledger that was put back saying so; what it does say is carried out before."""
    from charter.message import Refused
    from charter.store.errors import NeedsUpgrade
    from projections.erasure import unrecorded

    try:
        return sorted({*made.asked, *unrecorded(session.ledger)})
    except (NeedsUpgrade, Refused) as error:
        tell(str(error))
        return sorted(made.asked)
