"""verify.py, as somebody runs it who has a pack, a Python, and no reason to trust us."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from charter.evidence import verify
from charter.evidence.refusals import NotVouchedFor, StampNotVouchedFor
from charter.evidence.seal import Handover, Seal, newest
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.key import SigningKey
from charter.proof.policy import Log, Policy
from charter.proof.verify import checkpoint
from charter.store.published import Published
from tests.evidence.office import BOTH, CASE, NOBODY, NORTH, SOUTH, Office, files_of, packed, summed, witness, written
from tests.evidence.told import Evidence, asked, line, wrong


@pytest.fixture
def pack(evidence: Evidence, tmp_path: Path) -> Path:
    """The pack as it was handed over."""
    place = tmp_path / "pack.zip"
    place.write_bytes(evidence.pack)
    return place


def test_it_says_what_it_has_checked(pack: Path, evidence: Evidence) -> None:
    code, out, err = asked(pack, "--key", evidence.new_key, "--chain", str(evidence.chain))
    assert (code, err) == (0, "")
    assert f"Signed with {evidence.new_key}" in out
    assert "Cosigned by the witness north on 2024-03-21 05:46:40 UTC" in out
    assert f"2 decisions, {len(evidence.positions)} entries with all they rest on" in out
    assert "Sealed values in them: 9. Opened, and matching their seals: 8." in out
    assert re.search("Stamped on 20.* UTC: all entries up to the checkpoint were there by then.", out)
    assert "openssl accepts its signature, with the certificates that you gave." in out
    assert out.endswith("Everything fits.\n")


def test_it_says_plainly_when_the_keys_are_the_packs_own(pack: Path, evidence: Evidence) -> None:
    out = asked(pack).out
    assert "These keys come from the pack itself. Compare them by another way" in out
    assert "the authority's certificates come from the pack itself" in out
    assert "The witnesses' keys come from the pack itself" in asked(pack, "--key", evidence.new_key).out


def test_a_key_may_be_in_a_file(pack: Path, evidence: Evidence, tmp_path: Path) -> None:
    kept = tmp_path / "ledger.vkey"
    kept.write_text(f"{evidence.new_key}\n")
    code, out, _ = asked(pack, "--key", str(kept))
    assert (code, "These keys come from the pack itself" in out) == (0, False)
    kept.write_text("\n")  # no key at all is not the same as trusting the pack's own
    assert asked(pack, "--key", str(kept)).err == f"NOT READABLE: --key: there is no key in {kept}.\n"
    assert asked(pack, "--key", str(tmp_path / "gone")).code == 2


def test_what_is_wrong_stands_last_and_a_reader_may_stop_early(pack: Path, evidence: Evidence, tmp_path: Path) -> None:
    script = tmp_path / "verify.py"
    script.write_bytes(evidence.files["verify.py"])
    files = {**evidence.files, f"entries/{evidence.positions[-1]}.body": b"{}"}
    altered = written(files, tmp_path / "altered.zip")
    run = [sys.executable, "-I", str(script)]
    done = subprocess.run([*run, str(altered)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.stdout.splitlines()[-1].startswith("WRONG: ")
    piped = f"{' '.join(run)} {pack} --show | head -c 1 > {tmp_path / 'out'}"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", piped], stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, "")


def test_a_key_that_handed_over_to_the_next_is_enough(pack: Path, evidence: Evidence) -> None:
    code, out, _ = asked(pack, "--key", evidence.old_key)
    assert code == 0
    assert f"The key you trust vouched for the adoption of {evidence.new_key}" in out


def test_a_key_is_handed_over_by_its_adoption_alone(office: Office, tmp_path: Path) -> None:
    one, two = office.key(b"one"), office.key(b"two")
    office.adopt(one)
    office.adopt(two)
    office.decide()
    office.retire(two)  # whose entry names it as its adoption does
    office.publish(one)
    seal = newest(office.ledger, NOBODY)
    retired = office.ledger.stream("ledger/keys")[-1].position
    forged = seal._replace(handovers=(Handover(retired, seal.signed),))
    files = files_of(packed(office.ledger, forged, [CASE]))
    assert wrong(files, tmp_path) == f"keys/{retired}.tlog-proof is about an entry that adopts no key"
    adopted = office.ledger.stream("ledger/keys")[1].position
    other = SignedCheckpoint.signed(replace(seal.signed.checkpoint, origin="another-ledger"), one)
    files = files_of(packed(office.ledger, seal._replace(handovers=(Handover(adopted, other),)), [CASE]))
    assert wrong(files, tmp_path) == f"keys/{adopted}.tlog-proof is not signed with an earlier key of the ledger"


def test_the_key_of_another_ledger_is_no_key_of_this_one(office: Office, tmp_path: Path) -> None:
    office.adopt(office.key(b"one"))
    office.decide()
    other = SigningKey("another-ledger", bytes(32))
    signed = SignedCheckpoint.signed(checkpoint(office.ledger.engine), other)
    seal = Seal(signed, Policy(logs=(Log(other.verifier, None),)), {}, (), None, None, None)
    files = files_of(packed(office.ledger, seal, [CASE]))
    assert wrong(files, tmp_path).endswith("is not signed with a key of policy.txt")
    assert wrong(files, tmp_path, str(other.verifier)).endswith("is not signed with a key that you trust")


def test_another_key_is_not(pack: Path, evidence: Evidence, office: Office) -> None:
    origin = evidence.new_key.partition("+")[0]
    forged = SigningKey(origin, bytes(32)).verifier
    code, _, err = asked(pack, "--key", str(forged))
    assert (code, err) == (1, f"WRONG: checkpoint.txt, of {origin}, is not signed with a key that you trust.\n")
    assert asked(pack, "--key", str(office.key(b"new").verifier)).code == 1  # the key of another ledger


@pytest.mark.parametrize("key", ["", "x", "a+b+c", "north.example+00000000+AAAA"])
def test_what_is_no_key_is_said_before_anything_else(key: str, pack: Path, evidence: Evidence) -> None:
    code, out, err = asked(pack, "--key", key)
    assert (code, out) == (2, "")
    assert err.startswith("NOT READABLE: --key: ")
    for text in (evidence.new_key[:-1], evidence.new_key + "=", evidence.new_key.replace("+", "+ ", 1)):
        assert asked(pack, "--key", text).code == 2


def test_a_policy_of_ones_own_takes_the_place_of_the_packs(pack: Path, evidence: Evidence, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    policy.write_text(f"# mine\nlog {evidence.new_key}\n{BOTH}")
    code, out, _ = asked(pack, "--policy", str(policy))
    assert code == 0
    assert "from the pack itself" not in out.replace("certificates come from the pack itself", "")
    policy.write_text(f"log {evidence.new_key}\nwitness east {witness('east').verifier}\nquorum east\n")
    code, _, err = asked(pack, "--policy", str(policy))
    assert (code, err) == (1, "WRONG: checkpoint.txt lacks cosignatures: the quorum east is not reached.\n")
    policy.write_text("quorum nobody\n")
    assert asked(pack, "--policy", str(policy)).code == 2
    assert asked(pack, "--policy", str(tmp_path / "nowhere")).code == 2


def test_certificates_of_another_authority_are_not_taken(pack: Path, tmp_path: Path) -> None:
    from tests.authority import Authority

    other = Authority(tmp_path / "other").chain
    code, _, err = asked(pack, "--chain", str(other))
    assert code == 1
    assert err.startswith(f"WRONG: stamp.tsr is not accepted by openssl with the certificates in {other}: ")
    assert asked(pack, "--chain", str(tmp_path / "nowhere")).code == 2


def test_without_openssl_the_stamp_is_read_and_the_command_shown(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = asked(pack)
    assert found.code == 0
    assert "The stamp's signature was NOT checked: there is no openssl here." in found.out
    assert "\nopenssl ts -verify -digest " in found.out


def test_a_stamp_of_something_else_is_named(office: Office, tmp_path: Path) -> None:
    from tests.authority import Authority

    key = office.key(b"one")
    office.adopt(key)
    office.decide()
    office.publish(key, token=Authority(tmp_path / "authority").token(b"something else\n"))
    place = tmp_path / "pack.zip"
    place.write_bytes(office.pack())
    code, _, err = asked(place)
    assert (code, err) == (1, "WRONG: stamp.tsr is the time stamp of something else than the text of checkpoint.txt.\n")


def test_the_certificates_of_another_authority_make_no_pack(office: Office, tmp_path: Path) -> None:
    from tests.authority import Authority

    key = office.key(b"one")
    office.adopt(key)
    office.decide()
    office.publish(key)
    store, theirs, other = (
        Published(office.ledger.engine),
        Authority(tmp_path / "theirs"),
        Authority(tmp_path / "other"),
    )
    size, made_at, note, _ = store.all()[-1]
    store.stamp(size, made_at, theirs.token(SignedCheckpoint.parse(note).note.text.encode()))
    assert newest(office.ledger, NOBODY, theirs.roots).stamped
    with pytest.raises(StampNotVouchedFor, match="--chain"):
        newest(office.ledger, NOBODY, other.roots)


def test_a_key_that_was_retired_does_not_count(office: Office, tmp_path: Path) -> None:
    key = office.key(b"one")
    office.adopt(key)
    office.decide()
    office.publish(key)
    before = files_of(office.pack())
    office.retire(key)
    office.publish(key)
    with pytest.raises(NotVouchedFor):
        office.pack()
    signed = SignedCheckpoint.signed(checkpoint(office.ledger.engine), key)
    seal = Seal(signed, Policy(logs=(Log(key.verifier, None),)), {}, (), None, None, None)
    after = files_of(packed(office.ledger, seal, [CASE]))  # by somebody who kept the old key
    assert wrong(before, tmp_path) == ""
    said = "checkpoint.txt is not signed with a key that the ledger had adopted and not retired by then"
    assert wrong(after, tmp_path) == wrong(after, tmp_path, str(key.verifier)) == said


def test_it_shows_what_was_proved(pack: Path) -> None:
    out = asked(pack, "--show").out
    assert "decision.made, number 2 of decision/3f0c" in out
    assert "  opened: request: I want my money back.\n" in out
    assert "  sealed: deliberation/participants/0\n" in out


def test_it_works_on_the_unpacked_folder_and_from_a_pipe(evidence: Evidence, pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(folder)
    script = folder / "verify.py"
    assert subprocess.run([sys.executable, "-I", "-S", str(script)], capture_output=True, cwd="/").returncode == 0
    piped = subprocess.run([sys.executable, "-", str(pack)], input=evidence.files["verify.py"], capture_output=True)
    assert piped.returncode == 0
    (folder / "entries" / "stray").symlink_to("/etc/passwd")
    code, _, err = asked(folder)
    assert (code, err) == (1, "WRONG: entries/stray is not a plain file.\n")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_pack_is_not_readable(content: bytes, tmp_path: Path) -> None:
    place = tmp_path / "pack.zip"
    place.write_bytes(content)
    code, out, err = asked(place)
    assert (code in (1, 2), out) == (True, "")
    assert "manifest.json is missing" in err or "can't be opened" in err
    assert asked(tmp_path / "nowhere.zip").code == 2


def test_a_zip_cut_off_or_damaged_anywhere_never_crashes_it(evidence: Evidence, tmp_path: Path) -> None:
    place = tmp_path / "pack.zip"
    for at in range(7, len(evidence.pack), len(evidence.pack) // 25):
        for damaged in (evidence.pack[:at], evidence.pack[:at] + b"\xff" + evidence.pack[at + 1 :]):
            place.write_bytes(damaged)
            try:
                for _ in verify.verify(str(place), [], None, None):
                    pass
            except (verify.Wrong, verify.Malformed):
                continue
            assert damaged[:at] + evidence.pack[at : at + 1] + damaged[at + 1 :] == evidence.pack  # nothing but a date


def test_a_zip_bomb_is_not_unpacked(evidence: Evidence, tmp_path: Path) -> None:
    bomb = {**evidence.files, "page.html": bytes(1 << 26)}
    code, _, err = asked(written(bomb, tmp_path / "pack.zip"))
    assert (code, err) == (2, "NOT READABLE: the pack would unpack to far more than an evidence pack holds.\n")


def test_an_unusual_zip_is_not_unpacked(evidence: Evidence, tmp_path: Path) -> None:
    place = tmp_path / "pack.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_BZIP2) as archive:
        for name, data in evidence.files.items():
            archive.writestr(name, data)
    code, _, err = asked(place)
    assert (code, err.endswith("is encrypted, or packed in an unusual way.\n")) == (2, True)


def test_a_file_twice_in_a_zip_is_named(evidence: Evidence, tmp_path: Path) -> None:
    place = written(evidence.files, tmp_path / "pack.zip")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(place, "a") as archive:
        archive.writestr("page.html", b"another")
    assert asked(place)[::2] == (1, "WRONG: page.html is in the pack twice.\n")


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ('"format": ".*?"', '"format": "charter-ledger/evidence/v2"'),
        (r'"size": \d+', '"size": 1, "size": 2'),
        (r'"size": \d+', '"size": "many"'),
        (r"\[\d+", '["1"'),
        (r"\[\d+", "[[1]"),
        (r"\{", "["),
    ],
)
def test_a_manifest_that_is_none_is_not_readable(
    pattern: str, replacement: str, evidence: Evidence, tmp_path: Path
) -> None:
    manifest = line(evidence.files["manifest.json"], pattern, replacement)
    code, _, err = asked(written(summed({**evidence.files, "manifest.json": manifest}), tmp_path / "pack.zip"))
    assert code == 2
    assert err.startswith("NOT READABLE: manifest.json")


def test_what_the_pack_says_cannot_steer_a_terminal(evidence: Evidence, tmp_path: Path) -> None:
    manifest = line(evidence.files["manifest.json"], "decisions", "decisions\\\\u001b]0;owned\\\\u0007")
    found = asked(written(summed({**evidence.files, "manifest.json": manifest}), tmp_path / "pack.zip"))
    assert "\x1b" not in found.out + found.err
    assert verify.safe("\x1b[31m\u202e") == "\ufffd[31m\ufffd"


def test_it_needs_nothing_newer_than_python_3_8() -> None:
    text = Path(verify.__file__).read_text()
    tree = ast.parse(text, feature_version=(3, 8))
    newer = {"removeprefix", "removesuffix", "bit_count", "pairwise", "batched", "hash_file", "file_digest", "UTC"}
    assert not newer & {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not any(isinstance(node, ast.Match) for node in ast.walk(tree))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        assert not (isinstance(call.func, ast.Name) and call.func.id == "zip" and call.keywords)


def test_it_imports_the_standard_library_alone() -> None:
    tree = ast.parse(Path(verify.__file__).read_text())
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert named <= {*sys.stdlib_module_names}


def test_it_explains_itself_in_its_first_lines() -> None:
    first = Path(verify.__file__).read_text().split("\n")[:8]
    assert "evidence pack" in first[1]
    assert any("python3 verify.py pack.zip" in each for each in first)
    assert {NORTH.name, SOUTH.name} == {"north.example", "south.example"}
