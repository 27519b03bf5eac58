"""A proof in one file shows its entry, and no other, to whoever knows the log's key."""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.cosignature import sign
from charter.proof.note import COSIGNATURE, BadSignature, SigningKey, UnsignedNote
from charter.proof.paths import BadProof, RangeRoot, inclusion
from charter.proof.policy import Policy, QuorumMissing
from charter.proof.tlog_proof import LONGEST, TlogProof
from charter.tree import leaf_hash

LEAVES = [leaf_hash(b"%d" % number) for number in range(11)]
ROOT_OF = RangeRoot(LEAVES)
LOG = SigningKey("example.com/log", bytes(32))
NORTH = SigningKey("north.example", bytes(range(32)), COSIGNATURE)
SIGNED = SignedCheckpoint.signed(Checkpoint(LOG.name, 11, ROOT_OF(0, 11)), LOG)
PROOF = TlogProof(6, tuple(inclusion(6, 11, ROOT_OF)), SIGNED)
TEXT = """\
c2sp.org/tlog-proof@v1
index 6
{}
{}
{}
{}

{}""".format(*(b64encode(node).decode() for node in PROOF.path), SIGNED)
KEYS = [LOG.verifier]


def test_the_format() -> None:
    """First what it is, then the index, the path from the leaf up, and after an empty line the checkpoint."""
    assert len(PROOF.path) == 4
    assert str(PROOF) == TEXT
    assert TlogProof.parse(TEXT) == PROOF
    assert TlogProof.parse(TEXT.encode()) == PROOF
    assert PROOF.path[0] == LEAVES[7]


def test_every_entry() -> None:
    """Each entry of each small tree is shown by its own proof, and by no other's."""
    for size in range(1, 12):
        signed = SignedCheckpoint.signed(Checkpoint(LOG.name, size, ROOT_OF(0, size)), LOG)
        for index in range(size):
            proof = TlogProof.parse(str(TlogProof(index, tuple(inclusion(index, size, ROOT_OF)), signed)))
            assert proof.check(LEAVES[index], KEYS) == {}
            for other in range(11):
                if other != index:
                    with pytest.raises(BadProof):
                        proof.check(LEAVES[other], KEYS)
                    with pytest.raises(BadProof):
                        replace(proof, index=other).check(LEAVES[index], KEYS)


def test_the_only_entry() -> None:
    """In a tree of one, the path is empty, and its lines are missing."""
    signed = SignedCheckpoint.signed(Checkpoint(LOG.name, 1, LEAVES[0]), LOG)
    text = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{signed}"
    assert TlogProof.parse(text).check(LEAVES[0], KEYS) == {}
    assert str(TlogProof.parse(text)) == text


def test_extra_data() -> None:
    """Further data are carried along in the second line; nothing about the proof depends on them."""
    proof = replace(PROOF, extra=b"\0 anything\n")
    text = TEXT.replace("index", f"extra {b64encode(proof.extra).decode()}\nindex", 1)
    assert str(proof) == text
    assert TlogProof.parse(text) == proof
    assert proof.check(LEAVES[6], KEYS) == {}


FIRST, SECOND = (b64encode(node).decode() for node in PROOF.path[:2])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "c2sp.org/tlog-proof@v1\n",
        f"c2sp.org/tlog-proof@v1\n\n{SIGNED}",
        TEXT.replace("c2sp.org/tlog-proof@v1\n", ""),
        TEXT.replace("@v1", "@v2"),
        TEXT.replace("@v1", "@v1 "),
        "\n" + TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n\nexample", "\nexample"),
        TEXT.replace("\n\nexample", "\n\n\nexample"),
        TEXT + "\n",
        TEXT[:-1],
        TEXT.replace("index 6\n", ""),
        TEXT.replace("index 6", "index"),
        TEXT.replace("index 6", "index "),
        TEXT.replace("index 6", "Index 6"),
        TEXT.replace("index 6", "index 06"),
        TEXT.replace("index 6", "index +6"),
        TEXT.replace("index 6", "index -6"),
        TEXT.replace("index 6", "index 6 "),
        TEXT.replace("index 6", "index  6"),
        TEXT.replace("index 6", "index 0x6"),
        TEXT.replace("index 6", "index \u0666"),
        TEXT.replace("index 6", "index " + "9" * 20),
        TEXT.replace("index 6", "index 6\nindex 6"),
        TEXT.replace("index 6", "extra\nindex 6"),
        TEXT.replace("index 6", "extra \nindex 6"),
        TEXT.replace("index 6", "extra AAA\nindex 6"),
        TEXT.replace("index 6", "extra AAB=\nindex 6"),
        TEXT.replace("index 6", "extra AAA=\nextra AAA=\nindex 6"),
        TEXT.replace("index 6", "index 6\nextra AAA="),
        TEXT.replace("index 6", "other AAA=\nindex 6"),
        TEXT.replace(FIRST, FIRST[:-1]),
        TEXT.replace(FIRST, FIRST + " "),
        TEXT.replace(FIRST, " " + FIRST),
        TEXT.replace(FIRST, b64encode(bytes(31)).decode()),
        TEXT.replace(FIRST, b64encode(bytes(33)).decode()),
        TEXT.replace(FIRST, b64encode(bytes(64)).decode()),
        TEXT.replace(FIRST, FIRST + SECOND),
        TEXT.replace(FIRST, "\0"),
        TEXT.replace("index 6\n", "index 6\n" + 60 * (FIRST + "\n")),
        TEXT.replace("\n11\n", "\n011\n"),
        TEXT.replace("— ", "- "),
        TEXT.replace("index 6", f"extra {b64encode(bytes(LONGEST)).decode()}\nindex 6"),
        "\ud800",
    ],
)
def test_what_is_not_a_proof(text: str) -> None:
    """A proof is written in one way; anything else is refused before it is checked."""
    with pytest.raises(ValueError):
        TlogProof.parse(text)


def test_another_path() -> None:
    """A path that is too short or long, in another order, or with one bit changed, shows nothing."""
    path = PROOF.path
    flipped = bytes([path[2][0] ^ 1]) + path[2][1:]
    for wrong in ((), path[1:], path[:-1], (*path, path[0]), path[::-1], (*path[:2], flipped, path[3])):
        with pytest.raises(BadProof):
            replace(PROOF, path=wrong).check(LEAVES[6], KEYS)
    with pytest.raises(BadProof, match="has none with the index 11"):
        replace(PROOF, index=11).check(LEAVES[6], KEYS)
    with pytest.raises(BadProof, match="32 bytes, not 3"):
        PROOF.check(b"abc", KEYS)


def test_another_checkpoint() -> None:
    """The path is for one root and size; with those of another time it shows nothing, however well they are signed."""
    for size in range(1, 11):
        signed = SignedCheckpoint.signed(Checkpoint(LOG.name, size, ROOT_OF(0, size)), LOG)
        with pytest.raises(BadProof):
            replace(PROOF, checkpoint=signed).check(LEAVES[6], KEYS)


def test_an_unsigned_checkpoint() -> None:
    """Without the log's own good signature, the best path shows nothing."""
    stranger = SigningKey(LOG.name, bytes([7] * 32))
    with pytest.raises(UnsignedNote, match="no key of the log"):
        PROOF.check(LEAVES[6])
    with pytest.raises(UnsignedNote):
        PROOF.check(LEAVES[6], [stranger.verifier])
    with pytest.raises(UnsignedNote):
        PROOF.check(LEAVES[6], [SigningKey("another.example", bytes(32)).verifier])
    forged = TlogProof.parse(TEXT.replace("\n11\n", "\n12\n"))
    with pytest.raises(BadSignature):
        forged.check(LEAVES[6], KEYS)


def test_a_policy() -> None:
    """With a policy, its logs are believed too, and its quorum must have cosigned."""
    policy = Policy.parse(f"log {LOG.verifier}\nwitness north {NORTH.verifier}\nquorum north\n")
    with pytest.raises(QuorumMissing):
        PROOF.check(LEAVES[6], policy=policy)
    line = sign(NORTH, SIGNED.note.text, 1763808311)
    witnessed = replace(PROOF, checkpoint=SignedCheckpoint.parse(f"{SIGNED}{line}"))
    assert witnessed.check(LEAVES[6], policy=policy) == {"north": 1763808311}
    assert witnessed.check(LEAVES[6], KEYS) == {}
    with pytest.raises(BadProof):
        witnessed.check(LEAVES[5], policy=policy)


@given(st.text() | st.binary(), st.integers(0, len(TEXT)), st.integers(0, 40), st.text(max_size=5))
def test_anything_may_come(anything: str | bytes, at: int, cut: int, pushed_in: str) -> None:
    """Whatever is read is a proof that is written the same again, or a ValueError; no other text shows the entry."""
    changed = TEXT[:at] + pushed_in + TEXT[at + cut :]
    for data in (anything, changed):
        with suppress(ValueError):
            proof = TlogProof.parse(data)
            assert str(proof) == (data if isinstance(data, str) else data.decode())
            proof.check(LEAVES[6], KEYS)
            assert (proof.index, proof.path, proof.checkpoint.checkpoint) == (6, PROOF.path, SIGNED.checkpoint)
