#!/usr/bin/env python3
"""Checks an evidence pack of a customer charter ledger, without the ledger and without its software.

    python3 verify.py pack.zip                    or, in the unpacked folder: python3 verify.py
    python3 verify.py pack.zip --key VKEY         trust this key of the ledger (or those in a file), got by another way
    python3 verify.py pack.zip --policy FILE      trust the keys, witnesses and quorum of this C2SP tlog-policy
    python3 verify.py pack.zip --chain FILE       trust these certificates (PEM) of the time-stamp authority
    python3 verify.py pack.zip --show             then print every entry, as it was proved

It needs Python 3.8 or newer and nothing else, uses no network, writes nothing and unpacks nothing. It answers with
exit code 0 when everything fits, 1 when something is wrong, 2 when it can't be read as an evidence pack; and it names
the first thing that is wrong. This is what it checks, in this order:

 1. checkpoint.txt is signed with the ledger's key (Ed25519, RFC 8032) and cosigned by the witnesses that the policy
    asks for (https://c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy).
 2. Each entry's record, entries/N.leaf, holds the SHA-256 of its body, entries/N.body.
 3. Each record is in the tree that the checkpoint seals, by entries/N.tlog-proof (RFC 6962, https://c2sp.org/tlog-proof).
 4. Each decision is there from its first entry on without a gap, with the revision of the charter that it cites;
    and the checkpoint's key is one that the ledger had adopted and not retired.
 5. Personal data that was opened for you matches the seal in the body: HMAC-SHA-256(salt, words).
 6. The time stamp (RFC 3161) is over this checkpoint. Its signature is checked by openssl, if there is one.
 7. Every file is as SHA256SUMS lists it.

What it can't know: whether the ledger's words are true; whether a decision got another entry that was left out at the
end; and, unless you give --key or --policy, whether the key is really the ledger's, for then it comes from the pack
itself. page.html is for reading and proves nothing: what is proved is what --show prints.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import io
import json
import os
import re
import shutil
import stat
import subprocess  # only to run openssl, with arguments made here
import sys
import tempfile
import zipfile
from datetime import datetime, timezone
from typing import IO, Any, Iterable, Iterator, NamedTuple, Tuple

FORMAT = "charter-ledger/evidence/v1"
RECORD = "charter-ledger/entry/v1"
KEYS = "ledger/keys"  # the stream of entries in which the ledger adopts and retires its keys
MEGABYTE = 1 << 20
LARGEST = 64 * MEGABYTE  # of a file that is read as a whole
MOST_FILES = 4_000_000
MOST_SIGNATURES = 64
RATIO = 200  # how many times larger than its zip a pack may get


class Wrong(Exception):
    """Something in the pack is not what it claims to be."""


class Malformed(Exception):
    """Something can't be read at all."""


def safe(text: object) -> str:
    """Text that cannot steer a terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in str(text))


def decoded(text: str, length: int | None = None) -> bytes:
    """Base64 (RFC 4648, section 4) that has no other way to be written; ValueError for anything else."""
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(data).decode() != text or (length is not None and len(data) != length):
        raise ValueError(f"not the base64 of {length or 'some'} bytes")
    return data


def from_json(data: bytes, where: str) -> Any:
    """A JSON document in which no key comes twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key comes twice")
        return found

    def short(digits: str) -> int:
        if len(digits) > 20:
            raise ValueError("a number is longer than any that belongs here")
        return int(digits)

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_int=short)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{where} is not JSON: {safe(error)}") from None


# Ed25519 (RFC 8032, section 5.1), points in extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z and x*y = T/Z

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)
Point = Tuple[int, int, int, int]
NEUTRAL = (0, 1, 1, 0)


def add(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % PRIME
    b = (one[1] + one[0]) * (other[1] + other[0]) % PRIME
    c = 2 * one[3] * other[3] * CURVE % PRIME
    d = 2 * one[2] * other[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME)


def times(number: int, point: Point) -> Point:
    """A point added to itself so many times."""
    total: Point = NEUTRAL
    while number:
        if number & 1:
            total = add(total, point)
        point = add(point, point)
        number >>= 1
    return total


def encoded(point: Point) -> bytes:
    """A point as 32 bytes: y, and in the last bit whether x is odd."""
    inverse = pow(point[2], PRIME - 2, PRIME)
    x, y = point[0] * inverse % PRIME, point[1] * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_of(data: bytes) -> Point:
    """The point that these 32 bytes stand for; ValueError for none, and for another way to write one."""
    odd, y = data[31] >> 7, int.from_bytes(data, "little") & ((1 << 255) - 1)
    if y >= PRIME:
        raise ValueError("not a canonical point")
    square = (y * y - 1) * pow(CURVE * y * y + 1, PRIME - 2, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if x * x % PRIME != square or (x == 0 and odd):
        raise ValueError("not a point")
    if x & 1 != odd:
        x = PRIME - x
    return (x, y, 1, x * y % PRIME)


BASE = point_of((4 * pow(5, PRIME - 2, PRIME) % PRIME).to_bytes(32, "little"))


def ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature (64 bytes) over a message was made with the key of this public half (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    try:
        key = point_of(public)
    except ValueError:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= ORDER or encoded(times(8, key)) == encoded(NEUTRAL):  # or a key that fits more than one message
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    negated = (PRIME - key[0], key[1], 1, PRIME - key[3])
    expected = add(times(scalar, BASE), times(int.from_bytes(digest, "little") % ORDER, negated))
    return encoded(expected) == signature[:32]


# Keys and signed notes (https://c2sp.org/signed-note)

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
SIGNED, COSIGNED = 1, 4


class Key(NamedTuple):
    """A key that can verify: SIGNED for a ledger, COSIGNED for a witness."""

    name: str
    id: bytes
    algorithm: int
    public: bytes

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"


def key_of(text: str, algorithm: int) -> Key:
    """A verifier key from its text name+id+base64; ValueError for anything that is not canonical."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]) or not re.fullmatch("[0-9a-f]{8}", parts[1]):
        raise ValueError("a key is written name+8 hex digits+base64")
    material = decoded(parts[2], 33)
    if material[0] != algorithm:
        raise ValueError(f"it is a key of type {material[0]}, not {algorithm}")
    expected = hashlib.sha256(parts[0].encode() + b"\n" + material).digest()[:4]
    if expected.hex() != parts[1]:
        raise ValueError("the id in it is not that of the key: something is missing or mistyped")
    return Key(parts[0], expected, algorithm, material[1:])


def is_key_name(name: str) -> bool:
    """Whether a note may call a key so."""
    return bool(name) and "+" not in name and not any(char.isspace() for char in name) and not CONTROL.search(name)


class Note(NamedTuple):
    """A text with signatures: name and id of the key, and what it signed with."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    def by(self, key: Key) -> list[bytes]:
        """The signatures that claim to be by this key."""
        return [made for name, id_, made in self.signatures if (name, id_) == (key.name, key.id)]


def note_of(data: bytes, where: str) -> Note:
    """A signed note; Malformed for anything else."""
    try:
        text = data.decode("utf-8")
        body, blank, lines = text.rpartition("\n\n")
        if not blank or CONTROL.search(text) or not lines.endswith("\n"):
            raise ValueError("it has to be text, an empty line, and lines with signatures")
        signatures = []
        for line in lines[:-1].split("\n"):
            dash, name, signature = line.split(" ")
            material = decoded(signature)
            if dash != "\u2014" or not is_key_name(name) or len(material) < 5:
                raise ValueError("a line with a signature is not written as one")
            signatures.append((name, material[:4], material[4:]))
        if len(signatures) > MOST_SIGNATURES:
            raise ValueError(f"it has more than {MOST_SIGNATURES} signatures")
    except ValueError as error:
        raise Malformed(f"{where} is not a signed note: {safe(error)}") from None
    return Note(body + "\n", tuple(signatures))


class Checkpoint(NamedTuple):
    """The root of the tree over the first `size` entries of the ledger named `origin`."""

    origin: str
    size: int
    root: bytes


def checkpoint_of(note: Note, where: str) -> Checkpoint:
    """What a signed checkpoint says (https://c2sp.org/tlog-checkpoint)."""
    lines = note.text.split("\n")
    try:
        if len(lines) < 4 or "" in lines[:-1] or not re.fullmatch("[1-9][0-9]{0,18}", lines[1]):
            raise ValueError("it has to begin with a name, a number of entries and a root")
        return Checkpoint(lines[0], int(lines[1]), decoded(lines[2], 32))
    except ValueError as error:
        raise Malformed(f"{where} is not a checkpoint: {safe(error)}") from None


# Who has to sign (https://c2sp.org/tlog-policy)


class Policy(NamedTuple):
    """The keys of the ledger, those of its witnesses, and how many of these are needed."""

    logs: tuple[Key, ...]
    witnesses: dict[str, Key]
    groups: dict[str, tuple[int, tuple[str, ...]]]
    quorum: str

    def satisfied(self, name: str, cosigned: set[str]) -> bool:
        """Whether the witness or group of that name has witnessed, when those in `cosigned` have."""
        if name == "none" or name in cosigned:
            return True
        needed, members = self.groups.get(name, (1, ()))
        return sum(self.satisfied(member, cosigned) for member in members) >= needed


def policy_of(data: bytes, where: str) -> Policy:
    """A trust policy; Malformed for anything else."""
    logs: list[Key] = []
    witnesses: dict[str, Key] = {}
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    quorum = ""
    members: set[str] = set()
    try:
        text = data.decode("utf-8")
        if re.search("[\x00-\x08\x0b-\x1f\x7f]", text):
            raise ValueError("it has a control character in it")
        for line in text.split("\n"):
            words = re.split("[ \t]+", line.strip(" \t"))
            if words == [""] or words[0].startswith("#"):
                continue
            known = {"none", *witnesses, *groups}
            if words[0] == "log" and len(words) in (2, 3):
                logs.append(key_of(words[1], SIGNED))
            elif words[0] == "witness" and len(words) in (3, 4) and words[1] not in known:
                witnesses[words[1]] = key_of(words[2], COSIGNED)
            elif words[0] == "group" and len(words) > 3 and words[1] not in known:
                named = words[3:]
                if len({*named}) < len(named) or {*named} - (known - {"none"} - members):
                    raise ValueError("a group has a member that is unknown or counted twice")
                members.update(named)
                few = words[2] if re.fullmatch("[1-9][0-9]{0,4}", words[2]) else "0"
                needed = {"any": 1, "all": len(named)}.get(words[2], int(few))
                if not 1 <= needed <= len(named):
                    raise ValueError(f"a group of {len(named)} can't need {needed}")
                groups[words[1]] = (needed, tuple(named))
            elif words[0] == "quorum" and len(words) == 2 and words[1] in known and not quorum:
                quorum = words[1]
            else:
                raise ValueError(f"it says: {line}")
        if not quorum:
            raise ValueError("it does not say what quorum it asks for")
        for keys in (logs, [*witnesses.values()]):
            if len({key.public for key in keys}) < len(keys):
                raise ValueError("a key is in it twice")
    except ValueError as error:
        raise Malformed(f"{where} is not a trust policy: {safe(error)}") from None
    return Policy(tuple(logs), witnesses, groups, quorum)


def signers(note: Note, keys: Iterable[Key], where: str) -> list[Key]:
    """Those of the keys that signed; Wrong if a signature that claims to be by one of them is not."""
    found = []
    for key in keys:
        for made in note.by(key):
            if not ed25519(key.public, made, note.text.encode()):
                raise Wrong(f"{where}: the signature of {safe(key)} is not by that key, or the text was altered")
            found.append(key)
    return found


def cosigners(note: Note, witnesses: dict[str, Key], where: str) -> dict[str, int]:
    """Which witnesses cosigned, and when (seconds since 1970); Wrong if a cosignature is not by its witness."""
    found: dict[str, int] = {}
    for name, key in witnesses.items():
        for made in note.by(key):
            at = int.from_bytes(made[:8], "big")
            message = f"cosignature/v1\ntime {at}\n{note.text}"
            if len(made) != 72 or at >= 1 << 63 or not ed25519(key.public, made[8:], message.encode()):
                raise Wrong(f"{where}: the cosignature of {safe(key.name)} is not by that witness")
            found[name] = at
    return found


# Entries and the tree (RFC 6962, section 2.1; the record is the ledger's own)

TIME = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{6}Z")


class Record(NamedTuple):
    """What an entry's leaf says: its place, and the hash of its body."""

    position: int
    stream: str
    version: int
    type: str
    recorded_at: str
    body: bytes


def record_of(data: bytes, where: str) -> Record:
    """The seven lines of a leaf record; Malformed for anything else."""
    try:
        lines = data.decode("utf-8").split("\n")
        if len(lines) != 8 or lines[0] != RECORD or lines[7] or not TIME.fullmatch(lines[5]):
            raise ValueError(f"it has to be the seven lines of {RECORD}")
        if not all(re.fullmatch("[1-9][0-9]{0,18}", lines[at]) for at in (1, 3)) or re.search(
            "[\x00-\x1f\x7f-\x9f]", lines[2] + lines[4]
        ):
            raise ValueError("its numbers or names are not written as the ledger writes them")
        return Record(int(lines[1]), lines[2], int(lines[3]), lines[4], lines[5], decoded(lines[6], 32))
    except ValueError as error:
        raise Malformed(f"{where} is not the record of an entry: {safe(error)}") from None


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two halves of a tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """The root of a tree of `size` leaves that this path leads to from leaf `index`; ValueError if it can't be one."""
    if not 0 <= index < size:
        raise ValueError("there is no such entry in the tree")
    last, root, left = size - 1, leaf, list(reversed(path))
    while last:
        if index & 1 or index < last:  # otherwise it stands alone on the right edge and moves up as it is
            if not left:
                raise ValueError("the path is too short")
            root = node(left.pop(), root) if index & 1 else node(root, left.pop())
        index, last = index >> 1, last >> 1
    if left:
        raise ValueError("the path is too long")
    return root


class Proof(NamedTuple):
    """What shows that an entry is in a tree: its place from 0, the hashes up to the root, the signed checkpoint."""

    leaf: int
    path: list[bytes]
    sealed: bytes


def proof_of(data: bytes, where: str) -> Proof:
    """A proof (https://c2sp.org/tlog-proof); Malformed for anything else."""
    head, blank, sealed = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        if not blank or lines[0] != "c2sp.org/tlog-proof@v1":
            raise ValueError("it does not begin as one")
        if lines[1:] and lines[1].startswith("extra "):
            decoded(lines.pop(1)[6:])
        if len(lines) < 2 or not re.fullmatch("index (0|[1-9][0-9]{0,18})", lines[1]):
            raise ValueError("it does not name an index")
        return Proof(int(lines[1][6:]), [decoded(line, 32) for line in lines[2:]], sealed)
    except ValueError as error:
        raise Malformed(f"{where} is not a proof: {safe(error)}") from None


def check_proof(proof: Proof, record: bytes, position: int, seal: Checkpoint, where: str) -> None:
    """Wrong unless a proof leads from the record of the entry at this position to the root that was sealed."""
    if proof.leaf != position - 1:
        raise Wrong(f"{where} is the proof of entry {proof.leaf + 1}, not of entry {position}")
    try:
        found = root_from(proof.leaf, seal.size, hashlib.sha256(b"\x00" + record).digest(), proof.path)
    except ValueError as error:
        raise Wrong(f"{where} does not prove entry {position}: {error}") from None
    if found != seal.root:
        raise Wrong(f"{where} does not prove entry {position}: it leads to another root")


# The pack, as a zip or as a folder

NAMES = re.compile(
    r"README\.txt|SHA256SUMS|manifest\.json|page\.html|pages/[0-9]{1,9}\.html|checkpoint\.txt|policy\.txt|stamp\.tsr|"
    r"stamp-chain\.pem|verify\.py|entries/[1-9][0-9]{0,18}\.(?:body|leaf|tlog-proof)|keys/[1-9][0-9]{0,18}\.tlog-proof|opened/[1-9][0-9]{0,18}\.json"
)


class Pack:
    """The files of a pack by name; nothing is unpacked, and nothing larger than it should be is read."""

    def __init__(self, place: str) -> None:
        self.names: set[str] = set()
        self._folder: str | None = None
        self._zip: zipfile.ZipFile | None = None
        try:
            if os.path.isdir(place):
                self._folder = place
                listed = self._in_folder()
            else:
                self._zip = zipfile.ZipFile(place)
                listed = self._in_zip(os.path.getsize(place))
            for name in listed:
                if name in self.names:
                    raise Wrong(f"{safe(name)} is in the pack twice")
                if not NAMES.fullmatch(name):
                    raise Wrong(f"{safe(name)} does not belong to an evidence pack")
                self.names.add(name)
        except Exception as error:  # what is wrong with a zip can be said in many ways
            if isinstance(error, (Wrong, Malformed)):
                raise
            raise Malformed(f"{safe(place)} can't be opened: {safe(error) or type(error).__name__}") from None

    def _in_zip(self, compressed: int) -> Iterator[str]:
        assert self._zip is not None
        members = self._zip.infolist()
        if len(members) > MOST_FILES or sum(each.file_size for each in members) > RATIO * compressed + 16 * MEGABYTE:
            raise Malformed("the pack would unpack to far more than an evidence pack holds")
        for each in members:
            if each.flag_bits & 1 or each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Malformed(f"{safe(each.filename)} is encrypted, or packed in an unusual way")
            yield each.filename

    def _in_folder(self) -> Iterator[str]:
        assert self._folder is not None
        for folder, folders, files in os.walk(self._folder):
            inside = os.path.relpath(folder, self._folder).replace(os.sep, "/")
            for name in files + [each for each in folders if os.path.islink(os.path.join(folder, each))]:
                path = name if inside == "." else f"{inside}/{name}"
                if not stat.S_ISREG(os.lstat(os.path.join(folder, name)).st_mode):
                    raise Wrong(f"{safe(path)} is not a plain file")
                yield path

    def _open(self, name: str) -> IO[bytes]:
        if name not in self.names:
            raise Wrong(f"{name} is missing")
        if self._zip is not None:
            return self._zip.open(name)
        assert self._folder is not None
        return open(os.path.join(self._folder, *name.split("/")), "rb")

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file, a part at a time."""
        try:
            with self._open(name) as file:
                while True:
                    part = file.read(MEGABYTE)
                    if not part:
                        return
                    yield part
        except Exception as error:  # zlib, zipfile and the file system each have their own
            if isinstance(error, (Wrong, Malformed)):
                raise
            raise Malformed(f"{name} can't be read: {safe(error) or type(error).__name__}") from None

    def read(self, name: str) -> bytes:
        """A whole file."""
        parts, size = [], 0
        for part in self.chunks(name):
            size += len(part)
            if size > LARGEST:
                raise Malformed(f"{name} is larger than {LARGEST // MEGABYTE} MB")
            parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        """Let go of the file."""
        if self._zip is not None:
            self._zip.close()


class Manifest(NamedTuple):
    """What the pack says it holds: positions of entries by decision, and by the other streams they rest on."""

    ledger: str
    size: int
    decisions: dict[str, list[int]]
    streams: dict[str, list[int]]

    def positions(self) -> list[int]:
        """All positions, in order."""
        return sorted(each for group in (self.decisions, self.streams) for found in group.values() for each in found)


def manifest_of(data: bytes) -> Manifest:
    """The manifest; Malformed when it is none."""
    read = from_json(data, "manifest.json")
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise Malformed(f"manifest.json is not that of an evidence pack in the format {FORMAT}")
    try:
        found = Manifest(read["ledger"], read["size"], read["decisions"], read["streams"])
        well = type(found.ledger) is str and type(found.size) is int and bool(found.decisions)
        for group in (found.decisions, found.streams):
            well = well and all(
                type(positions) is list and positions and all(type(each) is int for each in positions)
                for positions in group.values()
            )
    except (KeyError, TypeError, AttributeError):
        well = False
    if not well:
        raise Malformed("manifest.json does not say which entries the pack holds")
    positions = found.positions()
    if len({*positions}) < len(positions):
        raise Wrong("manifest.json names an entry twice")
    return found


class Story:
    """What the entries say together: that no decision has a gap, and which revisions they rest on."""

    def __init__(self) -> None:
        self.versions: dict[str, int] = {}
        self.charters: dict[str, str] = {}
        self.answered: list[tuple[str, int, int]] = []
        self.revisions: set[tuple[str, int, str]] = set()
        self.adopted: dict[str, int] = {}
        self.retired: dict[str, int] = {}
        self.sealed = 0
        self.last = ""

    def add(self, record: Record, body: Any, stream: str) -> None:
        """One more entry, by position; `stream` is where the manifest says it belongs."""
        where = f"entries/{record.position}.leaf"
        if record.stream != stream:
            raise Wrong(f"{where} is of {safe(record.stream)}; manifest.json says {safe(stream)}")
        if record.recorded_at < self.last:
            raise Wrong(f"{where} was recorded before the entry that precedes it")
        self.last = record.recorded_at
        before = self.versions.get(stream, 0)
        whole = not stream.startswith("charter/")  # of a charter, only what belongs to the revisions cited
        if record.version != before + 1 and (whole or record.version <= before):
            raise Wrong(f"{where} is number {record.version} of {safe(stream)}, after number {before}")
        self.versions[stream] = record.version
        kind, _, name = stream.partition("/")
        event = body["event"]
        revision = event.get("revision")
        if kind == "decision" and record.type == "request.logged":
            self.charters[stream] = str(event.get("charter"))
        elif kind == "decision" and record.type in ("decision.made", "decision.reversed") and revision is not None:
            self.answered.append((stream, record.position, revision))
        elif stream == KEYS and record.type in ("key.adopted", "key.retired"):
            (self.adopted if record.type == "key.adopted" else self.retired)[str(event.get("key"))] = record.position
        elif kind == "charter":
            self.revisions.add((name, revision, record.type))

    def check_revisions(self) -> None:
        """Wrong unless every revision that an answer rests on is here, with its wording and its publication."""
        for stream, position, revision in self.answered:
            slug = self.charters.get(stream, "")
            proposed = all(
                (slug, revision, done) in self.revisions for done in ("revision.proposed", "revision.published")
            )
            if not proposed and (slug, revision, "revision.recorded") not in self.revisions:
                cited = f"revision {safe(revision)} of {safe(slug)}"
                raise Wrong(f"entries/{position}.body answers under {cited}, which is not in the pack")


def body_of(data: bytes, where: str) -> Any:
    """An entry's body: who wrote it, when it happened, what happened, and what of it is sealed."""
    read = from_json(data, where)
    try:
        well = {"by", "at", "event"} <= {*read} and isinstance(read["event"].get("revision"), (int, type(None)))
        for sealed in read.get("sealed", []):
            well = well and type(sealed["seal"]) is str and all(type(field) is str for field in sealed["fields"])
    except (TypeError, AttributeError, KeyError):
        well = False
    if not well:
        raise Malformed(f"{where} is not the body of an entry")
    return read


def check_opened(data: bytes, body: Any, where: str) -> int:
    """How many sealed values were opened; Wrong unless each is what the body sealed."""
    seals: dict[str, list[str]] = {}
    read = from_json(data, where)
    try:
        for sealed in body.get("sealed", []):
            seals[sealed["seal"]] = sealed["fields"]
        for value in read:
            words = value["plaintext"].encode("utf-8")
            seal = hmac.new(decoded(value["salt"], 32), words, hashlib.sha256).digest()
            fields = seals.pop(value["seal"], None)
            if fields is None:
                raise Wrong(f"{where} opens something that is not sealed in the entry, or opens it twice")
            if not hmac.compare_digest(seal, decoded(value["seal"], 32)):
                raise Wrong(f"{where} has other words than those that were sealed")
            inside = from_json(words, where)
            if type(inside) is not dict or sorted(inside) != sorted(fields):
                raise Wrong(f"{where} has other fields than the entry says it seals")
        return len(read)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed(f"{where} can't be read: {safe(error)}") from None


# The time stamp (RFC 3161): what is stamped and when is read here; the signature is left to openssl

DIGESTS = {
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}


def der(data: bytes) -> list[tuple[int, bytes]]:
    """The values that follow each other in DER (X.690): tag and content; ValueError for anything else."""
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1] if at + 1 < len(data) else 255, at + 2
        if length >= 128:
            count = length & 127
            if not 1 <= count <= 4 or at + count > len(data):
                raise ValueError("a length is not written in DER")
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            raise ValueError("it is cut off")
        found.append((tag, data[at : at + length]))
        at += length
    return found


class Stamp(NamedTuple):
    """What a time-stamp authority says it has seen, and when; `bare` is a token, otherwise it is a whole answer."""

    digest: str
    imprint: bytes
    at: datetime
    bare: bool


def stamp_of(data: bytes) -> Stamp:
    """What a time stamp is about; Malformed if it can't be read."""
    try:
        [(_, outer)] = der(data)
        parts = der(outer)
        bare = parts[0][0] == 6
        if not bare:
            parts = der(parts[1][1])  # a whole answer: its status, then the token
        [(_, signed)] = der(parts[1][1])
        [(_, content)] = der(der(der(signed)[2][1])[1][1])
        [(_, stamped)] = der(content)
        info = der(stamped)
        imprint = der(info[2][1])
        at = datetime.strptime(info[4][1].decode("ascii")[:14], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
        return Stamp(DIGESTS[der(imprint[0][1])[0][1]], imprint[1][1], at, bare)
    except (ValueError, IndexError, KeyError) as error:
        raise Malformed(f"stamp.tsr is not a time stamp that can be read here: {safe(error)}") from None


def check_stamp(pack: Pack, text: str, chain: str | None) -> list[str]:
    """What is known of the time, in lines; Wrong if the stamp is over something else or its signature is wrong."""
    if "stamp.tsr" not in pack.names:
        return ["The pack has no time stamp: when it was signed is only what the signers say."]
    token = pack.read("stamp.tsr")
    stamp = stamp_of(token)
    digest = hashlib.new(stamp.digest, text.encode()).hexdigest()
    if stamp.imprint.hex() != digest:
        raise Wrong("stamp.tsr is the time stamp of something else than the text of checkpoint.txt")
    said = f"Stamped on {moment(stamp.at.timestamp())}: all entries up to the checkpoint were there by then."
    arguments = ["ts", "-verify", "-digest", digest, "-attime", str(int(stamp.at.timestamp()))]
    arguments += ["-token_in"] if stamp.bare else []
    own = chain is None and "stamp-chain.pem" in pack.names
    given = os.path.abspath(chain) if chain else "stamp-chain.pem" if own else "CERTIFICATES.pem"
    files = ["-in", "stamp.tsr", "-CAfile", given, "-untrusted", given]
    openssl = shutil.which("openssl")
    if openssl is None or not (own or chain):
        why = "there is no openssl here" if openssl is None else "no certificates of the authority were given"
        by_hand = " ".join(["openssl", *arguments, *files])
        return [said, f"The stamp's signature was NOT checked: {why}. To check it, in the unpacked folder:", by_hand]
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("stamp.tsr", token), ("stamp-chain.pem", pack.read("stamp-chain.pem") if own else b"")):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        done = subprocess.run(  # noqa: S603  # the program found above, and nothing from the pack but files
            [openssl, *arguments, *files], cwd=folder, capture_output=True, check=False
        )
    if done.returncode:
        said = safe((done.stdout + done.stderr).decode("utf-8", "replace").strip().rpartition("\n")[2])
        why = said.rpartition("error:")[2].rpartition(":")[2].strip()
        raise Wrong(f"stamp.tsr is not accepted by openssl with the certificates in {safe(given)}: {why}")
    if own:
        whose = "but the authority's certificates come from the pack itself. Give those you trust with --chain."
        return [said, f"openssl accepts its signature, {whose}"]
    return [said, "openssl accepts its signature, with the certificates that you gave."]


# All of it


def check_sums(pack: Pack) -> None:
    """Wrong unless SHA256SUMS lists every other file with its hash."""
    try:
        lines = pack.read("SHA256SUMS").decode("utf-8").split("\n")
    except ValueError:
        raise Malformed("SHA256SUMS is not text") from None
    found = [re.fullmatch("([0-9a-f]{64})  (.+)", line) for line in lines[:-1]]
    if lines[-1] or not all(found):
        raise Malformed("SHA256SUMS has to have a line for each file: 64 hex digits, two spaces, the name")
    sums = {each.group(2): each.group(1) for each in found if each}
    if len(sums) < len(found):
        raise Wrong("SHA256SUMS lists a file twice")
    listed = {"SHA256SUMS", *sums}
    for name in sorted(pack.names - listed):
        raise Wrong(f"{name} is not listed in SHA256SUMS")
    for name in sorted(listed - pack.names):
        raise Wrong(f"{safe(name)} is listed in SHA256SUMS, but it is missing")
    for name in sorted(sums):
        digest = hashlib.sha256()
        for part in pack.chunks(name):
            digest.update(part)
        if digest.hexdigest() != sums[name]:
            raise Wrong(f"{name} is not the file that SHA256SUMS lists")


def moment(seconds: float) -> str:
    """A time in UTC, as it is read."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{seconds:.0f} seconds after 1970"


def handed_over(pack: Pack, name: str, keys: list[Key], origin: str) -> Key | None:
    """The key whose adoption this file proves, under a checkpoint signed with one of `keys`; None if none signed."""
    proof = proof_of(pack.read(name), name)
    note = note_of(proof.sealed, name)
    seal = checkpoint_of(note, name)
    if seal.origin != origin or not signers(note, keys, name):
        return None
    position = int(name[len("keys/") :].partition(".")[0])
    leaf, stored = pack.read(f"entries/{position}.leaf"), pack.read(f"entries/{position}.body")
    record = record_of(leaf, f"entries/{position}.leaf")
    check_proof(proof, leaf, position, seal, name)
    if hashlib.sha256(stored).digest() != record.body:
        raise Wrong(f"entries/{position}.body is not the body that entry {position} was recorded with")
    if (record.stream, record.type) != (KEYS, "key.adopted"):
        raise Wrong(f"{name} is about an entry that adopts no key")
    try:
        return key_of(str(body_of(stored, name)["event"].get("key")), SIGNED)
    except ValueError as error:
        raise Malformed(f"entries/{position}.body adopts what is no key: {safe(error)}") from None


def handovers(pack: Pack) -> list[str]:
    """The files that prove how one key of the ledger followed another, the oldest first."""
    return sorted((name for name in pack.names if name.startswith("keys/")), key=lambda name: (len(name), name))


def check_seal(pack: Pack, keys: list[Key], policy: Policy | None) -> tuple[bytes, Note, Checkpoint, list[str]]:
    """The checkpoint, once the keys that are trusted have signed it; Wrong if they have not."""
    data = pack.read("checkpoint.txt")
    note = note_of(data, "checkpoint.txt")
    seal = checkpoint_of(note, "checkpoint.txt")
    told = policy_of(pack.read("policy.txt"), "policy.txt")
    trusted = policy or told
    wanted = [key for key in keys or trusted.logs if key.name == seal.origin]
    words = []
    signed = signers(note, wanted, "checkpoint.txt")
    if not signed and (keys or policy):
        for name in handovers(pack):  # a key that was trusted once has vouched for the one that follows it
            after = handed_over(pack, name, wanted, seal.origin)
            if after is not None and after not in wanted:
                wanted.append(after)
                words.append(f"The key you trust vouched for the adoption of {safe(after)}")
        signed = signers(note, wanted, "checkpoint.txt")
    if not signed:
        given = "a key that you trust" if keys or policy else "a key of policy.txt"
        raise Wrong(f"checkpoint.txt, of {safe(seal.origin)}, is not signed with {given}")
    words += [f"Signed with {safe(key)}" for key in signed]
    cosigned = cosigners(note, trusted.witnesses, "checkpoint.txt")
    words += [f"Cosigned by the witness {safe(name)} on {moment(at)}" for name, at in cosigned.items()]
    if not trusted.satisfied(trusted.quorum, {*cosigned}):
        raise Wrong(f"checkpoint.txt lacks cosignatures: the quorum {safe(trusted.quorum)} is not reached")
    if trusted.quorum == "none":
        words.append("No witness is asked for: nobody but the ledger vouches that it has shown everybody one history.")
    if not policy and (told.witnesses or not keys):
        whose = "The witnesses' keys come" if keys else "These keys come"
        words.append(f"{whose} from the pack itself. Compare them by another way, or give --key or --policy.")
    return data, note, seal, words


def check_keys(pack: Pack, story: Story, note: Note, seal: Checkpoint) -> None:
    """Wrong if only a retired key signed, or if what proves how the keys followed each other does not fit."""
    adopted = {key_of(text, SIGNED): position for text, position in story.adopted.items()}
    if adopted and not signers(note, [key for key in adopted if str(key) not in story.retired], "checkpoint.txt"):
        raise Wrong("checkpoint.txt is not signed with a key that the ledger had adopted and not retired by then")
    for name in handovers(pack):
        position = int(name[len("keys/") :].partition(".")[0])
        if handed_over(pack, name, [key for key, at in adopted.items() if at < position], seal.origin) is None:
            raise Wrong(f"{name} is not signed with an earlier key of the ledger")


def verify(place: str, keys: list[Key], policy: Policy | None, chain: str | None) -> Iterator[str]:
    """All checks, one after the other; what was found, in lines. Wrong or Malformed for the first that fails."""
    pack = Pack(place)
    try:
        manifest = manifest_of(pack.read("manifest.json"))
        note_bytes, note, seal, words = check_seal(pack, keys, policy)
        if (manifest.ledger, manifest.size) != (seal.origin, seal.size):
            raise Wrong("manifest.json speaks of another checkpoint than checkpoint.txt")
        yield from words
        belongs = {each: "decision/" + name for name, found in manifest.decisions.items() for each in found}
        belongs.update((each, stream) for stream, found in manifest.streams.items() for each in found)
        story, opened = Story(), 0
        for position in sorted(belongs):
            name = f"entries/{position}"
            leaf, stored = pack.read(name + ".leaf"), pack.read(name + ".body")
            record = record_of(leaf, name + ".leaf")
            if record.position != position:
                raise Wrong(f"{name}.leaf is the record of entry {record.position}")
            if hashlib.sha256(stored).digest() != record.body:
                raise Wrong(f"{name}.body is not the body that entry {position} was recorded with")
            proof = proof_of(pack.read(name + ".tlog-proof"), name + ".tlog-proof")
            if proof.sealed != note_bytes:
                raise Wrong(f"{name}.tlog-proof is for another checkpoint than checkpoint.txt")
            check_proof(proof, leaf, position, seal, name + ".tlog-proof")
            body = body_of(stored, name + ".body")
            story.add(record, body, belongs[position])
            story.sealed += len(body.get("sealed", []))
            if f"opened/{position}.json" in pack.names:
                where = f"opened/{position}.json"
                opened += check_opened(pack.read(where), body, where)
        story.check_revisions()
        check_keys(pack, story, note, seal)
        held = f"{counted(len(manifest.decisions), 'decision')}, {len(belongs)} entries with all they rest on:"
        yield f"{held} each is in the tree of {seal.size} entries of {safe(seal.origin)}."
        if story.sealed:
            yield f"Sealed values in them: {story.sealed}. Opened, and matching their seals: {opened}."
        yield from check_stamp(pack, note.text, chain)
        for stray in sorted(pack.names):
            kind, _, rest = stray.partition("/")
            if kind in ("entries", "opened") and int(rest.partition(".")[0]) not in belongs:
                raise Wrong(f"{stray} is in the pack, but manifest.json does not name it")
        check_sums(pack)
    finally:
        pack.close()


def counted(number: int, word: str) -> str:
    """A number of things, in words."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def shown(place: str) -> Iterator[str]:
    """Every entry in words of its own: the record, the body and what was opened of it."""
    pack = Pack(place)
    try:
        for position in manifest_of(pack.read("manifest.json")).positions():
            record = record_of(pack.read(f"entries/{position}.leaf"), "record")
            body = body_of(pack.read(f"entries/{position}.body"), "body")
            yield ""
            place_in_stream = f"number {record.version} of {safe(record.stream)}"
            yield f"Entry {position}: {safe(record.type)}, {place_in_stream}, recorded {record.recorded_at}"
            yield f"  by {safe(body['by'])}, happened {safe(body['at'])}"
            for name, value in body["event"].items():
                yield f"  {safe(name)}: {safe(value if isinstance(value, str) else json.dumps(value))}"
            for sealed in body.get("sealed", []):
                yield f"  sealed: {safe(', '.join(map(str, sealed['fields'])))}"
            if f"opened/{position}.json" in pack.names:
                for value in from_json(pack.read(f"opened/{position}.json"), "opened"):
                    for name, words in json.loads(value["plaintext"]).items():
                        yield f"  opened: {safe(name)}: {safe(words)}"
    finally:
        pack.close()


def given_keys(text: str) -> list[Key]:
    """The key that was typed, or those in a file of that name; ValueError for anything else."""
    if "+" in text or not os.path.isfile(text):
        return [key_of(text.strip(), SIGNED)]
    with open(text, "rb") as file:
        found = [key_of(line, SIGNED) for line in file.read(MEGABYTE).decode("utf-8").split()]
    if not found:
        raise ValueError(f"there is no key in {text}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Check one pack and say what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage="verify.py [PACK] [options]"
    )
    here = os.path.dirname(os.path.abspath(globals().get("__file__", "verify.py")))  # it may come from a pipe
    parser.add_argument("pack", nargs="?", default=here, help="the zip, or the folder; else: where this file is")
    parser.add_argument(
        "--key", action="append", default=[], metavar="VKEY", help="a key of the ledger that you trust, or a file"
    )
    parser.add_argument("--policy", metavar="FILE", help="a C2SP tlog-policy that you trust, instead of the pack's")
    parser.add_argument("--chain", metavar="FILE", help="certificates (PEM) of the time-stamp authority you trust")
    parser.add_argument("--show", action="store_true", help="print every entry when all of it fits")
    asked = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        try:
            keys = [key for text in asked.key for key in given_keys(text)]
        except (ValueError, OSError) as error:
            raise Malformed(f"--key: {safe(error)}") from None
        policy = None
        if asked.policy:
            try:
                with open(asked.policy, "rb") as file:
                    policy = policy_of(file.read(MEGABYTE), "--policy")
            except OSError as error:
                raise Malformed(f"--policy: {safe(error)}") from None
        if asked.chain and not os.path.isfile(asked.chain):
            raise Malformed(f"--chain: there is no file {safe(asked.chain)}")
        for line in verify(asked.pack, keys, policy, asked.chain):
            print(line, flush=True)  # before whatever is said on standard error
        print("Everything fits.")
        if asked.show:
            for line in shown(asked.pack):
                print(line)
    except Wrong as error:
        print(f"WRONG: {error}.", file=sys.stderr)
        return 1
    except Malformed as error:
        print(f"NOT READABLE: {error}.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads this has seen enough, and it may not have come to the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 2
    sys.exit(code)
