"""An evidence pack: one zip with which anybody can check decisions, without the ledger and without this software.

The files in it, where N is the position of an entry in the ledger::

    README.txt               what this is, and how to check it
    verify.py                checks all of it; needs Python 3.8 or newer and nothing else
    page.html                the decisions for people to read (many of them: a list, and pages/1.html, pages/2.html …)
    manifest.json            which entries are here: by decision, and by the other streams they rest on
    checkpoint.txt           the signed checkpoint, with its cosignatures   (https://c2sp.org/tlog-checkpoint)
    policy.txt               the keys that signed it, witnesses and quorum  (https://c2sp.org/tlog-policy)
    stamp.tsr                the time stamp of its text, if there is one    (RFC 3161, a TimeStampToken in DER)
    stamp-chain.pem          the time-stamp authority's certificates, if they were given
    entries/N.body           the entry's body, exactly as it is stored
    entries/N.leaf           its leaf record (`charter.leaf`), which holds the SHA-256 of the body
    entries/N.tlog-proof     that the record is in the checkpoint's tree    (https://c2sp.org/tlog-proof)
    keys/N.tlog-proof        that a later key was adopted in entry N, under a checkpoint that an earlier key signed
    opened/N.json            what was opened of its personal data, only if that was asked for
    SHA256SUMS               every other file with its SHA-256, as `sha256sum -c` reads it

Entries are here: all of each decision; of the charter, its opening and all that proposed, approved, published, recorded
or withdrew a revision that an answer cites; the ledger's keys; and, of people whose data was erased, the erasure.

Only what is sealed in the decisions themselves is ever opened. An opened value is an object with the `seal` it belongs
to, as in the body, the `salt` (32 bytes in base64) and the `plaintext`; the seal is HMAC-SHA-256(salt, plaintext). The
same decisions under the same checkpoint give the same zip, byte for byte, and memory stays flat however many they are.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, Self

from cryptography.hazmat.primitives.serialization import Encoding

from charter.catalogue import EVENTS
from charter.evidence.archive import Archive
from charter.evidence.refusals import NothingToProve
from charter.evidence.seal import Seal
from charter.leaf import Row, record
from charter.ledger import Ledger
from charter.privacy.envelope import sealed_parts
from charter.privacy.fields import marked
from charter.privacy.opener import Opener
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.paths import BadProof, check_inclusion, inclusion
from charter.proof.stored import StoredTree
from charter.proof.tlog_proof import TlogProof
from charter.publishing.proofs import NotSealedYet
from charter.store.errors import TreeDamaged
from charter.tree import leaf_hash

FORMAT = "charter-ledger/evidence/v1"
OF_REVISIONS = frozenset(
    ("revision.proposed", "revision.approved", "revision.published", "revision.recorded", "revision.withdrawn")
)
README = """\
This is evidence from a customer charter ledger: {count}, with every entry
that was made about them, and what proves that none of it was altered since.

To read it, open page.html in a browser. The page itself proves nothing.

To check it, with Python 3.8 or newer and nothing else:

    python3 verify.py --key "KEY"

in the folder you unpacked it to. KEY is the ledger's public key. Ask the company
for it, or better, somebody who is not the company: by another way than this file.
The key that came with the pack is in policy.txt, after the word log. The first
lines of verify.py, which is plain text, say what it checks and what it can't.

verify.py is a part of this pack too. If you do not trust it, do the same with
other tools; each step is described in the software's docs/verify.md:

    sha256sum -c SHA256SUMS          the files are as they were put in
    checkpoint.txt                   a signed note: c2sp.org/signed-note
    entries/*.tlog-proof             inclusion proofs: c2sp.org/tlog-proof
    openssl ts -verify ...           the time stamp, if stamp.tsr is here

The ledger: {origin}
The checkpoint seals its first {size} entries.
"""


class Pack:
    """A pack in the making: decisions are added one after the other, then pages, then it is finished."""

    def __init__(self, file: BinaryIO, ledger: Ledger, seal: Seal, *, opened: bool = False) -> None:
        self._archive = Archive(file)
        self._ledger = ledger
        self._seal = seal
        self._tree = StoredTree(ledger.entries_recorder)
        self._opened = opened
        self._erased = ledger.vault.erased()
        self._decisions = TemporaryFile()  # noqa: SIM115  # it lives as long as this does
        self._cited: dict[str, set[int]] = {}
        self._gone: set[str] = set()
        self.decisions = 0
        self.entries = 0
        self.in_the_open = 0
        """How many entries of decisions have words of people in them that were never sealed."""
        self.unsealed = 0
        """How many entries of decisions have sealed words in them that were opened."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._archive.__exit__(kind, error, traceback)
        self._decisions.close()

    def add(self, decision: str) -> None:
        """Add a decision, by its full id, with all its entries; raises NothingToProve or NotSealedYet.

        Raises TreeDamaged where an entry does not fit the checkpoint.
        """
        rows = self._ledger.entries_recorder.stream_rows({f"decision/{decision}": 0})
        if not rows:
            raise NothingToProve(which=decision[:12])
        self._put(rows, opened=self._opened)
        slug = ""
        for row in rows:
            event = json.loads(row[5])["event"]
            slug = event.get("charter") or slug
            self.in_the_open += not event.keys().isdisjoint(marked(EVENTS[row[3]]).top)
            if revision := event.get("revision"):
                self._cited.setdefault(slug, set()).add(revision)
        before = b",\n" if self.decisions else b""
        self._decisions.write(before + _group(decision, rows))
        self.decisions += 1

    def page(self, name: str, parts: bytes | Iterable[bytes]) -> None:
        """Add a page for people."""
        self._archive.add(name, parts)

    def finish(self) -> None:
        """Add what the decisions rest on, and everything that is there once."""
        streams = b",\n".join(_group(stream, rows) for stream, rows in self._grounds())
        seal, archive = self._seal, self._archive
        sealed = seal.signed.checkpoint
        archive.add("checkpoint.txt", str(seal.signed).encode())
        archive.add("policy.txt", str(seal.policy).encode())
        if seal.stamp is not None:
            archive.add("stamp.tsr", seal.stamp)
            if seal.roots is not None:
                certificates = (*seal.roots.trusted, *seal.roots.others)
                archive.add("stamp-chain.pem", [each.public_bytes(Encoding.PEM) for each in certificates])
        archive.add("manifest.json", self._manifest(streams))
        archive.add("verify.py", resources.files("charter.evidence").joinpath("verify.py").read_bytes(), runs=True)
        count = "1 decision" if self.decisions == 1 else f"{self.decisions:,} decisions"
        readme = README.format(count=count, origin=sealed.origin, size=sealed.size)
        archive.add("README.txt", readme.encode())
        archive.add("SHA256SUMS", archive.sums())
        archive.finish()

    def _grounds(self) -> Iterator[tuple[str, list[Row]]]:
        """The other streams, each with the entries of it that belong here, which are put in on the way."""
        read = self._ledger.entries_recorder.stream_rows
        for slug, revisions in sorted(self._cited.items()):
            rows = [row for row in read({f"charter/{slug}": 0}) if _speaks_of(row, revisions)]
            self._put(rows)
            yield f"charter/{slug}", rows
        keys = [row for row in read({"ledger/keys": 0}) if row[0] <= self._seal.signed.checkpoint.size]
        self._put(keys)
        if keys:
            yield "ledger/keys", keys
        leaf_at = {row[0]: record(*row) for row in keys}
        for position, signed in self._seal.handovers:
            self._archive.add(f"keys/{position}.tlog-proof", self._proof(position, leaf_at[position], signed))
        for subject in sorted(self._gone):
            rows = read({f"subject/{subject}": 0})
            self._put(rows)
            if rows:
                yield f"subject/{subject}", rows

    def _put(self, rows: Sequence[Row], *, opened: bool = False) -> None:
        opener = Opener(self._ledger.vault, rows) if opened else None
        for row in rows:
            self._gone.update(part.subject for part in sealed_parts(row[5]) if part.subject in self._erased)
            name = f"entries/{row[0]}"
            leaf = record(*row)
            self._archive.add(f"{name}.body", row[5])
            self._archive.add(f"{name}.leaf", leaf)
            self._archive.add(f"{name}.tlog-proof", self._proof(row[0], leaf, self._seal.signed))
            if opener and (values := _opened(opener, row)):
                self._archive.add(f"opened/{row[0]}.json", values)
                self.unsealed += 1
        self.entries += len(rows)

    def _proof(self, position: int, leaf: bytes, signed: SignedCheckpoint) -> bytes:
        sealed = signed.checkpoint
        if position > sealed.size:
            raise NotSealedYet(position=position, size=sealed.size)
        path = inclusion(position - 1, sealed.size, self._tree)
        try:
            check_inclusion(position - 1, sealed.size, leaf_hash(leaf), path, sealed.root)
        except BadProof as error:
            msg = f"Entry {position} can't be proved: {error}. Run 'charter verify', which names what was altered."
            raise TreeDamaged(msg) from error
        return str(TlogProof(position - 1, tuple(path), signed)).encode()

    def _manifest(self, streams: bytes) -> Iterator[bytes]:
        sealed = self._seal.signed.checkpoint
        head = {"format": FORMAT, "ledger": sealed.origin, "size": sealed.size, "opened": self._opened}
        yield json.dumps(head, indent=1).encode().removesuffix(b"\n}") + b',\n "decisions": {\n'
        self._decisions.seek(0)
        while part := self._decisions.read(1 << 20):
            yield part
        yield b'\n },\n "streams": {\n' + streams + b"\n }\n}\n"


def _group(name: str, rows: Sequence[Row]) -> bytes:
    """A line of the manifest: a decision or stream, and the positions of its entries."""
    return f"  {json.dumps(name)}: {json.dumps([row[0] for row in rows])}".encode()


def _speaks_of(row: Row, revisions: set[int]) -> bool:
    """Whether an entry of a charter belongs to one of these revisions, or opened the charter."""
    if row[3] in OF_REVISIONS:
        return json.loads(row[5])["event"]["revision"] in revisions
    return row[3] == "charter.opened"


def _opened(opener: Opener, row: Row) -> bytes:
    """What could be opened of an entry, as JSON; nothing where nothing could."""
    values = [
        {
            "seal": b64encode(part.box.seal).decode(),
            "salt": b64encode(opened.salt).decode(),
            "plaintext": opened.text.decode(),
        }
        for part, opened in opener.opened(row)
        if opened is not None
    ]
    return json.dumps(values, ensure_ascii=False, indent=1).encode() + b"\n" if values else b""
