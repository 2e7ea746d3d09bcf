"""Square's events: subscribed to, and signed with the subscription's key over its address."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
import secrets
from typing import Any

from tests.fakes.square_checks import check_shown, check_subscription
from tests.fakes.square_errors import SquareRefusal, missing
from tests.fakes.square_shapes import Object, new_id, now

KNOWN = {
    f"{kind}.{what}"
    for kind in ("payment", "refund", "order", "customer")
    for what in ("created", "updated")
} | {"dispute.created", "dispute.state.updated", "order.fulfillment.updated"}


def sign(event: Object | bytes, url: str, key: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery to an address."""
    body = event if isinstance(event, bytes) else json.dumps(event, separators=(",", ":")).encode()
    mac = hmac.digest(key.encode(), url.encode() + body, hashlib.sha256)
    return body, {
        "Content-Type": "application/json",
        "User-Agent": "Square Connect v2",
        "square-environment": "Sandbox",
        "x-square-hmacsha256-signature": base64.b64encode(mac).decode(),
    }


class Subscriptions:
    """The webhook subscriptions of the application, oldest first."""

    def __init__(self) -> None:
        self.rows: dict[str, Object] = {}

    def make(self, sent: Object) -> Object:
        """A new subscription with a key of its own."""
        if not sent.get("name") or not sent.get("event_types") or not sent.get("notification_url"):
            text = "Missing required parameter."
            raise SquareRefusal(400, "MISSING_REQUIRED_PARAMETER", text, "subscription")
        check_subscription(sent, KNOWN)
        row = {
            "enabled": True,
            **copy.deepcopy(sent),
            "id": f"wbhk_{secrets.token_hex(16)}",
            "signature_key": new_id(22),
            "created_at": now(),
            "updated_at": now(),
        }
        self.rows[row["id"]] = row
        return self._shown(row)

    def change(self, subscription_id: str, sent: Object) -> Object:
        """Fields that are sent replace those that are there."""
        check_subscription(sent, KNOWN)
        row = self._find(subscription_id)
        row.update(copy.deepcopy(sent), updated_at=now())
        return {name: one for name, one in self._shown(row).items() if name != "signature_key"}

    def get(self, subscription_id: str) -> Object:
        """One, with its key."""
        return self._shown(self._find(subscription_id))

    def delete(self, subscription_id: str) -> Object:
        """Take one away."""
        self._find(subscription_id)
        del self.rows[subscription_id]
        return {}

    def page(self, query: dict[str, str]) -> Object:
        """A page of the list: enabled ones only, unless the others are asked for; no keys."""
        limit = int(query.get("limit", "100"))
        if not 1 <= limit <= 100:
            raise SquareRefusal(400, "VALUE_TOO_HIGH", "limit is at most 100", "limit")
        every = query.get("include_disabled") == "true"
        rows = [one for one in self.rows.values() if every or one["enabled"]]
        start = int(query.get("cursor") or 0)
        shown = [self._shown(one) for one in rows[start : start + limit]]
        found: Object = {} if not shown else {"subscriptions": [_keyless(one) for one in shown]}
        if start + limit < len(rows):
            found["cursor"] = str(start + limit)
        return found

    def _find(self, subscription_id: str) -> Any:
        if subscription_id not in self.rows:
            raise missing("WebhookSubscription", subscription_id)
        return self.rows[subscription_id]

    def _shown(self, row: Object) -> Object:
        check_shown("WebhookSubscription", row)
        return copy.deepcopy(row)


def _keyless(row: Object) -> Object:
    return {name: one for name, one in row.items() if name != "signature_key"}
