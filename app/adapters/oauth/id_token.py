"""Whether an ID token proves who somebody is (OpenID Connect Core 1.0, 3.1.3.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from app.adapters.oauth.base import SignInRefused
from app.kit import clock

__all__ = ["Expected", "claims_of"]

# Signatures only: "none" is none, and an HMAC's key could be the public key, which everybody has.
ALGORITHMS = ("RS256", "ES256")
LEEWAY = 60  # seconds that their clock and ours may differ
SUBJECT_LENGTH = 255


@dataclass(frozen=True)
class Expected:
    """Who must have made the token, for whom, and in answer to which attempt."""

    issuers: Sequence[str]
    client_id: str
    nonce: str
    signed_in_within: int | None = None  # seconds since the person last did so there; None: any


def claims_of(token: Mapping[str, Any], keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims of the token endpoint's `id_token`, all checks passed.

    Signature, `iss`, `sub`, `aud`, `azp`, `exp`, `iat`, `nonce`, `at_hash` where it is there, and
    `auth_time` where it matters. Raises SignInRefused, and joserfc's JoseError for what does not
    fit: InvalidKeyIdError when it was signed with none of `keys`.
    """
    text = token.get("id_token")
    if not isinstance(text, str) or not text:
        raise SignInRefused("invalid", "there is no ID token")
    if not expected.nonce:  # Authlib would not compare
        raise SignInRefused("state", "the attempt has no nonce")
    try:
        read = jwt.decode(text, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(read.claims, read.header, *_checks(expected, token["access_token"]))
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY)
    except (ValueError, TypeError, RecursionError):
        raise SignInRefused("invalid", "the ID token is malformed") from None
    if len(claims["sub"]) > SUBJECT_LENGTH:
        raise SignInRefused("invalid", "the ID token's subject is too long")
    _check_auth_time(claims.get("auth_time"), expected.signed_in_within)
    return dict(claims)


def _check_auth_time(at: object, within: int | None) -> None:
    """A company that was asked by `max_age` has to say when, and that it was recently: its
    parameter travels through the browser, where it can be taken out (3.1.2.1; 3.1.3.7, 13)."""
    if within is None:
        return
    if isinstance(at, bool) or not isinstance(at, int | float):
        raise SignInRefused("stale", "the ID token does not say when the person signed in")
    if not -LEEWAY <= clock.now().timestamp() - at <= within + LEEWAY:
        raise SignInRefused("stale", "the person signed in there too long ago")


def _checks(expected: Expected, access_token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Authlib's options (what a claim must be) and params (what others are compared with)."""
    options = {
        "iss": {"essential": True, "values": list(expected.issuers)},
        "aud": {"essential": True, "value": expected.client_id},
        "sub": {"essential": True},
    }
    params = {
        "client_id": expected.client_id,
        "nonce": expected.nonce,
        "access_token": access_token,
    }
    return options, params
