"""The fields a mapping can fill, and all that can be said about where one comes from."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from charter.decisions.commands import OpenOutcome
from charter.terms import Answer, Audience, Effect, Fit, Ground, Kind, Outcome, PromiseClass, Serves


class Strict(BaseModel):
    """A table of a mapping file: every key is known, every value of its type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Words = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Column(Strict):
    """Where a field comes from: columns or a constant, then what is done to the text, in the order of these keys."""

    column: Words = Field([], description="The column; or several, of which the first filled one counts.")
    join: str | None = Field(None, description="Take all filled columns, with this between them.")
    constant: str | None = Field(None, description="The same for all rows.")
    when: dict[str, Words] = Field({}, description="Only where these columns hold one of these words, else nothing.")
    none: Words = Field([], description="Words that say that nothing is known.")
    values: dict[str, str] = Field({}, description='Their word = ours, in any case of letters; "" leaves it out.')
    otherwise: str | None = Field(None, description='For words that are not in values; "" leaves them out.')
    default: str | None = Field(None, description="Where nothing is known.")

    @model_validator(mode="after")
    def _says_where_from(self) -> "Column":
        if bool(self.column) is (self.constant is not None):
            msg = "needs either a column or a constant"
            raise ValueError(msg)
        return self


class WordColumn(Column):
    """A field that takes only some words of ours; a word of theirs that is not in `values` refuses the row."""


class TimeColumn(Column):
    """A field that is a time or a day."""

    otherwise: Literal[""] | None = Field(
        None, description='"" leaves out what cannot be read; else the row is refused.'
    )
    formats: Words = Field([], description="As in Python's strptime, tried in this order; left out: ISO 8601.")


class TextsColumn(Column):
    """A field with several texts in one cell, each on its own line or with a separator between them."""

    split: str = Field("|", description="The characters at which the cell is split.")


class CodesColumn(Column):
    """A field with several codes of promises in one cell; `values` and `none` are for each of them."""

    split: str = Field(";|", description="The characters at which the cell is split.")
    limits: bool = Field(False, description="Whether an ending such as .2 names a limit.")


Short = BeforeValidator(lambda value: {"column": value} if isinstance(value, str | list) else value)


def _one_of(*words: type[StrEnum]) -> AfterValidator:
    """Only our own words may come out of a column; who writes them already needs no translation."""
    known = [word.value for kind in words for word in kind]

    def check(column: WordColumn) -> WordColumn:
        ours = [*column.values.values(), column.otherwise, column.default, column.constant]
        for word in filter(None, ours):
            if word not in known:
                msg = f"{word!r} is none of {', '.join(known)}{nearest(word, known)}"
                raise ValueError(msg)
        return column.model_copy(update={"values": {**dict(zip(known, known, strict=True)), **column.values}})

    return AfterValidator(check)


Plain = Annotated[Column, Short]
Time = Annotated[TimeColumn, Short]
Word = Annotated[WordColumn, Short]
Texts = Annotated[TextsColumn, Short]
Codes = Annotated[CodesColumn, Short]


class CaseColumns(Strict):
    """Where the fields of a decision come from."""

    row: Plain = Field(description="The id of the case in its source.")
    source: Plain = Field(description="The source; with the row's id it makes the id of the decision.")
    charter: Plain | None = Field(None, description="The charter it was decided under.")
    label: Plain | None = Field(None, description="The version of the charter it names.")
    request: Plain = Field(description="What the customer asked.")
    customer: Plain | None = Field(None, description="Who asked.")
    touchpoint: Plain | None = Field(None, description="Where it reached the company.")
    kind: Annotated[Word, _one_of(Kind)] | None = Field(None, description="support or service.")
    fit: Annotated[Word, _one_of(Fit)] | None = Field(None, description="How well the customer fits.")
    ticket: Plain | None = Field(None, description="The ticket it came from.")
    received_at: Time | None = Field(None, description="When it was asked.")
    outcome: Annotated[Word, _one_of(Answer, OpenOutcome)] = Field(description="The answer, or how far the case came.")
    decided_at: Time | None = Field(None, description="When it was answered.")
    rep: Plain | None = Field(None, description="Who answered.")
    ground: Annotated[Word, _one_of(Ground)] | None = Field(None, description="Why a no is a no.")
    effect: Annotated[Word, _one_of(Effect)] | None = Field(None, description="What a yes did to the promise.")
    cite: Codes | None = Field(None, description="The promises or limits it stands on.")
    reason: Plain | None = Field(None, description="The reason in words, also of a case without an answer.")
    told: Plain | None = Field(None, description="What the customer was told.")


class CharterColumns(Strict):
    """Where the fields of a charter come from; a row is one promise of one version."""

    charter: Plain = Field(description="The charter's id; its short name is made of it.")
    brand: Plain | None = Field(None, description="The brand, for a charter that is not open yet; left out: its id.")
    style: Plain | None = Field(None, description="How it feels to be served there, for a charter not open yet.")
    label: Plain = Field(description="What the source calls the version.")
    effective_from: Time | None = Field(None, description="The day it took effect; a month or a year: its first day.")
    effective_until: Time | None = Field(None, description="Its last day; a month or a year: its last day.")
    source: Plain = Field(description="Where the version was taken from.")
    code: Plain = Field(description="What decisions cite.")
    supersedes: Plain | None = Field(None, description="The row of an earlier version it replaces, CODE@VERSION.")
    title: Plain | None = Field(None, description="The promise in a few words; left out: what the code was made of.")
    statement: Plain = Field(description="The promise in one sentence.")
    audience: Annotated[Word, _one_of(Audience)] | None = Field(None, description="For whom; left out: the client.")
    promise_class: Annotated[Word, _one_of(PromiseClass)] | None = Field(None, description="Its class.")
    measure: Plain | None = Field(None, description="How it is measured.")
    target: Plain | None = Field(None, description="The value it has to reach.")
    unit: Plain | None = Field(None, description="The unit of the target.")
    limits: Texts | None = Field(None, description="What it does not cover.")
    serves: Annotated[Word, _one_of(Serves)] | None = Field(None, description="Whom its limits serve.")
    owner: Plain | None = Field(None, description="The role that answers for it.")
    remedy: Plain | None = Field(None, description="What is done when it is broken.")
    review_on: Time | None = Field(None, description="The day it is looked at again.")
    feels: Plain | None = Field(None, description="What the customer feels when it is kept.")
    does: Plain | None = Field(None, description="What the customer then does.")
    outcome: Annotated[Word, _one_of(Outcome)] | None = Field(None, description="What the company lives on.")


def nearest(word: str, known: Iterable[str]) -> str:
    """ "; did you mean …?" where something known is written much like it, else nothing."""
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
