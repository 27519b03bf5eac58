"""The rep's desk: answer a request on a call, see what waits and what came back, and go on with one decision."""

from fastapi import APIRouter

from web.asking import at_desk
from web.desks.by_brand import BY_BRAND
from web.desks.rep import case, desk, lists
from web.rights import Desk

router = APIRouter(include_in_schema=False, dependencies=[BY_BRAND, at_desk(Desk.REP)])
for _part in (desk, lists, case):
    router.include_router(_part.router)
