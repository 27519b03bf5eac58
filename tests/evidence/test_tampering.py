"""Whatever is done to a pack, verify.py says so and names the file: also when all sums were made anew to hide it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.evidence.office import summed
from tests.evidence.told import Evidence, flipped, line, wrong

KINDS = {
    "README": r"README\.txt",
    "sums": r"SHA256SUMS",
    "manifest": r"manifest\.json",
    "page": r"page\.html",
    "checkpoint": r"checkpoint\.txt",
    "policy": r"policy\.txt",
    "stamp": r"stamp\.tsr",
    "chain": r"stamp-chain\.pem",
    "verify": r"verify\.py",
    "body": r"entries/.*\.body",
    "leaf": r"entries/.*\.leaf",
    "proof": r"entries/.*\.tlog-proof",
    "handover": r"keys/.*",
    "opened": r"opened/.*",
}
PROVED = ("checkpoint", "body", "leaf", "proof", "handover", "opened")
"""What is proved by more than a sum that anybody can make anew."""
FEW, MANY = 6, 1_500


def places(evidence: Evidence, kind: str, every: bool) -> Iterator[tuple[str, int]]:
    """Bytes of files of a kind: the first, the last and some between; or every one of two files (of long ones many)."""
    names = [name for name in sorted(evidence.files) if re.fullmatch(KINDS[kind], name)]
    assert names
    for name in names[:2] if every else names[:: max(1, len(names) // 2)]:
        size = len(evidence.files[name])
        few = {0, size - 1, *random.Random(name).sample(range(size), min(FEW, size))}
        chosen = range(0, size, 1 + size // MANY) if every else few
        yield from ((name, at) for at in chosen)


def speaks_of(found: str, name: str) -> bool:
    """Whether the words name the file, or for an entry's record and body, that entry."""
    return name in found or name.rpartition(".")[0] + "." in found


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_byte_is_named(kind: str, evidence: Evidence, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    for name, at in places(evidence, kind, request.config.getoption("--full-faults")):
        found = wrong({**evidence.files, name: flipped(evidence.files[name], at)}, tmp_path)
        assert found, (name, at)
        # the line that is wrong in SHA256SUMS may name a file that is not, and the manifest an entry that is not here
        assert kind in ("sums", "manifest") or speaks_of(found, name), (name, at, found)


@pytest.mark.parametrize("kind", PROVED)
def test_it_is_named_when_the_sums_were_made_anew(
    kind: str, evidence: Evidence, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for name, at in places(evidence, kind, request.config.getoption("--full-faults")):
        files = summed({**evidence.files, name: flipped(evidence.files[name], at)})
        found = wrong(files, tmp_path)
        assert speaks_of(found, name), (name, at, found)


def test_nothing_is_wrong_with_it_as_it_is(evidence: Evidence, tmp_path: Path) -> None:
    assert wrong(evidence.files, tmp_path) == ""
    assert wrong(summed(evidence.files), tmp_path) == ""


def without(files: Mapping[str, bytes], *gone: str) -> dict[str, bytes]:
    """The pack without the files whose names begin so, its sums made anew."""
    return summed({name: data for name, data in files.items() if not name.startswith(gone)})


@pytest.mark.parametrize("name", ["manifest.json", "checkpoint.txt", "policy.txt"])
def test_what_every_pack_has_is_missed(name: str, evidence: Evidence, tmp_path: Path) -> None:
    assert wrong(without(evidence.files, name), tmp_path) == f"{name} is missing"


def test_any_other_file_is_missed_by_its_sum(evidence: Evidence, tmp_path: Path) -> None:
    for name in ("page.html", "README.txt", "verify.py", "stamp.tsr"):
        files = {other: data for other, data in evidence.files.items() if other != name}
        assert wrong(files, tmp_path) == f"{name} is listed in SHA256SUMS, but it is missing"


def test_an_entry_left_out_is_missed(evidence: Evidence, tmp_path: Path) -> None:
    at = evidence.positions[3]
    assert wrong(without(evidence.files, f"entries/{at}."), tmp_path) == f"entries/{at}.leaf is missing"


def left_out(evidence: Evidence, at: int) -> dict[str, bytes]:
    """The pack by somebody who left an entry out of the manifest, too."""
    manifest = line(evidence.files["manifest.json"], rf"\b{at}, |, {at}\b|\b{at}\b", "")
    files = {name: data for name, data in evidence.files.items() if not re.search(rf"/{at}\.", name)}
    return summed({**files, "manifest.json": manifest})


def test_an_entry_left_out_of_the_manifest_too_leaves_a_gap(evidence: Evidence, tmp_path: Path) -> None:
    first, second, *_ = evidence.of(f"decision/{'3f0c' * 8}")
    found = wrong(left_out(evidence, first), tmp_path)
    assert found == f"entries/{second}.leaf is number 2 of decision/{'3f0c' * 8}, after number 0"


def test_an_answer_without_the_revision_it_cites_is_named(evidence: Evidence, tmp_path: Path) -> None:
    answer = evidence.of(f"decision/{'3f0c' * 8}")[1]
    for at in evidence.of("charter/skyline"):
        if b"\nrevision.published\n" in evidence.files[f"entries/{at}.leaf"]:
            found = wrong(left_out(evidence, at), tmp_path)
    assert found == f"entries/{answer}.body answers under revision 1 of skyline, which is not in the pack"


@pytest.mark.parametrize("what", ["body", "leaf", "tlog-proof"])
def test_two_entries_that_changed_places_are_named(what: str, evidence: Evidence, tmp_path: Path) -> None:
    one, other = (f"entries/{at}.{what}" for at in evidence.positions[1:3])
    files = summed({**evidence.files, one: evidence.files[other], other: evidence.files[one]})
    assert speaks_of(wrong(files, tmp_path), one)


def test_two_whole_entries_that_changed_places_are_named(evidence: Evidence, tmp_path: Path) -> None:
    one, other = evidence.positions[1:3]
    files = dict(evidence.files)
    for what in ("body", "leaf", "tlog-proof"):
        names = (f"entries/{one}.{what}", f"entries/{other}.{what}")
        files[names[0]], files[names[1]] = files[names[1]], files[names[0]]
    assert wrong(summed(files), tmp_path) == f"entries/{one}.leaf is the record of entry {other}"


def test_an_entry_is_not_moved_to_another_decision(evidence: Evidence, tmp_path: Path) -> None:
    first, *_, last = evidence.of(f"decision/{'3f0c' * 8}")
    manifest = evidence.files["manifest.json"].replace(b"4e1d" * 8, b"5555" * 8)
    found = wrong(summed({**evidence.files, "manifest.json": manifest}), tmp_path)
    assert "manifest.json says decision/5555" in found
    assert first < last


def test_a_file_that_does_not_belong_is_named(evidence: Evidence, tmp_path: Path) -> None:
    for name in ("run.exe", "entries/7.exe", "../../etc/passwd", "/etc/passwd", "entries/007.body", "Page.html"):
        assert wrong({**evidence.files, name: b"?"}, tmp_path) == f"{name} does not belong to an evidence pack"


def test_an_entry_that_nobody_speaks_of_is_named(evidence: Evidence, tmp_path: Path) -> None:
    found = wrong(summed({**evidence.files, "entries/999.body": b"{}"}), tmp_path)
    assert found == "entries/999.body is in the pack, but manifest.json does not name it"


def test_a_checkpoint_of_another_day_does_not_do(evidence: Evidence, tmp_path: Path) -> None:
    files = {**evidence.files, "checkpoint.txt": evidence.older.encode()}
    assert wrong(summed(files), tmp_path) == "manifest.json speaks of another checkpoint than checkpoint.txt"
    size = evidence.older.split("\n")[1]
    files["manifest.json"] = line(files["manifest.json"], r'"size": \d+', f'"size": {size}')
    first = evidence.positions[0]
    found = wrong(summed(files), tmp_path)
    assert found == f"entries/{first}.tlog-proof is for another checkpoint than checkpoint.txt"


def test_a_cosignature_taken_away_is_missed(evidence: Evidence, tmp_path: Path) -> None:
    fewer = line(evidence.files["checkpoint.txt"], r"— south\.example .*\n", "")
    found = wrong(summed({**evidence.files, "checkpoint.txt": fewer}), tmp_path)
    assert found == "checkpoint.txt lacks cosignatures: the quorum both is not reached"


def test_other_words_than_those_that_were_sealed_are_named(evidence: Evidence, tmp_path: Path) -> None:
    name = next(name for name in sorted(evidence.files) if name.startswith("opened/"))
    for old, new, says in (
        ("money", "honey", "other words than those that were sealed"),
        (r'"seal": "(.)', r'"seal": "X', "is not sealed in the entry|can't be read"),
    ):
        found = wrong(summed({**evidence.files, name: line(evidence.files[name], old, new)}), tmp_path)
        assert name in found
        assert re.search(says, found)
