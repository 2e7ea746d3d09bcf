"""Calls to the fake Stripe through the SDK, with usual parameters."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import stripe

from tests.fakes.stripe import StripeFake
from tests.fakes.stripe_world import API_VERSION

KEY = "sk_test_A"
HOME = "https://shop.example/back"


def client(fake: StripeFake, key: str = KEY, retries: int = 0) -> Any:
    """The SDK, pointed at the fake."""
    # Its telemetry would write files below the user's home.
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key,
        base_addresses={"api": fake.url},
        http_client=stripe.RequestsClient(timeout=10),
        stripe_version=API_VERSION,
        max_network_retries=retries,
    ).v1


def cash_app(amount: int = 1000, **more: Any) -> dict[str, Any]:
    """Parameters of a Cash App payment."""
    fixed = {"amount": amount, "currency": "usd", "allowed_payment_method_types": ["cashapp"]}
    return {**fixed, **more}


def confirmed(**more: Any) -> dict[str, Any]:
    """Parameters of a Cash App payment that waits for the customer."""
    extra = {
        "confirm": True,
        "payment_method_data": {"type": "cashapp"},
        "return_url": f"{HOME}?order=1",
    }
    return cash_app(**{**extra, **more})


def checkout(**more: Any) -> dict[str, Any]:
    """Parameters of a hosted checkout over 12.00."""
    price = {"currency": "usd", "unit_amount": 600, "product_data": {"name": "Tea"}}
    return {
        "mode": "payment",
        "success_url": f"{HOME}?cs={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{HOME}?cancelled=1",
        "line_items": [{"quantity": 2, "price_data": price}],
        "payment_intent_data": {"metadata": {"order": "o1"}, "description": "Tea"},
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": "o1",
        **more,
    }


def fetch(url: str, method: str = "GET", body: str = "") -> tuple[int, dict[str, str], bytes]:
    """One plain HTTP call."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    target = f"{parts.path}?{parts.query}"
    connection.request(method, target, body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    result = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return result


def types(fake: StripeFake) -> list[str]:
    """The types of all events, in order."""
    return [event["type"] for event in fake.events]


def told(caught: Any) -> Any:
    """The error object in a caught SDK error."""
    return caught.value.error
