"""Secret keys are in files that nobody else can read, or in the environment; anything else is refused plainly."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from charter.proof.note import COSIGNATURE, SigningKey
from charter.publishing import secret_file, signing_key
from charter.publishing.secret_file import SecretExists, SecretMissing, SecretOpenToOthers, SecretUnreadable
from charter.publishing.signing_key import Held, KeyOfAnotherLedger, NoSigningKey, NotASigningKey

ORIGIN = "charter-ledger/9f86d081884c7d65"
KEY, OTHER = (SigningKey(ORIGIN, bytes([seed]) * 32) for seed in (1, 2))


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the keys of this user are: in a folder that is not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(signing_key.VARIABLE, raising=False)
    return tmp_path / "config" / "charter" / "keys" / "9f86d081884c7d65.key"


def texts(held: Held | None) -> list[str]:
    """The secret keys at hand, as text."""
    assert held is not None
    return [str(key) for key in held.keys]


def test_a_key_is_found_where_it_was_kept(path: Path) -> None:
    signing_key.keep(signing_key.default_path(ORIGIN), [KEY], new=True)
    found = signing_key.required(ORIGIN)
    assert (texts(found), found.path, found.place) == ([str(KEY)], path, str(path))


def test_the_file_and_its_folder_are_their_owner_s_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        signing_key.keep(path, [KEY], new=True)
        signing_key.keep(path, [KEY, OTHER])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert texts(signing_key.held(ORIGIN)) == [str(KEY), str(OTHER)]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o620])
def test_a_file_that_others_can_touch_is_not_used(path: Path, mode: int) -> None:
    signing_key.keep(path, [KEY], new=True)
    path.chmod(mode)
    with pytest.raises(SecretOpenToOthers, match=f"mode {mode:04o}.*chmod 600 {path}"):
        signing_key.held(ORIGIN)


def test_the_environment_comes_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signing_key.keep(path, [KEY], new=True)
    monkeypatch.setenv(signing_key.VARIABLE, f"{OTHER}\n{KEY}\n")
    found = signing_key.required(ORIGIN)
    assert (texts(found), found.path, found.place) == ([str(OTHER), str(KEY)], None, "CHARTER_SIGNING_KEY")


def test_without_any_key_it_is_said_where_one_belongs(path: Path) -> None:
    assert signing_key.held(ORIGIN) is None
    with pytest.raises(NoSigningKey, match=f"charter key new.*{path}"):
        signing_key.required(ORIGIN)


def test_the_key_of_another_ledger_or_of_a_witness_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(signing_key.VARIABLE, str(SigningKey.new("charter-ledger/0000000000000000")))
    with pytest.raises(KeyOfAnotherLedger, match="signs for charter-ledger/0000000000000000, and this ledger is"):
        signing_key.held(ORIGIN)
    monkeypatch.setenv(signing_key.VARIABLE, str(SigningKey(ORIGIN, bytes(32), COSIGNATURE)))
    with pytest.raises(NotASigningKey, match="witness"):
        signing_key.held(ORIGIN)


@pytest.mark.parametrize("text", [" \n", "secret", str(KEY)[:-3], str(KEY.verifier), f"{KEY} {str(OTHER)[:-1]}A"])
def test_what_is_no_key_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(signing_key.VARIABLE, text)
    with pytest.raises(NotASigningKey, match="CHARTER_SIGNING_KEY") as caught:
        signing_key.held(ORIGIN)
    assert str(KEY)[-20:] not in str(caught.value)


def test_a_key_is_never_written_over_another(path: Path) -> None:
    signing_key.keep(path, [KEY], new=True)
    with pytest.raises(SecretExists, match="never written over"):
        signing_key.keep(path, [OTHER], new=True)
    assert texts(signing_key.held(ORIGIN)) == [str(KEY)]


def test_what_is_no_file_of_a_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretMissing, match="no file"):
        secret_file.read(tmp_path / "gone")
    with pytest.raises(SecretUnreadable, match="directory"):
        secret_file.read(tmp_path)
    for name, data, why in (("long", b"x" * 70_000, "too long"), ("bytes", b"\xff", "not hold text")):
        file = tmp_path / name
        file.write_bytes(data)
        file.chmod(0o600)
        with pytest.raises(SecretUnreadable, match=why):
            secret_file.read(file)
    os.mkfifo(tmp_path / "pipe", 0o600)
    reader = os.open(tmp_path / "pipe", os.O_RDWR)
    with pytest.raises(SecretUnreadable, match="not a file"):
        secret_file.read(tmp_path / "pipe")
    os.close(reader)


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SecretUnreadable, match="file"):
        secret_file.write_new(tmp_path / "file" / "key", "x")
    with pytest.raises(SecretUnreadable, match="No such file"):
        secret_file.replace(tmp_path / "gone" / "key", "x")


def test_what_a_dead_program_left_is_in_nobody_s_way(path: Path) -> None:
    signing_key.keep(path, [KEY], new=True)
    path.with_name(f".{path.name}.{os.getpid()}").write_text("half")
    signing_key.keep(path, [OTHER])
    assert texts(signing_key.held(ORIGIN)) == [str(OTHER)]
