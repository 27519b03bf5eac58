"""A ledger in which one customer has said unlikely words in every place there is, and somebody else has said others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, text

from charter.charters.commands import ProposeRevision
from charter.decisions.commands import (
    AnswerRequest,
    AppealDecision,
    AskInformation,
    AssignCause,
    CaptureLearning,
    CorrectDecision,
    DecideRequest,
    EscalateRequest,
    LogRequest,
    RecordCase,
    Reply,
    ReverseDecision,
    UpholdDecision,
    WithdrawRequest,
)
from charter.people.commands import RegisterPerson
from charter.store.database import is_sqlite
from charter.terms import Answer, Cause, Effect, Ground
from tests.projections.airline import Airline, day

ONE, TWO, THREE, FOUR, OTHER, IMPORTED = ("1" * 32, "2" * 32, "3" * 32, "4" * 32, "5" * 32, "6" * 32)
HER = "Zerlinde Quorvax"
SHARED = "umbrella"
"""A word that she and the other customer both used."""

HERS = (
    *("zerlinde", "quorvax", "velociped", "blunderbuss", "harpsichord", "kumquat", "marzipan", "zeppelin", "bassoon"),
    *("gazpacho", "flugelhorn", "ottoman", "wombat", "tarantella", "xylophone", "rutabaga", "paprika", "palanquin"),
)
"""Every word that only she said, or that was said of her; each too long to be found by chance in what is sealed."""

ROW = RecordCase(
    decision=IMPORTED,
    charter="skyline",
    request="A palanquin as hand luggage.",
    customer=HER,
    outcome=Reply(
        answer=Answer.NO,
        ground=Ground.OFF_BRAND,
        cite=("REFUND-30.1",),
        reason="No palanquin.",
        told="No palanquin, sorry.",
    ),
    rep="rita",
    source="desk",
    row="17",
)


def tell(airline: Airline) -> Airline:
    """Write the story."""
    airline.promise("REFUND-30", "Not after departure.", "Not for others.")
    airline.publish(effective_from=day(1, 3))
    airline.now = day(2, 1)
    for decision in (ONE, TWO, THREE, FOUR, OTHER):
        _tell_of(airline, decision)
        airline.now = airline.now.replace(hour=airline.now.hour + 1, minute=0)
    airline.do(ROW, at=day(1, 20))
    airline.views.catch_up()
    return airline


def _tell_of(airline: Airline, decision: str) -> None:
    no: dict[str, Any] = {"answer": Answer.NO, "ground": Ground.OFF_BRAND, "cite": ("REFUND-30.1",)}
    hers: dict[str, Any] = {"decision": decision, "charter": "skyline", "customer": HER}
    match decision:
        case str() if decision == ONE:  # answered, appealed, reversed, corrected, learned from
            request = f"My velociped and my {SHARED} are lost."
            airline.do(AnswerRequest(**hers, **no, request=request, ticket="T-BLUNDERBUSS", reason="A harpsichord."))
            airline.now = airline.now.replace(minute=1)
            airline.do(AppealDecision(decision=ONE, argument="It was a kumquat."), by="rita")
            reason, told = "The kumquat was marzipan.", "Your zeppelin is paid."
            yes: dict[str, Any] = {"answer": Answer.YES, "effect": Effect.UPHELD, "cite": ("REFUND-30",)}
            airline.do(ReverseDecision(decision=ONE, **yes, reason=reason, told=told), by="rex")
            airline.now = airline.now.replace(minute=2)
            fixed = {"request": "My velociped is lost.", "reason": "The bassoon was marzipan."}
            airline.do(CorrectDecision(decision=ONE, **fixed, why="No gazpacho."), by="ann")
            airline.do(AssignCause(decision=ONE, cause=Cause.UNFORESEEABLE, note="A flugelhorn."))
            airline.do(CaptureLearning(decision=ONE, learning="Keep ottoman and wombat apart."))
        case str() if decision == TWO:  # open, asked, handed over, and withdrawn
            airline.do(LogRequest(**hers, request="A tarantella, please."), by="rita")
            airline.do(AskInformation(decision=TWO, question="With a xylophone?"), by="rita")
            airline.do(EscalateRequest(decision=TWO, reason="A rutabaga."), by="rita")
            airline.do(WithdrawRequest(decision=TWO, reason="Paprika."), by="rita")
        case str() if decision == THREE:  # appealed and upheld
            airline.do(AnswerRequest(**hers, **no, request="Another velociped.", reason="Again."))
            airline.now = airline.now.replace(minute=1)
            airline.do(AppealDecision(decision=THREE, argument="A kumquat!"), by="rita")
            airline.do(UpholdDecision(decision=THREE, reason="No kumquat."), by="rex")
        case str() if decision == FOUR:  # logged for her by mistake, and hers no more
            airline.do(LogRequest(**hers, request="My bassoon."), by="rita")
            mended = {"customer": "Mr Other", "request": "My cello."}
            airline.do(CorrectDecision(decision=FOUR, **mended, why="It was his."), by="rita")
            airline.do(DecideRequest(decision=FOUR, **no, reason="Cellos fly as cargo."), by="rita")
        case _:
            his = {"decision": OTHER, "charter": "skyline", "customer": "Mr Other"}
            airline.do(AnswerRequest(**his, **no, request=f"My {SHARED} is wet.", reason="It rained."))


def she_took_part(airline: Airline) -> None:
    """She was heard on a revision, and registered, as somebody who writes here."""
    airline.promise("TEA")
    heard = {"participants": (HER, "Care"), "options": ("Tea",), "dissent": ("Coffee is better.",)}
    airline.do(ProposeRevision(charter="skyline", summary="Tea.", **heard))
    airline.do(RegisterPerson(person="zq", full_name=HER, contact="zerlinde@velociped.example"))
    airline.views.catch_up()


def found(airline: Airline, words: Iterable[str]) -> set[tuple[str, str]]:
    """Where these words are: each with the file or the table it is in, whatever their case."""
    return {(word, place) for place, content in _places(airline) for word in words if word.encode() in content}


def _places(airline: Airline) -> Iterator[tuple[str, bytes]]:
    if is_sqlite(airline.ledger.engine):
        folder = Path(str(airline.ledger.engine.url.database)).parent
        for path in folder.rglob("*"):
            if path.is_file():
                yield path.name, path.read_bytes().lower()
        return
    engine = create_engine(airline.ledger.engine.url)
    with engine.connect() as connection:
        for schema in ("public", "views", "keys"):
            for table in inspect(connection).get_table_names(schema=schema):
                rows = connection.execute(text(f'SELECT t::text FROM {schema}."{table}" AS t'))  # noqa: S608
                yield f"{schema}.{table}", "\n".join(rows.scalars()).lower().encode()
        samples = connection.execute(text("SELECT concat(most_common_vals, histogram_bounds) FROM pg_stats")).scalars()
        yield "the planner's statistics", "\n".join(samples).lower().encode()
    engine.dispose()
