"""The keys that sign a ledger's checkpoints: make one, show them, have another take over, retire one."""

from __future__ import annotations

from pathlib import Path

from charter.keys.commands import STREAM, AdoptKey
from charter.keys.state import Keys
from charter.keys.verifier import key_id
from charter.message import Refused
from charter.proof.note import SigningKey
from charter.publishing import signing_key
from charter.publishing.sealing import name_of
from charter.publishing.signing_key import Held
from projections.wording import listed
from terminal.command import Group, reading
from terminal.output import document, lines, say, tell, then
from terminal.rotation import out_option, report_key, retire, rotate, writing
from terminal.sealing import seal_if_possible
from terminal.session import Session, current
from terminal.times import shown

key = Group("key", help="The keys that sign this ledger's checkpoints: make, show, rotate and retire them.")


class KeyAtHand(Refused):
    """The key {key} in {place} signs for this ledger already. Have a new one take over: charter key rotate."""


@key.add_command
@writing("new", out_option(), examples=["charter key new > ledger.vkey", "charter key new --out signing.key"])
def _new(out: Path | None) -> None:
    """Make the ledger's signing key, have the ledger adopt it, and publish a first checkpoint.

    The secret half goes into a file that only you can read, never into the ledger; keep a copy of it, but not where
    the ledger's backups are. Only an admin can do this.
    """
    session = current()
    name = name_of(session.ledger)
    held = None if out else signing_key.held(name)
    state = session.ledger.keys()
    in_use = [known.key for known in state.in_use]
    if held is None:
        held = _made(session, name, out)
    else:  # one that was made and not adopted yet
        for known in held.keys:
            if str(known.verifier) in in_use:
                raise KeyAtHand(key=known.verifier.key_id.hex(), place=held.place)
        session.write(AdoptKey(key=str(held.keys[-1].verifier)))
    report_key(held.keys[-1], f"Its secret half is in {held.place}.")
    if state.known:
        others = listed([key_id(known.key) for known in state.known])
        tell(f"No older key vouches for it: tell whoever knows the ledger by {others}.")
    seal_if_possible(session, held)
    then("charter key show", "charter checkpoint --out FILE")


def _made(session: Session, name: str, out: Path | None) -> Held:
    """A new key, in its file and adopted; no file stays behind when the ledger refuses it."""
    made = SigningKey.new(name)
    path = out or signing_key.default_path(name)
    signing_key.keep(path, [made], new=True)
    try:
        session.write(AdoptKey(key=str(made.verifier)))
    except Refused:
        path.unlink()
        raise
    return Held((made,), path)


@key.add_command
@reading("show", examples=["charter key show", "charter key show --json"])
def _show() -> None:
    """Show every key the ledger adopted, since when it signs, and whether its secret half is here.

    The long line is the verifier key: what a witness or an auditor needs to check the ledger's signatures.
    """
    session = current()
    name = name_of(session.ledger)
    held = signing_key.held(name)
    here = {str(known.verifier) for known in held.keys} if held else set()
    state = session.ledger.keys()
    positions = {entry.event.key: entry.position for entry in reversed(session.ledger.stream(STREAM))}  # type: ignore[attr-defined]  # both events have it
    if session.as_json:
        document(
            [
                {
                    "id": key_id(known.key),
                    "key": known.key,
                    "position": positions[known.key],
                    "adopted_at": known.adopted_at,
                    "in_use": not known.retired,
                    "retired_at": known.retired_at,
                    "here": known.key in here,
                }
                for known in state.known
            ]
        )
        return
    if not state.known:
        tell(f"The ledger {name} has no signing key yet.")
        then("charter key new")
        return
    lines(_shown(state, positions, here, held))


def _shown(state: Keys, positions: dict[str, int], here: set[str], held: Held | None) -> list[str]:
    written = []
    for known in state.known:
        since = f"since {shown(known.adopted_at)} (entry {positions[known.key]:,})"
        if known.retired:
            words = f"retired {shown(known.retired_at)}, signed {since}"
        else:
            place = f"here in {held.place}" if held and known.key in here else "not here"
            words = f"signs {since}; its secret half is {place}"
        written += [f"{key_id(known.key)}  {words}", f"          {known.key}"]
    return written


@key.add_command
@reading("master", examples=["charter key master"])
def _master() -> None:
    """Make the master key, under which people's words are sealed; only for a ledger that never had one.

    It is a file that only you can read. Whoever loses it loses every sealed word, so keep a copy of it, but not where
    the ledger's backups are.
    """
    from charter.privacy import master

    path = master.create()
    if current().as_json:
        document({"path": str(path)})
    else:
        say(f"Made the master key, {path}. Keep a copy of it.")


for handing_on in (rotate, retire):
    key.add_command(handing_on)
key.first("show", "new", "rotate", "retire", "master")
