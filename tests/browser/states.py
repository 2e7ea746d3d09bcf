"""Every state of the customer's pages, as the values their templates get; for screenshots and
for tests that look at what is hard to reach by paying."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from app.adapters.gateways import actions
from app.kit.errors import Conflict, Refused
from app.models import Order, Payment, Provider
from app.registry import gateway
from app.services.branding import Brand
from app.services.checkout import Page

__all__ = ["TOKEN", "states"]

TOKEN = "0" * 32
BITCOIN = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"


def states() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and template context of each state of checkout/page.html."""
    yield "choose", _shown("pending", "stripe")
    yield "choose_one", _shown("pending", "sandbox")
    yield "choose_phone", _shown("pending", "easypay", currency="EUR", method="mbway")
    yield "choose_none", _shown("pending", "easypay")
    yield "long", _long()
    yield "error_method", _shown("pending", "stripe", error=_wrong("method", "invalid_method"))
    yield "error_phone", _wrong_phone()
    yield "error_under_way", _shown("pending", "stripe", error=Conflict("…", "payment_under_way"))
    for name, action in _actions():
        gate = "easypay" if name in {"reference", "wait", "ask"} else "stripe"
        currency = "EUR" if gate == "easypay" else "USD"
        yield name, _shown("pending", gate, currency=currency, action=action, method="mbway")
    yield "again", _ran_out()
    yield "failed_then_qr", _shown("failed", "stripe", action=dict(_actions())["qr"])
    yield "unclear", _shown("pending", "sandbox", payment_status="unknown")
    yield "processing", _shown("processing", "stripe", payment_status="processing")
    yield "failed", _shown("failed", "stripe", failure="Your card was declined.")
    yield "failed_choose", _shown("failed", "stripe", is_choosing=True)
    for status in ("paid", "cancelled", "expired", "refunded", "partially_refunded"):
        yield status, _shown(status, "stripe", payment_status="succeeded")
    yield "late", _late()
    yield "paid_stay", _shown("paid", "stripe", payment_status="succeeded", success_url=None)


def _actions() -> Iterator[tuple[str, actions.Action]]:
    soon = datetime.now(UTC) + timedelta(minutes=4, seconds=12)
    page = "https://pay.example.com/p/1"
    yield "redirect", actions.Redirect(page)
    yield "qr", actions.ShowQr(page, page, "https://pay.example.com/qr.png", expires_at=soon)
    coin = "bitcoin:" + BITCOIN
    yield (
        "qr_coin",
        actions.ShowQr(page, content=coin, address=BITCOIN, amount="0.00153", expires_at=soon),
    )
    yield (
        "qr_token",
        actions.ShowQr(
            page,
            mobile_url="ethereum:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48@1/transfer",
            content=coin,
            address="0xd1cDE08A07cD25adEbEd35c3867a59228C09B606",
            amount="100.000017",
            coin="USDC",
            network="Ethereum (ERC-20)",
            expires_at=soon,
        ),
    )
    yield (
        "reference",
        actions.ShowReference("21800", "123456789", "49.90", soon + timedelta(days=3)),
    )
    yield "wait", actions.Wait("", soon)
    yield "ask", actions.AskCustomer(("phone",))


def _ran_out() -> dict[str, Any]:
    """A request in an app whose time is over."""
    over = actions.Wait(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    shown = _shown("pending", "easypay", currency="EUR", method="mbway")
    shown["page"].payment.action = actions.to_dict(over)
    return shown


def _late() -> dict[str, Any]:
    shown = _shown("expired", "stripe", payment_status="succeeded")
    shown["order"].settled_by = "pay_1"
    return shown


def _wrong(field: str, code: str) -> Refused:
    return Refused("Check the number: nine digits, or with its country code", code, field=field)


def _wrong_phone() -> dict[str, Any]:
    error = _wrong("phone", "invalid_phone")
    return _shown("pending", "easypay", currency="EUR", method="mbway", error=error)


def _long() -> dict[str, Any]:
    shown = _shown("pending", "stripe")
    order, provider = shown["order"], shown["page"].provider
    order.item_name = "A season ticket with a very long name that goes on and on " * 3
    order.item_description = "Everything the holder may do with it, told at length.\n" * 12
    order.amount_minor, order.currency = 9_999_999_999, "JPY"
    provider.name = "The Extraordinarily Well Named Shop of Rua Augusta and Sons"
    return shown


def _shown(
    status: str,
    gate: str,
    *,
    currency: str = "USD",
    action: actions.Action | None = None,
    method: str | None = None,
    payment_status: str = "pending",
    failure: str | None = None,
    is_choosing: bool | None = None,
    error: Exception | None = None,
    success_url: str | None = "https://shop.example.com/thanks?order=1",
) -> dict[str, Any]:
    now = datetime.now(UTC)
    order = Order(
        id="ord_01M7YVVBQ9FTWRKXQPQ121QMMH",
        item_name="Premium Credits",
        item_description="1,000 credits for your account. They do not run out.",
        amount_minor=4990 if currency == "EUR" else 10000,
        currency=currency,
        gateway=gate,
        test_mode=True,
        status=status,
        expires_at=now + timedelta(hours=20),
        created_at=now,
        paid_at=now if status in {"paid", "refunded", "partially_refunded"} else None,
    )
    provider = Provider(id="prv_1", name="Bitloader", slug="bitloader")
    payment = Payment(
        id="pay_1",
        gateway=gate,
        method=method or gateway(gate).methods[0].name,
        status=payment_status,
        is_live=True,
        answers={"phone": "+351912345678"} if method == "mbway" else {},
        action=actions.to_dict(action) if action else None,
    )
    methods = gateway(gate).methods_for(currency)
    choosing = status == "pending" if is_choosing is None else is_choosing
    return {
        "page": Page(order, provider, Brand("Acme", None, None), payment, methods, failure, action),
        "order": order,
        "token": TOKEN,
        "csrf_token": "c" * 40,
        "is_choosing": choosing,
        "return_after": 5,
        "success_url": success_url,
        "continue_url": getattr(action, "url", None),
        "cancel_url": "https://shop.example.com/basket",
        "language": {},
        "error": error,
    }
