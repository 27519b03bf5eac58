"""A ledger signs one history only, remembers it before anybody sees it, and publishes nothing without a quorum."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from charter import schema
from charter.keys.commands import RetireKey
from charter.ledger import Ledger
from charter.people.commands import RegisterPerson
from charter.privacy.vault import Vault
from charter.proof import cosignature
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import SigningKey, verified
from charter.proof.policy import Group, Policy, Witness
from charter.proof.stored import StoredTree
from charter.proof.verify import checkpoint
from charter.publishing.publish import (
    HistoryNotContinued,
    KeyNotAdopted,
    NoQuorum,
    NothingToSeal,
    PublishedUnreadable,
    head_of,
    publish,
)
from charter.publishing.signing_key import Held
from charter.publishing.trust import Life, lives
from charter.store.database import writing
from charter.store.errors import TreeDamaged
from charter.store.published import Published
from tests.publishing.conftest import Signing
from tests.publishing.logs import witness, witness_key


def policy(*witnesses: Witness, needed: int | None = None) -> Policy:
    """So many of these witnesses have to cosign; all when left out."""
    group = Group("enough", needed or len(witnesses), tuple(known.name for known in witnesses))
    return Policy((), witnesses, (group,), "enough")


def nobody(name: str = "gone", seed: int = 99) -> Witness:
    """A witness that is not there."""
    return Witness(name, witness_key(f"witness.example/{name}", seed).verifier, "http://127.0.0.1:1/")


def stored(signing: Signing) -> list[tuple[int, str]]:
    """What is published: sizes and notes."""
    return [(row.size, row.note) for row in Published(signing.ledger.engine).all()]


# Signing


def test_it_seals_every_entry_and_is_signed_with_the_ledger_s_key(signing: Signing) -> None:
    outcome = signing.publish()
    assert outcome.new
    assert outcome.signed.checkpoint == checkpoint(signing.ledger.engine)
    assert verified(outcome.signed.note, [signing.keys[0].verifier]) == [signing.keys[0].verifier]
    assert stored(signing) == [(outcome.signed.checkpoint.size, str(outcome.signed))]
    assert outcome.signed.note.signatures[0].name == signing.origin


def test_the_same_entries_are_published_once(signing: Signing) -> None:
    first, again = signing.publish(), signing.publish()
    assert (again.new, again.signed, again.published) == (False, first.signed, first.published)
    assert len(stored(signing)) == 1


def test_each_time_it_has_grown_another_one_is_published(signing: Signing) -> None:
    for name in ("a", "b", "c"):
        signing.grow(name)
        assert signing.publish().new
    assert [size for size, _ in stored(signing)] == [8, 9, 10]


def test_while_one_key_takes_over_both_sign(signing: Signing) -> None:
    signing.publish()
    signing.adopt()
    outcome = signing.publish()
    both = [key.verifier for key in signing.keys]
    assert verified(outcome.signed.note, both) == both
    signing.ledger.write(RetireKey(key=str(both[0]), why="It took over."), by="ann")
    assert verified(signing.publish().signed.note, both) == both[1:]


def test_another_key_at_hand_for_the_same_entries_is_another_checkpoint(signing: Signing) -> None:
    """The newest one lacks its signature, so it is published anew."""
    signing.adopt()
    keys = list(signing.keys)
    signing.keys = keys[:1]
    signing.publish()
    signing.keys = keys
    assert signing.publish().new
    assert len(stored(signing)) == 2


@pytest.mark.parametrize("retired", [True, False])
def test_a_key_that_was_retired_or_never_adopted_signs_nothing(signing: Signing, retired: bool) -> None:
    if retired:
        signing.ledger.write(RetireKey(key=str(signing.keys[0].verifier), why="It is old."), by="ann")
    else:
        signing.keys = [SigningKey.new(signing.origin)]
    with pytest.raises(KeyNotAdopted, match=r"(?s)never adopted.*charter key show"):
        signing.publish()
    assert signing.remembered == []


def test_an_empty_ledger_has_nothing_to_sign(tmp_path: Path) -> None:
    schema.create(str(tmp_path / "empty.db"))
    with Ledger(str(tmp_path / "empty.db")) as ledger, pytest.raises(NothingToSeal, match="charter init"):
        head_of(ledger, StoredTree(ledger.entries_recorder))


def test_in_postgresql_it_is_the_same(postgres_url: str, tmp_path: Path) -> None:
    schema.create(postgres_url)
    with Ledger(postgres_url, vault=Vault(tmp_path / "keys.db")) as ledger:
        ledger.write(RegisterPerson(person="ann", full_name="Ann Weaver"), by="ann")
        signing = Signing(ledger)
        signing.adopt()
        with witness(tmp_path, [signing.keys[0].verifier]) as one:
            signing.publish(policy(one))
            signing.grow("a")
            outcome = signing.publish(policy(one))
        assert outcome.signed.checkpoint == checkpoint(ledger.engine)
        assert stored(signing)[-1] == (8, str(outcome.signed))
        assert lives(ledger.engine) == [Life(signing.keys[0].verifier, 7, None)]
        with pytest.raises(HistoryNotContinued):
            signing.publish(Policy(), other_root(outcome.signed.checkpoint))


# One history


def other_root(sealed: Checkpoint) -> Checkpoint:
    """The same number of entries, but others."""
    return Checkpoint(sealed.origin, sealed.size, bytes(32))


def test_a_checkpoint_known_outside_that_holds_other_entries_stops_it(signing: Signing) -> None:
    known = other_root(checkpoint(signing.ledger.engine))
    signing.grow("a", "b")
    with pytest.raises(HistoryNotContinued, match="known outside of it, and holds other entries"):
        signing.publish(Policy(), known)
    assert (signing.remembered, stored(signing)) == ([], [])


def test_a_checkpoint_known_outside_that_is_longer_stops_it(signing: Signing) -> None:
    head = checkpoint(signing.ledger.engine)
    longer = Checkpoint(head.origin, head.size + 3, head.root)
    with pytest.raises(HistoryNotContinued, match=f"of {head.size + 3} entries.* ends at {head.size}"):
        signing.publish(Policy(), longer)


def test_a_checkpoint_of_another_ledger_in_its_place_stops_it(signing: Signing) -> None:
    head = checkpoint(signing.ledger.engine)
    with pytest.raises(HistoryNotContinued, match="another ledger, charter-ledger/0"):
        signing.publish(Policy(), Checkpoint("charter-ledger/0", head.size, head.root))


def test_the_newest_published_checkpoint_stops_a_history_that_does_not_continue_it(signing: Signing) -> None:
    signing.publish()
    forged = SignedCheckpoint.signed(other_root(checkpoint(signing.ledger.engine)), *signing.keys)
    Published(signing.ledger.engine).add(forged.checkpoint.size, "2199-01-01T00:00:00.000000Z", str(forged))
    signing.grow("a")
    with pytest.raises(HistoryNotContinued, match="in the ledger, and holds other entries"):
        signing.publish(Policy(), keep=lambda _: pytest.fail("nothing is to be signed"))


def test_a_published_checkpoint_that_cannot_be_read_stops_it(signing: Signing) -> None:
    Published(signing.ledger.engine).add(3, "2199-01-01T00:00:00.000000Z", "nonsense")
    with pytest.raises(PublishedUnreadable, match="charter verify"):
        signing.publish()


def test_a_tree_that_does_not_make_the_head_is_not_signed(signing: Signing) -> None:
    with writing(signing.ledger.engine) as connection:
        connection.exec_driver_sql("DROP TRIGGER entries_no_update")
        connection.exec_driver_sql("UPDATE entries SET leaf = zeroblob(32) WHERE position = 2")
    with pytest.raises(TreeDamaged, match="charter verify"):
        signing.publish()
    assert signing.remembered == []


def test_what_cannot_be_kept_outside_is_not_published(signing: Signing) -> None:
    def full(_signed: SignedCheckpoint) -> None:
        msg = "no room"
        raise OSError(msg)

    with pytest.raises(OSError, match="no room"):
        signing.publish(keep=full)
    assert stored(signing) == []


# Witnesses


def test_witnesses_cosign_and_their_times_are_known(signing: Signing, tmp_path: Path) -> None:
    keys = [signing.keys[0].verifier]
    with witness(tmp_path, keys, "w1", 7, lambda: 1000) as one, witness(tmp_path, keys, "w2", 8, lambda: 2000) as two:
        rules = policy(one, two)
        for name in ("a", "b"):
            signing.grow(name)
            outcome = signing.publish(rules)
            assert dict(outcome.cosigned) == {"w1": 1000, "w2": 2000}
            assert rules.check(outcome.signed, keys) == outcome.cosigned
    assert SignedCheckpoint.parse(stored(signing)[-1][1]) == outcome.signed == signing.remembered[-1]


def test_without_the_quorum_nothing_is_published_and_who_said_what_is_told(signing: Signing, tmp_path: Path) -> None:
    with witness(tmp_path, [signing.keys[0].verifier]) as one:
        with pytest.raises(NoQuorum, match=r"(?s)w1 cosigned; gone cannot be reached .*: charter checkpoint"):
            signing.publish(policy(one, nobody()))
        assert stored(signing) == []
        assert len(signing.remembered) == 1, "what was signed is remembered all the same"
        assert list(signing.publish(policy(one, nobody(), needed=1)).cosigned) == ["w1"]
    assert len(stored(signing)) == 1


def test_what_was_signed_without_a_quorum_binds_what_is_signed_next(signing: Signing, tmp_path: Path) -> None:
    """A backup of the day before is not signed instead."""
    with pytest.raises(NoQuorum):
        signing.publish(policy(nobody()))
    [signed] = signing.remembered
    longer = Checkpoint(signed.checkpoint.origin, signed.checkpoint.size + 1, bytes(32))
    with pytest.raises(HistoryNotContinued):
        signing.publish(Policy(), longer)
    signing.grow("a")
    assert signing.publish().new


def test_a_witness_that_was_away_is_asked_again_for_the_same_checkpoint(signing: Signing, tmp_path: Path) -> None:
    keys = [signing.keys[0].verifier]
    with ExitStack() as stack:
        one = stack.enter_context(witness(tmp_path, keys, "w1", 7))
        first = signing.publish(policy(one, nobody("w2", 8), needed=1))
        two = stack.enter_context(witness(tmp_path, keys, "w2", 8))
        again = signing.publish(policy(one, two, needed=1))
        assert (list(first.cosigned), list(again.cosigned)) == (["w1"], ["w1", "w2"])
        assert [reply.witness for reply in again.replies] == ["w2"], "the other one is not asked twice"
        assert not again.new
        assert stored(signing) == [(first.signed.checkpoint.size, str(again.signed))]
        signing.grow("a", "b")
        assert list(signing.publish(policy(one, two)).cosigned) == ["w1", "w2"]


def test_a_witness_that_comes_late_begins_where_it_is(signing: Signing, tmp_path: Path) -> None:
    """It has seen nothing, or something in between."""
    keys = [signing.keys[0].verifier]
    with witness(tmp_path, keys) as one:
        signing.publish(policy(one))
        signing.grow("a")
        with pytest.raises(NoQuorum):
            signing.publish(policy(one, nobody()))
        signing.grow("b")
        assert list(signing.publish(policy(one)).cosigned) == ["w1"]


def test_a_ledger_that_was_forked_gets_no_cosignature(signing: Signing, tmp_path: Path) -> None:
    """Two copies of one ledger with one key, each with other entries: the witness goes with the first."""
    signing.publish()
    with closing(sqlite3.connect(tmp_path / "charter.db")) as database:
        database.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    with witness(tmp_path, [signing.keys[0].verifier]) as one, Ledger(str(tmp_path / "copy.db")) as copy:
        signing.grow("a")
        signing.publish(policy(one))
        other = Signing(copy, signing.keys)
        other.grow("b")
        with pytest.raises(NoQuorum, match="another history"):
            publish(copy, Held(tuple(signing.keys), None), policy(one), [], lambda _: None)
        other.grow("c")
        with pytest.raises(NoQuorum, match="no proof"):
            publish(copy, Held(tuple(signing.keys), None), policy(one), [], lambda _: None)


def test_a_forged_cosignature_in_the_ledger_does_not_count(signing: Signing, tmp_path: Path) -> None:
    """It is as if it were not there: the checkpoint is published once more, with a good one."""
    with witness(tmp_path, [signing.keys[0].verifier]) as one:
        signed = signing.publish().signed
        line = cosignature.sign(witness_key("witness.example/w1"), signed.note.text, 1000)
        forged = signed.note.with_signatures(line._replace(signature=line.signature[:8] + bytes(64)))
        [row] = Published(signing.ledger.engine).all()
        Published(signing.ledger.engine).cosign(row.size, row.made_at, str(forged))
        outcome = signing.publish(policy(one))
        assert (outcome.new, list(outcome.cosigned)) == (True, ["w1"])
