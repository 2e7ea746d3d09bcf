"""Giving back through BTCPay: a pull payment, which the customer claims with an address of theirs.

The server knows no idempotency keys, so our refund's id stands in its name, by which it is found.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from app.adapters.gateways import base
from app.adapters.gateways.crypto.btcpay.server import Store, web_address, whole

__all__ = ["find", "make", "retrieve"]

PULL_PAYMENTS = "/api/v1/pull-payments"


def make(store: Store, invoice_id: str, request: base.RefundRequest) -> base.RefundResult:
    """Refund a part of an invoice in its own currency, at the rate of the day it is claimed.
    Raises Impossible when it was not paid, Missing."""
    sent = {
        "name": _name(request),
        "description": request.reason or "Refund",
        "refundVariant": "Custom",
        "customAmount": str(request.money.major),
        "customCurrency": request.money.currency,
    }
    path = f"/invoices/{quote(invoice_id, safe='')}/refund"
    return _pending(store.make(path, sent, "id", "viewLink"))


def find(store: Store, request: base.RefundRequest) -> base.RefundResult | None:
    """The pull payment that this request made, None when it made none."""
    listed = store.look("/pull-payments", {"includeArchived": "true"}).items
    for one in listed:
        if one.get("name") == _name(request):
            return retrieve(store, whole(one, "id")["id"])
    return None


def retrieve(store: Store, pull_payment_id: str) -> base.RefundResult:
    """How it stands: succeeded once all of it was paid out, failed when somebody archived it
    before that. Raises Missing."""
    path = f"{PULL_PAYMENTS}/{quote(pull_payment_id, safe='')}"
    found = whole(store.ask(path).data, "id", "viewLink")
    payouts = store.ask(f"{path}/payouts").items
    done = [one for one in payouts if one.get("state") == "Completed"]
    paid = sum((_amount(one.get("originalAmount", one.get("amount"))) for one in done), Decimal(0))
    asked = _amount(found.get("amount"))
    if asked and paid >= asked:
        return base.RefundResult(found["id"], "succeeded")
    if found.get("archived") and not paid:
        reason = "the pull payment was archived before the customer claimed it"
        return base.RefundResult(found["id"], "failed", reason)
    return _pending(found)


def _pending(found: Mapping[str, Any]) -> base.RefundResult:
    link = web_address(str(found["viewLink"]))
    return base.RefundResult(str(found["id"]), "pending", claim_url=link)


def _name(request: base.RefundRequest) -> str:
    return f"Refund {request.refund_id}"


def _amount(value: object) -> Decimal:
    try:
        number = Decimal(str(value or "0"))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)
