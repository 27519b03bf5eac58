"""What is written in every measurement: two years of an airline's decisions, made up here, the same ones each time.

30 promises with two limits each in three wordings, 40 reps (the first ten may bend a promise), five touchpoints, all
answers, grounds and effects. A decision is 393 bytes as compact JSON, whoever writes it.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, get_type_hints
from uuid import UUID

BODY = 393
"""Bytes of one decision as compact JSON."""
CHARTER = "skyline"
FOUNDER = "ann"
START = datetime(2024, 1, 1, 6, tzinfo=UTC)
SPAN = timedelta(days=730)
LABELS = {"2023": date(2023, 6, 1), "2024": date(2024, 7, 1), "2025": date(2025, 4, 1)}
"""The three versions of the charter, each with the day it took effect."""
PROMISES = [f"{subject}-{level}" for subject in ("REFUND", "LATE", "BAG", "SEAT", "MEAL") for level in range(1, 7)]
LIMITS = [f"{promise}.{number}" for promise in PROMISES for number in (1, 2)]
REPS = [f"rep-{number:02}" for number in range(1, 41)]
MAY_BEND = REPS[:10]
TOUCHPOINTS = ("phone", "chat", "desk", "mail", "gate")
GROUNDS = ("off-brand", "out-of-integrity", "not-our-client", "not-available", "not-permitted")

_ASKS = (
    "refund of the fare", "a later flight without a fee", "a seat in the front row", "a second suitcase for free",
    "a hotel for the night", "miles for a flight not taken", "a vegan meal at the gate", "a change of the name",
    "boarding before all others", "the dog in the cabin", "a voucher instead of cash", "a taxi home",
    "an upgrade for the parents", "a copy of the invoice", "compensation for the delay", "the window seat back",
)  # fmt: skip
_BECAUSE = (
    "since the connection was missed", "because of fog over the coast", "as the crew was late", "after a strike",
    "since a child fell ill", "because the bag came two days late", "as the app showed another gate",
    "since the meeting was cancelled", "because the seat was broken", "as the price fell a day later",
    "since the website took the money twice", "because the visa did not come", "after a change of aircraft",
)  # fmt: skip
_PLACES = (
    "Lisbon", "Oslo", "Porto", "Riga", "Vienna", "Malaga", "Dublin", "Krakow", "Naples", "Bergen", "Tallinn", "Athens",
    "Madrid", "Zurich", "Bilbao", "Gdansk", "Split", "Cork", "Nice", "Turin",
)  # fmt: skip
_WHO = (
    "a family of four", "a student", "a choir of thirty", "two friends", "a surgeon", "a bride", "a frequent flyer",
    "a widow", "a school class", "a journalist", "a couple with a baby", "a chess team",
)  # fmt: skip
_REASONS = (
    "the fare was sold as fixed", "we said so when it was booked", "others wait for the same", "it was our own mistake",
    "the rule is there for safety", "the law leaves no room", "there is none left today", "a kept word is worth more",
)  # fmt: skip


class Decision(NamedTuple):
    """One request with its answer; `body` is all of it but `id` as compact JSON."""

    id: UUID
    body: bytes
    charter: str
    request: str
    customer: str
    touchpoint: str
    kind: str
    fit: str
    received_at: datetime
    answer: str
    ground: str | None
    effect: str | None
    cited: tuple[str, ...]
    rep: str
    revision: int
    reason: str
    decided_at: datetime

    @property
    def fields(self) -> dict[str, Any]:
        """What a model of the decision is made from: everything but `id` and `body`."""
        return dict(zip(FIELDS, self[2:], strict=True))


FIELDS = {name: of for name, of in get_type_hints(Decision).items() if name not in ("id", "body")}
"""The names of those fields with their types, for whoever models a decision in another way."""


def decisions(count: int, seed: int = 1, *, imported: bool = False) -> Iterator[Decision]:
    """So many decisions in the order they were made, spread over 24 months; the same for the same arguments.

    Their ids are as `charter.ids` makes them where 3,000 are logged a second, 50 in a moment; of those that are
    imported, in no order.
    """
    chance = Random(seed)
    for number in range(count):
        moment = chance.randrange(65_536) if imported else number // 50 % 65_536
        id_ = UUID(f"{moment:04x}{chance.randbytes(14).hex()}")
        yield _decision(chance, START + SPAN * number / count, id_)


def _decision(chance: Random, received_at: datetime, id_: UUID) -> Decision:
    answer, ground, effect = _answer(chance)
    decided_at = received_at + timedelta(seconds=chance.randrange(20, 1800))
    fields: dict[str, object] = {
        "charter": CHARTER,
        "request": "",
        "customer": f"C-{chance.randrange(100_000):05}",
        "touchpoint": chance.choice(TOUCHPOINTS),
        "kind": chance.choice(("support", "service")),
        "fit": chance.choice(("ideal", "good", "poor")),
        "received_at": received_at.isoformat(),
        "answer": answer,
        "ground": ground,
        "effect": effect,
        "cited": (chance.choice(LIMITS if answer == "no" else PROMISES),),
        "rep": chance.choice(MAY_BEND if effect == "bent" else REPS),
        "revision": sum(day <= decided_at.date() for day in LABELS.values()),
        "reason": chance.choice(_REASONS),
        "decided_at": decided_at.isoformat(),
    }
    length = BODY - len(json.dumps(fields, separators=(",", ":")))
    fields["request"] = _request(chance, length)
    body = json.dumps(fields, separators=(",", ":")).encode()
    fields |= {"received_at": received_at, "decided_at": decided_at}
    return Decision(id_, body, **fields)  # type: ignore[arg-type]  # by name


def _answer(chance: Random) -> tuple[str, str | None, str | None]:
    """A little more than half are yes, a tenth partly; one in eight of those bends a promise, one in 30 breaks it."""
    answer = chance.choices(("yes", "no", "partly"), (55, 35, 10))[0]
    ground = None if answer == "yes" else chance.choice(GROUNDS)
    effect = None if answer == "no" else chance.choices(("upheld", "bent", "broken"), (84, 13, 3))[0]
    return answer, ground, effect


def _request(chance: Random, length: int) -> str:
    """A request of exactly so many characters, in words that others use too."""
    text = f"{chance.choice(_WHO)} to {chance.choice(_PLACES)} asks for {chance.choice(_ASKS)}"
    while len(text) < length:
        text += f" {chance.choice(_BECAUSE)}, flight {chance.randrange(100, 999)} from {chance.choice(_PLACES)}"
    text = text[:length]
    return text[:-1] + "." if text.endswith(" ") else text


HEADER = (
    "decision_id", "set", "ticket_id", "seq", "channel", "received_at", "decided_at", "customer_id", "customer_type",
    "agent_id", "team", "request_text", "action", "decision", "decline_kind", "reason_text", "cited_rule_ids",
    "charter_id", "charter_version", "times_repeated", "reference_decision", "policy_correct", "vote", "appealed",
    "timely", "quality_flags", "source_file", "source_ref",
)  # fmt: skip
"""The columns of the open decision log, for which the product has the mapping `open-decision-log`."""
_WORDS = {"yes": "granted", "no": "declined", "partly": "partly_granted"}


def write_csv(path: Path, made: Iterable[Decision]) -> None:
    """The decisions as another system would export them, which knows no limits and no bent promises."""
    labels = list(LABELS)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        for each in made:
            writer.writerow(
                {
                    "decision_id": each.id.hex,
                    "set": "desk",
                    "channel": each.touchpoint,
                    "received_at": each.received_at.isoformat(),
                    "decided_at": each.decided_at.isoformat(),
                    "customer_id": each.customer,
                    "customer_type": each.fit,
                    "agent_id": each.rep,
                    "request_text": each.request,
                    "decision": _WORDS[each.answer],
                    "decline_kind": "not_available" if each.ground == "not-available" else "rule",
                    "reason_text": each.reason,
                    "cited_rule_ids": each.cited[0].partition(".")[0],
                    "charter_id": CHARTER,
                    "charter_version": labels[each.revision - 1],
                    "policy_correct": "no" if each.effect == "broken" else "yes",
                }
            )


def promise_wordings(version: int) -> list[dict[str, object]]:
    """All promises as one version of the charter words them, complete."""
    outcomes = cycle(("retention", "referral", "repeat-purchase", "new-sales", "staff-retention"))
    return [
        {
            "code": code,
            "title": f"Our word on {code.lower()}",
            "statement": f"What we say about {code.lower()} in wording {version}, we do, on every flight.",
            "promise_class": "baseline" if number % 2 else "differentiator",
            "measure": "kept within the time we said",
            "target": str(90 + number % 10),
            "unit": "percent",
            "owner": "head of service",
            "feels": "taken seriously",
            "does": "books again",
            "outcome": next(outcomes),
            "limits": [
                {"code": f"{code}.{limit}", "text": f"Not when limit {limit} applies.", "serves": serves}
                for limit, serves in enumerate(("customer", "law"), 1)
            ],
        }
        for number, code in enumerate(PROMISES)
    ]
