"""OAuth's error codes in our words."""

from app.adapters.oauth.base import Reason, SignInRefused, SignInUnavailable

__all__ = ["refusal"]

# RFC 6749, 4.1.2.1 and 5.2; then GitHub's own, which it sends in a 200; then Authlib's. Any other
# text is not repeated: an error comes through the browser, or may quote what it refuses.
_KNOWN: dict[str, Reason | None] = {
    "access_denied": "denied",
    "invalid_request": "invalid",
    "invalid_client": "invalid",
    "invalid_grant": "expired",  # the code is unknown, used, too old, or its verifier is wrong
    "invalid_scope": "invalid",
    "unauthorized_client": "invalid",
    "unsupported_grant_type": "invalid",
    "unsupported_response_type": "invalid",
    "server_error": None,
    "temporarily_unavailable": None,
    "bad_verification_code": "expired",
    "incorrect_client_credentials": "invalid",
    "redirect_uri_mismatch": "invalid",
    "unverified_user_email": "invalid",
    "application_suspended": "invalid",
    "unsupported_token_type": "invalid",
    "token_invalid": "invalid",
}


def refusal(code: object) -> SignInRefused | SignInUnavailable:
    """The exception for an `error` of the callback or of the token endpoint, whatever it is."""
    if not isinstance(code, str) or code not in _KNOWN:
        return SignInRefused("invalid", "they answered with an error we do not know")
    reason = _KNOWN[code]
    if reason is None:
        return SignInUnavailable(f"they answered {code}")
    return SignInRefused(reason, f"they answered {code}")
