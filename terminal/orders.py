"""A command that writes, made from the model of what it asks: its help, its options and its answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from inspect import cleandoc
from typing import Any

import click

from charter.desk import Written
from charter.message import Command as Asked
from terminal.command import Command, CommonOption, by_option, charter_option, json_option, ledger_option
from terminal.options import build, parameters
from terminal.output import document, say
from terminal.session import Session, current
from terminal.values import MOMENT

Said = Callable[[Written], str]


def order(
    model: type[Asked],
    name: str,
    *arguments: str,
    said: Said,
    examples: Sequence[str],
    dated: bool = False,
    fixed: Mapping[str, Any] | None = None,
    leave_out: Collection[str] = (),
    words: str | None = None,
    afterwards: Callable[[Session], None] = lambda _session: None,
) -> Command:
    """The command `name` for a model of the write side.

    `arguments` are the fields typed as plain words, `fixed` the values the name itself implies, `said` the sentence
    when it is written. `dated` commands can be told when it happened. A required charter comes from the session. What
    is to happen `afterwards` happens when all is written and said.
    """
    fields = model.model_fields
    of_session = {"charter"} & {name for name, field in fields.items() if field.is_required()} - {*arguments}
    made_up = {name for name, field in fields.items() if field.default_factory is not None}
    params = parameters(model, arguments=arguments, leave_out={*(fixed or ()), *of_session, *made_up, *leave_out})

    def callback(**given: Any) -> None:
        session = current()
        at = given.pop("at", None)
        values = {**given, **(fixed or {})}
        if of_session:
            values["charter"] = session.charter
        written = session.write(build(model, resolved(session, values)), at)
        report(written, said)
        afterwards(session)

    common = [charter_option()] if of_session else []
    return Command(
        name,
        callback=callback,
        help=words or cleandoc(model.__doc__ or ""),
        examples=examples,
        params=[*params, *([at_option()] if dated else []), *common, ledger_option(), by_option(), json_option()],
    )


def resolved(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every beginning of a decision's id made whole; raises UnknownDecision or ManyDecisions."""
    whole = dict(values)
    if isinstance(whole.get("decision"), str):
        whole["decision"] = session.ledger.find_decision(whole["decision"])
    if whole.get("learned_from"):
        whole["learned_from"] = tuple(session.ledger.find_decision(prefix) for prefix in whole["learned_from"])
    return whole


def report(written: Written, said: Said) -> None:
    """Say what was written, as a sentence or as JSON."""
    if not current().as_json:
        say(said(written))
        return
    document(
        {
            "stream": written.stream,
            "id": written.key,
            "version": written.version,
            "positions": written.positions,
            "types": [event.name for event in written.events],
        }
    )


def at_option() -> click.Option:
    """--at, for what happened earlier than it is written."""
    return CommonOption(["--at"], type=MOMENT, metavar="TIME", help="When it happened; now when left out.")
