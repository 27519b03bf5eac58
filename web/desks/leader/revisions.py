"""The revisions of a charter: how each came about and what it changed, and the way from proposal to publication."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, NamedTuple

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from charter.charters.commands import ApproveRevision, OnRevision, PublishRevision, RejectRevision, WithdrawRevision
from charter.charters.state import Charter
from charter.given import Actor
from charter.message import Refused
from charter.phrase import Phrase
from charter.terms import BENCH, Role
from projections.charter_history import diff_revisions, draft, revision, revisions
from projections.people import holders
from projections.revision_views import OPEN, Progress, RevisionDetail
from web.asking import Asks, Here
from web.download import AsCsv, csv
from web.forms import Filled, Form, Malformed, SignedInAgain, form, read
from web.pages import page, then, with_query
from web.problems import status
from web.site import Site, site_of
from web.words import _, later

router = APIRouter(prefix="/charter/revisions")
LAST = 1_000_000
Number = Annotated[int, Path(ge=1, le=LAST)]
PAGE = 50
NAMED = 5
"""So many of those who may approve a revision are named."""
COLUMNS = ("revision", "status", "effective_from", "promises", "author", "proposed_at", "published_at", "summary")


class PublishingNotMeant(Refused):
    """Revision {revision} was not published: what is in force is not taken back. Read what will happen, tick that you
    mean it, and publish it."""


class Coming(NamedTuple):
    """A published revision that is not in force yet, and its day."""

    revision: int
    day: date


class Publishing(NamedTuple):
    """What publishing a revision would do now: today's day and zone of its charter, how many are asked to acknowledge
    it, which revision is in force, and which are to be before it, the earliest first."""

    today: date
    zone: str
    people: int
    follows: int | None
    coming: list[Coming]


class Approvers(NamedTuple):
    """Some of those who may approve a revision, and how many more there are."""

    names: list[str]
    more: int


class Act(NamedTuple):
    """What can be done to a revision: its command, the words on its button, and the sentence when it is done."""

    command: type[OnRevision]
    button: str
    done: str


ACTS = {
    "approve": Act(ApproveRevision, Phrase("Approve"), later("You have approved revision %(number)s.")),
    "publish": Act(PublishRevision, Phrase("Publish"), later("Revision %(number)s is published.")),
    "reject": Act(RejectRevision, Phrase("Reject"), later("Revision %(number)s is rejected.")),
    "withdraw": Act(WithdrawRevision, Phrase("Withdraw"), later("Revision %(number)s is withdrawn.")),
}


def possible(found: RevisionDetail, actor: Actor, charter: str) -> list[str]:
    """What this person could do to a revision as it stands; the rules have the last word."""
    waits = found.line.progress in OPEN
    judges, leads = actor.has_any(BENCH, charter), actor.has(Role.LEADER, charter)
    mine = actor.id == found.line.author or any(approval.by == actor.id for approval in found.approvals)
    acts = {
        "approve": waits and judges and not mine,
        "publish": waits and leads and found.line.approved >= found.line.needed,
        "reject": waits and judges,
        "withdraw": leads and (waits or found.line.progress is Progress.LATER),
    }
    return [name for name, may in acts.items() if may]


@router.get("")
def listing(
    request: Request,
    here: Here,
    status: Annotated[Progress | None, Query()] = None,
    before: Annotated[int, Query(ge=1, le=LAST)] = LAST,
    as_csv: AsCsv = None,
) -> Response:
    """The revisions, the newest first: all, or those that have come as far as `status`."""
    found = [
        line
        for line in sorted(revisions(site_of(request).views, here), key=lambda line: -line.revision)
        if line.revision < before and (status is None or line.progress is status)
    ]
    if as_csv:
        return csv(f"{here}-revisions", COLUMNS, ([getattr(line, name) for name in COLUMNS] for line in found))
    more = found[PAGE - 1].revision if len(found) > PAGE else None
    return page(
        request, "leader/revisions.html", revisions=found[:PAGE], more=more, chosen=status, progress=list(Progress)
    )


@router.get("/{number}")
def show(request: Request, asks: Asks, here: Here, number: Number) -> Response:
    """One revision: how far it has come, its deliberation, what it changed, its whole wording."""
    return _page(request, asks, here, number)


@router.get("/{number}/diff")
def difference(
    request: Request, here: Here, number: Number, since: Annotated[int | None, Query(alias="from", ge=1)] = None
) -> Response:
    """Two revisions side by side."""
    views = site_of(request).views
    known = revisions(views, here)
    before = since or max((line.revision for line in known if line.revision < number), default=number)
    found = diff_revisions(views, here, before, number)
    return page(request, "leader/diff.html", number=number, before=before, changes=found, known=known)


@router.post("/{number}/{act}")
def act(request: Request, asks: Asks, here: Here, number: Number, act: str, given: Filled) -> Response:
    """Approve, publish, reject or withdraw a revision."""
    site = site_of(request)
    if act not in ACTS:
        raise HTTPException(404)
    try:
        command = read(ACTS[act].command, given, charter=here, revision=number)
        if act == "publish" and given.get("meant", [""])[-1] != "true":
            raise PublishingNotMeant(revision=number)
        site.write(command, asks.person)
    except (Malformed, Refused) as wrong:
        refused = form(ACTS[act].command, given, wrong, leave_out=("charter", "revision"))
        untried = (act,) if isinstance(wrong, SignedInAgain) else ()
        return _page(request, asks, here, number, {act: refused}, status(wrong), untried)
    return then(with_query(request, f"/charter/revisions/{number}"), _(ACTS[act].done) % {"number": number})


def _page(
    request: Request,
    asks: Asks,
    here: str,
    number: int,
    refused: dict[str, Form] | None = None,
    code: int = 200,
    untried: Sequence[str] = (),
) -> Response:
    """A revision with what can be done to it; of what no longer can, only why not, but for what was not tried yet."""
    site = site_of(request)
    found = revision(site.views, here, number)
    able = dict.fromkeys([*possible(found, asks.actor, here), *untried])
    forms = {name: form(ACTS[name].command, leave_out=("charter", "revision")) for name in able} | (refused or {})
    state = site.ledger.charter(here)
    unread = state.unread_by(asks.person)
    waiting = draft(site.views, here).proposed if found.line.progress in OPEN else ()
    publishing = _publishing(site, state) if "publish" in able and not found.missing else None
    if publishing and publishing.coming:
        forms["publish"] = _with_a_day(forms["publish"])
    return page(
        request,
        "leader/revision.html",
        code,
        revision=found,
        acts=[(name, ACTS[name], forms[name]) for name in able],
        closed=[shown for name, shown in forms.items() if name not in able],
        approvers=_approvers(site, found, here),
        unread=unread is not None and unread.number == number,
        waiting=waiting,
        publishing=publishing,
    )


def _approvers(site: Site, found: RevisionDetail, charter: str) -> Approvers | None:
    """Who may give the approvals that a revision waits for; None where it waits for none."""
    line = found.line
    if line.progress is not Progress.PROPOSED:
        return None
    without = {line.author, *(approval.by for approval in found.approvals)}
    able = [member for member in holders(site.views, charter, BENCH) if member.person not in without]
    return Approvers([f"{member.name} ({member.person})" for member in able[:NAMED]], max(0, len(able) - NAMED))


def _with_a_day(shown: Form) -> Form:
    """The form of a publication that cannot be for today."""
    fields = (each._replace(required=True, help=_("The day it takes effect.")) for each in shown.fields)
    return shown._replace(fields=tuple(fields))


def _publishing(site: Site, state: Charter) -> Publishing:
    now, known = site.ledger.now(), state.standing
    current = known.in_force(now)
    days = {
        known.day(each.effective_at): each for each in known.revisions if each.effective_at and each.effective_at > now
    }
    return Publishing(
        today=known.day(now),
        zone=state.zone,
        people=len(site.ledger.people()),
        follows=current.revision if current else None,
        coming=[Coming(each.revision, day) for day, each in days.items()],
    )
