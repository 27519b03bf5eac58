"""What everybody may read without signing in: the charters, their wordings, what is declined and why, and the log."""

from fastapi import APIRouter

from web.desks.public import charters, lists, log

router = APIRouter(include_in_schema=False)
for _part in (log, lists, charters):
    router.include_router(_part.router)
