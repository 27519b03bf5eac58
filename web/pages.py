"""How a page is made: a template, filled with what was asked, in the reader's zone and within their rights."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from charter.given import known_zone
from projections.wording import answered, citing, counted, decided, listed, short, words
from web import kept_forms, refusals, rights
from web.access.secret import new_secret
from web.asking import CHOSEN, known
from web.onward import onward
from web.site import site_of
from web.templating import templates
from web.words import LANGUAGE, _, said

SAID = "said"
"""A cookie that carries one sentence over a redirect: what was done."""
PLACES = {
    "/desk/decisions/": "/desk",
    "/charter/promises/": "/charter",
    "/charter/revisions/": "/charter/revisions",
    "/review/decisions/": "/review/decisions",
    "/review/checkpoints/": "/review/verification",
}
"""Of pages about one thing in one charter: the page beside it that every charter has."""
HTMX = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "historyCacheSize": 0,  # what was read on a shared computer is not kept by the browser
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "4(03|04|09|22)", "swap": True},
            {"code": "...", "swap": False, "error": True},
        ],
    }
)


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page or a part of one; `template` is its file under `templates/`."""
    asker = known(request)
    site = site_of(request)
    charter: str | None = getattr(request.state, "charter", None)
    desks: list[rights.Desk] = []
    if asker:
        desks = rights.desks(asker.actor, charter) if charter else rights.all_desks(asker.actor, site.ledger.charters())
    told = {
        "request": request,
        "asker": asker,
        "csrf": asker.csrf if asker else "",
        "whose": site.accounts.kept.mark(asker.person, asker.csrf) if asker else "",
        "charter": charter,
        "charters": getattr(request.state, "charters", []),
        "desks": desks,
        "zone": zone_of(request, charter),
        "path": request.url.path,
        "place": place(request.url.path),
        "query": dict(request.query_params),
        "said": unquote(request.cookies.get(SAID, "")),
        "forms_waiting": _forms_waiting(request, asker.person) if asker and status < 500 else 0,
        "settings": site.settings,
    }
    response = HTMLResponse(PAGES.get_template(template).render(told | context), status)
    if told["said"]:
        response.delete_cookie(SAID)
    if charter and len(getattr(request.state, "charters", [])) > 1 and request.cookies.get(CHOSEN) != charter:
        response.set_cookie(CHOSEN, charter, httponly=True, secure=site.settings.secure, samesite="lax")
    response.headers["Vary"] = "Cookie"
    return response


def _forms_waiting(request: Request, person: str) -> int:
    """How many forms of theirs were sent in this browser when they were signed out, and not shown again yet."""
    return sum(not each.shown for each in kept_forms.FORMS.waiting(request, person))


def then(address: str, said: str = "") -> RedirectResponse:
    """Where a form leads when it was written: another page, with one sentence about what was done."""
    response = RedirectResponse(address, 303)
    if said:
        response.set_cookie(SAID, quote(said), max_age=30, httponly=True, samesite="lax")
    return response


def zone_of(request: Request, charter: str | None = None) -> ZoneInfo:
    """The reader's zone: as their browser says, else where the charter lives, else UTC."""
    given = unquote(request.cookies.get("zone", ""))
    if given and known_zone(given):
        return ZoneInfo(given)
    if charter is not None:
        return ZoneInfo(site_of(request).ledger.charter(charter).zone)
    return ZoneInfo("UTC")


def place(path: str) -> str:
    """Where another charter has what is shown: the same page, or the list that one decision or revision stands in."""
    for single, whole in PLACES.items():
        if path.startswith(single):
            return whole
    return path


def is_part(request: Request) -> bool:
    """Whether only a part of the page was asked for, to be put into the one that is shown."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def day(value: date | datetime | None, zone: ZoneInfo | None = None) -> str:
    """A day as a document names it: 22 November 2026."""
    if isinstance(value, datetime):
        value = value.astimezone(zone or UTC).date()
    return "" if value is None else format_date(value, "d MMMM y", LANGUAGE)


def local(value: datetime, zone: ZoneInfo) -> str:
    """A moment in a zone, to the minute: 22 Nov 2026, 08:15."""
    return format_datetime(value.astimezone(zone), "d MMM y, HH:mm", locale=LANGUAGE)


@pass_context
def moment(context: Context, value: datetime | None) -> Markup:
    """A moment in the reader's zone, to the minute, that a machine can read too."""
    if value is None:
        return Markup("<span>{}</span>").format(_("at an unknown time"))
    zone: ZoneInfo = context["zone"]
    exact = value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(exact, f"{exact} ({zone.key})", local(value, zone))


def with_query(request: Request, address: str, **given: object) -> str:
    """An address about the charter that is shown, with what is given; the charter is left out where there is one."""
    query = {name: str(value) for name, value in given.items() if value not in (None, "", False)}
    if len(getattr(request.state, "charters", ())) > 1 and (charter := getattr(request.state, "charter", None)):
        query.setdefault("charter", charter)
    return f"{address}?{urlencode(query)}" if query else address


@pass_context
def _to(context: Context, address: str, **given: object) -> str:
    return with_query(context["request"], address, **given)


@pass_context
def brand(context: Context, charter: str) -> str:
    """The brand of a charter, by which people know it; its short name stands in addresses and files."""
    return site_of(context["request"]).ledger.charter(charter).brand or charter


@pass_context
def _is_public(context: Context) -> bool:
    """Whether everybody can read the charter that is shown: whether a revision of it was ever published."""
    return bool(site_of(context["request"]).ledger.charter(context["charter"]).published)


def percent(part: int, whole: int) -> str:
    """A part of a whole with its base: 7 of 212, 3.3 %."""
    if not whole:
        return f"{part:,}"
    share = format_decimal(100 * part / whole, "0.#", LANGUAGE)
    return _("%(part)s of %(whole)s, %(share)s %%") % {
        "part": f"{part:,}",
        "whole": f"{whole:,}",
        "share": share,
    }


def many(number: int, one: str, more: str | None = None) -> str:
    """A number with its unit: 1 promise, 1,200 promises."""
    text: str = said(counted(number, one, more))
    return text


def _environment() -> Environment:
    made = templates()
    made.filters |= {
        "brand": brand,
        "called": refusals.called,
        "day": day,
        "moment": moment,
        "many": many,
        "percent": percent,
        "short": short,
        "words": words,
        "listed": lambda items: listed(list(items)),
        "decided": decided,
        "citing": citing,
    }
    made.globals |= {"to": _to, "is_public": _is_public, "htmx": HTMX, "answered": answered, "onward": onward}
    made.globals["new_secret"] = new_secret
    return made


PAGES = _environment()
