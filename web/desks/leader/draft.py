"""The draft: what stops it from being published, what it changes, and how it is proposed."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from charter.charters.commands import ProposeRevision
from charter.charters.state import Charter
from charter.message import Refused
from charter.terms import Role
from projections.charter_history import draft
from projections.revision_views import DraftView
from web import rights
from web.asking import Asks, Here
from web.desks.leader.leading import LEADS, SEEN, require_seen, write_as_seen
from web.desks.leader.wording import version
from web.forms import Filled, Form, Malformed, Typed, form, read
from web.pages import page, then, with_query
from web.problems import status
from web.site import site_of
from web.words import _, later

router = APIRouter(prefix="/charter")

MENDS = {
    "no class": ("promise_class", later("Give %(code)s a class")),
    "no owner": ("owner", later("Give %(code)s an owner")),
    "no So What chain": ("feels", later("Tell the So What chain of %(code)s")),
}
"""How a lack of a promise ends, the field that mends it, and the words on the button to it."""
PROPOSAL = ("summary", "participants", "options", "dissent", "learned_from")
DELIBERATED = ("participants", "options")
"""What a proposal is refused without."""


class Lack(NamedTuple):
    """One thing that stops the draft from being published, and where it is mended: the page, and the field on it."""

    sentence: str
    mend: str
    button: str
    field: str = ""


def lacks(view: DraftView) -> list[Lack]:
    """What stops the draft, each with where it is mended: a promise's own lacks on its page, the rest on a new one."""
    known = {promise.code for promise in view.promises}
    found = []
    for sentence in view.missing:
        code = sentence.partition(" ")[0]
        if code in known:
            field, button = _mend(sentence)
            found.append(Lack(sentence, f"/charter/promises/{code}", _(button) % {"code": code}, field))
        else:
            found.append(Lack(sentence, "/charter/promises/new", _("Make a promise")))
    return found


def _mend(sentence: str) -> tuple[str, str]:
    """The field on a promise's page at which a lack is mended, where the page opens, and the words that lead there."""
    found = (mend for said, mend in MENDS.items() if sentence.endswith(said))
    name, button = next(found, ("", later("Reword %(code)s")))
    return f"#field-{name}" if name else "", button


@router.get("")
def show(request: Request, asks: Asks, here: Here) -> Response:
    """The draft with all that it misses, and its difference to the revision published last."""
    site = site_of(request)
    view = draft(site.views, here)
    state = site.ledger.charter(here)
    return page(
        request,
        "leader/draft.html",
        draft=view,
        lacks=lacks(view),
        leads=asks.actor.has(Role.LEADER, here),
        same=state.proposed_as_drafted,
        approvals=state.approvals,
        may_open=rights.may_open(asks.actor),
    )


@router.get("/propose", dependencies=[LEADS])
def propose(request: Request, asks: Asks, here: Here) -> Response:
    """The form for a proposal: what changes, who took part, what was weighed."""
    del asks
    return _propose(request, here, _proposal())


@router.post("/propose")
def proposed(request: Request, asks: Asks, here: Here, given: Filled) -> Response:
    """Propose the draft as the next revision."""
    site = site_of(request)

    def make() -> ProposeRevision:
        state = site.ledger.charter(here)
        if state.proposed_as_drafted is None:  # else the rule refuses it, whatever the page showed
            require_seen(given, _version(state), _came_meanwhile(given, len(state.revisions)))
        cases = [rights.meant(site.ledger, asks.actor, prefix) for prefix in _cases(given)]
        return read(ProposeRevision, {**given, "learned_from": cases}, charter=here)

    try:
        write_as_seen(site, asks, here, make)
    except (Malformed, Refused) as wrong:
        return _propose(request, here, _proposal(given, wrong), status(wrong))
    number = len(site.ledger.charter(here).revisions)
    return then(
        with_query(request, f"/charter/revisions/{number}"),
        _("Revision %(number)s is proposed. Somebody else has to approve it.") % {"number": number},
    )


def _propose(request: Request, here: str, shown: Form, code: int = 200) -> Response:
    site = site_of(request)
    state = site.ledger.charter(here)
    known = {"same": state.proposed_as_drafted, "seen": _version(state)}
    return page(request, "leader/propose.html", code, draft=draft(site.views, here), form=shown, **known)


def _version(state: Charter) -> str:
    """What is proposed here: the number of the newest revision, and the words of the draft."""
    return f"{len(state.revisions)}-{version(*state.draft.values())}"


def _came_meanwhile(given: Typed, last: int) -> str:
    before = given.get(SEEN, [""])[-1].partition("-")[0]
    return (
        _("The draft was changed") if before == str(last) else _("Revision %(number)s was proposed") % {"number": last}
    )


def _proposal(given: Typed | None = None, wrong: Malformed | Refused | None = None) -> Form:
    """The form of a proposal; that somebody took part and something was weighed is asked for at once."""
    shown = form(ProposeRevision, given, wrong, only=PROPOSAL)
    fields = (field._replace(required=field.required or field.name in DELIBERATED) for field in shown.fields)
    return shown._replace(fields=tuple(fields))


def _cases(given: Filled) -> list[str]:
    return [part for text in given.get("learned_from", ()) for part in text.split()]
