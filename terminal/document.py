"""The charter as a document, in plain text: what a customer reads, in the order the company gave it."""

from __future__ import annotations

from charter.charters.promise import Promise
from projections.charter_in_force import CharterView
from terminal.text import faint, one_line, paragraph, strong
from web.documents.charter import facts, since

LABEL = 20


def text(view: CharterView) -> list[str]:
    """The document as lines of text."""
    lines = [strong(one_line(view.brand).upper()), *paragraph(view.style), ""]
    for sentence in since(view):
        lines += paragraph(sentence)
    for number, promise in enumerate(view.promises, start=1):
        lines += ["", "", f"{number:>2}  {strong(one_line(promise.title))}  {faint(promise.code)}"]
        lines += clause(promise, "    ")
    return lines


def clause(promise: Promise, indent: str) -> list[str]:
    """One promise below its title: the sentence, then what else it says."""
    lines = [*paragraph(promise.statement, indent=indent), ""]
    for fact in facts(promise):
        for at, part in enumerate(fact.parts):
            head = f"{indent}{fact.label if at == 0 else '':<{LABEL}}"
            lines += paragraph(str(part), indent=head, hanging=" " * len(head))
    return lines
