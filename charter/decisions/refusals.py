"""Why something asked about a request or a decision is refused."""

from charter.message import NotAllowed, NotFound, Refused


class UnknownDecision(NotFound):
    """There is no decision {decision}. Find it with: charter decision list."""

    def __init__(self, *, decision: str) -> None:
        """Of an id that is not there, as many digits as tell which was meant."""
        super().__init__(decision=decision[:12])


class AlreadyLogged(Refused):
    """A request with the id {decision} is logged already. Leave the id out to log another one."""


class AlreadyAnswered(Refused):
    """This request was answered already: {answer}. Use reverse, correct or appeal instead."""


class AlreadyWithdrawn(Refused):
    """The customer withdrew this request. Log it again if they ask again."""


class NotAnswered(Refused):
    """This request has no answer yet. Answer it first: charter decision decide {decision} …"""


class ReasonMissing(Refused):
    """A {answer} needs a reason in words. Add --reason "…"."""


class GroundMissing(Refused):
    """A {answer} names its ground: {possible}. Add --ground GROUND."""


class EffectMissing(Refused):
    """A {answer} names its effect on the promise: {possible}. Add --effect EFFECT."""


class OutOfPlace(Refused):
    """A {answer} has no {what}. Leave --{what} out."""


class CitationMissing(Refused):
    """A no cites the promise or limit it stands on. Find it with: charter promise list. Add --cite CODE."""


class PromiseMissing(Refused):
    """A {answer} cites the promise it keeps or bends, a limit alone is not enough. Add --cite CODE."""


class NoCharterInForce(Refused):
    """No revision of {charter} was in force on {day}. Publish one first, or bring its history in."""


class NotInForce(Refused):
    """{code} is not in revision {revision} of {charter}, which was in force then.{where}"""


class BeforeRequest(Refused):
    """This would have happened ({at}) before the request ({received}). Check both times."""


class BeforeAnswer(Refused):
    """This would have happened ({at}) before what it is about ({since}). Check the time."""


class AboveAuthority(NotAllowed):
    """{by} may not bend a promise alone. Hand it over: charter decision escalate {decision} --reason "…"."""


class OwnDecision(Refused):
    """{by} gave this answer. Somebody else has to {what} it."""


class SameAnswer(Refused):
    """The answer is {answer} already. Reversing means another answer; a clerical mistake is corrected instead."""


class AlreadyAppealed(Refused):
    """An appeal is waiting for an answer already. Uphold or reverse the decision first."""


class NothingToAppeal(Refused):
    """The answer was yes, there is nothing to appeal against. A yes that was wrong is reversed."""


class NotAppealed(Refused):
    """Nobody has appealed against this decision, so there is nothing to uphold.
    Log the appeal first: charter decision appeal."""


class NothingToCorrect(Refused):
    """Nothing would change. Name at least one field that should read differently."""


class NoTime(Refused):
    """The case does not say when it was decided. Give the time, or bring it in as history."""


class NoPerson(Refused):
    """The case does not say who decided. Name a registered person, or bring it in as history."""


class WrongRevision(Refused):
    """The case names version {label}; revision {revision} ({known}) was in force on {day}. Bring it in as history."""


class RowChanged(Refused):
    """Row {row} of {source} was imported before and read differently then. Give the new case another id, or correct
    decision {decision}."""


class AlreadyHeld(Refused):
    """Decision {decision} is held by "{hold}" already. Nothing has to be done."""


class NotHeld(Refused):
    """Decision {decision} is not held by "{hold}", so it cannot be released. {held}"""


class BeingErased(Refused):
    """The words in decision {decision} were asked to be erased, so a hold comes too late.
    See: charter subject show {decision}."""


class ImpossibleTime(Refused):
    """{at} cannot be a time of {what}: it lies before 1900. Check the year."""
