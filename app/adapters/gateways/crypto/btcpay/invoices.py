"""BTCPay's invoices: what is asked for, and how one stands in our words.

Statuses: New, Processing, Settled, Expired, Invalid, and beside them why: None, PaidPartial,
PaidLate, PaidOver, Marked, Invalid (Greenfield API, Invoices).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.adapters.gateways import base
from app.kit import clock
from app.kit.money import cut_to_minor

__all__ = ["Came", "came", "has_money", "of_invoice", "request_of"]


def request_of(request: base.PaymentRequest) -> dict[str, Any]:
    """CreateInvoiceRequest. How long its rate holds, how many confirmations it waits for and what
    it tolerates are the store's own settings."""
    metadata = {"orderId": request.payment_id, "itemDesc": request.item_name}
    if request.customer_email:
        metadata["buyerEmail"] = request.customer_email
    return {
        "amount": str(request.money.major),
        "currency": request.money.currency,
        "metadata": metadata,
        "checkout": {"redirectURL": request.return_url, "redirectAutomatically": True},
    }


@dataclass(frozen=True)
class Came:
    """The coins an invoice has received, by all its ways to pay."""

    is_confirmed: bool  # every one of them
    last_at: datetime | None


def came(methods: Sequence[Mapping[str, Any]]) -> Came:
    """What the payment methods of an invoice (InvoicePaymentMethodDataModel) say has come."""
    payments = [one for method in methods for one in method.get("payments") or []]
    counted = [one for one in payments if one.get("status") != "Invalid"]
    moments = [one["receivedDate"] for one in counted if isinstance(one.get("receivedDate"), int)]
    return Came(
        all(one.get("status") == "Settled" for one in counted),
        clock.from_unix(max(moments)) if moments else None,
    )


def of_invoice(found: Mapping[str, Any], money: Came | None, *, test_mode: bool) -> base.Snapshot:
    """InvoiceData; `money` is what came, where anything has."""
    currency = str(found.get("currency", "")).upper()
    asked = cut_to_minor(found.get("amount"), currency)
    status, paid = _status(found, asked, cut_to_minor(found.get("paidAmount"), currency), money)
    return base.Snapshot(
        status,
        paid_minor=paid if status == "succeeded" else 0,
        currency=currency or None,
        gateway_ref=str(found["id"]),
        gateway_payment_id=str(found["id"]),
        account=str(found["storeId"]) if found.get("storeId") else None,
        test_mode=test_mode,
        paid_at=money.last_at if money and status in {"processing", "succeeded"} else None,
        failure="the payment was not confirmed in time" if status == "failed" else None,
    )


def has_money(found: Mapping[str, Any]) -> bool:
    """Whether anything may have come, so that it is worth asking what."""
    if cut_to_minor(found.get("paidAmount"), str(found.get("currency", "")).upper()) > 0:
        return True
    return found.get("status") in {"Processing", "Settled"} or found.get("additionalStatus") in {
        "PaidPartial",
        "PaidLate",
        "PaidOver",
    }


def _status(found: Mapping[str, Any], asked: int, paid: int, money: Came | None) -> tuple[str, int]:
    status, why = found.get("status"), found.get("additionalStatus")
    if status == "Settled":
        return "succeeded", asked  # enough, by the store's tolerance, or by the merchant's word
    if status == "Processing" or (status == "New" and why == "PaidPartial"):
        return "processing", 0  # some of it has come: nobody may choose another way meanwhile
    if status == "Invalid" and why == "Marked" and money and paid:
        # We gave it up, and the coins were on their way already.
        return ("succeeded", min(paid, asked)) if money.is_confirmed else ("processing", 0)
    if status == "Invalid":
        return ("cancelled" if why == "Marked" else "failed"), 0
    if status == "Expired" and why in {"PaidPartial", "PaidLate"}:
        if money and not money.is_confirmed:
            return "processing", 0
        return "succeeded", min(paid, asked if why == "PaidLate" else asked - 1)
    return ("expired" if status == "Expired" else "pending"), 0
