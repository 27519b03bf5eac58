"""What the documentation of the API shows is sent as it stands, and answered as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.conftest import LEADER, Program

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
EXAMPLES = re.findall(r"```http\n(.+?)```\nAnswers (\d+)", PAGE.read_text("utf-8"), re.DOTALL)


def test_every_example_says_what_it_is_answered() -> None:
    assert len(EXAMPLES) == PAGE.read_text("utf-8").count("```http") > 5


@pytest.mark.parametrize(("example", "status"), EXAMPLES, ids=lambda text: text.partition("\n")[0][:60])
def test_what_is_shown_is_answered_as_it_says(program: Program, example: str, status: str) -> None:
    head, _, body = example.partition("\n\n")
    first, *lines = head.splitlines()
    method, address = first.split(" ", 1)
    headers = dict(line.split(": ", 1) for line in lines)
    assert headers.pop("Authorization") == "Bearer TOKEN"
    answer = program(LEADER).request(method, address, headers=headers, content=body.encode())
    assert answer.status_code == int(status), answer.text
    if answer.status_code == 409:
        assert answer.json()["refusal"] == "CitationMissing"
        assert answer.json()["detail"] in PAGE.read_text("utf-8")
