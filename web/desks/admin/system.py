"""The system: how the ledger, its views and its keys stand, what is made outside it, and for how long data is kept."""

from __future__ import annotations

from threading import Thread

from fastapi import APIRouter, Request, Response

from charter import schema
from charter.charters.commands import SetRetention
from charter.leaf import instant
from charter.message import Refused
from charter.store.database import shown
from projections.engine import UnknownView
from projections.erasure import pending
from projections.retention import kept
from web import refusals
from web.asking import Admin
from web.desks.admin import making
from web.forms import Filled, Form, Malformed, form, read
from web.pages import is_part, page, then
from web.problems import status
from web.site import site_of
from web.words import _

router = APIRouter(prefix="/admin/system")
PERIOD = ("kind", "months")


@router.get("")
def show(request: Request, asks: Admin) -> Response:
    """How everything stands."""
    del asks
    if is_part(request):
        return page(request, "admin/making.html", **making.shown(site_of(request)))
    return _page(request)


@router.post("/views/{name}/rebuild")
def rebuild(request: Request, asks: Admin, name: str) -> Response:
    """Build a view anew; the old one serves until the new one takes its place."""
    del asks
    site = site_of(request)
    known = [view.name for view in site.views.projections]
    if name not in known:
        raise UnknownView(name=name[:60], known=", ".join(known))
    Thread(target=site.views.rebuild, args=([name],), name=f"rebuild {name}", daemon=True).start()
    return then("/admin/system", _("The view is being built anew; the old one serves until then."))


@router.post("/retention")
def keep(request: Request, asks: Admin, given: Filled) -> Response:
    """Say for how long data about people is kept under a charter."""
    site = site_of(request)
    slug = given.get("charter", [""])[-1]
    try:
        command = read(SetRetention, given, charter=slug)
        site.write(command, asks.person)
    except (Malformed, Refused) as wrong:
        return _page(request, form(SetRetention, given, wrong, only=PERIOD), status(wrong), slug)
    said = _("Data of %(kind)s under %(charter)s is due %(months)s months after its newest entry.")
    brand = refusals.CALLED.get()(slug)
    return then("/admin/system", said % {"kind": command.kind, "charter": brand, "months": command.months})


def _page(request: Request, shown_form: Form | None = None, code: int = 200, chosen: str = "") -> Response:
    site = site_of(request)
    head = site.ledger.entries_recorder.head()
    return page(
        request,
        "admin/system.html",
        code,
        place=shown(site.ledger.engine),
        size=head.size,
        last=instant(head.recorded_at) if head.recorded_at else None,
        root=head.frontier.root().hex(),
        schema=schema.current(site.ledger.engine),
        views=site.views.status(),
        key_missing=site.ledger.vault.master is None,
        key_store=site.ledger.vault.place,
        erasures=pending(site.ledger),
        periods=kept(site.ledger),
        slugs=site.ledger.charters(),
        chosen=chosen,
        form=shown_form or form(SetRetention, only=PERIOD),
        **making.shown(site),
    )
