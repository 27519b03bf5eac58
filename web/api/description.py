"""How the API describes itself (OpenAPI 3.1): what each address may answer, and how somebody shows who they are."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web.security import cookie_name
from web.settings import Settings

PREFIX = "/api/v1"
JSON = "application/json"
PROBLEM = "application/problem+json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
TEXT = "text/plain"
CLOUDEVENTS = "application/cloudevents-batch+json"
EVENT_STREAM = "text/event-stream"

WHY: Mapping[int, str] = {
    400: "What was sent cannot be read at all.",
    401: "Nobody has signed in: the token or the session is missing, or has ended.",
    403: "Whoever asks may not do this.",
    404: "There is no such thing, or none that whoever asks may see.",
    409: "A rule says no; `refusal` names it, and the sentence says what to do instead.",
    412: "Somebody else wrote to it meanwhile: it is not at the version in If-Match.",
    413: "More was sent than this server takes at once.",
    422: "What was sent does not fit: `errors` has a sentence for each field.",
    429: "Too many attempts. `Retry-After` says when to try again.",
    503: "The server cannot write or read just now. Nothing was written; `Retry-After` says when to try again.",
}
WAIT: Mapping[int, str] = {
    429: "Seconds until another try is looked at (RFC 9110, 10.2.3).",
    503: "Seconds after which to ask again (RFC 9110, 10.2.3).",
}
ALWAYS = (401, 403, 422, 503)
"""What every address may answer."""
UNREADABLE = (400, 413)
"""What every address may answer that takes a body."""

TAGS = (
    ("Commands", "Everything that can be asked of the ledger; each leads to entries, or is refused with a reason."),
    ("Charters", "What is promised, how it came about, and who has read it."),
    ("Decisions", "Requests and their answers, with everything that happened to them."),
    ("Integrity", "Where a promise was kept by a no, bent or broken by a yes, and what became of that."),
    ("Entries", "The ledger itself, entry by entry."),
    ("People", "Who is registered, and what each may do."),
    ("Subjects", "The people that the ledger's words speak of."),
    ("Verification", "What shows that nothing was altered."),
    ("Upkeep", "How the views stand; checkpoints and backups."),
    ("Exports", "Everything at once, a line at a time."),
    ("Feed", "Entries as CloudEvents, as they come."),
)

INTRODUCTION = """
Ask with a token (`Authorization: Bearer …`), which an admin's page makes; the pages themselves use the session's
cookie, and with it the header `X-CSRF-Token` on whatever writes.

Each command has an address of its own; its body is the command. Send an `Idempotency-Key` with it, and the same order
sent twice is written once. Send `If-Match` with the version you have seen, and nothing is written over somebody else's
work. Whatever is wrong is answered as a problem (RFC 9457) that names the rule: `/problems` explains each.

Where an answer is 429 or 503, `Retry-After` says in how many seconds to ask again.

Times are RFC 3339. Lists come in pages: follow the `Link` header, or give `next` back as `after`.
"""


def may_answer(
    *codes: int, begun: Mapping[int | str, Mapping[str, Any]] | None = None
) -> dict[int | str, dict[str, Any]]:
    """The problems an address may answer beside those that each may, and what it answers when all is well."""
    problems: dict[int | str, dict[str, Any]] = {code: _problem(code) for code in sorted({*ALWAYS, *codes})}
    return {code: dict(told) for code, told in (begun or {}).items()} | problems


def kinds(*media: str, description: str = "As asked.") -> dict[int | str, dict[str, Any]]:
    """An answer that is not JSON, in one of these kinds."""
    return {200: {"description": description, "content": {kind: {"schema": {"type": "string"}} for kind in media}}}


def with_headers(status: int, **headers: str) -> dict[int | str, dict[str, Any]]:
    """An answer with these headers; each is described by a sentence."""
    told = {name.replace("_", "-"): {"description": why, "schema": {"type": "string"}} for name, why in headers.items()}
    return {status: {"description": HTTPStatus(status).phrase, "headers": told}}


def describe(app: FastAPI, settings: Settings) -> None:
    """Let the application describe what is for programs, and nothing else."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _description(app, settings)
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign]  # the way FastAPI documents


def _description(app: FastAPI, settings: Settings) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=INTRODUCTION.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": told} for name, told in TAGS],
        servers=[{"url": settings.address}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    found["paths"] = {path: told for path, told in found["paths"].items() if path.startswith(f"{PREFIX}/")}
    for methods in found["paths"].values():
        for operation in methods.values():
            for code in (*ALWAYS, *(UNREADABLE if "requestBody" in operation else ())):
                operation["responses"].setdefault(str(code), _problem(code))
    components = found.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token, made on the page of an admin."},
        "session": {"type": "apiKey", "in": "cookie", "name": cookie_name(settings)},
    }
    found["security"] = [{"token": []}, {"session": []}]
    return found


def _problem(code: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": WHY[code],
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if code in WAIT:
        told["headers"] = {"Retry-After": {"description": WAIT[code], "schema": {"type": "integer", "minimum": 1}}}
    return told


PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "What is wrong, and what to do next (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "The page that explains the rule, or about:blank."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "The sentence: what is wrong, and what to do."},
        "instance": {"type": "string"},
        "refusal": {"type": "string", "description": "The name of the rule that said no."},
        "facts": {"type": "object", "description": "What the sentence speaks of."},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "A sentence for each field that cannot be used.",
        },
    },
    "examples": [
        {
            "type": "/problems/CitationMissing",
            "title": "Citation missing",
            "status": 409,
            "detail": "A no cites the promise or limit it stands on. Find it among the charter's codes.",
            "instance": "/api/v1/commands/answer-request",
            "refusal": "CitationMissing",
            "facts": {},
        }
    ],
}
