"""Where somebody goes on who came to what is no longer there, or never was: a page of the same desk that always is."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import Request
from starlette.routing import Match

from web.words import later


class Onward(NamedTuple):
    """A page that is there whatever became of the rest, and the words of the link to it."""

    address: str
    words: str


PLACES = {
    "/desk/decisions": Onward("/desk/mine", later("To my decisions")),
    "/desk": Onward("/desk", later("To the desk")),
    "/charter/revisions": Onward("/charter/revisions", later("To the list of revisions")),
    "/charter": Onward("/charter", later("To the draft")),
    "/review/checkpoints": Onward("/review/verification", later("To the verification")),
    "/review/verification": Onward("/review/verification", later("To the verification")),
    "/review/subjects": Onward("/review/subjects", later("To people's data")),
    "/review/retention": Onward("/review/subjects", later("To people's data")),
    "/review/log": Onward("/review/log", later("To the log")),
    "/review": Onward("/review/decisions", later("To the decisions")),
    "/admin/webhooks": Onward("/admin/webhooks", later("To the webhooks")),
    "/admin/system": Onward("/admin/system", later("To the system")),
    "/admin": Onward("/admin", later("To the people")),
    "/you": Onward("/you", later("To your own page")),
}
"""By the beginning of an address, the longer before the shorter."""


def onward(request: Request, code: int) -> Onward | None:
    """The page to go on at after a refusal with a status; None where no desk is meant.

    Whoever reads an address that only takes a form is led to the page above it, which is the one with that form.
    """
    path = request.url.path
    above = path.rpartition("/")[0]
    if code == 405 and above not in PLACES and _is_page(request, above):
        return Onward(above, later("To the page with the form"))
    return next((page for begin, page in PLACES.items() if f"{path}/".startswith(f"{begin}/")), None)


def _is_page(request: Request, path: str) -> bool:
    asked = {**request.scope, "path": path, "method": "GET"}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.router.routes)
