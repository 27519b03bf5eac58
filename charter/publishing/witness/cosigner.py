"""How a witness decides: it cosigns a checkpoint of a log it knows only if that log merely grew since the last one.

The checks and their answers are those of https://c2sp.org/tlog-witness, in its order. The new checkpoint is remembered
before it is cosigned: a crash in between costs an answer, which the log asks for again, and never a second history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import time
from typing import NamedTuple

from charter.proof import cosignature
from charter.proof.note import SigningKey, VerifierKey, verified
from charter.proof.paths import BadProof, check_consistency
from charter.publishing.witness.memory import Memory, Seen
from charter.publishing.witness.request import SIZE_TYPE, AddCheckpoint


class Answer(NamedTuple):
    """An HTTP answer: its status, the media type and the body, which ends in a newline."""

    status: int
    body: str
    media_type: str = "text/plain; charset=utf-8"


class Cosigner:
    """A witness without its door: what comes in as bytes goes out as an answer. Safe for many threads."""

    def __init__(
        self, key: SigningKey, logs: Iterable[VerifierKey], memory: Memory, clock: Callable[[], float] = time
    ) -> None:
        """Cosign with `key` (of algorithm 4) what the `logs` sign, each under the name its checkpoints begin with."""
        self._key = key
        self._memory = memory
        self._clock = clock
        self._logs: dict[str, list[VerifierKey]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)

    def add_checkpoint(self, data: bytes) -> Answer:
        """The answer to a request of a log."""
        try:
            asked = AddCheckpoint.parse(data)
        except ValueError as error:
            return _refused(400, f"This is not a request to add a checkpoint: {error}.")
        checkpoint, note = asked.signed.checkpoint, asked.signed.note
        keys = self._logs.get(checkpoint.origin)
        if keys is None:
            return _refused(404, "This witness does not know the log.")
        try:
            verified(note, keys)
        except ValueError as error:
            return _refused(403, f"The checkpoint is not signed by the log: {error}.")
        if asked.old > checkpoint.size:
            return _refused(400, "The old size is above that of the checkpoint.")
        with self._memory.of(checkpoint.origin) as log:
            refusal = _grown(log.seen, asked)
            if refusal:
                return refusal
            log.remember(checkpoint.size, checkpoint.root, str(note))
        return Answer(200, str(cosignature.sign(self._key, note.text, int(self._clock()))))


def _grown(seen: Seen, asked: AddCheckpoint) -> Answer | None:
    """What to say against a checkpoint, after the one that was seen; None if it is the same or grew from it."""
    checkpoint = asked.signed.checkpoint
    known = Answer(409, f"{seen.size}\n", SIZE_TYPE)
    if asked.old != seen.size:
        return known
    if checkpoint.size == seen.size and checkpoint.root != seen.root:
        return known
    try:
        check_consistency(seen.size, checkpoint.size, seen.root, checkpoint.root, asked.proof)
    except BadProof as error:
        return _refused(422, f"The checkpoint is not shown to have grown from the one before: {error}.")
    return None


def _refused(status: int, words: str) -> Answer:
    return Answer(status, f"{words}\n")
