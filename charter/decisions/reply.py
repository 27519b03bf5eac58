"""What an honest answer needs: a reason, a ground or an effect, and citations of what was in force at that moment."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from charter.decisions.commands import Reply
from charter.decisions.refusals import (
    AboveAuthority,
    CitationMissing,
    EffectMissing,
    GroundMissing,
    NoCharterInForce,
    NotInForce,
    OutOfPlace,
    PromiseMissing,
    ReasonMissing,
)
from charter.given import Actor, InForce, Standing
from charter.message import Refused
from charter.near import near
from charter.phrase import Phrase, either, joined
from charter.terms import Answer, Effect, Gap, Ground

Fault = tuple[Gap, Callable[[], Refused]]
"""A gap, and the refusal instead of it; made when it is raised, since history has millions of gaps and no refusals."""


def check(reply: Reply, decision: str, actor: Actor, standing: Standing, at: datetime) -> InForce:
    """The revision an answer given at a moment is pinned to; raises Refused."""
    revision = standing.in_force(at)
    if revision is None:
        raise NoCharterInForce(charter=standing.charter, day=standing.day(at))
    for _, refusal in faults(reply, decision, actor, standing, revision):
        raise refusal()
    return revision


def faults(
    reply: Reply, decision: str, actor: Actor | None, standing: Standing, revision: InForce | None
) -> Iterator[Fault]:
    """Everything an answer lacks, each as the gap it leaves in history and the refusal it meets today.

    `revision` is what was in force; without one, citations cannot be checked. Raises OutOfPlace for contradictions.
    """
    answer = reply.answer
    if answer is Answer.YES:
        if reply.ground is not None:
            raise OutOfPlace(answer=answer, what=Phrase("ground"))
    else:
        if not reply.reason:
            yield Gap.NO_REASON, lambda: ReasonMissing(answer=answer)
        if reply.ground is None:
            yield Gap.NO_GROUND, lambda: GroundMissing(answer=answer, possible=joined(", ", Ground))
    if answer is Answer.NO:
        if reply.effect is not None:
            raise OutOfPlace(answer=answer, what=Phrase("effect"))
        if not reply.cite:
            yield Gap.UNCITED, CitationMissing
    elif reply.effect is None:
        yield Gap.NO_EFFECT, lambda: EffectMissing(answer=answer, possible=joined(", ", Effect))
    if revision is not None and (wrong := misplaced(reply.cite, revision)):
        yield Gap.NOT_IN_FORCE, partial(not_in_force, wrong, standing, revision)
    elif answer is not Answer.NO and (not reply.cite or (revision and revision.promises.isdisjoint(reply.cite))):
        yield Gap.UNCITED, lambda: PromiseMissing(answer=answer)
    if reply.effect is Effect.BENT and actor is not None and not actor.may_bend:
        yield Gap.ABOVE_AUTHORITY, lambda: AboveAuthority(by=actor.id, decision=decision[:8])


def not_in(codes: tuple[str, ...], standing: Standing, revision: InForce) -> NotInForce | None:
    """The refusal for the first code that a revision does not hold; None when it holds them all."""
    wrong = misplaced(codes, revision)
    return not_in_force(wrong, standing, revision) if wrong else None


def misplaced(codes: tuple[str, ...], revision: InForce) -> str | None:
    """The first code that a revision does not hold; None when it holds them all."""
    for code in codes:
        if not revision.has(code):
            return code
    return None


def not_in_force(code: str, standing: Standing, revision: InForce) -> NotInForce:
    """The refusal for a code that a revision does not hold, with where it can be found."""
    where = _where(code, revision, standing)
    return NotInForce(code=code, revision=revision.revision, charter=standing.charter, where=where)


def _where(code: str, revision: InForce, standing: Standing) -> str:
    """Where a code that is not in force can be found, or what it may have been meant to be."""
    others = [str(other.revision) for other in standing.revisions if other.has(code)]
    if others:
        return Phrase(" It is in revision {revisions}.", revisions=", ".join(others))
    meant = near(code, revision.promises | revision.limits)
    return Phrase(" Did you mean {codes}?", codes=either(meant)) if meant else Phrase(" See: charter promise list.")
