"""How the draft changes: promises are made, worded anew and retired; the codes of limits are never used twice."""

from collections.abc import Sequence

from charter.charters.commands import LimitWording, MakePromise, RetirePromise, RevisePromise
from charter.charters.events import CharterEvent, PromiseMade, PromiseRetired, PromiseRevised
from charter.charters.promise import Limit, Promise, Wording
from charter.charters.refusals import CannotEmpty, NothingChanged, PromiseExists, UnknownPromise
from charter.charters.state import Charter
from charter.near import near
from charter.phrase import Phrase, either

CAN_BE_EMPTY = frozenset(name for name, field in Wording.model_fields.items() if field.default is None) | {"limits"}


def make(state: Charter, command: MakePromise) -> list[CharterEvent]:
    """A new promise; a code that was retired may be made again, its limits count on."""
    if command.code in state.draft:
        raise PromiseExists(code=command.code)
    wording = {name: getattr(command, name) for name in Wording.model_fields}
    limits = with_codes(state, command.code, (), command.limits)
    return [PromiseMade(promise=Promise(code=command.code, limits=limits, **wording))]


def revise(state: Charter, command: RevisePromise) -> list[CharterEvent]:
    """The promise with what was given; a limit whose text is kept keeps its code."""
    old = _promise(state, command.code)
    changes = {name: value for name in Wording.model_fields if (value := getattr(command, name)) is not None}
    for name in command.without:
        if name not in CAN_BE_EMPTY:
            raise CannotEmpty(field=name, possible=", ".join(sorted(CAN_BE_EMPTY)))
        changes[name] = None
    if command.limits is not None:
        changes["limits"] = with_codes(state, command.code, old.limits, command.limits)
    elif "limits" in changes:
        changes["limits"] = ()
    new = old.model_copy(update=changes)
    if new == old:
        raise NothingChanged(what=Phrase("{code} reads like this already", code=command.code))
    return [PromiseRevised(promise=new, why=command.why)]


def retire(state: Charter, command: RetirePromise) -> list[CharterEvent]:
    """The draft without the promise."""
    return [PromiseRetired(code=_promise(state, command.code).code, why=command.why)]


def with_codes(state: Charter, code: str, old: tuple[Limit, ...], limits: Sequence[LimitWording]) -> tuple[Limit, ...]:
    """The limits of a promise with their codes: one whose text is kept keeps its own, others get numbers never used."""
    kept = list(old)
    last = state.last_limit.get(code, 0)
    numbered = []
    for limit in limits:
        known = next((before for before in kept if before.text == limit.text), None)
        if known is None:
            last += 1
            numbered.append(Limit(code=f"{code}.{last}", text=limit.text, serves=limit.serves))
        else:
            kept.remove(known)  # the same text twice is two limits, each with its own code
            numbered.append(Limit(code=known.code, text=limit.text, serves=limit.serves))
    return tuple(numbered)


def _promise(state: Charter, code: str) -> Promise:
    try:
        return state.draft[code]
    except KeyError:
        meant = near(code, state.draft)
        nearest = (
            Phrase("Did you mean {codes}?", codes=either(meant)) if meant else Phrase("See: charter promise list.")
        )
        raise UnknownPromise(code=code, nearest=nearest) from None
