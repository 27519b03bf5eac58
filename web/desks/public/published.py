"""What of a charter is public: its published wordings, each with its days and what it changed, and no names.

Who took part, who approved, what was weighed and what was said against it stay inside; so does whatever was proposed,
rejected or withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from charter.given import Standing, UnknownCharter
from charter.message import NotFound
from projections.charter_history import diff_revisions
from projections.charter_history import revision as one_revision
from projections.charter_history import revisions as all_revisions
from projections.charter_in_force import CharterLine, CharterView, charters, worded
from projections.diff import Diff
from projections.engine import Views
from projections.revision_views import Progress, RevisionLine

PUBLIC = (Progress.LATER, Progress.REPLACED, Progress.IN_FORCE, Progress.PAST)


class NoPublicCharter(NotFound):
    """There is no public charter called {charter}. The start page lists those there are."""


class NoPublicRevision(NotFound):
    """{brand} has published no revision {revision}. Those it has published are listed among its revisions."""


@dataclass(frozen=True, slots=True)
class Published:
    """A charter that has published something: its revisions, the newest first."""

    line: CharterLine
    revisions: tuple[RevisionLine, ...]

    @property
    def slug(self) -> str:
        """Its short name."""
        return self.line.slug

    @property
    def brand(self) -> str:
        """The brand it is of."""
        return self.line.brand

    @property
    def days(self) -> Standing:
        """Tells which day a moment is where the charter lives, and when a day begins there."""
        return Standing(self.slug, self.line.zone)

    @property
    def coming(self) -> RevisionLine | None:
        """The next revision that takes effect on a later day."""
        later = [known for known in self.revisions if known.progress is Progress.LATER]
        return later[-1] if later else None

    def before(self, revision: int) -> RevisionLine | None:
        """The revision that was published before this one; None for the first."""
        return next((known for known in self.revisions if known.revision < revision), None)

    def after(self, revision: int) -> RevisionLine | None:
        """The revision that was published after this one; None for the newest."""
        return next((known for known in reversed(self.revisions) if known.revision > revision), None)

    def numbered(self, revision: int) -> RevisionLine:
        """A published revision; raises NoPublicRevision."""
        for known in self.revisions:
            if known.revision == revision:
                return known
        raise NoPublicRevision(brand=self.brand, revision=revision)


@dataclass(frozen=True, slots=True)
class Change:
    """What a revision changed: since which one (None: it is the first), and how."""

    since: int | None
    diff: Diff


def public_charters(views: Views) -> list[CharterLine]:
    """Every charter that has published something, by its brand."""
    found = (line for line in charters(views) if line.revision or line.next_revision or _past(views, line.slug))
    return sorted(found, key=lambda line: line.brand.casefold())


def public_charter(views: Views, slug: str) -> Published:
    """A charter that has published something; raises NoPublicCharter for any other, also one that is being drafted."""
    line = next((line for line in charters(views) if line.slug == slug), None)
    revisions = _revisions(views, slug) if line else ()
    if line is None or not revisions:
        raise NoPublicCharter(charter=slug[:60])
    return Published(line, revisions)


def wording(views: Views, known: Published, revision: int) -> CharterView:
    """A published revision in full; raises NoPublicRevision."""
    found = worded(views, known.slug, revision)
    if found is None:
        raise NoPublicRevision(brand=known.brand, revision=revision)
    return found


def changed(views: Views, known: Published, revision: int, since: int | None = None) -> Change:
    """What a published revision changed since another one, else the one published before; raises NoPublicRevision."""
    known.numbered(revision)
    if since is not None:
        return Change(known.numbered(since).revision, diff_revisions(views, known.slug, since, revision))
    before = known.before(revision)
    if before is None:
        return Change(None, one_revision(views, known.slug, revision).changes)
    return Change(before.revision, diff_revisions(views, known.slug, before.revision, revision))


def told_at(revision: RevisionLine) -> datetime:
    """When a revision became public: when it was published, else when it was brought in as history."""
    return revision.published_at or revision.recorded_at


def _revisions(views: Views, slug: str) -> tuple[RevisionLine, ...]:
    try:
        found = all_revisions(views, slug)
    except UnknownCharter:  # the two views may be asked a moment apart
        return ()
    return tuple(line for line in reversed(found) if line.progress in PUBLIC)


def _past(views: Views, slug: str) -> bool:
    return bool(_revisions(views, slug))
