"""Calls to PayPal's REST API for one set of credentials: host, token, errors."""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from app.adapters.gateways import base
from app.adapters.gateways.paypal.issues import refuse, refuse_credentials
from app.adapters.gateways.paypal.tokens import Token, Tokens, key_of
from app.adapters.gateways.wire import Reply, Wire
from app.kit import clock

__all__ = ["HOSTS", "Client"]

HOSTS = {"live": "https://api-m.paypal.com", "sandbox": "https://api-m.sandbox.paypal.com"}
WHOLE = {"Prefer": "return=representation"}  # the default answer holds id, status and links alone

_tokens = Tokens()


class Client:
    """One app of one PayPal account, at one of PayPal's two hosts."""

    def __init__(self, credentials: base.Credentials, environment: str | None = None) -> None:
        self.client_id = credentials["clientId"].strip()
        self._secret = credentials["clientSecret"].strip()
        self.environment = environment or credentials.get("environment", "live")
        if self.environment not in HOSTS:
            raise base.Misconfigured("the environment is neither live nor sandbox")
        self.is_moved = credentials.base_url is not None  # the operator's host, for both modes
        self.url = credentials.base_url or HOSTS[self.environment]
        self._key = key_of(self.url, self.client_id, self._secret)
        self._wire = Wire("PayPal", self.url, refuse)

    def get(self, path: str, **query: str) -> Reply:
        """Ask for something. Raises Missing, Misconfigured, Busy, Unavailable, Refused."""
        where = f"{path}?{urlencode(query)}" if query else path
        return self.call("GET", where, is_repeatable=True)

    def post(self, path: str, data: Any, key: str) -> Reply:
        """Make or move something once: PayPal gives its first answer again to the same key, of
        at most 108 characters, for 6 hours (orders) or 45 days (refunds)."""
        headers = {**WHOLE, "PayPal-Request-Id": key}
        return self.call("POST", path, data, headers=headers, is_repeatable=True)

    def call(self, method: str, path: str, data: Any = None, **options: Any) -> Reply:
        """One call with a token; one that is refused is dropped, and another tried once."""
        token = _tokens.get(self._key, lambda: self.new_token()[0])
        try:
            return self._send(token, method, path, data, options)
        except base.NotPermitted:
            raise
        except base.Misconfigured:  # nothing happened: it may have been taken back early
            _tokens.drop(self._key, token)
        token = _tokens.get(self._key, lambda: self.new_token()[0])
        return self._send(token, method, path, data, options)

    def new_token(self) -> tuple[Token, dict[str, Any]]:
        """A fresh token, and what PayPal says beside it: its end, the app, its permissions.

        Raises Misconfigured when PayPal does not accept the credentials.
        """
        pair = base64.b64encode(f"{self.client_id}:{self._secret}".encode()).decode()
        reply = Wire("PayPal", self.url, refuse_credentials).call(
            "POST",
            "/v1/oauth2/token",
            body=b"grant_type=client_credentials",
            headers={
                "Authorization": f"Basic {pair}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        value, seconds = reply.data.get("access_token"), reply.data.get("expires_in")
        if not isinstance(value, str) or not isinstance(seconds, int):
            raise base.Unavailable("PayPal answered without a token")
        said = {name: found for name, found in reply.data.items() if name != "access_token"}
        return Token(value, clock.now() + timedelta(seconds=seconds)), said

    def _send(
        self, token: str, method: str, path: str, data: Any, options: dict[str, Any]
    ) -> Reply:
        headers = {"Authorization": f"Bearer {token}", **options.get("headers", {})}
        return self._wire.call(method, path, data, **{**options, "headers": headers})
