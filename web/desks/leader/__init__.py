"""The leader's desk: the draft and what it misses, promises worded, revisions proposed, approved and published."""

from fastapi import APIRouter

from web.asking import at_desk
from web.desks.by_brand import BY_BRAND
from web.desks.leader import draft, opening, promises, readers, revisions
from web.rights import Desk

router = APIRouter(include_in_schema=False, dependencies=[BY_BRAND])
router.include_router(opening.router)
for _part in (draft, promises, readers, revisions):
    router.include_router(_part.router, dependencies=[at_desk(Desk.LEADER)])
