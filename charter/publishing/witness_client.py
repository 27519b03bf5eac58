"""Asks witnesses to cosign a checkpoint, over HTTP, as https://c2sp.org/tlog-witness says.

A witness may answer anything, slowly or never: time and length are bounded, redirects are not followed, and of what it
says only a good cosignature of the key that the policy gives for it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import IO, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import Request

from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.cosignature import verified_cosignatures
from charter.proof.note import Note, Signature
from charter.proof.policy import Witness
from charter.proof.strict import number, utf8
from charter.publishing.asking import opener, why
from charter.publishing.witness.request import LONGEST, PATH, SIZE_TYPE, AddCheckpoint

SILENCE = 10.0
"""Seconds that a witness may be silent."""
PATIENCE = 30.0
"""Seconds that all witnesses together have to answer."""
_ATTEMPTS = 3
"""How often a witness is asked that says it has seen another size than was thought."""

Proof = Callable[[int], Sequence[bytes]]
"""The proof that the tree grew from a smaller size to the checkpoint's."""


class Reply(NamedTuple):
    """What came of asking a witness."""

    witness: str
    """Its name in the policy."""
    cosignature: Signature | None
    words: str
    """What it answered, for people; a part of a sentence."""


class _Answer(NamedTuple):
    status: int
    media_type: str
    body: bytes


class _Unusable(Exception):
    """A witness could not be asked, or its answer is of no use; the words say why."""


def ask_all(
    witnesses: Sequence[Witness],
    signed: SignedCheckpoint,
    seen: Mapping[str, int],
    proof: Proof,
    *,
    silence: float = SILENCE,
    patience: float = PATIENCE,
) -> list[Reply]:
    """Ask witnesses, all at once; one reply for each, in their order.

    `seen` is the size each is thought to know, by its name in the policy; 0 where it is not said. `proof` may be called
    from other threads.
    """
    heard: SimpleQueue[Reply | Exception] = SimpleQueue()

    def listen(witness: Witness) -> None:
        try:
            heard.put(ask(witness, signed, seen.get(witness.name, 0), proof, silence=silence))
        except Exception as error:  # a fault of ours: whoever waits has it
            heard.put(error)

    for witness in witnesses:  # a thread that is never answered must not keep the program from ending
        Thread(target=listen, args=(witness,), daemon=True).start()
    end = monotonic() + patience
    replies: dict[str, Reply] = {}
    try:
        while len(replies) < len(witnesses):
            reply = heard.get(timeout=max(0.0, end - monotonic()))
            if isinstance(reply, Exception):
                raise reply
            replies[reply.witness] = reply
    except Empty:
        pass
    return [replies.get(witness.name) or Reply(witness.name, None, "took too long to answer") for witness in witnesses]


def ask(witness: Witness, signed: SignedCheckpoint, seen: int, proof: Proof, *, silence: float = SILENCE) -> Reply:
    """Ask one witness, which is thought to know the tree of `seen` entries; it is asked again with what it says."""
    try:
        return Reply(witness.name, _asked(witness, signed, seen, proof, silence), "cosigned")
    except _Unusable as error:
        return Reply(witness.name, None, str(error))


def _asked(witness: Witness, signed: SignedCheckpoint, seen: int, proof: Proof, silence: float) -> Signature:
    size = signed.checkpoint.size
    for _ in range(_ATTEMPTS):
        if seen > size:
            there = f"has seen this ledger with {seen:,} entries, more than the {size:,} it has here"
            raise _Unusable(f"{there} (see: charter verify)")
        hashes = () if seen in (0, size) else tuple(proof(seen))
        answer = _post(witness, bytes(AddCheckpoint(seen, hashes, signed)), silence)
        if answer.status != 409:
            return _cosignature(witness, signed, answer)
        known = _known_size(answer)
        if known == seen:
            raise _Unusable(f"has seen another history of this ledger's {known:,} entries (see: charter verify)")
        seen = known
    raise _Unusable("gave another size whenever it was asked; somebody else may publish at the same time")


def _post(witness: Witness, body: bytes, silence: float) -> _Answer:
    if not witness.url:
        raise _Unusable("has no address in the policy, so it was not asked")
    if not witness.url.startswith(("http://", "https://")):
        raise _Unusable(f"has an address that is neither http:// nor https://, {witness.url}")
    kind = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        request = Request(witness.url.rstrip("/") + PATH, body, kind)  # noqa: S310  # what it begins with is looked at
        try:
            with opener().open(request, timeout=silence) as response:
                return _Answer(response.status, response.headers.get_content_type(), _read(response))
        except HTTPError as error:
            with error:
                return _Answer(error.code, error.headers.get_content_type(), _read(error))
    except URLError as error:
        raise _Unusable(f"cannot be reached ({why(error.reason)})") from None
    except HTTPException:
        raise _Unusable("cannot be asked (what it speaks is not HTTP, or not all of it)") from None
    except (OSError, ValueError) as error:
        raise _Unusable(f"cannot be asked ({why(error)})") from None


def _read(response: IO[bytes]) -> bytes:
    body = response.read(LONGEST + 1)
    if len(body) > LONGEST:
        raise _Unusable("answered at a length that no answer has")
    return body


def _cosignature(witness: Witness, signed: SignedCheckpoint, answer: _Answer) -> Signature:
    """The cosignature in an answer; others, of keys that are not known, are passed over."""
    if answer.status != 200:
        raise _Unusable(_REFUSALS.get(answer.status, f"answered with status {answer.status}"))
    try:
        lines = utf8(answer.body).splitlines(keepends=True)
        for signature in map(Signature.parse, lines):
            if verified_cosignatures(Note(signed.note.text, (signature,)), [witness.key]):
                return signature
    except ValueError as error:
        raise _Unusable(f"answered with what is no cosignature of its key: {error}") from None
    raise _Unusable("cosigned with another key than the policy gives for it")


_REFUSALS = {
    403: "does not accept the ledger's key; give it the one that charter key show shows",
    404: "does not know this ledger, or its address is wrong; give it the key that charter key show shows",
    422: "was shown no proof that this history continues the one it has seen",
}


def _known_size(answer: _Answer) -> int:
    try:
        if answer.media_type == SIZE_TYPE and answer.body.endswith(b"\n"):
            return number(utf8(answer.body)[:-1])
    except ValueError:
        pass
    raise _Unusable("has seen something else of this ledger, and does not say what")
