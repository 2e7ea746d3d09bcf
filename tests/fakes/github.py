"""A stateful GitHub to sign in with: its page, its token endpoint, and two calls of its API.

It answers as GitHub does: errors of the token endpoint come in a 200, a form unless JSON was
asked for, and an address that was not asked for is a 404.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.fakes import companys_page
from tests.fakes.server import FakeServer, Request, Response

API = "/api/v3"  # where GitHub Enterprise Server has it


@dataclass
class Person:
    """An account. ``email`` is the public address; ``emails`` are all of them."""

    id: int
    login: str
    name: str | None = None
    email: str | None = None
    emails: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Grant:
    """What one code stands for."""

    client_id: str
    redirect_uri: str
    scopes: set[str]
    challenge: str
    person: Person


def address(email: str, *, primary: bool = True, verified: bool = True) -> dict[str, Any]:
    """One row of /user/emails."""
    visibility = "private" if primary else None
    return {"email": email, "primary": primary, "verified": verified, "visibility": visibility}


class GitHubFake(FakeServer):
    """The fake as tests use it: ``with GitHubFake() as github: github.app("id", "secret")``.

    Its ``url`` is GITHUB_BASE_URL and its ``api`` GITHUB_API_BASE.
    """

    def __init__(self) -> None:
        super().__init__()
        self.api = self.url + API
        self.apps: dict[str, str] = {}
        self.people: dict[str, Person] = {}
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def app(self, client_id: str, client_secret: str) -> None:
        """Register an OAuth app, or give it another secret."""
        self.apps[client_id] = client_secret

    def person(self, login: str, id: int, *emails: dict[str, Any], **traits: Any) -> Person:
        """Open or change an account; without ``emails`` it has one, primary and verified."""
        rows = list(emails) or [address(f"{login}@example.com")]
        self.people[login] = Person(id, login, emails=rows, **traits)
        return self.people[login]

    def consent(self, url: str, login: str) -> dict[str, str]:
        """The person signs in at the page and agrees; the callback's query parameters."""
        return companys_page.click(url, login=login, action="authorize")

    def refuse(self, url: str) -> dict[str, str]:
        """The person says no; the callback's query parameters."""
        return companys_page.click(url, action="cancel")

    def handle(self, request: Request) -> Response:
        if request.path == "/login/oauth/authorize":
            return self._authorize(request, dict(parse_qsl(request.query)))
        if (request.method, request.path) == ("POST", "/login/oauth/access_token"):
            return self._token(request, dict(parse_qsl(request.body.decode())))
        if request.method == "GET" and request.path.startswith(API):
            return self._api(request, request.path.removeprefix(API))
        return Response(404, {"message": "Not Found"})

    # The page

    def _authorize(self, request: Request, asked: dict[str, str]) -> Response:
        if asked.get("client_id") not in self.apps:
            return _page("<h1>404</h1>", 404)
        if request.method != "POST":
            return _page(self._form())
        clicked = dict(parse_qsl(request.body.decode()))
        answer = {"state": asked["state"]} if "state" in asked else {}
        if clicked.get("action") == "cancel":
            answer["error"] = "access_denied"
            answer["error_description"] = "The user has denied your application access."
        else:
            answer["code"] = self._new_code(asked, self.people[clicked["login"]])
        return Response(302, b"", {"Location": f"{asked['redirect_uri']}?{urlencode(answer)}"})

    def _new_code(self, asked: dict[str, str], person: Person) -> str:
        assert asked.get("code_challenge_method", "S256") == "S256"
        code = secrets.token_hex(10)
        self._codes[code] = Grant(
            asked["client_id"],
            asked["redirect_uri"],
            set(asked.get("scope", "").split()),
            asked.get("code_challenge", ""),
            person,
        )
        return code

    def _form(self) -> str:
        people = "".join(f"<option>{escape(login)}</option>" for login in self.people)
        return (
            "<h1>Sign in to GitHub</h1><form method='post'>"
            f"<label>Account <select name='login'>{people}</select></label>"
            "<button name='action' value='authorize'>Authorize</button>"
            "<button name='action' value='cancel'>Cancel</button></form>"
        )

    # The token endpoint

    def _token(self, request: Request, form: dict[str, str]) -> Response:
        answer = self._traded(form)
        if "application/json" in request.headers.get("Accept", ""):
            return Response(200, answer)
        body = urlencode(answer).encode()
        return Response(200, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _traded(self, form: dict[str, str]) -> dict[str, str]:
        client_id = form.get("client_id", "")
        secret = self.apps.get(client_id)
        if secret is None or form.get("client_secret") != secret:
            return {"error": "incorrect_client_credentials"}
        grant = self._codes.pop(form.get("code", ""), None)
        if grant is None or grant.client_id != client_id:
            return {"error": "bad_verification_code", "error_description": "Incorrect or expired."}
        if form.get("redirect_uri") != grant.redirect_uri:
            return {"error": "redirect_uri_mismatch"}
        if grant.challenge and _s256(form.get("code_verifier", "")) != grant.challenge:
            return {"error": "bad_verification_code"}
        token = f"gho_{secrets.token_hex(18)}"
        self._tokens[token] = grant
        scope = ",".join(sorted(grant.scopes))
        return {"access_token": token, "scope": scope, "token_type": "bearer"}

    # The API

    def _api(self, request: Request, path: str) -> Response:
        if not request.headers.get("User-Agent"):
            return Response(403, b"Request forbidden by administrative rules.")
        grant = self._tokens.get(request.headers.get("Authorization", "").partition(" ")[2])
        if grant is None:
            return Response(401, {"message": "Bad credentials"})
        who = grant.person
        if path == "/user":
            names = {"id": who.id, "login": who.login, "name": who.name, "email": who.email}
            return Response(200, names)
        if path == "/user/emails" and {"user", "user:email"} & grant.scopes:
            return Response(200, who.emails)
        return Response(404, {"message": "Not Found"})


def _page(body: str, status: int = 200) -> Response:
    text = f"<!doctype html><html lang='en'><title>GitHub</title><main>{body}</main></html>"
    return Response(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
