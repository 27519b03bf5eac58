"""What a browser holds of what waits for somebody: each has a cookie of its own, so that none takes another's place,
whichever tab it came from."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from fastapi import Request, Response

from web.access.accounts import Accounts
from web.access.keeping import HOUR, Keeping, Waiting, spoken_of
from web.security import cookie_name, give_cookie, take_cookie
from web.settings import Settings
from web.site import site_of

LOOKED_AT = 50
"""Cookies that are looked at, of however many are sent; browsers need keep no more of one site (RFC 6265, 6.1)."""


class Held:
    """What a browser holds of one kind of things that wait, which its cookies are called by."""

    def __init__(self, kind: str, keeping: Callable[[Accounts], Keeping]) -> None:
        self._kind = kind
        self._keeping = keeping

    def secret(self, request: Request, id_: str) -> str:
        """What opens the one that is spoken of by an id; empty where this browser does not hold it."""
        return request.cookies.get(self._cookie(site_of(request).settings, id_), "")

    def secrets(self, request: Request) -> dict[str, str]:
        """What the browser holds, good or not: each secret by the id it is spoken of by."""
        begins = self._cookie(site_of(request).settings, "")
        found = ((name.removeprefix(begins), text) for name, text in request.cookies.items() if name.startswith(begins))
        return dict(islice(found, LOOKED_AT))

    def waiting(self, request: Request, person: str | None = None) -> list[Waiting]:
        """What waits in this browser, for anybody or for one person: the oldest that was not shown yet first."""
        secrets = self.secrets(request)
        found = self._keeping(site_of(request).accounts).waiting(secrets.values()) if secrets else []
        return [each for each in found if person in (None, each.person)]

    def give(self, request: Request, response: Response, secret: str) -> None:
        """Let the browser hold what opens one more, and let go what opens none any more."""
        settings = site_of(request).settings
        there = {each.id for each in self.waiting(request)}
        for id_ in self.secrets(request).keys() - there:
            take_cookie(response, settings, self._cookie(settings, id_))
        give_cookie(response, settings, self._cookie(settings, spoken_of(secret)), secret, int(HOUR.total_seconds()))

    def forget(self, request: Request, response: Response, but: str | None = None) -> None:
        """Let go what waits in this browser, but for what waits for one person."""
        site = site_of(request)
        stays = {each.id for each in self.waiting(request, but)} if but else set()
        for id_, secret in self.secrets(request).items():
            if id_ not in stays:
                self._keeping(site.accounts).forget(secret)
                take_cookie(response, site.settings, self._cookie(site.settings, id_))

    def _cookie(self, settings: Settings, id_: str) -> str:
        return f"{cookie_name(settings)}-{self._kind}-{id_}"
