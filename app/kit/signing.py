"""Standard Webhooks signatures (spec v1.0.0): what we put on every outbound call."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

__all__ = ["BadSignature", "sign", "verify"]

TOLERANCE = 300  # seconds, both ways, as the reference libraries have it
_SECONDS = re.compile(r"\d{1,12}", re.ASCII)


class BadSignature(ValueError):
    """The call was not signed with any of the secrets, or not recently."""


def sign(message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> str:
    """The value of `webhook-signature`: one `v1,<base64>` for each secret, space-separated.

    `timestamp` is Unix seconds of this attempt. Raises ValueError for a secret that is empty or
    not `whsec_<base64>`; an empty key would let anybody sign.
    """
    if not secrets:
        raise ValueError("no secret to sign with")
    content = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return " ".join(
        "v1," + base64.b64encode(hmac.digest(_key(secret), content, hashlib.sha256)).decode()
        for secret in secrets
    )


def verify(headers: Mapping[str, str], body: bytes, secret: str, *, now: float) -> None:
    """Accept a signed call or raise BadSignature; header names in lower case."""
    try:
        message_id, text = headers["webhook-id"], headers["webhook-timestamp"]
        given = headers["webhook-signature"].split(" ")
    except KeyError as error:
        raise BadSignature("a signature header is missing") from error
    if not _SECONDS.fullmatch(text):
        raise BadSignature("the timestamp is no number of seconds")
    stamp = int(text)
    if abs(now - stamp) > TOLERANCE:
        raise BadSignature("the timestamp is too old or too new")
    expected = sign(message_id, stamp, body, [secret])
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in given):
        raise BadSignature("no signature matches")


def _key(secret: str) -> bytes:
    text = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("a webhook secret is whsec_ and base64") from error
    if not key:
        raise ValueError("a webhook secret is never empty")
    return key
