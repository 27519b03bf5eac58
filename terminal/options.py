"""Options made from the models themselves: a field's name, description and type are defined once, where the rule is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import click
from pydantic import AwareDatetime, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from charter.charters.commands import LimitWording
from charter.decisions.state import Stage
from charter.malformed import sentences
from terminal.command import Word
from terminal.values import CODE, DAY, LIMIT, MOMENT, NAME, OneOf

M = TypeVar("M", bound=BaseModel)

SPOKEN = {"full_name": "name", "promise_class": "class"}
SHORT = {"cite": "-c", "ground": "-g", "effect": "-e", "reason": "-r"}
CODES = ("code", "codes", "cite", "promise", "limit")
NAMES = ("charter", "person", "by")  # not rep: in history it may be any name


def spoken(name: str, field: FieldInfo) -> str:
    """What a field is called on the command line; of many limits, each is typed as --limit."""
    word = SPOKEN.get(name, name)
    if _is_many(field) and name != "dissent":
        word = word.removesuffix("s")
    return word.replace("_", "-")


def parameters(
    model: type[BaseModel],
    *,
    arguments: Sequence[str] = (),
    leave_out: Collection[str] = (),
    optional: Collection[str] = (),
    spoken_as: Mapping[str, str] = MappingProxyType({}),
) -> list[click.Parameter]:
    """The arguments and options that a model is filled from.

    `optional` ones may be left out although the model asks; `spoken_as` gives other names, where one is taken.
    """
    fields = {name: field for name, field in model.model_fields.items() if name not in leave_out}
    words: list[click.Parameter] = [_argument(name, fields[name]) for name in arguments]
    options = {name: field for name, field in fields.items() if name not in arguments}
    return words + [
        _option(name, field, spoken_as.get(name), required=field.is_required() and name not in optional)
        for name, field in options.items()
    ]


def build(model: type[M], given: Mapping[str, Any]) -> M:
    """A model from what was typed; what was left out keeps its default. Raises UsageError that names the options."""
    values = {name: value for name, value in given.items() if value not in (None, ())}
    try:
        return model(**values)
    except ValidationError as error:
        names = {name: f"--{spoken(name, field)}" for name, field in model.model_fields.items()}
        for param in click.get_current_context().command.params:
            if isinstance(param, click.Argument) and param.name:
                names[param.name] = param.make_metavar(click.get_current_context())
        raise click.UsageError("\n".join(sentences(error, names))) from None


def _argument(name: str, field: FieldInfo) -> Word:
    kind, _ = _kind(name, field)
    return Word(name, field.description or "", type=kind, metavar=name.upper())


def _option(name: str, field: FieldInfo, word: str | None, *, required: bool) -> click.Option:
    kind, is_flag = _kind(name, field)
    declared = [f"--{word or spoken(name, field)}", name]
    if name in SHORT:
        declared.insert(0, SHORT[name])
    many = _is_many(field)
    words = field.description or ""
    if many:
        words += " Can be repeated."
    if isinstance(kind, OneOf) and not all(choice in words for choice in kind.choices):
        words += f" One of: {', '.join(kind.choices)}."
    if field.default not in (None, False, "") and not many and not field.is_required():
        words += f" Else: {field.default}."
    return click.Option(
        declared,
        type=None if is_flag else kind,
        is_flag=is_flag,
        default=None,
        required=required,
        multiple=many,
        help=words,
        metavar=_metavar(kind, name),
    )


def _metavar(kind: Any, name: str) -> str | None:
    if kind is click.BOOL:
        return None
    if isinstance(kind, OneOf):
        return name.removeprefix("promise_").upper()
    if kind is LIMIT:
        return '"SERVES: TEXT"'
    if name in ("rep", "by", "charter"):
        return "CHARTER" if name == "charter" else "PERSON"
    if kind in (CODE, NAME, DAY, MOMENT):
        return str(kind.name).upper()
    return "N" if kind is click.INT else "TEXT"


def _bare(field: FieldInfo) -> Any:
    """The type of a field without None."""
    annotation = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        [annotation] = [kind for kind in get_args(annotation) if kind is not NoneType]
    return annotation


def _is_many(field: FieldInfo) -> bool:
    return get_origin(_bare(field)) is tuple


def _kind(name: str, field: FieldInfo) -> tuple[Any, bool]:
    """How a field is typed, and whether its name alone says yes."""
    bare = _bare(field)
    if get_origin(bare) is tuple:
        bare = get_args(bare)[0]
    while get_args(bare):  # Annotated[str, …] and the like
        bare = get_args(bare)[0]
    if bare in (LimitWording, AwareDatetime):
        return (LIMIT if bare is LimitWording else MOMENT), False
    if isinstance(bare, type):
        if issubclass(bare, StrEnum):
            return OneOf([choice for choice in bare if choice is not Stage.UNKNOWN]), False
        for known, kind in ((bool, click.BOOL), (date, DAY), (int, click.INT)):
            if issubclass(bare, known):
                return kind, known is bool
    if name in CODES:
        return CODE, False
    return (NAME if name in NAMES else click.STRING), False
