"""A mapping file: which column of somebody's CSV file means what, in TOML that a person can read and write.

    kind = "decisions"                            # or "charter"
    none = ["not recorded"]                       # cells that say that nothing is known, besides empty ones
    zone = "Europe/Berlin"                        # for times without a zone; left out: the charter's own

    [rows]                                        # only these rows; left out: all
    status = ["closed", "reopened"]

    [columns]                                     # our field = their column
    row = "Case No."
    customer = ["account", "email"]               # the first that is filled

    [columns.outcome]                             # or all that can be said about a field, see `Column`
    column = "result"
    values = { Genehmigt = "yes", Abgelehnt = "no" }

Every key is checked when the file is read; a mistyped one is answered with the nearest that exists.
"""

import tomllib
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, Field, ValidationError

from charter.given import known_zone
from charter.importing.columns import CaseColumns, CharterColumns, Column, Strict, Words, nearest
from charter.importing.refusals import MappingWrong, UnknownMapping

SUPPLIED = resources.files("charter.importing.mappings")


def _zone(name: str) -> str:
    if not known_zone(name):
        msg = f"{name} is not a time zone such as Europe/Berlin"
        raise ValueError(msg)
    return name


def _encoding(name: str) -> str:
    try:
        b"a".decode(name)
    except LookupError:
        msg = f"{name} is not an encoding such as cp1252"
        raise ValueError(msg) from None
    except UnicodeError:  # one byte is not a letter in it, but it is known
        pass
    return name


class FileMapping(Strict):
    """What both kinds of mapping say about the file."""

    encoding: Annotated[str, AfterValidator(_encoding)] | None = Field(
        None, description="The file's encoding; left out: found out."
    )
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = Field(
        None, description="Left out: found out."
    )
    zone: Annotated[str, AfterValidator(_zone)] | None = Field(None, description="The zone of times without one.")
    none: Words = Field([], description="Words that say in any column that nothing is known.")
    rows: dict[str, Words] = Field({}, description="Only rows where these columns hold one of these words.")


class CaseMapping(FileMapping):
    """A mapping for a file of decisions."""

    kind: Literal["decisions"]
    columns: CaseColumns


class CharterMapping(FileMapping):
    """A mapping for a file of charters."""

    kind: Literal["charter"]
    columns: CharterColumns


M = TypeVar("M", CaseMapping, CharterMapping)


def named(mapping: CaseMapping | CharterMapping) -> Iterator[tuple[str, Column]]:
    """The fields that a mapping fills, each with where it comes from."""
    for field in type(mapping.columns).model_fields:
        if (column := getattr(mapping.columns, field)) is not None:
            yield field, column


def case_mapping(where: str | Path) -> CaseMapping:
    """A mapping for decisions, from a path or by the name of one that comes with the product.

    Raises UnknownMapping, MappingWrong.
    """
    return _load(CaseMapping, where)


def charter_mapping(where: str | Path) -> CharterMapping:
    """A mapping for charters, in the same way."""
    return _load(CharterMapping, where)


def supplied() -> list[str]:
    """The names of the mappings that come with the product."""
    return sorted(each.name.removesuffix(".toml") for each in SUPPLIED.iterdir() if each.name.endswith(".toml"))


def _load(model: type[M], where: str | Path) -> M:
    name = str(where)
    try:
        text = (SUPPLIED / f"{name}.toml" if name in supplied() else Path(where)).read_text("utf-8")
    except OSError:
        raise UnknownMapping(name=name, known=", ".join(supplied())) from None
    except UnicodeDecodeError:
        raise MappingWrong(mapping=name, faults="- It is not text in UTF-8.") from None
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingWrong(mapping=name, faults=f"- It is not TOML: {error}.") from None
    except ValidationError as error:
        faults = "\n".join(f"- {fault}" for fault in _faults(model, error))
        raise MappingWrong(mapping=name, faults=faults) from None


def _faults(model: type[Strict], error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        parts = [str(part) for part in fault["loc"]]
        key, last = ".".join(parts), parts[-1] if parts else ""
        if fault["type"] == "extra_forbidden":
            yield f"{key} is not a key here{nearest(last, _keys(model, parts[:-1]))}"
        elif fault["type"] == "missing":
            yield f"{key} is missing"
        elif fault["type"] == "model_type":
            yield f"{key} is neither the name of a column, nor a list of names, nor a table of keys"
        else:
            yield f"{key}: {fault['msg'].removeprefix('Value error, ')}"


def _keys(model: type[Strict], parts: list[str]) -> Iterable[str]:
    """The keys of the table at a path in the file."""
    for part in parts:
        model = next(_tables(model.model_fields[part].annotation))
    return model.model_fields


def _tables(annotation: Any) -> Iterator[type[Strict]]:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        yield annotation
    for alternative in get_args(annotation):
        yield from _tables(alternative)
