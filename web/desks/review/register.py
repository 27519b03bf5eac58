"""The register: every request with what became of it, found by anything that is known of it.

Words that are looked for may be a customer's name. So they come in the body of a form and are in no address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from projections.decision_register import Filter, Line, count, lines
from projections.decision_register import page as page_of
from projections.wording import STAGES
from web.asking import Here
from web.desks.review.asked import asked, file_form, filled, link, narrowed, taken_away, typed
from web.desks.review.names import names_of
from web.forms import Filled, Malformed, Typed, form
from web.pages import is_part, page
from web.problems import status
from web.site import site_of

router = APIRouter(prefix="/review", include_in_schema=False)

AT_ONCE = 50
TEMPLATE = "review/register.html"
BY_ADDRESS = tuple(name for name in Filter.model_fields if name not in ("charter", "text"))


def by_address(request: Request) -> Typed:
    """What the address asks for; words to look for are never in it."""
    return {name: values for name, values in typed(request, Filter).items() if name in BY_ADDRESS}


Given = Annotated[Typed, Depends(by_address)]


@router.get("/decisions")
def show(request: Request, here: Here, given: Given) -> Response:
    """The decisions that the address asks for, newest first; all of them as a file where it asks for one."""
    return _found(request, here, given, request.query_params)


@router.post("/decisions")
def search(request: Request, here: Here, given: Given, words: Filled) -> Response:
    """The same, of those with some words in them."""
    rest = {name: values[-1] for name, values in words.items() if values}
    text = {"text": [rest["text"]]} if rest.get("text") else {}
    return _found(request, here, {**given, **text}, rest)


def _found(request: Request, here: str, given: Typed, rest: Mapping[str, str]) -> Response:
    views = site_of(request).views
    try:
        wanted = asked(request, Filter, given, charter=here)
    except Malformed as wrong:
        nothing = {"lines": (), "next": None, "total": 0, "base": 0}
        return page(request, TEMPLATE, status(wrong), **_filter(request, here, given, wrong), **nothing)
    if file := file_form(rest.get("format")):
        names = [field.name for field in fields(Line)]
        return taken_away(f"decisions-{here}", file, names, lines(views, wanted))
    found = page_of(views, wanted, rest.get("after"), AT_ONCE)
    everything = Filter(charter=here)
    base = count(views, everything)
    context = {
        **_filter(request, here, given, None),
        "lines": found.lines,
        "next": found.next,
        "total": base if wanted == everything else count(views, wanted),
        "base": base,
        "after": rest.get("after"),
    }
    return page(request, "review/register_results.html" if is_part(request) else TEMPLATE, **context)


def _filter(request: Request, here: str, given: Typed, wrong: Malformed | None) -> dict[str, Any]:
    return {
        "form": form(Filter, given, wrong, only=BY_ADDRESS),
        "names": names_of(site_of(request), here),
        "text": given.get("text", [""])[-1],
        "address": link(request, "/review/decisions", filled(given, "text")),
        "given": filled(given, "text"),
        "narrowed": narrowed(given),
        "stages": STAGES,
        "after": None,
    }
