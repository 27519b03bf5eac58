"""A time stamp is believed when a trusted authority gave it over this very checkpoint, and never otherwise."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from hypothesis import given, settings
from hypothesis import strategies as st

from charter.proof.der import SEQUENCE, only
from charter.proof.timestamp import MOST, BadStamp, Roots, verify_stamp
from tests.authority import (
    GENERALIZED_TIME,
    POLICY,
    STAMPS,
    Authority,
    certificate,
    new_key,
    pem,
    tst_info,
    with_certificates,
)
from tests.proof.vectors import FOLDER

NOTE = b"charter-ledger/9f86d081884c7d65\n1284\nzTPN5CGSMbQSxxSxdF0rGh9ZXKNMdjTGxeRLn6gUTf4=\n"
FIXTURES = FOLDER / "rfc3161/test/fixtures"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority as it should be."""
    return Authority(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def token(office: Authority) -> bytes:
    """Its token over the note."""
    return office.token(NOTE)


def why_not(token: bytes, roots: Roots, text: bytes = NOTE, **asked: object) -> str:
    """Why a token proves nothing."""
    with pytest.raises(BadStamp) as refused:
        verify_stamp(token, text, roots, **asked)  # type: ignore[arg-type]
    return str(refused.value)


def test_a_token_says_who_saw_the_note_and_when(office: Authority, token: bytes) -> None:
    stamp = verify_stamp(token, NOTE, office.roots)
    assert abs(datetime.now(UTC) - stamp.time) < timedelta(minutes=1)
    assert stamp.accuracy == timedelta(seconds=2.5)
    assert (stamp.authority, stamp.policy) == ("Harbour Time Office", POLICY)
    assert verify_stamp(token, NOTE, office.roots, policy=POLICY).serial == stamp.serial


def test_openssl_verifies_the_same_bytes(office: Authority, token: bytes, tmp_path: Path) -> None:
    """The note's lines in a file, and the authority's root: nothing of ours."""
    (tmp_path / "note").write_bytes(NOTE)
    (tmp_path / "token").write_bytes(token)
    words = ["openssl", "ts", "-verify", "-data", "note", "-in", "token", "-token_in", "-CAfile"]
    found = subprocess.run([*words, office.chain], cwd=tmp_path, capture_output=True, text=True)
    assert "Verification: OK" in found.stdout, found.stderr


def test_another_text_is_not_what_was_stamped(office: Authority, token: bytes) -> None:
    """Not a byte more, less, or other."""
    for text in (NOTE + b"\n", NOTE[:-1], NOTE.replace(b"1284", b"1285"), b""):
        assert why_not(token, office.roots, text) == "it is over something else than this checkpoint"


def test_a_token_answers_the_question_that_was_asked(office: Authority, token: bytes) -> None:
    """By nonce and policy, when they are known."""
    assert "nonce" in why_not(token, office.roots, nonce=7)
    assert POLICY in why_not(token, office.roots, policy="1.2.3")


def test_another_authority_of_the_same_name_is_not_trusted(token: bytes, tmp_path: Path) -> None:
    assert why_not(token, Authority(tmp_path).roots) == "its authority does not lead to a root that is trusted here"


def test_the_time_cannot_be_changed(office: Authority, token: bytes) -> None:
    found = GENERALIZED_TIME.search(token)
    assert found
    earlier = token.replace(found[0], found[0].replace(b"\x18\x0f2026", b"\x18\x0f2025"))
    assert why_not(earlier, office.roots) == "its signature is wrong: the token was changed"


@settings(max_examples=200)
@given(data=st.data())
def test_a_changed_byte_makes_no_other_stamp(data: st.DataObject, office: Authority, token: bytes) -> None:
    """What is not signed may change, and then nothing of what is said; everything else is refused."""
    at = data.draw(st.integers(0, len(token) - 1))
    byte = data.draw(st.integers(0, 255))
    changed = token[:at] + bytes([byte]) + token[at + 1 :]
    try:
        assert verify_stamp(changed, NOTE, office.roots) == verify_stamp(token, NOTE, office.roots)
    except BadStamp as refused:
        assert str(refused)


@given(garbage=st.binary(max_size=60))
def test_garbage_is_refused(office: Authority, garbage: bytes) -> None:
    assert why_not(garbage, office.roots).startswith("it is not a token that can be read")


def test_a_token_is_one_value_and_of_some_size(office: Authority, token: bytes) -> None:
    assert "follow its end" in why_not(token + b"\0", office.roots)
    assert "cut off" in why_not(token[:-1], office.roots)
    assert why_not(token + bytes(MOST), office.roots) == f"it is longer than {MOST:,} bytes"


@pytest.mark.parametrize(
    ("usages", "critical"),
    [
        ((), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING,), False),
        ((ExtendedKeyUsageOID.CODE_SIGNING,), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True),
        ((ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,), True),
    ],
    ids=["for anything", "not critical", "for code", "for code as well", "for any use"],
)
def test_only_a_certificate_for_time_stamps_alone_will_do(
    office: Authority, token: bytes, tmp_path: Path, usages: tuple[ObjectIdentifier, ...], critical: bool
) -> None:
    other = Authority(tmp_path, usages=usages, critical=critical)
    forged = other.sign(tst_info(token))
    assert why_not(forged, other.roots) == "the certificate of Harbour Time Office is not one for time stamps alone"


def test_certificates_have_to_be_valid_at_the_moment_of_the_stamp(tmp_path: Path) -> None:
    """And not longer: a stamp outlives the certificate it was made with."""
    retired = Authority(tmp_path, days=(-400, -10))
    valid = datetime.now(UTC) - timedelta(days=20)
    stamp = verify_stamp(retired.token(NOTE, at=valid), NOTE, retired.roots)
    assert stamp.time == valid.replace(microsecond=0)
    assert why_not(retired.token(NOTE), retired.roots) == "a certificate of its authority had expired by then"
    early = retired.token(NOTE, at=datetime.now(UTC) - timedelta(days=500))
    assert why_not(early, retired.roots) == "a certificate of its authority was not valid yet"


def test_whoever_is_no_authority_over_certificates_can_issue_none(tmp_path: Path) -> None:
    """A certificate that was bought for something else issues one for time stamps."""
    bought = Authority(tmp_path, issuer_is_ca=False)
    assert "does not lead to a root" in why_not(bought.token(NOTE), bought.roots)


def test_the_signer_names_its_certificate_in_what_it_signs(office: Authority, token: bytes) -> None:
    """Otherwise another certificate for the same key could be put in its place (RFC 5816)."""
    assert verify_stamp(office.sign(tst_info(token)), NOTE, office.roots)
    unnamed = office.sign(tst_info(token), "-certfile", "issuer.pem")
    assert "does not say which certificate" in why_not(unnamed, office.roots)


def test_another_certificate_of_the_same_name_and_number_is_not_taken(office: Authority, token: bytes) -> None:
    """Whether it comes instead of the signer's or beside it."""
    key, number = new_key(), office.signer.serial_number
    double = certificate("Harbour Time Office", key, office.issuer, key, usages=STAMPS, number=number)
    instead = with_certificates(token, double, office.issuer)
    assert why_not(instead, office.roots) == "the certificate that it brings is not the one it was signed with"
    for several in ((double, office.signer), (office.signer, double)):
        beside = with_certificates(token, *several, office.issuer)
        assert why_not(beside, office.roots) == "two certificates claim to be its signer's"


def test_certificates_come_with_the_token_or_with_the_roots(office: Authority, token: bytes) -> None:
    """In any order, although DER has only one."""
    bare = with_certificates(token)
    assert why_not(bare, office.roots) == "the certificate of its signer is missing"
    assert why_not(bare, Roots((office.root,), (office.signer,))).startswith("its authority does not lead to")
    whole = Roots.parse(pem(office.signer, office.root, office.issuer))
    stamps = {verify_stamp(bare, NOTE, whole)}
    for several in ((office.signer, office.issuer), (office.issuer, office.signer, office.root)):
        stamps.add(verify_stamp(with_certificates(token, *several), NOTE, office.roots))
    assert len(stamps) == 1


def test_a_signer_cannot_vouch_for_itself(office: Authority, token: bytes) -> None:
    """Nor can an issuer: only a root that the reader has brought."""
    with pytest.raises(ValueError, match="is a root"):
        Roots.parse(pem(office.signer, office.issuer))
    selfish = certificate("Harbour Time Office Root", new_key(), is_ca=True)
    brought = with_certificates(token, office.signer, office.issuer, selfish)
    assert why_not(brought, Roots((selfish,))) == "its authority does not lead to a root that is trusted here"


def test_sha_1_is_not_believed_any_more(tmp_path: Path) -> None:
    old = Authority(tmp_path, digest="sha1")
    assert "a hash other than SHA-2" in why_not(old.token(NOTE), old.roots)


@pytest.mark.parametrize("data", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"])
def test_a_file_of_roots_holds_certificates(data: bytes) -> None:
    with pytest.raises(ValueError, match="something else than certificates"):
        Roots.parse(data)


def test_a_file_of_roots_has_some_size(office: Authority) -> None:
    with pytest.raises(ValueError, match="longer than"):
        Roots.parse(pem(office.root) * 3000)


def test_a_root_may_be_der_or_pem_with_words_around_it(office: Authority) -> None:
    assert Roots.parse(office.root.public_bytes(Encoding.DER)) == Roots.parse(b"Ours\n" + pem(office.root) + b"\n")


BY_OTHERS = {
    "sigstage/response-sha256.tsr": "sigstore-tsa 2025-05-09 11:58:55",
    "sigstage/response-sha384.tsr": "sigstore-tsa 2025-05-09 11:58:55",
    "sigstage/response-sha512.tsr": "sigstore-tsa 2025-05-09 11:58:56",
    "sigstage/response-no-embedded-cert.tsr": "sigstore-tsa 2025-06-18 08:13:02",
    "sigstage/response-invalid-signature.tsr": "its signature is wrong: the token was changed",
    "sigstore.mock/response-expired.tsr": "tsa signing 2023-02-01 00:00:00",
    "identrust/issue-104.tsr": "TrustID Timestamp Authority 2025-03-11 08:52:08",
    "test_tsa/response.tsr": "Test TSA Timestamping 2024-10-08 15:40:32",
    "test_tsa/response-injected-certs.tsr": "Test TSA Timestamping 2024-10-08 15:40:32",
    "test_tsa/other_response.tsr": "its authority does not lead to a root that is trusted here",
}


def test_vectors_beside_the_repository() -> None:
    """Where tokens of authorities that others run are at hand, they are understood, too."""
    found = {file: said_by(FIXTURES / file) for file in BY_OTHERS if FIXTURES.is_dir()}
    assert found in (BY_OTHERS, {})


def said_by(file: Path) -> str:
    """Who stamped and when, in a response from a file, or why it proves nothing."""
    payload = file.with_name("payload")
    text = payload.read_bytes() if payload.exists() else b"hello"
    token = only(file.read_bytes()).parts(SEQUENCE)[1].whole
    try:
        stamp = verify_stamp(token, text, Roots.parse(file.with_name("ts_chain.pem").read_bytes()))
    except BadStamp as refused:
        return str(refused)
    return f"{stamp.authority} {stamp.time:%Y-%m-%d %H:%M:%S}"
