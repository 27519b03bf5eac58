"""The demonstration is whole, is told from every other ledger, and leaves nothing behind that nobody asked for."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from charter import schema
from charter.charters.commands import OpenCharter
from charter.decisions.commands import RecordCase, Reply
from charter.decisions.events import RequestLogged
from charter.demo import FOUNDER, NOTEBOOK, is_demo
from charter.ledger import Ledger
from charter.people.commands import RegisterPerson
from terminal.begin import GUESTS
from tests.terminal.conftest import Terminal


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a demonstration."""
    folder = tmp_path_factory.mktemp("demo")
    Terminal(folder).ok("demo")
    return folder


@pytest.fixture
def airline(made: Path, tmp_path: Path) -> Terminal:
    """A terminal about a copy of it, as its admin."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return Terminal(tmp_path, by=GUESTS["an admin"])


def test_one_guest_can_approve_what_the_other_proposes_and_it_comes_into_force(airline: Terminal) -> None:
    assert "BAG-FIRST" in airline.ok("show")
    leader = GUESTS["a leader"]
    airline.ok('promise retire BAG-FIRST --why "Nobody checks a bag."', by=leader)
    airline.ok('revision propose --summary "Less" --participant Jonas --option "Keep it"', by=leader)
    airline.ok("revision approve 4")
    airline.ok("revision publish 4", by=leader)
    assert "BAG-FIRST" not in airline.ok("show")


def test_the_admin_of_the_demonstration_holds_every_role(airline: Terminal) -> None:
    [known] = [one for one in airline("person list --json").json if one["person"] == GUESTS["an admin"]]
    assert {role["role"] for role in known["roles"]} == {"rep", "leader", "reviewer", "admin"}


def test_a_signed_checkpoint_seals_all_of_it_and_evidence_can_be_taken_away(airline: Terminal) -> None:
    sealed = airline("verify --json").json
    assert sealed["signed"]["size"] == sealed["size"]
    decision = airline("decision list --json").json["lines"][0]["id"]
    airline.ok(["evidence", decision, "--out", str(airline.folder / "pack.zip")])
    assert (airline.folder / "pack.zip").stat().st_size


def test_no_key_to_sign_with_is_left_with_the_user_nor_beside_the_ledger(made: Path) -> None:
    left = [path for path in made.rglob("*") if path.is_file()]
    assert left
    assert not [path for path in left if path.suffix == ".key" or b"PRIVATE+KEY" in path.read_bytes()]


def test_one_that_is_there_is_left_alone_and_it_is_said_how_to_open_it(airline: Terminal) -> None:
    before = (airline.folder / "charter.db").read_bytes()
    said = airline.no("demo", 1)
    assert "already" in said
    assert said.endswith("Open it in the browser: charter demo --serve.")
    assert (airline.folder / "charter.db").read_bytes() == before


@pytest.mark.parametrize("line", ["demo", "demo --serve --port 0"])
def test_another_ledger_is_neither_opened_nor_touched_and_it_is_said_what_to_type(skyline: Terminal, line: str) -> None:
    before = (skyline.folder / "charter.db").read_bytes()
    said = skyline.no(line, 1)
    assert said.startswith("There is something at")
    assert said.endswith("For example: charter --ledger larkwing.db demo --serve.")
    assert (skyline.folder / "charter.db").read_bytes() == before
    assert not list(skyline.folder.glob("*accounts*"))


@pytest.mark.parametrize(
    ("founder", "charter", "source"),
    [("ann", "larkwing", NOTEBOOK), (FOUNDER, "other", NOTEBOOK), (FOUNDER, "larkwing", "a list")],
)
def test_a_ledger_that_lacks_one_mark_is_not_taken_for_it(
    made: Path, tmp_path: Path, founder: str, charter: str, source: str
) -> None:
    with closing(Ledger(str(made / "charter.db"))) as demo:
        assert is_demo(demo)
        [note] = [one.key for one in demo.entries(types=("request.logged",)) if _from_notebook(one.event, row="1")]
    place = str(tmp_path / "charter.db")
    schema.create(place)
    with closing(Ledger(place)) as ledger:
        assert not is_demo(ledger)
        ledger.write(RegisterPerson(person=founder, full_name="Of another company"), by=founder)
        ledger.write(OpenCharter(charter=charter, brand="Larkwing Air", style="Plain."), by=founder)
        said = Reply(answer="no", ground="off-brand", reason="So it was.")
        words = {"charter": charter, "request": "A seat.", "outcome": said, "source": source, "as_history": True}
        ledger.write(RecordCase(decision=note, row="1", **words), by=founder)
        assert ledger.stream(f"decision/{note}")
        assert not is_demo(ledger)


def _from_notebook(event: object, row: str) -> bool:
    return isinstance(event, RequestLogged) and (event.source, event.row) == (NOTEBOOK, row)
