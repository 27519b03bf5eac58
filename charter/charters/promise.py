"""A promise as it is worded, with the limits that say what it does not cover."""

from pydantic import Field

from charter.message import Day, LimitCode, Line, Message, PromiseCode, Text
from charter.phrase import Phrase
from charter.terms import Audience, Outcome, PromiseClass, Serves


class Limit(Message):
    """What is said no to under a promise, and whom that serves (None: not stated, in history only)."""

    code: LimitCode
    text: Text
    serves: Serves | None = None


class Wording(Message):
    """Everything a promise says but its code and limits; what is missing is left out until publication asks for it."""

    title: Line = Field(description="The promise in a few words.")
    statement: Text = Field(description="The promise in one sentence.")
    audience: Audience = Field(Audience.CLIENT, description="For whom it is made.")
    promise_class: PromiseClass | None = Field(
        None, description="Baseline (everyone must do it) or differentiator (what we are chosen for)."
    )
    measure: Line | None = Field(None, description="How it is measured; left out: plainly without a measure.")
    target: Line | None = Field(None, description="The value the measure has to reach.")
    unit: Line | None = Field(None, description="The unit of the target.")
    owner: Line | None = Field(None, description="The role that answers for it, in any department.")
    remedy: Text | None = Field(None, description="What we do when we break it.")
    review_on: Day | None = Field(None, description="The day it is looked at again.")
    feels: Text | None = Field(None, description="What the customer feels when it is kept.")
    does: Text | None = Field(None, description="What the customer who feels so does then.")
    outcome: Outcome | None = Field(None, description="The outcome for the company when they do so.")


class Promise(Wording):
    """One promise of a charter, complete with its limits."""

    code: PromiseCode
    limits: tuple[Limit, ...] = ()

    @property
    def so_what(self) -> bool:
        """Whether the So What chain is told to its end."""
        return bool(self.feels and self.does and self.outcome)

    @property
    def missing(self) -> list[str]:
        """What publication would still ask for, in the words of the product."""
        has = {
            Phrase("class"): self.promise_class,
            Phrase("owner"): self.owner,
            Phrase("So What chain"): self.so_what,
        }
        return [Phrase("{code} has no {what}", code=self.code, what=what) for what, value in has.items() if not value]


def codes(promises: tuple[Promise, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The codes of the promises and of their limits."""
    return (
        frozenset(promise.code for promise in promises),
        frozenset(limit.code for promise in promises for limit in promise.limits),
    )
