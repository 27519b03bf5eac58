"""A policy says who is believed: it is read strictly, and counts each witness once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.cosignature import sign
from charter.proof.note import COSIGNATURE, BadSignature, SigningKey, UnsignedNote
from charter.proof.policy import LONGEST, Group, Log, Policy, QuorumMissing, Witness

LOG = SigningKey("example.com/log", bytes(32))
OTHER_LOG = SigningKey("example.com/other", bytes([1] * 32))
WITNESSES = {
    name: SigningKey(f"{name.lower()}.example", bytes([number] * 32), COSIGNATURE)
    for number, name in enumerate(("X1", "X2", "X3", "Y1", "Y2", "Y3"), 10)
}
KEYS = {name: str(key.verifier) for name, key in WITNESSES.items()}

EXAMPLE = f"""\
log {LOG.verifier}

witness X1 {KEYS["X1"]}
witness X2 {KEYS["X2"]}
witness X3 {KEYS["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {KEYS["Y1"]}
witness Y2 {KEYS["Y2"]}
witness Y3 {KEYS["Y3"]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def published(*witnesses: str, log: SigningKey = LOG, size: int = 12) -> SignedCheckpoint:
    """A checkpoint of the log with the cosignatures of these witnesses."""
    signed = SignedCheckpoint.signed(Checkpoint(LOG.name, size, bytes(32)), log)
    text = signed.note.text
    lines = [sign(WITNESSES[name], text, 1000 + at) for at, name in enumerate(witnesses)]
    return SignedCheckpoint(signed.checkpoint, signed.note.with_signatures(*lines))


def test_the_example_of_the_specification() -> None:
    """Two of the X and one of the Y are enough, and nothing less is."""
    policy = Policy.parse(EXAMPLE)
    assert policy.log_keys == (LOG.verifier,)
    assert [witness.name for witness in policy.witnesses] == list(KEYS)
    assert policy.groups[0] == Group("X-witnesses", 2, ("X1", "X2", "X3"))
    for enough in ("X1 X2 Y1", "X1 X3 Y3", "X1 X2 X3 Y1 Y2 Y3"):
        assert policy.satisfied(enough.split())
        assert list(policy.check(published(*enough.split()))) == enough.split()
    for few in ("", "X1", "X1 X2", "X1 X2 X3", "Y1 Y2 Y3", "X1 Y1 Y2 Y3", "X1 X1 Y1", "X-and-Y", "X-witnesses Y1"):
        assert not policy.satisfied(few.split())
        if "-" not in few:
            with pytest.raises(QuorumMissing, match="asks for 'X-and-Y'"):
                policy.check(published(*few.split()))


def test_who_cosigned_and_when() -> None:
    """A check tells the witnesses by the policy's names, with the times they gave."""
    policy = Policy.parse(f"log {LOG.verifier}\nwitness n {KEYS['X1']}\nwitness s {KEYS['X2']}\nquorum n\n")
    assert policy.check(published("X2", "X1")) == {"s": 1000, "n": 1001} == dict(policy.check(published("X2", "X1")))
    with pytest.raises(QuorumMissing, match="only: s"):
        policy.check(published("X2"))
    with pytest.raises(QuorumMissing, match="only: none"):
        policy.check(published("X3"))


def test_no_quorum() -> None:
    """With `quorum none` the log's signature alone is enough; a bad line of a known witness still spoils the note."""
    policy = Policy.parse(f"log {LOG.verifier}\nwitness X1 {KEYS['X1']}\nquorum none\n")
    assert policy.satisfied([])
    assert policy.check(published()) == {}
    assert policy.check(published("X1", "X2")) == {"X1": 1000}
    bad = published("X1")
    forged = bad.note.signatures[1]._replace(signature=bytes(72))
    with pytest.raises(BadSignature):
        policy.check(SignedCheckpoint(bad.checkpoint, bad.note.with_signatures(forged)))


def test_the_log_must_have_signed() -> None:
    """Cosignatures do not stand in for the log's own signature, nor another log's key for its own."""
    policy = Policy.parse(f"log {OTHER_LOG.verifier}\nlog {LOG.verifier}\nwitness X1 {KEYS['X1']}\nquorum X1\n")
    assert policy.check(published("X1"))
    with pytest.raises(UnsignedNote):
        policy.check(published("X1", log=OTHER_LOG))
    nobodys = Policy.parse(f"witness X1 {KEYS['X1']}\nquorum X1\n")
    with pytest.raises(UnsignedNote, match=r"no key of the log 'example\.com/log' is known"):
        nobodys.check(published("X1"))
    assert nobodys.check(published("X1"), [LOG.verifier])
    with pytest.raises(UnsignedNote):
        nobodys.check(published("X1"), [OTHER_LOG.verifier])
    altered = SignedCheckpoint.parse(str(published("X1")).replace("\n12\n", "\n13\n"))
    with pytest.raises(BadSignature):
        policy.check(altered)


def test_spaces_comments_and_addresses() -> None:
    """Blanks and lines for people don't matter, the last newline may be missing, and addresses are kept."""
    text = (
        f"# whom we trust\n\n \t\n\t# and why\n  log\t {LOG.verifier}  https://log.example/\t\n"
        f"witness \N{KELVIN SIGN} {KEYS['X1']} https://w.example/\nquorum\t\N{KELVIN SIGN}"
    )
    policy = Policy.parse(text)
    assert policy.logs == (Log(LOG.verifier, "https://log.example/"),)
    assert policy.witnesses == (Witness("\N{KELVIN SIGN}", WITNESSES["X1"].verifier, "https://w.example/"),)
    assert not policy.satisfied(["K"])
    assert policy.satisfied(["\N{KELVIN SIGN}"])
    assert Policy.parse(text.encode()) == policy
    assert Policy.parse(str(policy)) == policy
    latin = Policy.parse(b"witness \xe9 %b\nquorum \xe9\n" % KEYS["X1"].encode())  # not UTF-8, and allowed
    assert latin.quorum == latin.witnesses[0].name
    assert Policy.parse(str(latin)) == latin


def test_as_large_as_the_specification_asks() -> None:
    """Many witnesses and groups, one within the other, are read and counted."""
    lines = [f"log {SigningKey(f'log{at}', bytes([at] * 32)).verifier}" for at in range(40)]
    keys = [SigningKey(f"w{at}", bytes([at] * 32), COSIGNATURE).verifier for at in range(40)]
    lines += [f"witness w{at} {key}" for at, key in enumerate(keys)]
    lines += ["group g0 1 w0", *(f"group g{at} 2 g{at - 1} w{at}" for at in range(1, 40)), "quorum g39"]
    policy = Policy.parse("\n".join(lines) + "\n")
    everybody = {f"w{at}" for at in range(40)}
    assert policy.satisfied(everybody)
    assert not any(policy.satisfied(everybody - {name}) for name in everybody)


W1, W2, LOG_LINE = f"witness a {KEYS['X1']}\n", f"witness b {KEYS['X2']}\n", f"log {LOG.verifier}\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "does not say whose"),
        (LOG_LINE, "does not say whose"),
        ("quorum none\nquorum none\n", "line 2: there is a quorum already"),
        (W1 + "quorum a\nquorum none\n", "line 3: there is a quorum already"),
        ("quorum\n", "line 1: a line is one of"),
        ("quorum none # really\n", "line 1: a line is one of"),
        ("quorum a\n" + W1, "line 1: 'a' is not defined above"),
        ("Quorum none\n", "line 1: a line is one of"),
        ("quorum\N{NO-BREAK SPACE}none\n", "line 1: a line is one of"),
        ("quorum none\r\n", "line 1: there is a control character"),
        ("quorum none\n\0", "line 2: there is a control character"),
        ("quorum none\n# \x7f\n", "line 2: there is a control character"),
        ("quorum none\n\x0c\n", "line 2: there is a control character"),
        ("log\nquorum none\n", "line 1: a line is one of"),
        (LOG_LINE[:-1] + " https://a https://b\nquorum none\n", "line 1: a line is one of"),
        (LOG_LINE[:-2] + "\nquorum none\n", "line 1: .* is not base64"),
        (LOG_LINE + LOG_LINE + "quorum none\n", "line 2: .* is there already"),
        (LOG_LINE + f"log {SigningKey('twin', bytes(32)).verifier}\nquorum none\n", "line 2: .* is there already"),
        (f"log {KEYS['X1']}\nquorum none\n", "line 1: .* not one of a log"),
        (f"witness a {LOG.verifier}\nquorum none\n", "line 1: .* not one of a witness"),
        ("witness a\nquorum none\n", "line 1: a line is one of"),
        (f"witness {KEYS['X1']}\nquorum none\n", "line 1: a line is one of"),
        (W1 + W1.replace("witness a", "witness b") + "quorum a\n", "line 2: .* is there already"),
        (W1 + W2.replace("witness b", "witness a") + "quorum a\n", "line 2: 'a' is taken"),
        (W1.replace("witness a", "witness none") + "quorum none\n", "line 1: 'none' is taken"),
        (W1 + "group none any a\nquorum none\n", "line 2: 'none' is taken"),
        (W1 + "group a any a\nquorum a\n", "line 2: 'a' is taken"),
        (W1 + "group g any g\nquorum g\n", "line 2: 'g' is not defined above"),
        (W1 + "group g any none\nquorum g\n", "line 2: 'none' is not defined above"),
        ("group g any a\n" + W1 + "quorum g\n", "line 1: 'a' is not defined above"),
        (W1 + "group g any\nquorum g\n", "line 2: a line is one of"),
        (W1 + "group g 1\nquorum g\n", "line 2: a line is one of"),
        (W1 + "group g 0 a\nquorum g\n", "line 2: 0 of 1 members can't be"),
        (W1 + "group g 2 a\nquorum g\n", "line 2: 2 of 1 members can't be"),
        (W1 + "group g -1 a\nquorum g\n", "line 2: '-1' is not a number"),
        (W1 + "group g 01 a\nquorum g\n", "line 2: '01' is not a number"),
        (W1 + "group g most a\nquorum g\n", "line 2: 'most' is not a number"),
        (W1 + "group g all a a\nquorum g\n", "line 2: 'a' is in a group already"),
        (W1 + W2 + "group g any a\ngroup h all a b\nquorum h\n", "line 4: 'a' is in a group already"),
        (W1 + "group g any a\ngroup h all g g\nquorum h\n", "line 3: 'g' is in a group already"),
        ("quorum none\n" + "#" * LONGEST, "at most 1,000,000 bytes"),
        ("\ud800", "not UTF-8"),
    ],
)
def test_what_is_not_a_policy(text: str, why: str) -> None:
    """What the specification does not allow is refused, with the line and what is wrong about it."""
    with pytest.raises(ValueError, match=why):
        Policy.parse(text)


words = st.sampled_from(
    ["log", "witness", "group", "quorum", "none", "any", "all", "1", "2", "a", "b", "#", "\n", "\t", *KEYS.values()]
)
lines = st.lists(words).map(" ".join)


@given(
    st.text() | st.binary() | lines | lines.map(lambda it: EXAMPLE.replace("quorum X-and-Y\n", it + "\nquorum X1\n"))
)
def test_anything_may_come(text: str | bytes) -> None:
    """Whatever is read is a policy that means the same when it is written, or a ValueError; nothing else happens."""
    with suppress(ValueError):
        policy = Policy.parse(text)
        assert Policy.parse(str(policy)) == policy
        assert policy.quorum == "none" or not policy.satisfied([])
        assert policy.satisfied([witness.name for witness in policy.witnesses])
