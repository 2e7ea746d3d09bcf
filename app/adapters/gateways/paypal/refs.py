"""What we keep of a PayPal order: its id, when it was asked for, and by which app.

PayPal forgets an order that nobody approved in time and then answers 404, as it does to the keys of
another account. With the app's mark beside the id the two can be told apart.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.adapters.gateways import base
from app.kit import clock

__all__ = ["Ref", "is_id", "read"]

LIFE = timedelta(hours=3)  # that an order waits for its approval, unless PayPal agreed to more
_ID = re.compile(r"[A-Z0-9]{1,36}", re.ASCII)
_REF = re.compile(r"([A-Z0-9]{1,36}):(\d{1,12}):([0-9a-f]{8})", re.ASCII)


@dataclass(frozen=True)
class Ref:
    """One PayPal order, as its payment remembers it."""

    order_id: str
    asked_at: datetime
    app: str

    @classmethod
    def of(cls, order_id: str, asked_at: datetime, client_id: str) -> "Ref":
        """The reference of an order that this app was given."""
        return cls(order_id, asked_at, _mark(client_id))

    def __str__(self) -> str:
        return f"{self.order_id}:{int(self.asked_at.timestamp())}:{self.app}"

    def is_forgotten_by(self, client_id: str) -> bool:
        """Whether a 404 means that PayPal has forgotten it, rather than that these are the keys
        of somebody else or it is too young to be forgotten."""
        return self.app == _mark(client_id) and clock.now() - self.asked_at > LIFE


def read(gateway_ref: str) -> Ref:
    """The order that a stored reference means. Raises Missing for what is none of ours."""
    found = _REF.fullmatch(gateway_ref)
    if found is None:
        raise base.Missing("not a reference to a PayPal order")
    return Ref(found[1], clock.from_unix(int(found[2])), found[3])


def is_id(text: str) -> bool:
    """Whether it looks like an id of PayPal's, and so may stand in a path."""
    return _ID.fullmatch(text) is not None


def _mark(client_id: str) -> str:
    return hashlib.sha256(client_id.encode()).hexdigest()[:8]
