"""Who is shown the forms that change a charter: its leaders; whoever else comes there is told so before typing."""

from __future__ import annotations

from fastapi import Depends, Request

from charter.terms import Role
from web import rights
from web.asking import Asks, Here, not_yours


def leads(request: Request, asks: Asks, here: Here) -> None:
    """Raises NotYours for whoever does not lead this charter."""
    if not asks.actor.has(Role.LEADER, here):
        raise not_yours(request, asks, "leaders")


def may_open(request: Request, asks: Asks) -> None:
    """Raises NotYours for whoever may open no charter."""
    if not rights.may_open(asks.actor):
        raise not_yours(request, asks, "leaders and admins")


LEADS = Depends(leads)
MAY_OPEN = Depends(may_open)
