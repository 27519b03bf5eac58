"""What is wrong with something that was typed, in sentences: which field, and how it should read."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from charter import message
from charter.phrase import Phrase


def sentences(error: ValidationError, names: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each thing that is wrong, naming what it was typed for."""
    for field, rest in wrongs(error):
        yield f"{names.get(field, field) or 'This'} {rest}"


def wrongs(error: ValidationError) -> Iterator[tuple[str, Phrase]]:
    """The field (empty: all of it) and the rest of a sentence about it, for each thing that is wrong."""
    for detail in error.errors(include_url=False):
        yield str(detail["loc"][0]) if detail["loc"] else "", wrong(detail)


def _pattern(annotated: Any) -> str:
    return str(get_args(annotated)[1].pattern)


SHAPES = {
    message.NO_CONTROL: Phrase("holds a character that cannot be printed. Type it as plain text."),
    message.ONE_LINE: Phrase("has to fit on one line, without control characters."),
    _pattern(message.Slug): Phrase("has to be small letters, digits and hyphens, like skyline."),
    _pattern(message.PersonId): Phrase("has to be small letters, digits and . - _ @, like j.smith."),
    _pattern(message.PromiseCode): Phrase("has to be capitals, digits and hyphens, like REFUND-30."),
    _pattern(message.LimitCode): Phrase("has to be the code of a limit, like REFUND-30.2."),
    _pattern(message.Code): Phrase("has to be the code of a promise or a limit, like REFUND-30 or REFUND-30.2."),
    _pattern(message.CaseId): Phrase("has to be the id of a decision: 32 digits and letters from a to f."),
}


def wrong(detail: ErrorDetails | Mapping[str, Any]) -> Phrase:
    """The rest of a sentence about one thing that is wrong, as pydantic names it."""
    facts = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return Phrase("is missing.")
        case "string_too_short":
            return Phrase("is empty. Write something, or leave it out.")
        case "string_too_long":
            return Phrase("is too long: {most} characters at most.", most=f"{facts['max_length']:,}")
        case "string_pattern_mismatch":
            pattern = facts["pattern"]
            return SHAPES.get(pattern) or Phrase("does not read like {pattern}.", pattern=pattern)
        case "string_unicode":
            return Phrase("is not valid text (UTF-8).")
        case "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact" | "date_type":
            return Phrase("has to be a day, written like 2026-03-01.")
        case "int_parsing" | "int_type" | "int_from_float":
            return Phrase("is not a whole number.")
        case "greater_than_equal":
            return _at_least(facts["ge"])
        case "less_than_equal":
            return _at_most(facts["le"])
        case _:
            return Phrase("cannot be used: {why}.", why=f"{detail['msg'][:1].lower()}{detail['msg'][1:]}")


def _at_least(bound: object) -> Phrase:
    if isinstance(bound, int | float):
        return Phrase("has to be {bound} or more.", bound=f"{bound:,}")
    return Phrase("has to be {bound} or later.", bound=bound)


def _at_most(bound: object) -> Phrase:
    if isinstance(bound, int | float):
        return Phrase("has to be {bound} or less.", bound=f"{bound:,}")
    return Phrase("has to be {bound} or earlier.", bound=bound)
