"""Coming in: by password, by a link that works once, by a provider; and what one may change about oneself."""

from fastapi import APIRouter

from web.desks.sign_in import by_link, provider, signing_in, you

router = APIRouter(include_in_schema=False)
for _part in (signing_in, by_link, provider, you):
    router.include_router(_part.router)
