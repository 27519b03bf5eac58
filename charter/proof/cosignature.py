"""Cosignatures: what a witness adds to a checkpoint, saying that up to this time it saw no other history than this.

A line of a signed note (https://c2sp.org/tlog-cosignature, algorithm 4), whose signature is eight bytes of time,
big-endian, and the 64 of Ed25519 over the checkpoint with two lines before it, as in::

    cosignature/v1
    time 1763808311
    charter-ledger/9f86d081884c7d65
    1284
    zTPN5CGSMbQSxxSxdF0rGh9ZXKNMdjTGxeRLn6gUTf4=

The time is that of POSIX, in whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterable

from charter.proof.checkpoint import read_body
from charter.proof.key import COSIGNATURE, Signature, SigningKey, VerifierKey, cosigned_message
from charter.proof.note import Note, good_signatures

_TIME_SIZE = 8
_END_OF_TIME = 1 << 63


def sign(key: SigningKey, checkpoint_text: str, timestamp: int) -> Signature:
    """The cosignature of a witness on the text of a checkpoint, at a time in seconds since 1970.

    ValueError for a key of another kind (algorithm 4 it must be), a text that is no checkpoint, or a time out of range.
    """
    if key.verifier.algorithm != COSIGNATURE:
        msg = f"the key of {key.name} is not one of a witness, whose keys have the algorithm {COSIGNATURE}"
        raise ValueError(msg)
    if not 0 <= timestamp < _END_OF_TIME:
        msg = f"{timestamp} is not a time that a cosignature can bear"
        raise ValueError(msg)
    read_body(checkpoint_text)
    signature = key.raw_signature(cosigned_message(checkpoint_text.encode(), timestamp))
    return Signature(key.name, key.verifier.key_id, timestamp.to_bytes(_TIME_SIZE) + signature)


def verified_cosignatures(note: Note, keys: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
    """Which of these witnesses cosigned the note, and when, in seconds since 1970; the latest time of each.

    None at all is no error here: how many it takes is for a policy to say (`charter.proof.policy`). Raises BadSignature
    when a line of one of the keys is not that key's; ValueError for a key that is not one of a witness.
    """
    witnesses = tuple(keys)
    for key in witnesses:
        if key.algorithm != COSIGNATURE:
            msg = f"the key of {key.name} is not one of a witness, whose keys have the algorithm {COSIGNATURE}"
            raise ValueError(msg)
    cosigned: dict[VerifierKey, int] = {}
    for key, line in good_signatures(note, witnesses):
        cosigned[key] = max(cosigned.get(key, 0), int.from_bytes(line.signature[:_TIME_SIZE]))
    return cosigned
