"""The revisions of a charter: propose the draft, approve, publish, withdraw, compare, and say that one has read it."""

from __future__ import annotations

from collections.abc import Callable

import click

from charter.charters.commands import (
    AcknowledgeCharter,
    ApproveRevision,
    ProposeRevision,
    PublishRevision,
    RejectRevision,
    WithdrawRevision,
)
from charter.charters.events import (
    RevisionApproved,
    RevisionProposed,
    RevisionPublished,
    RevisionRejected,
    RevisionWithdrawn,
)
from charter.charters.refusals import NothingPublished
from charter.desk import Written
from charter.given import UnknownCharter
from projections.wording import counted
from terminal.command import (
    Command,
    Group,
    by_option,
    charter_argument,
    charter_option,
    json_option,
    ledger_option,
)
from terminal.history import coverage, differing, listing, showing
from terminal.options import build, parameters
from terminal.orders import order, report
from terminal.output import then
from terminal.sealing import seal_if_possible
from terminal.session import current
from terminal.times import long_day

revision = Group("revision", help="Propose, approve and publish revisions; list, show and compare them.")


def _proposed(written: Written) -> str:
    [event] = written.events
    assert isinstance(event, RevisionProposed)
    needed = current().ledger.charter(written.key).approvals
    then(f"charter revision approve {event.revision} --by SOMEBODY-ELSE", f"charter revision show {event.revision}")
    promises = counted(len(event.promises), "promise")
    approvals = counted(needed, "approval")
    return f"Revision {event.revision} of {written.key} is proposed, with {promises}. It needs {approvals} by others."


def _approved(written: Written) -> str:
    number = _number(written)
    state = current().ledger.charter(written.key)
    have = len(state.revisions[number].approved_by)
    if have >= state.approvals:
        then(f"charter revision publish {number}")
    return f"Revision {number} of {written.key} is approved by {have} of {state.approvals}."


def _published(written: Written) -> str:
    [event] = written.events
    assert isinstance(event, RevisionPublished)
    then("charter ack", "charter show")
    return (
        f"Revision {event.revision} of {written.key} is published. It takes effect on {long_day(event.effective_from)}."
    )


def _number(written: Written) -> int:
    [event] = written.events
    assert isinstance(event, RevisionApproved | RevisionRejected | RevisionWithdrawn)
    return event.revision


def _ended(done: str) -> Callable[[Written], str]:
    return lambda written: f"Revision {_number(written)} of {written.key} is {done}."


revision.add_command(
    order(
        ProposeRevision,
        "propose",
        said=_proposed,
        examples=[
            (
                'charter revision propose --summary "Refunds in 14 days" \\\n'
                '    --participant "Ann Field" --option "14 days" --option "Stay at 30" \\\n'
                '    --dissent "Finance: cash flow in summer" --learned-from 3f0c12ab'
            )
        ],
    )
)
revision.add_command(
    order(
        ApproveRevision,
        "approve",
        "revision",
        said=_approved,
        examples=['charter revision approve 3 --note "Clear and affordable"'],
    )
)
revision.add_command(
    order(
        RejectRevision,
        "reject",
        "revision",
        said=_ended("rejected"),
        examples=['charter revision reject 3 --reason "The remedy is missing"'],
    )
)
revision.add_command(
    order(
        PublishRevision,
        "publish",
        "revision",
        said=_published,
        examples=["charter revision publish 3", "charter revision publish 3 --effective-from 2027-01-01"],
        afterwards=seal_if_possible,
    )
)
revision.add_command(
    order(
        WithdrawRevision,
        "withdraw",
        "revision",
        said=_ended("withdrawn"),
        examples=['charter revision withdraw 3 --reason "Legal asked for another wording"'],
    )
)

for read in (listing, showing, differing):
    revision.add_command(read)


def _ack(revision: int | None, who: bool) -> None:
    session = current()
    slug = session.charter
    if who:
        coverage(revision)
        return
    state = session.ledger.charter(slug)
    if not state.opened:
        raise UnknownCharter(charter=slug)
    if revision is None:
        if not state.published:
            raise NothingPublished(charter=slug)
        revision = max(known.number for known in state.published)
    written = session.write(build(AcknowledgeCharter, {"charter": slug, "revision": revision}))
    report(written, lambda _: f"{session.by} has read revision {revision} of {slug}.")
    then("charter show")


ack = Command(
    "ack",
    callback=_ack,
    help="Say that you have read the latest published revision; another number is refused.",
    examples=["charter ack", "charter ack skyline --revision 3", "charter ack --who"],
    params=[
        charter_argument(),
        *parameters(AcknowledgeCharter, leave_out=("charter",), optional=("revision",)),
        click.Option(["--who"], is_flag=True, help="Instead: show who has read it, department by department."),
        charter_option(),
        ledger_option(),
        by_option(),
        json_option(),
    ],
)
