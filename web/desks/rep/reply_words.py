"""The words for the customer: a good no says thanks, what, why and for whom, what we do instead, and how to appeal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, assert_never

from charter.terms import Answer, Effect, Ground, Serves
from projections.wording import short
from web.desks.rep.applies import Clause
from web.words import _


class Spoken(NamedTuple):
    """What is said: the answer with its ground or effect, what it cites, the reason as typed, and the case's id."""

    answer: Answer
    ground: Ground | None
    effect: Effect | None
    cited: Sequence[Clause]
    reason: str
    case: str


def told(said: Spoken) -> str:
    """A text that can be sent as it is; whoever sends it may word it differently."""
    return "\n\n".join(part for part in _parts(said) if part)


def _parts(said: Spoken) -> Iterator[str]:
    match said.answer:
        case Answer.YES:
            yield _yes(said.effect)
            yield _sentence(said.reason)
            yield from _stands(said, _remedies(said) if said.effect is Effect.BROKEN else ())
        case Answer.NO | Answer.PARTLY:
            yield _no(said)
            yield _sentence(said.reason)
            yield from _limits(said.cited)
            yield from _stands(said, _remedies(said) if said.effect is Effect.BROKEN else ())
            yield _appeal(said.case)
        case never:
            assert_never(never)


def _yes(effect: Effect | None) -> str:
    match effect:
        case Effect.BENT:
            return _("Thank you for asking. Yes, we will do this for you, as an exception.")
        case Effect.BROKEN:
            return _("Thank you for telling us. You are right: we did not keep our promise, and we are sorry.")
        case Effect.UPHELD | None:
            return _("Thank you for asking. Yes, we will do this for you.")
        case never:
            assert_never(never)


def _no(said: Spoken) -> str:
    partly = said.answer is Answer.PARTLY
    thanks = _("Thank you for asking. We can do a part of this.") if partly else _("Thank you for asking.")
    return f"{thanks} {_because(said.ground, partly=partly)}"


def _because(ground: Ground | None, *, partly: bool) -> str:
    """What cannot be done and on what ground, in words that a customer would use."""
    match ground:
        case Ground.OFF_BRAND:
            why = _("it is not what we are here for, and we would rather tell you so than do it badly")
        case Ground.OUT_OF_INTEGRITY:
            why = _("we would have to break our word to somebody else")
        case Ground.NOT_OUR_CLIENT:
            why = _("others can do it better for you than we can")
        case Ground.NOT_AVAILABLE:
            why = _("we do not have it to give")
        case Ground.NOT_PERMITTED:
            why = _("we are not permitted to")
        case None:
            return _("We have to say no to the rest.") if partly else _("We have to say no to this.")
        case never:
            assert_never(never)
    return (_("We say no to the rest: {why}.") if partly else _("We say no to this: {why}.")).format(why=why)


def _limits(cited: Sequence[Clause]) -> Iterator[str]:
    for clause in cited:
        if clause.is_limit:
            yield " ".join(filter(None, [_("What we say about it:"), _quoted(clause.text), _for_whom(clause.serves)]))


def _for_whom(serves: Serves | None) -> str:
    match serves:
        case Serves.CUSTOMER:
            return _("This limit protects our customers.")
        case Serves.COMPANY:
            return _("This limit protects the company, and we say so openly.")
        case Serves.LAW:
            return _("The law asks this limit of us.")
        case None:
            return ""
        case never:
            assert_never(never)


def _stands(said: Spoken, remedies: Sequence[str]) -> Iterator[str]:
    """What the customer can count on: each promise once, also that of a limit."""
    statements = dict.fromkeys(clause.promise.statement for clause in said.cited)
    if statements:
        yield " ".join([_("What you can count on:"), *map(_sentence, statements)])
    if remedies:
        yield " ".join([_("What we do now:"), *map(_sentence, remedies)])


def _remedies(said: Spoken) -> list[str]:
    return list(dict.fromkeys(clause.promise.remedy for clause in said.cited if clause.promise.remedy))


def _appeal(case: str) -> str:
    return _(
        "If you see it differently, you can appeal: answer this message, say why, and name {case}. "
        "Somebody who had no part in this answer will look at it again."
    ).format(case=short(case))


def _sentence(text: str) -> str:
    """A text that ends like a sentence."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…:;\"”'" else f"{text}."


def _quoted(text: str) -> str:
    return f"“{text}”"
