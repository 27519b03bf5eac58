"""A server of the web framework alone: it reads the same requests into the same command, writes nothing, and answers.

Arguments: a word that is ignored, and the port. Prints a word when it is about to answer.
"""

import sys
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Header

from charter.decisions.commands import AnswerRequest
from web.app import UNTOLD

app = FastAPI(telemetry=UNTOLD)


@app.post("/api/v1/commands/answer-request", status_code=201)
async def answered(command: AnswerRequest, idempotency_key: Annotated[str, Header()]) -> dict[str, str]:
    """As if it were written."""
    return {"id": command.decision, "key": idempotency_key}


def main() -> None:
    """Answer until told to stop."""
    sys.stdout.write("anybody\n")
    sys.stdout.flush()
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), access_log=False, log_config=None)


if __name__ == "__main__":
    main()
