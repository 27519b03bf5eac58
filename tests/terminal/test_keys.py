"""Keys in the terminal: made, shown, handed on and retired, and what is said when that cannot be."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from charter.proof.note import VerifierKey
from tests.publishing.logs import witness
from tests.terminal.conftest import Terminal


def key_file(terminal: Terminal) -> Path:
    """The file with the secret keys of the only ledger there is."""
    [file] = (terminal.folder / "config" / "charter" / "keys").iterdir()
    return file


def shown(terminal: Terminal) -> list[tuple[bool, bool]]:
    """Of every key, in their order: whether it signs, and whether its secret half is here."""
    return [(known["in_use"], known["here"]) for known in terminal("key show --json").json]


def short(text: str) -> str:
    """The id of a verifier key."""
    return VerifierKey.parse(text.strip()).key_id.hex()


def test_a_new_key_is_adopted_and_seals_what_there_is(skyline: Terminal) -> None:
    """On standard output there is nothing but the verifier key, to be given away."""
    assert "has no signing key yet" in skyline("key show").err
    typed = skyline("key new")
    assert (typed.code, len(typed.out.splitlines())) == (0, 1)
    assert f"The ledger has adopted the key {short(typed.out)}" in typed.err
    assert "The checkpoint of" in typed.err
    assert stat.S_IMODE(key_file(skyline).stat().st_mode) == 0o600
    [known] = skyline("key show --json").json
    assert (known["key"], known["in_use"], known["here"]) == (typed.out.strip(), True, True)
    assert known["position"] == skyline("status --json").json["entries"]
    assert typed.out.strip() in skyline("key show").out.split()
    assert f"ann adopted the signing key {short(typed.out)}" in skyline.ok("log")


def test_the_secret_half_is_nowhere_but_in_its_file(skyline: Terminal) -> None:
    skyline.ok("key new")
    secret = key_file(skyline).read_text().strip()
    assert secret.startswith("PRIVATE+KEY+")
    seed = secret.split("+", 4)[4].encode()
    for file in skyline.folder.rglob("*"):
        if file.is_file() and file != key_file(skyline):
            assert seed not in file.read_bytes(), file


def test_only_an_admin_makes_a_key_and_nothing_is_left_of_the_attempt(skyline: Terminal) -> None:
    assert "does not hold the role admin" in skyline.no("key new", 4, by="cleo")
    assert list((skyline.folder / "config" / "charter" / "keys").iterdir()) == []
    skyline.ok("key new")
    before = key_file(skyline).read_text()
    assert "does not hold the role admin" in skyline.no("key rotate", 4, by="cleo")
    assert key_file(skyline).read_text() == before


def test_one_key_is_enough(skyline: Terminal) -> None:
    skyline.ok("key new")
    assert "signs for this ledger already" in skyline.no("key new", 1)


def test_a_key_after_all_others_were_retired_has_nobody_to_vouch_for_it(skyline: Terminal) -> None:
    """The key was lost: whoever knows the ledger by it has to be told of the new one."""
    skyline.ok("key new")
    lost = skyline("key show --json").json[0]["id"]
    skyline.ok(f"key retire {lost} --why Lost")
    assert f"No older key vouches for it: tell whoever knows the ledger by {lost}." in skyline("key new").err


def test_a_key_that_was_made_and_not_adopted_is_taken_up(skyline: Terminal) -> None:
    """As after a crash between the file and the entry."""
    skyline.ok("key new")
    kept = key_file(skyline).read_text()
    ledger, other = skyline.folder / "charter.db", skyline.folder / "other"
    skyline.ok("key retire " + skyline("key show --json").json[0]["id"] + " --why old")
    assert not other.exists()
    assert ledger.exists()
    key_file_path = skyline.folder / "config" / "charter" / "keys" / f"{kept.split('+')[2].rpartition('/')[2]}.key"
    key_file_path.write_text(kept)
    key_file_path.chmod(0o600)
    assert "A key is adopted once" in skyline.no("key new", 1)
    key_file_path.unlink()
    skyline.ok("key new")
    assert shown(skyline) == [(False, False), (True, True)]


def test_an_empty_ledger_has_no_name_and_so_no_key(empty: Terminal) -> None:
    from charter import schema

    schema.create(str(empty.folder / "charter.db"))
    for line in ("key new", "key show", "key rotate", "checkpoint"):
        assert "no entries yet" in empty.no(line, 1), line


def test_a_key_hands_on_to_the_next(skyline: Terminal) -> None:
    """Both sign the checkpoint that covers the adoption; then the old one is retired, and gone from here."""
    old = skyline.ok("key new")
    secret = key_file(skyline).read_text()
    typed = skyline("key rotate")
    new = typed.out.strip()
    assert typed.code == 0
    assert f"{short(old)} is retired, and its secret half removed" in typed.err
    assert secret not in key_file(skyline).read_text()
    assert shown(skyline) == [(False, False), (True, True)]
    said = skyline.ok("verify")
    assert f"are signed with {short(new)}, known from outside the ledger." in said
    for known in (old, new):
        skyline.ok(["verify", "--key", known])


def test_what_an_old_key_signed_stays_valid_after_any_number_of_new_ones(skyline: Terminal) -> None:
    kept = skyline.folder / "first.checkpoint"
    skyline.ok("key new")
    skyline.ok(f"checkpoint --out {kept}")
    for _ in range(3):
        skyline.ok("key rotate")
    skyline.ok(f"verify --against {kept}")
    skyline.ok("checkpoint")
    assert [in_use for in_use, _ in shown(skyline)] == [False, False, False, True]


def test_where_witnesses_cosign_both_keys_sign_until_the_old_one_is_retired(skyline: Terminal) -> None:
    old = skyline.ok("key new")
    policy = skyline.folder / "config" / "charter" / "witnesses.policy"
    known = [VerifierKey.parse(old)]
    with witness(skyline.folder, known) as one:
        policy.write_text(f"witness w1 {one.key} {one.url}\nquorum w1\n")
        typed = skyline("key rotate")
        new = typed.out.strip()
        assert f"Give the new key to w1. Then: charter key retire {short(old)}" in typed.err
        assert shown(skyline) == [(True, True), (True, True)]
        again = skyline("key rotate")
        assert again.out == typed.out, "it takes up where it was, and makes no third key"
    with witness(skyline.folder, [*known, VerifierKey.parse(new)]) as one:
        policy.write_text(f"witness w1 {one.key} {one.url}\nquorum w1\n")
        typed = skyline(f'key retire {short(old)} --why "The new one is known."')
        assert (typed.code, "cosigned by w1" in typed.err) == (0, True)
    assert shown(skyline) == [(False, False), (True, True)]
    skyline.ok("verify")


def test_a_retired_key_leaves_and_the_last_one_leaves_no_file(skyline: Terminal) -> None:
    known = short(skyline.ok("key new"))
    assert "is not one of this ledger's" in skyline.no("key retire 00000000 --why x", 3)
    typed = skyline(f'key retire {known.upper()} --why "Somebody saw it."')
    assert "Its secret half was removed" in " ".join(typed.out.split())
    assert "No key signs for the ledger now." in typed.err
    assert not list((skyline.folder / "config" / "charter" / "keys").iterdir())
    assert "retired already" in skyline.no(f"key retire {known} --why x", 1)
    assert "There is no key here" in skyline.no("checkpoint", 3)
    assert "Somebody saw it." in skyline.ok("log")
    skyline.ok("verify")


def test_a_key_in_the_environment_signs_and_is_handed_on_to_a_file(skyline: Terminal) -> None:
    file = skyline.folder / "secret"
    old = skyline.ok(f"key new --out {file}")
    held = {"CHARTER_SIGNING_KEY": file.read_text()}
    assert skyline("checkpoint").code == 3
    assert skyline("checkpoint", **held).code == 0
    assert "Say where the new one goes: --out FILE" in " ".join(skyline("key rotate", **held).err.split())
    typed = skyline(["key", "rotate", "--out", str(skyline.folder / "next")], **held)
    assert typed.code == 0
    assert "put it in the place of what is in CHARTER_SIGNING_KEY" in typed.err
    refused = " ".join(skyline("checkpoint", **held).err.split())
    assert refused.startswith(f"The key {short(old)} in CHARTER_SIGNING_KEY does not sign")
    assert skyline("checkpoint", CHARTER_SIGNING_KEY=(skyline.folder / "next").read_text()).code == 0
    skyline.ok(["verify", "--key", old])


def test_a_file_that_others_can_read_signs_nothing_and_verifying_goes_on_without_it(skyline: Terminal) -> None:
    skyline.ok("key new")
    key_file(skyline).chmod(0o644)
    said = skyline.no("checkpoint", 1)
    assert f"chmod 600 {key_file(skyline)}" in said
    typed = skyline("verify")
    assert (typed.code, "Your key file was not looked at" in typed.err) == (0, True)


@pytest.mark.parametrize("line", ["key new", "key rotate", "key show", "key retire 00000000 --why x"])
def test_keys_answer_in_json(skyline: Terminal, line: str) -> None:
    if line != "key new":
        skyline.ok("key new")
    if "retire" in line:
        line = line.replace("00000000", skyline("key show --json").json[0]["id"])
    assert skyline(f"{line} --json").json


def test_a_master_key_is_made_once(empty: Terminal) -> None:
    """In a file of its own, and never over another."""
    typed = empty("key master --json", CHARTER_MASTER_KEY="")
    path = Path(typed.json["path"])
    assert path == empty.folder / "config" / "charter" / "master.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "never replaced" in empty("key master", CHARTER_MASTER_KEY="").err
    assert "never replaced" in empty.no("key master", 1)
