"""Freeing held money: by the API, on a page, or because its date has come."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.money import Money
from app.kit.strictjson import dump
from app.models import (
    Hold,
    HoldStatus,
    Order,
    Payment,
    Release,
    Seller,
    SellerStatus,
)
from app.registry import gateway
from app.services import idempotency, ledger, orders, records, tasks
from app.services.escrow import holding, look, transferring
from app.services.escrow.fees import part_of_fee
from app.services.escrow.look import Escrow
from app.services.idempotency import Claim, Key
from app.services.moves import NET

__all__ = ["locked", "release", "reserve"]

HOLDING = {HoldStatus.held, HoldStatus.disputed}


def release(
    order_id: str,
    amount: Money | None = None,
    *,
    actor: str = "api",
    key: Key | None = None,
    render: Callable[[Escrow], dict[str, Any]],
) -> bytes:
    """Free held money of an order, without the fee, and ask the gateway at once (a flow).

    `amount` None means all that is held. Gives the body of the answer, which an idempotency key
    replays. Raises NotFound, and Conflict when nothing is held, less is, other money is under way,
    the customer's bank has taken it back, or the seller cannot be paid now.
    """
    release_id, held = _reserve(order_id, amount, actor, key)
    transferring.send(release_id)
    body = dump(render(look.of_order(order_id)))
    idempotency.complete(held, 200, body)
    return body


def _reserve(
    order_id: str, amount: Money | None, actor: str, key: Key | None
) -> tuple[str, Claim | None]:
    with transaction():
        held = idempotency.claim(key) if key else None
        if held and held.subject_id:
            return held.subject_id, held
        order, payment, hold = locked(order_id)
        made = reserve(
            order,
            payment,
            hold,
            amount.minor if amount else None,
            actor=actor,
            due=clock.after(NET),
        )
        if held:
            idempotency.bind(held, made.id)
        return made.id, held


def reserve(
    order: Order,
    payment: Payment,
    hold: Hold,
    amount_minor: int | None,
    *,
    actor: str,
    cause: str = "requested",
    due: datetime | None = None,
) -> Release:
    """Set held money aside for the seller (a part), and leave the task that asks for it. Raises
    Conflict as `release`."""
    if hold.is_charged_back:
        raise Conflict("The customer's bank has taken this money back", "chargeback_open")
    holding.must_be_still(hold)
    _must_be_ready(hold)
    found = ledger.balances(order.id)
    free = holding.free_of(hold, payment, found)
    minor = free if amount_minor is None else amount_minor
    if free == 0:
        raise Conflict("Nothing is left to release", "release_too_large")
    if minor > free:
        left = Money(free, order.currency)
        raise Conflict(f"Only {left} is left to release", "release_too_large")
    step = gateway(payment.gateway).step_of(order.currency)
    made = Release(
        order_id=order.id,
        hold_id=hold.id,
        amount_minor=minor,
        fee_minor=part_of_fee(found.released, found.released + minor, hold.fee_bps, step),
        currency=order.currency,
        cause=cause,
    )
    db.session.add(made)
    records.timeline(
        order,
        "escrow.release_requested",
        payment=payment,
        actor=actor,
        release=made.id,
        amount=str(made.money),
    )
    tasks.add("escrow.release", {"release": made.id}, key=f"escrow.release:{made.id}", due=due)
    return made


def _must_be_ready(hold: Hold) -> None:
    seller = db.session.get_one(Seller, hold.seller_id)
    if seller.status != SellerStatus.ready:
        raise Conflict(f"The seller is {seller.status} and cannot be paid now", "seller_not_ready")


def locked(order_id: str) -> tuple[Order, Payment, Hold]:
    """An order with held money, its payment and its hold, locked in this order (a part). Raises
    NotFound, Conflict `not_held` when nothing is held."""
    order = db.session.scalars(
        select(Order).where(Order.id == order_id).with_for_update()
    ).one_or_none()
    if order is None:
        raise NotFound("No such order")
    if order.seller_id is None:
        raise Conflict("This order has no escrow", "not_held")
    if order.settled_by is None:
        raise Conflict(f"Order is {order.status}: nothing is held", "not_held")
    _, payment = orders.lock(order.settled_by)
    hold = holding.lock(order_id)
    if hold is None or hold.status not in HOLDING:
        status = hold.status if hold else order.status
        raise Conflict(f"Escrow is {status}: nothing is held", "not_held")
    return order, payment, hold
