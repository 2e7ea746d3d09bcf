"""The calls of one sign-in: short, small, never redirected, and every failure in our words."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from requests.adapters import HTTPAdapter

from app.adapters.oauth.base import Reason, SignInRefused, SignInUnavailable
from app.adapters.oauth.errors import refusal

__all__ = ["calls", "json_of", "origin_of"]

CONNECT, READ, TOTAL = 3.0, 10.0, 20.0  # seconds: a connection, a silence, all calls together
LIMIT = 256 * 1024  # bytes of one answer


@contextmanager
def calls(client_id: str, client_secret: str, scope: str) -> Iterator[OAuth2Session]:
    """A session for one `begin` or `finish`; nothing of it is kept for the next person.

    Raises SignInRefused and SignInUnavailable for what OAuth, the ID token and the network can
    say; the originals are left out, because they quote addresses and answers.
    """
    try:
        with _session(client_id, client_secret, scope) as session:
            yield session
    except OAuthError as error:
        raise refusal(error.error) from None
    except JoseError as error:
        raise _refused_token(error) from None
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise SignInUnavailable(f"the call failed: {type(error).__name__}") from None


def json_of(answer: requests.Response) -> Any:
    """The answer's JSON. Raises SignInUnavailable when it is none."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        raise SignInUnavailable(f"{_host(answer)} did not answer with JSON") from None


def origin_of(url: str) -> str:
    """`scheme://host[:port]` of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _session(client_id: str, client_secret: str, scope: str) -> OAuth2Session:
    session = OAuth2Session(
        client_id,
        client_secret,
        scope=scope,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106
        code_challenge_method="S256",
        trust_env=False,  # the passwords of a .netrc are for others
    )
    session.headers["User-Agent"] = "Gatehouse"  # GitHub refuses calls without one
    careful = _Careful()
    session.mount("https://", careful)
    session.mount("http://", careful)
    return session


class _Careful(HTTPAdapter):
    """Every call of a session goes through here, those the library makes by itself too."""

    def __init__(self) -> None:
        super().__init__()
        self._deadline = time.monotonic() + TOTAL

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        left = self._left()
        options |= {
            "stream": True,
            "timeout": (min(CONNECT, left), min(READ, left)),
            **_surroundings(request),
        }
        answer = super().send(request, **options)
        try:
            status = answer.status_code
            if 300 <= status < 400 or status == 429 or status >= 500:
                raise SignInUnavailable(f"{_host(answer)} answered {status}")
            body = self._read(answer)
        finally:
            answer.raw.close()
        answer.raw = io.BytesIO(body)
        return answer

    def _read(self, answer: requests.Response) -> bytes:
        body = b""
        while chunk := answer.raw.read1(LIMIT + 1 - len(body), decode_content=True):
            body += chunk
            if len(body) > LIMIT:
                raise SignInUnavailable(f"{_host(answer)} answered with too much")
            self._left()
        return body

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise SignInUnavailable("the calls took too long")
        return left


def _surroundings(call: requests.PreparedRequest) -> dict[str, Any]:
    """The proxy and the certificates that the environment names for an https address. What the
    operator sets for tests and peers may be plain http, and is near."""
    if not (call.url or "").startswith("https:"):
        return {"proxies": {}}
    found = requests.Session().merge_environment_settings(call.url, {}, None, None, None)
    return {name: found[name] for name in ("proxies", "verify")}


def _host(answer: requests.Response) -> str:
    return urlsplit(answer.url).hostname or ""


def _refused_token(error: JoseError) -> SignInRefused:
    claim = f" ({error.claim})" if isinstance(error, ClaimError) else ""
    reason: Reason = "expired" if isinstance(error, ExpiredTokenError) else "invalid"
    return SignInRefused(reason, f"ID token: {error.error}{claim}")
