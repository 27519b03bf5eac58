"""A history rewritten as a whole, with hashes that fit, is caught by what was signed before: wherever that is kept."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from charter.leaf import leaves
from charter.ledger import Ledger
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import SigningKey, VerifierKey
from charter.store.published import Published
from charter.tree import Frontier
from tests.publishing.logs import witness
from tests.terminal.conftest import Terminal

Rows = list[tuple[int, str, int, str, str, bytes]]


class Signed(Terminal):
    """A terminal about a ledger with a signed checkpoint, and what an auditor keeps of it elsewhere."""

    key: str
    kept: Path

    def rewrite(self, change: Callable[[Rows], None]) -> None:
        """What somebody can do who owns the database: every hash is made anew, down to the stored tree."""
        with closing(sqlite3.connect(self.folder / "charter.db", isolation_level=None)) as database:
            for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f"DROP TRIGGER {trigger}")
            rows: Rows = database.execute(
                "SELECT position, stream, version, type, recorded_at, body FROM entries ORDER BY position"
            ).fetchall()
            change(rows)
            hashes = leaves(rows)
            tree = Frontier()
            tree.extend(hashes)
            database.execute("DELETE FROM entries")
            database.executemany(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(*row, leaf) for row, leaf in zip(rows, hashes, strict=True)],
            )
            head = (tree.size, tree.to_bytes(), rows[-1][4])
            database.execute("UPDATE head SET size = ?, frontier = ?, recorded_at = ?", head)

    def resign(self, key: SigningKey, *, keep: bool = False) -> None:
        """Publish a checkpoint of what there is now, signed with this key; in the place of the others unless `keep`."""
        with closing(sqlite3.connect(self.folder / "charter.db")) as database:
            if not keep:
                database.execute("DELETE FROM checkpoints")
            database.commit()
        with Ledger(str(self.folder / "charter.db")) as ledger:
            from charter.proof.verify import checkpoint

            signed = SignedCheckpoint.signed(checkpoint(ledger.engine), key)
            Published(ledger.engine).add(signed.checkpoint.size, "2099-01-01T00:00:00.000000Z", str(signed))

    def forget(self, *places: str) -> None:
        """Another computer: nothing is known here."""
        for place in places:
            shutil.rmtree(self.folder / place, ignore_errors=True)

    def found_out(self, line: str = "verify") -> str:
        """What is said about it, with exit code 5."""
        return self.no(line, 5)


@pytest.fixture
def signed(published: Path, tmp_path: Path) -> Signed:
    """A ledger that published a checkpoint, which the auditor has in a file, with its key."""
    for file in published.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    terminal = Signed(tmp_path)
    terminal.key = terminal.ok("key new")
    terminal.kept = tmp_path / "auditor.checkpoint"
    terminal.ok("decision log x")
    terminal.ok(f"checkpoint --out {terminal.kept}")
    return terminal


def reword(rows: Rows) -> None:
    """Somebody else has always been the founder of the charter."""
    for at, row in enumerate(rows):
        if row[3] == "charter.opened":
            rows[at] = (*row[:5], row[5].replace(b"Skyline Air", b"Groundair!!"))


def drop_the_last(rows: Rows) -> None:
    """The newest entry has never been."""
    del rows[-1]


def adopt_theirs(key: SigningKey) -> Callable[[Rows], None]:
    """The history is reworded, and adopts their key in the place of the ledger's own."""

    def change(rows: Rows) -> None:
        reword(rows)
        for at, row in enumerate(rows):
            if row[3] == "key.adopted":
                head, _, _ = row[5].partition(b'"key":')
                rows[at] = (*row[:5], head + b'"key":"%b"}}' % str(key.verifier).encode())

    return change


def theirs(signed: Signed) -> SigningKey:
    """A key of somebody who is not the ledger's owner."""
    return SigningKey(VerifierKey.parse(signed.key).name, bytes([66]) * 32)


def test_what_was_signed_verifies(signed: Signed) -> None:
    """Before anybody has touched it."""
    signed.ok("verify")
    signed.forget("state", "config")
    said = signed.ok(["verify", "--key", signed.key, "--against", str(signed.kept)])
    assert said.endswith("known from outside the ledger.")
    known = signed(["verify", "--json", "--key", signed.key]).json
    assert known["signed"] == {"size": known["size"], "keys": [signed.key], "pinned": True, "cosigned": {}}
    assert "are signed with" in signed.ok("verify")


def test_the_rewriting_itself_leaves_nothing_to_find_inside(signed: Signed) -> None:
    """Or the tests below would prove little: without anything from outside, such a history is whole."""
    signed.rewrite(adopt_theirs(theirs(signed)))
    signed.resign(theirs(signed))
    signed.forget("state", "config")
    signed.ok("verify")


@pytest.mark.parametrize("change", [reword, drop_the_last])
def test_the_published_checkpoint_catches_it(signed: Signed, change: Callable[[Rows], None]) -> None:
    signed.rewrite(change)
    signed.forget("state", "config")
    assert "cut off at the end" in (said := signed.found_out()) or "rewritten" in said


@pytest.mark.parametrize("change", [reword, drop_the_last])
def test_what_is_remembered_here_catches_it(signed: Signed, change: Callable[[Rows], None]) -> None:
    """Published checkpoints were taken out as well; the ledger was never verified here, only signed."""
    signed.rewrite(change)
    with closing(sqlite3.connect(signed.folder / "charter.db")) as database:
        database.execute("DELETE FROM checkpoints")
        database.commit()
    signed.forget("config")
    assert "cut off at the end" in (said := signed.found_out()) or "rewritten" in said


def test_a_signed_checkpoint_kept_elsewhere_catches_it(signed: Signed) -> None:
    """Even with a key of theirs adopted and everything signed again."""
    signed.rewrite(adopt_theirs(theirs(signed)))
    signed.resign(theirs(signed))
    signed.forget("state", "config")
    assert "rewritten" in signed.found_out(f"verify --against {signed.kept}")


def test_a_key_known_from_elsewhere_catches_it(signed: Signed) -> None:
    signed.rewrite(adopt_theirs(theirs(signed)))
    signed.resign(theirs(signed))
    signed.forget("state", "config")
    assert "is not signed with a key that is known here (" in signed.found_out(f"verify --key {signed.key}")


def test_the_user_s_own_key_file_catches_it(signed: Signed) -> None:
    signed.rewrite(adopt_theirs(theirs(signed)))
    signed.resign(theirs(signed))
    signed.forget("state")
    assert "is not signed with a key that is known here (" in signed.found_out()


def test_a_key_of_theirs_beside_ours_is_caught(signed: Signed) -> None:
    """Our key stays adopted, but nobody has the secret half to sign the rewritten history with."""
    their = theirs(signed)

    def change(rows: Rows) -> None:
        reword(rows)
        [at] = [at for at, row in enumerate(rows) if row[3] == "key.adopted"]
        _, stream, version, type_, _, body = rows[at]
        second = body.replace(signed.key.encode(), str(their.verifier).encode())
        rows.append((len(rows) + 1, stream, version + 1, type_, rows[-1][4], second))

    signed.rewrite(change)
    signed.resign(their)
    signed.forget("state", "config")
    signed.ok("verify")
    assert "is not signed with" in signed.found_out(f"verify --key {signed.key}")


def test_checkpoints_that_were_taken_out_are_missed_by_who_knows_the_key(signed: Signed) -> None:
    signed.rewrite(reword)
    with closing(sqlite3.connect(signed.folder / "charter.db")) as database:
        database.execute("DELETE FROM checkpoints")
        database.commit()
    signed.forget("state", "config")
    assert "Nothing in the ledger is signed with the key" in signed.found_out(f"verify --key {signed.key}")


def test_a_history_with_another_beginning_is_another_ledger(signed: Signed) -> None:
    def change(rows: Rows) -> None:
        rows[0] = (*rows[0][:5], rows[0][5].replace(b'"at":"2', b'"at":"1'))

    signed.rewrite(change)
    with closing(sqlite3.connect(signed.folder / "charter.db")) as database:
        database.execute("DELETE FROM checkpoints")
        database.commit()
    signed.forget("state", "config")
    assert "The key is of another ledger" in signed.found_out(f"verify --key {signed.key}")


def test_a_witness_catches_it(signed: Signed) -> None:
    """The secret key itself was stolen, so their history is well signed; the witness has seen the first."""
    policy = signed.folder / "w.policy"
    with witness(signed.folder, [VerifierKey.parse(signed.key)]) as one:
        policy.write_text(f"witness w1 {one.key} {one.url}\nquorum w1\n")
        signed.ok("decision log y")
        signed.ok(f"checkpoint --policy {policy}")
        signed.rewrite(reword)
        with closing(sqlite3.connect(signed.folder / "charter.db")) as database:
            database.execute("DELETE FROM checkpoints")
            database.commit()
        signed.forget("state")
        assert "another history" in signed.no(f"checkpoint --policy {policy}", 1)
        signed.ok("decision log z")
        assert "no proof that this history continues" in signed.no(f"checkpoint --policy {policy}", 1)


def test_signing_is_refused_where_verifying_would_fail(signed: Signed) -> None:
    """A rewritten history is never signed over what was signed before."""
    signed.rewrite(reword)
    assert "Nothing was signed" in signed.no("checkpoint", 1)
    signed.rewrite(drop_the_last)
    assert "and ends at" in signed.no("checkpoint", 1)


def test_a_ledger_put_back_to_an_older_day_is_not_signed(signed: Signed) -> None:
    """A backup from before the newest checkpoint: the state folder knows better, in whatever place it is."""
    old = signed.folder / "old.db"
    with closing(sqlite3.connect(signed.folder / "charter.db")) as database:
        database.execute("VACUUM INTO ?", (str(old),))
    signed.ok("decision log later")
    signed.ok("checkpoint")
    for line in ("--ledger {} checkpoint", "--ledger {} verify"):
        typed = signed(line.format(old))
        assert typed.code in (1, 5), typed
    assert "cut off at the end" in signed.found_out(f"--ledger {old} verify")
    signed.ok(f"--ledger {old} verify --anew")
    signed.ok(f"--ledger {old} checkpoint")


@pytest.mark.parametrize("what", ["signature", "signer", "text"])
def test_a_forged_checkpoint_is_none(signed: Signed, what: str) -> None:
    """A checkpoint that fits the ledger says something only with a signature that is good."""
    good = SignedCheckpoint.parse(signed.kept.read_text())
    match what:
        case "signature":
            [line] = good.note.signatures
            note = SignedCheckpoint.signed(good.checkpoint).note.with_signatures(line._replace(signature=bytes(64)))
        case "signer":
            note = SignedCheckpoint.signed(good.checkpoint, theirs(signed)).note
        case _:
            other = Checkpoint(good.checkpoint.origin, good.checkpoint.size - 1, good.checkpoint.root)
            note = SignedCheckpoint.signed(other).note.with_signatures(*good.note.signatures)
    signed.kept.write_text(str(note))
    signed.found_out(f"verify --against {signed.kept}")


def test_a_published_checkpoint_that_cannot_be_read_is_damage(signed: Signed) -> None:
    with closing(sqlite3.connect(signed.folder / "charter.db")) as database:
        database.execute("INSERT INTO checkpoints VALUES (3, '2099-01-01T00:00:00.000000Z', 'nonsense', NULL)")
        database.commit()
    assert "cannot be read" in signed.found_out()
    case = signed("decision list --json").json["lines"][0]["id"]
    for line in ("checkpoint", f"proof {case}", f"evidence {case} --out pack.zip", "export tiles log"):
        assert "Find out what was altered: charter verify" in signed.no(line, 1), line


def test_a_published_checkpoint_without_a_key_that_counts_is_damage(signed: Signed) -> None:
    signed.resign(theirs(signed), keep=True)
    signed.forget("config")
    assert "is not signed with a key the ledger adopted" in signed.found_out()


def test_a_key_of_one_s_own_that_has_signed_nothing_yet_raises_no_alarm(signed: Signed) -> None:
    """Another computer's key is lost, and its checkpoints stay what they are."""
    signed.forget("config")
    policy = signed.folder / "config" / "charter" / "witnesses.policy"
    policy.parent.mkdir(parents=True)
    key = SigningKey.new("w.example/1", 4).verifier
    policy.write_text(f"witness w1 {key} http://127.0.0.1:1/\nquorum w1\n")
    typed = signed("key new")
    assert f"tell whoever knows the ledger by {VerifierKey.parse(signed.key).key_id.hex()}" in typed.err
    assert "No checkpoint was published: Too few witnesses" in typed.err
    signed.ok("verify")
    policy.unlink()
    signed.ok("checkpoint")
    signed.ok("verify")
    assert "vouches for" in signed.found_out(f"verify --key {signed.key}"), "as it was not handed on"


def test_the_cosignatures_that_a_policy_asks_for_are_checked(signed: Signed) -> None:
    """So a history that was rewritten and signed with the ledger's own stolen key is found out by an auditor."""
    rules = signed.folder / "auditor.policy"
    with witness(signed.folder, [VerifierKey.parse(signed.key)]) as one:
        rules.write_text(f"log {signed.key}\nwitness w1 {one.key} {one.url}\nquorum w1\n")
        signed.ok("decision log y")
        assert "is not cosigned as the policy asks" in signed.found_out(f"verify --policy {rules}")
        signed.ok(f"checkpoint --policy {rules}")
    assert "known from outside the ledger, and cosigned by w1." in signed.ok(f"verify --policy {rules}")
    assert signed(f"verify --policy {rules} --json").json["signed"]["cosigned"].keys() == {"w1"}
    [file] = (signed.folder / "config" / "charter" / "keys").iterdir()
    stolen = SigningKey.parse(file.read_text().strip())
    signed.rewrite(reword)
    signed.resign(stolen)
    signed.forget("state", "config")
    signed.ok(f"verify --key {signed.key}")
    assert "is not cosigned as the policy asks" in signed.found_out(f"verify --policy {rules}")
    rules.write_text("quorum none\n")
    signed.ok(f"verify --policy {rules}")


def test_it_verifies_without_the_master_key(signed: Signed) -> None:
    """What is sealed stays sealed; hashes and signatures need no secret."""
    typed = signed(["verify", "--key", signed.key, "--against", str(signed.kept)], CHARTER_MASTER_KEY="")
    assert typed.code == 0, typed


@pytest.mark.parametrize("key", ["nonsense", "a+b+c", "gone.vkey"])
def test_a_key_that_is_none_is_named(signed: Signed, key: str) -> None:
    assert "--key: " in signed.no(f"verify --key {key}", 2)


def test_a_secret_key_given_by_mistake_is_not_shown(signed: Signed) -> None:
    [secret] = (signed.folder / "config" / "charter" / "keys").iterdir()
    for given in (str(secret), secret.read_text().strip()):
        said = signed.no(["verify", "--key", given], 2)
        assert "this is a secret key" in said
        assert secret.read_text().rpartition("+")[2][:12] not in said


def test_a_key_may_be_in_a_file(signed: Signed) -> None:
    file = signed.folder / "ledger.vkey"
    file.write_text(signed.key + "\n")
    signed.ok(f"verify --key {file}")
    file.write_text("")
    assert "there is no key in" in signed.no(f"verify --key {file}", 2)
    file.write_text(str(SigningKey.new("w.example/1", 4).verifier))
    assert "is a witness" in signed.no(f"verify --key {file}", 2)


def delete_checkpoints(signed: Signed) -> None:
    """Every published checkpoint is taken out, as the owner of the database can."""
    signed.rewrite(reword)
    with closing(sqlite3.connect(signed.folder / "charter.db")) as database:
        database.execute("DELETE FROM checkpoints")
        database.commit()


def test_where_every_checkpoint_was_deleted_it_is_said_that_nothing_outside_confirms_the_rest(signed: Signed) -> None:
    """Nothing is known here, no key and no checkpoint: the entries fit together, and that is all that can be said."""
    delete_checkpoints(signed)
    signed.forget("state", "config")
    known = signed("verify --json")
    assert (known.code, known.json["confirmed"], known.json["signed"]) == (0, False, None)
    signed.forget("state")
    said = signed.ok("verify")
    assert "verified, nothing was altered. Nothing outside the ledger confirms that: it adopted a key" in said
    assert "If any was published, it was deleted, and all of this may have been rewritten." in said


def test_a_key_that_the_ledger_alone_names_confirms_nothing(signed: Signed) -> None:
    """Whoever can rewrite all of it can adopt a key of their own, and sign with that."""
    signed.forget("state", "config")
    known = signed("verify --json").json
    assert (known["ok"], known["confirmed"], known["signed"]["pinned"]) == (True, False, False)
    signed.forget("state")
    said = signed.ok("verify")
    assert "are signed with" in said and "the keys that signed are known from the ledger alone." in said
    signed.forget("state")
    assert signed(f"verify --key {signed.key} --json").json["confirmed"]


def test_where_every_checkpoint_was_deleted_the_user_s_own_key_catches_it(signed: Signed) -> None:
    """As a key that is given does: something was signed with it, and nothing of that is there."""
    delete_checkpoints(signed)
    signed.forget("state")
    assert "No checkpoint is signed with the key that is at hand here, and none is known here" in signed.found_out()
    signed.forget("config")
    assert "Nothing in the ledger is signed with the key" in signed.found_out(f"verify --key {signed.key}")


def test_what_was_signed_and_is_known_here_confirms_a_ledger_without_checkpoints(signed: Signed) -> None:
    with closing(sqlite3.connect(signed.folder / "charter.db", isolation_level=None)) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("DELETE FROM checkpoints")
    assert "known here before" in (said := signed.ok("verify"))
    assert "confirms" not in said
