"""How a public page is made: the same for everybody, so that it may be kept, with help for who is lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from fastapi import APIRouter, Request, Response

from charter.message import NotFound
from web.desks.public import formats
from web.desks.public.cacheable import GET, cacheable
from web.desks.public.published import Published, public_charter, public_charters
from web.pages import PAGES
from web.site import site_of
from web.words import LANGUAGE

Reads = Callable[..., Response]


def at(router: APIRouter, path: str) -> Callable[[Reads], Reads]:
    """A page at an address, for everybody; whoever asks for what is not there is told what is."""

    def at_address(reads: Reads) -> Reads:
        @wraps(reads)
        def answered(request: Request, **given: Any) -> Response:
            try:
                return reads(request, **given)
            except NotFound as error:
                return _missing(request, error)

        router.api_route(path, methods=GET, include_in_schema=False, response_model=None)(answered)
        return reads

    return at_address


def asked(request: Request, slug: str) -> Published:
    """The charter of an address; raises NoPublicCharter."""
    return public_charter(site_of(request).views, slug)


def page(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """A public page from its template, about a charter if there is one that is `known`."""
    told = {"known": None, "language": LANGUAGE, "path": request.url.path, "address": site_of(request).settings.address}
    body = PAGES.get_template(f"public/{name}.html").render(told | context).encode()
    return cacheable(request, body, "text/html; charset=utf-8", status=status, Vary="Accept")


def _missing(request: Request, error: NotFound) -> Response:
    """What there is, for whoever looked for something else."""
    there = public_charters(site_of(request).views)
    slug = request.path_params.get("slug") or formats.suffix(request.path_params.get("name", ""))[0]
    here = next((line for line in there if line.slug == slug), None)
    return page(request, "missing", 404, sentence=str(error), here=here, charters=there)
