"""The words every part shares: answers, grounds, effects, causes, roles, and what history may lack."""

from enum import StrEnum


class Audience(StrEnum):
    """For whom a promise is made."""

    CLIENT = "client"
    PARTNER = "partner"
    STAFF = "staff"
    PUBLIC = "public"


class PromiseClass(StrEnum):
    """What a promise is worth in the market: everyone must do it, or we are chosen for it."""

    BASELINE = "baseline"
    DIFFERENTIATOR = "differentiator"


class Serves(StrEnum):
    """Whom a limit serves."""

    CUSTOMER = "customer"
    COMPANY = "company"
    LAW = "law"


class Outcome(StrEnum):
    """What the company lives on: where every So What chain has to end."""

    RETENTION = "retention"
    REFERRAL = "referral"
    REPEAT_PURCHASE = "repeat-purchase"
    NEW_SALES = "new-sales"
    STAFF_RETENTION = "staff-retention"


class Kind(StrEnum):
    """Support is predictable and part of the offer; service is what was not predictable."""

    SUPPORT = "support"
    SERVICE = "service"


class Fit(StrEnum):
    """How well the customer fits the ideal client."""

    IDEAL = "ideal"
    GOOD = "good"
    POOR = "poor"


class Answer(StrEnum):
    """The answer to a request."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"


class Ground(StrEnum):
    """Why a no is a no."""

    OFF_BRAND = "off-brand"
    OUT_OF_INTEGRITY = "out-of-integrity"
    NOT_OUR_CLIENT = "not-our-client"
    NOT_AVAILABLE = "not-available"
    NOT_PERMITTED = "not-permitted"


class Effect(StrEnum):
    """What a yes does to the promise it cites."""

    UPHELD = "upheld"
    BENT = "bent"
    BROKEN = "broken"


class Level(StrEnum):
    """How urgent or how risky a request is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Cause(StrEnum):
    """Why a request had to be made at all."""

    WRONG_BUYER = "wrong-buyer"
    WRONG_OFFER = "wrong-offer"
    EXPECTATION_GAP = "expectation-gap"
    SELF_INFLICTED = "self-inflicted"
    ACCESS_FAILURE = "access-failure"
    STRATEGY_FAILURE = "strategy-failure"
    UNFORESEEABLE = "unforeseeable"


class Role(StrEnum):
    """What a person may do here."""

    __hash__ = str.__hash__  # Enum's own runs in Python, and roles are looked up for every row of an import

    REP = "rep"
    LEADER = "leader"
    REVIEWER = "reviewer"
    ADMIN = "admin"


DESK = (Role.REP, Role.LEADER)
BENCH = (Role.REVIEWER, Role.LEADER)
ANYBODY = (Role.REP, Role.LEADER, Role.REVIEWER)


class Gap(StrEnum):
    """What a piece of history lacks, listed openly in the entry that admits it."""

    NO_TIME = "no time"
    AFTER_OPENING = "written down after the ledger began"
    NO_PERSON = "no person"
    UNKNOWN_PERSON = "person not registered"
    NO_ROLE = "person without the role"
    UNCITED = "uncited"
    NO_REASON = "no reason"
    NO_GROUND = "no ground"
    NO_EFFECT = "no effect"
    NO_CHARTER = "no charter in force"
    NOT_IN_FORCE = "cites what was not in force"
    WRONG_REVISION = "names a revision that was not in force"
    ABOVE_AUTHORITY = "bent above authority"
    NO_DATE = "no effective date"
    NO_CLASS = "no class"
    NO_OWNER = "no owner"
    NO_SO_WHAT = "no So What chain"
    NO_MEASURE = "no measure"


class Retained(StrEnum):
    """Kinds of data that speak of people, and may be kept under a charter for a time only."""

    REQUESTS = "requests"
    DELIBERATIONS = "deliberations"
