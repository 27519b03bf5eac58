"""Asking for evidence, and checking it as the person would who gets it."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from charter.evidence.refusals import PackNotWritten
from tests.authority import Authority
from tests.terminal.conftest import Terminal
from web.documents.evidence import casebook

WORDS = ("Money <b>back</b>", "Mrs. O'Hara & Sons", "It was \u202eused.")


@pytest.fixture
def desk(skyline: Terminal) -> Terminal:
    """A terminal about a ledger that signs."""
    skyline.ok("key new")
    return skyline


def decided(terminal: Terminal, request: str = WORDS[0]) -> str:
    """A decision, answered and appealed."""
    no = ["no", request, "-c", "REFUND-30.1", "-g", "off-brand", "-r", WORDS[2], "--customer", WORDS[1], "--json"]
    case = str(terminal(no).json["id"])
    terminal.ok(f'decision appeal {case[:8]} --argument "It says so nowhere."')
    return case


def page(pack: Path, name: str = "page.html") -> str:
    """A page of a pack."""
    with zipfile.ZipFile(pack) as archive:
        return archive.read(name).decode()


def read(html: str) -> str:
    """What a person reads on a page, with its markup checked for being closed."""
    reading = _Reading()
    reading.feed(html)
    reading.close()
    assert reading.open == []
    return " ".join("".join(reading.words).split())


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data + " ")


def checked(pack: Path, *options: str) -> str:
    """What verify.py says of a pack it comes with, which has to be that everything fits."""
    with zipfile.ZipFile(pack) as archive:
        script = archive.read("verify.py")
    done = subprocess.run([sys.executable, "-I", "-S", "-", str(pack), *options], input=script, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def test_a_decision_is_proved_to_somebody_who_has_only_the_pack(desk: Terminal, tmp_path: Path) -> None:
    case, pack = decided(desk), tmp_path / "pack.zip"
    desk.ok("checkpoint")
    said = desk.ok(f"evidence {case[:8]} --out {pack}")
    assert "holds 1 decision, with" in said
    key = desk("key show --json").json[-1]["key"]
    assert f"Signed with {key}" in checked(pack, "--key", key)
    assert not list(tmp_path.glob(".pack*"))


def test_the_page_tells_the_whole_story(desk: Terminal, tmp_path: Path) -> None:
    case, pack = decided(desk), tmp_path / "pack.zip"
    desk.ok("checkpoint")
    desk.ok(f"evidence {case} --open --out {pack}")
    told = read(page(pack))
    for words in (
        "One decision of a customer charter ledger",
        "This page is for reading and is no proof",
        "The request Money <b>back</b>",
        "From Mrs. O'Hara & Sons",
        "The answer, and why It was \ufffdused.",
        "No, off-brand",
        "appealed, waits for another look",
        "What was promised then Money back REFUND-30.1 No refund on used tickets",
        "Revision 1; reads the same today.",
        "ann recorded that the customer appealed",
        "Argument It says so nowhere.",
        "What proves it Entry Recorded, UTC What Leaf (SHA-256)",
        "none: the times are the ledger's own word",
    ):
        assert words in told, words


def test_the_page_runs_nothing_and_needs_nothing(desk: Terminal, tmp_path: Path) -> None:
    case, pack = decided(desk, "<script>alert(1)</script><img src=x onerror=alert(1)>"), tmp_path / "pack.zip"
    desk.ok("checkpoint")
    desk.ok(f"evidence {case} --open --out {pack}")
    reading = _Reading()
    reading.feed(page(pack))
    tags = {tag for tag, _ in reading.seen}
    assert not tags & {"script", "img", "link", "iframe", "form", "object", "base"}
    names = {name for _, attributes in reading.seen for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "style", "srcset")]
    assert "url(" not in page(pack)
    assert "default-src 'none'" in page(pack)


def test_words_stay_sealed_unless_asked(desk: Terminal, tmp_path: Path) -> None:
    case, pack = decided(desk), tmp_path / "pack.zip"
    desk.ok("checkpoint")
    typed = desk(f"evidence {case} --out {pack}")
    assert "Personal data" not in typed.err
    with zipfile.ZipFile(pack) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for words in ("Money &lt;b&gt;", "O'Hara", "O&#x27;Hara", "used.", "nowhere"):
        assert words.encode() not in everything
    assert "The request sealed: not opened for this pack" in read(page(pack))
    assert "No, off-brand" in read(page(pack))
    assert "give it only to somebody who may read it" in desk(f"evidence {case} --open --out {pack}").err
    assert re.search("Opened, and matching their seals: [1-9]", checked(pack))


def test_nothing_is_said_to_be_opened_that_is_not(desk: Terminal, tmp_path: Path) -> None:
    """Without the master key no such pack is made; without the key store it says that nothing was opened."""
    case, pack = decided(desk), tmp_path / "pack.zip"
    desk.ok("checkpoint")
    typed = desk(f"evidence {case} --open --out {pack}", CHARTER_MASTER_KEY="")
    assert (typed.code, "There is no master key here" in typed.err, pack.exists()) == (3, True, False)
    typed = desk(f"evidence {case} --open --out {pack}", CHARTER_KEYS=str(tmp_path / "another.keys.db"))
    assert (typed.code, "Nothing in it could be opened" in typed.err) == (0, True)
    assert "is opened in it" not in typed.err
    assert "Opened, and matching their seals: 0." in checked(pack)


def test_erased_words_read_as_erased(desk: Terminal, tmp_path: Path) -> None:
    case, pack = decided(desk), tmp_path / "pack.zip"
    desk.ok(["subject", "erase", WORDS[1], "--reason", "They asked.", "--yes"])
    desk.ok("checkpoint")
    desk.ok(f"evidence {case} --open --out {pack}")
    told = read(page(pack))
    assert "The request erased: nobody can read it any more" in told
    assert re.search("Personal data was erased on [0-9-]{10}, asked for by ann for: They asked.", told)
    assert "Opened, and matching their seals: 0." in checked(pack)


def test_all_that_cite_a_promise_in_a_period(desk: Terminal, tmp_path: Path) -> None:
    for _ in range(3):
        decided(desk)
    desk.ok("checkpoint")
    pack = tmp_path / "pack.zip"
    facts = desk(f"evidence --promise refund-30 --period 2020-01-01.. --out {pack} --json").json
    assert (facts["decisions"], facts["opened"], facts["stamped"]) == (3, False, False)
    assert facts["bytes"] == pack.stat().st_size
    assert "3 decisions of a customer charter ledger: all citing REFUND-30 from 2020-01-01." in read(page(pack))
    checked(pack)


def test_many_decisions_are_listed_and_put_on_pages(
    desk: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casebook, "PER_PAGE", 2)
    cases = [decided(desk) for _ in range(5)]
    desk.ok("checkpoint")
    pack = tmp_path / "pack.zip"
    desk.ok(f"evidence {' '.join(cases)} --out {pack}")
    cover = page(pack)
    links = re.findall(r'<a href="(pages/\d\.html)#(d-\w+)">', cover)
    assert [f"d-{case}" for case in cases] == [anchor for _, anchor in links]
    for name, anchor in links:
        assert f'id="{anchor}"' in page(pack, name)
        read(page(pack, name))
    assert {name for name, _ in links} == {"pages/1.html", "pages/2.html", "pages/3.html"}
    read(cover)
    checked(pack)


def test_a_time_stamp_goes_along_with_the_authoritys_certificates(desk: Terminal, tmp_path: Path) -> None:
    from tests.authority import served

    case, pack, authority = decided(desk), tmp_path / "pack.zip", Authority(tmp_path / "authority")
    desk.ok("checkpoint")
    with served(authority.answer) as url:
        desk.ok(f"timestamp --authority {url} --chain {authority.chain}")
    desk.ok(f"evidence {case} --chain {authority.chain} --out {pack}")
    assert re.search("Time stamp 20[0-9: -]+, by Harbour Time Office", read(page(pack)))
    assert "openssl accepts its signature, with the certificates that you gave." in checked(
        pack, "--chain", str(authority.chain)
    )
    other = Authority(tmp_path / "other", name="Another Office")
    said = desk.no(f"evidence {case} --chain {other.chain} --out {pack}", 1)
    assert "Give the root of its authority with --chain" in said


def test_a_witness_of_the_policy_is_asked_for(desk: Terminal, tmp_path: Path) -> None:
    from tests.evidence.office import NORTH

    case = decided(desk)
    desk.ok("checkpoint")
    policy = tmp_path / "policy"
    policy.write_text(f"witness north {NORTH.verifier}\nquorum north\n")
    typed = desk(f"evidence {case} --out {tmp_path / 'pack.zip'}", CHARTER_POLICY=str(policy))
    assert typed.code == 1
    assert "charter checkpoint" in typed.err
    assert not (tmp_path / "pack.zip").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("evidence {case}", 2, "--out is missing"),
        ("evidence --out x.zip", 2, "Name decisions, or all that --promise and --period find."),
        ("evidence {case} --promise REFUND-30 --out x.zip", 2, "Name decisions, or all that"),
        ("evidence --period 2026 --out x.zip", 2, "a period is two days"),
        ("evidence --period .. --out x.zip", 2, "a period is two days"),
        ("evidence --period 2026-02-01..2026-01-01 --out x.zip", 2, "the first day comes after the last"),
        ("evidence --period 1999-01-01..1999-12-31 --out x.zip", 3, "There is no decision from 1999-01-01 until"),
        ("evidence --promise NO-SUCH --out x.zip", 3, "NO-SUCH"),
        ("evidence 000 --out x.zip", 3, "000"),
        (
            "evidence {case} --out /nowhere/x.zip",
            1,
            str(PackNotWritten(path="/nowhere/x.zip", why="No such file or directory")),
        ),
        ("evidence {case} --chain /nowhere --out x.zip", 3, "/nowhere"),
    ],
)
def test_what_cannot_be_gathered_is_told(
    words: str, code: int, said: str, desk: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    case = decided(desk)
    desk.ok("checkpoint")
    assert said in desk.no(words.format(case=case), code)
    assert not list(tmp_path.glob("*x.zip*"))


def test_without_a_checkpoint_or_with_an_old_one_it_is_said_how_to_make_one(skyline: Terminal, tmp_path: Path) -> None:
    case, pack = decided(skyline), tmp_path / "pack.zip"
    assert "No checkpoint was published yet" in skyline.no(f"evidence {case} --out {pack}", 1)
    skyline.ok("key new")
    skyline.ok("checkpoint")
    later = decided(skyline)
    pack.write_bytes(b"what was there before")
    assert "Publish a new one with: charter checkpoint" in skyline.no(f"evidence {case} {later} --out {pack}", 1)
    assert pack.read_bytes() == b"what was there before"
