"""A happening as Google Analytics 4 takes it: no address, no name, nothing the customer typed."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from app.adapters.analytics.base import Happening
from app.kit.money import Money

__all__ = ["sample", "written"]

OLDEST = timedelta(hours=72)  # what happened longer ago they count as happening now
LONGEST = 100  # characters of one value
_COOKIE = re.compile(r"(?:GA\d\.\d\.)?(\d{1,20}\.\d{1,20})", re.ASCII)  # _ga, whole or its end
_SESSION = re.compile(r"\d{1,20}", re.ASCII)
_ADDRESS = re.compile(r"\S+@\S+")


def written(what: Happening, now: datetime) -> dict[str, Any]:
    """The body of a call; the same for the same happening, however often it is sent."""
    params: dict[str, Any] = {
        "transaction_id": what.order_id,
        "currency": what.money.currency,
        "value": what.money.number,
        "engagement_time_msec": 1,  # without it nothing shows in their realtime reports
    }
    if what.kind == "purchase" or not what.is_whole:
        item = {"item_name": _name(what.item_name), "price": what.money.number, "quantity": 1}
        params["items"] = [item]
    if _SESSION.fullmatch(session := what.hints.get("gaSessionId", "")):
        params["session_id"] = session
    body: dict[str, Any] = {
        "client_id": _client(what),
        "non_personalized_ads": True,
        "events": [{"name": what.kind, "params": params}],
    }
    if now - what.at < OLDEST:
        body["timestamp_micros"] = int(what.at.timestamp() * 1_000_000)
    return body


def sample() -> dict[str, Any]:
    """A purchase for their validation, of nobody."""
    now = datetime.now(UTC)
    what = Happening("purchase", "test", Money(100, "EUR"), True, "Connection test", now, now)
    return written(what, now)


def _client(what: Happening) -> str:
    """The visitor as the provider's pages know them; else one of this order alone, who is tied to
    nothing the visitor did before."""
    if found := _COOKIE.fullmatch(what.hints.get("gaClientId", "")):
        return found[1]
    number = int.from_bytes(hashlib.sha256(what.order_id.encode()).digest()[:8]) % 10**10
    return f"{number:010d}.{int(what.ordered_at.timestamp())}"


def _name(text: str) -> str:
    """What was bought, without the mail addresses that some write into it."""
    return _ADDRESS.sub("…", " ".join(text.split()))[:LONGEST]
