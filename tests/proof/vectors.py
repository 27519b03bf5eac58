"""Vectors that others wrote, where they are at hand: the folder shared/vectors beside the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "shared" / "vectors"


def vectors(name: str) -> dict[str, Any]:
    """What a file of vectors holds; nothing where it is not there, as the tests must pass without."""
    file = FOLDER / name
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}
