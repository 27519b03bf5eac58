"""An airline whose charter anybody may read, and a stranger who does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.projections.airline import Airline, day
from tests.web.conftest import ADDRESS
from web.app import create_app
from web.settings import Settings
from web.site import Site

EVIL = '<script>alert(1)</script> & "quotes" [a](javascript:x) #import "x" $a$ *b* \\ @c <d>'


@pytest.fixture
def airline(tmp_path: Path) -> Iterator[Airline]:
    """An airline with two published wordings, a third that takes effect later, and one no that cites a limit."""
    opened = Airline(str(tmp_path / "charter.db"))
    opened.promise("REFUND-30", "No refund on used tickets.", statement="We refund within 30 days.", target="99 %")
    opened.promise("BAG-FREE", statement="Your first bag flies free.")
    opened.publish(opened.propose("The first promises."))
    opened.now = day(3, 1)
    opened.refuse("REFUND-30.1")
    opened.revise("REFUND-30", statement="We refund within 14 days.")
    opened.publish(opened.propose("Refunds in 14 days."))
    opened.now = day(4, 1)
    yield opened
    opened.close()


def reader(airline: Airline) -> TestClient:
    """Somebody who reads what this airline has made public."""
    site = Site.open(airline.ledger, Settings(address=ADDRESS))
    return TestClient(create_app(site), base_url=ADDRESS, raise_server_exceptions=True)


@pytest.fixture
def anybody(airline: Airline) -> Iterator[TestClient]:
    """Somebody who has not signed in."""
    with reader(airline) as client:
        yield client
        client.app.state.site.close()  # type: ignore[attr-defined]  # it is our application
