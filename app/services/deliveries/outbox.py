"""The POST itself, to an address a merchant typed; every outcome is a value, none an exception."""

import threading
from dataclasses import dataclass, field
from typing import Any

from app.extensions import in_transaction, settings
from app.kit.logs import redact

__all__ = ["Result", "post"]

KEEP_BODY = 16 * 1024  # characters of a response that are stored


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


_clients: dict[Any, Any] = {}  # by what they may call
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
        {name: redact(value) for name, value in answer.headers.items()},
        _text(answer.body),
    )


def _text(body: bytes) -> str:
    """What is kept of a body; a receiver that shows its own settings shows our secret, too."""
    text = redact(body.decode("utf-8", "replace"))
    return text[:KEEP_BODY].replace("\x00", "\ufffd")


def _client() -> Any:
    """One client for all calls of an installation, so that connections are kept alive."""
    from app.kit.http.addresses import AddressPolicy
    from app.kit.http.guarded import GuardedClient

    networks = settings().webhook_networks
    # Where the operator let networks in, http may be spoken inside of them; see the saving form.
    https_only = settings().is_production and not networks
    with _lock:
        if (networks, https_only) not in _clients:
            policy = AddressPolicy(allowed=networks)
            _clients[networks, https_only] = GuardedClient(policy, https_only=https_only)
        return _clients[networks, https_only]
