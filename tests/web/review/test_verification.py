"""Verification from the browser: what was published, verifying now, and what is said when something was altered."""

from __future__ import annotations

import re

from fastapi import FastAPI
from sqlalchemy import Connection, text
from starlette.testclient import TestClient

from charter.ledger import Ledger
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.verify import checkpoint
from charter.publishing.remembered import by_name, remember
from tests.web.conftest import ADDRESS, REVIEWER, Browse
from tests.web.review.conftest import Publish
from web.desks.review.verification import NoSuchCheckpoint, of_site
from web.desks.review.verifying import Verifying
from web.desks.review.verifying import verified as look


def unlock(connection: Connection) -> None:
    """Take away what keeps entries from being changed, as somebody would who owns the file."""
    for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
        connection.execute(text(f'DROP TRIGGER "{name}"'))


def verified(client: TestClient) -> str:
    """Have the ledger verified, wait for the end, and read the page."""
    app = client.app
    assert isinstance(app, FastAPI)
    client.get("/review/verification")
    verifying = app.state.site.once(of_site)
    assert client.post("/review/verification", follow_redirects=False).status_code == 303
    verifying.wait(60)
    return client.get("/review/verification").text


def test_it_shows_the_tree_the_checkpoints_and_the_witnesses(browse: Browse, ledger: Ledger, publish: Publish) -> None:
    signed = publish()
    html = browse(REVIEWER).get("/review/verification").text
    size = f"{ledger.entries_recorder.size():,}"
    assert f"<dd>{size}</dd>" in html
    assert signed.checkpoint.root.hex() in html
    assert "north and south; needed: both" in html
    assert "nobody has had the ledger verified" in html


def test_the_signed_note_is_there_to_be_given_away(browse: Browse, publish: Publish) -> None:
    signed = publish()
    client = browse(REVIEWER)
    answer = client.get(f"/review/checkpoints/{signed.checkpoint.size}")
    assert SignedCheckpoint.parse(answer.text) == signed
    missing = client.get("/review/checkpoints/3")
    assert missing.status_code == 404
    assert str(NoSuchCheckpoint(size="3")) in missing.text


def test_without_any_it_says_how_the_first_is_made(browse: Browse) -> None:
    html = browse(REVIEWER).get("/review/verification").text
    assert "charter checkpoint" in html
    assert "charter key new" in html
    assert "/log/" not in html  # nothing is there to read yet


def test_where_the_log_is_read_something_is_there(browse: Browse, publish: Publish) -> None:
    publish()
    client = browse(REVIEWER)
    html = client.get("/review/verification").text
    [(address, said)] = re.findall(r'<a href="(/log/[^"]*)">([^<]*)</a>', html)
    assert said == f"{ADDRESS}{address}"
    assert client.get(address).status_code == 200


def test_all_of_it_is_verified_now_and_who_asked_is_kept(browse: Browse, ledger: Ledger, publish: Publish) -> None:
    size = publish().checkpoint.size
    html = verified(browse(REVIEWER))
    assert f"{size:,} entries verified, nothing was altered." in html
    assert REVIEWER in html
    assert f"entries 1 to {size:,}" in html
    assert "1 checkpoint fits" in html


def test_a_part_is_given_while_it_runs(browse: Browse) -> None:
    part = browse(REVIEWER).get("/review/verification", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="state"')


def test_what_was_altered_is_named(browse: Browse, ledger: Ledger) -> None:
    with ledger.engine.begin() as connection:
        unlock(connection)
        connection.execute(text("UPDATE entries SET body = CAST(body || ' ' AS BLOB) WHERE position = 300"))
    html = verified(browse(REVIEWER))
    assert "Verification failed" in html
    assert "at position 300" in html
    assert "Do not write to this ledger any more." in html


def test_the_connections_of_those_who_read_and_write_meanwhile_are_left_to_them(ledger: Ledger) -> None:
    verifying, pool = Verifying(ledger), ledger.engine.pool
    verifying.start("ines")
    verifying.wait(60)
    assert verifying.last is not None and verifying.last.ok
    assert ledger.engine.pool is pool


def test_where_no_checkpoint_confirms_it_the_page_says_so(browse: Browse, publish: Publish) -> None:
    client = browse(REVIEWER)
    assert "Nothing outside the ledger confirms that: it adopted a key" in verified(client)
    sealed = publish().checkpoint
    assert "Nothing outside the ledger confirms that: the keys that signed are known from the ledger alone" in verified(
        client
    )
    remember(sealed, by_name(sealed.origin))
    assert "Nothing outside the ledger confirms" not in verified(client)


def test_what_was_verified_on_this_computer_is_held_against_it(ledger: Ledger) -> None:
    head = checkpoint(ledger.engine)
    remember(Checkpoint(head.origin, head.size, bytes(32)), by_name(head.origin))
    verifying = Verifying(ledger)
    verifying.start("ines")
    verifying.wait(60)
    assert verifying.last is not None and "rewritten" in verifying.last.wrong


def test_what_the_server_itself_verified_before_confirms_nothing(browse: Browse) -> None:
    client = browse(REVIEWER)
    for _ in range(2):
        assert "Nothing outside the ledger confirms that yet: no checkpoint is published" in verified(client)


def test_what_the_server_itself_verified_before_is_held_against_it(ledger: Ledger) -> None:
    head = checkpoint(ledger.engine)
    rewritten = Checkpoint(head.origin, head.size, bytes(32))
    found, known = look(ledger, "ines", rewritten, lambda *_: None)
    assert "rewritten" in found.wrong
    assert known is None


def test_two_who_ask_at_once_wait_for_one(ledger: Ledger) -> None:
    verifying = Verifying(ledger)
    first, second = verifying.start("ines"), verifying.start("mara")
    assert (first, second) == (True, False)
    verifying.wait(60)
    assert verifying.last is not None
    assert verifying.last.by == "ines"


def test_a_ledger_that_was_cut_off_since_is_noticed(ledger: Ledger) -> None:
    verifying = Verifying(ledger)
    verifying.start("ines")
    verifying.wait(60)
    with ledger.engine.begin() as connection:
        unlock(connection)
        connection.execute(text("DELETE FROM entries WHERE position > 800"))
    verifying.start("ines")
    verifying.wait(60)
    assert verifying.last is not None
    assert not verifying.last.ok
