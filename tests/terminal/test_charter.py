"""A leader at work: the draft, the revision, and the charter as people read it."""

import re

import pytest
from click.testing import CliRunner

from cli import charter
from tests.terminal.conftest import Terminal

PROPOSE = (
    'revision propose --summary "Faster" --participant Ann --participant Cleo --option "Stay at 30" --dissent "Cash"'
)


def test_promises_are_made_listed_and_shown(skyline: Terminal) -> None:
    """Codes may be typed in small letters; limits get their codes; the list says what is incomplete."""
    said = skyline.ok(
        'promise make meal --title Meals --statement "A meal on long flights." --limit "company: No seconds"'
    )
    assert said.startswith("MEAL is in the draft, with 1 limit: MEAL.1.")
    assert "MEAL has no class; MEAL has no owner; MEAL has no So What chain" in said
    listed = skyline.ok("promise list")
    assert "MEAL Meals incomplete" in listed
    assert "REFUND-30.2 No refund to another card law" in listed
    shown = skyline.ok("promise show meal")
    assert "A meal on long flights." in shown
    assert "It has no measure." in shown
    assert [promise["code"] for promise in skyline("promise list --json").json] == ["REFUND-30", "BAG-FREE", "MEAL"]


def test_a_mistyped_code_is_answered_with_the_nearest(skyline: Terminal) -> None:
    """In the draft and in the charter in force."""
    assert "Did you mean REFUND-30?" in skyline.no("promise show REFUND", 3)
    assert "Did you mean REFUND-30?" in skyline.no('promise revise REFUND-3 --target 5 --why "x"', 3)
    assert "Did you mean" in skyline.no('no "x" -g off-brand -c REFUND-30.9 -r y', 1)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("promise make A", "--title is missing."),
        ('promise make "A B" --title t --statement s', "CODE has to be capitals"),
        ('promise make A --title "" --statement s', "--title is empty."),
        (f"promise make A --title {'t' * 201} --statement s", "--title is too long: 200 characters at most."),
        ("promise make A --title t --statement s --limit nothing", "--limit: say whom it serves"),
        (
            'promise make A --title t --statement s --limit "us: x"',
            "--limit: say whom it serves (customer, company, law)",
        ),
        ("promise make A --title t --statement s --class best", "--class: 'best' is not known here."),
        ("promise make A --title t --statement s --outcome retentoin", "Did you mean retention?"),
        ("promise make A --title t --statement s --review-on tomorrow", "--review-on: 'tomorrow' is not a day."),
        ("promise make A --titel t", "There is no option --titel. Did you mean --title"),
        ("promis list", "There is no command charter promis. Did you mean promise?"),
        ("people", "There is no command charter people. See: charter --help"),
        ("promise lst", "There is no command charter promise lst. Did you mean list?"),
        ("open Sky_Line --brand b --style s", "CHARTER has to be small letters"),
        ("revision approve one", "REVISION: 'one' is not a valid integer."),
        ("revision approve 0", "REVISION has to be 1 or more."),
        ("revision publish 1 --effective-from 2026-13-01", "is not a day. Type it as 2026-11-22."),
        ("open o --brand b --style s --approvals 99", "--approvals has to be 20 or less."),
    ],
)
def test_what_is_malformed_is_named(skyline: Terminal, line: str, sentence: str) -> None:
    """A short sentence with the option as it was typed, and exit code 2."""
    assert sentence in skyline.no(line, 2)


@pytest.mark.parametrize(
    ("line", "by", "code", "sentence"),
    [
        (PROPOSE, "ann", 1, "the draft reads like revision 1"),
        ("revision approve 7", "cleo", 3, "skyline has no revision 7."),
        ("revision publish 1", "ann", 1, "Revision 1 is published already, and took effect on"),
        ('revision withdraw 1 --reason "x"', "ann", 1, "took effect on"),
        ('promise retire NONE --why "x"', "ann", 3, "The draft has no promise NONE."),
        ("promise make BAG-FREE --title t --statement s", "ann", 1, "The draft has a promise BAG-FREE already."),
        ('promise revise BAG-FREE --without title --why "x"', "ann", 1, "A promise cannot be without title."),
        ('open skyline --brand "b" --style "s"', "ann", 1, "A charter called skyline is open already."),
        ('open other --brand "b" --style "s" --zone Moon/Base', "ann", 1, "Moon/Base is not a time zone."),
        ("promise list skylne", "ann", 3, "The charters here: skyline."),
        ("ack --revision 5", "ann", 3, "skyline has no revision 5."),
        ('promise retire BAG-FREE --why "x"', "ben", 4, "ben does not hold the role leader"),
        ('open other --brand "b" --style "s"', "ben", 4, "ben does not hold the role"),
        ("person grant ben leader", "ben", 4, "ben does not hold the role admin"),
    ],
)
def test_refusals_reach_the_user_as_their_sentence(
    skyline: Terminal, line: str, by: str, code: int, sentence: str
) -> None:
    """On standard error, with the exit code that says which kind of no it is."""
    assert sentence in skyline.no(line, code, by)


def test_a_revision_goes_its_way(skyline: Terminal) -> None:
    """Worded anew, proposed, not approved by its author, approved, published, read, compared."""
    skyline.ok('promise revise REFUND-30 --statement "We refund unused tickets in 14 days." --why "We got faster"')
    assert "needs 1 approval by others" in skyline.ok(PROPOSE)
    assert "Have somebody else approve it." in skyline.no("revision approve 2", 1)
    assert "has 0 of 1 approvals" in skyline.no("revision publish 2", 1)
    assert skyline.ok("revision approve 2 --note Fine", by="cleo") == "Revision 2 of skyline is approved by 1 of 1."
    assert skyline.ok("revision publish 2 --effective-from 2999-01-01").endswith("It takes effect on 1 January 2999.")
    listed = skyline.ok("revision list")
    assert "2 in force later 2999-01-01 2 ann Faster" in listed
    shown = skyline.ok("revision show 2")
    assert shown.startswith("Revision 2 of skyline: in force from 1 January 2999 ")
    assert "Took part Ann Took part Cleo" in shown
    assert "Dissent Cash" in shown
    assert [word for word in shown.split() if word in ("Proposed", "Approved", "Published", "Withdrawn")] == [
        "Proposed",
        "Approved",
        "Published",
    ], "in the order of time"
    assert "by cleo: Fine" in shown
    assert "[-30-] {+14+}" in skyline.ok("revision diff 2")
    assert "[-14-] {+30+}" in skyline.ok("revision diff 2 1")
    assert skyline.ok("revision diff").startswith("From revision 2 to the draft: nothing changed.")
    assert skyline.ok("ack") == "ann has read revision 2 of skyline."
    assert "Read and acknowledge revision 2" in skyline.no("ack --revision 1", 1)
    assert "read by 1 of 3 people" in skyline.ok("ack --who")
    assert "30 days" in skyline.ok("show")
    assert "14 days" in skyline.ok("show --as-of 2999-01-01")
    assert skyline.ok('revision withdraw 2 --reason "Not yet"') == "Revision 2 of skyline is withdrawn."
    assert "by ann: Not yet" in skyline.ok("revision show 2")
    assert "30 days" in skyline.ok("show --as-of 2999-01-01")


def test_the_gate_lists_everything_that_is_missing_at_once(skyline: Terminal) -> None:
    """A leader mends all of it in one go."""
    skyline.ok("promise make MEAL --title Meals --statement s")
    skyline.ok(PROPOSE)
    skyline.ok("revision approve 2", by="cleo")
    said = skyline.no("revision publish 2", 1)
    assert "- MEAL has no class. - MEAL has no owner. - MEAL has no So What chain." in said
    assert skyline.ok('revision reject 2 --reason "Incomplete"', by="cleo") == "Revision 2 of skyline is rejected."


def test_the_charter_is_a_document(skyline: Terminal) -> None:
    """Brand and style, since when, promises in order, what we say no to and whom that serves."""
    said = skyline.ok("show")
    assert said.startswith("SKYLINE AIR Plain, kind and on time. In force from")
    assert "1 Money back REFUND-30 We refund unused tickets in 30 days." in said
    assert "What we say no to No refund on used tickets (REFUND-30.1, serves the company)" in said
    assert said.index("Money back") < said.index("First bag free")


def test_the_charter_as_a_page_is_escaped_and_complete(skyline: Terminal) -> None:
    """One file, no script, nothing from elsewhere, and no word of a promise is read as markup."""
    evil = '<script>alert(1)</script> & "quotes" <img src=x onerror=y>'
    skyline.ok(["promise", "revise", "BAG-FREE", "--statement", evil, "--why", "x"])
    skyline.ok(PROPOSE)
    skyline.ok("revision approve 2", by="cleo")
    skyline.ok("revision publish 2")
    page = skyline("show --format html").out
    assert page.startswith("<!doctype html>\n<html lang=")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"<[^>]*(src|href)=", page)
    assert "\\<script\\>" in skyline("show --format md").out


def test_the_charter_as_a_pdf(skyline: Terminal) -> None:
    """It goes to standard output as it is, the same bytes each time."""
    result = CliRunner(env=skyline.env).invoke(charter, "show --format pdf")
    assert result.stdout_bytes.startswith(b"%PDF-1.7")
    assert CliRunner(env=skyline.env).invoke(charter, "show --format pdf").stdout_bytes == result.stdout_bytes


def test_the_charter_as_data(skyline: Terminal) -> None:
    """JSON with the product's field names, by either option."""
    known = skyline("show --json").json
    assert known == skyline("show --format json").json
    assert (known["slug"], known["revision"], known["zone"]) == ("skyline", 1, "Europe/Berlin")
    assert known["promises"][0]["limits"][0]["code"] == "REFUND-30.1"
    assert known["effective_at"].endswith("Z")


def test_before_the_first_revision_nothing_was_in_force(skyline: Terminal) -> None:
    """A day without a charter is not found, and says so."""
    assert "No revision of skyline was in force on 1 January 2020." in skyline.no("show --as-of 2020-01-01", 3)
    assert "No revision of skyline was in force then." in skyline.no("show --known-at 2020-01-01", 3)
    skyline.ok('open cabin --brand "Cabin" --style "Quiet."')
    assert "No revision of cabin was in force yet." in skyline.no("show cabin", 3)


def test_with_several_charters_one_is_asked_for(skyline: Terminal) -> None:
    """A refusal lists them; the option, the word and the environment choose."""
    skyline.ok('open cabin --brand "Cabin" --style "Quiet."')
    assert "This ledger holds several charters: cabin, skyline." in skyline.no("show", 1)
    assert "SKYLINE AIR" in skyline.ok("show skyline")
    assert "SKYLINE AIR" in skyline.ok("show --charter skyline")
    assert "SKYLINE AIR" in skyline("show", CHARTER_CHARTER="skyline").out


def test_without_a_charter_one_is_told_to_open_one(empty: Terminal) -> None:
    """An empty ledger has nothing to show and says what comes first."""
    empty.ok("init")
    for line in ("show", "promise list", "revision list", "ack", 'yes "x" -e upheld -c A', 'decision log "x"'):
        assert "This ledger holds no charter yet." in empty.no(line, 3), line
    assert empty.ok("person list")
    assert empty.ok("log")
    assert empty.ok("status")
    assert empty.ok("verify")
