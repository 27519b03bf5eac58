"""What is wrong with a row that no command can be made of, in words for those who mend the file."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from charter.importing.refusals import NotInEncoding, RowUnreadable
from charter.message import Refused


def unreadable(error: ValidationError, encoding: str = "text") -> Refused:
    """The one refusal that says everything that pydantic found."""
    faults = error.errors(include_url=False)
    for fault in faults:
        if fault["type"] == "string_unicode":
            return NotInEncoding(field=_field(fault), encoding=encoding)
    return RowUnreadable(faults="; ".join(dict.fromkeys(map(_said, faults))))


def _said(fault: ErrorDetails) -> str:
    field, kind = _field(fault), fault["type"]
    match kind:
        case "missing":
            return f"{field} is missing"
        case "string_too_short":
            return f"{field} is empty"
        case "string_too_long":
            return f"{field} has {len(fault['input']):,} characters, {fault['ctx']['max_length']:,} are possible"
        case "string_pattern_mismatch":
            return f"{field} holds a line break or a control character that cannot be there"
        case _:
            return f"{field}: {fault['msg']}"


def _field(fault: ErrorDetails) -> str:
    """The field, without the place in a list or the kind of an alternative."""
    return str(fault["loc"][0]) if fault["loc"] else "the row"
