"""NOWPayments' API: its hosts, its key, its refusals."""

from collections.abc import Mapping
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.wire import Reply, Wire

__all__ = ["Client", "Refused"]

COMPANY = "NOWPayments"
HOSTS = {
    "production": "https://api.nowpayments.io",
    "sandbox": "https://api-sandbox.nowpayments.io",
}
_KEY = {"INVALID_API_KEY", "AUTH_REQUIRED"}


class Refused(base.Impossible):
    """They understood a call and refused it; `code` is their word for why."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


class Client:
    """One account, by its API key."""

    def __init__(self, credentials: base.Credentials) -> None:
        host = HOSTS[credentials.get("environment", "production")]
        headers = {"x-api-key": credentials["apiKey"]}
        self._wire = Wire(COMPANY, credentials.base_url or host, _refused, headers)

    def look(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Ask something that changes nothing. Raises Missing; what they do not want to tell says
        nothing of a payment, so it is Unavailable."""
        try:
            return self._wire.get(path, query).data
        except Refused as error:
            raise base.Unavailable(error.reason) from error

    def make(self, path: str, sent: Mapping[str, Any], *needed: str) -> dict[str, Any]:
        """Make something; it knows no idempotency keys, so it is sent once. Raises Refused, and
        Unavailable for an answer without the fields that are needed."""
        made = self._wire.post(path, dict(sent)).data
        if absent := [name for name in needed if made.get(name) in (None, "")]:
            raise base.Unavailable(f"{COMPANY} answered without {', '.join(absent)}")
        return made


def _refused(reply: Reply) -> base.GatewayError:
    """Errors look like {"statusCode": 403, "code": "INVALID_API_KEY", "message": "…"}."""
    data = reply.data
    said = data.get("message") or data.get("msg") or data.get("error")
    reason = str(said or f"{COMPANY} answered {reply.status}")[:300]
    code = str(data.get("code", ""))
    if code in _KEY:
        return base.Misconfigured(reason)
    if reply.status == 404 or code.endswith("NOT_FOUND"):
        return base.Missing(reason)
    return Refused(reason, code)
