"""The POST itself, to an address a merchant typed; every outcome is a value, none an exception."""

import threading
from dataclasses import dataclass, field
from typing import Any

from app.extensions import in_transaction, settings

__all__ = ["Result", "post"]

KEEP_BODY = 16 * 1024  # bytes of a response that are stored


@dataclass(frozen=True)
class Result:
    """What came of a POST. `error` is a fixed code: details would turn the delivery log into a
    port scanner."""

    status: int | None
    error: str | None
    milliseconds: int
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: str | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


_clients: dict[Any, Any] = {}  # by allowed networks
_lock = threading.Lock()


def post(url: str, headers: dict[str, str], body: bytes) -> Result:
    """Send one webhook within 15 s in all. Raises RuntimeError inside a transaction."""
    if in_transaction():
        raise RuntimeError("no call goes out while a transaction or connection is held")
    from app.kit.http.guarded import SendError

    try:
        answer = _client().post(url, headers, body)
    except SendError as error:
        return Result(None, error.code, int(error.seconds * 1000))
    return Result(
        answer.status,
        None if 200 <= answer.status < 300 else "E_STATUS",
        int(answer.seconds * 1000),
        {name.lower(): value for name, value in answer.headers.items()},
        answer.body[:KEEP_BODY].decode("utf-8", "replace").replace("\x00", "\ufffd"),
    )


def _client() -> Any:
    """One client for each set of allowed networks, so that connections are kept alive."""
    from app.kit.http.addresses import AddressPolicy
    from app.kit.http.guarded import GuardedClient

    networks = settings().webhook_networks
    with _lock:
        if networks not in _clients:
            _clients[networks] = GuardedClient(AddressPolicy(allowed=networks))
        return _clients[networks]
