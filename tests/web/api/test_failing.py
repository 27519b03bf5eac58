"""Whatever fails here, somebody is told so: on a page that needs nothing of what failed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from charter.ledger import Ledger
from charter.store.errors import StoreUnavailable
from projections.register_rows import DECISION, DECISION_REGISTER
from tests.web.conftest import CHARTER, REP, REVIEWER, Browse
from web.problems import SAYS_NOTHING
from web.site import Site

SECRET = "the words of somebody"  # noqa: S105  # what a failure may quote, and no answer says


PERSON, CHARTERS = "person", "charter"


@pytest.mark.parametrize(
    ("part", "path"),
    [
        (CHARTERS, "/desk"),
        (CHARTERS, "/charter"),
        (PERSON, "/desk"),
        (PERSON, "/"),
        (PERSON, "/nothing-here"),
        (PERSON, "/api/v1/charters"),
    ],
)
def test_where_what_is_stored_is_damaged_the_answer_still_says_what_to_do(
    browse: Browse, monkeypatch: pytest.MonkeyPatch, part: str, path: str
) -> None:
    rep = browse(REP)

    def damaged(_ledger: Ledger, _name: str) -> None:
        raise AssertionError(SECRET)

    monkeypatch.setattr(Ledger, part, damaged)
    answer = rep.get(path)
    assert answer.status_code == 500
    assert SAYS_NOTHING.partition(",")[0] in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize("path", ["/desk", f"/charter?charter={CHARTER}"])
def test_while_the_database_is_away_a_page_says_so(browse: Browse, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    rep = browse(REP)

    def away(_ledger: Ledger, _name: str) -> None:
        raise StoreUnavailable("the database")

    monkeypatch.setattr(Ledger, "person", away)
    answer = rep.get(path)
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")


def test_what_no_text_has_and_no_number_is_so_large_is_refused_and_breaks_nothing(browse: Browse) -> None:
    reviewer = browse(REVIEWER)
    assert reviewer.post("/review/decisions", data={"text": "a\0b"}).status_code == 422
    assert reviewer.get("/review/decisions?text=a%00b").status_code == 422
    assert reviewer.get(f"/review/log?after={10**30}").status_code == 422
    assert reviewer.get(f"/review/log?before={10**30}").status_code == 422


@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00"])
def test_a_moment_that_some_calendar_does_not_have_is_refused(browse: Browse, site: Site, moment: str) -> None:
    with site.views.reading(DECISION_REGISTER) as connection:
        decision = connection.execute(select(DECISION.c.id).limit(1)).scalar_one()
    reviewer = browse(REVIEWER)
    assert reviewer.get(f"/review/decisions/{decision}?known_at={moment}").status_code == 422
    assert reviewer.get(f"/review/log?since={moment}").status_code == 422
