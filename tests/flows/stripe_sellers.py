"""A shop whose money is held for a seller at Stripe."""

from __future__ import annotations

from typing import Any

from tests import world
from tests.escrow import ask, escrow, make_seller
from tests.flows.conftest import StripeShop

__all__ = ["held", "intent_of", "ready_seller", "release", "there"]


def ready_seller(shop: StripeShop) -> str:
    """A seller who has said who they are; our id."""
    seller = make_seller(shop)
    shop.stripe.onboard(there(shop))
    assert shop.get(f"/api/sellers/{seller}?sync=1").json["status"] == "ready"
    return seller


def there(shop: StripeShop) -> str:
    """The newest seller's account at Stripe."""
    return shop.stripe.sellers()[-1]["id"]


def held(shop: StripeShop, amount: Any = 100, **terms: Any) -> dict[str, Any]:
    """A paid order whose money is held, with a fee of ten percent."""
    terms = {"sellerId": ready_seller(shop), "feePercent": "10", **terms}
    order = shop.order(amount, escrow=terms)
    shop.choose(order, "cashapp")
    shop.stripe.approve(shop.intent_of(order))
    shop.tell(shop.stripe.last_event("payment_intent.succeeded"))
    world.run_tasks(shop.app)
    assert escrow(shop, order)["status"] == "held"
    return order


def release(shop: StripeShop, order: dict[str, Any], amount: Any = None) -> dict[str, Any]:
    answer = ask(shop, order, "release", {"amount": amount} if amount else None)
    assert answer.status_code == 200, answer.text
    return answer.json


def intent_of(shop: StripeShop, order: dict[str, Any]) -> str:
    return shop.intent_of(order)
