"""What a pack holds: its decisions, what they rest on, and nothing of a person that was not asked for."""

from __future__ import annotations

import gc
import io
import json
import tracemalloc
from base64 import b64decode
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent

from charter.decisions.commands import AnswerRequest
from charter.desk import Order
from charter.evidence import verify
from charter.evidence.pack import Pack
from charter.evidence.refusals import NothingToProve, NotVouchedFor
from charter.evidence.seal import newest
from charter.proof.key import SigningKey
from charter.publishing.proofs import NotSealedYet
from charter.publishing.publish import NothingSealed
from charter.store.database import open_database
from charter.store.errors import TreeDamaged
from charter.terms import Answer, Ground
from tests.evidence.office import ANOTHER, BOTH, CASE, NOBODY, NORTH, SOUTH, Office, files_of
from tests.evidence.told import wrong
from tests.projections.airline import day


@pytest.fixture
def key(office: Office) -> SigningKey:
    """The key of a ledger with one decision."""
    made = office.key(b"one")
    office.adopt(made)
    office.decide()
    return made


def types(files: dict[str, bytes], stream: str) -> list[str]:
    """The types of the entries of a stream, by position."""
    manifest = json.loads(files["manifest.json"])
    positions = (manifest["decisions"] | manifest["streams"])[stream]
    return [files[f"entries/{at}.leaf"].decode().split("\n")[4] for at in positions]


def test_it_holds_each_decision_and_what_it_rests_on(office: Office, key: SigningKey) -> None:
    office.airline.promise("BAG")
    office.airline.publish()
    office.publish(key)
    files = files_of(office.pack())
    assert types(files, CASE) == ["request.logged", "decision.made", "decision.appealed", "decision.upheld"]
    assert types(files, "charter/skyline") == [
        "charter.opened",
        "revision.proposed",
        "revision.approved",
        "revision.published",
    ]
    assert types(files, "ledger/keys") == ["key.adopted"]
    proposed = [name for name in files if name.endswith("body") and b'"revision":2' in files[name]]
    assert proposed == []


def test_bodies_are_as_they_are_stored(office: Office, key: SigningKey) -> None:
    office.publish(key)
    files = files_of(office.pack())
    for position, *_, body in office.ledger.entries_recorder.rows(0, 1000):
        assert files.get(f"entries/{position}.body", body) == body
    assert "stamp.tsr" not in files


def test_the_same_is_the_same_byte_for_byte(office: Office, key: SigningKey) -> None:
    office.decide(ANOTHER)
    office.publish(key, witnesses=(SOUTH, NORTH))
    assert office.pack(CASE, ANOTHER, policy=BOTH) == office.pack(CASE, ANOTHER, policy=BOTH)


def test_an_addressed_witness_keeps_its_address_to_itself(office: Office, key: SigningKey) -> None:
    from charter.proof.policy import Policy

    office.publish(key, witnesses=(NORTH,))
    policy = Policy.parse(f"witness north {NORTH.verifier} http://10.0.0.7/\nquorum north\n")
    assert b"10.0.0.7" not in files_of(office.pack(policy=policy))["policy.txt"]


def test_words_stay_sealed_unless_it_is_asked_to_open_them(office: Office, key: SigningKey, tmp_path: Path) -> None:
    office.publish(key)
    closed, opened = files_of(office.pack()), files_of(office.pack(opened=True))
    for words in (b"money back", b"Mrs Quill", b"She had flown", b"told"):
        assert not [name for name in closed if name.startswith(("entries/", "opened/")) and words in closed[name]]
        assert [name for name in opened if name.startswith("opened/") and words in opened[name]]
    assert {name for name in opened if name not in closed} == {name for name in opened if name.startswith("opened/")}
    assert wrong(closed, tmp_path) == wrong(opened, tmp_path) == ""


def test_only_the_words_in_the_decisions_are_opened(office: Office, key: SigningKey) -> None:
    office.publish(key)
    files = files_of(office.pack(opened=True))
    positions = json.loads(files["manifest.json"])["decisions"][CASE]
    assert {name for name in files if name.startswith("opened/")} == {f"opened/{at}.json" for at in positions}
    [value] = json.loads(files[f"opened/{positions[0]}.json"])
    assert json.loads(value["plaintext"])["customer"] == "Mrs Quill"
    assert len(b64decode(value["salt"])) == 32


def test_erased_words_are_proved_without_being_read(office: Office, key: SigningKey, tmp_path: Path) -> None:
    from projections.erasure import erase

    [subject] = office.ledger.stream(f"decision/{CASE}")[0].subjects
    erase(office.airline.views, subject, reason="They asked.", by="ann")
    office.publish(key)
    files = files_of(office.pack(opened=True))
    assert not [name for name in files if name.startswith("opened/")]
    assert types(files, f"subject/{subject}") == ["erasure.requested", "erasure.completed"]
    assert wrong(files, tmp_path) == ""


def test_words_that_were_never_sealed_are_counted(office: Office, key: SigningKey, tmp_path: Path) -> None:
    old = b'{"by":"rita","at":null,"event":{"learning":"Ask Mrs Quill."}}'
    stream = f"decision/{CASE}"
    office.ledger.entries_recorder.insert_events([StoredEvent(stream, 5, "learning.captured", old)])
    office.publish(key)
    file = io.BytesIO()
    with Pack(file, office.ledger, newest(office.ledger, NOBODY)) as pack:
        pack.add(CASE)
        pack.finish()
    assert pack.in_the_open == 1
    assert wrong(files_of(file.getvalue()), tmp_path) == ""


def test_nothing_is_proved_without_a_published_checkpoint(office: Office, key: SigningKey) -> None:
    with pytest.raises(NothingSealed, match="charter checkpoint"):
        office.pack()


def test_an_entry_after_the_checkpoint_is_not_proved(office: Office, key: SigningKey) -> None:
    office.publish(key)
    office.decide(ANOTHER)
    with pytest.raises(NotSealedYet, match="charter checkpoint"):
        office.pack(CASE, ANOTHER)


def test_a_decision_that_is_not_there(office: Office, key: SigningKey) -> None:
    office.publish(key)
    with pytest.raises(NothingToProve):
        office.pack("0" * 32)


def test_a_checkpoint_that_too_few_cosigned_is_no_evidence(office: Office, key: SigningKey) -> None:
    office.publish(key, witnesses=(NORTH,))
    with pytest.raises(NotVouchedFor, match="both"):
        office.pack(policy=BOTH)


def test_a_checkpoint_by_a_key_that_was_never_adopted_is_no_evidence(office: Office, key: SigningKey) -> None:
    office.publish(office.key(b"stranger"))
    with pytest.raises(NotVouchedFor):
        office.pack()


def test_an_altered_entry_is_not_proved(office: Office, key: SigningKey) -> None:
    office.publish(key)
    place = office.ledger.engine.url
    engine = open_database(place)
    with engine.begin() as connection:
        for (trigger,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql(
            "UPDATE entries SET recorded_at = '2024-02-28T12:00:00.000000Z' WHERE type = 'decision.made'"
        )
    engine.dispose()
    with pytest.raises(TreeDamaged, match="charter verify"):
        office.pack()


def test_memory_does_not_grow_with_the_decisions(office: Office, key: SigningKey) -> None:
    cases = [f"{number:032x}" for number in range(1, 401)]
    no = {"charter": "skyline", "answer": Answer.NO, "ground": Ground.OFF_BRAND, "cite": ("REFUND-30.1",)}
    office.ledger.write_all(
        [
            Order(AnswerRequest(decision=case, request="Refund, please.", reason="Used.", **no), "rita", day(3, 1))
            for case in cases
        ]
    )
    office.publish(key)

    def grown(pack: Pack, some: list[str]) -> int:
        tracemalloc.start()
        for case in some:
            pack.add(case)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return held

    with Pack(_Nowhere(), office.ledger, newest(office.ledger, NOBODY)) as pack:
        grown(pack, cases)  # what is remembered of the tree, and that is never more than 10 MB, is there after this
        few, many = grown(pack, cases[:100]), grown(pack, cases)
    assert many < few + 10_000, (few, many)


class _Nowhere(io.BytesIO):
    """A file that forgets what is written."""

    def write(self, data: object, /) -> int:
        return len(data)  # type: ignore[arg-type]


def test_its_verify_is_the_one_that_is_tested(office: Office, key: SigningKey) -> None:
    office.publish(key)
    assert files_of(office.pack())["verify.py"] == Path(verify.__file__).read_bytes()
