"""What an import of an open decision log has to count, worked out from the file itself in the plainest way.

It shares nothing with the importer: it knows the columns, the flaws such files have, and which of them a rule refuses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

Cells = Mapping[str, str]

ANSWERS = {"granted": "yes", "declined": "no", "partly_granted": "partly"}
OTHERS = {"withdrawn", "escalated", "needs_information", "no_decision"}
NOTHING = {"", "not recorded", "(none recorded)"}
GROUNDS = {"rule", "not_available"}
OF_REQUEST = ("charter_id", "request_text", "customer_id", "channel", "ticket_id", "received_at")
OF_ANSWER = (
    *("decided_at", "decision", "agent_id", "decline_kind", "policy_correct", "cited_rule_ids", "reason_text"),
    "charter_version",
)


class Version(NamedTuple):
    """A version of a charter: from which day on, and which rules it has."""

    name: str
    start: str
    rules: frozenset[str]


class Explained(NamedTuple):
    """What has to be counted."""

    written: int
    already: int
    refused: Counter[str]
    gaps: Counter[str]


def versions(rows: Iterable[Cells]) -> dict[str, list[Version]]:
    """The versions in a charter file, by charter, oldest first; those without a day but the first can't be placed."""
    rules: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        rules.setdefault((row["charter_id"], row["version"], row["effective_from"]), set()).add(row["promise_id"])
    found: dict[str, list[Version]] = {}
    for (charter, name, start), names in sorted(rules.items(), key=lambda item: item[0][2]):
        known = found.setdefault(charter, [])
        if start or not known:
            known.append(Version(name, start, frozenset(names)))
    return found


def moment(text: str) -> datetime | None:
    """A day begins at midnight in UTC, where these charters live."""
    if not text:
        return None
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def explain(
    rows: Iterable[Cells],
    charters: Mapping[str, list[Version]],
    people: set[str],
    *,
    as_history: bool,
    known: dict[str, Cells],
) -> Explained:
    """The counts for a file; `known` holds the rows written before, by id, and then those of this file too."""
    written = already = 0
    refused: Counter[str] = Counter()
    gaps: Counter[str] = Counter()
    for row in rows:
        before = known.get(row["decision_id"])
        if flaw := impossible(row):
            refused[flaw] += 1
        elif before is not None and said_the_same(before, row):
            already += 1
        elif before is not None:
            refused["RowChanged"] += 1
        else:
            missing = list(lacks(row, charters[row["charter_id"]], people))
            if missing and not as_history:
                refused[missing[0][1]] += 1
            else:
                written += 1
                gaps.update(gap for gap, _ in missing)
                known[row["decision_id"]] = row
    return Explained(written, already, refused, gaps)


def impossible(row: Cells) -> str | None:
    """What cannot be, in history too: no request, no known outcome, an impossible time, an answer that came first."""
    if row["decision"] not in ANSWERS.keys() | OTHERS:
        return "UnknownWord"
    if not row["request_text"].strip():
        return "RowUnreadable"
    received, decided = moment(row["received_at"]), moment(row["decided_at"])
    for at in filter(None, (received, decided)):
        if at.year < 1900:
            return "ImpossibleTime"
        if at > datetime.now(UTC):
            return "InTheFuture"
    return "BeforeRequest" if received and decided and decided < received else None


def said_the_same(before: Cells, row: Cells) -> bool:
    """A row without an outcome says no more than its request."""
    columns = OF_REQUEST if row["decision"] == "no_decision" else OF_REQUEST + OF_ANSWER
    return all(before[column] == row[column] for column in columns)


def lacks(row: Cells, known: list[Version], people: set[str]) -> Iterable[tuple[str, str]]:
    """What a row lacks: the gap in history, and the refusal by the full rules, the first of which is told."""
    if row["decision"] == "no_decision":
        return
    if not row["decided_at"]:
        yield "no time", "NoTime"
    if not row["agent_id"]:
        yield "no person", "NoPerson"
    elif row["agent_id"] not in people:
        yield "person not registered", "UnknownPerson"
    if row["decision"] not in ANSWERS:
        if not row["reason_text"] and row["decision"] != "withdrawn":
            yield "no reason", "ReasonMissing"
        return
    day = row["decided_at"][:10]
    in_force = [version for version in known if version.start <= day][-1] if day else None
    if in_force and row["charter_version"] != in_force.name:
        yield "names a revision that was not in force", "WrongRevision"
    yield from lacks_of_answer(row, in_force)


def lacks_of_answer(row: Cells, in_force: Version | None) -> Iterable[tuple[str, str]]:
    """What the answer itself lacks."""
    cited = set() if row["cited_rule_ids"] in NOTHING else set(row["cited_rule_ids"].split(";"))
    if row["decision"] != "granted":
        if not row["reason_text"]:
            yield "no reason", "ReasonMissing"
        if row["decline_kind"] not in GROUNDS:
            yield "no ground", "GroundMissing"
    if row["decision"] == "declined" and not cited:
        yield "uncited", "CitationMissing"
    if row["decision"] != "declined" and row["policy_correct"] not in {"yes", "no"}:
        yield "no effect", "EffectMissing"
    if in_force and not cited <= in_force.rules:
        yield "cites what was not in force", "NotInForce"
    elif row["decision"] != "declined" and not cited:
        yield "uncited", "PromiseMissing"
