"""Forms made from the models themselves: a field's name, description and limits are defined once, where the rule is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextvars import ContextVar
from datetime import date
from enum import StrEnum
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from fastapi import Depends, Request
from pydantic import AwareDatetime, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from charter.decisions.state import Stage
from charter.malformed import wrongs
from charter.message import Refused
from charter.phrase import Phrase
from projections.wording import words
from web import refusals
from web.words import _, in_words

M = TypeVar("M", bound=BaseModel)
Kind = Literal["line", "text", "choice", "flag", "number", "day", "moment", "hidden"]
LONG = 1_000
"""From so many characters on, a text gets a field of several lines."""
CSRF, WHOSE = "csrf", "whose"
"""The fields of every form that are not typed: what proves that it is of a page of ours, and whose page that was."""
SHOWN_AGAIN: ContextVar[bool] = ContextVar("shown_again", default=False)
"""Whether what is read was kept while its person signed in again: then it is shown to them, and nothing is done."""
LISTS = (tuple, list)


class Field(NamedTuple):
    """One field of a form, with what was typed into it and what is wrong with that."""

    name: str
    label: str
    help: str
    kind: Kind
    required: bool
    many: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    longest: int | None = None
    value: str = ""
    wrong: str = ""
    always: bool = False
    """Whether something is chosen in any case, since what is left out has a value of its own."""
    unset: str = ""
    """What is meant where it is left empty, of a field that finds or narrows: any, all charters."""


class Form(NamedTuple):
    """A form as it is shown: its fields in their order, and what stands above them when it was refused."""

    fields: tuple[Field, ...]
    refused: str = ""

    def __getitem__(self, name: Any) -> Any:
        """A field by its name; raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    @property
    def wrong(self) -> tuple[Field, ...]:
        """The fields with something wrong."""
        return tuple(field for field in self.fields if field.wrong)


class SignedInAgain(Refused):
    """You were signed out before this was sent, so nothing was done. You are signed in again: look it over, and send
    it."""


class PressedTooLate(SignedInAgain):
    """You were signed out before you pressed this, so nothing was done. You are signed in again: open the page it is
    on, and press it once more."""


class Malformed(Exception):
    """What was typed cannot be used: a sentence for each field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        super().__init__(", ".join(fields))


Typed = Mapping[str, Sequence[str]]
"""What was typed into a form: all values of each field, without the blanks around them."""


async def typed(request: Request) -> Typed:
    """What a form brought, apart from what protects it. Raises Malformed for NUL, which no text has."""
    data = await request.form()
    found: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        if name not in (CSRF, WHOSE) and isinstance(value, str):
            if "\0" in value:
                raise Malformed({name: _("{name} has a character that stands in no text.").format(name=label(name))})
            found.setdefault(name, []).append(value.strip().replace("\r\n", "\n"))
    return found


Filled = Annotated[Typed, Depends(typed)]


def takes_words(request: Request) -> bool:
    """Whether what is typed into a form is read at the address of a request."""
    return any(part.call is typed for part in request.scope["route"].dependant.dependencies)


def read(model: type[M], given: Typed, **fixed: Any) -> M:
    """A model from what was typed; an empty field is left out, of a list each line is one.

    Raises Malformed, and SignedInAgain for a form that is only shown again.
    """
    if SHOWN_AGAIN.get():
        raise SignedInAgain
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        texts = [text for text in given.get(name, ()) if text]
        if not texts:
            continue
        values[name] = _split(texts) if is_many(field) else texts[-1]
    try:
        return model(**(values | fixed))
    except ValidationError as error:
        raise Malformed({name: about(label(name), wrong) for name, wrong in wrongs(error)}) from None


def form(
    model: type[BaseModel],
    given: Typed | None = None,
    wrong: Malformed | Refused | None = None,
    *,
    only: Sequence[str] = (),
    leave_out: Collection[str] = (),
    labels: Mapping[str, str] = MappingProxyType({}),
) -> Form:
    """The form of a model: all its fields or `only` some, in that order, with what was typed and what is wrong."""
    names = only or [name for name in model.model_fields if name not in leave_out]
    errors = wrong.fields if isinstance(wrong, Malformed) else {}
    fields = [
        field(name, model.model_fields[name], labels.get(name), given or {}, errors.get(name, "")) for name in names
    ]
    others = [sentence for name, sentence in errors.items() if name not in names]
    above = refusals.worded(wrong) if isinstance(wrong, Refused) else " ".join(others)
    return Form(tuple(fields), above)


def field(name: str, info: FieldInfo, said: str | None, given: Typed, wrong: str) -> Field:
    """One field, from how the model describes it."""
    kind, choices = _kind(info)
    longest = _longest(info)
    many = is_many(info)
    if kind == "line" and (many or (longest or 0) >= LONG):
        kind = "text"
    default = info.default if isinstance(info.default, StrEnum | int | str) and not info.is_required() else ""
    value = "\n".join(given[name]) if name in given else str(default or "")
    return Field(
        name,
        _(said) if said else label(name),
        _(info.description) if info.description else "",
        kind,
        info.is_required(),
        many,
        choices,
        None if many else longest,
        value,
        wrong,
        kind == "choice" and bool(default),
    )


def label(name: str) -> str:
    """What a field is called on a page: effective_from is Effective from."""
    return _(name.removeprefix("promise_").replace("_", " ").capitalize()) if name else _("This")


def about(name: str, wrong: Phrase) -> str:
    """A sentence about what is wrong with a field, by its name."""
    return _("{field} {wrong}").format(field=name, wrong=in_words(wrong))


def is_many(info: FieldInfo) -> bool:
    """Whether a field takes several values, typed one a line."""
    return get_origin(_bare(info)) in LISTS


def _split(texts: Sequence[str]) -> list[str]:
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def _bare(info: FieldInfo) -> Any:
    """The type of a field without None."""
    annotation = info.annotation
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        annotation = kinds[0]
    return annotation


def _longest(info: FieldInfo) -> int | None:
    return next((part.max_length for part in _constraints(info) if getattr(part, "max_length", None)), None)


def _constraints(info: FieldInfo) -> list[Any]:
    found = list(info.metadata)
    kind = info.annotation
    for part in get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,):
        found += getattr(part, "__metadata__", ())
    return found


def _kind(info: FieldInfo) -> tuple[Kind, tuple[tuple[str, str], ...]]:
    """How a field is typed, and what can be chosen."""
    bare = _bare(info)
    if get_origin(bare) in LISTS:
        bare = get_args(bare)[0]
    while get_args(bare):  # Annotated[str, …] and the like
        bare = get_args(bare)[0]
    if bare is AwareDatetime:
        return "moment", ()
    if isinstance(bare, type):
        if issubclass(bare, StrEnum):
            return "choice", tuple((choice.value, words(choice)) for choice in bare if choice is not Stage.UNKNOWN)
        for known, kind in ((bool, "flag"), (date, "day"), (int, "number")):
            if issubclass(bare, known):
                return kind, ()  # type: ignore[return-value]  # one of Kind, as the list has it
    return "line", ()
