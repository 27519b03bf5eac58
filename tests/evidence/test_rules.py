"""Rules of verify.py that a ledger as it should be never breaks, so that what breaks them is made up here."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from charter.evidence.verify import (
    COSIGNED,
    SIGNED,
    Malformed,
    Record,
    Story,
    Wrong,
    body_of,
    check_opened,
    checkpoint_of,
    cosigners,
    from_json,
    key_of,
    note_of,
    policy_of,
    root_from,
    signers,
)
from charter.proof.cosignature import sign
from charter.proof.key import COSIGNATURE, SigningKey
from charter.proof.note import Note
from charter.proof.paths import RangeRoot, inclusion
from charter.tree import leaf_hash
from tests.evidence.office import NORTH, SOUTH
from tests.evidence.told import Evidence, line, wrong

KEY = SigningKey("charter-ledger/0123456789abcdef", bytes(range(32)))
TEXT = "charter-ledger/0123456789abcdef\n7\n" + b64encode(bytes(32)).decode() + "\n"


@pytest.mark.parametrize("size", range(1, 34))
def test_a_path_leads_to_the_root_from_its_leaf_alone_and_has_one_length(size: int) -> None:
    hashes = [leaf_hash(bytes([number])) for number in range(size)]
    root_of = RangeRoot(hashes)
    root = root_of(0, size)
    for index in range(size):
        path = inclusion(index, size, root_of)
        assert root_from(index, size, hashes[index], path) == root
        with pytest.raises(ValueError, match="too long"):
            root_from(index, size, hashes[index], [*path, bytes(32)])
        if path:
            assert root_from(index, size, hashes[index], path[::-1]) != root or path == path[::-1]
            with pytest.raises(ValueError, match="too short"):
                root_from(index, size, hashes[index], path[:-1])
    for outside in (-1, size):
        with pytest.raises(ValueError, match="no such entry"):
            root_from(outside, size, hashes[0], [])


def test_a_proof_is_of_its_own_entry(evidence: Evidence, tmp_path: Path) -> None:
    at = evidence.positions[2]
    name = f"entries/{at}.tlog-proof"
    other = line(evidence.files[name], "index [0-9]+", "index 0")
    assert wrong({**evidence.files, name: other}, tmp_path) == f"{name} is the proof of entry 1, not of entry {at}"


def test_a_file_that_no_sum_is_listed_for_is_named(evidence: Evidence, tmp_path: Path) -> None:
    files = {**evidence.files, "pages/9.html": b"<title>Another</title>"}
    assert wrong(files, tmp_path) == "pages/9.html is not listed in SHA256SUMS"


def opened(plaintext: str, fields: list[str], **other: Any) -> tuple[bytes, dict[str, Any]]:
    """An opened value, and the body it was sealed in."""
    salt = bytes(range(32))
    seal = b64encode(hmac.new(salt, plaintext.encode(), hashlib.sha256).digest()).decode()
    value = {"seal": seal, "salt": b64encode(salt).decode(), "plaintext": plaintext, **other}
    body = {"by": "ann", "at": None, "event": {}, "sealed": [{"seal": seal, "fields": fields}]}
    return json.dumps([value]).encode(), body


def test_opened_words_are_those_of_the_fields_that_were_sealed() -> None:
    assert check_opened(*opened('{"request":"Help"}', ["request"]), "opened/1.json") == 1
    for plaintext in ('{"customer":"Help"}', "{}", '["request"]', '"request"', '{"request":"a","reason":"b"}'):
        with pytest.raises(Wrong, match="other fields"):
            check_opened(*opened(plaintext, ["request"]), "opened/1.json")


def test_a_value_is_opened_once_and_with_a_salt() -> None:
    data, body = opened('{"request":"Help"}', ["request"])
    [value] = json.loads(data)
    with pytest.raises(Wrong, match="twice"):
        check_opened(json.dumps([value, value]).encode(), body, "opened/1.json")
    for salt in ("", "AAAA", value["salt"][:-1], 7, None):
        with pytest.raises(Malformed):
            check_opened(json.dumps([{**value, "salt": salt}]).encode(), body, "opened/1.json")


def record(position: int, version: int, recorded_at: str = "2024-01-01T00:00:00.000000Z") -> Record:
    """A record of one decision."""
    return Record(position, "decision/x", version, "request.logged", recorded_at, b"")


def test_time_does_not_go_back() -> None:
    story = Story()
    story.add(record(1, 1, "2024-01-02T00:00:00.000000Z"), {"event": {}}, "decision/x")
    with pytest.raises(Wrong, match=r"entries/2\.leaf was recorded before the entry that precedes it"):
        story.add(record(2, 2), {"event": {}}, "decision/x")


@pytest.mark.parametrize("version", [1, 3])
def test_versions_neither_repeat_nor_leave_a_gap(version: int) -> None:
    story = Story()
    story.add(record(1, 1), {"event": {}}, "decision/x")
    with pytest.raises(Wrong, match=f"is number {version} of decision/x, after number 1"):
        story.add(record(2, version), {"event": {}}, "decision/x")


@pytest.mark.parametrize(
    "body", ["[]", "1", '{"by":1}', '{"by":"a","at":null,"event":[]}', '{"by":"a","at":null,"event":{"revision":[]}}']
)
def test_a_body_that_is_none_is_not_readable(body: str) -> None:
    with pytest.raises(Malformed):
        body_of(body.encode(), "entries/1.body")


@pytest.mark.parametrize(
    "text", ["{", '{"a":1,"a":2}', "1" * 21, "\ud800".encode("utf-8", "surrogatepass"), "[" * 10**6]
)
def test_json_that_could_be_read_in_two_ways_or_never_to_its_end(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        from_json(text.encode() if isinstance(text, str) else text, "manifest.json")


def signed(*signatures: object, text: str = TEXT) -> bytes:
    """A note with these signature lines."""
    return (text + "\n" + "".join(map(str, signatures))).encode()


def test_a_key_whose_signature_fails_spoils_the_note() -> None:
    key = key_of(str(KEY.verifier), SIGNED)
    good = KEY.sign(TEXT)
    assert signers(note_of(signed(good), "note"), [key], "note") == [key]
    with pytest.raises(Wrong):
        signers(note_of(signed(good, good._replace(signature=bytes(64))), "note"), [key], "note")
    assert signers(note_of(signed(SigningKey(KEY.name, bytes(32)).sign(TEXT)), "note"), [key], "note") == []


def test_a_cosignature_bears_a_time_that_there_is() -> None:
    witnesses = {"north": key_of(str(NORTH.verifier), COSIGNED)}
    good = sign(NORTH, TEXT, 1_711_000_000)
    assert cosigners(note_of(signed(good), "note"), witnesses, "note") == {"north": 1_711_000_000}
    later = good._replace(signature=(1_711_000_001).to_bytes(8, "big") + good.signature[8:])
    at = (1 << 63).to_bytes(8, "big")
    late = at + NORTH.raw_signature(f"cosignature/v1\ntime {1 << 63}\n{TEXT}".encode())
    for bad in (later, good._replace(signature=late), good._replace(signature=good.signature + b"!")):
        with pytest.raises(Wrong, match=r"north\.example"):
            cosigners(note_of(signed(bad), "note"), witnesses, "note")
    assert cosigners(note_of(signed(sign(SOUTH, TEXT, 1)), "note"), witnesses, "note") == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT.encode(),
        signed(),
        signed(KEY.sign(TEXT))[:-1],
        signed(KEY.sign(TEXT)).replace(b"\n", b"\r\n"),
        signed(KEY.sign(TEXT)).replace(b"\xe2\x80\x94", b"-"),
        signed(KEY.sign(TEXT), "\n"),
        signed(str(KEY.sign(TEXT)).replace("=", "")),
        signed(*[KEY.sign(TEXT)] * 65),
        b"\xff" + signed(KEY.sign(TEXT)),
    ],
)
def test_what_is_no_note_is_not_readable(data: bytes) -> None:
    with pytest.raises(Malformed):
        note_of(data, "note")


@pytest.mark.parametrize(
    "text", ["x\n", "x\n01\n" + "A" * 43 + "=\n", "x\n1\nAAAA\n", "x\n1\n\n", "x\n0\n" + "A" * 43 + "=\n"]
)
def test_what_is_no_checkpoint_is_not_readable(text: str) -> None:
    with pytest.raises(Malformed):
        checkpoint_of(note_of(str(Note(text, (KEY.sign(text),))).encode(), "note"), "note")


W = f"witness north {NORTH.verifier}\nwitness south {SOUTH.verifier}\n"


@pytest.mark.parametrize(
    ("rules", "cosigned", "enough"),
    [
        ("quorum none", set(), True),
        ("quorum north", {"south"}, False),
        ("quorum north", {"north"}, True),
        ("group g any north south\nquorum g", {"south"}, True),
        ("group g all north south\nquorum g", {"south"}, False),
        ("group g 2 north south\nquorum g", {"north", "south"}, True),
        ("group g 1 north south\ngroup h all g\nquorum h", {"north"}, True),
        ("group g 1 north south\ngroup h all g\nquorum h", set(), False),
    ],
)
def test_a_quorum(rules: str, cosigned: set[str], enough: bool) -> None:
    policy = policy_of((W + rules + "\n").encode(), "policy.txt")
    assert policy.satisfied(policy.quorum, cosigned) is enough


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "quorum nobody",
        "quorum none\nquorum none",
        "quorum g\ngroup g any north",
        "group g 0 north\nquorum g",
        "group g 3 north south\nquorum g",
        "group g any\nquorum g",
        "group g any north north\nquorum g",
        "group g any north\ngroup h any north\nquorum h",
        "group none any north\nquorum none",
        "group north any south\nquorum north",
        f"witness east {NORTH.verifier}\nquorum none",
        f"log {NORTH.verifier}\nquorum none",
        f"log {KEY.verifier}\nlog {KEY.verifier}\nquorum none",
        "quorum none\x00",
        "trust everybody\nquorum none",
    ],
)
def test_what_is_no_policy_is_not_readable(rules: str) -> None:
    with pytest.raises(Malformed):
        policy_of((W + rules + "\n").encode(), "policy.txt")
    assert NORTH.verifier.algorithm == COSIGNATURE
