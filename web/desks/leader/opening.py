"""A new charter: for a brand that has none yet."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from charter.charters.commands import OpenCharter
from charter.message import Refused
from web.asking import Asks
from web.desks.leader.leading import MAY_OPEN
from web.forms import Filled, Form, Malformed, Typed, form, read
from web.pages import page, then, zone_of
from web.problems import status
from web.site import site_of
from web.words import _, later

router = APIRouter(prefix="/charter")

FIELDS = {
    "charter": later("Short name"),
    "brand": later("Brand"),
    "style": later("Style"),
    "zone": later("Time zone"),
    "approvals": later("Approvals"),
}


@router.get("/open", dependencies=[MAY_OPEN])
def show(request: Request, asks: Asks) -> Response:
    """The form that opens a charter."""
    del asks
    return page(request, "leader/open.html", form=_form({"zone": [zone_of(request).key]}))


@router.post("/open")
def opened(request: Request, asks: Asks, given: Filled) -> Response:
    """Open a charter; whoever may not is told so by the rules."""
    site = site_of(request)
    try:
        command = read(OpenCharter, given)
        site.write(command, asks.person)
    except (Malformed, Refused) as wrong:
        return page(request, "leader/open.html", status(wrong), form=_form(given, wrong))
    said = _("The charter of %(brand)s is open. Make its first promise.") % {"brand": command.brand}
    return then(f"/charter?charter={command.charter}", said)


def _form(given: Typed, wrong: Malformed | Refused | None = None) -> Form:
    """The form that opens a charter, with the reader's own time zone to begin with."""
    shown = form(OpenCharter, given, wrong, only=tuple(FIELDS), labels=FIELDS)
    short = _("It stands in addresses and cannot be changed: small letters, digits and hyphens, for example skyline.")
    return shown._replace(fields=tuple(f._replace(help=short) if f.name == "charter" else f for f in shown.fields))
