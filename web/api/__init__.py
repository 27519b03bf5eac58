"""The HTTP API under /api/v1: every command and every view of the ledger, for programs."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from web.api import (
    batch,
    charters,
    commands,
    decisions,
    entries,
    erasing,
    exports,
    feed,
    integrity,
    making,
    people,
    problem_pages,
    subjects,
    upkeep,
    verification,
)
from web.api.asking import only_known
from web.api.description import PREFIX, describe

__all__ = ["describe", "router"]

_v1 = APIRouter(prefix=PREFIX, dependencies=[Depends(only_known)])
for _part in (
    commands,
    batch,
    erasing,
    charters,
    decisions,
    integrity,
    entries,
    people,
    subjects,
    verification,
    upkeep,
    making,
    exports,
    feed,
):
    _v1.include_router(_part.router)

router = APIRouter()
router.include_router(_v1)
router.include_router(problem_pages.router)
