"""What was typed on a call, as orders: a request with its answer, or a request that is handed over at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from charter.charters.promise import Promise
from charter.decisions.commands import AnswerRequest, DecideRequest, EscalateRequest, LogRequest, Reply
from charter.decisions.refusals import (
    AboveAuthority,
    CitationMissing,
    EffectMissing,
    GroundMissing,
    NotInForce,
    OutOfPlace,
    PromiseMissing,
    ReasonMissing,
)
from charter.desk import Order
from charter.ids import fresh_id
from charter.message import Refused
from charter.terms import Answer, Effect, Ground
from projections.wording import listed
from web import refusals
from web.desks.rep.applies import Clause, clauses
from web.desks.rep.reply_words import Spoken, told
from web.forms import Field, Form, Malformed, Typed, form, read
from web.words import _

K = TypeVar("K", bound=StrEnum)
ESCALATE = "escalate"
"""What can be chosen beside the answers: to hand the request over."""
KEYS: Mapping[str, str] = {"yes": "Y", "no": "N", "partly": "P", ESCALATE: "E"}
"""The key of each answer."""
APPLIES: Mapping[str, str] = {
    "ground": "no partly",
    "effect": "yes partly",
    "cite": "yes no partly",
    "to": ESCALATE,
    "told": "yes no partly",
}
"""With which answers a field is asked for; one that is not here, with all."""
NEEDED: Mapping[str, str] = {
    "request": "yes no partly escalate",
    "ground": "no partly",
    "effect": "yes partly",
    "cite": "yes no partly",
    "reason": "no partly escalate",
}
"""With which answers the desk leads to a field while it is empty. What an answer must have, the ledger's rules say."""
ON_REQUEST = ("request", "customer", "touchpoint", "ticket")
ON_REPLY = ("ground", "effect", "cite", "reason", "told")
AT: Mapping[type[Refused], str] = {
    ReasonMissing: "reason",
    GroundMissing: "ground",
    EffectMissing: "effect",
    CitationMissing: "cite",
    PromiseMissing: "cite",
    NotInForce: "cite",
}
"""The field at which a refusal is shown."""


def orders(given: Typed, charter: str, by: str, at: datetime, promises: Iterable[Promise]) -> list[Order]:
    """What a filled desk asks to be written; `promises` are those in force. Raises Malformed."""
    case = one(given, "decision") or fresh_id()
    filled: dict[str, Sequence[str]] = {**given, "cite": codes(given), "decision": [case]}
    key = f"desk {case}"
    if one(given, "answer") == ESCALATE:
        log = read(LogRequest, filled, charter=charter)
        hand_over = read(EscalateRequest, filled)
        return [Order(log, by, at, key=key), Order(hand_over, by, at, key=f"{key} escalate")]
    filled["told"] = [words(filled, promises)]
    return [Order(read(AnswerRequest, filled, charter=charter), by, at, key=key)]


def answer(given: Typed, by: str, at: datetime, promises: Iterable[Promise], decision: str) -> Order:
    """What a filled desk asks for a request that was logged before. Raises Malformed."""
    filled: dict[str, Sequence[str]] = {**given, "cite": codes(given), "decision": [decision]}
    key = key_of(given, "desk")
    if one(given, "answer") == ESCALATE:
        return Order(read(EscalateRequest, filled, decision=decision), by, at, key=key)
    filled["told"] = [words(filled, promises)]
    return Order(read(DecideRequest, filled, decision=decision), by, at, key=key)


def key_of(given: Typed, what: str) -> str | None:
    """The key of an order that a form asks for: sent twice, it is written once; none where the form has none."""
    key = one(given, "key")
    return f"{what} {key}" if key else None


def words(given: Typed, promises: Iterable[Promise]) -> str:
    """What the customer is told: as it was typed, or as it follows from the rest while nobody has worded it."""
    typed = one(given, "told")
    return typed if typed != one(given, "worded") else worded(given, promises)


def worded(given: Typed, promises: Iterable[Promise]) -> str:
    """What follows for the customer from what was typed so far; nothing before there is an answer."""
    answer = _chosen(Answer, given, "answer")
    if answer is None:
        return ""
    ground = _chosen(Ground, given, "ground") if answer is not Answer.YES else None
    effect = _chosen(Effect, given, "effect") if answer is not Answer.NO else None
    known = {clause.code: clause for clause in clauses(promises)}
    cited: list[Clause] = [known[code] for code in codes(given) if code in known]
    return told(Spoken(answer, ground, effect, cited, one(given, "reason"), one(given, "decision")))


def codes(given: Typed) -> list[str]:
    """The codes that were typed, whatever stands between them."""
    return list(filter(None, re.split(r"[\s,;]+", " ".join(given.get("cite", ())).upper())))


def one(given: Typed, name: str) -> str:
    """What was typed into a field, empty where nothing was."""
    return given[name][-1] if given.get(name) else ""


def shown(given: Typed, wrong: Malformed | Refused | None, *, with_request: bool = True) -> Form:
    """The desk as it is shown, with what is wrong at the field that it is about."""
    wrong = at_field(wrong)
    reply = form(Reply, given, wrong, only=("answer", *ON_REPLY))
    handed = form(EscalateRequest, given, wrong, only=("to",))
    asked = form(LogRequest, given, wrong, only=ON_REQUEST) if with_request else Form(())
    names = {field.name for field in (*asked.fields, *reply.fields, *handed.fields)}
    above = refusals.worded(wrong) if isinstance(wrong, Refused) else ""
    if isinstance(wrong, Malformed):
        above = " ".join(sentence for name, sentence in wrong.fields.items() if name not in names)
    return Form(tuple(map(_as_asked, (*asked.fields, *reply.fields, *handed.fields))), above)


def at_field(wrong: Malformed | Refused | None) -> Malformed | Refused | None:
    """A refusal as something wrong with the field it is about, where it is about one."""
    if isinstance(wrong, OutOfPlace):
        return Malformed({str(wrong.facts["what"]): refusals.worded(wrong)})
    name = AT.get(type(wrong)) if isinstance(wrong, Refused) else None
    return Malformed({name: refusals.worded(wrong)}) if name and isinstance(wrong, Refused) else wrong


def handed_over(given: Typed, wrong: Malformed | Refused | None) -> Typed:
    """What was typed, with "escalate" chosen where the answer needs somebody with more authority."""
    if not isinstance(wrong, AboveAuthority):
        return given
    reason = one(given, "reason") or _("I would say {answer} and bend {codes}.").format(
        answer=one(given, "answer"), codes=listed(codes(given))
    )
    return {**given, "answer": [ESCALATE], "reason": [reason]}


def _as_asked(field: Field) -> Field:
    """A field as the desk asks for it."""
    if field.name == "answer":
        return field._replace(choices=(*field.choices, (ESCALATE, _("escalate"))), value=field.value)
    if field.name == "cite":
        return field._replace(value=" ".join(field.value.split()))
    if field.name == "to":
        return field._replace(label=_("Hand it to"))
    if field.name == "told":
        return field._replace(label=_("Words for the customer"))
    return field


def _chosen(kind: type[K], given: Typed, name: str) -> K | None:
    value = one(given, name)
    return kind(value) if value in list(kind) else None
