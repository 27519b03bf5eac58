"""What protects every page: headers, where a request comes from, its token, size and host (ASVS 5, 3.3-3.5, 14.3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from web.access.secret import csrf_token
from web.security import EMBEDDABLE, MOST_OF_FORM, POLICY, Guard, cookie_name, embeddable
from web.settings import Settings

SECRET = "a-session-of-somebody"  # noqa: S105  # and opens nothing
TOKEN = csrf_token(SECRET)
HTTPS, LOCAL = Settings(address="https://charter.test"), Settings(address="http://127.0.0.1:8000")


def told(_request: Request, error: Exception) -> Response:
    """A plain answer to an error."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse(str(getattr(error, "detail", "wrong")), status)


def guarded(settings: Settings = HTTPS, most: int = 1_000) -> TestClient:
    """A small application behind the guard, in a browser."""
    app = FastAPI()

    @app.get("/page")
    def page() -> Response:
        return PlainTextResponse("a page")

    @app.get("/public")
    def public() -> Response:
        return PlainTextResponse("the charter", headers={"Cache-Control": "public, max-age=60"})

    @app.get("/static/style.css")
    def static() -> Response:
        return PlainTextResponse("p {}", headers={"Cache-Control": "public, max-age=60"})

    @app.get("/embedded")
    def embedded() -> Response:
        return embeddable(PlainTextResponse("a frame"))

    @app.get("/cookie")
    def cookie() -> Response:
        response = PlainTextResponse("for you", headers={"Cache-Control": "public"})
        response.set_cookie("x", "y")
        return response

    @app.get("/broken")
    def broken() -> Response:
        raise RuntimeError("a secret in a message")

    @app.get("/healthz")
    def lives() -> Response:
        return PlainTextResponse("ok")

    @app.api_route("/write", methods=["POST", "PUT", "PATCH", "DELETE"])
    async def write(request: Request) -> Response:
        async with request.form() as given:
            form = {name: str(value) for name, value in given.items()}
        return JSONResponse({"form": form, "bytes": len(await request.body()) if not form else 0})

    @app.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        return PlainTextResponse((await request.body()).decode())

    app.add_middleware(Guard, settings=settings, answer=told, most=most)
    return TestClient(app, base_url=settings.address, raise_server_exceptions=False)


@pytest.fixture
def client() -> Iterator[TestClient]:
    """The application, in a browser that is signed in."""
    with guarded() as opened:
        opened.cookies.set("__Host-charter", SECRET)
        yield opened


# Headers


@pytest.mark.parametrize("path", ["/page", "/public", "/nowhere", "/broken"])
def test_every_answer_has_the_strict_headers_and_those_that_failed_too(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY and POLICY.startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert headers["Cache-Control"] == "no-store"
    assert "server" not in headers and "access-control-allow-origin" not in headers


def test_what_fails_says_nothing_of_why(client: TestClient) -> None:
    answer = client.get("/broken")
    assert answer.status_code == 500 and answer.text == "wrong"


def test_only_what_says_so_may_stand_in_a_frame_elsewhere(client: TestClient) -> None:
    headers = client.get("/embedded").headers
    assert headers["Content-Security-Policy"] == EMBEDDABLE != POLICY
    assert "frame-ancestors *" in EMBEDDABLE and "default-src 'none'" in EMBEDDABLE
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_what_is_public_may_be_kept_until_somebody_is_signed_in(client: TestClient) -> None:
    stranger = guarded()
    assert stranger.get("/public").headers["Cache-Control"] == "public, max-age=60"
    assert stranger.get("/page").headers["Cache-Control"] == "no-store"
    assert stranger.get("/cookie").headers["Cache-Control"] == "no-store"
    assert client.get("/public").headers["Cache-Control"] == "no-store"
    with_token = stranger.get("/public", headers={"Authorization": "Bearer chl_x"})
    assert with_token.headers["Cache-Control"] == "no-store"
    assert client.get("/static/style.css").headers["Cache-Control"] == "public, max-age=60"


def test_behind_https_every_cookie_is_for_https_alone(client: TestClient) -> None:
    assert client.get("/cookie").headers["set-cookie"].lower().endswith("; secure")
    assert "secure" not in guarded(LOCAL).get("/cookie").headers["set-cookie"].lower()


def test_on_loopback_nothing_is_promised_about_https() -> None:
    assert "Strict-Transport-Security" not in guarded(LOCAL).get("/page").headers
    assert cookie_name(LOCAL) == "charter" and cookie_name(HTTPS) == "__Host-charter"


# Where a request comes from

WRITING = ("POST", "PUT", "PATCH", "DELETE")


@pytest.mark.parametrize("method", WRITING)
def test_who_is_signed_in_by_a_cookie_needs_the_token(client: TestClient, method: str) -> None:
    assert client.request(method, "/write").status_code == 403
    assert client.request(method, "/write", headers={"X-CSRF-Token": "made up"}).status_code == 403
    assert client.request(method, "/write", headers={"X-CSRF-Token": csrf_token("another")}).status_code == 403
    assert client.request(method, "/write", headers={"X-CSRF-Token": TOKEN}).status_code == 200


def test_the_token_may_stand_in_a_form_which_is_read_all_the_same(client: TestClient) -> None:
    given = {"csrf": TOKEN, "reason": "Because ä & b"}
    assert client.post("/write", data=given).json()["form"] == given
    with_file = client.post("/write", data=given, files={"file": ("a.csv", b"1,2")})
    assert with_file.json()["form"]["reason"] == "Because ä & b" and "file" in with_file.json()["form"]
    for wrong in ({"csrf": "x"}, {"csrf": ""}, {"reason": "x"}, {}):
        assert client.post("/write", data=wrong).status_code == 403
    assert client.post("/write", files={"csrf": ("csrf", TOKEN)}).status_code == 403  # a file is no field
    assert client.post("/write?csrf=" + TOKEN).status_code == 403
    as_json = client.post("/write", content=f'{{"csrf": "{TOKEN}"}}', headers={"Content-Type": "application/json"})
    assert as_json.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://charter.test"},
        {"Origin": "https://charter.test:444"},
        {"Origin": "https://charter.test.evil.test"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://charter.test"},
    ],
)
@pytest.mark.parametrize("path", ["/write", "/sign-in"])
def test_what_a_page_of_another_site_sends_is_refused_even_with_the_token(
    client: TestClient, headers: dict[str, str], path: str
) -> None:
    with capture_logs() as logged:
        assert client.post(path, headers={"X-CSRF-Token": TOKEN} | headers).status_code == 403
    assert [(entry["event"], entry["why"]) for entry in logged] == [("access_refused", "Forged")]


@pytest.mark.parametrize("headers", [{"Origin": "https://charter.test"}, {"Sec-Fetch-Site": "same-origin"}, {}])
def test_our_own_pages_may_send(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/write", headers={"X-CSRF-Token": TOKEN} | headers).status_code == 200


def test_looking_needs_no_token_wherever_it_comes_from(client: TestClient) -> None:
    assert client.get("/page", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_program_with_its_own_token_needs_no_other(client: TestClient) -> None:
    assert client.post("/write", headers={"Authorization": "Bearer chl_x"}).status_code == 200
    assert client.post("/write", headers={"Authorization": " "}).status_code == 403  # this is none: the cookie counts
    assert guarded().post("/write").status_code == 200  # nobody: the page itself says to sign in


def test_who_signs_in_again_needs_no_token_of_the_session_before(client: TestClient) -> None:
    assert client.post("/sign-in", content="person=ann").text == "person=ann"


def test_on_loopback_all_its_names_are_ours() -> None:
    client = guarded(LOCAL)
    for name in ("127.0.0.1", "localhost", "[::1]"):
        headers = {"Host": f"{name}:8000", "Origin": f"http://{name}:8000"}
        assert client.post("/write", headers=headers).status_code == 200
    assert client.post("/write", headers={"Origin": "http://localhost:9999"}).status_code == 403


# The host and the size


@pytest.mark.parametrize(
    "host", ["evil.test", "", "charter.test.evil.test", "charter.test@evil.test", "charter.test:81"]
)
def test_another_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/page", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["charter.test", "CHARTER.test", "charter.test:443"])
def test_the_host_is_ours_however_it_is_written(client: TestClient, host: str) -> None:
    assert client.get("/page", headers={"Host": host}).status_code == 200


def test_who_looks_whether_it_lives_may_use_any_name(client: TestClient) -> None:
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_more_than_is_taken_is_refused_whether_announced_or_not(client: TestClient) -> None:
    def pieces(count: int) -> Iterator[bytes]:
        yield from [b"x" * 100] * count

    headers = {"X-CSRF-Token": TOKEN, "Content-Type": "text/plain"}
    assert client.post("/write", content=b"x" * 1_000, headers=headers).json()["bytes"] == 1_000
    assert client.post("/write", content=b"x" * 1_001, headers=headers).status_code == 413
    assert client.post("/write", content=pieces(10), headers=headers).json()["bytes"] == 1_000
    assert client.post("/write", content=pieces(11), headers=headers).status_code == 413
    assert client.post("/write", data={"csrf": TOKEN, "text": "x" * 1_000}).status_code == 413
    assert client.post("/write", headers=headers | {"Content-Length": "minus one"}).status_code == 413


def test_a_form_that_cannot_be_read_is_refused(client: TestClient) -> None:
    answer = client.post("/write", content=b"not so", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code in (400, 403)
    without = client.post("/write", content=b"not so", headers={"Content-Type": "multipart/form-data"})
    assert without.status_code in (400, 403)


@pytest.mark.parametrize("path", ["/page?text=a%00b", "/page?a=1&b%00=2", "/page/%00"])
def test_an_address_with_a_character_of_no_text_is_refused(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 422
    assert client.get("/page?text=%2500").status_code == 200


def test_a_form_may_bring_less_than_other_things() -> None:
    client = guarded(most=4 * MOST_OF_FORM)
    client.cookies.set(cookie_name(HTTPS), SECRET)
    form, text = ({"Content-Type": kind} for kind in ("application/x-www-form-urlencoded", "text/plain"))
    assert client.post("/write", content=b"&" * (MOST_OF_FORM + 1), headers=form).status_code == 413
    large = client.post("/write", content=b"x" * (MOST_OF_FORM + 1), headers=text | {"X-CSRF-Token": TOKEN})
    assert large.json()["bytes"] == MOST_OF_FORM + 1
