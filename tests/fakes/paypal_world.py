"""What the fake PayPal knows: apps, orders, captures, refunds, webhooks and events."""

from __future__ import annotations

import copy
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RIGHTS = ("payments/payment", "payments/refund", "applications/webhooks")

Object = dict[str, Any]


def new_id(length: int = 17) -> str:
    """A fresh id as PayPal's look."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass
class App:
    """A REST app of a merchant's account, in one mode."""

    client_id: str
    secret: str
    merchant_id: str = "MERCHANT2222A"
    app_id: str = "APP-80W284485P519543T"
    lacks: frozenset[str] = frozenset()

    @property
    def scope(self) -> str:
        """The permissions a token says it has."""
        mine = [one for one in _RIGHTS if one not in self.lacks]
        return " ".join(f"https://uri.paypal.com/services/{one}" for one in mine)


@dataclass
class Row:
    """A stored thing with what PayPal knows but does not show."""

    merchant_id: str
    obj: Object
    hidden: Object = field(default_factory=dict)


class World:
    """The state, behind one lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.base_url = ""
        self.apps: dict[str, App] = {}
        self.orders: dict[str, Row] = {}
        self.captures: dict[str, Row] = {}
        self.refunds: dict[str, Row] = {}
        self.webhooks: dict[str, Row] = {}
        self.events: list[Object] = []

    def link(self, path: str, rel: str, method: str = "GET") -> Object:
        """A HATEOAS link."""
        return {"href": f"{self.base_url}{path}", "rel": rel, "method": method}

    def emit(self, type_: str, kind: str, resource: Object) -> None:
        """Record an event with the resource as it is now."""
        self.events.append(
            {
                "id": f"WH-{new_id()}-{new_id()}",
                "event_version": "1.0",
                "create_time": stamp(),
                "resource_type": kind,
                "resource_version": "2.0",
                "event_type": type_,
                "summary": f"{type_.lower()} – as the fake tells it",
                "resource": copy.deepcopy(resource),
                "links": [],
            }
        )


def now() -> float:
    """The moment in Unix seconds."""
    return time.time()


def stamp() -> str:
    """The moment as PayPal writes it."""
    return datetime.fromtimestamp(now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
