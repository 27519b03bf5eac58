"""Admins' addresses for webhooks and helpdesks: made, listed, tried, paused and removed. Secrets are shown once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from charter.message import PersonId, Slug
from web.access.record import refused_access
from web.api.asking import at_site, only_known, said
from web.api.description import PREFIX, may_answer
from web.asking import Admin, Asker, ReadOnly
from web.hooks.hooks import Hook, Hooks
from web.hooks.post import Reply
from web.hooks.sources import LONGEST_SITE, Kind, Source, Sources
from web.site import Site

router = APIRouter(prefix=PREFIX, dependencies=[Depends(only_known)], tags=["Webhooks"])


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewWebhook(_Asked):
    """A place to be told when something is written."""

    url: str = Field(max_length=2_000, description="Where messages go: https://example.com/hook.")
    types: list[str] = Field(default_factory=list, max_length=200, description="Types of entries; all when empty.")
    charter: Slug | None = Field(None, description="Only entries of this charter; all when left out.")
    after: int | None = Field(None, ge=0, le=2**53, description="Entries after this position; from now on if left out.")


class NewHelpdesk(_Asked):
    """A helpdesk whose new tickets are logged as requests."""

    kind: Kind = Field(description="zammad, chatwoot or zendesk.")
    charter: Slug = Field(description="The charter that they are decided under.")
    person: PersonId = Field(description="Who logs them: a registered person, a rep of the charter.")
    site: str = Field(
        max_length=LONGEST_SITE, description="The helpdesk's own address, for links: https://help.example.com."
    )


class Secret(_Asked):
    """The secret that a helpdesk signs with."""

    secret: str = Field(max_length=500, description="As the helpdesk shows it.")


class MadeWebhook(BaseModel):
    """A webhook that was made, with its secret, which is shown this once."""

    secret: str
    webhook: Hook


class MadeHelpdesk(BaseModel):
    """A helpdesk that was added: where it sends to, and for Zammad the secret, which is shown this once."""

    secret: str | None
    address: str
    helpdesk: Source


def _hooks(site: Annotated[Site, Depends(at_site)]) -> Hooks:
    return Hooks.of(site)


def _sources(site: Annotated[Site, Depends(at_site)]) -> Sources:
    return Sources.of(site)


def _may_write(request: Request, asks: Admin) -> Asker:
    if not asks.may_write:
        refused_access(request, ReadOnly.__name__, asks.person)
        raise ReadOnly
    return asks


Writes = Annotated[Asker, Depends(_may_write)]
AllHooks = Annotated[Hooks, Depends(_hooks)]
AllSources = Annotated[Sources, Depends(_sources)]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,40}$", description="The id it was given.")]


@router.get("/webhooks", response_model=list[Hook], responses=may_answer(), summary="All webhooks")
def webhooks(hooks: AllHooks, asks: Admin) -> Response:
    """Every webhook, how far it has come, and what came of its last message. For admins."""
    del asks
    return said(hooks.list())


@router.post(
    "/webhooks", status_code=201, response_model=MadeWebhook, responses=may_answer(404, 409), summary="Make a webhook"
)
def add(hooks: AllHooks, asks: Writes, asked: NewWebhook) -> Response:
    """Tell a place of new entries, as CloudEvents signed by Standard Webhooks, without words of anybody. For admins."""
    secret, made = hooks.add(asked.url, by=asks.person, types=asked.types, charter=asked.charter, after=asked.after)
    return said(MadeWebhook(secret=secret, webhook=made), status=201)


@router.post("/webhooks/{id}/test", response_model=Reply, responses=may_answer(404), summary="Try a webhook")
def try_(hooks: AllHooks, asks: Writes, id: Id) -> Response:  # noqa: A002  # it stands so in the address
    """Send a message that only tries whether it comes in, and say what came of it. For admins."""
    del asks
    return said(hooks.test(id))


@router.post("/webhooks/{id}/pause", response_model=Hook, responses=may_answer(404), summary="Pause a webhook")
def pause(hooks: AllHooks, asks: Writes, id: Id) -> Response:  # noqa: A002
    """Send nothing until it goes on; what is written meanwhile waits. For admins."""
    del asks
    hooks.pause(id)
    return said(hooks.get(id))


@router.post("/webhooks/{id}/go-on", response_model=Hook, responses=may_answer(404), summary="Go on with a webhook")
def go_on(hooks: AllHooks, asks: Writes, id: Id) -> Response:  # noqa: A002
    """Send again, beginning with what waits. For admins."""
    del asks
    hooks.go_on(id)
    return said(hooks.get(id))


@router.delete("/webhooks/{id}", status_code=204, responses=may_answer(404), summary="Remove a webhook")
def remove(hooks: AllHooks, asks: Writes, id: Id) -> Response:  # noqa: A002
    """Forget a webhook; nothing more is sent there. For admins."""
    del asks
    hooks.remove(id)
    return Response(status_code=204)


@router.get("/helpdesks", response_model=list[Source], responses=may_answer(), summary="All helpdesks")
def helpdesks(sources: AllSources, asks: Admin) -> Response:
    """Every helpdesk whose tickets are logged, and when something came from it. For admins."""
    del asks
    return said(sources.list())


@router.post(
    "/helpdesks", status_code=201, response_model=MadeHelpdesk, responses=may_answer(404, 409), summary="Add a helpdesk"
)
def add_helpdesk(request: Request, sources: AllSources, asks: Writes, asked: NewHelpdesk) -> Response:
    """Let a helpdesk log its new tickets as requests. For admins; docs/helpdesks.md says what to do there."""
    secret, made = sources.add(asked.kind, charter=asked.charter, person=asked.person, site=asked.site, by=asks.person)
    settings = request.app.state.site.settings
    address = f"{settings.address}/hooks/in/{made.kind}/{made.id}"
    return said(MadeHelpdesk(secret=secret, address=address, helpdesk=made), status=201)


@router.put("/helpdesks/{id}/secret", status_code=204, responses=may_answer(404, 409), summary="Keep its secret")
def keep_secret(sources: AllSources, asks: Writes, id: Id, asked: Secret) -> Response:  # noqa: A002
    """Take the secret that the helpdesk signs with; nothing comes in before. For admins."""
    del asks
    sources.keep_secret(id, asked.secret)
    return Response(status_code=204)


@router.delete("/helpdesks/{id}", status_code=204, responses=may_answer(404), summary="Remove a helpdesk")
def remove_helpdesk(sources: AllSources, asks: Writes, id: Id) -> Response:  # noqa: A002
    """Let nothing more come in from it. For admins."""
    del asks
    sources.remove(id)
    return Response(status_code=204)
