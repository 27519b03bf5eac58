"""The mapping that the documentation shows is one that works."""

from __future__ import annotations

import re
from pathlib import Path

from charter.importing.mapping import case_mapping

PAGE = Path(__file__).parents[2] / "docs" / "import.md"


def test_the_mapping_in_the_documentation_is_read(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    mapping = tmp_path / "ours.toml"
    mapping.write_text(found[1], "utf-8")
    assert case_mapping(mapping).kind == "decisions"
