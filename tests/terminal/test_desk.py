"""A rep on a call, and everything that can happen to an answer afterwards."""

import pytest
from click.testing import CliRunner

from cli import charter
from tests.terminal.conftest import Terminal

NO = (
    'no "Refund my used ticket" -g off-brand -c refund-30.1 -r "The flight was taken." '
    "--customer C-1 --touchpoint phone"
)


def no(terminal: Terminal) -> str:
    """A no by ben; its id."""
    id_: str = terminal(f"{NO} --json", by="ben").json["id"]
    return id_


def test_a_rep_answers_in_one_line(skyline: Terminal) -> None:
    """What was answered, on what it stands, and where it is kept."""
    said = skyline.ok(NO, by="ben")
    assert said.startswith("No, off-brand, citing REFUND-30.1. Decision ")
    assert said.endswith(", under revision 1.")
    assert skyline.ok('yes "Refund, cancelled" -e upheld -c REFUND-30', by="ben").startswith("Yes, upheld, citing")
    said = skyline.ok('partly "Both tickets" -g not-available -e upheld -c REFUND-30 -r "One was used"', by="ben")
    assert said.startswith("Partly, not available, upheld, citing REFUND-30. Decision")


def test_an_answer_as_data(skyline: Terminal) -> None:
    """A script gets the id, the version and the positions."""
    known = skyline(f"{NO} --json", by="ben").json
    assert len(known["id"]) == 32
    assert known["stream"] == f"decision/{known['id']}"
    assert known["version"] == 2
    assert known["types"] == ["request.logged", "decision.made"]
    assert known["positions"][1] == known["positions"][0] + 1


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        ('no "x"', 1, "A no needs a reason in words."),
        ('no "x" -r y', 1, "A no names its ground: off-brand, out-of-integrity"),
        ('no "x" -r y -g off-brand', 1, "Add --cite CODE."),
        ('no "x" -r y -g offbrand -c REFUND-30', 2, "--ground: 'offbrand' is not known here. Did you mean off-brand?"),
        ('no "x" -r y -g off-brand -c REFUND-31', 1, "REFUND-31 is not in revision 1 of skyline"),
        ('no "x" -r y -e bent', 2, "There is no option -e."),
        ('yes "x"', 1, "A yes names its effect on the promise: upheld, bent, broken."),
        ('yes "x" -e upheld', 1, "A yes cites the promise it keeps or bends"),
        ('yes "x" -e upheld -c REFUND-30.1', 1, "a limit alone is not enough"),
        ('yes "x" -e bent -c REFUND-30', 4, "ben may not bend a promise alone."),
        ('yes "" -e upheld -c REFUND-30', 2, "REQUEST is empty."),
        ("yes", 2, "REQUEST is missing."),
        ('yes "x" -e upheld -c REFUND-30 --at 2999-01-01', 1, "has not come yet"),
        ('yes "x" -e upheld -c REFUND-30 --at 2001-01-01', 1, "No revision of skyline was in force on 2001-01-01."),
        ('yes "x" -e upheld -c REFUND-30 --at noon', 2, "--at: 'noon' is not a time."),
        ('yes "x" -e upheld -c REFUND-30 --received-at 2999-01-01', 1, "has not come yet"),
        ('yes "x" -e upheld -c "a b"', 2, "--cite has to be the code of a promise or a limit"),
        (["yes", "x\x07", "-e", "upheld", "-c", "REFUND-30"], 2, "REQUEST holds a character that cannot be printed."),
        (["yes", "x\udc80", "-e", "upheld", "-c", "REFUND-30"], 2, "REQUEST is not valid text (UTF-8)."),
        (["yes", "x", "-e", "upheld", "-c", "REFUND-30", "--customer", "a\nb"], 2, "--customer has to fit on one line"),
        (f"yes {'x' * 20_001} -e upheld -c REFUND-30", 2, "REQUEST is too long: 20,000 characters at most."),
        ("decision show 00", 3, "There is no decision 00. Find it with: charter decision list."),
        ("decision decide zz --answer yes", 3, "There is no decision zz."),
        ("decision list --rep ben --stage opne", 2, "--stage: 'opne' is not known here. Did you mean open?"),
        ("decision list --since 1.1.2026", 2, "--since: '1.1.2026' is not a day."),
        ("decision list --limit 5", 2, "For how many lines to show: --first 5."),
        ("decision list --rep bne", 3, "There is no rep bne here. Did you mean ben?"),
        ("decision list --limit REFUND-30.9", 3, "There is no limit REFUND-30.9 here. Did you mean REFUND-30."),
        ("export decisions --promise REFUND", 3, "There is no promise REFUND here."),
        ("integrity --promise BAG-FREI", 3, "There is no promise BAG-FREI here. Did you mean BAG-FREE?"),
        ("integrity --charter nope", 3, "There is no charter called nope. The charters here: skyline."),
        ("show nope", 3, "There is no charter called nope. The charters here: skyline."),
        ("log --type decision.mad", 3, "There is no kind of entry decision.mad here. Did you mean decision.made"),
        ("log --by bne", 3, "There is no person bne here. Did you mean ben?"),
        ("decision list --after nowhere", 1, "nowhere is not a place in this list."),
        ("decision list --charter skyline2", 3, "no charter called skyline2. The charters here: skyline."),
    ],
)
def test_a_wrong_answer_is_refused_with_what_to_do(
    skyline: Terminal, line: str | list[str], code: int, sentence: str
) -> None:
    """The sentence of the rule, or what is malformed."""
    assert sentence in skyline.no(line, code, by="ben")


def test_a_request_goes_its_way(skyline: Terminal) -> None:
    """Logged, triaged, classified, asked about, handed over, answered by somebody with authority."""
    id_ = skyline('decision log "A cello on board?" --json', by="ben").json["id"][:8]
    said = [
        skyline.ok(f"decision {line}", by="ben")
        for line in (
            f"triage {id_} --urgency high --risk low --department Baggage",
            f"classify {id_} --kind service --fit ideal",
            f'ask {id_} --question "How large?"',
            f'escalate {id_} --to ann --reason "It bends BAG-FREE"',
        )
    ]
    assert all(id_ in words for words in said)
    warned = skyline(f'decision escalate {id_} --to cloe --reason "x"', by="ben").err
    assert warned == "Nobody is registered as cloe, and no role is called so. Did you mean cleo?\n"
    assert "handed over, not answered yet" in skyline.ok(f"decision show {id_}")
    assert "1 escalation in skyline" in skyline.ok("")
    said.append(skyline.ok(f"decision decide {id_} --answer yes -e bent -c BAG-FREE"))
    assert said[-1] == f"Yes, bent, citing BAG-FREE. Decision {id_}, under revision 1."
    assert "Use reverse, correct or appeal instead." in skyline.no(f"decision decide {id_} --answer no", 1)
    other = skyline('decision log "Never mind" --json', by="ben").json["id"][:8]
    assert "withdrawn by the customer" in skyline.ok(f"decision withdraw {other}", by="ben")


def test_an_answer_is_looked_at_again(skyline: Terminal) -> None:
    """Appealed, upheld or reversed by somebody else, corrected, and learned from; all of it can be read."""
    id_ = no(skyline)[:8]
    assert "Nobody has appealed" in skyline.no(f'decision uphold {id_} --reason "x"', 1)
    skyline.ok(f'decision appeal {id_} --argument "The page said otherwise"', by="ben")
    assert "1 appeal in skyline" in skyline.ok("", by="cleo")
    own = f'decision reverse {id_} --answer yes -e upheld -c REFUND-30 -r "x"'
    assert "ben does not hold the role" in skyline.no(own, 4, by="ben")
    said = skyline.ok(f'decision reverse {id_} --answer yes -e upheld -c REFUND-30 -r "The page was wrong"', by="cleo")
    assert said == f"Decision {id_} is reversed: Yes, upheld, citing REFUND-30."
    skyline.ok(f'decision correct {id_} --customer C-2 --why "Typed the wrong number"', by="ben")
    skyline.ok(f"decision cause {id_} expectation-gap")
    skyline.ok(f'decision learn {id_} "Say it on the ticket" --with-customer')
    letter = skyline.ok(f"decision show {id_}")
    for words in (
        "Refund my used ticket",
        "C-2",
        "REFUND-30.1 Money back (no longer cited)",
        "Answer Yes, upheld",
        "ben answered no, off-brand, citing REFUND-30.1",
        "reason: The flight was taken.",
        "argument: The page said otherwise",
        "cleo reversed the decision",
        "Say it on the ticket",
        "What proves it",
    ):
        assert words in letter, words
    assert letter.count("The page was wrong") == 1, "nothing is printed twice"
    assert "overturned" in skyline.ok("decision list")


def test_an_answer_is_coloured_after_it_is_wrapped(skyline: Terminal) -> None:
    """No colour code ends up as text, whether there are colours or not."""
    id_ = skyline('yes "x" -e broken -c REFUND-30 --json').json["id"]
    line = ["decision", "show", id_]
    assert "Answer          Yes, broken\n" in skyline(line).out
    coloured = CliRunner(env=skyline.env).invoke(charter, line, color=True).stdout
    assert "Yes, \x1b[31m\x1b[1mbroken\x1b[0m\n" in coloured
    assert "\ufffd" not in coloured


def test_a_refusal_names_times_where_the_user_is(skyline: Terminal) -> None:
    """To the minute and in New York here, though rules know only UTC."""
    said = skyline.no('yes "x" -e upheld -c REFUND-30 --at 2999-12-31T18:30', 1)
    assert said.startswith("2999-12-31 18:30 has not come yet.")
    times = "--received-at 2026-10-01T09:30:20 --at 2026-10-01T09:30:10"
    said = skyline.no(f'yes "x" -e upheld -c REFUND-30 {times}', 1)
    assert "(2026-10-01 09:30:10.000000) before the request (2026-10-01 09:30:20.000000)" in said


def test_a_right_name_without_decisions_is_no_mistake(skyline: Terminal) -> None:
    """It is said that nothing matches, and nobody is asked whether somebody else was meant."""
    skyline.ok('no "x" -g off-brand -c BAG-FREE -r y', by="ben")
    assert "ben" in skyline.ok("decision list --rep ben")
    assert skyline("decision list --rep cleo").err == "Nothing here matches. Leave out a filter.\n"


def test_the_register_is_searched(skyline: Terminal) -> None:
    """By what is known of a decision; pages follow each other."""
    ids = {no(skyline) for _ in range(3)}
    skyline.ok('yes "Bring my dog" -e upheld -c BAG-FREE', by="ben")
    assert {line["id"] for line in skyline("decision list --limit refund-30.1 --json").json["lines"]} == ids
    assert "Bring my dog" in skyline.ok("decision list --answer yes")
    assert "Bring my dog" in skyline.ok("decision list --text dog")
    assert skyline("decision list --effect broken").err == "Nothing here matches. Leave out a filter.\n"
    first = skyline("decision list --first 3 --json").json
    rest = skyline(f"decision list --after {first['next']} --json").json
    assert len(first["lines"]) == 3
    assert len(rest["lines"]) == 1
    assert rest["next"] is None


def test_a_decision_is_found_by_any_unique_beginning(skyline: Terminal) -> None:
    """Too short a beginning is answered with those it could be."""
    ids = [no(skyline) for _ in range(17)]
    shared = next(first for first in "0123456789abcdef" if sum(id_.startswith(first) for id_ in ids) > 1)
    assert f"More than one decision starts with {shared}" in skyline.no(f"decision show {shared}", 1)
    assert ids[0][:8] in skyline.ok(f"decision show {ids[0][:12].upper()}")


def test_times_are_the_users_and_stored_in_utc(skyline: Terminal) -> None:
    """Typed without a zone it is New York here; shown so; JSON is in UTC."""
    skyline.ok('promise retire BAG-FREE --why "x"')
    at = skyline("log --first 1 --json").json["lines"][0]["at"]
    assert at.endswith("Z")
    id_ = skyline('decision log "x" --received-at 2026-07-01T09:30 --json').json["id"]
    shown = skyline(f"decision show {id_} --json").json
    assert shown["asked"]["received_at"] == "2026-07-01T13:30:00Z"
    assert "Received 2026-07-01 09:30" in skyline.ok(f"decision show {id_}")


def test_the_log_reads_every_entry(skyline: Terminal) -> None:
    """Who, when, what; by stream, person, kind and page."""
    no(skyline)
    said = skyline.ok("log")
    assert "ben answered no, off-brand, citing REFUND-30.1" in said
    assert [line["type"] for line in skyline("log --by ben --json").json["lines"]] == [
        "request.logged",
        "decision.made",
    ]
    assert "registered cleo" in skyline.ok("log --stream person/cleo")
    assert skyline("log --type revision.published --json").json["lines"][0]["by"] == "ann"
    page = skyline("log --after 0 --first 2 --json").json
    assert [line["position"] for line in page["lines"]] == [1, 2]
    assert "not both" in skyline.no("log --after 1 --before 9", 2)
    assert skyline("log --type revision.rejected").err == "Nothing here matches. Leave out a filter.\n"


def test_all_that_can_be_written_is_listed(empty: Terminal) -> None:
    """The catalogue needs no ledger."""
    assert "decision.made The request was answered" in empty.ok("events")
    assert {event["type"] for event in empty("events --json").json} >= {
        "promise.made",
        "role.granted",
        "request.logged",
    }
