"""A sealed value opens with its key, in its place, to what was sealed; to nothing else."""

from __future__ import annotations

import hmac
from os import urandom

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from charter.privacy.box import KEY_SIZE, NONCE_SIZE, SALT_SIZE, Box, SealBroken, Sealer, context

PLACE = context("decision/3f0c", 2, "decision.made", "5" * 32)
KEY = bytes(range(KEY_SIZE))


@given(st.binary(max_size=300), st.binary(min_size=KEY_SIZE, max_size=KEY_SIZE))
def test_what_was_sealed_comes_out(text: bytes, key: bytes) -> None:
    assert Sealer(key).open(Sealer(key).seal(text, PLACE), PLACE).text == text


def test_the_same_words_are_never_sealed_twice_alike() -> None:
    one, two = (Sealer(KEY).seal(b"No.", PLACE) for _ in range(2))
    assert not {one.nonce, one.box, one.seal} & {two.nonce, two.box, two.seal}


@given(st.data())
def test_any_changed_bit_is_noticed(data: st.DataObject) -> None:
    box = Sealer(KEY).seal(b'{"reason":"No parrots."}', PLACE)
    part = data.draw(st.sampled_from(Box._fields))
    changed = bytearray(getattr(box, part))
    bit = data.draw(st.integers(0, len(changed) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        Sealer(KEY).open(box._replace(**{part: bytes(changed)}), PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        context("decision/3f0d", 2, "decision.made", "5" * 32),
        context("decision/3f0c", 3, "decision.made", "5" * 32),
        context("decision/3f0c", 2, "decision.reversed", "5" * 32),
        context("decision/3f0c", 2, "decision.made", "6" * 32),
    ],
    ids=["stream", "version", "type", "subject"],
)
def test_words_moved_to_another_entry_do_not_open(elsewhere: bytes) -> None:
    with pytest.raises(SealBroken):
        Sealer(KEY).open(Sealer(KEY).seal(b"No.", PLACE), elsewhere)


@pytest.mark.parametrize("text", [b"", b"x" * 47, b"x" * 31])
def test_a_box_that_is_too_short_is_broken_and_nothing_worse(text: bytes) -> None:
    with pytest.raises(SealBroken):
        Sealer(KEY).open(Box(bytes(NONCE_SIZE), text, bytes(32)), PLACE)


def under_two_keys(one: bytes, two: bytes, nonce: bytes, belongs_to: bytes, blocks: int) -> bytes:
    """One ciphertext with one tag that AES-GCM accepts under both keys.

    The tag is linear in the ciphertext's blocks over GF(2^128) (NIST SP 800-38D §6.4): with all but one block chosen,
    that block is solved for: the known attack of Dodis, Grubbs, Ristenpart and Woodage (2018, "Fast message franking").
    """
    fixed = [urandom(16) for _ in range(blocks - 1)]
    hashes, masks = [], []
    for key in (one, two):
        block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  # what GCM itself is made of
        hashes.append(int.from_bytes(block.update(bytes(16)), "big"))
        masks.append(int.from_bytes(block.update(nonce + b"\0\0\0\1"), "big"))
    padded = belongs_to + bytes(-len(belongs_to) % 16)
    lengths = (len(belongs_to) * 8).to_bytes(8, "big") + (blocks * 128).to_bytes(8, "big")

    def ghash(h: int, free: bytes) -> int:
        value = 0
        data = padded + b"".join([*fixed, free]) + lengths
        for at in range(0, len(data), 16):
            value = times(value ^ int.from_bytes(data[at : at + 16], "big"), h)
        return value

    squares = [times(h, h) for h in hashes]  # the last block of ciphertext is two steps before the end
    known = [ghash(h, bytes(16)) ^ mask for h, mask in zip(hashes, masks, strict=True)]
    free = times(known[0] ^ known[1], inverse(squares[0] ^ squares[1])).to_bytes(16, "big")
    tag = (ghash(hashes[0], free) ^ masks[0]).to_bytes(16, "big")
    return b"".join([*fixed, free]) + tag


def times(a: int, b: int) -> int:
    """The product in GCM's field, bits in GCM's order (NIST SP 800-38D §6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if b >> bit & 1:
            product ^= a
        a = a >> 1 ^ (0xE1 << 120 if a & 1 else 0)
    return product


def inverse(a: int) -> int:
    """The inverse in that field: a to the power of 2^128 - 2."""
    result, power = 1 << 127, a
    for bit in range(128):
        if (2**128 - 2) >> bit & 1:
            result = times(result, power)
        power = times(power, power)
    return result


def test_a_box_that_opens_under_two_keys_is_refused_under_at_least_one() -> None:
    """Who may write the key store could swap the keys of such a box, and turn a yes into a no."""
    nonce, keys = urandom(NONCE_SIZE), (urandom(KEY_SIZE), urandom(KEY_SIZE))
    twofold = under_two_keys(*keys, nonce, PLACE, blocks=6)
    insides = [AESGCM(key).decrypt(nonce, twofold, PLACE) for key in keys]
    assert insides[0] != insides[1], "the attack itself works: AES-GCM alone would let it through"
    for mine in insides:
        mark = hmac.digest(mine[:SALT_SIZE], mine[SALT_SIZE:], "sha256")
        opens = 0
        for key in keys:
            try:
                Sealer(key).open(Box(nonce, twofold, mark), PLACE)
                opens += 1
            except SealBroken:
                pass
        assert opens == 1
