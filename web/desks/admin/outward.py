"""Who is told of what is written, and which helpdesks log requests by themselves: webhooks out and in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from charter.message import Refused
from web import refusals
from web.asking import Admin
from web.desks import shown_once
from web.desks.shown_once import MadeOnce, Once
from web.desks.sign_in.coming_in import Entered
from web.download import AsCsv, csv
from web.forms import Filled, Form, Malformed, form, read
from web.hooks.api import NewHelpdesk, NewWebhook
from web.hooks.hooks import Hooks
from web.hooks.sources import Sources
from web.pages import page, then
from web.problems import status
from web.site import site_of
from web.words import _, later

PAGE = "/admin/webhooks"
router = APIRouter(prefix=PAGE)

COLUMNS = ("url", "charter", "made_by", "made_at", "position", "failures", "paused", "said", "said_at")
HOOK = {"url": later("Address"), "types": later("Types of entries"), "charter": later("Charter")}
DESK = {
    "kind": later("Helpdesk"),
    "charter": later("Charter"),
    "person": later("In whose name"),
    "site": later("Address of the helpdesk"),
}
NAMES = {"zammad": "Zammad", "chatwoot": "Chatwoot", "zendesk": "Zendesk"}
"""The helpdesks, as their makers write them."""


@router.get("")
def show(request: Request, asks: Admin, as_csv: AsCsv = None) -> Response:
    """All webhooks with what came of their last message, and all helpdesks; the secret of a new one, once."""
    if as_csv:
        hooks = Hooks.of(site_of(request)).list()
        return csv("webhooks", COLUMNS, ([getattr(hook, name) for name in COLUMNS] for hook in hooks))
    return _page(request, **shown_once.shown(request, asks))


@router.post("")
def add(request: Request, asks: Admin, given: Filled, once: Once) -> Response:
    """Make a webhook, and lead to where its secret is shown."""
    try:
        asked = read(NewWebhook, given)
        with MadeOnce(request, asks, PAGE, "webhook", once) as making:
            Hooks.of(site_of(request)).add(
                asked.url,
                by=asks.person,
                types=asked.types,
                charter=asked.charter,
                also=lambda connection, secret, made: making.keep(connection, secret=secret, secret_of=made.url),
            )
    except (Malformed, Refused) as wrong:
        return _page(request, status(wrong), hooking=form(NewWebhook, given, wrong, only=tuple(HOOK), labels=HOOK))
    return making.then()


@router.post("/{id}/{act}")
def change(request: Request, asks: Admin, id: str, act: str) -> Response:  # noqa: A002  # it stands so in the address
    """Try, pause, go on with or remove a webhook."""
    del asks
    hooks = Hooks.of(site_of(request))
    match act:
        case "test":
            said = _("The message %(words)s.") % {"words": hooks.test(id).words}
        case "pause":
            hooks.pause(id)
            said = _("It is paused; what is written meanwhile waits.")
        case "go-on":
            hooks.go_on(id)
            said = _("It goes on, with what waits first.")
        case "remove":
            hooks.remove(id)
            said = _("The webhook is removed.")
        case _:
            raise HTTPException(404)
    return then(PAGE, said)


@router.post("/helpdesks")
def add_helpdesk(request: Request, asks: Admin, given: Filled, once: Once) -> Response:
    """Let a helpdesk log requests, and lead to where its address is shown, with the secret of one that is told it."""
    site = site_of(request)
    try:
        asked = read(NewHelpdesk, given)
        with MadeOnce(request, asks, PAGE, "helpdesk", once) as making:
            Sources.of(site).add(
                asked.kind,
                charter=asked.charter,
                person=asked.person,
                site=asked.site,
                by=asks.person,
                also=lambda connection, secret, made: making.keep(
                    connection,
                    secret=secret or "",
                    secret_of=made.site,
                    incoming=f"{site.settings.address}/hooks/in/{made.kind}/{made.id}",
                ),
            )
    except (Malformed, Refused) as wrong:
        return _page(request, status(wrong), desking=form(NewHelpdesk, given, wrong, only=tuple(DESK), labels=DESK))
    return making.then()


@router.post("/helpdesks/{id}/secret")
def keep_secret(request: Request, asks: Admin, id: str, given: Entered) -> Response:  # noqa: A002
    """Take the secret that a helpdesk signs with."""
    del asks
    try:
        Sources.of(site_of(request)).keep_secret(id, given.get("secret", "").strip())
    except Refused as wrong:
        return _page(request, status(wrong), refused=refusals.worded(wrong))
    return then(PAGE, _("Its tickets come in from now on."))


@router.post("/helpdesks/{id}/remove")
def remove_helpdesk(request: Request, asks: Admin, id: str) -> Response:  # noqa: A002
    """Let nothing more come in from a helpdesk."""
    del asks
    Sources.of(site_of(request)).remove(id)
    return then(PAGE, _("Nothing more comes in from it."))


def _page(
    request: Request, code: int = 200, *, hooking: Form | None = None, desking: Form | None = None, **more: Any
) -> Response:
    site = site_of(request)
    brands = tuple((slug, site.ledger.charter(slug).brand) for slug in site.ledger.charters())
    told = {"secret": "", "secret_of": "", "incoming": "", "refused": ""} | more
    return page(
        request,
        "admin/webhooks.html",
        code,
        hooks=Hooks.of(site).list(),
        helpdesks=Sources.of(site).list(),
        helpdesk_names=NAMES,
        size=site.ledger.entries_recorder.size(),
        hooking=_as_asked(hooking or form(NewWebhook, only=tuple(HOOK), labels=HOOK), brands),
        desking=_as_asked(desking or form(NewHelpdesk, only=tuple(DESK), labels=DESK), brands),
        **told,
    )


def _as_asked(shown: Form, charters: tuple[tuple[str, str], ...]) -> Form:
    """A form with the charters to choose from by brand, addresses on one line, and the helpdesks by their names.

    What may name none is about all charters, and the ledger itself.
    """
    fields = []
    for field in shown.fields:
        match field.name:
            case "charter":
                fields.append(field._replace(kind="choice", choices=charters, unset=_("all charters")))
            case "kind":
                choices = tuple((value, NAMES.get(value, name)) for value, name in field.choices)
                fields.append(field._replace(choices=choices, help=""))
            case "url":
                fields.append(field._replace(kind="line"))
            case _:
                fields.append(field)
    return shown._replace(fields=tuple(fields))
