"""An OpenID provider that lies on request, for what a well-behaved one cannot be made to send."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.fakes import companys_page
from tests.fakes.server import FakeServer, Request, Response

Claims = dict[str, Any]
DISCOVERY = "/.well-known/openid-configuration"


@lru_cache
def rsa_key(kid: str) -> RSAKey:
    """The RSA key with this name; made once for the run, because that takes long."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@lru_cache
def ec_key(kid: str) -> ECKey:
    """The elliptic curve key with this name."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


def b64(raw: bytes) -> str:
    """base64url without padding, as JOSE writes it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: Claims, key: RSAKey | ECKey, alg: str = "RS256") -> str:
    """A token under a key."""
    return jwt.encode({"alg": alg, "kid": key.kid}, claims, key, algorithms=[alg])


def handmade(header: dict[str, Any], claims: Claims, sign: Callable[[bytes], bytes]) -> str:
    """A token that no library would make."""
    parts = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{parts}.{b64(sign(parts.encode()))}"


class OpenIdFake(FakeServer):
    """``with OpenIdFake() as openid:``; then change what it says and see who believes it.

    ``claims``, ``answer`` and ``metadata`` go over what it would say; None takes a field away.
    ``sign`` makes the ID token of its claims, ``published`` are the keys at its jwks_uri.
    """

    def __init__(self) -> None:
        super().__init__()
        self.discovery_url = self.url + DISCOVERY
        self.clients = {"client": "client-secret"}
        self.published: list[RSAKey | ECKey] = [rsa_key("one")]
        self.sign: Callable[[Claims], str] = lambda claims: signed(claims, rsa_key("one"))
        self.claims: Claims = {}
        self.answer_fields: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def consent(self, url: str, sub: str) -> dict[str, str]:
        """The person signs in as ``sub`` and agrees; the callback's query parameters."""
        return companys_page.click(url, sub=sub)

    def handle(self, request: Request) -> Response:
        form = dict(parse_qsl(request.body.decode()))
        if request.path == DISCOVERY:
            return Response(200, _over(self._described(), self.metadata))
        if request.path == "/jwks":
            keys = [key.as_dict(private=False) for key in self.published]
            return Response(200, {"keys": keys})
        if (request.method, request.path) == ("POST", "/authorize"):
            return self._authorize(dict(parse_qsl(request.query)), form["sub"])
        if (request.method, request.path) == ("POST", "/token"):
            return self._token(form)
        return Response(404, {"error": "not_found"})

    def _described(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
        }

    def _authorize(self, asked: dict[str, str], sub: str) -> Response:
        code = secrets.token_hex(10)
        self._codes[code] = {**asked, "sub": sub}
        query = urlencode({"code": code, "state": asked["state"]})
        return Response(302, b"", {"Location": f"{asked['redirect_uri']}?{query}"})

    def _token(self, form: dict[str, str]) -> Response:
        if self.clients.get(form.get("client_id", "")) != form.get("client_secret"):
            return Response(401, {"error": "invalid_client"})
        grant = self._codes.pop(form.get("code", ""), None)
        if grant is None or not _fits(form, grant):
            return Response(400, {"error": "invalid_grant"})
        token = secrets.token_urlsafe(24)
        claims = _over(self._right_claims(grant, token), self.claims)
        right = {"access_token": token, "token_type": "Bearer", "expires_in": 3599}
        answer = {**right, "id_token": self.sign(claims)}
        return Response(200, _over(answer, self.answer_fields))

    def _right_claims(self, grant: dict[str, str], token: str) -> Claims:
        now = int(time.time())
        return {
            "iss": self.url,
            "sub": grant["sub"],
            "aud": grant["client_id"],
            "azp": grant["client_id"],
            "iat": now,
            "exp": now + 3600,
            "nonce": grant["nonce"],
            "at_hash": b64(hashlib.sha256(token.encode()).digest()[:16]),
            "email": f"{grant['sub']}@example.com",
            "email_verified": True,
            "name": "Ana Maria",
        }


def _fits(form: dict[str, str], grant: dict[str, str]) -> bool:
    challenge = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    return (
        form["client_id"] == grant["client_id"]
        and form.get("redirect_uri") == grant["redirect_uri"]
        and (grant["code_challenge_method"], grant["code_challenge"]) == ("S256", challenge)
    )


def _over(right: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**right, **changes}.items() if value is not None}
