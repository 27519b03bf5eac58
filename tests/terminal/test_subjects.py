"""What is typed about people whose words are sealed: found by name, shown, handed out, held, and erased after a yes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from charter.ledger import Ledger
from charter.store.errors import StoreUnavailable
from charter.subjects.commands import RequestErasure
from tests.terminal.conftest import Terminal

ERASE = 'subject erase "c-1042" --reason "Asked on 12 March"'


@pytest.fixture
def asked(skyline: Terminal) -> Terminal:
    """A customer was told no, and somebody else, too."""
    no = '-g off-brand -c REFUND-30.1 -r "The velociped was used."'
    skyline.ok(f'no "Refund my velociped" {no} --customer "C-1042" --touchpoint phone', "ben")
    skyline.ok('no "Refund my trousers" -g off-brand -c REFUND-30.1 -r "Worn." --customer "C-7"', "ben")
    return skyline


def decision(terminal: Terminal, customer: str = "C-1042") -> str:
    """The id of a customer's decision."""
    lines = terminal("decision list --json").json["lines"]
    return str(next(line["id"] for line in lines if line["customer"] == customer))


def test_a_person_is_found_by_what_they_are_called_or_by_a_case(asked: Terminal) -> None:
    id_ = decision(asked)
    by_name = asked("subject show c-1042 --json").json
    assert by_name == asked(f"subject show {id_[:8]} --json").json
    assert by_name == asked(f"subject show {by_name[0]['subject']} --json").json
    shown = asked.ok("subject show C-1042")
    assert "C-1042 2 entries with words of this person, in 1 place." in shown
    assert f"decision {id_[:8]}, under skyline: No, off-brand, citing REFUND-30.1" in shown
    assert "request: Refund my velociped" in shown
    assert "trousers" not in shown
    assert "Ben Ode" in asked.ok("subject show ben")


def test_nobody_is_found_by_a_name_that_was_never_written(asked: Terminal) -> None:
    assert asked.no("subject show nobody", 3).startswith("Nothing is sealed for nobody here.")
    assert asked.no("subject erase nobody --reason x --yes", 3).startswith("Nothing is sealed")


def test_everything_is_handed_out_as_a_page_or_in_json(asked: Terminal, tmp_path: Path) -> None:
    page = asked.ok('subject export "C-1042"')
    assert page.startswith("<!doctype html>")
    assert "<h1>What is held of C-1042</h1>" in page
    assert "<dd>Refund my velociped</dd>" in page
    assert "trousers" not in page
    place = tmp_path / "c-1042.json"
    assert asked(["subject", "export", "C-1042", "--json", "--out", str(place)]).code == 0
    assert json.loads(place.read_text())["names"] == ["C-1042"]
    assert place.stat().st_mode & 0o777 == 0o600
    asked.no(["subject", "export", "C-1042", "--out", str(tmp_path / "none" / "x")], 1)


def test_every_word_on_the_page_is_escaped(skyline: Terminal) -> None:
    skyline.ok('decision log "<script>alert(1)</script>" --customer "<b>C</b>"')
    page = skyline.ok('subject export "<b>C</b>"')
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_erasing_says_what_goes_and_asks_for_a_yes(asked: Terminal) -> None:
    refused = asked.no(ERASE, 1)
    assert "This destroys the key to the words of this person in 2 entries" in refused
    assert decision(asked)[:8] in refused
    assert refused.endswith("Nothing was erased, since nobody said yes. To erase without being asked, add --yes.")
    assert asked("subject show c-1042 --json").json[0]["key"] == "open"


def test_erased_words_are_gone_from_every_answer(asked: Terminal) -> None:
    id_ = decision(asked)
    done = asked.ok(f"{ERASE} --yes")
    assert done.startswith("Erased: the key to 2 entries in 1 place is destroyed")
    shown = asked.ok(f"decision show {id_}")
    assert "by ann for: Asked on 12 March" in shown
    assert "[erased]" in shown
    for line in ("log", "decision list", "export decisions", "export entries", "precedents velociped", "integrity"):
        typed = asked(line)
        assert "velociped" not in typed.out.lower() + typed.err.lower(), line
    assert "Worn." in asked.ok(f"decision show {decision(asked, 'C-7')}")
    asked.ok("verify")
    assert asked("rebuild --compare").code == 0
    assert asked.no(f"subject erase {id_} --reason x --yes", 1).startswith("The data of")
    assert asked.no("subject show C-1042", 3)
    assert b"velociped" not in b"".join(path.read_bytes().lower() for path in asked.folder.rglob("*") if path.is_file())


def test_only_an_admin_erases_and_only_a_reviewer_or_an_admin_holds(asked: Terminal) -> None:
    id_ = decision(asked)
    asked.no(f"{ERASE} --yes", 4, "ben")
    asked.no(f"{ERASE} --yes", 4, "cleo")
    asked.no(f'subject hold {id_[:8]} "claim 12" --reason Court', 4, "ben")
    said = asked.ok(f'subject hold {id_[:8]} "claim 12" --reason Court', "cleo")
    assert said == f"Decision {id_[:8]} is held: nobody's words in it can be erased."
    assert "held: decision" in asked.no(f"{ERASE} --yes", 1)
    assert "Held, nothing of it may be erased: claim 12." in asked.ok(f"decision show {id_}")
    assert f'Held: {id_[:8]} "claim 12"' in asked.ok("subject show c-1042")
    asked.ok(f'subject release {id_[:8]} "claim 12"', "cleo")
    asked.ok(f"{ERASE} --yes")


def test_the_reason_does_not_name_the_person(asked: Terminal) -> None:
    """It stays when they are gone."""
    assert asked.no('subject erase C-1042 --yes --reason "c-1042 asked for it"', 1).startswith("The reason names")
    asked.ok('decision log "A gnu" --customer "Wanda de Quill" --ticket T-88231', "ben")
    for reason in ("Quill, Wanda", "letter of w. QUILL", "Ticket 88231"):
        refused = asked.no(["subject", "erase", "Wanda de Quill", "--yes", "--reason", reason], 1)
        assert refused.startswith("The reason names the person"), reason
    asked.ok(["subject", "erase", "Wanda de Quill", "--yes", "--reason", "Letter of 12 March, on deletion"])


def test_who_may_be_meant_is_asked_where_a_case_changed_hands(asked: Terminal) -> None:
    id_ = decision(asked)
    asked.ok(f'decision correct {id_} --customer "C-1043" --why "Typed wrongly"')
    said = asked.no(f"subject erase {id_[:8]} --reason x --yes", 1)
    assert said.startswith(f"{id_[:8]} may mean more than one person.")
    assert len(asked("subject show " + id_ + " --json").json) == 2


def test_it_is_said_when_a_case_has_words_of_somebody_under_another_name(asked: Terminal) -> None:
    """A name that was corrected or came later: what was said before is sealed for somebody else, maybe the same."""
    id_ = decision(asked)
    before = asked("subject show C-1042 --json").json[0]
    assert before["others"] == []
    asked.ok(f'decision correct {id_} --customer "C-1043" --why "Typed wrongly"')
    [after] = asked("subject show C-1043 --json").json
    assert after["others"] == [before["subject"]]
    assert before["subject"] in asked.ok("subject show C-1043")
    assert before["subject"] in asked("subject export C-1043").err
    assert before["subject"] in asked('subject erase "C-1043" --reason "Asked" --yes').err
    assert asked("subject show C-1042 --json").json[0]["others"] == []


def test_an_erasure_that_was_interrupted_is_completed_by_the_next_command(asked: Terminal) -> None:
    subject = asked("subject show c-1042 --json").json[0]["subject"]
    ledger = Ledger(str(asked.folder / "charter.db"))
    ledger.write(RequestErasure(subject=subject, reason="Asked."), by="ann")
    ledger.close()
    typed = asked("person list", "ben")
    assert typed.err.startswith(f"The erasure of {subject} was interrupted, and is completed now.")
    assert asked("person list").err == ""
    assert asked(f"subject show {subject} --json").json[0]["key"] == "erased"


def test_what_keeps_an_erasure_waiting_keeps_nobody_from_other_work(
    asked: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = asked("subject show c-1042 --json").json[0]["subject"]
    ledger = Ledger(str(asked.folder / "charter.db"))
    ledger.write(RequestErasure(subject=subject, reason="Asked."), by="ann")
    ledger.close()
    with monkeypatch.context() as broken:
        broken.setattr("projections.engine.views.clear", _no_room)
        typed = asked('no "A seat" -g off-brand -c REFUND-30.1 -r "Full."', "ben")
    assert typed.code == 0
    assert typed.err.startswith("An erasure that was interrupted could not be completed yet: no room")
    assert asked("person list").err.startswith(f"The erasure of {subject} was interrupted, and is completed now.")


def _no_room(*_: object) -> None:
    raise StoreUnavailable("no room")


def test_status_says_when_the_master_key_is_missing(asked: Terminal, tmp_path: Path) -> None:
    nowhere = {"CHARTER_MASTER_KEY": "", "CHARTER_MASTER_KEY_FILE": str(tmp_path / "none")}
    assert "Master key" not in asked.ok("status")
    assert asked("status --json").json["master_key"] is None
    typed = asked("status", **nowhere)
    assert "Master key missing: no words of people can be written or read." in " ".join(typed.out.split())
    assert asked("subject show c-1042", **nowhere).code == 3


def test_status_says_who_was_erased_when_the_ledger_was_put_back_to_before(asked: Terminal) -> None:
    """The key stays destroyed; of older views and of the trail somebody has to take care."""
    subject = asked("subject show c-1042 --json").json[0]["subject"]
    before = {name: (asked.folder / name).read_bytes() for name in ("charter.db", "charter.views.db")}
    asked.ok(f"{ERASE} --yes")
    assert asked("status --json").json["erasures_not_recorded"] == []
    for name, content in before.items():
        (asked.folder / name).write_bytes(content)
    assert asked("status --json").json["erasures_not_recorded"] == [subject]
    assert subject in asked.ok("status")
    asked.ok("rebuild")
    asked.ok(f'subject erase {subject} --reason "Asked on 12 March" --yes')
    assert asked("status --json").json["erasures_not_recorded"] == []
    assert b"velociped" not in b"".join(path.read_bytes().lower() for path in asked.folder.rglob("*") if path.is_file())


def test_status_says_where_the_keys_are(asked: Terminal) -> None:
    assert asked("status --json").json["key_store_found"]
    store = asked.folder / "charter.keys.db"
    assert f"Keys {store} " in " ".join(asked.ok("status").split())
    store.rename(asked.folder / "elsewhere")
    assert f"Keys {store}, which is not there" in " ".join(asked.ok("status").split())


def test_a_key_store_that_is_not_there_is_not_silently_begun_anew(asked: Terminal) -> None:
    """It may only be somewhere else: the same customer would have a key in each, and only one would be destroyed."""
    store = asked.folder / "charter.keys.db"
    store.rename(asked.folder / "elsewhere")
    assert asked.no('decision log "A gnu" --customer C-7', 3).startswith("The key store")
    assert not store.exists()
    (asked.folder / "elsewhere").rename(store)
    asked.ok('decision log "A gnu" --customer C-7')
    store.write_bytes(b"")
    asked.ok('decision log "A gnu" --customer C-7')


def test_status_says_which_erasures_wait(asked: Terminal) -> None:
    """One that cannot be completed, for a hold that came at the same moment, is said at every start."""
    from charter.decisions.events import HoldPlaced
    from charter.message import Draft
    from charter.privacy.envelope import sealed

    subject, id_ = asked("subject show c-1042 --json").json[0]["subject"], decision(asked)
    ledger = Ledger(str(asked.folder / "charter.db"))
    ledger.write(RequestErasure(subject=subject, reason="Asked."), by="ann")
    draft = Draft(f"decision/{id_}", 3, "cleo", ledger.now(), HoldPlaced(hold="claim 12", reason="Court."))
    ledger.entries_recorder.insert_events(sealed([draft], {}, ledger.vault).events)
    ledger.close()
    typed = asked("status")
    assert f"Erasures   1 not completed: {subject}" in typed.out
    assert typed.err.startswith(f"The erasure of {subject} waits: This person's data cannot be erased while it is held")
    assert asked("status --json").json["erasures_under_way"] == [subject]


def test_how_long_data_is_kept_is_set_shown_and_due(asked: Terminal) -> None:
    assert asked("retention due").err.startswith("Nobody's data is due.")
    said = asked.ok("retention set requests 36")
    assert said.startswith("Data of requests under skyline is due 36 months after its newest entry.")
    asked.no("retention set requests 36", 1)
    asked.no("retention set requests 12", 4, "ben")
    assert asked("retention show --json").json == [
        {"charter": "skyline", "kind": "requests", "months": 36},
        {"charter": "skyline", "kind": "deliberations", "months": None},
    ]
    assert "without an end" in asked.ok("retention show")
    assert asked("retention due --json").json == {"lines": [], "total": 0}


def test_old_data_is_listed_and_nothing_is_erased(skyline: Terminal) -> None:
    old = "--received-at 2020-01-01T12:00 --at 2020-01-02T12:00"
    skyline.ok(f'decision log "A velociped" --customer C-1 {old}')
    skyline.ok('decision log "Another" --customer C-2')
    skyline.ok("retention set requests 60")
    [line] = skyline("retention due --json").json["lines"]
    assert (line["last_at"], line["streams"], line["entries"]) == ("2020-01-02T17:00:00Z", 1, 1)
    listed = skyline("retention due")
    assert f"{line['subject']}       1        1  2020-01-02" in listed.out
    assert skyline(f"subject show {line['subject']} --json").json[0]["key"] == "open"
