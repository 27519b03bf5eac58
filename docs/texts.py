"""The catalogue of all texts on the pages, from which another language is translated."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from charter.catalogue import OF_COMMAND
from web.forms import label

ROOM = Path(__file__).parent.parent / "web"
FILE = ROOM / "translations" / "messages.pot"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
HEADER = """\
# All texts of the pages, in English. For another language, translate the file that this makes, then compile it:
#   pybabel init -i web/translations/messages.pot -d web/translations -l LANGUAGE
#   pybabel compile -d web/translations
# CHARTER_LANGUAGE chooses it."""
TYPE = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def texts() -> str:
    """The catalogue, without line numbers and dates, so that it changes only when a text does."""
    catalogue = Catalog(project="charter-ledger", header_comment=HEADER, fuzzy=False)
    options = {"**.html": {"extensions": "jinja2.ext.i18n", "trim_blocks": "true", "newstyle_gettext": "true"}}
    found = extract_from_dir(str(ROOM), METHODS, options)
    for file, _line, message, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
        catalogue.add(message, None, [(f"web/{file}", 0)], auto_comments=comments, context=context)
    for command in OF_COMMAND:
        for name, field in command.model_fields.items():
            for text in filter(None, (label(name), field.description)):
                catalogue.add(text, None, [(f"{command.__module__.replace('.', '/')}.py", 0)])
    written = BytesIO()
    write_po(written, catalogue, width=120, omit_header=True, include_lineno=False)
    return f"{HEADER}\n{TYPE}{written.getvalue().decode()}"
