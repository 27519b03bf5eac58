"""The forms that wait in a browser for whoever typed them, and where they are shown again."""

from __future__ import annotations

from fastapi import Request

from web.held import Held

AGAIN = "/sign-in/again"
FORMS = Held("kept", lambda accounts: accounts.kept)


def address(id_: str) -> str:
    """Where a form is shown again."""
    return f"{AGAIN}/{id_}"


def after_sign_in(request: Request, person: str, wanted: str) -> str:
    """Where a person goes on who has come in: to the form of theirs that is wanted, else to one that waits for them."""
    forms = [address(each.id) for each in FORMS.waiting(request, person)]
    if wanted in forms:
        return wanted
    return AGAIN if forms else "/" if wanted.startswith(AGAIN) else wanted
