"""Writes the documents that are made from the code, or with --check says which of them are out of date.

Made here: events.md, refusals.md and ledger-format.md, what the commands in README.md print, and the catalogue of the
texts on the pages.
"""

import argparse
import inspect
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from sqlalchemy import text

import charter
import projections
import terminal
from charter import body, catalogue, leaf, schema, tree
from charter.evidence import pack
from charter.message import Message, NotAllowed, NotFound, Personal, Refused
from charter.privacy import box, envelope
from charter.store.database import open_database
from docs import texts
from docs.console import with_output

HERE = Path(__file__).parent

EVENTS = """\
# What can have happened

Every entry of a ledger is one of these events, stored for ever under the name given here. Fields marked *personal* may
speak of a person. An empty cell under *default* means that the field is always there; a field at its default is left
out of the stored body."""

APPENDING = """\
Appending is one transaction: lock the row of `head`, stamp, hash and insert the entries, move `head`. So positions
count without gaps in the order of commits."""


ANSWERED = """\
An order may come with a key that its sender made up. Then a row of `answered` is inserted in the same transaction as
its entries: whoever sends the same order again gets the answer of then, and nothing is written twice. `key` is the
SHA-256 of the person, LF and the key, in hex; a key that is an id (32 hex digits, also behind `desk `, a UUID or a
ULID) begins it with its own first twelve characters, so that keys made in order stay together in the index. `digest` is
HMAC-SHA-256 (RFC 2104) over the name of the command, LF and the fields it was given, as JSON, under the key; where a
command has fields for words of people, under 32 bytes followed by the key. Those are made of the master key by
HKDF-Expand (RFC 5869) with `charter-ledger/ask/v1`; without a master key no such words are written. Who has not both
can't try out words on it, also those of somebody who was erased. What wrote nothing, since it was refused or was there
already, leaves no row: sent again, it is decided again. Rows are deleted after 72 hours; they are no part of the
history, and no proof covers them."""


def events() -> str:
    """The catalogue of events: every stored name, what it means, its fields."""
    lines = [EVENTS]
    for aggregate in catalogue.AGGREGATES:
        lines += ["", f"## Of a {aggregate.name}: entries of `{aggregate.name}/…`"]
        for event in aggregate.events:
            lines += ["", f"### `{event.name}`", "", inspect.cleandoc(event.__doc__ or ""), *_fields(event)]
    lines += ["", "## Values inside events"]
    for part in _parts():
        lines += ["", f"### {part.__name__}", "", inspect.cleandoc(part.__doc__ or ""), *_fields(part)]
    return "\n".join(lines) + "\n"


def _fields(model: type[Message]) -> list[str]:
    if not model.model_fields:
        return []
    rows = [f"| `{name}` | {_type(field)} | {_default(field)} |" for name, field in model.model_fields.items()]
    return ["", "| field | value | default |", "|---|---|---|", *rows]


def _type(field: FieldInfo) -> str:
    personal = any(isinstance(mark, Personal) for mark in _marks(field.annotation, field.metadata))
    return _words(field.annotation) + (", *personal*" if personal else "")


def _marks(annotation: Any, metadata: list[Any]) -> Iterator[Any]:
    yield from metadata
    for inner in get_args(annotation):
        yield from _marks(inner, list(getattr(inner, "__metadata__", ())))


def _words(annotation: Any) -> str:
    """A type in words: values of a list, or what is meant by a name."""
    if hasattr(annotation, "__metadata__"):
        return _words(get_args(annotation)[0])
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return " or ".join(_words(inner) for inner in get_args(annotation) if inner is not NoneType)
    if origin is tuple:
        return f"list of {_words(get_args(annotation)[0])}"
    values = getattr(annotation, "__members__", None)
    if values:
        return " · ".join(str(value) for value in values.values())
    names = {"str": "text", "int": "number", "bool": "true or false", "datetime": "time", "date": "day"}
    name = str(annotation.__name__)
    return names.get(name, name)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    return {None: "not stated", (): "none", False: "false"}.get(field.default, str(field.default))


def _parts() -> list[type[Message]]:
    from charter.charters.events import Deliberation
    from charter.charters.promise import Limit, Promise

    return [Promise, Limit, Deliberation]


def refusals() -> str:
    """Every refusal with its sentence and the exit code of the terminal."""
    lines = [
        "# When the answer is no",
        "",
        "The ledger refuses what its rules do not allow, and says what to do instead. Nothing is written when it does.",
        "The exit code is that of the command line; the API answers 404 for 3, 403 for 4 and 409 for 1.",
        "",
        "| refusal | exit | what it says |",
        "|---|---|---|",
    ]
    for refusal in sorted(_every(), key=lambda known: known.__name__):
        said = " ".join(inspect.cleandoc(refusal.__doc__ or "").split()).replace("|", "\\|")
        lines.append(f"| {refusal.__name__} | {_exit(refusal)} | {said} |")
    return "\n".join(lines) + "\n"


def _every() -> Iterator[type[Refused]]:
    for room in (charter, projections, terminal):
        for module in walk_packages(room.__path__, f"{room.__name__}."):
            if not module.name.startswith("charter.schema."):  # that is alembic's to run
                import_module(module.name)
    found = (known for known in Refused.every() if known not in (Refused, NotFound, NotAllowed))
    return (known for known in found if known.__module__.partition(".")[0] in ("charter", "projections", "terminal"))


def _exit(refusal: type[Refused]) -> int:
    return 3 if issubclass(refusal, NotFound) else 4 if issubclass(refusal, NotAllowed) else 1


def ledger_format() -> str:
    """The format of a ledger, for somebody without this software."""
    with tempfile.TemporaryDirectory() as folder:
        where = str(Path(folder, "ledger.db"))
        schema.create(where)
        engine = open_database(where)
        with engine.connect() as connection:
            statements = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' ORDER BY rowid")
            ).scalars()
            lines = [
                line.rstrip().replace("\t", "    ")
                for statement in statements
                for line in f"{statement};\n".split("\n")
            ]
            tables = "\n".join(lines).strip()
        engine.dispose()
    parts = [
        "# The format of a ledger",
        "A ledger can be checked without this software: with SQL, JSON and SHA-256. This page says how.",
        "## The tables",
        "In SQLite; PostgreSQL has the same columns (`bigint`, `text` in the C collation, `bytea`) and triggers.",
        f"```sql\n{tables}\n```",
        APPENDING,
        "## Orders with a key",
        ANSWERED,
        "## The body",
        _after_title(body.__doc__),
        "The events and their fields are listed in [events.md](events.md).",
        "## Words of people",
        _after_title(envelope.__doc__),
        "## A sealed value",
        _after_title(box.__doc__),
        "## The leaf record",
        _after_title(leaf.__doc__),
        "## The tree",
        _after_title(tree.__doc__),
        "## A pack of evidence",
        _after_title(pack.__doc__),
    ]
    return "\n\n".join(parts) + "\n"


def _after_title(docstring: str | None) -> str:
    paragraphs = inspect.cleandoc(docstring or "").split("\n\n", 1)
    return _fenced(paragraphs[-1] if len(paragraphs) > 1 else paragraphs[0])


def _fenced(words: str) -> str:
    """A docstring's literal blocks (after `::`) as Markdown's, its double backticks as single ones."""
    lines: list[str] = []
    inside = False
    for line in words.splitlines():
        if inside and line and not line.startswith("    "):
            while lines[-1] == "":
                lines.pop()
            lines += ["```", ""]
            inside = False
        if line.endswith("::") and not inside:
            lines += [line[:-1], "", "```"]
            inside = True
        elif not (inside and line == "" and lines[-1] == "```"):
            lines.append(line.removeprefix("    ") if inside else line.replace("``", "`"))
    return "\n".join([*lines, "```"] if inside else lines)


def documents() -> dict[Path, str]:
    """Every generated document with its path."""
    readme = HERE.parent / "README.md"
    return {
        readme: with_output(readme.read_text("utf-8")),
        HERE / "events.md": events(),
        HERE / "refusals.md": refusals(),
        HERE / "ledger-format.md": ledger_format(),
        texts.FILE: texts.texts(),
    }


def main() -> int:
    """Write the documents; with --check compare only, and return 1 if one is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a document is out of date")
    check = parser.parse_args().check
    stale = [path for path, content in documents().items() if not path.exists() or path.read_text("utf-8") != content]
    for path in stale:
        if check:
            print(f"{path.relative_to(HERE.parent)} is out of date. Run: python -m docs.generate", file=sys.stderr)
        else:
            path.write_text(documents()[path], "utf-8")
            print(f"wrote {path.relative_to(HERE.parent)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
