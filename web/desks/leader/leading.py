"""Who is shown the forms that change a charter: its leaders; whoever else comes there is told so before typing."""

from __future__ import annotations

from fastapi import Depends, Request

from charter.terms import Role
from web import rights
from web.access.record import refused_access
from web.asking import Asker, Asks, Here, NotYours


def leads(request: Request, asks: Asks, here: Here) -> None:
    """Raises NotYours for whoever does not lead this charter."""
    if not asks.actor.has(Role.LEADER, here):
        _refuse(request, asks, "leaders")


def may_open(request: Request, asks: Asks) -> None:
    """Raises NotYours for whoever may open no charter."""
    if not rights.may_open(asks.actor):
        _refuse(request, asks, "leaders and admins")


def _refuse(request: Request, asks: Asker, roles: str) -> None:
    refused_access(request, NotYours.__name__, asks.person)
    raise NotYours(roles=roles)


LEADS = Depends(leads)
MAY_OPEN = Depends(may_open)
