"""A link of a demonstration signs in whom it is for: once, when its button is pressed, not when it is looked at."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.web.conftest import REP
from web.access.invitations import entry_link
from web.site import Site


def test_looking_at_the_link_does_not_use_it_and_pressing_does(stranger: TestClient, site: Site) -> None:
    link = entry_link(site, REP)
    for _ in range(2):
        assert f"Go on as {REP}" in stranger.get(link).text
    pressed = stranger.post(link, follow_redirects=False, headers={"Origin": site.settings.address})
    assert pressed.status_code == 303
    assert stranger.get("/desk").status_code == 200


def test_the_link_works_once(stranger: TestClient, site: Site) -> None:
    link = entry_link(site, REP)
    stranger.post(link, headers={"Origin": site.settings.address})
    stranger.cookies.clear()
    assert stranger.get(link).status_code == 404
    assert stranger.post(link, headers={"Origin": site.settings.address}).status_code == 404


def test_another_sites_page_cannot_press_it(stranger: TestClient, site: Site) -> None:
    link = entry_link(site, REP)
    assert stranger.post(link, headers={"Origin": "https://elsewhere.test"}).status_code == 403
