"""A checkpoint is three lines, written in one way; signed, it is those of a note, whoever made it."""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.proof.checkpoint import Checkpoint, SignedCheckpoint, origin, read_body
from charter.proof.note import Note, SigningKey, verified

ROOT = bytes(range(32))
TEXT = "charter-ledger/9f86d081884c7d65\n1284\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
CHECKPOINT = Checkpoint("charter-ledger/9f86d081884c7d65", 1284, ROOT)
LOG = SigningKey(CHECKPOINT.origin, bytes(32))


def test_three_lines() -> None:
    """A checkpoint is its name, its size and its root, and is read as it is written."""
    assert str(CHECKPOINT) == TEXT
    assert Checkpoint.parse(TEXT) == CHECKPOINT
    assert read_body(TEXT) == CHECKPOINT
    assert Checkpoint.parse(TEXT.replace("1284", "0")).size == 0
    assert Checkpoint.parse(TEXT.replace("1284", "9" * 19)).size == int("9" * 19)
    assert origin(ROOT) == "charter-ledger/0001020304050607"


BAD_BODIES = [
    "",
    "\n" * 3,
    TEXT[:-1],
    TEXT + "\n",
    "\n" + TEXT,
    TEXT.replace("\n1284", "\n\n1284"),
    TEXT.replace("charter-ledger/9f86d081884c7d65", ""),
    TEXT.replace("\n", "\r\n"),
    *(
        TEXT.replace("1284", size)
        for size in ("", "01284", "+1284", "-1", "1284.0", "1e3", "1,284", " 1", "1 ", "1" + "0" * 19, "\u0661", "²")
    ),
    *(
        TEXT.replace(b64encode(ROOT).decode(), encoded)
        for encoded in (
            "",
            b64encode(ROOT).decode()[:-1],
            b64encode(ROOT).decode() + "=",
            b64encode(ROOT[1:]).decode(),
            b64encode(ROOT + b"\0").decode(),
            b64encode(ROOT).decode().replace("h8=", "h9="),
            b64encode(ROOT).decode().replace("A", "-", 1),
            " " + b64encode(ROOT).decode(),
            b64encode(bytes(30)).decode(),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("text", BAD_BODIES)
def test_what_is_not_a_checkpoint(text: str) -> None:
    """There is one way to write a checkpoint, with a root of 32 bytes, signed or not."""
    for read in (Checkpoint.parse, read_body):
        with pytest.raises(ValueError, match=r"a checkpoint is|base64|instead of 32"):
            read(text)
    if text.endswith("\n"):
        with pytest.raises(ValueError):
            SignedCheckpoint.parse(f"{text}\n{LOG.sign(TEXT)}")


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "more\n",
        TEXT.replace("charter-ledger", "go.sum database tree"),
        TEXT.replace("charter-ledger", "a+b"),
        TEXT.replace("charter-ledger", "a\N{NO-BREAK SPACE}b"),
    ],
)
def test_what_only_others_sign(text: str) -> None:
    """Lines after the third, and names with a space or a plus: other logs may have them, a ledger has not."""
    with pytest.raises(ValueError, match="three lines"):
        Checkpoint.parse(text)
    signed = SignedCheckpoint.parse(f"{text}\n{LOG.sign(text)}")
    assert str(signed.checkpoint) + "".join(f"{line}\n" for line in signed.extension) == text


def test_a_signed_checkpoint() -> None:
    """Signed, it is a note; what is verified is the whole text, its further lines too."""
    signed = SignedCheckpoint.signed(CHECKPOINT, LOG)
    assert str(signed) == f"{TEXT}\n{LOG.sign(TEXT)}"
    assert SignedCheckpoint.parse(str(signed)) == signed
    assert SignedCheckpoint.parse(str(signed).encode()) == signed
    assert signed.extension == ()
    assert verified(signed.note, [LOG.verifier]) == [LOG.verifier]
    longer = SignedCheckpoint.parse(str(signed).replace("8=\n", "8=\nextended\nby two\n"))
    assert longer.extension == ("extended", "by two")
    assert longer.checkpoint == CHECKPOINT
    with pytest.raises(ValueError, match="not good"):
        verified(longer.note, [LOG.verifier])


def test_no_empty_further_line() -> None:
    """Further lines are not empty, and the signatures begin at the last empty one."""
    with pytest.raises(ValueError, match="a checkpoint is"):
        SignedCheckpoint.parse(f"{TEXT}\n\n{LOG.sign(TEXT)}")
    with pytest.raises(ValueError, match="a checkpoint is"):
        SignedCheckpoint.parse(f"{TEXT}\nextended\n\n{LOG.sign(TEXT)}")


def test_the_signed_text_is_that_of_the_checkpoint() -> None:
    """A checkpoint can't be put beside a note that says something else."""
    other = Checkpoint(CHECKPOINT.origin, 1285, ROOT)
    with pytest.raises(ValueError, match="not that of the checkpoint"):
        SignedCheckpoint(other, Note(TEXT, (LOG.sign(TEXT),)))


@given(
    st.text()
    | st.text(alphabet="a1=\n +\0")
    | st.tuples(st.text(), st.integers()).map(lambda it: f"{it[0]}\n{it[1]}\n")
)
def test_anything_may_come(text: str) -> None:
    """Whatever is read is a checkpoint that is written the same again, or a ValueError; nothing else happens."""
    for whole in (text, text + TEXT, TEXT + text, TEXT.replace("1284", text)):
        with suppress(ValueError):
            assert str(Checkpoint.parse(whole)) == whole
        with suppress(ValueError):
            signed = f"{whole}\n{LOG.sign(TEXT)}"
            assert str(SignedCheckpoint.parse(signed)) == signed
