"""Signing in with Google, or with whatever OpenID provider the operator put in its place.

Facts: https://developers.google.com/identity/openid-connect. No access token is kept, and none
is used: all that is needed stands in the ID token.
"""

from collections.abc import Mapping
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import InvalidKeyIdError

from app.adapters.oauth import code_flow, id_token
from app.adapters.oauth.base import Begun, Identity, SignInRefused
from app.adapters.oauth.discovery import Metadata, provider
from app.adapters.oauth.wire import calls, origin_of

__all__ = ["DISCOVERY_URL", "Google"]

DISCOVERY_URL = "https://accounts.google.com/.well-known/openid-configuration"
SCOPE = "openid email profile"
# A person who proves again who they are signed in there within five minutes, or does so now
# (OpenID Connect Core 1.0, 3.1.2.1), and may take five more to come back. Google tells the time of
# a sign-in only where it is named as a claim (5.5), and the operator switched "Session age claims"
# on (https://developers.google.com/identity/siwg/security-bundle).
MAX_AGE, ON_THE_WAY = 300, 300  # seconds
_RECENTLY = {
    "max_age": str(MAX_AGE),
    "claims": '{"id_token":{"auth_time":{"essential":true}}}',
}


class Google:
    """Google as a base.Company."""

    key = "google"
    title = "Google"

    def __init__(
        self, client_id: str, client_secret: str, discovery_url: str = DISCOVERY_URL
    ) -> None:
        self.origin = origin_of(discovery_url)
        self._client = (client_id, client_secret, SCOPE)
        self._client_id = client_id
        self._provider = provider(discovery_url)

    def begin(self, redirect_uri: str, *, again: bool = False) -> Begun:
        nonce, more = code_flow.new_secret(), _RECENTLY if again else {}
        with calls(*self._client) as session:
            page = self._provider.metadata(session).authorization_endpoint
            return code_flow.begin(session, page, redirect_uri, nonce=nonce, again=again, **more)

    def finish(self, begun: Begun, redirect_uri: str, params: Mapping[str, str]) -> Identity:
        with calls(*self._client) as session:
            code = code_flow.code_of(begun, params)
            about = self._provider.metadata(session)
            _check_issuer(params, about)
            token = code_flow.trade(session, about.token_endpoint, code, redirect_uri, begun)
            within = MAX_AGE + ON_THE_WAY if begun.again else None
            expected = id_token.Expected(about.issuers, self._client_id, begun.nonce, within)
            claims = self._claims(session, token, expected)
        return Identity.told(
            self.key,
            claims["sub"],
            email=claims.get("email"),
            is_verified=claims.get("email_verified"),
            name=claims.get("name"),
        )

    def _claims(
        self, session: OAuth2Session, token: Mapping[str, Any], expected: id_token.Expected
    ) -> dict[str, Any]:
        keys = self._provider.keys(session)
        try:
            return id_token.claims_of(token, keys, expected)
        except InvalidKeyIdError:  # they may have changed keys since we looked
            newer = self._provider.newer_keys(session, keys)
            return id_token.claims_of(token, newer, expected)


def _check_issuer(params: Mapping[str, str], about: Metadata) -> None:
    """Where the callback says whose it is, it must be theirs (RFC 9207, 2.4)."""
    if "iss" in params and params["iss"] not in about.issuers:
        raise SignInRefused("invalid", "the callback is another issuer's")
