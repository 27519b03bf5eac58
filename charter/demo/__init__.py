"""A small airline's year, played by the same rules that hold for everybody, so that there is something to look at."""

import random
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.resources import files
from typing import Any

from charter import schema
from charter.charters.commands import (
    AcknowledgeCharter,
    ApproveRevision,
    MakePromise,
    OpenCharter,
    ProposeRevision,
    PublishRevision,
    RetirePromise,
    RevisePromise,
)
from charter.decisions.commands import (
    AnswerRequest,
    AppealDecision,
    AssignCause,
    CaptureLearning,
    DecideRequest,
    EscalateRequest,
    LogRequest,
    RecordCase,
    Reply,
    ReverseDecision,
    UpholdDecision,
)
from charter.decisions.events import RequestLogged
from charter.desk import Written
from charter.keys.commands import AdoptKey
from charter.ledger import Ledger, now
from charter.message import Command
from charter.people.commands import GrantAuthority, GrantRole, RegisterPerson
from charter.proof.key import SigningKey
from charter.proof.policy import Policy
from charter.publishing.publish import publish
from charter.publishing.sealing import name_of
from charter.publishing.signing_key import Held
from charter.terms import Role

FOUNDER = "mara"
DECISIONS = 400
NOTEBOOK = "notebook of the airport desk"
"""Where the notes are from that no other ledger has: their ids are always the same."""


class Year:
    """Plays the year: a clock that runs from a year ago to yesterday, and dice that always fall the same way.

    The recorded times of a demonstration are therefore the story's times, not the minute it was made, and two of the
    same day are the same.
    """

    def __init__(self, url: str, today: datetime | None = None) -> None:
        self.story = _story()
        self.today = (today or now()).astimezone(UTC)
        self.time = self.today - timedelta(days=372)
        self.dice = random.Random("Larkwing")  # noqa: S311  # a story, not a secret
        self.slug: str = self.story["charter"]["slug"]
        self.reps = [known["person"] for known in self.story["people"] if "rep" in known["roles"]]
        self.may_bend = {known["person"] for known in self.story["people"] if known.get("may_bend")}
        self.noes: list[str] = []
        schema.create(url)
        self.ledger = Ledger(url, clock=lambda: self.time)

    def play(self) -> None:
        """The whole year, in the order it happened."""
        self._found()
        moments = self._moments()
        for revision in self.story["revisions"]:
            day = self._ago(revision["days_ago"])
            self._revise(revision, day)
            following = [later["days_ago"] for later in self.story["revisions"] if later["number"] > revision["number"]]
            end = self._ago(following[0] + 12) if following else self.today - timedelta(hours=20)
            for moment in [known for known in moments if day + timedelta(hours=12) < known < end]:
                self._serve(moment, revision["number"])
        self._history()
        self._waiting()

    def _say(self, command: Command, by: str, at: datetime | None = None) -> Written:
        return self.ledger.write(command, by=by, at=at)

    def _ago(self, days: float) -> datetime:
        return (self.today - timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0)

    def _moments(self) -> list[datetime]:
        """Office hours of the year, busier towards its end."""
        days = sorted(365 * self.dice.random() ** 1.25 for _ in range(DECISIONS))
        return sorted(self._ago(day) + timedelta(minutes=self.dice.randrange(600)) for day in days)

    def _found(self) -> None:
        for known in self.story["people"]:
            person = known["person"]
            words = {name: known[name] for name in ("person", "full_name", "department")}
            self._say(RegisterPerson(**words), by=FOUNDER)
            if person == FOUNDER:
                continue
            for role in known["roles"]:
                self._say(GrantRole(person=person, role=Role(role)), by=FOUNDER)
            if known.get("may_bend"):
                self._say(GrantAuthority(person=person), by=FOUNDER)
        words = {("charter" if name == "slug" else name): value for name, value in self.story["charter"].items()}
        self._say(OpenCharter(**words), by=FOUNDER)

    def _revise(self, revision: dict[str, Any], day: datetime) -> None:
        """Word the draft, deliberate, approve by somebody else, publish for the day, and read it."""
        number = revision["number"]
        self.time = max(self.time, day - timedelta(days=9))
        for table, command in (("promises", MakePromise), ("revised", RevisePromise), ("retired", RetirePromise)):
            for words in self.story[table]:
                if words["in_revision"] == number:
                    fields = {name: value for name, value in words.items() if name != "in_revision"}
                    self._say(command(charter=self.slug, **fields), by=FOUNDER)
        self._say(
            ProposeRevision(
                charter=self.slug,
                summary=revision["summary"],
                participants=revision["participants"],
                options=revision["options"],
                dissent=revision["dissent"],
                learned_from=self.noes[-revision.get("learned", 0) :] if revision.get("learned") else (),
            ),
            by=FOUNDER,
        )
        self.time += timedelta(days=2)
        self._say(ApproveRevision(charter=self.slug, revision=number, note=revision["note"]), by="jonas")
        self.time += timedelta(days=1)
        self._say(PublishRevision(charter=self.slug, revision=number, effective_from=day.date()), by=FOUNDER)
        for reader in self._readers(number):
            self.time += timedelta(hours=5)
            self._say(AcknowledgeCharter(charter=self.slug, revision=number), by=reader)

    def _readers(self, number: int) -> list[str]:
        """Who has read a revision; of the newest one, not everybody yet."""
        people = [known["person"] for known in self.story["people"]]
        return people if number < len(self.story["revisions"]) else people[:-3]

    def _serve(self, moment: datetime, revision: int) -> None:
        """One customer at the desk."""
        self.time = max(self.time, moment)
        cases = [case for case in self.story["cases"] if revision in case.get("revisions", (1, 2, 3))]
        [case] = self.dice.choices(cases, [known["weight"] for known in cases])
        rep = self.dice.choice(self.reps)
        request = dict(self._request(case), received_at=self.time - timedelta(minutes=self.dice.randrange(2, 40)))
        reply = {name: case[name] for name in ("answer", "ground", "effect", "cite", "reason", "told") if name in case}
        if case.get("effect") == "bent" and rep not in self.may_bend:
            written = self._say(LogRequest(charter=self.slug, **request), by=rep)
            why = "This bends the promise, and I may not do that alone."
            self._say(EscalateRequest(decision=written.key, to=FOUNDER, reason=why), by=rep)
            self.time += timedelta(minutes=50)
            self._say(DecideRequest(decision=written.key, **reply), by=FOUNDER)
        else:
            written = self._say(AnswerRequest(charter=self.slug, **request, **reply), by=rep)
        self._afterwards(written.key, case)

    def _request(self, case: dict[str, Any]) -> dict[str, Any]:
        customers = self.story["customers"]
        return {
            "decision": f"{self.dice.getrandbits(128):032x}",
            "request": case["request"],
            "customer": self.dice.choice(customers["names"]),
            "touchpoint": case.get("touchpoint") or self.dice.choice(customers["touchpoints"]),
            "kind": case["kind"],
            "fit": case.get("fit") or self.dice.choice(["ideal", "good", "good", "poor"]),
            "ticket": f"LW-{self.dice.randrange(10_000, 99_999)}",
        }

    def _afterwards(self, decision: str, case: dict[str, Any]) -> None:
        """Causes and learnings at once; now and then an appeal, which somebody else answers two days later."""
        if "cause" in case:
            self._say(AssignCause(decision=decision, cause=case["cause"]), by=FOUNDER)
        if "learning" in case and self.dice.random() < 0.4:
            self._say(CaptureLearning(decision=decision, learning=case["learning"], with_customer=True), by="priya")
        if case["answer"] != "no":
            return
        if self.dice.random() >= 0.09:
            self.noes.append(decision)
        else:
            self.time += timedelta(hours=3)
            self._say(AppealDecision(decision=decision, argument="I do not think that is fair."), by="tom")
            self.time += timedelta(hours=20)
            if self.dice.random() < 0.6:
                why = "The answer follows from the promise as it was worded that day."
                self._say(UpholdDecision(decision=decision, reason=why), by="ines")
            else:
                self._say(self._reversal(decision, case), by="jonas")

    def _reversal(self, decision: str, case: dict[str, Any]) -> ReverseDecision:
        promise = case["cite"][0].partition(".")[0]
        why = "The fare page did not say so that week; the customer could not know."
        return ReverseDecision(decision=decision, answer="yes", effect="upheld", cite=(promise,), reason=why)

    def _history(self) -> None:
        """A few notes from before the ledger come in openly as history, one citing a promise retired by then."""
        self.time = max(self.time, self.today - timedelta(hours=12))
        for row, (days, cite, text, reason) in enumerate(self._old_notes(), start=1):
            order = RecordCase(
                decision=_note(row),
                charter=self.slug,
                request=text,
                outcome=Reply(answer="no", ground="off-brand", cite=cite, reason=reason),
                touchpoint="phone",
                rep="aiko",
                source=NOTEBOOK,
                row=str(row),
                as_history=True,
            )
            self._say(order, by=FOUNDER, at=self._ago(days))

    @staticmethod
    def _old_notes() -> Iterator[tuple[int, tuple[str, ...], str, str]]:
        yield 61, ("REBOOK-FREE.1",), "Change my ticket for nothing.", "The fare of the new day is higher."
        yield 44, ("BAG-FIRST.1",), "Take my skis for free.", "A second bag is paid by the kilogram."
        yield 30, (), "Let me use the lounge.", "There is none at this airport."

    def _waiting(self) -> None:
        """What is still open this morning, so that the desks are not empty."""
        self.time = max(self.time, self.today - timedelta(hours=3))
        words = {"charter": self.slug, "touchpoint": "chat", "customer": "R. Schmid"}
        request = "Can our choir of forty check in as a group and sit together?"
        words["decision"] = f"{self.dice.getrandbits(128):032x}"
        waiting = self._say(LogRequest(request=request, kind="service", fit="ideal", **words), by="tom")
        self._say(EscalateRequest(decision=waiting.key, to="mara", reason="We have never done that."), by="tom")
        appealed = AppealDecision(decision=self.noes[-1], argument="Your website still says otherwise.")
        self._say(appealed, by="aiko")


def make_demo(url: str, today: datetime | None = None) -> Ledger:
    """A new ledger at `url` with a year of Larkwing Air in it, ending today; raises LedgerExists."""
    year = Year(url, today)
    year.play()
    return year.ledger


def seal_demo(ledger: Ledger) -> None:
    """Have a demonstration adopt a key and publish a checkpoint signed with it.

    The key is for this one signature and is kept nowhere: none is left among those of whoever looks around.
    """
    key = SigningKey.new(name_of(ledger))
    ledger.write(AdoptKey(key=str(key.verifier)), by=FOUNDER)
    publish(ledger, Held((key,), None), Policy(), outside=(), keep=lambda _: None)


def is_demo(ledger: Ledger) -> bool:
    """Whether `make_demo` made this ledger: its founder wrote the first entry, and the story's first note is in it.

    Neither can be altered, and whoever writes to another ledger cannot give it another founder.
    """
    first = next(ledger.entries(until=1), None)
    if first is None or (first.stream, first.by) != (f"person/{FOUNDER}", FOUNDER):
        return False
    noted = [entry.event for entry in ledger.stream(f"decision/{_note(1)}")]
    slug = _story()["charter"]["slug"]
    return any(isinstance(it, RequestLogged) and (it.charter, it.source) == (slug, NOTEBOOK) for it in noted)


def _story() -> dict[str, Any]:
    return tomllib.loads(files("charter.demo").joinpath("airline.toml").read_text("utf-8"))


def _note(row: int) -> str:
    """The id of a note from before the ledger."""
    return sha256(f"notebook {row}".encode()).hexdigest()[:32]
