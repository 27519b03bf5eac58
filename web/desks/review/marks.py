"""The decisions behind a number of the integrity history, each with what makes it count."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from fastapi import APIRouter, Request, Response

from projections.decision_register import named
from projections.integrity_history import Figure, Filter, Mark, MarkLine, all_marks, marks
from web.asking import Here
from web.desks.review.asked import asked, file_form, filled, link, narrowed, taken_away, typed
from web.desks.review.names import names_of
from web.forms import Malformed, Typed, form
from web.pages import page
from web.problems import status
from web.site import site_of

router = APIRouter(prefix="/review", include_in_schema=False)

AT_ONCE = 50
_KINDS: dict[str, Mark | Figure] = {kind.value: kind for kind in (*Mark, *Figure)}


@router.get("/marks")
def listing(request: Request, here: Here) -> Response:
    """The decisions behind a number, each with what makes it count."""
    site, given = site_of(request), typed(request, Filter)
    text = request.query_params.get("mark", "")
    mark = _KINDS.get(text)
    try:
        wanted = asked(request, Filter, given, charter=here)
    except Malformed as wrong:
        return page(
            request,
            "review/marks.html",
            status(wrong),
            lines=[],
            next=None,
            mark="",
            wanted=None,
            **filter_form(request, given, wrong),
        )
    if file := file_form(request.query_params.get("format")):
        names = [field.name for field in fields(MarkLine)]
        return taken_away(f"integrity-{here}", file, names, all_marks(site.views, wanted, mark))
    found = marks(site.views, wanted, request.query_params.get("after"), AT_ONCE, mark)
    about = named(site.views, [line.decision for line in found.marks if line.decision])
    return page(
        request,
        "review/marks.html",
        lines=[(line, about.get(line.decision or "")) for line in found.marks],
        next=found.next and link(request, "/review/marks", filled(given), mark=text, after=found.next),
        mark=mark or "",
        wanted=wanted,
        **filter_form(request, given, None),
    )


def filter_form(request: Request, given: Typed, wrong: Malformed | None) -> dict[str, Any]:
    """A filter of the history as a form, with what may be typed into it."""
    return {
        "form": form(Filter, given, wrong, leave_out=("charter",)),
        "names": names_of(site_of(request), request.state.charter),
        "given": filled(given),
        "narrowed": narrowed(given),
    }
