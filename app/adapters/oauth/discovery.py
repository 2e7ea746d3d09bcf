"""What an OpenID provider publishes about itself (OpenID Connect Discovery 1.0), kept a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.adapters.oauth.base import SignInUnavailable
from app.adapters.oauth.wire import json_of, origin_of
from app.kit import clock

__all__ = ["Metadata", "Provider", "provider"]

SUFFIX = "/.well-known/openid-configuration"
KEPT_FOR = timedelta(hours=1)  # a key that a company took back is not believed for longer
PAUSE = timedelta(minutes=1)  # between looks for a key nobody has heard of
# Google writes its issuer both ways (https://developers.google.com/identity/openid-connect).
_SHORT = {"https://accounts.google.com": "accounts.google.com"}

T = TypeVar("T")


@dataclass(frozen=True)
class Metadata:
    """The part of the discovery document that signing in needs."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str

    @property
    def issuers(self) -> list[str]:
        """Every spelling of the issuer that may stand in an ID token."""
        return [self.issuer, *([_SHORT[self.issuer]] if self.issuer in _SHORT else [])]


@dataclass(frozen=True)
class _Kept(Generic[T]):
    value: T
    since: datetime

    @property
    def is_fresh(self) -> bool:
        return timedelta(0) <= clock.now() - self.since < KEPT_FOR


class Provider:
    """One provider; safe to use from many threads.

    What is old or missing is fetched without a lock: while a company is silent, callers wait
    side by side, not for each other.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._metadata: _Kept[Metadata] | None = None
        self._keys: _Kept[KeySet] | None = None
        self._lock = Lock()
        self._looked: datetime | None = None

    def metadata(self, session: OAuth2Session) -> Metadata:
        """Its addresses. Raises SignInUnavailable when it does not say, or not safely."""
        kept = self._metadata
        if kept is None or not kept.is_fresh:
            found = json_of(session.get(self.url, withhold_token=True))
            kept = self._metadata = _Kept(_read(self.url, found), clock.now())
        return kept.value

    def keys(self, session: OAuth2Session) -> KeySet:
        """The public keys it signs with. Raises SignInUnavailable."""
        kept = self._keys
        if kept is None or not kept.is_fresh:
            kept = self._keys = self._fetch_keys(session)
        return kept.value

    def newer_keys(self, session: OAuth2Session, known: KeySet) -> KeySet:
        """The keys as they are now, for a token signed with none of `known`.

        Looked for at most once a minute; in between the answer is what we have. Raises
        SignInUnavailable.
        """
        with self._lock:
            if self._keys is not None and self._keys.value is not known:
                return self._keys.value  # somebody else was faster
            now = clock.now()
            if self._looked is not None and timedelta(0) <= now - self._looked < PAUSE:
                return known
            self._looked = now
            self._keys = self._fetch_keys(session)
            return self._keys.value

    def _fetch_keys(self, session: OAuth2Session) -> _Kept[KeySet]:
        found = json_of(session.get(self.metadata(session).jwks_uri, withhold_token=True))
        try:
            return _Kept(KeySet.import_key_set(found), clock.now())
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise SignInUnavailable("its keys cannot be read") from None


@lru_cache(maxsize=8)
def provider(url: str) -> Provider:
    """The process's one Provider for a discovery document's address."""
    return Provider(url)


def _read(url: str, found: Any) -> Metadata:
    said = found if isinstance(found, dict) else {}
    values = {name: said.get(name) for name in Metadata.__annotations__}
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    if len(texts) < len(values):
        raise SignInUnavailable("its discovery document is incomplete")
    read = Metadata(**texts)
    if read.issuer.rstrip("/") + SUFFIX != url:
        raise SignInUnavailable("its discovery document is somebody else's")
    addresses = (read.authorization_endpoint, read.token_endpoint, read.jwks_uri)
    if not all(_is_safe(address, url) for address in addresses):
        raise SignInUnavailable("its discovery document leads to addresses that are not https")
    if origin_of(read.authorization_endpoint) != origin_of(url):
        raise SignInUnavailable("it signs people in at another origin than it describes itself at")
    return read


def _is_safe(address: str, url: str) -> bool:
    """https, or as plain as the address that the operator wrote."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and parts.scheme in {"https", urlsplit(url).scheme}
