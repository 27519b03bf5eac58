"""What shows that nothing was altered: the tree, its newest checkpoint and who cosigned it, and proofs against them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from charter.proof.stored import StoredTree
from charter.publishing.proofs import growth, meant, newest, prove
from charter.publishing.publish import head_of, latest_of
from web.api.asking import At, OfDecision, said
from web.api.description import TEXT, kinds, may_answer
from web.asking import Asks

router = APIRouter(tags=["Verification"])
MOST = 2**53


@dataclass(frozen=True, slots=True)
class Sealed:
    """A published checkpoint: how many entries it seals, when it was made, and who signed and cosigned it."""

    size: int
    made_at: str
    root: str
    signed_by: tuple[str, ...]
    stamped: bool
    note: str


@dataclass(frozen=True, slots=True)
class State:
    """The ledger as it is sealed: its name, its size and root now, and the newest published checkpoint, if any."""

    origin: str
    size: int
    root: str
    checkpoint: Sealed | None


@dataclass(frozen=True, slots=True)
class Consistency:
    """The hashes (base64) that lead from one size of the tree to a later one (RFC 6962 §2.1.2), and both roots."""

    old: int
    old_root: str
    new: int
    new_root: str
    proof: tuple[str, ...]


@router.get("/verification", response_model=State, responses=may_answer(409), summary="How the ledger is sealed")
def state(site: At, asks: Asks) -> Response:
    """How many entries there are, the root over them, and the newest published checkpoint with its signatures."""
    del asks
    head = head_of(site.ledger, StoredTree(site.ledger.entries_recorder))
    latest = latest_of(site.ledger)
    sealed = None
    if latest is not None:
        checkpoint, names = latest.signed.checkpoint, [signature.name for signature in latest.signed.note.signatures]
        stamped = latest.row.stamp is not None
        note = str(latest.signed)
        sealed = Sealed(checkpoint.size, latest.row.made_at, checkpoint.root.hex(), tuple(names), stamped, note)
    return said(State(head.origin, head.size, head.root.hex(), sealed))


@router.get(
    "/verification/consistency",
    response_model=Consistency,
    responses=may_answer(409),
    summary="That the ledger only grew",
)
def grown(
    site: At,
    asks: Asks,
    old: Annotated[int, Query(ge=1, le=MOST, description="How many entries an earlier checkpoint seals.")],
    new: Annotated[
        int | None, Query(ge=1, le=MOST, description="And a later one; all there are when left out.")
    ] = None,
) -> Response:
    """The proof that nothing sealed at an earlier size was altered up to a later one."""
    del asks
    tree = StoredTree(site.ledger.entries_recorder)
    head = head_of(site.ledger, tree)
    new = head.size if new is None else new
    hashes = [b64encode(node).decode() for node in growth(tree, head.size, old, new)]
    return said(Consistency(old, tree(0, old).hex(), new, tree(0, new).hex(), tuple(hashes)))


@router.get(
    "/decisions/{decision}/proof",
    response_class=PlainTextResponse,
    responses=may_answer(404, 409, begun=kinds(TEXT, description="A C2SP tlog-proof.")),
    summary="The proof of a decision",
)
def proof(
    site: At,
    decision: OfDecision,
    entry: Annotated[
        int | None, Query(ge=1, le=MOST, description="Which of its entries, from 1; the one with the answer else.")
    ] = None,
) -> Response:
    """That an entry of the decision is in the ledger as it was recorded, against the newest published checkpoint.

    A C2SP tlog-proof, for whoever has the entry and the ledger's key and trusts nobody. Its extra line holds the
    entry's leaf record.
    """
    history = site.ledger.stream(f"decision/{decision}")
    chosen = meant(history, entry)
    tree = StoredTree(site.ledger.entries_recorder)
    made = prove(site.ledger, tree, newest(site.ledger), chosen.position)
    headers = {"Content-Disposition": f'attachment; filename="{decision[:8]}-{chosen.version}.tlog-proof"'}
    return PlainTextResponse(str(made), headers=headers)
