"""Square's objects as they are when they are made."""

from __future__ import annotations

import copy
import secrets
import string
from datetime import UTC, datetime
from typing import Any

Object = dict[str, Any]
_LETTERS = string.ascii_uppercase + string.digits


def new_id(length: int = 22) -> str:
    """A fresh id as Square writes them."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def now() -> str:
    """The moment, in RFC 3339."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def location(location_id: str, merchant_id: str, **traits: Any) -> Object:
    """A location that takes cards in US dollars, unless `traits` say otherwise."""
    return {
        "id": location_id,
        "name": "Main",
        "status": "ACTIVE",
        "currency": "USD",
        "country": "US",
        "merchant_id": merchant_id,
        "capabilities": ["CREDIT_CARD_PROCESSING", "AUTOMATIC_TRANSFERS"],
        **traits,
    }


def link(body: Object, order: Object, merchant_id: str) -> Object:
    """A payment link for an order."""
    link_id = new_id(16)
    kept = ("description", "checkout_options", "pre_populated_data", "payment_note")
    return {
        "id": link_id,
        "version": 1,
        "order_id": order["id"],
        "created_at": now(),
        "url": f"https://sandbox.square.link/u/{link_id[:8]}",
        "long_url": f"https://checkout.square.site/merchant/{merchant_id}/{link_id}",
        **{name: copy.deepcopy(body[name]) for name in kept if body.get(name)},
    }


def order(body: Object, currency: str) -> Object:
    """The order of a link, of what was sent with it."""
    sent = copy.deepcopy(body.get("order")) or _quick(body["quick_pay"])
    total = sum(
        int(one["quantity"]) * one["base_price_money"]["amount"] for one in sent["line_items"]
    )
    money = {"amount": total, "currency": currency}
    fixed = {"id": new_id(27), "state": "DRAFT", "version": 1, "created_at": now()}
    return {**sent, **fixed, "total_money": money, "net_amount_due_money": dict(money)}


def _quick(item: Object) -> Object:
    line = {"name": item["name"], "quantity": "1", "base_price_money": item["price_money"]}
    return {"location_id": item["location_id"], "line_items": [line]}


def payment(of: Object, through: Object, money: Object, status: str, source: str) -> Object:
    """A payment of an order, made on the page of a link."""
    made: Object = {
        "id": new_id(),
        "created_at": now(),
        "updated_at": now(),
        "amount_money": dict(money),
        "total_money": dict(money),
        "status": status,
        "source_type": source,
        "location_id": of["location_id"],
        "order_id": of["id"],
        "version_token": new_id(32),
    }
    if "payment_note" in through:
        made["note"] = through["payment_note"]
    if status == "FAILED":
        error = {"category": "PAYMENT_METHOD_ERROR", "code": "CARD_DECLINED"}
        made["card_details"] = {"errors": [{**error, "detail": "Authorization error: declined"}]}
    return made


def tender(of: Object) -> Object:
    """What the order shows of a payment; it has the payment's id."""
    kinds = {"CARD": "CARD", "WALLET": "WALLET"}
    return {
        "id": of["id"],
        "payment_id": of["id"],
        "type": kinds.get(of["source_type"], "OTHER"),
        "amount_money": dict(of["total_money"]),
    }


def refund(body: Object, of: Object) -> Object:
    """A refund that waits for its approval; its order is one of the return, not of the sale."""
    made = {
        "id": f"{of['id']}_{new_id(30)}",
        "status": "PENDING",
        "location_id": of["location_id"],
        "amount_money": dict(body["amount_money"]),
        "payment_id": of["id"],
        "order_id": new_id(),
        "created_at": now(),
        "updated_at": now(),
    }
    return {**made, "reason": body["reason"]} if body.get("reason") else made
