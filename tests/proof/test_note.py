"""A signed note is read in one form only, and believed only if a key that is known made every signature in its name."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.proof.note import (
    COSIGNATURE,
    LONGEST,
    MOST_SIGNATURES,
    BadSignature,
    Note,
    Signature,
    SigningKey,
    UnsignedNote,
    VerifierKey,
    verified,
)
from tests.proof.vectors import vectors

# golang/mod fe2ec04f, sumdb/note/note_test.go (BSD-3-Clause): written by others
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_SIGNED = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_SIGNED = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
NOTE = f"{TEXT}\n{PETER_SIGNED}{ENOCH_SIGNED}"

ANN = SigningKey("ann.example/desk", bytes(range(32)))
BEN = SigningKey("ben.example", bytes(range(1, 33)))
NORTH = SigningKey("north.example", bytes(range(2, 34)), COSIGNATURE)


def signed(text: str, *keys: SigningKey) -> Note:
    """A note with the signatures of these keys."""
    return Note(text, tuple(key.sign(text) for key in keys))


def test_a_note_of_others() -> None:
    """A note that another implementation signed is read, verified, and written the same again; and so is its key."""
    note = Note.parse(NOTE)
    assert note.text == TEXT
    assert str(note) == NOTE
    assert Note.parse(NOTE.encode()) == note
    peter, enoch = VerifierKey.parse(PETER), VerifierKey.parse(ENOCH)
    assert (str(peter), str(enoch)) == (PETER, ENOCH)
    assert verified(note, [enoch, peter]) == [peter, enoch]
    assert verified(note, [enoch]) == [enoch]
    secret = SigningKey.parse(PETERS_KEY)
    assert str(secret) == PETERS_KEY
    assert secret.verifier == peter
    assert str(secret.sign(TEXT)) == PETER_SIGNED


def test_vectors_beside_the_repository() -> None:
    """Where there are more vectors at hand, each note is accepted or refused as they say."""
    found = vectors("signed_note.json")
    for case in found.get("cases", []):
        keys = [VerifierKey.parse(key) for key in case["vkeys"]]
        if case["ok"]:
            assert [key.name for key in verified(Note.parse(case["note"]), keys)] == case["verified"], case["name"]
        else:
            with pytest.raises(ValueError):
                verified(Note.parse(case["note"]), keys)
    for key in found.get("bad_vkeys", []):
        with pytest.raises(ValueError):
            VerifierKey.parse(key)


def test_any_change_to_a_key() -> None:
    """No part of a key, and no key with one character changed, is taken for it."""
    for at in range(len(PETER)):
        changed = PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :]
        for text in (PETER[:at], PETER[at + 1 :], changed):
            with pytest.raises(ValueError):
                VerifierKey.parse(text)


def key_text(name: str, data: bytes, id_: bytes | None = None) -> str:
    """A key as it is written, right or wrong."""
    shown = sha256(f"{name}\n".encode() + data).digest()[:4] if id_ is None else id_
    return f"{name}+{shown.hex()}+{b64encode(data).decode()}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "++",
        "name",
        "name+00000000",
        key_text("", b"\1" + bytes(32)),
        key_text("two words", b"\1" + bytes(32)),
        key_text("no\N{NO-BREAK SPACE}break", b"\1" + bytes(32)),
        key_text("wide\N{IDEOGRAPHIC SPACE}", b"\1" + bytes(32)),
        key_text("new\nline", b"\1" + bytes(32)),
        key_text("bell\7", b"\1" + bytes(32)),
        key_text("next\x85", b"\1" + bytes(32)),
        key_text("a+b", b"\1" + bytes(32)),
        key_text("name", b""),
        key_text("name", b"\1"),
        key_text("name", b"\1" + bytes(31)),
        key_text("name", b"\1" + bytes(33)),
        key_text("name", b"\2" + bytes(32)),
        key_text("name", b"\6" + bytes(1312)),
        key_text("name", b"\xff" + bytes(32)),
        key_text("name", b"\1" + bytes(32), bytes(4)),
        key_text("name", b"\1" + bytes(32)) + "\n",
        key_text("name", b"\1" + bytes(32)) + " ",
        " " + key_text("name", b"\1" + bytes(32)),
        key_text("name" * 2000, b"\1" + bytes(32)),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("c74f20a3", "c74f20a"),
        PETER.replace("c74f20a3", "+74f20a3"),
        PETER.replace("c74f20a3", "c7_f20a3"),
        PETER.removesuffix("TW") + "TX",
        PETER + "=",
        PETER + "\n",
        PETER.replace("/", "_"),
        "\ud800" + PETER,
    ],
)
def test_what_is_not_a_key(text: str) -> None:
    """A key is written in one way, with the id that belongs to it."""
    with pytest.raises(ValueError):
        VerifierKey.parse(text)
    with pytest.raises(ValueError):
        SigningKey.parse("PRIVATE+KEY+" + text)
    with pytest.raises(ValueError, match="begins with"):
        SigningKey.parse(text)


def test_a_key_fits_its_id() -> None:
    """A key can't be made with the id of another, of any other length, or of an unknown kind."""
    public = VerifierKey.parse(PETER).public
    assert VerifierKey.of("PeterNeumann", public) == VerifierKey.parse(PETER)
    assert VerifierKey.of("PeterNeumann", public, COSIGNATURE).key_id != VerifierKey.parse(PETER).key_id
    with pytest.raises(ValueError, match="does not have the id 00000000"):
        VerifierKey("PeterNeumann", bytes(4), 1, public)
    with pytest.raises(ValueError, match="31 bytes instead of 32"):
        VerifierKey.of("PeterNeumann", public[1:])
    with pytest.raises(ValueError, match="of the kind 6"):
        VerifierKey.of("PeterNeumann", public, 6)
    with pytest.raises(ValueError, match="32 bytes, not 16"):
        SigningKey("ann", bytes(16))


def test_the_secret_stays_one() -> None:
    """Neither the representation of a secret key nor the message about a broken one gives it away."""
    seed = str(ANN).rsplit("+", 1)[1]
    assert seed not in repr(ANN)
    assert "ann.example/desk" in repr(ANN)
    for broken in (str(ANN)[:-1], str(ANN) + "\n", str(ANN).replace("desk", "task"), "PRIVATE+KEY+" + seed):
        with pytest.raises(ValueError, match="not a signing key") as refused:
            SigningKey.parse(broken)
        assert seed[4:-4] not in str(refused.value)
        assert refused.value.__context__ is None


def test_every_new_key_is_another() -> None:
    """New keys are random, and written and read the same."""
    first, second = SigningKey.new("ann"), SigningKey.new("ann")
    assert str(first) != str(second)
    read = SigningKey.parse(str(first))
    assert read.verifier == first.verifier
    assert read.sign("x\n") == first.sign("x\n")
    assert SigningKey.new("w", COSIGNATURE).verifier.algorithm == COSIGNATURE


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\n",
        "\n\n",
        TEXT,
        TEXT + "\n",
        NOTE[:-1],
        NOTE[:-1] + "x",
        NOTE[:-1] + "\N{LINE SEPARATOR}",
        NOTE + "\n",
        NOTE + "Something else.\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("— ", "- "),
        NOTE.replace("— ", "—"),
        NOTE.replace("— ", "—\N{NO-BREAK SPACE}"),
        NOTE.replace(PETER_SIGNED, PETER_SIGNED[:-2] + "\n"),
        NOTE.replace("nAM=", "nAN="),
        NOTE.replace("nAM=", "nAM"),
        NOTE.replace("nAM=", "nAM= "),
        NOTE.replace("nAM=", "nAM=="),
        NOTE.replace("+QQ=", "-QQ="),
        NOTE.replace("PeterNeumann ", "Peter Neumann "),
        NOTE.replace("PeterNeumann ", "Peter+Neumann "),
        NOTE.replace("PeterNeumann ", "Peter\N{EM SPACE}Neumann "),
        NOTE.replace("PeterNeumann ", " "),
        NOTE.replace("think", "th\x00nk"),
        NOTE.replace("think", "th\tnk"),
        NOTE.replace("think", "th\x1bnk"),
        NOTE.replace("PeterNeumann", "Peter\x9bNeumann"),
        NOTE.replace("think", "th\ud800nk"),
        b"\xff" + NOTE.encode(),
        NOTE.encode().replace("—".encode(), b"\xe2\x80"),
        NOTE.encode("utf-16"),
        f"{TEXT}\n— PeterNeumann {b64encode(bytes(4)).decode()}\n",
        f"{TEXT}\n— PeterNeumann \n",
        f"{TEXT}\n— PeterNeumann\n",
        NOTE + PETER_SIGNED * (MOST_SIGNATURES - 1),
        "x" * (LONGEST - len(NOTE.encode()) + 1) + NOTE,
    ],
)
def test_what_is_not_a_note(data: bytes | str) -> None:
    """A note is written in one way; anything else is refused, and so is one that is too large."""
    with pytest.raises(ValueError):
        Note.parse(data)


def test_as_much_as_is_allowed() -> None:
    """A hundred signatures, and a million bytes, are still read; and so is a text with empty lines in it."""
    key = VerifierKey.parse(PETER)
    assert len(Note.parse(f"{TEXT}\n" + PETER_SIGNED * MOST_SIGNATURES).signatures) == MOST_SIGNATURES
    assert verified(Note.parse(NOTE + PETER_SIGNED * 14), [key]) == [key]
    long = "x" * (LONGEST - len(NOTE.encode())) + NOTE
    assert str(Note.parse(long)) == long
    for text in ("\n", "\n\n", "a\n\n", "\n\na\n", "a\n\n— b c\n\nd\n"):
        note = signed(text, ANN)
        assert Note.parse(str(note)) == note
        assert verified(note, [ANN.verifier]) == [ANN.verifier]


def test_a_text_that_can_not_be_signed() -> None:
    """What could not be read again is not signed."""
    for text in ("", "no end", "a\rb\n", "a\0\n", "\ud800\n"):
        with pytest.raises(ValueError):
            ANN.sign(text)
        with pytest.raises(ValueError):
            Note(text)
    with pytest.raises(ValueError, match="which bear a time"):
        NORTH.sign(TEXT)


def test_a_known_key_must_have_signed() -> None:
    """A note that no known key signed is refused, and one that others signed beside it is not."""
    note = signed(TEXT, ANN, BEN)
    assert verified(note, [ANN.verifier]) == [ANN.verifier]
    stranger = SigningKey.new("ann.example/desk").verifier  # the same name, another key
    with pytest.raises(UnsignedNote, match=rf"has signed it: ann\.example/desk\+{stranger.key_id.hex()}"):
        verified(note, [stranger])
    assert verified(note, [stranger, BEN.verifier]) == [BEN.verifier]
    namesake = Note(
        TEXT, (ANN.sign(TEXT)._replace(name="another.example"), BEN.sign(TEXT))
    )  # the same id, another name
    assert verified(namesake, [ANN.verifier, BEN.verifier]) == [BEN.verifier]
    with pytest.raises(UnsignedNote, match="there is no key that could"):
        verified(note, [])
    with pytest.raises(UnsignedNote):
        verified(Note(TEXT), [ANN.verifier])


def test_one_bad_signature_of_a_known_key() -> None:
    """One line in the name of a known key that it did not write makes the whole note worthless."""
    good = signed(TEXT, ANN, BEN)
    ann, ben = good.signatures
    keys = [ANN.verifier, BEN.verifier]
    assert verified(good, keys) == keys
    for bad in (
        ann._replace(signature=BEN.sign(TEXT).signature),
        ann._replace(signature=ann.signature[:-1]),
        ann._replace(signature=ann.signature + b"\0"),
        ann._replace(signature=b"\0"),
        ann._replace(signature=bytes(64)),
        ann._replace(
            signature=ann.signature[:32]
            + (int.from_bytes(ann.signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493).to_bytes(
                32, "little"
            )
        ),
    ):
        for lines in ((bad,), (bad, ben), (ben, bad), (ann, bad, ben), (bad, ann)):
            with pytest.raises(BadSignature, match=r"the signature of ann\.example/desk is not good"):
                verified(Note(TEXT, lines), keys)
        assert verified(Note(TEXT, (bad, ben)), [BEN.verifier]) == [BEN.verifier]  # to whom ann is a stranger


def test_any_change_to_the_text() -> None:
    """No text but the one that was signed is believed, whichever bit of it changes."""
    note = signed("balance 100\n", ANN)
    for at in range(len(note.text) - 1):
        for bit in range(7):
            changed = note.text[:at] + chr(ord(note.text[at]) ^ 1 << bit) + note.text[at + 1 :]
            with pytest.raises(ValueError):
                verified(Note(changed, note.signatures), [ANN.verifier])


def test_two_keys_with_one_id() -> None:
    """Two keys that the lines of a note do not tell apart are not both taken; the same key twice is one."""
    note = signed(TEXT, ANN)
    assert verified(note, [ANN.verifier, ANN.verifier]) == [ANN.verifier]
    twin = object.__new__(VerifierKey)  # ids have four bytes: somebody with time can make two that are the same
    other = SigningKey.new(ANN.name).verifier
    for field, value in (
        ("name", ANN.name),
        ("key_id", ANN.verifier.key_id),
        ("algorithm", 1),
        ("public", other.public),
    ):
        object.__setattr__(twin, field, value)
    with pytest.raises(ValueError, match="leave one of them out"):
        verified(note, [ANN.verifier, twin])


def test_signatures_are_added_once() -> None:
    """Signatures are added behind those that are there, and not a second time."""
    note = signed(TEXT, ANN)
    both = note.with_signatures(BEN.sign(TEXT), ANN.sign(TEXT), BEN.sign(TEXT))
    assert both == signed(TEXT, ANN, BEN)
    assert str(both).startswith(str(note))


def test_a_signature_line() -> None:
    """A line is read and written alone, too; it ends where the line does."""
    line = str(ANN.sign(TEXT))
    assert Signature.parse(line) == ANN.sign(TEXT)
    for bad in (line[:-1], line + "\n", line * 2, " " + line, line.replace(" ", "  "), ""):
        with pytest.raises(ValueError):
            Signature.parse(bad)


texts = st.text() | st.text(alphabet="— ab+/=\n\0\N{NO-BREAK SPACE}\ud800") | st.just(NOTE)


@given(texts | st.binary(), st.integers(0, 400), texts)
def test_anything_may_come(data: str | bytes, at: int, pushed_in: str) -> None:
    """Whatever is read is a note that is written the same again, or a ValueError; nothing else happens."""
    whole = NOTE[:at] + pushed_in + NOTE[at:]
    for given_ in (data, whole):
        try:
            note = Note.parse(given_)
        except ValueError:
            continue
        assert str(note) == (given_ if isinstance(given_, str) else given_.decode())
        try:
            assert verified(note, [VerifierKey.parse(PETER)])
        except ValueError:
            continue
        assert note.text == TEXT


@given(texts | st.builds(key_text, st.text().filter(lambda it: it.isascii()), st.binary()))
def test_anything_may_come_as_a_key(text: str) -> None:
    """Whatever is read is a key that is written the same again, or a ValueError; nothing else happens."""
    for read in (VerifierKey.parse, SigningKey.parse, Signature.parse):
        try:
            assert str(read(text)) == text
        except ValueError:
            continue


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80))
def test_any_bytes_may_be_a_public_key(public: bytes, signature: bytes) -> None:
    """Thirty-two bytes that are no point of the curve, or a signature of any length, make no signature good."""
    for algorithm in (1, COSIGNATURE):
        assert not VerifierKey.of("x", public, algorithm).signed(TEXT, signature)


def test_a_key_is_not_needed_to_start() -> None:
    """Cryptography is loaded when something is signed or checked, and not before: it costs every command time."""
    script = (
        "import sys, charter.proof.tlog_proof as it, charter.proof.tile, charter.proof.key as key;"
        f"key.VerifierKey.parse({PETER!r}); sys.exit('cryptography' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_id_names_the_key() -> None:
    """The four bytes before a signature are those of the key's id, as the specification computes it."""
    peter = VerifierKey.parse(PETER)
    assert peter.key_id == sha256(b"PeterNeumann\n\x01" + peter.public).digest()[:4]
    assert b64decode(PETER_SIGNED.split()[2])[:4] == peter.key_id
