"""Keeps the answers up to date: new entries go into every projection's tables before somebody reads them."""

from projections.engine.projection import Key, Projection, continued, stored_names
from projections.engine.rebuild import Difference, Progress, Rebuilt
from projections.engine.rows import Anew, Row, Rows
from projections.engine.run import ViewFailed
from projections.engine.views import State, UnknownView, Views

__all__ = [
    "Anew",
    "Difference",
    "Key",
    "Progress",
    "Projection",
    "Rebuilt",
    "Row",
    "Rows",
    "State",
    "UnknownView",
    "ViewFailed",
    "Views",
    "continued",
    "stored_names",
]
