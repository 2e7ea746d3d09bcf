"""Test connection: what an account says of itself, and what would be in the way."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.easypay.endpoints import EXAMPLES, GENERIC, config
from app.adapters.gateways.easypay.params import METHODS
from app.adapters.gateways.wire import Wire

__all__ = ["verify"]

_TITLES = {"mb": "Multibanco", "mbw": "MB WAY", "cc": "card"}
_DOUBLES = ("authorisation", "transaction")  # told of the same as the generic address


def verify(wire: Wire, account_id: str, test_mode: bool) -> base.Verification:
    """One look at the account's settings. Raises Misconfigured, Busy, Unavailable."""
    found = config(wire)
    account = str(found.get("account") or account_id)
    return base.Verification(account, test_mode, tuple(_remarks(found)))


def _remarks(found: Mapping[str, Any]) -> Iterator[str]:
    allowed = found.get("payment_methods")
    if isinstance(allowed, list):
        names = {str(one).lower() for one in allowed}
        for word in METHODS.values():
            if word not in names:
                yield f"{_TITLES[word]} is not active for this account"
    told = str(found.get(GENERIC) or "")
    if not told or told.startswith(EXAMPLES):
        yield "No address for notifications is set there"
    else:
        yield (
            f"Notifications go to {told}. An account has one address: if this is not the one shown"
            " here, registering ours takes its place"
        )
    for name in _DOUBLES:
        other = str(found.get(name) or "")
        if other and not other.startswith(EXAMPLES):
            yield f"The {name} address is set as well ({other}); it gets a second copy of the news"
