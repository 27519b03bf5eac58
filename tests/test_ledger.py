"""What is written can be read, by anybody; races are decided again, and only a real conflict is told to the user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from charter import schema
from charter.catalogue import aggregate_of
from charter.charters.commands import (
    AcknowledgeCharter,
    ApproveRevision,
    MakePromise,
    OpenCharter,
    ProposeRevision,
    PublishRevision,
    RejectRevision,
    RetirePromise,
)
from charter.charters.events import CharterOpened, PromiseMade
from charter.charters.refusals import AlreadyApproved, AlreadyPublished, NotPending, PromiseExists
from charter.decisions.commands import (
    AnswerRequest,
    DecideRequest,
    LogRequest,
    OpenOutcome,
    RecordCase,
    ReverseDecision,
)
from charter.decisions.events import DecisionMade, RequestLogged
from charter.decisions.refusals import AlreadyAnswered, CitationMissing, NotInForce, UnknownDecision
from charter.decisions.state import Stage
from charter.desk import Order, Outdated, Written
from charter.given import MissingRole, UnknownPerson
from charter.ledger import Ledger, ManyDecisions, TooBusy
from charter.message import Command, Refused
from charter.people.commands import GrantRole, RegisterPerson, RevokeRole
from charter.people.events import PersonRegistered, RoleGranted
from charter.terms import Answer, Effect, Ground, PromiseClass, Role
from charter.terms import Outcome as LivesOn

CASE = "3f0c" * 8
OPEN = OpenCharter(charter="skyline", brand="Skyline Air", style="Warm, brief and true.")
TEA = MakePromise(
    charter="skyline",
    code="TEA",
    title="Tea",
    statement="Everybody gets tea.",
    promise_class=PromiseClass.BASELINE,
    owner="Cabin",
    feels="Welcome.",
    does="Comes back.",
    outcome=LivesOn.RETENTION,
)
PROPOSE = ProposeRevision(charter="skyline", summary="Tea.", participants=("Cabin",), options=("Coffee",))
APPROVE = ApproveRevision(charter="skyline", revision=1)
PUBLISH = PublishRevision(charter="skyline", revision=1)
LOG = LogRequest(decision=CASE, charter="skyline", request="Tea, please.")
YES = DecideRequest(decision=CASE, answer=Answer.YES, effect=Effect.UPHELD, cite=("TEA",))
NO = DecideRequest(decision=CASE, answer=Answer.NO, ground=Ground.OFF_BRAND, cite=("TEA",), reason="No kettle.")


class Interrupted(list[Order]):
    """Orders during whose writing something else happens: at the n-th time that the ledger looks through them.

    It looks through them to see whether any came with a key and which entries it has to read, then reads those, and
    then decides one by one.
    """

    def __init__(self, command: Command, by: str, moment: int, meanwhile: Callable[[], object], at: datetime) -> None:
        super().__init__([Order(command, by, at)])
        self._looks = count(1)
        self._moment = moment
        self._meanwhile = meanwhile

    def __iter__(self) -> Iterator[Order]:
        if next(self._looks) == self._moment:
            self._meanwhile()
        return super().__iter__()


at_any_moment = pytest.mark.parametrize("moment", [1, 2, 3, 4])


def staff(ledger: Ledger) -> Ledger:
    """The ledger with ben and rex, who may approve, and rita, a rep; ann has opened a charter and promised tea."""
    for name, role in (("ben", Role.LEADER), ("rex", Role.REVIEWER), ("rita", Role.REP)):
        ledger.write(RegisterPerson(person=name, full_name=name.title()), by="ann")
        ledger.write(GrantRole(person=name, role=role), by="ann")
    for command in (OPEN, TEA, PROPOSE):
        ledger.write(command, by="ann")
    return ledger


def publish(ledger: Ledger) -> Ledger:
    """The ledger with the promise of tea in force."""
    ledger.write(APPROVE, by="ben")
    ledger.write(PUBLISH, by="ann")
    return ledger


@pytest.fixture
def skyline(ledger: Ledger) -> Ledger:
    """A ledger with a charter whose first revision waits for approval."""
    return staff(ledger)


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Ledger, Ledger]]:
    """The same ledger, opened twice as by two programs, in a file and in PostgreSQL."""
    sqlite = request.param == "sqlite"
    place = str(tmp_path / "charter.db") if sqlite else request.getfixturevalue("postgres_url")
    schema.create(place)
    ours, theirs = Ledger(place), Ledger(place)
    ours.write(RegisterPerson(person="ann", full_name="Ann Weaver"), by="ann")
    staff(ours)
    yield ours, theirs
    ours.close()
    theirs.close()


def meanwhile(ours: Ledger, command: Command, *, by: str, moment: int, they: Callable[[], object]) -> Written | Refused:
    """What comes of a command that we write, while they do something at one moment of our writing."""
    [outcome] = ours.write_all(Interrupted(command, by, moment, they, datetime.now(UTC)))
    return outcome


def refusal(ledger: Ledger, command: Command, by: str) -> type[Refused] | None:
    """Why a command is refused; None if it was written."""
    try:
        ledger.write(command, by=by)
    except Refused as refused:
        return type(refused)
    return None


# Writing and reading


def test_what_is_written_can_be_read(skyline: Ledger) -> None:
    publish(skyline)
    written = skyline.write(
        AnswerRequest(**{**dict(YES), "charter": "skyline", "request": "Tea, please.", "customer": "C-1"}), by="rita"
    )
    assert (written.stream, written.key, written.version) == (f"decision/{CASE}", CASE, 2)
    logged, made = skyline.stream(f"decision/{CASE}")
    assert (logged.position, made.position) == written.positions
    assert (logged.event, made.event) == written.events
    assert isinstance(logged.event, RequestLogged)
    assert isinstance(made.event, DecisionMade)
    assert (made.type, made.version, made.key, made.by, made.event.revision) == ("decision.made", 2, CASE, "rita", 1)
    assert made.at == logged.event.received_at
    assert made.at is not None
    assert made.at <= made.recorded_at


def test_positions_count_on_without_a_gap(skyline: Ledger) -> None:
    entries = list(skyline.entries())
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert skyline.entries_recorder.size() == len(entries)


def test_entries_are_read_from_and_to_a_position_and_by_type(skyline: Ledger) -> None:
    everything = list(skyline.entries())
    assert list(skyline.entries(after=3, until=7)) == everything[3:7]
    assert [entry.event for entry in skyline.entries(types=("charter.opened", "promise.made"))] == [
        CharterOpened(**dict(OPEN)),
        PromiseMade(promise=skyline.charter("skyline").draft["TEA"]),
    ]


def test_a_long_ledger_is_read_to_its_end(ledger: Ledger) -> None:
    now = datetime.now(UTC)
    many = [Order(RegisterPerson(person=f"p{number}", full_name="P"), "ann", now) for number in range(4_100)]
    ledger.write_all(many)
    assert [entry.key for entry in ledger.entries(types=("person.registered",))][1:] == [
        order.command.stream.removeprefix("person/") for order in many
    ]


def test_the_library_s_own_reading_gives_what_was_drafted(skyline: Ledger) -> None:
    drafts = list(skyline.events.get("charter/skyline"))
    entries = skyline.stream("charter/skyline")
    assert [(d.originator_id, d.originator_version) for d in drafts] == [(e.stream, e.version) for e in entries]
    assert [getattr(draft, "event", None) for draft in drafts] == [entry.event for entry in entries]


def test_states_are_what_the_rules_see(skyline: Ledger) -> None:
    assert skyline.charter("skyline").opened
    assert not skyline.charter("nimbus").opened
    assert skyline.person("rita").roles == {(Role.REP, None)}
    assert not skyline.person("sam").registered
    assert skyline.decision(CASE).stage is Stage.UNKNOWN
    skyline.write(LOG, by="rita")
    assert skyline.decision(CASE).stage is Stage.OPEN


def test_charters_and_people_are_listed(skyline: Ledger) -> None:
    skyline.write(OPEN.model_copy(update={"charter": "harbour"}), by="ann")
    assert skyline.charters() == ["harbour", "skyline"]
    assert skyline.people() == ["ann", "ben", "rex", "rita"]


def test_what_happened_at_an_unknown_time_is_read_so(skyline: Ledger) -> None:
    case = RecordCase(
        decision=CASE,
        charter="skyline",
        request="Tea?",
        outcome=OpenOutcome.ESCALATED,
        source="log.csv",
        row="1",
        as_history=True,
    )
    [written] = skyline.write_all([Order(case, "ann", None)])
    assert isinstance(written, Written)
    assert [entry.at for entry in skyline.stream(written.stream)] == [None, None]
    [again] = skyline.write_all([Order(case, "ann", None)])
    assert again == Written(written.stream, 2, (), ())


def test_a_decision_of_the_past_is_pinned_to_what_was_in_force_then(skyline: Ledger) -> None:
    publish(skyline)
    before = datetime.now(UTC)
    skyline.write(MakePromise(charter="skyline", code="CAKE", **TEA.model_dump(exclude={"charter", "code"})), by="ann")
    skyline.write(PROPOSE, by="ann")
    skyline.write(APPROVE.model_copy(update={"revision": 2}), by="ben")
    skyline.write(PUBLISH.model_copy(update={"revision": 2}), by="ann")
    answer = AnswerRequest(**{**dict(YES), "charter": "skyline", "request": "Tea, please."})
    [_, then] = skyline.write(answer, by="rita", at=before).events
    [_, now] = skyline.write(answer.model_copy(update={"decision": "a" * 32}), by="rita").events
    assert [getattr(event, "revision", None) for event in (then, now)] == [1, 2]
    with pytest.raises(NotInForce):
        cake = {"decision": "b" * 32, "cite": ("CAKE",)}
        skyline.write(answer.model_copy(update=cake), by="rita", at=before)


def test_recorded_times_never_go_back_when_the_clock_does(tmp_path: Path) -> None:
    schema.create(tmp_path / "charter.db")
    noon = datetime(2026, 6, 15, 12, tzinfo=UTC)
    times = iter([noon] * 3 + [noon - timedelta(hours=1)] * 3)
    ledger = Ledger(str(tmp_path / "charter.db"), clock=lambda: next(times))
    ledger.write(RegisterPerson(person="ann", full_name="Ann"), by="ann")
    ledger.write(RegisterPerson(person="ben", full_name="Ben"), by="ann")
    recorded = [entry.recorded_at for entry in ledger.entries()]
    ledger.close()
    assert set(recorded) == {noon}


# Many at once


def test_a_refused_order_does_not_harm_the_others(skyline: Ledger) -> None:
    publish(skyline)
    now = datetime.now(UTC)
    size = skyline.entries_recorder.size()
    orders = [
        Order(LOG, "rita", now),
        Order(NO.model_copy(update={"cite": ()}), "rita", now),
        Order(YES, "sam", now),
        Order(YES, "rita", now),
        Order(NO, "rita", now),
    ]
    outcomes = skyline.write_all(orders)
    assert [type(outcome) for outcome in outcomes] == [
        Written,
        CitationMissing,
        UnknownPerson,
        Written,
        AlreadyAnswered,
    ]
    assert [o.positions for o in outcomes if isinstance(o, Written)] == [(size + 1,), (size + 2,)]
    assert [entry.type for entry in skyline.entries(after=size)] == ["request.logged", "decision.made"]


def test_each_order_sees_what_those_before_it_did(ledger: Ledger) -> None:
    now = datetime.now(UTC)
    chain: list[tuple[Command, str]] = [
        (RegisterPerson(person="ben", full_name="Ben"), "ann"),
        (GrantRole(person="ben", role=Role.LEADER), "ann"),
        (OPEN, "ben"),
        (TEA, "ben"),
        (PROPOSE, "ben"),
        (APPROVE, "ann"),
        (PUBLISH, "ben"),
        (AcknowledgeCharter(charter="skyline", revision=1), "ben"),
        (LOG, "ben"),
    ]
    outcomes = ledger.write_all([Order(command, by, now) for command, by in chain])
    assert [outcome for outcome in outcomes if isinstance(outcome, Refused)] == []


def test_nothing_asked_is_nothing_written(ledger: Ledger) -> None:
    assert ledger.write_all([]) == []


def test_when_all_is_refused_nothing_is_written(skyline: Ledger) -> None:
    size = skyline.entries_recorder.size()
    with pytest.raises(PromiseExists):
        skyline.write(TEA, by="ann")
    assert skyline.entries_recorder.size() == size


# What has been seen


def test_a_writer_who_has_not_seen_the_newest_is_told(skyline: Ledger) -> None:
    seen = len(skyline.stream("charter/skyline"))
    skyline.write(TEA.model_copy(update={"code": "CAKE"}), by="ann", expect=seen)
    with pytest.raises(Outdated, match=f"you saw version {seen}, it is at {seen + 1}"):
        skyline.write(TEA.model_copy(update={"code": "MILK"}), by="ann", expect=seen)
    with pytest.raises(Outdated):
        skyline.write(LOG, by="rita", expect=1)
    assert skyline.write(LOG, by="rita", expect=0).version == 1


def test_the_version_of_a_stream_is_what_a_writer_may_expect(two: tuple[Ledger, Ledger]) -> None:
    ours, theirs = two
    assert ours.version("charter/sky") == 0  # there is a charter/skyline
    seen = ours.version("charter/skyline")
    assert seen == len(ours.stream("charter/skyline")) > 1
    theirs.write(TEA.model_copy(update={"code": "CAKE"}), by="ann", expect=seen)
    assert ours.version("charter/skyline") == seen + 1


@at_any_moment
def test_a_writer_is_told_even_when_the_newest_came_in_while_writing(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    seen = len(ours.stream("charter/skyline"))
    orders = Interrupted(
        TEA.model_copy(update={"code": "CAKE"}),
        "ann",
        moment,
        lambda: theirs.write(TEA.model_copy(update={"code": "MILK"}), by="ben"),
        datetime.now(UTC),
    )
    orders[0] = orders[0]._replace(expect=seen)
    [outcome] = ours.write_all(orders)
    assert isinstance(outcome, Outdated)
    assert set(ours.charter("skyline").draft) == {"TEA", "MILK"}


# Two programs, one ledger


def test_each_sees_what_the_other_wrote(two: tuple[Ledger, Ledger]) -> None:
    ours, theirs = two
    assert theirs.charter("skyline") == ours.charter("skyline")
    theirs.write(APPROVE, by="ben")
    ours.write(PUBLISH, by="ann")
    theirs.write(LOG, by="rita")
    ours.write(YES, by="rita")
    assert theirs.decision(CASE) == ours.decision(CASE)
    assert theirs.decision(CASE).stage is Stage.DECIDED
    assert list(theirs.entries()) == list(ours.entries())


@at_any_moment
def test_a_lost_race_that_changes_nothing_is_decided_again_unnoticed(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    cake, milk = (TEA.model_copy(update={"code": code}) for code in ("CAKE", "MILK"))
    outcome = meanwhile(ours, cake, by="ann", moment=moment, they=lambda: theirs.write(milk, by="ben"))
    assert isinstance(outcome, Written)
    assert list(theirs.charter("skyline").draft) == ["TEA", "MILK", "CAKE"]


@at_any_moment
def test_of_two_answers_at_once_one_wins_and_the_other_is_told(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    publish(ours).write(LOG, by="rita")
    outcome = meanwhile(ours, YES, by="rita", moment=moment, they=lambda: theirs.write(NO, by="ann"))
    assert isinstance(outcome, AlreadyAnswered)
    assert [entry.type for entry in theirs.stream(f"decision/{CASE}")] == ["request.logged", "decision.made"]


@at_any_moment
def test_of_an_approval_and_a_rejection_at_once_one_wins(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    reject = RejectRevision(charter="skyline", revision=1, reason="Coffee.")
    outcome = meanwhile(ours, APPROVE, by="ben", moment=moment, they=lambda: theirs.write(reject, by="rex"))
    assert isinstance(outcome, NotPending)


@at_any_moment
def test_two_approvers_at_once_both_count(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    outcome = meanwhile(ours, APPROVE, by="ben", moment=moment, they=lambda: theirs.write(APPROVE, by="rex"))
    assert isinstance(outcome, Written)
    assert ours.charter("skyline").revisions[1].approved_by == {"ben", "rex"}


@at_any_moment
def test_one_approver_in_two_places_at_once_counts_once(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    outcome = meanwhile(ours, APPROVE, by="ben", moment=moment, they=lambda: theirs.write(APPROVE, by="ben"))
    assert isinstance(outcome, AlreadyApproved)


@at_any_moment
def test_a_revision_is_published_once(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    ours.write(APPROVE, by="ben")
    outcome = meanwhile(ours, PUBLISH, by="ann", moment=moment, they=lambda: theirs.write(PUBLISH, by="ben"))
    assert isinstance(outcome, AlreadyPublished)


@at_any_moment
def test_a_role_revoked_elsewhere_is_gone_here(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    ours.write(LOG, by="rita")
    revoke = RevokeRole(person="rita", role=Role.REP)
    other = LOG.model_copy(update={"decision": "a" * 32})
    outcome = meanwhile(ours, other, by="rita", moment=moment, they=lambda: theirs.write(revoke, by="ann"))
    assert isinstance(outcome, MissingRole)


@at_any_moment
def test_a_revision_published_elsewhere_is_the_one_that_is_cited(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    publish(ours).write(LOG, by="rita")
    ours.write(RetirePromise(charter="skyline", code="TEA", why="No kettle."), by="ann")
    ours.write(TEA.model_copy(update={"code": "CAKE"}), by="ann")
    ours.write(PROPOSE, by="ann")
    ours.write(APPROVE.model_copy(update={"revision": 2}), by="ben")
    publish_cake = PUBLISH.model_copy(update={"revision": 2})
    outcome = meanwhile(ours, YES, by="rita", moment=moment, they=lambda: theirs.write(publish_cake, by="ann"))
    # it was said before the publication, and that stays so however late it is written
    assert isinstance(outcome, Written)
    assert getattr(outcome.events[0], "revision", None) == 1
    assert refusal(ours, LOG.model_copy(update={"decision": "a" * 32}), "rita") is None
    assert refusal(ours, YES.model_copy(update={"decision": "a" * 32}), "rita") is NotInForce


@at_any_moment
def test_two_admins_who_revoke_each_other_leave_one(two: tuple[Ledger, Ledger], moment: int) -> None:
    ours, theirs = two
    ours.write(GrantRole(person="ben", role=Role.ADMIN), by="ann")
    theirs_first = RevokeRole(person="ann", role=Role.ADMIN)
    outcome = meanwhile(
        ours,
        RevokeRole(person="ben", role=Role.ADMIN),
        by="ann",
        moment=moment,
        they=lambda: theirs.write(theirs_first, by="ben"),
    )
    assert isinstance(outcome, MissingRole)
    assert (Role.ADMIN, None) in ours.person("ben").roles


def test_somebody_who_always_loses_is_told_to_try_again(two: tuple[Ledger, Ledger]) -> None:
    ours, theirs = two
    numbers = count()

    class AlwaysInterrupted(list[Order]):
        def __iter__(self) -> Iterator[Order]:
            theirs.write(TEA.model_copy(update={"code": f"CAKE-{next(numbers)}"}), by="ben")
            return super().__iter__()

    size = ours.entries_recorder.size()
    with pytest.raises(TooBusy, match="Nothing was written"):
        ours.write_all(AlwaysInterrupted([Order(TEA.model_copy(update={"code": "MILK"}), "ann", datetime.now(UTC))]))
    assert ours.entries_recorder.size() == size + next(numbers)
    assert "MILK" not in theirs.charter("skyline").draft


def test_eight_at_once_lose_nothing_and_count_without_a_gap(two: tuple[Ledger, Ledger]) -> None:
    publish(two[0]).write(LOG, by="rita")

    def work(worker: int) -> list[type[Refused] | None]:
        ledger = two[worker % 2]
        made = [refusal(ledger, TEA.model_copy(update={"code": f"P-{worker}-{n}"}), "ann") for n in range(4)]
        return [*made, refusal(ledger, YES if worker % 2 else NO, "rita")]

    with ThreadPoolExecutor(8) as workers:
        outcomes = list(workers.map(work, range(8)))
    assert all(made == [None] * 4 for *made, _ in outcomes)
    assert sorted(str(answered) for *_, answered in outcomes) == [str(AlreadyAnswered)] * 7 + ["None"]
    entries = list(two[0].entries())
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert len(two[1].charter("skyline").draft) == 33


def test_who_reads_does_not_wait_for_who_writes(two: tuple[Ledger, Ledger], monkeypatch: pytest.MonkeyPatch) -> None:
    """While one thread waits for the disk, others see what was there before it, and the new once it is durable."""
    ledger, _ = two
    driver = ledger.entries_recorder.driver
    commit, at_the_disk, go_on = driver.commit, Event(), Event()

    def slow(*what: Any) -> None:
        at_the_disk.set()
        assert go_on.wait(60)
        commit(*what)

    monkeypatch.setattr(driver, "commit", slow)
    with ThreadPoolExecutor(1) as writers:
        writing = writers.submit(ledger.write, TEA.model_copy(update={"code": "CAKE"}), by="ann")
        try:
            assert at_the_disk.wait(60)
            assert set(ledger.charter("skyline").draft) == {"TEA"}
            assert ledger.person("rita").roles == {(Role.REP, None)}
            assert ledger.decision(CASE).stage is Stage.UNKNOWN
            assert isinstance(ledger.rehearse_all([Order(LOG, "rita", datetime.now(UTC))])[0], Written)
        finally:
            go_on.set()
        writing.result()
    assert set(ledger.charter("skyline").draft) == {"TEA", "CAKE"}


def test_forty_read_at_once_while_four_write(two: tuple[Ledger, Ledger]) -> None:
    """Each reader sees the draft grow and never shrink, whoever else reads, and what is written is decided on it."""
    together = Barrier(44)

    def read(_: int) -> list[int]:
        together.wait(60)
        return [len(two[0].charter("skyline").draft) for _ in range(20)]

    def write(writer: int) -> list[int]:
        together.wait(60)
        makes = [TEA.model_copy(update={"code": f"P-{writer}-{n}"}) for n in range(5)]
        return [two[writer % 2].write(make, by="ann").version for make in makes]

    with ThreadPoolExecutor(44) as threads:
        readers = [threads.submit(read, number) for number in range(40)]
        writers = [threads.submit(write, number) for number in range(4)]
        for seen in (reader.result() for reader in readers):
            assert seen == sorted(seen)
        versions = [version for writer in writers for version in writer.result()]
    assert len(set(versions)) == 20
    assert len(two[0].charter("skyline").draft) == 21


# Finding decisions


def test_a_decision_is_found_by_any_unique_beginning(skyline: Ledger) -> None:
    for decision in ("3f0c" + "0" * 28, "3f0d" + "0" * 28, "a" * 32):
        skyline.write(LOG.model_copy(update={"decision": decision}), by="rita")
    assert skyline.find_decision("A") == "a" * 32
    assert skyline.find_decision("3f0c") == "3f0c" + "0" * 28
    assert skyline.find_decision("a" * 32) == "a" * 32
    with pytest.raises(ManyDecisions, match=r"3f0: 3f0c0000, 3f0d0000\. Type more"):
        skyline.find_decision("3f0")
    with pytest.raises(UnknownDecision, match="no decision b"):
        skyline.find_decision("b")


def test_of_very_many_decisions_three_are_named(skyline: Ledger) -> None:
    for number in range(5):
        skyline.write(LOG.model_copy(update={"decision": f"{number}" * 32}), by="rita")
    with pytest.raises(ManyDecisions, match=r"00000000, 11111111, 22222222 …\. Type more"):
        skyline.find_decision("")


# Whatever two programs do, both know it

STEPS: tuple[tuple[Command, str], ...] = (
    (RegisterPerson(person="ben", full_name="Ben"), "ann"),
    (GrantRole(person="ben", role=Role.LEADER), "ann"),
    (RevokeRole(person="ben", role=Role.LEADER), "ann"),
    (OPEN, "ben"),
    (TEA, "ben"),
    (TEA, "ann"),
    (RetirePromise(charter="skyline", code="TEA", why="No kettle."), "ann"),
    (PROPOSE, "ann"),
    (APPROVE, "ben"),
    (PUBLISH, "ann"),
    (LOG, "ben"),
    (YES, "ben"),
    (ReverseDecision(**{**dict(NO), "reason": "No kettle."}), "ann"),
)


def test_what_two_programs_remember_is_what_is_written(tmp_path: Path) -> None:
    names = count()

    @hypothesis.settings(max_examples=25)
    @hypothesis.given(st.lists(st.tuples(st.booleans(), st.sampled_from(STEPS)), min_size=5, max_size=25))
    def whatever_they_do(steps: list[tuple[bool, tuple[Command, str]]]) -> None:
        place = str(tmp_path / f"{next(names)}.db")
        schema.create(place)
        programs = Ledger(place), Ledger(place)
        programs[0].write(RegisterPerson(person="ann", full_name="Ann"), by="ann")
        programs[0].write(OPEN, by="ann")
        for other, (command, by) in steps:
            refusal(programs[other], command, by)
        for program in programs:
            known = (program.charter("skyline"), program.person("ben"), program.decision(CASE))
            for stream, state in zip(("charter/skyline", "person/ben", f"decision/{CASE}"), known, strict=True):
                told = aggregate_of(stream).initial
                for entry in program.stream(stream):
                    told = aggregate_of(stream).evolve(told, entry.event, entry.by, entry.at)
                assert state == told
            program.close()

    whatever_they_do()


def test_the_founder_registers_the_first_people(ledger: Ledger) -> None:
    with pytest.raises(UnknownPerson):
        ledger.write(RegisterPerson(person="ben", full_name="Ben"), by="ben")
    [first, *roles, authority] = list(ledger.entries())
    assert isinstance(first.event, PersonRegistered)
    assert [entry.event for entry in roles] == [RoleGranted(role=role) for role in Role]
    assert authority.type == "authority.granted"
