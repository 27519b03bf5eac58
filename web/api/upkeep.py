"""How the views stand: how far each has read the ledger, and what keeps one from going on."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Response

from web.api.asking import At, said
from web.api.description import may_answer
from web.asking import Admin

router = APIRouter(tags=["Upkeep"])


@dataclass(frozen=True, slots=True)
class View:
    """One view: the entries it has, how many it has yet to read, and what failed, if anything did."""

    name: str
    version: int
    position: int
    behind: int
    error: str | None


@router.get("/views", response_model=list[View], responses=may_answer(), summary="How the views stand")
def views(site: At, asks: Admin) -> Response:
    """How far each view has read the ledger. For admins."""
    del asks
    return said([View(*state) for state in site.views.status()])
