"""How far a projection has come is kept as the eventsourcing library's own test cases ask for."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from eventsourcing.tests.persistence import TrackingRecorderTestCase

from projections.engine.database import open_views
from projections.engine.tracking import ViewsTracking
from tests.postgres import drop_database, new_database


class TestOnSqlite(TrackingRecorderTestCase):
    """In a file of its own."""

    def create_recorder(self) -> ViewsTracking:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        engine = open_views(Path(folder.name) / "views.db")
        self.addCleanup(engine.dispose)
        return ViewsTracking(engine)


class TestOnPostgres(TrackingRecorderTestCase):
    """In the schema `views`."""

    def create_recorder(self) -> ViewsTracking:
        url = new_database()
        self.addCleanup(drop_database, url)
        engine = open_views(url)
        self.addCleanup(engine.dispose)
        return ViewsTracking(engine)


del TrackingRecorderTestCase  # else it is collected, too
