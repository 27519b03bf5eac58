"""Refusals in the web's own words, where their sentence names what is typed in a terminal, and charters by brand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from string import Formatter
from typing import Any

from charter.message import Refused, unwrapped
from charter.phrase import Phrase
from web.words import _, in_words

WORDS: dict[str, str] = {
    "MissingRole": "You do not hold the role {roles}{scope}. An admin can grant it, on your page.",
    "RoleNotHeld": "{person} does not hold the role {role}{scope}, so it cannot be revoked. Look at their page.",
    "UnknownPerson": "{person} is not registered here. An admin can register people.",
    "UnknownCharter": "There is no charter called {charter} that you belong to.",
    "CharterOpen": "A charter called {charter} is open already. Choose another short name.",
    "UnknownCase": "There is no decision {case} to have learned from. Look for it among the decisions.",
    "UnknownRevision": "{charter} has no revision {revision}. Look at the list of its revisions.",
    "NoDeliberation": "A revision says how it came about: {missing}. Add who took part, and what was weighed.",
    "MissingApprovals": (
        "Revision {revision} has {have} of {needed} approvals. Ask somebody other than {author} to approve it."
    ),
    "NotReady": (
        "Revision {revision} cannot be published yet:\n{missing}\nMend the draft, then propose it as another revision."
    ),
    "EffectiveInThePast": (
        "Revision {revision} cannot take effect on {day}, that day has passed. Choose today or later. What was "
        "published before this ledger existed is brought in as history."
    ),
    "NotPublished": "Revision {revision} of {charter} is not published, so nobody is asked to read it yet.",
    "NothingPublished": "{charter} has no published revision to acknowledge yet. Publish one first.",
    "NoSuchEntry": "The decision has entries 1 to {count}, and no entry {number}. Look at its trail.",
    "NothingInForce": (
        "No revision of {charter} was in force {when}. Ask for another day, or look at the list of its revisions."
    ),
    "NotTheLatest": "Revision {revision} is not the latest. Read and acknowledge revision {latest}.",
    "UnknownDecision": "There is no decision {decision} that you may see. Look for it among the decisions.",
    "NothingToProve": "There is no decision {which}. Look for some among the decisions.",
    "AboveAuthority": "You may not bend a promise alone. Escalate the request {decision} instead, with a reason.",
    "OwnDecision": "You gave this answer. Somebody else has to {what} it.",
    "SamePerson": "You are the author of revision {revision}. Have somebody else approve it.",
    "AlreadyApproved": (
        "You have approved revision {revision} already. Approvals needed, each by somebody else: {needed}."
    ),
    "AlreadyAcknowledged": "You have acknowledged revision {revision} already. There is nothing more to do.",
    "NotAnswered": "This request has no answer yet. Answer it first.",
    "ReasonMissing": "A {answer} needs a reason in words. Say why.",
    "GroundMissing": "A {answer} names its ground: {possible}. Choose one.",
    "EffectMissing": "A {answer} names its effect on the promise: {possible}. Choose one.",
    "OutOfPlace": "A {answer} has no {what}. Leave the {what} out.",
    "CitationMissing": (
        "A no cites the promise or limit it stands on. Find it among the charter's codes, and cite it."
    ),
    "PromiseMissing": "A {answer} cites the promise it keeps or bends, a limit alone is not enough. Cite its code.",
    "NotAppealed": "Nobody has appealed against this decision, so there is nothing to uphold. Log the appeal first.",
    "BeingErased": "The words in decision {decision} were asked to be erased, so a hold comes too late.",
    "UnknownKey": "The key {key} is not one of this ledger's. Whoever runs the ledger can list its keys.",
    "AlreadyAdopted": (
        "The key {key} was adopted before. A key is adopted once; whoever runs the ledger makes another."
    ),
    "MasterKeyMissing": (
        "There is no master key here, so no words of a person can be sealed or read. Tell whoever runs this server: it "
        "belongs in {path}, or in CHARTER_MASTER_KEY or CHARTER_MASTER_KEY_FILE."
    ),
    "NoSuchSubject": ("Nothing is sealed for {subject} that you may see. Search for a person by their name or a case."),
    "DataHeld": "This person's data cannot be erased while it is held: {holds}. A reviewer can release a hold.",
    "NotRequested": "Nobody has asked for {subject} to be erased. Ask for it first.",
    "NothingSealed": (
        "No checkpoint was published yet, and without one nothing can be proved. Whoever runs the ledger makes them."
    ),
    "NotSealedYet": (
        "Entry {position} is newer than the last published checkpoint, which seals {size}. Try again when the next one "
        "is published."
    ),
    "NotVouchedFor": (
        "The last published checkpoint can't serve as evidence: {why}. Whoever runs the ledger publishes a new one."
    ),
    "StampNotVouchedFor": (
        "The time stamp of the last published checkpoint does not hold with the certificates kept here: {why}. "
        "Tell whoever runs the ledger."
    ),
    "TooManyToPack": (
        "These are {count} decisions, and {most} at most are packed here. Ask for a shorter period, or have whoever "
        "runs the ledger pack them all."
    ),
    "PackNotWritten": "The pack could not be written: {why}. Tell whoever runs this server.",
    "NothingToSeal": "The ledger has no entries yet, so there is nothing to sign. Write the first one.",
    "NoSigningKey": (
        "There is no key here to sign for this ledger. Whoever runs it makes one, or brings it to {path}."
    ),
    "NotASigningKey": "What {place} holds is not a signing key: {why}. Tell whoever runs this server.",
    "KeyOfAnotherLedger": (
        "The key in {place} signs for {other}, and this ledger is {origin}. Tell whoever runs this server."
    ),
    "KeyNotAdopted": (
        "The key {key} in {place} does not sign for this ledger: it was retired, or never adopted. Tell whoever runs "
        "this server."
    ),
    "HistoryNotContinued": (
        "Nothing was signed: the ledger does not continue the checkpoint of {size} entries that is known {where}, "
        "{why}. Tell whoever runs the ledger to verify it."
    ),
    "PublishedUnreadable": (
        "The published checkpoint of {size} entries cannot be read: {why}. Tell whoever runs the ledger to verify it."
    ),
    "NothingToStamp": (
        "There is no published checkpoint yet that could be stamped. Whoever runs the ledger publishes them."
    ),
    "CheckpointOutgrown": (
        "The newest checkpoint seals {size} entries, and more were recorded since. Seal them first, with another one."
    ),
    "CheckpointDamaged": (
        "The newest checkpoint was not stamped. {sentence} Tell whoever runs the ledger to verify it."
    ),
    "StampedOtherwise": (
        "The newest checkpoint has a time stamp, which can't be replaced. {sentence} Tell whoever runs the ledger."
    ),
    "NoStampGiven": "The authority {url} gave no time stamp: {why}. Nothing was kept; try again later.",
    "WrongStampGiven": (
        "What the authority {url} gave is no good: {why}. Nothing was kept. Tell whoever runs the ledger."
    ),
    "NoQuorum": (
        "Too few witnesses cosigned, so the checkpoint of {size} entries is not published: {replies}. Ask them again."
    ),
    "ReasonNamesThem": "The reason names the person, and it stays when they are erased. Say it without that.",
}
"""For each refusal, by its name, what a page or the API says instead; where a name is used twice, with its module."""

PRIVATE = {"ReasonNamesThem": frozenset({"word"})}
"""Facts that are a person's words: they are not repeated."""

FACTS: dict[str, str] = {
    " See: charter promise list.": " Look up the codes in the charter.",
    "See: charter promise list.": "Look up the codes in the charter.",
}
"""Facts that name what is typed in a terminal, with what is said instead."""


BY_SHORT_NAME = frozenset({"UnknownCharter", "CharterOpen"})
"""Refusals of a short name as it was typed: what it stands for, if anything, is not theirs to say."""

CALLED: ContextVar[Callable[[str], str]] = ContextVar("called", default=str)
"""What a charter is called by its short name: for programs just so, on pages by its brand (`web.desks.by_brand`)."""


def words_of(kind: type[Refused]) -> str:
    """The sentence of a refusal in a browser, with its facts still to be filled in."""
    return _(template(kind))


def template(kind: type[Refused]) -> str:
    """The same in English, as it stands in the catalogue."""
    return WORDS.get(kind.__name__) or unwrapped(kind)


def worded(error: Refused) -> str:
    """The sentence of a refusal as it is read in a browser; its moments are in UTC."""
    facts = error.facts if type(error).__name__ in BY_SHORT_NAME else _called(error.facts)
    return words_of(type(error)).format(**{name: _fact(fact) for name, fact in facts.items()})


def _called(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts in which a charter is called as it is known, in phrases too; beside its brand stands its short name."""
    found = {name: called(fact) for name, fact in facts.items()}
    is_meant = facts.get("charter") and "brand" not in facts
    return found | {"charter": CALLED.get()(facts["charter"])} if is_meant else found


def called(said: Any) -> Any:
    """A phrase in which a charter is called as it is known; anything else as it is."""
    if not isinstance(said, Phrase):
        return said
    return Phrase(said.template, said.many, said.number, **_called(said.facts))


def _fact(fact: Any) -> Any:
    if isinstance(fact, datetime):
        moment = fact.astimezone(UTC)
        return _("{day}, {time} UTC").format(day=in_words(moment), time=f"{moment:%H:%M}")
    return _(FACTS[fact]) if isinstance(fact, str) and fact in FACTS else in_words(fact)


def explained(kind: type[Refused]) -> str:
    """The sentence of a refusal for whoever looks it up: each fact is a word in its place, as in …decision…."""
    parts = Formatter().parse(words_of(kind))
    return "".join(text + (f"\u2026{name}\u2026" if name else "") for text, name, _spec, _conversion in parts)


def title(error: Exception) -> str:
    """The name of a rule as words: SamePerson is Same person."""
    return titled(type(error).__name__)


def titled(name: str) -> str:
    """The name of a class as words: SamePerson is Same person."""
    return _(spaced(name))


def spaced(name: str) -> str:
    """The same in English."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).capitalize()
