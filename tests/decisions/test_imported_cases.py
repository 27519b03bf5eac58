"""A case from another system comes in by the full rules, or as history with what it lacks; the same row only once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from charter.decisions.commands import OpenOutcome, RecordCase, Reply
from charter.decisions.events import (
    DecisionMade,
    InformationAsked,
    RequestCorrected,
    RequestEscalated,
    RequestLogged,
    RequestWithdrawn,
)
from charter.decisions.refusals import (
    AboveAuthority,
    BeforeRequest,
    CitationMissing,
    EffectMissing,
    GroundMissing,
    ImpossibleTime,
    NoCharterInForce,
    NoPerson,
    NoTime,
    NotInForce,
    OutOfPlace,
    OwnDecision,
    PromiseMissing,
    ReasonMissing,
    RowChanged,
    WrongRevision,
)
from charter.given import InForce, InTheFuture, MissingRole, Standing, UnknownCharter, UnknownPerson
from charter.message import Refused
from charter.terms import Answer, Effect, Gap, Ground
from tests.decisions.cases import ASKED_AT, CASE, NO, YES, made
from tests.decisions.test_review import reverse
from tests.rules import JULY, MARCH, NEW_YEAR, NOW, Outcome, Scenario, by, day, given, person

DECIDED_AT = day(6, 2)
LABELLED = Standing(
    "labelled",
    "UTC",
    (
        InForce(1, NEW_YEAR, MARCH, frozenset({"REFUND-30"}), frozenset({"REFUND-30.1"}), label="v1"),
        InForce(2, MARCH, None, frozenset({"REFUND-30"}), frozenset({"REFUND-30.1"}), label="v2"),
    ),
)


def row(outcome: dict[str, Any] | OpenOutcome = NO, **changes: Any) -> RecordCase:
    """One row of another system's log."""
    words: dict[str, Any] = {
        "decision": CASE,
        "charter": "skyline",
        "request": "My flight was cancelled.",
        "received_at": ASKED_AT,
        "outcome": Reply(**outcome) if isinstance(outcome, dict) else outcome,
        "rep": "rita",
        "source": "log.csv",
        "row": "17",
    }
    return RecordCase(**{**words, **changes})


LOGGED = RequestLogged(
    charter="skyline", request="My flight was cancelled.", received_at=ASKED_AT, source="log.csv", row="17"
)
FROM = (LOGGED, by("ann", made(NO)))


def importing(*history: Any) -> Scenario:
    """Ann brings in a case that was decided on the second of June."""
    return given(*history).by("ann", at=DECIDED_AT)


def gaps(outcome: Outcome) -> tuple[Gap, ...]:
    """What the history that came in lacks."""
    *_, event = outcome.happens()
    assert isinstance(event, DecisionMade | RequestEscalated | InformationAsked | RequestWithdrawn)
    return event.gaps


def test_a_row_that_obeys_every_rule_comes_in_as_it_would_have_been_written_here() -> None:
    importing().when(row()).then(LOGGED, made(NO))
    importing().when(row(YES)).then(LOGGED, made(YES))
    importing().when(row(as_history=True)).then(LOGGED, made(NO))


def test_it_is_pinned_to_what_was_in_force_when_it_was_decided() -> None:
    early = row({**NO, "cite": ("FAX.1",)}, received_at=day(2, 1))
    *_, event = importing().by("ann", at=day(2, 2)).when(early).happens()
    assert event == made(NO, cite=("FAX.1",), revision=1)


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        (OpenOutcome.ESCALATED, RequestEscalated(reason="Above me.", rep="rita")),
        (OpenOutcome.ASKED, InformationAsked(question="Above me.", rep="rita")),
        (OpenOutcome.WITHDRAWN, RequestWithdrawn(reason="Above me.")),
    ],
)
def test_a_case_without_an_answer_comes_in_as_far_as_it_came(outcome: OpenOutcome, event: Any) -> None:
    importing().when(row(outcome, note="Above me.")).then(LOGGED, event)


def test_an_open_case_is_only_logged() -> None:
    importing().when(row(OpenOutcome.OPEN, rep=None)).then(LOGGED)
    importing().at_an_unknown_time().when(row(OpenOutcome.OPEN)).then(LOGGED)


LACKING: list[tuple[RecordCase, Gap, type[Refused]]] = [
    (row(rep=None), Gap.NO_PERSON, NoPerson),
    (row(rep="Mary Smith"), Gap.UNKNOWN_PERSON, UnknownPerson),
    (row(rep="rex"), Gap.NO_ROLE, MissingRole),
    (row(rep="harry"), Gap.NO_ROLE, MissingRole),
    (row({**NO, "reason": None}), Gap.NO_REASON, ReasonMissing),
    (row({**NO, "ground": None}), Gap.NO_GROUND, GroundMissing),
    (row({**NO, "cite": ()}), Gap.UNCITED, CitationMissing),
    (row({**NO, "cite": ("FAX",)}), Gap.NOT_IN_FORCE, NotInForce),
    (row({**YES, "effect": None}), Gap.NO_EFFECT, EffectMissing),
    (row({**YES, "cite": ()}), Gap.UNCITED, PromiseMissing),
    (row({**YES, "cite": ("REFUND-30.1",)}), Gap.UNCITED, PromiseMissing),
    (row({**YES, "effect": Effect.BENT}), Gap.ABOVE_AUTHORITY, AboveAuthority),
    (row(OpenOutcome.ESCALATED), Gap.NO_REASON, ReasonMissing),
    (row(OpenOutcome.ASKED), Gap.NO_REASON, ReasonMissing),
    (row(charter="labelled", label="v1"), Gap.WRONG_REVISION, WrongRevision),
    (row(charter="quiet"), Gap.NO_CHARTER, NoCharterInForce),
]


@pytest.mark.parametrize(("command", "gap", "refusal"), LACKING)
def test_what_a_row_lacks_is_a_refusal_or_a_gap(command: RecordCase, gap: Gap, refusal: type[Refused]) -> None:
    scenario = importing().knowing(charters=(LABELLED,))
    scenario.when(command).refused(refusal)
    assert gaps(scenario.when(command.model_copy(update={"as_history": True}))) == (gap,)


def test_without_a_time_nothing_can_be_said_about_what_was_in_force() -> None:
    scenario = importing().at_an_unknown_time()
    scenario.when(row()).refused(NoTime, "as history")
    scenario.when(row(as_history=True)).then(
        LOGGED, made(NO).model_copy(update={"revision": None, "gaps": (Gap.NO_TIME,)})
    )


def test_everything_that_is_lacking_is_listed() -> None:
    bare = row({"answer": Answer.NO}, rep=None, charter="quiet", as_history=True)
    assert gaps(importing().when(bare)) == (
        Gap.NO_PERSON,
        Gap.NO_CHARTER,
        Gap.NO_REASON,
        Gap.NO_GROUND,
        Gap.UNCITED,
    )


def test_a_yes_without_a_citation_is_uncited_whether_or_not_a_charter_was_in_force() -> None:
    bare = row({"answer": Answer.YES}, charter="quiet", as_history=True)
    assert gaps(importing().when(bare)) == (Gap.NO_CHARTER, Gap.NO_EFFECT, Gap.UNCITED)


def test_a_leader_s_own_decisions_come_in_by_the_full_rules() -> None:
    importing().when(row(rep="ben")).then(LOGGED, made(NO, rep="ben"))


def test_the_version_a_row_names_is_kept_and_compared() -> None:
    scenario = importing().knowing(charters=(LABELLED,))
    logged = LOGGED.model_copy(update={"charter": "labelled"})
    scenario.when(row(charter="labelled", label="v2")).then(logged, made(NO, label="v2"))
    scenario.when(row(charter="labelled", label="v1")).refused(
        WrongRevision, "names version v1", "revision 2 (version v2)", "2026-06-02"
    )


def test_a_withdrawn_case_needs_no_words() -> None:
    importing().when(row(OpenOutcome.WITHDRAWN)).then(LOGGED, RequestWithdrawn())


# What cannot have been


@pytest.mark.parametrize("as_history", [False, True])
def test_impossible_values_are_refused_always(as_history: bool) -> None:
    def refuse(scenario: Scenario, command: RecordCase, refusal: type[Refused]) -> None:
        scenario.when(command.model_copy(update={"as_history": as_history})).refused(refusal)

    year_1301 = datetime(1301, 6, 2, tzinfo=UTC)
    refuse(importing(), row(received_at=year_1301), ImpossibleTime)
    refuse(given().by("ann", at=year_1301), row(received_at=None), ImpossibleTime)
    refuse(given().by("ann", at=JULY), row(), InTheFuture)
    refuse(importing(), row(received_at=JULY), InTheFuture)
    refuse(importing(), row(received_at=day(6, 3)), BeforeRequest)
    refuse(importing(), row({**YES, "ground": Ground.OFF_BRAND}), OutOfPlace)
    refuse(importing(), row({**NO, "effect": Effect.UPHELD}), OutOfPlace)


def test_a_case_may_be_decided_in_the_moment_it_is_received() -> None:
    importing().when(row(received_at=DECIDED_AT)).happens()


def test_a_case_comes_in_under_a_charter_that_is_open_by_somebody_who_may() -> None:
    importing().when(row(charter="nimbus")).refused(UnknownCharter)
    for who in ("rex", "adam", "nora", "harry"):
        given().by(who, at=DECIDED_AT).when(row()).refused(MissingRole)


# The same row again


@pytest.mark.parametrize(
    "command",
    [
        row(),
        row(YES),
        row(OpenOutcome.OPEN),
        row(OpenOutcome.ESCALATED, note="Above me."),
        row(OpenOutcome.ASKED, note="When?"),
        row(OpenOutcome.WITHDRAWN),
        row({"answer": Answer.NO}, rep=None, as_history=True),
    ],
)
def test_the_same_row_twice_writes_nothing(command: RecordCase) -> None:
    events = importing().when(command).happens()
    importing(*events).when(command).then()


def test_a_row_that_came_in_as_history_is_the_same_row_under_the_full_rules() -> None:
    history = row({"answer": Answer.NO}, rep=None, as_history=True)
    events = importing().when(history).happens()
    importing(*events).when(history.model_copy(update={"as_history": False})).then()


def test_a_row_that_came_in_is_not_judged_again_when_its_rep_has_left() -> None:
    importing(*FROM).knowing(person("rita")).when(row()).then()


def test_what_happened_to_a_case_since_it_came_in_does_not_change_its_row() -> None:
    corrected = RequestCorrected(corrects=1, why="Mistyped.", request="My flight was late.")
    importing(*FROM, corrected).when(row()).then()
    [logged] = importing().when(row(OpenOutcome.OPEN)).happens()
    importing(logged, by("rita", made(NO))).when(row(OpenOutcome.OPEN)).then()
    *escalated, step = importing().when(row(OpenOutcome.ESCALATED, note="Above me.")).happens()
    importing(*escalated, step, by("ann", made(NO))).when(row(OpenOutcome.ESCALATED, note="Above me.")).then()


@pytest.mark.parametrize(
    "changed",
    [
        row(request="My flight was late."),
        row(received_at=day(5, 31)),
        row(ticket="T-9"),
        row(YES),
        row({**NO, "reason": "It was full."}),
        row({**NO, "cite": ("REFUND-30.2",)}),
        row(rep="mara"),
        row(label="v2"),
        row(OpenOutcome.ESCALATED, note="Above me."),
    ],
)
def test_a_row_that_reads_differently_is_refused(changed: RecordCase) -> None:
    importing(*FROM).when(changed).refused(RowChanged, "Row 17 of log.csv", CASE[:8])


def test_an_open_row_that_was_answered_since_is_refused() -> None:
    importing(LOGGED).when(row()).refused(RowChanged)


# Afterwards it is a case like any other


def test_nobody_reverses_an_answer_that_came_in_under_their_name() -> None:
    history = (LOGGED, by("ann", made(NO, rep="ben")))
    given(*history).by("ben").when(reverse(YES)).refused(OwnDecision)
    given(*history).by("ann").on(NOW).when(reverse(YES)).refused(OwnDecision)
    given(*history).by("rex").on(NOW).when(reverse(YES)).happens()
