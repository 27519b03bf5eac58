"""People and the system: who may come in and do what, for how long data is kept, and how the ledger stands."""

from fastapi import APIRouter, Depends

from web.asking import only_admins
from web.desks.admin import access, making, outward, people, system
from web.desks.by_brand import BY_BRAND

router = APIRouter(include_in_schema=False, dependencies=[BY_BRAND, Depends(only_admins)])
for _part in (people, access, system, making, outward):
    router.include_router(_part.router)
