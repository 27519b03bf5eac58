"""What is wrong with something that was typed, in sentences: which field, and how it should read."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from charter import message


def sentences(error: ValidationError, names: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each thing that is wrong, naming what it was typed for."""
    for field, rest in wrongs(error):
        yield f"{names.get(field, field) or 'This'} {rest}"


def wrongs(error: ValidationError) -> Iterator[tuple[str, str]]:
    """The field (empty: all of it) and the rest of a sentence about it, for each thing that is wrong."""
    for detail in error.errors(include_url=False):
        yield str(detail["loc"][0]) if detail["loc"] else "", wrong(detail)


def _pattern(annotated: Any) -> str:
    return str(get_args(annotated)[1].pattern)


SHAPES = {
    message.NO_CONTROL: "holds a character that cannot be printed. Type it as plain text.",
    message.ONE_LINE: "has to fit on one line, without control characters.",
    _pattern(message.Slug): "is not a short name. Use small letters, digits and hyphens, for example skyline.",
    _pattern(message.PersonId): "is not an id. Use small letters, digits and . - _ @, for example j.smith.",
    _pattern(message.PromiseCode): "is not a code. Use capitals, digits and hyphens, for example REFUND-30.",
    _pattern(message.LimitCode): "is not the code of a limit, for example REFUND-30.2.",
    _pattern(message.Code): "is not the code of a promise or a limit, for example REFUND-30 or REFUND-30.2.",
    _pattern(message.CaseId): "is not the id of a decision: 32 digits and letters from a to f.",
}


def wrong(detail: ErrorDetails | Mapping[str, Any]) -> str:
    """The rest of a sentence about one thing that is wrong, as pydantic names it."""
    facts = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return "is missing."
        case "string_too_short":
            return "is empty. Write something, or leave it out."
        case "string_too_long":
            return f"is too long: {facts['max_length']:,} characters at most."
        case "string_pattern_mismatch":
            return SHAPES.get(facts["pattern"], f"does not read like {facts['pattern']}.")
        case "string_unicode":
            return "is not valid text (UTF-8)."
        case "greater_than_equal":
            return f"has to be {_bound(facts['ge'])} or {_further(facts['ge'])}."
        case "less_than_equal":
            return f"has to be {_bound(facts['le'])} or {_further(facts['le'], 'less', 'earlier')}."
        case _:
            return f"cannot be used: {detail['msg'][:1].lower()}{detail['msg'][1:]}."


def _bound(value: object) -> str:
    """A bound as it is read: 1,000, or a day."""
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _further(value: object, number: str = "more", other: str = "later") -> str:
    return number if isinstance(value, int | float) else other
