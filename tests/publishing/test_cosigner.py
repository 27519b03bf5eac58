"""A witness cosigns a history that merely grew, and never two: not in any order of requests, nor at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.cosignature import verified_cosignatures
from charter.proof.note import Note, Signature, SigningKey
from charter.proof.paths import check_consistency
from charter.publishing.witness.cosigner import Answer, Cosigner
from charter.publishing.witness.memory import Memory, MemoryInTheWay, MemoryMissing, NotAMemory
from charter.publishing.witness.request import SIZE_TYPE, AddCheckpoint
from tests.publishing.logs import Log, witness_key

NOON = 1_790_000_000
LOG = Log()
KEY = witness_key()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """The memory of a witness that has seen nothing."""
    opened = Memory(tmp_path / "seen.db", new=True)
    yield opened
    opened.close()


@pytest.fixture
def cosigner(memory: Memory) -> Cosigner:
    """A witness that knows the log."""
    return Cosigner(KEY, [LOG.key.verifier], memory, lambda: NOON + 0.9)


def cosigned(answer: Answer, signed: SignedCheckpoint) -> bool:
    """Whether the answer is a good cosignature of the checkpoint."""
    if answer.status != 200:
        return False
    note = Note(signed.note.text, (Signature.parse(answer.body),))
    return verified_cosignatures(note, [KEY.verifier]) == {KEY.verifier: NOON}


def test_a_log_that_grows_is_cosigned_each_time(cosigner: Cosigner) -> None:
    for old, new in ((0, 1), (1, 5), (5, 5), (5, 8), (8, 100)):
        assert cosigned(cosigner.add_checkpoint(LOG.asks(old, new)), LOG.checkpoint(new)), (old, new)


def test_the_empty_log_is_cosigned_and_grows_from_there(cosigner: Cosigner) -> None:
    assert cosigned(cosigner.add_checkpoint(LOG.asks(0, 0)), LOG.checkpoint(0))
    assert cosigned(cosigner.add_checkpoint(LOG.asks(0, 7)), LOG.checkpoint(7))


def test_a_log_that_is_not_known_gets_404(cosigner: Cosigner) -> None:
    other = Log(SigningKey("charter-ledger/0000000000000000", bytes([2]) * 32))
    assert cosigner.add_checkpoint(other.asks(0, 5)).status == 404


def test_what_the_log_did_not_sign_gets_403(cosigner: Cosigner) -> None:
    forged = Log(SigningKey(LOG.key.name, bytes([2]) * 32))
    assert cosigner.add_checkpoint(forged.asks(0, 5)).status == 403
    altered = LOG.asks(0, 5).replace(LOG.checkpoint(5).note.text.encode(), LOG.checkpoint(6).note.text.encode())
    assert cosigner.add_checkpoint(altered).status == 403


def test_signatures_of_others_on_it_do_no_harm(cosigner: Cosigner) -> None:
    other = SigningKey("somebody.example/else", bytes([3]) * 32)
    signed = LOG.checkpoint(5)
    both = SignedCheckpoint(signed.checkpoint, signed.note.with_signatures(other.sign(signed.note.text)))
    assert cosigned(cosigner.add_checkpoint(bytes(AddCheckpoint(0, (), both))), signed)


def test_a_log_may_have_two_keys_while_one_takes_over(memory: Memory) -> None:
    new = Log(SigningKey(LOG.key.name, bytes([2]) * 32))
    cosigner = Cosigner(KEY, [LOG.key.verifier, new.key.verifier], memory, lambda: NOON)
    assert cosigned(cosigner.add_checkpoint(LOG.asks(0, 5)), LOG.checkpoint(5))
    assert cosigned(cosigner.add_checkpoint(new.asks(5, 9)), new.checkpoint(9))


@pytest.mark.parametrize("old", [0, 3, 4, 6, 8])
def test_another_size_than_the_one_cosigned_last_gets_409_with_that_size(cosigner: Cosigner, old: int) -> None:
    cosigner.add_checkpoint(LOG.asks(0, 5))
    assert cosigner.add_checkpoint(LOG.asks(old, 9)) == Answer(409, "5\n", SIZE_TYPE)


def test_an_old_size_above_that_of_the_checkpoint_gets_400(cosigner: Cosigner) -> None:
    cosigner.add_checkpoint(LOG.asks(0, 5))
    for old in (5, 9):
        request = bytes(AddCheckpoint(old, (), LOG.checkpoint(4)))
        assert cosigner.add_checkpoint(request).status == 400


def test_other_entries_of_the_same_number_get_409(cosigner: Cosigner) -> None:
    cosigner.add_checkpoint(LOG.asks(0, 5))
    assert cosigner.add_checkpoint(LOG.fork(2).asks(5, 5)).status == 409
    assert cosigned(cosigner.add_checkpoint(LOG.asks(5, 5)), LOG.checkpoint(5))


@pytest.mark.parametrize("after", [0, 2, 4])
def test_a_history_that_was_rewritten_gets_422(cosigner: Cosigner, after: int) -> None:
    cosigner.add_checkpoint(LOG.asks(0, 5))
    assert cosigner.add_checkpoint(LOG.fork(after).asks(5, 9)).status == 422
    mixed = bytes(AddCheckpoint(5, LOG.proof(5, 9), LOG.fork(after).checkpoint(9)))
    assert cosigner.add_checkpoint(mixed).status == 422


def test_a_proof_that_is_not_the_right_one_gets_422(cosigner: Cosigner) -> None:
    cosigner.add_checkpoint(LOG.asks(0, 5))
    good = LOG.proof(5, 9)
    for wrong in ((), good[:-1], (*good, good[0]), tuple(reversed(good)), LOG.proof(4, 9), LOG.proof(5, 10)):
        assert cosigner.add_checkpoint(bytes(AddCheckpoint(5, wrong, LOG.checkpoint(9)))).status == 422
    for size in (0, 5):  # where there is nothing to prove
        assert cosigner.add_checkpoint(bytes(AddCheckpoint(5, good, LOG.checkpoint(5)))).status == 422, size
    assert cosigner.add_checkpoint(LOG.asks(5, 9)).status == 200, "nothing of that was remembered"


def test_a_proof_before_anything_was_seen_gets_422(cosigner: Cosigner) -> None:
    assert cosigner.add_checkpoint(bytes(AddCheckpoint(0, LOG.proof(5, 9), LOG.checkpoint(9)))).status == 422


def test_what_is_no_request_gets_400(cosigner: Cosigner) -> None:
    answer = cosigner.add_checkpoint(b"old 0\n")
    assert answer.status == 400
    assert answer.body.endswith(".\n")


def test_logs_do_not_get_in_each_other_s_way(memory: Memory) -> None:
    other = Log(SigningKey("charter-ledger/0000000000000000", bytes([2]) * 32))
    cosigner = Cosigner(KEY, [LOG.key.verifier, other.key.verifier], memory, lambda: NOON)
    assert cosigner.add_checkpoint(LOG.asks(0, 9)).status == 200
    assert cosigner.add_checkpoint(other.asks(0, 4)).status == 200
    assert cosigner.add_checkpoint(LOG.asks(9, 10)).status == 200


def test_it_goes_on_from_what_it_remembers(cosigner: Cosigner, memory: Memory, tmp_path: Path) -> None:
    cosigner.add_checkpoint(LOG.asks(0, 5))
    memory.close()
    again = Memory(tmp_path / "seen.db")
    after = Cosigner(KEY, [LOG.key.verifier], again, lambda: NOON)
    assert after.add_checkpoint(LOG.asks(0, 9)) == Answer(409, "5\n", SIZE_TYPE)
    assert after.add_checkpoint(LOG.asks(5, 9)).status == 200
    again.close()


def test_a_memory_is_neither_made_nor_taken_by_accident(memory: Memory, tmp_path: Path) -> None:
    """An empty memory in the place of one that was lost would cosign a second history."""
    with pytest.raises(MemoryMissing, match="bring its memory back"):
        Memory(tmp_path / "gone.db")
    assert not (tmp_path / "gone.db").exists()
    with pytest.raises(MemoryInTheWay, match="Leave --new out"):
        Memory(tmp_path / "seen.db", new=True)
    (tmp_path / "list.txt").write_text("a shopping list, long enough to be no database at all" * 20)
    with pytest.raises(NotAMemory, match="not a database"):
        Memory(tmp_path / "list.txt")
    (tmp_path / "nothing").write_bytes(b"")
    with pytest.raises(NotAMemory, match="something else"):
        Memory(tmp_path / "nothing")


class Chain:
    """What a witness has cosigned of one log, which has to be one history."""

    def __init__(self) -> None:
        self.roots: dict[int, bytes] = {}

    def add(self, sealed: Checkpoint, log: Log) -> None:
        """One more cosigned checkpoint, of this history: it continues all of the others."""
        for size, root in self.roots.items():
            old, new = sorted([(size, root), (sealed.size, sealed.root)])
            check_consistency(old[0], new[0], old[1], new[1], log.proof(old[0], new[0]))
        self.roots[sealed.size] = sealed.root


FORKS = [LOG, LOG.fork(3), LOG.fork(10)]
requests = st.lists(st.tuples(st.sampled_from(FORKS), st.integers(0, 24), st.integers(0, 24)), max_size=40)


def test_whatever_it_is_asked_it_never_cosigns_two_histories(tmp_path: Path) -> None:
    numbers = count()

    @given(requests)
    def whatever_it_is_asked(asked: list[tuple[Log, int, int]]) -> None:
        memory = Memory(tmp_path / f"{next(numbers)}.db", new=True)
        cosigner = Cosigner(KEY, [LOG.key.verifier], memory, lambda: NOON)
        chain, seen = Chain(), 0
        for log, guess, new in asked:
            old = seen if guess % 2 else min(guess, new)  # every other time it is the size the witness knows
            proof = log.proof(old, new) if old <= new else ()
            answer = cosigner.add_checkpoint(bytes(AddCheckpoint(old, proof, log.checkpoint(new))))
            if answer.status == 200:
                assert cosigned(answer, log.checkpoint(new))
                assert new >= seen
                seen = new
                chain.add(log.checkpoint(new).checkpoint, log)
        memory.close()

    whatever_it_is_asked()


def test_of_two_histories_at_the_same_time_one_is_cosigned(cosigner: Cosigner) -> None:
    """Many threads ask for both, again and again; the checkpoints that were cosigned are of one history."""
    cosigner.add_checkpoint(LOG.asks(0, 3))
    other = LOG.fork(3)

    def ask(number: int) -> tuple[Log, int, int]:
        log, new = (LOG, other)[number % 2], 4 + number // 8
        old = 3
        for _ in range(5):
            answer = cosigner.add_checkpoint(log.asks(old, new)) if old <= new else None
            if answer is None or answer.status != 409 or int(answer.body) == old:
                return log, new, answer.status if answer else 0
            old = int(answer.body)
        return log, new, 409

    with ThreadPoolExecutor(16) as pool:
        answers = [(log, new) for log, new, status in pool.map(ask, range(200)) if status == 200]
    chain = Chain()
    for log, new in answers:
        chain.add(log.checkpoint(new).checkpoint, log)
    assert answers
    assert len({log.twist for log, _ in answers}) == 1


def test_two_programs_on_one_memory_cosign_one_history(memory: Memory, tmp_path: Path) -> None:
    again = Memory(tmp_path / "seen.db")
    one, two = (Cosigner(KEY, [LOG.key.verifier], each, lambda: NOON) for each in (memory, again))
    assert one.add_checkpoint(LOG.asks(0, 5)).status == 200
    assert two.add_checkpoint(LOG.fork(2).asks(0, 5)) == Answer(409, "5\n", SIZE_TYPE)
    assert two.add_checkpoint(LOG.asks(5, 6)).status == 200
    assert one.add_checkpoint(LOG.fork(5).asks(5, 7)) == Answer(409, "6\n", SIZE_TYPE)
    again.close()


def test_two_programs_at_the_same_time_wait_for_each_other(memory: Memory, tmp_path: Path) -> None:
    """Neither fails as locked, and of each size one request is first."""
    again = Memory(tmp_path / "seen.db")
    programs = [Cosigner(KEY, [LOG.key.verifier], each, lambda: NOON) for each in (memory, again)]

    def ask(cosigner: Cosigner, size: int) -> int:
        return cosigner.add_checkpoint(LOG.asks(size - 1, size)).status

    for size in range(1, 40):
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(ask, programs, [size, size])) == [200, 409]
    again.close()


def test_what_cannot_be_remembered_is_not_cosigned(cosigner: Cosigner, memory: Memory) -> None:
    """A failure between the check and the disk leaves all as it was."""
    with pytest.raises(RuntimeError, match="the disk"), memory.of(LOG.key.name) as log:
        log.remember(9, LOG.root_of(0, 9), "note")
        msg = "the disk"
        raise RuntimeError(msg)
    assert cosigner.add_checkpoint(LOG.asks(0, 5)).status == 200
