"""Keys hand on to others: a new one takes over, an old one is retired."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from charter.keys.commands import AdoptKey, RetireKey
from charter.keys.refusals import UnknownKey
from charter.keys.verifier import key_id
from charter.message import Refused
from charter.proof.note import SigningKey
from charter.publishing import signing_key
from charter.publishing.publish import signers
from charter.publishing.sealing import name_of, seal
from charter.publishing.signing_key import Held
from projections.published import published
from projections.wording import listed
from terminal.command import Command, Word, by_option, json_option, ledger_option
from terminal.output import document, lines, say, tell, then
from terminal.sealing import seal_if_possible
from terminal.session import Session, current


class NeedsAFile(Refused):
    """The key is in CHARTER_SIGNING_KEY, which cannot be written to. Say where the new one goes: --out FILE."""


def writing(name: str, *params: click.Parameter, examples: Sequence[str]) -> Callable[[Callable[..., None]], Command]:
    def decorate(function: Callable[..., None]) -> Command:
        common = [ledger_option(), by_option(), json_option()]
        return Command(name, callback=function, help=function.__doc__, examples=examples, params=[*params, *common])

    return decorate


def out_option() -> click.Option:
    return click.Option(
        ["--out"],
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write the secret key to this file instead, for CHARTER_SIGNING_KEY or another machine.",
    )


@writing("rotate", out_option(), examples=["charter key rotate", "charter key rotate --out new-signing.key"])
def rotate(out: Path | None) -> None:
    """Have a new key take over: the ledger adopts it, and the old one signs a checkpoint that says so.

    Both sign that checkpoint, so that trust goes from the old key to the new. Then the old one is retired, and its
    secret half removed here; what it signed stays valid. Where witnesses cosign, both go on signing until the
    witnesses know the new one and you retire the old one: charter key retire.
    """
    from charter.publishing.policy_file import policy

    session = current()
    name = name_of(session.ledger)
    held = signing_key.required(name)
    old = signers(session.ledger, held)
    path = out or held.path
    if path is None:
        raise NeedsAFile
    moved, old_place = path != held.path, held.place
    if len(old) == 1:
        held = _joined(session, held, path)
    [*before, new] = signers(session.ledger, held)
    tell(published(seal(session.ledger, tell, held)))
    rules = policy()
    report_key(new, f"It signs together with {_ids(before)}.")
    if moved:
        tell(f"From now on sign with what is in {path}: put it in the place of what is in {old_place}.")
    if rules.witnesses:
        witnesses = listed([witness.name for witness in rules.witnesses])
        tell(f"Give the new key to {witnesses}. Then: charter key retire {before[-1].verifier.key_id.hex()}")
        return
    for each in before:
        session.write(RetireKey(key=str(each.verifier), why=f"{new.verifier.key_id.hex()} took over."))
    signing_key.keep(path, [new])
    removed = "" if moved else f", and its secret half removed from {path}"
    tell(f"{_ids(before)} is retired{removed}. What it signed stays valid.")
    seal_if_possible(session, Held((new,), path))
    then("charter key show")


def _joined(session: Session, held: Held, path: Path) -> Held:
    """A new key beside those at hand, in the file and adopted; one that was left half-way is taken up."""
    known = {one.key for one in session.ledger.keys().known}
    left = [one for one in held.keys if str(one.verifier) not in known]
    new = left[-1] if left else SigningKey.new(held.keys[0].name)
    both = Held((*(one for one in held.keys if one is not new), new), path)
    signing_key.keep(path, both.keys, new=path != held.path)
    try:
        session.write(AdoptKey(key=str(new.verifier)))
    except Refused:  # all is as it was
        if path == held.path:
            signing_key.keep(path, held.keys)
        else:
            path.unlink()
        raise
    return both


@writing(
    "retire",
    Word("key", "The key's id, as charter key show gives it."),
    click.Option(["--why"], required=True, metavar="TEXT", help="Why it is retired."),
    examples=['charter key retire 4f1e7c02 --why "The laptop it was on is lost"'],
)
def retire(key: str, why: str) -> None:
    """Retire a key: it signs no more, and what it signed until now stays valid.

    Its secret half, if it is in your file, is removed. Only an admin can do this.
    """
    session = current()
    state = session.ledger.keys()
    found = [known.key for known in state.known if key.lower() in (key_id(known.key), known.key.lower())]
    if len(found) != 1:
        raise UnknownKey(key=key)
    held = signing_key.held(name_of(session.ledger))
    session.write(RetireKey(key=found[0], why=why))
    kept = [one for one in held.keys if str(one.verifier) != found[0]] if held else []
    removed = ""
    if held and held.path and len(kept) < len(held.keys):
        if kept:
            signing_key.keep(held.path, kept)
        else:
            held.path.unlink()
        removed = f" Its secret half was removed from {held.path}."
    if session.as_json:
        document({"id": key_id(found[0]), "key": found[0]})
    else:
        say(f"The key {key_id(found[0])} is retired. What it signed stays valid.{removed}")
    if held and kept:
        seal_if_possible(session, Held(tuple(kept), held.path))
    elif not session.ledger.keys().in_use:
        tell("No key signs for the ledger now.")
        then("charter key new")


def report_key(made: SigningKey, words: str) -> None:
    """Say which key there is now; on standard output nothing but the verifier key, to be kept and given away."""
    if current().as_json:
        document({"id": made.verifier.key_id.hex(), "key": str(made.verifier)})
        return
    lines([str(made.verifier)])
    tell(f"The ledger has adopted the key {made.verifier.key_id.hex()}. {words}")


def _ids(keys: Sequence[SigningKey]) -> str:
    return listed([each.verifier.key_id.hex() for each in keys])
