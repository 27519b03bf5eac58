"""Evidence about many decisions: all that cite a promise, or all of a period, in one zip that anybody can check."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from charter.evidence.refusals import NothingToProve
from charter.message import PromiseCode, Refused
from charter.publishing.publish import PublishedUnreadable
from projections.decision_register import Filter, count, lines
from web.asking import Here
from web.desks.review import sealed
from web.desks.review.names import names_of
from web.desks.review.packing import MOST, TooManyToPack, pack
from web.forms import Filled, Form, Malformed, form, read
from web.pages import page
from web.problems import status, told
from web.site import site_of
from web.words import _

router = APIRouter(prefix="/review", include_in_schema=False)


class Evidence(BaseModel):
    """Which decisions are to be proved."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    promise: PromiseCode | None = Field(None, description="A promise they cite, itself or one of its limits.")
    since: Annotated[date | None, Field(description="The first day, where the charter lives.")] = None
    until: Annotated[date | None, Field(description="The last day.")] = None
    opened: bool = Field(False, description="With the words of people in the open. Without it they stay sealed.")


class WhichDecisions(Refused):
    """Say which decisions: name a promise, or the first or last day of a period."""


@router.get("/evidence")
def show(request: Request, here: Here) -> Response:
    """The form that asks for a pack, and what it will rest on."""
    return _form(request, here, _asked({}, None))


@router.post("/evidence")
def download(request: Request, here: Here, given: Filled) -> Response:
    """The pack; where it cannot be made, the form says why."""
    site = site_of(request)
    try:
        wanted = read(Evidence, given)
        narrow = {"promise": wanted.promise, "since": wanted.since, "until": wanted.until}
        if not any(narrow.values()):
            raise WhichDecisions
        about = _about(wanted)
        filter_ = Filter.model_validate({"charter": here, **narrow})
        if (number := count(site.views, filter_)) > MOST:
            raise TooManyToPack(count=f"{number:,}", most=f"{MOST:,}")
        found = [line.id for line in lines(site.views, filter_)]
        if not found:
            raise NothingToProve(which=about)
        return pack(site, found, f"all {about}", opened=wanted.opened)
    except (Malformed, Refused) as wrong:
        return _form(request, here, _asked(given, wrong), status(wrong))


def _asked(given: Filled, wrong: Malformed | Refused | None) -> Form:
    return form(
        Evidence, given, wrong, labels={"since": _("From"), "until": _("Until"), "opened": _("Open what people said")}
    )


def _form(request: Request, here: str, written: Form, code: int = 200) -> Response:
    ledger = site_of(request).ledger
    try:
        newest, unreadable = sealed.newest(ledger), ""
    except PublishedUnreadable as wrong:
        newest, unreadable = None, told(wrong)
    size = ledger.entries_recorder.size()
    names = names_of(site_of(request), here)
    return page(
        request,
        "review/evidence.html",
        code,
        form=written,
        sealed=newest,
        unreadable=unreadable,
        size=size,
        names=names,
    )


def _about(wanted: Evidence) -> str:
    """Which decisions, in words, as the cover of the pack has it."""
    parts = (("citing", wanted.promise), ("from", wanted.since), ("until", wanted.until))
    return " ".join(f"{word} {value}" for word, value in parts if value)
