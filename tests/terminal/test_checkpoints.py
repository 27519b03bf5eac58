"""Checkpoints, proofs and growth, as an auditor asks for them."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest

from charter.leaf import record
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import SigningKey, VerifierKey, verified
from charter.proof.paths import check_consistency
from charter.proof.tlog_proof import TlogProof
from charter.tree import leaf_hash
from tests.publishing.logs import witness
from tests.terminal.conftest import Terminal


@pytest.fixture
def sealed(skyline: Terminal) -> Terminal:
    """A terminal about a ledger that signs, with its newest entries sealed."""
    skyline.ok("key new")
    return skyline


def vkey(terminal: Terminal) -> VerifierKey:
    """The ledger's key."""
    return VerifierKey.parse(terminal("key show --json").json[-1]["key"])


def decided(terminal: Terminal) -> str:
    """A new decision."""
    return str(
        terminal('no "A refund for a used ticket" -c REFUND-30.1 -g off-brand -r "It was used." --json').json["id"]
    )


# checkpoint


def test_a_checkpoint_is_a_signed_note_on_standard_output(sealed: Terminal) -> None:
    sealed.ok("ack")
    typed = sealed("checkpoint")
    signed = SignedCheckpoint.parse(typed.out)
    assert verified(signed.note, [vkey(sealed)])
    assert signed.checkpoint.size == sealed("status --json").json["entries"]
    assert f"The checkpoint of {signed.checkpoint.size} entries is published, signed with" in typed.err


def test_it_is_also_written_to_a_file_and_described_in_json(sealed: Terminal) -> None:
    kept = sealed.folder / "kept.checkpoint"
    known = sealed(f"checkpoint --out {kept} --json").json
    assert known["note"] == kept.read_text()
    assert (known["new"], known["cosigned"], known["signed_with"]) == (False, {}, [vkey(sealed).key_id.hex()])
    assert known["root"] == sealed("status --json").json["root"]


def test_without_a_key_it_is_said_how_to_make_one(skyline: Terminal) -> None:
    assert "charter key new" in skyline.no("checkpoint", 3)


def test_publishing_a_revision_publishes_a_checkpoint_if_there_is_a_key(sealed: Terminal) -> None:
    sealed.ok("promise retire BAG-FREE --why Costs")
    sealed.ok('revision propose --summary Less --participant Ann --option "Keep it"')
    sealed.ok("revision approve 2 --by cleo")
    typed = sealed("revision publish 2")
    assert (typed.code, "is published, signed with" in typed.err) == (0, True)


def test_publishing_a_revision_succeeds_whatever_keeps_the_checkpoint_from_it(sealed: Terminal) -> None:
    policy = sealed.folder / "config" / "charter" / "witnesses.policy"
    key = SigningKey.new("w.example/1", 4).verifier
    policy.write_text(f"witness w1 {key} http://127.0.0.1:1/\nquorum w1\n")
    sealed.ok("promise retire BAG-FREE --why Costs")
    sealed.ok('revision propose --summary Less --participant Ann --option "Keep it"')
    sealed.ok("revision approve 2 --by cleo")
    typed = sealed("revision publish 2")
    assert (typed.code, "No checkpoint was published: Too few witnesses" in typed.err) == (0, True)
    assert "Revision 2 of skyline is published." in typed.out


def test_without_a_key_publishing_says_nothing_of_checkpoints(skyline: Terminal) -> None:
    skyline.ok("promise retire BAG-FREE --why Costs")
    skyline.ok('revision propose --summary Less --participant Ann --option "Keep it"')
    skyline.ok("revision approve 2 --by cleo")
    assert skyline("revision publish 2").err == ""


# Witnesses


def test_witnesses_of_a_policy_cosign(sealed: Terminal) -> None:
    policy = sealed.folder / "my.policy"
    with witness(sealed.folder, [vkey(sealed)]) as one:
        policy.write_text(f"witness w1 {one.key} {one.url}\nquorum w1\n")
        sealed.ok("ack")
        typed = sealed(f"checkpoint --policy {policy}")
        assert "and cosigned by w1." in typed.err
        sealed.ok("decision log x")
        assert sealed("checkpoint --json", CHARTER_POLICY=str(policy)).json["cosigned"].keys() == {"w1"}
    sealed.ok("decision log y")
    said = sealed.no(f"checkpoint --policy {policy}", 1)
    assert "is not published: w1 cannot be reached" in said
    size = sealed("status --json").json["entries"]
    assert sealed("proof --json " + decided(sealed)).code == 1, "nothing newer than the last quorum is published"
    assert f"seals {size - 1}." in sealed("proof " + decided(sealed)).err


def test_a_policy_that_is_none_is_named(sealed: Terminal) -> None:
    assert "cannot be read: No such file" in sealed.no("checkpoint --policy gone.policy", 3)
    bad = sealed.folder / "bad.policy"
    bad.write_text("quorum everybody\n")
    assert "line 1: 'everybody' is not defined above" in sealed.no(f"checkpoint --policy {bad}", 1)


# proof


def check(text: str, terminal: Terminal, *, type_: str) -> TlogProof:
    """What an auditor does: from the record in the proof to the signed root."""
    proof = TlogProof.parse(text)
    proof.check(leaf_hash(proof.extra), [vkey(terminal)])
    lines = proof.extra.decode().splitlines()
    assert (lines[0], int(lines[1]), lines[4]) == ("charter-ledger/entry/v1", proof.index + 1, type_)
    return proof


def test_a_decision_is_proved_by_the_entry_with_its_answer(sealed: Terminal) -> None:
    case = decided(sealed)
    sealed.ok(f'decision learn {case} "Say it sooner."')
    sealed.ok("checkpoint")
    typed = sealed(f"proof {case[:8]}")
    proof = check(typed.out, sealed, type_="decision.made")
    assert f"Entry {proof.index + 1}, decision.made, is proved" in typed.err


def test_the_record_in_a_proof_is_that_of_the_entry(sealed: Terminal) -> None:
    case = decided(sealed)
    sealed.ok("checkpoint")
    proof = check(sealed(f"proof {case}").out, sealed, type_="decision.made")
    from charter.ledger import Ledger

    with Ledger(str(sealed.folder / "charter.db")) as ledger:
        [row] = ledger.entries_recorder.rows(proof.index, 1)
    assert record(*row) == proof.extra


def test_any_entry_of_a_decision_and_all_of_them_are_proved(sealed: Terminal) -> None:
    case = decided(sealed)
    sealed.ok("checkpoint")
    check(sealed(f"proof {case} --entry 1").out, sealed, type_="request.logged")
    sealed.ok(f"proof {case} --all {sealed.folder}/proofs/all")
    names = sorted(file.name for file in (sealed.folder / "proofs" / "all").iterdir())
    assert names == [f"{case[:8]}-1-request.logged.tlog-proof", f"{case[:8]}-2-decision.made.tlog-proof"]
    for name in names:
        text = (sealed.folder / "proofs" / "all" / name).read_text()
        check(text, sealed, type_=name.split("-")[2].removesuffix(".tlog"))
    assert "entries 1 to 2, and no entry 3" in sealed.no(f"proof {case} --entry 3", 3)
    assert "leave out --out and --entry" in sealed.no(f"proof {case} --all x --entry 1", 2)


def test_a_proof_goes_to_a_file_or_into_json(sealed: Terminal) -> None:
    case = decided(sealed)
    sealed.ok("checkpoint")
    kept = sealed.folder / "answer.tlog-proof"
    assert sealed.ok(f"proof {case} --out {kept}") == ""
    check(kept.read_text(), sealed, type_="decision.made")
    assert [one["proof"] for one in sealed(f"proof {case} --json").json] == [kept.read_text()]
    assert "could not be written" in sealed.no(f"proof {case} --out {sealed.folder}/no/such/file", 1)


def test_what_no_checkpoint_covers_yet_is_not_proved(skyline: Terminal) -> None:
    case = decided(skyline)
    assert "Publish one with: charter checkpoint" in skyline.no(f"proof {case}", 1)
    skyline.ok("key new")
    skyline.ok(f"proof {case}")
    later = decided(skyline)
    assert "Publish a new one with: charter checkpoint" in skyline.no(f"proof {later}", 1)
    skyline.ok("checkpoint")
    skyline.ok(f"proof {later}")
    assert "There is no decision" in skyline("proof 00000000").err


# consistency


def test_growth_is_proved_between_two_checkpoints(sealed: Terminal) -> None:
    old, new = sealed.folder / "old.checkpoint", sealed.folder / "new.checkpoint"
    sealed.ok(f"checkpoint --out {old}")
    decided(sealed)
    sealed.ok(f"checkpoint --out {new}")
    first, second = (SignedCheckpoint.parse(path.read_text()).checkpoint for path in (old, new))
    for line in (f"{old} {new}", f"{first.size} {second.size}", f"{old} {second.size}"):
        typed = sealed(f"consistency {line}")
        proof = [b64decode(each) for each in typed.out.splitlines()]
        check_consistency(first.size, second.size, first.root, second.root, proof)
        assert "nothing of them was altered" in typed.err
    assert sealed(f"consistency {old} {new} --json").json["old"]["root"] == first.root.hex()
    assert sealed(f"consistency {new} {new}").out == ""


def test_what_does_not_fit_is_said_and_has_exit_code_5(sealed: Terminal) -> None:
    head = SignedCheckpoint.parse(sealed("checkpoint").out).checkpoint
    forged = sealed.folder / "forged.checkpoint"
    forged.write_text(str(Checkpoint(head.origin, head.size - 1, bytes(32))))
    assert "The two checkpoints do not fit." in sealed.no(f"consistency {forged} {head.size}", 5)
    forged.write_text(str(Checkpoint("charter-ledger/0", head.size, head.root)))
    assert "is of another ledger" in sealed.no(f"consistency {forged} {head.size}", 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("9 5", 1, "Give the older checkpoint first"),
        ("5 999999", 1, "nothing can be said about 999,999"),
        ("5 " + "9" * 5000, 3, "cannot be read"),
        ("gone.checkpoint 5", 3, "cannot be read"),
        ("5", 2, "NEW is missing"),
    ],
)
def test_what_cannot_be_compared_is_told(sealed: Terminal, words: str, code: int, said: str) -> None:
    assert said in sealed.no(f"consistency {words}", code)


def test_a_damaged_tree_proves_nothing(sealed: Terminal) -> None:
    import sqlite3
    from contextlib import closing

    case = decided(sealed)
    sealed.ok("checkpoint")
    with closing(sqlite3.connect(sealed.folder / "charter.db")) as database:
        database.execute("DROP TRIGGER entries_no_update")
        database.execute("UPDATE entries SET leaf = zeroblob(32) WHERE position = 3")
        database.commit()
    assert "charter verify" in sealed.no(f"proof {case}", 5)
    assert "charter verify" in sealed.no("checkpoint", 5)


def test_files(tmp_path: Path) -> None:
    """A checkpoint file is of bounded length, and text."""
    terminal = Terminal(tmp_path)
    (tmp_path / "long").write_text("x" * 2_000_000)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert "longer than" in terminal.no(f"verify --against {tmp_path}/long", 1)
    assert "not UTF-8" in terminal.no(f"verify --against {tmp_path}/bytes", 1)
