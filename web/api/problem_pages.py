"""Pages that explain each refusal: the rule's name, its sentence, and what it is answered with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from charter.message import NotAllowed, NotFound, Refused
from web.pages import page
from web.problems import STATUS
from web.refusals import explained, titled

router = APIRouter(include_in_schema=False)

ELSEWHERE = (
    "terminal",
    "charter.backup",
    "charter.importing",
    "charter.publishing.folder",
    "charter.publishing.remembered",
    "charter.publishing.tiles",
    "charter.publishing.witness",
    "web.agents",
)
"""Where refusals are that nobody meets on the web."""


class Told(NamedTuple):
    """A refusal as it is explained: its name, that name as words, its sentence, and the status it is answered with."""

    name: str
    title: str
    sentence: str
    status: int


@router.get("/problems")
def listing(request: Request) -> Response:
    """Every refusal there is, by name."""
    return page(request, "problems/list.html", problems=sorted(_every()))


@router.get("/problems/{name}")
def explaining(request: Request, name: str) -> Response:
    """The refusals of one name: what each says, and with which status."""
    found = [told for told in _every() if told.name == name]
    if not found:
        raise HTTPException(404)
    return page(request, "problems/one.html", problems=found)


def _every() -> Iterator[Told]:
    for kind in set(Refused.every()) - {Refused, NotFound, NotAllowed}:
        if not kind.__module__.startswith(ELSEWHERE):
            code = next(code for known, code in STATUS.items() if issubclass(kind, known))
            yield Told(kind.__name__, titled(kind.__name__), explained(kind), code)
