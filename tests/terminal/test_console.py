"""The commands in the documents are run, and what a document shows is what they do."""

import pytest

from docs.console import printed


def test_a_command_that_fails_stops_the_generator() -> None:
    """With the line and what it printed."""
    with pytest.raises(SystemExit, match="There is no command charter nope"):
        printed("$ charter nope")


def test_a_refusal_is_shown_where_it_is_meant() -> None:
    """And a line that is meant to be refused, and is not, stops the generator too."""
    assert printed("$ charter nope  # refused").startswith("There is no command charter nope")
    assert printed("$ charter --version").startswith("charter-ledger")
    with pytest.raises(SystemExit, match="exit code 0"):
        printed("$ charter --version  # refused")
