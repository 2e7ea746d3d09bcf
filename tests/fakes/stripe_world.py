"""What the fake Stripe knows: accounts, objects and the events about them."""

from __future__ import annotations

import copy
import secrets
import string
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.stripe_errors import invalid, missing

API_VERSION = "2026-10-28.endive"
_LETTERS = string.ascii_letters + string.digits

EXPANDABLE = {
    "payment_intent": {"latest_charge", "customer", "payment_method"},
    "charge": {"payment_intent", "balance_transaction", "customer", "refunds"},
    "checkout.session": {"payment_intent", "customer", "line_items"},
    "refund": {"charge", "payment_intent", "balance_transaction"},
}


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh id with Stripe's prefix and length."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass
class Account:
    """One Stripe account; several keys may open it."""

    id: str
    capabilities: frozenset[str] = frozenset({"card", "cashapp", "link"})
    country: str = "US"
    default_currency: str = "usd"
    charges_enabled: bool = True
    connected_to: str | None = None
    is_platform: bool = True  # signed up for Connect


@dataclass(frozen=True)
class Owner:
    """Whose objects, and of which mode."""

    account: str
    livemode: bool


@dataclass
class Caller:
    """Who makes the current call."""

    owner: Owner
    account: Account
    request_id: str
    idempotency_key: str | None


@dataclass
class Row:
    """A stored object with what Stripe knows but does not show."""

    owner: Owner
    obj: dict[str, Any]
    hidden: dict[str, Any] = field(default_factory=dict)


class World:
    """The state, behind one lock. Every reader outside gets copies."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.base_url = ""
        self.accounts: dict[str, Account] = {}
        self.rows: dict[str, Row] = {}
        self.events: list[dict[str, Any]] = []
        self.event_owner: dict[str, Owner] = {}
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        self.call = threading.local()

    def now(self) -> int:
        """The current unix second."""
        return int(time.time())

    def add(self, owner: Owner, obj: dict[str, Any], **hidden: Any) -> Row:
        """Store a new object."""
        row = Row(owner, obj, hidden)
        self.rows[obj["id"]] = row
        return row

    def find(self, caller: Caller, kind: str, object_id: str) -> Row:
        """The caller's object of this kind, or Stripe's 404."""
        row = self.rows.get(object_id)
        if row is None or row.obj["object"] != kind or row.owner.account != caller.owner.account:
            raise missing(kind, object_id)
        if row.owner.livemode != caller.owner.livemode:
            raise missing(kind, object_id, "live" if row.owner.livemode else "test")
        return row

    def every(self, kind: str, owner: Owner | None = None) -> Iterator[Row]:
        """The stored rows of a kind, oldest first."""
        for row in list(self.rows.values()):
            if row.obj["object"] == kind and owner in (None, row.owner):
                yield row

    def emit(self, row: Row, event_type: str, previous: dict[str, Any] | None = None) -> None:
        """Record an event with a snapshot of the object as it is now."""
        data: dict[str, Any] = {"object": copy.deepcopy(row.obj)}
        if previous:
            data["previous_attributes"] = previous
        event_id = new_id("evt_")
        event: dict[str, Any] = {
            "id": event_id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": row.owner.livemode,
            "pending_webhooks": 0,
            "request": {
                "id": getattr(self.call, "request_id", None),
                "idempotency_key": getattr(self.call, "idempotency_key", None),
            },
            "type": event_type,
        }
        if self.accounts[row.owner.account].connected_to:
            event["account"] = row.owner.account
        self.event_owner[event_id] = row.owner
        self.events.append(event)
        for listener in self.listeners:
            listener(copy.deepcopy(event))

    def expanded(self, obj: dict[str, Any], paths: list[str]) -> dict[str, Any]:
        """A copy of the object with the asked references filled in."""
        result = copy.deepcopy(obj)
        for path in sorted(paths):
            self._expand(result, path.split("."), path)
        return result

    def _expand(self, obj: dict[str, Any], steps: list[str], path: str) -> None:
        name, rest = steps[0], steps[1:]
        if obj.get("object") == "list" and name == "data":
            for one in obj["data"]:
                self._expand(one, rest, path)
            return
        if name not in EXPANDABLE.get(obj.get("object", ""), ()):
            raise invalid(f"This property cannot be expanded ({name}).", "expand")
        value = self._hidden_list(obj, name) if name in ("refunds", "line_items") else obj[name]
        if isinstance(value, str) and value in self.rows:
            value = copy.deepcopy(self.rows[value].obj)
        obj[name] = value
        if rest and isinstance(value, dict):
            self._expand(value, rest, path)

    def _hidden_list(self, obj: dict[str, Any], name: str) -> dict[str, Any]:
        if name == "line_items":
            data = copy.deepcopy(self.rows[obj["id"]].hidden["line_items"])
        else:
            refunds = (row.obj for row in self.every("refund"))
            data = [copy.deepcopy(one) for one in refunds if one["charge"] == obj["id"]]
        return listing(data, f"/v1/{obj['object']}s/{obj['id']}/{name}")

    def page(self, rows: list[Row], params: dict[str, Any], url: str) -> dict[str, Any]:
        """A page of a list call, newest first, with Stripe's cursors."""
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise invalid("limit must be between 1 and 100", "limit", "parameter_invalid_integer")
        data = [row.obj for row in reversed(rows)]
        ids = [one["id"] for one in data]
        if "starting_after" in params:
            after = params["starting_after"]
            data = data[ids.index(after) + 1 :] if after in ids else []
        if "ending_before" in params:
            before = params["ending_before"]
            data = data[: ids.index(before)] if before in ids else []
        return listing(copy.deepcopy(data[:limit]), url, len(data) > limit)


def listing(data: list[dict[str, Any]], url: str, has_more: bool = False) -> dict[str, Any]:
    """Stripe's list envelope."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
