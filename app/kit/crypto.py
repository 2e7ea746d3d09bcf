"""The credential envelope `enc:v1:` (AES-256-GCM, key id, bound to where it is stored).

    enc:v1:<kid>:<base64url(nonce12 || ciphertext || tag16)>, without padding

root key = SHA-256(environment string); data key = HKDF-SHA256(root, "gatehouse",
"enc:v1/credentials"); kid = first 8 hex of SHA-256("gatehouse/kid/v1" || root). The associated
data names table, owner, service and field, so a value moved to another row does not open.
"""

import base64
import binascii
import hashlib
import os
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["PREFIX", "CannotOpen", "Key", "Keyring", "Place", "Sealed", "looks_sealed"]

PREFIX = "enc:v1:"
_ENVELOPE = re.compile(r"enc:v1:([0-9a-f]{8}):([A-Za-z0-9_-]{38,})", re.ASCII)
_ANY_VERSION = re.compile(r"enc:v\d+:", re.ASCII)
_NONCE = 12


class CannotOpen(Exception):
    """A stored secret does not open: wrong key, wrong place, damaged or not sealed at all."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret lives; part of what is authenticated."""

    table: str
    owner: str
    service: str
    field: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as it is stored. Safe to print: it shows its key id, never its content."""

    envelope: str

    @property
    def kid(self) -> str | None:
        """Id of the key it was sealed with; None when this is not an envelope of ours."""
        match = _ENVELOPE.fullmatch(self.envelope)
        return match[1] if match else None

    def __repr__(self) -> str:
        return f"<Sealed {self.kid or 'plaintext or damaged'}>"

    __str__ = __repr__


@dataclass(frozen=True)
class Key:
    """One key string of the environment and what is derived from it."""

    secret: str

    @cached_property
    def root(self) -> bytes:
        return hashlib.sha256(self.secret.encode()).digest()

    @cached_property
    def kid(self) -> str:
        return hashlib.sha256(b"gatehouse/kid/v1" + self.root).hexdigest()[:8]

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self.derive("enc:v1/credentials"))

    def derive(self, purpose: str, length: int = 32) -> bytes:
        """A key of its own for `purpose` (RFC 5869); `length` in bytes."""
        kdf = HKDF(SHA256(), length, salt=b"gatehouse", info=purpose.encode())
        return kdf.derive(self.root)

    def __repr__(self) -> str:
        return f"<Key {self.kid}>"


class Keyring:
    """Seals with the first key, opens with any."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("a keyring needs at least one key")
        self.keys = {key.kid: key for key in reversed([Key(secret) for secret in secrets])}
        self.first = Key(secrets[0])

    def seal(self, plaintext: str, place: Place, *, nonce: bytes | None = None) -> Sealed:
        """Seal text for one place. `nonce` (12 bytes) is given by tests alone."""
        nonce = nonce or os.urandom(_NONCE)
        data = _associated_data(self.first.kid, place)
        blob = nonce + self.first.cipher.encrypt(nonce, plaintext.encode(), data)
        text = base64.urlsafe_b64encode(blob).rstrip(b"=").decode()
        return Sealed(f"{PREFIX}{self.first.kid}:{text}")

    def open(self, sealed: Sealed, place: Place) -> str:
        """The text sealed for this place. Raises CannotOpen, never says why in detail."""
        match = _ENVELOPE.fullmatch(sealed.envelope)
        if not match:
            raise CannotOpen("not an enc:v1: value")
        kid, text = match[1], match[2]
        key = self.keys.get(kid)
        if key is None:
            raise CannotOpen(f"no key with id {kid}")
        blob = _decode(text)
        try:
            plain = key.cipher.decrypt(blob[:_NONCE], blob[_NONCE:], _associated_data(kid, place))
        except InvalidTag as error:
            raise CannotOpen(f"does not open with key {kid} here") from error
        return plain.decode()


def looks_sealed(text: str) -> bool:
    """True for an envelope of any version: one we do not know is an error, never plaintext."""
    return _ANY_VERSION.match(text) is not None


def _decode(text: str) -> bytes:
    """Canonical base64url only: Python's decoder ignores stray bits, which would let an altered
    value open."""
    try:
        blob = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise CannotOpen("damaged") from error
    if base64.urlsafe_b64encode(blob).rstrip(b"=").decode() != text:
        raise CannotOpen("damaged")
    return blob


def _associated_data(kid: str, place: Place) -> bytes:
    parts = ("enc:v1", kid, place.table, place.owner, place.service, place.field)
    encoded = [part.encode() for part in parts]
    return b"".join(struct.pack(">H", len(part)) + part for part in encoded)
