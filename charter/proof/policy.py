"""A trust policy: which logs are believed, which witnesses there are, and how many of them it takes.

The file is that of C2SP's tlog-policy (https://c2sp.org/tlog-policy), one statement on a line; a name must stand above
its use, addresses may be left out, and lines that begin with # are for people::

    log charter-ledger/9f86d081884c7d65+<id>+<key> https://charter.example.com/
    witness north north.example+<id>+<key> https://witness.north.example/
    witness south south.example+<id>+<key>
    group all-of-them 2 north south
    quorum all-of-them

A group counts as a witness when as many of its members do as it says: a number, `any` or `all`. With `quorum none` no
witness is needed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.cosignature import verified_cosignatures
from charter.proof.note import COSIGNATURE, ED25519, UnsignedNote, VerifierKey, verified
from charter.proof.strict import number, quoted

NONE = "none"
LONGEST = 1_000_000
"""Bytes in the longest policy that is read."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile(r"[ \t]+")


class QuorumMissing(ValueError):
    """Too few of the witnesses that the policy asks for have cosigned the checkpoint."""


class Log(NamedTuple):
    """A log that is believed."""

    key: VerifierKey
    url: str | None
    """Where it can be reached."""


class Witness(NamedTuple):
    """Somebody who cosigns checkpoints."""

    name: str
    """What the policy calls it."""
    key: VerifierKey
    url: str | None
    """Where checkpoints are submitted to it."""


class Group(NamedTuple):
    """Several witnesses, or groups of them, that count as one when enough of them cosigned."""

    name: str
    threshold: int
    """How many of the members are enough, from 1 to all of them."""
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is believed of a checkpoint; `parse` makes sure that all names are defined, once, before they are used."""

    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE
    """The witness or group that must have cosigned, or none."""

    def __str__(self) -> str:
        lines = [
            *(_line("log", str(log.key), log.url) for log in self.logs),
            *(_line("witness", it.name, str(it.key), it.url) for it in self.witnesses),
            *(_line("group", it.name, str(it.threshold), *it.members) for it in self.groups),
            _line("quorum", self.quorum),
        ]
        return "".join(lines)

    @classmethod
    def parse(cls, text: bytes | str) -> Self:
        """The policy in a file; ValueError, which names the line, for anything the specification does not allow."""
        reading = _Reading()
        for at, line in enumerate(_octets(text).split("\n"), 1):
            words = _BLANK.split(line.strip(" \t"))
            if words == [""] or words[0].startswith("#"):
                continue
            try:
                reading.statement(*words)
            except ValueError as error:
                msg = f"line {at}: {error}"
                raise ValueError(msg) from None
        if reading.quorum is None:
            msg = "the policy does not say whose cosignatures it takes; add a line: quorum NAME (or quorum none)"
            raise ValueError(msg)
        return cls(tuple(reading.logs), tuple(reading.witnesses.values()), tuple(reading.groups), reading.quorum)

    @property
    def log_keys(self) -> tuple[VerifierKey, ...]:
        """The keys of the logs that are believed."""
        return tuple(log.key for log in self.logs)

    def satisfied(self, cosigned: Collection[str]) -> bool:
        """Whether the witnesses that cosigned, by the policy's names for them, are enough."""
        known = {witness.name for witness in self.witnesses}
        counted = known & set(cosigned)
        for group in self.groups:  # each stands below all its members
            if sum(member in counted for member in group.members) >= group.threshold:
                counted.add(group.name)
        return self.quorum == NONE or self.quorum in counted

    def check(self, signed: SignedCheckpoint, keys: Iterable[VerifierKey] = ()) -> dict[str, int]:
        """Which witnesses cosigned the checkpoint, and when (seconds since 1970), if it can be believed.

        It can when the log that its first line names has signed it, with one of the policy's keys or of `keys`, and
        enough witnesses have. Raises UnsignedNote, BadSignature or QuorumMissing when not.
        """
        origin = signed.checkpoint.origin
        logs = {key for key in (*self.log_keys, *keys) if key.name == origin}
        if not logs:
            msg = f"no key of the log {quoted(origin)} is known; add its line to the policy: log KEY"
            raise UnsignedNote(msg)
        verified(signed.note, logs)
        times = verified_cosignatures(signed.note, [witness.key for witness in self.witnesses])
        cosigned = {witness.name: times[witness.key] for witness in self.witnesses if witness.key in times}
        if not self.satisfied(cosigned):
            msg = f"the policy asks for {quoted(self.quorum)}, and cosigned have only: {', '.join(cosigned) or 'none'}"
            raise QuorumMissing(msg)
        return cosigned


class _Reading:
    """A policy while it is read, line by line."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: dict[str, Witness] = {}
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._free: dict[str, bool] = {}
        """Each name that is defined, and whether no group has it as a member yet."""
        self._public: set[tuple[str, bytes]] = set()

    def statement(self, kind: str, *words: str) -> None:
        """Take in one line; ValueError says what is wrong about it."""
        match kind, words:
            case "log", (key, *url) if len(url) <= 1:
                self._log(key, *url)
            case "witness", (name, key, *url) if len(url) <= 1:
                self._witness(name, key, *url)
            case "group", (name, threshold, *members) if members:
                self._group(name, threshold, members)
            case "quorum", (name,):
                self._quorum(name)
            case _:
                msg = "a line is one of: log KEY [URL], witness NAME KEY [URL], group NAME N NAME..., quorum NAME"
                raise ValueError(msg)

    def _log(self, written: str, url: str | None = None) -> None:
        key = _key(written, ED25519, "log")
        self._once("log", key)
        self.logs.append(Log(key, url))

    def _witness(self, name: str, written: str, url: str | None = None) -> None:
        key = _key(written, COSIGNATURE, "witness")
        self._once("witness", key)
        self._define(name)
        self.witnesses[name] = Witness(name, key, url)

    def _group(self, name: str, written: str, members: list[str]) -> None:
        for member in members:
            if not self._free.get(member):
                why = "is in a group already" if member in self._free else "is not defined above"
                msg = f"{quoted(member)} {why}"
                raise ValueError(msg)
            self._free[member] = False
        threshold = {"any": 1, "all": len(members)}.get(written) or number(written)
        if not 1 <= threshold <= len(members):
            msg = f"{threshold} of {len(members)} members can't be"
            raise ValueError(msg)
        self._define(name)
        self.groups.append(Group(name, threshold, tuple(members)))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            msg = "there is a quorum already"
            raise ValueError(msg)
        if name != NONE and name not in self._free:
            msg = f"{quoted(name)} is not defined above"
            raise ValueError(msg)
        self.quorum = name

    def _once(self, kind: str, key: VerifierKey) -> None:
        """ValueError for a public key that is there already, under whatever name."""
        if (kind, key.public) in self._public:
            msg = f"the key of {key.name} is there already, under this name or another"
            raise ValueError(msg)
        self._public.add((kind, key.public))

    def _define(self, name: str) -> None:
        if name == NONE or name in self._free:
            msg = f"{quoted(name)} is taken already"
            raise ValueError(msg)
        self._free[name] = True


def _octets(text: bytes | str) -> str:
    """The text; bytes that are not UTF-8 are kept as they are, since to the format they have no meaning."""
    try:
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    except UnicodeError:
        msg = "this is not UTF-8"
        raise ValueError(msg) from None
    if len(data) > LONGEST:
        msg = f"a policy has at most {LONGEST:,} bytes"
        raise ValueError(msg)
    decoded = data.decode("utf-8", "surrogateescape")
    if found := _FORBIDDEN.search(decoded):
        msg = f"line {decoded.count(chr(10), 0, found.start()) + 1}: there is a control character ({found[0]!r}) in it"
        raise ValueError(msg)
    return decoded


def _key(text: str, algorithm: int, what: str) -> VerifierKey:
    key = VerifierKey.parse(text)
    if key.algorithm != algorithm:
        msg = f"the key of {key.name} is not one of a {what}, whose keys have the algorithm {algorithm}"
        raise ValueError(msg)
    return key


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word is not None) + "\n"
