"""Why something asked of a charter is refused."""

from charter.message import NotFound, Refused


class CharterOpen(Refused):
    """A charter called {charter} is open already. Choose another short name, or work with the one that is there."""


class UnknownZone(Refused):
    """{zone} is not a time zone. Use a name such as Europe/Berlin or UTC."""


class PromiseExists(Refused):
    """The draft has a promise {code} already. Revise it, or give the new one another code."""


class UnknownPromise(NotFound):
    """The draft has no promise {code}. {nearest}"""


class CannotEmpty(Refused):
    """A promise cannot be without {field}. These can be emptied: {possible}."""


class NothingChanged(Refused):
    """Nothing would change: {what}. Make, revise or retire a promise first."""


class AlreadyProposed(Refused):
    """Revision {revision} says just this and waits for {awaited}. Go on with that one, or withdraw it and
    propose again."""


class NoDeliberation(Refused):
    """A revision says how it came about: {missing}. Add them with --participant and --option."""


class UnknownCase(NotFound):
    """There is no decision {case} to have learned from. Find it with: charter decision list."""


class UnknownRevision(NotFound):
    """{charter} has no revision {revision}. See: charter revision list {charter}."""


class NotPublished(NotFound):
    """Revision {revision} of {charter} is not published, so nobody is asked to read it yet.
    See: charter revision show {revision}."""


class SamePerson(Refused):
    """{by} is the author of revision {revision}. Have somebody else approve it."""


class AlreadyApproved(Refused):
    """{by} has approved revision {revision} already. Approvals needed, each by somebody else: {needed}."""


class NotPending(Refused):
    """Revision {revision} is {status} and can no longer be {wanted}. Propose another revision instead."""


class AlreadyPublished(Refused):
    """Revision {revision} is published already, and {when}. There is nothing more to do."""


class MissingApprovals(Refused):
    """Revision {revision} has {have} of {needed} approvals. Ask somebody other than {author} to approve it:
    charter revision approve {revision}."""


class NotReady(Refused):
    """Revision {revision} cannot be published yet:

    {missing}

    Mend the draft with 'charter promise revise', then propose it as another revision."""


class EffectiveInThePast(Refused):
    """Revision {revision} cannot take effect on {day}, that day has passed. Choose today or later.
    What was published before this ledger existed is brought in as history: charter import charter FILE."""


class EffectiveBeforePredecessor(Refused):
    """Revision {other} takes effect on {other_day}, after {day}. Choose a later day, or withdraw revision {other}."""


class Superseded(Refused):
    """Revision {other} is published already and is newer than revision {revision}. Propose the wording again."""


class AlreadyInForce(Refused):
    """Revision {revision} took effect on {day} and cannot be withdrawn. Publish another revision instead."""


class NothingPublished(Refused):
    """{charter} has no published revision to acknowledge yet. See: charter revision list {charter}."""


class NotTheLatest(Refused):
    """Revision {revision} is not the latest. Read and acknowledge revision {latest}: charter ack {charter}."""


class AlreadyAcknowledged(Refused):
    """{by} has acknowledged revision {revision} already. There is nothing more to do."""


class RevisionRecordedBefore(Refused):
    """{charter} has a version called {label} already, worded or dated differently.
    History is not rewritten; use another label."""


class HistoryOutOfOrder(Refused):
    """Version {label} took effect on {day}, not after revision {other}. Bring history in from the oldest to the newest,
    before publishing anything here."""


class NotHistory(Refused):
    """Version {label} takes effect on {day}, and this charter was opened on {opened}: that is not history.
    Propose its wording as a revision, and have it approved."""


class HistoryClosed(Refused):
    """Revision {other} was published here, so version {label} can no longer come in as history.
    Propose its wording as another revision."""


class RetentionUnchanged(Refused):
    """Data of {kind} is kept for {months} months under {charter} already. Nothing has to be done."""


class ImpossibleDay(Refused):
    """{day} cannot be a day of version {label}. Give one between 1900 and 2999."""


class EndsBeforeItBegins(Refused):
    """Version {label} would end on {until}, before it begins on {day}. Check both days."""


class CodeTwice(Refused):
    """Version {label} uses the code {code} twice, so nobody could tell what it cites. Give one of them another code."""


class LimitElsewhere(Refused):
    """Version {label} has the limit {limit} under the promise {code}. Number it {code}.1, {code}.2 and so on."""


class NothingPromised(Refused):
    """Version {label} has no promises. A revision holds the complete wording of the charter."""
