"""Idempotency keys: the same call twice is done once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from tests.fakes.server import Response
from tests.fakes.stripe_errors import StripeRefusal, invalid
from tests.fakes.stripe_world import Owner

LONGEST_KEY = 255


@dataclass
class _Entry:
    path: str
    fingerprint: str
    response: Response | None = None


class IdempotencyKeys:
    """The keys of every account and mode, with the answers they stand for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[tuple[Owner, str], _Entry] = {}

    def begin(self, owner: Owner, key: str, path: str, fingerprint: str) -> Response | None:
        """Reserve the key, or give back the answer it already has."""
        if len(key) > LONGEST_KEY:
            raise invalid(f"Idempotency keys can be up to {LONGEST_KEY} characters.")
        with self._lock:
            entry = self._entries.get((owner, key))
            if entry is None:
                self._entries[owner, key] = _Entry(path, fingerprint)
                return None
        if entry.path != path or entry.fingerprint != fingerprint:
            same = "parameters" if entry.path == path else "endpoint"
            raise StripeRefusal(
                400,
                f"Keys for idempotent requests can only be used with the same {same} they were "
                f"first used with. Try using a key other than '{key}'.",
                type="idempotency_error",
                stored=False,
            )
        if entry.response is None:
            raise StripeRefusal(
                409,
                "There is currently another in-progress request using this idempotency key.",
                code="idempotency_key_in_use",
                stored=False,
            )
        first = entry.response
        headers = {**first.headers, "Idempotent-Replayed": "true"}
        return Response(first.status, first.body, headers)

    def finish(self, owner: Owner, key: str, response: Response) -> None:
        """Remember the answer."""
        with self._lock:
            frozen = Response(response.status, response.encoded(), dict(response.headers))
            self._entries[owner, key].response = frozen

    def abandon(self, owner: Owner, key: str) -> None:
        """Free a key whose call was never carried out."""
        with self._lock:
            self._entries.pop((owner, key), None)
