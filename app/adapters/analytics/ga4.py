"""Google Analytics 4 by its Measurement Protocol
(https://developers.google.com/analytics/devguides/collection/protocol/ga4)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from app.adapters.analytics.base import Happening
from app.adapters.analytics.ga4_events import sample, written
from app.adapters.gateways import base
from app.adapters.gateways.wire import Reply, Wire

__all__ = ["Ga4"]

COMPANY = "Google Analytics"
HOST = "https://www.google-analytics.com"
UNPROVED = "Google does not say whether the API secret is right: look for the next purchase there."


class Ga4:
    """One data stream of one property."""

    def __init__(self, credentials: base.Credentials) -> None:
        self._id = credentials["measurementId"].strip()
        # The secret travels in the address, so nothing here may quote one.
        self._query = urlencode(
            {"measurement_id": self._id, "api_secret": credentials["apiSecret"]}
        )
        self._wire = Wire(COMPANY, credentials.base_url or HOST, _refused)

    def tell(self, happening: Happening, now: datetime) -> None:
        """Tell of a purchase or a refund. They answer 204 to anything, so only silence and their
        own failures raise: Unavailable, Busy, Impossible."""
        self._wire.post(f"/mp/collect?{self._query}", written(happening, now))

    def verify(self) -> base.Verification:
        """Test connection: have a purchase validated, which counts nothing. Raises Misconfigured
        with what they find wrong. Whether the secret is right they do not say to anybody."""
        answer = self._wire.post(f"/debug/mp/collect?{self._query}", sample()).data
        found = answer.get("validationMessages")
        if not isinstance(found, list):
            raise base.Unavailable(f"{COMPANY} answered without a verdict")
        if found:
            raise base.Misconfigured(_words(found))
        return base.Verification(self._id, None, (UNPROVED,))


def _words(messages: list[Any]) -> str:
    said = [one.get("description") for one in messages if isinstance(one, dict)]
    return " ".join(str(one) for one in said if one)[:300] or f"{COMPANY} found something wrong"


def _refused(reply: Reply) -> base.GatewayError:
    return base.Impossible(f"{COMPANY} answered {reply.status}")
