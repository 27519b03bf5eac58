"""The reviewer's desk: the integrity history, the register, one decision's trail, what proves it, and people's data."""

from __future__ import annotations

from fastapi import APIRouter

from web.asking import at_desk
from web.desks.by_brand import BY_BRAND
from web.desks.review import evidence, integrity, log, marks, people, register, trail, verification
from web.rights import Desk

router = APIRouter(dependencies=[BY_BRAND])
for part in (integrity, marks, register, evidence, log, verification):
    router.include_router(part.router, dependencies=[at_desk(Desk.REVIEWER)])
router.include_router(trail.router)  # whose charter is that of the decision
router.include_router(people.router)  # which admins reach as well
