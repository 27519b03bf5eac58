"""The first minutes: an empty folder, a new ledger, people and what they may do."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.terminal.conftest import Terminal


def test_without_a_ledger_one_is_told_how_to_begin(empty: Terminal) -> None:
    """`charter` in an empty folder is a welcome, not an error."""
    said = empty.ok("")
    assert "charter demo" in said
    assert "charter init" in said


def test_init_registers_its_caller_with_all_roles_and_says_so(empty: Terminal) -> None:
    """The founder needs nobody's permission."""
    said = empty.ok('init --name "Ann Field" --department Sales')
    assert "ann is rep, leader, reviewer and admin, and may bend promises." in said
    [known] = empty("person list --json").json
    assert known["name"] == "Ann Field"
    assert [role["role"] for role in known["roles"]] == ["rep", "leader", "reviewer", "admin"]
    assert known["may_bend"] is True


def test_init_leaves_what_is_there_as_it_is(skyline: Terminal) -> None:
    """A second init is refused and says where."""
    before = (skyline.folder / "charter.db").read_bytes()
    assert "already" in skyline.no("init", 1)
    assert (skyline.folder / "charter.db").read_bytes() == before


def test_an_init_that_was_stopped_half_way_goes_on(empty: Terminal) -> None:
    """A ledger without a single entry is given its founder."""
    from charter import schema

    schema.create(str(empty.folder / "charter.db"))
    assert "ann is rep" in empty.ok("init")


def test_only_init_and_demo_make_a_ledger(empty: Terminal) -> None:
    """A mistyped path is an error, not a new ledger."""
    for line in ("status", "person list", "show", 'no "x"', "verify", "log", "export entries", "rebuild", "upgrade"):
        assert "There is no ledger" in empty.no(line, 3), line
    assert list(empty.folder.iterdir()) == []


def test_the_user_name_of_the_computer_is_made_an_id() -> None:
    """What an id may not hold becomes a hyphen."""
    from terminal.session import as_person

    assert as_person("Jo Smith") == "jo-smith"
    assert as_person("CORP\\J.Smith_2") == "corp-j.smith_2"
    assert as_person("--@é--") == ""


def test_an_option_comes_before_the_environment(skyline: Terminal) -> None:
    """--by and --ledger, before or after the command, win over CHARTER_BY and CHARTER_LEDGER."""
    assert "ben does not hold the role" in skyline.no("promise make A --title t --statement s --by ben", 4)
    assert "ben does not hold the role" in skyline.no("--by ben promise make A --title t --statement s", 4)
    assert "There is no ledger" in skyline.no(f"status --ledger {skyline.folder}/other.db", 3)
    assert "There is no ledger" in skyline.no(f"--ledger {skyline.folder}/other.db status", 3)


def test_people_are_registered_and_given_roles(skyline: Terminal) -> None:
    """An admin does it, in plain words."""
    assert skyline.ok('person register dan --name "Dan Lee"') == "dan is registered, without any role yet."
    assert skyline.ok("person grant dan leader --charter skyline") == "dan is now leader for skyline."
    assert skyline.ok("person authority grant dan") == "dan may now bend promises."
    shown = skyline.ok("person show dan")
    assert "leader (skyline)" in shown
    assert "may bend promises" in shown
    assert skyline.ok("person revoke dan leader --charter skyline") == "dan is no longer leader for skyline."
    assert skyline.ok("person authority revoke dan") == "dan may no longer bend promises."


def test_a_mistyped_person_is_answered_with_the_nearest(skyline: Terminal) -> None:
    """A person nobody knows is not found, and perhaps cleo was meant."""
    assert skyline.no("person show cloe", 3).endswith("Did you mean cleo?")
    assert skyline.no("person grant cloe rep", 3).endswith("Did you mean cleo?")
    assert skyline.no('yes "x" -e upheld -c BAG-FREE --by cloe', 3).endswith("Did you mean cleo?")


def test_home_says_what_waits(skyline: Terminal) -> None:
    """A revision to acknowledge for everybody; a proposal for whoever may approve it; nothing for a stranger."""
    assert "revision 1 in force, 2 promises" in skyline.ok("")
    assert "charter ack" in skyline.ok("", by="ben")
    skyline.ok("ack", by="ben")
    assert "Nothing." in skyline.ok("", by="ben")
    skyline.ok('promise retire BAG-FREE --why "Nobody asked"')
    skyline.ok('revision propose --summary "Less" --participant Ann --option "Keep it"')
    assert "revision 2 of skyline needs your approval charter revision show 2" in skyline.ok("", by="cleo")
    assert "revision 2 of skyline, yours, waits for 1 approval by others" in skyline.ok("")
    skyline.ok("revision approve 2", by="cleo")
    assert "charter revision publish 2" in skyline.ok("")
    assert "not registered" in skyline.ok("", by="nobody")


@pytest.mark.parametrize("line", ["", "init", "demo", "demo --json", "status", "rebuild", "upgrade", "verify"])
def test_no_command_prints_the_password(postgres_url: str, tmp_path: Path, line: str) -> None:
    """Neither before there is a ledger nor after."""
    secret = "s3cret-w0rd"  # noqa: S105  # trusted connections take any
    url = make_url(postgres_url)
    url = url if url.password else url.set(password=secret)
    terminal = Terminal(tmp_path)
    terminal.env["CHARTER_LEDGER"] = url.render_as_string(hide_password=False)
    for _ in range(2):
        typed = terminal(line)
        assert str(url.password) not in typed.out + typed.err
        terminal("init")


def test_a_folder_is_no_ledger(empty: Terminal) -> None:
    """It is said what it is, and how a ledger in it would be named."""
    said = empty.no(["--ledger", str(empty.folder)], 2)
    assert f"{empty.folder} is a folder. Name the file in it" in said
