"""Whether the server lives, whether it can answer, and its numbers for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from charter.store.errors import StoreUnavailable
from web.asking import Admin
from web.site import Site, site_of

router = APIRouter()


@router.get("/healthz", response_class=PlainTextResponse, include_in_schema=False)
async def lives() -> str:
    """The process answers."""
    return "ok\n"


@router.get("/readyz", response_class=PlainTextResponse, include_in_schema=False)
def ready(request: Request) -> Response:
    """The ledger can be read and the writer takes orders; 503 otherwise, with what is missing."""
    site = site_of(request)
    try:
        site.ledger.entries_recorder.size()
    except StoreUnavailable as error:
        return PlainTextResponse(f"{error}\n", 503)
    if not site.writer.is_taking:
        return PlainTextResponse("The server is stopping.\n", 503)
    return PlainTextResponse("ready\n")


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request, asks: Admin) -> Response:
    """The server's numbers in Prometheus' text format, for an admin's token; nothing in them speaks of a person."""
    del asks
    registry = CollectorRegistry()
    registry.register(_Numbers(site_of(request)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Numbers:
    """What is counted, read at the moment it is asked for."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterator[Metric]:
        """Every number with its name and what it means."""
        writer = self._site.writer
        yield CounterMetricFamily("charter_orders", "Commands that were decided.", writer.orders)
        yield CounterMetricFamily("charter_commits", "Durable commits they shared.", writer.batches)
        yield GaugeMetricFamily("charter_orders_waiting", "Commands that wait for their turn.", writer.waiting)
        yield GaugeMetricFamily("charter_entries", "Entries in the ledger.", self._site.ledger.entries_recorder.size())
        behind = GaugeMetricFamily("charter_view_behind", "Entries a view has yet to take in.", labels=["view"])
        failed = GaugeMetricFamily("charter_view_failed", "1 for a view that failed.", labels=["view"])
        for state in self._site.views.status():
            behind.add_metric([state.name], state.behind)
            failed.add_metric([state.name], int(state.error is not None))
        yield from (behind, failed)
