"""Easypay's objects as its answers and notifications show them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.easypay_books import Refund, Single

__all__ = ["capture", "generic", "lisbon", "row", "single", "transaction"]


def euros(cents: int) -> float:
    return cents / 100


def lisbon(when: datetime) -> str:
    return when.astimezone(ZoneInfo("Europe/Lisbon")).strftime("%Y-%m-%d %H:%M:%S")


def method(one: Single, host: str) -> dict[str, Any]:
    """By reference in small letters, the others in capitals: their answers differ."""
    status = {"paid": "active", "failed": "failed", "deleted": "deleted"}.get(one.status, "pending")
    shown = {"type": one.method if one.method == "mb" else one.method.upper(), "status": status}
    if one.method == "mb":
        return {**shown, "entity": one.entity, "reference": one.reference}
    if one.method == "cc":
        return {**shown, "url": f"{host}/v3/public/card-details/{one.id}"}
    return {**shown, "alias": one.sent["customer"]["phone"]}


def single(one: Single, host: str, *, with_status: bool) -> dict[str, Any]:
    """`GET /single/{id}`; `payment_status` stands in some versions of it."""
    shown = {
        "id": one.id,
        "created_at": lisbon(one.created_at),
        "key": one.sent.get("key", ""),
        "value": euros(one.asked_cents),
        "currency": "EUR",
        "expiration_time": lisbon(one.expires_at) if one.expires_at else None,
        "customer": {"id": one.id, **one.sent.get("customer", {})},
        "method": method(one, host),
        "capture": {
            "id": one.capture_id,
            "status": one.capture_status,
            "descriptive": one.sent["capture"]["descriptive"],
            "transaction_key": one.sent["capture"].get("transaction_key", ""),
        },
        "paid_at": lisbon(one.paid_at) if one.paid_at else "",
    }
    if with_status:
        shown["payment_status"] = one.status
    return {**shown, **one.claimed}


def row(one: Single, host: str) -> dict[str, Any]:
    """One of `GET /single`."""
    names = ("id", "key", "method", "currency", "value", "created_at", "customer")
    shown = single(one, host, with_status=True)
    return {"type": "sale", **{name: shown[name] for name in names}, "payment_status": one.status}


def refund(one: Refund, *, with_key: bool = True) -> dict[str, Any]:
    shown = {"id": one.id, "status": one.status, "value": euros(one.cents)}
    return {**shown, "transaction_key": one.key} if with_key else shown


def capture(one: Single, *, with_keys: bool) -> dict[str, Any]:
    """`GET /capture/{id}`; its value is what was asked for."""
    return {
        "id": one.capture_id,
        "status": one.capture_status,
        "value": euros(one.asked_cents),
        "payment_id": one.id,
        "payment_type": "single",
        "descriptive": one.sent["capture"]["descriptive"],
        "transaction_key": one.sent["capture"].get("transaction_key", ""),
        "refunds": [refund(each, with_key=with_keys) for each in one.refunds],
    }


def transaction(one: Single) -> dict[str, Any]:
    """One of `GET /report/transactions`."""
    assert one.paid_at is not None
    return {
        "id": one.capture_id,
        "key": one.sent["capture"].get("transaction_key", ""),
        "date": one.paid_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "values": {"requested": euros(one.asked_cents), "paid": euros(one.paid_cents)},
        "method": one.method.upper(),
        "payment_type": "single",
        "payment_id": one.id,
    }


def generic(id: str, key: str, type: str, status: str) -> dict[str, Any]:
    """A generic notification."""
    return {
        "id": id,
        "key": key,
        "type": type,
        "status": status,
        "messages": [f"Your request was {status}"],
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
    }
