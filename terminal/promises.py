"""A charter's draft: open the charter, then make, revise and retire its promises."""

from __future__ import annotations

from charter.charters.commands import MakePromise, OpenCharter, RetirePromise, RevisePromise
from charter.charters.events import PromiseMade, PromiseRetired, PromiseRevised
from charter.charters.promise import Promise
from charter.charters.refusals import UnknownPromise
from charter.desk import Written
from charter.given import UnknownCharter
from projections.wording import counted, words
from terminal.command import Group, Word, reading
from terminal.document import clause
from terminal.mistakes import nearest
from terminal.orders import order
from terminal.output import document, lines, tell, then
from terminal.session import current
from terminal.text import amber, faint, one_line, strong, table
from terminal.values import CODE

promise = Group("promise", help="Word the promises of the draft.")


def _opened(written: Written) -> str:
    then(f'charter promise make CODE --charter {written.key} --title "…" --statement "…"')
    return f"Opened the charter {written.key}. Its draft has no promises yet."


def _worded(written: Written) -> str:
    [event] = written.events
    assert isinstance(event, PromiseMade | PromiseRevised)
    known = event.promise
    done = "is in the draft" if isinstance(event, PromiseMade) else "is worded anew in the draft"
    limits = f", with {counted(len(known.limits), 'limit')}: {', '.join(limit.code for limit in known.limits)}"
    lacks = f" Before it can be published: {'; '.join(known.missing)}." if known.missing else ""
    then(f"charter promise show {known.code}", 'charter revision propose --summary "…" --participant … --option "…"')
    return f"{known.code} {done}{limits if known.limits else ''}.{lacks}"


def _retired(written: Written) -> str:
    [event] = written.events
    assert isinstance(event, PromiseRetired)
    return f"{event.code} is no longer in the draft."


open_charter = order(
    OpenCharter,
    "open",
    "charter",
    said=_opened,
    examples=['charter open skyline --brand Skyline --style "Plain, kind" --zone Europe/Paris'],
)
promise.add_command(
    order(
        MakePromise,
        "make",
        "code",
        said=_worded,
        examples=[
            (
                'charter promise make REFUND-30 --title "Money back" \\\n'
                '    --statement "We refund unused tickets in 30 days." --class baseline \\\n'
                '    --owner "Head of Service" --feels Safe --does "Books again" \\\n'
                '    --outcome repeat-purchase --limit "customer: No refund on used tickets"'
            )
        ],
    )
)
promise.add_command(
    order(
        RevisePromise,
        "revise",
        "code",
        said=_worded,
        examples=[
            "charter promise revise REFUND-30 --target 14 --unit days --why Faster",
            'charter promise revise REFUND-30 --without measure --why "Cannot be measured"',
        ],
    )
)
promise.add_command(
    order(
        RetirePromise,
        "retire",
        "code",
        said=_retired,
        examples=['charter promise retire PAPER-TICKET --why "Nobody asks for it any more"'],
    )
)


@promise.add_command
@reading("list", charter="word", examples=["charter promise list", "charter promise list skyline --json"])
def _list() -> None:
    """List the promises and limits of the draft, with their codes."""
    session = current()
    promises = _draft()
    if session.as_json:
        document(promises)
        return
    if not promises:
        tell(f"The draft of {session.charter} has no promises yet.")
        then('charter promise make CODE --title "…" --statement "…"')
        return
    rows = []
    for known in promises:
        rows.append((strong(known.code), one_line(known.title), amber("incomplete") if known.missing else ""))
        rows.extend((f"  {limit.code}", one_line(limit.text), str(limit.serves or "")) for limit in known.limits)
    lines(table(["Code", "What we say", "Note"], rows, flexible=1))
    then(f"charter promise show {promises[0].code}")


@promise.add_command
@reading(
    "show",
    charter="option",
    examples=["charter promise show REFUND-30"],
    params=[Word("code", "The code of the promise, or of one of its limits.", type=CODE)],
)
def _show(code: str) -> None:
    """Show one promise of the draft in full."""
    session = current()
    known = next((known for known in _draft() if known.code == code.partition(".")[0]), None)
    if known is None:
        meant = nearest(code, [known.code for known in _draft()]) or "See: charter promise list."
        raise UnknownPromise(code=code, nearest=meant)
    if session.as_json:
        document(known)
        return
    lines(in_full(known))
    if known.missing:
        tell(f"Before it can be published: {'; '.join(known.missing)}.")
    then(f'charter promise revise {known.code} --why "…"')


def _draft() -> list[Promise]:
    session = current()
    state = session.ledger.charter(session.charter)
    if not state.opened:
        raise UnknownCharter(charter=session.charter)
    return list(state.draft.values())


def in_full(known: Promise) -> list[str]:
    """One promise with its code and everything it says, as lines."""
    head = f"{strong(known.code)}  {one_line(known.title)}"
    meant = ", ".join([f"for the {known.audience}", *([words(known.promise_class)] if known.promise_class else [])])
    return [head, faint(f"  {meant}"), *clause(known, "  ")]
