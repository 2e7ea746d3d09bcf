"""Secrets that we make: API keys, checkout tokens, webhook secrets; and ids that sort by time."""

import base64
import hashlib
import hmac
import re
import secrets
import zlib
from datetime import datetime

from ulid import ULID

__all__ = [
    "API_KEY_PREFIX",
    "digest",
    "first_id",
    "is_api_key",
    "keyed_digest",
    "matches",
    "matches_keyed",
    "new_api_key",
    "new_id",
    "new_session_secret",
    "new_token",
    "new_webhook_secret",
    "short",
]

API_KEY_PREFIX = "provider_"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_API_KEY = re.compile(r"provider_([0-9A-Za-z]{43})([0-9A-Za-z]{6})", re.ASCII)


def new_id(prefix: str) -> str:
    """An id like `ord_01J…`: a ULID, so ids sort by the millisecond they were made in."""
    return f"{prefix}_{ULID()}"


def first_id(prefix: str, moment: datetime) -> str:
    """The smallest id that `new_id` could have made at a moment: ids made later sort behind it."""
    milliseconds = min(max(0, int(moment.timestamp() * 1000)), 2**48 - 1)
    return f"{prefix}_{ULID(milliseconds.to_bytes(6, 'big') + bytes(10))}"


def new_token() -> str:
    """128 random bits as 32 hexadecimal characters."""
    return secrets.token_hex(16)


def new_session_secret() -> str:
    """256 random bits as 43 URL-safe characters, for a cookie."""
    return secrets.token_urlsafe(32)


def new_webhook_secret() -> str:
    """`whsec_` and the base64 of 32 random bytes, as Standard Webhooks writes its secrets."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def new_api_key() -> str:
    """`provider_`, 43 base62 characters (256 bits) and a 6-character checksum.

    The checksum lets a scanner, or us, tell a mistyped key without asking the database.
    """
    body = "".join(secrets.choice(_BASE62) for _ in range(43))
    return f"{API_KEY_PREFIX}{body}{_checksum(body)}"


def short(id_: str) -> str:
    """An id in 15 small letters and digits (75 bits of its SHA-256), for those who take no more."""
    found = base64.b32encode(hashlib.sha256(id_.encode()).digest()).decode()
    return found[:15].lower()


def is_api_key(value: object) -> bool:
    """True when `value` has the shape and the checksum of an API key."""
    if not isinstance(value, str) or not (match := _API_KEY.fullmatch(value)):
        return False
    return hmac.compare_digest(_checksum(match[1]), match[2])


def digest(secret: str) -> str:
    """SHA-256 of a secret of at least 128 random bits, as 64 hexadecimal characters."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, stored: str) -> bool:
    """Compare a secret with a stored digest in constant time."""
    return hmac.compare_digest(digest(secret), stored)


def keyed_digest(key: str, purpose: str) -> str:
    """A token that only who holds `key` can make: HMAC-SHA256, 40 hexadecimal characters."""
    return hmac.new(key.encode(), purpose.encode(), hashlib.sha256).hexdigest()[:40]


def matches_keyed(key: str, purpose: str, given: str) -> bool:
    """Compare a presented token with `keyed_digest` in constant time."""
    return hmac.compare_digest(keyed_digest(key, purpose).encode(), given.encode())


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    letters = []
    for _ in range(6):
        number, rest = divmod(number, 62)
        letters.append(_BASE62[rest])
    return "".join(reversed(letters))
