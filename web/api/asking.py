"""What is asked of the API, and about what the asker may ask it: a charter, a decision, a page of a list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Annotated, Any, TypeVar
from weakref import WeakKeyDictionary

from fastapi import Depends, Path, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic_core import PydanticUndefined, to_json

from charter.decisions.refusals import UnknownDecision
from charter.given import UnknownCharter
from charter.message import CaseId, Moment, Slug
from web import rights
from web.access.record import refused_access
from web.api.belonging import charter_of
from web.api.description import JSON
from web.asking import Asks
from web.forms import Malformed
from web.site import Site, site_of
from web.words import _

M = TypeVar("M", bound=BaseModel)


async def at_site(request: Request) -> Site:
    """The site a request came to; a coroutine, since looking it up is not worth a thread."""
    return site_of(request)


At = Annotated[Site, Depends(at_site)]
"""The site, as an endpoint takes it."""
KnownAt = Annotated[Moment | None, Query(description="As the ledger knew it at this time; now when left out.")]
AsOf = Annotated[Moment | None, Query(description="At this time; now when left out.")]
First = Annotated[int, Query(ge=1, le=1_000, description="At most so many.")]
After = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]


async def only_known(request: Request) -> None:
    """Refuses what is asked in words the address does not know: a mistyped filter would let everything through."""
    route: APIRoute = request.scope["route"]
    names = _understood.get(route.endpoint)
    if names is None:
        names = _understood[route.endpoint] = _names(route)
    unknown = request.query_params.keys() - names
    if unknown:
        raise Malformed({name: _("{name} is not known here.").format(name=name) for name in sorted(unknown)})


_understood: WeakKeyDictionary[Callable[..., Any], frozenset[str]] = WeakKeyDictionary()


def _names(route: APIRoute) -> frozenset[str]:
    """What an address understands in its query, by itself and by what it depends on."""
    names: set[str] = set()
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        names |= {field.alias for field in dependant.query_params}
        waiting += dependant.dependencies
    return frozenset(names)


def of_charter(
    request: Request, asks: Asks, charter: Annotated[Slug, Path(description="The charter's short name.")]
) -> str:
    """A charter that the asker belongs to; raises UnknownCharter for any other."""
    if not rights.belongs(asks.actor, charter) or not site_of(request).ledger.charter(charter).opened:
        refused_access(request, UnknownCharter.__name__, asks.person)
        raise UnknownCharter(charter=charter)
    return charter


OfCharter = Annotated[str, Depends(of_charter)]


def of_decision(
    request: Request, asks: Asks, decision: Annotated[CaseId, Path(description="The decision's id.")]
) -> str:
    """A decision of a charter that the asker belongs to; raises UnknownDecision for any other."""
    charter = charter_of(site_of(request).ledger, decision)
    if charter is None or not rights.belongs(asks.actor, charter):
        refused_access(request, UnknownDecision.__name__, asks.person)
        raise UnknownDecision(decision=decision)
    return decision


OfDecision = Annotated[str, Depends(of_decision)]


def asked(model: type[M], leave_out: Collection[str] = ()) -> Callable[..., M]:
    """What to look for, from the query: a parameter for each field of a model, as the model describes it."""

    def wanted(**given: Any) -> M:
        return model(**{name: value for name, value in given.items() if value is not None})

    wanted.__signature__ = signature(wanted).replace(  # type: ignore[attr-defined]  # what FastAPI reads
        parameters=[
            Parameter(
                name,
                Parameter.KEYWORD_ONLY,
                default=None if field.default is PydanticUndefined else field.default,
                annotation=Annotated[field.annotation, *field.metadata, Query(description=field.description)],
            )
            for name, field in model.model_fields.items()
            if name not in leave_out
        ]
    )
    return wanted


def said(value: Any, *, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """A value as JSON: in the names of the product, times in UTC."""
    return Response(to_json(value, by_alias=True), status, dict(headers), media_type=JSON)


def paged(request: Request, value: Any, following: str | int | None, name: str = "after") -> Response:
    """A page of a list, with the address of the next one, where there is one."""
    if following is None:
        return said(value)
    address = request.url.include_query_params(**{name: following})
    return said(value, headers={"Link": f'<{address.path}?{address.query}>; rel="next"'})


def version(number: int) -> str:
    """A version of a stream as an ETag."""
    return f'"{number}"'
