"""The Ed25519 check of verify.py, against the vectors of RFC 8032, a library, and everything that is not canonical."""

from __future__ import annotations

from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from charter.evidence.verify import ORDER, PRIME, ed25519, point_of

RFC_8032 = (  # section 7.1: public key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465"
            "5141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb0"
            "0d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc0"
            "27beceea1ec40a"
        ),
    ),
)


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_rfc(public: str, message: str, signature: str) -> None:
    key, text, made = map(bytes.fromhex, (public, message, signature))
    assert ed25519(key, made, text)
    assert not ed25519(key, made, text + b"!")


def test_it_agrees_with_a_library_and_any_other_bit_is_refused() -> None:
    random = Random(8032)
    for _ in range(8):
        secret = Ed25519PrivateKey.from_private_bytes(random.randbytes(32))
        public, message = secret.public_key().public_bytes_raw(), random.randbytes(random.randrange(200))
        signature = secret.sign(message)
        assert ed25519(public, signature, message)
        at = random.randrange(512)
        other = int.from_bytes(signature, "little") ^ 1 << at
        assert not ed25519(public, other.to_bytes(64, "little"), message)
        assert not ed25519(random.randbytes(32), signature, message)


def test_a_signature_has_one_way_to_be_written() -> None:
    public, message, signature = map(bytes.fromhex, RFC_8032[1])
    scalar = int.from_bytes(signature[32:], "little")
    assert not ed25519(public, signature[:32] + (scalar + ORDER).to_bytes(32, "little"), message)
    assert not ed25519(public, signature[:-1], message)
    assert not ed25519(public + b"\0", signature, message)


@pytest.mark.parametrize("y", [PRIME, PRIME + 1, 2**255 - 1])
def test_a_point_has_one_way_to_be_written(y: int) -> None:
    with pytest.raises(ValueError, match="canonical"):
        point_of(y.to_bytes(32, "little"))


def test_the_point_with_x_0_has_no_odd_form() -> None:
    point_of((1).to_bytes(32, "little"))
    with pytest.raises(ValueError, match="not a point"):
        point_of((1 | 1 << 255).to_bytes(32, "little"))


def test_what_is_on_no_curve_is_no_point() -> None:
    with pytest.raises(ValueError, match="not a point"):
        point_of((2).to_bytes(32, "little"))


@pytest.mark.parametrize(
    "small",
    [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    ],
)
def test_a_key_of_small_order_signs_nothing(small: str) -> None:
    identity = (1).to_bytes(32, "little")
    assert not ed25519(bytes.fromhex(small), identity + bytes(32), b"anything")  # which fits it without a secret
