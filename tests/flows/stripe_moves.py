"""Each kind of move, through the house to Stripe's fake."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.extensions import reading
from app.kit.money import Money
from app.models import Payout
from app.services import payouts
from tests import world
from tests.escrow import escrow
from tests.flows.conftest import StripeShop
from tests.flows.stripe_sellers import held, release

__all__ = ["KINDS", "MADE", "Kind", "lose"]


@dataclass(frozen=True)
class Kind:
    """A move: how it comes to be asked for, where, and what became of it."""

    name: str
    asked_at: str
    looked_at: str
    status: Callable[[], str]
    there: Callable[[], list[Any]]  # at Stripe
    begin: Callable[[], None]


def _transfer(shop: StripeShop) -> Kind:
    order = held(shop)
    return Kind(
        "transfer",
        "POST /v1/transfers$",
        "GET /v1/transfers$",
        lambda: escrow(shop, order)["releases"][0]["status"],
        shop.stripe.transfers,
        lambda: release(shop, order),
    )


def _reversal(shop: StripeShop) -> Kind:
    order = held(shop)
    release(shop, order)

    def begin() -> None:
        shop.refund(order, 50)
        world.run_tasks(shop.app)

    return Kind(
        "reversal",
        "POST /v1/transfers/*/reversals$",
        "GET /v1/transfers/*/reversals$",
        lambda: escrow(shop, order)["reversals"][0]["status"],
        shop.stripe.reversals,
        begin,
    )


def _refund(shop: StripeShop) -> Kind:
    order = held(shop)
    return Kind(
        "refund",
        "POST /v1/refunds$",
        "GET /v1/refunds$",
        lambda: shop.see(order)["refunds"][0]["status"],
        shop.stripe.refunds,
        lambda: shop.refund(order, 50),
    )


def _payout(shop: StripeShop) -> Kind:
    order = held(shop)
    release(shop, order)
    seller = escrow(shop, order)["sellerId"]

    def begin() -> None:
        with shop.inside():
            payouts.create(seller, Money(5_000, "USD"), actor="ada", render=lambda one: {})

    def status() -> str:
        with shop.inside(), reading() as session:
            return session.scalars(select(Payout.status)).one()

    return Kind(
        "payout",
        "POST /v1/payouts$",
        "GET /v1/payouts$",
        status,
        shop.stripe.payouts,
        begin,
    )


MADE = {"succeeded", "pending"}
KINDS = {one.__name__[1:]: one for one in (_transfer, _reversal, _refund, _payout)}


def lose(shop, kind, what: str) -> None:
    """Ask for it once; the answer is lost, or the question was."""
    drop = shop.stripe.drop_after_commit if what == "answer" else shop.stripe.drop_before_commit
    drop(kind.asked_at)
    kind.begin()
    assert kind.status() == "unknown"
