"""A witness's cosignature holds for one text and one time, and only in its own name."""

from __future__ import annotations

import pytest

from charter.proof.cosignature import sign, verified_cosignatures
from charter.proof.key import cosigned_message
from charter.proof.note import COSIGNATURE, BadSignature, Note, SigningKey, UnsignedNote, VerifierKey, verified

# what the certificate log arche2025h1.staging.ct.transparency.dev published in May 2026, with four witnesses
REAL = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev \
zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev \
ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden \
2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 \
pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de \
2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu \
Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""
REAL_LOG = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
REAL_WITNESSES = [
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
]
AT = 0x6A122120

TEXT = "example.com/log\n12\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
LOG = SigningKey("example.com/log", bytes(32))
NORTH = SigningKey("north.example", bytes(range(32)), COSIGNATURE)
SOUTH = SigningKey("south.example", bytes(range(1, 33)), COSIGNATURE)


def test_real_witnesses() -> None:
    """The log's signature and its witnesses' on a checkpoint that was really published are good, and say when."""
    note = Note.parse(REAL)
    assert str(note) == REAL
    assert verified(note, [VerifierKey.parse(REAL_LOG)])
    keys = [VerifierKey.parse(key) for key in REAL_WITNESSES]
    assert verified_cosignatures(note, keys) == dict.fromkeys(keys, AT)
    forged = Note(note.text.replace("1432088532", "1432088533"), note.signatures)
    for key in keys:
        with pytest.raises(BadSignature):
            verified_cosignatures(forged, [key])


def test_a_cosignature() -> None:
    """A witness signs the text with the time before it; whoever has its key reads the time."""
    line = sign(NORTH, TEXT, 1763808311)
    note = Note(TEXT, (LOG.sign(TEXT), line))
    assert verified_cosignatures(note, [NORTH.verifier, SOUTH.verifier]) == {NORTH.verifier: 1763808311}
    assert verified_cosignatures(note, [SOUTH.verifier]) == {}
    assert verified(note, [LOG.verifier, NORTH.verifier]) == [LOG.verifier, NORTH.verifier]
    assert line.signature[:8] == (1763808311).to_bytes(8, "big")
    message = b"cosignature/v1\ntime 1763808311\n" + TEXT.encode()
    assert cosigned_message(TEXT.encode(), 1763808311) == message
    assert line.signature[8:] == NORTH.raw_signature(message)
    assert Note.parse(str(note)) == note


def test_every_byte_counts() -> None:
    """With any byte of the time or the signature changed, or one more or less, it is nobody's."""
    line = sign(NORTH, TEXT, 1763808311)
    parts = line.signature
    wrong = [parts[:at] + bytes([parts[at] ^ 1]) + parts[at + 1 :] for at in range(len(parts))]
    for bad in (*wrong, parts[:-1], parts + b"\0", parts[8:], parts[:8], b"\xff" * 8 + parts[8:], b"\0"):
        with pytest.raises(BadSignature):
            verified_cosignatures(Note(TEXT, (line._replace(signature=bad),)), [NORTH.verifier])


def test_further_lines_are_signed() -> None:
    """What stands behind the third line of the checkpoint is cosigned with it."""
    line = sign(NORTH, TEXT + "more\n", 1)
    assert verified_cosignatures(Note(TEXT + "more\n", (line,)), [NORTH.verifier]) == {NORTH.verifier: 1}
    for other in (TEXT + "else\n", TEXT):
        with pytest.raises(BadSignature):
            verified_cosignatures(Note(other, (line,)), [NORTH.verifier])


def test_one_bad_cosignature() -> None:
    """One line in the name of a witness that it did not write makes the whole note worthless."""
    north, south = sign(NORTH, TEXT, 5), sign(SOUTH, TEXT, 6)
    forged = north._replace(signature=south.signature)
    with pytest.raises(BadSignature):
        verified_cosignatures(Note(TEXT, (south, north, forged)), [NORTH.verifier, SOUTH.verifier])
    assert verified_cosignatures(Note(TEXT, (south, forged)), [SOUTH.verifier]) == {SOUTH.verifier: 6}


def test_the_latest_time() -> None:
    """A witness that cosigned twice is counted once, with what it said last."""
    note = Note(TEXT, (sign(NORTH, TEXT, 7), sign(NORTH, TEXT, 9), sign(NORTH, TEXT, 8)))
    assert verified_cosignatures(note, [NORTH.verifier]) == {NORTH.verifier: 9}


def test_the_two_kinds_of_keys() -> None:
    """The same secret signs as a log and as a witness in two ways, and neither is taken for the other."""
    twin = SigningKey("north.example", bytes(range(32)))
    assert twin.verifier.public == NORTH.verifier.public
    as_log = Note(TEXT, (twin.sign(TEXT),))
    with pytest.raises(UnsignedNote):
        verified(as_log, [NORTH.verifier])
    as_witness = Note(TEXT, (sign(NORTH, TEXT, 1),))
    with pytest.raises(UnsignedNote):
        verified(as_witness, [twin.verifier])
    passed_off = Note(TEXT, (sign(NORTH, TEXT, 1)._replace(key_id=twin.verifier.key_id),))
    with pytest.raises(BadSignature):
        verified(passed_off, [twin.verifier])
    with pytest.raises(ValueError, match="not one of a witness"):
        sign(twin, TEXT, 1)
    with pytest.raises(ValueError, match="not one of a witness"):
        verified_cosignatures(as_log, [twin.verifier])


@pytest.mark.parametrize("time", [-1, 2**63, 2**64])
def test_no_such_time(time: int) -> None:
    """A time is in seconds since 1970, and has 63 bits."""
    with pytest.raises(ValueError, match="not a time"):
        sign(NORTH, TEXT, time)


def test_a_time_out_of_range_is_not_read() -> None:
    """Even a good signature does not make a time good that no cosignature can bear."""
    raw = NORTH.raw_signature(cosigned_message(TEXT.encode(), 2**63))
    line = sign(NORTH, TEXT, 0)._replace(signature=(2**63).to_bytes(8) + raw)
    with pytest.raises(BadSignature):
        verified_cosignatures(Note(TEXT, (line,)), [NORTH.verifier])
    assert verified_cosignatures(Note(TEXT, (sign(NORTH, TEXT, 2**63 - 1),)), [NORTH.verifier]) == {
        NORTH.verifier: 2**63 - 1
    }


def test_only_checkpoints_are_cosigned() -> None:
    """A witness signs no text that is not a checkpoint."""
    for text in ("x\n", TEXT + "\n", TEXT[:-1], TEXT.replace("12", "012")):
        with pytest.raises(ValueError):
            sign(NORTH, text, 1)
