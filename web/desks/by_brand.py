"""On the pages of the desks, what is refused names a charter by its brand, as people know it."""

from __future__ import annotations

from fastapi import Depends, Request

from web import refusals
from web.site import site_of


async def by_brand(request: Request) -> None:
    """Call charters by their brands in the refusals of this request; not in a thread, where that would be forgotten."""
    ledger = site_of(request).ledger
    refusals.CALLED.set(lambda charter: ledger.charter(charter).brand or charter)


BY_BRAND = Depends(by_brand)
