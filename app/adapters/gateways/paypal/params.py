"""What we send to PayPal. Built from stored values alone: a repeated key has to carry the same."""

from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.paypal.amounts import to_paypal

__all__ = ["capture_key", "create_key", "order", "refund"]

DESCRIPTION = 127  # bytes: PayPal counts letters as if they were ASCII
# Which part of PayPal's page comes first. What else it offers there is PayPal's decision.
_LANDING = {"card": "GUEST_CHECKOUT"}
_LOCALES = {"en": "en-US", "pt": "pt-PT"}  # the languages of our own pages


def create_key(request: base.PaymentRequest) -> str:
    """The PayPal-Request-Id of an order."""
    return f"create-{request.idempotency_key}"


def capture_key(request: base.PaymentRequest) -> str:
    """The PayPal-Request-Id of a capture: the same whoever calls, so that it is taken once."""
    return f"capture-{request.idempotency_key}"


def order(request: base.PaymentRequest) -> dict[str, Any]:
    """An order for PayPal's own page. Raises ValueError for an amount PayPal cannot take."""
    unit: dict[str, Any] = {
        "amount": to_paypal(request.money),
        "custom_id": request.payment_id,
        "invoice_id": request.payment_id,  # PayPal captures no two orders with the same one
    }
    if described := _fit(request.item_name):
        unit["description"] = described
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": _page(request)}},
    }


def refund(request: base.RefundRequest) -> dict[str, Any]:
    """A refund of an exact amount. Raises ValueError as `order`.

    The reason stays here: PayPal would show it to the customer.
    """
    return {"amount": to_paypal(request.money), "custom_id": request.refund_id}


def _page(request: base.PaymentRequest) -> dict[str, str]:
    page = {
        "return_url": request.return_url,
        "cancel_url": request.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        "landing_page": _LANDING.get(request.method or "", "LOGIN"),
    }
    # PayPal looks at the browser where it is none of ours.
    if locale := _LOCALES.get((request.locale or "").replace("_", "-").split("-")[0].lower()):
        page["locale"] = locale
    return page


def _fit(text: str) -> str:
    """One line that is short enough for PayPal, never cut within a letter."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line.encode("utf-8", "ignore")[:DESCRIPTION].decode("utf-8", "ignore").strip()
