"""What can be asked about the data of one person."""

from pydantic import Field

from charter.message import Command, Line, SubjectId


class OnSubject(Command):
    """A command about the data of one person, who is known by an id that says nothing about them."""

    subject: SubjectId = Field(description="The person's id in the sealed entries, 32 digits and letters.")

    @property
    def stream(self) -> str:
        return f"subject/{self.subject}"


class RequestErasure(OnSubject):
    """Ask for everything that is sealed for a person to be erased, for ever."""

    reason: Line = Field(description="Why, without a word about the person: it stays when they are erased.")


class CompleteErasure(OnSubject):
    """Record that a requested erasure is done: the keys are destroyed and the views purged.

    Only `projections.erasure` gives it, when that is so; no rule can look into the key store.
    """

    keys: int = Field(ge=0, description="How many keys were destroyed.")
    views: tuple[Line, ...] = Field(description="The views that were purged.")


SubjectCommand = RequestErasure | CompleteErasure
