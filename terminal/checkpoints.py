"""Show strangers that nothing was altered: publish checkpoints, and prove single entries and growth against them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from charter.message import Refused
from charter.publishing.remembered import NotSaved, read, save
from projections.published import published, signed_with
from projections.wording import counted
from terminal.command import Word, reading
from terminal.mistakes import DAMAGED
from terminal.output import document, lines, tell, then
from terminal.session import current
from terminal.text import alarm

if TYPE_CHECKING:
    from charter.proof.checkpoint import Checkpoint
    from charter.proof.stored import StoredTree
    from charter.publishing.publish import Outcome

FILE = click.Path(path_type=Path, dir_okay=False)
MOST_DIGITS = 18
FOLDER = click.Path(path_type=Path, file_okay=False)


class OfAnotherLedger(Refused):
    """The checkpoint in {path} is of another ledger, {other}, and this one is {origin}. Add --ledger."""


@reading(
    "checkpoint",
    examples=[
        "charter checkpoint",
        "charter checkpoint --out 2026-11.checkpoint",
        "charter checkpoint --policy witnesses.policy --json",
    ],
    params=[
        click.Option(["--out"], type=FILE, metavar="FILE", help="Write it to a file, too, to be kept or given away."),
        click.Option(
            ["--policy", "rules"],
            type=FILE,
            metavar="FILE",
            help="Whom to ask to cosign (C2SP tlog-policy). Else CHARTER_POLICY, else witnesses.policy in the folder "
            "charter of your configuration; without any, nobody.",
        ),
    ],
)
def checkpoint(out: Path | None, rules: Path | None) -> None:
    """Sign and publish a checkpoint: it seals every entry there is, and whoever has it can tell if one is altered.

    Nothing is signed that does not continue every checkpoint known here. Witnesses are asked to cosign; without the
    quorum that the policy asks for, nothing is published. Sign with the key that charter key new makes.
    """
    from charter.publishing.policy_file import policy
    from charter.publishing.sealing import seal

    session = current()
    outcome = seal(session.ledger, tell, rules=policy(rules))
    if out:
        save(outcome.signed, out)
    if session.as_json:
        document(_facts(outcome))
        return
    click.echo(str(outcome.signed), nl=False)
    tell(published(outcome))
    then("charter proof DECISION --out FILE", "charter verify")


def _facts(outcome: Outcome) -> dict[str, object]:
    sealed = outcome.signed.checkpoint
    return {
        "origin": sealed.origin,
        "size": sealed.size,
        "root": sealed.root.hex(),
        "made_at": outcome.published.made_at,
        "new": outcome.new,
        "signed_with": signed_with(outcome),
        "cosigned": outcome.cosigned,
        "asked": {reply.witness: reply.words for reply in outcome.replies},
        "note": str(outcome.signed),
    }


@reading(
    "proof",
    examples=[
        "charter proof 3f0c12ab --out answer.tlog-proof",
        "charter proof 3f0c12ab --entry 1",
        "charter proof 3f0c12ab --all proofs/",
    ],
    params=[
        Word("decision", "The id of the decision, or the beginning of it."),
        click.Option(["--out"], type=FILE, metavar="FILE", help="Write the proof to a file instead."),
        click.Option(
            ["--entry"],
            type=click.IntRange(min=1),
            metavar="N",
            help="Prove the decision's entry N, counted from 1; the one with the answer when left out.",
        ),
        click.Option(
            ["--all", "folder"], type=FOLDER, metavar="FOLDER", help="Prove each of its entries, in a file of its own."
        ),
    ],
)
def proof(decision: str, out: Path | None, entry: int | None, folder: Path | None) -> None:
    """Prove to a stranger that a decision is in the ledger, as it was recorded and where.

    The proof is a C2SP tlog-proof against the newest published checkpoint. Its extra line holds the entry's leaf
    record (position, stream, version, type, time and the hash of the body): what the proof begins with.
    """
    if folder and (out or entry):
        msg = "--all writes every entry into its folder: leave out --out and --entry."
        raise click.UsageError(msg)
    from charter.proof.stored import StoredTree
    from charter.publishing.proofs import meant, newest, prove

    session = current()
    found = session.ledger.find_decision(decision)
    history = session.ledger.stream(f"decision/{found}")
    chosen = history if folder else [meant(history, entry)]
    sealed = newest(session.ledger)
    tree = StoredTree(session.ledger.entries_recorder)
    proofs = [(one, prove(session.ledger, tree, sealed, one.position)) for one in chosen]
    if folder:
        _make(folder)
    for one, made in proofs:
        target = folder / f"{found[:8]}-{one.version}-{one.type}.tlog-proof" if folder else out
        if target:
            save(made, target)
    if session.as_json:
        document([{"position": one.position, "type": one.type, "proof": str(made)} for one, made in proofs])
    elif not (out or folder):
        click.echo(str(proofs[0][1]), nl=False)
    [first, *others] = chosen
    what = f"{len(chosen)} entries are" if others else f"Entry {first.position:,}, {first.type}, is"
    tell(f"{what} proved to be among the {sealed.checkpoint.size:,} that the newest published checkpoint seals.")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotSaved(path=folder, why=error.strerror) from None


@reading(
    "consistency",
    examples=[
        "charter consistency 2026-10.checkpoint 2026-11.checkpoint",
        "charter consistency 1200 1284 --json",
    ],
    params=[
        Word("old", "The older checkpoint: a file, or how many entries it seals."),
        Word("new", "The newer one, likewise."),
    ],
)
def consistency(old: str, new: str) -> None:
    """Prove that between two checkpoints the ledger only grew: nothing sealed by the older one was altered.

    Prints the hashes of the proof (RFC 6962 §2.1.2), one base64 line each, after checking that they lead from the one
    to the other; where a file seals something else than the ledger has, the exit code is 5.
    """
    from charter.proof.paths import BadProof, check_consistency
    from charter.proof.stored import StoredTree
    from charter.publishing.proofs import growth
    from charter.publishing.publish import head_of

    session = current()
    tree = StoredTree(session.ledger.entries_recorder)
    head = head_of(session.ledger, tree)
    first, second = (_sealed(given, head, tree) for given in (old, new))
    proof = growth(tree, head.size, first.size, second.size)
    try:
        check_consistency(first.size, second.size, first.root, second.root, proof)
    except BadProof as error:
        tell(f"{alarm('The two checkpoints do not fit.')} {_sentence(str(error))} Run: charter verify --against FILE")
        click.get_current_context().exit(DAMAGED)
    hashes = [b64encode(node).decode() for node in proof]
    if session.as_json:
        document({"old": _known(first), "new": _known(second), "proof": hashes})
        return
    if hashes:
        lines(hashes)
    grown = counted(second.size, "entry", "entries")
    tell(f"The ledger of {grown} begins with the {first.size:,} of before; nothing of them was altered.")


def _sealed(given: str, head: Checkpoint, tree: StoredTree) -> Checkpoint:
    """A checkpoint from its file, or of as many entries of this ledger as is said."""
    digits = given.replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        sealed, _ = read(Path(given))
        if sealed.origin != head.origin:
            raise OfAnotherLedger(path=given, other=sealed.origin, origin=head.origin)
    else:
        size = int(digits)
        sealed = replace(head, size=size, root=tree(0, min(size, head.size)))
    return sealed


def _known(sealed: Checkpoint) -> dict[str, object]:
    return {"size": sealed.size, "root": sealed.root.hex()}


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
