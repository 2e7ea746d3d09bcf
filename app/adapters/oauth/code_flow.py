"""The authorization code flow with PKCE, which all companies share (RFC 6749, RFC 7636)."""

import hmac
from collections.abc import Mapping
from typing import Any

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

from app.adapters.oauth.base import Begun, SignInRefused, SignInUnavailable
from app.adapters.oauth.errors import refusal

__all__ = ["begin", "code_of", "new_secret", "trade"]


def new_secret() -> str:
    """A state, a nonce or a verifier: 64 random letters and digits, which is over 380 bits and
    within what RFC 7636 allows a verifier (43 to 128 characters)."""
    made: str = generate_token(64)
    return made


def begin(
    session: OAuth2Session,
    page: str,
    redirect_uri: str,
    *,
    nonce: str = "",
    again: bool = False,
    **more: str,
) -> Begun:
    """Where to send the person, and what to keep until they are back; `more` is asked of the page
    besides."""
    state, verifier = new_secret(), new_secret()
    url, _ = session.create_authorization_url(
        page,
        state=state,
        code_verifier=verifier,
        redirect_uri=redirect_uri,
        nonce=nonce or None,
        **more,
    )
    return Begun(url, state, nonce, verifier, again)


def code_of(begun: Begun, params: Mapping[str, str]) -> str:
    """The code that the browser brought back for this attempt.

    An error is believed without its state, which not every company sends along with one: it
    signs nobody in. Raises SignInRefused, and SignInUnavailable when the company says so.
    """
    if error := params.get("error"):
        raise refusal(error)
    state = params.get("state", "").encode(errors="replace")
    if not begun.state or not hmac.compare_digest(begun.state.encode(), state):
        raise SignInRefused("state", "the callback is not this browser's")
    if not (code := params.get("code")):
        raise SignInRefused("invalid", "the callback has no code")
    return code


def trade(
    session: OAuth2Session, url: str, code: str, redirect_uri: str, begun: Begun
) -> dict[str, Any]:
    """What the token endpoint gives for a code; `access_token` is in it, fit for a header.

    The session signs its later calls with that token. Raises SignInUnavailable for an answer
    that is none, and Authlib's OAuthError for a refusal, also in a 200 as GitHub sends it.
    """
    try:
        token: dict[str, Any] = session.fetch_token(
            url,
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=begun.verifier,
        )
    except (ValueError, TypeError, RecursionError):
        raise SignInUnavailable("the token endpoint's answer makes no sense") from None
    found = token.get("access_token")
    if not isinstance(found, str) or not found or not (found.isascii() and found.isprintable()):
        raise SignInUnavailable("the token endpoint's answer has no token")
    return token
