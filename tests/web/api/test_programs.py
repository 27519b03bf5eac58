"""A program's token is for the API: the forms of pages, which hand out roles and links to sign in, are for people."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.web.conftest import ADMIN, LEADER, REP, Program
from web.site import Site

FORMS = [
    (ADMIN, f"/admin/people/{REP}/link"),
    (ADMIN, f"/admin/people/{REP}/grant"),
    (ADMIN, "/admin/webhooks"),
    (LEADER, "/charter/promises/new"),
    (REP, "/desk"),
    (REP, "/desk/applies"),
    (LEADER, "/review/subjects"),
]


@pytest.mark.parametrize("scope", ["read", "write"])
@pytest.mark.parametrize(("person", "path"), FORMS)
def test_a_program_cannot_send_the_form_of_a_page(
    site: Site, program: Program, person: str, path: str, scope: str
) -> None:
    size = site.ledger.entries_recorder.size()
    with capture_logs() as logs:
        answer = program(person, scope).post(path, data={"role": "admin"})
    assert answer.status_code == 403
    assert "/welcome/" not in answer.text
    assert site.ledger.entries_recorder.size() == size
    assert [line["why"] for line in logs if line["event"] == "access_refused"] == ["FormsAreForPeople"]


def test_a_program_may_still_read_pages(program: Program) -> None:
    assert program(REP, "read").get("/desk").status_code == 200
    assert program(ADMIN, "read").get("/metrics").status_code == 200
