"""The promises of the draft: a new one is made, one that is there is worded anew or taken out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from charter.charters.commands import MakePromise, RetirePromise, RevisePromise
from charter.charters.promise import Promise, Wording
from charter.charters.refusals import UnknownPromise
from charter.message import Refused
from charter.terms import Serves
from projections.diff import Diff
from projections.wording import words
from web.asking import Asks, Here
from web.desks.leader.leading import LEADS, ChangedMeanwhile, require_seen, write_as_seen
from web.desks.leader.wording import beside, changes, has_other_limits, limit_rows, limits, values, version
from web.forms import Filled, Form, Malformed, Typed, form, read
from web.pages import page, then, with_query
from web.problems import status, told
from web.site import site_of
from web.words import _, later

router = APIRouter(prefix="/charter/promises")

FIELDS = tuple(Wording.model_fields)
LABELS = {
    "promise_class": later("Class"),
    "review_on": later("Looked at again on"),
    "feels": later("What the customer feels"),
    "does": later("What they then do"),
    "outcome": later("What that brings us"),
    "why": later("Why the wording changes"),
}
NEEDED = ("promise_class", "owner", "feels", "does", "outcome")
"""What a promise may lack in the draft, and not when it is published."""
SERVES = [(serves.value, words(serves)) for serves in Serves]


@router.get("/new", dependencies=[LEADS])
def new(request: Request, asks: Asks, here: Here) -> Response:
    """The form for a new promise."""
    del asks, here
    return _page(request, None, _form(MakePromise))


@router.post("/new")
def make(request: Request, asks: Asks, here: Here, given: Filled) -> Response:
    """Put a new promise into the draft."""
    site = site_of(request)
    try:
        command = read(MakePromise, given, charter=here, limits=limits(given))
        site.write(command, asks.person)
    except (Malformed, Refused) as wrong:
        return _page(request, None, _form(MakePromise, given, wrong), given, status(wrong))
    return then(with_query(request, "/charter"), _("%(code)s is in the draft.") % {"code": command.code})


@router.get("/{code}", dependencies=[LEADS])
def show(request: Request, asks: Asks, here: Here, code: str) -> Response:
    """The form for a promise that is there, filled with its wording."""
    del asks
    promise = _promise(request, here, code)
    return _page(request, promise, _form(RevisePromise, values(promise)))


@router.post("/{code}")
def reword(request: Request, asks: Asks, here: Here, code: str, given: Filled) -> Response:
    """Word a promise anew; what is typed as it was stays as it is."""

    def make() -> RevisePromise:
        promise = _seen(request, here, code, given)
        anew = {"limits": limits(given)} if has_other_limits(promise, given) else {}
        asked = {**changes(promise, given), "why": given.get("why", ())}
        return read(RevisePromise, asked, charter=here, code=code, **anew)

    site = site_of(request)
    try:
        write_as_seen(site, asks, here, make)
    except UnknownPromise:
        again = _("It may have been taken out since: send what you typed, which is kept below, to make it again.")
        gone = UnknownPromise(code=code[:60], nearest=again)
        return _page(request, None, _form(MakePromise, {**given, "code": [code]}, gone), given, status(gone))
    except (Malformed, Refused) as wrong:
        promise, shown = _promise(request, here, code), _form(RevisePromise, given, wrong)
        now = beside(site.ledger.charter(here), promise, given) if isinstance(wrong, ChangedMeanwhile) else None
        return _page(request, promise, shown, given, status(wrong), now=now)
    return then(with_query(request, "/charter"), _("%(code)s is reworded in the draft.") % {"code": code})


@router.post("/{code}/retire")
def retire(request: Request, asks: Asks, here: Here, code: str, given: Filled) -> Response:
    """Take a promise out of the draft."""

    def make() -> RetirePromise:
        _seen(request, here, code, given)
        return read(RetirePromise, given, charter=here, code=code)

    try:
        write_as_seen(site_of(request), asks, here, make)
    except UnknownPromise as gone:
        return then(with_query(request, "/charter"), told(gone))
    except (Malformed, Refused) as wrong:
        promise = _promise(request, here, code)
        shown = _form(RevisePromise, values(promise))
        return _page(request, promise, shown, None, status(wrong), form(RetirePromise, given, wrong, only=("why",)))
    return then(with_query(request, "/charter"), _("%(code)s is taken out of the draft.") % {"code": code})


def _form(
    model: type[MakePromise | RevisePromise], given: Typed | None = None, wrong: Malformed | Refused | None = None
) -> Form:
    """Every wording is typed as a new one is; the code comes first, or last of all why it changes."""
    fields = form(MakePromise, given, wrong, only=FIELDS, labels=LABELS)
    own = form(model, given, wrong, only=("why",) if model is RevisePromise else ("code",), labels=LABELS)
    parts = (*fields.fields, *own.fields) if model is RevisePromise else (*own.fields, *fields.fields)
    return Form(parts, own.refused if isinstance(wrong, Refused) else "")


def _promise(request: Request, charter: str, code: str) -> Promise:
    draft = site_of(request).ledger.charter(charter).draft
    if code not in draft:
        raise UnknownPromise(code=code[:60], nearest=_("It may have been taken out since."))
    return draft[code]


def _seen(request: Request, charter: str, code: str, given: Typed) -> Promise:
    """A promise as it is now; raises ChangedMeanwhile where the page showed another wording."""
    promise = _promise(request, charter, code)
    require_seen(given, version(promise), _("%(code)s was reworded") % {"code": code})
    return promise


def _page(
    request: Request,
    promise: Promise | None,
    shown: Form,
    given: Typed | None = None,
    code: int = 200,
    retiring: Form | None = None,
    now: Diff | None = None,
) -> Response:
    return page(
        request,
        "leader/promise.html",
        code,
        promise=promise,
        seen=version(promise) if promise else "",
        form=shown,
        rows=limit_rows(promise, given),
        serves=SERVES,
        retiring=retiring or form(RetirePromise, only=("why",)),
        now=now,
        needed=NEEDED,
    )
