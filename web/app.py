"""The whole web surface as one application: pages for people, the API for programs, and what is public."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from charter import __version__
from charter.message import Refused
from charter.store.errors import StoreUnavailable
from projections.engine import ViewFailed
from web import signed_out
from web.api.commands import Straight
from web.api.description import describe
from web.forms import Malformed
from web.problems import answer
from web.security import protect
from web.site import Site

STATIC = Path(__file__).parent / "static"
ROUTERS = (
    "web.desks.home",
    "web.desks.sign_in",
    "web.desks.rep",
    "web.desks.leader",
    "web.desks.review",
    "web.desks.admin",
    "web.desks.public",
    "web.api",
    "web.hooks.api",
    "web.hooks.incoming",
    "web.health",
)
"""Every module with addresses of its own; each offers a `router`."""

UNTOLD: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""Whatever else runs in the process or stands in its environment: nobody is sent addresses, or what went wrong with
which words. What is to be known of a server, its own logs and metrics say."""


class Static(StaticFiles):
    """Files of the package, which browsers may keep for a while."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, to be kept for a day."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response


def create_app(site: Site) -> FastAPI:
    """The application over a site, which whoever made it closes."""
    app = FastAPI(
        title="Charter ledger",
        version=__version__,
        summary="Every brand promise, every revision of the charter and every yes or no, as entries nobody can alter.",
        docs_url=None,  # its page loads scripts from elsewhere, which the policy forbids
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        telemetry=UNTOLD,
    )
    app.state.site = site
    app.router.routes.append(Straight())
    for name in ROUTERS:
        app.include_router(import_module(name).router)
    app.mount("/static", Static(directory=STATIC), name="static")
    for kind in (Refused, Malformed, RequestValidationError, HTTPException, StoreUnavailable, ViewFailed, Exception):
        app.add_exception_handler(kind, _answered)
    describe(app, site.settings)
    protect(app, site.settings, answer)
    return app


async def _answered(request: Request, error: Exception) -> Response:
    if await signed_out.has_sent(request, error):
        return await run_in_threadpool(answer, request, error)
    return answer(request, error)
