"""On the pages of the desks, what is refused or was done names a charter by its brand, as people know it."""

from __future__ import annotations

from functools import cache

from fastapi import Depends, Request

from web import refusals
from web.site import site_of


async def by_brand(request: Request) -> None:
    """Call charters by their brands in this request's sentences; not in a thread, where that would be forgotten."""
    ledger = site_of(request).ledger
    refusals.CALLED.set(cache(lambda charter: ledger.charter(charter).brand or charter))


BY_BRAND = Depends(by_brand)
