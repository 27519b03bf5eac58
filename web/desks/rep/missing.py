"""Everything that is wrong with an answer as it was typed, at once: without JavaScript, nothing leads to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from charter.decisions.commands import Reply
from charter.decisions.reply import faults
from charter.given import Actor, Standing
from charter.message import Command, Refused
from web.desks.rep.call import at_field, codes
from web.forms import Malformed, Typed, read


def all_wrong(
    first: Malformed | Refused,
    given: Typed,
    models: Sequence[type[Command]],
    actor: Actor,
    standing: Standing,
    at: datetime,
) -> Malformed | Refused:
    """What was refused first with all else that the commands and the rules for answers find, each at its field.

    A refusal that is about no field stays alone.
    """
    wrong = at_field(first)
    if not isinstance(wrong, Malformed):
        return first
    typed = {**given, "cite": codes(given)}
    found = dict(wrong.fields)
    for model in models:
        found = {**_malformed(model, typed), **found}
    rest = {name: texts for name, texts in typed.items() if name in Reply.model_fields and name not in found}
    answer = {"answer": given.get("answer", ())}
    for refusal in _refusals(rest | answer, actor, standing, at):
        more = at_field(refusal)
        if isinstance(more, Malformed):
            found = {**more.fields, **found}
    return Malformed(found)


def _malformed(model: type[Command], typed: Typed) -> dict[str, str]:
    """What a command cannot be made of, but for what nobody types."""
    try:
        read(model, typed)
    except Malformed as wrong:
        return {name: sentence for name, sentence in wrong.fields.items() if name not in ("decision", "charter")}
    return {}


def _refusals(typed: Typed, actor: Actor, standing: Standing, at: datetime) -> Iterator[Refused]:
    """What the rules refuse of an answer, if it is one."""
    try:
        reply = read(Reply, typed)
        for _, refusal in faults(reply, "", actor, standing, standing.in_force(at)):
            yield refusal()
    except Malformed:
        return
    except Refused as out_of_place:
        yield out_of_place
