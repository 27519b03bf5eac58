"""The catalogue of all texts that people read on pages and on paper, from which another language is translated."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from io import BytesIO
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.pofile import write_po
from jinja2 import nodes
from jinja2.ext import babel_extract
from pydantic import BaseModel

import charter
import projections
import web
from charter.catalogue import AGGREGATES, OF_COMMAND
from charter.message import Refused
from projections import catalogue as views
from projections.decision_trail import LABELS
from projections.wording import words
from web import refusals
from web.forms import label
from web.templating import templates

HERE = Path(__file__).parent.parent
FILE = HERE / "web" / "translations" / "messages.pot"
KEYWORDS: dict[str, Any] = DEFAULT_KEYWORDS | {"Phrase": None, "say": None, "later": None, "plural": (1, 2)}
"""What makes a text of ours, in the code: `counted` does too, and the filter `many` in the templates."""
METHODS = [("evidence/verify.py", "ignore"), ("**.py", "docs.texts:in_python"), ("**.html", "docs.texts:in_template")]
HEADER = """\
# All texts of the pages, in English. For another language, translate the file that this makes, then compile it:
#   pybabel init -i web/translations/messages.pot -d web/translations -l LANGUAGE
#   pybabel compile -d web/translations
# CHARTER_LANGUAGE chooses it. See docs/admin.md."""
TYPE = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'

Message = tuple[Any, ...]
"""A line, the function or filter a text is given to, the text or texts, and comments, as babel has it."""


def texts() -> str:
    """The catalogue, without line numbers and dates, so that it changes only when a text does."""
    catalogue = Catalog(project="charter-ledger", header_comment=HEADER, fuzzy=False)
    for room in ("web", "projections", "charter"):
        found = extract_from_dir(str(HERE / room), METHODS, None, KEYWORDS)
        for file, _line, message, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
            catalogue.add(message, None, [(f"{room}/{file}", 0)], auto_comments=comments, context=context)
    for place, text in _elsewhere():
        catalogue.add(text, None, [(f"{place.replace('.', '/')}.py", 0)])
    written = BytesIO()
    write_po(written, catalogue, width=120, omit_header=True, include_lineno=False)
    return f"{HEADER}\n{TYPE}{written.getvalue().decode()}"


def in_python(file: Any, keywords: Any, comments: Any, options: Any) -> Iterator[Message]:
    """The texts in a module."""
    for line, function, message, said in extract_python(file, dict.fromkeys((*keywords, "counted")), comments, options):
        if function != "counted":
            if message:
                yield line, function, message, said
        elif isinstance(message, tuple) and (units := [unit for unit in message if isinstance(unit, str)]):
            yield line, "ngettext", _numbered(*units), said


def in_template(file: Any, keywords: Any, comments: Any, options: dict[str, Any]) -> Iterator[Message]:
    """The texts in a template."""
    options = {"extensions": "jinja2.ext.i18n", "trim_blocks": "true", "newstyle_gettext": "true"}
    yield from babel_extract(file, keywords, comments, options)
    file.seek(0)
    for found in templates().parse(file.read().decode()).find_all(nodes.Filter):
        if found.name == "many":
            units = [unit.value for unit in found.args if isinstance(unit, nodes.Const)]
            yield found.lineno, "ngettext", _numbered(*units), []


def _numbered(one: str, many: str | None = None) -> tuple[str, str]:
    """The texts of a number of things, as `projections.wording.counted` makes them."""
    return f"{{number}} {one}", f"{{number}} {many or one + 's'}"


def _elsewhere() -> Iterator[tuple[str, str]]:
    """Texts that are no text of their own in the code, each with its module: names, descriptions and docstrings."""
    for model in (*OF_COMMAND, *(each for each in _every(BaseModel) if not each.__module__.startswith("charter."))):
        for name, field in model.model_fields.items():
            yield from ((model.__module__, text) for text in (label(name), field.description) if text)
    for event in (event for aggregate in AGGREGATES for event in aggregate.events):
        yield from ((event.__module__, name.replace("_", " ")) for name in event.model_fields if name not in LABELS)
    for kind in _every(Refused):
        yield from ((kind.__module__, text) for text in (refusals.spaced(kind.__name__), refusals.template(kind)))
    yield from (("web.refusals", text) for text in refusals.FACTS.values())
    yield from (("projections.catalogue", view.name.replace("_", " ")) for view in views.ALL)
    for fixed in _every(StrEnum):
        yield from ((fixed.__module__, words(value)) for value in fixed)


def _every(kind: type[Any]) -> list[type[Any]]:
    """The classes of a kind that people may read of on pages, in the order of their names."""
    for room in (charter, projections, web):
        for module in walk_packages(room.__path__, f"{room.__name__}."):
            if not module.name.startswith("charter.schema."):  # that is alembic's to run
                import_module(module.name)
    found, waiting = set(), [kind]
    while waiting:
        narrower = waiting.pop().__subclasses__()
        waiting += narrower
        found |= {each for each in narrower if each.__module__.split(".")[0] in ("charter", "projections", "web")}
    return sorted(found, key=lambda each: (each.__module__, each.__name__))
