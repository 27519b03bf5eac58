"""Everybody can use every page: axe finds nothing on it, in light and in dark, on a desk and on the narrowest phone.

The pages are those that the application has: one that is new has to be walked here, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Page, expect

from charter.charters.commands import ApproveRevision, MakePromise, ProposeRevision
from projections.decision_register import Filter
from projections.decision_register import page as register
from projections.finding import meant
from tests.web.access.looks import wrong_with
from tests.web.conftest import ADMIN, CHARTER, LEADER, OTHER_LEADER, REP, REVIEWER, Served
from tests.web.rep.test_by_keyboard import answer_no, press
from tests.web.review import conftest as reviewing
from web.access.invitations import entry_link, invite

publish = reviewing.publish

STRANGERS = (
    "/",
    "/c/",
    "/c/larkwing",
    "/c/larkwing?as_of=2026-01-15",
    "/c/larkwing/revisions",
    "/c/larkwing/revisions/1",
    "/c/larkwing/revisions/3/diff",
    "/c/larkwing/register",
    "/c/larkwing/embed",
    "/c/nowhere",
    "/nowhere",
    "/sign-in",
    "/problems",
    "/problems/SamePerson",
    "/enter/{entry}",
    "/welcome/{welcome}",
)
REPS = (
    "/desk",
    "/desk/open",
    "/desk/mine?answer=no",
    "/desk/mine/returned",
    "/desk/decisions/{mine}",
    "/desk/decisions/{mine}?do=correct",
    "/you",
    "/charter",
    "/admin",  # where a rep is told that it is not theirs
    "/nowhere",
)
LEADERS = (
    "/charter",
    "/charter/open",
    "/charter/promises/new",
    "/charter/promises/REFUND-24",
    "/charter/propose",
    "/charter/revisions",
    "/charter/revisions/3",
    "/charter/revisions/3/diff",
    "/charter/revisions/3/readers",
    "/charter/revisions/4",  # which they can publish
)
REVIEWERS = (
    "/review",
    "/review?by=promise&promise=REFUND-24",
    "/review/marks?mark=broken",
    "/review/decisions",
    "/review/decisions/{decision}",
    "/review/decisions/{decision}/reverse",
    "/review/decisions/{decision}/correct",
    "/review/evidence",
    "/review/verification",
    "/review/log",
    "/review/subjects",
    "/review/subjects/{subject}",
    "/review/retention",
    "/charter/revisions/5",  # which they can approve
)
ADMINS = (
    "/admin",
    "/admin?q=nobody",
    "/admin/people/tom",
    "/admin/access",
    "/admin/webhooks",
    "/admin/system",
    "/review/subjects/{subject}/erase",
)
WALKED = {None: STRANGERS, REP: REPS, LEADER: LEADERS, REVIEWER: REVIEWERS, ADMIN: ADMINS}
"""The pages that each is shown."""
SENT_EMPTY = {
    LEADER: ("/charter/promises/new", "/charter/propose", "/charter/open"),
    REVIEWER: ("/review/evidence", "/review/subjects", "/review/decisions/{decision}/reverse"),
    ADMIN: ("/admin", "/admin/webhooks", "/review/subjects/{subject}/erase"),
}
"""Pages with a form that is refused when nothing is typed into it."""
ELSEWHERE = {"/first/{link}", "/you/tokens/made", "/sign-in/again", "/sign-in/again/{id}"}
"""Pages that one is only led to: `access/test_first_in_browser`, `access/test_in_browser` and
`rep/test_signed_out_in_browser` come to them and look."""
NO_PAGES = {
    "/c/{slug}/feed.atom",
    "/c/{slug}/register.csv",
    "/favicon.ico",
    "/healthz",
    "/log/checkpoint",
    "/log/tile/{path:path}",
    "/metrics",
    "/readyz",
    "/review/checkpoints/{size}",
    "/review/decisions/{decision}/proof",
    "/review/subjects/{subject}/data",
    "/robots.txt",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
}
"""Addresses of files, and of steps on a way to elsewhere."""
QUIET, WARM, LATE = (
    MakePromise(charter=CHARTER, code=code, title=title, statement=f"{title} on every flight.")
    for code, title in (("QUIET-ROW", "A quiet row"), ("WARM-TEA", "Warm tea"), ("LATE-BAG", "A bag that is late"))
)
PROPOSAL = ProposeRevision(charter=CHARTER, summary="Quiet rows.", participants=("Mara",), options=("Nothing",))


class Found(NamedTuple):
    """What stands in the addresses."""

    mine: str
    decision: str
    subject: str
    entry: str
    welcome: str


@pytest.fixture
def found(served: Served, publish: reviewing.Publish) -> Found:
    """A checkpoint is published, revisions wait to be published and approved, the draft goes on, one is invited."""
    site = served.site
    publish()
    for command in (QUIET, PROPOSAL, WARM, PROPOSAL, LATE):
        site.write(command, OTHER_LEADER)
    site.write(ApproveRevision(charter=CHARTER, revision=4), REVIEWER)
    mine = register(site.views, Filter(charter=CHARTER, rep=REP, answer="no"), limit=1).lines[0].id
    appealed = register(site.views, Filter.model_validate({"stage": "appealed"})).lines[0]
    [subject] = meant(site.ledger, appealed.customer or "")
    entry, welcome = (link.rpartition("/")[2] for link in (entry_link(site, REP), invite(site, REVIEWER)))
    return Found(mine, appealed.id, subject, entry, welcome)


@pytest.mark.parametrize("person", WALKED)
def test_axe_finds_nothing_on_any_page(served: Served, page: Page, found: Found, person: str | None) -> None:
    if person:
        served.sign_in(page, person)
    for path in WALKED[person]:
        page.goto(served.address + path.format_map(found._asdict()))
        expect(page.locator("h1")).to_have_count(1)
        assert wrong_with(page) == [], path


@pytest.mark.parametrize("person", SENT_EMPTY)
def test_axe_finds_nothing_where_a_form_is_refused(served: Served, page: Page, found: Found, person: str) -> None:
    served.sign_in(page, person)
    for path in SENT_EMPTY[person]:
        page.goto(served.address + path.format_map(found._asdict()))
        form = page.locator("main form[method=post]").last
        form.evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
        expect(page.get_by_role("alert").first).to_be_visible()
        assert wrong_with(page) == [], path


def test_axe_finds_nothing_before_and_after_a_no_is_logged(served: Served, page: Page) -> None:
    served.sign_in(page, REP)
    page.goto(f"{served.address}/desk")
    answer_no(page)
    assert wrong_with(page) == []
    press(page, "Enter")
    page.wait_for_url("**/desk?logged=*")
    assert wrong_with(page) == []


def test_no_page_is_forgotten(app: FastAPI) -> None:
    routes = [route for route in iter_route_contexts(app.routes) if "GET" in (getattr(route, "methods", None) or ())]
    pages = {str(route.path) for route in routes if not str(route.path).startswith("/api/")}
    walked = {_route(path, pages) for paths in WALKED.values() for path in paths}
    assert sorted(pages - walked - ELSEWHERE - NO_PAGES) == []


def _route(walked: str, pages: Iterable[str]) -> str | None:
    """Which page an address leads to: of those that fit, the one that says the most of it."""
    path = walked.partition("?")[0]
    fitting = [each for each in pages if re.fullmatch(re.sub(r"{[^}]+}", "[^/]+", each), path)]
    return min(fitting, key=lambda each: each.count("{"), default=None)
