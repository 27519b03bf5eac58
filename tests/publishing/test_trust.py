"""Trust begins with a key known from elsewhere, and goes on only where a trusted key signed what adopted another."""

from __future__ import annotations

from itertools import permutations

import pytest

from charter.body import body
from charter.keys.commands import RetireKey
from charter.keys.events import KeyRetired
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import SigningKey
from charter.publishing.trust import Life, Trust, lives, weigh
from charter.store.database import writing
from tests.publishing.conftest import Signing
from tests.publishing.logs import NAME

FIRST, SECOND, THIRD, THEIRS = (SigningKey(NAME, bytes([seed]) * 32) for seed in (1, 2, 3, 66))


def life(key: SigningKey, adopted: int, retired: int | None = None) -> Life:
    """From which entry until which a key signs."""
    return Life(key.verifier, adopted, retired)


def sealed(size: int, *keys: SigningKey) -> SignedCheckpoint:
    """A checkpoint of so many entries, signed with these."""
    return SignedCheckpoint.signed(Checkpoint(NAME, size, bytes(32)), *keys)


LIVES = [life(FIRST, 7, 21), life(SECOND, 20, 41), life(THIRD, 40)]
HANDED_ON = [
    sealed(10, FIRST),
    sealed(20, FIRST, SECOND),
    sealed(30, SECOND),
    sealed(40, SECOND, THIRD),
    sealed(50, THIRD),
]


def doubted(trust: Trust) -> list[int]:
    """The sizes of the checkpoints that no key that counts has signed."""
    return [signed.checkpoint.size for signed, _ in trust.doubted]


def test_without_a_pinned_key_what_the_ledger_adopted_counts() -> None:
    trust = weigh(HANDED_ON, LIVES)
    assert (trust.sealed, trust.by, trust.pinned, trust.doubted) == (HANDED_ON[-1], (THIRD.verifier,), False, ())


@pytest.mark.parametrize("pin", [FIRST, SECOND, THIRD])
def test_trust_goes_from_any_key_to_those_before_and_after(pin: SigningKey) -> None:
    trust = weigh(HANDED_ON, LIVES, [pin.verifier])
    assert (trust.sealed, trust.pinned, doubted(trust)) == (HANDED_ON[-1], True, [])


def test_the_order_in_which_checkpoints_come_does_not_matter() -> None:
    for some in permutations(HANDED_ON):
        assert doubted(weigh(some, LIVES, [THIRD.verifier])) == []


def test_a_key_that_no_trusted_key_vouched_for_does_not_count() -> None:
    """The checkpoint that both should have signed is missing."""
    broken = [HANDED_ON[0], sealed(30, SECOND), sealed(35, SECOND)]
    trust = weigh(broken, LIVES, [FIRST.verifier])
    assert (trust.sealed, doubted(trust)) == (HANDED_ON[0], [30, 35])


def test_somebody_who_rewrote_everything_is_found_out() -> None:
    """Their history adopts our key as well as theirs, but ours has signed none of it."""
    rewritten = [sealed(10, THEIRS), sealed(20, THEIRS)]
    adopted = [life(FIRST, 7), life(THEIRS, 8)]
    assert weigh(rewritten, adopted).doubted == ()
    trust = weigh(rewritten, adopted, [FIRST.verifier])
    assert (trust.sealed, doubted(trust)) == (None, [10, 20])


def test_somebody_who_rewrote_the_end_is_found_out() -> None:
    """What our key has signed still fits; from there on it is their key alone."""
    trust = weigh([sealed(10, FIRST), sealed(20, THEIRS)], [life(FIRST, 7, 12), life(THEIRS, 11)], [FIRST.verifier])
    assert (trust.sealed, doubted(trust)) == (sealed(10, FIRST), [20])


@pytest.mark.parametrize(("size", "counts"), [(6, False), (7, True), (20, True), (21, False), (30, False)])
def test_a_key_counts_from_the_entry_that_adopted_it_until_the_one_that_retired_it(size: int, counts: bool) -> None:
    for pins in ((), (FIRST.verifier,)):
        assert (weigh([sealed(size, FIRST)], LIVES, pins).doubted == ()) == counts


def test_a_forged_signature_of_a_key_that_counts_is_doubted() -> None:
    good = sealed(10, FIRST)
    signature = good.note.signatures[0]._replace(signature=bytes(64))
    forged = SignedCheckpoint(good.checkpoint, sealed(10).note.with_signatures(signature))
    [(_, why)] = weigh([forged], LIVES).doubted
    assert "not good" in why


def test_a_ledger_that_never_signed_has_nothing_to_doubt() -> None:
    assert weigh([], []) == Trust(None, (), False, ())
    assert weigh([], [], [FIRST.verifier]) == Trust(None, (), True, ())


def test_the_lives_of_keys_are_read_from_the_entries(signing: Signing) -> None:
    signing.grow("a")
    signing.adopt()
    old, new = signing.keys
    signing.ledger.write(RetireKey(key=str(old.verifier), why="It took over."), by="ann")
    assert lives(signing.ledger.engine) == [life(old, 7, 10), life(new, 9)]


def test_a_retired_key_that_was_never_adopted_is_damage(signing: Signing) -> None:
    event = KeyRetired(key=str(FIRST.verifier), why="x")
    with writing(signing.ledger.engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO entries VALUES (8, 'ledger/keys', 2, 'key.retired', '2026-11-22T07:15:00.000000Z', ?,"
            " zeroblob(32))",
            (body("ann", None, event),),
        )
    with pytest.raises(ValueError, match="entry 8 retires a key that was never adopted"):
        lives(signing.ledger.engine)
