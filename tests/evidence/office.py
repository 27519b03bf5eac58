"""A ledger with something to prove: signed, cosigned by two witnesses, stamped, and asked for evidence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from charter.decisions.commands import AppealDecision, UpholdDecision
from charter.evidence.pack import Pack
from charter.evidence.seal import Seal, newest
from charter.keys.commands import AdoptKey, RetireKey
from charter.leaf import stamp
from charter.ledger import Ledger
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.cosignature import sign
from charter.proof.key import COSIGNATURE, SigningKey
from charter.proof.policy import Policy
from charter.proof.timestamp import Roots
from charter.proof.verify import checkpoint
from charter.store.published import Published
from tests.projections.airline import ANOTHER, CASE, Airline, day


def witness(name: str) -> SigningKey:
    """The key of a witness of that name, always the same."""
    return SigningKey(f"{name}.example", name.encode().ljust(32, b"!"), COSIGNATURE)


NORTH, SOUTH = witness("north"), witness("south")
BOTH = Policy.parse(
    f"witness north {NORTH.verifier}\nwitness south {SOUTH.verifier}\ngroup both all north south\nquorum both\n"
)
NOBODY = Policy.parse("quorum none\n")
COSIGNED_AT = 1_711_000_000


class Office:
    """Keeps the ledger of an airline, with the keys to sign for it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.airline = Airline(str(folder / "charter.db"))
        self.airline.promise("REFUND-30", "No refund on used tickets")
        self.airline.publish()

    @property
    def ledger(self) -> Ledger:
        """The ledger."""
        return self.airline.ledger

    def close(self) -> None:
        """Let go of the databases."""
        self.airline.close()

    def decide(self, decision: str = CASE) -> None:
        """rita says no, the customer appeals, rex upholds it."""
        self.airline.now = max(self.airline.now, day(3, 1))
        self.airline.refuse("REFUND-30.1", decision=decision)
        self.airline.do(AppealDecision(decision=decision, argument="Nobody <told> me & my dog."), by="rita")
        self.airline.do(UpholdDecision(decision=decision, reason="The ticket says so."), by="rex")

    def key(self, seed: bytes) -> SigningKey:
        """A key of the ledger, always the same for a seed."""
        return SigningKey(checkpoint(self.ledger.engine).origin, seed.ljust(32, b"!"))

    def adopt(self, key: SigningKey) -> None:
        """Have the ledger adopt a key."""
        self.airline.do(AdoptKey(key=str(key.verifier)))

    def retire(self, key: SigningKey) -> None:
        """Have the ledger retire a key."""
        self.airline.do(RetireKey(key=str(key.verifier), why="It is old."))

    def publish(self, *keys: SigningKey, witnesses: Iterable[SigningKey] = (), token: bytes | None = None) -> str:
        """Publish a checkpoint of all entries; gives its text."""
        signed = SignedCheckpoint.signed(checkpoint(self.ledger.engine), *keys)
        text = signed.note.text
        note = signed.note.with_signatures(*(sign(each, text, COSIGNED_AT) for each in witnesses))
        self.airline.now = self.airline.now.replace(microsecond=self.airline.now.microsecond + 1)
        published = Published(self.ledger.engine)
        row = published.add(signed.checkpoint.size, stamp(self.airline.now), str(note))
        if token is not None:
            published.stamp(row.size, row.made_at, token)
        return text

    @property
    def published(self) -> str:
        """The last published checkpoint, with its signatures."""
        row = Published(self.ledger.engine).latest()
        assert row
        return row.note

    def stamp(self, token: bytes) -> None:
        """Keep a time stamp of the last published checkpoint."""
        published = Published(self.ledger.engine)
        row = published.latest()
        assert row
        published.stamp(row.size, row.made_at, token)

    def pack(self, *decisions: str, policy: Policy = NOBODY, roots: Roots | None = None, opened: bool = False) -> bytes:
        """A pack of evidence about some decisions."""
        return packed(self.ledger, newest(self.ledger, policy, roots), decisions or (CASE,), opened=opened)


def packed(ledger: Ledger, seal: Seal, decisions: Iterable[str], *, opened: bool = False) -> bytes:
    """A pack of evidence, in memory."""
    file = io.BytesIO()
    with Pack(file, ledger, seal, opened=opened) as pack:
        for decision in decisions:
            pack.add(decision)
        pack.page("page.html", [b"<!doctype html><title>Evidence</title>"])
        pack.finish()
    return file.getvalue()


def files_of(pack: bytes) -> dict[str, bytes]:
    """The files in a pack."""
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def summed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same files with the SHA256SUMS that somebody would make who changed one of them."""
    others = {name: data for name, data in files.items() if name != "SHA256SUMS"}
    sums = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in others.items())
    return others | {"SHA256SUMS": sums.encode()}


def written(files: Mapping[str, bytes], place: Path) -> Path:
    """A zip with these files."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return place


__all__ = ["ANOTHER", "CASE", "Office", "files_of", "packed", "summed", "written"]
