"""A shop that holds money for a seller, and what its provider's server asks for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.extensions import reading
from app.models import Journal, Line, SandboxPayment, SandboxTransfer
from app.services import ledger
from app.services.ledger import Balances
from tests import world
from tests.world import Shop


def make_seller(shop: Shop, **fields: Any) -> str:
    """A seller who is ready; their id."""
    made = shop.post("/api/sellers", {"name": "Ada", "email": "ada@example.com", **fields})
    assert made.status_code == 200, made.text
    return made.json["sellerId"]


def held(shop: Shop, amount: Any = 100, seller: str | None = None, **terms: Any) -> dict[str, Any]:
    """A paid order whose money is held, with a fee of ten percent unless the terms say else."""
    terms = {"sellerId": seller or make_seller(shop), "feePercent": "10", **terms}
    order = shop.order(amount, escrow=terms)
    shop.pay(order)
    assert escrow(shop, order)["status"] == "held"
    return order


def escrow(shop: Shop, order: dict[str, Any]) -> dict[str, Any]:
    return shop.see(order)["escrow"]


def ask(shop: Shop, order: dict[str, Any], verb: str, body: Any = None, **headers: str):
    """`release`, `dispute` or `resume`; the response."""
    return shop.post(f"/api/orders/{order['orderId']}/escrow/{verb}", body, **headers)


def refund(shop: Shop, order: dict[str, Any], amount: Any = None):
    """Refund and let everything happen that follows; the response."""
    answer = shop.refund(order, amount)
    world.run_tasks(shop.app)
    return answer


def amounts(shop: Shop, order: dict[str, Any]) -> tuple[int, int, int, int]:
    """What is held, with the seller, kept as fee, and refunded: minor units, by the ledger."""
    found = balances(shop, order)
    return found.held, found.seller, found.fee, found.refunded


def balances(shop: Shop, order: dict[str, Any]) -> Balances:
    with shop.inside(), reading():
        return ledger.balances(order["orderId"])


def at_the_sandbox(shop: Shop) -> dict[str, tuple[int, int]]:
    """What the sandbox says of each payment: with sellers, and refunded, in minor units."""
    with shop.inside(), reading() as session:
        left = SandboxTransfer.amount_minor - SandboxTransfer.reversed_minor
        query = select(SandboxTransfer.payment_id, func.sum(left)).group_by(
            SandboxTransfer.payment_id
        )
        sent = {payment: int(minor) for payment, minor in session.execute(query)}
        payments = session.scalars(select(SandboxPayment)).all()
    return {one.id: (sent.get(one.id, 0), one.refunded_minor) for one in payments}


def lines(shop: Shop, order: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    """Every line of an order's journals: why, out of what, into what, how much."""
    with shop.inside(), reading() as session:
        query = (
            select(Journal.kind, Line.debit, Line.credit, Line.amount_minor)
            .join(Line, Line.journal_id == Journal.id)
            .where(Journal.order_id == order["orderId"])
            .order_by(Line.id)
        )
        return [tuple(row) for row in session.execute(query)]
