"""Whether nothing was altered: the tree, its checkpoints and who vouches for them, and verifying all of it now."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from charter.message import NotFound
from charter.proof.verify import checkpoint
from charter.store.published import Published
from web.asking import Asks
from web.desks.review import sealed
from web.desks.review.asked import link
from web.desks.review.verifying import Verifying
from web.pages import is_part, page, then
from web.site import Site, site_of

router = APIRouter(prefix="/review", include_in_schema=False)


class NoSuchCheckpoint(NotFound):
    """No checkpoint of {size} entries was published. The page about verification lists those that were."""


def of_site(site: Site) -> Verifying:
    """The verification of a server's ledger."""
    return Verifying(site.ledger)


def verifying(request: Request) -> Verifying:
    """That of the server which was asked."""
    return site_of(request).once(of_site)


@router.get("/verification")
def show(request: Request) -> Response:
    """How large the tree is, what was published of it, and when it was last verified."""
    state = verifying(request)
    if is_part(request):
        return page(request, "review/verification_state.html", state=state)
    site = site_of(request)
    size, root = _head(site)
    wrong = ""
    try:
        checkpoints, number = sealed.published(site.ledger)
    except ValueError as error:
        checkpoints, number, wrong = [], 0, str(error)
    return page(
        request,
        "review/verification.html",
        state=state,
        size=size,
        root=root,
        checkpoints=checkpoints,
        number=number,
        unreadable=wrong,
        keys=site.ledger.keys(),
        witnesses=sealed.witnesses(),
        most=sealed.MOST,
    )


@router.post("/verification")
def verify(request: Request, asks: Asks) -> Response:
    """Begin to verify the whole ledger; the page shows how far it is."""
    verifying(request).start(asks.person)
    return then(link(request, "/review/verification", {}))


@router.get("/checkpoints/{size}")
def note(request: Request, size: int) -> Response:
    """A published checkpoint as the signed note that it is, to be kept or given away."""
    found = next((one for one in reversed(Published(site_of(request).ledger.engine).all()) if one.size == size), None)
    if found is None:
        raise NoSuchCheckpoint(size=f"{size:,}")
    headers = {"Content-Disposition": f'attachment; filename="{size}.checkpoint"'}
    return Response(found.note, headers=headers, media_type="text/plain; charset=utf-8")


def _head(site: Site) -> tuple[int, str]:
    """How many entries there are, and the root of the tree over them in hex; empty before the first."""
    try:
        head = checkpoint(site.ledger.engine)
    except ValueError:
        return 0, ""
    return head.size, head.root.hex()
